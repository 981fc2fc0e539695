"""``kpi blame``."""

from __future__ import annotations

import sys

import typer

from kpi.cli.common import FileOption, KpiArgument, OutsideOption, TextOrJson, open_checked, plan_file, show_view
from kpi.cli.log import end_of_history, find_history
from kpi.errors import UsageError, did_you_mean

EXAMPLES = (("kpi blame return_rate", "who wrote each field"),)


def blame(
    id_: KpiArgument,
    file: FileOption = None,
    format: TextOrJson = "text",  # noqa: A002
    allow_outside: OutsideOption = None,
) -> None:
    """Show who wrote each field of a KPI's definition, and when.

    Only changes of meaning count, not layout, order or another spelling of the same value.
    """
    path = plan_file(file)
    checked = open_checked(path, allow_outside)
    if id_ not in checked.plan.kpis:
        raise UsageError(f'there is no KPI "{id_}"', hint=did_you_mean(id_, checked.plan.kpis))
    from kpi.diff.blame import blame as blamed
    from kpi.render.log_view import BlameView

    history = find_history(path, id_, allow_outside or ())
    show_view(BlameView(id_, blamed(checked, history, id_)), format)
    sys.stdout.flush()
    end_of_history(history)
    if history.cut_at is not None:
        raise typer.Exit(2)
