"""``kpi review --format html``: one self-contained page without scripts, which asks for nothing from elsewhere.

The style stands in the page and is named in its content security policy by its hash; nothing else may load or run. All
texts are escaped by the template engine.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from kpi.render.review_view import (
    facts,
    kinds_in_words,
    known_in_words,
    outcome_in_words,
    owner_of,
    quiet_in_words,
    sections,
    title_of,
)
from kpi.render.sanitize import one_line
from kpi.render.status_icons import SIGNS
from kpi.values.date_words import day_in_full

if TYPE_CHECKING:
    from kpi.render.output import Page
    from kpi.review import Agenda


def render_review_html(view: Agenda, _: Page) -> str:
    """Return the whole page as HTML."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    def shown(value: Any) -> Any:
        """What a text becomes on the page: one line, without characters that nobody sees."""
        return value if isinstance(value, Markup) or not isinstance(value, str) else one_line(value)

    environment = Environment(
        loader=FunctionLoader(_asset), autoescape=True, undefined=StrictUndefined, finalize=shown, auto_reload=False
    )
    style = _asset("style.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return environment.get_template("page.html.j2").render(
        title=title_of(view),
        day=day_in_full(view.as_of),
        exceptions=[
            (one.row, SIGNS[one.row.status], kinds_in_words(one), owner_of(one.row), facts(one))
            for one in view.exceptions
        ],
        quiet=[text for text in (known_in_words(view), quiet_in_words(view)) if text],
        due=[outcome_in_words(view, outcome) for outcome in view.due],
        sections=sections(view),
        style=Markup(style),
        style_hash=f"sha256-{digest}",
    )


def _asset(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
