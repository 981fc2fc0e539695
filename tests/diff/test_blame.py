"""Which commit wrote each field of a definition."""

from __future__ import annotations

from pathlib import Path

import pytest
from diff.followed import PLAN, Story, history, kpi, made_story, plan, started
from diff.repository import Repository

from kpi.diff.blame import blame


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return started(tmp_path)


@pytest.fixture(scope="module")
def boats(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return made_story(tmp_path_factory)


def test_each_field_has_the_commit_that_made_it_what_it_is(boats: Story) -> None:
    from kpi.data import check_plan
    from kpi.plan.loading import read_plan

    checked = check_plan(read_plan(PLAN, cwd=boats[0].root))
    rows = blame(checked, history(boats[0], "loyalty"), "loyalty")
    assert [(row.field, row.commit.subject if row.commit else None) for row in rows] == [
        ("id", "A better id"),
        ("name", "Say it better"),
        ("goal", "First KPIs"),
        ("question", "Say it better"),
        ("owner", "First KPIs"),
        ("unit", "First KPIs"),
        ("formula", "Only guests that paid"),
        ("window", "Look further back"),
        ("target", "Less, and later"),
        ("thresholds.green", "Green more often"),
        ("thresholds.yellow", "First KPIs"),
        ("plan.calendar.fiscal_year_starts", "Our year starts in April"),
        ("sources.outings.where", "One file a year, and only those that left"),
        ("sources.outings.path", "One file a year, and only those that left"),
    ]
    texts = {row.field: row.text for row in rows}
    assert texts["target"] == "at least 26% by 2027-06-30"
    assert texts["thresholds.yellow"] == "at or above 25%"


def test_fields_of_fields_and_schedules(boats: Story) -> None:
    from kpi.data import check_plan
    from kpi.plan.loading import read_plan

    checked = check_plan(read_plan(PLAN, cwd=boats[0].root))
    rows = {row.field: row for row in blame(checked, history(boats[0], "stars"), "stars")}
    april = "Our year starts in April"
    for field, message in (
        ("target", "Stars take longer"), ("values.2026-03", april), ("notes.2026-03", april), ("every", april)
    ):  # fmt: skip
        commit = rows[field].commit
        assert commit is not None
        assert commit.subject == message
    assert rows["target"].text == "2026-04: at least 4.2; 2027-01: at least 4.5; 2027-04: at least 4.6"


def test_uncommitted_and_unknown_fields(repository: Repository, tmp_path: Path) -> None:
    from kpi.data import check_plan
    from kpi.plan.loading import read_plan

    repository.put("kpi.yaml", plan(kpi(target="at least 29")))
    repository.commit("Two")
    clone = Repository(tmp_path / "clone", init=False)
    clone.git("clone", "-q", "--depth", "1", repository.root.as_uri(), ".")
    clone.put("kpi.yaml", plan(kpi(target="at least 29", owner="bo")))
    checked = check_plan(read_plan(PLAN, cwd=clone.root))
    rows = blame(checked, history(clone), "a")
    assert [(row.field, row.commit, row.is_known) for row in rows] == [
        ("id", None, False), ("name", None, False), ("owner", None, True), ("target", None, False)
    ]  # fmt: skip


def test_every_field_of_a_kpi_has_its_place() -> None:
    from kpi.diff.blame import ORDER
    from kpi.plan.model import Kpi

    assert set(ORDER) == set(Kpi.model_fields)
