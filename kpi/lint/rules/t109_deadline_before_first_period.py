"""T109: a deadline before the end of the first period."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule


@rule("T109", "deadline-before-first-period", "warning", "At least one period ends before a deadline.")
def check(context: Context) -> Iterator[Finding]:
    """Targets less than one period after ``since`` or, with a baseline, after the start of the fiscal year."""
    for kpi in context.kpis:
        target = kpi.target
        if target is None or isinstance(target, tuple) or target.by is None or kpi.every == "day":
            continue
        from kpi.values import a_period, add_units, period_of

        start = kpi.since
        if start is None and kpi.baseline is not None:
            start = period_of(target.by, "year", context.calendar).start
        if (
            start is not None
            and start <= target.by
            and add_units(start, 1, kpi.every).toordinal() - 1 > target.by.toordinal()
        ):
            yield Finding(
                ("kpis", kpi.id, "target"),
                f"from {start} to {target.by} is less than {a_period(kpi.every)}, so there is no value before the "
                "deadline",
                "measure more often, set a later date, or an earlier since",
            )
