from __future__ import annotations

import pytest

from kpi.catalog.catalog import load_catalog
from kpi.catalog.search import search

CATALOG = load_catalog()


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("MRR", "monthly_recurring_revenue"),
        ("retrun rate", "return_rate"),
        ("absenteism", "absence_rate"),
        ("do customers buy again", "repurchase_rate"),
        ("burn", "net_burn"),
        ("net promoter", "net_promoter_score"),
        ("on_time_in_full", "on_time_in_full"),
    ],
)
def test_the_best_is_first(words: str, first: str) -> None:
    assert search(CATALOG, words.split())[0].id == first


@pytest.mark.parametrize("kpi", CATALOG.kpis.values(), ids=lambda kpi: kpi.id)
def test_a_kpi_is_found_by_each_of_its_names(kpi: object) -> None:
    for name in (kpi.name, *kpi.other_names):  # type: ignore[attr-defined]
        assert kpi in search(CATALOG, name.split())[:5]


def test_a_field_leaves_out_the_others() -> None:
    assert {kpi.id for kpi in search(CATALOG, ["revenue"], "hr")} == {"revenue_per_employee"}
    assert all("hr" in kpi.fields for kpi in search(CATALOG, [], "hr"))


def test_nothing_fits_nonsense() -> None:
    assert search(CATALOG, ["xyzzy"]) == []
