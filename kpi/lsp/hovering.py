"""The hover text of the symbol under a cursor, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kpi.formulas import describe
from kpi.formulas.column_names import folded
from kpi.formulas.functions import EVERY_FUNCTION, WORDS
from kpi.formulas.nodes import Node
from kpi.lint.registry import RULES
from kpi.lint.rule_docs import page, section
from kpi.lsp.analysis import Analysis, Value
from kpi.lsp.fields import field_at
from kpi.lsp.symbols import Symbol
from kpi.plan.checks import date_columns
from kpi.plan.model import Goal, Source
from kpi.render.sanitize import one_line
from kpi.render.sparkline import sparkline
from kpi.render.status_icons import SIGNS
from kpi.render.status_markdown import escape
from kpi.values import in_words
from kpi.values.date_words import day_in_words

if TYPE_CHECKING:
    from kpi.status import KpiRow

_MAX_LISTED = 12  # items of one kind


def pages_at(analysis: Analysis, file: str, line: int, column: int) -> list[str]:
    """The pages of the rules that have a finding at a position: the whole page of a single rule, a summary of each of
    several. Line and column are 1-based, in characters."""
    codes: dict[str, None] = {}
    for found in analysis.findings:
        place = found.location
        first, last = (place.line, place.column), (place.end_line, place.end_column)
        if place.file == file and first <= (line, column) <= last:
            codes[found.code] = None
    pages = [page(rule).strip() for rule in RULES if rule.code in codes]
    return pages if len(pages) == 1 else [_in_short(text) for text in pages]


def _in_short(text: str) -> str:
    """The summary of a page and its section on how to fix the finding."""
    head = text.partition("\n## ")[0].strip()
    return f"{head}\n\n{section(text, 'How to fix')}"


def describe_symbol(analysis: Analysis, symbol: Symbol, value: Value | None = None) -> str | None:
    """The description of a symbol, or None. ``value`` is the value of a KPI, None while it is being computed."""
    plan, name = analysis.plan, symbol.name
    match symbol.kind:
        case "field":
            return _field(symbol)
        case "function":
            return _function(name)
        case "rule":
            rule = next((rule for rule in RULES if name.upper() == rule.code or name.lower() == rule.name), None)
            return None if rule is None else page(rule).strip()
        case "goal" if name in plan.goals:
            return _goal(analysis, plan.goals[name])
        case "kpi" if name in plan.kpis:
            return _kpi(analysis, name, value)
        case "measure" if name in plan.measures:
            head = _head("measure", name)
            return _parts(head, _formula(analysis, analysis.checked.measures.get(name), plan.measures[name]))
        case "source" if name in plan.sources:
            return _source(analysis, plan.sources[name])
        case "column":
            return _column(analysis, symbol)
    return None


def _parts(*parts: str | None) -> str:
    return "\n\n".join(part for part in parts if part)


def _head(kind: str, id_: str, name: str | None = None) -> str:
    return f"**{escape(name)}** · {kind} {code(id_)}" if name else f"{kind} {code(id_)}"


def code(text: str) -> str:
    """``text`` on one line as inline code, escaped."""
    text = one_line(text)
    fence = "`" if "`" not in text else "``" if "``" not in text else "```"
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"


def _block(text: str) -> str:
    """A formula or query as a code block."""
    fence = "```" if "```" not in text else "~~~~"
    return f"{fence}\n{text.strip()}\n{fence}"


def _listed(label: str, items: Iterable[str]) -> str | None:
    found = list(items)
    if not found:
        return None
    more = f" and {len(found) - _MAX_LISTED} more" if len(found) > _MAX_LISTED else ""
    return f"{label}: {', '.join(found[:_MAX_LISTED])}{more}"


# Fields and functions.


def _field(symbol: Symbol) -> str | None:
    field = field_at(symbol.path)
    if field is None:
        return None
    facts = [f"One of {', '.join(map(code, field.choices))}."] if len(field.choices) > 1 else []
    if field.default:
        facts.append(f"Default: {code(field.default)}.")
    if field.required:
        facts.append("Required.")
    return _parts(f"{code(field.name)}: {escape(field.description)}", " ".join(facts))


def _function(name: str) -> str | None:
    called = [function for function in EVERY_FUNCTION if function.name == name]
    if called:
        return _parts(*(text for function in called for text in (code(function.example), function.description)))
    return f"{code(name)}: {WORDS[name]}" if name in WORDS else None


# Goals and KPIs.


def _goal(analysis: Analysis, goal: Goal) -> str:
    facts = [
        goal.level,
        f"owner {goal.owner}" if goal.owner else None,
        f"due {day_in_words(goal.due)}" if goal.due else None,
        goal.perspective,
        goal.framework,
    ]
    parent = analysis.plan.goals.get(goal.parent or "")
    serving = [kpi for kpi in analysis.plan.kpis.values() if kpi.goal == goal.id]
    return _parts(
        _head("goal", goal.id, goal.name),
        " · ".join(escape(fact) for fact in facts if fact),
        escape(goal.why) if goal.why else None,
        f"Parent goal: {escape(parent.name or parent.id)}" if parent else None,
        _listed("KPIs", (escape(kpi.name or kpi.id) for kpi in serving)),
    )


def _kpi(analysis: Analysis, id_: str, value: Value | None) -> str:
    kpi = analysis.plan.kpis[id_]
    words = None
    if kpi.formula is not None:
        words = _formula(analysis, analysis.checked.formulas.get(id_), kpi.formula)
    elif kpi.values:
        words = "Values entered by hand."
    goal = analysis.plan.goals.get(kpi.goal or "")
    facts = [
        f"every {in_words(kpi.every)}" + (f", over {kpi.window}" if kpi.window else ""),
        f"owner {kpi.owner}" if kpi.owner else None,
        kpi.indicator,
        kpi.kind,
    ]
    return _parts(
        _head("KPI", id_, kpi.name),
        "Its value is still being computed." if value is None else _value(value),
        escape(kpi.question) if kpi.question else None,
        words,
        " · ".join(escape(fact) for fact in facts if fact),
        f"Goal: {escape(goal.name or goal.id)}" if goal else None,
    )


def _value(value: Value) -> str:
    lines = [escape(value.problem or "")] if value.row is None else _row(value.row)
    return "  \n".join(lines)


def _row(row: KpiRow) -> list[str]:
    change = f", {escape(row.change_display)}" if row.change_display else ""
    pace = f", {row.pace}" if row.pace else ""
    shown = "No value" if row.display is None else f"**{escape(row.display)}**"
    facts = [f"{SIGNS[row.status]} {row.status}{pace}"]
    if row.target_and_expected:
        facts.append(f"target {escape(row.target_and_expected)}")
    if len(row.history) > 1:
        facts.append(sparkline([*(point.value for point in row.history), row.point.value]))
    return [
        f"{shown} in {row.period.label}{change}",
        " · ".join(facts),
        *([escape(row.message)] if row.message else []),
        *map(escape, row.notes),
    ]


def _formula(analysis: Analysis, node: Node | None, text: str) -> str:
    """A formula in words and as written."""
    if node is None:
        return _block(text)
    dates = date_columns(analysis.plan.sources, analysis.checked.rows)
    return _parts(_sentence(describe(node, analysis.checked.measures, dates)), _block(text))


def _sentence(text: str) -> str:
    return escape(text[:1].upper() + text[1:]) + "."


# Sources and columns.


def _source(analysis: Analysis, source: Source) -> str:
    facts = analysis.checked.facts[source.id]
    origin = None
    if source.path:
        count = len(facts.files)
        found = "no file found" if count == 0 else f"{count} file{'' if count == 1 else 's'}"
        origin = f"Rows of {', '.join(map(code, source.path))} ({found})"
    elif source.table is not None:
        origin = f"Rows of the table {code(source.table)}"
    elif source.query is not None:
        origin = "Rows of a query over other sources"
    facts_shown = [
        f"owner {source.owner}" if source.owner else None,
        f"updated {source.updated}" if source.updated else None,
    ]
    return _parts(
        _head("source", source.id),
        f"{origin}, {_dates(source)}." if origin else None,
        _where(analysis, source),
        _block(source.query) if source.query else None,
        " · ".join(escape(fact) for fact in facts_shown if fact),
        _listed("Columns", (code(column.name) for column in analysis.columns(source.id).values())),
    )


def _dates(source: Source) -> str:
    if source.date is not None:
        key = f", one row for each {' and '.join(map(code, source.key))} and date" if source.key else ""
        return f"dated by {code(source.date)}" + key
    if source.from_ is not None:
        end = source.until or source.through
        return f"intervals from {code(source.from_)}" + (f" until {code(end)}" if end else "")
    return "without dates"


def _where(analysis: Analysis, source: Source) -> str | None:
    node = analysis.checked.where.get(source.id)
    if node is None:
        return None
    dates = date_columns(analysis.plan.sources, analysis.checked.rows)
    return f"Only rows where {escape(describe(node, None, dates, source.id))}."


def _column(analysis: Analysis, symbol: Symbol) -> str | None:
    if folded(symbol.name) == "filename":
        return f"column {code('filename')}: the name of the row's file."
    column = analysis.columns(symbol.source).get(folded(symbol.name))
    if column is None:
        return None
    computed = None
    if column.computed is not None:
        node = analysis.checked.rows.get((symbol.source, column.name))
        dates = date_columns(analysis.plan.sources, analysis.checked.rows)
        words = None if node is None else _sentence(describe(node, None, dates, symbol.source))
        computed = _parts(words, _block(column.computed))
    header = column.header if column.header is not None and column.header.strip() != column.name else None
    return _parts(
        f"column {code(column.name)} of {code(symbol.source)}",
        f"The header in the file is {code(header)}." if header else None,
        f"Read as {code(column.type)}." if column.type else None,
        computed,
    )
