"""``kpi status``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, NoReturn

import typer

from kpi.cli.common import (
    MOST_PERIODS,
    AsOfOption,
    CacheOption,
    FileOption,
    LocaleOption,
    MemoryOption,
    OutsideOption,
    TimeoutOption,
    as_of_day,
    cache_folder,
    file_model,
    need_extra,
    open_checked,
    page_for,
    plan_file,
    show_view,
    write_in_locale,
)
from kpi.cli.completion import column_names, goal_ids, kpi_ids, owners
from kpi.cli.output import show, tell
from kpi.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from kpi.plan.checks import Checked
    from kpi.run.series import Against
    from kpi.status import By, Status, StatusView
    from kpi.status.matrix import Matrix


HISTORY = 12  # values before the current one, in the sparkline and in JSON

ToDateOption = Annotated[
    bool, typer.Option("--to-date", help="Show the current, incomplete period instead of the last complete one.")
]

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
) -> None:
    """Compute every KPI and show where the team is."""
    failing = statuses_in(fail_on, "--fail-on")
    if forecast and periods:
        raise UsageError("--forecast cannot be combined with --periods", hint="leave one of the two out")
    if watch and (format != "table" or failing):
        raise UsageError("--watch shows a table until Ctrl+C", hint="leave --format and --fail-on out")
    asked = _Asked(
        kpi or (), goal or (), owner or (), by, as_of, to_date, compare, periods or 0, split, forecast, memory, timeout,
        cache, locale, format,
    )  # fmt: skip
    if watch:
        _watch(asked, plan_file(file), allow_outside or ())
    shown, problems = asked.compute(open_checked(file, allow_outside))
    if shown.matrix is None:
        show_view(shown.view, format, by=by)
    else:
        show_view(shown.matrix, format)
    tell_problems(problems)
    if any(count for name, count in shown.view.summary.items() if name in failing):
        raise typer.Exit(1)


class _Shown(NamedTuple):
    """The status, and the values side by side if they were asked for."""

    view: StatusView
    matrix: Matrix | None


class _Asked(NamedTuple):
    """What a call of ``kpi status`` asks for; see its options."""

    kpis: Sequence[str]
    goals: Sequence[str]
    owners: Sequence[str]
    by: By
    as_of: date | None
    to_date: bool
    against: Against
    periods: int
    split: str | None
    forecast: bool
    memory: str | None
    timeout: int | None
    cache: bool | None
    locale: str | None
    format: str

    def compute(self, checked: Checked) -> tuple[_Shown, Sequence[str]]:
        """What is shown of a valid plan, and why values could not be computed. Raises KpiError."""
        day = as_of_day(checked.plan, self.as_of)
        write_in_locale(checked.plan, self.locale, self.format)
        from kpi.cli.terminal import progress
        from kpi.status import select_kpis, status_view

        wanted = select_kpis(checked.plan, self.kpis, self.goals, self.owners)
        if self.split is not None:
            from kpi.plan.checks.splits import cannot_split, split_by

            checked = split_by(checked, wanted, self.split)
        from kpi.run import compute

        with progress(f"Computing {len(wanted)} KPIs"):
            history = max(HISTORY, self.periods)
            if self.forecast:
                from kpi.status.insights import periods_needed

                history = periods_needed((checked.plan.kpis[id_] for id_ in wanted), history)
            folder = cache_folder(checked.plan, self.cache)
            results = compute(
                checked, day, to_date=self.to_date, kpis=wanted, periods=history, against=self.against, cache=folder,
                memory=self.memory, seconds=self.timeout,
            )  # fmt: skip
        if self.split is not None and not results.problems and not any(one.split for one in results.series.values()):
            raise cannot_split(checked, wanted, self.split)  # the columns are known only once the rows have been read
        view = status_view(checked.plan, results, by=self.by, to_date=self.to_date, against=self.against)
        if self.forecast:
            from kpi.status.insights import with_insights

            view = with_insights(view, results, checked, HISTORY)
        if not self.periods:
            return _Shown(view, None), results.problems
        from kpi.status.matrix import matrix

        return _Shown(view, matrix(checked.plan, view, self.periods)), results.problems


def _watch(asked: _Asked, file: Path, allowed: Sequence[Path]) -> NoReturn:
    """Show the table until Ctrl+C, and after a mistake in the files the last good one with the mistake below it."""
    waiting = need_extra("serve", "--watch", "kpi.live.waiting", ("watchfiles", "anyio"))
    from kpi.live.last_good import LastGood

    live = LastGood(
        file,
        asked.compute,
        day_of=lambda plan: as_of_day(plan, asked.as_of),
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
            shown, problems = outcome.good
            show_view(shown.matrix or shown.view, "table", by=asked.by)
            for problem in problems:
                tell(f"kpi: {problem}")
        if outcome.computed is not None and outcome.mistake is not None:
            show(f"\nThese are the numbers of {outcome.computed:%H:%M:%S}. Since then:\n")
        show(outcome.mistake if outcome.mistake is not None else f"\nComputed at {outcome.computed:%H:%M:%S}.")
        sys.stdout.flush()
        next(changes)


def tell_problems(problems: Sequence[str]) -> None:
    """Print why values could not be computed to standard error; if any, end the command with exit code 2."""
    if not problems:
        return
    sys.stdout.flush()  # so that they come after the output if both streams are the same
    for problem in problems:
        tell(f"kpi: {problem}")
    raise typer.Exit(2)


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
