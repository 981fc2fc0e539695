"""``kpi init``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kpi.cli.completion import template_names
from kpi.cli.output import tell
from kpi.clock import today
from kpi.errors import UsageError, did_you_mean
from kpi.plan.loading.plan_files import PLAN_NAMES
from kpi.writing import create_file

if TYPE_CHECKING:
    import re
    from collections.abc import Sized
    from datetime import date

    from kpi.values import Every

SCHEMA = "kpi.schema.json"
MODELINE = f"# yaml-language-server: $schema=./{SCHEMA}\n"
# A year that is nearly over is no time to set its targets.
MONTHS_LEFT = 4

EXAMPLES = (
    ("kpi init", "asks for a goal, KPIs and targets"),
    ("kpi init --template saas", "a whole plan over files"),
    ("kpi init --from data/*.csv", "a draft from your own files, and its first table"),
)


def init(
    file: Annotated[
        Path, typer.Option("-f", "--file", metavar="FILE", help="The file to write.", show_default=True)
    ] = Path("kpi.yaml"),
    template: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Start from one of: call-center, cash-flow, ecommerce, hr, marketing, saas.",
            autocompletion=template_names,
        ),
    ] = None,
    from_: Annotated[
        list[str] | None,
        typer.Option(
            "--from", metavar="FILE", help="Draft sources and KPIs from CSV, Excel, Parquet or JSON Lines files."
        ),
    ] = None,
    more: Annotated[list[str] | None, typer.Argument(metavar="[FILE]...", help="More files for --from.")] = None,
    first: Annotated[
        Literal["day", "month"] | None,
        typer.Option("--first", help="Which comes first in dates such as 3/4/2026, where the files do not tell."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Write a first kpi.yaml, optionally from a template or from your own data files.

    Also writes kpi.schema.json, unless it exists, with which editors complete and explain every field.

    At a terminal it asks along six steps (goal, key questions, KPIs, targets and thresholds, sources and frequency,
    review), and the linter looks at each answer. What was entered is kept whenever you leave.

    Without a terminal or an answer, the file is a small commented plan with recorded values, so that "kpi status" works
    at once. A template is a complete plan with sources to replace by your own.

    With --from, it looks at data files: which columns hold dates, amounts, statuses, scores and so on, and how the
    files are to be read. It writes sources, KPIs with the reason why each is proposed, and a goal to be filled in, and
    shows the first table.
    """
    from kpi.catalog import FIRST, template_names, template_text

    names = template_names()
    if template is not None and template not in names:
        raise UsageError(f'there is no template "{template}"', hint=did_you_mean(template, names))
    if more and not from_:
        raise UsageError(f"unexpected argument {more[0]}", hint=f"kpi init --from {more[0]} drafts a plan from it")
    if from_ and template is not None:
        raise UsageError("--from and --template cannot be combined", hint="leave one of the two out")
    # A kpi.yaml would hide the kpi.yml that is there.
    for there in (file, *([file.with_name(name) for name in PLAN_NAMES] if file.name in PLAN_NAMES else ())):
        if os.path.lexists(there) and not force:
            raise UsageError(f"{there} already exists", hint="--force replaces it; -f FILE writes another file")
    if from_:
        _from_files([*from_, *(more or ())], file, first)
        return
    if template is None and sys.stdin.isatty() and sys.stderr.isatty() and _guided(file):
        return
    text = _dated(template_text(template or FIRST), today("UTC"))
    create_file(file, MODELINE + text)
    tell(f"Wrote {_with_schema(file)}. Next steps:")
    kpi = "kpi" if file == Path("kpi.yaml") else f"kpi -f {file}"
    says = "computes it, once its paths and columns are yours" if template else "shows where you stand"
    tell(f"  {kpi} lint    reviews it\n  {kpi} status  {says}")


def _guided(file: Path) -> bool:
    """Ask for a first plan along the six steps and write it. Returns False if no goal was named: then an example is
    written."""
    from kpi.cli.guide import Guide

    if not Guide(file, MODELINE, today("UTC")).run():
        return False
    kpi = "kpi" if file == Path("kpi.yaml") else f"kpi -f {file}"
    tell(f"\nWrote {_with_schema(file)}. Next steps:")
    tell(f"  {kpi} lint           reviews it\n  {kpi} status         shows where you stand")
    tell(f"  {kpi} record KPI 44  adds a value where there is no data file")
    return True


def _with_schema(file: Path) -> str:
    """Write the schema beside the plan unless it is there; return what has been written, in words."""
    schema = file.parent / SCHEMA
    if os.path.lexists(schema):
        return str(file)
    from kpi.cli.schema import schema_text

    create_file(schema, schema_text() + "\n")
    return f"{file}, and {schema} for your editor"


def _from_files(given: list[str], file: Path, first: Literal["day", "month"] | None) -> None:
    """Write the draft of a plan from data files, and show its first table."""
    from kpi.cli.status import status
    from kpi.cli.terminal import progress
    from kpi.drafting import draft

    with progress("Reading the files"):
        found = draft(given, file, today("UTC"), first)
    create_file(file, MODELINE + found.text)
    kpi = "kpi" if file == Path("kpi.yaml") else f"kpi -f {file}"
    tell(f"Wrote {_with_schema(file)}: {_counted(found.tables, 'source')}, {_counted(found.kpis, 'KPI')}.")
    for one in found.unread:
        tell(f"Left out {one.id}: {one.reason}")
    for doubt in found.doubts:
        tell(f"Not read as dates: {doubt}. --first day or --first month says which.")
    if found.as_of is not None:
        tell(f"All data is old, so the file says as_of: {found.as_of}, the end of the last complete period.")
    tell(f"Every KPI is a proposal: read the file, delete what does not help, name the goal. {kpi} lint reviews it.")
    if found.kpis:
        status(file=file, cache=False)


def _counted(things: Sized, noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"


def _dated(text: str, day: date) -> str:
    """A template with its days: ``<MONTH-1>`` is the last month that is over, ``<MONTH-2>`` the one before it."""
    import re

    from kpi.values import Calendar, period_of, shift

    calendar = Calendar()

    def label(found: re.Match[str]) -> str:
        every: Every = "month" if found[1] == "MONTH" else "quarter"
        return shift(period_of(day, every, calendar), -int(found[2]), calendar).label

    year = day.year if day.month <= 12 - MONTHS_LEFT else day.year + 1
    return re.sub(r"<(MONTH|QUARTER)-(\d+)>", label, text).replace("<YEAR_END>", f"{year}-12-31")
