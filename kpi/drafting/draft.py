"""Drafts of plans: from files to a text that lints without errors and computes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from kpi.data.database import Engine
from kpi.drafting.columns import Order, meanings
from kpi.drafting.files import found_files, sources_of
from kpi.drafting.from_catalog import from_catalog, without_repeated
from kpi.drafting.kpis import Proposal, proposals
from kpi.drafting.plan_text import drafted_plan
from kpi.drafting.reading import checked_plan, read_source
from kpi.drafting.spec import SourceSpec, plan_text
from kpi.drafting.tables import DraftTable, draft_table
from kpi.drafting.words import title_of
from kpi.errors import KpiError
from kpi.formulas import parse_formula
from kpi.formulas.walk import sources
from kpi.values import Calendar, period_of, shift

# Data that ends so many periods before today is old: all of it would be stale.
OLD_PERIODS = 2
MOST_ROUNDS = 6


class Unread(NamedTuple):
    """A source that cannot be read, and why."""

    id: str
    reason: str


@dataclass(frozen=True)
class Draft:
    """A drafted plan. ``unread`` are the sources that are not in it, ``as_of`` the day that it is computed for where
    all data is old, ``skipped`` the KPIs that were left out because they could not be computed."""

    text: str
    tables: Sequence[DraftTable]
    kpis: Sequence[Proposal]
    unread: Sequence[Unread]
    as_of: date | None

    @property
    def doubts(self) -> list[str]:
        """The columns of dates that can be read in two ways."""
        return [one.doubt for table in self.tables for one in table.meanings.values() if one.doubt is not None]


def draft(given: Sequence[str], file: Path, today: date, order: Order | None = None) -> Draft:
    """Draft the plan ``file`` from data files. ``given`` are paths, patterns and folders; ``order`` says which of day
    and month dates have first where nothing in the files does.

    Raises UsageError for a file that is not there, and KpiError where no file can be read.
    """
    folder = file.parent.resolve()
    specs = sources_of([path.resolve() for path in found_files(given)], folder)
    tables, unread = _tables(specs, file, today, order)
    if not tables:
        raise KpiError(unread[0].reason, hint="kpi sources FILE shows what is known of it")
    ready_made, tables = from_catalog(tables)
    tables, unread = _readable(tables, unread, file, today)
    as_of = _as_of(tables, today)
    title = title_of(folder.name) or "First plan"
    plain = [one for table in tables for one in proposals(table)]
    left = [one for one in ready_made if _computes(one, tables)]
    kpis = _distinct([*left, *without_repeated(plain, left)], tables)
    return Draft(drafted_plan(title, tables, kpis, as_of), tables, kpis, unread, as_of)


def _computes(one: Proposal, tables: Sequence[DraftTable]) -> bool:
    """Whether all sources of a formula are in the draft."""
    named = {table for table, _ in sources(parse_formula(one.formula))}
    return named <= {table.id for table in tables}


def draft_sources(given: Sequence[str], file: Path, today: date) -> tuple[str, Sequence[Unread]]:
    """The text of a plan with sources for data files and nothing else, and the sources that cannot be read.

    Files may be anywhere. Raises UsageError for one that is not there.
    """
    files = [path.resolve() for path in found_files(given)]
    specs = sources_of(files, file.parent.resolve())
    tables, unread = _tables(specs, file, today, allowed=[path.parent for path in files])
    known: dict[str, SourceSpec] = {spec.id: spec for spec in specs}
    known |= {table.id: table.spec for table in tables}
    return plan_text(known), unread


def source_spec(file: Path, plan: Path, today: date, allowed: Sequence[Path] = ()) -> SourceSpec | None:
    """How a data file is read as a source of ``plan``: its options and types; None where it cannot be read. Files in
    the folders ``allowed`` may be read as well."""
    tables, _ = _tables(sources_of([file.resolve()], plan.parent.resolve()), plan, today, allowed=allowed)
    return tables[0].spec if tables else None


def _tables(
    specs: Sequence[SourceSpec],
    file: Path,
    today: date,
    order: Order | None = None,
    allowed: Sequence[Path] = (),
) -> tuple[list[DraftTable], list[Unread]]:
    tables: list[DraftTable] = []
    unread: list[Unread] = []
    with Engine("UTC") as engine:
        for spec in specs:
            try:
                table = read_source(engine, spec, file, allowed)
                if not table.rows:
                    unread.append(Unread(spec.id, f"{', '.join(spec.paths)} has no rows"))
                    continue
                tables.append(draft_table(engine, table, meanings(engine, table, today, order), today))
            except KpiError as error:
                unread.append(Unread(spec.id, f"{error.message}; {error.hint}" if error.hint else error.message))
            except engine.Error as error:
                unread.append(Unread(spec.id, f"{', '.join(spec.paths)} cannot be read: {str(error).splitlines()[0]}"))
    return tables, unread


def _readable(
    tables: Sequence[DraftTable], unread: Sequence[Unread], file: Path, today: date
) -> tuple[list[DraftTable], list[Unread]]:
    """The tables as the reader of plans reads all their rows, and those that it does not."""
    from kpi.run.profile import profile_sources

    left = {table.id: table for table in tables}
    failed: dict[str, str] = {}
    for _ in range(MOST_ROUNDS):
        checked = checked_plan(plan_text({id_: table.spec for id_, table in left.items()}), file)
        found = profile_sources(checked, today)
        problems = {id_: profile.problem for id_, profile in found.items() if profile.problem is not None}
        if not problems:
            break
        for id_, problem in problems.items():
            changed = left[id_].spec.with_hint(problem)
            if changed is None and left[id_].spec.on_bad_rows is None:
                changed = replace(left[id_].spec, on_bad_rows="skip")
            if changed is None:
                failed[id_] = problem
                del left[id_]
            else:
                left[id_] = replace(left[id_], spec=changed)
    return list(left.values()), [*unread, *(Unread(id_, problem) for id_, problem in failed.items())]


def _as_of(tables: Sequence[DraftTable], today: date) -> date | None:
    """The last day of the last complete period, where all data is old; None where some is not."""
    dated = [table for table in tables if table.last is not None and not table.planned]
    if not dated:
        return None
    calendar = Calendar()
    ends = [_last_complete(table, calendar) for table in dated]
    recent = any(
        shift(period_of(end, table.every, calendar), OLD_PERIODS, calendar).start > today
        for table, end in zip(dated, ends, strict=True)
    )
    return None if recent else max(ends)


def _last_complete(table: DraftTable, calendar: Calendar) -> date:
    """The last day of the last period that the rows of a table fill."""
    last = table.last
    if last is None:
        return date.min
    period = period_of(last, table.every, calendar)
    by_month = table.when is not None and table.when.firsts and table.every in ("month", "year")
    if by_month or last >= period.last_day:
        return period.last_day
    before = period.start - timedelta(days=1)
    first = None if table.when is None else table.when.first
    return last if first is not None and before < first else before


def _distinct(kpis: Sequence[Proposal], tables: Sequence[DraftTable]) -> list[Proposal]:
    """The proposals with ids that no other and no source has."""
    taken = {table.id for table in tables}
    found = []
    for one in kpis:
        id_ = one.id
        if id_ in taken:
            source = next((table.id for table in tables if f"({table.id}" in one.formula), "")
            id_ = f"{source}_{one.id}"
        number = 2
        while id_ in taken:
            id_, number = f"{one.id}_{number}", number + 1
        taken.add(id_)
        found.append(replace(one, id=id_))
    return found
