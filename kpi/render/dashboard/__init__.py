"""``kpi dashboard``: one self-contained HTML file that asks for nothing from elsewhere and is complete without scripts.

Style and script are in the page and are named in its content security policy by their hashes. All texts are escaped by
the template engine.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from kpi.render.goals_words import due_text, objective_facts, objective_remarks, score_text
from kpi.render.html_page import asset, policy_hash, templates
from kpi.render.kpi_chart import axis_of, forecast_in_words, kpi_chart
from kpi.render.review_view import kinds_in_words, known_in_words, outcome_in_words, quiet_in_words, sections
from kpi.render.sanitize import visible_lines
from kpi.render.status_icons import SIGNS
from kpi.status import short_owner
from kpi.status.columns import even_points, with_even_precision
from kpi.values import format_count
from kpi.values.date_words import day_in_full, day_in_words

if TYPE_CHECKING:
    from jinja2 import Environment

    from kpi.plan.model import Decision
    from kpi.render.output import Page
    from kpi.review import Agenda
    from kpi.review.dashboard_view import DashboardView, MistakeView
    from kpi.run.series import SourceUse
    from kpi.status import Group
    from kpi.status.goals_view import GoalsView
    from kpi.status.kpi_view import ShowView

SECTION_TITLES = {"perspective": "Scorecard", "owner": "By owner"}


def render_dashboard(view: DashboardView, page: Page) -> str:
    """Return the whole page as HTML."""
    return _render(
        "page.html.j2",
        page,
        day=day_in_full(view.status.as_of),
        view=view,
        status=with_even_precision(view.status),
        title=view.status.title or "KPIs",
        section_titles=SECTION_TITLES,
        anchors={group.rows[0].kpi.goal: f"goal-{number}" for number, group in enumerate(view.status.groups, 1)},
        objectives=_objectives(view.goals),
        review=None if view.agenda is None else _review(view.agenda),
    )


def render_mistake(view: MistakeView, page: Page) -> str:
    """Return a page that says why there are no numbers."""
    return _render("mistake.html.j2", page, day="", mistake=view.mistake)


def _render(template: str, page: Page, *, day: str, **content: Any) -> str:
    """A page with its style and scripts, and the policy that allows these and nothing else."""
    from markupsafe import Markup

    # The signs are decoration beside the word, which screen readers would read out.
    signs = "\n".join(
        f'.{status.replace(" ", "-")}>.badge::before,.badge.{status.replace(" ", "-")}::before{{content:"{sign} "/""}}'
        for status, sign in SIGNS.items()
    )
    style = asset(__package__, "style.css").replace("AS-OF", day) + signs
    scripts = ["script.js"]
    if page.wall:
        style += asset(__package__, "wall.css")
        scripts.append("wall.js")
    if page.version is not None:
        scripts.append("live.js")
    script = "\n".join(asset(__package__, name).strip() for name in scripts)
    return (
        _environment()
        .get_template(template)
        .render(
            **content,
            page=page,
            style=Markup(style),
            script=Markup(script),
            style_hash=policy_hash(style),
            script_hash=policy_hash(script),
        )
    )


@cache  # compiling the templates takes longer than filling them in, and a server does so again and again
def _environment() -> Environment:
    from markupsafe import Markup

    environment = templates(__package__)
    environment.filters |= {
        "slug": lambda status: status.replace(" ", "-"),
        "owner": short_owner,
        "source": _source,
        "lines": lambda text: Markup("\n").join(visible_lines(text).split("\n")),
    }
    environment.globals |= {
        "chart": lambda row, show: Markup(kpi_chart(row, show)),
        "about": _about,
        "axis": axis_of,
        "fresh": _fresh,
        "score": score_text,
        "due": due_text,
        "facts": objective_facts,
        "remarks": objective_remarks,
        "decided": _decided,
        "forecast": forecast_in_words,
        "signal": _signal,
        "history": _history,
    }
    return environment


def _history(show: ShowView) -> list[tuple[str, str]]:
    """The periods of a KPI and its values, newest first."""
    return [(point.period.label, text or "–") for point, text in zip(show.points, even_points(show), strict=True)][::-1]


def _about(group: Group) -> str:
    """The goals above a goal, its owner and its date."""
    parts = [" › ".join(group.above), short_owner(group.owner or "")]
    parts += [f"due {day_in_words(group.due)}"] if group.due else []
    return " · ".join(filter(None, parts))


def _source(use: SourceUse) -> str:
    rows = f"{use.id}, {format_count(use.rows)} rows"
    return (
        rows
        if use.first is None or use.last is None
        else f"{rows}, {day_in_words(use.first)} to {day_in_words(use.last)}"
    )


def _fresh(show: ShowView) -> str | None:
    """Up to which day all sources have rows."""
    known = [use.last for use in show.sources if use.last is not None]
    return f"up to {day_in_words(min(known))}" if known and len(known) == len(show.sources) else None


def _objectives(goals: GoalsView | None) -> GoalsView | None:
    """The goals that are objectives of OKRs; None if there are none."""
    chosen = None if goals is None else replace(goals, framework="okr")
    return chosen if chosen is not None and chosen.chosen() else None


def _review(view: Agenda) -> dict[str, Any]:
    """What needs a look now, for the template."""
    return {
        "exceptions": [(one.row, kinds_in_words(one)) for one in view.exceptions],
        "quiet": list(filter(None, [known_in_words(view), quiet_in_words(view)])),
        "due": [outcome_in_words(view, one) for one in view.due],
        "sections": sections(view),
    }


def _decided(decision: Decision) -> str:
    """A decision in words: when, who, what, and what was expected."""
    expected = f"; expected {decision.expect}" if decision.expect else ""
    return f"{day_in_words(decision.date)}, {decision.by}: {decision.decided}{expected}"


def _signal(show: ShowView) -> str | None:
    """What the value says beside its status; nothing if it is within its usual range."""
    signs = show.row.signs
    if signs is None or signs.variation in (None, "common cause"):
        return None
    return f"{signs.variation}: {signs.sentence}"
