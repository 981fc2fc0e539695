"""Whether a goalpost moved, and which way. Each case is held in both directions."""

from __future__ import annotations

import pytest
from diff.made_plans import changes, kpi_changes

MIRROR = {"loosened": "tightened", "tightened": "loosened", "later": "earlier", "earlier": "later"}
B = "baseline: 20, "


def kinds(before: str, after: str) -> list[tuple[str, str | None]]:
    return [(change.kind, change.field) for change in kpi_changes(before, after)]


def hold(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(kinds(before, after)) == sorted(expected)
    mirrored = [(MIRROR.get(kind, kind), field) for kind, field in expected]
    assert sorted(kinds(after, before)) == sorted(mirrored)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("at least 30", "at or above 30.0"),
        ("at least 30", '">= 30"'),
        ("at most 1_200", "up to 1.2k"),
        ("above 4.5", "over 4.5"),
        ("between 20 and 30", "between 20.0 and 30.0"),
        ("at least 30 by 2026-12-31", '"≥ 30 by 2026-12-31"'),
        ("at least budget", "at least 100% of budget"),
    ],
)
def test_another_way_to_write_it_is_no_change(before: str, after: str) -> None:
    budget = "measures: {budget: count(orders)}\nkpis:\n  sales: {name: Sales, target: "
    assert changes(f"{budget}{before}}}\n", f"{budget}{after}}}\n") == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("at least 30", "at least 25", ["loosened"]),
        ("at most 12", "at most 15", ["loosened"]),
        ("above 30", "at least 30", ["loosened"]),
        ("below 5", "at most 5", ["loosened"]),
        ("above 30", "at least 29", ["loosened"]),
        ("between 20 and 30", "between 20 and 31", ["loosened"]),
        ("between 20 and 30", "between 19 and 30", ["loosened"]),
        ("between 20 and 30", "at least 20", ["loosened"]),
        ("between 20 and 30", "at most 30", ["loosened"]),
        ("between 20 and 30", "between 25 and 35", ["loosened", "tightened"]),
        ("exactly 5", "at least 5", ["loosened"]),
        ("exactly 5", "between 4 and 6", ["loosened"]),
        ("exactly 5", "exactly 6", ["loosened", "tightened"]),
        ("at least 30", "at most 30", ["loosened", "tightened"]),
        ("at least 30 by 2026-12-31", "at least 30 by 2027-03-31", ["later"]),
        ("at least 30", "at least 30 by 2026-12-31", ["later"]),
        ("at least 30 by 2026-12-31", "at least 25 by 2027-03-31", ["loosened", "later"]),
        ("at least 30 by 2026-12-31", "at least 35 by 2027-03-31", ["tightened", "later"]),
    ],
)
def test_a_target(before: str, after: str, expected: list[str]) -> None:
    hold(f"target: {before}", f"target: {after}", [(kind, "target") for kind in expected])


def test_a_target_that_is_dropped_was_loosened() -> None:
    hold("target: at least 30 by 2026-12-31", "every: month", [("loosened", "target")])
    hold("target: {2026-Q3: at least 24}", "every: month", [("loosened", "target")])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("20% more", "15% more", ["loosened"]),
        ("20% less", "15% less", ["loosened"]),
        ("20% more", "at least 24", []),
        ("20% more", "at least 23", ["loosened"]),
        ("20% more by 2026-12-31", "20% more by 2027-12-31", ["later"]),
    ],
)
def test_a_relative_target_is_the_number_that_it_means(before: str, after: str, expected: list[str]) -> None:
    hold(f"{B}target: {before}", f"{B}target: {after}", [(kind, "target") for kind in expected])


def test_a_baseline_moves_the_target_that_hangs_on_it() -> None:
    before, after = "unit: EUR, baseline: 4000, target: 20% more", "unit: EUR, baseline: 3500, target: 20% more"
    hold(before, after, [("baseline", "baseline"), ("loosened", "target")])
    target = next(one for one in kpi_changes(before, after) if one.field == "target")
    # The text is the same on both sides, so the number that it means stands beside it.
    assert (target.before, target.after) == ("20% more (€4.8k)", "20% more (€4.2k)")


def test_a_negative_baseline_is_made_more_by_its_size() -> None:
    hold("baseline: -20, target: 50% more", "baseline: -20, target: at least -10", [])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("at least 95% of budget", "at least 90% of budget", ["loosened"]),
        ("at most 95% of budget", "at most budget", ["loosened"]),
        ("at least budget", "above budget", ["tightened"]),
        ("at least budget", "at least plan", ["other"]),
        ("at least budget", "at least 100", ["other"]),
        ("between 90% of budget and budget", "between 80% of budget and budget", ["loosened"]),
        ("between 90% of budget and budget", "between 90% of budget and plan", ["other"]),
    ],
)
def test_a_target_that_names_a_measure(before: str, after: str, expected: list[str]) -> None:
    head = "measures: {budget: count(orders), plan: count(visits)}\nkpis:\n  sales: {name: Sales, target: "
    for old, new, wanted in (
        (before, after, expected),
        (after, before, [MIRROR.get(kind, kind) for kind in expected]),
    ):
        found = changes(f"{head}{old}}}\n", f"{head}{new}}}\n")
        assert [(change.kind, change.field) for change in found] == [(kind, "target") for kind in wanted]


def test_a_target_that_cannot_be_compared_counts_as_loosened() -> None:
    head = "measures: {budget: count(orders)}\nkpis:\n  sales: {name: Sales, formula: "
    found = changes(
        f"{head}count(orders), target: at least budget}}\n", f"{head}count(visits), target: at least 5}}\n"
    )  # fmt: skip
    assert [change.field for change in found] == ["target", "formula"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("{2026-Q3: at least 24}", "{2026-Q3: at least 23}", [("loosened", "target.2026-Q3")]),
        ("{2026-Q3: at least 24}", "{2026-Q3: at least 24, 2026-Q4: at least 26}", [("tightened", "target.2026-Q4")]),
        ("{2026-Q3: at least 24}", "{2026-Q3: at least 24, 2026-Q4: at least 24}", [("other", "target.2026-Q4")]),
        ("{2026-Q3: at least 24}", "{2026-Q2: at least 20, 2026-Q3: at least 24}", [("tightened", "target.2026-Q2")]),
        ("{2026-Q3: at least 24}", "{2026-Q4: at least 24}", [("later", "target")]),
        ("{2026-Q3: at least 24}", "{2026-07: at least 24}", []),
        (
            "{2026-Q3: at least 24, 2026-Q4: at least 26}",
            "{2026-Q3: at least 24, 2027-Q1: at least 26}",
            [("later", "target")],
        ),
        ("at least 24", "{2026-Q3: at least 24, 2026-Q4: at least 26}", [("tightened", "target")]),
        (
            "at least 25",
            "{2026-Q3: at least 24, 2026-Q4: at least 26}",
            [("tightened", "target"), ("loosened", "target")],
        ),
        ("at least 26 by 2026-12-31", "{2026-Q3: at least 24, 2026-Q4: at least 26}", [("other", "target")]),
        ("at least 26 by 2026-12-31", "{2026-Q3: at least 24, 2026-Q4: at least 25}", [("loosened", "target")]),
    ],
)
def test_S4_a_schedule(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    hold(f"target: {before}", f"target: {after}", expected)


GREEN = "thresholds: {green: at least 29}"
YELLOW = "thresholds: {green: at least 29, yellow: at least 25}"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (YELLOW, "thresholds: {green: at least 28, yellow: at least 25}", [("loosened", "thresholds.green")]),
        (YELLOW, "thresholds: {green: at least 29, yellow: at least 20}", [("loosened", "thresholds.yellow")]),
        (GREEN, YELLOW, [("loosened", "thresholds.yellow")]),
        ("", GREEN, [("tightened", "thresholds.green")]),
        # Without thresholds a target that is kept tells green from red.
        ("target: at least 30", f"target: at least 30, {GREEN}", [("loosened", "thresholds.green")]),
        (
            "target: at least 29",
            f"target: at least 29, {YELLOW}",
            [("other", "thresholds.green"), ("loosened", "thresholds.yellow")],
        ),
        # With a glide path nobody can say in general.
        (
            "target: at least 30 by 2026-12-31",
            f"target: at least 30 by 2026-12-31, {GREEN}",
            [("other", "thresholds.green")],
        ),
    ],
)
def test_thresholds(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    hold(f"every: month, {before}", f"every: month, {after}", expected)


def test_a_unit_of_time_is_no_goalpost() -> None:
    hold("unit: minutes, target: at most 4.5", "unit: seconds, target: at most 270", [("other", "unit")])
    hold(
        "unit: minutes, target: at most 5",
        "unit: hours, target: at most 5",
        [("other", "unit"), ("loosened", "target")],
    )
    before, after = (
        next(one for one in kpi_changes(*pair) if one.field == "target")
        for pair in (
            ("unit: minutes, target: at most 5", "unit: hours, target: at most 5"),
            ("unit: hours, target: at most 5", "unit: minutes, target: at most 5"),
        )
    )
    assert (before.before, before.after) == ("at most 5 (5 min)", "at most 5 (5 h)")
    assert (after.kind, after.after) == ("tightened", "at most 5 (5 min)")


def test_numbers_of_other_units_cannot_be_compared() -> None:
    hold("unit: EUR, target: at least 5", "unit: USD, target: at least 5", [("other", "unit")])
    hold("unit: EUR, target: at least 5", "unit: USD, target: at least 4", [("other", "unit"), ("other", "target")])
    hold(
        "unit: minutes, target: at most 5", "unit: points, target: at most 4", [("other", "unit"), ("other", "target")]
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("since: 2026-01-01", "since: 2026-02-01", ["later"]),
        # Left out, it is the start of the (fiscal) year of the target's date.
        ("since: 2026-01-01", "baseline: 20", []),
        ("since: 2026-02-01", "baseline: 20", ["earlier"]),
    ],
)
def test_S6_when_the_glide_path_starts(before: str, after: str, expected: list[str]) -> None:
    target = "target: at least 30 by 2026-12-31, baseline: 20"
    after = "" if after.startswith("baseline") else f", {after}"
    hold(f"{target}, {before}", f"{target}{after}", [(kind, "since") for kind in expected])


def test_a_start_without_a_way_is_neither_later_nor_earlier() -> None:
    hold("since: 2026-01-01", "every: month", [("other", "since")])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("split: channel", "split: {by: Channel, limit: 8}", []),
        ("", "split: channel", [("other", "split")]),
        ("split: channel", "split: region", [("other", "split")]),
        ("split: channel", "split: {by: channel, limit: 3}", [("other", "split.limit")]),
        (
            "split: {by: channel, targets: {web: at least 3, shop: at most 4}}",
            "split: {by: channel, targets: {web: at least 2, fair: at least 1}}",
            [
                ("loosened", "split.targets.web"),
                ("loosened", "split.targets.shop"),
                ("tightened", "split.targets.fair"),
            ],
        ),
    ],
)
def test_splits_and_the_targets_of_parts(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    hold(f"formula: count(orders), {before}", f"formula: count(orders), {after}", expected)


def test_the_target_of_a_part_has_its_own_line() -> None:
    split = "formula: count(orders)\n    split:\n      by: channel\n      targets:\n        web: at least 3\n"
    plan = f"kpis:\n  sales:\n    name: Sales\n    {split}"
    (change,) = changes(plan, plan.replace("least 3", "least 4"))
    assert (change.kind, change.field, change.before, change.after) == (
        "tightened", "split.targets.web", "at least 3", "at least 4",
    )  # fmt: skip
    assert change.place.line - changes("", plan)[0].place.line == 6
