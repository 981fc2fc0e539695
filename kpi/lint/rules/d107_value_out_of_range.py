"""D107: values out of the range of their unit."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule

LAST = 12  # periods before the one shown


@rule("D107", "value-out-of-range", "warning", "Values are within the range of their unit.", needs_data=True)
def check(context: Context) -> Iterator[Finding]:
    """Values that the unit of their KPI makes impossible or absurd."""
    if context.data is None:
        return
    from kpi.status.doubts import doubt_about

    for kpi in context.kpis:
        series, unit = context.data.series.get(kpi.id), context.unit(kpi)
        if series is None or unit is None or series.failed:
            continue
        for point in (series.shown, *reversed(series.history[-LAST:])):
            doubt = doubt_about(point, unit)
            if doubt is not None:
                yield Finding(("kpis", kpi.id, "unit"), f"{shown(kpi)} {doubt.what}", doubt.hint)
                break
