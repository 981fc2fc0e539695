"""The fields of each mapping of a plan file: their descriptions, choices and defaults."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from kpi.lint.registry import file_model
from kpi.plan.model import SECTIONS, Decision, Record
from kpi.plan.model.field_types import type_at, type_of_field

Path = tuple[str | int, ...]

DECISIONS = "decisions"  # what the paths of reviews.yaml begin with, whose root is a list


def from_root(path: Path) -> Path:
    """The path of a key or value of a file in the plan: one of a list at the root is that of a decision."""
    return (DECISIONS, *path) if path and isinstance(path[0], int) else path


class Field(NamedTuple):
    """One field. ``choices`` are all its possible values, empty if it has no fixed choices. ``default`` is the text of
    the default, "" if there is none. ``nested`` is true if its value is a mapping."""

    name: str
    description: str
    choices: tuple[str, ...] = ()
    default: str = ""
    required: bool = False
    nested: bool = False


def fields_at(path: Path, *, included: bool = False) -> dict[str, Field]:
    """The fields of the mapping at ``path``. ``included`` is true for a file that the main file includes."""
    if path[:1] == (DECISIONS,) and len(path) == 2:
        return _fields(Decision)
    found = type_at(file_model(), path)
    if found is None or found.record is None or (included and path and path[0] not in SECTIONS):
        return {}
    fields = _fields(found.record)
    if included and not path:
        return {name: field for name, field in fields.items() if name in ("version", *SECTIONS)}
    return fields


def field_at(path: Path) -> Field | None:
    """The field at ``path``, or None."""
    return fields_at(path[:-1]).get(str(path[-1])) if path else None


@cache
def _fields(record: type[Record]) -> dict[str, Field]:
    found = {}
    required = record.SCHEMA.get("required", ())
    for name, field in record.fields().items():
        its = type_of_field(record, name)
        is_required = field.is_required() or name in required
        default = field.default if isinstance(field.default, str | int) and not is_required else ""
        is_mapping = its.is_mapping or (its.record is not None and not its.or_text)
        found[name] = Field(name, field.description, its.choices, str(default), is_required, is_mapping)
    return found
