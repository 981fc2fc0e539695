"""What a view and an agenda of many KPIs take grows with their number, not with its square."""

from __future__ import annotations

from helpers.builders import at_least, at_most, kpi_of, plan_of, results_of, series_of
from helpers.cpu_time import cpu_time

from kpi.review import agenda
from kpi.status import status_view


def seconds(number: int) -> float:
    """The CPU time for KPIs that all improve while their guardrail, the one before, gets worse."""
    kpis, series = [], []
    for place in range(number):
        name, before = f"k{place}", f"k{place - 1}"
        target = at_least(9) if place % 2 else at_most(1)
        kpis.append(kpi_of(name, name=name, target=target, guardrails=(before,) if place else ()))
        series.append(series_of(4.0, 5.0, id_=name))
    plan, results = plan_of(kpis), results_of(series)

    def work() -> None:
        view = status_view(plan, results)
        assert len(agenda(plan, view, results).exceptions) == number // 2

    return cpu_time(work)[1]


def test_eight_times_as_many_kpis_do_not_take_64_times_as_long() -> None:
    small = min(seconds(100) for _ in range(3))
    assert seconds(800) < 24 * small
