"""``kpi goals``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kpi.cli.common import (
    AsOfOption,
    CacheOption,
    FileOption,
    Limits,
    LocaleOption,
    MemoryOption,
    OutsideOption,
    RemoteOption,
    TimeoutOption,
    open_read,
    open_session,
    readable,
    show_answer,
    show_view,
    write_in_locale,
)
from kpi.errors import UsageError, usage_errors
from kpi.session import as_of_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi.lint.smart import SmartView
    from kpi.plan.model import Plan
    from kpi.plan.model.goal import Framework

EXAMPLES = (
    ("kpi goals --framework okr --cycle 2026-Q3", "objectives and key results of a quarter"),
    ("kpi goals --framework bsc --format svg > map.svg", "the strategy map"),
    ("kpi goals --smart", "which goals are specific, measurable, assignable, realistic and time-bound"),
)


def goals(
    file: FileOption = None,
    format: Annotated[  # noqa: A002
        Literal["text", "json", "markdown", "svg"],
        typer.Option("--format", help="Output format; svg is the strategy map of a scorecard."),
    ] = "text",
    framework: Annotated[
        Literal["okr", "bsc", "omtm", "mbo"] | None,
        typer.Option("--framework", help="Show the goals of one framework, as that framework does."),
    ] = None,
    cycle: Annotated[
        str | None, typer.Option("--cycle", metavar="PERIOD", help="Only goals due in this period, e.g. 2026-Q3.")
    ] = None,
    smart: Annotated[
        bool, typer.Option("--smart", help="Show for each goal which letters of SMART it meets, without computing.")
    ] = False,
    as_of: AsOfOption = None,
    locale: LocaleOption = None,
    memory: MemoryOption = None,
    timeout: TimeoutOption = None,
    cache: CacheOption = None,
    allow_outside: OutsideOption = None,
    allow_remote: RemoteOption = None,
) -> None:
    """Show the goals as a tree, as OKRs, a scorecard, one metric or agreed objectives, or as a SMART grid."""
    if format == "svg" and framework not in (None, "bsc"):
        raise UsageError("--format svg is the strategy map of a scorecard", hint="use it with --framework bsc")
    if smart:
        if format == "svg":
            raise UsageError("--smart has no --format svg", hint="use text, markdown or json")
        plan, grid = _smart(file, readable(allow_outside, allow_remote), as_of, framework, cycle)
        write_in_locale(plan, locale, format)
        show_view(grid, format)
        return
    limits = Limits(as_of, cache, memory, timeout, locale, format)
    session = open_session(file, readable(allow_outside, allow_remote), limits)
    with usage_errors("--cycle"):
        answer = session.goals(framework, cycle)
    show_answer(answer, format)


def _smart(
    file: Path | None, allowed: Sequence[Path], as_of: date | None, framework: Framework | None, cycle: str | None
) -> tuple[Plan, SmartView]:
    """The plan, and the grid of its goals from the findings of ``kpi lint``."""
    from kpi.lint import Options, lint
    from kpi.lint.smart import smart_view
    from kpi.status.goals_view import goals_view
    from kpi.status.view import StatusView

    read, checked = open_read(file, allowed)
    plan, day = checked.plan, as_of_day(checked.plan, as_of)
    with usage_errors("--cycle"):
        tree = goals_view(plan, StatusView(plan.title, day, (), (), {}), framework=framework, cycle=cycle)
    return plan, smart_view(plan, tree, lint(checked, read.texts, Options(day)))
