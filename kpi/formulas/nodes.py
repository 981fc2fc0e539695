"""The trees that formulas become. ``at`` is the (start, end) of a node's text in characters, end exclusive.

Row expressions speak about one row of one source; formulas speak about aggregates over rows. The two never mix, except
that an aggregate holds a row expression as its filter. Positions do not take part in equality.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

At = tuple[int, int]
NOWHERE: At = (0, 0)
CompareOp = Literal["==", "!=", "<", "<=", ">", ">="]
ArithmeticOp = Literal["+", "-", "*", "/"]
# Names of functions: the keys of AGGREGATES, POINTS_IN_TIME and SHIFTS in ``functions.py``.
AggregateName = str
MomentName = str
ShiftName = str


@dataclass(frozen=True)
class Node:
    """Any node of a tree."""

    at: At = field(default=NOWHERE, compare=False, kw_only=True)


# Shared by both levels: Literal, Arithmetic, Negative.


@dataclass(frozen=True)
class Literal_(Node):
    """A number (int or float), text or boolean."""

    value: float | int | str | bool

    def __eq__(self, other: object) -> bool:
        """Whether both mean the same value: 1 and 1.0 do, 1 and True do not (Python says they do)."""
        if not isinstance(other, Literal_):
            return NotImplemented
        return isinstance(self.value, bool) == isinstance(other.value, bool) and self.value == other.value


@dataclass(frozen=True)
class Arithmetic(Node):
    """``left op right``. Over aggregates a division by zero is no data; in rows it is empty."""

    op: ArithmeticOp
    left: Node
    right: Node


@dataclass(frozen=True)
class Negative(Node):
    """Unary minus."""

    operand: Node


# Row expressions.


@dataclass(frozen=True)
class Column(Node):
    """A column of the source at hand, by the name used in the plan; ``filename`` is one too."""

    name: str


@dataclass(frozen=True)
class WindowEdge(Node):
    """``window_start`` or ``window_end`` (exclusive): dates, only in bracket filters."""

    edge: Literal["window_start", "window_end"]


@dataclass(frozen=True)
class Compare(Node):
    """One comparison; a chain ``a < b < c`` is an All of two."""

    op: CompareOp
    left: Node
    right: Node


@dataclass(frozen=True)
class Within(Node):
    """``operand in (…)`` or ``not in``; the items are literals."""

    operand: Node
    items: tuple[Literal_, ...]
    negated: bool


@dataclass(frozen=True)
class IsNone(Node):
    """``operand is None`` or ``is not None``."""

    operand: Node
    negated: bool


@dataclass(frozen=True)
class All(Node):
    """``and``."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Any_(Node):
    """``or``."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not(Node):
    """``not``."""

    operand: Node


@dataclass(frozen=True)
class Empty(Node):
    """No value: ``None`` as one of the two values of a choice."""


@dataclass(frozen=True)
class Choice(Node):
    """``then if condition else otherwise``."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True)
class Call(Node):
    """A row function, by its name in ``ROW_FUNCTIONS``."""

    name: str
    arguments: tuple[Node, ...]


# Formulas over aggregates.


@dataclass(frozen=True)
class Aggregate(Node):
    """``function(source.column[filter], percent)``.

    ``column`` is None for ``count(source)``. ``percent`` (0…100) is for percentile only. ``moment`` says which rows of
    the window count: None all, else at its end, at its start, or (intervals) those that began or ended in it.
    ``source_at`` and ``column_at`` are the places of the two names, for messages about them.
    """

    function: AggregateName
    source: str
    column: str | None = None
    filter: Node | None = None
    percent: float | None = None
    moment: MomentName | None = None
    source_at: At = field(default=NOWHERE, compare=False, kw_only=True)
    column_at: At = field(default=NOWHERE, compare=False, kw_only=True)


@dataclass(frozen=True)
class Name(Node):
    """A measure or another KPI. ``moment`` as in Aggregate, applied to every aggregate of a measure."""

    name: str
    moment: MomentName | None = None


@dataclass(frozen=True)
class Shift(Node):
    """``previous(x, periods)`` or ``year_ago(x)``: x as it was."""

    kind: ShiftName
    operand: Node
    periods: int = 1
