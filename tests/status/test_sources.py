"""How fresh a source is, and who depends on it."""

from __future__ import annotations

from datetime import date

import pytest
from engine.support import Project

from kpi.run.profile import profile_sources
from kpi.status.source_view import SourceView, sources_view


@pytest.fixture
def project(tmp_path: object) -> Project:
    return Project(tmp_path)  # type: ignore[arg-type]


def views(project: Project, as_of: str = "2026-06-30") -> dict[str, SourceView]:
    checked, day = project.checked(), date.fromisoformat(as_of)
    return {view.source.id: view for view in sources_view(checked, day, profile_sources(checked, day)).sources}


@pytest.mark.parametrize(
    ("updated", "fresh", "late"),
    [("daily", False, 9), ("weekly", False, 3), ("10 days", True, None), ("monthly", True, None), (None, None, None)],
)
def test_fresh_is_as_new_as_promised(
    project: Project, updated: str | None, fresh: bool | None, late: int | None
) -> None:
    project.table("orders", "day\n2026-06-01\n2026-06-20", updated=updated)
    found = views(project)["orders"]
    assert (found.fresh, found.days_late) == (fresh, late)


def test_B4_only_dated_sources_can_be_behind(project: Project) -> None:
    project.table("staff", "first,last\n2020-01-01,", date=None, from_="first", until="last", updated="daily")
    project.table("prices", "sku,price\na,3", date=None, updated="daily")
    project.table("incidents", "day\n2020-01-01", no_rows="zero", updated="daily")
    assert {name: view.fresh for name, view in views(project).items()} == {
        "staff": None, "prices": None, "incidents": None,
    }  # fmt: skip


def test_a_source_without_a_row_is_behind(project: Project) -> None:
    project.table("orders", "day,amount\n2026-07-01,3", updated="daily")
    found = views(project)["orders"]
    assert (found.fresh, found.days_late, found.found.rows) == (False, None, 0)


def test_kpis_depend_through_measures_queries_and_targets(project: Project) -> None:
    project.table("orders", "day,amount\n2026-06-01,3")
    project.table("plan", "day,amount\n2026-06-01,3")
    project.table("unused", "day\n2026-06-01")
    project.source("daily", query="select day, sum(amount) as amount from orders group by 1")
    project.measure("revenue", "sum(daily.amount)")
    project.measure("budget", "sum(plan.amount)")
    project.kpi("sales", "revenue", target="at least budget")
    project.kpi("orders_made", "count(orders)")
    found = views(project)
    assert {name: view.kpis for name, view in found.items()} == {
        "orders": ("sales", "orders_made"), "plan": ("sales",), "unused": (), "daily": ("sales",),
    }  # fmt: skip
    assert found["daily"].reads == ("orders",)


def test_headers_that_are_called_otherwise_here(project: Project) -> None:
    project.table("orders", "day,Amount (€),State\n2026-06-01,3,paid", columns={"euros": "Amount (€)"})
    assert views(project)["orders"].headers == {"euros": "Amount (€)"}
