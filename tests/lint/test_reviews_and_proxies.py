"""T112, F108 and B110: reviews that change nothing, rewards that were handed down, proxies that are not called one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lint.linted import of

PLAN = "version: 1\nkpis:\n  churn: {name: Churn}\n"


def decisions(folder: Path, *texts: str, expect: str = "") -> str:
    rest = f"by: ana, until: 2026-09-01{expect}"
    lines = [
        f"- {{date: 2026-01-{number + 1:02}, kpi: churn, decided: {json.dumps(text)}, {rest}}}"
        for number, text in enumerate(texts)
    ]
    (folder / "reviews.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return PLAN


IDLE = ("keep watching", "Unknown, will find out by May", "wait", "no action", "discuss it again")


def test_T112_four_decisions_that_change_nothing(tmp_path: Path) -> None:
    found = of("T112", decisions(tmp_path, "call them", *IDLE[:4]), folder=tmp_path)
    assert [one.message for one in found] == ["the last 4 decisions about churn change nothing"]
    assert (found[0].location.file, found[0].location.line) == ("reviews.yaml", 5)


@pytest.mark.parametrize(
    ("texts", "expect"),
    [
        (IDLE[:3], ""),
        ((*IDLE, "lower the price"), ""),
        (("waitlist is opened", "discussions with all who left", "nothingness", "knock on doors"), ""),
        (IDLE, ", expect: below 3"),
    ],
)
def test_T112_what_passes(tmp_path: Path, texts: tuple[str, ...], expect: str) -> None:
    assert not of("T112", decisions(tmp_path, *texts, expect=expect), folder=tmp_path)


def test_T112_the_same_again_and_the_limit(tmp_path: Path) -> None:
    text = decisions(tmp_path, *["call five who left"] * 5)
    assert len(of("T112", text, folder=tmp_path)) == 1
    assert not of("T112", text + "lint: {max_idle_decisions: 4}\n", folder=tmp_path)


@pytest.mark.parametrize(
    ("fields", "flagged"),
    [
        ("reward: A bonus", True),
        ("reward: A bonus, agreed_with: bo", False),
        ("reward: none", False),
        ("framework: okr, reward: A bonus", False),
        ("framework: mbo, reward: A bonus", False),
        ("framework: bsc, reward: A bonus", True),
    ],
)
def test_F108_rewards(fields: str, flagged: bool) -> None:
    text = f"version: 1\ngoals:\n  a: {{name: Half of the street buys here, owner: ana, {fields}}}\n"
    assert bool(of("F108", text)) is flagged


@pytest.mark.parametrize(
    ("goal", "kpis", "flagged"),
    [
        ("Guests are happy with us", ["Waiting time at the door"], True),
        ("Staff trust the plan", ["Number of meetings", "Hours of training"], True),
        ("Guests are happy with us", ["Waiting time at the door", "Share of guests who complain"], False),
        ("Guests are happy with us", ["Survey score at the door"], False),
        ("Guests are happy with us", ["Share of guests who return"], False),
        ("Guests are seated at once", ["Waiting time at the door"], False),
        ("Guests are happy with us", [], False),
    ],
)
def test_B110_clocks_and_counters(goal: str, kpis: list[str], flagged: bool) -> None:
    rows = "".join(f"  k{number}: {{name: {name}, goal: g}}\n" for number, name in enumerate(kpis))
    text = f"version: 1\ngoals:\n  g: {{name: {goal}}}\n" + (f"kpis:\n{rows}" if kpis else "")
    assert bool(of("B110", text)) is flagged
    assert not of("B110", text.replace("name: Waiting", "kind: proxy, name: Waiting")) or "Waiting" not in text
