"""``kpi status``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kpi.cli.common import (
    MOST_PERIODS,
    AsOfOption,
    CacheOption,
    FileOption,
    MemoryOption,
    OutsideOption,
    TimeoutOption,
    as_of_day,
    cache_folder,
    open_checked,
    show_view,
)
from kpi.cli.output import tell
from kpi.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


HISTORY = 12  # values before the current one, in the sparkline and in JSON

ToDateOption = Annotated[
    bool, typer.Option("--to-date", help="Show the current, incomplete period instead of the last complete one.")
]

EXAMPLES = (
    ("kpi status", "all KPIs at the end of the last period"),
    ("kpi status --as-of 2026-06-30 --format markdown", "another day, as Markdown"),
    ("kpi status --fail-on red", "exit code 1 if a KPI is red"),
)


def status(
    file: FileOption = None,
    format: Annotated[  # noqa: A002
        Literal["table", "json", "csv", "markdown"],
        typer.Option("--format", help="Output format."),
    ] = "table",
    kpi: Annotated[list[str] | None, typer.Option("--kpi", metavar="KPI", help="Only this KPI; repeatable.")] = None,
    goal: Annotated[
        list[str] | None,
        typer.Option("--goal", metavar="GOAL", help="Only KPIs of this goal and its subgoals; repeatable."),
    ] = None,
    owner: Annotated[
        list[str] | None, typer.Option("--owner", metavar="OWNER", help="Only KPIs of this owner; repeatable.")
    ] = None,
    by: Annotated[
        Literal["goal", "owner", "perspective", "level", "tag"],
        typer.Option("--by", help="Group KPIs by this."),
    ] = "goal",
    as_of: AsOfOption = None,
    to_date: ToDateOption = False,
    compare: Annotated[
        Literal["previous period", "year ago"],
        typer.Option("--compare", help="Show changes against the previous period or the same period a year ago."),
    ] = "previous period",
    periods: Annotated[
        int | None,
        typer.Option(
            "--periods",
            metavar="N",
            min=1,
            max=MOST_PERIODS,
            help="Show the values of the last N periods side by side.",
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option("--split", metavar="COLUMN", help="Also show the KPIs for each value of a column, e.g. channel."),
    ] = None,
    forecast: Annotated[
        bool,
        typer.Option("--forecast", help="Also say what is expected at the date of each target, and how likely it is."),
    ] = False,
    fail_on: Annotated[
        str | None,
        typer.Option("--fail-on", metavar="STATUS,…", help="Exit code 1 if a KPI has such a status, e.g. red,stale."),
    ] = None,
    memory: MemoryOption = None,
    timeout: TimeoutOption = None,
    cache: CacheOption = None,
    allow_outside: OutsideOption = None,
) -> None:
    """Compute every KPI and show where the team is."""
    failing = _statuses(fail_on)
    if forecast and periods:
        raise UsageError("--forecast cannot be combined with --periods", hint="leave one of the two out")
    count = periods or 0
    checked = open_checked(file, allow_outside)
    day = as_of_day(checked.plan, as_of)
    from kpi.cli.terminal import progress
    from kpi.status import select_kpis, status_view

    wanted = select_kpis(checked.plan, kpi or (), goal or (), owner or ())
    if split is not None:
        from kpi.plan.checks.splits import cannot_split, split_by

        checked = split_by(checked, wanted, split)
    from kpi.run import compute

    with progress(f"Computing {len(wanted)} KPIs"):
        history = max(HISTORY, count)
        if forecast:
            from kpi.status.insights import periods_needed

            history = periods_needed((checked.plan.kpis[id_] for id_ in wanted), history)
        folder = cache_folder(checked.plan, cache)
        results = compute(
            checked, day, to_date=to_date, kpis=wanted, periods=history, against=compare, cache=folder, memory=memory,
            seconds=timeout,
        )  # fmt: skip
    if split is not None and not results.problems and not any(one.split for one in results.series.values()):
        raise cannot_split(checked, wanted, split)  # the columns are known only once the rows have been read
    view = status_view(checked.plan, results, by=by, to_date=to_date, against=compare)
    if forecast:
        from kpi.status.insights import with_insights

        view = with_insights(view, results, checked, HISTORY)
    if count:
        from kpi.status.matrix import matrix

        show_view(matrix(checked.plan, view, count), format)
    else:
        show_view(view, format, by=by)
    tell_problems(results.problems)
    if any(count for name, count in view.summary.items() if name in failing):
        raise typer.Exit(1)


def tell_problems(problems: Sequence[str]) -> None:
    """Print why values could not be computed to standard error; if any, end the command with exit code 2."""
    if not problems:
        return
    sys.stdout.flush()  # so that they come after the output if both streams are the same
    for problem in problems:
        tell(f"kpi: {problem}")
    raise typer.Exit(2)


def _statuses(text: str | None) -> Collection[str]:
    """The statuses given to ``--fail-on``, also as ``no-data``. Raises UsageError for any other."""
    if text is None:
        return ()
    from kpi.status import STATUSES

    named = [" ".join(part.replace("-", " ").split()) for part in text.split(",")]
    for name in named:
        if name not in STATUSES:
            raise UsageError(f'--fail-on: there is no status "{name}"', hint=did_you_mean(name, STATUSES))
    return named
