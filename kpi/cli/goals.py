"""``kpi goals``."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kpi.cli.common import (
    AsOfOption,
    CacheOption,
    FileOption,
    LocaleOption,
    MemoryOption,
    OutsideOption,
    TimeoutOption,
    as_of_day,
    cache_folder,
    open_checked,
    open_read,
    show_view,
    write_in_locale,
)
from kpi.cli.show import PERIODS
from kpi.cli.status import HISTORY, tell_problems
from kpi.errors import KpiError, TextError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from kpi.lint.smart import SmartView
    from kpi.plan.checks import Checked
    from kpi.plan.model import Kpi, Plan
    from kpi.plan.model.goal import Framework
    from kpi.run.series import Results
    from kpi.status.goals_view import Detail

    Compute = Callable[[Checked, Collection[str] | None, int], Results]

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
) -> None:
    """Show the goals as a tree, as OKRs, a scorecard, one metric or agreed objectives, or as a SMART grid."""
    if format == "svg" and framework not in (None, "bsc"):
        raise UsageError("--format svg is the strategy map of a scorecard", hint="use it with --framework bsc")
    if smart:
        if format == "svg":
            raise UsageError("--smart has no --format svg", hint="use text, markdown or json")
        plan, grid = _smart(file, allow_outside or [], as_of, framework, cycle)
        write_in_locale(plan, locale, format)
        show_view(grid, format)
        return
    checked = open_checked(file, allow_outside)
    plan, day = checked.plan, as_of_day(checked.plan, as_of)
    write_in_locale(checked.plan, locale, format)
    from kpi.cli.terminal import progress
    from kpi.run import compute
    from kpi.status import status_view
    from kpi.status.goals_view import goals_view

    # The one metric is shown with the chart of `kpi show` and the sentence of `kpi explain`.
    large = [kpi for kpi in plan.kpis.values() if framework == "omtm" and _framework_of(plan, kpi) == "omtm"]
    periods = HISTORY
    if large:
        from kpi.status.insights import periods_needed

        periods = periods_needed(large, PERIODS)

    def computed(of: Checked, kpis: Collection[str] | None, periods: int) -> Results:
        folder = cache_folder(plan, cache)
        return compute(of, day, kpis=kpis, periods=periods, cache=folder, memory=memory, seconds=timeout)

    with progress(f"Computing {len(plan.kpis)} KPIs"):
        results = computed(checked, None, periods)
        details = {kpi.id: _detail(checked, results, kpi.id, computed) for kpi in large}
    with _cycle_errors():
        view = goals_view(plan, status_view(plan, results), framework=framework, cycle=cycle, details=details)
    show_view(view, format)
    tell_problems(results.problems)


def _smart(
    file: Path | None, allowed: list[Path], as_of: date | None, framework: Framework | None, cycle: str | None
) -> tuple[Plan, SmartView]:
    """The plan, and the grid of its goals from the findings of ``kpi lint``."""
    from kpi.lint import Options, lint
    from kpi.lint.smart import smart_view
    from kpi.status.goals_view import goals_view
    from kpi.status.view import StatusView

    read, checked = open_read(file, allowed)
    plan, day = checked.plan, as_of_day(checked.plan, as_of)
    with _cycle_errors():
        tree = goals_view(plan, StatusView(plan.title, day, (), (), {}), framework=framework, cycle=cycle)
    return plan, smart_view(plan, tree, lint(checked, read.texts, Options(day)))


@contextmanager
def _cycle_errors() -> Iterator[None]:
    """Report a ``--cycle`` that is no period as a usage error."""
    try:
        yield
    except TextError as mistake:
        raise UsageError(f"--cycle: {mistake.message}", hint=mistake.hint) from None


def _framework_of(plan: Plan, kpi: Kpi) -> str | None:
    goal = plan.goals.get(kpi.goal or "")
    return None if goal is None else goal.framework


def _detail(checked: Checked, results: Results, id_: str, computed: Compute) -> Detail:
    """The history of a KPI, and what moved it by the parts of its formula."""
    from kpi.status.explain import by_formula, explain_by_formula
    from kpi.status.goals_view import Detail
    from kpi.status.kpi_view import kpi_view

    show = kpi_view(checked, results, id_, PERIODS)
    try:
        changed, part = by_formula(checked, id_)
        kpis = [id_, *(changed.plan.kpis.keys() - checked.plan.kpis.keys())]
        return Detail(show, explain_by_formula(changed, computed(changed, sorted(kpis), 1), id_, part))
    except KpiError:  # no formula, or no value to compare with: the row says so
        return Detail(show)
