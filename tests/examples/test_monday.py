"""The twelve Mondays of docs/tutorial-monday.md: each number again in plain Python, and what the story says of them."""

from __future__ import annotations

import csv
import json
import runpy
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from helpers.oracle import EXAMPLES
from typer.testing import CliRunner

from kpi.cli.app import app

FILE = "examples/monday/kpi.yaml"
SUNDAYS = [date(2026, 4, 12) + timedelta(weeks=week) for week in range(12)]
START, END = date(2026, 3, 30), date(2026, 6, 29)  # of the glide path, the second exclusive


def rates(name: str, part: str, whole: str) -> dict[date, float]:
    with (EXAMPLES / "monday" / "data" / name).open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["week"]): int(row[part]) / int(row[whole]) for row in csv.DictReader(file)}


ON_TIME = rates("parcels.csv", "on_time", "sent")
REPEAT = rates("orders.csv", "from_returning", "orders")
DISCOUNTED = rates("orders.csv", "discounted", "orders")


@pytest.mark.parametrize("sunday", SUNDAYS, ids=str)
def test_the_numbers_of_each_monday(sunday: date, status: Callable[..., dict[str, dict[str, Any]]]) -> None:
    monday = sunday - timedelta(days=6)
    found = status(FILE, str(sunday))
    for id_, values in (("on_time", ON_TIME), ("repeat_share", REPEAT), ("discounted", DISCOUNTED)):
        assert found[id_]["value"] == pytest.approx(values[monday], abs=1e-9)
        assert found[id_]["previous"] == pytest.approx(values[monday - timedelta(days=7)], abs=1e-9)
    line = 0.22 + 0.02 * ((sunday - START).days + 1) / (END - START).days
    value, last = REPEAT[monday], sunday == SUNDAYS[-1]
    status_ = "green" if value >= line else "yellow" if value >= line - 0.02 / 6 and not last else "red"
    assert found["repeat_share"]["status"] == status_
    assert found["repeat_share"]["target"]["expected_now"] == (None if last else pytest.approx(line, abs=1e-9))
    assert found["on_time"]["status"] == ("green" if ON_TIME[monday] >= 0.95 else "red")


def test_the_leading_indicator_turns_three_weeks_before_the_outcome() -> None:
    red = [monday for monday, value in ON_TIME.items() if value < 0.95 and monday >= START]
    line = {sunday: 0.22 + 0.02 * ((sunday - START).days + 1) / (END - START).days for sunday in SUNDAYS}
    behind = [sunday for sunday in SUNDAYS if REPEAT[sunday - timedelta(days=6)] < line[sunday]]
    assert (red[0], behind[0]) == (date(2026, 4, 20), date(2026, 5, 17))
    assert (behind[0] - timedelta(days=6) - red[0]).days == 21


def test_the_target_is_missed_and_would_have_been_met_two_weeks_earlier() -> None:
    make = runpy.run_path(str(EXAMPLES / "monday" / "generate.py"))["make"]
    ends = []
    for back in (date(2026, 5, 25), date(2026, 5, 11)):
        _, placed, returning, _ = make(back)[1][-1]
        ends.append(f"{returning / placed:.1%}")
    assert ends == ["23.7%", "24.2%"]


@pytest.mark.parametrize(
    ("day", "exceptions"),
    [("2026-04-26", "on_time"), ("2026-05-17", "on_time"), ("2026-06-07", "repeat_share")],
)
def test_the_first_exception(day: str, exceptions: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES.parent)
    outcome = CliRunner().invoke(
        app, ["-f", FILE, "review", "--as-of", day, "--format", "json"], catch_exceptions=False
    )
    assert json.loads(outcome.stdout)["exceptions"][0]["kpi"]["id"] == exceptions
