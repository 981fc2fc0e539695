"""``kpi status``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from kpi.cli.common import (
    MOST_PERIODS,
    AsOfOption,
    CacheOption,
    FileOption,
    Limits,
    LocaleOption,
    MemoryOption,
    OutsideOption,
    RemoteOption,
    TimeoutOption,
    ToDateOption,
    file_model,
    need_extra,
    open_checked,
    page_for,
    plan_file,
    readable,
    show_answer,
    show_view,
)
from kpi.cli.completion import column_names, goal_ids, kpi_ids, owners
from kpi.cli.output import show, tell
from kpi.errors import UsageError, did_you_mean
from kpi.session import HISTORY, Answer, as_of_day

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kpi.plan.checks import Checked
    from kpi.status import By, Status, StatusView
    from kpi.status.matrix import Matrix


EXAMPLES = (
    ("kpi status", "all KPIs at the end of the last period"),
    ("kpi status --as-of 2026-06-30 --format markdown", "another day, as Markdown"),
    ("kpi status --fail-on red", "exit code 1 if a KPI is red"),
    ("kpi status --watch", "the table again after every change, until Ctrl+C"),
)


def status(
    file: FileOption = None,
    format: Annotated[  # noqa: A002
        Literal["table", "json", "csv", "markdown"],
        typer.Option("--format", help="Output format."),
    ] = "table",
    kpi: Annotated[
        list[str] | None,
        typer.Option("--kpi", metavar="KPI", help="Only this KPI; repeatable.", autocompletion=kpi_ids),
    ] = None,
    goal: Annotated[
        list[str] | None,
        typer.Option(
            "--goal",
            metavar="GOAL",
            help="Only KPIs of this goal and its subgoals; repeatable.",
            autocompletion=goal_ids,
        ),
    ] = None,
    owner: Annotated[
        list[str] | None,
        typer.Option("--owner", metavar="OWNER", help="Only KPIs of this owner; repeatable.", autocompletion=owners),
    ] = None,
    by: Annotated[
        Literal["goal", "owner", "perspective", "level", "tag"],
        typer.Option("--by", help="Group KPIs by this."),
    ] = "goal",
    as_of: AsOfOption = None,
    locale: LocaleOption = None,
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
        typer.Option(
            "--split",
            metavar="COLUMN",
            help="Also show the KPIs for each value of a column, e.g. channel.",
            autocompletion=column_names,
        ),
    ] = None,
    forecast: Annotated[
        bool,
        typer.Option("--forecast", help="Also say what is expected at the date of each target, and how likely it is."),
    ] = False,
    fail_on: Annotated[
        str | None,
        typer.Option("--fail-on", metavar="STATUS,…", help="Exit code 1 if a KPI has such a status, e.g. red,stale."),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show the table again whenever the plan or its data changes.")
    ] = False,
    memory: MemoryOption = None,
    timeout: TimeoutOption = None,
    cache: CacheOption = None,
    allow_outside: OutsideOption = None,
    allow_remote: RemoteOption = None,
) -> None:
    """Compute every KPI and show where the team is."""
    failing = statuses_in(fail_on, "--fail-on")
    if forecast and periods:
        raise UsageError("--forecast cannot be combined with --periods", hint="leave one of the two out")
    if watch and (format != "table" or failing):
        raise UsageError("--watch shows a table until Ctrl+C", hint="leave --format and --fail-on out")
    limits = Limits(as_of, cache, memory, timeout, locale, format)

    def answer_for(checked: Checked) -> Answer[StatusView | Matrix]:
        session = limits.session(checked)
        answer = session.status(
            select_kpis(session.plan, kpi or (), goal or (), owner or ()), by=by, to_date=to_date, against=compare,
            history=max(HISTORY, periods or 0), split=split, forecast=forecast,
        )  # fmt: skip
        view = session.matrix(answer.view, periods) if periods else answer.view
        return Answer(view, answer.problems)

    from kpi.status import select_kpis

    if watch:
        _watch(answer_for, limits, by, plan_file(file), readable(allow_outside, allow_remote))
    answer = answer_for(open_checked(file, readable(allow_outside, allow_remote)))
    show_answer(answer, format, by=by)
    if any(count for name, count in answer.view.summary.items() if name in failing):
        raise typer.Exit(1)


def _watch(
    answer_for: Callable[[Checked], Answer[StatusView | Matrix]],
    limits: Limits,
    by: By,
    file: Path,
    allowed: Sequence[Path],
) -> NoReturn:
    """Show the table until Ctrl+C, and after a mistake in the files the last good one with the mistake below it."""
    waiting = need_extra("serve", "--watch", "kpi.live.waiting", ("watchfiles", "anyio"))
    from kpi.live.last_good import LastGood

    live = LastGood(
        file,
        answer_for,
        day_of=lambda plan: as_of_day(plan, limits.as_of),
        model=file_model,
        allowed=allowed,
        page=page_for(sys.stdout),
    )
    changes = waiting.follow(live.watched)
    while True:
        outcome = live.update()
        if sys.stdout.isatty():
            show("\x1b[2J\x1b[3J\x1b[H", end="")
        if outcome.good is not None:
            view, problems = outcome.good
            show_view(view, "table", by=by)
            for problem in problems:
                tell(f"kpi: {problem}")
        if outcome.computed is not None and outcome.mistake is not None:
            show(f"\nThese are the numbers of {outcome.computed:%H:%M:%S}. Since then:\n")
        show(outcome.mistake if outcome.mistake is not None else f"\nComputed at {outcome.computed:%H:%M:%S}.")
        sys.stdout.flush()
        next(changes)


def statuses_in(text: str | None, option: str) -> list[Status]:
    """The statuses given to an option, also as ``no-data``. Raises UsageError for any other."""
    if text is None:
        return []
    from kpi.status import STATUSES

    found: list[Status] = []
    for part in text.split(","):
        name = " ".join(part.replace("-", " ").split())
        known: Status | None = next((status for status in STATUSES if status == name), None)
        if known is None:
            raise UsageError(f'{option}: there is no status "{name}"', hint=did_you_mean(name, STATUSES))
        found.append(known)
    return found
