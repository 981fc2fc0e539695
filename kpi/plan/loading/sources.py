"""The ``sources`` of a file."""

from __future__ import annotations

import codecs
import re
from typing import Any

from yaml.nodes import Node, ScalarNode

from kpi.plan.loading.field_decoder import (
    Binder,
    Reader,
    choice,
    expression,
    integer,
    parsed,
    text,
    text_map,
    text_or_texts,
    texts,
)
from kpi.plan.model import ReadOptions, Source
from kpi.plan.yaml import yaml_pitfalls as traps
from kpi.plan.yaml.nodes import Entry
from kpi.plan.yaml.source_map import Path
from kpi.values import parse_updated

_TYPES = ("text", "number", "boolean", "date", "timestamp", "duration")
_FROM_ENVIRONMENT = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


def _checked_updated(value: str) -> str:
    parse_updated(value)
    return value


def _character(*allowed: str) -> Reader:
    """One character of those allowed, any without; the texts ``\\t`` and ``tab`` mean a tab."""

    def read(b: Binder, at: Path, key: ScalarNode, node: Node) -> str | None:
        value: str | None
        if type(node) is ScalarNode and not node.tag and node.style in ("'", '"'):
            value = node.value  # a blank, or nothing at all, may be meant here
        else:
            value = text(b, at, key, node)
        if value is None or (key.value == "quote" and value == ""):
            return value
        value = "\t" if value in ("\\t", "tab") else value
        if len(value) != 1 or (allowed and value not in allowed):
            expected = " or ".join(f'"{one}"' for one in allowed) if allowed else "one character"
            b.at("E014", f'"{key.value}" should be {expected}, not "{traps.shorten(value)}"', (*at, key.value), node)
            return None
        return value

    return read


def _truth(b: Binder, at: Path, key: ScalarNode, node: Node) -> bool | None:
    value = text(b, at, key, node)
    if value is None:
        return None
    if value.lower() in ("true", "false") and not node.style:  # type: ignore[attr-defined]
        return value.lower() == "true"
    shown = traps.shorten(value)
    b.at("E011", f'"{key.value}" should be true or false, not "{shown}"', (*at, key.value), node, "write true or false")
    return None


# Python's encodings of host names and of its own literals, which no file is saved in, and the one that always fails.
_NOT_OF_FILES = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})


def _encoding(b: Binder, at: Path, key: ScalarNode, node: Node) -> str | None:
    value = text(b, at, key, node)
    if value is not None and not _is_encoding_of_files(value):
        shown = traps.shorten(value)
        hint = "write e.g. utf-8, utf-16, latin-1 or cp1252"
        b.at("E014", f'"{shown}" is no text encoding', (*at, key.value), node, hint)
        return None
    return value


def _is_encoding_of_files(name: str) -> bool:
    try:
        b"x".decode(name)
    except UnicodeError:
        pass  # an encoding that needs more than one byte
    except (LookupError, ValueError):
        return False
    return codecs.lookup(name).name not in _NOT_OF_FILES


_READ: dict[str, Reader | None] = {
    "delimiter": _character(),
    "decimal": _character(".", ","),
    "thousands": _character(),
    "encoding": _encoding,
    "quote": _character(),
    "escape": _character(),
    "skip_rows": integer(0),
    "header": _truth,
    "null_values": texts,
    "sheet": text,
}


def _read(b: Binder, at: Path, key: ScalarNode, node: Node) -> ReadOptions | None:
    read = b.record((*at, key.value), node, _READ, "read")
    return None if read is None else ReadOptions(**read[0])


def _named(b: Binder, at: Path, key: ScalarNode, node: Node) -> dict[str, str] | None:
    """Columns by the name that formulas use for them."""
    found = text_map(b, at, key, node)
    if not found:
        return found
    from keyword import iskeyword

    kept: dict[str, str] = {}
    written = b.mapping((*at, key.value), node, "a mapping of texts") or {}
    for name, value in found.items():
        if name.isidentifier() and not iskeyword(name):
            kept[name] = value
            continue
        why = "is a word of the formula language" if iskeyword(name) else "cannot be written in a formula"
        hint = "names are letters, digits and _"
        if key.value == "columns":
            hint += "; the name used here comes first, then the header in the file"
        b.at("E013", f'"{traps.shorten(name)}" {why}', (*at, key.value, name), written[name][0], hint)
    return kept


def _types(b: Binder, at: Path, key: ScalarNode, node: Node) -> dict[str, str] | None:
    found = text_map(b, at, key, node)
    written = b.mapping((*at, key.value), node, "a mapping of texts") if found else None
    kept: dict[str, str] = {}
    for name, value in (found or {}).items():
        word = value.split(maxsplit=1)[0] if value.strip() else ""
        if word in _TYPES and (word in _TYPES[3:] or value.strip() == word):
            kept[name] = value
            continue
        assert written is not None
        hint = b.near(word, _TYPES) or "write one of: " + ", ".join(_TYPES)
        b.at("E014", f'"{traps.shorten(value)}" is not a column type', (*at, key.value, name), written[name][1], hint)
    return kept


def _connection(b: Binder, at: Path, key: ScalarNode, node: Node) -> str | None:
    value = text(b, at, key, node)
    if value is None or _FROM_ENVIRONMENT.fullmatch(value):
        return value
    b.at(
        "E014", "a connection comes from the environment only, and is never written out", (*at, "connection"), key,
        "write connection: ${NAME}, and set NAME where the program runs",
    )  # fmt: skip
    return None


SOURCE: dict[str, Reader | None] = {
    "path": text_or_texts,
    "date": text,
    "from": text,
    "until": text,
    "through": text,
    "owner": text,
    "updated": parsed("E014", _checked_updated),
    "columns": _named,
    "types": _types,
    "read": _read,
    "computed": _named,
    "where": expression,
    "no_rows": choice("zero"),
    "on_bad_rows": choice("error", "skip"),
    "query": expression,
    "connection": _connection,
    "table": text,
}


def read_source(b: Binder, path: Path, key: ScalarNode, node: Node) -> Source | None:
    """One source; None, reported, when its value is no mapping or its rows come from nowhere."""
    read = b.record(path, node, SOURCE, "a source")
    if read is None:
        return None
    values, written = read
    known = {name: entry for name, entry in written.items() if name in values or b.blamed((*path, name), entry)}
    sound = _one_origin(b, path, key, node, known)
    _dates(b, path, known, values)
    if "from" in values:
        values["from_"] = values.pop("from")
    return Source(id=key.value, **values) if sound else None


def _one_origin(b: Binder, path: Path, key: ScalarNode, node: Node, known: dict[str, Entry]) -> bool:
    """A source has exactly one of path, query and table."""
    origins = [name for name in ("path", "query", "table") if name in known]
    if not origins:
        hint = "write path: data/*.csv, or a query, or a table with its connection"
        b.missing(f'the source "{key.value}" says nowhere where its rows come from', path, key, node, hint)
        return False
    for name in origins[1:]:
        message = f'a source has one of path, query and table, but this one has "{origins[0]}" and "{name}"'
        b.at("E016", message, (*path, name), known[name][0], "make two sources of it, or take one out")
    if "table" in known and "connection" not in known:
        b.missing('a "table" needs a "connection"', path, known["table"][0], node, "write connection: ${NAME}")
    if "connection" in known and "table" not in known:
        message = f'a "connection" goes with a "table", not with "{origins[0]}"'
        b.at("E016", message, (*path, "connection"), known["connection"][0], "take it out")
    if "read" in known and "path" not in known:
        message = f'"read" is about files, but the rows come from "{origins[0]}"'
        b.at("E016", message, (*path, "read"), known["read"][0], "take it out")
    return len(origins) == 1


def _dates(b: Binder, path: Path, known: dict[str, Entry], values: dict[str, Any]) -> None:
    """Rows happen on a date, or last from one day until another."""

    def clash(name: str, message: str, hint: str) -> None:
        b.at("E016", message, (*path, name), known[name][0], hint)
        values.pop(name, None)

    if "date" in known and "from" in known:
        clash("from", 'rows happen on a "date" or last "from" a day, not both', "take one of the two out")
    if "until" in known and "through" in known:
        hint = "until is the first day after the end, through the last day itself"
        clash("through", '"until" and "through" both say when rows end', hint)
    for name in ("until", "through"):
        if name in known and "from" not in known:
            hint = "write from: with the column that holds the first day"
            clash(name, f'"{name}" says when rows end, but no "from" says when they begin', hint)
