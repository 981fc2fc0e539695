"""Profiles of sources: rows, days, and columns with their kinds and examples, as people want to see them first, and
everything else in the data that ``kpi lint --data`` reviews."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from kpi.data.bad_rows import skipped_in_words
from kpi.data.database import Engine, quoted
from kpi.data.requirements import ColumnRequirements, complete, named_in, requirements_of
from kpi.engine.table_loader import Loader
from kpi.errors import KpiError
from kpi.run.cached import compute
from kpi.run.series import Series
from kpi.run.source_loader import LoadedSources, SourceLoader, in_words
from kpi.values import round12

if TYPE_CHECKING:
    from kpi.engine.table import Shape, Table
    from kpi.formulas.types import ValueType
    from kpi.plan.checks import Checked
    from kpi.plan.model import Source

EXAMPLES = 3
RANGED: tuple[ValueType, ...] = ("number", "date", "timestamp", "instant", "duration")
Example = float | str | bool


@dataclass(frozen=True)
class ColumnProfile:
    """One column. ``empty`` counts the rows that have no value in it.

    ``examples`` are the least and the greatest value where ``ranged`` (numbers, times as text, durations in seconds),
    else the most frequent ones, the most frequent first.
    """

    name: str
    kind: ValueType
    computed: bool
    empty: int
    examples: tuple[Example, ...]

    @property
    def ranged(self) -> bool:
        """Whether the examples are the least and the greatest value."""
        return self.kind in RANGED


@dataclass(frozen=True)
class SourceProfile:
    """One source up to a day.

    ``problem`` says why KPIs cannot use it; then the rest is what is known all the same: without the rows that cannot
    be read, or without its dates, or nothing (``rows`` and ``shape`` are None). ``later`` is the number of rows that
    are left out because they are dated after that day. A profile has either ``columns`` or the distribution of rows:
    ``days`` that have rows with their number, in order, and the number of ``duplicates``.
    """

    id: str
    problem: str | None = None
    rows: int | None = None
    shape: Shape | None = None
    first: date | None = None
    last: date | None = None
    skipped: int = 0
    skipped_reasons: tuple[str, ...] = ()
    columns: tuple[ColumnProfile, ...] = ()
    days: tuple[tuple[date, int], ...] = ()
    duplicates: int = 0
    later: int = 0

    @property
    def skipped_note(self) -> str:
        """That rows were skipped, and why."""
        return skipped_in_words(self.skipped, self.rows or 0, self.skipped_reasons)


@dataclass(frozen=True)
class DataProfile:
    """Everything in the data of a plan on one day that ``kpi lint --data`` reviews: sources and the series of KPIs."""

    as_of: date
    sources: Mapping[str, SourceProfile]
    series: Mapping[str, Series]


def profile_sources(
    checked: Checked,
    as_of: date,
    sources: Collection[str] | None = None,
    *,
    memory: str | None = None,
    seconds: float | None = None,
) -> dict[str, SourceProfile]:
    """The columns of the sources named (None: all), with the kinds that the formulas of the plan require.

    ``memory`` is what the engine may use, e.g. ``512MB``; the rest goes to disk. ``seconds`` is how long it may take.
    Raises nothing for what is in the data, and does what is possible for a plan that is not valid.
    """
    asked = list(checked.plan.sources if sources is None else sources)
    timezone = checked.plan.calendar.timezone
    with Engine(timezone, memory, seconds) as engine:
        found = _profiles(engine, checked, as_of, asked, column_profiles)
    for name, profile in found.items():
        if profile.problem is not None:
            # In an engine of its own: the other may have been cut off from files since.
            with Engine(timezone, memory, seconds) as engine:
                found[name] = replace(partial_profile(engine, checked, name, as_of), problem=profile.problem)
    return found


def profile_data(checked: Checked, as_of: date, periods: int = 12) -> DataProfile:
    """The distribution of the rows of all sources of a valid plan, and the series of all KPIs with a history of
    ``periods``. Raises nothing for what is in the data."""
    series = compute(checked, as_of, periods=periods, parts=False).series
    with Engine(checked.plan.calendar.timezone) as engine:
        sources = _profiles(engine, checked, as_of, checked.plan.sources, row_distribution)
    return DataProfile(as_of, sources, series)


def _profiles(
    engine: Engine,
    checked: Checked,
    as_of: date,
    names: Iterable[str],
    profile: Callable[[LoadedSources, str], SourceProfile],
) -> dict[str, SourceProfile]:
    """The profile of each of these sources, or why there is none."""
    asked = list(names)
    requirements = requirements_of(checked, checked.dependencies.formulas, whole=asked)
    needed = _with_queried(checked, asked, requirements)
    found = {}
    with SourceLoader(engine, checked, as_of, count_later=True) as loader:
        loaded = loader.load({name: required for name, required in requirements.items() if name in needed})
        for name in asked:
            try:
                failure = loaded.failures.get(name)
                found[name] = profile(loaded, name) if failure is None else SourceProfile(name, problem=failure)
            except KpiError as error:
                found[name] = SourceProfile(name, problem=in_words(error))
    return found


def _with_queried(checked: Checked, asked: Collection[str], known: Collection[str]) -> set[str]:
    """The sources asked for, and those that their queries may read. A query may name more than it reads."""
    found, waiting = set(asked), list(asked)
    for name in waiting:  # grows while it is iterated over
        new = set(named_in(checked.plan.sources[name].query or "", known)) - found
        found |= new
        waiting += new
    return found


def partial_profile(engine: Engine, checked: Checked, name: str, as_of: date) -> SourceProfile:
    """What is known of a source that KPIs cannot use: first without its bad rows, then as mere text."""
    source, facts = checked.plan.sources[name], checked.facts[name]
    if not facts.files or (facts.kind == "csv" and not facts.per_file):
        return SourceProfile(name)
    lenient = source.model_copy(update={"on_bad_rows": "skip"})
    undated = dict.fromkeys(("date", "from_", "until", "through", "where"))
    bare = lenient.model_copy(update={**undated, "computed": {}})
    required = ColumnRequirements(everything=True)
    complete(checked, name, required)
    everything = ColumnRequirements(everything=True)
    attempts: list[tuple[Source, ColumnRequirements]] = [
        (lenient, required), (bare, everything), (bare.model_copy(update={"types": {}}), everything),
    ]  # fmt: skip
    for attempt, wanted in attempts:
        where = checked.where.get(name) if attempt is lenient else None
        try:
            rows = Loader(engine, checked.plan, attempt, facts, wanted, where, as_of, count_later=True).load()
            table = rows.without(rows.any)
            return _with_columns(table, _column_examples(engine, table))
        except (KpiError, engine.Error, OSError):
            continue
    return SourceProfile(name)


# Columns.


def column_profiles(loaded: LoadedSources, name: str) -> SourceProfile:
    """The profile of a source that has been read, with its columns. Raises KpiError."""
    table = loaded.rows[name].all_readable()
    if (warehouses := loaded.warehouse_of(name)) is not None:
        return _with_columns(table, warehouses.column_counts(name, RANGED, EXAMPLES))
    return _with_columns(table, _column_examples(loaded.engine, table))


def _with_columns(table: Table, counted: Mapping[str, tuple[int, tuple[Example, ...]]]) -> SourceProfile:
    computed = {name.casefold() for name in table.source.computed}
    columns = tuple(
        ColumnProfile(name, kind, name.casefold() in computed, *counted[name]) for name, kind in table.kinds.items()
    )
    return replace(_of_table(table), shape=table.shape, first=table.first, last=table.last, columns=columns)


def _of_table(table: Table) -> SourceProfile:
    return SourceProfile(
        table.source.id, rows=table.rows, later=table.later, skipped=table.skipped,
        skipped_reasons=table.skipped_reasons,
    )  # fmt: skip


def _column_examples(engine: Engine, table: Table) -> dict[str, tuple[int, tuple[Example, ...]]]:
    """For each column the number of missing values, and its examples."""
    asked = []
    for name, kind in table.kinds.items():
        column = quoted(name)
        plain = "DOUBLE" if kind in ("number", "duration") else "VARCHAR"
        ends = f"min({column})::{plain}, max({column})::{plain}" if kind in RANGED else "NULL, NULL"
        asked.append(f"count(*) - count({column}), {ends}")
    row = engine.ask(f"SELECT {', '.join(asked) or '1'} FROM {table.name}")[0]
    found: dict[str, tuple[int, tuple[Example, ...]]] = {}
    for place, (name, kind) in enumerate(table.kinds.items()):
        empty, *ends_ = row[3 * place : 3 * place + 3]
        known: list[Any] = [end for end in ends_ if end is not None]
        examples = tuple(dict.fromkeys(round12(end) if isinstance(end, float) else end for end in known))
        if kind not in RANGED and kind != "empty":
            examples = _most_frequent(engine, table, name)
        found[name] = empty, examples
    return found


def _most_frequent(engine: Engine, table: Table, name: str) -> tuple[Example, ...]:
    """The most frequent values of a column; of equally frequent ones the least first."""
    column = quoted(name)
    rows = engine.ask(
        f"SELECT {column} FROM {table.name} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 "
        f"LIMIT {EXAMPLES}"
    )
    return tuple(row[0] for row in rows)


# Rows.


def row_distribution(loaded: LoadedSources, name: str) -> SourceProfile:
    """The profile of a source that has been read, with the days of its rows and its duplicates. Raises KpiError."""
    table = loaded.rows[name].all_readable()
    if (warehouses := loaded.warehouse_of(name)) is not None:
        days, duplicates = warehouses.date_distribution(name)
    else:
        days, duplicates = _date_distribution(loaded.engine, table), _duplicate_rows(loaded.engine, table)
    return replace(_of_table(table), days=days, duplicates=duplicates)


def _date_distribution(engine: Engine, table: Table) -> tuple[tuple[date, int], ...]:
    if table.shape != "dated":
        return ()
    rows = engine.ask(f"SELECT day$, count(*) FROM {table.name} GROUP BY 1 ORDER BY 1")
    return tuple((row[0], row[1]) for row in rows)


def _duplicate_rows(engine: Engine, table: Table) -> int:
    """How many rows repeat another, where one column distinguishes all distinct rows, as an order's number does.

    Without such a column two equal rows may well be two things that happened, such as two equal answers to a survey.
    """
    computed = {name.casefold() for name in table.source.computed}
    columns = {quoted(name): kind for name, kind in table.kinds.items() if name.casefold() not in computed}
    candidates = [name for name, kind in columns.items() if kind in ("text", "number")]
    if not candidates:
        return 0
    distinct = f"SELECT DISTINCT {', '.join(columns)} FROM {table.name}"
    counts = ", ".join(f"count(DISTINCT {column})" for column in candidates)
    different, *values = engine.ask(f"SELECT count(*), {counts} FROM ({distinct})")[0]
    return table.rows - int(different) if different in values else 0
