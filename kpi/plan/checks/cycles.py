"""Circles in graphs of names, and an order without them. Nothing recurses: a chain of names may be long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Graph = Mapping[str, Sequence[str]]

_LONGEST = 12  # names that are all told


def components(graph: Graph) -> list[list[str]]:
    """The strongly connected parts (Tarjan 1972), each after all that it leads to, its names in the graph's order.

    What is named but has no entry of its own is passed over.
    """
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


def circles(graph: Graph, parts: Sequence[Sequence[str]]) -> list[list[str]]:
    """One circle for each of the ``parts`` of the graph that has any: the shortest through its first name, which
    stands at both ends. In the order of the graph."""
    rank = {name: number for number, name in enumerate(graph)}
    starts = [part for part in parts if len(part) > 1 or part[0] in graph[part[0]]]
    return [_circle(graph, part[0]) for part in sorted(starts, key=lambda part: rank[part[0]])]


def in_brief(way: Sequence[str]) -> str:
    """The names of a way, one leading to the next; of a long one how it begins and ends."""
    return " → ".join(way if len(way) <= _LONGEST else (*way[:4], f"{len(way) - 8} more", *way[-4:]))


def _circle(graph: Graph, start: str) -> list[str]:
    came_from: dict[str, str] = {}
    waiting = [start]
    for name in waiting:  # grows while it is walked: breadth first
        for other in graph.get(name, ()):
            if other == start:
                way = [start, name]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if other not in came_from:
                came_from[other] = name
                waiting.append(other)
    raise ValueError(f"{start} is in no circle")
