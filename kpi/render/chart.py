"""The history of a KPI as a line of braille dots, drawn by plotille, with the axes that a series of periods needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import NamedTuple

from kpi.render.layout import Line, Piece, fill, line
from kpi.render.sanitize import columns
from kpi.values import round12

HEIGHT = 9
BLANK = 0x2800  # the braille character without a dot; its dots are the lowest eight bits
VALUES, FORECAST, TARGET, LIMITS = "cyan", "magenta", "dim", "blue"

Values = Sequence[float | None]


class Layer(NamedTuple):
    """Lines of one kind: their ``series``, a style, and which characters are drawn: ``drawn`` of each ``of``."""

    series: Sequence[Values]
    style: str
    drawn: int = 1
    of: int = 1


def chart_lines(
    values: Values,
    targets: Sequence[Values],
    labels: Sequence[str],
    width: int,
    display: Callable[..., str],
    *,
    forecast: Sequence[Values] = (),
    limits: Sequence[Values] = (),
) -> list[Line]:
    """The values and what they are measured against, one place on the x axis each, in at most ``width`` columns.

    All series have as many places as ``labels``. ``display`` formats a number with enough digits to distinguish it from
    the others. The result is empty if there are fewer than two values to join, or if the screen is too narrow.
    """
    layers = [
        Layer([values], VALUES),
        Layer(forecast, FORECAST, 2, 3),
        Layer(targets, TARGET, 1, 2),
        Layer(limits, LIMITS, 1, 3),
    ]
    known = [value for layer in layers for series in layer.series for value in series if value is not None]
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
    drawn = [
        [_dashed(row, layer) for row in _dots(layer.series, len(values), low, high, room)]
        for layer in layers
        if any(layer.series)
    ]
    styles = [layer.style for layer in layers if any(layer.series)]
    lines: list[Line] = []
    for number, rows in enumerate(zip(*drawn, strict=True)):
        axis = "┤" if number in marks else "│"
        mark = fill(line(marks.get(number, "")), margin, "right")
        lines.append((*mark, Piece(f" {axis}", "dim"), *_overlaid(rows, styles)))
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


def _dashed(row: str, layer: Layer) -> str:
    return "".join(character if place % layer.of < layer.drawn else chr(BLANK) for place, character in enumerate(row))


def _overlaid(rows: Sequence[str], styles: Sequence[str]) -> list[Piece]:
    """Rows of dots as one: where several have dots, they share the character and the style of the first of them."""
    pieces: list[Piece] = []
    for characters in zip(*rows, strict=True):
        dots, style = 0, ""
        for character, own in zip(characters, styles, strict=True):
            if ord(character) != BLANK:
                dots |= ord(character) & 0xFF
                style = style or own
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
