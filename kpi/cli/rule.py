"""``kpi rule``."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from kpi.cli.common import FileOption, page_for
from kpi.cli.completion import rule_codes
from kpi.cli.output import show, show_data
from kpi.errors import UsageError

EXAMPLES = (
    ("kpi rule S101", "the page of a rule"),
    ("kpi rule --all", "all rules"),
)


def rule(
    code: Annotated[
        str | None,
        typer.Argument(
            metavar="CODE", help="The code or name of a rule: S101, weasel-word.", autocompletion=rule_codes
        ),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="List all rules.")] = False,
    format: Annotated[  # noqa: A002
        Literal["text", "markdown", "json"] | None,
        typer.Option("--format", help="Output format; default: text on a terminal, else markdown."),
    ] = None,
    file: FileOption = None,
) -> None:
    """Show the page of a lint rule: what it flags, why it matters, and how to fix it."""
    if all_ == (code is not None):
        raise UsageError("name one rule, or --all", hint="for example kpi rule S101")
    from kpi.lint.registry import RULES
    from kpi.lint.rule_docs import find_rule
    from kpi.render.output import render
    from kpi.render.rules import RulesView

    view = RulesView(RULES) if code is None else RulesView((find_rule(code),))
    chosen = format or ("text" if sys.stdout.isatty() else "markdown")
    text = render(view._replace(listing=all_), chosen, page_for(sys.stdout))
    (show_data if chosen == "json" else show)(text)  # unlike other Markdown, a page is read in the terminal
