"""``kpi blame``."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from kpi.cli.common import FileOption, OutsideOption, open_checked, plan_file, wants_color
from kpi.cli.log import end_of_history, find_history
from kpi.cli.output import show, show_data
from kpi.errors import UsageError, did_you_mean


def blame(
    id_: Annotated[str, typer.Argument(metavar="KPI", help="The id of the KPI.")],
    file: FileOption = None,
    format: Annotated[  # noqa: A002
        Literal["text", "json"], typer.Option("--format", help="How it is written to standard output.")
    ] = "text",
    allow_outside: OutsideOption = None,
) -> None:
    """Show who wrote each field of a KPI's definition, and when.

    What counts is when a field last changed its meaning: layout, order and another way to write the same do not.
    """
    path = plan_file(file)
    checked = open_checked(path, allow_outside)
    if id_ not in checked.plan.kpis:
        raise UsageError(f'there is no KPI "{id_}"', hint=did_you_mean(id_, checked.plan.kpis))
    from kpi.diff.blame import blame as blamed

    history = find_history(path, id_, allow_outside or ())
    rows = blamed(checked, history, id_)
    if format == "json":
        from kpi.render.log_json import render_blame_json

        show_data(render_blame_json(id_, rows))
    else:
        from kpi.cli.terminal import terminal_width
        from kpi.render.log_text import blame_lines
        from kpi.render.style import paint

        show(paint(blame_lines(rows, terminal_width()), color=wants_color(sys.stdout)))
    sys.stdout.flush()
    end_of_history(history)
    if history.cut_at is not None:
        raise typer.Exit(2)
