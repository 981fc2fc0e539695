"""``kpi review --format html``: one self-contained page without scripts, which asks for nothing from elsewhere.

The style is in the page and is named in its content security policy by its hash. All texts are escaped by the template
engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.render.html_page import asset, policy_hash, templates
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
from kpi.render.status_icons import SIGNS
from kpi.values.date_words import day_in_full

if TYPE_CHECKING:
    from kpi.render.output import Page
    from kpi.review import Agenda


def render_review_html(view: Agenda, _: Page) -> str:
    """Return the whole page as HTML."""
    from markupsafe import Markup

    style = asset(__package__, "style.css")
    return (
        templates(__package__)
        .get_template("page.html.j2")
        .render(
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
            style_hash=policy_hash(style),
        )
    )
