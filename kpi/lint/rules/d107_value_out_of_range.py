"""D107: values out of the range of their unit."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule

<<<<<<< HEAD
ABSURD = 10.0  # as a share: 1,000 %
LAST = 12  # periods before the one shown

=======
>>>>>>> a0a5b5a (Take the last row of each key for balances, and note ties, literals that no row has and partial windows)

@rule("D107", "value-out-of-range", "warning", "Values are within the range of their unit.")
def check(context: Context) -> Iterator[Finding]:
    """Values that the unit of their KPI makes impossible or absurd."""
    if context.data is None:
        return
    from kpi.status.doubts import doubt_about

    for kpi in context.kpis:
        series, unit = context.data.series.get(kpi.id), context.unit(kpi)
        if series is None or unit is None or series.failed:
            continue
<<<<<<< HEAD
        points = [point for point in (*series.history[-LAST:], series.shown) if point.value is not None]
        for point in reversed(points):
            value = point.value or 0.0
            if unit.kind == "percent" and abs(value) > ABSURD:
                message = f"{shown(kpi)} is {value * 100:,.0f}% in {point.period.label}"
                yield Finding(("kpis", kpi.id, "unit"), message, '1 means 100%: divide by 100, or remove unit: "%"')
                break
            if unit.kind == "duration" and value < 0:
                message = f"{shown(kpi)} is negative in {point.period.label}: {value:,.4g} {unit.text}"
                yield Finding(("kpis", kpi.id, "unit"), message, "look for rows that end before they begin")
=======
        for point in (series.shown, *reversed(series.history)):
            doubt = doubt_about(point, unit)
            if doubt is not None:
                yield Finding(("kpis", kpi.id, "unit"), f"{shown(kpi)} {doubt.what}", doubt.hint)
>>>>>>> a0a5b5a (Take the last row of each key for balances, and note ties, literals that no row has and partial windows)
                break
