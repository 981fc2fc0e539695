"""Sets and removes fields of a KPI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.errors import UsageError, did_you_mean
from kpi.plan.model import Kpi
from kpi.plan.model.field_types import FieldType, type_at
from kpi.plan.yaml.round_trip import remove_entry, set_entry
from kpi.values.number_syntax import ambiguous_numbers, with_readings

if TYPE_CHECKING:
    from kpi.editing.session import Session


# The fields of a KPI that are numbers in its unit, or hold such.
_NUMBERS = frozenset({"baseline", "path", "target", "thresholds", "values"})


def refuse_ambiguous(text: str) -> None:
    """Raise UsageError where a number typed in may be read in two ways: ``1.250`` as 1250 or as 1.25."""
    numbers = ambiguous_numbers(text)
    if not numbers:
        return
    first = next(iter(numbers))
    message = f'"{first}" is ambiguous: its point may be a decimal point or separate thousands'
    grouped, decimal = (with_readings(text, numbers, which) for which in (0, 1))
    hint = f"write {grouped} or {decimal}" if text == first else f'write "{grouped}" or "{decimal}"'
    raise UsageError(message, hint=hint)


def with_field(session: Session, kpi: str, field: str, value: str) -> dict[str, str]:
    """The changed texts where a field of a KPI is ``value``. A field of a mapping is written ``thresholds.green``, and
    several values of a list have commas between them.

    Raises UsageError for a field that there is not and for an ambiguous number (``1.250``), and InputError where the
    file cannot be edited.
    """
    path, type_ = _field(field)
    if (type_.record is not None and not type_.or_text) or (type_.is_mapping and len(path) == 1):
        inner = ", ".join(f"{field}.{name}" for name in type_.record.fields()) if type_.record else f"{field}.PERIOD"
        raise UsageError(f'"{field}" has fields of its own', hint=f"set one of them: {inner}")
    if path[0] in _NUMBERS:
        refuse_ambiguous(value)
    name, text = session.text_of("kpis", kpi)
    is_list = type_.items is not None and not type_.is_mapping
    new = [part.strip() for part in value.strip().strip("[]").split(",") if part.strip()] if is_list else value
    return {name: set_entry(text, ("kpis", kpi, *path[:-1]), path[-1], new)}


def without_field(session: Session, kpi: str, field: str) -> dict[str, str]:
    """The changed texts without a field of a KPI. Raises UsageError where it is not there."""
    path, _ = _field(field)
    if not session.checked.places.has(("kpis", kpi, *path)):
        raise UsageError(f"{kpi} has no {field}")
    name, text = session.text_of("kpis", kpi)
    return {name: remove_entry(text, ("kpis", kpi, *path[:-1]), path[-1])}


def _field(field: str) -> tuple[tuple[str, ...], FieldType]:
    """The path of a field and its type. Raises UsageError where a KPI has no such field."""
    path = tuple(field.split(".", 1))
    known = Kpi.fields()
    if path[0] not in known:
        raise UsageError(f'a KPI has no field "{path[0]}"', hint=did_you_mean(path[0], known))
    found = type_at(Kpi, path)
    if found is None:
        # A schedule is a target by period, which the type of the field does not say.
        if path[0] == "target":
            return path, FieldType()
        above = type_at(Kpi, path[:1])
        fields = above.record.fields() if above is not None and above.record is not None else {}
        raise UsageError(f'"{path[0]}" has no field "{path[1]}"', hint=did_you_mean(path[1], fields))
    return path, found
