"""Which columns of which sources a run needs, and the kinds of values that their uses require."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kpi.formulas import aggregates, columns, nodes, walk
from kpi.formulas.functions import AGGREGATES, ROW_FUNCTIONS
from kpi.formulas.types import AMOUNT, CLOCK, DURATION, NUMBER, TEXT, TIME, Types, ValueType
from kpi.formulas.walk import rebuilt

if TYPE_CHECKING:
    from kpi.plan.checks import Checked


@dataclass
class ColumnRequirements:
    """What a run needs of one source: the columns (by folded name) with the kinds that their uses require (None: any),
    the keys of those of which the ``identity`` matters, the columns to compute, whether ``everything`` is needed (a
    query reads it), and the words of those queries.
    ``optional`` are the columns that are only to split by: a source may lack them. ``spare`` are those that only tell
    the day of a row: once it is known nothing else needs them."""

    columns: dict[str, set[ValueType | None]] = field(default_factory=dict)
    identity: set[str] = field(default_factory=set)
    computed: dict[str, nodes.Node] = field(default_factory=dict)
    everything: bool = False
    words: set[str] = field(default_factory=set)
    optional: set[str] = field(default_factory=set)
    spare: set[str] = field(default_factory=set)

    def wants(self, folded: str) -> bool:
        """Whether a column of the files is to be read."""
        return self.everything or folded in self.columns

    def names(self, folded: str) -> bool:
        """Whether a column is certainly used, not just read because a query may use it."""
        return (folded in self.columns and folded not in self.optional) or folded in self.words

    def in_order(self) -> list[tuple[str, nodes.Node]]:
        """The columns to compute, each after those that it names; the plan has no cycles."""
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

    def behind(self, uses: Collection[str]) -> frozenset[str]:
        """These uses of columns, and those of the columns that they are computed from, by their keys."""
        found = set(uses)
        for name, node in reversed(self.in_order()):
            if any(use.partition("$")[0] == name.casefold() for use in found):
                found |= {name.casefold(), *uses_in(node)}
        return frozenset(found)

    def add(self, name: str, kind: ValueType | None) -> bool:
        """Add a use of a column; return whether the column is new."""
        folded = name.casefold()
        known = folded in self.columns
        self.columns.setdefault(folded, set()).add(kind)
        return not known

    def uses(self, folded: str) -> list[ValueType | None]:
        """The kinds that the uses of a column require, None first. A column that is only to be looked at has one use
        of any kind."""
        kinds = self.columns.get(folded, set()) | ({None} if self.everything else set())
        return sorted(kinds or {None}, key=lambda kind: kind or "")


def requirements_of(
    checked: Checked,
    ids: Iterable[str],
    *,
    whole: Collection[str] = (),
    splits: Iterable[tuple[str, str]] = (),
) -> dict[str, ColumnRequirements]:
    """The requirements of all sources that the values of these KPIs and measures come from, those that queries read
    included, and of the sources wanted ``whole``. ``splits`` are sources and columns to split them by."""
    found = {name: ColumnRequirements(everything=True) for name in whole}
    wanted = tuple(ids)
    for _, aggregate in checked.dependencies.aggregates(wanted):
        if aggregate.source in checked.plan.sources:
            required = found.setdefault(aggregate.source, ColumnRequirements())
            for used in used_by_aggregate(aggregate):
                required.add(used.name, used.read_as)
            required.identity |= identified_by(aggregate)
    _require_keys(checked, wanted, found)
    _require_queried(checked, found)
    for source_id, column in splits:
        if found[source_id].add(column, None):
            found[source_id].optional.add(column.casefold())
        found[source_id].identity.add(identity_of(column))
    for source_id, required in found.items():
        complete(checked, source_id, required)
    return found


def _require_keys(checked: Checked, ids: Collection[str], found: Mapping[str, ColumnRequirements]) -> None:
    """Add the keys of the sources of which balances are asked."""
    keyed = [name for name in found if checked.plan.sources[name].key]
    if not keyed:
        return
    behind = list(checked.dependencies.reach(ids))
    # A measure may be named for its balance: at_end(units).
    named = any(name.moment is not None for id_ in behind for name, _ in checked.dependencies.formulas[id_].names)
    for source_id in keyed:
        own = (one for _, one in checked.dependencies.aggregates(behind) if one.source == source_id)
        if named or any(one.moment is not None for one in own):
            for column in checked.plan.sources[source_id].key:
                found[source_id].add(column, None)
                found[source_id].identity.add(identity_of(column))


def _require_queried(checked: Checked, found: dict[str, ColumnRequirements]) -> None:
    """Add the sources that the queries among those ``found`` may read, which are needed whole."""
    waiting = list(found)
    while waiting:
        source = checked.plan.sources[waiting.pop()]
        for other in named_in(source.query or "", checked.plan.sources):
            if other != source.id:
                if other not in found:
                    waiting.append(other)
                required = found.setdefault(other, ColumnRequirements())
                required.everything = True
                required.words |= words_of(source.query or "")


def named_in(query: str, sources: Collection[str]) -> list[str]:
    """The sources whose names are words of a query."""
    words = words_of(query)
    return [source for source in sources if source.casefold() in words]


def words_of(query: str) -> set[str]:
    """The folded words of a query."""
    return {word.casefold() for word in re.findall(r"\w+", query)}


def used_by_query(query: str, columns: Iterable[str]) -> list[str]:
    """The ``columns``, by folded name, that a query may use: those that it names, or all where it has a star."""
    words = words_of(query)
    if re.search(r"(?:\bselect|\bdistinct|\ball|,|\.)\s*\*", query, re.IGNORECASE) or "columns" in words:
        return [column.casefold() for column in columns]
    return [folded for column in columns if (folded := column.casefold()) in words]


def complete(checked: Checked, source_id: str, required: ColumnRequirements) -> None:
    """Add the columns that the source's own dates, conditions and computed columns need."""
    source = checked.plan.sources[source_id]
    for name in (source.date, source.from_, source.until, source.through):
        if name is not None:
            if required.add(name, "date") and not required.everything:
                required.spare.add(name.casefold())
            # The dates of rows are what the source says they are, for all uses.
            required.columns[name.casefold()].add("date")
    where = checked.where.get(source_id)
    if where is not None:
        require(required, where)
    computed = {name.casefold(): (name, node) for (owner, name), node in checked.rows.items() if owner == source_id}
    if required.everything:
        for name, _ in computed.values():
            required.add(name, None)
    done: set[str] = set()
    while pending := [name for name in required.columns if name in computed and name not in done]:
        for folded in pending:
            done.add(folded)
            require(required, computed[folded][1])
    required.computed = dict(computed[name] for name in computed if name in done)
    for name in required.computed:
        del required.columns[name.casefold()]
    rows = [*required.computed.values(), *([where] if where is not None else [])]
    required.spare -= {column.name.casefold() for node in rows for column in columns(node)}


def require(required: ColumnRequirements, expression: nodes.Node) -> None:
    """Add the columns of a row expression with the kinds that their uses require."""
    expression = with_uses(expression)
    for column in columns(expression):
        required.add(column.name, column.read_as)
    required.identity |= identified_by(expression)


def used_by_aggregate(aggregate: nodes.Aggregate) -> Iterator[nodes.Column]:
    """The columns that an aggregate uses, each with the kind that its use requires."""
    for one in aggregates(aggregate):
        key = None if one.per is None else one.per.key
        for part in (aggregated_value(one), key, one.filter):
            if part is not None:
                yield from columns(with_uses(part))


def aggregated_value(aggregate: nodes.Aggregate) -> nodes.Node | None:
    """What an aggregate is of; None where it is of the rows themselves or of groups of them."""
    operand = aggregate.operand
    if isinstance(operand, nodes.Column) and AGGREGATES[aggregate.function].column == AMOUNT:
        return replace(operand, read_as="number")
    return operand


def identified_by(expression: nodes.Node) -> set[str]:
    """The keys of the columns of which it matters whether two of their values are the same (R8), and of those that are
    compared with a long number."""
    found = set()
    for node in walk(expression):
        match node:
            case nodes.Aggregate(function="count_distinct", column=str(name)):
                found.add(identity_of(name))
            case nodes.Per(key=nodes.Column(name=name)):
                found.add(identity_of(name))
            case nodes.Call(name="first_date", arguments=arguments):
                found |= {identity_of(argument.name) for argument in arguments if isinstance(argument, nodes.Column)}
            case nodes.Compare(op="==" | "!=", left=nodes.Column(name=left), right=nodes.Column(name=right)):
                found |= {identity_of(left), identity_of(right)}
            case nodes.Compare(left=nodes.Column(name=name), right=other) if has_long_number(other):
                found.add(compared_exactly(name))
            case nodes.Compare(left=other, right=nodes.Column(name=name)) if has_long_number(other):
                found.add(compared_exactly(name))
            case nodes.Within(operand=nodes.Column(name=name), items=items) if any(map(has_long_number, items)):
                found.add(compared_exactly(name))
    return found


def has_long_number(node: nodes.Node) -> bool:
    """Whether a node is a whole number that has more digits than a floating point number keeps."""
    return is_number(node) and isinstance(node, nodes.Literal_) and abs(node.value) >= 2**53  # type: ignore[arg-type]


def identity_of(name: str) -> str:
    """The key of a use of a column that depends on which of its values are the same."""
    return f"{name.casefold()}$identity"


def compared_exactly(name: str) -> str:
    """The key of a use of a column that compares it with numbers of many digits."""
    return f"{name.casefold()}$exact"


def uses_in(expression: nodes.Node) -> set[str]:
    """The uses of columns in a row expression, by their keys."""
    found = {column.use for column in columns(with_uses(expression))}
    return found | identified_by(expression)


def with_uses(expression: nodes.Node) -> nodes.Node:
    """A row expression whose columns say which kind of value their place requires."""
    return _with_uses(expression, {})


def _with_uses(node: nodes.Node, required: Mapping[str, ValueType | None]) -> nodes.Node:
    if isinstance(node, nodes.Column):
        kind = node.read_as or required.get(node.name)
        return node if kind is None else replace(node, read_as=kind)
    # A function of a difference requires dates of the columns below that, two levels down.
    inherited = required if isinstance(node, nodes.Arithmetic) else {}
    below = dict(inherited) | {name: kind for name, kind in required_by(node) if kind is not None}
    return rebuilt(node, lambda child: _with_uses(child, below))


def required_by(node: nodes.Node) -> Iterator[tuple[str, ValueType | None]]:
    """The columns directly below a node, and the kinds that it requires of them."""
    match node:
        case nodes.Negative(operand=nodes.Column(name=name)):
            yield name, "number"
        case nodes.Arithmetic(op="*" | "/", left=left, right=right):
            for side in (left, right):
                if isinstance(side, nodes.Column):
                    yield side.name, "number"
        case nodes.Arithmetic(op="-", left=left, right=nodes.Column(name=name)) if is_number(left):
            yield name, "number"
        case nodes.Compare(left=left, right=right):
            yield from compared_with(left, right)
            yield from compared_with(right, left)
        case nodes.Within(operand=nodes.Column(name=name), items=items) if items:
            if all(is_number(item) for item in items):
                yield name, "number"
            elif all(is_date(item) for item in items):
                yield name, "date"
        case nodes.Call(name=function, arguments=arguments):
            yield from required_by_call(function, arguments)


def compared_with(side: nodes.Node, other: nodes.Node) -> Iterator[tuple[str, ValueType | None]]:
    """The column on one side of a comparison, and the kind that comparing it with ``other`` requires."""
    if isinstance(side, nodes.Column):
        if is_number(other):
            yield side.name, "number"
        elif is_date(other) or any(isinstance(part, nodes.WindowEdge) for part in walk(other)):
            yield side.name, "date"


def required_by_call(function: str, arguments: tuple[nodes.Node, ...]) -> Iterator[tuple[str, ValueType | None]]:
    """The columns that are arguments of a function, and the kinds that it requires."""
    taken = ROW_FUNCTIONS[function].taking(len(arguments))
    for place, argument in enumerate(arguments):
        types = taken.argument(place).types
        match argument:
            case nodes.Column(name=name):
                kind = _DEMANDED.get(types)
                if kind is not None:
                    yield name, kind
            case nodes.Arithmetic(op="-", left=left, right=right) if types == DURATION:
                for side in (left, right):
                    if isinstance(side, nodes.Column):
                        yield side.name, "date"


_DEMANDED: dict[Types, ValueType] = {TEXT: "text", TIME: "date", CLOCK: "date", NUMBER: "number", AMOUNT: "number"}


def is_number(node: nodes.Node) -> bool:
    """Whether a literal is a number."""
    if isinstance(node, nodes.Negative):
        node = node.operand
    if not isinstance(node, nodes.Literal_):
        return False
    return isinstance(node.value, (int, float)) and not isinstance(node.value, bool)


def is_date(node: nodes.Node) -> bool:
    """Whether a literal is a date or time, written as text. A column compared with one is read as dates: as text it
    would silently compare wrongly, since "05/06/2026" is below "2026-01-01"."""
    return (
        isinstance(node, nodes.Literal_)
        and isinstance(node.value, str)
        and re.fullmatch(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?", node.value.strip()) is not None
    )
