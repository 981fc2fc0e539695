"""Walks over a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace

from kpi.formulas.nodes import (
    NOWHERE,
    Aggregate,
    All,
    Any_,
    Arithmetic,
    At,
    Call,
    Choice,
    Column,
    Compare,
    Growth,
    IsNone,
    Name,
    Negative,
    Node,
    Not,
    Over,
    Per,
    Shift,
    Total,
    ValueCall,
    Within,
)  # fmt: skip


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, as written from left to right; an aggregate has its row expressions below it."""
    if isinstance(node, (Arithmetic, Compare)):
        return (node.left, node.right)
    if isinstance(node, (Negative, IsNone, Not, Shift, Growth, Over, Total)):
        return (node.operand,)
    if isinstance(node, (All, Any_)):
        return node.parts
    if isinstance(node, Within):
        return (node.operand, *node.items)
    if isinstance(node, Choice):
        return (node.then, node.condition, node.otherwise)
    if isinstance(node, (Call, ValueCall)):
        return node.arguments
    if isinstance(node, Aggregate):
        return tuple(part for part in (node.expression, node.per, node.filter) if part is not None)
    if isinstance(node, Per):
        return (node.key, node.value, *(() if node.condition is None else (node.condition,)))
    return ()


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """The node with ``change`` made to each node directly below it."""
    changed: dict[str, object] = {}
    for one in fields(node):
        value = getattr(node, one.name)
        if isinstance(value, Node):
            changed[one.name] = change(value)
        elif isinstance(value, tuple) and any(isinstance(each, Node) for each in value):
            changed[one.name] = tuple(change(each) for each in value)
    return replace(node, **changed) if changed else node  # type: ignore[arg-type]


def walk(node: Node) -> Iterator[Node]:
    """The node and all nodes below it, each before those below it, from left to right."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def aggregates(node: Node) -> Iterator[Aggregate]:
    """All aggregates of a formula, from left to right, those inside ``per`` after the one that they are in."""
    return (found for found in walk(node) if isinstance(found, Aggregate))


def names(node: Node) -> Iterator[Name]:
    """All names of measures and KPIs in a formula, from left to right, as often as they occur."""
    return (found for found in walk(node) if isinstance(found, Name))


def columns(node: Node) -> Iterator[Column]:
    """All columns that a row expression (or the filters of a formula) names, from left to right."""
    return (found for found in walk(node) if isinstance(found, Column))


def sources(node: Node) -> Iterator[tuple[str, At]]:
    """The sources of a formula with each place of their names."""
    for aggregate in aggregates(node):
        places = [column.source_at for part in row_expressions(aggregate) for column in columns(part)]
        written = (at for at in places if at != NOWHERE)
        yield from ((aggregate.source, at) for at in dict.fromkeys((aggregate.source_at, *written)))


def row_expressions(aggregate: Aggregate) -> Iterator[Node]:
    """The row expressions of an aggregate itself: what it is of, what it groups by, its filter. That of a group, which
    is an aggregate of its own, is not among them."""
    key = None if aggregate.per is None else aggregate.per.key
    return (part for part in (aggregate.operand, key, aggregate.filter) if part is not None)


def source_columns(node: Node) -> Iterator[tuple[str, str, At]]:
    """Each column that a formula names, with its source and its place; columns in filters are their source's."""
    for aggregate in aggregates(node):
        for part in row_expressions(aggregate):
            for column in columns(part):
                yield aggregate.source, column.name, column.at
