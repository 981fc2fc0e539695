"""``kpi evidence`` for people."""

from __future__ import annotations

from collections import Counter

from kpi.insight.evidence import FEWEST, Verdict
from kpi.render.layout import Line, Piece, cut, fill, line, sides, width_of, wrap
from kpi.render.output import Page
from kpi.render.sanitize import one_line
from kpi.render.style import paint
from kpi.status.claims import ClaimKind, EvidenceView, Finding
from kpi.values import format_digits
from kpi.values.date_words import day_in_full

WIDEST = 100
SIGNS: dict[Verdict, tuple[str, str]] = {
    "supported": ("●", "green"),
    "not supported": ("◐", "yellow"),
    "contradicted": ("✖", "bold red"),
    "too little data": ("○", "magenta"),
}
HEADS: dict[ClaimKind, tuple[str, str]] = {
    "leads": ("Leading indicators", "moves before"),
    "guardrail": ("Guardrails", "improves at the expense of"),
    "proxy": ("Proxies", "moves with"),
}


def render_evidence_text(view: EvidenceView, page: Page) -> str:
    """Return the evidence as text for a terminal."""
    return paint(evidence_lines(view, page.width), color=page.color)


def evidence_lines(view: EvidenceView, width: int) -> list[Line]:
    """Every claim with its verdict, in at most ``width`` columns."""
    width = min(width, WIDEST)
    title = line(Piece(one_line(view.title or "Evidence"), "bold"), f" · {day_in_full(view.as_of)}")
    counts = Counter(finding.evidence.verdict for finding in view.findings)
    said = "   ".join(f"{counts[verdict]} {verdict}" for verdict in SIGNS if counts[verdict])
    lines = [sides(title, [line(said), ()], width)]
    if not view.findings:
        text = "No KPI has leads or guardrails, and no goal has a proxy beside a direct KPI."
        return [*lines, (), *(line(Piece(part, "dim")) for part in wrap(text, width))]
    for kind, (head, _) in HEADS.items():
        found = [finding for finding in view.findings if finding.claim.kind == kind]
        if found:
            lines += [(), line(Piece(head, "bold"))]
            lines += [part for finding in found for part in _claim(finding, width)]
    return lines


def _claim(finding: Finding, width: int) -> list[Line]:
    sign, style = SIGNS[finding.evidence.verdict]
    claim = finding.claim
    text = f"{claim.first.name or claim.first.id} {HEADS[claim.kind][1]} {claim.second.name or claim.second.id}"
    mark = Piece(f"{sign} {finding.evidence.verdict}", style)
    room = width - 2 - width_of((mark,)) - 2
    first = cut(line("  ", *fill(cut(line(one_line(text)), room), room), "  ", mark), width)
    return [first, *(line("    ", Piece(part, "dim")) for part in wrap(measured(finding), max(width - 4, 8)))]


def measured(finding: Finding) -> str:
    """What was measured, in words."""
    found, every = finding.evidence, finding.every
    if found.size is None or found.interval is None or found.lag is None:
        least = "more" if found.n >= FEWEST else f"{FEWEST}"
        return f"{_count(found.n, every)} with both values, and it takes {least}"
    when = "in the same period" if found.lag == 0 else f"after {_count(found.lag, every)}"
    declared = " as declared" if finding.declared else ""
    low, high = found.interval
    return (
        f"correlation of what is new {_two(found.size)} {when}{declared}, 95% interval {_two(low)} to {_two(high)}, "
        f"{_count(found.n, every)}"
    )


def _count(count: int, every: str) -> str:
    return f"{count} {every}{'' if count == 1 else 's'}"


def _two(number: float) -> str:
    """A number with two decimals."""
    return format_digits(f"{number:.2f}")
