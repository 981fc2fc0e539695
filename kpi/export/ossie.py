"""A plan as a semantic model of Apache Ossie, for tools that read those.

Sources become datasets and KPIs metrics, where SQL can say what a formula says. All that Ossie has no word for (goals,
targets, thresholds, owners, periods) is in custom extensions, from which ``kpi import ossie`` makes the same plan.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi.errors import KpiError
from kpi.export.ossie_sql import InexpressibleError, SqlWriter, identifier
from kpi.importing.ossie import TOOL, VENDOR
from kpi.plan.model import SECTIONS, Source
from kpi.plan.yaml.documents import load
from kpi.plan.yaml.plain_data import PlainData
from kpi.plan.yaml.round_trip import field_lines
from kpi.values.ids import id_of

if TYPE_CHECKING:
    from yaml.nodes import Node

    from kpi.plan.checks import Checked
    from kpi.plan.loading import ReadResult

DRAFT, JSON_VERSION = "0.2.0.dev0", "0.1.1"
Data = dict[str, Any]


class Exported(NamedTuple):
    """The text, and why KPIs are no metrics, by their ids; those are in the custom extension only."""

    text: str
    left_out: Mapping[str, str]


def ossie(read: ReadResult, checked: Checked, *, as_json: bool) -> Exported:
    """The semantic model: the draft 0.2 as YAML, or version 0.1.1 as JSON, which is what dbt reads.

    Raises KpiError for a plan without sources, which no semantic model can be made of.
    """
    if not checked.plan.sources:
        raise KpiError("a semantic model has datasets, and the plan has no source", hint="export json has the values")
    written = _written(read, checked)
    vendor = "COMMON" if as_json else VENDOR
    writer = SqlWriter(checked)
    metrics: list[Data] = []
    left_out: dict[str, str] = {}
    entries = written["kpis"]
    for kpi in checked.plan.kpis.values():
        try:
            expression = writer.metric(kpi.id)
        except InexpressibleError as reason:
            left_out[kpi.id] = str(reason)
            continue
        own = {"tool": TOOL, "id": kpi.id, "expression": expression, "fields": entries.pop(kpi.id)}
        metrics.append({
            "name": kpi.id, "description": kpi.name if kpi.question is None else f"{kpi.name}. {kpi.question}",
            "expression": _expression(expression), "custom_extensions": _extension(vendor, own),
        })  # fmt: skip
    plan = {key: value for key, value in written.items() if value}
    whole = {"tool": TOOL, "plan": plan, "order": [*checked.plan.kpis]}
    title = checked.plan.title or "KPIs"
    model: Data = {
        "name": id_of(title) or "kpis",
        "description": title,
        "datasets": [_dataset(source, checked, writer) for source in checked.plan.sources.values()],
        "metrics": metrics,
        "custom_extensions": _extension(vendor, whole),
    }
    if not metrics:
        del model["metrics"]
    if as_json:
        document = {"version": JSON_VERSION, "semantic_model": [model]}
        return Exported(json.dumps(document, indent=2, ensure_ascii=False) + "\n", left_out)
    lines = [f"version: {DRAFT}", "semantic_model:", *_listed([model], "  ")]
    return Exported("\n".join(lines) + "\n", left_out)


def _expression(text: str) -> Data:
    return {"dialects": [{"dialect": "ANSI_SQL", "expression": text}]}


def _extension(vendor: str, data: Data) -> list[Data]:
    text = json.dumps(data, ensure_ascii=False)
    # JSON leaves characters as they are that YAML takes for line breaks, or does not take at all.
    plain = "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)
    return [{"vendor_name": vendor, "data": plain}]


def _dataset(source: Source, checked: Checked, writer: SqlWriter) -> Data:
    """A source with the columns that metrics use, and its date."""
    rows = source.table or source.query or ", ".join(source.path)
    names = dict.fromkeys(writer.used.get(source.id, ()))
    if source.date is not None:
        names[source.date] = None
    fields = []
    for name in names:
        field: Data = {"name": name, "expression": _expression(_field(name, source, checked, writer))}
        if name == source.date:
            field["dimension"] = {"is_time": True}
        fields.append(field)
    dataset: Data = {"name": source.id, "source": rows}
    if fields:
        dataset["fields"] = fields
    return dataset


def _field(name: str, source: Source, checked: Checked, writer: SqlWriter) -> str:
    """What a field is in the table: a column by its header, or an expression."""
    tree = checked.rows.get((source.id, name))
    if tree is not None:
        try:
            return writer.row(tree, source)
        except InexpressibleError:
            return identifier(name)
    columns = checked.facts[source.id].columns or {}
    return identifier(source.columns.get(name) or columns.get(name) or name)


# The plan as it is written.


def _written(read: ReadResult, checked: Checked) -> dict[str, Data]:
    """What the files say, as data, the included ones taken in; paths are relative to the main file."""
    whole: dict[str, Any] = {section: {} for section in SECTIONS}
    main = True
    for file, text in read.texts.items():
        if file not in checked.plan.files:
            continue
        document = load(file, text, lambda *_: None)
        data = PlainData(document, lambda *_: None)
        root: Node | None = document.root
        found = {} if root is None else data.read(root, ())
        for key, value in _given(found).items():
            if key in SECTIONS:
                whole[key].update(_given(value))
            elif main and key not in ("version", "include"):
                whole[key] = _texts(value)
        main = False
    for section in SECTIONS:
        whole[section] = {id_: _texts(value) for id_, value in whole[section].items()}
    for id_, fields in whole["sources"].items():
        home = checked.plan.homes.get(id_, checked.plan.folder)
        if "path" in fields and home != checked.plan.folder:
            fields["path"] = _rebased(fields["path"], home, checked.plan.folder)
    return whole


def _given(value: Any) -> Data:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> Any:
    """Data without what is empty."""
    if isinstance(value, dict):
        return {key: _texts(one) for key, one in value.items() if one is not None}
    return [_texts(one) for one in value if one is not None] if isinstance(value, list) else value


def _rebased(path: Any, home: Path, folder: Path) -> Any:
    if isinstance(path, list):
        return [_rebased(one, home, folder) for one in path]
    return os.path.relpath(home / path, folder).replace(os.sep, "/")


# YAML.


def _listed(items: list[Any], indent: str) -> Iterator[str]:
    """A list of mappings as block YAML."""
    for item in items:
        first = True
        for line in _block(item, indent + "  "):
            yield f"{indent}- {line[len(indent) + 2 :]}" if first else line
            first = False


def _block(data: Data, indent: str) -> Iterator[str]:
    for key, value in data.items():
        if isinstance(value, bool):
            yield f"{indent}{key}: {str(value).lower()}"
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"{indent}{key}:"
            yield from _listed(value, indent + "  ")
        elif isinstance(value, dict):
            yield f"{indent}{key}:"
            yield from _block(value, indent + "  ")
        elif key == "data":
            yield f"{indent}data: '{value.replace(chr(39), chr(39) * 2)}'"
        else:
            yield from field_lines(key, value, indent)
