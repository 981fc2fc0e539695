"""The results of a run: values by period, and where they came from. The engine is not loaded by this file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from typing import Literal

from kpi.frozen import frozen
from kpi.values import Period

# What a change is measured against.
Against = Literal["previous period", "year ago"]

# The names of the segments of a split KPI that have no value in the column, or one that is not listed; and the name of
# a target that holds for each value.
EMPTY, REST, EACH = "(empty)", "other", "each"


@frozen
class Point:
    """One value. ``value`` is None where there is none; it is in the KPI's scale, rounded to 12 significant digits.

    ``partial``: the window begins before the data does, by more than a tenth of its length (rule T2).
    """

    period: Period
    value: float | None
    partial: bool = False


@frozen
class SourceUse:
    """What was read of a source up to ``as_of``. ``rows`` are the rows used (after ``where``), ``skipped`` those that
    could not be read and were skipped because the source says so, with the reasons; ``first`` and ``last`` are the
    days of the earliest and latest row, None for a snapshot or an empty source."""

    id: str
    files: tuple[str, ...]
    rows: int
    skipped: int = 0
    skipped_reasons: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


@frozen
class AbsentLiteral:
    """A text or number that a condition compares with and that no row of ``source`` has (V9). ``path`` leads to the
    text of the condition in the plan, in which it is from ``start`` to ``end``. ``message`` says so, and ``hint`` what
    may be meant."""

    source: str
    path: tuple[str, ...]
    start: int
    end: int
    message: str
    hint: str | None

    @property
    def note(self) -> str:
        """The whole in one sentence."""
        return f"{self.message}; {self.hint}" if self.hint else self.message


@frozen
class Series:
    """The values of one KPI.

    ``shown`` is the period that was asked for; ``previous`` what its change is measured against (None: no change is
    to be shown); ``history`` the complete periods before it, oldest first, without leading empty ones. ``fresh`` is
    false when a source of events has no row in the period shown or is older than it should be; then ``last`` is the
    last fresh value, None if there never was one, ``last_history`` what came before that and ``newest`` the day of the
    newest row, before the period ends, of the source that is behind, ``behind`` its id and ``missing`` the rows that it
    lacks, in words. ``references`` holds the values in the period shown (in
    that of ``last`` when stale) of the measures and KPIs that the targets name, and under the names of their anchors
    (``a year ago``) the KPI's own values to which they are relative. ``additive``: a sum over the period, so that a
    running period has only part of it; what the targets name is then of the whole period. ``problem``: why there is no
    value, in one sentence; ``failed``: because of an error (unreadable data), not because data is missing. ``split``
    has its segments, where it is split. ``notes`` are what bears on the value shown, a sentence each (G2); ``absent``
    are the literals that no row has, which notes say as well.
    """

    kpi: str
    shown: Point
    previous: Point | None = None
    history: tuple[Point, ...] = ()
    fresh: bool = True
    last: Point | None = None
    last_history: tuple[Point, ...] = ()
    newest: date | None = None
    behind: str | None = None
    missing: str | None = None
    references: Mapping[str, float | None] = field(default_factory=dict)
    additive: bool = False
    problem: str | None = None
    failed: bool = False
    sources: tuple[str, ...] = ()
    split: SplitSeries | None = None
    notes: tuple[str, ...] = ()
    absent: tuple[AbsentLiteral, ...] = ()


@frozen
class PartSeries:
    """One segment of a KPI: its values over the rows with one value of a column (its text, None for the empty one), or
    over those of all ``other`` values together (``values`` is how many they are, else 1). Freshness and references are
    those of the whole, since they depend on the source."""

    value: str | None
    series: Series
    other: bool = False
    values: int = 1


@frozen
class SplitSeries:
    """A KPI by the values of the column ``by``. ``parts`` are the segments that have a value now or in the history,
    the largest first, all others together at the end. ``amount``: the segments add up to the whole (a sum, a count),
    so that its target and baseline are not theirs. ``notes`` are what a reader should know, a sentence each.
    ``problem``: why there are no segments, in one sentence."""

    by: str
    parts: tuple[PartSeries, ...] = ()
    amount: bool = False
    notes: tuple[str, ...] = ()
    problem: str | None = None


@frozen
class Results:
    """Everything that one run computed. ``problems`` are messages for standard error; ``sql`` what was run, in order,
    as (source, statement); ``scans`` counts how often the files of each source were read."""

    as_of: date
    series: Mapping[str, Series]
    sources: Mapping[str, SourceUse]
    problems: tuple[str, ...] = ()
    sql: tuple[tuple[str, str], ...] = ()
    scans: Mapping[str, int] = field(default_factory=dict)
