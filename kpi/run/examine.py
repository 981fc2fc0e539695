"""What ``kpi lint --data`` looks at: how the rows of each source lie, beside the series of all KPIs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kpi.data.database import Engine, quoted
from kpi.data.requirements import Need, complete, needs_of
from kpi.engine.table import Table
from kpi.errors import KpiError
from kpi.run.cached import compute
from kpi.run.series import Series
from kpi.run.source_loader import Sourcing, in_words

if TYPE_CHECKING:
    from kpi.plan.checks import Checked


@dataclass(frozen=True)
class SourceData:
    """The rows of one source up to ``as_of``.

    ``problem`` says why it cannot be read, None when it can; ``days`` are the days that have rows with their number,
    in order; ``repeated`` is how many rows stand there once more (see :func:`repeated`).
    """

    id: str
    problem: str | None = None
    rows: int = 0
    skipped: int = 0
    skipped_reasons: tuple[str, ...] = ()
    days: tuple[tuple[date, int], ...] = ()
    repeated: int = 0


@dataclass(frozen=True)
class Data:
    """Everything that the data of a plan says on one day: rows by source, series by KPI."""

    as_of: date
    sources: Mapping[str, SourceData]
    series: Mapping[str, Series]


def examine(checked: Checked, as_of: date) -> Data:
    """Read all sources of a valid plan with all their columns, and compute all KPIs. Raises nothing for the data."""
    series = compute(checked, as_of, parts=False).series
    with Engine(checked.plan.calendar.timezone) as engine:
        sourcing = Sourcing(engine, checked, as_of)
        asked = needs_of(checked, [*checked.formulas.values(), *checked.measures.values()])
        needs = {source: asked.get(source) or Need() for source in checked.plan.sources}
        for source, need in needs.items():
            need.everything = True
            complete(checked, source, need)
        try:
            sourcing.load(needs)
            sources = {source: looked_at(engine, sourcing, source) for source in needs}
        finally:
            sourcing.close()
    return Data(as_of, sources, series)


def looked_at(engine: Engine, sourcing: Sourcing, source: str) -> SourceData:
    """How the rows of a source lie, or why it cannot be read."""
    if source in sourcing.failures:
        return SourceData(source, problem=sourcing.failures[source])
    table = sourcing.tables[source]
    try:
        lying = sourcing.lying(source)
    except KpiError as error:
        return SourceData(source, problem=in_words(error))
    if lying is None:
        return described(engine, table)
    return SourceData(source, None, table.rows, table.skipped, table.skipped_reasons, *lying)


def described(engine: Engine, table: Table) -> SourceData:
    """How the rows of a loaded source lie."""
    days: list[tuple[date, int]] = []
    if table.shape == "dated":
        days = [
            (row[0], row[1]) for row in engine.ask(f"SELECT day$, count(*) FROM {table.name} GROUP BY 1 ORDER BY 1")
        ]
    return SourceData(
        table.source.id, None, table.rows, table.skipped, table.skipped_reasons, tuple(days), repeated(engine, table)
    )


def repeated(engine: Engine, table: Table) -> int:
    """How many rows stand there once more, where one column tells all different rows apart, as an order's number does.

    Without such a column two equal rows may well be two things that happened, such as two equal answers to a survey.
    """
    computed = {name.casefold() for name in table.source.computed}
    columns = [quoted(name) for name in table.kinds if name.casefold() not in computed]
    telling = [
        quoted(name) for name, kind in table.kinds.items() if kind in ("text", "number") and quoted(name) in columns
    ]
    if not telling:
        return 0
    distinct = f"SELECT DISTINCT {', '.join(columns)} FROM {table.name}"
    counts = ", ".join(f"count(DISTINCT {column})" for column in telling)
    different, *values = engine.ask(f"SELECT count(*), {counts} FROM ({distinct})")[0]
    return table.rows - int(different) if different in values else 0
