"""Which value of which KPI stands in which column."""

from __future__ import annotations

from helpers.builders import at_least, day, kpi_of, part_of_june, plan_of, results_of, series_of, stale_series

from kpi.plan.model import Kpi
from kpi.run.series import Series
from kpi.status import status_view
from kpi.status.matrix import Matrix, matrix


def made(*pairs: tuple[Kpi, Series], count: int, as_of: str = "2026-06-30", to_date: bool = False) -> Matrix:
    plan = plan_of([kpi for kpi, _ in pairs])
    view = status_view(plan, results_of([series for _, series in pairs], as_of), to_date=to_date)
    return matrix(plan, view, count)


def values(found: Matrix, number: int = 0) -> list[float | None]:
    cells = found.cells(found.view.rows[number])
    return [None if cell.point is None else cell.point.value for cell in cells]


def test_the_last_periods_end_with_the_one_shown() -> None:
    found = made((kpi_of(), series_of(1.0, 2.0, None, 4.0)), count=3)
    assert [period.label for period in found.periods["month"]] == ["2026-04", "2026-05", "2026-06"]
    assert values(found) == [2, None, 4]
    assert values(made((kpi_of(), series_of(1.0, 2.0, None, 4.0)), count=1)) == [4]
    assert values(made((kpi_of(), series_of(1.0, 2.0, None, 4.0)), count=6)) == [None, None, 1, 2, None, 4]


def test_each_length_has_its_own_periods_shortest_first() -> None:
    found = made(
        (kpi_of("slow", every="quarter"), series_of(7.0, 8.0, id_="slow", every="quarter")),
        (kpi_of("fast", every="week"), series_of(1.0, 2.0, id_="fast", every="week", ends="2026-06-28")),
        count=2,
    )
    assert {every: [p.label for p in periods] for every, periods in found.periods.items()} == {
        "week": ["2026-W25", "2026-W26"],
        "quarter": ["2026-Q1", "2026-Q2"],
    }
    assert list(found.periods) == ["week", "quarter"]
    assert [[row.kpi.id for row in rows] for _, rows in found.by_length(found.view.rows)] == [["fast"], ["slow"]]
    assert (values(found, 0), values(found, 1)) == ([7, 8], [1, 2])


def test_a_stale_value_stands_in_its_own_period() -> None:
    found = made((kpi_of(target=at_least(5)), stale_series(9.0)), count=4)
    assert values(found) == [7, 9, None, None]


def test_a_running_period_is_the_last_column() -> None:
    found = made((kpi_of(), part_of_june(9.0, 12)), count=2, as_of="2026-06-12", to_date=True)
    assert [(period.label, period.whole, period.end) for period in found.periods["month"]] == [
        ("2026-05", True, day("2026-06-01")),
        ("2026-06", False, day("2026-06-13")),
    ]
    assert values(found) == [None, 9]


def test_S9_the_value_that_is_judged_is_shown_with_the_digits_that_this_takes() -> None:
    found = made((kpi_of(unit="%", target=at_least(0.3)), series_of(0.2996, 0.2996)), count=2)
    assert [cell.display for cell in found.cells(found.view.rows[0])] == ["30.0%", "29.96%"]
