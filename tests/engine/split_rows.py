"""What the tests of splits share: rows with channels, and how to look at parts."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from engine.support import Project, Value

from kpi.run import Series
from kpi.run.series import PartSeries
from kpi.values import add_units

Row = dict[str, Any]
Rows = Sequence[Row]
# What a formula is over the rows of a part in a window, and over all rows in it.
Oracle = Callable[[Rows, Rows], Value]
CHANNELS = ("web", "shop", "fair", "phone", None)


def orders(seed: int = 1, count: int = 900) -> list[Row]:
    """Orders of eighteen months, from 2025-01 to 2026-06; none in 2025-11, and the fair's only in summer."""
    dice = random.Random(seed)
    rows: list[Row] = []
    while len(rows) < count:
        day = date(2025, 1, 1) + timedelta(days=dice.randrange(546))
        channel = dice.choice(CHANNELS)
        if (day.year, day.month) == (2025, 11) or (channel == "fair" and day.month not in (6, 7, 8)):
            continue
        rows.append(
            {
                "day": day,
                "channel": channel,
                "amount": dice.choice((None, *range(1, 60))),
                "customer": dice.choice((None, *(f"c{n}" for n in range(40)))),
                "returned": dice.random() < 0.2,
            }
        )
    return sorted(rows, key=lambda row: row["day"])


def written(project: Project, rows: Rows, name: str = "orders", **fields: Any) -> None:
    """The rows as a source."""
    heads = list(rows[0])
    project.rows(f"{name}.csv", ",".join(heads), [[row[head] for head in heads] for row in rows])
    project.source(name, **fields)


def inside(rows: Rows, start: date, end: date) -> list[Row]:
    return [row for row in rows if start <= row["day"] < end]


def month(label: str) -> tuple[date, date]:
    start = date.fromisoformat(f"{label}-01")
    return start, add_units(start, 1, "month")


def values_of(part: PartSeries | Series) -> dict[str, Value]:
    """The values by period, those of the history and the one shown."""
    series = part.series if isinstance(part, PartSeries) else part
    return {point.period.label: point.value for point in (*series.history, series.shown)}


def parts_of(series: Series) -> dict[str | None, PartSeries]:
    """The parts by value; ``other`` is "…"."""
    assert series.split is not None
    assert series.split.problem is None, series.split.problem
    return {"…" if part.other else part.value: part for part in series.split.parts}
