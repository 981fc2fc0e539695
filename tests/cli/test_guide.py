"""``kpi init`` at a terminal: what it asks, what the linter says meanwhile, and what is kept."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from kpi.cli import guide
from kpi.cli.app import run
from kpi.cli.guide import Guide

ORDERS = "order_id,ordered_at,customer_id,status\n" + "".join(
    f"{n},2026-0{1 + n % 6}-0{1 + n % 9},{n % 7},paid\n" for n in range(60)
)
Dialogue = Callable[..., tuple[dict[str, Any], str]]


@pytest.fixture
def dialogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Dialogue:
    """The plan that some answers make, and what was said. After the last answer the user presses Ctrl-D."""
    monkeypatch.chdir(tmp_path)

    def spoken(*answers: str) -> tuple[dict[str, Any], str]:
        waiting = iter(answers)

        def asked() -> str:
            try:
                return next(waiting)
            except StopIteration:
                raise typer.Abort from None

        monkeypatch.setattr(guide, "_asked", asked)
        assert Guide(Path("kpi.yaml"), "", date(2026, 3, 1)).run()
        assert next(waiting, None) is None
        return yaml.load(Path("kpi.yaml").read_text(encoding="utf-8"), yaml.BaseLoader), capsys.readouterr().err

    return spoken


GOAL = ("Three in ten customers buy again", "2026-12-31", "ana@example.com")


def test_the_six_steps_make_a_plan_without_errors(dialogue: Dialogue, capsys: pytest.CaptureFixture[str]) -> None:
    plan, said = dialogue(
        *GOAL,
        "How often do customers buy again?", "",
        "repurchase", "1", "=Net promoter score", "points", "",
        "at least 30% by 2026-12-31", "22%", "at least 25%", "at least 50", "",
        "month", "", "quarter",
        "month", "Call ten customers.", "",
    )  # fmt: skip
    goal = plan["goals"]["three_ten_customers_buy"]
    assert goal == {
        "name": GOAL[0], "due": GOAL[1], "owner": GOAL[2], "questions": ["How often do customers buy again?"],
        "review": {"every": "month"},
    }  # fmt: skip
    assert plan["kpis"]["repurchase_rate"] == {
        "name": "Repurchase rate", "goal": "three_ten_customers_buy", "question": "How often do customers buy again?",
        "owner": GOAL[2], "indicator": "lagging", "kind": "proxy", "unit": "%",
        "target": "at least 30% by 2026-12-31", "baseline": "22%",
        "thresholds": {"green": "at least 30%", "yellow": "at least 25%"},
        "every": "month", "when_red": "Call ten customers.",
    }  # fmt: skip
    assert plan["kpis"]["net_promoter_score"]["target"] == "at least 50"
    assert plan["kpis"]["net_promoter_score"]["every"] == "quarter"
    assert [line for line in said.splitlines() if line[1:3] == "/6"] == [
        "1/6 Goal", "2/6 Key questions", "3/6 KPIs", "4/6 Targets and thresholds", "5/6 Sources and frequency",
        "6/6 Review",
    ]  # fmt: skip
    assert run(["lint", "--format", "concise", "--fail-on", "error"]) == 0
    assert " E0" not in capsys.readouterr().out


def test_the_linter_looks_at_each_answer_and_the_id_follows_a_better_name(dialogue: Dialogue) -> None:
    plan, said = dialogue("Build effective onboarding", "New users finish a project in the first session", "", "")
    assert 'S101 "effective" cannot be measured' in said
    assert "Write it again, or Enter keeps it." in said
    assert plan["goals"] == {"new_users_finish_project": {"name": "New users finish a project in the first session"}}


def test_an_answer_that_is_kept_all_the_same_stays(dialogue: Dialogue) -> None:
    plan, _ = dialogue("Build effective onboarding", "", "", "")
    assert plan["goals"]["build_effective_onboarding"]["name"] == "Build effective onboarding"


def test_an_answer_with_an_error_is_asked_for_again_or_left_out(dialogue: Dialogue) -> None:
    plan, said = dialogue(
        GOAL[0], "2026-13-31", "2026-12-31", "", "", "=Net promoter score", "points", "", "at least 5O", ""
    )
    assert '"2026-13-31"' in said
    assert plan["goals"]["three_ten_customers_buy"]["due"] == "2026-12-31"
    assert "E030" in said
    assert "target" not in plan["kpis"]["net_promoter_score"]


@pytest.mark.parametrize("answers", [1, 2, 4, 6, 9])
def test_what_was_entered_is_kept_wherever_one_leaves(dialogue: Dialogue, answers: int) -> None:
    every = (*GOAL, "How often do customers buy again?", "", "repurchase", "1", "", "at least 3O%")
    plan, _ = dialogue(*every[:answers])
    assert plan["goals"]["three_ten_customers_buy"]["name"] == GOAL[0]
    assert ("kpis" in plan) == (answers > 6)
    assert run(["lint", "--fail-on", "error"]) == 0  # what was typed last had an error, and is not kept


def test_a_kpi_of_the_catalog_is_computed_from_a_file(dialogue: Dialogue, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    plan, _ = dialogue(*GOAL, "", "repurchase", "1", "", "at least 30%", "", "month", "missing.csv", "orders.csv")
    kpi = plan["kpis"]["repurchase_rate"]
    assert "orders.customer_id" in kpi["formula"]
    assert kpi["target"] == "at least 30%"
    assert plan["sources"]["orders"]["path"] == "orders.csv"
    assert list(plan["kpis"]) == ["repurchase_rate"]
    assert run(["status", "--as-of", "2026-06-30", "--no-cache"]) == 0


def test_without_an_answer_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guide, "_asked", lambda: "")
    assert not Guide(tmp_path / "kpi.yaml", "", date(2026, 3, 1)).run()
    assert not (tmp_path / "kpi.yaml").exists()


@pytest.mark.parametrize("width", ["40", "80", "120"])
def test_proposals_fit_the_terminal_and_examples_are_called_so(
    dialogue: Dialogue, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    _, said = dialogue(*GOAL, "", "revenue", "1", "EUR", "")
    offered = said[said.index("The catalog has:") : said.index("in which currency?")]
    assert max(map(len, offered.splitlines()[:-1])) <= int(width)
    for example in re.findall(r"\(([^)]*(?:\d{4}-12-31|EUR|90%)[^)]*)\)", said):
        assert example.startswith("such as "), "what is in brackets is no default"


@pytest.mark.parametrize(
    "name", ["Rate of returns", "Größe der Körbe", "Net promoter score", "% on time", "Ærø visits"]
)
def test_a_kpi_has_the_same_id_wherever_it_comes_from(dialogue: Dialogue, tmp_path: Path, name: str) -> None:
    plan, _ = dialogue(*GOAL, "", f"={name}", "", "")
    (tmp_path / "sheet.csv").write_text(f"KPI,Unit\n{name},points\n", encoding="utf-8")
    assert run(["import", "sheet", "sheet.csv", "-o", "other.yaml"]) == 0
    other = yaml.load((tmp_path / "other.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
    assert list(plan["kpis"]) == list(other["kpis"])


pexpect = pytest.importorskip("pexpect") if sys.platform != "win32" else None


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Any]:
    """``kpi init`` in a pseudo terminal, in an empty folder."""
    assert pexpect is not None
    child = pexpect.spawn(
        sys.executable, ["-m", "kpi", "init"], cwd=str(tmp_path), encoding="utf-8", timeout=60, dimensions=(40, 120)
    )
    yield child
    child.close(force=True)


@pytest.mark.slow
@pytest.mark.skipif(pexpect is None, reason="there is no pseudo terminal")
@pytest.mark.parametrize(
    ("keys", "code", "goal"),
    [
        ([*GOAL, "", "nps", "1", "\x04"], 0, GOAL[0]),
        ([GOAL[0], "\x03"], 0, GOAL[0]),
        (["\x03"], 130, None),
        ([""], 0, "Nine in ten customers stay with us for a second year"),
    ],
)
def test_in_a_terminal(terminal: Any, tmp_path: Path, keys: list[str], code: int, goal: str | None) -> None:
    for key in keys:
        terminal.expect("> $")
        terminal.send(key if key in ("\x03", "\x04") else f"{key}\r")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == code
    if goal is None:
        assert not (tmp_path / "kpi.yaml").exists()
        return
    assert re.search(r"Wrote kpi\.yaml", terminal.before)
    plan = yaml.load((tmp_path / "kpi.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
    assert [one["name"] for one in plan["goals"].values()] == [goal]
    assert (tmp_path / "kpi.schema.json").exists()
