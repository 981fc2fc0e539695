"""``kpi show``."""

from __future__ import annotations

from typing import Annotated

import typer

from kpi.cli.common import (
    AsOfOption,
    CacheOption,
    FileOption,
    KpiArgument,
    LocaleOption,
    MemoryOption,
    OutsideOption,
    TextOrJson,
    TimeoutOption,
    as_of_day,
    cache_folder,
    open_checked,
    show_view,
    write_in_locale,
)
from kpi.cli.status import ToDateOption, tell_problems

PERIODS = 24  # twice as many as the sparkline of the table

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
) -> None:
    """Show one KPI in full: definition, value, history and sources."""
    from kpi.plan.model import find_kpi

    checked = open_checked(file, allow_outside)
    id_ = find_kpi(checked.plan.kpis, id_, by_beginning=True)
    day = as_of_day(checked.plan, as_of)
    write_in_locale(checked.plan, locale, format)
    from kpi.cli.terminal import progress
    from kpi.run import compute
    from kpi.status.insights import periods_needed
    from kpi.status.kpi_view import kpi_view

    with progress(f"Computing {id_}"):
        folder = cache_folder(checked.plan, cache)
        periods = periods_needed([checked.plan.kpis[id_]], PERIODS)
        results = compute(
            checked, day, to_date=to_date, kpis=[id_], periods=periods, cache=folder, memory=memory, seconds=timeout
        )
    show_view(kpi_view(checked, results, id_, PERIODS, to_date=to_date), format, sql=sql)
    tell_problems(results.problems)
