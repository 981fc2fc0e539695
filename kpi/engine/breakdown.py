"""A source cut into segments by the values of a column, and aggregates over each of the segments.

A segment is defined once, as a filter on rows (``segment_filter``): an aggregate over a segment is the aggregate with
that filter beside its own. :class:`SegmentAggregator` computes it like that, for any source; the one of
grouped_breakdown.py groups by the column, with the same result, so that the number of segments hardly matters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from unicodedata import normalize

from kpi.engine.aggregate_sql import Value
from kpi.engine.aggregation import Aggregator
from kpi.engine.request import Request
from kpi.engine.table import Table
from kpi.errors import TextError, nearest
from kpi.formulas import nodes
from kpi.values import Span, format_plain

# The text of a value, None for the empty one, OTHER for all that are not listed.
Segment = str | int | None
OTHER = 0

# Splitting by a column with more values is a mistake.
MOST_VALUES = 10_000
# Whole numbers beyond are not all distinct as floating-point numbers.
EXACT = 2**53

SegmentAnswers = dict[Request, "Cells"]


class MissingColumnError(TextError):
    """The column by which something is to be split does not exist."""


class Breakdown(NamedTuple):
    """Into which segments to split: one for each value of the ``column``, or only for those ``listed``, and one for all
    others."""

    column: str
    listed: frozenset[str | None] | None = None


class Cells(NamedTuple):
    """One aggregate over one window, for each segment that has rows there; ``without`` is the value of any other
    segment. ``remarks`` is what is to be said of the values of segments (G2)."""

    of_segment: Mapping[Segment, Value]
    without: Value
    remarks: Mapping[Segment, str] = {}

    def at(self, segment: Segment) -> Value:
        """The value of one segment."""
        return self.of_segment.get(segment, self.without)


class ColumnValue(NamedTuple):
    """One value of a column: its text, as a filter names it (None: empty), and the days of its first and last row; of
    rows that last, those on which the first began and the last ended. None for a snapshot."""

    text: str | None
    literal: nodes.Literal_ | None
    first: date | None
    last: date | None

    def has_rows(self, span: Span) -> bool:
        """Whether it may have rows in these days."""
        return self.first is None or self.last is None or (self.first < span.end and self.last >= span.start)


Values = Mapping[str | None, ColumnValue]


class SegmentAggregator:
    """Computes aggregates over the segments of one source, each with a filter."""

    def __init__(self, aggregator: Aggregator) -> None:
        self.aggregator = aggregator
        self._values: dict[str, Values] = {}

    @property
    def table(self) -> Table:
        """The table that is split."""
        return self.aggregator.table

    def is_duration(self, aggregate: nodes.Aggregate) -> bool:
        """Whether the aggregate's value is a duration, in seconds."""
        return self.aggregator.is_duration(aggregate)

    def values(self, column: str) -> Values:
        """The values of a column, in any row up to ``as_of``. Raises TextError where it cannot be split by."""
        folded = column.casefold()
        if folded not in self._values:
            self._refuse(column)
            found = [ColumnValue(text_of(raw), literal_of(raw), *days) for raw, *days in self._distinct(column)]
            if len(found) > MOST_VALUES:
                message = f"{self._called(column)} has more than {MOST_VALUES:,} different values"
                raise TextError(message, 0, len(column), hint="split by a column with fewer")
            if any(one.literal and isinstance(one.literal.value, float) and abs(one.literal.value) >= EXACT
                   for one in found):  # fmt: skip
                message = f"{self._called(column)} has numbers too large to be distinguished"
                raise TextError(message, 0, len(column), hint=f"say types: {{{column}: text}}")
            self._values[folded] = _united(found)
        return self._values[folded]

    def compute(self, requests: Iterable[Request], breakdown: Breakdown) -> SegmentAnswers:
        """The cells of every request."""
        column, values = breakdown.column, self.values(breakdown.column)
        segments: list[Segment] = list(values if breakdown.listed is None else [*breakdown.listed, OTHER])
        asked: dict[Request, list[Request]] = {}
        for request in dict.fromkeys(requests):
            filters = [segment_filter(column, values, segment, breakdown.listed or ()) for segment in segments]
            asked[request] = [with_filter(request, one) for one in (*filters, never(column))]
        found = self.aggregator.compute(one for each in asked.values() for one in each)
        for one in (one for each in asked.values() for one in each if one not in found):
            raise self.aggregator.faults.get(one.aggregate) or TextError("its segments cannot be computed")
        answers: SegmentAnswers = {}
        for request, (*each, none) in asked.items():
            of_segment = dict(zip(segments, each, strict=True))
            remarks = {segment: self._remark(one) for segment, one in of_segment.items()}
            answers[request] = Cells(
                {segment: found[one] for segment, one in of_segment.items()},
                found[none],
                {segment: remark for segment, remark in remarks.items() if remark is not None},
            )
        return answers

    def _remark(self, request: Request) -> str | None:
        error = self.aggregator.errors.get(request)
        return self.aggregator.remarks.get(request) if error is None else error.message

    def _distinct(self, column: str) -> Sequence[tuple[Any, date | None, date | None]]:
        raise NotImplementedError

    def _called(self, column: str) -> str:
        return f"{self.table.source.id}.{column}"

    def _refuse(self, column: str) -> None:
        """Raise TextError for a column that does not exist, or is of a kind whose values hardly ever repeat."""
        kind = self.table.kind(column)
        if kind is None:
            message = f'there is no column "{column}" in {self.table.source.id}'
            near = nearest(column, self.table.kinds)  # of those that were read: there may be others
            raise MissingColumnError(message, 0, len(column), hint=None if near is None else f'did you mean "{near}"?')
        if kind in ("timestamp", "instant", "duration"):
            words = "durations" if kind == "duration" else "times of day"
            message = f"{self._called(column)} holds {words}, which hardly ever repeat"
            raise TextError(message, 0, len(column), hint="split by a column that is computed from it, e.g. year(x)")


def _united(found: Iterable[ColumnValue]) -> Values:
    """The values by their texts, those that are the same letters written differently as one (V9)."""
    united: dict[str | None, ColumnValue] = {}
    for one in found:
        known = united.get(one.text, one)
        united[one.text] = one._replace(
            first=known.first if one.first is None or known.first is None else min(one.first, known.first),
            last=known.last if one.last is None or known.last is None else max(one.last, known.last),
        )
    return united


def literal_of(raw: Any) -> nodes.Literal_ | None:
    """A value of a column as a filter names it; None for the empty one."""
    match raw:
        case None:
            return None
        case bool() | str():
            return nodes.Literal_(raw)
        case int():
            return nodes.Literal_(raw)
        case Decimal() if raw == int(raw):
            return nodes.Literal_(int(raw))
        case float() | Decimal():
            return nodes.Literal_(float(raw))
    return nodes.Literal_(raw.isoformat() if isinstance(raw, date) else str(raw))


def text_of(raw: Any) -> str | None:
    """A value of a column for people, distinct from others; None for the empty one."""
    literal = literal_of(raw)
    value = None if literal is None else literal.value
    if value is None or isinstance(value, str):
        return None if value is None else normalize("NFC", value)
    if isinstance(value, int):
        return str(value).lower()
    return format_plain(value)


def segment_filter(column: str, values: Values, segment: Segment, listed: Collection[str | None]) -> nodes.Node:
    """The filter that a segment is; OTHER is what none of the ``listed`` values has."""
    named = nodes.Column(column)
    if segment == OTHER:
        items = tuple(found.literal for text in listed if (found := values.get(text)) is not None and found.literal)
        others: nodes.Node = nodes.Within(named, items, negated=True)
        return nodes.All((others, nodes.IsNone(named, negated=True))) if None in listed else others
    found = values.get(segment) if not isinstance(segment, int) else None
    if found is None:
        return never(column)
    if found.literal is None:
        return nodes.IsNone(named, negated=False)
    return nodes.Compare("==", named, found.literal)


def never(column: str) -> nodes.Node:
    """A filter that no row passes."""
    named = nodes.Column(column)
    return nodes.All((nodes.IsNone(named, negated=False), nodes.IsNone(named, negated=True)))


def with_filter(request: Request, condition: nodes.Node) -> Request:
    """The request with one more filter on its rows."""
    own = request.aggregate.filter
    both = condition if own is None else nodes.All((own, condition))
    return request._replace(aggregate=replace(request.aggregate, filter=both))
