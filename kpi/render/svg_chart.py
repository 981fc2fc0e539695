"""The history of a KPI as a small SVG chart for a page: the values, the target, the status of the last one.

Everything is an attribute or a class, nothing a style of its own, so that the strictest content security policy lets it
through; colours are the page's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import TYPE_CHECKING

from kpi.render.sanitize import one_line
from kpi.render.status_icons import SIGNS

if TYPE_CHECKING:
    from kpi.status import KpiRow

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
    limits: Sequence[float] = (),
    ahead: Sequence[tuple[float, float, float]] = (),
) -> str:
    """The chart as an ``<svg>`` element, or empty text if there are fewer than two values to draw.

    ``targets`` are lines of as many points as ``values`` and ``ahead`` have together; ``marks`` the places with a
    remark; ``limits`` the ends of the usual range; ``ahead`` what is expected after the last value, as (value, low,
    high). ``label`` says in words what the chart shows; it must be escaped already.
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

    def x(place: int) -> str:
        return f"{LEFT + place * step:.0f}"

    def y(value: float) -> str:
        return f"{TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / span:.1f}".removesuffix(".0")

    last = max(place for place, value in enumerate(values) if value is not None)
    now = values[last] or 0
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">']
    if ahead:
        places = range(len(values), len(values) + len(ahead))
        top = "".join(f"L{x(place)} {y(one[2])}" for place, one in zip(places, ahead, strict=True))
        back = "".join(f"L{x(place)} {y(one[1])}" for place, one in reversed(list(zip(places, ahead, strict=True))))
        middle = "".join(f"L{x(place)} {y(one[0])}" for place, one in zip(places, ahead, strict=True))
        parts.append(f'<path class="band" d="M{x(last)} {y(now)}{top}{back}Z"/>')
        parts.append(f'<path class="ahead" d="M{x(last)} {y(now)}{middle}"/>')
    parts += [f'<path class="mark" d="M{x(place)} 0V{HEIGHT}"/>' for place in marks]
    parts += [f'<path class="limit" d="M{LEFT} {y(limit)}H{x(len(values) - 1)}"/>' for limit in limits]
    for line in targets:
        if path := _path(line, x, y):
            parts.append(f'<path class="aim" d="{path}"/>')
    parts.append(f'<path class="line" d="{_path(values, x, y)}"/>')
    parts.append(f'<circle cx="{x(last)}" cy="{y(now)}" r="4"/></svg>')
    return "".join(parts)


def _path(values: Values, x: Callable[[int], str], y: Callable[[float], str]) -> str:
    """A line through the values, broken where one is missing; a value between two missing ones is a dot."""
    found: list[str] = []
    for place, value in enumerate(values):
        if value is None:
            continue
        joined = place > 0 and values[place - 1] is not None
        found.append(f"{'L' if joined else 'M'}{x(place)} {y(value)}")
        alone = not joined and (place + 1 == len(values) or values[place + 1] is None)
        if alone:
            found.append("h.01")
    return "".join(found)


COLORS = {"green": "#14702f", "yellow": "#7d5700", "red": "#b3261e"}


def picture(row: KpiRow, labels: Sequence[str], values: Values) -> str:
    """The history of one KPI as an SVG file of its own, with its name, value and status; empty chart where there are
    fewer than two values."""
    from html import escape

    color = COLORS.get(row.status, "#5c6470")
    name = escape(one_line(row.name))
    chart = svg_chart(values, (), name)
    inner = chart[chart.index(">") + 1 : -len("</svg>")] if chart else ""
    span = f"{labels[0]} to {labels[-1]}" if labels else ""
    style = (
        f".line{{fill:none;stroke:#0b6bcb;stroke-width:2.5;stroke-linejoin:round}}circle{{fill:{color}}}"
        "text{font:14px system-ui,sans-serif;fill:#1b2129}.soft{fill:#59636e}"
    )
    status = f'<tspan fill="{color}">{SIGNS[row.status]} {row.status}</tspan>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT + 60}" role="img" aria-label="{name}">'
        f'<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="8" y="20" font-weight="600">{name}</text>'
        f'<text x="8" y="42">{escape(one_line(row.display or "–"))} {status}</text>'
        f'<g transform="translate(0 48)">{inner}</g>'
        f'<text x="8" y="{HEIGHT + 56}" class="soft" font-size="11">{escape(span)}</text></svg>\n'
    )
