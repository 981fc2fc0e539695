"""``kpi show`` for people."""

from __future__ import annotations

from kpi.plan.model import Lead
from kpi.render.chart import FORECAST, LIMITS, TARGET, chart_lines
from kpi.render.layout import Line, Piece, cut, cut_text, fill, line, sides, width_of, wrap
from kpi.render.output import Page
from kpi.render.sanitize import columns, one_line, visible
from kpi.render.status_icons import status_mark
from kpi.render.style import paint
from kpi.run.series import SourceUse
from kpi.status.columns import even_rows
from kpi.status.kpi_view import ShowView
from kpi.status.signs import Signs
from kpi.values import format_count, in_words
from kpi.values.date_words import day_in_full, day_in_words

FACTS = 12  # columns of a fact's name
NARROWEST = 8  # columns of prose, whatever the terminal says
WIDEST = 100  # prose and charts wider than that are hard to read


def render_show_text(view: ShowView, page: Page) -> str:
    """Return everything about one KPI as text for a terminal."""
    return paint(show_lines(view, page.width, sql=page.sql), color=page.color)


def show_lines(view: ShowView, width: int, *, sql: bool = False) -> list[Line]:
    """Everything about one KPI in at most ``width`` columns; statements of SQL are never cut or wrapped."""
    width = min(width, WIDEST)
    row = view.row
    lines = [sides((Piece(one_line(row.name), "bold"),), [status_mark(row.status, row.pace)], width)]
    if row.kpi.question:
        lines += _prose(row.kpi.question, width, "dim")
    lines += [(), *_facts(view, width)]
    lines += history_lines(view, width)
    lines += _parts(view, width)
    lines += _notes(view, width)
    lines += _definition(view, width)
    lines += _sources(view, width)
    if sql:
        lines += [(), _heading("SQL")]
        for source, statement in view.sql:
            lines.append(line("  ", Piece(f"-- {visible(source)}", "dim")))
            lines += [line("  ", visible(text.expandtabs(4))) for text in f"{statement};".splitlines()]
        if not view.sql:
            lines.append(line("  none: nothing was read"))
    return lines


def _heading(text: str) -> Line:
    return line(Piece(text, "bold"))


def _prose(text: str, width: int, style: str = "", indent: int = 0) -> list[Line]:
    return [line(" " * indent, Piece(part, style)) for part in wrap(one_line(text), max(width - indent, NARROWEST))]


def _fact(name: str, text: str, width: int) -> list[Line]:
    parts = wrap(one_line(text), max(width - FACTS - 2, NARROWEST))
    names = [name] + [""] * (len(parts) - 1)
    return [line("  ", Piece(f"{name:<{FACTS}}", "dim"), part) for name, part in zip(names, parts, strict=True)]


def _facts(view: ShowView, width: int) -> list[Line]:
    row, kpi = view.row, view.row.kpi
    change = f", {row.change_display} against {_before(view)}" if row.change_display else ""
    period = row.period.label + ("" if row.period.whole else f", up to {day_in_full(view.as_of)}")
    facts = [
        ("value", f"{row.display or 'none'} in {period}{change}"),
        ("target", _target(view)),
        ("forecast", row.outlook and row.display and row.outlook.sentence),
        ("signal", row.signs and row.display and _signs(row.signs)),
        ("thresholds", view.thresholds_display),
        ("baseline", view.baseline_display and view.baseline_display + _since(view)),
        ("note", row.message),
        *(("note", note) for note in row.notes),
        ("decision", row.decision and row.decision.sentence),
        ("goal", view.goal and (view.goal.name or view.goal.id)),
        ("owner", kpi.owner),
        ("kind", ", ".join(filter(None, [kpi.indicator, kpi.kind]))),
        ("leads", ", ".join(_lead(lead) for lead in kpi.leads)),
        ("guardrails", ", ".join(kpi.guardrails)),
        ("when red", kpi.when_red),
        ("tags", ", ".join(kpi.tags)),
    ]
    return [part for name, text in facts if text for part in _fact(name, text, width)]


def _signs(signs: Signs) -> str:
    """Whether the value is news, and whether the target is met by the usual range."""
    if signs.sentence is None:
        return f"none: {signs.problem}"
    text = f"{signs.variation}: {signs.sentence}"
    said = {
        "passes": "the usual range meets the target",
        "fails": "the usual range misses the target until something changes",
        "hit and miss": "within it the target is hit or missed by chance",
    }
    return text if signs.assurance is None else f"{text}; {said[signs.assurance]}"


def _lead(lead: Lead) -> str:
    return lead.kpi + (f" ({lead.lag} later)" if lead.lag else "")


def _before(view: ShowView) -> str:
    previous = view.row.previous
    if previous is None or previous.value is None:
        return ""
    return f"{view.value_display(previous.value)} in {previous.period.label}"


def _target(view: ShowView) -> str | None:
    target = view.row.target
    if target is None:
        return "none" if view.row.kpi.target is None else "none yet"
    text = view.target_display or target.text
    if view.row.expected_display:
        text += f"; {view.row.expected_display} expected by now"
    return text


def _since(view: ShowView) -> str:
    since = view.row.kpi.since
    return "" if since is None else f" on {day_in_words(since)}"


def history_lines(view: ShowView, width: int) -> list[Line]:
    """The chart of the history under its heading, with an empty line before it; nothing if there is none to draw."""
    targets = [series for series in (view.line, view.upper) if sum(value is not None for value in series) > 1]
    values = [point.value for point in view.points] + [None] * len(view.ahead)
    labels = [period.label for period in (*(point.period for point in view.points), *(one for one, _ in view.ahead))]
    forecast, limits = _forecast_lines(view), _limit_lines(view)
    chart = chart_lines(values, targets, labels, width - 2, view.value_display, forecast=forecast, limits=limits)
    if not chart:
        return []
    marks = [
        Piece("━╌ forecast with its 80% interval" if forecast else "", FORECAST),
        Piece("╌╌ target" if targets else "", TARGET),
        Piece("┈┈ usual range" if limits else "", LIMITS),
    ]
    legend = tuple(part for mark in marks if mark.text for part in (Piece("  "), mark))[1:]
    head = sides(_heading("History"), [legend], width)
    return [(), head, *[(Piece("  "), *row) for row in chart]]


def _forecast_lines(view: ShowView) -> list[list[float | None]]:
    """The forecast and the ends of its interval, each from the value shown on."""
    if not view.ahead:
        return []
    before: list[float | None] = [None] * (len(view.points) - 1)
    start = view.points[-1].value
    return [[*before, start, *(getattr(step, which) for _, step in view.ahead)] for which in ("value", "low", "high")]


def _limit_lines(view: ShowView) -> list[list[float | None]]:
    """The ends of the usual range, over the periods that it was taken from; a seasonal one is of one period."""
    signs = view.row.signs
    if signs is None or signs.limits is None or signs.since is None or signs.seasonal:
        return []
    holds = [point.period.start >= signs.since.start for point in view.points]
    return [
        [end if held else None for held in holds] + [None] * len(view.ahead)
        for end in (signs.limits.low, signs.limits.high)
    ]


def _parts(view: ShowView, width: int) -> list[Line]:
    """What the KPI is for each value of the column by which it is split."""
    rows = even_rows([part.row for part in view.row.parts])
    if not rows:
        return []
    marks = [status_mark(row.status, row.pace) for row in rows]
    columns_ = [
        [one_line(text or "") for text in texts]
        for texts in zip(
            *((row.display or "–", row.change_display, row.target_and_expected) for row in rows), strict=True
        )
    ]
    while True:  # the target, then the change go where there is no room
        widths = [max(map(columns, texts)) for texts in columns_]
        room = width - 4 - sum(one + 2 for one in widths if one) - max(map(width_of, marks))
        if room >= NARROWEST or len(widths) == 1:
            break
        columns_.pop()
    names = [cut_text(one_line(row.name), max(room, NARROWEST)) for row in rows]
    longest = max(map(columns, names))
    lines: list[Line] = [(), _heading(f"By {one_line(view.row.by or '')}")]
    for name, mark, *cells in zip(names, marks, *columns_, strict=True):
        pieces: Line = (Piece("  "), *fill(line(name), longest))
        for place, (text, one) in enumerate(zip(cells, widths, strict=True)):
            if one:
                pieces += (Piece("  "), *fill(line(text), one, "left" if place else "right"))
        lines.append(cut((*pieces, Piece("  "), *mark), width))
    return lines


def _notes(view: ShowView, width: int) -> list[Line]:
    breaks = view.row.kpi.breaks
    notes = {label: text + (" (break)" if label in breaks else "") for label, text in view.row.kpi.remarks.items()}
    if not notes:
        return []
    room = max(columns(visible(label)) for label in notes) + 2
    lines: list[Line] = [(), _heading("Notes")]
    for label, text in notes.items():
        parts = wrap(one_line(text), max(width - room - 2, NARROWEST))
        labels = [visible(label)] + [""] * (len(parts) - 1)
        lines += [line("  ", Piece(f"{name:<{room}}", "dim"), part) for name, part in zip(labels, parts, strict=True)]
    return lines


def _definition(view: ShowView, width: int) -> list[Line]:
    kpi = view.row.kpi
    lines: list[Line] = [(), _heading("Definition")]
    words = view.definition or "values typed in by hand"
    how = f"every {in_words(kpi.every)}"
    how = how if kpi.window is None else f"{_over(kpi.window)}, {how}"
    lines += _prose(" ".join(f"{part[:1].upper()}{part[1:]}." for part in (words, how)), width, indent=2)
    if kpi.formula:
        lines += [(), *_prose(kpi.formula, width, "cyan", indent=4)]
    for name, text in view.measures:
        lines += _prose(f"{name}: {text}", width, "cyan", indent=4)
    return lines


def _over(window: str) -> str:
    return window if window.endswith("to date") else f"over {window}"


def _sources(view: ShowView, width: int) -> list[Line]:
    if not view.sources:
        return []
    lines: list[Line] = [(), _heading("Sources")]
    for use in view.sources:
        lines += _prose(f"{use.id}: {_rows(use)}", width, indent=2)
        lines += _prose(", ".join(_files(use)), width, "dim", indent=4)
        for reason in use.skipped_reasons:
            lines += _prose(f"skipped: {reason}", width, "yellow", indent=4)
    return lines


def _rows(use: SourceUse) -> str:
    dates = f", {day_in_words(use.first)} to {day_in_words(use.last)}" if use.first and use.last else ""
    skipped = f", {format_count(use.skipped)} skipped" if use.skipped else ""
    return f"{format_count(use.rows)} row{'' if use.rows == 1 else 's'} used{skipped}{dates}"


def _files(use: SourceUse) -> list[str]:
    """Return the files; of many, the first, the last and the number in between."""
    if len(use.files) <= 4:
        return list(use.files)
    return [use.files[0], f"{len(use.files) - 2} more", use.files[-1]]
