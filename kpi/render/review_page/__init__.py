"""``kpi review --format html``: one self-contained page without scripts, which asks for nothing from elsewhere.

The style is in the page and is named in its content security policy by its hash. All texts are escaped by the template
engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.render.html_page import asset, policy_hash, templates
from kpi.render.kpi_notes import notes_of
from kpi.render.review_view import (
    UNKNOWN_STATUS,
    YEAR_ON_YEAR,
    facts,
    grid_signs,
    grid_title,
    has_unknown,
    kinds_in_words,
    known_in_words,
    outcome_in_words,
    owner_of,
    quiet_in_words,
    sections,
    title_of,
    trailing_title,
)
from kpi.render.status_icons import SIGNS
from kpi.values.date_words import day_in_full

if TYPE_CHECKING:
    from kpi.render.output import Page
    from kpi.review import Agenda, Grid
    from kpi.review.trailing import Trailing


def render_review_html(view: Agenda, _: Page) -> str:
    """Return the whole page as HTML."""
    return _page(
        "page.html.j2",
        title=title_of(view),
        day=day_in_full(view.as_of),
        exceptions=[
            (one.row, SIGNS[one.row.status], kinds_in_words(one), owner_of(one.row), facts(one))
            for one in view.exceptions
        ],
        quiet=[text for text in (known_in_words(view), quiet_in_words(view)) if text],
        due=[outcome_in_words(view, outcome) for outcome in view.due],
        sections=sections(view),
    )


def render_grid_html(view: Grid, _: Page) -> str:
    """Return the page of ``kpi review --grid``."""
    return _page(
        "grid.html.j2",
        heading=f"{view.title or 'Review'} · {grid_title(view)}",
        blocks=view.blocks,
        signs=SIGNS,
        owner_of=owner_of,
        legend=[(status, SIGNS[status]) for status in grid_signs(view)],
        unknown=UNKNOWN_STATUS if has_unknown(view) else None,
        notes=notes_of([one.row for one in view.rows]),
    )


def render_trailing_html(view: Trailing, _: Page) -> str:
    """Return the page of ``kpi review --trailing``."""
    return _page(
        "trailing.html.j2",
        heading=f"{view.title or 'Review'} · {trailing_title(view)}",
        blocks=view.blocks,
        signs=SIGNS,
        year_on_year=YEAR_ON_YEAR,
        left_out=", ".join(row.name for row in view.left_out),
        notes=notes_of(view.rows),
    )


def _page(template: str, **content: object) -> str:
    from markupsafe import Markup

    style = asset(__package__, "style.css")
    found = templates(__package__).get_template(template)
    return found.render(style=Markup(style), style_hash=policy_hash(style), **content)
