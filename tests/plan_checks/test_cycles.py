"""Circles in graphs, against a plain search."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kpi.plan.checks.cycles import components, cycles

NAMES = "abcdefg"
GRAPHS = st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES + "x"), max_size=4))


def reached(graph: dict[str, list[str]], start: str) -> set[str]:
    """All names that can be reached from ``start`` in one step or more."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for other in graph.get(waiting.pop(), []):
            if other in graph and other not in found:
                found.add(other)
                waiting.append(other)
    return found


@given(GRAPHS)
def test_components_are_those_that_reach_each_other_and_come_after_what_they_lead_to(
    graph: dict[str, list[str]],
) -> None:
    parts = components(graph)
    assert sorted(name for part in parts for name in part) == sorted(graph)
    where = {name: number for number, part in enumerate(parts) for name in part}
    for one in graph:
        for other in graph:
            together = one == other or (other in reached(graph, one) and one in reached(graph, other))
            assert (where[one] == where[other]) == together
        assert all(where[other] <= where[one] for other in reached(graph, one))


@given(GRAPHS)
def test_every_cycle_is_one_and_every_name_that_reaches_itself_is_covered(graph: dict[str, list[str]]) -> None:
    parts = components(graph)
    found = cycles(graph, parts)
    for cycle in found:
        assert cycle[0] == cycle[-1]
        assert all(other in graph[one] for one, other in pairwise(cycle))
        assert len(set(cycle)) == len(cycle) - 1
    in_cycles = {name for name in graph if name in reached(graph, name)}
    covered = {name for part in parts if any(cycle[0] in part for cycle in found) for name in part}
    assert covered == in_cycles
    assert [cycle[0] for cycle in found] == sorted((cycle[0] for cycle in found), key=list(graph).index)
