"""The pages of lint rules, for ``kpi rule``."""

from __future__ import annotations

from typing import NamedTuple

from kpi.lint.rule import Rule
from kpi.lint.rule_docs import overview, page
from kpi.render.output import Page
from kpi.render.sanitize import json_text


class RulesView(NamedTuple):
    """The rules to show. ``listing`` asks for a table of all rules instead of their pages."""

    rules: tuple[Rule, ...]
    listing: bool = False


def render_rules_markdown(view: RulesView, _: Page) -> str:
    """Return the pages of the rules as Markdown, or the table of all rules."""
    text = overview() if view.listing else "\n".join(map(page, view.rules))
    return text.removesuffix("\n")


def render_rules_json(view: RulesView, _: Page) -> str:
    """Return the rules with their pages as JSON, version 1."""
    rules = [
        {"code": rule.code, "rule": rule.name, "severity": rule.severity, "summary": rule.summary, "page": page(rule)}
        for rule in view.rules
    ]
    return json_text({"version": 1, "rules": rules})
