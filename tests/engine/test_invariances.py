"""What a change of all rows does to a value, whatever the rows are."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from engine.support import Project, Value
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.slow

QUICK = settings(max_examples=12, deadline=None)
FIRST = date(2026, 5, 4)
Rows = list[tuple[int, Any, Any]]
ROWS = st.lists(
    st.tuples(st.integers(0, 55), st.none() | st.integers(-1000, 1000), st.none() | st.integers(1, 5)),
    min_size=1,
    max_size=30,
)
SCALED = [
    "sum(t.x)", "avg(t.x)", "min(t.x)", "max(t.x)", "median(t.x)", "percentile(t.x, 30)", "stddev(t.x)",
    "sum(t.x[who == 1])", "at_end(sum(t.x))", "previous(sum(t.x))", "sum(t.x) / count(t)",
]  # fmt: skip
KEPT = [
    "count(t)", "count_distinct(t.who)", "count(t[x > 0])", "sum(t.x) / max(t.x)", "count(t[day == seen])",
    "count_distinct(t.who[day > seen])",
]  # fmt: skip


def values(rows: Rows, formulas: list[str], *, days: int = 0, as_of: str = "2026-06-28", **fields: Any) -> list[Value]:
    """The values over rows whose days are numbered from FIRST, all moved by some days."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        project.rows("t.csv", "day,x,who", [(FIRST + timedelta(days=n + days), x, who) for n, x, who in rows])
        project.source("t", computed={"seen": "first_date(who)"}, types={"x": "number"})
        return project.values(formulas, as_of, periods=0, **fields)


def close(expected: list[Value]) -> list[Any]:
    return [None if value is None else pytest.approx(value, rel=1e-10, abs=1e-9) for value in expected]


@QUICK
@given(rows=ROWS, factor=st.sampled_from([2, 8, 0.25, 1000]))
def test_larger_numbers_make_larger_values(rows: Rows, factor: float) -> None:
    scaled = [(n, None if x is None else x * factor, who) for n, x, who in rows]
    before = values(rows, SCALED + KEPT)
    expected = [None if value is None else value * factor for value in before[: len(SCALED)]] + before[len(SCALED) :]
    assert values(scaled, SCALED + KEPT) == close(expected)


@QUICK
@given(rows=ROWS, weeks=st.integers(-60, 60), window=st.sampled_from(["1 week", "4 weeks", "20 days", "all time"]))
def test_weeks_are_all_alike(rows: Rows, weeks: int, window: str) -> None:
    fields = {"every": "week", "window": window}
    moved = str(date(2026, 6, 28) + timedelta(weeks=weeks))
    assert values(rows, SCALED + KEPT, days=7 * weeks, as_of=moved, **fields) == values(rows, SCALED + KEPT, **fields)


@QUICK
@given(rows=ROWS)
def test_rows_twice_count_twice(rows: Rows) -> None:
    twice = ["sum(t.x)", "count(t)", "at_end(sum(t.x))", "count(t[x > 0])"]
    once = ["avg(t.x)", "median(t.x)", "min(t.x)", "max(t.x)", "count_distinct(t.who)"]
    before = values(rows, twice + once)
    expected = [None if value is None else 2 * value for value in before[: len(twice)]] + before[len(twice) :]
    assert values(rows + rows, twice + once) == close(expected)


@QUICK
@given(rows=ROWS, later=ROWS)
def test_T1_rows_of_the_future_change_nothing(rows: Rows, later: Rows) -> None:
    future = [(n + 56, x, who) for n, x, who in later]  # from 29 June on
    assert values(rows + future, SCALED + KEPT, every="week") == values(rows, SCALED + KEPT, every="week")
