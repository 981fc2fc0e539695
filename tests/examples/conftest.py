"""Run `kpi status` on the examples in this process and compare what it says with the values of oracle.py."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from helpers.oracle import ExpectedKpi, ExpectedResult, expected
from typer.testing import CliRunner

ROOT = Path(__file__).parent.parent.parent
Answer = dict[str, dict[str, Any]]


@cache
def run_status(file: str, as_of: str | None) -> Answer:
    """What `kpi status --format json` says about each KPI of a file, by id."""
    from kpi.cli.app import app

    arguments = ["-f", str(ROOT / file), "status", "--format", "json", *(["--as-of", as_of] if as_of else [])]
    outcome = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return {kpi["id"]: kpi for kpi in json.loads(outcome.stdout)["kpis"]}


@pytest.fixture(scope="session")
def status() -> Callable[..., Answer]:
    def answer(file: str, as_of: str | None = None) -> Answer:
        return run_status(file, as_of)

    return answer


def near(value: float | None) -> object:
    return None if value is None else pytest.approx(value, rel=1e-9, abs=1e-12)


def agree(found: dict[str, Any], expected: ExpectedResult) -> None:
    assert found["period"]["start"] == str(expected.start)
    assert found["value"] == near(expected.value)
    if expected.value is not None:
        assert found["period"]["partial"] is expected.partial
    assert found["previous"] == near(expected.previous)
    assert [(point["start"], point["value"]) for point in found["history"]] == [
        (str(start), near(value)) for start, value in expected.history
    ]


@pytest.fixture(scope="session")
def compare(status: Callable[..., Answer]) -> Callable[[str, str, Mapping[str, ExpectedKpi]], None]:
    """Compare every KPI of a file on a day: none may be missing from the expected values, none from the answer."""

    def run(file: str, as_of: str, kpis: Mapping[str, ExpectedKpi]) -> None:
        found = status(file, as_of)
        assert set(found) == set(kpis)
        for name, kpi in kpis.items():
            try:
                agree(found[name], expected(kpi, date.fromisoformat(as_of)))
            except AssertionError as difference:
                difference.add_note(f"in {name} of {file} as of {as_of}")
                raise

    return run
