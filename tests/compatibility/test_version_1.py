"""What was written for version 1 keeps working: a plan with its fields, and the JSON that programs read.

The files in version-1/ are never changed. New keys may come into the JSON; none of these may go, or change its value.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

import kpi
from kpi.cli.app import run
from kpi.plan.loading import plan
from kpi.plan.yaml import nodes

HERE = Path(__file__).parent / "version-1"
# Words for people, which may become better ones: only whether there are any is fixed.
WORDS = {"message", "hint", "notes", "display", "reason"}


def changed(was: Any, now: Any, path: str = "") -> list[str]:
    """Where a part of an older output is missing in the present one, or another."""
    if isinstance(was, dict):
        if not isinstance(now, dict):
            return [path]
        gone = [f"{path}.{key}" for key in was.keys() - now.keys()]
        kept = {key: value for key, value in was.items() if key in now}
        return gone + [
            one
            for key, value in kept.items()
            for one in (
                [f"{path}.{key}"] * (type(value) is not type(now[key]))
                if key in WORDS
                else changed(value, now[key], f"{path}.{key}")
            )
        ]
    if isinstance(was, list):
        if not isinstance(now, list) or len(was) != len(now):
            return [path]
        return [
            one
            for number, (old, new) in enumerate(zip(was, now, strict=True))
            for one in changed(old, new, f"{path}[{number}]")
        ]
    return [] if was == pytest.approx(now) else [path]


@pytest.mark.parametrize(
    ("name", "command", "code"),
    [
        ("status.json", ["status", "--split", "boat", "--periods", "3", "--no-cache"], 0),
        ("lint.json", ["lint"], 1),
    ],
)
def test_json_keeps_its_keys_and_values(
    name: str, command: list[str], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(HERE)
    assert run([*command, "--format", "json"]) == code
    now = json.loads(capsys.readouterr().out)
    was = json.loads((HERE / name).read_text(encoding="utf-8"))
    assert changed(was, now) == []


def test_the_values_are_those_of_the_rows() -> None:
    """Counted by hand, so that the files themselves are right."""
    trips: list[dict[str, str]] = []
    for path in sorted(HERE.glob("data/trips-*.csv")):
        lines = path.read_text(encoding="utf-8").splitlines()[1:]
        trips += [row for row in csv.DictReader(lines, delimiter=";") if row["status"] != "cancelled"]
    june = [int(row["guests"]) for row in trips if row["Sailed On"].endswith("06/2026")]
    spring = [int(row["guests"]) for row in trips if row["Sailed On"][3:5] in ("04", "05", "06")]
    was = json.loads((HERE / "status.json").read_text(encoding="utf-8"))
    values = {one["id"]: one["value"] for one in was["kpis"]}
    assert values["guests"] == sum(june)
    assert values["guests_per_trip"] == pytest.approx(sum(spring) / len(spring))
    assert values["stock"] == 120 + 60
    assert values["accidents"] == 0
    assert values["turnover"] == pytest.approx(1 / ((4 + 3) / 2))  # one of four left, and nobody came
    assert values["nps"] == 44


def test_every_field_is_read_with_its_meaning() -> None:
    project = kpi.load(HERE / "kpi.yaml")
    guests, growth = project.kpis["guests"], project.goals["growth"]
    assert (guests.baseline, guests.tags, guests.weight, guests.score) == (60, ("core", "sales"), 3, 0.5)
    assert guests.split is not None
    assert (guests.split.by, guests.split.limit, set(guests.split.targets)) == ("boat", 5, {"Alba"})
    assert (growth.ambition, growth.commitment, growth.framework) == (8, "committed", "okr")
    assert growth.review is not None
    assert growth.review.every == "month"
    assert {found.severity for found in project.lint()} == {"warning", "info"}


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ({"a": 1}, {}),
        ({"a": 1}, {"a": 2}),
        ({"a": None}, {"a": 0}),
        ({"a": [1]}, {"a": [1, 2]}),
        ({"message": None}, {"message": "x"}),
        ({"a": [{"hint": "x"}]}, {"a": [{}]}),
    ],
)
def test_a_break_is_seen(was: object, now: object) -> None:
    assert changed(was, now)
    assert changed({"a": 1, "hint": "x"}, {"a": 1, "b": 2, "hint": "better"}) == []


def test_the_limits_are_those_of_the_page() -> None:
    page = (HERE.parents[2] / "docs/stability.md").read_text(encoding="utf-8")
    limits = {
        "size of one file of a plan": f"{nodes.MAX_BYTES // 10**6} MB",
        "size of all files of a plan": f"{plan.MAX_TOTAL // 10**6} MB",
        "KPIs, goals, measures or sources of a plan, of each kind": f"{plan.MAX_ENTRIES:,}",
        "paths and patterns in `include`": f"{plan.MAX_INCLUDES:,}",
        "keys and values in one file": f"{nodes.MAX_NODES:,}",
        "levels of nesting in a file": f"{nodes.MAX_DEPTH}",
    }
    assert [line for line in page.partition("| limit | value |\n|---|---|\n")[2].splitlines() if line] == [
        f"| {name} | {value} |" for name, value in limits.items()
    ]
