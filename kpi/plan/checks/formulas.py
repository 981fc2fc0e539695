"""The formulas of KPIs and measures: names, sources, columns, time, and cycles."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from kpi.errors import Replacement
from kpi.formulas import aggregates, columns, names, row_expressions, walk
from kpi.formulas.errors import FormulaError
from kpi.formulas.functions import AGGREGATES, POINTS_IN_TIME
from kpi.formulas.nodes import Aggregate, Name, Node, Over
from kpi.formulas.type_checker import UNTYPED, TypeChecker
from kpi.plan.checks.complexity import Complexity, complexity_of, too_complex
from kpi.plan.checks.constant_conditions import constant_conditions
from kpi.plan.checks.cycles import components, cycles, path_text
from kpi.plan.checks.dependencies import NO_DEPENDENCIES, FormulaDependencies, formula_dependencies
from kpi.plan.checks.parse_cache import ParseCache
from kpi.plan.checks.report import Finding, Path, Report
from kpi.plan.checks.rows import GIVE_DATES, Rows
from kpi.plan.model import Kpi, Plan
from kpi.values import adjective

_GIVE_FROM = "interval rows have a from: and, once they ended, an until:"


class Summary(NamedTuple):
    """What a name leads to through measures: an example of everything that restricts where the name may be used.

    ``snapshot``: a source without dates; ``undated``: one, also through KPIs; ``dated``: a source of events, used
    without a moment; ``moment`` and ``shift``: the functions of time in it; ``over``: whether it has a window of its
    own; ``every``: a KPI for each length of period that it names.
    """

    snapshot: str | None = None
    undated: str | None = None
    dated: str | None = None
    moment: str | None = None
    shift: str | None = None
    over: bool = False
    every: Mapping[str, str] = {}


class Formulas:
    """The formulas of a plan. ``trees`` has those that can be parsed, by the id of their KPI or measure;
    ``dependencies`` what each refers to."""

    def __init__(
        self,
        plan: Plan,
        rows: Mapping[str, Rows],
        broken: Collection[tuple[str, str]],
        parse_cache: ParseCache,
        report: Report,
    ) -> None:
        self.plan = plan
        self.rows = rows
        self.broken = broken
        self.report = report
        self.trees: dict[str, Node] = {}
        self.dependencies: dict[str, FormulaDependencies] = {}
        self._parse_cache = parse_cache
        self._findings: dict[str, list[Finding]] = {}
        self._summaries: dict[str, Summary] = {}
        self._complexity: dict[str, Complexity] = {}

    def check(self) -> None:
        """Report the mistakes of all formulas."""
        written: dict[str, tuple[str, Path]] = {}
        for name, text in self.plan.measures.items():
            written[name] = (text, ("measures", name))
        for name, kpi in self.plan.kpis.items():
            if kpi.formula is not None:
                written[name] = (kpi.formula, ("kpis", name, "formula"))
        self._read(written)
        graph = {name: [used.name for used, _ in own.names] for name, own in self.dependencies.items()}
        parts = components(graph)
        for part in parts:
            for name in part:
                self._summaries[name] = self._summary(self.trees[name], self.dependencies[name])
                self._check_complexity(name, written[name][1])
        for name, (text, path) in written.items():
            for finding in self._in_text(text, self.trees.get(name), self.dependencies.get(name, NO_DEPENDENCIES)):
                self.report.within(finding, path)
            for finding in self._of_entry(name):
                self.report.within(finding, path)
        for cycle in cycles(graph, parts):
            at = next(used.at for used, _ in self.dependencies[cycle[0]].names if used.name == cycle[1])
            message = "formulas form a cycle: " + path_text(cycle)
            self.report.within(Finding("E045", message, at), written[cycle[0]][1])

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
        known = (*self.plan.measures, *self.plan.kpis)
        return Finding("E044", message, name.at, self.report.near(word, known), self.report.meant(word, known))

    def other_every(self, name: Name, kpi: Kpi) -> Finding | None:
        """N1: what is wrong with using a name in a KPI when that leads to a KPI with periods of another length."""
        used = self.plan.kpis.get(name.name)
        if used is not None:
            if used.every == kpi.every:
                return None
            message = f'"{used.id}" is {adjective(used.every)}, but "{kpi.id}" is {adjective(kpi.every)}'
        else:
            every = self._summaries.get(name.name, Summary()).every
            other = next(iter(every), kpi.every)
            if other == kpi.every or len(every) > 1:
                return None
            message = (
                f'"{name.name}" names the KPI "{every[other]}", which is {adjective(other)}, '
                f'but "{kpi.id}" is {adjective(kpi.every)}'
            )
        hint = "give both the same every, or put what the two share into a measure, which takes its user's every"
        return Finding("E054", message, name.at, hint)

    def _read(self, written: Mapping[str, tuple[str, Path]]) -> None:
        found: dict[str, FormulaDependencies] = {}
        for name, (text, path) in written.items():
            made = self._parse_cache.formula(text)
            if isinstance(made, Finding):
                if not self.report.is_torn(path):
                    self.report.within(self._with_column(made, text), path)
                continue
            self.trees[name] = made
            if text not in found:
                found[text] = formula_dependencies(made)
            self.dependencies[name] = found[text]

    def _with_column(self, finding: Finding, text: str) -> Finding:
        """The finding; where an aggregate has no column, with the column that its argument is, of the source that has
        it."""
        wanted = finding.wanted
        if wanted is None:
            return finding
        if wanted.name in self.plan.sources:
            name, sources, brackets = wanted.only, [wanted.name], ""
        else:
            name, sources, brackets = wanted.name, list(self.plan.sources), wanted.brackets
        sources = [one for one in sources if name is not None and (rows := self.rows.get(one)) and rows.has(name)]
        start, end = wanted.call
        calls = [
            f"{text[start : wanted.at[0]]}{source}.{name}{brackets}{text[wanted.at[1] : end]}" for source in sources
        ]
        if calls:
            return finding._replace(
                hint=f"write {' or '.join(calls)}", replacements=tuple(Replacement(start, end, one) for one in calls)
            )
        if wanted.name in self.plan.sources or ("sources", wanted.name) in self.broken:
            return finding
        if wanted.name in self.plan.measures or wanted.name in self.plan.kpis:
            what = "measure" if wanted.name in self.plan.measures else "KPI"
            return finding._replace(hint=f"{wanted.name} is a {what}: its name alone is its value")
        example = f"{text[start : wanted.at[0]]}SOURCE.COLUMN{text[wanted.at[1] : end]}"
        near = self.report.near(wanted.name, self.plan.sources)
        hint = f'there is no source "{wanted.name}"; ' + (f"e.g. {example}" if near is None else f"{near}")
        if near is not None and self.report.meant(wanted.name, self.plan.sources) is None:
            hint += f"; e.g. {example}"
        return finding._replace(hint=hint)

    def _summary(self, tree: Node, dependencies: FormulaDependencies) -> Summary:
        """The summary of a formula; the names in it have theirs already, unless they are in a cycle."""
        snapshot: str | None = None
        dated: str | None = None
        moment: str | None = None
        shift: str | None = None
        every: dict[str, str] = {}
        over = any(isinstance(part, Over) for part in walk(tree))
        for aggregate, around in dependencies.aggregates:
            source = self.plan.sources.get(aggregate.source)
            shift = shift if around is None or isinstance(around, Over) else around.called
            moment = moment or aggregate.moment
            if source is not None and source.snapshot:
                snapshot = source.id
            elif source is not None and not source.lasting and aggregate.moment is None:
                dated = source.id
        undated = snapshot
        for name, around in dependencies.names:
            below = self._summaries.get(name.name, Summary())
            shift = shift if around is None or isinstance(around, Over) else around.called
            undated = undated or below.undated
            kpi = self.plan.kpis.get(name.name)
            if kpi is not None:
                every.setdefault(kpi.every, kpi.id)
                continue
            snapshot = snapshot or below.snapshot
            moment = moment or name.moment or below.moment
            shift = shift or below.shift
            over = over or below.over
            dated = dated or (below.dated if name.moment is None else None)
            if len(below.every) == 1:  # a measure that names KPIs of several lengths is reported itself
                for length, example in below.every.items():
                    every.setdefault(length, example)
        return Summary(snapshot, undated, dated, moment, shift, over, every)

    def _check_complexity(self, name: str, path: Path) -> None:
        """Report a formula that is too complex; the names in it have been checked, unless they are in a cycle."""
        dependencies = self.dependencies[name]
        self._complexity[name] = complexity_of(dependencies, self._complexity)
        finding = too_complex(self._complexity[name], dependencies, self._complexity)
        if finding is not None:
            self._complexity[name] = Complexity(exceeds=True)
            self.report.within(finding, path)

    # Mistakes of a formula, whatever it belongs to.

    def _in_text(self, text: str, tree: Node | None, dependencies: FormulaDependencies) -> list[Finding]:
        if text not in self._findings:
            found = [one for aggregate, _ in dependencies.aggregates for one in self._in_aggregate(aggregate)]
            found += [one for name, _ in dependencies.names if (one := self._in_name(name)) is not None]
            found += self._looking_back(dependencies)
            found += [] if tree is None else self._windows(tree)
            self._findings[text] = found
        return self._findings[text]

    def _in_aggregate(self, node: Aggregate) -> Iterator[Finding]:
        rows = self.rows.get(node.source)
        if rows is None:
            if ("sources", node.source) not in self.broken:
                yield self._no_source(node)
            return
        for part in aggregates(node):
            named = [column for expression in row_expressions(part) for column in columns(expression)]
            missing = [finding for column in named if (finding := rows.missing(column.name, column.at)) is not None]
            yield from missing
            if not missing and part.operand is not None and (clash := _no_number(part, part.operand, rows)) is not None:
                yield clash
            if part.filter is not None:
                yield from constant_conditions(part.filter, rows)
            if (clash := _bad_time(part, rows)) is not None:
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
            known = self.plan.sources
            return Finding(
                "E042", message, node.source_at, self.report.near(name, known), self.report.meant(name, known)
            )
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
            message = f'"{name}" already contains {below.moment}, and there can be only one of them'
        elif below.shift is not None:
            message, hint = f'"{name}" contains {below.shift}', f"write {below.shift} outside of {moment}"
        elif below.snapshot is not None:
            message, hint = f'"{name}" uses {below.snapshot}, whose rows have no date', GIVE_DATES
        elif POINTS_IN_TIME[moment].intervals and below.dated is not None:
            message, hint = f'"{name}" uses {below.dated}, whose rows are events', _GIVE_FROM
        else:
            return None
        return Finding("E053", message, node.at, hint)

    def _looking_back(self, dependencies: FormulaDependencies) -> Iterator[Finding]:
        """B3: a snapshot has no past."""
        seen = set()
        looking_back = [
            (around, self._summaries.get(name.name, Summary()).undated) for name, around in dependencies.names
        ]
        for aggregate, around in dependencies.aggregates:
            source = self.plan.sources.get(aggregate.source)
            looking_back.append((around, source.id if source is not None and source.snapshot else None))
        for around, undated in looking_back:
            if around is not None and undated is not None and around.at not in seen:
                seen.add(around.at)
                message = f"{around.called} looks back, and the rows of {undated} have no date"
                yield Finding("E053", message, around.at, GIVE_DATES)

    def _windows(self, tree: Node) -> Iterator[Finding]:
        """T9: a formula has one window, and a KPI keeps its own."""
        for over in walk(tree):
            if not isinstance(over, Over):
                continue
            nested = next((part for part in walk(over.operand) if isinstance(part, Over)), None)
            if nested is not None:
                yield Finding("E053", "over inside over: only the inner window counts", nested.at, "leave one out")
            for name in names(over.operand):
                below = self._summaries.get(name.name, Summary())
                if name.name in self.plan.kpis or below.every:
                    kpi = name.name if name.name in self.plan.kpis else next(iter(below.every.values()))
                    message = f'over takes aggregates and measures of them, and the KPI "{kpi}" keeps its own window'
                    hint = "put its formula into a measure, and name that in both"
                    yield Finding("E053", message, name.at, hint)
                elif below.over:
                    message = f'"{name.name}" already contains over, and only the inner window counts'
                    yield Finding("E053", message, name.at, "leave one out")

    # What is wrong with a formula because of the KPI or measure it belongs to.

    def _of_entry(self, name: str) -> Iterator[Finding]:
        dependencies = self.dependencies.get(name, NO_DEPENDENCIES)
        kpi = self.plan.kpis.get(name)
        if kpi is None:
            every = self._summaries.get(name, Summary()).every
            if len(every) > 1:
                (first, one), (second, other) = list(every.items())[:2]
                at = next(
                    (used.at for used, _ in dependencies.names if used.name == other), dependencies.names[-1][0].at
                )
                message = f'"{one}" is {adjective(first)}, but "{other}" is {adjective(second)}'
                yield Finding("E054", message, at, "KPIs in one formula have the same every")
            return
        for used, _ in dependencies.names:
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
        message = f"{node.function} needs dates, and the rows of {source.id} have none"
        return Finding("E053", message, node.at, GIVE_DATES)
    if node.moment is not None and POINTS_IN_TIME[node.moment].intervals and not source.lasting:
        message = f"{node.moment} needs interval rows, and those of {source.id} are events"
        return Finding("E053", message, node.at, _GIVE_FROM)
    return None


def _no_number(node: Aggregate, operand: Node, rows: Rows) -> Finding | None:
    """E052 for an aggregate of something that certainly is not a number."""
    try:
        UNTYPED.aggregated(node, TypeChecker(lambda column: rows.kinds(column.name)).value(operand).types)
    except FormulaError as error:
        return Finding.of(error)
    return None
