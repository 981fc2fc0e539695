"""``kpi evidence --format json``."""

from __future__ import annotations

from kpi.render.output import Page
from kpi.render.sanitize import json_text
from kpi.status.claims import EvidenceView, Finding

DIGITS = 3  # of a correlation


def render_evidence_json(view: EvidenceView, _: Page) -> str:
    """The evidence for leading indicators; for guardrails and proxies where the plan has any."""
    leads = [one for one in view.findings if one.claim.kind == "leads"]
    content: dict[str, object] = {"version": 1, "evidence": [_entry(one, "leading", "leads") for one in leads]}
    for kind, key, first, second in (
        ("guardrail", "guardrails", "kpi", "guardrail"), ("proxy", "proxies", "proxy", "direct"),
    ):  # fmt: skip
        found = [_entry(one, first, second) for one in view.findings if one.claim.kind == kind]
        if found:
            content[key] = found
    return json_text(content)


def _entry(finding: Finding, first: str, second: str) -> dict[str, object]:
    found = finding.evidence
    declared = {"declared": finding.declared} if finding.claim.kind == "leads" else {}
    return {
        first: finding.claim.first.id,
        second: finding.claim.second.id,
        "verdict": found.verdict,
        "lag": found.lag,
        **declared,
        "n": found.n,
        "size": None if found.size is None else round(found.size, DIGITS),
        "interval": None if found.interval is None else [round(end, DIGITS) for end in found.interval],
    }
