"""When the rows of a source are: which columns say so, and which computed columns need to know first.

What files and warehouses share. How the days are computed is a matter of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from kpi.data.requirements import ColumnRequirements
from kpi.engine.table import Shape
from kpi.errors import KpiError
from kpi.formulas import columns, nodes, walk
from kpi.formulas.types import EMPTY, TIME, ValueType, type_in_words
from kpi.plan.model import Source


class TimeColumn(NamedTuple):
    """A column that holds dates or times: its name as it is in the table, its type, and the field that names it."""

    name: str
    type: ValueType
    field: str


class RowDates(NamedTuple):
    """The columns by which rows have dates: ``start`` is that of events or of the begin of intervals."""

    shape: Shape
    start: TimeColumn | None = None
    end: TimeColumn | None = None


def row_dates(source: Source, types: Mapping[str, ValueType], hint: Callable[[str, ValueType], str]) -> RowDates:
    """The shape of a source and its time columns. ``hint`` says what to do about a column of another type. Raises
    KpiError."""

    def column(name: str, field: str) -> TimeColumn:
        found = next((known for known in types if known.casefold() == name.casefold()), None)
        if found is None:
            raise KpiError(f'{source.id}: there is no column "{name}" for {field}')
        type_ = types[found]
        if type_ not in TIME | EMPTY:
            message = f"{source.id}.{found} holds {type_in_words(type_)}, and {field}: needs a date"
            raise KpiError(message, hint=hint(found, type_))
        return TimeColumn(found, type_, field)

    if source.date is not None:
        return RowDates("dated", column(source.date, "date"))
    if source.from_ is None:
        return RowDates("snapshot")
    start = column(source.from_, "from")
    if source.until is not None:
        return RowDates("lasting", start, column(source.until, "until"))
    return RowDates("lasting", start, None if source.through is None else column(source.through, "through"))


class Computed(NamedTuple):
    """The columns to compute, in order: ``first`` those that need only their row, ``later`` those that need the first
    dates of all rows."""

    first: dict[str, nodes.Node]
    later: dict[str, nodes.Node]


def computed_columns(required: ColumnRequirements) -> Computed:
    """The columns to compute, each after those that it names."""
    found = Computed({}, {})
    names: set[str] = set()
    for name, node in required.in_order():
        late = any(column.name.casefold() in names for column in columns(node))
        if late or any(isinstance(part, nodes.Call) and part.name == "first_date" for part in walk(node)):
            found.later[name] = node
            names.add(name.casefold())
        else:
            found.first[name] = node
    return found


def first_date_columns(later: Iterable[nodes.Node]) -> list[str]:
    """The columns, by folded name, of whose values the first dates are asked."""
    calls = (part for node in later for part in walk(node) if isinstance(part, nodes.Call))
    asked = (column for part in calls if part.name == "first_date" for column in columns(part))
    return list(dict.fromkeys(column.name.casefold() for column in asked))


def first_date_name(column: str) -> str:
    """The name of the column with the first dates of another column's values."""
    return "first$" + column.casefold()


def need_dates(source: Source, shape: Shape) -> str:
    """The column that says when a row happened, or began. Raises KpiError for rows without dates."""
    if shape == "snapshot":
        raise KpiError(f"{source.id}: first_date needs a source with a date")
    return "day$" if shape == "dated" else "from$"
