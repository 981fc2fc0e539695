"""A table of a warehouse as a source: a relation that is not run, and the facts that a plan needs of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import ibis

from kpi.data.requirements import ColumnRequirements
from kpi.engine.row_dates import computed_columns, first_date_columns, first_date_name, need_dates, row_dates
from kpi.engine.table import Shape, Table
from kpi.engine.table_loader import RowFaultError
from kpi.errors import KpiError, TextError
from kpi.formulas import nodes
from kpi.formulas.types import ValueType
from kpi.plan.model import Source
from kpi.warehouse.columns import read_columns
from kpi.warehouse.dialects.base import Expr, day
from kpi.warehouse.row_ibis import IbisCompiler, Value
from kpi.warehouse.session import Row, Session
from kpi.warehouse.suggestions import in_a_view

Ask = Callable[[Expr], list[Row]]


class Remote(NamedTuple):
    """A source in a warehouse: its facts, and the relation of its rows. That has the plan's columns and the same
    ``day$``, ``at$``, ``from$`` and ``until$`` as a table that was loaded. ``faults`` say why some uses of columns are
    impossible."""

    table: Table
    relation: Expr
    session: Session
    ask: Ask
    faults: Mapping[str, KpiError]


@dataclass
class RemoteLoader:
    """Makes one source ready. ``where`` is its condition; ``ask`` runs a table expression; ``count_later``: the rows
    dated after ``as_of`` are counted."""

    session: Session
    source: Source
    need: ColumnRequirements
    where: nodes.Node | None
    as_of: date
    ask: Ask
    count_later: bool = False

    def load(self) -> Remote:
        """The source. Raises KpiError for what cannot be read, RowFaultError for a mistake in an expression."""
        origin = self.session.table(self.source.table or "")
        relation, kinds, exact, odd = read_columns(origin, self.source, self.need, self.session.dialect)
        computed = computed_columns(self.need)
        for name, node in computed.first.items():
            relation = self._computed(relation, kinds, name, node)
        shape, spans = self._spans(relation, kinds)
        relation = relation.mutate(**spans) if spans else relation
        if self.where is not None:
            relation = relation.filter(self._expression(relation, kinds, ("where",), self.where, condition=True).expr)
        table, relation, counts = self._table(relation, kinds, shape, exact, list(odd.values()))
        relation = self._first_dates(relation, kinds, computed.later, shape)
        return Remote(table, relation, self.session, self.ask, self._not_finite(dict(zip(odd, counts, strict=True))))

    def _computed(self, relation: Expr, kinds: dict[str, ValueType], name: str, node: nodes.Node) -> Expr:
        value = self._expression(relation, kinds, ("computed", name), node)
        kinds[name] = value.type
        return relation.mutate(**{name: value.expr})

    def _expression(
        self,
        relation: Expr,
        kinds: Mapping[str, ValueType],
        path: tuple[str, ...],
        node: nodes.Node,
        *,
        condition: bool = False,
    ) -> Value:
        """A row expression over the relation. Raises RowFaultError."""
        compiler = IbisCompiler(
            self.session.dialect, typed_columns(relation, kinds),
            first_date=None if condition else lambda column: relation[first_date_name(column)],
        )  # fmt: skip
        try:
            return Value(compiler.condition(node), "boolean") if condition else compiler.value(node)
        except TextError as error:
            raise RowFaultError(("sources", self.source.id, *path), error) from None

    def _not_finite(self, counts: Mapping[str, int]) -> dict[str, KpiError]:
        """Why uses of columns are impossible that hold NaN or an infinity, in so many rows (R14)."""
        faults: dict[str, KpiError] = {}
        for folded, count in counts.items():
            if count:
                rows = f"{count:,} row{'s' if count > 1 else ''}"
                message = f"{self.source.id}.{folded} is NaN or infinite in {rows}, which is not a number"
                error = KpiError(message, hint="make it NULL in a view, and name that in table")
                faults |= {nodes.column_use(folded, kind): error for kind in (None, *self.need.uses(folded))}
        return faults

    # Days.

    def _spans(self, relation: Expr, kinds: Mapping[str, ValueType]) -> tuple[Shape, dict[str, Expr]]:
        """The shape of the source, and its day columns."""
        dates = row_dates(self.source, kinds, lambda name, _: in_a_view(name, "date"))
        if dates.start is None:
            return dates.shape, {}
        start = relation[dates.start.name]
        day_of_start = start.cast("date")
        if dates.shape == "dated":
            return "dated", {"day$": day_of_start, "at$": start if dates.start.type != "empty" else day_of_start}
        until = ibis.null("date") if dates.end is None else relation[dates.end.name].cast("date")
        if dates.end is not None and dates.end.field == "through":
            until = self.session.dialect.days_later(until, ibis.literal(1.0))
        return "lasting", {"from$": day_of_start, "until$": until}

    def _table(
        self, relation: Expr, kinds: dict[str, ValueType], shape: Shape, exact: frozenset[str], flags: Sequence[str]
    ) -> tuple[Table, Expr, list[int]]:
        """The facts, and the relation of the rows that count: up to ``as_of`` (T1) and with a date (R6). Last how many
        of them have each of the ``flags``."""
        days: list[date] = []
        first = last = None
        undated = backwards = 0
        later = self._later(relation, shape)
        if shape == "dated":
            relation = relation.filter(relation["day$"].isnull() | (relation["day$"] <= day(self.as_of)))
            counts = flagged(relation, flags)
            counted = self.ask(relation.group_by("day$").aggregate(n=relation.count(), **counts).order_by("day$"))
            found = [sum(row[2 + place] for row in counted) for place in range(len(flags))]
            days = sorted(row[0] for row in counted if row[0] is not None)
            rows = sum(row[1] for row in counted if row[0] is not None)
            undated = sum(row[1] for row in counted if row[0] is None)
            first, last = (days[0], days[-1]) if days else (None, None)
            relation = relation.filter(relation["day$"].notnull())
        elif shape == "lasting":
            relation = relation.filter(relation["from$"].isnull() | (relation["from$"] <= day(self.as_of)))
            turned = (relation["until$"] < relation["from$"]).coalesce(False)
            good = relation["from$"].notnull() & ~turned
            first, last, rows, undated, backwards, *found = self.ask(
                relation.aggregate(
                    first=relation["from$"].min(where=good), last=relation["from$"].max(where=good),
                    n=relation.count(where=good), undated=relation.count(where=relation["from$"].isnull()),
                    backwards=relation.count(where=turned),
                    **flagged(relation, flags),
                )
            )[0]  # fmt: skip
            relation = relation.filter(good)
        else:
            rows, *found = self.ask(relation.aggregate(n=relation.count(), **flagged(relation, flags)))[0]
        skipped, reasons = self._settled(undated, backwards)
        name = self.source.table or ""
        table = Table(
            self.source, name, kinds, shape, int(rows), days, first, last, (), skipped, reasons, exact, later=later
        )
        return table, relation, found

    def _later(self, relation: Expr, shape: Shape) -> int:
        """The number of rows dated after ``as_of``, where that is asked for."""
        if not self.count_later or shape == "snapshot":
            return 0
        column = relation["day$" if shape == "dated" else "from$"]
        return int(self.ask(relation.aggregate(n=relation.count(where=column > day(self.as_of))))[0][0])

    def _settled(self, undated: int, backwards: int) -> tuple[int, tuple[str, ...]]:
        """How many rows are skipped, and why. Raises KpiError where the source does not say to (R6)."""
        field = self.source.date or self.source.from_ or ""
        reasons = [
            (count, words)
            for count, words in (
                (undated, f"{self.source.id}.{field} is empty, so the row is in no period"),
                (backwards, f"{self.source.id}: it ends before it begins"),
            )
            if count
        ]
        if reasons and not self.source.skips:
            count, words = reasons[0]
            more = f" (and {count - 1:,} more such rows)" if count > 1 else ""
            raise KpiError(words + more, hint="on_bad_rows: skip leaves such rows out and says how many")
        reported = tuple(f"{count:,} {'row' if count == 1 else 'rows'}: {words}" for count, words in reasons)
        return undated + backwards, reported

    def _first_dates(
        self, relation: Expr, kinds: dict[str, ValueType], later: dict[str, nodes.Node], shape: Shape
    ) -> Expr:
        """V8: the columns that need ``first_date``, over the rows that are left."""
        if not later:
            return relation
        when = relation[need_dates(self.source, shape)]
        names = {name.casefold(): name for name in kinds}
        asked: dict[str, Any] = {}
        for folded in first_date_columns(later.values()):
            value = relation[names.get(folded, folded)]
            earliest = when.min().over(ibis.window(group_by=value))
            asked[first_date_name(folded)] = ibis.ifelse(value.notnull(), earliest, ibis.null("date"))
        relation = relation.mutate(**asked)
        for name, node in later.items():
            relation = self._computed(relation, kinds, name, node)
        return relation


def typed_columns(relation: Expr, kinds: Mapping[str, ValueType]) -> dict[str, Value]:
    """The plan's columns of a relation."""
    return {name: Value(relation[name], kind) for name, kind in kinds.items()}


def flagged(relation: Expr, flags: Sequence[str]) -> dict[str, Expr]:
    """The number of rows in which each of these columns is true."""
    return {flag: relation.count(where=relation[flag]) for flag in flags}
