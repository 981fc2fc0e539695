"""Writes docs/fields.md, every field of the file, from the JSON Schema that ``kpi schema`` prints.

python docs/make_fields.py            writes it anew
python docs/make_fields.py --check    only says whether it is still right
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generated import write_or_check

from kpi.lint.registry import file_model
from kpi.plan.loading.schema import json_schema

PAGE = Path(__file__).with_name("fields.md")
HEAD = """\
# Every field of the file

Made by `python docs/make_fields.py` from what `kpi schema` prints; a test holds the two together. Only the fields
in bold must be there. `kpi.yaml.example` in the project shows most of them at work.
"""
SECTIONS = {
    "": "The file",
    "Source": "A source",
    "ReadOptions": "How a file is read",
    "Goal": "A goal",
    "Review": "The review of a goal",
    "Kpi": "A KPI",
    "Split": "A split",
    "Thresholds": "Thresholds",
    "CalendarSettings": "The calendar",
    "OkrSettings": "The bands of OKRs",
    "LintSettings": "The linter",
    "WordOptions": "The words of a rule",
}


def page(schema: dict[str, Any]) -> str:
    """The whole page. Raises KeyError for a record that SECTIONS does not know."""
    records = {"": schema, **schema["definitions"]}
    missing = set(records) - set(SECTIONS)
    if missing:
        raise KeyError(f"SECTIONS lacks {missing}")
    parts = [HEAD]
    for name, title in SECTIONS.items():
        record = records[name]
        rows = "\n".join(rows_of(record))
        parts.append(
            f"## {title}\n\n{record['description']}\n\n| field | written as | meaning |\n|---|---|---|\n{rows}\n"
        )
    return "\n".join(parts)


def rows_of(record: dict[str, Any]) -> Iterator[str]:
    """One row of a table for each field of a record."""
    for field, schema in record["properties"].items():
        name = f"**`{field}`**" if field in record.get("required", ()) else f"`{field}`"
        default = f" Default: `{schema['default']}`." if "default" in schema else ""
        yield f"| {name} | {written(schema)} | {schema['description'].replace('|', chr(92) + '|')}{default} |"


def written(schema: dict[str, Any]) -> str:
    """In a few words, what stands after the colon."""
    if "anyOf" in schema:
        return " or ".join(written(choice) for choice in schema["anyOf"] if choice != {"type": "null"})
    if "$ref" in schema:
        title = SECTIONS[schema["$ref"].rpartition("/")[2]]
        return f"[{title[:1].lower()}{title[1:]}](#{title.lower().replace(' ', '-')})"
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{choice}`" for choice in schema["enum"] if choice is not None)
    if "pattern" in schema:
        return "several weeks, as in `2 weeks`" if "weeks" in schema["pattern"] else "a date"
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if "properties" in schema:
        return "`{" + ", ".join(f"{field}: …" for field in schema["properties"]) + "}`"
    if "object" in types:
        inner = written(schema["additionalProperties"])
        if "string" in types:
            return f"{inner}, or by period"
        return f"a list, or a map to {inner}" if "array" in types else f"a map to {inner}"
    if "array" in types:
        return "a text or a list" if "string" in types else "a list"
    if "integer" in types:
        return "a whole number"
    if "boolean" in types:
        return "a text" if "string" in types else "`true`, `false`"
    return "a text" if types == ["string"] else "a number"


if __name__ == "__main__":
    sys.exit(write_or_check(PAGE, page(json_schema(file_model()))))
