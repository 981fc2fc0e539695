"""All the aggregates that a run asks of one loaded source, over all their windows, in a few statements.

Additive aggregates come from partial results by day, of which every window is a sum; distinct counts over all windows
from one pass (distinct.py). Everything else asks window by window.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import Any, NamedTuple

from kpi.data.database import Engine, quoted
from kpi.data.limits import MemoryLimitError
from kpi.data.requirements import aggregated_value
from kpi.engine.aggregate_sql import (
    GROUP_VALUE,
    AggregateSql,
    Groups,
    TiedRowsError,
    Value,
    combine,
    daily_partials,
    grouped_sql,
    to_float,
    whole_sql,
)
from kpi.engine.balances import (
    IS_LATEST,
    Check,
    KeyTie,
    OldKeys,
    check_of,
    empty_balance,
    is_balance,
    key_columns,
    latest_sql,
    several_times,
    tied_key,
    tied_rows,
)
from kpi.engine.distinct_counts import Sought, count_distinct, day_sql
from kpi.engine.request import Request
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


class Touching(NamedTuple):
    """Of intervals: the ``aggregates`` asked for, and for each window (and part of a split) the window, and the
    cells: that of the part, where there is one, then one for each aggregate."""

    aggregates: list[nodes.Aggregate]
    rows: list[tuple[Span, Sequence[Any]]]


Asked = dict[nodes.Aggregate, list[tuple[Request, Span]]]


class Aggregator:
    """Computes requests on one table. ``faults`` has the aggregates that cannot be computed, and why; ``errors`` the
    requests that have no value because of the rows of their window, and ``remarks`` what else is to be said of the
    values of requests (G2)."""

    def __init__(self, engine: Engine, table: Table) -> None:
        self.engine = engine
        self.table = table
        self.faults: dict[nodes.Aggregate, TextError] = {}
        self.errors: dict[Request, TextError] = {}
        self.remarks: dict[Request, str] = {}
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

    def occurs(self, condition: nodes.Node) -> bool:
        """Whether a row meets a condition. Raises FormulaError."""
        sql = self._row_compiler().condition(condition)
        table = self.table
        return bool(self.engine.run(table.source.id, f"SELECT 1 FROM {table.name} t WHERE {sql} LIMIT 1"))

    def values_of(self, expression: nodes.Node, most: int) -> list[Any]:
        """The different values of a row expression, at most so many. Raises FormulaError."""
        sql = self._row_compiler().value(expression).text
        rows = self.engine.run(
            self.table.source.id,
            f"SELECT DISTINCT {sql} FROM {self.table.name} t WHERE {sql} IS NOT NULL LIMIT {most}",
        )
        return [row[0] for row in rows]

    # Compiling.

    def _row_compiler(self) -> RowCompiler:
        columns = {name: column_sql(name, kind, "t.") for name, kind in self.table.all_kinds.items()}
        return RowCompiler(columns, self.table.source.read, edges=("w.s", "w.e"))

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
        compiler = self._row_compiler()
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
        keyed = [request for request in asked if self._is_keyed(request.aggregate)]
        checks = self._checks(asked)
        every = dict.fromkeys([*asked, *(request for check in checks.values() for request in check)])
        rest = [request for request in every if request not in keyed and self._compiled(request.aggregate)]
        answers = self._of_keys(keyed) | self._on_days(rest)
        for request, check in checks.items():
            if answers.get(check.of_day) == 0 and (answers.get(check.of_window) or 0) > 0:
                answers[request] = None
                self.remarks[request] = empty_balance(request, self.table, self._last_day(request))
        self._refuse_times(asked)
        known = (request for request in asked if request in answers)
        return {request: None if request in self.errors else answers[request] for request in known}

    def _on_days(self, asked: Sequence[Request]) -> dict[Request, Value]:
        """The values of requests over the rows of their days."""
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

    def _is_keyed(self, aggregate: nodes.Aggregate) -> bool:
        """Whether an aggregate takes the last row of each key (B5)."""
        return bool(self.table.source.key) and is_balance(aggregate)

    def _checks(self, asked: Sequence[Request], *, filtered: bool = False) -> dict[Request, Check]:
        """What shows which balances without ``key`` are empty (B2); ``filtered``: also those without a filter."""
        return {
            request: check_of(request)
            for request in asked
            if is_balance(request.aggregate)
            and not self.table.source.key
            and (filtered or request.aggregate.filter is not None)
            and self._span_of_rows(request) is not None
        }

    def _last_day(self, request: Request) -> date:
        """The date whose rows a balance takes, of one that has such a date."""
        span = self._span_of_rows(request)
        assert span is not None, "its window has rows"
        return span.start

    def _refuse_times(self, asked: Iterable[Request]) -> None:
        """B2: add the error of each balance without ``key`` whose rows have different times of day."""
        if self.table.source.key:
            return
        days: dict[date, list[Request]] = {}
        for request in asked:
            # The first and the last of them are what is asked for.
            if is_balance(request.aggregate) and request.aggregate.function not in ("first", "last"):
                span = self._span_of_rows(request)
                if span is not None:
                    days.setdefault(span.start, []).append(request)
        for day, first, last in self._times_of(list(days)) if days else ():
            for request in days[day]:
                self.errors[request] = several_times(request, self.table, day, first, last)

    def _times_of(self, days: Sequence[date]) -> Iterable[tuple[date, datetime, datetime]]:
        """Those of the days whose rows have different times, with the first and the last of them."""
        if self.table.moment == "day$":
            return ()
        listed = ", ".join(day_sql(day) for day in days)
        return self.engine.run(
            self.table.source.id,
            f"SELECT t.day$, min(t.at$), max(t.at$)\nFROM {self.table.name} t WHERE t.day$ IN ({listed}) "
            "GROUP BY t.day$ HAVING min(t.at$) <> max(t.at$)",
        )

    def _value(self, request: Request, cell: Any) -> Value:
        """A cell as a number; None, with an error, where rows tie (V5)."""
        try:
            return to_float(request.aggregate.function, cell)
        except TiedRowsError as tie:
            self.errors[request] = tied_rows(request, tie)
            return None

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
                try:
                    answers[request] = combine(part.function, inside)
                except TiedRowsError as tie:
                    self.errors[request] = tied_rows(request, tie)
                    answers[request] = None
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
            request: self._value(request, found[i][place] if i in found else None)
            for place, aggregate in enumerate(aggregates)
            for i, (_, window) in enumerate(pairs)
            for request in (Request(aggregate, window),)
        }

    def _groups_over(self, pairs: Sequence[tuple[Span, Span]], aggregate: nodes.Aggregate) -> dict[Request, Value]:
        """As ``_over``, an aggregate of the groups of ``per``."""
        listed = values_of([(i, rows, window) for i, (rows, window) in enumerate(pairs)])
        rows = f"FROM {self.table.name} t JOIN {listed}\nON t.day$ >= w.rs AND t.day$ < w.re"
        sql = grouped_sql(self._parts[aggregate], f"t.{self.table.moment}", rows, by=["w.i"])
        found: dict[int, Any] = {row[0]: row[1] for row in self.engine.run(self.table.source.id, sql)}
        return {
            request: self._value(request, found.get(i))
            for i, (_, window) in enumerate(pairs)
            for request in (Request(aggregate, window),)
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

    # Balances by key.

    def _of_keys(self, asked: Sequence[Request]) -> dict[Request, Value]:
        """B5: over the last row of each key at the moment of each request."""
        answers: dict[Request, Value] = {}
        of_aggregate: dict[nodes.Aggregate, list[Request]] = {}
        for request in asked:
            if self._span_of_rows(request) is None:
                answers[request] = self._without_rows(request)
            else:
                of_aggregate.setdefault(request.aggregate, []).append(request)
        alike: dict[tuple[tuple[date, Span | None], ...], list[nodes.Aggregate]] = {}
        for aggregate, requests in of_aggregate.items():
            alike.setdefault(tuple((one.edge, one.window) for one in requests), []).append(aggregate)
        for moments, together in alike.items():
            pairs = [(Span(edge, edge), window) for edge, window in moments if window is not None]
            for some in batches(together, MOST_DIRECT):
                answers |= self._as_far_as_it_goes(some, partial(self._latest, pairs))
        return answers

    def _latest(
        self, pairs: Sequence[tuple[Span, Span]], aggregates: Sequence[nodes.Aggregate]
    ) -> dict[Request, Value]:
        """Aggregates over the last rows of all keys at some moments for some windows, each pair (moment, window)."""
        time, plain = f"t.{self.table.moment}", [aggregate for aggregate in aggregates if aggregate.per is None]
        columns = ["w.i", "bool_or(t.tied$)", *(whole_sql(self._parts[aggregate], time) for aggregate in plain)]
        rows = f"FROM {self._rows_of_keys(values_of([(i, *pair) for i, pair in enumerate(pairs)]))}"
        sql = f"SELECT {', '.join(columns)}\n{rows} GROUP BY w.i"
        found = {row[0]: row[1:] for row in self.engine.run(self.table.source.id, sql)}
        cells: dict[Request, Any] = {}
        for i, (_, *values) in found.items():
            cells |= {Request(one, pairs[i][1]): value for one, value in zip(plain, values, strict=True)}
        for one in (aggregate for aggregate in aggregates if aggregate.per is not None):
            sql = grouped_sql(self._parts[one], time, rows, by=["w.i"])
            cells |= {Request(one, pairs[i][1]): value for i, value in self.engine.run(self.table.source.id, sql)}
        answers: dict[Request, Value] = {}
        for i, (_, window) in enumerate(pairs):
            for request in (Request(aggregate, window) for aggregate in aggregates):
                answers[request] = self._value(request, cells.get(request))
                if i in found and found[i][0] and (tie := self._key_tie(request)) is not None:
                    self.errors[request] = tied_key(request, self.table, tie)
        return answers

    def _rows_of_keys(self, windows: str) -> str:
        """The FROM clause of the last rows of all keys at each of some moments."""
        return f"{latest_sql(self.table)} t JOIN {windows}\nON {IS_LATEST}"

    def _window_of(self, request: Request) -> str:
        """A table of the moment and window of one request."""
        assert request.window is not None, "a snapshot has no balances"
        return values_of([(0, Span(request.edge, request.edge), request.window)])

    def _at_moment(self, request: Request) -> str:
        """The FROM clause of the last rows of all keys at the moment of one request."""
        return self._rows_of_keys(self._window_of(request))

    def _key_tie(self, request: Request) -> KeyTie | None:
        """The first of the keys that have several rows at their last moment which contribute different values."""
        columns = [quoted(column) for column in key_columns(self.table)]
        moment, chosen = self.table.moment, self._parts[request.aggregate].contribution
        alike = [f"t.{column} IS NOT DISTINCT FROM l.{column}" for column in columns]
        rows = self.engine.run(
            self.table.source.id,
            f"SELECT {', '.join(f't.{column}' for column in columns)}, t.{moment}, list(DISTINCT {chosen})\n"
            f"FROM {self.table.name} t JOIN (SELECT t.* FROM {self._at_moment(request)}) l\n"
            f"ON {' AND '.join(alike)} AND t.{moment} = l.{moment} JOIN {self._window_of(request)} ON true\n"
            f"GROUP BY ALL HAVING count(DISTINCT {chosen}) + max(CASE WHEN {chosen} IS NULL THEN 1 ELSE 0 END) > 1\n"
            "ORDER BY ALL LIMIT 1",
        )
        if not rows:
            return None
        *key, moment, values = rows[0]
        return KeyTie(key, moment, sorted(value for value in values if value is not None))

    def old_keys(self, request: Request, before: date, most: int) -> OldKeys:
        """The keys that a balance counts by a row of a day before ``before``, the oldest first; ``most`` of them with
        their days."""
        keys = ", ".join(f"t.{quoted(column)}" for column in key_columns(self.table))
        part = self._parts[request.aggregate]
        condition = part.condition if part.groups is None else part.groups.condition
        rows = self.engine.run(
            self.table.source.id,
            f"SELECT count(*) OVER (), t.day$, {keys}\nFROM {self._at_moment(request)} "
            f"WHERE t.day$ < {day_sql(before)}{f' AND {condition}' if condition else ''} ORDER BY ALL LIMIT {most}",
        )
        return OldKeys([(row[2:], row[1]) for row in rows], int(rows[0][0]) if rows else 0)

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
                answers[request] = self._value(request, cell)
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
        return {request: self._value(request, found[request]) for request in asked}


# Which of the rows that touch a window count (B1). "Touching" is: begun before its end, not ended before its start.
MOMENTS: dict[str | None, str] = {
    None: "(t.until$ IS NULL OR (t.until$ > w.s AND t.until$ > t.from$))",
    "at_end": "(t.until$ IS NULL OR t.until$ >= w.e)",
    "at_start": "(t.from$ < w.s)",
    "started": "(t.from$ >= w.s)",
    "ended": "(t.until$ IS NOT NULL AND t.until$ >= w.s AND t.until$ < w.e)",
}


@lru_cache(maxsize=1024)  # asked of each window of an aggregate
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
