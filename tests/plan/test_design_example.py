"""The example of the design page is read completely, and every value is as written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kpi.plan.loading import read_plan
from kpi.plan.model import Relative, Target

PLAN = """\
version: 1
title: Acme Shop
calendar: {week_starts: sunday, fiscal_year_starts: january, timezone: UTC}
as_of: 2026-06-30
sources:
  orders:
    path: data/orders-*.csv          # globs
    date: ordered_at
    updated: daily
    columns: {ordered_at: Order Date}
    types: {ordered_at: "date %d/%m/%Y"}
    read: {delimiter: ";", decimal: ",", encoding: cp1252, skip_rows: 1, null_values: [NA]}
    computed:
      amount: quantity * unit_price
    where: channel != "test"
  employees: {path: [a.csv, b.csv], from: hired_on, until: left_on}
  invoices:
    connection: ${WAREHOUSE_URL}
    table: finance.invoices
measures:
  revenue: sum(orders.amount[status == "paid"])
goals:
  loyalty:
    name: Three in ten customers come back
    due: 2026-12-31
    questions:
      - How often do customers buy again?
    review: {every: month, last: 2026-06-02}
kpis:
  repurchase_rate:
    name: Repurchase rate
    goal: loyalty
    unit: "%"
    window: 3 months
    baseline: 22%
    target: at least 30% by 2026-12-31
    thresholds: {green: at least 29%, yellow: at least 25%}
    notes: {2026-03: Loyalty card launched}
  nps:
    name: Net promoter score
    every: quarter
    baseline: 38
    values: {2026-Q1: 41, 2026-Q2: 44}
    target: {2026-Q3: 20% more, 2026: at least 40}
"""


def test_every_value_is_read() -> None:
    read = read_plan(Path("kpi.yaml"), text=PLAN)
    assert read.diagnostics == ()
    plan = read.plan
    assert (plan.title, plan.as_of, plan.calendar.week_starts) == ("Acme Shop", date(2026, 6, 30), "sunday")
    orders = plan.sources["orders"]
    assert (orders.path, orders.date, orders.where) == (("data/orders-*.csv",), "ordered_at", 'channel != "test"')
    assert (orders.read.delimiter, orders.read.skip_rows, orders.read.null_values) == (";", 1, ("NA",))
    assert (orders.columns, orders.computed) == ({"ordered_at": "Order Date"}, {"amount": "quantity * unit_price"})
    assert plan.sources["employees"].path == ("a.csv", "b.csv")
    assert (plan.sources["employees"].from_, plan.sources["employees"].until) == ("hired_on", "left_on")
    assert plan.sources["invoices"].connection == "${WAREHOUSE_URL}"
    assert plan.measures == {"revenue": 'sum(orders.amount[status == "paid"])'}
    goal = plan.goals["loyalty"]
    assert goal.due == date(2026, 12, 31)
    assert goal.review is not None
    assert goal.review.last == date(2026, 6, 2)
    rate = plan.kpis["repurchase_rate"]
    assert rate.baseline == 0.22
    assert rate.target == Target("at least 30% by 2026-12-31", ">=", 0.3, None, date(2026, 12, 31))
    assert rate.thresholds is not None
    assert rate.thresholds.green.value == 0.29
    assert rate.notes == {"2026-03": "Loyalty card launched"}
    nps = plan.kpis["nps"]
    assert nps.values == {"2026-Q1": 41.0, "2026-Q2": 44.0}
    assert isinstance(nps.target, tuple)
    assert [(entry.label, entry.start) for entry in nps.target] == [
        ("2026", date(2026, 1, 1)),
        ("2026-Q3", date(2026, 7, 1)),
    ]
    assert nps.target[1].target.value == Relative(0.2)
