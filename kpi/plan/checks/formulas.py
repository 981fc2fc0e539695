"""The formulas of KPIs and measures: names, sources, columns, time, and circles."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from kpi.formulas import columns
from kpi.formulas.errors import FormulaError
from kpi.formulas.functions import AGGREGATES, POINTS_IN_TIME
from kpi.formulas.nodes import Aggregate, Name, Node
from kpi.formulas.type_checker import UNTYPED
from kpi.plan.checks.complexity import Reach, reach_of, too_far
from kpi.plan.checks.constant_conditions import fixed_tests
from kpi.plan.checks.cycles import circles, components, in_brief
from kpi.plan.checks.dependencies import NOTHING, Uses, uses_of
from kpi.plan.checks.parse_cache import Texts
from kpi.plan.checks.report import Finding, Path, Report
from kpi.plan.checks.rows import GIVE_DATES, Rows
from kpi.plan.model import Kpi, Plan

_GIVE_FROM = "rows that last have a from: and, once they ended, an until:"
_PERIODS = {"day": "daily", "week": "weekly", "month": "monthly", "quarter": "quarterly", "year": "yearly"}


class Summary(NamedTuple):
    """What stands behind a name, measures followed: an example of each thing that not every user may do with it.

    ``snapshot``: a source without dates; ``undated``: one, KPIs followed as well; ``dated``: a source whose rows do
    not last, used without a moment; ``moment`` and ``shift``: the functions of time in it; ``every``: a KPI for each
    length of period that it names.
    """

    snapshot: str | None = None
    undated: str | None = None
    dated: str | None = None
    moment: str | None = None
    shift: str | None = None
    every: Mapping[str, str] = {}


class Formulas:
    """The formulas of a plan. ``trees`` has those that can be read, by the id of their KPI or measure; ``uses`` what
    each uses."""

    def __init__(
        self, plan: Plan, rows: Mapping[str, Rows], broken: Collection[tuple[str, str]], texts: Texts, report: Report
    ) -> None:
        self.plan = plan
        self.rows = rows
        self.broken = broken
        self.report = report
        self.trees: dict[str, Node] = {}
        self.uses: dict[str, Uses] = {}
        self._texts = texts
        self._findings: dict[str, list[Finding]] = {}
        self._summaries: dict[str, Summary] = {}
        self._reach: dict[str, Reach] = {}

    def check(self) -> None:
        """Report the mistakes of all formulas."""
        written: dict[str, tuple[str, Path]] = {}
        for name, text in self.plan.measures.items():
            written[name] = (text, ("measures", name))
        for name, kpi in self.plan.kpis.items():
            if kpi.formula is not None:
                written[name] = (kpi.formula, ("kpis", name, "formula"))
        self._read(written)
        graph = {name: [used.name for used, _ in uses.names] for name, uses in self.uses.items()}
        parts = components(graph)
        for part in parts:
            for name in part:
                self._summaries[name] = self._summary(self.uses[name])
                self._measure(name, written[name][1])
        for name, (text, path) in written.items():
            for finding in self._in_text(text, self.uses.get(name, NOTHING)):
                self.report.within(finding, path)
            for finding in self._of_entry(name):
                self.report.within(finding, path)
        for circle in circles(graph, parts):
            at = next(used.at for used, _ in self.uses[circle[0]].names if used.name == circle[1])
            message = "formulas lead in a circle: " + in_brief(circle)
            self.report.within(Finding("E045", message, at), written[circle[0]][1])

    def unknown(self, name: Name) -> Finding | None:
        """What is wrong with the name of a measure or KPI when there is none; None when there is."""
        word = name.name
        if word in self.plan.kpis or word in self.plan.measures:
            return None
        if ("kpis", word) in self.broken or ("measures", word) in self.broken:
            return None
        message = f'there is no measure or KPI "{word}"'
        if word in self.plan.sources:
            return Finding("E044", message, name.at, f"{word} is a source: count({word}) counts its rows")
        return Finding("E044", message, name.at, self.report.near(word, (*self.plan.measures, *self.plan.kpis)))

    def other_every(self, name: Name, kpi: Kpi) -> Finding | None:
        """N1: what is wrong with using a name in a KPI when that leads to a KPI with periods of another length."""
        used = self.plan.kpis.get(name.name)
        if used is not None:
            if used.every == kpi.every:
                return None
            message = f'"{used.id}" is {_PERIODS[used.every]}, but "{kpi.id}" is {_PERIODS[kpi.every]}'
        else:
            every = self._summaries.get(name.name, Summary()).every
            other = next(iter(every), kpi.every)
            if other == kpi.every or len(every) > 1:
                return None
            message = (
                f'"{name.name}" names the KPI "{every[other]}", which is {_PERIODS[other]}, '
                f'but "{kpi.id}" is {_PERIODS[kpi.every]}'
            )
        hint = "give both the same every, or put what the two share into a measure, which takes its user's every"
        return Finding("E054", message, name.at, hint)

    def _read(self, written: Mapping[str, tuple[str, Path]]) -> None:
        found: dict[str, Uses] = {}
        for name, (text, path) in written.items():
            made = self._texts.formula(text)
            if isinstance(made, Finding):
                if not self.report.is_torn(path):
                    self.report.within(made, path)
                continue
            self.trees[name] = made
            if text not in found:
                found[text] = uses_of(made)
            self.uses[name] = found[text]

    def _summary(self, uses: Uses) -> Summary:
        """All names below have theirs already, unless they stand in a circle."""
        snapshot: str | None = None
        dated: str | None = None
        moment: str | None = None
        shift: str | None = None
        every: dict[str, str] = {}
        for aggregate, shifted in uses.aggregates:
            source = self.plan.sources.get(aggregate.source)
            shift = shift if shifted is None else shifted.kind
            moment = moment or aggregate.moment
            if source is not None and source.snapshot:
                snapshot = source.id
            elif source is not None and not source.lasting and aggregate.moment is None:
                dated = source.id
        undated = snapshot
        for name, shifted in uses.names:
            below = self._summaries.get(name.name, Summary())
            shift = shift if shifted is None else shifted.kind
            undated = undated or below.undated
            kpi = self.plan.kpis.get(name.name)
            if kpi is not None:
                every.setdefault(kpi.every, kpi.id)
                continue
            snapshot = snapshot or below.snapshot
            moment = moment or name.moment or below.moment
            shift = shift or below.shift
            dated = dated or (below.dated if name.moment is None else None)
            if len(below.every) == 1:  # a measure that names KPIs of several lengths is reported itself
                for length, example in below.every.items():
                    every.setdefault(length, example)
        return Summary(snapshot, undated, dated, moment, shift, every)

    def _measure(self, name: str, path: Path) -> None:
        """All names below have been measured, unless they stand in a circle."""
        uses = self.uses[name]
        self._reach[name] = reach_of(uses, self._reach)
        finding = too_far(self._reach[name], uses, self._reach)
        if finding is not None:
            self._reach[name] = Reach(vast=True)
            self.report.within(finding, path)

    # What is wrong with a text wherever it stands.

    def _in_text(self, text: str, uses: Uses) -> list[Finding]:
        if text not in self._findings:
            found = [finding for aggregate, _ in uses.aggregates for finding in self._in_aggregate(aggregate)]
            found += [finding for name, _ in uses.names if (finding := self._in_name(name)) is not None]
            found += self._shifted(uses)
            self._findings[text] = found
        return self._findings[text]

    def _in_aggregate(self, node: Aggregate) -> Iterator[Finding]:
        rows = self.rows.get(node.source)
        if rows is None:
            if ("sources", node.source) not in self.broken:
                yield self._no_source(node)
            return
        if node.column is not None:
            found = rows.missing(node.column, node.column_at)
            if found is not None:
                yield found
            elif (clash := _no_number(node, rows)) is not None:
                yield clash
        if node.filter is not None:
            for column in columns(node.filter):
                if (found := rows.missing(column.name, column.at)) is not None:
                    yield found
            yield from fixed_tests(node.filter, rows)
        if (clash := _bad_time(node, rows)) is not None:
            yield clash

    def _no_source(self, node: Aggregate) -> Finding:
        name, column = node.source, node.column
        message = f'there is no source "{name}"'
        if name in self.plan.measures or name in self.plan.kpis:
            what = "measure" if name in self.plan.measures else "KPI"
            hint = f"{name} is a {what}: its name alone is its value"
        elif column is not None and name in self.plan.goals:
            hint = f"{name} is a goal"
        else:
            return Finding("E042", message, node.source_at, self.report.near(name, self.plan.sources))
        return Finding("E042", message, node.source_at, hint)

    def _in_name(self, node: Name) -> Finding | None:
        unknown = self.unknown(node)
        if unknown is not None or node.moment is None:
            return unknown
        name, moment = node.name, node.moment
        below = self._summaries.get(name, Summary())
        hint: str | None = "leave one out"
        if name in self.plan.kpis or below.every:
            kpi = name if name in self.plan.kpis else next(iter(below.every.values()))
            message = f'{moment} takes aggregates and measures of them, and "{kpi}" is a KPI with a window of its own'
            hint = "put its formula into a measure, and name that in both"
        elif below.moment is not None:
            message = f'"{name}" has {below.moment} inside: only one moment can hold'
        elif below.shift is not None:
            message, hint = f'"{name}" has {below.shift} inside', f"{below.shift} goes outside of {moment}"
        elif below.snapshot is not None:
            message, hint = f'"{name}" uses {below.snapshot}, whose rows have no date', GIVE_DATES
        elif POINTS_IN_TIME[moment].intervals and below.dated is not None:
            message, hint = f'"{name}" uses {below.dated}, whose rows do not last', _GIVE_FROM
        else:
            return None
        return Finding("E053", message, node.at, hint)

    def _shifted(self, uses: Uses) -> Iterator[Finding]:
        """B3: a snapshot has no past."""
        seen = set()
        looking_back = [(shift, self._summaries.get(name.name, Summary()).undated) for name, shift in uses.names]
        for aggregate, shift in uses.aggregates:
            source = self.plan.sources.get(aggregate.source)
            looking_back.append((shift, source.id if source is not None and source.snapshot else None))
        for shift, undated in looking_back:
            if shift is not None and undated is not None and shift.at not in seen:
                seen.add(shift.at)
                message = f"{shift.kind} looks back, and the rows of {undated} have no date"
                yield Finding("E053", message, shift.at, GIVE_DATES)

    # What is wrong with a formula given whose it is.

    def _of_entry(self, name: str) -> Iterator[Finding]:
        uses = self.uses.get(name, NOTHING)
        kpi = self.plan.kpis.get(name)
        if kpi is None:
            every = self._summaries.get(name, Summary()).every
            if len(every) > 1:
                (first, one), (second, other) = list(every.items())[:2]
                at = next((used.at for used, _ in uses.names if used.name == other), uses.names[-1][0].at)
                message = f'"{one}" is {_PERIODS[first]}, but "{other}" is {_PERIODS[second]}'
                yield Finding("E054", message, at, "KPIs in one formula have the same every")
            return
        for used, _ in uses.names:
            if (found := self.other_every(used, kpi)) is not None:
                yield found
        if kpi.window is not None and (snapshot := self._summaries.get(name, Summary()).snapshot) is not None:
            path = ("kpis", name, "window")
            self.report.at("E053", f"a window looks back, and the rows of {snapshot} have no date", path, GIVE_DATES)


def _bad_time(node: Aggregate, rows: Rows) -> Finding | None:
    source = rows.source
    if source.snapshot and node.moment is not None:
        message = f"{node.moment} needs dates, and the rows of {source.id} have none"
        return Finding("E053", message, node.at, GIVE_DATES)
    if source.snapshot and AGGREGATES[node.function].needs_dates:
        message = f"{node.function} goes by the date, and the rows of {source.id} have none"
        return Finding("E053", message, node.at, GIVE_DATES)
    if node.moment is not None and POINTS_IN_TIME[node.moment].intervals and not source.lasting:
        message = f"{node.moment} is of rows that last, and those of {source.id} happen on a day"
        return Finding("E053", message, node.at, _GIVE_FROM)
    return None


def _no_number(node: Aggregate, rows: Rows) -> Finding | None:
    """E052 for an aggregate of a column that certainly holds no numbers."""
    assert node.column is not None
    try:
        UNTYPED.aggregated(node, rows.kinds(node.column))
    except FormulaError as error:
        return Finding(error.code, error.message, (error.start, error.end), error.hint)
    return None
