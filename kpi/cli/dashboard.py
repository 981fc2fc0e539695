"""``kpi dashboard``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpi.cli.common import (
    AsOfOption,
    CacheOption,
    FileOption,
    MemoryOption,
    OutsideOption,
    TimeoutOption,
    as_of_day,
    cache_folder,
    open_checked,
)
from kpi.cli.output import tell
from kpi.cli.status import ToDateOption, tell_problems
from kpi.clock import now

if TYPE_CHECKING:
    from kpi.plan.model import Plan

PERIODS = 23  # of history, so that two years of months are shown

EXAMPLES = (
    ("kpi dashboard", "writes kpi.html"),
    ("kpi dashboard -o report.html --as-of 2026-06-30", "another file, and another day"),
)


def dashboard(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The file to write.", show_default=True)
    ] = Path("kpi.html"),
    file: FileOption = None,
    as_of: AsOfOption = None,
    to_date: ToDateOption = False,
    memory: MemoryOption = None,
    timeout: TimeoutOption = None,
    cache: CacheOption = None,
    allow_outside: OutsideOption = None,
) -> None:
    """Write all KPIs as one self-contained HTML page."""
    checked = open_checked(file, allow_outside)
    day = as_of_day(checked.plan, as_of)
    from kpi.cli.terminal import progress
    from kpi.render.output import render
    from kpi.run import compute
    from kpi.status.dashboard_view import dashboard_view
    from kpi.status.insights import periods_needed
    from kpi.writing import create_file

    with progress(f"Computing {len(checked.plan.kpis)} KPIs"):
        periods = periods_needed(checked.plan.kpis.values(), PERIODS)
        folder = cache_folder(checked.plan, cache)
        results = compute(checked, day, to_date=to_date, periods=periods, cache=folder, memory=memory, seconds=timeout)
    view = dashboard_view(
        checked,
        results,
        PERIODS,
        computed=now(checked.plan.calendar.timezone),
        commit=_commit(checked.plan),
        to_date=to_date,
    )
    create_file(output, render(view, "html") + "\n")
    tell(f"Wrote {output}.")
    tell_problems(results.problems)


def _commit(plan: Plan) -> str | None:
    """The commit that the definitions are from, and whether they were edited since; None outside a repository."""
    from kpi.diff.git import SHORT, Repository
    from kpi.errors import KpiError

    try:
        repository = Repository.around(plan.folder)
        return f"commit {repository.commit('HEAD')[:SHORT]}"
    except KpiError:
        return None
