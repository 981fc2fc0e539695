"""R103: a target that its unit does not allow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from kpi.formulas.functions import AGGREGATES
from kpi.formulas.nodes import Aggregate, Arithmetic, Node
from kpi.lint.context import Context, targets
from kpi.lint.rule import Finding, rule
from kpi.plan.model import Kpi

# Shares of a whole by their name, which cannot pass 100 % ...
_SHARE = (
    r"\b(?:share of|percentage of|percent of|proportion of|fraction of|% of)\b|"
    r"\b(?:uptime|availability|churn|conversion|retention|bounce|open rate|click-?through|pass rate|success rate|"
    r"error rate|failure rate|defect rate|completion|occupancy|attendance|test coverage|code coverage|win rate|"
    r"acceptance|satisfaction)\b"
)
# ... and what may: growth, money kept from old customers with what they buy in addition, a plan met and more.
OPEN = (
    r"\b(?:growth|increase|change|net|revenue|nrr|arr|mrr|dollar|value|attainment|quota|plan|budget|target|goal|versus|vs|"
    r"return|roi|roas|year over year|yoy|utili[sz]ation|load|capacity|coverage ratio|index|markup|relative|compared)\b"
)
_COUNT = r"\b(?:number of|count of|how many|time to|duration|lead time|cycle time)\b"


@rule("R103", "impossible-target", "warning", "A target is in the range of possible values.")
def check(context: Context) -> Iterator[Finding]:
    """Targets above 100 % or below 0 % of a share, below zero of a count or duration, outside -100 to 100 of an NPS."""
    for kpi in context.kpis:
        bounds = [
            bound for target in targets(kpi) for bound in (target.value, target.upper) if isinstance(bound, float)
        ]
        if not bounds or (min(bounds) >= 0 and max(bounds) <= (1 if kpi.unit == "%" else 100)):
            continue
        limits = _limits(context, kpi)
        if limits is not None and (min(bounds) < limits[0] or max(bounds) > limits[1]):
            yield Finding(
                ("kpis", kpi.id, "target"),
                f"{limits[2]}, so this target is impossible or meaningless",
                "check the number and the unit",
            )


def _limits(context: Context, kpi: Kpi) -> tuple[float, float, str] | None:
    """The least and greatest value the KPI can have, and why; None if they are unknown."""
    if kpi.unit == "%":
        named = re.search(_SHARE, kpi.name, re.IGNORECASE) and not re.search(OPEN, kpi.name, re.IGNORECASE)
        if _is_share(context, kpi) or (named and not kpi.formula):
            return 0.0, 1.0, "a share is between 0% and 100%"
        return None
    if re.search(r"\bnps\b|\bnet promoter score\b", kpi.name, re.IGNORECASE):
        return -100.0, 100.0, "a net promoter score is between -100 and 100"
    tree = context.checked.formulas.get(kpi.id)
    if _counts(tree) or re.search(_COUNT, kpi.name, re.IGNORECASE):
        return 0.0, float("inf"), "this cannot fall below zero"
    return None


def _all_rows(aggregate: Aggregate) -> Aggregate:
    """The aggregate without its filters."""
    per = None if aggregate.per is None else replace(aggregate.per, condition=None)
    return replace(aggregate, filter=None, per=per)


def _is_share(context: Context, kpi: Kpi) -> bool:
    """Whether the formula divides some rows of a source by all of them."""
    tree = context.checked.formulas.get(kpi.id)
    if tree is None:
        return False
    if not (isinstance(tree, Arithmetic) and tree.op == "/"):
        return False
    part, all_ = tree.left, tree.right
    return (
        isinstance(part, Aggregate)
        and isinstance(all_, Aggregate)
        and part.function == all_.function
        and _counts(part)
        and _all_rows(part) == all_
    )


def _counts(tree: Node | None) -> bool:
    return isinstance(tree, Aggregate) and AGGREGATES[tree.function].counts
