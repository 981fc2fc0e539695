from __future__ import annotations

import pytest
from helpers.builders import at_least, kpi_of, plan_of, results_of, series_of
from helpers.shop import shop

from kpi.plan.model import Goal
from kpi.render.output import render
from kpi.render.status_markdown import escape
from kpi.status import status_view


def test_a_heading_a_summary_and_a_table_for_each_group() -> None:
    plan = plan_of(
        [kpi_of(name="Sales", goal="grow", unit="USD", target=at_least(10.0), when_red="Call a meeting.")],
        goals={"grow": Goal(id="grow", name="Grow", owner="ana@acme.example")},
        title="Acme",
    )
    assert render(status_view(plan, results_of([series_of(8.0, 9.0)])), "markdown") == (
        "# Acme · 30 June 2026\n\n1 red\n\n## Grow\n\n✖ red · ana@acme.example\n\n"
        "| KPI | Value | Change | Target | Status | Period |\n| --- | ---: | --- | --- | --- | --- |\n"
        "| Sales | $9 | ▲ $1 better | ≥ $10 | ✖ red | 2026-06 |\n\n- Sales: Call a meeting."
    )


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a | b", "a \\| b"),
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ("![x](http://evil)", "!\\[x\\](http&#58;//evil)"),
        ("`a` *b* _c_ ~~d~~ # e", "\\`a\\` \\*b\\* \\_c\\_ \\~\\~d\\~\\~ \\# e"),
        ("a & b &amp; c", "a &amp; b &amp;amp; c"),
        ("back\\slash", "back\\\\slash"),
        ("@ana, ben@acme.example", "@&#8203;ana, ben@acme.example"),
        ("https://evil.example www.evil.example", "https&#58;//evil.example www&#46;evil.example"),
        ("two\nlines", "two lines"),
        ("\x1b[31m", "\ufffd\\[31m"),
    ],
)
def test_text_is_never_markup(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    lines = [line.replace("\\|", "") for line in render(shop(), "markdown").splitlines() if line.startswith("|")]
    assert {line.count("|") for line in lines} == {7}
