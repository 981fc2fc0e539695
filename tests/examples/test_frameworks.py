"""The goals of examples/frameworks, every number of them computed again in plain Python."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from helpers.oracle import EXAMPLES
from typer.testing import CliRunner

from kpi.cli.app import app

FOLDER = EXAMPLES / "frameworks"


def answer(file: str, *arguments: str) -> dict[str, Any]:
    """What `kpi goals --format json` says of an example."""
    command = ["-f", str(FOLDER / file), "goals", "--format", "json", *arguments]
    outcome = CliRunner().invoke(app, command, catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found


def scores(goal: dict[str, Any]) -> dict[str, Any]:
    return {kpi["id"]: kpi["score"] for kpi in goal["kpis"]}


def by_id(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {goal["id"]: goal for goal in found["goals"]}


def progress(value: float, baseline: float, target: float) -> float:
    return min(max((value - baseline) / (target - baseline), 0), 1)


def near(expected: Any) -> Any:
    return pytest.approx(expected, abs=1e-9)


def test_market_leader_in_singapore() -> None:
    found = by_id(answer("okr.yaml", "--framework", "okr", "--cycle", "2026-Q3"))
    leader = {
        "market_share": progress(21, 12, 25),
        "active_groups": progress(2900, 1800, 3000),
        "hotel_partners": progress(38, 20, 60),
    }
    reliable = {"same_day": 1.0, "complaint_rate": progress(2.9, 4.1, 2), "waiting_time": 1.0}
    assert scores(found["leader"]) == near(leader)
    assert scores(found["reliable"]) == near(reliable)
    assert found["leader"]["score"] == near(sum(leader.values()) / 3)  # 0.68, short of 0.7
    assert found["reliable"]["score"] == near(sum(reliable.values()) / 3)  # 0.86, short of 1.0
    assert [(goal["commitment"], goal["band"], goal["status"]) for goal in found.values()] == [
        ("stretch", "yellow", "red"),
        ("committed", "yellow", "yellow"),
    ]
    assert {goal["advice"] for goal in found.values()} == {"carry over"}
    assert answer("okr.yaml", "--cycle", "2026-Q4")["goals"] == []


def test_a_scorecard() -> None:
    found = answer("scorecard.yaml", "--framework", "bsc")
    goals = by_id(found)
    expected = {
        "operating_margin": progress(5.3, 3.1, 7),
        "overtime": 1.0,
        "repeat_rate": progress(41, 38, 46),
        "recommendation": progress(52, 41, 55),
        "rework": progress(5.5, 6.4, 3),
        "checklists": 1.0,
        "ready_on_time": progress(91, 81, 96),
        "certified": progress(58, 35, 80),
    }
    assert {id_: score for goal in goals.values() for id_, score in scores(goal).items()} == near(expected)
    skilled = expected["certified"]
    right = (expected["rework"] + expected["checklists"] + skilled) / 3
    loyal = (expected["repeat_rate"] + expected["recommendation"] + right + expected["ready_on_time"]) / 4
    profit = (expected["operating_margin"] + expected["overtime"] + loyal) / 3
    assert {id_: goal["score"] for id_, goal in goals.items()} == near(
        {
            "profit": profit, "loyal_riders": loyal, "first_time_right": right, "skilled_mechanics": skilled,
            "on_time": expected["ready_on_time"],
        }
    )  # fmt: skip
    # Half of 2026 is over, 181 of 365 days; only rework is more than a sixth of its way behind.
    statuses = {kpi["id"]: kpi["status"] for goal in goals.values() for kpi in goal["kpis"]}
    assert {id_ for id_, status in statuses.items() if status != "green"} == {"repeat_rate", "rework"}
    assert (statuses["repeat_rate"], statuses["rework"]) == ("yellow", "red")
    assert [name for name, perspective in found["perspectives"].items() if perspective["lacks"]] == ["learning"]
    serves = [(cause["from"], cause["to"]) for cause in found["causes"] if cause["kind"] == "serves"]
    assert serves == [
        ("loyal_riders", "profit"),
        ("first_time_right", "loyal_riders"),
        ("skilled_mechanics", "first_time_right"),
        ("on_time", "loyal_riders"),
    ]
    lags = {(cause["from"], cause["to"]): cause["lag"] for cause in found["causes"] if cause["kind"] == "leads"}
    assert lags == {
        ("overtime", "operating_margin"): None,
        ("recommendation", "repeat_rate"): "6 months",
        ("checklists", "rework"): "1 month",
        ("ready_on_time", "repeat_rate"): "3 months",
        ("certified", "rework"): "3 months",
    }


def cohorts() -> tuple[Counter[str], Counter[str]]:
    """Households that signed up, and those that cook every week, by month."""
    signed_up: Counter[str] = Counter()
    cooking: Counter[str] = Counter()
    with (FOLDER / "data" / "cohorts.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            signed_up[row["month"][:7]] += int(row["households"])
            cooking[row["month"][:7]] += int(row["cooked_weekly"])
    return signed_up, cooking


def test_a_north_star() -> None:
    signed_up, cooking = cohorts()
    june = cooking["2026-06"] / signed_up["2026-06"]
    found = by_id(answer("north-star.yaml", "--framework", "omtm"))
    assert list(found) == ["cook_weekly"]
    goal = found["cook_weekly"]
    assert goal["kpis"][0]["value"] == near(june)
    assert goal["score"] == near((june - 0.27) / 0.13)
    assert goal["guardrails"] == ["ruined_dinners", "answer_wait"]
    assert (goal["due"], goal["ended"]) == ("2026-12-31", False)
    assert goal["next"] == "Paying households, once 40% cook every week."


def test_what_moved_the_north_star() -> None:
    signed_up, cooking = cohorts()
    change = cooking["2026-06"] / signed_up["2026-06"] - cooking["2026-05"] / signed_up["2026-05"]
    outcome = CliRunner().invoke(
        app, ["-f", str(FOLDER / "north-star.yaml"), "goals", "--framework", "omtm"], catch_exceptions=False
    )
    words = " ".join(outcome.stdout.split())
    assert f"▲ {change * 100:.1f} pt" in words
    assert "What moved it" in words
    assert "rose from 32.1% in 2026-05 to 32.9% in 2026-06" in words


def test_agreed_objectives() -> None:
    found = by_id(answer("objectives.yaml", "--framework", "mbo"))
    agreed = {id_: (goal["owner"], goal["agreed_with"], goal["agreed_on"]) for id_, goal in found.items()}
    vera = "vera@example.com"
    assert agreed == {
        "punctual": (vera, "sol@example.com", "2026-01-12"),
        "quick_gate": ("kofi@example.com", vera, "2026-01-19"),
        "ready_cranes": ("mira@example.com", vera, "2026-01-20"),
    }
    assert scores(found["punctual"]) == near({"left_as_booked": progress(87, 81, 90), "accidents": 1.0})
    assert scores(found["quick_gate"]) == near({"gate_time": progress(43, 55, 30)})
    assert scores(found["ready_cranes"]) == {"crane_hours_lost": None}  # nobody wrote June down
    own = progress(87, 81, 90) + 1.0 + progress(43, 55, 30)
    assert found["punctual"]["score"] == near((own + 0) / 4)
    assert (found["punctual"]["missing"], found["punctual"]["status"]) == (1, "stale")
    assert [goal["reward"] for goal in found.values()] == [None] * 3


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_each_is_of_one_framework(file: Path) -> None:
    names = {"okr": "okr", "scorecard": "bsc", "north-star": "omtm", "objectives": "mbo"}
    assert answer(file.name, "--framework", names[file.stem])["goals"]
    rest = set(names.values()) - {names[file.stem], "bsc"}
    assert [answer(file.name, "--framework", name)["goals"] for name in sorted(rest)] == [[]] * len(rest)
