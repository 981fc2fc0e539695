"""R109: a target that was changed after its time was over."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule
from kpi.plan.model import Bound, Kpi, Target
from kpi.plan.yaml.source_map import Path
from kpi.values import parse_label


@rule("R109", "target-moved-afterwards", "warning", "A target stays as it is once its time is over.")
def check(context: Context) -> Iterator[Finding]:
    """With ``--diff``: targets whose date, or whose period in a schedule, was over when their number was changed."""
    if context.before is None:
        return
    for kpi in context.kpis:
        before = context.before.kpis.get(kpi.id)
        if before is None or before.unit != kpi.unit:
            continue
        for path, old, new in _over(context, before, kpi):
            if _number(old) != _number(new):
                yield Finding(
                    path,
                    f'the target was "{old.text}" until its time was over, and is "{new.text}" now',
                    "keep what was wanted then, and set a new target for the time to come",
                )


def _over(context: Context, before: Kpi, now: Kpi) -> Iterator[tuple[Path, Target, Target]]:
    """The targets before and now whose date or period is over, each with its path."""
    old, new = before.target, now.target
    if isinstance(old, Target) and isinstance(new, Target):
        if old.by is not None and old.by == new.by and old.by <= context.today:
            yield ("kpis", now.id, "target"), old, new
    elif isinstance(old, tuple) and isinstance(new, tuple):
        was = {entry.label: entry.target for entry in old}
        for entry in new:
            if entry.label in was and parse_label(entry.label, context.calendar).last_day <= context.today:
                yield ("kpis", now.id, "target", entry.label), was[entry.label], entry.target


def _number(target: Target) -> tuple[str, Bound, Bound | None]:
    """What is wanted, however it is written."""
    return target.op, target.value, target.upper
