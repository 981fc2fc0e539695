"""The SQL of one aggregate: over all rows at hand, or as what one day contributes; and combining days."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kpi.formulas.functions import AGGREGATES
from kpi.frozen import frozen

Value = float | None
# The column that orders the rows of sources without times of day.
DAY = "day$"
# What the days of a window contribute to an aggregate: for each day some cells.
Days = Sequence[Sequence[Any]]


class TiedRowsError(Exception):
    """Rows of one moment, the first or last, have different values, from ``low`` to ``high`` (V5); in the group with
    this ``key``, if they are those of a group of ``per``."""

    def __init__(self, moment: Any, low: float, high: float, key: str | None = None) -> None:
        super().__init__(f"{low} and {high} at {moment}")
        self.moment = moment
        self.low = low
        self.high = high
        self.key = key


@frozen
class AggregateSql:
    """SQL for one aggregate: the value it is of (None: the row itself) and the condition on rows (None: all)."""

    function: str
    value: str | None
    condition: str | None
    percent: float | None
    integer: bool = False
    groups: Groups | None = None

    @property
    def chosen(self) -> str:
        """The value where the condition holds, else NULL."""
        value = self.value or "1"
        return value if self.condition is None else f"(CASE WHEN {self.condition} THEN {value} END)"

    @property
    def contribution(self) -> str:
        """What a row contributes: the chosen value, of groups that of its group as text; NULL for nothing."""
        if self.groups is None:
            return self.chosen
        both = f"concat_ws(': ', {self.groups.key}::VARCHAR, ({self.groups.value.chosen})::VARCHAR)"
        return both if self.groups.condition is None else f"(CASE WHEN {self.groups.condition} THEN {both} END)"

    @property
    def total(self) -> str:
        """A sum that hardly depends on the order of the rows."""
        return f"sum({self.chosen})::DOUBLE" if self.integer else f"fsum({self.chosen})"

    @property
    def number(self) -> str:
        """The chosen value as a floating point number."""
        return f"{self.chosen}::DOUBLE"

    def timed(self, pick: str, time: str) -> list[str]:
        """The values in the rows with the least or greatest time, as two cells: the time with the smallest of them and
        the time with the largest, one of them negated (V5). They differ where rows tie with different values."""
        condition = f"{self.value} IS NOT NULL" + (f" AND {self.condition}" if self.condition else "")
        return [
            f"{pick}((CASE WHEN {condition} THEN {{'t': {time}, 'v': {sign}{self.value}::DOUBLE}} END))"
            for sign in ("", "-")
        ]

    def timed_of_day(self, pick: str, time: str) -> list[str]:
        """The same cells over the rows of one day. All of them tie where rows have no times of day, which is cheaper
        to ask than for the rows of the edge."""
        if not time.endswith(DAY):
            return self.timed(pick, time)
        picks = (pick, "max" if pick == "min" else "min")
        return [
            f"(CASE WHEN count({self.chosen}) > 0 THEN "
            f"{{'t': min({time}), 'v': {sign}{one}({self.chosen})::DOUBLE}} END)"
            for sign, one in zip(("", "-"), picks, strict=True)
        ]

    def at_edge(self, pick: str, time: str) -> str:
        """The cells of ``timed`` as one, for ``to_float``."""
        one, other = self.timed(pick, time)
        return f"{{'one': {one}, 'other': {other}}}"

    @property
    def most_frequent(self) -> str:
        """The value that most rows have; of ties the smallest."""
        counted = f"map_entries(histogram({self.number}))"
        ranked = f"list_transform({counted}, lambda entry$: {{'n': -entry$.value::BIGINT, 'v': entry$.key}})"
        return f"(list_sort({ranked}))[1]['v']"


@frozen
class Groups:
    """The groups of ``per``, of which an aggregate is: the ``key`` of a row (SQL), the ``value`` of a group and the
    condition on rows (None: all). In the SQL of that aggregate the value of a group is ``GROUP_VALUE``."""

    key: str
    value: AggregateSql
    condition: str | None


GROUP_VALUE = "g.value$"


# One aggregate over all rows at hand, given the SQL of when a row happened.
WHOLE: Mapping[str, Callable[[AggregateSql, str], str]] = {
    "count": lambda sql, time: f"count({sql.chosen})::DOUBLE",
    "sum": lambda sql, time: sql.total,
    "avg": lambda sql, time: f"avg({sql.chosen})::DOUBLE",
    "min": lambda sql, time: f"min({sql.chosen})::DOUBLE",
    "max": lambda sql, time: f"max({sql.chosen})::DOUBLE",
    "median": lambda sql, time: f"quantile_cont({sql.number}, 0.5)",
    "mode": lambda sql, time: sql.most_frequent,
    "stddev": lambda sql, time: f"stddev_samp({sql.chosen})",
    "count_distinct": lambda sql, time: f"count(DISTINCT {sql.chosen})::DOUBLE",
    "first": lambda sql, time: sql.at_edge("min", time),
    "last": lambda sql, time: sql.at_edge("max", time),
    "percentile": lambda sql, time: f"quantile_cont({sql.number}, {(sql.percent or 0.0) / 100!r})",
}


def whole_sql(sql: AggregateSql, time: str) -> str:
    """One aggregate over all rows at hand; ``time`` is the SQL of when a row happened."""
    return WHOLE[sql.function](sql, time)


def grouped_sql(sql: AggregateSql, time: str, rows: str, where: Sequence[str] = (), by: Sequence[str] = ()) -> str:
    """A statement for an aggregate of groups: of the ``rows`` (from FROM on) that meet the conditions ``where``, and
    for each of the values of ``by``, which come first in it. The cells are for ``to_float``."""
    groups = sql.groups
    assert groups is not None
    value, tie = whole_sql(groups.value, time), "NULL"
    if groups.value.function in ("first", "last"):
        both = value
        value = f"({both})['one']['v']"
        tie = f"(CASE WHEN ({both})['one']['v'] <> -({both})['other']['v'] THEN {both} END)"
    if AGGREGATES[groups.value.function].zero:
        value = f"coalesce({value}, 0)"
    conditions = [*where, f"{groups.key} IS NOT NULL", *([groups.condition] if groups.condition else [])]
    names = [f"b{place}" for place in range(len(by))]
    asked = [f"{one} AS {name}" for one, name in zip(by, names, strict=True)]
    places = ", ".join(str(place + 1) for place in range(len(by) + 1))
    whole = whole_sql(sql, "NULL::DATE")
    if tie != "NULL":
        whole = f"{{'value': {whole}, 'tie': min({{'key': key$::VARCHAR, 'cells': tie$}}) FILTER (tie$ IS NOT NULL)}}"
    return (
        f"SELECT {', '.join([*names, whole])} FROM (\n"
        f"SELECT {', '.join([*asked, f'{groups.key} AS key$', f'{value} AS value$', f'{tie} AS tie$'])}\n{rows}\n"
        f"WHERE {' AND '.join(conditions)} GROUP BY {places}) g" + (f" GROUP BY {', '.join(names)}" if by else "")
    )


def to_float(function: str, cell: Any) -> Value:
    """A cell as a number. Where no row passes the filter, some aggregates are zero and the others empty (V3). Raises
    TiedRowsError."""
    if cell is None:
        return 0.0 if AGGREGATES[function].zero else None
    if isinstance(cell, dict) and "tie" in cell:
        if (tie := cell["tie"]) is not None:
            low, high = sorted((tie["cells"]["one"]["v"], -tie["cells"]["other"]["v"]))
            raise TiedRowsError(tie["cells"]["one"]["t"], low, high, tie["key"])
        return to_float(function, cell["value"])
    if isinstance(cell, dict):
        return _at_edge([(cell["one"], cell["other"])])
    return finite(float(cell))


def finite(value: float) -> Value:
    """A number; a sum that overflowed is no value."""
    return value if math.isfinite(value) else None


# Mergeable aggregates: the columns that one day contributes, and their combination.


def _sum_of(days: Days) -> Value:
    return finite(math.fsum(cell[0] for cell in days if cell[0] is not None))


def _mean_of(days: Days) -> Value:
    count = sum(cell[1] for cell in days)
    return finite(math.fsum(cell[0] for cell in days if cell[0] is not None) / count) if count else None


def _extreme_of(pick: Callable[..., Any]) -> Callable[[Days], Value]:
    def combined(days: Days) -> Value:
        cells = [cell[0] for cell in days if cell[0] is not None]
        return finite(float(pick(cells))) if cells else None

    return combined


def _timed_of(pick: Callable[..., Any]) -> Callable[[Days], Value]:
    def combined(days: Days) -> Value:
        cells = [cell for cell in days if cell[0] is not None]
        if not cells:
            return None
        edge = pick(cell[0]["t"] for cell in cells)
        return _at_edge([cell for cell in cells if cell[0]["t"] == edge])

    return combined


def _at_edge(cells: Days) -> Value:
    """The value in the rows of one moment, from cells such as those of ``timed``. Raises TiedRowsError."""
    values = [value for one, other in cells if one is not None for value in (one["v"], -other["v"])]
    if not values:
        return None
    if min(values) != max(values):
        raise TiedRowsError(cells[0][0]["t"], min(values), max(values))
    return finite(float(values[0]))


def _deviation_of(days: Days) -> Value:
    """The sample's standard deviation of parts, each (count, mean, sum of squared differences from its mean).

    The pairwise formula of Chan, Golub and LeVeque (1983), which does not cancel as sums of squares do.
    """
    total, mean, squares = 0, 0.0, 0.0
    for count, part_mean, part_squares in days:
        if not count:
            continue
        difference = part_mean - mean
        both = total + count
        squares += part_squares + difference * difference * total * count / both
        mean += difference * count / both
        total = both
    return finite(math.sqrt(squares / (total - 1))) if total > 1 else None


@frozen
class Daily:
    """How an aggregate is put together from days: ``partials`` are the columns of one day, ``combine`` their value."""

    partials: Callable[[AggregateSql, str], list[str]]
    combine: Callable[[Days], Value]


DAILY: Mapping[str, Daily] = {
    "count": Daily(lambda sql, time: [f"count({sql.chosen})"], _sum_of),
    "sum": Daily(lambda sql, time: [sql.total], _sum_of),
    "avg": Daily(lambda sql, time: [sql.total, f"count({sql.chosen})"], _mean_of),
    "min": Daily(lambda sql, time: [f"min({sql.chosen})::DOUBLE"], _extreme_of(min)),
    "max": Daily(lambda sql, time: [f"max({sql.chosen})::DOUBLE"], _extreme_of(max)),
    "stddev": Daily(
        lambda sql, time: [
            f"count({sql.chosen})",
            f"avg({sql.chosen})",
            f"var_pop({sql.chosen}) * count({sql.chosen})",
        ],
        _deviation_of,
    ),
    "first": Daily(lambda sql, time: sql.timed_of_day("min", time), _timed_of(min)),
    "last": Daily(lambda sql, time: sql.timed_of_day("max", time), _timed_of(max)),
}


def daily_partials(sql: AggregateSql, time: str) -> list[str]:
    """The columns that one day contributes to a mergeable aggregate; ``time`` is the SQL of when a row happened."""
    return DAILY[sql.function].partials(sql, time)


def combine(function: str, days: Days) -> Value:
    """The value of a mergeable aggregate, from what its days contribute."""
    return DAILY[function].combine(days)
