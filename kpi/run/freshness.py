"""Whether the rows of sources are new enough for a period (S5)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from kpi.values import Calendar, Period, length, parse_label, parse_updated, period_of, shift, whole
from kpi.values.date_words import day_in_words

if TYPE_CHECKING:
    from kpi.engine.table import Table
    from kpi.plan.model import Kpi


def stale_source(sources: Iterable[str], tables: Mapping[str, Table], period: Period) -> Table | None:
    """The first source of events that has no row in the period, or is older than it should be at its end; None where
    all are fresh."""
    for table in _events(sources, tables):
        if not has_row(table, period):
            return table
        updated = table.source.updated
        due = None if updated is None else period.last_day - timedelta(days=parse_updated(updated))
        if due is not None and table.last is not None and table.last < due:
            return table
    return None


def is_fresh(kpi: Kpi, sources: Iterable[str], tables: Mapping[str, Table], period: Period, calendar: Calendar) -> bool:
    """Whether a KPI that comes from these sources is fresh in a period; one without any value counts as fresh."""
    if kpi.formula is None:
        return not kpi.values or whole(period, calendar).label in kpi.values
    return stale_source(sources, tables, period) is None


class HeldValue(NamedTuple):
    """The period of the last value there is, and the source whose ``updated`` lets it hold."""

    period: Period
    source: str


def held_value(
    sources: Iterable[str], tables: Mapping[str, Table], now: Period, calendar: Calendar
) -> HeldValue | None:
    """S5: the last value before ``now`` where it still holds, because each source without a row in ``now`` is updated
    less often than once a period and its last row is not older than that; None where there is no such source."""
    events = _events(sources, tables)
    newest: list[tuple[date, str]] = []
    held_by: str | None = None
    for table in events:
        place = bisect_left(table.days, now.end)
        if not place:
            return None
        last = table.days[place - 1]
        newest.append((last, table.source.id))
        if last >= now.start:
            continue
        updated = table.source.updated
        days = 0 if updated is None else parse_updated(updated)
        if days <= length(now.every) or last < now.last_day - timedelta(days=days):
            return None
        held_by = table.source.id
    if held_by is None or stale_source([name for day, name in newest if day >= now.start], tables, now) is not None:
        return None
    oldest, source = min(newest)
    return HeldValue(period_of(oldest, now.every, calendar), source)


def last_fresh_period(
    kpi: Kpi, sources: Iterable[str], tables: Mapping[str, Table], now: Period, calendar: Calendar
) -> Period | None:
    """The newest period before ``now`` in which a stale KPI may be fresh; None where there is none."""
    if kpi.formula is None:
        starts = [parse_label(label, calendar, kpi.every).start for label in kpi.values]
        known = [start for start in starts if start < now.start]
        return period_of(max(known), kpi.every, calendar) if known else None
    newest = [table.last for table in _events(sources, tables)]
    known = [day for day in newest if day is not None]
    if not newest or len(known) < len(newest):
        return None
    period = period_of(min(known), kpi.every, calendar)
    return min(period, shift(whole(now, calendar), -1, calendar), key=lambda one: one.start)


def has_row(table: Table, period: Period) -> bool:
    """Whether a source of events has a row in the period."""
    return bisect_left(table.days, period.start) < bisect_left(table.days, period.end)


def newest_before_end(table: Table, period: Period) -> date | None:
    """The day of the last row of a source of events before a period ends."""
    place = bisect_left(table.days, period.end)
    return table.days[place - 1] if place else None


def missing_rows(table: Table, period: Period) -> str:
    """In words, which rows a stale source lacks in a period: those since its last row, or those between two rows where
    there are later ones."""
    readable = "readable " if table.skipped else ""
    passing = " that pass its where" if table.source.where else ""
    rows = f"no {readable}rows of {table.source.id}{passing}"
    before = newest_before_end(table, period)
    place = bisect_left(table.days, period.end)
    if place == len(table.days):
        return rows if before is None else f"{rows} since {day_in_words(before)}"
    after = day_in_words(table.days[place])
    return f"{rows} before {after}" if before is None else f"{rows} between {day_in_words(before)} and {after}"


def _events(sources: Iterable[str], tables: Mapping[str, Table]) -> list[Table]:
    """The tables of events for which a day without rows means missing data."""
    known = [tables[source] for source in sources if source in tables]
    return [table for table in known if table.shape == "dated" and table.source.no_rows != "zero"]
