"""What a plan claims of its KPIs, and what the data say of it: leading indicators, guardrails and proxies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple

from kpi.insight.evidence import LAGS, Evidence, evidence
from kpi.insight.history import History, history_of
from kpi.status.direction import direction_of
from kpi.status.outlook import breaks_of
from kpi.values import add_units, parse_lag
from kpi.values.periods import number_of, period_of

if TYPE_CHECKING:
    from kpi.plan.model import Kpi, Lead, Plan
    from kpi.run.series import Results, Series
    from kpi.values import Calendar, Period

ClaimKind = Literal["leads", "guardrail", "proxy"]
LEAP = 3  # days by which months differ
TOGETHER = range(6)  # lags of a guardrail and a proxy, which may move in the same period


class Claim(NamedTuple):
    """``first`` is said to move before ``second`` (leads), to stand for it (proxy), or, for a guardrail, to be improved
    at the expense of ``second``. ``lead`` is the entry of a leading indicator."""

    kind: ClaimKind
    first: Kpi
    second: Kpi
    lead: Lead | None = None


@dataclass(frozen=True)
class Finding:
    """A claim and the evidence for it. ``every`` is the length of the periods compared, the longer of the two; ``lag``
    and ``n`` of the evidence are in these. ``declared``: the file says how much later."""

    claim: Claim
    evidence: Evidence
    every: str
    declared: bool = False


@dataclass(frozen=True)
class EvidenceView:
    """What ``kpi evidence`` shows."""

    title: str | None
    as_of: date
    findings: tuple[Finding, ...]


def claims_of(plan: Plan) -> Iterator[Claim]:
    """All claims of a plan: leading indicators first, then guardrails, then proxies."""
    kpis = plan.kpis
    for kpi in kpis.values():
        for lead in kpi.leads:
            if lead.kpi in kpis:
                yield Claim("leads", kpi, kpis[lead.kpi], lead)
    for kpi in kpis.values():
        for name in kpi.guardrails:
            if name in kpis:
                yield Claim("guardrail", kpi, kpis[name])
    for kpi in kpis.values():
        if kpi.kind == "proxy" and kpi.goal is not None:
            for other in kpis.values():
                if other.goal == kpi.goal and other.kind == "direct":
                    yield Claim("proxy", kpi, other)


def evidence_view(plan: Plan, results: Results) -> EvidenceView:
    """The evidence for the claims between KPIs of ``results``."""
    calendar = plan.calendar.build()
    series = results.series
    found = [
        finding_of(claim, series, calendar)
        for claim in claims_of(plan)
        if claim.first.id in series and claim.second.id in series
    ]
    return EvidenceView(plan.title, results.as_of, tuple(found))


def finding_of(claim: Claim, series: Mapping[str, Series], calendar: Calendar) -> Finding:
    """The evidence for one claim."""
    first, second = (_values(kpi, series[kpi.id], calendar) for kpi in (claim.first, claim.second))
    lag = claim.lead.lag if claim.lead is not None else None
    every = claim.first.every
    if not first or not second:
        return Finding(claim, Evidence("too little data", 0), every, lag is not None)
    one, other = aligned(first, second)
    every = one[-1][0].every if one else every
    if not one:
        return Finding(claim, Evidence("too little data", 0), every, lag is not None)
    lags: Sequence[int] = LAGS if claim.kind == "leads" else TOGETHER
    if lag is not None:
        lags = [_periods(lag, one[-1][0], calendar)]
    sign = (direction_of(claim.first) or 1) * (direction_of(claim.second) or 1)
    if claim.kind == "guardrail":
        sign = -sign
    season = History((), (one[-1][0],)).season
    values = [value for _, value in one], [value for _, value in other]
    return Finding(claim, evidence(*values, season=season, sign=sign, lags=lags), every, lag is not None)


def _values(kpi: Kpi, series: Series, calendar: Calendar) -> list[tuple[Period, float]]:
    """The values of consecutive periods; none where too many are missing."""
    points = (*series.history, series.shown) if series.fresh else series.last_history
    if not series.fresh and series.last is not None:
        points = (*points, series.last)
    history = history_of(points, breaks_of(kpi, calendar))
    return list(zip(history.periods, history.values, strict=True)) if isinstance(history, History) else []


Values = list[tuple["Period", float]]


def aligned(first: Values, second: Values) -> tuple[Values, Values]:
    """The values of both in the periods that both have. Of the KPI with the shorter periods, the value of a longer one
    is that of the last period that ends in it."""
    if first[-1][0].span.days > second[-1][0].span.days + LEAP:
        longer, shorter = aligned(second, first)
        return shorter, longer
    ends = {period.end: value for period, value in first}
    days = sorted(ends)
    found = []
    for period, value in second:
        last = [day for day in days if period.start < day <= period.end]
        if last:
            found.append((period, ends[last[-1]], value))
    return [(period, value) for period, value, _ in found], [(period, value) for period, _, value in found]


def _periods(lag: str, period: Period, calendar: Calendar) -> int:
    """How many periods a lag is, cut to whole ones."""
    window = parse_lag(lag)
    later = period_of(add_units(period.start, window.count, window.unit), period.every, calendar)
    return number_of(later.start, period.every, calendar) - number_of(period.start, period.every, calendar)
