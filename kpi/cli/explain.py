"""``kpi explain``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from kpi.cli.common import (
    AsOfOption,
    CacheOption,
    FileOption,
    KpiArgument,
    Limits,
    LocaleOption,
    MemoryOption,
    OutsideOption,
    RemoteOption,
    TextOrJson,
    TimeoutOption,
    ToDateOption,
    open_session,
    readable,
    show_view,
)
from kpi.cli.completion import column_names

EXAMPLES = (
    ('kpi explain "Return rate"', "by the parts of its formula"),
    ("kpi explain return_rate --by channel", "by the values of a column"),
)


def explain(
    id_: KpiArgument,
    file: FileOption = None,
    format: TextOrJson = "text",  # noqa: A002
    against: Annotated[
        Literal["previous period", "year ago"],
        typer.Option("--against", help="What the value is compared with."),
    ] = "previous period",
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="COLUMN",
            help="What each value of a column adds, instead of the formula's parts.",
            autocompletion=column_names,
        ),
    ] = None,
    as_of: AsOfOption = None,
    locale: LocaleOption = None,
    to_date: ToDateOption = False,
    memory: MemoryOption = None,
    timeout: TimeoutOption = None,
    cache: CacheOption = None,
    allow_outside: OutsideOption = None,
    allow_remote: RemoteOption = None,
) -> None:
    """Show what moved a KPI: by the parts of its formula, or by the values of a column."""
    from kpi.plan.model import find_kpi

    limits = Limits(as_of, cache, memory, timeout, locale, format)
    session = open_session(file, readable(allow_outside, allow_remote), limits)
    id_ = find_kpi(session.plan.kpis, id_, by_beginning=True)
    show_view(session.explain(id_, by=by, against=against, to_date=to_date), format)
