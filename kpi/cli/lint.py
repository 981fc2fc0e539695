"""``kpi lint``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kpi.cli.common import FileOption, plan_file, read_checked, wants_color
from kpi.errors import KpiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kpi.diagnostics import Diagnostic
    from kpi.reading import Places

# What --fail-on lets pass: every severity that stands to the left of the word.
SEVERITIES = ("info", "warning", "error", "never")


def lint(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="The files to review; default: the one that every command takes."),
    ] = None,
    file: FileOption = None,
    format: Annotated[  # noqa: A002
        Literal["text", "json"], typer.Option("--format", help="How findings are written to standard output.")
    ] = "text",
    fail_on: Annotated[
        Literal["error", "warning", "info", "never"],
        typer.Option("--fail-on", help="The least severity that makes the exit code 1."),
    ] = "warning",
) -> None:
    """Review the definitions as a linter reviews code.

    Every mistake in all files and in the files that they include is reported in one run, each with its place and,
    where there is one, a mend. No data is computed.
    """
    findings: dict[Diagnostic, None] = {}  # a file that two others include is reported once
    places: list[Places] = []
    unreadable: list[KpiError] = []
    for path in [*([file] if file is not None else []), *(files or [])] or [plan_file(None)]:
        try:
            read, checked = read_checked(path)
        except KpiError as mistake:
            unreadable.append(mistake)
            continue
        findings.update(dict.fromkeys(checked.diagnostics))
        places.append(read.places)
    _report(findings, places, format)
    for missing in unreadable[:-1]:
        print(f"kpi: {missing.message}", file=sys.stderr)
    if unreadable:
        raise unreadable[-1]
    if any(SEVERITIES.index(found.severity) >= SEVERITIES.index(fail_on) for found in findings):
        raise typer.Exit(1)


def _report(findings: Iterable[Diagnostic], places: Sequence[Places], format_: str) -> None:
    from kpi.rendering.findings import render_findings_json, render_findings_text, summary_line

    if format_ == "json":
        print(render_findings_json(findings))
        return

    def line_text(file: str, line: int) -> str:
        return next((text for place in places if (text := place.line_text(file, line))), "")

    text = render_findings_text(findings, line_text, color=wants_color(sys.stdout))
    if text:
        print(text)
        print()
    sys.stdout.flush()  # so that the summary stands below the findings where both streams are one
    print(summary_line(findings), file=sys.stderr)
