"""``kpi dashboard``: one self-contained HTML file that asks for nothing from elsewhere and is complete without scripts.

Style and script stand in the page and are named in its content security policy by their hashes; nothing else may run.
All texts are escaped by the template engine.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from kpi.render.sanitize import one_line, visible_lines
from kpi.render.status_icons import SIGNS
from kpi.render.svg_chart import svg_chart
from kpi.status import short_owner
from kpi.values.date_words import day_in_full, day_in_words

if TYPE_CHECKING:
    from jinja2 import Environment

    from kpi.render.output import Page
    from kpi.run.series import SourceUse
    from kpi.status import Group, KpiRow
    from kpi.status.dashboard_view import DashboardView
    from kpi.status.kpi_view import ShowView

SECTION_TITLES = {"perspective": "Scorecard", "owner": "By owner"}


def render_dashboard(view: DashboardView, _: Page) -> str:
    """Return the whole page as HTML."""
    environment = _environment()
    style = _asset("style.css").replace("AS-OF", day_in_full(view.status.as_of)).strip()
    script = _asset("script.js").strip()
    from markupsafe import Markup

    return environment.get_template("page.html.j2").render(
        view=view,
        status=view.status,
        title=view.status.title or "KPIs",
        signs=SIGNS,
        section_titles=SECTION_TITLES,
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _asset(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """The hash by which a content security policy names a style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    def shown(value: Any) -> Any:
        """What a text becomes on the page: one line, without characters that nobody sees."""
        return value if isinstance(value, Markup) or not isinstance(value, str) else one_line(value)

    environment = Environment(
        loader=FunctionLoader(_asset), autoescape=True, undefined=StrictUndefined, finalize=shown, auto_reload=False
    )
    environment.filters |= {
        "slug": lambda status: status.replace(" ", "-"),
        "owner": short_owner,
        "attainment": _attainment,
        "source": _source,
        "lines": lambda text: Markup("\n").join(visible_lines(text).split("\n")),
    }
    environment.globals |= {"chart": _chart, "about": _about}
    return environment


def _about(group: Group) -> str:
    """The goals above a goal, its owner and its date."""
    parts = [" › ".join(group.above), short_owner(group.owner or "")]
    parts += [f"due {day_in_words(group.due)}"] if group.due else []
    return " · ".join(filter(None, parts))


def _attainment(row: KpiRow) -> str | None:
    return None if row.attainment is None else f"{row.attainment:.0%} of target"


def _source(use: SourceUse) -> str:
    rows = f"{use.id}, {use.rows:,} rows"
    return (
        rows
        if use.first is None or use.last is None
        else f"{rows}, {day_in_words(use.first)} to {day_in_words(use.last)}"
    )


def _chart(row: KpiRow, show: ShowView) -> Any:
    from markupsafe import Markup, escape

    values = [point.value for point in show.points]
    labels = [point.period.label for point in show.points]
    marks = [place for place, label in enumerate(labels) if label in row.kpi.notes]
    known = [(label, value) for label, value in zip(labels, values, strict=True) if value is not None]
    if len(known) < 2:
        return ""
    first, last = known[0], known[-1]
    words = f"{row.name}: {show.value_display(first[1])} in {first[0]}, {show.value_display(last[1])} in {last[0]}"
    words += f"; target {row.target_display}" if row.target_display else ""
    return Markup(svg_chart(values, [show.line, show.upper], str(escape(one_line(words))), marks))
