"""Cycles in graphs of names, and an order without them. Nothing recurses: a chain of names may be long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Graph = Mapping[str, Sequence[str]]

_LONGEST = 12  # names; a longer path is abbreviated


def components(graph: Graph) -> list[list[str]]:
    """The strongly connected components (Tarjan 1972), each after all that it depends on, its names in the graph's
    order. Names without an entry of their own are skipped."""
    rank = {name: number for number, name in enumerate(graph)}
    low: dict[str, int] = {}
    index: dict[str, int] = {}
    path: list[tuple[str, Iterator[str]]] = []
    unfinished: dict[str, None] = {}  # in the order in which they were met
    found: list[list[str]] = []
    for root in graph:
        step: str | None = None if root in index else root
        while step is not None or path:
            if step is not None:
                index[step] = low[step] = len(index)
                unfinished[step] = None
                path.append((step, iter(graph[step])))
            name, rest = path[-1]
            step = None
            for other in rest:
                if other not in rank:
                    continue
                if other not in index:
                    step = other
                    break
                if other in unfinished:
                    low[name] = min(low[name], index[other])
            if step is not None:
                continue
            path.pop()
            if path:
                low[path[-1][0]] = min(low[path[-1][0]], low[name])
            if low[name] == index[name]:
                part: list[str] = []
                while not part or part[-1] != name:
                    part.append(unfinished.popitem()[0])
                found.append(sorted(part, key=rank.__getitem__))
    return found


def cycles(graph: Graph, parts: Sequence[Sequence[str]]) -> list[list[str]]:
    """One cycle for each of the components ``parts`` that has any: the shortest through its first name, which comes
    first and last. In the order of the graph."""
    rank = {name: number for number, name in enumerate(graph)}
    starts = [part for part in parts if len(part) > 1 or part[0] in graph[part[0]]]
    return [_cycle(graph, part[0]) for part in sorted(starts, key=lambda part: rank[part[0]])]


def path_text(path: Sequence[str]) -> str:
    """The names on a path, with arrows between them; of a long one the first and last four."""
    return " → ".join(path if len(path) <= _LONGEST else (*path[:4], f"{len(path) - 8} more", *path[-4:]))


def _cycle(graph: Graph, start: str) -> list[str]:
    came_from: dict[str, str] = {}
    waiting = [start]
    for name in waiting:  # grows while it is iterated over: breadth first
        for other in graph.get(name, ()):
            if other == start:
                cycle = [start, name]
                while cycle[-1] != start:
                    cycle.append(came_from[cycle[-1]])
                return cycle[::-1]
            if other not in came_from:
                came_from[other] = name
                waiting.append(other)
    raise ValueError(f"{start} is not in a cycle")
