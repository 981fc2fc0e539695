"""Walks over a tree."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.formulas.nodes import (
    Aggregate,
    All,
    Any_,
    Arithmetic,
    At,
    Call,
    Choice,
    Column,
    Compare,
    IsNone,
    Name,
    Negative,
    Node,
    Not,
    Shift,
    Within,
)  # fmt: skip


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, as written from left to right; an aggregate has its filter below it."""
    if isinstance(node, (Arithmetic, Compare)):
        return (node.left, node.right)
    if isinstance(node, (Negative, IsNone, Not, Shift)):
        return (node.operand,)
    if isinstance(node, (All, Any_)):
        return node.parts
    if isinstance(node, Within):
        return (node.operand, *node.items)
    if isinstance(node, Choice):
        return (node.then, node.condition, node.otherwise)
    if isinstance(node, Call):
        return node.arguments
    if isinstance(node, Aggregate) and node.filter is not None:
        return (node.filter,)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all nodes below it, each before those below it, from left to right."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def aggregates(node: Node) -> Iterator[Aggregate]:
    """All aggregates of a formula, from left to right."""
    return (found for found in walk(node) if isinstance(found, Aggregate))


def names(node: Node) -> Iterator[Name]:
    """All names of measures and KPIs in a formula, from left to right, as often as they occur."""
    return (found for found in walk(node) if isinstance(found, Name))


def columns(node: Node) -> Iterator[Column]:
    """All columns that a row expression (or the filters of a formula) names, from left to right."""
    return (found for found in walk(node) if isinstance(found, Column))


def sources(node: Node) -> Iterator[tuple[str, At]]:
    """The source of each aggregate, and the place of its name."""
    return ((found.source, found.source_at) for found in aggregates(node))


def source_columns(node: Node) -> Iterator[tuple[str, str, At]]:
    """Each column that a formula names, with its source and its place; columns in filters are their source's."""
    for aggregate in aggregates(node):
        if aggregate.column is not None:
            yield aggregate.source, aggregate.column, aggregate.column_at
        if aggregate.filter is not None:
            for column in columns(aggregate.filter):
                yield aggregate.source, column.name, column.at
