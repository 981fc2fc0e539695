"""JSON as rows: one object a row; anything else that JSON may hold is found and reported with its place."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from kpi.data.database import Engine
from kpi.data.text_files import opened_bytes
from kpi.errors import KpiError

# What is read once more to say where something is; beyond that the message goes without.
LARGEST = 100_000_000
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def marked(path: Path) -> str | None:
    """The encoding that a byte order mark at the beginning states: the engine reads no file with one."""
    with opened_bytes(path) as stream:
        head = stream.read(4)
    return next((encoding for mark, encoding in MARKS if head.startswith(mark)), None)


def copied(path: Path, encoding: str, target: Path) -> Path:
    """A copy of a file in UTF-8, without a mark."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with opened_bytes(path) as stream, target.open("w", encoding="utf-8", newline="") as out:
        while block := stream.read(1 << 20):
            out.write(decoder.decode(block))
        out.write(decoder.decode(b"", final=True))
    return target


def refuse_odd(engine: Engine, table: str, name: Callable[[str], str]) -> None:
    """Raise KpiError where a table of JSON values, with the files that they are from, is no table of rows: for values
    that are no objects, and for keys that stand twice in one. ``name`` is what a file is called in messages."""
    counted = engine.ask(
        f"SELECT file$, count(*), count(*) FILTER (json_type(json) <> 'OBJECT'), "
        f"count(*) FILTER (json_type(json) = 'OBJECT' AND len(json_keys(json)) <> len(list_distinct(json_keys(json)))) "
        f"FROM {table} GROUP BY 1 ORDER BY 1"
    )
    for path, total, others, twice in counted:
        if others:
            message = f"{name(path)}: {others:,} of its {total:,} values {'is' if others == 1 else 'are'} no object"
            raise KpiError(message, hint='each row has to be an object, e.g. {"day": "2026-06-30", "amount": 5}')
        if twice:
            objects = "object has" if twice == 1 else "objects have"
            raise KpiError(
                f"{name(path)}: {twice:,} {objects} a key twice", hint="which of the two counts is not known"
            )


def as_text(value: Any) -> str:
    """A value as the engine writes it. Raises ValueError for one that is nested too deep."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    except RecursionError:
        raise ValueError("nested too deep") from None


def find(path: Path, wanted: Mapping[str, Collection[str]]) -> tuple[str, str] | None:
    """Where the first object is that has one of the values under each of these keys, e.g. ``:3`` or ``: row 3``,
    and its value under the first."""
    for place, row in _rows(path):
        values = [as_text(row.get(key) if isinstance(row, dict) else None) for key in wanted]
        if all(value.strip() in texts for value, texts in zip(values, wanted.values(), strict=True)):
            return place, values[0]
    return None


def first_fault(path: Path) -> str:
    """Where a file stops to be JSON, and why, e.g. ``:3: Expecting ',' delimiter``; nothing where that is not known."""
    try:
        for _ in _rows(path):
            pass
    except json.JSONDecodeError as fault:
        return f":{fault.lineno}: this is not JSON: {fault.msg[:1].lower()}{fault.msg[1:]}"
    except (ValueError, OSError):
        return ""
    return ""


def _rows(path: Path) -> Iterator[tuple[str, Any]]:
    """The values of a file with their places. Raises json.JSONDecodeError with the line in the file, ValueError for
    what is nested too deep, OSError."""
    try:
        yield from _parsed(path)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _parsed(path: Path) -> Iterator[tuple[str, Any]]:
    with opened_bytes(path) as stream:
        raw = stream.read(LARGEST + 1)
    if len(raw) > LARGEST:
        return
    text = raw.decode(marked(path) or "utf-8")
    if text.lstrip()[:1] == "[" and not path.name.lower().removesuffix(".gz").endswith((".jsonl", ".ndjson")):
        for number, row in enumerate(json.loads(text), 1):
            yield f": row {number}", row
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except json.JSONDecodeError as fault:
                raise json.JSONDecodeError(fault.msg, "\n" * (number - 1), number - 1) from None
            yield f":{number}", row
