"""The declaration of a source: columns, types, computed columns, where, and dates (rules R2, B3, V8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kpi.errors import TextError
from kpi.formulas import columns, walk
from kpi.formulas.column_names import folded
from kpi.formulas.datetime_formats import check_type
from kpi.formulas.nodes import Call, Column, Node
from kpi.formulas.types import TEXT, TIME, in_words
from kpi.plan.checks.constant_conditions import constant_conditions
from kpi.plan.checks.cycles import components, cycles, path_text
from kpi.plan.checks.parse_cache import ParseCache
from kpi.plan.checks.report import Finding, Report
from kpi.plan.checks.rows import FILENAME, GIVE_DATES, Rows
from kpi.plan.checks.source_facts import NOT_OF_PLAN

MAX_COLUMNS = 100  # computed from one another: each is a subquery around the one before


def check_source(rows: Rows, parse_cache: ParseCache, report: Report) -> None:
    """Report the mistakes of one source, and fill in ``rows.computed`` and ``rows.where``."""
    for problem in rows.facts.problems:
        if problem.code not in NOT_OF_PLAN:
            report.at(problem.code, problem.message, (*rows.path, *problem.field), problem.hint, meant=problem.meant)
    _parse(rows, parse_cache, report)
    _check_types(rows, report)
    for name, node in rows.computed.items():
        for finding in _in_row(node, rows):
            report.within(finding, (*rows.path, "computed", name))
    graph = {folded(name): _columns_used(folded(name), node, rows) for name, node in rows.computed.items()}
    parts = components(graph)
    for cycle in cycles(graph, parts):
        _report_cycle(cycle, rows, report)
    _check_chains(rows, parts, graph, report)
    late = _first_dates(rows, parts, graph)
    if rows.where is not None:
        for finding in (*_in_row(rows.where, rows), *_late_names(rows.where, late)):
            report.within(finding, (*rows.path, "where"))
    _check_dates(rows, late, report)
    _check_key(rows, report)


def _parse(rows: Rows, parse_cache: ParseCache, report: Report) -> None:
    source = rows.source
    for name, text in source.computed.items():
        path = (*rows.path, "computed", name)
        if (clash := _clash(name, rows)) is not None:
            report.key(clash.code, clash.message, path, clash.hint)
        made = parse_cache.row(text, "computed")
        if isinstance(made, Finding):
            report.within(made, path)
        else:
            rows.computed[name] = made
    if source.where is not None:
        made = parse_cache.row(source.where, "where")
        if isinstance(made, Finding):
            report.within(made, (*rows.path, "where"))
        else:
            rows.where = made


def _clash(name: str, rows: Rows) -> Finding | None:
    """What is wrong with the name of a computed column. It may not hide one of the file: what an expression means
    would then depend on where it is."""
    key = folded(name)
    if rows.computed_names[key] != name:
        return Finding(
            "E015", f'"{name}" and "{rows.computed_names[key]}" differ only in case', (0, 0), "choose another name"
        )
    if key == FILENAME:
        return Finding("E015", '"filename" is the name of the row\'s file', (0, 0), "choose another name")
    if rows.columns is None or key not in rows.columns:
        return None
    assert rows.facts.columns is not None
    header = rows.facts.columns[rows.columns[key]].strip()
    message = f'{rows.source.id} has a column "{rows.columns[key]}" already'
    hint = f"choose another name, or rename the one in the file: columns: {{{key}_as_written: {header}}}"
    return Finding("E015", message, (0, 0), hint)


def _in_row(node: Node, rows: Rows) -> Iterator[Finding]:
    """What is wrong with the columns and functions of a row expression, given the source."""
    for part in walk(node):
        if isinstance(part, Column) and (found := rows.missing(part.name, part.at)) is not None:
            yield found
        elif isinstance(part, Call) and part.name == "first_date" and rows.source.snapshot:
            message = f"first_date needs dates, and the rows of {rows.source.id} have none"
            yield Finding("E053", message, part.at, GIVE_DATES)
    yield from constant_conditions(node, rows)


def _columns_used(name: str, node: Node, rows: Rows) -> list[str]:
    """The folded names that a computed column uses. One that hides a column of the file is reported as such; its own
    name then means that column."""
    hides = rows.columns is not None and name in rows.columns
    return [used for each in columns(node) if not ((used := folded(each.name)) == name and hides)]


def _report_cycle(cycle: list[str], rows: Rows, report: Report) -> None:
    names = [rows.computed_names[name] for name in cycle]
    used = next(each for each in columns(rows.computed[names[0]]) if folded(each.name) == cycle[1])
    message = "computed columns form a cycle: " + path_text(names)
    report.within(Finding("E045", message, used.at), (*rows.path, "computed", names[0]))


def _check_chains(rows: Rows, parts: list[list[str]], graph: Mapping[str, list[str]], report: Report) -> None:
    """Report the first column of each chain that is too long to compute; those that build on it are not reported."""
    built: dict[str, int] = {}
    for part in parts:
        for name in part:
            built[name] = 1 + max((built.get(below, 0) for below in graph[name]), default=0)
            if built[name] > MAX_COLUMNS:
                built[name] = -len(graph)
                message = f"this builds on more than {MAX_COLUMNS} computed columns, one on another"
                path = (*rows.path, "computed", rows.computed_names[name])
                report.at("E050", message, path, "compute it from fewer")


def _first_dates(rows: Rows, parts: list[list[str]], graph: Mapping[str, list[str]]) -> set[str]:
    """The folded names of the computed columns that need first_date, themselves or through others."""
    late: set[str] = set()
    for part in parts:
        for name in part:
            node = rows.computed[rows.computed_names[name]]
            own = any(isinstance(each, Call) and each.name == "first_date" for each in walk(node))
            if own or not late.isdisjoint(graph[name]):
                late.update(part)
    return late


def _late_names(where: Node, late: set[str]) -> Iterator[Finding]:
    for used in columns(where):
        if folded(used.name) in late:
            message = f'"{used.name}" needs first_date, which is computed from the rows that where keeps'
            yield Finding("E053", message, used.at, "filter in the brackets of an aggregate instead")


def _check_dates(rows: Rows, late: set[str], report: Report) -> None:
    source = rows.source
    named = {"date": source.date, "from": source.from_, "until": source.until, "through": source.through}
    for field, name in named.items():
        if name is None:
            continue
        path = (*rows.path, field)
        found = rows.missing(name, (0, len(name)))
        if found is not None:
            report.within(found, path)
        elif folded(name) in late:
            message = f'"{name}" needs first_date, which needs the {field} of each row'
            report.at("E045", message, path, "name the column that holds the day itself")
        elif not (kinds := rows.kinds(name)) & TIME:
            hint = None
            if kinds == TEXT and folded(name) in rows.computed_names:
                written = source.computed[rows.computed_names[folded(name)]]
                hint = f"say how it is written: computed: {{{name}: 'date({written}, \"%Y-%m-%d\")'}}"
            elif kinds == TEXT:
                hint = f'say how it is written, e.g. types: {{{name}: "date %d/%m/%Y"}}'
            report.at("E052", f'"{name}" holds {in_words(kinds)}, and {field} needs a date', path, hint)


def _check_key(rows: Rows, report: Report) -> None:
    for place, name in enumerate(rows.source.key):
        found = rows.missing(name, (0, len(name)))
        if found is not None:
            report.within(found, (*rows.path, "key", place))


def _check_types(rows: Rows, report: Report) -> None:
    for name, text in rows.source.types.items():
        path = (*rows.path, "types", name)
        if folded(name) in rows.computed_names:
            hint = "what a computed column holds follows from its expression"
            report.key("E043", f'"{name}" is computed, and types are for columns of the file', path, hint)
        elif (found := rows.unknown(name, (0, 0))) is not None:
            report.key(found.code, found.message, path, found.hint)
        try:
            check_type(text)
        except TextError as mistake:
            at = (mistake.start, mistake.end)
            report.within(Finding("E014", mistake.message, at, mistake.hint), path)
