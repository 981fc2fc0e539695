"""A source that has been read: where its rows are, what its columns hold, and which days it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from kpi.formulas import nodes
from kpi.formulas.types import ValueType
from kpi.plan.model import Source

Shape = Literal["dated", "lasting", "snapshot"]


@dataclass
class Table:
    """Rows in the engine, those up to ``as_of`` only (T1), after ``where``.

    ``name`` is the engine's table. Beside the plan's columns it has ``day$`` (dated rows; with times of day also
    ``at$``, and ``moment`` is the one of the two that orders rows) or ``from$`` and ``until$`` (intervals;
    ``until$`` is the first day after). ``kinds`` maps column names to kinds; ``integers`` those held as whole numbers.
    ``readings`` are columns that hold what a column of text is where formulas require another kind of it, by the use
    (``nodes.column_use``). ``days`` are the days that have rows, in order, and ``first`` and ``last`` the first and
    last of them (for rows that last: of ``from``). ``later`` is the number of rows dated after ``as_of``, where they
    were counted.
    """

    source: Source
    name: str
    kinds: Mapping[str, ValueType]
    shape: Shape
    rows: int
    days: Sequence[date] = ()
    first: date | None = None
    last: date | None = None
    files: tuple[str, ...] = ()
    skipped: int = 0
    skipped_reasons: tuple[str, ...] = ()
    integers: frozenset[str] = frozenset()
    moment: str = "day$"
    later: int = 0
    readings: Mapping[str, ValueType] = field(default_factory=dict)

    @property
    def all_kinds(self) -> Mapping[str, ValueType]:
        """The kinds of all columns that expressions can use."""
        return {**self.kinds, **self.readings}

    def held_in(self, column: nodes.Column) -> str:
        """The folded name of the column of the table that a use of a column means."""
        return column.use if column.use in self.readings else column.name.casefold()

    def kind(self, column: str) -> ValueType | None:
        """The kind of a column, whatever the case of its name; None for an unknown one."""
        folded = column.casefold()
        return next((kind for name, kind in self.kinds.items() if name.casefold() == folded), None)

    def name_of(self, column: str) -> str:
        """A column that there is, as the engine has its name. Raises StopIteration for an unknown one."""
        return next(name for name in self.kinds if name.casefold() == column.casefold())

    def integer(self, column: nodes.Column) -> bool:
        """Whether the engine holds what a use of a column means as whole numbers."""
        return self.held_in(column) in self.integers
