"""B106: volume without a quality guardrail."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.formulas.functions import AGGREGATES
from kpi.formulas.nodes import Aggregate
from kpi.lint.context import Context, shown, targets
from kpi.lint.rule import Finding, rule
from kpi.plan.model import Kpi

_QUANTITY = r"\b(?:number of|count of|amount of|volume of|total|how many)\b"


@rule("B106", "quantity-without-quality", "info", "A KPI that rewards volume has a quality guardrail.")
def check(context: Context) -> Iterator[Finding]:
    """KPIs that count or add up and should grow, without a guardrail and without another KPI on their goal."""
    for kpi in context.kpis:
        if (
            kpi.guardrails
            or context.given("kpis", kpi.id, "guardrails")
            or len(context.kpis_of.get(kpi.goal or "", ())) > 1
        ):
            continue
        wanted = targets(kpi)
        if wanted and all(target.op in (">=", ">") for target in wanted) and _counts(context, kpi):
            yield Finding(
                ("kpis", kpi.id),
                f"{shown(kpi)} rewards volume without a quality guardrail",
                "list in `guardrails` what must not get worse, e.g. returns, errors or cost",
                key=True,
            )


def _counts(context: Context, kpi: Kpi) -> bool:
    tree = context.checked.formulas.get(kpi.id)
    if tree is not None:
        return isinstance(tree, Aggregate) and AGGREGATES[tree.function].zero
    return kpi.unit != "%" and re.search(_QUANTITY, kpi.name, re.IGNORECASE) is not None
