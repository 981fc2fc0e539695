"""D111: leading indicators that do not lead, and proxies that do not move with what they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpi.lint.context import shown
from kpi.lint.rule import Finding, rule

if TYPE_CHECKING:
    from kpi.lint.context import Context


@rule(
    "D111",
    "unsupported-claim",
    "info",
    "The data support what leading indicators and proxies are said to do.",
    needs_data=True,
)
def check(context: Context) -> Iterator[Finding]:
    """Leading indicators and proxies for which there is enough data and no evidence, or evidence of the opposite."""
    if context.data is None:
        return
    from kpi.status.claims import claims_of, finding_of

    series = context.data.series
    for claim in claims_of(context.plan):
        if claim.kind == "guardrail" or claim.first.id not in series or claim.second.id not in series:
            continue
        found = finding_of(claim, series, context.calendar)
        verdict = found.evidence.verdict
        if verdict not in ("not supported", "contradicted"):
            continue
        does = "lead" if claim.kind == "leads" else "move with"
        said = f"{found.evidence.n} {found.every}s of data do not show that {shown(claim.first)} does {does} "
        if verdict == "contradicted":
            said = f"in {found.evidence.n} {found.every}s of data {shown(claim.first)} moves against "
        key = "kind" if claim.lead is None else "leads"
        path = ("kpis", claim.first.id, key, *(() if claim.lead is None else (claim.lead.key,)))
        hint = "kpi evidence has the numbers; name another indicator, or declare the lag that you expect"
        if claim.lead is None or found.declared:
            hint = "kpi evidence has the numbers; name another indicator"
        yield Finding(path, f"{said}{shown(claim.second)}", hint)
