"""A small view made by hand, with every status and everything that can stand under a row."""

from __future__ import annotations

from typing import Any

from helpers.builders import at_least, at_most, day, kpi_of, plan_of, results_of, series_of, stale_series, target

from kpi.plan.model import Goal, Plan, Thresholds
from kpi.run.series import Results, Series
from kpi.status import StatusView, status_view

GOALS = {
    "loyalty": Goal(
        id="loyalty",
        name="Three in ten customers come back",
        owner="ana@acme.example",
        due=day("2026-12-31"),
        parent="growth",
    ),
    "growth": Goal(id="growth", name="Grow profitably", owner="ben"),
    "ops": Goal(id="ops", name="Never make a customer wait"),
}

KPIS = [
    kpi_of(
        "repurchase_rate",
        name="Repurchase rate",
        goal="loyalty",
        owner="ana@acme.example",
        indicator="lagging",
        unit="%",
        baseline=0.22,
        since=day("2026-01-01"),
        target=target("at least 30% by 2026-12-31", ">=", 0.3, by="2026-12-31"),
        thresholds=Thresholds(green=at_least(0.29), yellow=at_least(0.25)),
        guardrails=("refund_rate",),
    ),
    kpi_of(
        "refund_rate",
        name="Refund rate",
        goal="loyalty",
        unit="%",
        target=target("below 5%", "<", 0.05),
        when_red="Ask the five largest refunders why, and tell the whole team on Monday what they said to us.\n",
    ),
    kpi_of(
        "nps",
        name="Net promoter score",
        goal="loyalty",
        owner="cy",
        unit="points",
        every="quarter",
        baseline=38.0,
        target=target("at least 50 by 2026-12-31", ">=", 50.0, by="2026-12-31"),
    ),
    kpi_of("clv", name="Customer lifetime value", goal="growth", unit="USD", target=at_least(1240.0)),
    kpi_of("handle_time", name="Average handle time", goal="ops", unit="minutes", target=at_most(4.5)),
    kpi_of("queue", name="顧客の待ち時間 [bold]\x1b[31m", goal="ops", target=target("…", "between", 20.0, 30.0)),
    kpi_of("orders", name="Orders", goal="ops"),
    kpi_of("visits", name="Visits | <b>", goal="ops"),
    kpi_of("sales", name="=Invoices issued", owner="@dee", unit="EUR", target=at_least(10000.0)),
]

SERIES = [
    series_of(0.22, 0.23, 0.235, 0.24, 0.242, 0.25, 0.248, 0.251, 0.255, 0.257, 0.258, 0.262, id_="repurchase_rate"),
    series_of(0.04, 0.035, 0.036, 0.042, 0.033, 0.034, 0.044, 0.041, 0.043, 0.045, 0.049, 0.061, id_="refund_rate"),
    series_of(38.0, 41.0, 44.0, id_="nps", every="quarter"),
    series_of(1100.0, 1110.0, None, 1150.0, 1240.0, id_="clv"),
    series_of(5.1, 5.0, 4.9, 4.8, 4.54, id_="handle_time"),
    series_of(25.0, 25.0, 25.0, 25.0, id_="queue"),
    series_of(None, id_="orders"),
    series_of(3.0, 4.0, id_="visits"),
    stale_series(9000.0),
]


def shop_plan() -> Plan:
    return plan_of(KPIS, goals=GOALS, title="Acme Shop")


def shop_results() -> Results:
    return results_of(SERIES)


def shop(**changed: Any) -> StatusView:
    """The view, by goal unless told otherwise."""
    return status_view(shop_plan(), shop_results(), **changed)


def one_series(id_: str) -> Series:
    return next(series for series in SERIES if series.kpi == id_)
