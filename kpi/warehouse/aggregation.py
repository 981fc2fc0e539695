"""The aggregates that a run asks of one source in a warehouse, over all their windows, in a few statements there.

Sums, counts, means and extremes are first brought to one row a day and then to one a window, so that long windows cost
little; everything else joins the rows with the windows. One row a window comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import ibis

from kpi.data.database import Engine
from kpi.engine.aggregate_sql import Part, Value, finished
from kpi.engine.aggregation import Aggregator, Asked, Request
from kpi.errors import TextError
from kpi.formulas import nodes
from kpi.values import Span
from kpi.warehouse.dialects.base import Expr, day
from kpi.warehouse.errors import WarehouseError
from kpi.warehouse.row_ibis import IbisCompiler, Typed, as_float
from kpi.warehouse.suggestions import in_a_view
from kpi.warehouse.table_loader import Remote, typed_columns

Pair = tuple[Span, Span]
TWO_STEPS = ("count", "sum", "avg", "min", "max")
BY_TIME = ("first", "last")
# Postgres takes no more than 1664 columns; a long statement is hard to read anyway.
MOST_COLUMNS = 200
# So many aggregates of a source may each use up the time that a statement has; then the others are not tried alone.
MOST_SLOW = 2


class Chosen(NamedTuple):
    """What an aggregate is over: its value (None: the row) and the condition on rows (None: all)."""

    value: Typed | None
    condition: Expr | None


class RemoteAggregator(Aggregator):
    """Computes requests on one source in a warehouse. Its methods raise WarehouseError."""

    def __init__(self, engine: Engine, remote: Remote) -> None:
        super().__init__(engine, remote.table)
        self.remote = remote
        self._slow = 0

    def compute(self, requests: Iterable[Request]) -> dict[Request, Value]:
        """As over files. A statement that fails is tried again for each aggregate alone, so that only the one at fault
        has no value. Raises WarehouseError for a connection that was lost."""
        wanted = list(requests)
        try:
            return super().compute(wanted)
        except WarehouseError as error:
            if error.lost:
                raise
            aggregates = list(dict.fromkeys(request.aggregate for request in wanted))
            if len(aggregates) > 1 and self._slow < MOST_SLOW:
                answers: dict[Request, Value] = {}
                for aggregate in aggregates:
                    answers |= self.compute([request for request in wanted if request.aggregate == aggregate])
                return answers
            self._slow += error.slow
            for aggregate in aggregates:
                self.faults[aggregate] = TextError(error.message, *aggregate.at, hint=error.hint)
            return {}

    # Compiling.

    def _compile(self, aggregate: nodes.Aggregate) -> Part:
        """Nothing but a check: a value of Ibis belongs to one relation, so each statement compiles anew."""
        edge = ibis.null("date")
        value, _ = self._chosen(self.remote.relation, aggregate, (edge, edge))
        summed = value is not None and aggregate.function != "count_distinct"
        if value is not None and summed and value.kind not in ("number", "duration", "empty"):
            raise self._not_a_number(aggregate, value.kind)
        return Part(aggregate.function, None, None, aggregate.percent)

    def _not_a_number(self, aggregate: nodes.Aggregate, kind: Any) -> TextError:
        error = super()._not_a_number(aggregate, kind)
        if kind == "text":
            where = f"{aggregate.source}.{aggregate.column}"
            error.hint = f"count_distinct({where}), or {in_a_view(str(aggregate.column), 'number')}"
        return error

    def _chosen(self, relation: Expr, aggregate: nodes.Aggregate, edges: tuple[Expr, Expr] | None) -> Chosen:
        compiler = IbisCompiler(self.remote.session.tongue, typed_columns(relation, self.table.kinds), edges=edges)
        value = None
        if aggregate.column is not None:
            value = compiler.value(nodes.Column(aggregate.column, at=aggregate.column_at))
        condition = None if aggregate.filter is None else compiler.condition(aggregate.filter)
        return Chosen(value, condition)

    def _whole(self, relation: Expr, aggregate: nodes.Aggregate, chosen: Chosen) -> Expr:
        """One aggregate over all rows at hand."""
        value, where = chosen
        if value is None:
            return relation.count(where=where)
        match aggregate.function:
            case "count":
                return value.expr.count(where=where)
            case "count_distinct":
                return value.expr.nunique(where=where)
            case "sum" if aggregate.column is not None and self.table.integer(aggregate.column):
                return value.expr.sum(where=where)
            case "stddev":
                return as_float(value).std(how="sample", where=where)
            case "median":
                return as_float(value).quantile(0.5, where=where)
            case "percentile":
                return as_float(value).quantile((aggregate.percent or 0.0) / 100, where=where)
            case "avg":
                return as_float(value).mean(where=where)
        column = as_float(value)
        function: Callable[..., Expr] = getattr(column, aggregate.function)
        return function(where=where)

    # Dated sources.

    def _by_day(self, wanted: Asked) -> dict[Request, Value]:
        ranked = {key: asked for key, asked in wanted.items() if key.function in (*BY_TIME, "stddev")}
        answers = self._direct([pair for asked in ranked.values() for pair in asked])
        keys = [key for key in wanted if key not in ranked]
        for start in range(0, len(keys), MOST_COLUMNS // 2):
            answers |= self._in_two_steps({key: wanted[key] for key in keys[start : start + MOST_COLUMNS // 2]})
        return answers

    def _in_two_steps(self, wanted: Asked) -> dict[Request, Value]:
        pairs = list(dict.fromkeys((span, span) for asked in wanted.values() for _, span in asked))
        relation = self._near(pairs)
        partials: dict[str, Expr] = {}
        for i, aggregate in enumerate(wanted):
            chosen = self._chosen(relation, aggregate, None)
            if aggregate.function == "avg":
                partials[f"n{i}"] = self._whole(relation, replace(aggregate, function="count"), chosen)
                aggregate = replace(aggregate, function="sum")
            partials[f"v{i}"] = self._whole(relation, aggregate, chosen)
        daily = relation.group_by("day$").aggregate(**partials)
        joined = self._joined(daily, pairs)
        columns: dict[str, Expr] = {}
        for i, aggregate in enumerate(wanted):
            value = joined[f"v{i}"]
            if aggregate.function == "avg":
                columns[f"a{i}"] = value.sum().cast("float64") / joined[f"n{i}"].sum().cast("float64").nullif(0)
            elif aggregate.function in ("min", "max"):
                columns[f"a{i}"] = value.min() if aggregate.function == "min" else value.max()
            else:
                columns[f"a{i}"] = value.sum()
        found = self._by_window(joined, columns)
        answers: dict[Request, Value] = {}
        for place, (aggregate, asked) in enumerate(wanted.items()):
            for request, span in asked:
                row = found.get(pairs.index((span, span)))
                answers[request] = finished(aggregate.function, row[place] if row else None)
        return answers

    def _sightings(self, wanted: Asked) -> dict[Request, Value]:
        return self._direct([pair for asked in wanted.values() for pair in asked])

    def _direct(self, wanted: list[tuple[Request, Span]]) -> dict[Request, Value]:
        """Rows joined with windows; aggregates with the same windows share a statement."""
        of_aggregate: dict[nodes.Aggregate, dict[Pair, None]] = {}
        for request, rows in wanted:
            of_aggregate.setdefault(request.aggregate, {})[rows, request.window or rows] = None
        alike: dict[tuple[tuple[Pair, ...], bool], list[nodes.Aggregate]] = {}
        for aggregate, pairs in of_aggregate.items():
            alike.setdefault((tuple(pairs), aggregate.function in BY_TIME), []).append(aggregate)
        answers: dict[Request, Value] = {}
        for (windows, by_time), aggregates in alike.items():
            joined = self._joined(self._near(windows), windows)
            # A window stands for its rows also where a moment narrows them to one day.
            cells = self._ranked(joined, aggregates) if by_time else self._aggregated(joined, aggregates)
            for aggregate, found in cells.items():
                for i, (_, window) in enumerate(windows):
                    answers[Request(aggregate, window)] = finished(aggregate.function, found.get(i))
        return answers

    def _near(self, pairs: Sequence[Pair]) -> Expr:
        """The rows of the days from the first to the last of the windows."""
        relation = self.remote.relation
        first, end = min(rows.start for rows, _ in pairs), max(rows.end for rows, _ in pairs)
        last = end - timedelta(days=1)
        return relation.filter(relation["day$"] >= day(first), relation["day$"] <= day(last))

    def _joined(self, relation: Expr, pairs: Sequence[Pair]) -> Expr:
        """Rows with ``day$``, each with the windows that it lies in."""
        windows = self._windows(pairs)
        return relation.join(windows, [relation["day$"] >= windows["rs$"], relation["day$"] < windows["re$"]])

    def _windows(self, pairs: Sequence[Pair]) -> Expr:
        windows = self.remote.session.windows([(i, rows, window) for i, (rows, window) in enumerate(pairs)])
        return windows.rename({"i$": "i", "rs$": "rs", "re$": "re", "s$": "s", "e$": "e"})

    def _by_window(self, joined: Expr, columns: dict[str, Expr]) -> dict[int, Sequence[Any]]:
        rows = self.remote.ask(joined.group_by("i$").aggregate(**columns))
        return {int(row[0]): row[1:] for row in rows}

    def _aggregated(self, joined: Expr, aggregates: Sequence[nodes.Aggregate]) -> dict[nodes.Aggregate, dict[int, Any]]:
        """The cells of some aggregates by number of window."""
        cells: dict[nodes.Aggregate, dict[int, Any]] = {}
        for start in range(0, len(aggregates), MOST_COLUMNS):
            some = aggregates[start : start + MOST_COLUMNS]
            columns = {
                f"a{i}": self._whole(joined, aggregate, self._here(joined, aggregate))
                for i, aggregate in enumerate(some)
            }
            found = self._by_window(joined, columns)
            for place, aggregate in enumerate(some):
                cells[aggregate] = {number: row[place] for number, row in found.items()}
        return cells

    def _ranked(self, joined: Expr, aggregates: Sequence[nodes.Aggregate]) -> dict[nodes.Aggregate, dict[int, Any]]:
        """V5: the value in the row with the least or greatest date; of ties the smallest, the largest."""
        cells: dict[nodes.Aggregate, dict[int, Any]] = {}
        for aggregate in aggregates:
            value, condition = self._here(joined, aggregate)
            assert value is not None, "first and last are of a column"
            taken = value.expr.notnull() if condition is None else value.expr.notnull() & condition
            time = joined["at$" if self.table.shape == "dated" else "from$"]
            rows = joined.filter(taken).select(i=joined["i$"], t=time, v=as_float(value))
            earliest = aggregate.function == "first"
            edge = (rows.t.min() if earliest else rows.t.max()).over(ibis.window(group_by=rows.i))
            rows = rows.mutate(edge=edge)
            rows = rows.filter(rows.t == rows.edge)
            picked = rows.group_by("i").aggregate(v=rows.v.min() if earliest else rows.v.max())
            cells[aggregate] = {int(row[0]): row[1] for row in self.remote.ask(picked)}
        return cells

    def _here(self, joined: Expr, aggregate: nodes.Aggregate) -> Chosen:
        """What an aggregate is over, of rows that are joined with windows."""
        chosen = self._chosen(joined, aggregate, (joined["s$"], joined["e$"]))
        if self.table.shape != "lasting":
            return chosen
        moment = MOMENTS[aggregate.moment](joined)
        return chosen._replace(condition=moment if chosen.condition is None else moment & chosen.condition)

    # Rows that last, and snapshots.

    def _lasting(self, asked: Sequence[Request]) -> dict[Request, Value]:
        spans = list(dict.fromkeys(request.window for request in asked if request.window is not None))
        aggregates = list(dict.fromkeys(request.aggregate for request in asked))
        relation, windows = self.remote.relation, self._windows([(span, span) for span in spans])
        still = relation["until$"].isnull() | (relation["until$"] >= windows["s$"])
        joined = relation.join(windows, [relation["from$"] < windows["e$"], still])
        touched = {int(row[0]) for row in self.remote.ask(joined.group_by("i$").aggregate(n=joined.count()))}
        cells = self._aggregated(joined, [one for one in aggregates if one.function not in BY_TIME])
        cells |= self._ranked(joined, [one for one in aggregates if one.function in BY_TIME])
        answers: dict[Request, Value] = {}
        for request in asked:
            number = spans.index(request.window) if request.window is not None else -1
            if number in touched:
                answers[request] = finished(request.aggregate.function, cells[request.aggregate].get(number))
            else:
                answers[request] = self._without_rows(request)
        return answers

    def _snapshot(self, asked: Sequence[Request]) -> dict[Request, Value]:
        if not self.table.rows:
            return dict.fromkeys(asked)
        relation = self.remote.relation
        answers: dict[Request, Value] = {}
        for start in range(0, len(asked), MOST_COLUMNS):
            some = asked[start : start + MOST_COLUMNS]
            columns = {
                f"a{i}": self._whole(relation, request.aggregate, self._chosen(relation, request.aggregate, None))
                for i, request in enumerate(some)
            }
            row = self.remote.ask(relation.aggregate(**columns))[0]
            for request, cell in zip(some, row, strict=True):
                answers[request] = finished(request.aggregate.function, cell)
        return answers


# Which of the rows that touch a window count (B1). "Touching" is: begun before its end, not ended before its start.
MOMENTS: dict[str | None, Callable[[Expr], Expr]] = {
    None: lambda t: t["until$"].isnull() | ((t["until$"] > t["s$"]) & (t["until$"] > t["from$"])),
    "at_end": lambda t: t["until$"].isnull() | (t["until$"] >= t["e$"]),
    "at_start": lambda t: t["from$"] < t["s$"],
    "started": lambda t: t["from$"] >= t["s$"],
    "ended": lambda t: t["until$"].notnull() & (t["until$"] >= t["s$"]) & (t["until$"] < t["e$"]),
}
