"""R110: a kept target that nothing explains."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.lint.context import Context, shown, targets
from kpi.lint.rule import Finding, rule
from kpi.lint.rules.r103_impossible_target import OPEN
from kpi.plan.model import Kpi, Target
from kpi.plan.model.lint import NO_WORDS, RuleOption, WordOptions

# What must never happen, or always by law: then 100% and zero need no other reason.
ABSOLUTE = RuleOption("absolute_measures", WordOptions, NO_WORDS, "Words for what must never or always happen.")
_COUNTED = r"\b(?:number|count|how many)\b"


@rule(
    "R110",
    "unfounded-target",
    "info",
    "A kept target says where its number comes from, and is not perfection.",
    options=[ABSOLUTE],
)
def check(context: Context) -> Iterator[Finding]:
    """Targets of 100% and zero without a reason; kept targets without baseline or reason, where most others have one.

    A reason is a note. Thresholds allow for a miss, and guardrails are limits by nature.
    """
    guards = {guard for kpi in context.kpis for guard in kpi.guardrails}
    judged = [kpi for kpi in context.kpis if kpi.id not in guards and kpi.target is not None and not kpi.notes]
    absolute = context.words("absolute_measures", ABSOLUTE)
    perfect = set()
    for kpi in judged:
        wanted = next((target for target in targets(kpi) if _is_perfect(kpi, target)), None)
        names = [(word, 0, 0) for word in re.findall(r"[^\W\d_]+", kpi.name.lower())]
        if wanted is None or kpi.thresholds is not None or next(absolute.find(names), None):
            continue
        perfect.add(kpi.id)
        what = "100%" if wanted.value == 1 else "zero"
        yield Finding(
            ("kpis", kpi.id, "target"),
            f"one miss decides over {shown(kpi)}: its target is {what}",
            "set the value that others reach, or `thresholds` for yellow, or say in `notes` why no miss is allowed",
        )
    # A target relative to something says where it comes from.
    kept = [
        kpi
        for kpi in context.kpis
        if isinstance(kpi.target, Target) and kpi.target.by is None and isinstance(kpi.target.value, float | int)
    ]
    founded = [kpi for kpi in kept if kpi.baseline is not None or kpi.notes or kpi.thresholds is not None]
    if not founded or 3 * len(founded) < 2 * len(kept):
        return
    for kpi in kept:
        if kpi in founded or kpi.id in guards or kpi.id in perfect or context.given("kpis", kpi.id, "baseline"):
            continue
        yield Finding(
            ("kpis", kpi.id, "target"),
            f"nothing says where the target of {shown(kpi)} comes from, as it does for other KPIs here",
            "set `baseline` to the value it had when the target was set, or a note that says why this number",
        )


def _is_perfect(kpi: Kpi, target: Target) -> bool:
    """Whether nothing better is possible than the target, so that any miss breaks it. M108 reports work."""
    if not isinstance(target.value, float | int) or (kpi.baseline == 0 and target.op in (">=", "==")):
        return False
    if re.search(OPEN, kpi.name, re.IGNORECASE):
        return False
    if kpi.unit == "%" and target.value == 1:
        return target.op in (">=", "==")
    if target.value == 0:
        shares = kpi.unit == "%" or re.search(_COUNTED, kpi.name, re.IGNORECASE) is not None
        return target.op in ("<=", "==") and (shares or kpi.unit is not None)
    return False
