"""Lints a text, for the tests of this room."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kpi.checking import check
from kpi.diagnostics import Diagnostic
from kpi.linting import Options, lint
from kpi.reading import read_plan

TODAY = date(2026, 7, 1)


def findings(text: str, *, today: date = TODAY, folder: Path = Path("."), **options: object) -> tuple[Diagnostic, ...]:
    """All diagnostics of a plan."""
    read = read_plan(folder / "kpi.yaml", text=text, cwd=folder)
    return lint(check(read), read.texts, Options(today, **options))  # type: ignore[arg-type]


def codes(text: str, **options: object) -> list[str]:
    """The codes of all diagnostics, in order."""
    return [found.code for found in findings(text, **options)]  # type: ignore[arg-type]


def of(code: str, text: str, **options: object) -> list[Diagnostic]:
    """The diagnostics of one rule."""
    return [found for found in findings(text, **options) if found.code == code]  # type: ignore[arg-type]
