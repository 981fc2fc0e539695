"""Plans from texts, checked, for tests of what a comparison says."""

from __future__ import annotations

from pathlib import Path

from kpi.data import check_plan
from kpi.diff.changes import Change, Comparison
from kpi.diff.compare import compare
from kpi.lint.registry import file_model
from kpi.plan.checks import Checked
from kpi.plan.loading import read_plan

ROOT = Path("/no/such/folder")

SOURCES = """
sources:
  orders: {path: orders.csv, date: day}
  visits: {path: visits.csv, date: day}
"""


def plan(text: str, *, head: str = SOURCES) -> Checked:
    """The plan of a text, without ``version`` and, where it has none, with two sources."""
    sources = "" if "sources:" in text else head
    checked = check_plan(read_plan(Path("kpi.yaml"), text=f"version: 1\n{sources}{text}", cwd=ROOT, model=file_model))
    assert [(found.message, found.hint) for found in checked.diagnostics if found.severity == "error"] == []
    return checked


def kpi(fields: str, id_: str = "sales") -> Checked:
    """A plan with one KPI."""
    return plan(f"kpis:\n  {id_}: {{name: Sales, {fields}}}\n")


def changes(before: str, after: str) -> list[Change]:
    """What changed from one text to another."""
    return list(compare(plan(before), plan(after)).changes)


def kpi_changes(before: str, after: str) -> list[Change]:
    """What changed in the fields of one KPI."""
    return list(compare(kpi(before), kpi(after)).changes)


def in_short(found: Comparison | list[Change]) -> list[tuple[str, str, str | None]]:
    """The changes as (class, subject, field)."""
    every = found.changes if isinstance(found, Comparison) else found
    return [(change.kind, change.subject, change.field) for change in every]
