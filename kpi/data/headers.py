"""Headers to names: ``columns``, headers that collide, and headers that are not there (rules R2, R3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kpi.formulas.column_names import column_name, folded, positional_name


class Collision(NamedTuple):
    """Columns that would have one name. ``headers`` are theirs as in the file, ``hint`` a ``columns`` that helps."""

    name: str
    headers: tuple[str, ...]
    hint: str


class Named(NamedTuple):
    """The names of a file's columns in order. ``absent`` are the entries of ``columns`` whose header is not there,
    ``twice`` those whose column another entry has named already."""

    names: tuple[str, ...]
    absent: tuple[str, ...]
    twice: tuple[str, ...]
    collisions: tuple[Collision, ...]


def named(headers: Sequence[str], columns: Mapping[str, str]) -> Named:
    """Name every column: by ``columns`` (name -> header), else by its header, else by its position."""
    own = [column_name(header) or positional_name(number) for number, header in enumerate(headers, 1)]
    names, absent, twice = list(own), [], []
    renamed: set[int] = set()
    finders = _finders(headers, own) if columns else ()
    for name, header in columns.items():
        places = (finder.get(key) for finder, key in zip(finders, _keys(header), strict=True))
        position = next((place for place in places if place is not None), None)
        if position is None:
            absent.append(name)
        elif position in renamed:
            twice.append(name)
        else:
            renamed.add(position)
            names[position] = name
    return Named(tuple(names), tuple(absent), tuple(twice), tuple(_collisions(headers, names, renamed)))


def _keys(header: str) -> tuple[str, str, str]:
    return header, folded(header.strip()), folded(header)


def _finders(headers: Sequence[str], own: Sequence[str]) -> tuple[dict[str, int], ...]:
    """What an entry of ``columns`` may write for a column, the surest first: its header, that without padding and
    case, with "(2)" after it for the second of that kind, or the name that it would have had."""
    exact: dict[str, int] = {}
    loose: dict[str, int] = {}
    by_name: dict[str, int] = {}
    count: dict[str, int] = {}
    for position, (header, name) in enumerate(zip(headers, own, strict=True)):
        exact.setdefault(header, position)
        loose.setdefault(folded(header.strip()), position)
        by_name.setdefault(folded(name), position)
    for position, header in enumerate(headers):
        stripped = header.strip()
        count[stripped] = count.get(stripped, 0) + 1
        loose.setdefault(folded(f"{stripped} ({count[stripped]})"), position)
    return exact, loose, by_name


def _collisions(headers: Sequence[str], names: Sequence[str], renamed: set[int]) -> Iterable[Collision]:
    positions: dict[str, list[int]] = {}
    for position, name in enumerate(names):
        positions.setdefault(folded(name), []).append(position)
    for same in positions.values():
        if len(same) == 1:
            continue
        keep = next((position for position in same if position in renamed), same[0])
        count: dict[str, int] = {}
        columns = []
        for number, position in enumerate(same, 1):
            header = headers[position].strip()
            count[header] = count.get(header, 0) + 1
            if position == keep:
                continue
            written = header if count[header] == 1 else f"{header} ({count[header]})"
            columns.append(f"{names[position]}_{max(number, 2)}: {quoted(written or names[position])}")
        yield Collision(names[same[0]], tuple(headers[p] for p in same), "columns: {" + ", ".join(columns) + "}")


def quoted(text: str) -> str:
    """A text as it may stand inside braces in YAML, in quotation marks where it needs them."""
    if text[:1].isalnum() and all(c.isalnum() or c in " ()_-./" for c in text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r") + '"'
