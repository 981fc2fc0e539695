"""M110: a percentage that does not say of what."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule
from kpi.plan.model import Kpi

# Words that name the whole, and rates whose denominator every reader of the trade knows.
_WHOLE = (
    r"\b(?:of|per|in|among|to|versus|vs|against|out of|who|that|which|with)\b|/|"
    r"(?:rate|ratio|margin|churn|retention|conversion|uptime|availability|utili[sz]ation|turnover|occupancy|growth|share|yield|"
    r"attrition|absenteeism|bounce|return|roi|roe|roa|roas|ctr|cagr|inflation|unemployment|nrr|grr|sla|slo|oee|"
    r"coverage|accuracy|precision|recall|attainment|penetration|fill|discount|interest|quota|proportion|percentage|percent)\b"
)


@rule("M110", "percentage-of-what", "info", "A percentage says what it is a percentage of.")
def check(context: Context) -> Iterator[Finding]:
    """KPIs in per cent typed in by hand whose name and question do not name the whole."""
    for kpi in context.kpis:
        if kpi.unit == "%" and kpi.values and kpi.formula is None and not _names_whole(kpi):
            yield Finding(
                ("kpis", kpi.id, "unit"),
                f"{shown(kpi)} does not say what it is a percentage of",
                'name the whole, e.g. "Share of orders delivered on time", or add a question that does',
            )


def _names_whole(kpi: Kpi) -> bool:
    return any(re.search(_WHOLE, text, re.IGNORECASE) for text in (kpi.name, kpi.question or ""))
