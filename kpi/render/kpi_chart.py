"""The chart of one KPI with all that is known of it: for a card of the page, and as a picture of its own."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from kpi.render.sanitize import one_line
from kpi.render.status_html import COLORS
from kpi.render.status_icons import SIGNS
from kpi.render.svg_chart import HEIGHT, WIDTH, svg_chart

if TYPE_CHECKING:
    from kpi.status import KpiRow
    from kpi.status.kpi_view import ShowView

GRAY = "#59636e"
LINE = 16  # from one line of text of a picture to the next
FONTS = 'system-ui,"Segoe UI",Roboto,Helvetica,Arial,"Liberation Sans","DejaVu Sans","Noto Sans",sans-serif'


class Axis(NamedTuple):
    """What a chart goes over in words: ``2026-01 to 2026-12``, and ``40 to 44``, the lowest and the highest value."""

    periods: str
    values: str


def kpi_chart(row: KpiRow, show: ShowView) -> str:
    """The chart as an ``<svg>`` element; empty text if there are fewer than two values."""
    values = [point.value for point in show.points]
    labels = [point.period.label for point in show.points]
    noted = {label: place for place, label in enumerate(labels) if label in row.kpi.notes}
    breaks = [place for label, place in noted.items() if label in row.kpi.breaks]
    known = [(label, value) for label, value in zip(labels, values, strict=True) if value is not None]
    if len(known) < 2:
        return ""
    first, last = known[0], known[-1]
    words = f"{row.name}: {show.value_display(first[1])} in {first[0]}, {show.value_display(last[1])} in {last[0]}"
    words += f"; target {row.target_display}" if row.target_display else ""
    if show.ahead and (forecast := forecast_in_words(show)):
        words += f"; forecast {forecast}"
    return svg_chart(
        values,
        [show.line, show.upper],
        escape(one_line(words)),
        marks=[place for place in noted.values() if place not in breaks],
        breaks=breaks,
        limits=_limits(show),
        ahead=[(step.value, step.low, step.high) for _, step in show.ahead],
    )


def axis_of(row: KpiRow, show: ShowView) -> Axis | None:
    """What the chart goes over; None where there is no chart."""
    known = [point.value for point in show.points if point.value is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    until = (show.ahead[-1][0] if show.ahead else show.points[-1].period).label
    values = [show.value_display(low, high), show.value_display(high, low)] if low != high else [row.display or ""]
    return Axis(f"{show.points[0].period.label} to {until}", " to ".join(values))


def forecast_in_words(show: ShowView) -> str | None:
    """The forecast; None where there is none, or no value that it could go on from."""
    outlook = show.row.outlook
    return None if outlook is None or outlook.problem is not None or show.row.display is None else outlook.sentence


def picture(show: ShowView) -> str:
    """The chart as an SVG file of its own, with name, value, change, status, target and axis; without the chart where
    there are fewer than two values."""
    row = show.row
    color = COLORS.get(row.status, GRAY)
    status = f"{SIGNS[row.status]} {row.status}" + (f", {row.pace}" if row.pace else "")
    facts = [f"target {row.target_and_expected}"] if row.target_and_expected else []
    facts = [f"{row.change_display} {row.trend or ''}".strip(), *facts] if row.change_display else facts
    chart, axis = kpi_chart(row, show), axis_of(row, show)
    name, words = _text(row.name), _text(" · ".join(facts))
    below = 58 + HEIGHT + LINE
    size = f'width="{2 * WIDTH}" height="{2 * below + 16}" viewBox="0 0 {WIDTH} {below + 8}"'
    value = f'<tspan class="value">{_text(row.display or "–")}</tspan>'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{name}">',
        f"<style>{_style(color)}</style>",
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="8" y="18" class="name"{_fitted(row.name, 15)}>{name}</text>',
        f'<text x="8" y="38">{value} <tspan class="status" dx="6">{_text(status)}</tspan></text>',
    ]
    if words:
        lines.append(f'<text x="8" y="54" class="soft"{_fitted(" · ".join(facts), 11)}>{words}</text>')
    if chart:
        lines.append(f'<g transform="translate(0 58)">{chart[chart.index(">") + 1 : -len("</svg>")]}</g>')
    if axis:
        lines.append(f'<text x="8" y="{below}" class="soft">{_text(axis.periods)}</text>')
        lines.append(f'<text x="{WIDTH - 8}" y="{below}" class="soft end">{_text(axis.values)}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def _style(color: str) -> str:
    return (
        f"text{{font:12px {FONTS};fill:#1b2129}}.name{{font-size:15px;font-weight:600}}"
        f".value{{font-size:18px;font-weight:600}}.status,circle{{fill:{color}}}.status{{font-weight:600}}"
        f".soft{{font-size:11px;fill:{GRAY}}}.end{{text-anchor:end}}"
        ".line,.aim,.mark,.break,.limit,.ahead{fill:none;stroke:#0b6bcb;stroke-width:2.5;stroke-linejoin:round}"
        f".aim{{stroke:{GRAY};stroke-width:1.5;stroke-dasharray:5 5}}.mark,.limit{{stroke:#d8dee4;stroke-width:1}}"
        f".break{{stroke:{GRAY};stroke-width:1.5}}.ahead{{stroke-width:1.5;stroke-dasharray:2 4}}"
        ".band{fill:#0b6bcb;opacity:.15}"
    )


def _fitted(text: str, size: float) -> str:
    """The attribute that keeps a long text within the picture; wide characters are as wide as the type is high."""
    most = WIDTH - 16
    width = sum(size * (1 if ord(character) > 0x2E7F else 0.6) for character in one_line(text))
    return f' textLength="{most}" lengthAdjust="spacingAndGlyphs"' if width > most else ""


def _text(text: str) -> str:
    return escape(one_line(text))


def _limits(show: ShowView) -> list[float]:
    """The ends of the usual range, unless they hold for a part of the history or for one season only."""
    signs = show.row.signs
    if signs is None or signs.limits is None or signs.since is None or signs.seasonal:
        return []
    if signs.since.start > show.points[0].period.start:
        return []
    return [signs.limits.low, signs.limits.high]
