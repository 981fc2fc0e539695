"""R104: a target that the baseline already meets."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown, targets
from kpi.lint.rule import Finding, rule
from kpi.plan.model import Target


@rule("R104", "target-already-met", "warning", "A target to be reached is not met yet at the baseline.")
def check(context: Context) -> Iterator[Finding]:
    """Targets to be reached by a date, or last entries of a schedule, that the baseline meets already."""
    for kpi in context.kpis:
        if kpi.baseline is None or kpi.target is None:
            continue
        last = targets(kpi)[-1]
        if (last.by is not None or isinstance(kpi.target, tuple)) and meets(kpi.baseline, last):
            yield Finding(
                ("kpis", kpi.id, "target"),
                f"{shown(kpi)} already meets its target at the baseline",
                "set a target that is not met yet, or remove the date to keep the level",
            )


def meets(value: float, target: Target) -> bool:
    """Whether a value meets a target. A target that is not a plain number is never met."""
    bound, upper = target.value, target.upper
    if not isinstance(bound, (int, float)):
        return False
    if target.op == "between":
        return isinstance(upper, (int, float)) and bound <= value <= upper
    return {
        ">=": value >= bound,
        ">": value > bound,
        "<=": value <= bound,
        "<": value < bound,
        "==": value == bound,
    }[target.op]
