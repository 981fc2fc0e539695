"""Semantic models of Open Semantic Interchange: Apache Ossie 0.1 (JSON) and the draft of 0.2 (YAML)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi.drafting.plan_text import GOAL
from kpi.drafting.words import title_of
from kpi.errors import shorten
from kpi.importing import sql
from kpi.importing.result import Origin, References, Refusal, Result, comment_lines, listed
from kpi.importing.tables import add_source, origin_fields
from kpi.importing.tree import Item, read_trees
from kpi.values.ids import id_of

if TYPE_CHECKING:
    from kpi.plan.yaml.round_trip import Value

VENDOR, TOOL = "KPI_AS_CODE", "kpi-as-code"  # version 0.1 has a list of vendors, of which COMMON is one
# The dialects that are SQL, the likeliest to be read first, and sqlglot's names for them.
DIALECTS = {
    "ANSI_SQL": "", "OSSIE_SQL_2026": "", "SNOWFLAKE": "snowflake", "DATABRICKS": "databricks", "BIGQUERY": "bigquery",
}  # fmt: skip
_WORDS = ("name", "description", "ai_context", "custom_extensions", "label", "datatype")
_TIMES = ("Date", "DateTime", "DateTimeTz", "Time")
_PLAN_SECTIONS = ("sources", "measures", "goals", "kpis")


def read(files: Sequence[Path], result: Result) -> None:
    """Import the metrics of semantic models."""
    for file in files:
        for document in read_trees(file):
            document.ignore("version", "dialects", "vendors", "$schema")
            models = document.list_of("semantic_model") or document.list_of("semantic_models")
            if not models and document.get("datasets") is not None:
                models = [document]
            for model in models:
                _Model(model, result).read()
            if document not in models:
                for rest in document.rest():
                    result.refuse(rest.origin(rest.name), "a document has no such key", "check the file")


class Field(NamedTuple):
    """A field of a dataset: its expression, or why there is none."""

    name: str
    tree: Any | Refusal
    is_time: bool


class Dataset(NamedTuple):
    """A dataset; ``fields`` are by their names in small letters."""

    name: str
    item: Item
    table: str
    fields: Mapping[str, Field]


class _Model:
    """One semantic model."""

    def __init__(self, item: Item, result: Result) -> None:
        self.item, self.result = item, result
        self.name = item.text_of("name") or "model"
        self.datasets: dict[str, Dataset] = {}
        self.metrics: dict[str, Item] = {}
        self.sources: dict[str, str | Refusal] = {}
        self.references = References(self.result, "metric")
        self.ours: dict[str, dict[str, Any]] = {}  # what this program wrote of a metric, by the name of the metric

    def read(self) -> None:
        own = _ours(self.item)
        if own is not None:
            self._restore(own)
        for dataset in self.item.list_of("datasets"):
            self._dataset(dataset)
        for relationship in self.item.list_of("relationships"):
            reason = "formulas aggregate each source by itself, so a relationship needs no entry"
            self.result.imported(relationship.origin(f"relationship {relationship.text_of('name') or ''}"), reason)
        for metric in self.item.list_of("metrics"):
            name = metric.text_of("name")
            if name is None or name in self.metrics:
                reason = "it has no name" if name is None else "there is another metric of this name"
                self.result.refuse(metric.origin(f"metric {name or ''}".strip()), reason, "give it a name of its own")
                continue
            self.metrics[name] = metric
            theirs = _ours(metric)
            if theirs is not None and isinstance(theirs.get("fields"), dict):
                self.ours[name] = theirs
        for name in self.metrics:
            self._metric(name)
        self.item.ignore(*_WORDS)
        for rest in self.item.rest():
            self.result.refuse(rest.origin(f"{self.name}, {rest.name}"), "a model has no such key", "check the file")
        if own is not None:
            self._sort(own)

    # What this program wrote itself.

    def _restore(self, own: Mapping[str, Any]) -> None:
        plan = own.get("plan")
        if not isinstance(plan, dict):
            return
        origin = self.item.origin(f"custom extension {VENDOR}")
        for key, value in plan.items():
            if key not in _PLAN_SECTIONS and _is_value(value):
                self.result.header[str(key)] = value
        self.result.header.setdefault("version", "1")
        for section in _PLAN_SECTIONS:
            entries = plan.get(section)
            for id_, fields in entries.items() if isinstance(entries, dict) else ():
                given = {"formula": fields} if section == "measures" else fields
                if id_of(str(id_)) == id_ and isinstance(given, dict) and _is_value(given):
                    self.result.add(section, id_, origin, given)  # type: ignore[arg-type]
                else:
                    self.result.refuse(origin, f"{section}.{id_} is no entry of a plan", "export it again")

    def _sort(self, own: Mapping[str, Any]) -> None:
        """The KPIs in the order in which they were exported, new ones behind them."""
        order = own.get("order")
        places = {str(id_): place for place, id_ in enumerate(order)} if isinstance(order, list) else {}
        kpis = self.result.entries["kpis"]
        kept = sorted(kpis, key=lambda id_: places.get(id_, len(places)))
        self.result.entries["kpis"] = {id_: kpis[id_] for id_ in kept}

    # Datasets.

    def _dataset(self, item: Item) -> None:
        name, table = item.text_of("name"), item.text_of("source")
        if name is None or table is None:
            self.result.refuse(
                item.origin(f"dataset {name or ''}".strip()), "it has no name or no source", "write both"
            )
            return
        fields: dict[str, Field] = {}
        for field in item.list_of("fields"):
            own = field.text_of("name") or ""
            dimension = field.get("dimension")
            is_time = None if dimension is None else dimension.flag("is_time")
            if is_time is None:
                is_time = field.text_of("datatype") in _TIMES
            fields[own.lower()] = Field(own, _expression(field), is_time)
        self.datasets[name.lower()] = Dataset(name, item, table, fields)
        if name not in self.result.entries["sources"]:
            reason = "fields need no entry: formulas and splits name columns where they use them"
            self.result.imported(item.origin(f"dataset {name}"), reason)
        item.ignore(*_WORDS, "primary_key", "unique_keys")
        for rest in item.rest():
            self.result.refuse(
                rest.origin(f"dataset {name}, {rest.name}"), "a dataset has no such key", "check the file"
            )

    def _source(self, dataset: Dataset) -> str:
        key = dataset.name.lower()
        if key not in self.sources:
            try:
                self.sources[key] = self._new_source(dataset)
            except Refusal as refusal:
                self.sources[key] = refusal
        found = self.sources[key]
        if isinstance(found, Refusal):
            raise found
        return found

    def _new_source(self, dataset: Dataset) -> str:
        if dataset.name in self.result.entries["sources"]:
            return dataset.name
        if dataset.table.lower().split(maxsplit=1)[0] in ("select", "with"):
            raise Refusal(
                f"the dataset {dataset.name} is a query in a warehouse", "make a view of it, and name the view"
            )
        date = self._date(dataset)
        origin = dataset.item.origin(f"dataset {dataset.name}")
        fields = origin_fields(self.result, dataset.table, origin)
        if isinstance(date.tree, Refusal):
            raise date.tree
        bare = sql.columns_of("", *_names_of(dataset)).bare
        text = sql.row(sql.value(date.tree, bare))
        if sql.is_column(date.tree):
            fields["date"] = text
        else:
            fields["date"] = sql.named(date.name)
            fields["computed"] = {sql.named(date.name): text}
        return add_source(self.result, dataset.name, origin, fields)

    def _date(self, dataset: Dataset) -> Field:
        """The field that says when a row happened."""
        given = self.result.settings.dates.get(dataset.name)
        times = [field for field in dataset.fields.values() if field.is_time]
        if given is not None:
            return dataset.fields.get(given.lower()) or Field(given, sql.parsed(f'"{given}"'), True)
        if len(times) == 1:
            return times[0]
        reason = f"the dataset {dataset.name} has no time field" if not times else (
            f"the dataset {dataset.name} has several time fields: {listed([field.name for field in times])}"
        )  # fmt: skip
        raise Refusal(
            reason, f"say which is the date of a row: --date {dataset.name}={times[0].name if times else 'FIELD'}"
        )

    # Metrics.

    def _metric(self, name: str) -> str | Refusal:
        """The id of the KPI of a metric, added to the plan; or why there is none."""
        item = self.metrics[name]
        return self.references.add(name, name, item.origin, lambda: self._added(name, item))

    def _added(self, name: str, item: Item) -> str:
        origin = item.origin(f"metric {name}")
        item.ignore(*_WORDS)
        own = self.ours.get(name)
        if own is not None:
            return self._restored(name, item, own, origin)
        notes: list[str] = []
        text = self._formula(item, notes)
        id_ = self.result.new_id(name, "kpis", "measures")
        every = self.result.settings.every
        fields: dict[str, Value] = {"name": title_of(name), "goal": GOAL, "every": every, "formula": text}
        description = item.text_of("description")
        comments = [] if description is None else comment_lines("Description", description)
        for rest in item.rest():
            raise Refusal(f'"{rest.name}" is not known here', "leave it out where it changes nothing")
        self.result.add("kpis", id_, origin, fields, comments)
        for note in dict.fromkeys(notes):
            self.result.note(origin, note, f"kpis.{id_}")
        return id_

    def _restored(self, name: str, item: Item, own: Mapping[str, Any], origin: Origin) -> str:
        """A metric that this program wrote: the KPI as it was, unless the expression has been changed since."""
        id_, fields = str(own.get("id")), dict(own["fields"])
        if id_of(id_) != id_ or not _is_value(fields) or id_ in self.result.entries["kpis"]:
            raise Refusal(f"its custom extension {VENDOR} is damaged", "export it again")
        notes: list[str] = []
        if own.get("expression") != _text_of(item):
            fields["formula"] = self._formula(item, notes)
            notes.append("its expression was changed since it was exported, so the formula is a new one")
        self.result.add("kpis", id_, origin, fields)
        for note in notes:
            self.result.note(origin, note, f"kpis.{id_}")
        return id_

    def _formula(self, item: Item, notes: list[str]) -> str:
        tree = _expression(item)
        if isinstance(tree, Refusal):
            raise tree
        aggregates = sql.Aggregates(self._rows_of, self._other)
        text = sql.formula(aggregates.formula(tree))
        notes += aggregates.notes
        return text

    def _other(self, table: str, column: str) -> str:
        """A name outside an aggregate: another metric."""
        name = next((one for one in self.metrics if one.lower() == column.lower()), None)
        if table or name is None:
            shown = f"{table}.{column}" if table else column
            raise Refusal(f"{shorten(shown)} is neither in an aggregate nor a metric", "aggregate it, e.g. SUM(…)")
        id_ = self._metric(name)
        if isinstance(id_, Refusal):
            raise Refusal(f"it needs the metric {name}, which is refused: {id_.reason}", id_.workaround)
        return id_

    def _rows_of(self, tables: Sequence[str], tree: Any) -> tuple[str, sql.Names]:
        """The source whose rows an aggregate is of."""
        from sqlglot import exp

        names = {table.lower() for table in tables if table}
        columns = [one for one in tree.find_all(exp.Column) if not one.table]
        for column in columns:
            having = [key for key, one in self.datasets.items() if column.name.lower() in one.fields]
            if len(having) != 1:
                why = f"{listed(having)} have a field" if having else "no dataset has a field"
                raise Refusal(f"{why} {column.name}", "write the dataset before it, as in orders.amount")
            names.add(having[0])
        if not names and len(self.datasets) == 1:
            names = set(self.datasets)
        if len(names) != 1:
            what = "rows of several datasets" if names else "the rows of no dataset in particular"
            raise Refusal(f"{shorten(tree.sql(), 60)} is of {what}", sql.QUERY)
        dataset = self.datasets.get(next(iter(names)))
        if dataset is None:
            raise Refusal(f"there is no dataset {next(iter(names))}", f"there are {listed([*self.datasets])}")
        source = self._source(dataset)
        known = dataset.fields

        def resolved(own: sql.Resolve) -> sql.Resolve:
            def resolve(table: str, column: str) -> str:
                field = known.get(column.lower())
                if field is None:
                    return own(table, column)
                if isinstance(field.tree, Refusal):
                    raise Refusal(f"the field {field.name}: {field.tree.reason}", field.tree.workaround)
                return f"({sql.value(field.tree, own)})"

            return resolve

        names_ = sql.columns_of(source, *_names_of(dataset))
        return source, sql.Names(resolved(names_.bare), resolved(names_.qualified))


def _names_of(dataset: Dataset) -> tuple[str, str]:
    """What may be written before the columns of a dataset."""
    return dataset.name, dataset.table.rpartition(".")[2]


def _expression(item: Item) -> Any | Refusal:
    """The expression of a field or metric in the likeliest dialect that is SQL, or why there is none."""
    expression = item.get("expression")
    if expression is None:
        return Refusal("it has no expression", "write one in ANSI_SQL")
    if expression.text is not None:
        return _parsed(expression.text, "")
    by_dialect = {
        (one.text_of("dialect") or "").upper(): one.text_of("expression") for one in expression.list_of("dialects")
    }
    for dialect, name in DIALECTS.items():
        text = by_dialect.get(dialect)
        if text is not None:
            return _parsed(text, name)
    return Refusal(f"it is written in {listed([*by_dialect]) or 'no dialect'} only", "add it in ANSI_SQL")


def _parsed(text: str, dialect: str) -> Any | Refusal:
    try:
        return sql.parsed(text, dialect)
    except Refusal as refusal:
        return refusal


def _text_of(item: Item) -> str | None:
    """The text of an expression in ANSI SQL."""
    expression = item.get("expression")
    if expression is None:
        return None
    texts = (one for one in expression.list_of("dialects") if one.text_of("dialect") == "ANSI_SQL")
    return next((one.text_of("expression") for one in texts), None)


def _ours(item: Item) -> dict[str, Any] | None:
    """What this program wrote in a custom extension; None where there is none that can be read."""
    for extension in item.list_of("custom_extensions"):
        if extension.text_of("vendor_name") in (VENDOR, "COMMON"):
            try:
                found = json.loads(extension.text_of("data") or "")
            except (ValueError, RecursionError):
                continue
            if isinstance(found, dict) and found.get("tool") == TOOL:
                return found
    return None


def _is_value(value: Any, depth: int = 0) -> bool:
    """Whether data is made of texts, lists and mappings, as a plan is."""
    if isinstance(value, str):
        return True
    if depth > 20:
        return False
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_value(one, depth + 1) for key, one in value.items())
    return isinstance(value, list) and all(_is_value(one, depth + 1) for one in value)
