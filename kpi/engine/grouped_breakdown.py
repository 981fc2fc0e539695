"""The segments of a table of the engine, each aggregate over all of them in as few statements as over the whole."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from kpi.data.database import Engine, quoted
from kpi.engine.aggregate_sql import (
    TiedRowsError,
    Value,
    combine,
    daily_partials,
    grouped_sql,
    to_float,
    whole_sql,
)
from kpi.engine.aggregation import MANY_ROWS, Aggregator, combines_days, has_edges, values_of
from kpi.engine.balances import empty_balance, tied_rows
from kpi.engine.breakdown import (
    MOST_VALUES,
    OTHER,
    Breakdown,
    Cells,
    Segment,
    SegmentAggregator,
    SegmentAnswers,
    Values,
    segment_filter,
    text_of,
    with_filter,
)
from kpi.engine.distinct_counts import chunks, statement
from kpi.engine.request import Request
from kpi.engine.table import Table
from kpi.formulas import nodes
from kpi.values import Span

# From so many partial results on it pays to ask window by window.
MANY_CELLS = 100_000
FOREVER = date.max

Asked = list[tuple[Request, Span]]


class GroupedSegmentAggregator(SegmentAggregator):
    """Computes aggregates over the segments of one table of the engine by grouping its rows."""

    def __init__(self, engine: Engine, table: Table) -> None:
        self._grouping = GroupingAggregator(engine, table)
        super().__init__(self._grouping)

    def compute(self, requests: Iterable[Request], breakdown: Breakdown) -> SegmentAnswers:
        """The cells of every request."""
        return self._grouping.answers(requests, breakdown, self.values(breakdown.column), text_of)

    def _distinct(self, column: str) -> Sequence[tuple[Any, date | None, date | None]]:
        edges = {
            "dated": "min(t.day$), max(t.day$)",
            "lasting": f"min(t.from$), max(coalesce(t.until$, DATE '{FOREVER.isoformat()}'))",
            "snapshot": "NULL, NULL",
        }[self.table.shape]
        return self._grouping.engine.run(
            self.table.source.id,
            f"SELECT t.{quoted(self.table.name_of(column))}, {edges}\n"
            f"FROM {self.table.name} t GROUP BY 1 LIMIT {MOST_VALUES + 1}",
        )


class GroupingAggregator(Aggregator):
    """The statements of an aggregator, with the segment as one more expression to group by."""

    def answers(
        self, requests: Iterable[Request], breakdown: Breakdown, values: Values, key: Callable[[Any], str | None]
    ) -> SegmentAnswers:
        """The cells of every request."""
        asked = list(dict.fromkeys(requests))
        for request in asked:
            if not self._compiled(request.aggregate):
                raise self.faults[request.aggregate]
        self._decode: Callable[[Any], Segment] = key
        self._filter_of = partial(segment_filter, breakdown.column, values, listed=breakdown.listed or ())
        self._sql, self._count = f"t.{quoted(self.table.name_of(breakdown.column))}", len(values)
        if any(text is not None and not text.isascii() for text in values) and self._is_text(breakdown.column):
            self._sql = f"nfc_normalize({self._sql})"
        if breakdown.listed is not None:
            segments: list[Segment] = [*sorted(breakdown.listed, key=lambda text: (text is None, text or "")), OTHER]
            compiler = self._row_compiler()
            cases = [
                f"WHEN {compiler.condition(segment_filter(breakdown.column, values, segment, ()))} THEN {number}"
                for number, segment in enumerate(segments[:-1])
            ]
            self._decode = segments.__getitem__
            self._sql, self._count = f"(CASE {' '.join(cases)} ELSE {len(segments) - 1} END)", len(segments)
        if self.table.shape == "snapshot":
            return self._of_snapshot(asked)
        return self._of_lasting(asked) if self.table.shape == "lasting" else self._of_dated(asked)

    def _is_text(self, column: str) -> bool:
        return self.table.kind(column) == "text"

    def _cells(self, request: Request, of_segment: Mapping[Segment, Callable[[], Value]]) -> Cells:
        """V3: a segment without rows, in a window that has rows of others, is like a filter that no row passes. The
        values are computed here, so that one that rows with ties do not give (V5) is missing, with a remark."""
        values: dict[Segment, Value] = {}
        remarks: dict[Segment, str] = {}
        for segment, value in of_segment.items():
            try:
                values[segment] = value()
            except TiedRowsError as tie:
                values[segment] = None
                remarks[segment] = tied_rows(request, tie).message
        return Cells(values, to_float(request.aggregate.function, None), remarks)

    def _of_cells(self, request: Request, cells: Mapping[Segment, Any]) -> Cells:
        """The values of segments that each have one cell."""
        function = request.aggregate.function
        return self._cells(request, {segment: partial(to_float, function, cell) for segment, cell in cells.items()})

    def _emptied(self, request: Request, cells: Cells, of_day: Cells, of_window: Cells) -> Cells:
        """B2: the cells of a balance, those segments empty that have no row on its date, but some before it."""
        emptied = [segment for segment, rows in of_window.of_segment.items() if rows and not of_day.at(segment)]
        day = self._last_day(request)
        remarks = {
            segment: empty_balance(with_filter(request, self._filter_of(segment)), self.table, day)
            for segment in emptied
        }
        values = {**cells.of_segment, **dict.fromkeys(emptied)}
        return cells._replace(of_segment=values, remarks={**cells.remarks, **remarks})

    # Dated sources.

    def _of_dated(self, asked: Sequence[Request]) -> SegmentAnswers:
        keyed = [request for request in asked if self._is_keyed(request.aggregate)]
        checks = self._checks(asked, filtered=True)
        every = dict.fromkeys([*asked, *(request for check in checks.values() for request in check)])
        rest = [request for request in every if request not in keyed and self._compiled(request.aggregate)]
        answers = self._of_balances(keyed) | self._of_rows(rest)
        for request, check in checks.items():
            answers[request] = self._emptied(request, answers[request], answers[check.of_day], answers[check.of_window])
        return {request: answers[request] for request in asked}

    def _of_balances(self, asked: Sequence[Request]) -> SegmentAnswers:
        """B5: over the last row of each key, the segments by its row."""
        answers: SegmentAnswers = {}
        windows: dict[tuple[date, Span], dict[nodes.Aggregate, Request]] = {}
        for request in asked:
            if request.window is None or self._span_of_rows(request) is None:
                answers[request] = Cells({}, self._without_rows(request))
            else:
                windows.setdefault((request.edge, request.window), {})[request.aggregate] = request
        alike: dict[tuple[nodes.Aggregate, ...], list[tuple[date, Span]]] = {}
        for pair, requests in windows.items():
            alike.setdefault(tuple(requests), []).append(pair)
        for aggregates, pairs in alike.items():
            listed = values_of([(i, Span(edge, edge), window) for i, (edge, window) in enumerate(pairs)])
            rows, time = f"FROM {self._rows_of_keys(listed)}", f"t.{self.table.moment}"
            cells: list[dict[Segment, dict[nodes.Aggregate, Any]]] = [{} for _ in pairs]
            for i, raw, found in self._aggregated(aggregates, rows, ["w.i", self._sql], time):
                cells[i].setdefault(self._decode(raw), {}).update(found)
            for pair, of_segment in zip(pairs, cells, strict=True):
                for aggregate in aggregates:
                    own = {segment: row.get(aggregate) for segment, row in of_segment.items()}
                    answers[windows[pair][aggregate]] = self._of_cells(windows[pair][aggregate], own)
        return answers

    def _of_rows(self, asked: Sequence[Request]) -> SegmentAnswers:
        """Over the rows of the days of each request."""
        answers: SegmentAnswers = {}
        daily: Asked = []
        distinct: Asked = []
        direct: Asked = []
        for request in asked:
            span = self._span_of_rows(request)
            if span is None:
                answers[request] = Cells({}, self._without_rows(request))
                continue
            function = request.aggregate.function
            if combines_days(request.aggregate):
                daily.append((request, span))
            elif function == "count_distinct" and not has_edges(request.aggregate) and self.table.rows >= MANY_ROWS:
                distinct.append((request, span))
            else:
                direct.append((request, span))
        if daily:
            days = self.table.days
            first, end = min(span.start for _, span in daily), max(span.end for _, span in daily)
            if (bisect_left(days, end) - bisect_left(days, first)) * self._count > MANY_CELLS:
                direct += daily
            else:
                answers |= self._of_days(daily, Span(first, end))
        if distinct:
            answers |= self._of_sightings(distinct)
        return answers | self._of_windows(direct)

    def _of_days(self, wanted: Asked, days: Span) -> SegmentAnswers:
        aggregates = list(dict.fromkeys(request.aggregate for request, _ in wanted))
        moment = f"t.{self.table.moment}"
        listed = [daily_partials(self._parts[aggregate], moment) for aggregate in aggregates]
        rows = self.engine.run(
            self.table.source.id,
            f"SELECT {self._sql}, t.day$, {', '.join(column for columns in listed for column in columns)}\n"
            f"FROM {self.table.name} t WHERE t.day$ >= DATE '{days.start.isoformat()}' "
            f"AND t.day$ < DATE '{days.end.isoformat()}' GROUP BY 1, 2 ORDER BY 2",
        )
        of_segment: dict[Segment, list[tuple[Any, ...]]] = {}
        for row in rows:
            of_segment.setdefault(self._decode(row[0]), []).append(row)
        days_of = {segment: [row[1] for row in rows] for segment, rows in of_segment.items()}
        places, at = {}, 2
        for aggregate, columns in zip(aggregates, listed, strict=True):
            places[aggregate] = slice(at, at + len(columns))
            at += len(columns)
        answers: SegmentAnswers = {}
        for request, span in wanted:
            place, function = places[request.aggregate], request.aggregate.function
            cells: dict[Segment, Callable[[], Value]] = {}
            for segment, own in of_segment.items():
                inside = own[bisect_left(days_of[segment], span.start) : bisect_left(days_of[segment], span.end)]
                if inside:
                    cells[segment] = partial(combine, function, [row[place] for row in inside])
            answers[request] = self._cells(request, cells)
        return answers

    def _of_sightings(self, wanted: Asked) -> SegmentAnswers:
        """Distinct counts over any windows from one pass, as for the whole."""
        aggregates = list(dict.fromkeys(request.aggregate for request, _ in wanted))
        pairs: dict[str, dict[tuple[int, Span], list[Request]]] = {}
        for request, span in wanted:
            place = aggregates.index(request.aggregate)
            of_value = pairs.setdefault(self._parts[request.aggregate].value or "1", {})
            of_value.setdefault((place, span), []).append(request)
        cells: dict[Request, dict[Segment, Value]] = {request: {} for request, _ in wanted}
        for value, asked in pairs.items():
            for chunk in chunks(list(asked)):
                conditions = {place: self._parts[aggregates[place]].condition for place, _ in chunk}
                sql = statement(self.table.name, value, conditions, chunk, self._sql)
                for row in self.engine.run(self.table.source.id, sql):
                    segment = self._decode(row[0])
                    for pair, count in zip(chunk, row[1:], strict=True):
                        for request in asked[pair]:
                            cells[request][segment] = float(count)
        return {request: self._of_cells(request, found) for request, found in cells.items()}

    def _of_windows(self, wanted: Asked) -> SegmentAnswers:
        """Window by window; aggregates with the same windows share a statement."""
        of_aggregate: dict[nodes.Aggregate, dict[tuple[Span, Span], Request]] = {}
        for request, rows in wanted:
            of_aggregate.setdefault(request.aggregate, {})[rows, request.window or rows] = request
        alike: dict[tuple[tuple[Span, Span], ...], list[nodes.Aggregate]] = {}
        for aggregate, pairs in of_aggregate.items():
            alike.setdefault(tuple(pairs), []).append(aggregate)
        answers: SegmentAnswers = {}
        for windows, aggregates in alike.items():
            listed = values_of([(i, rows, window) for i, (rows, window) in enumerate(windows)])
            joined = f"FROM {self.table.name} t JOIN {listed}\nON t.day$ >= w.rs AND t.day$ < w.re"
            cells: list[dict[Segment, dict[nodes.Aggregate, Any]]] = [{} for _ in windows]
            for i, raw, found in self._aggregated(aggregates, joined, ["w.i", self._sql], f"t.{self.table.moment}"):
                cells[i].setdefault(self._decode(raw), {}).update(found)
            for aggregate in aggregates:
                for pair, of_segment in zip(windows, cells, strict=True):
                    # At a moment several windows may look at the rows of one day.
                    request = of_aggregate[aggregate][pair]
                    own = {segment: row.get(aggregate) for segment, row in of_segment.items()}
                    answers[request] = self._of_cells(request, own)
        return answers

    def _aggregated(
        self, aggregates: Sequence[nodes.Aggregate], rows: str, by: Sequence[str], time: str
    ) -> Iterator[tuple[Any, ...]]:
        """The values of ``by`` and then some of the aggregates of these ``rows`` (SQL from FROM on), by aggregate."""
        plain = [one for one in aggregates if one.per is None]
        if plain:
            columns = ", ".join(whole_sql(self._parts[one], time) for one in plain)
            places = ", ".join(str(place + 1) for place in range(len(by)))
            sql = f"SELECT {', '.join(by)}, {columns}\n{rows} GROUP BY {places}"
            for row in self.engine.run(self.table.source.id, sql):
                yield (*row[: len(by)], dict(zip(plain, row[len(by) :], strict=True)))
        for one in aggregates:
            if one.per is not None:
                for row in self.engine.run(self.table.source.id, grouped_sql(self._parts[one], time, rows, by=by)):
                    yield (*row[: len(by)], {one: row[-1]})

    # Rows that last, and snapshots.

    def _of_lasting(self, asked: Sequence[Request]) -> SegmentAnswers:
        aggregates, rows = self._touching(asked, self._sql)
        found: dict[Span, dict[Segment, Sequence[Any]]] = {}
        for window, (segment, *cells_of) in rows:
            found.setdefault(window, {})[self._decode(segment)] = cells_of
        answers: SegmentAnswers = {}
        for request in asked:
            cells = found.get(request.window) if request.window is not None else None
            if cells is None:
                answers[request] = Cells({}, self._without_rows(request))
            else:
                place = aggregates.index(request.aggregate)
                answers[request] = self._of_cells(request, {segment: row[place] for segment, row in cells.items()})
        return answers

    def _of_snapshot(self, asked: Sequence[Request]) -> SegmentAnswers:
        if not self.table.rows:
            return {request: Cells({}, None) for request in asked}
        aggregates = list(dict.fromkeys(request.aggregate for request in asked))
        cells: dict[Segment, dict[nodes.Aggregate, Any]] = {}
        for raw, found in self._aggregated(aggregates, f"FROM {self.table.name} t", [self._sql], "NULL::DATE"):
            cells.setdefault(self._decode(raw), {}).update(found)
        return {
            request: self._of_cells(request, {segment: row.get(request.aggregate) for segment, row in cells.items()})
            for request in asked
        }
