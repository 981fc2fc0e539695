"""What each entry of a plan refers to: one graph, which checks, evaluation, ``diff`` and the language server read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Literal, NamedTuple

from kpi.formulas import children, source_columns, sources
from kpi.formulas.nodes import Aggregate, At, Growth, Name, Node, Over, Shift
from kpi.frozen import frozen
from kpi.plan.model import Anchor, Kpi, Plan, Reference, Relative, Target

Path = tuple[str | int, ...]
# The field of a KPI or measure that refers to something.
Field = Literal["formula", "split", "target", "thresholds", "split.targets", "guardrails", "leads", "goal"]
# "value" is a measure or KPI named for its value; "kpi" is one named for itself.
Kind = Literal["source", "column", "value", "kpi", "goal"]


# The functions that look back beyond the period or window at hand.
LooksBack = Shift | Growth | Over


class FormulaDependencies(NamedTuple):
    """The aggregates and names in a formula, from left to right, each with the innermost function around it that looks
    back, or None; and how many levels deep the formula is nested. ``computed`` is the number of aggregates that are
    computed for one value, and ``times`` how often each of the ``names`` is: ``growth`` needs what is in it twice."""

    aggregates: tuple[tuple[Aggregate, LooksBack | None], ...] = ()
    names: tuple[tuple[Name, LooksBack | None], ...] = ()
    levels: int = 0
    computed: int = 0
    times: tuple[int, ...] = ()


NO_DEPENDENCIES = FormulaDependencies()


class Dependency(NamedTuple):
    """One reference. ``kind`` says what ``name`` is; a column has the ``source`` it belongs to (None for the column
    of a split, which every source of the formula must have). ``path`` leads to the text or value in the plan, and
    ``at`` is the span of the name in that text (None: all of it)."""

    kind: Kind
    name: str
    field: Field
    path: Path
    at: At | None = None
    source: str | None = None


def formula_dependencies(node: Node) -> FormulaDependencies:
    """The aggregates, names and depth of a formula."""
    aggregates: list[tuple[Aggregate, LooksBack | None]] = []
    names: list[tuple[Name, LooksBack | None]] = []
    times: list[int] = []
    waiting: list[tuple[Node, LooksBack | None, int, int]] = [(node, None, 1, 1)]
    levels, computed = 1, 0
    while waiting:
        part, around, level, often = waiting.pop()
        levels = max(levels, level)
        if isinstance(part, Aggregate):
            aggregates.append((part, around))
            computed += often
        elif isinstance(part, Name):
            names.append((part, around))
            times.append(often)
        else:
            inner = part if isinstance(part, LooksBack) else around
            often *= 2 if isinstance(part, Growth) else 1
            waiting += [(below, inner, level + 1, often) for below in reversed(children(part))]
    return FormulaDependencies(tuple(aggregates), tuple(names), levels, computed, tuple(times))


def target_dependencies(kpi: Kpi) -> Iterator[Dependency]:
    """The measures and KPIs that a KPI's target, schedule, thresholds and targets of a split name."""
    for field_, where, target in _targets(kpi):
        start = 0
        for bound in (target.value, target.upper):
            if isinstance(bound, Reference):
                at = _place(bound.name, target.text, start)
                start = at[1]
                yield Dependency("value", bound.name, field_, where, at)


def target_anchors(kpi: Kpi) -> list[Anchor]:
    """The earlier values of a KPI to which its own targets are relative, each once."""
    values = [target.value for _, _, target in _targets(kpi)]
    anchors = [value.to for value in values if isinstance(value, Relative) and value.to != "the baseline"]
    return list(dict.fromkeys(anchors))


def _targets(kpi: Kpi) -> list[tuple[Field, Path, Target]]:
    path: Path = ("kpis", kpi.id)
    targets: list[tuple[Field, Path, Target]] = []
    if isinstance(kpi.target, Target):
        targets.append(("target", (*path, "target"), kpi.target))
    elif kpi.target is not None:
        targets += [("target", (*path, "target", entry.label), entry.target) for entry in kpi.target]
    if kpi.thresholds is not None:
        lines = {"green": kpi.thresholds.green, "yellow": kpi.thresholds.yellow}
        targets += [("thresholds", (*path, "thresholds", name), line) for name, line in lines.items() if line]
    if kpi.split is not None:
        found = kpi.split.targets.items()
        targets += [("split.targets", (*path, "split", "targets", name), target) for name, target in found]
    return targets


def link_dependencies(kpi: Kpi) -> Iterator[Dependency]:
    """The goal that a KPI serves, and the KPIs that are its guardrails or that it leads."""
    path: Path = ("kpis", kpi.id)
    if kpi.goal is not None:
        yield Dependency("goal", kpi.goal, "goal", (*path, "goal"))
    for number, name in enumerate(kpi.guardrails):
        yield Dependency("kpi", name, "guardrails", (*path, "guardrails", number))
    for lead in kpi.leads:
        yield Dependency("kpi", lead.kpi, "leads", (*path, "leads", lead.key))


@frozen
class DependencyGraph:
    """The references of a plan.

    ``trees`` and ``formulas`` have the formulas of KPIs and measures that can be read, and what each refers to;
    ``queries`` has the sources that each ``query`` may read.
    """

    plan: Plan
    trees: Mapping[str, Node]
    formulas: Mapping[str, FormulaDependencies]
    queries: Mapping[str, tuple[str, ...]]
    _behind: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    def with_plan(self, plan: Plan) -> DependencyGraph:
        """The same graph for a plan that differs in other fields than formulas and queries."""
        return replace(self, plan=plan)

    def of(self, id_: str) -> Iterator[Dependency]:
        """Everything that a KPI or measure refers to itself, not through others."""
        path = self.path(id_)
        if (tree := self.trees.get(id_)) is not None:
            for source, at in sources(tree):
                yield Dependency("source", source, "formula", path, at)
            for source, column, at in source_columns(tree):
                yield Dependency("column", column, "formula", path, at, source)
            for name, _ in self.formulas[id_].names:
                yield Dependency("value", name.name, "formula", path, name.at)
        kpi = self.plan.kpis.get(id_)
        if kpi is not None:
            if kpi.split is not None:
                yield Dependency("column", kpi.split.by, "split", ("kpis", id_, "split", "by"))
            yield from target_dependencies(kpi)
            yield from link_dependencies(kpi)

    def path(self, id_: str) -> tuple[str, ...]:
        """The path to the formula of a KPI or measure."""
        return ("kpis", id_, "formula") if id_ in self.plan.kpis else ("measures", id_)

    def behind(self, id_: str) -> tuple[str, ...]:
        """The KPI or measure itself and all that its value comes from, however far away, each once: depth first, as
        written."""
        if id_ not in self._behind:
            self._behind[id_] = tuple(self.reach([id_]))
        return self._behind[id_]

    def reach(self, ids: Iterable[str]) -> Iterator[str]:
        """These KPIs and measures and all that their values come from, each once, as far as their formulas are
        known."""
        seen: set[str] = set()
        for id_ in ids:
            if id_ in seen:
                continue
            seen.add(id_)
            waiting = [id_]
            while waiting:
                current = waiting.pop()
                if current not in self.formulas:
                    continue
                yield current
                named = dict.fromkeys(name.name for name, _ in self.formulas[current].names)
                below = [name for name in named if name not in seen]
                seen.update(below)
                waiting.extend(reversed(below))

    def aggregates(self, ids: Iterable[str]) -> Iterator[tuple[str, Aggregate]]:
        """The aggregates that the values of these KPIs and measures come from, each with the id of the KPI or measure
        in whose formula it is."""
        for id_ in self.reach(ids):
            for aggregate, _ in self.formulas[id_].aggregates:
                yield id_, aggregate

    def row_sources(self, id_: str) -> tuple[str, ...]:
        """The sources whose rows a KPI or measure aggregates, itself or through names; also undeclared ones."""
        found: dict[str, None] = {}
        for name in self.behind(id_):
            found |= dict.fromkeys(aggregate.source for aggregate, _ in self.formulas[name].aggregates)
        return tuple(found)

    def sources(self, id_: str) -> frozenset[str]:
        """The declared sources that a value comes from, those that queries among them read included. Empty for values
        typed in by hand and for an unknown id."""
        return self.with_queried(source for source in self.row_sources(id_) if source in self.plan.sources)

    def with_queried(self, sources: Iterable[str]) -> frozenset[str]:
        """These sources, and those that the queries among them read, however far away."""
        waiting = list(sources)
        found = set(waiting)
        for source in waiting:  # grows while it is iterated over
            new = set(self.queries.get(source, ())) - found
            found |= new
            waiting += new
        return frozenset(found)

    def target_names(self, id_: str) -> list[str]:
        """The measures and KPIs that a KPI's targets and thresholds name, each once."""
        return list(dict.fromkeys(one.name for one in target_dependencies(self.plan.kpis[id_])))


def _place(name: str, text: str, start: int) -> At:
    """The span of a name in the text of a target. Words before it may be spelled like it, so it is the last match; of
    two bounds the first is looked for from the start."""
    found = list(re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text[start:]))
    if not found:
        return 0, len(text)
    match = found[0] if text.lower().startswith("between") else found[-1]
    return start + match.start(), start + match.end()
