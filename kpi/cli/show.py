"""``kpi show``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    file_model,
    open_session,
    plan_file,
    readable,
    show_answer,
)
from kpi.errors import InputError
from kpi.session import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi.plan.checks import Checked

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

    limits, allowed = Limits(as_of, cache, memory, timeout, locale, format), readable(allow_outside, allow_remote)
    session = open_session(file, allowed, limits)
    id_ = find_kpi(session.plan.kpis, id_, by_beginning=True)
    view, problems = session.show(id_, to_date=to_date)
    changed = _redefined(file, session.checked, id_, allowed)
    if changed:
        view = replace(view, row=replace(view.row, notes=(*view.row.notes, *changed)))
    show_answer(Answer(view, problems), format, sql=sql)


def _redefined(file: Path | None, checked: Checked, id_: str, allowed: Sequence[Path]) -> tuple[str, ...]:
    """Changes in git of what values entered by hand measure; none outside a repository."""
    kpi = checked.plan.kpis[id_]
    if kpi.formula is not None or len(kpi.values) < 2:
        return ()
    from kpi.diff.history import open_history
    from kpi.diff.redefined import redefined

    try:
        history = open_history(plan_file(file), id_, Path.cwd(), allowed, file_model)
    except InputError:
        return ()
    return redefined(history, kpi, checked.plan.calendar.build())
