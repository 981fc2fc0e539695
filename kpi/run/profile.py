"""What is in the sources: rows, days, columns with their kinds and examples, as a person wants to see it first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from kpi.values import round12

if TYPE_CHECKING:
    from kpi.data.database import Engine
    from kpi.data.requirements import Need
    from kpi.engine.table import Shape, Table
    from kpi.formulas.types import ValueType
    from kpi.plan.checks import Checked
    from kpi.plan.model import Source
    from kpi.warehouse.profile import Counted

EXAMPLES = 3
RANGED: tuple[ValueType, ...] = ("number", "date", "timestamp", "instant", "duration")
Example = float | str | bool


@dataclass(frozen=True)
class SurveyedColumn:
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
        """Whether the examples are the two ends of what there is."""
        return self.kind in RANGED


@dataclass(frozen=True)
class Surveyed:
    """One source up to a day. ``problem`` says why KPIs cannot use it; then the rest is what can be told all the same:
    without the rows that cannot be read, or without its dates, or nothing (``rows`` and ``shape`` are None)."""

    id: str
    problem: str | None = None
    rows: int | None = None
    shape: Shape | None = None
    first: date | None = None
    last: date | None = None
    skipped: int = 0
    skipped_reasons: tuple[str, ...] = ()
    columns: tuple[SurveyedColumn, ...] = ()


def survey(
    checked: Checked,
    as_of: date,
    sources: Collection[str] | None = None,
    *,
    memory: str | None = None,
    seconds: float | None = None,
) -> dict[str, Surveyed]:
    """Read the sources named (None: all) whole, with the kinds that the formulas of the plan ask of their columns.

    ``memory`` is what the engine may use, e.g. ``512MB``; the rest goes to the disk. ``seconds`` is how long it
    may take. Raises nothing for what is in the data, and works as well as it can on a plan that is not valid.
    """
    from kpi.data.database import Engine
    from kpi.data.requirements import needs_of
    from kpi.errors import KpiError
    from kpi.run.source_loader import Sourcing, in_words

    asked = list(checked.plan.sources if sources is None else sources)
    timezone = checked.plan.calendar.timezone
    with Engine(timezone, memory, seconds) as engine:
        formulas = [*checked.formulas.values(), *checked.measures.values()]
        needs = needs_of(checked, formulas, whole=asked)
        reached = reached_from(asked, needs, checked)
        sourcing = Sourcing(engine, checked, as_of)
        try:
            sourcing.load({name: need for name, need in needs.items() if name in reached})
            found = {}
            for name, table in sourcing.tables.items():
                if name in asked:
                    try:
                        found[name] = surveyed(engine, table, sourcing.counts(name, RANGED, EXAMPLES))
                    except KpiError as error:
                        sourcing.failures[name] = in_words(error)
        finally:
            sourcing.close()
    for name in asked:
        if name not in found:
            # In an engine of its own: the other may have been cut off from files since.
            with Engine(timezone, memory, seconds) as engine:
                found[name] = replace(second_look(engine, checked, name, as_of), problem=sourcing.failures[name])
    return {name: found[name] for name in asked}


def reached_from(asked: Collection[str], needs: Collection[str], checked: Checked) -> set[str]:
    """The sources asked for, and those that their queries read."""
    from kpi.data.requirements import named_in

    reached, waiting = set(asked), list(asked)
    for name in waiting:  # grows while it is walked
        new = set(named_in(checked.plan.sources[name].query or "", needs)) - reached
        reached |= new
        waiting += new
    return reached


def second_look(engine: Engine, checked: Checked, name: str, as_of: date) -> Surveyed:
    """What can be told of a source that cannot be computed from: first without its bad rows, then as mere text."""
    from kpi.data.requirements import Need, complete
    from kpi.engine.table_loader import Loader
    from kpi.errors import KpiError

    source, facts = checked.plan.sources[name], checked.facts[name]
    if not facts.files or (facts.kind == "csv" and not facts.per_file):
        return Surveyed(name)
    milder = source.model_copy(update={"on_bad_rows": "skip"})
    undated = dict.fromkeys(("date", "from_", "until", "through", "where"))
    bare = milder.model_copy(update={**undated, "computed": {}})
    need = Need(everything=True)
    complete(checked, name, need)
    everything = Need(everything=True)
    untyped = bare.model_copy(update={"types": {}})
    looks: list[tuple[Source, Need]] = [(milder, need), (bare, everything), (untyped, everything)]
    for look, wanted in looks:
        where = checked.where.get(name) if look is milder else None
        try:
            return surveyed(engine, Loader(engine, checked.plan, look, facts, wanted, where, as_of).load())
        except (KpiError, engine.Error, OSError):
            continue
    return Surveyed(name)


def surveyed(engine: Engine, table: Table, counted: Counted | None = None) -> Surveyed:
    """What there is to say about a source that has been read. ``counted`` is what a warehouse says of its columns."""
    computed = {name.casefold() for name in table.source.computed}
    far = counted is not None
    counted = counts(engine, table) if counted is None else counted
    columns = []
    for name, kind in table.kinds.items():
        empty, examples = counted[name]
        if kind not in RANGED and kind != "empty" and not far:
            examples = most_frequent(engine, table, name)
        columns.append(SurveyedColumn(name, kind, name.casefold() in computed, empty, examples))
    return Surveyed(
        table.source.id, None, table.rows, table.shape, table.first, table.last, table.skipped,
        table.skipped_reasons, tuple(columns),
    )  # fmt: skip


def counts(engine: Engine, table: Table) -> dict[str, tuple[int, tuple[Example, ...]]]:
    """For each column how many values are missing, and the two ends of what is there."""
    from kpi.data.database import quoted

    asked = []
    for name, kind in table.kinds.items():
        column = quoted(name)
        plain = "DOUBLE" if kind in ("number", "duration") else "VARCHAR"
        ends = f"min({column})::{plain}, max({column})::{plain}" if kind in RANGED else "NULL, NULL"
        asked.append(f"count(*) - count({column}), {ends}")
    row = engine.ask(f"SELECT {', '.join(asked) or '1'} FROM {table.name}")[0]
    found: dict[str, tuple[int, tuple[Example, ...]]] = {}
    for place, name in enumerate(table.kinds):
        empty, least, greatest = row[3 * place : 3 * place + 3]
        known: list[Any] = [end for end in (least, greatest) if end is not None]
        found[name] = (empty, tuple(dict.fromkeys(round12(end) if isinstance(end, float) else end for end in known)))
    return found


def most_frequent(engine: Engine, table: Table, name: str) -> tuple[Example, ...]:
    """The most frequent values of a column, in a fixed order where they are as frequent."""
    from kpi.data.database import quoted

    column = quoted(name)
    rows = engine.ask(
        f"SELECT {column} FROM {table.name} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 "
        f"LIMIT {EXAMPLES}"
    )
    return tuple(row[0] for row in rows)
