"""What the parts of a KPI are held against."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from engine.support import Project

from kpi.status import KpiRow, status_view

ROWS = """day,channel,amount,late
2026-05-01,web,50,0
2026-05-02,shop,30,1
2026-06-01,web,60,0
2026-06-02,shop,20,1
2026-06-03,other,15,0
2026-06-04,fax,1,1
2026-06-05,mail,2,1"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.table("orders", ROWS)
    return project


def row(project: Project, formula: str, **fields: object) -> KpiRow:
    project.kpi("k", formula, **fields)
    checked = project.checked()
    return status_view(checked.plan, project.results()).rows[0]


def in_short(row: KpiRow) -> list[tuple[str, str, str | None, str]]:
    return [(part.row.name, part.kind, part.row.target_display, part.row.status) for part in row.parts]


def test_every_part_of_a_rate_has_the_same_target_or_its_own(project: Project) -> None:
    found = row(
        project,
        "sum(orders.late) / count(orders)",
        unit="%",
        target="at most 40%",
        thresholds={"green": "at most 40%", "yellow": "at most 90%"},
        split={"by": "channel", "targets": {"shop": "at most 100%"}},
    )
    assert found.by == "channel"
    # With a target of its own a part is green when it meets that: the thresholds are of the other one.
    assert in_short(found) == [
        ("fax", "value", "≤ 40%", "red"),
        ("mail", "value", "≤ 40%", "red"),
        ("other", "value", "≤ 40%", "green"),
        ("shop", "value", "≤ 100%", "green"),
        ("web", "value", "≤ 40%", "green"),
    ]
    assert all(not part.row.kpi.when_red for part in found.parts)


def test_the_target_of_a_sum_is_that_of_all_its_parts_together(project: Project) -> None:
    found = row(
        project,
        "sum(orders.amount)",
        target="at least 90 by 2026-12-31",
        baseline=50,
        split={"by": "channel", "limit": 3, "targets": {"web": "at least 70 by 2026-12-31", "other": "at most 9"}},
    )
    # A value that is called other is one like any other.
    assert in_short(found) == [
        ("web", "value", "≥ 70 by Dec 2026", "red"),
        ("shop", "value", None, "no target"),
        ("other", "value", "≤ 9", "red"),
        ("all other", "other", None, "no target"),
    ]
    # The baseline is that of the whole, too: no glide path leads from there to the target of a part.
    assert [part.row.pace for part in found.parts] == [None] * 4
    assert [part.values for part in found.parts] == [1, 1, 1, 2]
    assert [part.row.change for part in found.parts] == [10, -10, 15, 3]


def test_a_rate_keeps_its_glide_path_in_every_part(project: Project) -> None:
    found = row(
        project,
        "sum(orders.late) / count(orders)",
        unit="%",
        baseline="90%",
        since=date(2026, 1, 1),
        target="at most 10% by 2026-12-31",
        split="channel",
    )
    paces = {part.row.name: (part.row.status, part.row.pace) for part in found.parts}
    assert paces["web"] == ("green", "ahead")
    assert paces["shop"] == ("red", "behind")


def test_a_part_may_be_held_against_a_measure(project: Project) -> None:
    project.measure("budget", "sum(orders.amount) / 2")
    found = row(project, "sum(orders.amount)", split={"by": "channel", "targets": {"web": "at least 200% of budget"}})
    assert in_short(found)[0] == ("web", "value", "≥ 98", "red")


def test_summaries_count_kpis(project: Project) -> None:
    project.kpi("k", "sum(orders.late) / count(orders)", target="at most 1", split="channel")
    view = status_view(project.checked().plan, project.results())
    assert sum(view.summary.values()) == 1
    assert [len(group.rows) for group in view.groups] == [1]


def test_each_value_may_have_the_same_target(project: Project) -> None:
    """That of each is not of what is put together, and one of its own goes before it."""
    found = row(
        project,
        "sum(orders.amount)",
        target="at least 90",
        split={"by": "channel", "limit": 3, "targets": {"each": "at least 20", "shop": "at least 1"}},
    )
    assert in_short(found)[-1] == ("all other", "other", None, "no target")
    assert {name: target for name, kind, target, _ in in_short(found) if kind == "value"} == {
        name: "≥ 1" if name == "shop" else "≥ 20" for name, kind, _, _ in in_short(found) if kind == "value"
    }
    assert len(found.parts) == 4
    assert not found.notes
