"""``kpi show``."""

from __future__ import annotations

from typing import Annotated

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
    show_answer,
)

EXAMPLES = (
    ('kpi show "Return rate"', "by name"),
    ("kpi show return_rate --sql", "with the SQL that was run"),
)


def show(
    id_: KpiArgument,
    file: FileOption = None,
    format: TextOrJson = "text",  # noqa: A002
    as_of: AsOfOption = None,
    locale: LocaleOption = None,
    to_date: ToDateOption = False,
    sql: Annotated[bool, typer.Option("--sql", help="Also show the SQL that was run.")] = False,
    memory: MemoryOption = None,
    timeout: TimeoutOption = None,
    cache: CacheOption = None,
    allow_outside: OutsideOption = None,
    allow_remote: RemoteOption = None,
) -> None:
    """Show one KPI in full: definition, value, history and sources."""
    from kpi.plan.model import find_kpi

    limits = Limits(as_of, cache, memory, timeout, locale, format)
    session = open_session(file, readable(allow_outside, allow_remote), limits)
    id_ = find_kpi(session.plan.kpis, id_, by_beginning=True)
    show_answer(session.show(id_, to_date=to_date), format, sql=sql)
