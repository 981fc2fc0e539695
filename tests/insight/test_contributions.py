"""Contributions add up to the change, for any formula and any parts, and are what they should be in simple cases."""

from __future__ import annotations

from math import log
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpi.insight.contributions import (
    Contribution,
    Op,
    Segment,
    Term,
    contributions,
    logarithmic_mean,
    ratio_by_segments,
    sum_by_segments,
)

numbers = st.floats(-1e4, 1e4).filter(lambda value: value == 0 or abs(value) > 1e-3)


def leaf(name: str, before: float, after: float) -> Term:
    return Term(name, "leaf", before, after)


def combined(op: Op, *below: Term) -> Term:
    """A term with the values that its parts give; independent of the code under test."""
    values = []
    for side in ("before", "after"):
        parts = [getattr(part, side) for part in below]
        match op:
            case "=":
                values.append(parts[0])
            case "negative":
                values.append(-parts[0])
            case "+":
                values.append(parts[0] + parts[1])
            case "-":
                values.append(parts[0] - parts[1])
            case "*":
                values.append(parts[0] * parts[1])
            case _:
                values.append(parts[0] / parts[1])
    return Term(op, op, values[0], values[1], below)


@st.composite
def terms(draw: st.DrawFn, depth: int = 4) -> Term:
    op = draw(st.sampled_from(get_args(Op))) if depth else "leaf"
    if op == "leaf":
        return leaf("x", draw(numbers), draw(numbers))
    count = 1 if op in ("=", "negative") else 2
    below = [draw(terms(depth=depth - 1)) for _ in range(count)]
    assume(op != "/" or min(abs(below[1].before), abs(below[1].after)) > 1e-3)
    found = combined(op, *below)
    assume(max(abs(found.before), abs(found.after)) < 1e12)
    return found


def largest(part: Contribution) -> float:
    return max([abs(part.amount), *(largest(below) for below in part.below)])


def check(part: Contribution, size: float) -> None:
    if part.below:
        assert sum(below.amount for below in part.below) == pytest.approx(part.amount, rel=1e-6, abs=1e-7 * size)
    for below in part.below:
        check(below, size)


@given(terms())
def test_what_is_below_a_part_adds_up_to_it(term: Term) -> None:
    found = contributions(term)
    assert found.amount == term.after - term.before
    check(found, max(largest(found), abs(term.before), abs(term.after), 1e-9))


def test_a_product_by_logarithmic_means() -> None:
    # 10 * 5 = 50 becomes 20 * 5 = 100: all of it is the first factor's.
    found = contributions(combined("*", leaf("a", 10, 20), leaf("b", 5, 5)))
    assert [part.amount for part in found.below] == pytest.approx([50, 0])
    # 2 * 3 = 6 becomes 4 * 6 = 24: both double, so both add the same.
    found = contributions(combined("*", leaf("a", 2, 4), leaf("b", 3, 6)))
    assert [part.amount for part in found.below] == pytest.approx([9, 9])


def test_a_ratio_by_logarithmic_means() -> None:
    found = contributions(combined("/", leaf("n", 10, 30), leaf("d", 100, 200)))
    mean = (0.15 - 0.1) / log(0.15 / 0.1)
    assert [part.amount for part in found.below] == pytest.approx([mean * log(3), -mean * log(2)])


def test_a_ratio_by_the_midpoint_where_a_value_is_not_positive() -> None:
    found = contributions(combined("/", leaf("n", -10, 30), leaf("d", 100, 200)))
    assert [part.amount for part in found.below] == pytest.approx(
        [40 * (1 / 100 + 1 / 200) / 2, 10 * (1 / 200 - 1 / 100)]
    )


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_a_logarithmic_mean_is_between_its_numbers(one: float, other: float) -> None:
    mean = logarithmic_mean(one, other)
    assert min(one, other) * (1 - 1e-9) <= mean <= max(one, other) * (1 + 1e-9)
    assert mean == pytest.approx(logarithmic_mean(other, one), rel=1e-9)


sides = st.tuples(st.floats(0, 1e4), st.one_of(st.just(0.0), st.floats(0.1, 1e4)))


@given(st.lists(st.tuples(sides, sides), min_size=1, max_size=8))
def test_rate_and_mix_add_up_to_the_change(pairs: list[tuple[tuple[float, float], tuple[float, float]]]) -> None:
    segments = [Segment(str(number), *pair) for number, pair in enumerate(pairs)]
    (n0, d0), (n1, d1) = (
        (sum(pair[side][0] for pair in pairs), sum(pair[side][1] for pair in pairs)) for side in (0, 1)
    )
    assume(d0 > 0)
    assume(d1 > 0)
    found = ratio_by_segments(segments)
    size = max(n0 / d0, n1 / d1, 1e-9)
    assert sum(one.amount for one in found) == pytest.approx(n1 / d1 - n0 / d0, rel=1e-7, abs=1e-9 * size * len(pairs))
    for one in found:
        assert one.rate is not None
        assert one.mix is not None
        assert one.rate + one.mix == pytest.approx(one.amount)


def test_a_change_of_shares_alone_is_mix() -> None:
    # Two segments with ratios of 10% and 50%; the second grows from half to three quarters of the rows.
    found = ratio_by_segments([Segment("a", (5, 50), (2.5, 25)), Segment("b", (25, 50), (37.5, 75))])
    assert [one.rate for one in found] == pytest.approx([0, 0])
    # Against the mean ratio of 35%: the first shrinks below it, the second grows above it.
    assert [one.mix for one in found] == pytest.approx([-0.25 * (0.1 - 0.35), 0.25 * (0.5 - 0.35)])


def test_a_change_of_ratios_alone_is_rate() -> None:
    found = ratio_by_segments([Segment("a", (5, 50), (10, 50)), Segment("b", (25, 50), (25, 50))])
    assert [one.mix for one in found] == pytest.approx([0, 0])
    assert [one.rate for one in found] == pytest.approx([0.05, 0])


def test_a_segment_that_is_new_has_no_rate_to_change() -> None:
    found = ratio_by_segments([Segment("a", (5, 50), (5, 50)), Segment("new", (0, 0), (25, 50))])
    assert [one.rate for one in found] == pytest.approx([0, 0])
    assert sum(one.amount for one in found) == pytest.approx(0.3 - 0.1)


def test_a_sum_by_its_segments() -> None:
    found = sum_by_segments([Segment("a", (5, 0), (7, 0)), Segment("b", (4, 0), (0, 0))])
    assert [(one.amount, one.rate, one.mix) for one in found] == [(2, None, None), (-4, None, None)]
