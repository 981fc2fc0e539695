"""The values of a KPI under two definitions, as they are shown."""

from __future__ import annotations

from helpers.builders import kpi_of, plan_of, results_of, series_of

from kpi.status.value_changes import Pair, value_changes


def history(before: list[float], after: list[float], unit: str) -> tuple[Pair, ...]:
    sides = [(plan_of([kpi_of(unit=unit)]), results_of([series_of(*values)])) for values in (before, after)]
    return value_changes({"sales": "sales"}, sides[0], sides[1], periods=len(before))["sales"].history


def test_the_history_has_one_precision() -> None:
    found = history([32.5, 31.0, 33.0], [32.55, 31.0, 40.0], "EUR")
    assert [(pair.before_display, pair.after_display) for pair in found] == [
        ("€32.50", "€32.55"), ("€31.00", "€31.00"), ("€33.00", "€40.00"),
    ]  # fmt: skip


def test_values_that_differ_look_different_all_the_same() -> None:
    (pair,) = history([0.03003], [0.03012], "%")
    assert (pair.before_display, pair.after_display) == ("3.00%", "3.01%")
