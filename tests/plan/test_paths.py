"""The path from a baseline to a target: what may be written, and what is said of the rest."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kpi.plan.loading import read_plan
from kpi.plan.model.kpi import PathPoint

TARGET = "target: at least 30% by 2026-12-31"


def read(path: str, rest: str = f"baseline: 22%, {TARGET}") -> tuple[object, list[tuple[str, str]]]:
    text = f'version: 1\nkpis:\n  a: {{name: A, unit: "%", path: {path}, {rest}}}\n'
    found = read_plan(Path("kpi.yaml"), text=text)
    kpi = None if found.plan is None else found.plan.kpis.get("a")
    errors = [(one.code, one.message) for one in found.diagnostics if one.severity == "error"]
    return None if kpi is None else kpi.path, errors


def test_linear_is_the_default() -> None:
    assert read("linear") == ("linear", [])
    found = read_plan(Path("kpi.yaml"), text="version: 1\nkpis:\n  a: {name: A}\n")
    assert found.plan.kpis["a"].path == "linear"


def test_points_are_in_the_unit_of_the_kpi_and_in_the_order_of_time() -> None:
    path, errors = read("{2026-Q3: 29%, 2026-03: 24%, 2026-W20: 0.25}")
    assert errors == []
    assert path == (
        PathPoint("2026-03", date(2026, 4, 1), 0.24),
        PathPoint("2026-W20", date(2026, 5, 18), 0.25),
        PathPoint("2026-Q3", date(2026, 10, 1), 0.29),
    )


@pytest.mark.parametrize(
    ("path", "rest", "code", "said"),
    [
        ("{2025-12: 24%}", None, "E022", '"2025-12" does not end between 2026-01-01 and 2026-12-31'),
        ("{2026-12: 31%}", None, "E022", '"2026-12" does not end between'),
        ("{2026-Q2: 24%, 2026-06: 25%}", None, "E022", '"2026-06" ends on the same day as an entry before it'),
        ("{2026-13: 24%}", None, "E022", "there is no month 13"),
        ("{2026-06: many}", None, "E020", '"many" is not a number'),
        ("{2026-06: 24}", None, "E020", "24"),
        ("quick", None, "E011", '"path" should be linear, seasonal or values by period, not "quick"'),
        ("[24%]", None, "E011", '"path" should be linear, seasonal or values by period'),
        ("{2026-06: 24%}", TARGET, "E016", "a path leads from a baseline to a target by a date"),
        ("{2026-06: 24%}", "baseline: 22%, target: at least 30%", "E016", "a path leads from a baseline"),
        ("{2026-06: 24%}", "baseline: 22%", "E016", "a path leads from a baseline"),
    ],
)
def test_other_paths_are_errors(path: str, rest: str | None, code: str, said: str) -> None:
    _, errors = read(path) if rest is None else read(path, rest)
    assert [one for one, _ in errors] == [code]
    assert said in errors[0][1]


def test_since_is_where_a_path_starts() -> None:
    rest = f"since: 2026-04-01, baseline: 22%, {TARGET}"
    assert read("{2026-04: 24%}", rest)[1] == []
    assert [code for code, _ in read("{2026-03: 24%}", rest)[1]] == ["E022"]
