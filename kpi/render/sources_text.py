"""``kpi sources`` for people."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.render.layout import Line, Piece, cut, cut_text, fill, line, sides, wrap
from kpi.render.output import Page
from kpi.render.sanitize import columns, one_line
from kpi.render.sources_json import type_word
from kpi.render.style import paint
from kpi.run.profile import ColumnProfile
from kpi.status.source_view import SourcesView, SourceView
from kpi.values import format_count, format_plain, format_value, parse_unit
from kpi.values.date_words import day_in_full, day_in_words

FACTS = 10  # columns of a fact's name
NARROWEST = 8  # columns of prose, whatever the terminal says
WIDEST = 100
WIDEST_NAME, WIDEST_EXAMPLE = 28, 24
SIGNS = {"\t": "tabs", " ": "spaces"}


def render_sources_text(view: SourcesView, page: Page) -> str:
    """Return the sources as text for a terminal."""
    return paint(sources_lines(view, page.width), color=page.color)


def sources_lines(view: SourcesView, width: int) -> list[Line]:
    """Every source in at most ``width`` columns."""
    width = min(width, WIDEST)
    title = line(Piece(one_line(view.title or "Sources"), "bold"), f" · {day_in_full(view.as_of)}")
    count = len(view.sources)
    lines = [sides(title, [line(f"{count} source{'' if count == 1 else 's'}")], width)]
    if not count:
        lines += [(), line(Piece("No source to show.", "dim"))]
    for source in view.sources:
        lines += [(), _head(source, width), *_problem(source, width), *_facts(source, width)]
        if source.found.columns:
            lines += [(), *_columns(source, width)]
    return lines


def _head(view: SourceView, width: int) -> Line:
    owner = f" · {one_line(view.source.owner)}" if view.source.owner else ""
    name = line(Piece(one_line(view.source.id), "bold"), Piece(owner, "dim"))
    rows = "" if view.found.rows is None else _counted(view.found.rows, "row")
    state = _state(view)
    both = line(rows, " · " if rows and state.text else "", state)
    return sides(name, [both, line(state)], width)


def _state(view: SourceView) -> Piece:
    if view.found.problem is not None:
        return Piece("✖ cannot be used", "bold red")
    if view.fresh is None:
        return Piece("")
    return Piece("● fresh", "green") if view.fresh else Piece("◌ behind", "magenta")


def _problem(view: SourceView, width: int) -> list[Line]:
    if view.found.problem is None:
        return []
    parts = wrap(one_line(view.found.problem), max(width - 2, NARROWEST))
    return [line("  ", Piece(part, "red")) for part in parts]


def _facts(view: SourceView, width: int) -> list[Line]:
    found, source = view.found, view.source
    facts = [
        ("files", _files(view.files) if source.query is None and source.table is None else ""),
        ("table", f"{source.table}, at {source.connection}" if source.table is not None else ""),
        ("query", f"over {', '.join(view.reads)}" if source.query is not None else ""),
        ("written", _written(view)),
        ("dates", _dates(view)),
        ("skipped" if found.problem is None else "left out", "; ".join(found.skipped_reasons)),
        ("used by", ", ".join(view.kpis) or "no KPI"),
    ]
    return [part for name, text in facts if text for part in _fact(name, text, width)]


def _fact(name: str, text: str, width: int) -> list[Line]:
    parts = wrap(one_line(text), max(width - FACTS - 2, NARROWEST))
    names = [name] + [""] * (len(parts) - 1)
    return [line("  ", Piece(f"{name:<{FACTS}}", "dim"), part) for name, part in zip(names, parts, strict=True)]


def _files(files: Sequence[str]) -> str:
    """Return the files; of many, the first, the last and the number in between."""
    if len(files) <= 4:
        return ", ".join(files) or "none"
    return f"{files[0]}, {format_count(len(files) - 2)} more, {files[-1]}"


def _written(view: SourceView) -> str:
    file = view.written
    if file is None:
        return ""
    between = SIGNS.get(file.delimiter, f'"{file.delimiter}"')
    header = "no header" if view.source.read.header is False else f"header in line {file.skip_rows + 1}"
    return f"{file.encoding}, fields separated by {between}, {header}"


def _dates(view: SourceView) -> str:
    found, source = view.found, view.source
    field = source.date or source.from_
    if field is None:
        return "none: what it has now is all there is to know"
    if found.shape == "snapshot" or found.rows is None:
        return ""
    span = "no row yet"
    if found.first is not None and found.last is not None:
        span = f"{day_in_words(found.first)} to {day_in_words(found.last)}"
    promise = f"; updated {source.updated}" if source.updated else ""
    late = f", {_counted(view.days_late, 'day')} late" if view.days_late else ""
    left_out = f"; {_counted(found.later, 'later row')} left out" if found.later else ""
    return f"{span}, by {field}{promise}{late}{left_out}"


def _columns(view: SourceView, width: int) -> list[Line]:
    """Name, type and examples of each column, and how many rows have nothing in it."""
    rows = [
        (_name(column, view), type_word(column.kind), _examples(column), _empty(column, view))
        for column in view.found.columns
    ]
    names = min(max(columns(name) for name, *_ in rows), WIDEST_NAME, max(width // 3, NARROWEST))
    kinds = max(columns(kind) for _, kind, *_ in rows)
    empties = max(columns(empty) for *_, empty in rows)
    room = max(width - 2 - names - 2 - kinds - 2 - (empties + 2 if empties else 0), NARROWEST)
    lines = []
    for name, kind, examples, empty in rows:
        shown = fill(
            line(cut_text(next((text for text in examples if columns(text) <= room), examples[-1]), room)), room
        )
        cells = [fill(line(cut_text(name, names)), names), fill(line(Piece(kind, "cyan")), kinds), shown]
        cells += [fill(line(Piece(empty, "dim")), empties, "right")] if empties else []
        lines.append(cut(tuple(piece for cell in cells for piece in (Piece("  "), *cell)), width))
    return lines


def _name(column: ColumnProfile, view: SourceView) -> str:
    if column.computed:
        return f"{column.name} (computed)"
    header = view.headers.get(column.name)
    return one_line(column.name if header is None else f"{column.name} ({header})")


def _examples(column: ColumnProfile) -> list[str]:
    """The examples, and for times also their days alone, for where there is no room."""
    texts = [_example(value, column.kind) for value in column.examples]
    if not column.ranged:
        return [", ".join(texts)]
    return [
        " … ".join(texts),
        *([" … ".join(text[:10] for text in texts)] if column.kind in ("timestamp", "instant") else []),
    ]


def _example(value: object, kind: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format_value(value, parse_unit("seconds")) if kind == "duration" else format_plain(value)
    return cut_text(one_line(str(value)), WIDEST_EXAMPLE)


def _empty(column: ColumnProfile, view: SourceView) -> str:
    if not column.empty:
        return ""
    return "all empty" if column.empty == view.found.rows else f"{format_count(column.empty)} empty"


def _counted(count: int, noun: str) -> str:
    return f"{format_count(count)} {noun}{'' if count == 1 else 's'}"
