"""``kpi diff``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kpi.cli.common import (
    MOST_PERIODS,
    AsOfOption,
    FileOption,
    LocaleOption,
    OutsideOption,
    RemoteOption,
    file_model,
    page_for,
    plan_file,
    readable,
    show_view,
    tell_problems,
    write_in_locale,
)
from kpi.cli.completion import revisions as revision_names
from kpi.cli.output import tell, tell_painted
from kpi.errors import InputError, UsageError, did_you_mean
from kpi.session import as_of_day

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from kpi.diff.versions import Version
    from kpi.lint.smart import SmartView
    from kpi.plan.checks import Checked
    from kpi.status.value_changes import ValueChange

EXAMPLES = (
    ("kpi diff", "the worktree against the last commit"),
    ("kpi diff main..HEAD --values", "a branch, with the effect on the numbers"),
)


def diff(
    revisions: Annotated[
        str | None,
        typer.Argument(
            metavar="REV[..REV]",
            help="The versions to compare: REV and the working tree; A..B; or A...B, the merge base of A and B, and B. "
            "Default: the merge base with the default branch, and the working tree.",
            autocompletion=revision_names,
        ),
    ] = None,
    file: FileOption = None,
    format: Annotated[  # noqa: A002
        Literal["text", "json", "markdown"], typer.Option("--format", help="Output format.")
    ] = "text",
    values: Annotated[
        bool, typer.Option("--values", help="Also compute both versions from today's data where they may differ.")
    ] = False,
    periods: Annotated[
        int | None,
        typer.Option("--periods", metavar="N", min=1, max=MOST_PERIODS, help="Also show the last N values."),
    ] = None,
    as_of: AsOfOption = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            "--fail-on",
            metavar="CLASS,…",
            help="Exit code 1 on a change of these classes, e.g. loosened,removed.",
        ),
    ] = None,
    allow_outside: OutsideOption = None,
    allow_remote: RemoteOption = None,
    locale: LocaleOption = None,
) -> None:
    """Show what changed in the definitions, and what that does to the numbers."""
    failing = _classes(fail_on)
    count = periods or 0
    from kpi.diff.compare import compare
    from kpi.diff.versions import open_versions

    allowed = readable(allow_outside, allow_remote if values or count else None)
    before, after = open_versions(_plan_file(file, revisions), revisions, Path.cwd(), allowed, file_model)
    checked = before.check(), after.check()
    _refuse_invalid((before, after), checked)
    plan = (after if after.there else before).read.plan
    write_in_locale(plan, locale, format)
    comparison = compare(*checked)
    computed: Mapping[str, ValueChange] | None = None
    problems: tuple[str, ...] = ()
    if values or count:
        from kpi.cli.terminal import progress
        from kpi.diff.values import compute_both

        day = as_of_day(plan, as_of)
        with progress(f"Computing {len(comparison.kpis_to_compute())} KPIs twice"):
            computed, problems = compute_both(before, after, comparison, day, count)
    from kpi.render.diff_view import view_of

    view = view_of(before, after, comparison, computed)
    if format == "markdown":
        view = view._replace(smart=_smart(before, after, checked[1], as_of))
    show_view(view, format)
    tell_problems(problems)
    if comparison.of_class(failing):
        raise typer.Exit(1)


def _plan_file(file: Path | None, revisions: str | None) -> Path:
    """The file to compare, or the one that the earlier version had if it was removed. Raises InputError."""
    from kpi.diff.versions import deleted_plan
    from kpi.plan.loading.plan_files import PLAN_NAMES

    try:
        return plan_file(file)
    except InputError as missing:
        try:
            found = deleted_plan(PLAN_NAMES, revisions, Path.cwd())
        except InputError:
            found = None
        if found is None:
            raise missing from None
        return found


def _refuse_invalid(versions: tuple[Version, Version], checked: tuple[Checked, Checked]) -> None:
    """Print the errors of both plans and end the command with exit code 2, if there are any."""
    from kpi.render.findings import FindingsView
    from kpi.render.output import render

    invalid = False
    for version, one in zip(versions, checked, strict=True):
        errors = [found for found in one.diagnostics if found.severity == "error"]
        if errors:
            invalid = True
            text = render(FindingsView(errors, one.places.line_text), "text", page_for(sys.stderr))
            tell(f"kpi: cannot compare: the plan in {version.label} is not valid\n")
            tell_painted(f"{text}\n")
    if invalid:
        raise typer.Exit(2)


def _smart(before: Version, after: Version, checked: Checked, as_of: date | None) -> SmartView:
    """The SMART grid of the goals that changed, themselves or by their KPIs."""
    from kpi.lint import Options, lint
    from kpi.lint.changed_only import changed_entries
    from kpi.lint.smart import smart_view
    from kpi.status.goals_view import goals_view
    from kpi.status.view import StatusView

    plan, day = checked.plan, as_of_day(checked.plan, as_of)
    goals = {id_ for section, id_ in changed_entries(before.read.plan, after.read.plan) if section == "goals"}
    tree = goals_view(plan, StatusView(plan.title, day, (), (), {}))
    return smart_view(plan, tree, lint(checked, after.read.texts, Options(day)) if goals else (), goals)


def _classes(text: str | None) -> Collection[str]:
    """The classes given to ``--fail-on``. Raises UsageError for any other."""
    if text is None:
        return ()
    from kpi.diff.changes import CLASSES

    named = [part.strip() for part in text.split(",")]
    for name in named:
        if name not in CLASSES:
            meant = did_you_mean(name, CLASSES)
            listed = f"the classes are {', '.join(CLASSES)}"
            hint = listed if meant is None else f"{meant} {listed}"
            raise UsageError(f'--fail-on: there is no class of changes "{name}"', hint=hint)
    return named
