from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from helpers.builders import at_least, checked_of, day, kpi_of, plan_of, results_of, series_of, stale_series, target
from helpers.shop import KPIS, one_series

from kpi.plan.model import Goal, Kpi, Reference, Thresholds
from kpi.render.output import Page, render
from kpi.render.sanitize import columns
from kpi.render.show_text import show_lines
from kpi.render.style import as_plain
from kpi.run.series import SourceUse
from kpi.status.kpi_view import ShowView, show_view

ORDERS = SourceUse(
    "orders",
    tuple(f"data/orders-{year}.csv" for year in range(2019, 2027)),
    123456,
    12,
    ('data/orders-2024.csv line 17: "n/a" is not a date',),
    day("2019-01-03"),
    day("2026-06-30"),
)
KPI = KPIS[0].model_copy(
    update={
        "question": "How often do customers buy again?",
        "kind": "direct",
        "formula": "back / buyers",
        "window": "3 months",
        "when_red": "Call ten lapsed customers.",
        "tags": ("retention",),
        "notes": {"2026-03": "Loyalty card launched"},
    }
)
GOALS = {"loyalty": Goal(id="loyalty", name="Three in ten customers come back")}
MEASURES = {"buyers": "count_distinct(orders.customer)", "back": "count(orders)", "unused": "count(orders)"}
SQL = (("orders", "SELECT\n\tcount(*)\nFROM orders"), ("other", "SELECT 1"))


def view_of(kpi: Kpi = KPI, **fields: Any) -> ShowView:
    series = replace(fields.pop("series", one_series("repurchase_rate")), kpi=kpi.id, sources=("orders",))
    results = results_of([series], sources={"orders": ORDERS, "other": replace(ORDERS, id="other")}, sql=SQL)
    plan = plan_of([kpi], goals=GOALS, measures=MEASURES)
    given = {"definition": "back divided by buyers", "measures": ("back", "buyers", "back")}
    return show_view(checked_of(plan), results, kpi.id, 24, **(given | fields))


def text(view: ShowView, width: int = 80, **options: bool) -> str:
    return as_plain(show_lines(view, width, **options))


def section(name: str, shown: str) -> list[str]:
    """The lines under a heading."""
    lines = shown.splitlines()
    start = next(number for number, line in enumerate(lines) if line.split("  ")[0] == name)
    found = []
    for line in lines[start + 1 :]:
        if line and not line.startswith(" "):
            break
        found.append(line)
    return found if found[-1] else found[:-1]


def facts(view: ShowView, width: int = 80) -> dict[str, str]:
    lines = [line for line in text(view, width).split("\n\n")[1].splitlines() if not line.startswith(" " * 4)]
    return {line[2:13].strip(): line[14:].strip() for line in lines}


def test_one_kpi_whole() -> None:
    shown = text(view_of())
    lines = shown.splitlines()
    assert lines[0].split() == ["Repurchase", "rate", "◐", "yellow,", "on", "pace"]
    assert columns(lines[0]) == 80
    assert lines[1] == "How often do customers buy again?"
    assert facts(view_of()) == {
        "value": "26.2% in 2026-06, ▲ 0.4 pt against 25.8% in 2026-05",
        "target": "≥ 30% by 31 Dec 2026; 26.0% expected by now",
        "forecast": "27.2% in 2026-12 (80% interval 26.8% to 27.6%), less than 5%",
        "signal": "none: it needs 13 values and has 12",
        "thresholds": "green ≥ 29%, yellow ≥ 25%",
        "baseline": "22% on 1 Jan 2026",
        "note": "yellow by its thresholds; on pace",
        "goal": "Three in ten customers come back",
        "owner": "ana@acme.example",
        "kind": "lagging, direct",
        "guardrails": "refund_rate",
        "when red": "Call ten lapsed customers.",
        "tags": "retention",
    }


def test_the_history_is_a_chart_with_its_target() -> None:
    history = section("History", text(view_of()))
    assert len(history) == 10
    assert history[-1].split() == ["2025-07", "2026-04", "2026-12"]
    assert "╌╌ target" in text(view_of())
    assert "╌╌" not in text(view_of(kpi_of("x")))


def test_the_definition_in_words_and_as_written() -> None:
    assert section("Definition", text(view_of())) == [
        "  Back divided by buyers. Over 3 months, every month.",
        "",
        "    back / buyers",
        "    back: count(orders)",
        "    buyers: count_distinct(orders.customer)",
    ]


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (None, "Every month."),
        ("year to date", "Year to date, every month."),
        ("all time", "Over all time, every month."),
    ],
)
def test_the_window_in_words(window: str | None, said: str) -> None:
    shown = section("Definition", text(view_of(KPI.model_copy(update={"window": window}))))
    assert shown[0] == f"  Back divided by buyers. {said}"


def test_values_typed_in_by_hand_are_said_to_be() -> None:
    kpi = kpi_of("nps", every="quarter", values={"2026-Q2": 44.0})
    view = view_of(kpi, definition=None, measures=())
    assert section("Definition", text(view)) == ["  Values typed in by hand. Every quarter."]


def test_sources_with_rows_dates_files_and_what_was_skipped() -> None:
    assert section("Sources", text(view_of())) == [
        "  orders: 123,456 rows used, 12 skipped, 3 Jan 2019 to 30 June 2026",
        "    data/orders-2019.csv, 6 more, data/orders-2026.csv",
        '    skipped: data/orders-2024.csv line 17: "n/a" is not a date',
    ]


def test_sql_only_when_asked_for_and_never_cut() -> None:
    assert "SQL" not in text(view_of())
    long = "SELECT " + ", ".join(f"column_{n}" for n in range(40))
    view = replace(view_of(), sql=(("orders", f"{long}\n\tFROM x\x1b[2J"),))
    assert section("SQL", text(view, sql=True)) == ["  -- orders", f"  {long}", "      FROM x\ufffd[2J;"]


def test_only_the_statements_of_its_own_sources() -> None:
    assert [source for source, _ in view_of().sql] == ["orders"]
    assert section("SQL", text(replace(view_of(), sql=()), sql=True)) == ["  none: nothing was read"]


def test_S5_a_stale_kpi_tells_when_and_why() -> None:
    found = facts(view_of(kpi_of(target=at_least(1.0)), series=stale_series(9.0)))
    assert found["value"] == "9 in 2026-04"
    assert found["note"] == "no rows of orders since 12 May 2026"


def test_what_there_is_not_is_said_or_left_out() -> None:
    found = facts(view_of(kpi_of(), series=series_of(None)))
    assert found == {
        "value": "none in 2026-06", "target": "none", "note": "no data to compute it from in this period",
    }  # fmt: skip


def test_S3_a_target_that_names_a_measure_tells_its_number_now() -> None:
    kpi = kpi_of(target=target("at least 95% of budget", ">=", Reference("budget", 0.95)))
    found = facts(view_of(kpi, series=series_of(1900.0, references={"budget": 1000.0})))
    assert found["target"] == "≥ 950 (at least 95% of budget)"


@pytest.mark.parametrize("width", [30, 50, 80, 100, 160])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    assert max(columns(line) for line in text(view_of(), width).splitlines()) <= width


def test_nothing_steers_the_terminal() -> None:
    evil = "\x1b[31mx\x07\u202e"
    texts = dict.fromkeys(("name", "question", "owner", "when_red", "formula", "window"), evil)
    thresholds = Thresholds(green=target(evil, ">=", 1.0))
    kpi = KPI.model_copy(update={**texts, "notes": {evil: evil}, "tags": (evil,), "thresholds": thresholds})
    view = view_of(kpi, definition=evil)
    view = replace(view, sources=(replace(ORDERS, id=evil, files=(evil,), skipped_reasons=(evil,)),))
    assert all(line.isprintable() for line in text(view, sql=True).splitlines())


def test_json_has_the_same_kpi_as_status_and_more() -> None:
    content = json.loads(render(view_of(), "json", Page(sql=True)))
    assert list(content) == [
        "version", "as_of", "kpi", "question", "definition", "formula", "window", "measures", "notes", "when_red",
        "sources", "sql",
    ]  # fmt: skip
    assert content["kpi"]["display"] == "26.2%"
    assert content["measures"] == {"back": "count(orders)", "buyers": "count_distinct(orders.customer)"}
    assert content["sources"] == [
        {
            "id": "orders",
            "files": list(ORDERS.files),
            "rows": 123456,
            "skipped": 12,
            "skipped_reasons": list(ORDERS.skipped_reasons),
            "first": "2019-01-03",
            "last": "2026-06-30",
        }
    ]
    assert content["sql"] == [{"source": "orders", "statement": SQL[0][1]}]
    assert "sql" not in json.loads(render(view_of(), "json"))
