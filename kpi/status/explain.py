"""What moved a KPI: its parts as KPIs of their own, so that they are computed as the KPI is, and what each adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from kpi.errors import InputError, UsageError
from kpi.formulas import nodes, unparse
from kpi.insight.contributions import (
    Contribution,
    Op,
    Segment,
    SegmentContribution,
    Term,
    contributions,
    ratio_by_segments,
    sum_by_segments,
)
from kpi.plan.checks.dependencies import formula_dependencies
from kpi.plan.model import Kpi, Split
from kpi.run.additivity import is_additive_over_segments
from kpi.run.scope import with_moment
from kpi.run.series import EMPTY
from kpi.values import Unit, difference, display_apart, format_change, parse_unit, round12

if TYPE_CHECKING:
    from kpi.plan.checks import Checked
    from kpi.run.series import Point, Results, Series

SHOWN = 8  # segments; all others are put together
MOST_SEGMENTS = 10_000
REST = "what counts in several parts"
_OPS: dict[str, Op] = {"+": "+", "-": "-", "*": "*", "/": "/"}


@dataclass(frozen=True)
class Part:
    """A part of a formula: the id of the KPI that has its value, None for a number, which is ``value``.
    ``same_unit``: it is in the unit of the whole, as what is added up is, and an amount of money or time that is
    divided by a count."""

    name: str
    op: Op
    id: str | None
    value: float | None = None
    below: tuple[Part, ...] = ()
    same_unit: bool = False


class Ratio(NamedTuple):
    """A formula as ``factor * (top / bottom) + offset``; without ``bottom`` it is a sum."""

    top: nodes.Node
    bottom: nodes.Node | None
    factor: float = 1.0


@dataclass(frozen=True)
class ExplainView:
    """What ``kpi explain`` shows: a value, the one before, and what each part adds to the change. ``tree`` is by the
    formula, ``segments`` by the values of the column ``by``; one of them is there. ``others`` is how many segments the
    last one but the rest puts together, 0 if all are shown; ``notes`` are what bears on the value."""

    kpi: Kpi
    as_of: date
    point: Point
    previous: Point
    change: float
    tree: Contribution | None = None
    by: str | None = None
    segments: tuple[SegmentContribution, ...] = ()
    others: int = 0
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the KPI, or its id."""
        return self.kpi.name or self.kpi.id

    @property
    def unit(self) -> Unit:
        """The unit of the KPI."""
        return parse_unit(self.kpi.unit)

    @property
    def sentence(self) -> str:
        """What moved the KPI most, in one sentence."""
        value, previous = self.point.value or 0.0, self.previous.value or 0.0
        texts = display_apart(previous, value, self.unit)
        before, now = f"{texts[0]} in {self.previous.period.label}", f"{texts[1]} in {self.point.period.label}"
        if self.change == 0:
            return f"{self.name} is {now}, as it was in {self.previous.period.label}"
        verb = "rose" if self.change > 0 else "fell"
        largest = sorted(self.amounts(), key=lambda one: -abs(one[1]))[:3]
        named = ", ".join(f"{name} {format_change(amount, self.unit, value)}" for name, amount in largest if amount)
        return f"{self.name} {verb} from {before} to {now}: {named}"

    def amounts(self) -> Iterator[tuple[str, float]]:
        """What the sentence names: the segments, or the measures and aggregates of the formula."""
        if self.tree is None:
            for one in self.segments:
                yield one.segment.name, one.amount
            return
        waiting = [self.tree]
        while waiting:
            part = waiting.pop()
            if part.term.op in ("leaf", "="):
                yield part.term.name, part.amount
            else:
                waiting.extend(part.below)


# By the formula.


def by_formula(checked: Checked, id_: str) -> tuple[Checked, Part]:
    """The plan with a KPI for each part of the formula of ``id_``, and these parts. Raises UsageError for a KPI without
    a formula."""
    formula = _formula(checked, id_)
    maker = _Maker(checked, id_)
    part = maker.part(formula, same_unit=True)
    return maker.plan(), part


def explain_by_formula(checked: Checked, results: Results, id_: str, part: Part) -> ExplainView:
    """The view of the parts of a formula, from the results for the plan of :func:`by_formula`. Raises InputError where
    a value is missing."""
    series = results.series[id_]
    now, before = _points(series, id_)
    term = _term(part, results.series, now.period.label)
    scale = _scale(term, now, before)
    found = contributions(term, scale)
    return ExplainView(
        checked.plan.kpis[id_], results.as_of, now, before, _change(now, before), found, notes=series.notes
    )


def _scale(term: Term, now: Point, before: Point) -> float:
    """The KPI's scale in that of the parts: a KPI in minutes of parts in seconds has 1/60."""
    for value, own in ((now.value, term.after), (before.value, term.before)):
        if value and own:
            return round12(value / own)
    return 1.0


def _term(part: Part, series: Mapping[str, Series], period: str) -> Term:
    if part.id is None:
        value = part.value or 0.0
        return Term(part.name, "leaf", value, value, same_unit=part.same_unit)
    own = series[part.id]
    before = None if own.previous is None else own.previous.value
    if own.failed and own.problem:
        raise InputError(own.problem)
    if own.shown.value is None or before is None:
        raise InputError(_no_value(own, part.name))
    below = tuple(_term(one, series, period) for one in part.below)
    return Term(part.name, part.op, before, own.shown.value, below, part.same_unit)


class _Maker:
    """Makes a KPI for each part of a formula."""

    def __init__(self, checked: Checked, id_: str) -> None:
        self.checked = checked
        self.kpi = checked.plan.kpis[id_]
        self.kpis: dict[str, Kpi] = {}
        self.trees: dict[str, nodes.Node] = {}

    def part(self, node: nodes.Node, *, same_unit: bool = False) -> Part:
        """The part that a node is, with those below it."""
        name = unparse(node)
        if isinstance(node, nodes.Literal_):
            return Part(name, "leaf", None, float(node.value))
        id_ = self.add(node)
        match node:
            case nodes.Arithmetic(op=op, left=left, right=right):
                first, second = self._units(node) if same_unit else (False, False)
                below = self.part(left, same_unit=first), self.part(right, same_unit=second)
                return Part(name, _OPS[op], id_, None, below, same_unit)
            case nodes.Negative(operand=operand):
                return Part(name, "negative", id_, None, (self.part(operand, same_unit=same_unit),), same_unit)
            case nodes.Name(name=measure) if measure in self.checked.measures:
                whole = with_moment(self.checked.measures[measure], node.moment)
                return Part(name, "=", id_, None, (self.part(whole, same_unit=same_unit),), same_unit)
        return Part(name, "leaf", id_, same_unit=same_unit)

    def _units(self, node: nodes.Arithmetic) -> tuple[bool, bool]:
        """Whether the two sides of an operation are in the unit of its result."""
        if node.op in ("+", "-"):
            return True, True
        is_amount = parse_unit(self.kpi.unit).kind in ("currency", "duration")
        first, second = self._is_number(node.left), self._is_number(node.right)
        return is_amount and second, is_amount and first and node.op == "*"

    def _is_number(self, node: nodes.Node) -> bool:
        """Whether a node is a number or a count, which have no unit."""
        match node:
            case nodes.Literal_() | nodes.Aggregate(function="count" | "count_distinct"):
                return True
            case nodes.Name(name=name) if name in self.checked.measures:
                return self._is_number(self.checked.measures[name])
        return False

    def add(self, node: nodes.Node, split: str | None = None) -> str:
        """The id of a new KPI with this formula; it is not one that a file can have."""
        id_ = f"{self.kpi.id}/{len(self.kpis)}"
        unit = self.kpi.unit if parse_unit(self.kpi.unit).kind == "duration" else None
        update = {
            "id": id_, "formula": unparse(node), "unit": unit, "target": None, "thresholds": None, "baseline": None,
            "goal": None, "guardrails": (), "leads": (),
            "split": None if split is None else Split.model_construct(by=split, limit=MOST_SEGMENTS, targets={}),
        }  # fmt: skip
        self.kpis[id_] = self.kpi.model_copy(update=update)
        self.trees[id_] = node
        return id_

    def plan(self) -> Checked:
        """The plan with the new KPIs."""
        checked, graph = self.checked, self.checked.dependencies
        whole = {self.kpi.id: self.kpi.model_copy(update={"split": None})}
        plan = checked.plan.model_copy(update={"kpis": {**checked.plan.kpis, **whole, **self.kpis}})
        formulas = {id_: formula_dependencies(node) for id_, node in self.trees.items()}
        changed = replace(
            graph, plan=plan, trees={**graph.trees, **self.trees}, formulas={**graph.formulas, **formulas}, _behind={}
        )
        return checked._replace(
            plan=plan, formulas={**checked.formulas, **self.trees}, dependencies=changed
        )  # fmt: skip


def _formula(checked: Checked, id_: str) -> nodes.Node:
    formula = checked.formulas.get(id_)
    if formula is None:
        raise UsageError(
            f"{id_} has no formula, so there are no parts to explain it by", hint=f"kpi show {id_} has its history"
        )
    return formula


def _points(series: Series, id_: str) -> tuple[Point, Point]:
    if series.failed and series.problem:
        raise InputError(series.problem)
    if series.shown.value is None or series.previous is None or series.previous.value is None:
        raise InputError(_no_value(series, id_))
    return series.shown, series.previous


def _no_value(series: Series, name: str) -> str:
    """Why the value shown and the one that it is measured against cannot be compared."""
    label = series.shown.period.label
    if series.shown.value is None:
        return f"{name} has no value in {label}"
    known = (series.shown, *reversed(series.history[-1:]))
    partial = next((point.period.label for point in known if point.partial), None)
    if partial is not None and series.previous is None:
        return f"{name} cannot be compared: in {partial} its window begins before the first row of the data"
    return f"{name} has no value to compare {label} with"


def _change(now: Point, before: Point) -> float:
    return difference(now.value or 0.0, before.value or 0.0)


# By the values of a column.


def by_column(checked: Checked, id_: str, column: str) -> tuple[Checked, Ratio, tuple[str, ...]]:
    """The plan with a KPI for the numerator and one for the denominator of the formula of ``id_``, both split by
    ``column``, the formula as a ratio, and the ids of the two (or the one of a sum). Raises UsageError for a formula
    that is neither a sum nor a ratio of sums."""
    formula = _formula(checked, id_)
    ratio = as_ratio(formula, checked)
    if ratio is None:
        message = f"{id_} cannot be explained by the values of a column"
        raise UsageError(message, hint="its formula is neither a sum or count nor a ratio of these")
    maker = _Maker(checked, id_)
    ids = tuple(maker.add(node, column) for node in (ratio.top, ratio.bottom) if node is not None)
    return maker.plan(), ratio, ids


def as_ratio(node: nodes.Node, checked: Checked, factor: float = 1.0) -> Ratio | None:
    """A formula as a sum or a ratio of sums, times a number; None for any other."""
    match node:
        case nodes.Name(name=name) if name in checked.measures:
            return as_ratio(with_moment(checked.measures[name], node.moment), checked, factor)
        case nodes.Aggregate(function="avg", per=None, operand=nodes.Node() as operand):
            known = nodes.IsNone(operand, negated=True)
            rows = known if node.filter is None else nodes.All((node.filter, known))
            count = replace(node, function="count", column=None, expression=None, filter=rows)
            return Ratio(replace(node, function="sum"), count, factor)
        case nodes.Negative(operand=operand):
            return as_ratio(operand, checked, -factor)
        case nodes.Arithmetic(op="-" | "+" as op, left=nodes.Literal_(), right=right):
            return as_ratio(right, checked, -factor if op == "-" else factor)
        case nodes.Arithmetic(op="-" | "+", left=left, right=nodes.Literal_()):
            return as_ratio(left, checked, factor)
        case (
            nodes.Arithmetic(op="*", left=nodes.Literal_(value=value), right=scaled)
            | nodes.Arithmetic(op="*", left=scaled, right=nodes.Literal_(value=value))
        ):
            return as_ratio(scaled, checked, factor * float(value))
        case nodes.Arithmetic(op="/", left=scaled, right=nodes.Literal_(value=value)) if value:
            return as_ratio(scaled, checked, factor / float(value))
    if is_additive_over_segments(node, checked):
        return Ratio(node, None, factor)
    if not (isinstance(node, nodes.Arithmetic) and node.op == "/"):
        return None
    sums = is_additive_over_segments(node.left, checked) and is_additive_over_segments(node.right, checked)
    return Ratio(node.left, node.right, factor) if sums else None


def explain_by_column(checked: Checked, results: Results, id_: str, ids: tuple[str, ...], factor: float) -> ExplainView:
    """The view of the segments of a KPI, from the results for the plan of :func:`by_column`. Raises InputError where a
    value is missing."""
    series = results.series[id_]
    now, before = _points(series, id_)
    change = _change(now, before)
    values: dict[str, list[tuple[float, float]]] = {}
    column = ""
    for place, own in enumerate(ids):
        split = results.series[own].split
        if split is None or split.problem is not None:
            raise InputError((split and split.problem) or f"{id_} cannot be split")
        column = split.by
        for part in split.parts:
            name = EMPTY if part.value is None else part.value
            pair = values.setdefault(name, [(0.0, 0.0)] * len(ids))
            previous = None if part.series.previous is None else part.series.previous.value
            pair[place] = previous or 0.0, part.series.shown.value or 0.0
    segments = [
        Segment(name, (pair[0][0], pair[-1][0]), (pair[0][1], pair[-1][1])) for name, pair in values.items()
    ]  # fmt: skip
    try:
        found = sum_by_segments(segments) if len(ids) == 1 else ratio_by_segments(segments)
    except ZeroDivisionError:
        raise InputError(f"{id_} has no value in one of the two periods") from None
    found = [
        one._replace(
            amount=one.amount * factor,
            rate=None if one.rate is None else one.rate * factor,
            mix=None if one.mix is None else one.mix * factor,
        )
        for one in found
    ]
    shown, others = _largest(found)
    rest = change - sum(one.amount for one in found)
    if abs(rest) > 1e-9 * max(abs(change), *(abs(one.amount) for one in found), 1e-12):
        shown.append(SegmentContribution(Segment(REST, (0.0, 0.0), (0.0, 0.0)), rest))
    return ExplainView(
        checked.plan.kpis[id_], results.as_of, now, before, change, None, column, tuple(shown), others,
        results.series[id_].notes,
    )  # fmt: skip


def _largest(found: list[SegmentContribution]) -> tuple[list[SegmentContribution], int]:
    """The segments that add most, largest first, and all others as one; how many these are."""
    order = sorted(found, key=lambda one: (-abs(one.amount), one.segment.name))
    if len(order) <= SHOWN:
        return order, 0
    rest = order[SHOWN - 1 :]
    before, after = (
        tuple(sum(getattr(one.segment, side)[place] for one in rest) for place in (0, 1))
        for side in ("before", "after")
    )
    both = all(one.rate is not None and one.mix is not None for one in rest)
    other = SegmentContribution(
        Segment("other", (before[0], before[1]), (after[0], after[1])),
        sum(one.amount for one in rest),
        sum(one.rate or 0.0 for one in rest) if both else None,
        sum(one.mix or 0.0 for one in rest) if both else None,
    )
    return [*order[: SHOWN - 1], other], len(rest)
