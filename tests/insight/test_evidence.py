"""Evidence: what is new in a series, critical values, verdicts, and the level and power of the test."""

from __future__ import annotations

import random
import statistics
from itertools import accumulate
from typing import Any

import pytest
from helpers.builders import at_least, at_most, kpi_of, plan_of, results_of, series_of

from kpi.insight.critical_values import CRITICAL
from kpi.insight.evidence import correlation, critical_value, evidence, new_in, whitened
from kpi.plan.model import Kpi, Lead
from kpi.status.claims import Finding, aligned, claims_of, evidence_view


def noise(seed: int, count: int) -> list[float]:
    seeded = random.Random(seed)
    return [seeded.gauss(0, 1) for _ in range(count)]


def pair(seed: int, count: int, lag: int, effect: float = 0.9) -> tuple[list[float], list[float]]:
    """Two random walks; the changes of the second follow those of the first."""
    first, own = noise(seed, count + lag), noise(seed + 1, count + lag)
    second = [effect * first[place - lag] + (1 - effect**2) ** 0.5 * own[place] for place in range(lag, count + lag)]
    return list(accumulate(first[lag:])), list(accumulate(second))


def test_a_correlation_is_that_of_the_standard_library() -> None:
    one, other = noise(1, 30), noise(2, 30)
    assert correlation(one, other) == pytest.approx(statistics.correlation(one, other))
    assert correlation([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]) == 0


def test_whitening_finds_the_news_in_an_autoregression() -> None:
    news = noise(3, 400)
    series = list(accumulate(news, lambda level, one: 0.8 * level + one))
    found = whitened(series)
    assert found is not None
    assert statistics.correlation(found, news[-len(found) :]) > 0.98
    assert abs(statistics.correlation(found[1:], found[:-1])) < 0.1


def test_white_noise_is_only_centred() -> None:
    series = noise(4, 200)
    found = whitened(series)
    assert found is not None
    assert found == pytest.approx([one - statistics.fmean(series) for one in series][-len(found) :], abs=0.3)


def test_a_constant_or_a_straight_line_has_no_news() -> None:
    assert whitened([3.0] * 30) is None
    assert new_in([2.0 * place for place in range(30)]) is None
    assert evidence([3.0] * 30, noise(1, 30)).verdict == "too little data"


def test_a_season_is_taken_out_of_what_is_new() -> None:
    base = list(accumulate(noise(5, 60)))
    seasonal = [one + 20 * (place % 12) for place, one in enumerate(base)]
    plain, without = new_in(base, 12), new_in(seasonal, 12)
    assert plain is not None
    assert without is not None
    assert without == pytest.approx(plain)


def test_critical_values_fall_with_the_number_of_values_and_rise_with_that_of_lags() -> None:
    for table in CRITICAL.values():
        values = [table[n] for n in sorted(table)]
        assert values == sorted(values, reverse=True)
    assert all(CRITICAL[1][n] < CRITICAL[6][n] for n in CRITICAL[1])
    assert critical_value(36, 6) == CRITICAL[6][36]
    assert CRITICAL[6][42] < critical_value(39, 6) < CRITICAL[6][36]
    assert critical_value(480, 6) == pytest.approx(CRITICAL[6][120] / 2)


@pytest.mark.parametrize("lag", [1, 3, 6])
def test_what_leads_is_supported_at_its_lag(lag: int) -> None:
    found = evidence(*pair(10, 48, lag))
    assert (found.verdict, found.lag, found.n) == ("supported", lag, 48)
    assert found.size is not None
    assert found.interval is not None
    assert found.interval[0] < found.size < found.interval[1]


def test_the_sign_of_the_claim_matters() -> None:
    assert evidence(*pair(10, 48, 2), sign=-1).verdict == "contradicted"
    first, second = pair(10, 48, 2)
    assert evidence(first, [-one for one in second], sign=-1).verdict == "supported"


def test_two_trends_do_not_support_each_other() -> None:
    one, other = noise(20, 40), noise(21, 40)
    rising = (
        [place + 2 * value for place, value in enumerate(one)],
        [3 * place + value for place, value in enumerate(other)],
    )
    assert statistics.correlation(*rising) > 0.9
    assert evidence(*rising).verdict == "not supported"


def test_less_than_24_values_are_too_few() -> None:
    first, second = pair(10, 30, 1)
    assert evidence(first[:23], second[:23]).verdict == "too little data"
    assert evidence(first[:24], second[:24]).verdict != "too little data"
    assert evidence(first, second, lags=[20]).verdict == "too little data"


def test_unrelated_series_are_seldom_supported() -> None:
    verdicts = [evidence(noise(2 * seed, 36), noise(2 * seed + 1, 36), season=12).verdict for seed in range(400)]
    assert verdicts.count("supported") / 400 <= 0.06  # 3% and what chance adds


# Claims of a plan.


def findings(*kpis: tuple[Kpi, list[float]]) -> list[Finding]:
    series = [series_of(*values, id_=kpi.id, every=kpi.every) for kpi, values in kpis]
    return list(evidence_view(plan_of([kpi for kpi, _ in kpis]), results_of(series)).findings)


def test_the_claims_of_a_plan() -> None:
    kpis = [
        kpi_of("a", goal="g", kind="proxy", leads=(Lead("b", None, 0), Lead("c", "2 months", "c"))),
        kpi_of("b", goal="g", kind="direct", guardrails=("c",)),
        kpi_of("c", goal="other", kind="direct"),
    ]
    found = [(claim.kind, claim.first.id, claim.second.id) for claim in claims_of(plan_of(kpis))]
    assert found == [("leads", "a", "b"), ("leads", "a", "c"), ("guardrail", "b", "c"), ("proxy", "a", "b")]


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (at_least(1), at_least(1), "supported"),
        (at_most(1), at_most(1), "supported"),
        (at_least(1), at_most(1), "contradicted"),
        (None, None, "supported"),
    ],
)
def test_more_leads_to_more_of_what_should_rise(first: Any, second: Any, verdict: str) -> None:
    values = pair(30, 40, 2)
    (found,) = findings(
        (kpi_of("a", leads=("b",), target=first), values[0]), (kpi_of("b", target=second), values[1])
    )  # fmt: skip
    assert (found.evidence.verdict, found.declared) == (verdict, False)


@pytest.mark.parametrize(("lag", "periods"), [("3 months", 3), ("1 quarter", 3), ("45 days", 1), ("1 year", 12)])
def test_a_declared_lag_is_tested_alone(lag: str, periods: int) -> None:
    first, second = pair(40, 60, periods)
    (found,) = findings((kpi_of("a", leads=(Lead("b", lag, "b"),)), first), (kpi_of("b"), second))
    assert (found.declared, found.evidence.lag, found.evidence.verdict) == (True, periods, "supported")


def test_a_guardrail_is_needed_where_one_improves_at_the_expense_of_the_other() -> None:
    first, second = pair(50, 40, 1)
    worse = [-one for one in second]
    for values, verdict in ((worse, "supported"), (second, "contradicted")):
        (found,) = findings((kpi_of("a", guardrails=("b",)), first), (kpi_of("b"), values))
        assert found.evidence.verdict == verdict


def test_periods_of_two_lengths_are_compared_in_the_longer_ones() -> None:
    months = series_of(*map(float, range(12)), every="month")
    quarters = series_of(10.0, 20.0, 30.0, 40.0, every="quarter")
    pairs = [[(p.period, p.value or 0.0) for p in (*one.history, one.shown)] for one in (months, quarters)]
    one, other = aligned(pairs[0], pairs[1])
    assert [(period.label, value) for period, value in one] == [
        ("2025-Q3", 2.0), ("2025-Q4", 5.0), ("2026-Q1", 8.0), ("2026-Q2", 11.0),
    ]  # fmt: skip
    assert [value for _, value in other] == [10.0, 20.0, 30.0, 40.0]
    assert aligned(pairs[1], pairs[0]) == (other, one)
