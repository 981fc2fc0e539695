"""The pages of rules as they are read in a terminal."""

from __future__ import annotations

import re

import pytest

from kpi.lint.registry import RULES
from kpi.lint.rule_docs import find_rule, page
from kpi.render.output import Page, render
from kpi.render.rules import RulesView


def words(text: str) -> set[str]:
    return set(re.sub(r"[`*#|]", "", text).split())


def test_no_word_of_a_page_is_broken_in_a_narrow_terminal() -> None:
    rules = RULES[::8]
    text = render(RulesView(rules), "text", Page(width=40))
    assert words(text) <= words("\n".join(map(page, rules)))
    assert max(map(len, text.split("\n"))) <= 40


@pytest.mark.parametrize("width", [50, 72, 100])
def test_the_list_of_rules_fits_and_breaks_no_word(width: int) -> None:
    text = render(RulesView(RULES, listing=True), "text", Page(width=width))
    assert max(map(len, text.split("\n"))) <= width
    assert set(text.split()) == {
        word for rule in RULES for part in (rule.code, rule.name, rule.severity, rule.summary) for word in part.split()
    } | set(
        re.sub(r"(?m)^(?!## ).*$", "", render(RulesView(RULES, listing=True), "markdown")).replace("## ", "").split()
    )


def test_colour_is_used_only_where_asked_and_changes_no_text() -> None:
    view = RulesView((find_rule("S101"),))
    plain = render(view, "text", Page(width=72))
    colored = render(view, "text", Page(width=72, color=True))
    assert "\x1b" not in plain
    assert "\x1b[1m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored).split() == plain.split()
