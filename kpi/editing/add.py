"""Adds a KPI of the catalog to a plan, its tables mapped to sources of the plan or to files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from kpi.catalog.catalog import Requirement, load_catalog, requirements
from kpi.catalog.model import MONEY, CatalogKpi
from kpi.editing.fields import refuse_ambiguous
from kpi.errors import KpiError, TextError, UsageError, did_you_mean
from kpi.formulas import columns, parse_row
from kpi.formulas.column_names import column_name, folded
from kpi.formulas.renaming import SourceNames, renamed_formula, renamed_row
from kpi.plan.yaml.round_trip import Value, add_entry, set_entry
from kpi.values import parse_unit

if TYPE_CHECKING:
    from kpi.editing.session import Session
    from kpi.formulas.nodes import Node
    from kpi.plan.model import Plan, Source

_WIDTH = 100  # columns of a comment


class Wanted(NamedTuple):
    """What a user says of the KPI to be added.

    ``tables`` maps a table of the catalog to a source of the plan or a path of files, ``names`` a column of the
    catalog, with its table where that is needed (``orders.amount``), to a column of the user's file; ``expressions``
    maps one to a row expression over these. ``reading`` are options of ``read:`` for new sources, which win over what
    the file itself shows.
    """

    kpi: str
    goal: str | None = None
    id_: str | None = None
    owner: str | None = None
    target: str | None = None
    currency: str | None = None
    tables: Mapping[str, str] = {}
    names: Mapping[str, str] = {}
    expressions: Mapping[str, str] = {}
    reading: Mapping[str, str] = {}


class MissingError(UsageError):
    """Something that the user has to say: the field of :class:`Wanted` that is missing, and for which table or column.

    ``choices`` are values to choose from, if these are known.
    """

    def __init__(
        self, message: str, hint: str, field: str, key: str | None = None, choices: Sequence[str] = ()
    ) -> None:
        super().__init__(message, hint=hint)
        self.field = field
        self.key = key
        self.choices = tuple(choices)


class Added(NamedTuple):
    """The changed texts by file, the id of the KPI, and the sources that are new."""

    texts: dict[str, str]
    id_: str
    sources: tuple[str, ...]


def added(session: Session, wanted: Wanted) -> Added:
    """The texts with the KPI, and with the sources that it needs and the plan does not have.

    Raises MissingError for what is still to be said, and UsageError for what cannot be.
    """
    catalog = load_catalog()
    kpi = catalog.kpis.get(wanted.kpi)
    if kpi is None:
        hint = did_you_mean(wanted.kpi, catalog.kpis) or f"kpi catalog {wanted.kpi} searches for it"
        raise UsageError(f'the catalog has no KPI "{wanted.kpi}"', hint=hint)
    plan = session.checked.plan
    id_ = wanted.id_ or kpi.id
    if id_ in plan.kpis or id_ in plan.measures:
        raise UsageError(f'there is a KPI or measure "{id_}" already', hint="--id NAME gives this one another id")
    goal = _goal(plan, wanted.goal)
    needs = requirements(catalog, kpi)
    _check_tables(wanted, needs)
    renaming, computing = _Renaming(wanted.names, needs), _Renaming(wanted.expressions, needs)
    placed = [
        _Placed(session, need, wanted.tables.get(need.source.id), renaming, computing, wanted.reading) for need in needs
    ]
    if wanted.reading and not any(one.is_new for one in placed):
        raise UsageError(
            "reading options are for a new source, and the KPI uses one that is there",
            hint="edit its read: in the file",
        )
    names = {one.table.id: SourceNames(one.id_, one.names) for one in placed}
    fields = dict(_fields(plan, kpi, goal, wanted, renamed_formula(kpi.formula, names)))
    name, text = session.main()
    texts = {name: text}
    for one in placed:
        one.write(session, texts, name)
    texts[name] = add_entry(texts[name], "kpis", id_, fields, _comments(kpi))
    _check_columns(session, texts, placed)
    return Added(texts, id_, tuple(one.id_ for one in placed if one.is_new))


def _goal(plan: Plan, goal: str | None) -> str:
    if not plan.goals:
        raise UsageError("the plan has no goal, and a KPI serves one", hint="write a goal first, as kpi init shows it")
    if goal is None:
        hint = f"--goal GOAL names one: {', '.join(plan.goals)}"
        raise MissingError("the goal is missing", hint, "goal", choices=tuple(plan.goals))
    if goal not in plan.goals:
        raise UsageError(f'there is no goal "{goal}"', hint=did_you_mean(goal, plan.goals))
    return goal


def _check_tables(wanted: Wanted, needs: Sequence[Requirement]) -> None:
    known = [need.source.id for need in needs]
    for table in wanted.tables:
        if table not in known:
            raise UsageError(f'{wanted.kpi} needs no table "{table}"', hint=f"it needs {', '.join(known)}")


def _fields(plan: Plan, kpi: CatalogKpi, goal: str, wanted: Wanted, formula: str) -> Iterator[tuple[str, Value]]:
    """The fields of the new KPI in the order of a file."""
    yield "name", kpi.name
    yield "goal", goal
    yield "question", kpi.questions[0]
    owner = wanted.owner or plan.goals[goal].owner
    if owner is not None:
        yield "owner", owner
    yield "indicator", kpi.indicator
    leads = [id_ for id_ in kpi.leads if id_ in plan.kpis]
    if leads:
        yield "leads", leads
    yield "kind", "direct" if kpi.proxy_of is None else "proxy"
    yield "unit", _unit(plan, kpi, wanted.currency)
    yield "every", kpi.every
    if kpi.window is not None:
        yield "window", kpi.window
    yield "formula", formula
    if wanted.target is not None:
        refuse_ambiguous(wanted.target)
        yield "target", wanted.target
    guardrails = [id_ for id_ in kpi.guardrails if id_ in plan.kpis]
    if guardrails:
        yield "guardrails", guardrails


def _unit(plan: Plan, kpi: CatalogKpi, currency: str | None) -> str:
    if kpi.unit != MONEY:
        return kpi.unit
    used = {one.unit for one in plan.kpis.values() if one.unit and parse_unit(one.unit).kind == "currency"}
    if currency is not None:
        return currency
    if len(used) != 1:
        hint = "--currency CODE names it, such as EUR or USD"
        raise MissingError("the currency is missing", hint, "currency", choices=sorted(filter(None, used)))
    return str(used.pop())


def _comments(kpi: CatalogKpi) -> list[str]:
    from textwrap import wrap

    return [*wrap(kpi.sentence, _WIDTH), *wrap("Misleads: " + " ".join(kpi.misleads), _WIDTH)]


class _Renaming:
    """Which columns or expressions of the user stand for columns of the catalog."""

    def __init__(self, names: Mapping[str, str], needs: Sequence[Requirement]) -> None:
        known = {(need.source.id, column) for need in needs for column in need.columns}
        self._names: dict[tuple[str, str], str] = {}
        for written, theirs in names.items():
            table, _, column = written.rpartition(".")
            fits = [one for one in known if one[1] == column and table in ("", one[0])]
            if not fits:
                columns_ = list(dict.fromkeys(name for need in needs for name in need.columns))
                hint = did_you_mean(column, columns_) or f"it needs {', '.join(columns_)}"
                raise UsageError(f'no column "{written}" is needed', hint=hint)
            self._names.update(dict.fromkeys(fits, theirs))

    def get(self, table: str, column: str) -> str | None:
        """What the user says of a column of the catalog; None where nothing was said."""
        return self._names.get((table, column))


class _Placed:
    """A table of the catalog, as a source of the plan that exists or as a new one."""

    def __init__(
        self,
        session: Session,
        need: Requirement,
        where: str | None,
        renaming: _Renaming,
        computing: _Renaming,
        reading: Mapping[str, str],
    ) -> None:
        self.need, self.table = need, need.source
        sources = session.checked.plan.sources
        where = where or (self.table.id if self.table.id in sources else None)
        if where is None:
            about = self.table.about[0].lower() + self.table.about[1:].rstrip(".")
            raise MissingError(
                f"it is not said where {self.table.id} come from: {about}",
                f"--source {self.table.id}=FILE names the file, or a source of the plan",
                "tables",
                self.table.id,
                tuple(sources),
            )
        self.is_new = where not in sources
        self.path = where
        self.id_ = where if not self.is_new else self.table.id
        if self.is_new:
            self._check_path(where, sources)
        self.source: Source | None = None if self.is_new else sources[where]
        self.read, self.types = _how_read(session, where, reading) if self.is_new else ({}, {})
        self.given = {name: renaming.get(self.table.id, name) for name in need.columns}
        if self.source is not None:
            self._check_kind(self.source)
        found = ((name, computing.get(self.table.id, name)) for name in need.columns)
        self.expressions = {name: expression for name, expression in found if expression is not None}
        self.names = {name: self._name(session, name) for name in need.columns}

    def _check_path(self, where: str, sources: Mapping[str, Source]) -> None:
        if not any(character in where for character in "./*\\"):
            raise UsageError(
                f'there is no source "{where}", and it is no path of a file', hint=did_you_mean(where, sources)
            )
        if self.id_ in sources:
            hint = f"--source {self.table.id}={self.id_} uses it"
            raise UsageError(f'there is a source "{self.id_}" already', hint=hint)

    def _check_kind(self, source: Source) -> None:
        """The rows of a source last where those of the table do, and happen where they happen."""
        if (self.table.from_ is not None) != source.lasting or (self.table.date is not None and source.date is None):
            times = "from and until" if self.table.from_ else "a date"
            raise UsageError(
                f'the rows of {self.table.id} have {times}, and those of the source "{source.id}" have not',
                hint=f"--source {self.table.id}=FILE makes another source of the file",
            )

    def _name(self, session: Session, name: str) -> str:
        """What a formula calls a column of the catalog."""
        given = self.given[name]
        if name in self.expressions:
            used = {column.name for column in columns(_row(self.expressions[name]))}
            taken = {folded(one) for one in (*used, *self._columns(session))}
            return f"mapped_{name}" if folded(name) in taken else name
        if self.source is None:
            return name  # the new source maps it in `columns`
        if given is None:
            times = {self.table.date: self.source.date, self.table.from_: self.source.from_}
            times[self.table.until] = self.source.until or self.source.through
            return times.get(name) or name
        known = session.checked.facts[self.id_].columns or {}
        by_header = {header: called for called, header in known.items()}
        return by_header.get(given, given if given in self.source.computed else column_name(given))

    def _columns(self, session: Session) -> Iterable[str]:
        """The columns of the source, of a new one as its file has them; none where they are not known."""
        checked = session.checked
        if self.source is None:
            main, text = session.main()
            checked, _ = session.tried({main: add_entry(text, "sources", self.id_, self._reading(session))})
        facts = checked.facts.get(self.id_)
        return () if facts is None else facts.columns or ()

    def _reading(self, session: Session) -> dict[str, Value]:
        """The path of a new source, and how its file is read."""
        return {"path": self._path(session), **({"read": self.read} if self.read else {})}

    def _types(self) -> dict[str, str]:
        """The types of the columns that the table needs, under the names that they have in the new source."""
        called = {folded(column_name(self.given[name] or name)): name for name in self.names}
        return {called[folded(name)]: type_ for name, type_ in self.types.items() if folded(name) in called}

    def _path(self, session: Session) -> str:
        """The path of a new source. On the command line it is relative to where the command runs, in the file to it."""
        folder = session.checked.plan.folder
        path = self.path if os.path.isabs(self.path) else os.path.relpath(self.path, folder)  # noqa: PTH117
        return path.replace(os.sep, "/")

    def write(self, session: Session, texts: dict[str, str], main: str) -> None:
        """Add the source, or the computed columns that it lacks, to the texts."""
        computed = {self.names[name]: expression for name, expression in self.expressions.items()}
        computed |= {name: renamed_row(self.table.computed[name], self.names) for name in self.need.computed}
        if self.source is None:
            texts[main] = add_entry(texts[main], "sources", self.id_, dict(self._entry(session, computed)))
            return
        file = session.checked.places.key(("sources", self.id_)).file
        for name, expression in computed.items():
            there = self.source.computed.get(name)
            if there is None:
                text = texts.get(file, session.texts[file])
                texts[file] = set_entry(text, ("sources", self.id_, "computed"), name, expression)
            elif parse_row(there) != parse_row(expression):
                raise UsageError(
                    f'the source "{self.id_}" computes {name} already, as {there}',
                    hint=f"the KPI needs {expression}; rename the one that is there",
                )

    def _entry(self, session: Session, computed: Mapping[str, str]) -> Iterator[tuple[str, Value]]:
        yield from self._reading(session).items()
        for field, name in (("date", self.table.date), ("from", self.table.from_), ("until", self.table.until)):
            if name is not None:
                yield field, self.names.get(name, name)
        mapped = {name: theirs for name, theirs in self.given.items() if theirs is not None and theirs != name}
        if mapped:
            yield "columns", mapped
        if types := self._types():
            yield "types", types
        if computed:
            yield "computed", computed
        if self.table.no_rows is not None:
            yield "no_rows", self.table.no_rows


def _how_read(
    session: Session, where: str, given: Mapping[str, str]
) -> tuple[dict[str, str | Sequence[str]], Mapping[str, str]]:
    """The options of reading and the types of columns that a file shows, as ``kpi init --from`` finds them; options
    that are given win. Nothing of files that cannot be read, which the check of the plan explains."""
    from glob import glob
    from pathlib import Path

    from kpi.clock import today
    from kpi.drafting.draft import source_spec

    paths = [Path(one) for one in sorted(glob(where, recursive=True)) if Path(one).is_file()]  # noqa: PTH207
    spec = None
    if paths:
        try:
            spec = source_spec(paths[0], session.file, today("UTC"), session.allowed)
        except KpiError:
            spec = None
    options = {**({} if spec is None else spec.read), **given}
    read = {name: _listed(value) if value.startswith("[") else value for name, value in options.items()}
    return read, {} if spec is None else spec.types


def _listed(text: str) -> Sequence[str]:
    import yaml

    return [str(one) for one in yaml.load(text, yaml.BaseLoader)]


def _row(expression: str) -> Node:
    """The tree of an expression that the user wrote. Raises UsageError."""
    try:
        return parse_row(expression)
    except TextError as mistake:
        raise UsageError(f"{expression}: {mistake.message}", hint=mistake.hint) from None


def _check_columns(session: Session, texts: Mapping[str, str], placed: Sequence[_Placed]) -> None:
    """Raise MissingError for a column that a source is known not to have."""
    checked, _ = session.tried(texts)
    for one in placed:
        facts = checked.facts.get(one.id_)
        if facts is None or facts.columns is None:
            continue
        known = {folded(name) for name in facts.columns} | {folded(header) for header in facts.columns.values()}
        known |= {folded(name) for name in checked.plan.sources[one.id_].computed}
        for name, called in one.names.items():
            if name in one.expressions:
                continue
            theirs = one.given[name] if one.is_new else called
            if folded(theirs or called) not in known:
                headers = list(facts.columns.values())
                given = one.given[name] or name
                raise MissingError(
                    f'{one.id_} has no column "{given}" ({one.table.columns[name].words})',
                    f"--map {name}=COLUMN or --compute {name}=EXPRESSION says what it is; its columns are "
                    + ", ".join(headers[:20]),
                    "names",
                    f"{one.table.id}.{name}",
                    headers,
                )
