"""Tables of other people, each with KPIs of every kind of sentence, equal to pandas in every period that is shown.

The tables are not part of the project: without them the tests are skipped. What each plan says is in the text here.
"""

# ruff: noqa: E501 - a KPI of a plan is one line.
from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from kpi.cli.app import app

TABLES = Path(__file__).parents[3] / "shared" / "data" / "tables"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not TABLES.is_dir(), reason="the shared data is not here")]

Day = pd.Timestamp
Value = Any
Oracle = Callable[[Day, Day], Value]


@dataclass(frozen=True)
class Set:
    """A plan, the values of its KPIs over a period [start, end), those of its segments, and its targets in figures."""

    plan: str
    values: Mapping[str, Oracle]
    parts: Mapping[str, Callable[[Day, Day], Mapping[str, Value]]] = field(default_factory=dict)
    targets: Mapping[str, Oracle] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


STEPS = {
    "day": pd.DateOffset(days=1), "week": pd.DateOffset(weeks=1), "2 weeks": pd.DateOffset(weeks=2),
    "4 weeks": pd.DateOffset(weeks=4), "month": pd.DateOffset(months=1), "quarter": pd.DateOffset(months=3),
    "half": pd.DateOffset(months=6), "year": pd.DateOffset(years=1),
}  # fmt: skip


def of(frame: pd.DataFrame, column: str, start: Day, end: Day) -> pd.DataFrame:
    """The rows of [start, end)."""
    return frame[(frame[column] >= start) & (frame[column] < end)]


def back(end: Day, months: int) -> Day:
    return end - pd.DateOffset(months=months)


def change(value: Callable[[Day, Day], float], months: int) -> Oracle:
    """The growth of a value against so many months before."""

    def grown(start: Day, end: Day) -> Value:
        now, before = value(start, end), value(back(start, months), back(end, months))
        return None if empty(now) or empty(before) or before == 0 else (now - before) / abs(before)

    return grown


def empty(value: Value) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def some(frame: pd.DataFrame, value: Callable[[pd.DataFrame], Value]) -> Value:
    """A value of rows, None where there are none."""
    return None if frame.empty else value(frame)


def share(frame: pd.DataFrame, column: str, amount: str | None = None) -> dict[str, float]:
    """The share of each value of a column in the rows, or in an amount."""
    weights = pd.Series(1, frame.index) if amount is None else frame[amount]
    return dict(weights.groupby(frame[column]).sum() / weights.sum())


# A shop: order lines with text dates.


def superstore(folder: Path) -> Set:
    shutil.copy(TABLES / "superstore.csv", folder)
    t = pd.read_csv(TABLES / "superstore.csv", encoding="cp1252")
    for place, lines in enumerate((t[:4000].drop(columns="Discount"), t[4000:])):
        lines.to_csv(folder / f"part-{place}.csv", index=False, encoding="cp1252")
    late = t[4000:].copy()
    for frame in (t, late):
        for column in ("Order Date", "Ship Date"):
            frame[column] = pd.to_datetime(frame[column], format="%d-%m-%y")
    t["first"] = t.groupby("Customer ID")["Order Date"].transform("min")

    def o(start: Day, end: Day) -> pd.DataFrame:
        return of(t, "Order Date", start, end)

    def sales(start: Day, end: Day) -> float:
        return float(o(start, end)["Sales"].sum())

    def margin(start: Day, end: Day) -> float:
        return float(o(start, end)["Profit"].sum() / o(start, end)["Sales"].sum())

    def back_in_time(start: Day, end: Day) -> float:
        rows = o(start, end)
        soon = rows["Order Date"] <= rows["first"] + pd.Timedelta(days=90)
        again = rows[(rows["Order Date"] > rows["first"]) & soon]
        return again["Customer ID"].nunique() / rows["Customer ID"].nunique()

    def per(start: Day, end: Day, by: Any, column: str = "Sales") -> pd.Series:
        return o(start, end).groupby(by)[column].sum()

    plan = """
    version: 1
    as_of: 2017-12-31
    calendar: {weeks_from: 2014-01-06}
    sources:
      shop: &shop
        path: superstore.csv
        date: order_date
        read: {encoding: cp1252}
        types: {order_date: "date %d-%m-%y", ship_date: "date %d-%m-%y"}
        computed: {first_order: first_date(customer_id)}
      parts:
        <<: *shop
        path: part-*.csv
        optional: [discount]
    measures:
      sales: sum(shop.sales)
      margin: sum(shop.profit) / sum(shop.sales)
    kpis:
      list_price: {every: month, formula: sum(shop.sales / (1 - shop.discount))}
      line_margin: {every: quarter, formula: "avg((shop.profit / shop.sales)[sales > 100])"}
      days_to_ship: {every: month, formula: avg(days(shop.ship_date - shop.order_date))}
      slowest: {every: month, formula: "percentile(shop.ship_date - shop.order_date, 90)", unit: days}
      loyal: {every: month, window: 3 months, formula: "count(per(shop.customer_id, count_distinct(shop.order_id))[value >= 2])"}
      basket: {every: month, formula: "median(per(shop.order_id, sum(shop.sales * shop.quantity / shop.quantity)))"}
      spread: {every: quarter, formula: "stddev(per(shop.customer_id, sum(shop.profit)))"}
      top_customers: {every: quarter, formula: "percentile(per(shop.customer_id, sum(shop.sales)), 95)"}
      back: {every: year, unit: "%", formula: "count_distinct(shop.customer_id[order_date > first_order and order_date <= first_order + 90]) / count_distinct(shop.customer_id)"}
      weekend: {every: month, unit: "%", formula: "count(shop[weekday(order_date) >= 6]) / count(shop)"}
      half_sales: {every: half, formula: sales, target: 5% more than a year ago, thresholds: {green: at least target, yellow: at least 90% of target}}
      sprint: {every: 2 weeks, formula: sales}
      four_weeks: {every: 4 weeks, formula: count(shop)}
      yearly: {every: quarter, unit: "%", formula: "growth(sales, year_ago)"}
      monthly: {every: month, unit: "%", formula: growth(sales)}
      twelve: {every: month, unit: "%", formula: "growth(sales, 12)"}
      drift: {every: month, unit: "%", formula: 'over(margin, "3 months") - over(margin, "12 months")'}
      year_to_date: {every: month, window: year to date, formula: sales}
      quarter_to_date: {every: month, window: quarter to date, formula: sum(shop.profit)}
      beyond: {every: month, formula: "max(sales - 50000, 0) + min(sum(shop.profit), 5000) + abs(sum(shop.profit) - 3000)"}
      by_region: {every: quarter, unit: "%", formula: sales / total(sales), split: region}
      each_region: {every: quarter, formula: sales, split: {by: region, judge: each, targets: {each: at least 60000}}}
      us_orders: {every: quarter, formula: 'count(shop[starts_with(order_id, "US") and ends_with(upper(segment), "R")])'}
      cities: {every: quarter, formula: 'count_distinct(shop.state + "/" + shop.city)'}
      long_names: {every: quarter, formula: "count(shop[length(replace(product_id, '-', '')) == 13 and floor(sales) >= 50 and ceil(discount) == 1])"}
      rounded: {every: quarter, formula: "sum(round(shop.sales) - floor(shop.sales))"}
      discounts: {every: year, formula: sum(parts.discount)}
      first_half_weeks: {every: year, formula: "count(shop[week(order_date) <= 26 and quarter(order_date) <= 2 and day(order_date) > 15])"}
    """
    order = "Order Date"
    return Set(
        plan,
        {
            "list_price": lambda a, b: (o(a, b)["Sales"] / (1 - o(a, b)["Discount"])).sum(),
            "line_margin": lambda a, b: (
                lambda r: (r["Profit"] / r["Sales"])[r["Sales"] > 100].mean()
            )(o(a, b)),
            "days_to_ship": lambda a, b: (o(a, b)["Ship Date"] - o(a, b)[order]).dt.days.mean(),
            "slowest": lambda a, b: (o(a, b)["Ship Date"] - o(a, b)[order]).dt.days.quantile(0.9),
            "loyal": lambda a, b: (o(back(b, 3), b).groupby("Customer ID")["Order ID"].nunique() >= 2).sum(),
            "basket": lambda a, b: per(a, b, "Order ID").median(),
            "spread": lambda a, b: per(a, b, "Customer ID", "Profit").std(),
            "top_customers": lambda a, b: per(a, b, "Customer ID").quantile(0.95),
            "back": back_in_time,
            "weekend": lambda a, b: (o(a, b)[order].dt.weekday >= 5).mean(),
            "half_sales": sales,
            "sprint": sales,
            "four_weeks": lambda a, b: len(o(a, b)),
            "yearly": change(sales, 12),
            "monthly": change(sales, 1),
            "twelve": change(sales, 12),
            "drift": lambda a, b: margin(back(b, 3), b) - margin(back(b, 12), b),
            "year_to_date": lambda a, b: sales(Day(a.year, 1, 1), b),
            "quarter_to_date": lambda a, b: o(Day(a.year, (a.month - 1) // 3 * 3 + 1, 1), b)["Profit"].sum(),
            "beyond": lambda a, b: (
                lambda s, p: max(s - 50000, 0) + min(p, 5000) + abs(p - 3000)
            )(sales(a, b), o(a, b)["Profit"].sum()),
            "by_region": lambda a, b: 1.0,
            "each_region": sales,
            "us_orders": lambda a, b: (
                o(a, b)["Order ID"].str.startswith("US") & o(a, b)["Segment"].str.upper().str.endswith("R")
            ).sum(),
            "cities": lambda a, b: (o(a, b)["State"] + "/" + o(a, b)["City"]).nunique(),
            "long_names": lambda a, b: (
                lambda r: (
                    (r["Product ID"].str.replace("-", "").str.len() == 13) & (r["Sales"] >= 50) & (r["Discount"] > 0)
                ).sum()
            )(o(a, b)),
            "rounded": lambda a, b: (
                lambda s: ((s + 0.5).apply(math.floor) - s.apply(math.floor)).sum()
            )(o(a, b)["Sales"]),
            "discounts": lambda a, b: of(late, order, a, b)["Discount"].sum(),
            "first_half_weeks": lambda a, b: (
                lambda d: ((d.dt.isocalendar().week <= 26) & (d.dt.quarter <= 2) & (d.dt.day > 15)).sum()
            )(o(a, b)[order]),
        },
        parts={
            "by_region": lambda a, b: share(o(a, b), "Region", "Sales"),
            "each_region": lambda a, b: dict(o(a, b).groupby("Region")["Sales"].sum()),
        },
        targets={"half_sales": lambda a, b: 1.05 * sales(back(a, 12), back(b, 12))},
    )  # fmt: skip


# A call centre: durations with points, answers as letters.


def call_center(folder: Path) -> Set:
    shutil.copy(TABLES / "call_center.csv", folder)
    t = pd.read_csv(TABLES / "call_center.csv", parse_dates=["Date"])
    t["talk"] = pd.to_timedelta(t["AvgTalkDuration"].str.replace(".", ":")).dt.total_seconds()
    t["of day"] = pd.to_timedelta(t["Time"].str.replace(".", ":")).dt.total_seconds()
    wait = "Speed of answer in seconds"

    def c(start: Day, end: Day) -> pd.DataFrame:
        return of(t, "Date", start, end)

    def monday(day: Day) -> Day:
        return day - pd.Timedelta(days=day.weekday())

    plan = """
    version: 1
    as_of: 2021-03-31
    calendar: {weeks_from: 2021-01-04}
    sources:
      calls:
        path: call_center.csv
        date: date
        types: {time: "duration %H.%M.%S", avgtalkduration: "duration %H.%M.%S"}
    kpis:
      longest: {every: month, unit: seconds, formula: "max(per(calls.agent, avg(calls.avgtalkduration)))"}
      busy: {every: month, formula: "count(per(calls.agent, count(calls))[value >= 200])"}
      daily: {every: month, formula: "avg(per(calls.date, count(calls)))"}
      agents_a_day: {every: month, unit: "%", formula: "avg(per(calls.date, count_distinct(calls.agent))) / count_distinct(calls.agent)"}
      mornings: {every: month, unit: "%", formula: "count(calls[hours(time) < 12]) / count(calls)"}
      mondays: {every: month, unit: "%", formula: "count(calls[weekday(date) == 1]) / count(calls)"}
      sprint: {every: 2 weeks, formula: 'count(calls[answered_y_n == "Y"])'}
      to_date: {every: week, window: month to date, formula: count(calls)}
      quarter: {every: week, window: quarter to date, formula: sum(calls.avgtalkduration), unit: hours}
      grown: {every: week, unit: "%", formula: growth(count(calls))}
      work: {every: month, unit: seconds, formula: 'sum((calls.avgtalkduration * 2)[resolved == "Y"])'}
      topics: {every: month, unit: "%", formula: count(calls) / total(count(calls)), split: topic}
      rating: {every: quarter, formula: "avg(per(calls.agent, avg(calls.satisfaction_rating)))", split: {by: agent, judge: each}, target: at least 3.4}
      two_windows: {every: month, formula: 'avg(calls.speed_of_answer_in_seconds) - over(avg(calls.speed_of_answer_in_seconds), "quarter to date")'}
      slow: {every: month, unit: "%", formula: "1 - count(calls[coalesce(speed_of_answer_in_seconds, 999) <= 60]) / count(calls)", target: at most 5% more than the period before}
    """

    def slow(start: Day, end: Day) -> float:
        return float(1 - (c(start, end)[wait].fillna(999) <= 60).mean())

    return Set(
        plan,
        {
            "longest": lambda a, b: c(a, b).groupby("Agent")["talk"].mean().max(),
            "busy": lambda a, b: (c(a, b).groupby("Agent").size() >= 200).sum(),
            "daily": lambda a, b: c(a, b).groupby("Date").size().mean(),
            "agents_a_day": lambda a, b: c(a, b).groupby("Date")["Agent"].nunique().mean() / c(a, b)["Agent"].nunique(),
            "mornings": lambda a, b: (c(a, b)["of day"] < 12 * 3600).mean(),
            "mondays": lambda a, b: (c(a, b)["Date"].dt.weekday == 0).mean(),
            "sprint": lambda a, b: (c(a, b)["Answered (Y/N)"] == "Y").sum(),
            "to_date": lambda a, b: len(c((b - pd.Timedelta(days=1)).replace(day=1), b)),
            "quarter": lambda a, b: c(Day(2021, 1, 1), b)["talk"].sum() / 3600,
            "grown": change_of_weeks(lambda a, b: len(c(a, b))),
            "work": lambda a, b: (c(a, b)["talk"] * 2)[c(a, b)["Resolved"] == "Y"].sum(),
            "topics": lambda a, b: 1.0,
            "rating": lambda a, b: c(a, b).groupby("Agent")["Satisfaction rating"].mean().mean(),
            "two_windows": lambda a, b: c(a, b)[wait].mean() - c(Day(2021, 1, 1), b)[wait].mean(),
            "slow": slow,
        },
        parts={
            "topics": lambda a, b: share(c(a, b), "Topic"),
            "rating": lambda a, b: dict(c(a, b).groupby("Agent")["Satisfaction rating"].mean()),
        },
        targets={"slow": lambda a, b: 1.05 * slow(back(a, 1), a)},
    )


def change_of_weeks(value: Callable[[Day, Day], float]) -> Oracle:
    """The growth against the week before; none against a week that the data does not fill."""
    week = pd.Timedelta(weeks=1)

    def grown(start: Day, end: Day) -> Value:
        before = value(start - week, end - week)
        return None if not before or start - week < Day(2021, 1, 1) else (value(start, end) - before) / abs(before)

    return grown


# A help desk: numbers in front of words.


def help_desk(folder: Path) -> Set:
    shutil.copy(TABLES / "help_desk.csv", folder)
    t = pd.read_csv(TABLES / "help_desk.csv")
    t["day"] = pd.to_datetime(t["created_date"], format="%m/%d/%Y")
    t["level"] = t["severity"].str[0].astype(int)
    t["who"] = t["requestor_fname"] + " " + t["requestor_lname"]

    def d(start: Day, end: Day) -> pd.DataFrame:
        return of(t, "day", start, end)

    last = t["day"].max() + pd.Timedelta(days=1)
    plan = f"""
    version: 1
    as_of: {last - pd.Timedelta(days=1):%Y-%m-%d}
    calendar: {{weeks_from: {t["day"].min():%Y-%m-%d}}}
    sources:
      desk:
        path: help_desk.csv
        date: created_date
        types: {{created_date: "date %m/%d/%Y"}}
        computed:
          level: number(extract(severity, "^([0-9])"))
    kpis:
      effort: {{every: month, formula: sum(desk.level * desk.days_open)}}
      again: {{every: month, window: 3 months, formula: 'count(per(desk.requestor_fname + " " + desk.requestor_lname, count(desk))[value >= 2])'}}
      worst_group: {{every: month, formula: "max(per(desk.owner_group, percentile(desk.days_open, 90)))"}}
      quiet_days: {{every: month, formula: "count(per(desk.created_date, count(desk))[value <= 30])"}}
      closed_by: {{every: month, formula: "avg(days(desk.created_date + desk.days_open - window_start))"}}
      groups: {{every: quarter, unit: "%", formula: count(desk) / total(count(desk)), split: {{by: owner_group, judge: each}}, target: at least 10%}}
      sprint: {{every: 2 weeks, formula: 'count(desk[not starts_with(severity, "1")])'}}
      half: {{every: half, formula: "count(desk[contains(lower(issue_category), 'access')])"}}
      all_time: {{every: month, window: all time, formula: "median(desk.days_open[level >= 2])"}}
      long_run: {{every: month, formula: 'avg(desk.days_open) / over(avg(desk.days_open), "all time")'}}
      odd: {{every: month, formula: "sum(abs(desk.days_open - 10) if desk.level > 1 else 0)"}}
    """

    def groups(start: Day, end: Day) -> pd.Series:
        return d(start, end).groupby("who").size()

    return Set(
        plan,
        {
            "effort": lambda a, b: (d(a, b)["level"] * d(a, b)["days_open"]).sum(),
            "again": lambda a, b: (groups(back(b, 3), b) >= 2).sum(),
            "worst_group": lambda a, b: d(a, b).groupby("owner_group")["days_open"].quantile(0.9).max(),
            "quiet_days": lambda a, b: (d(a, b).groupby("day").size() <= 30).sum(),
            "closed_by": lambda a, b: ((d(a, b)["day"] - a).dt.days + d(a, b)["days_open"]).mean(),
            "groups": lambda a, b: 1.0,
            "sprint": lambda a, b: (d(a, b)["level"] != 1).sum(),
            "half": lambda a, b: d(a, b)["issue_category"].str.lower().str.contains("access").sum(),
            "all_time": lambda a, b: (lambda r: r[r["level"] >= 2]["days_open"].median())(d(Day(1900, 1, 1), b)),
            "long_run": lambda a, b: d(a, b)["days_open"].mean() / d(Day(1900, 1, 1), b)["days_open"].mean(),
            "odd": lambda a, b: (d(a, b)["days_open"] - 10).abs().where(d(a, b)["level"] > 1, 0).sum(),
        },
        parts={"groups": lambda a, b: share(d(a, b), "owner_group")},
    )


# Order lines with times of which none is told.


def sales(folder: Path) -> Set:
    shutil.copy(TABLES / "sales.csv", folder)
    t = pd.read_csv(TABLES / "sales.csv", encoding="cp1252", keep_default_na=False)
    t["day"] = pd.to_datetime(t["ORDERDATE"], format="%m/%d/%Y %H:%M")
    numeric = t["POSTALCODE"].str.fullmatch(r"[0-9]+")
    bad = ~(numeric | (t["POSTALCODE"] == ""))
    t["zip"] = pd.to_numeric(t["POSTALCODE"].where(numeric))

    def s(start: Day, end: Day) -> pd.DataFrame:
        return of(t, "day", start, end)

    def revenue(start: Day, end: Day) -> float:
        return float((s(start, end)["QUANTITYORDERED"] * s(start, end)["PRICEEACH"]).sum())

    plan = """
    version: 1
    as_of: 2005-05-31
    calendar: {fiscal_year_starts: july}
    sources:
      lines: &lines
        path: sales.csv
        date: orderdate
        read: {encoding: cp1252}
        types: {orderdate: "date %m/%d/%Y %H:%M", postalcode: text}
      zips:
        <<: *lines
        types: {orderdate: "date %m/%d/%Y %H:%M", postalcode: number}
        on_bad_rows: skip up to 60%
    measures:
      revenue: sum(lines.quantityordered * lines.priceeach)
    kpis:
      revenue_of_halves: {every: half, formula: revenue}
      revenue_of_years: {every: year, formula: revenue}
      grown: {every: quarter, unit: "%", formula: "growth(revenue, year_ago)"}
      discount: {every: month, unit: "%", formula: "1 - revenue / sum(lines.quantityordered * lines.msrp)"}
      under_list: {every: month, formula: "count(lines[priceeach < msrp * 0.9])"}
      orders_by_customer: {every: month, window: 12 months, formula: "avg(per(lines.customername, count_distinct(lines.ordernumber)))"}
      big_customers: {every: month, window: year to date, formula: "count(per(lines.customername, sum(lines.sales))[value > 20000])"}
      lines_by_order: {every: quarter, formula: "max(per(lines.ordernumber, max(lines.orderlinenumber)))"}
      territories: {every: quarter, unit: "%", formula: sum(lines.sales) / total(sum(lines.sales)), split: territory}
      product_lines: {every: quarter, formula: sum(lines.sales), split: {by: productline, judge: each, targets: {each: at least 50000}}}
      north: {every: quarter, formula: 'count(lines[territory == "NA"])'}
      cancelled: {every: month, formula: 'abs(sum(lines.sales[status == "Cancelled"]) - 1000) + max(count(lines), 10) - min(count(lines), 100)'}
      high_zips: {every: year, formula: "count(zips[postalcode > 50000])"}
      same_city: {every: quarter, formula: 'count(per(lines.city + lines.country, count(lines))[value >= 20])'}
      codes: {every: quarter, formula: 'count_distinct(replace(extract(lines.productcode, "_([0-9]+)"), "0", ""))'}
    """
    money = "SALES"
    return Set(
        plan,
        {
            "revenue_of_halves": revenue,
            "revenue_of_years": revenue,
            "grown": change(revenue, 12),
            "discount": lambda a, b: some(
                s(a, b), lambda r: 1 - revenue(a, b) / (r["QUANTITYORDERED"] * r["MSRP"]).sum()
            ),
            "under_list": lambda a, b: (s(a, b)["PRICEEACH"] < s(a, b)["MSRP"] * 0.9).sum(),
            "orders_by_customer": lambda a, b: (
                s(back(b, 12), b).groupby("CUSTOMERNAME")["ORDERNUMBER"].nunique().mean()
            ),
            "big_customers": lambda a, b: (
                s(Day(b.year if b.month > 7 else b.year - 1, 7, 1), b).groupby("CUSTOMERNAME")[money].sum() > 20000
            ).sum(),
            "lines_by_order": lambda a, b: s(a, b)["ORDERLINENUMBER"].max(),
            "territories": lambda a, b: 1.0,
            "product_lines": lambda a, b: s(a, b)[money].sum(),
            "north": lambda a, b: (s(a, b)["TERRITORY"] == "NA").sum(),
            "cancelled": lambda a, b: (
                lambda r: abs(r[r["STATUS"] == "Cancelled"][money].sum() - 1000) + max(len(r), 10) - min(len(r), 100)
            )(s(a, b)),
            "high_zips": lambda a, b: (s(a, b)["zip"] > 50000).sum(),
            "same_city": lambda a, b: (s(a, b).groupby(["CITY", "COUNTRY"]).size() >= 20).sum(),
            "codes": lambda a, b: (
                s(a, b)["PRODUCTCODE"].str.extract("_([0-9]+)")[0].str.replace("0", "").replace("", None).nunique()
            ),
        },
        parts={
            "territories": lambda a, b: share(s(a, b), "TERRITORY", money),
            "product_lines": lambda a, b: dict(s(a, b).groupby("PRODUCTLINE")[money].sum()),
        },
        notes={"high_zips": f"{bad.sum():,} of {len(t):,} rows were skipped"},
    )  # fmt: skip


# Subscriptions: intervals with open ends.


def subscriptions(folder: Path) -> Set:
    shutil.copy(TABLES / "subscriptions.csv", folder)
    t = pd.read_csv(TABLES / "subscriptions.csv", parse_dates=["start_date", "end_date"])

    def alive(at: Day) -> pd.DataFrame:
        return t[(t["start_date"] < at) & (t["end_date"].isna() | (t["end_date"] >= at))]

    def mrr(at: Day) -> float:
        return float(alive(at)["mrr_amount"].sum())

    def ended(start: Day, end: Day) -> pd.DataFrame:
        return t[(t["end_date"] >= start) & (t["end_date"] < end)]

    def begun(start: Day, end: Day) -> pd.DataFrame:
        return of(t, "start_date", start, end)

    plan = """
    version: 1
    as_of: 2024-12-31
    sources:
      subs: {path: subscriptions.csv, from: start_date, until: end_date}
      starts: {path: subscriptions.csv, date: start_date}
    measures:
      mrr: at_end(sum(subs.mrr_amount))
    kpis:
      tenure: {every: month, formula: at_end(median(days(window_end - subs.start_date)))}
      mrr_now: {every: month, formula: mrr, target: 20% more than a year ago}
      seat_price: {every: month, formula: at_end(avg(subs.mrr_amount / subs.seats))}
      several: {every: month, formula: "at_end(count(per(subs.account_id, count(subs))[value >= 2]))"}
      largest: {every: quarter, formula: "at_end(max(per(subs.account_id, sum(subs.mrr_amount))))"}
      churn: {every: month, unit: "%", formula: ended(count(subs)) / at_start(count(subs))}
      net_new: {every: month, formula: "started(sum(subs.mrr_amount)) - ended(sum(subs.mrr_amount))"}
      grown: {every: quarter, unit: "%", formula: growth(mrr)}
      year: {every: half, unit: "%", formula: "growth(mrr, year_ago)"}
      tiers: {every: month, unit: "%", formula: mrr / total(mrr), split: plan_tier}
      seats: {every: month, formula: 'started(sum(subs.seats if subs.is_trial else 0))'}
      lasted: {every: quarter, formula: ended(avg(days(subs.end_date - subs.start_date)))}
      again: {every: month, unit: "%", formula: "count(per(starts.account_id, count(starts))[value >= 2]) / count(per(starts.account_id, count(starts)))", window: quarter to date}
      trials: {every: week, unit: "%", formula: 'count(starts[is_trial]) / over(count(starts[is_trial]), "4 weeks")'}
      gap: {every: month, formula: "max(mrr - 1000000, 0) + abs(started(count(subs)) - ended(count(subs)))"}
    """
    return Set(
        plan,
        {
            "tenure": lambda a, b: (b - alive(b)["start_date"]).dt.days.median(),
            "mrr_now": lambda a, b: mrr(b),
            "seat_price": lambda a, b: (alive(b)["mrr_amount"] / alive(b)["seats"]).mean(),
            "several": lambda a, b: (alive(b).groupby("account_id").size() >= 2).sum(),
            "largest": lambda a, b: alive(b).groupby("account_id")["mrr_amount"].sum().max(),
            "churn": lambda a, b: len(ended(a, b)) / len(alive(a)) if len(alive(a)) else None,
            "net_new": lambda a, b: begun(a, b)["mrr_amount"].sum() - ended(a, b)["mrr_amount"].sum(),
            "grown": lambda a, b: mrr(b) / mrr(a) - 1 if mrr(a) else None,
            "year": lambda a, b: mrr(b) / mrr(back(b, 12)) - 1 if mrr(back(b, 12)) else None,
            "tiers": lambda a, b: 1.0,
            "seats": lambda a, b: begun(a, b)[begun(a, b)["is_trial"]]["seats"].sum(),
            "lasted": lambda a, b: (ended(a, b)["end_date"] - ended(a, b)["start_date"]).dt.days.mean(),
            "again": lambda a, b: (
                begun(Day(a.year, (a.month - 1) // 3 * 3 + 1, 1), b).groupby("account_id").size() >= 2
            ).mean(),
            "trials": lambda a, b: (
                begun(a, b)["is_trial"].sum() / begun(b - pd.Timedelta(weeks=4), b)["is_trial"].sum()
            ),
            "gap": lambda a, b: max(mrr(b) - 1000000, 0) + abs(len(begun(a, b)) - len(ended(a, b))),
        },
        parts={"tiers": lambda a, b: share(alive(b), "plan_tier", "mrr_amount")},
        targets={"mrr_now": lambda a, b: 1.2 * mrr(back(b, 12))},
    )


# Invoice lines: months first, customers that are not known.


def online_retail(folder: Path) -> Set:
    shutil.copy(TABLES / "online_retail.csv", folder)
    t = pd.read_csv(TABLES / "online_retail.csv", dtype={"InvoiceNo": str, "CustomerID": str}, encoding="cp1252")
    t["at"] = pd.to_datetime(t["InvoiceDate"], format="%m/%d/%Y %H:%M")
    t["amount"] = t["Quantity"] * t["UnitPrice"]

    def r(start: Day, end: Day) -> pd.DataFrame:
        return of(t, "at", start, end)

    # Two days of rows, a Wednesday and a Thursday; the week is over on Sunday.
    plan = """
    version: 1
    as_of: 2010-12-05
    calendar: {weeks_from: 2010-11-22}
    sources:
      retail:
        path: online_retail.csv
        date: invoicedate
        read: {encoding: cp1252}
        types: {invoicedate: "date %m/%d/%Y %H:%M", invoiceno: text, customerid: text}
    kpis:
      revenue: {every: week, formula: sum(retail.quantity * retail.unitprice)}
      sprint: {every: 2 weeks, formula: sum(retail.quantity * retail.unitprice)}
      basket: {every: day, formula: "median(per(retail.invoiceno, sum(retail.quantity * retail.unitprice)))"}
      returns: {every: day, unit: "%", formula: 'count_distinct(retail.invoiceno[starts_with(invoiceno, "C")]) / count_distinct(retail.invoiceno)'}
      early: {every: day, unit: "%", formula: "count(retail[hour(invoicedate) < 12]) / count(retail)"}
      twice: {every: week, formula: "count(per(retail.customerid, count_distinct(retail.invoiceno))[value >= 2])"}
      hours: {every: day, formula: "max(per(hour(retail.invoicedate), sum(retail.quantity)))"}
      names: {every: week, formula: "count(retail[length(trim(description)) > 30 and ends_with(trim(description), 'S')])"}
      shares: {every: week, unit: "%", formula: sum(retail.quantity) / total(sum(retail.quantity)), split: country}
      to_date: {every: day, window: week to date, formula: sum(retail.quantity)}
      above: {every: day, formula: "count(per(retail.customerid[country == 'France'], sum(retail.quantity))[value > 100])"}
    """
    return Set(
        plan,
        {
            "revenue": lambda a, b: r(a, b)["amount"].sum(),
            "sprint": lambda a, b: r(a, b)["amount"].sum(),
            "basket": lambda a, b: r(a, b).groupby("InvoiceNo")["amount"].sum().median(),
            "returns": lambda a, b: some(
                r(a, b),
                lambda x: x[x["InvoiceNo"].str.startswith("C")]["InvoiceNo"].nunique() / x["InvoiceNo"].nunique(),
            ),
            "early": lambda a, b: some(r(a, b), lambda x: (x["at"].dt.hour < 12).mean()),
            "twice": lambda a, b: (r(a, b).groupby("CustomerID")["InvoiceNo"].nunique() >= 2).sum(),
            "hours": lambda a, b: r(a, b).groupby(r(a, b)["at"].dt.hour)["Quantity"].sum().max(),
            "names": lambda a, b: (
                lambda n: ((n.str.len() > 30) & n.str.endswith("S")).sum()
            )(r(a, b)["Description"].str.strip(" \t")),
            "shares": lambda a, b: 1.0,
            "to_date": lambda a, b: some(r(a - pd.Timedelta(days=a.weekday()), b), lambda x: x["Quantity"].sum()),
            "above": lambda a, b: some(
                r(a, b), lambda x: (x[x["Country"] == "France"].groupby("CustomerID")["Quantity"].sum() > 100).sum()
            ),
        },
        parts={"shares": lambda a, b: share(r(a, b), "Country", "Quantity")},
    )  # fmt: skip


# Customers without any date.


def telco_churn(folder: Path) -> Set:
    shutil.copy(TABLES / "telco_churn.csv", folder)
    t = pd.read_csv(TABLES / "telco_churn.csv")
    t["total"] = pd.to_numeric(t["TotalCharges"].str.strip())
    plan = """
    version: 1
    as_of: 2026-06-30
    sources:
      t: {path: telco_churn.csv}
    kpis:
      paid: {every: month, formula: sum(t.tenure * t.monthlycharges)}
      off: {every: month, formula: "sum(abs(t.tenure * t.monthlycharges - t.totalcharges))"}
      contracts: {every: month, formula: "max(per(t.contract, avg(t.monthlycharges))) - min(per(t.contract, avg(t.monthlycharges)))"}
      payments: {every: month, formula: "count(per(t.paymentmethod, count(t))[value > 1600])"}
      automatic: {every: month, unit: "%", formula: 'count(t[ends_with(paymentmethod, "(automatic)")]) / count(t)'}
      by_years: {every: month, formula: "count(per(floor(t.tenure / 12), count(t)))"}
      share_of_churn: {every: month, unit: "%", formula: "count(t[churn == 'Yes']) / total(count(t[churn == 'Yes']))", split: contract}
      each: {every: month, unit: "%", formula: "count(t[churn == 'Yes']) / count(t)", split: {by: contract, judge: each}, target: at most 30%}
      clamped: {every: month, formula: "max(min(avg(t.total_or_zero), 2000), 1000) + abs(-median(t.tenure))"}
      pairs: {every: month, formula: 'count_distinct(upper(t.gender) + ":" + lower(t.partner))'}
    """.replace(
        "{path: telco_churn.csv}", '{path: telco_churn.csv, computed: {total_or_zero: "coalesce(totalcharges, 0)"}}'
    )
    monthly = "MonthlyCharges"

    def means() -> pd.Series:
        return t.groupby("Contract")[monthly].mean()

    return Set(
        plan,
        {
            "paid": lambda a, b: (t["tenure"] * t[monthly]).sum(),
            "off": lambda a, b: (t["tenure"] * t[monthly] - t["total"]).abs().sum(),
            "contracts": lambda a, b: means().max() - means().min(),
            "payments": lambda a, b: (t.groupby("PaymentMethod").size() > 1600).sum(),
            "automatic": lambda a, b: t["PaymentMethod"].str.endswith("(automatic)").mean(),
            "by_years": lambda a, b: (t["tenure"] // 12).nunique(),
            "share_of_churn": lambda a, b: 1.0,
            "each": lambda a, b: (t["Churn"] == "Yes").mean(),
            "clamped": lambda a, b: max(min(t["total"].fillna(0).mean(), 2000), 1000) + t["tenure"].median(),
            "pairs": lambda a, b: (t["gender"].str.upper() + ":" + t["Partner"].str.lower()).nunique(),
        },
        parts={
            "share_of_churn": lambda a, b: share(t[t["Churn"] == "Yes"], "Contract"),
            "each": lambda a, b: dict((t["Churn"] == "Yes").groupby(t["Contract"]).mean()),
        },
    )


# A number a month below a title.


def monthly_active_users(folder: Path) -> Set:
    shutil.copy(TABLES / "monthly_active_users_titled.csv", folder)
    t = pd.read_csv(TABLES / "monthly_active_users_titled.csv", skiprows=1)
    t["day"] = pd.to_datetime(t["MONTH"], format="%d-%m-%Y")

    def users(start: Day, end: Day) -> float:
        return float(of(t, "day", start, end)["USERS"].sum())

    def mean(start: Day, end: Day) -> float:
        return float(of(t, "day", start, end)["USERS"].mean())

    plan = """
    version: 1
    as_of: 2024-12-31
    sources:
      mau: {path: monthly_active_users_titled.csv, date: month, read: {skip_rows: 1}, types: {month: "date %d-%m-%Y"}}
    measures: {users: sum(mau.users)}
    kpis:
      now: {every: month, formula: users, target: 2% more than a year ago, thresholds: {green: at least target, yellow: at least 95% of target}}
      balance: {every: quarter, formula: at_end(sum(mau.users))}
      yearly: {every: month, unit: "%", formula: "growth(users, year_ago)"}
      monthly: {every: month, unit: "%", formula: growth(users)}
      against_year: {every: month, formula: 'users / over(avg(mau.users), "12 months")'}
      year_to_date: {every: month, window: year to date, formula: avg(mau.users)}
      halves: {every: half, formula: max(mau.users) - min(mau.users)}
      above_1000: {every: half, formula: "count(per(month(mau.month), max(mau.users))[value > 1050])"}
      excess: {every: month, formula: "max(users - 1000, 0) - min(users - 1000, 0) + abs(users - previous(users))"}
    """
    return Set(
        plan,
        {
            "now": users,
            "balance": lambda a, b: users(back(b, 1), b),
            "yearly": change(lambda a, b: users(a, b) or math.nan, 12),
            "monthly": change(lambda a, b: users(a, b) or math.nan, 1),
            "against_year": lambda a, b: users(a, b) / mean(back(b, 12), b),
            "year_to_date": lambda a, b: mean(Day(a.year, 1, 1), b),
            "halves": lambda a, b: (lambda u: u.max() - u.min())(of(t, "day", a, b)["USERS"]),
            "above_1000": lambda a, b: (of(t, "day", a, b)["USERS"] > 1050).sum(),
            "excess": lambda a, b: (
                None if a == t["day"].min() else abs(users(a, b) - 1000) + abs(users(a, b) - users(back(a, 1), a))
            ),
        },
        targets={"now": lambda a, b: 1.02 * users(back(a, 12), back(b, 12))},
    )


# Web analytics: a key of three columns.


def web_sessions(folder: Path) -> Set:
    shutil.copy(TABLES / "web_sessions.csv", folder)
    t = pd.read_csv(TABLES / "web_sessions.csv", sep=";", parse_dates=["date"], keep_default_na=False)
    t = t.sort_values("date", kind="stable")

    def w(start: Day, end: Day) -> pd.DataFrame:
        return of(t, "date", start, end)

    def daily(start: Day, end: Day) -> float:
        return float(w(start, end).groupby("date")["users"].sum().mean())

    def last_of_each(end: Day) -> float:
        rows = t[t["date"] < end]
        return float(rows.groupby(["country", "browser", "operating_system"])["sessions"].last().sum())

    last = t["date"].max()
    plan = f"""
    version: 1
    as_of: {last:%Y-%m-%d}
    calendar: {{weeks_from: 2018-12-03}}
    sources:
      web: {{path: web_sessions.csv, date: date, key: [country, browser, operating_system]}}
    measures: {{sessions: sum(web.sessions)}}
    kpis:
      daily: {{every: month, formula: "avg(per(web.date, sum(web.users)))"}}
      sticky: {{every: month, unit: "%", formula: "avg(per(web.date, sum(web.users))) / sum(web.users)"}}
      weekend: {{every: month, unit: "%", formula: "sum(web.sessions[weekday(date) >= 6]) / sessions"}}
      last_of_each: {{every: month, formula: at_end(sum(web.sessions))}}
      first_of_each: {{every: month, formula: at_start(sum(web.sessions))}}
      grown: {{every: month, unit: "%", formula: growth(sessions)}}
      quarter: {{every: month, formula: sessions, window: quarter to date}}
      fortnight: {{every: 2 weeks, formula: sessions}}
      week_to_date: {{every: day, formula: sum(web.users), window: week to date}}
      browsers: {{every: month, unit: "%", formula: sessions / total(sessions), split: {{by: browser, limit: 100}}}}
      countries: {{every: month, formula: "count(per(web.country, sum(web.sessions))[value >= 100])"}}
      per_user: {{every: month, formula: "avg((web.sessions / web.users)[users > 0])"}}
      two: {{every: month, formula: 'over(sessions, "3 months") / 3 - over(sessions, "1 month")'}}
      mobile: {{every: month, unit: "%", formula: 'sum(web.sessions[upper(operating_system) in ("IOS", "ANDROID")]) / sessions', target: at least 1% more than the period before}}
    """

    def mobile(start: Day, end: Day) -> float:
        rows = w(start, end)
        return float(rows[rows["operating_system"].isin(["iOS", "Android"])]["sessions"].sum() / rows["sessions"].sum())

    return Set(
        plan,
        {
            "daily": daily,
            "sticky": lambda a, b: daily(a, b) / w(a, b)["users"].sum(),
            "weekend": lambda a, b: (
                w(a, b)[w(a, b)["date"].dt.weekday >= 5]["sessions"].sum() / w(a, b)["sessions"].sum()
            ),
            "last_of_each": lambda a, b: last_of_each(b),
            "first_of_each": lambda a, b: last_of_each(a) or None,
            "grown": change(lambda a, b: w(a, b)["sessions"].sum() or math.nan, 1),
            "quarter": lambda a, b: w(Day(a.year, (a.month - 1) // 3 * 3 + 1, 1), b)["sessions"].sum(),
            "fortnight": lambda a, b: w(a, b)["sessions"].sum(),
            "week_to_date": lambda a, b: w(a - pd.Timedelta(days=a.weekday()), b)["users"].sum(),
            "browsers": lambda a, b: 1.0,
            "countries": lambda a, b: (w(a, b).groupby("country")["sessions"].sum() >= 100).sum(),
            "per_user": lambda a, b: (
                lambda r: (r["sessions"] / r["users"])[r["users"] > 0].mean()
            )(w(a, b)),
            "two": lambda a, b: w(back(b, 3), b)["sessions"].sum() / 3 - w(back(b, 1), b)["sessions"].sum(),
            "mobile": mobile,
        },
        parts={"browsers": lambda a, b: share(w(a, b), "browser", "sessions")},
        targets={"mobile": lambda a, b: 1.01 * mobile(back(a, 1), a)},
    )  # fmt: skip


# A service: a measurement every five minutes.


def request_latency(folder: Path) -> Set:
    shutil.copy(TABLES / "request_latency.csv", folder)
    t = pd.read_csv(TABLES / "request_latency.csv", parse_dates=["timestamp"])

    def v(start: Day, end: Day) -> pd.DataFrame:
        return of(t, "timestamp", start, end)

    last = t["timestamp"].max().normalize()
    plan = f"""
    version: 1
    as_of: {last:%Y-%m-%d}
    sources:
      latency: {{path: request_latency.csv, date: timestamp}}
    kpis:
      p95: {{every: day, formula: "percentile(latency.value, 95)"}}
      worst_hour: {{every: day, formula: "max(per(hour(latency.timestamp), percentile(latency.value, 95)))"}}
      bad_hours: {{every: day, formula: "count(per(hour(latency.timestamp), max(latency.value))[value > 50])"}}
      by_night: {{every: week, formula: "avg(latency.value[hour(timestamp) < 6])"}}
      above: {{every: day, unit: "%", formula: "count(latency[value > 46]) / count(latency)"}}
      excess: {{every: day, formula: "sum(latency.value - 45 if latency.value > 45 else 0)"}}
      days_above: {{every: week, formula: "count(per(day(latency.timestamp), avg(latency.value))[value > 45])"}}
      grown: {{every: day, unit: "%", formula: growth(avg(latency.value))}}
      to_week: {{every: day, formula: 'avg(latency.value) - over(avg(latency.value), "1 week")'}}
      steps: {{every: day, formula: "count_distinct(round(latency.value)) + count_distinct(floor(latency.value)) + count_distinct(ceil(latency.value))"}}
    """

    def mean(start: Day, end: Day) -> float:
        return float(v(start, end)["value"].mean())

    def grown(start: Day, end: Day) -> Value:
        day = pd.Timedelta(days=1)
        # The first row is at 03:41 of the first day, which is more than a tenth of a day late.
        return None if v(start - day, start).empty else mean(start, end) / mean(start - day, start) - 1

    return Set(
        plan,
        {
            "p95": lambda a, b: v(a, b)["value"].quantile(0.95),
            "worst_hour": lambda a, b: v(a, b).groupby(v(a, b)["timestamp"].dt.hour)["value"].quantile(0.95).max(),
            "bad_hours": lambda a, b: (v(a, b).groupby(v(a, b)["timestamp"].dt.hour)["value"].max() > 50).sum(),
            "by_night": lambda a, b: v(a, b)[v(a, b)["timestamp"].dt.hour < 6]["value"].mean(),
            "above": lambda a, b: (v(a, b)["value"] > 46).mean(),
            "excess": lambda a, b: (v(a, b)["value"] - 45).clip(lower=0).sum(),
            "days_above": lambda a, b: (v(a, b).groupby(v(a, b)["timestamp"].dt.day)["value"].mean() > 45).sum(),
            "grown": grown,
            "to_week": lambda a, b: mean(a, b) - mean(b - pd.Timedelta(weeks=1), b),
            "steps": lambda a, b: (
                (v(a, b)["value"] + 0.5).apply(math.floor).nunique()
                + v(a, b)["value"].apply(math.floor).nunique()
                + v(a, b)["value"].apply(math.ceil).nunique()
            ),
        },
    )


# Mentions of four companies: the name is that of the file.


def tweets(folder: Path) -> Set:
    frames = []
    for path in sorted((TABLES / "tweets").glob("*.csv")):
        shutil.copy(path, folder)
        frames.append(pd.read_csv(path, parse_dates=["timestamp"]).assign(company=path.stem.rsplit("_", 1)[1]))
    t = pd.concat(frames).sort_values("timestamp", kind="stable")

    def m(start: Day, end: Day) -> pd.DataFrame:
        return of(t, "timestamp", start, end)

    plan = """
    version: 1
    as_of: 2015-04-19
    calendar: {weeks_from: 2015-02-23}
    sources:
      tweets:
        path: Twitter_volume_*.csv
        date: timestamp
        computed: {company: 'extract(filename, "volume_([A-Z]+)")'}
        key: company
    measures: {mentions: sum(tweets.value)}
    kpis:
      voice: {every: week, unit: "%", formula: mentions / total(mentions), split: company}
      latest: {every: week, formula: at_end(sum(tweets.value))}
      busiest: {every: week, formula: "max(per(tweets.company, sum(tweets.value)))"}
      by_hour: {every: week, formula: "median(per(hour(tweets.timestamp), avg(tweets.value)))"}
      loud: {every: week, formula: "count(per(tweets.company, percentile(tweets.value, 99))[value > 100])"}
      grown: {every: week, unit: "%", formula: growth(mentions)}
      sprint: {every: 2 weeks, formula: mentions}
      weekend: {every: week, unit: "%", formula: "sum(tweets.value[weekday(timestamp) > 5]) / mentions"}
      each: {every: week, formula: mentions, split: {by: company, judge: each, targets: {each: at least 15000}}}
      last_of_each: {every: week, formula: "sum(per(tweets.company, last(tweets.value)))"}
      long: {every: week, formula: 'over(avg(tweets.value), "4 weeks") - avg(tweets.value)'}
    """

    def total(start: Day, end: Day) -> float:
        return float(m(start, end)["value"].sum())

    def grown(start: Day, end: Day) -> Value:
        week = pd.Timedelta(weeks=1)
        # The data begins on a Thursday, so that nothing is measured against its week (T2).
        before = total(start - week, start)
        return None if start - week < Day(2015, 3, 2) else total(start, end) / before - 1

    return Set(
        plan,
        {
            "voice": lambda a, b: 1.0,
            "latest": lambda a, b: t[t["timestamp"] < b].groupby("company")["value"].last().sum(),
            "busiest": lambda a, b: m(a, b).groupby("company")["value"].sum().max(),
            "by_hour": lambda a, b: m(a, b).groupby(m(a, b)["timestamp"].dt.hour)["value"].mean().median(),
            "loud": lambda a, b: (m(a, b).groupby("company")["value"].quantile(0.99) > 100).sum(),
            "grown": grown,
            "sprint": total,
            "weekend": lambda a, b: m(a, b)[m(a, b)["timestamp"].dt.weekday > 4]["value"].sum() / total(a, b),
            "each": total,
            "last_of_each": lambda a, b: m(a, b).groupby("company")["value"].last().sum(),
            "long": lambda a, b: m(b - pd.Timedelta(weeks=4), b)["value"].mean() - m(a, b)["value"].mean(),
        },
        parts={
            "voice": lambda a, b: share(m(a, b), "company", "value"),
            "each": lambda a, b: dict(m(a, b).groupby("company")["value"].sum()),
        },
    )


# One table written in two ways, of which neither is plain.


def financials(folder: Path) -> Set:
    for name in ("financials_semicolon.csv", "financials_accounting.csv"):
        shutil.copy(TABLES / name, folder)
    t = pd.read_csv(TABLES / "financials_accounting.csv", dtype=str)
    t.columns = t.columns.str.strip()
    t["day"] = pd.to_datetime(t["Date"], format="%d-%m-%Y")
    for column in (
        "Units Sold",
        "Manufacturing Price",
        "Sale Price",
        "Gross Sales",
        "Discounts",
        "Sales",
        "COGS",
        "Profit",
    ):
        text = t[column].str.strip().str.replace(r"[$,]", "", regex=True)
        text = text.str.replace(r"^\((.*)\)$", r"-\1", regex=True).str.strip().replace("-", "0")
        t[column] = pd.to_numeric(text)

    def f(start: Day, end: Day) -> pd.DataFrame:
        return of(t, "day", start, end)

    def profit(start: Day, end: Day) -> float:
        return float(f(start, end)["Profit"].sum())

    columns = ("units_sold", "manufacturing_price", "sale_price", "gross_sales", "discounts", "sales", "cogs", "profit")
    numbers = ", ".join(f"{column}: number" for column in columns)
    kpis = """
      profit_{x}: {{every: month, formula: sum({x}.profit)}}
      gross_{x}: {{every: month, formula: sum({x}.units_sold * {x}.sale_price)}}
      off_{x}: {{every: quarter, formula: "abs(sum({x}.gross_sales - coalesce({x}.discounts, 0) - {x}.sales))"}}
      losses_{x}: {{every: month, formula: "count(per({x}.product, sum({x}.profit))[value < 0])"}}
      segments_{x}: {{every: quarter, formula: "max(per({x}.segment, sum({x}.profit))) - min(per({x}.segment, sum({x}.profit)))"}}
      half_{x}: {{every: half, formula: sum({x}.profit), split: {{by: country, judge: each, targets: {{each: at least 1M}}}}}}
      year_{x}: {{every: month, formula: sum({x}.profit), window: year to date, target: 10% more than a year ago}}
      grown_{x}: {{every: quarter, unit: "%", formula: growth(sum({x}.profit))}}
      share_{x}: {{every: quarter, unit: "%", formula: sum({x}.sales) / total(sum({x}.sales)), split: country}}
      gap_{x}: {{every: month, unit: "%", formula: 'over(sum({x}.profit) / sum({x}.sales), "3 months") - over(sum({x}.profit) / sum({x}.sales), "6 months")'}}
      round_{x}: {{every: month, formula: "sum(floor({x}.units_sold)) + sum(ceil({x}.units_sold))"}}
    """
    plan = f"""
    version: 1
    as_of: 2014-12-31
    calendar: {{fiscal_year_starts: july}}
    sources:
      a: {{path: financials_accounting.csv, date: date, types: {{date: "date %d-%m-%Y", {numbers}}}}}
      s: {{path: financials_semicolon.csv, date: date, read: {{decimal: ",", null_values: ["-"]}}, types: {{date: "date %d/%m/%Y", {numbers}}}}}
    kpis:{kpis.format(x="a").rstrip()}{kpis.format(x="s").rstrip()}
    """

    def margin(months: int, end: Day) -> float:
        rows = f(back(end, months), end)
        return float(rows["Profit"].sum() / rows["Sales"].sum())

    def fiscal(day: Day) -> Day:
        return Day(day.year if day.month >= 7 else day.year - 1, 7, 1)

    values: dict[str, Oracle] = {
        "profit": profit,
        "gross": lambda a, b: (f(a, b)["Units Sold"] * f(a, b)["Sale Price"]).sum(),
        "off": lambda a, b: abs((f(a, b)["Gross Sales"] - f(a, b)["Discounts"] - f(a, b)["Sales"]).sum()),
        "losses": lambda a, b: (f(a, b).groupby("Product")["Profit"].sum() < 0).sum(),
        "segments": lambda a, b: (lambda s: s.max() - s.min())(f(a, b).groupby("Segment")["Profit"].sum()),
        "half": profit,
        "year": lambda a, b: profit(fiscal(a), b),
        "grown": change(lambda a, b: profit(a, b) if len(f(a, b)) and a >= Day(2013, 9, 1) else math.nan, 3),
        "share": lambda a, b: 1.0,
        "gap": lambda a, b: margin(3, b) - margin(6, b),
        "round": lambda a, b: (
            f(a, b)["Units Sold"].apply(math.floor).sum() + f(a, b)["Units Sold"].apply(math.ceil).sum()
        ),
    }
    parts = {
        "half": lambda a, b: dict(f(a, b).groupby("Country")["Profit"].sum()),
        "share": lambda a, b: share(f(a, b), "Country", "Sales"),
    }
    both = [(name, x) for x in "as" for name in values]
    return Set(
        plan,
        {f"{name}_{x}": values[name] for name, x in both},
        parts={f"{name}_{x}": parts[name] for name, x in both if name in parts},
    )


SETS = (
    superstore, call_center, help_desk, sales, subscriptions, online_retail, telco_churn, monthly_active_users,
    web_sessions, request_latency, tweets, financials,
)  # fmt: skip


@pytest.mark.parametrize("build", SETS, ids=lambda build: build.__name__)
def test_every_value_is_that_of_pandas(
    build: Callable[[Path], Set], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Any
) -> None:
    one = build(tmp_path)
    monkeypatch.chdir(tmp_path)
    lines = [line.removeprefix("    ") for line in one.plan.splitlines()]
    (tmp_path / "kpi.yaml").write_text("\n".join(lines).replace("{every", "{name: K, every"), encoding="utf-8")
    outcome = CliRunner().invoke(app, ["status", "--format", "json", "--no-cache"], catch_exceptions=False)
    assert outcome.stdout.startswith("{"), outcome.stdout + outcome.stderr
    kpis = {kpi["id"]: kpi for kpi in json.loads(outcome.stdout)["kpis"]}
    assert kpis.keys() == one.values.keys()
    found: dict[str, tuple[Value, Value]] = {}
    for name, kpi in kpis.items():
        step = STEPS[kpi["every"]]
        shown = (Day(kpi["period"]["start"]), Day(kpi["period"]["end"]))
        points = [(Day(point["start"]), point["value"]) for point in kpi["history"]]
        for start, value in [*points, (shown[0], kpi["value"])]:
            found[f"{name} {start:%Y-%m-%d}"] = value, one.values[name](start, start + step)
        if name in one.parts:
            expected = one.parts[name](*shown)
            parts = {part["part"]: part["value"] for part in kpi["split"]["parts"]}
            assert expected.keys() <= parts.keys(), name
            # Those that have rows in earlier periods only are shown as well.
            found |= {f"{name} {part}": (value or 0, expected.get(part, 0)) for part, value in parts.items()}
        if name in one.targets:
            found[f"{name} target"] = kpi["target"]["value"], one.targets[name](*shown)
        if name in one.notes:
            assert any(one.notes[name] in note for note in kpi["notes"]), (name, kpi["notes"])
    record_property("values", len(found))
    print(f"{build.__name__}: {len(kpis)} KPIs, {len(found)} values")
    different = {place: pair for place, pair in found.items() if not same(*pair)}
    assert different == {}


def same(value: Value, expected: Value) -> bool:
    if empty(value) or empty(expected):
        return empty(value) and empty(expected)
    return math.isclose(value, expected, rel_tol=1e-9, abs_tol=1e-6)
