"""The JSON Schema of the file, generated from the model and adapted to how things are written in YAML.

The model holds what a plan *is* (a target with its bound, a share of 0.22), the file what people *write* ("at least
30%", "22%"). Everything that the two have in common, above all names, choices and descriptions, comes from the model.
The only place that imports pydantic, and late: building its validators costs more than a whole lint run.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

ID_PATTERN = "^[a-z][a-z0-9_]*$"
DATE_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
PERIOD_PATTERN = "^(FY)?[0-9]{4}(-(Q[1-4]|W[0-9]{2}|[0-9]{2}(-[0-9]{2})?))?$"

# Every scalar is text where text is wanted (rule R1), so editors that see a number there must not complain.
TEXT: Schema = {"type": ["string", "number", "boolean"]}
NUMBER: Schema = {"type": ["number", "string"]}
DATE: Schema = {"type": "string", "pattern": DATE_PATTERN}
TEXTS: Schema = {"type": ["string", "array"], "items": TEXT}

# How a property is written where that differs from what the model holds.
WRITTEN: dict[tuple[str, str], Schema] = {
    ("Plan", "version"): {"const": 1},
    ("Plan", "include"): TEXTS,
    ("Source", "path"): TEXTS,
    ("ReadOptions", "null_values"): TEXTS,
    ("Kpi", "notes"): {
        "type": "object",
        "propertyNames": {"pattern": PERIOD_PATTERN},
        "additionalProperties": TEXT,
    },
    ("Kpi", "values"): {
        "type": "object",
        "propertyNames": {"pattern": PERIOD_PATTERN},
        "additionalProperties": NUMBER,
    },
    ("Kpi", "target"): {
        "type": ["number", "string", "object"],
        "propertyNames": {"pattern": PERIOD_PATTERN},
        "additionalProperties": NUMBER,
    },
    ("Kpi", "split"): {"anyOf": [TEXT, {"$ref": "#/definitions/Split"}]},
    ("Split", "targets"): {"type": "object", "additionalProperties": NUMBER},
    ("Thresholds", "green"): NUMBER,
    ("Thresholds", "yellow"): NUMBER,
}

# What the model keeps for itself: ids are the keys of their maps, folders and files are where the plan was found.
UNWRITTEN = {
    "Plan": ("folder", "root", "allowed", "homes", "files"), "Source": ("id",), "Goal": ("id",), "Kpi": ("id",),
}  # fmt: skip
REQUIRED = {"Plan": ["version"], "Goal": ["name"], "Kpi": ["name"], "Split": ["by"], "Thresholds": ["green"]}
ONE_OF = {"Source": ("path", "query", "table")}
BY_ID = ("sources", "measures", "goals", "kpis")


def json_schema() -> Schema:
    """The schema (JSON Schema draft 7) against which an editor or a validator can hold a ``kpi.yaml``."""
    from pydantic import TypeAdapter

    from kpi.plan.model import Plan

    raw = TypeAdapter(Plan).json_schema(ref_template="#/definitions/{model}")
    definitions = raw.pop("$defs")
    schema: Schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "kpi.yaml",
        "description": "Goals, KPIs, targets and the data they are computed from.",
        **_record("Plan", raw),
    }
    used = _references(schema, definitions)
    schema["definitions"] = {name: used[name] for name in sorted(used)}
    return schema


def _references(schema: Schema, definitions: Schema) -> Schema:
    """The records that ``schema`` refers to, directly or through others, each adapted."""
    found: Schema = {}
    waiting = [schema]
    while waiting:
        for name in _names(waiting.pop()):
            if name not in found:
                found[name] = {"description": _sentence(name), **_record(name, definitions[name])}
                waiting.append(found[name])
    return found


def _names(schema: Any) -> list[str]:
    if isinstance(schema, dict):
        here = [schema["$ref"].rpartition("/")[2]] if "$ref" in schema else []
        return here + [name for value in schema.values() for name in _names(value)]
    if isinstance(schema, list):
        return [name for value in schema for name in _names(value)]
    return []


def _record(name: str, raw: Schema) -> Schema:
    """One record of the model as an object of the file."""
    unwritten = UNWRITTEN.get(name, ())
    properties = {
        field: _property(name, field, value) for field, value in raw["properties"].items() if field not in unwritten
    }
    for field in BY_ID if name == "Plan" else ():
        properties[field]["propertyNames"] = {"pattern": ID_PATTERN}
    record: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if name in REQUIRED:
        record["required"] = REQUIRED[name]
    if name in ONE_OF:
        record["oneOf"] = [{"required": [field]} for field in ONE_OF[name]]
    return record


def _property(record: str, field: str, raw: Schema) -> Schema:
    description = {"description": raw["description"]} if "description" in raw else _described(record, field)
    written = dict(WRITTEN.get((record, field)) or _written(raw))
    if field not in REQUIRED.get(record, ()):
        written = _or_empty(written)
    default = raw.get("default")
    simple = {"default": default} if default and isinstance(default, str | int) and field != "version" else {}
    return {**description, **written, **simple}


def _or_empty(written: Schema) -> Schema:
    """An optional field may also stand there empty, as if it had been left out."""
    if "$ref" in written:
        return {"anyOf": [written, {"type": "null"}]}
    if "anyOf" in written:
        return {"anyOf": [*written["anyOf"], {"type": "null"}]}
    if "enum" in written:
        return {"enum": [*written["enum"], None]}
    types = written["type"]
    return {**written, "type": [*(types if isinstance(types, list) else [types]), "null"]}


def _described(record: str, field: str) -> Schema:
    """The description from the model itself: pydantic drops it beside a reference to another record."""
    import dataclasses

    from kpi.plan import model

    fields = {found.name: found for found in dataclasses.fields(getattr(model, record))}
    return {"description": fields[field].metadata["description"]}


def _written(raw: Schema) -> Schema:
    """The type of a property as it is written: a number also as text (22%), a date as YYYY-MM-DD."""
    if "$ref" in raw:
        return {"$ref": raw["$ref"]}
    if "anyOf" in raw:
        return _written(next(choice for choice in raw["anyOf"] if choice != {"type": "null"}))
    if "const" in raw or "enum" in raw:
        return {"enum": raw.get("enum", [raw.get("const")])}
    if raw.get("format") == "date":
        return DATE
    if raw["type"] in ("number", "string"):
        return NUMBER if raw["type"] == "number" else TEXT
    kept: Schema = {key: raw[key] for key in ("type", "minimum", "maximum") if key in raw}
    for key in ("items", "additionalProperties"):
        if isinstance(raw.get(key), dict):
            kept[key] = _written(raw[key])
    return kept


def _sentence(record: str) -> str:
    """The first sentence of a record's docstring, as plain text on one line."""
    from kpi.plan import model

    text = " ".join((getattr(model, record).__doc__ or "").replace("``", "").split())
    return text.partition(". ")[0].rstrip(".") + "."
