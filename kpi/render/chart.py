"""The history of a KPI as a line of braille dots, drawn by plotille, with the axes that a series of periods needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite

from kpi.render.layout import Line, Piece, fill, line
from kpi.render.sanitize import columns
from kpi.values import round12

HEIGHT = 9
BLANK = 0x2800  # the braille character without a dot; its dots are the lowest eight bits
VALUES, TARGET = "cyan", "dim"

Values = Sequence[float | None]


def chart_lines(
    values: Values, targets: Sequence[Values], labels: Sequence[str], width: int, display: Callable[..., str]
) -> list[Line]:
    """The values and what they are measured against, one place on the x axis each, in at most ``width`` columns.

    ``display`` formats a number with enough digits to distinguish it from the others. The result is empty if there
    are fewer than two values to join, or if the screen is too narrow.
    """
    known = [value for series in (values, *targets) for value in series if value is not None]
    if sum(value is not None for value in values) < 2:
        return []
    low, high = min(known), max(known)
    if low == high:
        low, high = low - (abs(low) or 1) / 10, high + (abs(high) or 1) / 10
    middle = round12((low + high) / 2)
    marks = {0: display(high, middle), HEIGHT // 2: display(middle, low, high), HEIGHT - 1: display(low, middle)}
    margin = max(map(columns, marks.values()))
    room = width - margin - 2
    if room < 12 or not isfinite(high - low):
        return []
    drawn = _dots([values], len(values), low, high, room)
    dashed = [_dashed(row) for row in _dots(targets, len(values), low, high, room)]
    lines: list[Line] = []
    for number, (row, under) in enumerate(zip(drawn, dashed, strict=True)):
        axis = "┤" if number in marks else "│"
        mark = fill(line(marks.get(number, "")), margin, "right")
        lines.append((*mark, Piece(f" {axis}", "dim"), *_overlaid(row, under)))
    return [*lines, line(" " * (margin + 2), Piece(_labels(labels, room), "dim"))]


def _dots(series: Sequence[Values], places: int, low: float, high: float, width: int) -> list[str]:
    """Lines through the values of each of ``series``, broken where one is missing; a string a row."""
    from plotille import Canvas

    last = places - 1
    # The canvas leaves its upper limits out: one dot more puts the last value and the highest one on its edge.
    right = last + last / (width * 2 - 1)
    top = high + (high - low) / (HEIGHT * 4 - 1)
    canvas = Canvas(width, HEIGHT, xmin=0, ymin=low, xmax=right, ymax=top)
    for values in series:
        for x, y in enumerate(values):
            if y is None:
                continue
            before = values[x - 1] if x else None
            if before is None:
                canvas.point(x, y)
            else:
                canvas.line(x - 1, before, x, y)
    rows: list[str] = canvas.plot(linesep="\n").split("\n")
    return rows


def _dashed(row: str) -> str:
    return "".join(character if place % 2 == 0 else chr(BLANK) for place, character in enumerate(row))


def _overlaid(row: str, under: str) -> list[Piece]:
    """Two rows of dots as one: where both have dots, they share the character and the values' style."""
    pieces: list[Piece] = []
    for over, below in zip(row, under, strict=True):
        dots = (ord(over) | ord(below)) & 0xFF
        style = VALUES if ord(over) != BLANK else TARGET if ord(below) != BLANK else ""
        text = chr(BLANK | dots) if dots else " "
        if pieces and pieces[-1].style == style:
            pieces[-1] = Piece(pieces[-1].text + text, style)
        else:
            pieces.append(Piece(text, style))
    return pieces


def _labels(labels: Sequence[str], width: int) -> str:
    """The first and last label under their places, and the middle one where it keeps its distance."""
    first, last = labels[0], labels[-1]
    if len(first) + 2 + len(last) > width:
        return last.rjust(width)[-width:]
    text = first + " " * (width - len(first) - len(last)) + last
    middle = len(labels) // 2
    name = labels[middle]
    start = round(middle / (len(labels) - 1) * (width - 1)) - len(name) // 2
    if len(labels) > 2 and len(first) + 3 <= start and start + len(name) + 3 <= width - len(last):
        text = text[:start] + name + text[start + len(name) :]
    return text
