"""Finds entries that have a new id but are otherwise the same: equal formula, rows or name, and similar fields."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

from kpi.diff.fields import ComparedPlan, FieldMeanings, similarity
from kpi.diff.names import SAME, Names
from kpi.formulas.nodes import Node
from kpi.plan.checks import Checked

Pairs = dict[str, str]
Cores = Callable[[ComparedPlan, str], tuple[Hashable, ...]]
Look = Callable[[ComparedPlan, str], FieldMeanings]

MIN_SIMILARITY = 0.5  # fraction of equal fields, in addition to an equal core, of a renamed entry
MIN_GOAL_FIELDS = 3  # fields that identify a goal without its name
_MAX_PAIRS = 20_000  # of one core; beyond that, entries are too similar to match


def find_renames(before: Checked, after: Checked) -> Names:
    """The earlier and current ids of all renamed entries.

    References to a renamed entry count as unchanged, so a rename found in one round can reveal others in the next.
    """
    found = SAME
    while True:
        sides = ComparedPlan(before, found), ComparedPlan(after, SAME)
        sources = _matched(sides, "sources", _source_cores, lambda side, id_: side.source(side.plan.sources[id_]))
        measures = _matched(sides, "measures", _measure_cores, lambda side, id_: {})
        goals = _matched(sides, "goals", _goal_cores, lambda side, id_: side.goal(side.plan.goals[id_]))
        kpis = _matched(sides, "kpis", _kpi_cores, lambda side, id_: side.kpi(side.plan.kpis[id_]))
        more = Names(sources, measures | kpis, goals)
        if more == found or not any(more):
            return more
        if found != SAME and sum(map(len, more)) <= sum(map(len, found)):
            return found
        found = more


def _matched(sides: tuple[ComparedPlan, ComparedPlan], section: str, cores: Cores, look: Look) -> Pairs:
    """The removed ids that match an added entry, with its id."""
    olds: Mapping[str, object] = getattr(sides[0].plan, section)
    news: Mapping[str, object] = getattr(sides[1].plan, section)
    gone = [id_ for id_ in olds if id_ not in news]
    new = [id_ for id_ in news if id_ not in olds]
    if not gone or not new:
        return {}
    by_core: dict[Hashable, tuple[list[int], list[int]]] = {}
    for which, ids in enumerate((gone, new)):
        for number, id_ in enumerate(ids):
            for core in cores(sides[which], id_):
                by_core.setdefault(core, ([], []))[which].append(number)
    candidates: list[tuple[float, int, int, int]] = []
    for old_numbers, new_numbers in by_core.values():
        if len(old_numbers) * len(new_numbers) > _MAX_PAIRS:
            continue
        meanings = {number: look(sides[1], new[number]) for number in new_numbers}
        for old in old_numbers:
            was = look(sides[0], gone[old])
            for number in new_numbers:
                alike = similarity(was, meanings[number])
                if alike >= MIN_SIMILARITY:
                    # Pairs that share an entry never have the same sum, so both directions of a comparison match.
                    candidates.append((-alike, old + number, old, number))
    found: Pairs = {}
    taken: set[int] = set()
    for _, _, old, number in sorted(candidates):
        if gone[old] not in found and number not in taken:
            taken.add(number)
            found[gone[old]] = new[number]
    return found


def _source_cores(side: ComparedPlan, id_: str) -> tuple[Hashable, ...]:
    meanings = side.source(side.plan.sources[id_])
    return (tuple(meanings[field].meaning if field in meanings else None for field in ("path", "query", "table")),)


def _measure_cores(side: ComparedPlan, id_: str) -> tuple[Hashable, ...]:
    return _formula_cores(side, side.plan.measures[id_], side.checked.measures.get(id_))


def _formula_cores(side: ComparedPlan, text: str, tree: Node | None) -> tuple[Hashable, ...]:
    """The formula as written, and with measures replaced by their formulas."""
    return tuple(dict.fromkeys(side.formula(text, tree, whole=whole) for whole in (False, True)))


def _goal_cores(side: ComparedPlan, id_: str) -> tuple[Hashable, ...]:
    """The name of a goal, and all its other fields if there are enough of them to identify it."""
    goal = side.plan.goals[id_]
    meanings = side.goal(goal)
    rest = frozenset((name, meaning.meaning) for name, meaning in meanings.items() if name != "name")
    rest |= {("due", goal.due)} if goal.due else set()
    named = ("name", meanings["name"].text.casefold()) if "name" in meanings else None
    return tuple(core for core in (named, rest if len(rest) >= MIN_GOAL_FIELDS else None) if core is not None)


def _kpi_cores(side: ComparedPlan, id_: str) -> tuple[Hashable, ...]:
    kpi = side.plan.kpis[id_]
    if kpi.formula is not None:
        return _formula_cores(side, kpi.formula, side.checked.formulas.get(id_))
    return (frozenset(kpi.values.items()) or ("name", kpi.name.casefold()),)
