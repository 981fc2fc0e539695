"""``kpi dashboard``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    ToDateOption,
    file_model,
    need_extra,
    open_session,
    plan_file,
    readable,
    tell_problems,
)
from kpi.cli.output import tell
from kpi.errors import UsageError
from kpi.session import as_of_day

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    allow_remote: RemoteOption = None,
) -> None:
    """Write all KPIs as one self-contained HTML page."""
    limits = Limits(as_of, cache, memory, timeout, locale, "html")
    if serve:
        if output is not None:
            raise UsageError("--serve writes no file", hint="leave out -o, or --serve")
        address = host or "127.0.0.1", PORT if port is None else port
        _serve(limits, to_date, plan_file(file), readable(allow_outside, allow_remote), address, wall)
        return
    for name, given in (("PORT", port), ("--host", host)):
        if given is not None:
            raise UsageError(f"{name} needs --serve", hint="add --serve to serve the page, or name a file with -o FILE")
    from kpi.render.output import Page, render
    from kpi.writing import create_file

    view, problems = open_session(file, readable(allow_outside, allow_remote), limits).dashboard(to_date=to_date)
    path = output or Path("kpi.html")
    create_file(path, render(view, "html", Page(wall=wall)) + "\n")
    tell(f"Wrote {path}.")
    tell_problems(problems)


def _serve(
    limits: Limits, to_date: bool, file: Path, allowed: Sequence[Path], address: tuple[str, int], wall: bool
) -> None:
    """Serve the page until Ctrl+C, and after a mistake in the files the last good one with the mistake above it."""
    packages = ("starlette", "uvicorn", "watchfiles", "anyio", "h11")
    server = need_extra("serve", "--serve", "kpi.live.server", packages)
    waiting = need_extra("serve", "--serve", "kpi.live.waiting", packages)
    from kpi.live.last_good import LastGood
    from kpi.render.output import Page, render
    from kpi.review.dashboard_view import MistakeView

    live = LastGood(
        file,
        lambda checked: limits.session(checked).dashboard(to_date=to_date),
        day_of=lambda plan: as_of_day(plan, limits.as_of),
        model=file_model,
        allowed=allowed,
    )

    def build(version: str) -> str:
        outcome, page = live.update(), Page(wall=wall, version=version)
        if outcome.good is None:
            return render(MistakeView(outcome.mistake or ""), "html", page)
        view, problems = outcome.good
        for problem in problems if outcome.mistake is None else ():
            tell(f"kpi: {problem}")
        return render(replace(view, mistake=outcome.mistake), "html", page)

    with server.listen(*address) as listening:
        pages = server.Pages(build)
        app = server.create_app(pages, lambda: waiting.changes(live.watched), server.names_of(address[0]))
        tell(f"Serving on {server.address(listening)} until Ctrl+C.")
        server.serve(app, pages, listening)
