"""Which columns of which sources a run needs, and what kind their use demands of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kpi.formulas import columns, nodes, walk
from kpi.formulas.functions import AGGREGATES, ROW_FUNCTIONS
from kpi.formulas.types import AMOUNT, DURATION, NUMBER, TEXT, TIME, Types, ValueType

if TYPE_CHECKING:
    from kpi.plan.checks import Checked


@dataclass
class Need:
    """What a run needs of one source: the columns (by folded name) with the kind their use demands (None: any), the
    names to compute, whether all columns are needed (a query reads them), and the words of those queries. ``optional``
    are the columns that are only to split by: a source may do without them. ``spare`` are those that only tell the day
    of a row: once it is known nothing else asks for them."""

    columns: dict[str, ValueType | None] = field(default_factory=dict)
    computed: dict[str, nodes.Node] = field(default_factory=dict)
    everything: bool = False
    words: set[str] = field(default_factory=set)
    optional: set[str] = field(default_factory=set)
    spare: set[str] = field(default_factory=set)

    def wants(self, folded: str) -> bool:
        """Whether a column of the files is to be read."""
        return self.everything or folded in self.columns

    def names(self, folded: str) -> bool:
        """Whether a column is certainly used, and not only read because a query may use it."""
        return (folded in self.columns and folded not in self.optional) or folded in self.words

    def in_order(self) -> list[tuple[str, nodes.Node]]:
        """The names to compute, each after those that it names; cycles have been refused before."""
        pending = dict(self.computed)
        ordered: list[tuple[str, nodes.Node]] = []
        while pending:
            folded = {name.casefold() for name in pending}
            ready = [
                name
                for name, node in pending.items()
                if not folded & {c.name.casefold() for c in columns(node)} - {name.casefold()}
            ]
            ordered.extend((name, pending.pop(name)) for name in ready or list(pending))
        return ordered

    def add(self, name: str, kind: ValueType | None) -> bool:
        """Note a column; whether that was news."""
        folded = name.casefold()
        known = folded in self.columns
        if not known or (kind is not None and self.columns[folded] is None):
            self.columns[folded] = kind
        return not known


def expand(node: nodes.Node, checked: Checked, seen: set[str]) -> Iterator[nodes.Node]:
    """A formula and those of all measures and KPIs that it names, each once."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        below: list[nodes.Node] = []
        for name in walk(current):
            if isinstance(name, nodes.Name) and name.name not in seen:
                seen.add(name.name)
                formula = checked.measures.get(name.name) or checked.formulas.get(name.name)
                if formula is not None:
                    below.append(formula)
        waiting.extend(reversed(below))


def needs_of(
    checked: Checked,
    formulas: Collection[nodes.Node],
    *,
    whole: Collection[str] = (),
    splits: Iterable[tuple[str, str]] = (),
) -> dict[str, Need]:
    """The needs of all sources that these formulas lead to, the sources of their queries included, and of those that
    are wanted ``whole``. ``splits`` are sources and columns to split them by."""
    needs: dict[str, Need] = {name: Need(everything=True) for name in whole}
    seen: set[str] = set()
    for formula in formulas:
        for part in expand(formula, checked, seen):
            for node in walk(part):
                if isinstance(node, nodes.Aggregate) and node.source in checked.plan.sources:
                    need = needs.setdefault(node.source, Need())
                    if node.column is not None:
                        need.add(node.column, "number" if AGGREGATES[node.function].column == AMOUNT else None)
                    if node.filter is not None:
                        note(need, node.filter)
    waiting = list(needs)
    while waiting:
        source = checked.plan.sources[waiting.pop()]
        if source.query is not None:
            for other in named_in(source.query, checked.plan.sources):
                if other != source.id:
                    if other not in needs:
                        waiting.append(other)
                    need = needs.setdefault(other, Need())
                    need.everything = True
                    need.words |= words_of(source.query)
    for source_id, column in splits:
        if needs[source_id].add(column, None):
            needs[source_id].optional.add(column.casefold())
    for source_id, need in needs.items():
        complete(checked, source_id, need)
    return needs


def aggregates_of(
    checked: Checked, formulas: Collection[nodes.Node], *, without: Collection[str]
) -> dict[str, list[nodes.Aggregate]]:
    """The aggregates that formulas lead to, by source, each once and without the moment that a name gave it."""
    found: dict[str, dict[nodes.Aggregate, None]] = {}
    seen: set[str] = set()
    for formula in formulas:
        for part in expand(formula, checked, seen):
            for node in walk(part):
                if isinstance(node, nodes.Aggregate) and node.source not in without:
                    found.setdefault(node.source, {})[replace(node, moment=None)] = None
    return {source: list(aggregates) for source, aggregates in found.items()}


def named_in(query: str, sources: Collection[str]) -> list[str]:
    """The sources whose names stand in a query as words."""
    words = words_of(query)
    return [source for source in sources if source.casefold() in words]


def words_of(query: str) -> set[str]:
    """The folded words of a query."""
    return {word.casefold() for word in re.findall(r"\w+", query)}


def complete(checked: Checked, source_id: str, need: Need) -> None:
    """Add the columns that the source's own dates, conditions and computed columns need."""
    source = checked.plan.sources[source_id]
    for name in (source.date, source.from_, source.until, source.through):
        if name is not None:
            if need.add(name, "date") and not need.everything:
                need.spare.add(name.casefold())
            need.columns[name.casefold()] = "date"
    where = checked.where.get(source_id)
    if where is not None:
        note(need, where)
    computed = {name.casefold(): (name, node) for (owner, name), node in checked.rows.items() if owner == source_id}
    if need.everything:
        for name, _ in computed.values():
            need.add(name, None)
    done: set[str] = set()
    while pending := [name for name in need.columns if name in computed and name not in done]:
        for folded in pending:
            done.add(folded)
            note(need, computed[folded][1])
    need.computed = dict(computed[name] for name in computed if name in done)
    for name in need.computed:
        del need.columns[name.casefold()]
    rows = [*need.computed.values(), *([where] if where is not None else [])]
    need.spare -= {column.name.casefold() for node in rows for column in columns(node)}


def note(need: Need, expression: nodes.Node) -> None:
    """Add the columns of a row expression with the kinds that their use demands."""
    for node in walk(expression):
        for name, kind in demanded(node):
            need.add(name, kind)


def demanded(node: nodes.Node) -> Iterator[tuple[str, ValueType | None]]:
    """What one node demands of the columns directly below it."""
    match node:
        case nodes.Column(name=name):
            yield name, None
        case nodes.Negative(operand=nodes.Column(name=name)):
            yield name, "number"
        case nodes.Arithmetic(op="*" | "/", left=left, right=right):
            for side in (left, right):
                if isinstance(side, nodes.Column):
                    yield side.name, "number"
        case nodes.Arithmetic(op="-", left=left, right=nodes.Column(name=name)) if is_number(left):
            yield name, "number"
        case nodes.Compare(left=left, right=right):
            yield from compared(left, right)
            yield from compared(right, left)
        case nodes.Within(operand=nodes.Column(name=name), items=items) if items:
            if all(is_number(item) for item in items):
                yield name, "number"
            elif all(is_date(item) for item in items):
                yield name, "date"
        case nodes.Call(name=function, arguments=arguments):
            yield from argued(function, arguments)


def compared(side: nodes.Node, other: nodes.Node) -> Iterator[tuple[str, ValueType | None]]:
    """What being compared with ``other`` demands."""
    if isinstance(side, nodes.Column):
        if is_number(other):
            yield side.name, "number"
        elif is_date(other) or any(isinstance(part, nodes.WindowEdge) for part in walk(other)):
            yield side.name, "date"


def argued(function: str, arguments: tuple[nodes.Node, ...]) -> Iterator[tuple[str, ValueType | None]]:
    """What being an argument demands."""
    for place, argument in enumerate(arguments):
        types = ROW_FUNCTIONS[function].argument(place).types
        match argument:
            case nodes.Column(name=name):
                kind = _DEMANDED.get(types)
                if kind is not None:
                    yield name, kind
            case nodes.Arithmetic(op="-", left=left, right=right) if types == DURATION:
                for side in (left, right):
                    if isinstance(side, nodes.Column):
                        yield side.name, "date"


_DEMANDED: dict[Types, ValueType] = {TEXT: "text", TIME: "date", NUMBER: "number", AMOUNT: "number"}


def is_number(node: nodes.Node) -> bool:
    """Whether a literal is a number."""
    if isinstance(node, nodes.Negative):
        node = node.operand
    if not isinstance(node, nodes.Literal_):
        return False
    return isinstance(node.value, (int, float)) and not isinstance(node.value, bool)


def is_date(node: nodes.Node) -> bool:
    """Whether a literal is a date or time, written as text. Beside one a column is read as dates, since as mere text
    it would compare without a word of complaint, and wrongly: "05/06/2026" is below "2026-01-01"."""
    return (
        isinstance(node, nodes.Literal_)
        and isinstance(node.value, str)
        and re.fullmatch(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?", node.value.strip()) is not None
    )
