"""All the aggregates that a run asks of one loaded source, over all their windows, in a few statements.

Additive aggregates come from partial results by day, of which every window is a sum; distinct counts over all windows
from one pass (distinct.py). Everything else asks window by window.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from kpi.data.database import Engine
from kpi.data.limits import MemoryLimitError
from kpi.data.requirements import aggregated_value
from kpi.engine.aggregate_sql import (
    GROUP_VALUE,
    AggregateSql,
    Groups,
    Value,
    combine,
    daily_partials,
    grouped_sql,
    to_float,
    whole_sql,
)
from kpi.engine.distinct_counts import Sought, count_distinct, day_sql
from kpi.engine.row_sql import RowCompiler, Sql, column_sql, types_of_columns
from kpi.engine.table import Table
from kpi.errors import TextError
from kpi.formulas import aggregates, nodes, row_expressions, walk
from kpi.formulas.errors import FormulaError
from kpi.formulas.functions import AGGREGATES
from kpi.formulas.type_checker import TypeChecker
from kpi.formulas.types import AMOUNT, DURATION
from kpi.values import Span

# From here on it pays to ask for each window by itself, so that the engine passes over the rows outside.
MANY_ROWS = 50_000
# In one statement; a median keeps all values of its rows in memory.
MOST_DIRECT = 8


class Request(NamedTuple):
    """One aggregate over one window. ``window`` is None for a snapshot. ``bad`` are the bits of the rows that are left
    out, since what the KPI uses of them cannot be read."""

    aggregate: nodes.Aggregate
    window: Span | None
    bad: int = 0


class Touching(NamedTuple):
    """Of intervals: the ``aggregates`` asked for, and for each window (and part of a split) the window, and the
    cells: that of the part, where there is one, then one for each aggregate."""

    aggregates: list[nodes.Aggregate]
    rows: list[tuple[Span, Sequence[Any]]]


Asked = dict[nodes.Aggregate, list[tuple[Request, Span]]]


class Aggregator:
    """Computes requests on one table. ``faults`` has the aggregates that cannot be computed, and why."""

    def __init__(self, engine: Engine, table: Table) -> None:
        self.engine = engine
        self.table = table
        self.faults: dict[nodes.Aggregate, TextError] = {}
        self._parts: dict[nodes.Aggregate, AggregateSql] = {}
        self._durations: dict[nodes.Node, bool] = {}

    def compute(self, requests: Iterable[Request]) -> dict[Request, Value]:
        """The value of every request that has no fault; None where there is none."""
        asked = [request for request in dict.fromkeys(requests) if self._compiled(request.aggregate)]
        if not asked:
            return {}
        if self.table.shape == "snapshot":
            return self._snapshot(asked)
        if self.table.shape == "lasting":
            return self._lasting(asked)
        return self._dated(asked)

    def is_duration(self, aggregate: nodes.Aggregate) -> bool:
        """Whether the aggregate's value is a duration, in seconds."""
        if AGGREGATES[aggregate.function].result is not None:
            return False
        if aggregate.per is not None:
            return self.is_duration(aggregate.per.value)
        if aggregate.column is not None:
            return self.table.kind(aggregate.column) == "duration"
        return aggregate.expression is not None and self._is_duration(aggregate.expression)

    def _is_duration(self, expression: nodes.Node) -> bool:
        if expression not in self._durations:
            try:
                types = TypeChecker(types_of_columns(self.table.kinds)).value(expression).types
            except TextError:  # a fault, which is reported where the aggregate is compiled
                types = frozenset()
            self._durations[expression] = types == DURATION
        return self._durations[expression]

    # Compiling.

    def _compiled(self, aggregate: nodes.Aggregate) -> bool:
        if aggregate in self.faults:
            return False
        if aggregate not in self._parts:
            try:
                self._parts[aggregate] = self._compile(aggregate)
            except TextError as error:
                self.faults[aggregate] = error
                return False
        return True

    def _compile(self, aggregate: nodes.Aggregate) -> AggregateSql:
        columns = {name: column_sql(name, kind, "t.") for name, kind in self.table.all_kinds.items()}
        compiler = RowCompiler(columns, self.table.source.read, edges=("w.s", "w.e"))
        if aggregate.per is not None:
            return self._compile_groups(compiler, aggregate, aggregate.per)
        return self._compile_rows(compiler, aggregate)

    def _compile_rows(self, compiler: RowCompiler, aggregate: nodes.Aggregate) -> AggregateSql:
        value, integer, operand = None, True, aggregated_value(aggregate)
        if operand is not None:
            sql = compiler.value(operand)
            compiler.checker.aggregated(aggregate, frozenset((sql.type,)))
            value = sql.text
            if AGGREGATES[aggregate.function].column == AMOUNT:
                value = f"CAST({value} AS DOUBLE)" if sql.type == "empty" else value
                integer = isinstance(operand, nodes.Column) and self.table.integer(operand)
        condition = None if aggregate.filter is None else compiler.condition(aggregate.filter)
        return AggregateSql(aggregate.function, value, condition, aggregate.percent, integer)

    def _compile_groups(self, compiler: RowCompiler, aggregate: nodes.Aggregate, per: nodes.Per) -> AggregateSql:
        rows = None if aggregate.filter is None else compiler.condition(aggregate.filter)
        groups = Groups(compiler.value(per.key).text, self._compile_rows(compiler, per.value), rows)
        condition = None
        if per.condition is not None:
            value = Sql(GROUP_VALUE, "duration" if self.is_duration(per.value) else "number")
            condition = RowCompiler({"value": value}, self.table.source.read).condition(per.condition)
        counted = AGGREGATES[aggregate.function].column is None
        return AggregateSql(
            aggregate.function, None if counted else GROUP_VALUE, condition, aggregate.percent, groups=groups
        )

    # Dated sources.

    def _dated(self, asked: Sequence[Request]) -> dict[Request, Value]:
        answers: dict[Request, Value] = {}
        daily: dict[nodes.Aggregate, list[tuple[Request, Span]]] = {}
        distinct: dict[nodes.Aggregate, list[tuple[Request, Span]]] = {}
        direct: list[tuple[Request, Span]] = []
        for request in asked:
            span = self._span_of_rows(request)
            if span is None:
                answers[request] = self._without_rows(request)
                continue
            aggregate = replace(request.aggregate, moment=None)
            if combines_days(aggregate):
                daily.setdefault(aggregate, []).append((request, span))
            elif aggregate.function == "count_distinct" and not has_edges(aggregate):
                distinct.setdefault(aggregate, []).append((request, span))
            else:
                direct.append((request, span))
        if daily:
            answers.update(self._by_day(daily))
        if distinct:
            few = self._as_far_as_it_goes(
                list(distinct), lambda aggregates: self._sightings({one: distinct[one] for one in aggregates})
            )
            answers.update(few)
        if direct:
            answers.update(self._direct(direct))
        return answers

    def _span_of_rows(self, request: Request) -> Span | None:
        """The days whose rows count (B2), or None when the window has no row at all (V3)."""
        window, days = request.window, self.table.days
        if window is None:
            return None
        first, last = bisect_left(days, window.start), bisect_left(days, window.end)
        if first == last:
            return None
        if request.aggregate.moment is None:
            return window
        index = (last if request.aggregate.moment == "at_end" else first) - 1
        if index < 0:
            return None
        return Span(days[index], days[index] + timedelta(days=1))

    def _without_rows(self, request: Request) -> Value:
        """V3: empty, or zero after the first row of a source for which no row is good news."""
        table, window = self.table, request.window
        if table.source.no_rows != "zero" or window is None or table.first is None or window.end <= table.first:
            return None
        return 0.0 if AGGREGATES[request.aggregate.function].zero else None

    def _daily(self, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """What the days contribute, in order: the day, then these columns. A day may be there in several parts."""
        return self.engine.run(
            self.table.source.id,
            f"SELECT t.day$, {', '.join(columns)}\nFROM {self.table.name} t GROUP BY t.day$ ORDER BY t.day$",
        )

    def _by_day(self, wanted: Asked) -> dict[Request, Value]:
        columns_of = {
            aggregate: daily_partials(self._parts[self._key(aggregate, wanted)], f"t.{self.table.moment}")
            for aggregate in wanted
        }
        rows = self._daily([column for listed in columns_of.values() for column in listed])
        days = [row[0] for row in rows]
        answers: dict[Request, Value] = {}
        at = 1
        for aggregate, requests in wanted.items():
            part = self._parts[self._key(aggregate, wanted)]
            width = len(columns_of[aggregate])
            cells = [row[at : at + width] for row in rows]
            at += width
            for request, span in requests:
                inside = cells[bisect_left(days, span.start) : bisect_left(days, span.end)]
                answers[request] = combine(part.function, inside)
        return answers

    def _key(self, aggregate: nodes.Aggregate, wanted: Asked) -> nodes.Aggregate:
        """The aggregate as it was compiled: with the moment of its first request."""
        return wanted[aggregate][0][0].aggregate

    def _sightings(self, wanted: Asked) -> dict[Request, Value]:
        """Distinct counts."""
        parts = [self._parts[self._key(aggregate, wanted)] for aggregate in wanted]
        sought = [
            Sought(part.value or "1", part.condition, [span for _, span in requests])
            for part, requests in zip(parts, wanted.values(), strict=True)
        ]
        counted = count_distinct(lambda sql: self.engine.run(self.table.source.id, sql), self.table.name, sought)
        return {
            request: float(counts[span])
            for counts, requests in zip(counted, wanted.values(), strict=True)
            for request, span in requests
        }

    def _direct(self, wanted: list[tuple[Request, Span]]) -> dict[Request, Value]:
        """Window by window; aggregates with the same window share a statement."""
        alike: dict[tuple[Span, Span], dict[nodes.Aggregate, None]] = {}
        for request, rows in wanted:
            alike.setdefault((rows, request.window or rows), {})[request.aggregate] = None
        answers: dict[Request, Value] = {}
        if self.table.rows >= MANY_ROWS:
            for pair, aggregates in alike.items():
                for some in batches(list(aggregates), MOST_DIRECT):
                    answers |= self._as_far_as_it_goes(some, partial(self._over, [pair]))
            return answers
        together: dict[tuple[nodes.Aggregate, ...], list[tuple[Span, Span]]] = {}
        for pair, aggregates in alike.items():
            for some in batches(list(aggregates), MOST_DIRECT):
                together.setdefault(tuple(some), []).append(pair)
        for some, pairs in together.items():
            answers |= self._as_far_as_it_goes(some, partial(self._over, pairs))
        return answers

    def _as_far_as_it_goes(
        self, aggregates: Sequence[nodes.Aggregate], ask: Callable[[Sequence[nodes.Aggregate]], dict[Request, Value]]
    ) -> dict[Request, Value]:
        """The answers for all aggregates together, or, where the memory does not suffice for that, for one after the
        other. Those for which it does not even then are faults."""
        try:
            return ask(aggregates)
        except MemoryLimitError as error:
            if len(aggregates) > 1:
                singly = [self._as_far_as_it_goes([one], ask) for one in aggregates]
                return {request: value for answers in singly for request, value in answers.items()}
            one = aggregates[0]
            self.faults[one] = FormulaError("E052", error.message, one.source_at, hint=error.hint)
            return {}

    def _over(self, pairs: Sequence[tuple[Span, Span]], aggregates: Sequence[nodes.Aggregate]) -> dict[Request, Value]:
        """Aggregates over the rows of some days for some windows, each pair (days of the rows, window)."""
        if grouped := [aggregate for aggregate in aggregates if aggregate.per is not None]:
            plain = [aggregate for aggregate in aggregates if aggregate.per is None]
            answers = self._over(pairs, plain) if plain else {}
            return answers | {key: value for one in grouped for key, value in self._groups_over(pairs, one).items()}
        columns = ", ".join(whole_sql(self._parts[aggregate], f"t.{self.table.moment}") for aggregate in aggregates)
        listed = values_of([(i, rows, window) for i, (rows, window) in enumerate(pairs)])
        where = f"FROM {self.table.name} t JOIN {listed}\nON t.day$ >= w.rs AND t.day$ < w.re"
        if len(pairs) == 1:
            rows, window = pairs[0]
            days = f"t.day$ >= {day_sql(rows.start)} AND t.day$ < {day_sql(rows.end)}"
            where = f"FROM {self.table.name} t JOIN {listed}\nON true WHERE {days}"
        try:
            answered = self.engine.run(self.table.source.id, f"SELECT w.i, {columns}\n{where} GROUP BY w.i")
        except MemoryLimitError:
            if len(pairs) > 1 or len(aggregates) > 1 or aggregates[0].function not in ("median", "percentile"):
                raise
            return {Request(aggregates[0], window): self._by_order(self._parts[aggregates[0]], where)}
        found: dict[int, Any] = {row[0]: row[1:] for row in answered}
        return {
            Request(aggregate, window): to_float(aggregate.function, found[i][place] if i in found else None)
            for place, aggregate in enumerate(aggregates)
            for i, (_, window) in enumerate(pairs)
        }

    def _groups_over(self, pairs: Sequence[tuple[Span, Span]], aggregate: nodes.Aggregate) -> dict[Request, Value]:
        """As ``_over``, an aggregate of the groups of ``per``."""
        listed = values_of([(i, rows, window) for i, (rows, window) in enumerate(pairs)])
        rows = f"FROM {self.table.name} t JOIN {listed}\nON t.day$ >= w.rs AND t.day$ < w.re"
        sql = grouped_sql(self._parts[aggregate], f"t.{self.table.moment}", rows, by=["w.i"])
        found: dict[int, Any] = {row[0]: row[1] for row in self.engine.run(self.table.source.id, sql)}
        return {
            Request(aggregate, window): to_float(aggregate.function, found.get(i))
            for i, (_, window) in enumerate(pairs)
        }

    def _by_order(self, part: AggregateSql, where: str) -> Value:
        """A median or percentile of more values than the memory holds: they are sorted on the disk."""
        value = f"{part.chosen}::DOUBLE"
        count = self.engine.run(self.table.source.id, f"SELECT count({value})\n{where}")[0][0]
        if not count:
            return None
        place = (count - 1) * (50.0 if part.percent is None else part.percent) / 100
        sql = f"SELECT {value} AS v\n{where} AND {value} IS NOT NULL ORDER BY v LIMIT 2 OFFSET {int(place)}"
        (low,), (high,) = (self.engine.run(self.table.source.id, sql) * 2)[:2]
        return to_float(part.function, low + (high - low) * (place - int(place)))

    # Rows that last, and snapshots.

    def _touching(self, asked: Sequence[Request], by: str | None = None) -> Touching:
        """What the rows that touch each window asked for come to, where ``by`` is given for each of its values."""
        windows = list(dict.fromkeys(request.window for request in asked if request.window is not None))
        aggregates = list(dict.fromkeys(request.aggregate for request in asked))
        keys = ["w.i"] if by is None else ["w.i", by]
        plain = [aggregate for aggregate in aggregates if aggregate.per is None]
        columns = []
        for aggregate in plain:
            part = self._parts[aggregate]
            condition = MOMENTS[aggregate.moment]
            if part.condition is not None:
                condition = f"{condition} AND {part.condition}"
            columns.append(whole_sql(replace(part, condition=condition), "t.from$"))
        listed = values_of([(i, window, window) for i, window in enumerate(windows)])
        joined = f"FROM {self.table.name} t JOIN {listed}\nON t.from$ < w.e AND (t.until$ IS NULL OR t.until$ >= w.s)"
        places = ", ".join(str(place + 1) for place in range(len(keys)))
        rows = self.engine.run(
            self.table.source.id, f"SELECT {', '.join([*keys, *columns])}\n{joined} GROUP BY {places}"
        )
        cells = {row[: len(keys)]: dict(zip(plain, row[len(keys) :], strict=True)) for row in rows}
        for aggregate in aggregates:
            if aggregate.per is not None:
                sql = grouped_sql(self._parts[aggregate], "t.from$", joined, [MOMENTS[aggregate.moment]], keys)
                for row in self.engine.run(self.table.source.id, sql):
                    cells[row[: len(keys)]][aggregate] = row[-1]
        return Touching(
            aggregates,
            [(windows[key[0]], (*key[1:], *map(found.get, aggregates))) for key, found in cells.items()],
        )

    def _lasting(self, asked: Sequence[Request]) -> dict[Request, Value]:
        aggregates, rows = self._touching(asked)
        found = dict(rows)
        answers: dict[Request, Value] = {}
        for request in asked:
            cells = found.get(request.window) if request.window is not None else None
            if cells is None:
                answers[request] = self._without_rows(request)
            else:
                cell = cells[aggregates.index(request.aggregate)]
                answers[request] = to_float(request.aggregate.function, cell)
        return answers

    def _snapshot(self, asked: Sequence[Request]) -> dict[Request, Value]:
        if not self.table.rows:
            return dict.fromkeys(asked)
        plain = [request for request in asked if request.aggregate.per is None]
        found: dict[Request, Any] = {}
        if plain:
            columns = [whole_sql(self._parts[request.aggregate], "NULL::DATE") for request in plain]
            row = self.engine.run(self.table.source.id, f"SELECT {', '.join(columns)} FROM {self.table.name} t")[0]
            found = dict(zip(plain, row, strict=True))
        for request in asked:
            if request.aggregate.per is not None:
                sql = grouped_sql(self._parts[request.aggregate], "NULL::DATE", f"FROM {self.table.name} t")
                found[request] = self.engine.run(self.table.source.id, sql)[0][0]
        return {request: to_float(request.aggregate.function, found[request]) for request in asked}


# Which of the rows that touch a window count (B1). "Touching" is: begun before its end, not ended before its start.
MOMENTS: dict[str | None, str] = {
    None: "(t.until$ IS NULL OR (t.until$ > w.s AND t.until$ > t.from$))",
    "at_end": "(t.until$ IS NULL OR t.until$ >= w.e)",
    "at_start": "(t.from$ < w.s)",
    "started": "(t.from$ >= w.s)",
    "ended": "(t.until$ IS NOT NULL AND t.until$ >= w.s AND t.until$ < w.e)",
}


def has_edges(aggregate: nodes.Aggregate) -> bool:
    """Whether ``window_start`` or ``window_end`` is in it (T8)."""
    expressions = (part for one in aggregates(aggregate) for part in row_expressions(one))
    return any(isinstance(node, nodes.WindowEdge) for part in expressions for node in walk(part))


def combines_days(aggregate: nodes.Aggregate) -> bool:
    """Whether the value of a window follows from partial results of its days."""
    return AGGREGATES[aggregate.function].mergeable and aggregate.per is None and not has_edges(aggregate)


def batches(things: Sequence[nodes.Aggregate], most: int) -> list[Sequence[nodes.Aggregate]]:
    """The things in order, at most so many together."""
    return [things[at : at + most] for at in range(0, len(things), most)]


def values_of(windows: Sequence[tuple[int, Span, Span]]) -> str:
    """A table of windows: number, days of the rows (``rs``, ``re``), and the window itself (``s``, ``e``)."""

    lines = ", ".join(
        f"({i}, {day_sql(rows.start)}, {day_sql(rows.end)}, {day_sql(window.start)}, {day_sql(window.end)})"
        for i, rows, window in windows
    )
    return f"(VALUES {lines}) w(i, rs, re, s, e)"
