"""Balances: the rows that ``at_end`` and ``at_start`` take of a dated source (B2, B5), and what is said about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from kpi.data.database import quoted
from kpi.engine.aggregate_sql import TiedRowsError
from kpi.engine.request import Request
from kpi.engine.table import Table
from kpi.errors import TextError
from kpi.formulas import columns, nodes, unparse
from kpi.values import Span, add_units, format_plain

MOMENTS_OF_BALANCES = ("at_end", "at_start")
# In a note about the keys whose last row is old.
MOST_NAMED = 3


class Check(NamedTuple):
    """What shows whether a balance without ``key`` is empty rather than zero: how many rows pass its filter on the day
    that it takes, and in the window up to then."""

    of_day: Request
    of_window: Request


class KeyTie(NamedTuple):
    """Rows of one key and one moment that contribute different values, or of which only some contribute one."""

    key: Sequence[Any]
    moment: Any
    values: Sequence[Any]


class OldKeys(NamedTuple):
    """The keys whose last row is old: the first of them with the days of their rows, the oldest first, and how many
    they are."""

    first: Sequence[tuple[Sequence[Any], date]]
    total: int


def is_balance(aggregate: nodes.Aggregate) -> bool:
    """Whether an aggregate of a dated source takes the rows of one point in time."""
    return aggregate.moment in MOMENTS_OF_BALANCES


def key_columns(table: Table) -> list[str]:
    """The key of a source as the engine names its columns."""
    return [table.name_of(column) for column in table.source.key]


def check_of(request: Request) -> Check:
    """The requests that show whether a balance is empty (B2)."""
    counted = rows_of(request.aggregate)
    return Check(request._replace(aggregate=counted), Request(replace(counted, moment=None), _window_before(request)))


def rows_of(aggregate: nodes.Aggregate) -> nodes.Aggregate:
    """The number of the rows that an aggregate is of."""
    return replace(aggregate, function="count", column=None, percent=None, expression=None, per=None)


def _window_before(request: Request) -> Span:
    """The window of a balance at its end; of one at its start the window before that."""
    window = request.window
    assert window is not None, "a snapshot has no balances"
    if request.aggregate.moment == "at_end":
        return window
    if window.start <= date.min:
        return Span(window.start, window.start)
    if window.start.day == window.end.day == 1:
        months = (window.end.year - window.start.year) * 12 + window.end.month - window.start.month
        return Span(add_units(window.start, -months, "month"), window.start)
    return Span(max(date.min + timedelta(window.days), window.start) - timedelta(window.days), window.start)


# The SQL of files.


def latest_sql(table: Table) -> str:
    """The rows of a table, each with the day of the next one of its key (``next$``), and whether the one before it is
    of the same moment (``tied$``). One that is tied is the last of its moment."""
    keys = ", ".join(f"t.{quoted(column)}" for column in key_columns(table))
    over = f"OVER (PARTITION BY {keys} ORDER BY t.{table.moment})"
    return (
        f"(SELECT t.*, lead(t.day$) {over} AS next$, "
        f"coalesce(lag(t.{table.moment}) {over} = t.{table.moment}, false) AS tied$ FROM {table.name} t)"
    )


# A row is the last of its key at the moment that ``w.rs`` is.
IS_LATEST = "t.day$ < w.rs AND (t.next$ IS NULL OR t.next$ >= w.rs)"


# What is said about them.


def empty_balance(request: Request, table: Table, day: date) -> str:
    """The note of a balance whose filter leaves no row of the last date, but some before it (B2)."""
    named = [column.name for column in columns(request.aggregate.filter)] if request.aggregate.filter else []
    example = f", e.g. key: {named[0]}" if named else ""
    return (
        f"no row of {table.source.id} on {day}, the last date, passes the filter, but rows of earlier dates do: "
        f'if each row is about one thing of several, say which with "key" on the source{example}'
    )


def several_times(request: Request, table: Table, day: date, first: datetime, last: datetime) -> TextError:
    """The error about the rows of a day that have different times (B2)."""
    source, aggregate = table.source.id, request.aggregate
    times = f"{first.time().isoformat()} to {last.time().isoformat()}"
    message = f"the rows of {source} on {day}, the last date, have different times of day: {times}"
    hint = f'say with "key" on the source {source} which column tells what a row is about'
    if aggregate.column is not None:
        hint += f"; where every row is the whole balance, write last({source}.{aggregate.column})"
    return TextError(message, *aggregate.at, hint=hint)


def tied_key(request: Request, table: Table, tie: KeyTie) -> TextError:
    """The error about rows of one key and moment that differ (B5)."""
    source, aggregate = table.source.id, request.aggregate
    values = [value_text(value) for value in tie.values]
    differ = "only some of them have a value" if aggregate.filter is None else "only some of them pass the filter"
    if len(values) > 1:
        differ = f"different values: {' and '.join(values)}"
    message = f"{source} has rows with the same key, {key_text(tie.key)}, and time, {moment_text(tie.moment)}: {differ}"
    hint = f"add the column that distinguishes them to the key: key: [{', '.join((*table.source.key, '…'))}]"
    return TextError(message, *aggregate.at, hint=hint)


def tied_rows(request: Request, tie: TiedRowsError) -> TextError:
    """The error about rows of one moment with different first or last values (V5)."""
    aggregate = request.aggregate
    name = unparse(replace(aggregate, moment=None, filter=None))
    values = f"{format_plain(tie.low)} and {format_plain(tie.high)}"
    group = "" if aggregate.per is None or tie.key is None else f' and {unparse(aggregate.per.key)} "{tie.key}"'
    message = f"{name}: rows of {moment_text(tie.moment)}{group} have different values: {values}"
    hint = (
        "add a filter that leaves one of them, or use another aggregate, such as sum or avg; for the balance of "
        'several things, say what a row is about with "key" on the source'
    )
    return TextError(message, *aggregate.at, hint=hint)


def old_keys(table: Table, found: OldKeys, unit: str) -> str:
    """The note about keys whose last row is older than one period of the KPI, but counts (B5)."""
    named = ", ".join(f"{key_text(key)} of {day}" for key, day in found.first[:MOST_NAMED])
    more = found.total - min(len(found.first), MOST_NAMED)
    names = " and ".join(table.source.key)
    rows = "1 row is" if found.total == 1 else f"{found.total:,} rows are"
    return (
        f"of the last rows of {table.source.id} by {names}, {rows} more than one {unit} old and still counted: {named}"
        + (f" and {more:,} more" if more else "")
    )


def key_text(key: Iterable[Any]) -> str:
    """A key for people."""
    return ", ".join(f'"{value_text(value)}"' if value is not None else "(empty)" for value in key)


def value_text(value: Any) -> str:
    """A value of a cell for people."""
    if isinstance(value, bool):
        return str(value).lower()
    return format_plain(value) if isinstance(value, (int, float)) else str(value)


def moment_text(moment: Any) -> str:
    """A date, or a time that is not midnight, for people."""
    if isinstance(moment, datetime) and moment == datetime.combine(moment.date(), datetime.min.time(), moment.tzinfo):
        moment = moment.date()
    return str(moment)
