"""The fields of each mapping of a plan file: their descriptions, choices and defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from kpi.plan.loading.schema import REQUIRED, UNWRITTEN
from kpi.plan.loading.settings import SECTIONS
from kpi.plan.model import (
    CalendarSettings,
    Goal,
    Kpi,
    LintSettings,
    Plan,
    ReadOptions,
    Review,
    Source,
    Split,
    Target,
    Thresholds,
)
from kpi.plan.model.lint import WordOptions

Path = tuple[str | int, ...]
_ENTRIES: dict[str, type] = {"sources": Source, "goals": Goal, "kpis": Kpi}
_INNER: dict[tuple[str, str], type] = {
    ("sources", "read"): ReadOptions,
    ("goals", "review"): Review,
    ("kpis", "split"): Split,
    ("kpis", "thresholds"): Thresholds,
}


class Field(NamedTuple):
    """One field. ``choices`` are all its possible values, empty if it has no fixed choices. ``default`` is the text of
    the default, "" if there is none. ``nested`` is true if its value is a mapping."""

    name: str
    description: str
    choices: tuple[str, ...] = ()
    default: str = ""
    required: bool = False
    nested: bool = False


def record_at(path: Path) -> type | None:
    """The model class of the mapping at ``path``; None for a mapping of ids, columns or periods."""
    match path:
        case ():
            return Plan
        case ("calendar",):
            return CalendarSettings
        case ("lint",):
            return LintSettings
        case ("lint", str(name)):
            return WordOptions if get_type_hints(LintSettings).get(name) is WordOptions else None
        case (str(section), str()):
            return _ENTRIES.get(section)
        case (str(section), str(), str(field)):
            return _INNER.get((section, field))
    return None


def fields_at(path: Path, *, included: bool = False) -> dict[str, Field]:
    """The fields of the mapping at ``path``. ``included`` is true for a file that the main file includes."""
    record = record_at(path)
    found = {} if record is None else _fields(record)
    if included and path and path[0] not in SECTIONS:
        return {}
    if included and not path:
        return {name: field for name, field in found.items() if name in ("version", *SECTIONS)}
    return found


def field_at(path: Path) -> Field | None:
    """The field at ``path``, or None."""
    return fields_at(path[:-1]).get(str(path[-1])) if path else None


@cache
def _fields(record: type) -> dict[str, Field]:
    hints = get_type_hints(record)
    required, unwritten = REQUIRED.get(record.__name__, ()), UNWRITTEN.get(record.__name__, ())
    found = {}
    for one in fields(record):
        name = one.metadata.get("alias", one.name)
        if one.name in unwritten or "description" not in one.metadata:
            continue
        inner = _inner(hints[one.name])
        default = one.default if isinstance(one.default, str | int) and one.default != "" else ""
        found[name] = Field(
            name,
            one.metadata["description"],
            ("1",) if record is Plan and name == "version" else _choices(inner),
            "" if name in required else str(default),
            name in required,
            get_origin(inner) is Mapping or (is_dataclass(inner) and inner not in (Target, Split)),
        )
    return found


def _inner(hint: Any) -> Any:
    """The type without ``None``."""
    if get_origin(hint) in (Union, UnionType):
        rest = [part for part in get_args(hint) if part is not type(None)]
        return rest[0] if len(rest) == 1 else hint
    return hint


def _choices(hint: Any) -> tuple[str, ...]:
    if get_origin(hint) is Literal:
        return tuple(map(str, get_args(hint)))
    return ("true", "false") if hint is bool else ()
