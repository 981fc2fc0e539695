"""Findings on lines of megabytes: cut before anything is done with the line."""

from __future__ import annotations

from pathlib import Path

from helpers.cpu_time import cpu_time

from kpi.data import check_plan
from kpi.plan.loading import read_plan
from kpi.render.findings import FindingsView
from kpi.render.output import render


def rendered(text: str) -> tuple[str, float]:
    """The findings of a plan as text, and the CPU time of rendering alone."""
    read = read_plan(Path("kpi.yaml"), text=text)
    findings = check_plan(read).diagnostics
    assert len(findings) == 2_000
    return cpu_time(lambda: render(FindingsView(findings, read.places.line_text), "text"))


def test_thousands_of_findings_on_one_line_are_as_fast_as_on_many() -> None:
    entries = [f"k{number}: {{name: Number {number}, nam: x, unit: EUR}}" for number in range(2_000)]
    block, short = rendered("version: 1\nkpis:\n  " + "\n  ".join(entries) + "\n")
    line, long = rendered("version: 1\nkpis: {" + ", ".join(entries) + "}\n")
    assert long < 15 * short
    assert line.count("^") == block.count("^")
    # The middle one is shown with what is around it, and marked.
    shown = next(part for part in line.split("\n\n") if "Number 1000," in part)
    excerpt, marks = shown.splitlines()[2:4]
    assert excerpt[marks.index("^") :].startswith("nam")
    assert excerpt.startswith("2 | …")
    assert excerpt.endswith("…")
