"""``kpi blame``."""

from __future__ import annotations

import sys

import typer

from kpi.cli.common import (
    FileOption,
    KpiArgument,
    LocaleOption,
    OutsideOption,
    TextOrJson,
    open_checked,
    plan_file,
    show_view,
    write_in_locale,
)
from kpi.cli.log import end_of_history, find_history

EXAMPLES = (("kpi blame return_rate", "who wrote each field"),)


def blame(
    id_: KpiArgument,
    file: FileOption = None,
    format: TextOrJson = "text",  # noqa: A002
    allow_outside: OutsideOption = None,
    locale: LocaleOption = None,
) -> None:
    """Show who wrote each field of a KPI's definition, and when.

    Only changes of meaning count, not layout, order or another spelling of the same value.
    """
    path = plan_file(file)
    checked = open_checked(path, allow_outside)
    write_in_locale(checked.plan, locale, format)
    from kpi.diff.blame import blame as blamed
    from kpi.plan.model import find_kpi
    from kpi.render.log_view import BlameView

    id_ = find_kpi(checked.plan.kpis, id_, by_beginning=True)
    history = find_history(path, id_, allow_outside or ())
    show_view(BlameView(id_, blamed(checked, history, id_)), format)
    sys.stdout.flush()
    end_of_history(history)
    if history.cut_at is not None:
        raise typer.Exit(2)
