"""The SQL of one aggregate: as what one day contributes, or over all rows at hand; and putting days together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Value = float | None
COUNTING = ("count", "sum", "count_distinct")
BY_DAY = ("count", "sum", "avg", "min", "max", "stddev", "first", "last")


@dataclass(frozen=True)
class Part:
    """SQL for one aggregate: the value it is of (None: the row itself) and the condition on rows (None: all)."""

    function: str
    value: str | None
    condition: str | None
    percent: float | None
    integer: bool = False

    @property
    def chosen(self) -> str:
        """The value where the condition holds, else NULL."""
        value = self.value or "1"
        return value if self.condition is None else f"(CASE WHEN {self.condition} THEN {value} END)"


def sum_sql(part: Part) -> str:
    """A sum that hardly depends on the order of the rows."""
    return f"sum({part.chosen})::DOUBLE" if part.integer else f"fsum({part.chosen})"


def partials(part: Part, moment: str) -> list[str]:
    """The columns that one day contributes to an aggregate; ``moment`` is the SQL of when a row happened."""
    chosen = part.chosen
    match part.function:
        case "count":
            return [f"count({chosen})"]
        case "sum":
            return [sum_sql(part)]
        case "avg":
            return [sum_sql(part), f"count({chosen})"]
        case "stddev":
            return [f"count({chosen})", f"avg({chosen})", f"var_pop({chosen}) * count({chosen})"]
        case "min" | "max":
            return [f"{part.function}({chosen})::DOUBLE"]
        case _:
            return [timed(part, moment)]


def timed(part: Part, time: str) -> str:
    """V5: the value in the row with the least or greatest date; of ties the smallest, the largest."""
    condition = f"{part.value} IS NOT NULL" + (f" AND {part.condition}" if part.condition else "")
    pair = f"(CASE WHEN {condition} THEN {{'t': {time}, 'v': {part.value}::DOUBLE}} END)"
    return f"{'min' if part.function == 'first' else 'max'}({pair})"


def whole_sql(part: Part, time: str) -> str:
    """One aggregate over all rows at hand."""
    chosen = part.chosen
    match part.function:
        case "count":
            return f"count({chosen})::DOUBLE"
        case "count_distinct":
            return f"count(DISTINCT {chosen})::DOUBLE"
        case "sum":
            return sum_sql(part)
        case "stddev":
            return f"stddev_samp({chosen})"
        case "percentile":
            return f"quantile_cont({chosen}::DOUBLE, {(part.percent or 0.0) / 100!r})"
        case "median":
            return f"quantile_cont({chosen}::DOUBLE, 0.5)"
        case "first" | "last":
            return f"({timed(part, time)})['v']"
        case _:
            return f"{part.function}({chosen})::DOUBLE"


def finished(function: str, cell: Any) -> Value:
    """A cell as a number: nothing counted is zero (V3)."""
    if cell is None:
        return 0.0 if function in COUNTING else None
    return finite(float(cell))


def finite(value: float) -> Value:
    """A sum that overflowed is no value."""
    return value if math.isfinite(value) else None


def merged(function: str, days: Sequence[Sequence[Any]]) -> Value:
    """One value of the partial results of its days."""
    if function in ("count", "sum"):
        return finite(math.fsum(cell[0] for cell in days if cell[0] is not None))
    if function == "avg":
        count = sum(cell[1] for cell in days)
        return finite(math.fsum(cell[0] for cell in days if cell[0] is not None) / count) if count else None
    if function == "stddev":
        return deviation(days)
    cells = [cell[0] for cell in days if cell[0] is not None]
    if not cells:
        return None
    if function in ("first", "last"):
        pick: Callable[..., Any] = min if function == "first" else max
        chosen = pick(cells, key=lambda cell: (cell["t"], cell["v"]))
        return finite(float(chosen["v"]))
    return finite(float(min(cells) if function == "min" else max(cells)))


def deviation(days: Sequence[Sequence[Any]]) -> Value:
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
