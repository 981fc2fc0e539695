"""The aggregates that a run asks of one source in a warehouse, over all their windows, in a few statements there.

Sums, counts, means and extremes are first brought to one row a day and then to one a window, so that long windows cost
little; everything else joins the rows with the windows. One row a window comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import ibis

from kpi.data.database import Engine
from kpi.engine.aggregate_sql import AggregateSql, Value, to_float
from kpi.engine.aggregation import Aggregator, Asked
from kpi.engine.balances import KeyTie, OldKeys, key_columns, tied_key
from kpi.engine.request import Request
from kpi.errors import TextError
from kpi.formulas import nodes
from kpi.formulas.functions import AGGREGATES
from kpi.formulas.types import AMOUNT
from kpi.values import Span
from kpi.warehouse.dialects.base import Expr, day
from kpi.warehouse.errors import WarehouseError
from kpi.warehouse.row_ibis import IbisCompiler, as_float
from kpi.warehouse.row_ibis import Value as Cell
from kpi.warehouse.table_loader import Remote, typed_columns

Pair = tuple[Span, Span]
# Postgres takes no more than 1664 columns; a long statement is hard to read anyway.
MOST_COLUMNS = 200
# So many aggregates of a source may each use up the time that a statement has; then the others are not tried alone.
MOST_SLOW = 2


class Chosen(NamedTuple):
    """What an aggregate is over: its value (None: the row) and the condition on rows (None: all)."""

    value: Cell | None
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

    def occurs(self, condition: nodes.Node) -> bool:
        relation = self.remote.relation
        found = relation.filter(self._compiler(relation, None).condition(condition)).limit(1)
        return bool(self.remote.ask(found.select(n=ibis.literal(1))))

    def values_of(self, expression: nodes.Node, most: int) -> list[Any]:
        relation = self.remote.relation
        values = relation.select(v=self._compiler(relation, None).value(expression).expr).distinct()
        return [row[0] for row in self.remote.ask(values.filter(values.v.notnull()).limit(most))]

    # Compiling.

    def _compile(self, aggregate: nodes.Aggregate) -> AggregateSql:
        """Nothing but a check: a value of Ibis belongs to one relation, so each statement compiles anew."""
        edge = ibis.null("date")
        self._chosen(self.remote.relation, aggregate, (edge, edge))
        if aggregate.per is not None:
            values = self._groups(self.remote.relation, aggregate, aggregate.per, [], None, (edge, edge))
            self._over_groups(values, aggregate, aggregate.per, [])
        return AggregateSql(aggregate.function, None, None, aggregate.percent)

    def _chosen(self, relation: Expr, aggregate: nodes.Aggregate, edges: tuple[Expr, Expr] | None) -> Chosen:
        compiler = self._compiler(relation, edges)
        value = None
        if aggregate.operand is not None:
            value = compiler.value(aggregate.operand)
            compiler.checker.aggregated(aggregate, frozenset((value.type,)))
        condition = None if aggregate.filter is None else compiler.condition(aggregate.filter)
        return Chosen(value, condition)

    def _compiler(self, relation: Expr, edges: tuple[Expr, Expr] | None) -> IbisCompiler:
        return IbisCompiler(self.remote.session.dialect, typed_columns(relation, self.table.kinds), edges=edges)

    def _whole(self, relation: Expr, aggregate: nodes.Aggregate, chosen: Chosen) -> Expr:
        """One aggregate over all rows at hand, of those that are one expression."""
        value, where = chosen
        if value is None:
            return relation.count(where=where)
        wanted, column = AGGREGATES[aggregate.function], value.expr
        # Whole and exact numbers are summed and counted as what they are.
        exact = (
            isinstance(aggregate.operand, nodes.Column) and self.table.integer(aggregate.operand) and wanted.additive
        )
        if wanted.column == AMOUNT and not exact:
            column = as_float(column)
        return WHOLE[aggregate.function](column, where, aggregate.percent or 0.0)

    # Balances by key.

    def _latest(
        self, pairs: Sequence[tuple[Span, Span]], aggregates: Sequence[nodes.Aggregate]
    ) -> dict[Request, Value]:
        joined = self._latest_rows(pairs)
        cells = self._cells(joined, aggregates)
        tied = self._by_window(joined, {"n": joined.count(where=joined["tied$"])})
        answers: dict[Request, Value] = {}
        for i, (_, window) in enumerate(pairs):
            for aggregate in aggregates:
                request = Request(aggregate, window)
                answers[request] = self._value(request, cells[aggregate].get(i))
                if i in tied and tied[i][0] and (tie := self._key_tie(request)) is not None:
                    self.errors[request] = tied_key(request, self.table, tie)
        return answers

    def _latest_rows(self, pairs: Sequence[tuple[Span, Span]]) -> Expr:
        """The last rows of all keys at each of some moments, as ``kpi.engine.balances`` has them."""
        relation = self._up_to(max(moment.end for moment, _ in pairs))
        by_key = ibis.window(group_by=key_columns(self.table), order_by=relation["at$"])
        tied = (relation["at$"].lag().over(by_key) == relation["at$"]).coalesce(False)
        rows = relation.mutate(**{"next$": relation["day$"].lead().over(by_key), "tied$": tied})
        windows = self._windows(pairs)
        latest = rows["next$"].isnull() | (rows["next$"] >= windows["rs$"])
        return rows.join(windows, [rows["day$"] < windows["rs$"], latest])

    def _up_to(self, edge: date) -> Expr:
        """The rows of the days before one."""
        relation = self.remote.relation
        return relation.filter(relation["day$"] <= day(edge - timedelta(days=1)))

    def _at(self, request: Request) -> Expr:
        """The last rows of all keys at the moment of one request."""
        assert request.window is not None, "a snapshot has no balances"
        return self._latest_rows([(Span(request.edge, request.edge), request.window)])

    def _key_tie(self, request: Request) -> KeyTie | None:
        assert request.window is not None, "a snapshot has no balances"
        keys = key_columns(self.table)
        relation = self._up_to(request.edge)
        last = relation["at$"].max().over(ibis.window(group_by=keys))
        rows = relation.mutate(**{"last$": last})
        rows = rows.filter(rows["at$"] == rows["last$"])
        edges = day(request.window.start), day(request.window.end)
        chosen = self._chosen(rows, request.aggregate, edges)
        text = ibis.literal("1") if chosen.value is None else chosen.value.expr.cast("string")
        if (per := request.aggregate.per) is not None:
            of_group = self._chosen(rows, per.value, edges)
            value = ibis.literal("1") if of_group.value is None else of_group.value.expr.cast("string")
            if of_group.condition is not None:
                value = ibis.ifelse(of_group.condition, value, ibis.null("string"))
            group = self._compiler(rows, edges).value(per.key).expr.cast("string")
            text = group + ": " + value.coalesce("")
        if chosen.condition is not None:
            text = ibis.ifelse(chosen.condition, text, ibis.null("string"))
        rows = rows.mutate(**{"text$": text})
        alike = rows.group_by(keys).aggregate(
            **{
                "at$": rows["at$"].max(), "low$": rows["text$"].min(), "high$": rows["text$"].max(),
                "n$": rows["text$"].nunique(), "none$": rows.count(where=rows["text$"].isnull()),
            }
        )  # fmt: skip
        different = alike["n$"] + ibis.ifelse(alike["none$"] > 0, 1, 0) > 1
        found = self.remote.ask(alike.filter(different).order_by([ibis.asc(key) for key in keys]).limit(1))
        if not found:
            return None
        *key, at, low, high, _, _ = found[0]
        return KeyTie(key, at, [low] if low == high else [low, high])

    def old_keys(self, request: Request, before: date, most: int) -> OldKeys:
        rows = self._at(request)
        condition = self._here(rows, request.aggregate).condition
        old = rows["day$"] < day(before)
        rows = rows.filter(old if condition is None else old & condition)
        keys = key_columns(self.table)
        first = rows.select("day$", *keys).order_by([ibis.asc("day$"), *(ibis.asc(key) for key in keys)]).limit(most)
        found = [(row[1:], _as_day(row[0])) for row in self.remote.ask(first)]
        total = int(self.remote.ask(rows.aggregate(n=rows.count()))[0][0]) if len(found) == most else len(found)
        return OldKeys(found, total)

    def _times_of(self, days: Sequence[date]) -> Iterable[tuple[date, datetime, datetime]]:
        kind = self.table.kind(self.table.source.date or "")
        if kind not in ("timestamp", "instant"):
            return []
        relation = self.remote.relation
        relation = relation.filter(relation["day$"].isin([day(one) for one in days]))
        times = relation.group_by("day$").aggregate(first=relation["at$"].min(), last=relation["at$"].max())
        return [
            (_as_day(row[0]), row[1], row[2]) for row in self.remote.ask(times.filter(times["first"] != times["last"]))
        ]

    # Dated sources.

    def _by_day(self, wanted: Asked) -> dict[Request, Value]:
        keys = [key for key in wanted if key.function in TWO_STEPS]
        answers = self._direct([pair for key, asked in wanted.items() if key not in keys for pair in asked])
        for start in range(0, len(keys), MOST_COLUMNS // 2):
            answers |= self._in_two_steps({key: wanted[key] for key in keys[start : start + MOST_COLUMNS // 2]})
        return answers

    def _in_two_steps(self, wanted: Asked) -> dict[Request, Value]:
        pairs = list(dict.fromkeys((span, span) for asked in wanted.values() for _, span in asked))
        relation = self._near(pairs)
        partials: dict[str, Expr] = {}
        for i, aggregate in enumerate(wanted):
            chosen = self._chosen(relation, aggregate, None)
            for function in TWO_STEPS[aggregate.function].daily:
                partials[f"{function}{i}"] = self._whole(relation, replace(aggregate, function=function), chosen)
        daily = relation.group_by("day$").aggregate(**partials)
        joined = self._joined(daily, pairs)
        columns: dict[str, Expr] = {}
        for i, aggregate in enumerate(wanted):
            steps = TWO_STEPS[aggregate.function]
            columns[f"a{i}"] = steps.combine(*(joined[f"{function}{i}"] for function in steps.daily))
        found = self._by_window(joined, columns)
        answers: dict[Request, Value] = {}
        for place, asked in enumerate(wanted.values()):
            for request, span in asked:
                row = found.get(pairs.index((span, span)))
                answers[request] = self._value(request, row[place] if row else None)
        return answers

    def _sightings(self, wanted: Asked) -> dict[Request, Value]:
        return self._direct([pair for asked in wanted.values() for pair in asked])

    def _direct(self, wanted: list[tuple[Request, Span]]) -> dict[Request, Value]:
        """Rows joined with windows; aggregates with the same windows share a statement."""
        of_aggregate: dict[nodes.Aggregate, dict[Pair, None]] = {}
        for request, rows in wanted:
            of_aggregate.setdefault(request.aggregate, {})[rows, request.window or rows] = None
        alike: dict[tuple[Pair, ...], list[nodes.Aggregate]] = {}
        for aggregate, pairs in of_aggregate.items():
            alike.setdefault(tuple(pairs), []).append(aggregate)
        answers: dict[Request, Value] = {}
        for windows, aggregates in alike.items():
            joined = self._joined(self._near(windows), windows)
            # A window means its rows also where a moment narrows them to one day.
            cells = self._cells(joined, aggregates)
            for aggregate, found in cells.items():
                for i, (_, window) in enumerate(windows):
                    request = Request(aggregate, window)
                    answers[request] = self._value(request, found.get(i))
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

    def _cells(self, joined: Expr, aggregates: Sequence[nodes.Aggregate]) -> dict[nodes.Aggregate, dict[int, Any]]:
        """The cells of aggregates by number of window, of rows that are joined with windows."""
        grouped = [one for one in aggregates if one.per is not None]
        in_steps = [one for one in aggregates if one.per is None and one.function in IN_STEPS]
        cells = self._aggregated(joined, [one for one in aggregates if one not in grouped and one not in in_steps])
        return cells | self._in_steps(joined, in_steps) | self._of_groups(joined, grouped)

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

    def _in_steps(self, joined: Expr, aggregates: Sequence[nodes.Aggregate]) -> dict[nodes.Aggregate, dict[int, Any]]:
        """The cells of aggregates that no single expression computes, each by a statement of its own."""
        cells: dict[nodes.Aggregate, dict[int, Any]] = {}
        for aggregate in aggregates:
            value, condition = self._here(joined, aggregate)
            assert value is not None, "these are aggregates of a column"
            taken = value.expr.notnull() if condition is None else value.expr.notnull() & condition
            rows = joined.filter(taken).select(i=joined["i$"], t=joined[self._time], v=as_float(value.expr))
            picked = IN_STEPS[aggregate.function](rows, ["i"])
            cells[aggregate] = {int(row[0]): _cell(*row[1:]) for row in self.remote.ask(picked)}
        return cells

    @property
    def _time(self) -> str:
        """The column that says when a row happened. A snapshot has none, and no aggregate of it asks for one."""
        return {"dated": "at$", "lasting": "from$", "snapshot": "i$"}[self.table.shape]

    def _of_groups(self, joined: Expr, aggregates: Sequence[nodes.Aggregate]) -> dict[nodes.Aggregate, dict[int, Any]]:
        """The cells of aggregates of the groups of ``per``, each by a statement of its own."""
        cells: dict[nodes.Aggregate, dict[int, Any]] = {}
        edges = self._edges(joined)
        for aggregate in aggregates:
            assert aggregate.per is not None
            moment = MOMENTS[aggregate.moment](joined) if self.table.shape == "lasting" else None
            values = self._groups(joined, aggregate, aggregate.per, ["i$"], moment, edges)
            found = self._over_groups(values, aggregate, aggregate.per, ["i$"])
            cells[aggregate] = {int(row[0]): row[1] for row in self.remote.ask(found)}
            if aggregate.per.value.function in AT_EDGE:
                cells[aggregate] |= self._tied_groups(values)
        return cells

    def _tied_groups(self, values: Expr) -> dict[int, Any]:
        """The cells, by number of window, that have a group with several first or last values: that of the first."""
        tied = values.filter(values["v$"] != values["other$"])
        place = ibis.row_number().over(ibis.window(group_by="i$", order_by="k$"))
        tied = tied.mutate(place=place)
        tied = tied.filter(tied["place"] == 0)
        rows = self.remote.ask(tied.select("i$", key=tied["k$"].cast("string"), v="v$", other="other$", at="time$"))
        return {
            int(number): {"value": None, "tie": {"key": key, "cells": _cell(value, other, at)}}
            for number, key, value, other, at in rows
        }

    def _groups(
        self,
        joined: Expr,
        aggregate: nodes.Aggregate,
        per: nodes.Per,
        by: list[str],
        moment: Expr | None,
        edges: tuple[Expr, Expr] | None,
    ) -> Expr:
        """One row for each group of each of the values of ``by``: these, its key and its value. Of a first or last
        value also that at the other end of its time, and this time."""
        compiler = self._compiler(joined, edges)
        taken = compiler.value(per.key).expr.notnull()
        if aggregate.filter is not None:
            taken &= compiler.condition(aggregate.filter)
        rows = joined.filter(taken if moment is None else taken & moment)
        if by:
            edges = self._edges(rows)
        rows = rows.mutate(**{"k$": self._compiler(rows, edges).value(per.key).expr})
        keys = [*by, "k$"]
        chosen = self._chosen(rows, per.value, self._edges(rows) if by else edges)
        if per.value.function in IN_STEPS:
            values = self._picked(rows, keys, per.value.function, chosen)
        else:
            value = self._whole(rows, per.value, chosen)
            value = value.coalesce(0) if AGGREGATES[per.value.function].zero else value
            values = rows.group_by(keys).aggregate(**{"v$": value})
        return values

    def _over_groups(self, values: Expr, aggregate: nodes.Aggregate, per: nodes.Per, by: list[str]) -> Expr:
        """One row for each of the values of ``by``: these, and the aggregate of the groups."""
        condition = None
        if per.condition is not None:
            value = Cell(as_float(values["v$"]), "duration" if self.is_duration(per.value) else "number")
            condition = IbisCompiler(self.remote.session.dialect, {"value": value}).condition(per.condition)
        if AGGREGATES[aggregate.function].column is None:
            found = values.count(where=condition)
        else:
            found = WHOLE[aggregate.function](as_float(values["v$"]), condition, aggregate.percent or 0.0)
        return values.group_by(by).aggregate(found=found) if by else values.aggregate(found=found)

    def _picked(self, rows: Expr, keys: list[str], function: str, chosen: Chosen) -> Expr:
        """The groups with the value of an aggregate that no single expression computes."""
        value, condition = chosen
        assert value is not None, "these are aggregates of a column"
        taken = value.expr.notnull() if condition is None else value.expr.notnull() & condition
        time = rows[self._time] if self._time in rows.columns else ibis.null("date")
        marked = rows.mutate(t=time, v=ibis.ifelse(taken, as_float(value.expr), ibis.null("float64")))
        marked = marked.select(*keys, "t", "v")
        picked = IN_STEPS[function](marked.filter(marked.v.notnull()), keys)
        # A group none of whose rows has a value is a group, too.
        groups = marked.select(*keys).distinct()
        picked = picked.rename({f"{key}2": key for key in keys})
        joined = groups.left_join(picked, [groups[key] == picked[f"{key}2"] for key in keys])
        edge = {"other$": joined["other"], "time$": joined["at"]} if function in AT_EDGE else {}
        return joined.select(*keys, **{"v$": joined["v"]}, **edge)

    def _here(self, joined: Expr, aggregate: nodes.Aggregate) -> Chosen:
        """What an aggregate is over, of rows that are joined with windows."""
        chosen = self._chosen(joined, aggregate, self._edges(joined))
        if self.table.shape != "lasting":
            return chosen
        moment = MOMENTS[aggregate.moment](joined)
        return chosen._replace(condition=moment if chosen.condition is None else moment & chosen.condition)

    def _edges(self, joined: Expr) -> tuple[Expr, Expr] | None:
        """``window_start`` and ``window_end``, of rows that are joined with windows."""
        return None if self.table.shape == "snapshot" else (joined["s$"], joined["e$"])

    # Rows that last, and snapshots.

    def _lasting(self, asked: Sequence[Request]) -> dict[Request, Value]:
        spans = list(dict.fromkeys(request.window for request in asked if request.window is not None))
        aggregates = list(dict.fromkeys(request.aggregate for request in asked))
        relation, windows = self.remote.relation, self._windows([(span, span) for span in spans])
        still = relation["until$"].isnull() | (relation["until$"] >= windows["s$"])
        joined = relation.join(windows, [relation["from$"] < windows["e$"], still])
        touched = {int(row[0]) for row in self.remote.ask(joined.group_by("i$").aggregate(n=joined.count()))}
        cells = self._cells(joined, aggregates)
        answers: dict[Request, Value] = {}
        for request in asked:
            number = spans.index(request.window) if request.window is not None else -1
            if number in touched:
                answers[request] = self._value(request, cells[request.aggregate].get(number))
            else:
                answers[request] = self._without_rows(request)
        return answers

    def _snapshot(self, asked: Sequence[Request]) -> dict[Request, Value]:
        if not self.table.rows:
            return dict.fromkeys(asked)
        relation = self.remote.relation.mutate(**{"i$": ibis.literal(0)})  # as if all rows were in one window
        aggregates = list(dict.fromkeys(request.aggregate for request in asked))
        cells = self._cells(relation, aggregates)
        return {request: to_float(request.aggregate.function, cells[request.aggregate].get(0)) for request in asked}


# The aggregates that are one expression: of a column, where a condition holds; the last argument is the percent.
Whole = Callable[[Expr, Expr | None, float], Expr]
WHOLE: Mapping[str, Whole] = {
    "count": lambda column, where, _: column.count(where=where),
    "sum": lambda column, where, _: column.sum(where=where),
    "avg": lambda column, where, _: column.mean(where=where),
    "min": lambda column, where, _: column.min(where=where),
    "max": lambda column, where, _: column.max(where=where),
    "median": lambda column, where, _: column.quantile(0.5, where=where),
    "stddev": lambda column, where, _: column.std(how="sample", where=where),
    "count_distinct": lambda column, where, _: column.nunique(where=where),
    "percentile": lambda column, where, percent: column.quantile(percent / 100, where=where),
}


def _at_edge(rows: Expr, by: list[str], *, first: bool) -> Expr:
    """The value in the first or last row, at that time also the value at the other end, and the time: rows that tie
    with different values are an error (V5)."""
    edge = (rows.t.min() if first else rows.t.max()).over(ibis.window(group_by=by))
    rows = rows.mutate(edge=edge)
    rows = rows.filter(rows.t == rows.edge)
    low, high = rows.v.min(), rows.v.max()
    return rows.group_by(by).aggregate(v=low if first else high, other=high if first else low, at=rows.t.max())


def _cell(value: Any, other: Any = None, at: Any = None) -> Any:
    """A cell of one value; of the values at an edge one as files have it."""
    if at is None:
        return value
    return {"one": {"t": at, "v": value}, "other": {"t": at, "v": -other}}


def _as_day(value: Any) -> date:
    """A day, which some drivers give as a time."""
    return value.date() if isinstance(value, datetime) else value


def _most_frequent(rows: Expr, by: list[str]) -> Expr:
    """The value that most rows have; of ties the smallest."""
    counted = rows.group_by([*by, "v"]).aggregate(n=rows.count())
    counted = counted.mutate(most=counted.n.max().over(ibis.window(group_by=by)))
    counted = counted.filter(counted.n == counted.most)
    return counted.group_by(by).aggregate(v=counted.v.min())


# The others: of rows with their time ``t``, their value ``v`` and the columns to group them ``by``, such as the number
# of their window, one row for each group.
IN_STEPS: Mapping[str, Callable[[Expr, list[str]], Expr]] = {
    "first": lambda rows, by: _at_edge(rows, by, first=True),
    "last": lambda rows, by: _at_edge(rows, by, first=False),
    "mode": _most_frequent,
}


# Those of one moment, at which rows may tie.
AT_EDGE = ("first", "last")


class TwoSteps(NamedTuple):
    """An aggregate by day and then by window: the aggregates of a day, and what these columns come to."""

    daily: tuple[str, ...]
    combine: Callable[..., Expr]


TWO_STEPS: Mapping[str, TwoSteps] = {
    "count": TwoSteps(("count",), lambda counts: counts.sum()),
    "sum": TwoSteps(("sum",), lambda sums: sums.sum()),
    "avg": TwoSteps(("sum", "count"), lambda s, n: as_float(s.sum()) / as_float(n.sum()).nullif(0)),
    "min": TwoSteps(("min",), lambda values: values.min()),
    "max": TwoSteps(("max",), lambda values: values.max()),
}


# Which of the rows that touch a window count (B1). "Touching" is: begun before its end, not ended before its start.
MOMENTS: dict[str | None, Callable[[Expr], Expr]] = {
    None: lambda t: t["until$"].isnull() | ((t["until$"] > t["s$"]) & (t["until$"] > t["from$"])),
    "at_end": lambda t: t["until$"].isnull() | (t["until$"] >= t["e$"]),
    "at_start": lambda t: t["from$"] < t["s$"],
    "started": lambda t: t["from$"] >= t["s$"],
    "ended": lambda t: t["until$"].notnull() & (t["until$"] >= t["s$"]) & (t["until$"] < t["e$"]),
}
