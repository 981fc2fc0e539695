"""Which rows of a source a KPI can use: those whose date and whose columns, as far as the KPI uses them, can be read
(R6). What a KPI uses depends on its definition alone, and so do its rows (G1)."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING

from kpi.data.bad_rows import Rejected, counted, skipped_in_words
from kpi.data.total_filters import aggregate_decides
from kpi.data.value_suggestions import SKIP
from kpi.errors import KpiError
from kpi.frozen import frozen

if TYPE_CHECKING:
    from kpi.data.bad_rows import BadCells
    from kpi.data.total_rows import TotalRows
    from kpi.engine.table import Table
    from kpi.formulas import nodes


NONE_REJECTED = Rejected()


def _as_named(columns: Collection[str]) -> frozenset[str]:
    return frozenset(columns)


@frozen
class ReadableRows:
    """The rows of one source. ``base`` has all of them, bad ones too; ``bad`` says which these are.

    ``rejected`` are rows that the reader skipped already. Every KPI uses the columns ``always``; ``behind`` adds to
    columns those that they are computed from; ``select`` makes the table without the rows that have a bit of a mask.
    ``notes`` are what bears on all of them, a sentence each. ``faults`` say why some uses of columns are impossible.
    ``totals`` are the kinds of rows that sum up others (R10).
    """

    base: Table
    bad: tuple[BadCells, ...] = ()
    rejected: Rejected = NONE_REJECTED
    always: frozenset[str] = frozenset()
    behind: Callable[[Collection[str]], frozenset[str]] = _as_named
    select: Callable[[int], Table] | None = None
    notes: tuple[str, ...] = ()
    faults: Mapping[str, KpiError] = field(default_factory=dict)
    totals: tuple[TotalRows, ...] = ()
    _known: dict[int, Table] = field(default_factory=dict, repr=False, compare=False)

    def mask(self, columns: Collection[str]) -> int:
        """The bits of the rows that are bad for a KPI with these uses of columns (``nodes.column_use``)."""
        if not self.bad:
            return 0
        used = self.always | self.behind(columns)
        return sum({cells.mask for cells in self.bad if cells.uses is None or cells.uses & used})

    def refuse(self, columns: Iterable[str]) -> None:
        """Raise KpiError for the first of these uses of columns that is impossible."""
        for use in columns if self.faults else ():
            for one in sorted(self.behind([use]) & self.faults.keys(), key=lambda one: (one != use, one)):
                raise self.faults[one]

    def refuse_totals(self, of: Iterable[nodes.Aggregate]) -> None:
        """Raise KpiError where there are rows that sum up others, and one of the aggregates has no filter that leaves
        them out, or asks for them."""
        for aggregate in of if self.totals else ():
            for kind in self.totals:
                if not aggregate_decides(aggregate, kind.column, kind.label):
                    raise kind.error

    def refuse_totals_unless(self, named: Collection[str]) -> None:
        """Raise KpiError where there are rows that sum up others, and what tells them apart is not among the columns
        named, by folded name."""
        for kind in self.totals:
            if kind.column.casefold() not in named:
                raise kind.error

    @property
    def any(self) -> int:
        """The bits of all bad rows."""
        return sum({cells.mask for cells in self.bad})

    def all_readable(self) -> Table:
        """The rows of which everything can be read, however few these are. Raises KpiError where the source does not
        say to skip the others."""
        if self.bad and not self.base.source.skips:
            raise self.bad[0].error()
        return self.without(self.any)

    def table(self, mask: int) -> Table:
        """The rows without those that have a bit of ``mask``. Raises KpiError where the source does not say to skip
        them, and where they are more than it tolerates."""
        bad = [cells for cells in self.bad if cells.mask & mask]
        if bad and not self.base.source.skips:
            raise bad[0].error()
        table = self.without(mask)
        source, total = table.source, table.rows + table.skipped
        if source.skips and table.skipped * 100 > source.tolerated * total:
            reason = bad[0].words if bad else table.skipped_reasons[0]
            percent = math.ceil(table.skipped * 100 / total)
            hint = f"on_bad_rows: skip up to {percent}% tolerates so many"
            if bad and bad[0].hint not in (None, SKIP):
                hint = f"{bad[0].hint}; {hint}"
            message = f"{table.skipped:,} of {total:,} rows cannot be read, more than {source.tolerated:g}%: {reason}"
            raise KpiError(message, hint=hint)
        return table

    def without(self, mask: int) -> Table:
        """The rows without those that have a bit of ``mask``, however many these are."""
        if mask not in self._known:
            # Also of no bit: the first dates of values are those of the rows that are left.
            table = self.base if self.select is None else self.select(mask)
            reasons = [
                f"{counted(cells.rows)}: {cells.words}" for cells in self.bad if cells.mask & mask and cells.rows
            ]
            self._known[mask] = replace(
                table,
                skipped=self.base.skipped + self.base.rows - table.rows + self.rejected.rows,
                skipped_reasons=(*self.base.skipped_reasons, *self.rejected.reasons, *reasons),
            )
        return self._known[mask]

    def notes_on(self, table: Table) -> tuple[str, ...]:
        """What readers of a number from these rows should know (G2)."""
        if not table.skipped:
            return self.notes
        return (*self.notes, skipped_in_words(table.skipped, table.rows, table.skipped_reasons))
