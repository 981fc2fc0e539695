"""What a forecast and a signal say of a KPI: dates, chances, directions, and their JSON."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from helpers.builders import at_least, at_most, checked_of, kpi_of, plan_of, results_of, series_of

from kpi.plan.model import Kpi, Note
from kpi.render.output import render
from kpi.status import status_view
from kpi.status.insights import with_insights
from kpi.status.outlook import Outlook, chance_in_words
from kpi.status.signs import Signs
from kpi.status.view import KpiRow, StatusView

RISING = [
    20.0 + place / 2 for place in range(30)
]  # 34.5 in June 2026; half the slope is kept: 34.745 in July, then a quarter a month
NOISE = [10.0, 12.0, 9.0, 11.0, 10.0, 8.0, 12.0, 11.0, 9.0, 10.0, 12.0, 8.0, 11.0, 10.0]


def view(kpi: Kpi, *values: float | None, **fields: Any) -> StatusView:
    plan = plan_of([kpi])
    results = results_of([series_of(*values, **fields)])
    return with_insights(status_view(plan, results), results, checked_of(plan), 12)


def row(kpi: Kpi, *values: float | None, **fields: Any) -> KpiRow:
    return view(kpi, *values, **fields).rows[0]


def outlook(kpi: Kpi, *values: float | None) -> Outlook:
    found = row(kpi, *values).outlook
    assert found is not None
    return found


def signs(kpi: Kpi, *values: float | None) -> Signs:
    found = row(kpi, *values).signs
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("target", "label", "late", "arrival"),
    [
        (at_least(35.3, "2026-12-31"), "2026-10", -2, "reaches 35.3 in 2026-10, two months early"),
        (at_least(37, "2026-12-31"), "2027-05", 5, "reaches 37 in 2027-05, five months late"),
        (at_least(90, "2026-12-31"), None, None, "does not reach 90 in the periods that can be forecast"),
        (at_least(30, "2026-12-31"), "2026-06", -6, "has reached 30 already"),
        (at_least(90), None, None, None),
    ],
)
def test_when_a_target_is_reached(target: Any, label: str | None, late: int | None, arrival: str | None) -> None:
    found = outlook(kpi_of(target=target), *RISING)
    assert (found.reaches and found.reaches.label, found.late, found.arrival) == (label, late, arrival)


def test_a_dated_target_is_forecast_for_its_date_and_a_kept_one_for_the_next_period() -> None:
    for target, label in (
        (at_least(1, "2026-09-05"), "2026-09"), (at_least(1), "2026-07"), (at_least(1, "2026-03-31"), "2026-07"),
        (None, "2026-07"),
    ):  # fmt: skip
        found = outlook(kpi_of(target=target), *RISING)
        assert found.period is not None
        assert found.period.label == label
        assert (found.chance is None) == (target is None)


def test_a_break_in_the_notes_starts_the_series_anew() -> None:
    kpi = kpi_of(target=at_most(15), notes={"2026-03": Note.model_validate({"break": "New form"})})
    assert outlook(kpi, *RISING).problem == "it needs 8 values and has 4 since the break"


def test_the_chance_in_words_is_no_more_exact_than_it_can_be() -> None:
    assert [chance_in_words(one) for one in (0.01, 0.05, 0.648, 0.95, 0.99)] == [
        "less than 5% likely", "about 5% likely", "about 65% likely", "about 95% likely", "more than 95% likely",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("target", "value", "variation"),
    [
        (at_least(9), 30.0, "improving"),
        (at_least(9), -9.0, "concerning"),
        (at_most(9), 30.0, "concerning"),
        (at_most(9), -9.0, "improving"),
        (None, 30.0, "changed"),
        (at_least(9), 10.0, "common cause"),
    ],
)
def test_variation_is_by_the_direction_of_the_target(target: Any, value: float, variation: str) -> None:
    assert signs(kpi_of(target=target), *NOISE, value).variation == variation


@pytest.mark.parametrize(
    ("target", "assurance"),
    [
        (at_least(10), "hit and miss"), (at_most(10), "hit and miss"),
        (at_least(-50), "passes"), (at_most(90), "passes"), (at_least(90), "fails"), (at_most(-50), "fails"),
        (None, None),
    ],
)  # fmt: skip
def test_assurance_is_where_the_target_is_beside_the_limits(target: Any, assurance: str | None) -> None:
    assert signs(kpi_of(target=target), *NOISE, 10.0).assurance == assurance


def test_the_usual_range_ends_where_values_cannot_be() -> None:
    """Of shares near 0 the limits of the mean ± 2.66 moving ranges would be below 0."""
    shares = [0.01, 0.05, 0.0, 0.04, 0.01, 0.0, 0.05, 0.02, 0.0, 0.04, 0.01, 0.05, 0.0, 0.03]
    moving = [abs(after - before) for before, after in pairwise(shares[:-1])]
    mean = sum(shares[:-1]) / 13
    low = mean - 2.66 * sum(moving) / 12
    assert low < 0
    limits = signs(kpi_of(unit="%"), *shares).limits
    assert limits is not None
    assert limits.low == 0.0
    assert limits.high == pytest.approx(mean + 2.66 * sum(moving) / 12)
    assert "(0.0% to " in str(signs(kpi_of(unit="%"), *shares).sentence)
    unlimited = signs(kpi_of(unit="points"), *shares).limits
    assert unlimited is not None
    assert unlimited.low == pytest.approx(low)


def test_large_limits_have_no_decimals() -> None:
    limits = [1000 * one for one in NOISE]
    assert re.search(r"\(\d,\d{3} to [\d.]+k, ", str(signs(kpi_of(), *limits).sentence))


def test_sentences_say_since_when() -> None:
    kpi = kpi_of(target=at_most(20))
    sentence = signs(kpi, *NOISE, 40.0, *NOISE, 99.0).sentence
    assert sentence is not None
    assert sentence.endswith("for the first time since 2025-03")
    sentence = signs(kpi, *NOISE, 40.0, 99.0).sentence
    assert sentence is not None
    assert sentence.endswith("the second month in a row")


def test_json_has_new_keys_only_where_they_were_asked_for() -> None:
    shown = view(kpi_of(target=at_least(37, "2026-12-31")), *RISING)
    (kpi,) = json.loads(render(shown, "json"))["kpis"]
    forecast, signal = kpi["forecast"], kpi["signal"]
    assert (forecast["period"], forecast["reaches"], forecast["late"]) == ("2026-12", "2027-05", 5)
    assert forecast["interval"][0] <= forecast["value"] <= forecast["interval"][1]
    assert [step["period"] for step in forecast["steps"]] == [f"2026-{month:02d}" for month in range(7, 13)]
    assert 0 < forecast["chance"] < 1
    assert (signal["since"], signal["variation"], signal["assurance"]) == ("2024-01", "improving", "fails")
    assert len(kpi["history"]) == 12
    plain = json.loads(render(status_view(plan_of([kpi_of()]), results_of([series_of(1.0)])), "json"))["kpis"][0]
    assert not plain.keys() & {"forecast", "signal"}
    (kpi,) = json.loads(render(view(kpi_of(), 1.0, 2.0), "json"))["kpis"]
    assert kpi["forecast"] == {"problem": "it needs 8 values and has 2"}
    assert kpi["signal"] == {"problem": "it needs 13 values and has 2"}
