"""What must hold whatever the rows are."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pytest
from engine.support import Project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi.engine import aggregation as gather

pytestmark = pytest.mark.slow

FIRST = date(2026, 1, 1)
ROWS = st.lists(
    st.tuples(
        st.integers(0, 180).map(lambda n: FIRST + timedelta(days=n)),
        st.one_of(st.none(), st.integers(-50, 50), st.floats(-1e6, 1e6).map(lambda x: round(x, 3))),
        st.sampled_from(["web", "app", None]),
        st.one_of(st.none(), st.integers(1, 6)),
    ),
    min_size=1,
    max_size=40,
)
FORMULAS = [
    "sum(t.x)", "count(t)", "avg(t.x)", "median(t.x)", "stddev(t.x)", "count_distinct(t.who)",
    'sum(t.x[place == "web"]) / count(t)', "at_end(sum(t.x))", "percentile(t.x, 90)",
    "count_distinct(t.who[day > first])", "min(t.x) - max(t.x)",
]  # fmt: skip
QUICK = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def a_project(folder: Path, rows: list[tuple[Any, ...]], pieces: int = 1) -> Project:
    """The rows in one file, or dealt out to several."""
    project = Project(folder)
    for number in range(pieces):
        project.rows(f"t-{number}.csv", "day,x,place,who", rows[number::pieces])
    project.source("t", path="t-*.csv", computed={"first": "first_date(who)"})
    return project


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Path]:
    """Folders inside one, a new one each time it is asked."""

    def fresh() -> Iterator[Path]:
        number = 0
        while True:
            number += 1
            folder = tmp_path / str(number)
            folder.mkdir()
            yield folder

    return fresh()  # type: ignore[return-value]


@QUICK
@given(rows=ROWS, seed=st.integers())
def test_V7_the_order_of_rows_changes_nothing(folders: Iterator[Path], rows: list[tuple[Any, ...]], seed: int) -> None:
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)
    assert a_project(next(folders), rows).values(FORMULAS) == a_project(next(folders), shuffled).values(FORMULAS)


@QUICK
@given(rows=ROWS)
def test_R5_splitting_a_file_in_two_changes_nothing(folders: Iterator[Path], rows: list[tuple[Any, ...]]) -> None:
    assert a_project(next(folders), rows).values(FORMULAS) == a_project(next(folders), rows, 2).values(FORMULAS)


@QUICK
@given(rows=ROWS)
def test_the_sum_of_months_is_the_quarter(folders: Iterator[Path], rows: list[tuple[Any, ...]]) -> None:
    before = (FIRST - timedelta(days=400), None, None, None)  # so that no period is partial (T2)
    project = a_project(next(folders), [before, *rows])
    for formula in ("sum(t.x)", "count(t)", 'count(t[place == "web"])', "2 * sum(t.x) - count(t)"):
        parts = project.values([formula, f"previous({formula})", f"previous({formula}, 2)"])
        quarter = project.value(formula, every="quarter")
        known = [value for value in parts if value is not None]
        assert (quarter is None) == (not known)
        if quarter is not None:
            assert quarter == pytest.approx(sum(known), rel=1e-9, abs=1e-6)


@QUICK
@given(rows=ROWS)
def test_V1_a_filter_and_its_negation_add_up_to_the_whole(folders: Iterator[Path], rows: list[tuple[Any, ...]]) -> None:
    project = a_project(next(folders), rows)
    for text in ('place == "web"', "x > 0", "who in (1, 2)", 'x <= 3 and place != "app"', "day == first"):
        with_it, without, whole = project.values([f"count(t[{text}])", f"count(t[not ({text})])", "count(t)"])
        if whole is None:
            assert with_it is None
            assert without is None
        else:
            assert with_it is not None
            assert without is not None
            assert with_it + without == whole


WINDOWS = [None, "2 weeks", "3 months", "year to date", "all time"]


@QUICK
@given(
    rows=ROWS, window=st.sampled_from(WINDOWS), every=st.sampled_from(["week", "month", "quarter"]), many=st.booleans()
)
def test_every_aggregate_equals_python_s_over_any_window(
    folders: Iterator[Path], rows: list[tuple[Any, ...]], window: str | None, every: str, many: bool
) -> None:
    starts = {
        None: {"week": date(2026, 6, 22), "month": date(2026, 6, 1), "quarter": date(2026, 4, 1)}[every],
        "year to date": date(2026, 1, 1),
        "all time": date.min,
    }
    end = date(2026, 6, 29) if every == "week" else date(2026, 7, 1)
    starts["2 weeks"] = end - timedelta(days=14)
    starts["3 months"] = date(2026, 3, 29) if every == "week" else date(2026, 4, 1)
    inside = [row for row in rows if starts[window] <= row[0] < end]
    numbers = [row[1] for row in inside if row[1] is not None]
    expected: list[float | None] = [
        float(len(inside)),
        float(sum(numbers)),
        float(len({row[3] for row in inside if row[3] is not None})),
        float(len({row[3] for row in inside if row[3] is not None and row[2] == "app"})),
        fmean(numbers) if numbers else None,
        min(numbers, default=None),
        max(numbers, default=None),
        stdev(numbers) if len(numbers) > 1 else None,
    ]
    if not inside:
        expected = [None] * len(expected)
    formulas = [
        "count(t)", "sum(t.x)", "count_distinct(t.who)", 'count_distinct(t.who[place == "app"])', "avg(t.x)",
        "min(t.x)", "max(t.x)", "stddev(t.x)",
    ]  # fmt: skip
    fields = {"every": every} | ({} if window is None else {"window": window})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gather, "MANY_ROWS", 0 if many else 10**9)  # the two roads to distinct counts
        found = a_project(next(folders), rows).values(formulas, **fields)
    assert found == [None if value is None else pytest.approx(value, rel=1e-9, abs=1e-6) for value in expected]
