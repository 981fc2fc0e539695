"""What moved a value: the change of a formula shared out among its parts, exactly.

Differences are shared out as they are. A product or a ratio is shared out by logarithmic means where all its values are
positive (the logarithmic-mean Divisia index; Ang 2004), else by the midpoint form. Both add up to the change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Literal, NamedTuple

# How a value comes from those below it; a leaf has none, and "=" is another name for the one below.
Op = Literal["leaf", "=", "negative", "+", "-", "*", "/"]


@dataclass(frozen=True)
class Term:
    """A part of a formula with its values before and after. ``same_unit``: they are in the unit of the whole."""

    name: str
    op: Op
    before: float
    after: float
    below: tuple[Term, ...] = ()
    same_unit: bool = False


class Contribution(NamedTuple):
    """What a part of a formula adds to the change of the whole, and what those below it add to that."""

    term: Term
    amount: float
    below: tuple[Contribution, ...] = ()


class Segment(NamedTuple):
    """One part of the rows: its numerator and denominator before and after. The numerator of a sum is alone, and
    its denominators are 0."""

    name: str
    before: tuple[float, float]
    after: tuple[float, float]


class SegmentContribution(NamedTuple):
    """What a segment adds to the change of the whole: by its own ``rate``, and by its share of the whole (``mix``). A
    sum has neither."""

    segment: Segment
    amount: float
    rate: float | None = None
    mix: float | None = None


def contributions(term: Term, weight: float = 1.0) -> Contribution:
    """The contributions of all parts of ``term`` to its change, times ``weight``. The amounts below a part add up to
    its own."""
    below = tuple(
        contributions(part, weight * share) for part, share in zip(term.below, _shares(term), strict=True)
    )  # fmt: skip
    return Contribution(term, weight * (term.after - term.before), below)


def _shares(term: Term) -> tuple[float, ...]:
    """For each part below, by how much the value of ``term`` changes for each unit that the part changes by."""
    match term.op:
        case "leaf":
            return ()
        case "=":
            return (1.0,)
        case "negative":
            return (-1.0,)
        case "+":
            return (1.0, 1.0)
        case "-":
            return (1.0, -1.0)
    one, other = term.below
    positive = min(one.before, one.after, other.before, other.after, term.before, term.after) > 0
    if positive:
        mean = logarithmic_mean(term.before, term.after)
        sign = 1 if term.op == "*" else -1
        first, second = (logarithmic_mean(part.before, part.after) for part in (one, other))
        return mean / first, sign * mean / second
    if term.op == "*":
        return (other.before + other.after) / 2, (one.before + one.after) / 2
    return (
        (1 / other.before + 1 / other.after) / 2,
        -(one.before + one.after) / 2 / (other.before * other.after),
    )  # fmt: skip


def logarithmic_mean(one: float, other: float) -> float:
    """The logarithmic mean of two positive numbers, which lies between them."""
    if abs(other - one) < 1e-6 * one:  # the limit, to second order
        return (one + other) / 2 - (other - one) * ((other - one) / (12 * one))
    return (other - one) / (log(other) - log(one))  # the logarithm of the ratio could overflow


def sum_by_segments(segments: Sequence[Segment]) -> list[SegmentContribution]:
    """What each segment adds to the change of their sum."""
    return [SegmentContribution(one, one.after[0] - one.before[0]) for one in segments]


def ratio_by_segments(segments: Sequence[Segment]) -> list[SegmentContribution]:
    """What each segment adds to the change of the ratio of the sums of the numerators and denominators.

    The rate is what the segment's own ratio changed, the mix what its share of the denominators changed, against the
    ratio of the whole: a growing segment with a low ratio counts against it. Raises ZeroDivisionError where the
    denominators of one side add up to 0.
    """
    wholes = []
    for side in ("before", "after"):
        numerators, denominators = zip(*(getattr(one, side) for one in segments), strict=True)
        wholes.append((sum(numerators), sum(denominators)))
    (n0, d0), (n1, d1) = wholes
    middle = (n0 / d0 + n1 / d1) / 2
    found = []
    for one in segments:
        (a0, b0), (a1, b1) = one.before, one.after
        share0, share1 = b0 / d0, b1 / d1
        amount = a1 / d1 - a0 / d0
        rate = _rate(a0, b0, a1, b1, share0, share1, amount)
        mix = amount - rate - middle * (share1 - share0)
        found.append(SegmentContribution(one, rate + mix, rate, mix))
    return found


def _rate(a0: float, b0: float, a1: float, b1: float, share0: float, share1: float, amount: float) -> float:
    """The part of a segment's change that comes from its own ratio; none where it has no ratio on one side."""
    if b0 == 0 or b1 == 0:
        return 0.0
    r0, r1 = a0 / b0, a1 / b1
    if min(r0, r1) > 0 and min(r0 * share0, r1 * share1) > 0:  # a product of tiny numbers may be none
        if r0 == r1:
            return 0.0
        return logarithmic_mean(r0 * share0, r1 * share1) * (log(r1) - log(r0))
    return (share0 + share1) / 2 * (r1 - r0)
