"""The history of a KPI as a small SVG chart for a page: the values, the target, the status of the last one.

Everything is an attribute or a class, nothing a style of its own, so that the strictest content security policy lets it
through; colours are the page's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite

WIDTH, HEIGHT = 320, 72
LEFT, TOP, BOTTOM = 4, 6, 6
RIGHT = 8  # room for the last dot

Values = Sequence[float | None]


def svg_chart(
    values: Values,
    targets: Sequence[Values],
    label: str,
    *,
    marks: Sequence[int] = (),
    breaks: Sequence[int] = (),
    limits: Sequence[float] = (),
    ahead: Sequence[tuple[float, float, float]] = (),
) -> str:
    """The chart as an ``<svg>`` element, or empty text if there are fewer than two values to draw.

    ``targets`` are lines of as many points as ``values`` and ``ahead`` have together; ``marks`` the places with a
    remark, and ``breaks`` those from which on values cannot be compared with those before; ``limits`` the ends of the
    usual range; ``ahead`` what is expected after the last value, as (value, low, high). ``label`` says in words what
    the chart shows; it must be escaped already.
    """
    known = [value for line in (values, *targets, limits, *ahead) for value in line if value is not None]
    if sum(value is not None for value in values) < 2 or not all(map(isfinite, known)):
        return ""
    low, high = min(known), max(known)
    if low == high:
        low, high = low - (abs(low) or 1) / 10, high + (abs(high) or 1) / 10
    span = high - low
    if not isfinite(span):
        return ""
    step = (WIDTH - LEFT - RIGHT) / max(len(values) + len(ahead) - 1, 1)

    def point(place: float, value: float) -> Place:
        return round(LEFT + place * step), round(TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / span, 1)

    last = max(place for place, value in enumerate(values) if value is not None)
    end = point(last, values[last] or 0)
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">']
    if ahead:
        steps = list(enumerate(ahead, len(values)))
        top = [end, *(point(place, one[2]) for place, one in steps)]
        back = [point(place, one[1]) for place, one in reversed(steps)]
        parts.append(f'<path class="band" d="{_drawn([*top, *back])}Z"/>')
        parts.append(f'<path class="ahead" d="{_drawn([end, *(point(place, one[0]) for place, one in steps)])}"/>')
    for name, places in (("mark", marks), ("break", breaks)):
        parts += [f'<path class="{name}" d="M{point(place, high)[0]} 0V{HEIGHT}"/>' for place in places]
    for limit in limits:
        line = [point(0, limit), point(len(values) - 1, limit)]
        parts.append(f'<path class="limit" d="{_drawn(line)}"/>')
    for target in targets:
        if path := _path(target, point):
            parts.append(f'<path class="aim" d="{path}"/>')
    parts.append(f'<path class="line" d="{_path(values, point)}"/>')
    parts.append(f'<circle cx="{end[0]}" cy="{end[1]:g}" r="4"/></svg>')
    return "".join(parts)


Place = tuple[int, float]


def _path(values: Values, point: Callable[[int, float], Place]) -> str:
    """A line through the values, broken where one is missing; a value between two missing ones is a dot."""
    runs: list[list[Place]] = []
    for number, value in enumerate(values):
        if value is None:
            continue
        if number == 0 or values[number - 1] is None:
            runs.append([])
        runs[-1].append(point(number, value))
    return "".join(_drawn(run) if len(run) > 1 else f"{_drawn(run)}h.01" for run in runs)


def _drawn(places: Sequence[Place]) -> str:
    """A line through these places in few characters: by its steps, a level stretch as one."""
    bends = [
        place
        for before, place, after in zip([None, *places[:-1]], places, [*places[1:], None], strict=True)
        if before is None or after is None or not _is_level(before, place, after)
    ]
    (x, y), *rest = bends
    found = f"M{x} {_short(y)}" + ("l" if rest else "")
    for number, (next_x, next_y) in enumerate(rest):
        down = _short(round(next_y - y, 1))
        found += f"{' ' if number else ''}{next_x - x}{'' if down.startswith('-') else ' '}{down}"
        x, y = next_x, next_y
    return found


def _is_level(before: Place, place: Place, after: Place) -> bool:
    """Whether a line goes through ``place`` from left to right without a bend, on one level."""
    return before[1] == place[1] == after[1] and before[0] <= place[0] <= after[0]


def _short(number: float) -> str:
    """``-.5`` instead of ``-0.5``."""
    text = f"{number + 0.0:g}"  # no -0
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text
