"""Texts and numbers that conditions compare with and that no row has (V9)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from datetime import date
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

from kpi.data.database import Engine
from kpi.data.requirements import requirements_of, with_uses
from kpi.engine.row_sql import FileHints, types_of_columns
from kpi.errors import KpiError, did_you_mean
from kpi.formulas import aggregates, columns, nodes, row_expressions, unparse, walk
from kpi.formulas.type_checker import TypeChecker
from kpi.formulas.unparse import literal_text
from kpi.frozen import frozen
from kpi.run.series import AbsentLiteral
from kpi.run.source_loader import LoadedSources, SourceLoader

if TYPE_CHECKING:
    from kpi.engine.aggregation import Aggregator
    from kpi.plan.checks import Checked

# Among so many different values the nearest one is looked for.
MOST_VALUES = 10_000

PlanPath = tuple[str, ...]


class Comparison(NamedTuple):
    """A value of ``source`` that a condition compares with a literal by ``==`` or ``in``. ``path`` leads to the text of
    the condition in the plan, and ``at`` is the place of the literal in it."""

    source: str
    operand: nodes.Node
    literal: nodes.Literal_
    path: PlanPath
    at: nodes.At

    @property
    def in_where(self) -> bool:
        """Whether it is in the condition by which the rows of the source are chosen."""
        return self.path == ("sources", self.source, "where")

    @property
    def condition(self) -> nodes.Node:
        """The rows that have the literal."""
        return nodes.Compare("==", self.operand, self.literal)


def comparisons(checked: Checked, ids: Sequence[str]) -> Iterator[Comparison]:
    """The comparisons that the values of KPIs and measures depend on: in filters, in ``where`` and in the computed
    columns that they use."""
    required = requirements_of(checked, ids)
    for id_, aggregate in checked.dependencies.aggregates(ids):
        if aggregate.source in checked.plan.sources:
            for expression in (part for one in aggregates(aggregate) for part in row_expressions(one)):
                yield from _compared(expression, aggregate.source, checked.dependencies.path(id_))
    own = {aggregate.source for _, aggregate in checked.dependencies.aggregates(ids)}
    for source_id in own & required.keys():
        where = checked.where.get(source_id)
        if where is not None:
            yield from _compared(where, source_id, ("sources", source_id, "where"))
        for name, node in required[source_id].computed.items():
            yield from _compared(node, source_id, ("sources", source_id, "computed", name))


def _compared(node: nodes.Node, source: str, path: PlanPath) -> Iterator[Comparison]:
    for part in walk(node):
        match part:
            case nodes.Compare(op="==", left=left, right=right):
                pairs = [(left, right), (right, left)]
            case nodes.Within(operand=operand, items=items, negated=False):
                pairs = [(operand, item) for item in items]
            case _:
                continue
        for operand, other in pairs:
            literal = _literal(other)
            if literal is not None and _of_rows(operand):
                yield Comparison(source, operand, literal, path, other.at)


def _literal(node: nodes.Node) -> nodes.Literal_ | None:
    """A text or number."""
    match node:
        case nodes.Negative(operand=nodes.Literal_(value=float() | int() as value)) if not isinstance(value, bool):
            return nodes.Literal_(-value)
        case nodes.Literal_(value=value) if not isinstance(value, bool):
            return node
    return None


def _of_rows(operand: nodes.Node) -> bool:
    """Whether a side of a comparison is a value of the row alone."""
    parts = list(walk(operand))
    needs_more = (isinstance(part, nodes.Call) and part.name == "first_date" for part in parts)
    return (
        any(columns(operand)) and not any(needs_more) and not any(isinstance(part, nodes.WindowEdge) for part in parts)
    )


@frozen
class LiteralSearch:
    """Looks for literals in the rows of a run; each is looked for once. Its methods raise nothing for what is in the
    data, and CacheMiss where digests of files are not enough. ``ids`` are all KPIs and measures of the run."""

    checked: Checked
    loaded: LoadedSources
    as_of: date
    ids: Sequence[str]
    _known: dict[Comparison, AbsentLiteral | None] = field(default_factory=dict, repr=False, compare=False)

    def absent(self, ids: Sequence[str]) -> tuple[AbsentLiteral, ...]:
        """The literals that no row has, of those that the values of these KPIs and measures depend on."""
        found: dict[AbsentLiteral, None] = {}
        for comparison in dict.fromkeys(comparisons(self.checked, ids)):
            if comparison not in self._known:
                self._known[comparison] = self._look_for(comparison)
            absent = self._known[comparison]
            if absent is not None:
                found[absent] = None
        return tuple(found)

    def _look_for(self, comparison: Comparison) -> AbsentLiteral | None:
        aggregator = self.loaded.aggregators.get(comparison.source)
        if aggregator is None:
            return None
        try:
            if not aggregator.table.rows:
                return self._before_where(comparison) if comparison.in_where else None
            if not _comparable(aggregator, comparison) or aggregator.occurs(comparison.condition):
                return None
            where = self.checked.where.get(comparison.source)
            # The rows that have it may have been left out by the rest of the condition.
            if comparison.in_where and not isinstance(where, nodes.Compare | nodes.Within):
                return self._before_where(comparison)
            return _absent(aggregator, comparison)
        except (KpiError, self.loaded.engine.Error):  # what uses it says so
            return None

    def _before_where(self, comparison: Comparison) -> AbsentLiteral | None:
        """As ``_look_for``, in all rows: the source is read again without its ``where``."""
        source_id = comparison.source
        required = requirements_of(self.checked, self.ids)
        needed = self.checked.dependencies.with_queried([source_id])
        bare = self.checked._replace(
            where={name: node for name, node in self.checked.where.items() if name != source_id}
        )
        with Engine(bare.plan.calendar.timezone) as engine, SourceLoader(engine, bare, self.as_of) as loader:
            loaded = loader.load({name: one for name, one in required.items() if name in needed})
            aggregator = loaded.aggregators.get(source_id)
            if aggregator is None or not aggregator.table.rows or not _comparable(aggregator, comparison):
                return None
            return None if aggregator.occurs(comparison.condition) else _absent(aggregator, comparison)


def _comparable(aggregator: Aggregator, comparison: Comparison) -> bool:
    """Whether the literal is compared as the text or number that it is: not as a date, which no row may have yet."""
    wanted = "text" if isinstance(comparison.literal.value, str) else "number"
    checker = TypeChecker(types_of_columns(aggregator.table.all_kinds), FileHints())
    return checker.value(_as_used(comparison)).type == wanted


def _as_used(comparison: Comparison) -> nodes.Node:
    """The value that is compared, its columns read as the comparison requires."""
    compared = with_uses(comparison.condition)
    assert isinstance(compared, nodes.Compare)
    return compared.left


def _absent(aggregator: Aggregator, comparison: Comparison) -> AbsentLiteral:
    value, operand = comparison.literal.value, unparse(comparison.operand)
    message = f"no row of {comparison.source} has {operand} == {literal_text(value)}"
    hint = nearest_value(value, aggregator.values_of(_as_used(comparison), MOST_VALUES))
    return AbsentLiteral(comparison.source, comparison.path, *comparison.at, message, hint)


def nearest_value(value: float | int | str, known: Sequence[object]) -> str | None:
    """The value that occurs and is nearest to one that does not, as a question; None where none is near."""
    if isinstance(value, str):
        texts = sorted({normalize("NFC", text) for text in known if isinstance(text, str)})
        folded = normalize("NFC", value).strip().casefold()
        alike = [text for text in texts if normalize("NFC", text).strip().casefold() == folded]
        return did_you_mean(value, alike or texts)
    numbers = [float(number) for number in known if isinstance(number, (int, float)) and not isinstance(number, bool)]
    if not numbers:
        return None
    near = min(numbers, key=lambda number: (abs(number - value), number))
    return f"the nearest number is {literal_text(near)}"
