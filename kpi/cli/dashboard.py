"""``kpi dashboard``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

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
    file_model,
    need_extra,
    open_checked,
    plan_file,
    write_in_locale,
)
from kpi.cli.output import tell
from kpi.cli.status import ToDateOption, tell_problems
from kpi.clock import now
from kpi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from kpi.plan.checks import Checked
    from kpi.plan.model import Plan
    from kpi.status.dashboard_view import DashboardView

PERIODS = 23  # of history, so that two years of months are shown
PORT = 8765

EXAMPLES = (
    ("kpi dashboard", "writes kpi.html"),
    ("kpi dashboard -o report.html --as-of 2026-06-30", "another file, and another day"),
    ("kpi dashboard --serve", "a page that follows the plan and its data"),
    ("kpi dashboard --serve --wall", "for a screen on a wall"),
)


def dashboard(
    port: Annotated[
        int | None,
        typer.Argument(
            metavar="PORT", min=0, max=65535, show_default=False, help=f"With --serve: the port; default: {PORT}."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="The file to write; default: kpi.html.", show_default=False
        ),
    ] = None,
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve the page, and build it again when the plan or its data changes.")
    ] = False,
    host: Annotated[
        str | None,
        typer.Option(
            "--host", metavar="ADDRESS", help="With --serve: the address to listen on; default: this machine only."
        ),
    ] = None,
    wall: Annotated[
        bool, typer.Option("--wall", help="Large type for a screen on a wall, one goal after the other.")
    ] = False,
    file: FileOption = None,
    as_of: AsOfOption = None,
    locale: LocaleOption = None,
    to_date: ToDateOption = False,
    memory: MemoryOption = None,
    timeout: TimeoutOption = None,
    cache: CacheOption = None,
    allow_outside: OutsideOption = None,
) -> None:
    """Write all KPIs as one self-contained HTML page."""
    asked = _Asked(as_of, to_date, memory, timeout, cache, locale)
    if serve:
        if output is not None:
            raise UsageError("--serve writes no file", hint="leave out -o, or --serve")
        _serve(asked, plan_file(file), allow_outside or (), host or "127.0.0.1", PORT if port is None else port, wall)
        return
    for name, given in (("PORT", port), ("--host", host)):
        if given is not None:
            raise UsageError(f"{name} needs --serve", hint="add --serve to serve the page, or name a file with -o FILE")
    from kpi.render.output import Page, render
    from kpi.writing import create_file

    view, problems = asked.compute(open_checked(file, allow_outside))
    path = output or Path("kpi.html")
    create_file(path, render(view, "html", Page(wall=wall)) + "\n")
    tell(f"Wrote {path}.")
    tell_problems(problems)


class _Asked(NamedTuple):
    """What a call of ``kpi dashboard`` asks for; see its options."""

    as_of: date | None
    to_date: bool
    memory: str | None
    timeout: int | None
    cache: bool | None
    locale: str | None

    def compute(self, checked: Checked) -> tuple[DashboardView, Sequence[str]]:
        """The view of a valid plan, and why values could not be computed. Raises KpiError."""
        plan = checked.plan
        day = as_of_day(plan, self.as_of)
        write_in_locale(plan, self.locale, "html")
        from kpi.cli.terminal import progress
        from kpi.run import compute
        from kpi.status.dashboard_view import dashboard_view
        from kpi.status.insights import periods_needed

        with progress(f"Computing {len(plan.kpis)} KPIs"):
            periods = periods_needed(plan.kpis.values(), PERIODS)
            folder = cache_folder(plan, self.cache)
            results = compute(
                checked, day, to_date=self.to_date, periods=periods, cache=folder, memory=self.memory,
                seconds=self.timeout,
            )  # fmt: skip
            view = dashboard_view(
                checked,
                results,
                PERIODS,
                computed=now(plan.calendar.timezone),
                commit=_commit(plan),
                to_date=self.to_date,
            )
        return view, results.problems


def _serve(asked: _Asked, file: Path, allowed: Sequence[Path], host: str, port: int, wall: bool) -> None:
    """Serve the page until Ctrl+C, and after a mistake in the files the last good one with the mistake above it."""
    packages = ("starlette", "uvicorn", "watchfiles", "anyio", "h11")
    server = need_extra("serve", "--serve", "kpi.live.server", packages)
    waiting = need_extra("serve", "--serve", "kpi.live.waiting", packages)
    from kpi.live.last_good import LastGood
    from kpi.render.output import Page, render
    from kpi.status.dashboard_view import MistakeView

    live = LastGood(
        file, asked.compute, day_of=lambda plan: as_of_day(plan, asked.as_of), model=file_model, allowed=allowed
    )

    def build(version: str) -> str:
        outcome, page = live.update(), Page(wall=wall, version=version)
        if outcome.good is None:
            return render(MistakeView(outcome.mistake or ""), "html", page)
        view, problems = outcome.good
        for problem in problems if outcome.mistake is None else ():
            tell(f"kpi: {problem}")
        return render(replace(view, mistake=outcome.mistake), "html", page)

    with server.listen(host, port) as listening:
        pages = server.Pages(build)
        app = server.create_app(pages, lambda: waiting.changes(live.watched), server.names_of(host))
        tell(f"Serving on {server.address(listening)} until Ctrl+C.")
        server.serve(app, pages, listening)


def _commit(plan: Plan) -> str | None:
    """The commit that the definitions are from, and whether they were edited since; None outside a repository."""
    from kpi.diff.git import SHORT, Repository
    from kpi.errors import KpiError

    try:
        repository = Repository.around(plan.folder)
        return f"commit {repository.commit('HEAD')[:SHORT]}"
    except KpiError:
        return None
