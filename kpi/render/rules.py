"""The pages of lint rules, for ``kpi rule``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kpi.lint.registry import FAMILIES
from kpi.lint.rule import Rule
from kpi.lint.rule_docs import overview, page
from kpi.render.layout import Line, Piece, line, wrap
from kpi.render.output import Page
from kpi.render.sanitize import json_text
from kpi.render.style import paint

WIDEST = 100  # longer lines of prose are hard to read
NARROWEST = 20
# The colours of the terminal, legible on a light and a dark background.
STYLES = {"markdown.h1": "bold", "markdown.h2": "bold", "markdown.code": "cyan"}
GAP = 2


class RulesView(NamedTuple):
    """The rules to show. ``listing`` asks for a table of all rules instead of their pages."""

    rules: tuple[Rule, ...]
    listing: bool = False


def render_rules_markdown(view: RulesView, _: Page) -> str:
    """Return the pages of the rules as Markdown, or the table of all rules."""
    text = overview() if view.listing else "\n".join(map(page, view.rules))
    return text.removesuffix("\n")


def render_rules_text(view: RulesView, page_: Page) -> str:
    """Return the pages of the rules for a terminal, or the table of all rules. No word is broken."""
    width = min(page_.width, WIDEST)
    if view.listing:
        return paint(_listing(view.rules, width), color=page_.color)
    from io import StringIO

    from rich.console import Console
    from rich.markdown import Markdown
    from rich.theme import Theme

    out = StringIO()
    console = Console(
        file=out, width=width, force_terminal=page_.color, color_system="standard" if page_.color else None,
        no_color=not page_.color, legacy_windows=False, theme=Theme(STYLES),
    )  # fmt: skip
    for rule in view.rules:
        console.print(Markdown(page(rule), code_theme="ansi_dark", hyperlinks=False))
    return "\n".join(text.rstrip() for text in out.getvalue().rstrip("\n").split("\n"))


def _listing(rules: tuple[Rule, ...], width: int) -> Iterator[Line]:
    """The rules of each family under its name: code, name, severity and summary in columns, or below each other."""
    names, severities = (
        max(map(len, cells)) for cells in zip(*((one.name, one.severity) for one in rules), strict=True)
    )
    indent = 4 + GAP + names + GAP + severities + GAP
    for number, (letter, family) in enumerate(FAMILIES.items()):
        if number:
            yield ()
        yield line(Piece(family, "bold"))
        for rule in rules:
            if rule.code[0] != letter:
                continue
            head = (
                f"{rule.code:<{4 + GAP}}",
                f"{rule.name:<{names + GAP}}",
                Piece(f"{rule.severity:<{severities + GAP}}", "dim"),
            )
            beside = indent + NARROWEST <= width
            first, *rest = wrap(rule.summary, width - indent if beside else max(NARROWEST, width - 4 - GAP))
            if beside:
                yield line(*head, first)
                yield from (line(" " * indent, text) for text in rest)
            else:
                yield line(*head)
                yield from (line(" " * (4 + GAP), text) for text in (first, *rest))


def render_rules_json(view: RulesView, _: Page) -> str:
    """Return the rules with their pages as JSON, version 1."""
    rules = [
        {"code": rule.code, "rule": rule.name, "severity": rule.severity, "summary": rule.summary, "page": page(rule)}
        for rule in view.rules
    ]
    return json_text({"version": 1, "rules": rules})
