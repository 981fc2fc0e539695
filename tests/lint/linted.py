"""Lints a text, for the tests of this folder."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from kpi.data import check_plan
from kpi.diagnostics import Diagnostic
from kpi.lint import Options, lint
from kpi.lint.registry import file_model
from kpi.plan.loading import read_plan

TODAY = date(2026, 7, 1)

COMPLETE = """\
version: 1
goals:
  loyalty:
    name: Three in ten customers come back
    owner: ana@acme.example
    due: 2026-12-31
    review: {every: month, last: 2026-06-20}
kpis:
  repurchase_rate:
    name: Customers who came back
    goal: loyalty
    owner: ana@acme.example
    unit: customers
    every: month
    baseline: 22
    values: {2026-06: 26}
    target: at least 30 by 2026-12-31
    when_red: Call ten lapsed customers.
"""


def findings(text: str, *, today: date = TODAY, folder: Path = Path("."), **options: object) -> tuple[Diagnostic, ...]:
    """All diagnostics of a plan."""
    read = read_plan(folder / "kpi.yaml", text=text, cwd=folder, model=file_model)
    return lint(check_plan(read), read.texts, Options(today, **options))  # type: ignore[arg-type]


def codes(text: str, **options: object) -> list[str]:
    """The codes of all diagnostics, in order."""
    return [found.code for found in findings(text, **options)]  # type: ignore[arg-type]


def of(code: str, text: str, **options: object) -> list[Diagnostic]:
    """The diagnostics of one rule."""
    return [found for found in findings(text, **options) if found.code == code]  # type: ignore[arg-type]


def kpi(**fields: str) -> str:
    """A plan of one KPI with these fields, as YAML."""
    return "version: 1\nkpis:\n  a:\n" + "".join(f"    {name}: {value}\n" for name, value in fields.items())


def named(name: str) -> str:
    """A plan of one KPI with this name."""
    return kpi(name=json.dumps(name))
