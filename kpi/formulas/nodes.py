"""The trees that formulas become. ``at`` is the (start, end) of a node's text in characters, end exclusive.

Row expressions speak about one row of one source; formulas speak about aggregates over rows. The two never mix, except
that an aggregate holds row expressions: what it is of, its filter, and what it groups by. Positions do not take part in
equality.
"""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from kpi.formulas.types import ValueType
from kpi.frozen import frozen

At = tuple[int, int]
NOWHERE: At = (0, 0)
CompareOp = Literal["==", "!=", "<", "<=", ">", ">="]
ArithmeticOp = Literal["+", "-", "*", "/"]
# Names of functions: the keys of AGGREGATES, POINTS_IN_TIME, SHIFTS and VALUE_FUNCTIONS in ``functions.py``.
AggregateName = str
MomentName = str
ShiftName = str
ValueFunctionName = str


def column_use(name: str, read_as: ValueType | None) -> str:
    """The key of a use of a column: its folded name, and the kind of value that the place of use requires. No column is
    called like anything with a ``$``."""
    return name.casefold() if read_as is None else f"{name.casefold()}${read_as}"


@frozen
class Node:
    """Any node of a tree."""

    at: At = field(default=NOWHERE, compare=False, kw_only=True)


# Shared by both levels: Literal, Arithmetic, Negative.


@frozen
class Literal_(Node):
    """A number (int or float), text or boolean."""

    value: float | int | str | bool

    def __eq__(self, other: object) -> bool:
        """Whether both mean the same value: 1 and 1.0 do, 1 and True do not (Python says they do)."""
        if not isinstance(other, Literal_):
            return NotImplemented
        return isinstance(self.value, bool) == isinstance(other.value, bool) and self.value == other.value


@frozen
class Arithmetic(Node):
    """``left op right``. Over aggregates a division by zero is no data; in rows it is empty."""

    op: ArithmeticOp
    left: Node
    right: Node


@frozen
class Negative(Node):
    """Unary minus."""

    operand: Node


# Row expressions.


@frozen
class Column(Node):
    """A column of the source at hand, by the name used in the plan; ``filename`` is one too.

    ``read_as`` is the kind of value that its place in the formula requires, None for any; ``source_at`` is the place of
    its source, where that is written before it.
    """

    name: str
    read_as: ValueType | None = field(default=None, compare=False, kw_only=True)
    source_at: At = field(default=NOWHERE, compare=False, kw_only=True)

    @property
    def use(self) -> str:
        """The key of this use of the column, whatever the case of its name."""
        return column_use(self.name, self.read_as)


@frozen
class GroupValue(Node):
    """``value``: what a group of ``per`` comes to; only in the filter on it."""


@frozen
class WindowEdge(Node):
    """``window_start`` or ``window_end`` (exclusive): dates, only in bracket filters."""

    edge: Literal["window_start", "window_end"]


@frozen
class Compare(Node):
    """One comparison; a chain ``a < b < c`` is an All of two."""

    op: CompareOp
    left: Node
    right: Node


@frozen
class Within(Node):
    """``operand in (…)`` or ``not in``; the items are literals."""

    operand: Node
    items: tuple[Literal_, ...]
    negated: bool


@frozen
class IsNone(Node):
    """``operand is None`` or ``is not None``."""

    operand: Node
    negated: bool


@frozen
class All(Node):
    """``and``."""

    parts: tuple[Node, ...]


@frozen
class Any_(Node):
    """``or``."""

    parts: tuple[Node, ...]


@frozen
class Not(Node):
    """``not``."""

    operand: Node


@frozen
class Empty(Node):
    """No value: ``None`` as one of the two values of a choice."""


@frozen
class Choice(Node):
    """``then if condition else otherwise``."""

    condition: Node
    then: Node
    otherwise: Node


@frozen
class Call(Node):
    """A row function, by its name in ``ROW_FUNCTIONS``."""

    name: str
    arguments: tuple[Node, ...]


# Formulas over aggregates.


@frozen
class Aggregate(Node):
    """``function(source.column[filter], percent)``.

    It is of a ``column``, of an ``expression`` over the columns of one row, of the groups of ``per``, or, where there
    is none of these, of the rows themselves: ``count(source)``. ``filter`` is a condition on rows, those of ``per``
    included. ``percent`` (0…100) is for percentile only. ``moment`` says which rows of the window count: None all, else
    at its end, at its start, or (intervals) those that began or ended in it. ``source_at`` and ``column_at`` are the
    places of the two names, for messages about them.
    """

    function: AggregateName
    source: str
    column: str | None = None
    filter: Node | None = None
    percent: float | None = None
    moment: MomentName | None = None
    expression: Node | None = None
    per: Per | None = None
    source_at: At = field(default=NOWHERE, compare=False, kw_only=True)
    column_at: At = field(default=NOWHERE, compare=False, kw_only=True)

    @property
    def operand(self) -> Node | None:
        """The value of a row that it is of; None where it is of the rows themselves or of groups of them."""
        return self.expression if self.column is None else Column(self.column, at=self.column_at)


@frozen
class Per(Node):
    """``per(key, value)[condition]``: the ``value`` of the rows of each different ``key``, where that is not empty.

    ``value`` is an aggregate of the same source, without a moment; ``condition`` is on the :class:`GroupValue`.
    """

    key: Node
    value: Aggregate
    condition: Node | None = None


@frozen
class Name(Node):
    """A measure or another KPI. ``moment`` as in Aggregate, applied to every aggregate of a measure."""

    name: str
    moment: MomentName | None = None


@frozen
class Shift(Node):
    """``previous(x, periods)`` or ``year_ago(x)``: x as it was."""

    kind: ShiftName
    operand: Node
    periods: int = 1

    @property
    def called(self) -> str:
        """The function, for a message."""
        return self.kind


@frozen
class Growth(Node):
    """``growth(x, periods)`` or ``growth(x, year_ago)``: the change of x since then, by the size of what it was."""

    operand: Node
    kind: ShiftName = "previous"
    periods: int = 1
    called = "growth"

    @property
    def before(self) -> Shift:
        """What it is measured against."""
        return Shift(self.kind, self.operand, self.periods, at=self.at)


@frozen
class Over(Node):
    """``over(x, "12 months")``: x over that window, whatever the window of the KPI is."""

    operand: Node
    window: str
    called = "over"


@frozen
class Total(Node):
    """``total(x)``: x over all parts of a split."""

    operand: Node


@frozen
class ValueCall(Node):
    """A function of values, by its name in ``VALUE_FUNCTIONS``."""

    name: ValueFunctionName
    arguments: tuple[Node, ...]
