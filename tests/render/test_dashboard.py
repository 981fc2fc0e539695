"""The page of ``kpi dashboard``: complete without scripts, allowed by the strictest policy, small, and only text."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from helpers.builders import at_least, checked_of, day, kpi_of, plan_of, results_of, series_of
from helpers.shop import GOALS, shop_plan, shop_results

from kpi.plan.model import Decision, Goal, Plan, Thresholds
from kpi.plan.model.kpi import Note
from kpi.render.output import Page, render
from kpi.review import agenda
from kpi.review.dashboard_view import DashboardView, dashboard_view
from kpi.run.series import Series, SourceUse
from kpi.status import status_view
from kpi.status.goals_view import goals_view
from kpi.status.kpi_view import show_view

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
ALLOWED = {
    "html", "meta", "title", "style", "a", "header", "h1", "h2", "h3", "p", "ul", "li", "span", "nav", "main",
    "section", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "article", "svg", "path", "circle", "dl",
    "dt", "dd", "details", "summary", "code", "pre", "footer", "time", "script",
}  # fmt: skip


class Parsed(HTMLParser):
    """The elements of a page with their attributes, and its text without that of style and script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.raw: dict[str, str] = {}
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in ("style", "script"):
            self.raw[self._inside] = self.raw.get(self._inside, "") + data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def values(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs in self.elements if name in attrs]


def view_of(plan: Plan, series: list[Series], statements: Any = None) -> DashboardView:
    results = results_of(series, sources={"orders": SourceUse("orders", ("orders.csv",), 5000)})
    status = status_view(plan, results)
    kpis = {
        row.kpi.id: show_view(checked_of(plan), results, row.kpi.id, 23, definition="the sum of amount")
        for row in status.rows
    }
    return DashboardView(
        status, kpis, {"owner": status.groups}, statements or {}, NOON, "commit 3f2a91c1d",
        goals=goals_view(plan, status), agenda=agenda(plan, status, results),
    )  # fmt: skip


def page_of(*args: Any) -> Parsed:
    return Parsed(render(view_of(*args), "html"))


def many(count: int = 50, months: int = 24) -> tuple[Plan, list[Series]]:
    kpis = [
        kpi_of(
            f"kpi_number_{n}", name=f"Share of customers who came back, part {n}", unit="EUR", goal="loyalty",
            owner=f"person{n % 7}@acme.example", formula=f'sum(orders.amount[status == "paid" and region == "r{n}"])',
            target=at_least(1000.0 + n), when_red="Ask the five largest customers why.", tags=("retention",),
        )
        for n in range(count)
    ]  # fmt: skip
    series = [
        series_of(
            *[1000 + 13.7 * ((n * 7 + month * 11) % 29) for month in range(months)], id_=kpi.id, sources=("orders",)
        )
        for n, kpi in enumerate(kpis)
    ]
    return plan_of(kpis, goals=GOALS), series


def test_the_policy_names_style_and_script_by_their_hashes_and_nothing_else() -> None:
    page = page_of(*many(3))
    (policy,) = [
        attrs["content"] for tag, attrs in page.elements if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    hashes = {
        kind: "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for kind, text in page.raw.items()
    }
    assert policy == (
        f"default-src 'none'; style-src '{hashes['style']}'; script-src '{hashes['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_nothing_is_asked_for_from_elsewhere() -> None:
    page = page_of(*many(3))
    assert not page.values("src")
    assert {target[:1] for target in page.values("href")} == {"#"}
    assert not re.search(r"@import|url\(|https?:", page.raw["style"] + page.raw["script"])
    assert not [name for _, attrs in page.elements for name in attrs if name == "style" or name.startswith("on")]


def test_every_link_leads_to_an_id_and_ids_are_unique() -> None:
    page = page_of(*many(5))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {target.removeprefix("#") for target in page.values("href")} <= set(ids)


def test_a_kpi_is_whole_without_scripts() -> None:
    plan, series = many(1, months=3)
    text = page_of(plan, series).text
    for part in (
        "Share of customers who came back, part 0", "€1.3k", "≥ €1k", "130% of target", "person0",
        "the sum of amount", 'sum(orders.amount[status == "paid" and region == "r0"])', "2026-04 €1.00k",
        "2026-05 €1.15k", "orders, 5,000 rows", "commit 3f2a91c1d", "2026-07-01 12:00",
    ):  # fmt: skip
        assert part in text, part


def test_a_change_says_whether_it_is_better() -> None:
    plan = plan_of([kpi_of("up", target=at_least(1.0)), kpi_of("free")])
    text = page_of(plan, [series_of(1.0, 2.0, id_="up"), series_of(1.0, 2.0, id_="free")]).text
    assert text.count("▲ 1 better") == 2  # in the table and on the card
    assert text.count("▲ 1") == 4


def test_a_wall_has_what_is_read_across_a_room_and_when_it_was_updated() -> None:
    view = view_of(*many(3))
    page = Parsed(render(view, "html", Page(wall=True)))
    assert "Updated 2026-07-01 12:00" in page.text
    assert page.text.count("Share of customers who came back, part 0") == 2  # in the overview and on its card
    assert not {"nav", "details", "form"} & {tag for tag, _ in page.elements}
    assert [attrs["class"] for tag, attrs in page.elements if tag == "html"] == ["wall"]
    assert "connect-src" not in render(view, "html", Page(wall=True))


def test_a_mistake_is_text_above_the_last_good_numbers() -> None:
    view = replace(view_of(*many(1)), mistake='kpi.yaml:4:1: error: "<script>alert(1)</script>"\n  = help: none')
    page = Parsed(render(view, "html", Page(version="x")))
    assert "so these are the numbers of 2026-07-01 12:00:00" in page.text
    assert '"<script>alert(1)</script>"' in page.text
    assert [tag for tag, _ in page.elements].count("script") == 1
    assert page.text.index("alert(1)") < page.text.index("part 0")


def test_fifty_kpis_over_two_years_are_small() -> None:
    plan, series = many()
    statements = {
        "orders": tuple(f"SELECT t.day$, sum(t.amount)\nFROM rows$orders t WHERE t.n = {n};" for n in range(10))
    }
    page = render(view_of(plan, series, statements), "html").encode()
    assert len(page) <= 150_000
    assert len(gzip.compress(page)) <= 25_000


TAG = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg onload=alert(3)>{{ 7*7 }}\u202e"


def test_text_of_others_stays_text() -> None:
    fields = {"name": TAG, "question": TAG, "owner": TAG, "when_red": TAG, "tags": (TAG,), "formula": TAG}
    kpi = kpi_of("a", notes={"2026-05": TAG}, target=at_least(9.0), **fields)
    plan = plan_of([kpi], title=TAG)
    page = page_of(plan, [series_of(1.0, 2.0, id_="a", notes=(TAG,), problem=TAG)], {TAG: (TAG,)})
    assert {tag for tag, _ in page.elements} <= ALLOWED
    assert [tag for tag, _ in page.elements].count("script") == 1
    assert page.text.count("<script>alert(1)</script>") >= 10
    assert "{{ 7*7 }}" in page.text
    assert "\u202e" not in page.text
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]


@pytest.mark.parametrize("values", [(), (None,), (1.0,), (None, 2.0), (1e308, -1e308), (3.0, 3.0), (1.0, None, 2.0)])
def test_a_chart_of_any_values_is_drawn_or_left_out(values: tuple[float | None, ...]) -> None:
    known = [value for value in values if value is not None]
    page = page_of(plan_of([kpi_of("a")]), [series_of(*(values or (None,)), id_="a")])
    drawn = "svg" in [tag for tag, _ in page.elements]
    assert drawn == (len(known) > 1 and max(known) < 1e300)
    assert not re.search(r"nan|inf\b", " ".join(page.values("d")))


def test_all_statuses_of_the_shop_are_there() -> None:
    plan, results = shop_plan(), shop_results()
    status = status_view(plan, results)
    kpis = {row.kpi.id: show_view(checked_of(plan), results, row.kpi.id, 23, definition=None) for row in status.rows}
    text = Parsed(render(DashboardView(status, kpis, {}, {}, NOON), "html")).text
    for name, count in status.summary.items():
        assert (f"{count} {name}" in text) == bool(count)
    assert 'improved while its guardrail "Refund rate" got worse (red)' in text


def test_a_card_has_thresholds_freshness_notes_and_decisions() -> None:
    kpi = kpi_of(
        "a", name="Returns", target=at_least(9.0), thresholds=Thresholds(green=at_least(9.0), yellow=at_least(7.0)),
        notes={"2026-04": "Sale", "2026-05": Note.model_validate({"break": "Counted in another way"})},
        formula="count(orders)",
    )  # fmt: skip
    earlier, later = (
        Decision(date=day(f"2026-0{month}-01"), kpi="a", decided=text, by="ana", expect="above 9", until=day(until))
        for month, text, until in ((3, "Call ten customers", "2026-04-01"), (5, "Wait", "2026-09-01"))
    )
    plan = plan_of([kpi], decisions=(earlier, later))
    series = [series_of(7.0, 6.0, 8.0, id_="a", sources=("orders",))]
    results = results_of(series, sources={"orders": SourceUse("orders", (), 5, last=day("2026-06-29"))})
    view = dashboard_view(checked_of(plan), results, 23, computed=NOON)
    page = Parsed(render(replace(view, statements={"orders": ("SELECT 1",)}), "html"))
    for part in (
        "Thresholds green ≥ 9, yellow ≥ 7", "Data up to 29 June 2026", "2026-04: Sale 2026-05",
        "2026-05: Counted in another way (break)", "Decision 1 May 2026, ana: Wait; expected above 9 Decision 1 Mar",
        "Last decision 1 May 2026, ana: Wait", "2026-04 to 2026-06 6 to 8",
    ):  # fmt: skip
        assert part in page.text, part
    assert "sql-orders" in page.values("id")
    assert {"#sql-orders", "#a"} <= set(page.values("href"))
    assert {"mark", "break"} <= set(page.values("class"))


def test_the_views_of_the_plan_are_on_the_page() -> None:
    goals = {
        "more": Goal(id="more", name="More", level="objective", framework="okr", due=day("2026-07-05"), owner="ana"),
        "less": Goal(id="less", name="Less", parent="more"),
    }
    kpis = [
        kpi_of("up", name="Up", goal="more", baseline=0.0, target=at_least(10.0, "2026-07-05"), guardrails=("down",)),
        kpi_of("down", name="Down", target=at_least(9.0)),
    ]  # fmt: skip
    plan = plan_of(kpis, goals=goals)
    series = [series_of(4.0, 7.0, id_="up"), series_of(9.0, 9.0, 3.0, id_="down")]
    view = dashboard_view(checked_of(plan), results_of(series), 23, computed=NOON)
    page = Parsed(render(view, "html"))
    headings = ("Review: what needs a look now", "Overview", "Goals", "Objectives and key results")
    assert [page.text.index(f"{heading} ") for heading in headings]
    for part in (
        "Down guardrail broken, turned worse red", "objective More red 0.70 ana 5 July 2026", "Less no KPI",
        "More 0.70", "Up 0.70",
        "→ its cycle ends in 5 days", "Goals without a KPI Less", "Guardrails Down red",
    ):  # fmt: skip
        assert part in page.text, part
    assert {"review", "overview", "goals", "okr"} <= set(page.values("id"))
