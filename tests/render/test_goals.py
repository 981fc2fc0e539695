"""The four formats of `kpi goals`."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from helpers.builders import at_least, checked_of, day, kpi_of, plan_of, results_of, series_of
from security.hostile import PAYLOADS, check

from kpi.plan.model import Goal, Kpi, Lead, Plan
from kpi.plan.model.goal import Framework, Review
from kpi.render.goals_words import score_text
from kpi.render.output import Page, render
from kpi.render.sanitize import columns
from kpi.run.series import Series
from kpi.status import status_view
from kpi.status.goals_view import Detail, goals_view
from kpi.status.kpi_view import kpi_view

FRAMEWORKS: tuple[Framework | None, ...] = (None, "okr", "bsc", "omtm", "mbo")
RISING = [20.0 + place for place in range(14)]

GOALS = [
    Goal(
        id="leader", name="We lead the market", level="objective", framework="okr", owner="ana@acme.example",
        due=day("2026-07-05"), perspective="financial", commitment="stretch", ambition=8,
    ),
    Goal(
        id="loved", name="Customers recommend us to their friends and to their neighbours", parent="leader",
        framework="mbo", owner="ben", perspective="customer", agreed_with="ana@acme.example",
        agreed_on=day("2026-01-12"), review=Review(last=day("2026-06-02")), due=day("2026-12-31"), reward="A bonus",
    ),
    Goal(id="used", name="Teams use it every day", framework="omtm", next="Paying teams", due=day("2026-12-31")),
    Goal(id="later", name="Nobody has begun", framework="okr", due=day("2026-06-29"), score=0.3),
]  # fmt: skip
KPIS = [
    (kpi_of("share", name="Market share", goal="leader", unit="%", target=at_least(0.25)), [0.2, 0.21]),
    (kpi_of("silent", name="Silent", goal="leader", target=at_least(5)), [None]),
    (
        kpi_of(
            "advice", name="Would recommend", goal="loved", indicator="leading", target=at_least(5),
            leads=(Lead("share", "3 months"),),
        ),
        [6.0, 7.0],
    ),
    (kpi_of("daily", name="Daily teams", goal="used", target=at_least(30), guardrails=("alone",)), RISING),
    (kpi_of("alone", name="Without a goal", target=at_least(5)), [4.0]),
]  # fmt: skip


def plan() -> Plan:
    return plan_of([kpi for kpi, _ in KPIS], title="Acme", goals={goal.id: goal for goal in GOALS})


def series(kpi: Kpi, values: Any) -> Series:
    return series_of(*values, id_=kpi.id)


def shown(framework: Framework | None = None, format_: str = "text", width: int = 80, **asked: Any) -> str:
    made = plan()
    results = results_of([series(kpi, values) for kpi, values in KPIS])
    details = {"daily": Detail(kpi_view(checked_of(made), results, "daily", 24))}
    view = goals_view(made, status_view(made, results), framework=framework, details=details, **asked)
    return render(view, format_, Page(width=width))


def test_the_tree_at_160_columns() -> None:
    title, blank, *rows = shown(width=160).splitlines()[:7]
    assert (title, blank) == ("Acme · 30 June 2026", "")
    assert [re.split(" {2,}", row.strip()) for row in rows] == [
        ["Goal", "Status", "Score", "Owner", "Due", "Id"],
        ["objective: We lead the market", "✖ red", "0.61", "ana", "5 July 2026", "leader"],
        [GOALS[1].name, "● green", "1.00", "ben", "31 Dec 2026", "loved"],
        ["Teams use it every day", "● green", "1.00", "31 Dec 2026", "used"],
        ["Nobody has begun", "· no KPI", "0.30", "29 June 2026", "later"],
    ]  # fmt: skip
    assert [len(row) - len(row.lstrip()) for row in rows] == [2, 2, 4, 2, 2]


def test_the_tree_at_80_columns() -> None:
    assert shown().splitlines()[2:8] == [
        "  objective: We lead the market",
        "    ✖ red · 0.61 · ana · 5 July 2026 · leader",
        "    Customers recommend us to their friends and to their neighbours",
        "      ● green · 1.00 · ben · 31 Dec 2026 · loved",
        "  Teams use it every day",
        "    ● green · 1.00 · 31 Dec 2026 · used",
    ]


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 160])
def test_no_line_is_wider_than_the_terminal(framework: Framework | None, width: int) -> None:
    lines = shown(framework, width=width).splitlines()
    assert max(map(columns, lines)) <= width
    assert len(lines) > 2


def test_an_objective() -> None:
    text = shown("okr")
    assert text.splitlines()[2:8] == [
        "We lead the market" + " " * 56 + "◐ 0.61",
        "  stretch · ana · leader · ambition 8 of 10 · due 5 July 2026",
        "  0.84  ████████░░  Market share  21.0%  ≥ 25%  ✖ red",
        "  –     ░░░░░░░░░░  Silent            –  ≥ 5    ○ no data",
        "  ! 1 part of the score has no value and counts as 0.0",
        "  → its cycle ends in 5 days: at this score, carry it over, or change how it is",
    ]
    # 0.84, 0 and 1 of the goal below it.
    assert score_text((0.84 + 0 + 1) / 3) == "0.61"
    assert "its cycle ended on 29 June 2026: drop it, or set another objective" in " ".join(text.split())
    assert "score set in the file" in text


@pytest.mark.parametrize(
    ("score", "text"), [(None, ""), (0.6999, "0.69"), (0.7, "0.70"), (0.29, "0.29"), (1.0, "1.00"), (1 / 3, "0.33")]
)
def test_scores_are_rounded_down(score: float | None, text: str) -> None:
    """0.29 * 100 is 28.999999999999996 in floating point."""
    assert score_text(score) == text


@pytest.mark.parametrize(
    ("due", "words"),
    [
        ("2026-06-29", "its cycle ended on 29 June 2026"),
        ("2026-06-30", "its cycle ends today"),
        ("2026-07-01", "its cycle ends in 1 day:"),
        ("2026-07-14", "its cycle ends in 14 days"),
        ("2026-07-15", None),
    ],
)
def test_the_end_of_a_cycle(due: str, words: str | None) -> None:
    made = plan_of(
        [kpi_of("a", goal="g", target=at_least(5))], goals={"g": Goal(id="g", name="G", framework="okr", due=day(due))}
    )
    view = goals_view(made, status_view(made, results_of([series_of(6, id_="a")])), framework="okr")
    text = render(view, "text")
    assert (words in text) if words else ("cycle" not in text)


def test_the_scorecard_is_side_by_side_where_there_is_room() -> None:
    wide, narrow = shown("bsc", width=160), shown("bsc")
    assert re.search("Financial +Customer +Internal processes +Learning and growth\n", wide)
    assert re.search("(?m)^Financial$", narrow)
    for text in (wide, narrow):
        assert text.count("! no goal") == 2
        assert "Would recommend → Market share (leads, 3 months later)" in text
        assert "→ We lead the market (serves)" in " ".join(text.split())


def test_the_one_metric() -> None:
    text = shown("omtm")
    assert "until 31 December 2026, 184 days left" in text
    assert "33  ▲ 1  Daily teams" in text
    assert "┤" in text, "the chart of kpi show"
    assert re.search("Guardrails\n +4  Without a goal +✖ red", text)
    assert text.splitlines()[-1] == "  next: Paying teams"


def test_agreed_objectives() -> None:
    text = " ".join(shown("mbo").split())
    assert "agreed with ana on 12 Jan 2026 · due 31 Dec 2026 · serves We lead the market (ana)" in text
    assert "! tied to a reward: A bonus · last reviewed 2 June 2026" in text


def test_kpis_without_a_goal_are_named_in_the_tree() -> None:
    assert shown().splitlines()[-1] == "  ! without a goal: Without a goal"
    assert "Without a goal: Without a goal" in shown(format_="markdown")
    assert json.loads(shown(format_="json"))["kpis_without_goal"] == ["alone"]


@pytest.mark.parametrize("format_", ["text", "markdown"])
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_nothing_to_show_is_said(framework: Framework | None, format_: str) -> None:
    made = plan_of([])
    view = goals_view(made, status_view(made, results_of([])), framework=framework, cycle="2026-Q3")
    said = {None: "no goal due in 2026-Q3", "bsc": "no goal with a perspective due in 2026-Q3"}
    assert said.get(framework, f"no goal with framework: {framework} due in 2026-Q3") in render(view, format_)


KEYS = {
    "id", "name", "level", "parent", "framework", "perspective", "owner", "due", "weight", "status", "score",
    "score_set", "band", "missing", "commitment", "ambition", "agreed_with", "agreed_on", "reward", "next", "ended",
    "advice", "guardrails", "kpis",
}  # fmt: skip


def test_the_json_is_a_contract() -> None:
    """docs/goals.md names all keys."""
    found = json.loads(shown("bsc", "json"))
    assert set(found) == {
        "version", "title", "as_of", "framework", "cycle", "goals", "kpis_without_goal", "perspectives", "causes",
    }  # fmt: skip
    assert [goal["id"] for goal in found["goals"]] == ["leader", "loved"]
    assert all(set(goal) == KEYS for goal in found["goals"])
    assert found["goals"][0]["kpis"][0] == {
        "id": "share", "name": "Market share", "status": "red", "pace": None, "value": 0.21, "display": "21.0%",
        "score": 0.84, "weight": 1, "counts": True, "notes": [],
    }  # fmt: skip
    assert found["goals"][0]["missing"] == 1
    assert found["perspectives"]["learning"] == {"goals": [], "lacks": ["no goal"]}
    assert found["causes"] == [
        {"from": "advice", "to": "share", "kind": "leads", "lag": "3 months"},
        {"from": "loved", "to": "leader", "kind": "serves", "lag": None},
    ]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_json_has_all_goals_of_the_framework(framework: Framework | None) -> None:
    expected = {
        None: ["leader", "loved", "used", "later"], "okr": ["leader", "later"], "bsc": ["leader", "loved"],
        "omtm": ["used"], "mbo": ["loved"],
    }[framework]  # fmt: skip
    assert [goal["id"] for goal in json.loads(shown(framework, "json"))["goals"]] == expected


SVG = "{http://www.w3.org/2000/svg}"


def test_the_strategy_map() -> None:
    root = ET.fromstring(shown("bsc", "svg"))
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert [one for one in texts if one in ("Financial", "Customer", "Internal", "Learning")] == [
        "Financial", "Customer", "Internal", "Learning",
    ]  # fmt: skip
    assert "We lead the market" in texts
    assert "Customers recommend us to" in texts
    assert "their friends and to their…" in texts
    boxes = [one for one in root.iter(f"{SVG}rect") if one.get("fill") == "#fff"]
    assert [one.get("stroke") for one in boxes] == ["#b3261e", "#14702f"], (
        "red and green, which their words say as well"
    )
    arrows = [one.get("d") for one in root.iter(f"{SVG}path") if one.get("marker-end")]
    assert len(arrows) == 1, "one line, although a KPI leads and the goal serves"
    top, below = boxes
    middle = int(top.get("x", "")) + int(top.get("width", "")) // 2
    bottom = int(top.get("y", "")) + int(top.get("height", ""))
    assert arrows == [f"M{middle} {below.get('y')}L{middle} {bottom}"]


def test_boxes_of_a_perspective_do_not_overlap() -> None:
    goals = {f"g{number}": Goal(id=f"g{number}", name="G", perspective="internal") for number in range(8)}
    made = plan_of([], goals=goals)
    view = goals_view(made, status_view(made, results_of([])), framework="bsc")
    root = ET.fromstring(render(view, "svg"))
    boxes = [one for one in root.iter(f"{SVG}rect") if one.get("fill") == "#fff"]
    places = [tuple(int(one.get(name, "")) for name in ("x", "y", "width", "height")) for one in boxes]
    assert len(places) == 8
    for number, (x, y, wide, tall) in enumerate(places):
        for other_x, other_y, _, _ in places[:number]:
            assert abs(x - other_x) >= wide or abs(y - other_y) >= tall
    height = int(root.get("viewBox", "").split()[3])
    assert max(y + tall for _, y, _, tall in places) < height


@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS.keys())
@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("format_", ["text", "json", "markdown", "svg"])
def test_text_of_others_is_only_shown(format_: str, framework: Framework | None, text: str) -> None:
    fields: dict[str, Any] = {
        "name": text, "level": text, "owner": text, "agreed_with": text, "reward": text, "next": text,
        "framework": framework, "perspective": "internal", "due": day("2026-07-05"),
    }  # fmt: skip
    goals = {"g": Goal(id="g", **fields), "h": Goal(id="h", parent="g", **fields)}
    kpi = kpi_of("a", name=text, goal="g", unit=None, target=at_least(5), leads=(Lead("b"),), guardrails=("c",))
    kpis = [kpi, kpi_of("b", name=text, goal="h"), kpi_of("c", name=text)]
    made = plan_of(kpis, title=text, goals=goals)
    view = goals_view(
        made, status_view(made, results_of([series_of(6, id_=each.id) for each in kpis])), framework=framework
    )
    out = render(view, format_)
    check(format_, out, "")
    assert len(out) > 100
