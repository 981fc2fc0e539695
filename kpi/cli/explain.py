"""``kpi explain``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

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
from kpi.cli.completion import column_names
from kpi.cli.status import ToDateOption

if TYPE_CHECKING:
    from kpi.plan.checks import Checked
    from kpi.run.series import Results

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
) -> None:
    """Show what moved a KPI: by the parts of its formula, or by the values of a column."""
    from kpi.plan.model import find_kpi

    checked = open_checked(file, allow_outside)
    plan = checked.plan
    id_ = find_kpi(plan.kpis, id_, by_beginning=True)
    day = as_of_day(plan, as_of)
    write_in_locale(checked.plan, locale, format)
    from kpi.cli.terminal import progress
    from kpi.run import compute
    from kpi.status.explain import by_column, by_formula, explain_by_column, explain_by_formula

    def computed(changed: Checked) -> Results:
        kpis = [id_, *(changed.plan.kpis.keys() - plan.kpis.keys())]
        with progress(f"Computing {id_}"):
            return compute(
                changed, day, to_date=to_date, kpis=sorted(kpis), periods=1, against=against,
                cache=cache_folder(plan, cache), memory=memory, seconds=timeout,
            )  # fmt: skip

    if by is None:
        changed, part = by_formula(checked, id_)
        view = explain_by_formula(changed, computed(changed), id_, part)
    else:
        from kpi.plan.checks.splits import split_by

        split_by(checked, [id_], by, "--by")  # which says what is wrong with the column
        changed, ratio, ids = by_column(checked, id_, by)
        view = explain_by_column(changed, computed(changed), id_, ids, ratio.factor)
    show_view(view, format)
