"""The values of both versions of a plan, computed from the same data for the same day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kpi.diff.changes import Comparison
from kpi.diff.versions import Version
from kpi.run import compute
from kpi.status.value_changes import ValueChange, value_changes


def compute_both(
    before: Version, after: Version, comparison: Comparison, day: date, periods: int = 0
) -> tuple[Mapping[str, ValueChange], tuple[str, ...]]:
    """The values of all KPIs that may differ, with a history of the last ``periods``, and the problems while computing
    them."""
    asked = comparison.kpis_to_compute()
    if not asked:
        return {}, ()
    first, second = (version.check(with_data=True) for version in (before, after))
    olds = [id_ for id_ in asked.values() if id_ is not None and id_ in first.plan.kpis]
    old = compute(first, day, kpis=olds, periods=max(periods, 12), parts=False)
    news = [id_ for id_ in asked if id_ in second.plan.kpis]
    new = compute(second, day, kpis=news, periods=max(periods, 12), parts=False)
    problems = [
        f"{version.label}: {problem}"
        for version, results in ((before, old), (after, new))
        for problem in results.problems
    ]
    return value_changes(asked, (first.plan, old), (second.plan, new), periods), tuple(problems)
