"""What people want to say about their rows, each sentence over made data, against pandas (rules V10 to V13, T9)."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pandas as pd
import pytest
from engine.split_rows import parts_of
from engine.support import Project

START, END = pd.Timestamp("2026-06-01"), pd.Timestamp("2026-07-01")


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    """Orders, app sessions, staff, account balances and stock of a year, with gaps in every column."""
    dice = Random(20260601)
    days = pd.date_range("2025-07-01", "2026-06-30")
    orders = pd.DataFrame(
        {
            "ordered_at": dice.choice(days) + pd.Timedelta(minutes=dice.randrange(1440)),
            "customer_id": None if dice.random() < 0.03 else f"c{int(dice.expovariate(0.01))}",
            "region": dice.choice(("north", "south", "east", None)),
            "quantity": None if dice.random() < 0.05 else dice.randrange(1, 9),
            "unit_price": None if dice.random() < 0.05 else dice.randrange(100, 5000) / 100,
            "cost": dice.randrange(100, 9000) / 100,
            "status": dice.choice(("paid", "paid", "paid", "open")),
        }
        for _ in range(3000)
    )
    app = pd.DataFrame({"day": dice.choice(days), "user": f"u{dice.randrange(60)}"} for _ in range(4000))
    staff = pd.DataFrame(
        {"hired_on": hired, "left_on": hired + pd.Timedelta(days=dice.randrange(900)) if dice.random() < 0.5 else None}
        for hired in (pd.Timestamp("2021-01-01") + pd.Timedelta(days=dice.randrange(1990)) for _ in range(150))
    )
    accounts = pd.DataFrame(
        {"day": day, "account": f"a{number}", "balance": dice.randrange(-900, 9000)}
        for number in range(40)
        for day in sorted(dice.sample(list(days), 20))
    )
    parts = pd.DataFrame(
        {"y": day.year, "m": day.month, "d": day.day, "sales": dice.randrange(1000)}
        for day in (dice.choice(days) for _ in range(500))
    )
    return {"orders": orders, "app": app, "staff": staff, "accounts": accounts, "parts": parts}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, frames: dict[str, pd.DataFrame]) -> Project:
    folder: Path = tmp_path_factory.mktemp("sentences")
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    project = Project(folder)
    declare_sources(project)
    return project


def declare_sources(project: Project) -> None:
    """The sources of all frames, over files of their names; ``keyed`` is the accounts with a key."""
    project.source("orders", date="ordered_at", computed={"first_order": "first_date(customer_id)"})
    project.source("app")
    project.source("staff", date=None, from_="hired_on", until="left_on")
    project.source("accounts")
    project.source("keyed", path="accounts.csv", key="account")
    project.source("parts", date="on", computed={"on": "date(y, m, d)"})


def of_month(frame: pd.DataFrame, column: str, months: int = 1) -> pd.DataFrame:
    """The rows of the last months up to the end of June 2026."""
    return frame[(frame[column] >= END - pd.DateOffset(months=months)) & (frame[column] < END)]


def near(value: float) -> object:
    return pytest.approx(value, rel=1e-9)


def test_median_tenure_of_the_staff_at_the_end_of_the_month(shop: Project, frames: dict[str, pd.DataFrame]) -> None:
    staff = frames["staff"]
    there = staff[(staff["hired_on"] < END) & (staff["left_on"].isna() | (staff["left_on"] >= END))]
    expected = (END - there["hired_on"]).dt.days.median()
    assert shop.value("at_end(median(days(window_end - staff.hired_on)))") == near(expected)
    assert shop.value("at_end(median(window_end - staff.hired_on))", unit="days") == near(expected)


def test_customers_with_two_or_more_purchases_in_three_months(shop: Project, frames: dict[str, pd.DataFrame]) -> None:
    counts = of_month(frames["orders"], "ordered_at", 3).groupby("customer_id").size()
    formula = "count(per(orders.customer_id, count(orders))[value >= 2])"
    assert shop.value(formula, window="3 months") == (counts >= 2).sum()
    assert shop.value(f'over({formula}, "3 months")') == (counts >= 2).sum()
    share = f"{formula} / count(per(orders.customer_id, count(orders)))"
    assert shop.value(share, window="3 months", unit="%") == near((counts >= 2).mean())


def test_share_of_customers_back_within_90_days_of_their_first_order(
    shop: Project, frames: dict[str, pd.DataFrame]
) -> None:
    orders = frames["orders"].dropna(subset="customer_id").copy()
    orders["day"] = orders["ordered_at"].dt.normalize()
    first = orders.groupby("customer_id")["day"].transform("min")
    back = orders[(orders["day"] > first) & (orders["day"] <= first + pd.Timedelta(days=90))]
    expected = back["customer_id"].nunique() / orders["customer_id"].nunique()
    within = "ordered_at > first_order and ordered_at <= first_order + 90"
    formula = f"count_distinct(orders.customer_id[{within}]) / count_distinct(orders.customer_id)"
    assert shop.value(formula, window="all time") == near(expected)
    # The same said with groups: how many customers have an order in those days.
    groups = f"count(per(orders.customer_id, count(orders[{within}]))[value > 0])"
    assert shop.value(f"{groups} / count(per(orders.customer_id, count(orders)))", window="all time") == near(expected)


def test_average_daily_users_over_monthly_users(shop: Project, frames: dict[str, pd.DataFrame]) -> None:
    app = of_month(frames["app"], "day")
    expected = app.groupby("day")["user"].nunique().mean() / app["user"].nunique()
    assert shop.value("avg(per(app.day, count_distinct(app.user))) / count_distinct(app.user)") == near(expected)


def test_share_of_weekends_and_of_mornings(shop: Project, frames: dict[str, pd.DataFrame]) -> None:
    orders = of_month(frames["orders"], "ordered_at")
    weekend = (orders["ordered_at"].dt.isocalendar().day >= 6).mean()
    assert shop.value("count(orders[weekday(ordered_at) >= 6]) / count(orders)") == near(weekend)
    morning = (orders["ordered_at"].dt.hour < 12).mean()
    assert shop.value("count(orders[hour(ordered_at) < 12]) / count(orders)") == near(morning)


def test_date_from_three_columns(shop: Project, frames: dict[str, pd.DataFrame]) -> None:
    parts = frames["parts"]
    assert shop.value("sum(parts.sales)") == parts[(parts["y"] == 2026) & (parts["m"] == 6)]["sales"].sum()


def test_sales_are_quantity_times_price(shop: Project, frames: dict[str, pd.DataFrame]) -> None:
    orders = of_month(frames["orders"], "ordered_at")
    revenue = orders["quantity"] * orders["unit_price"]
    assert shop.value("sum(orders.quantity * orders.unit_price)") == near(revenue.sum())
    paid = revenue[orders["status"] == "paid"]
    assert shop.value('sum((orders.quantity * orders.unit_price)[status == "paid"])') == near(paid.sum())
    assert shop.value("percentile(orders.quantity * orders.unit_price, 90)") == near(revenue.quantile(0.9))
    over = max(revenue.sum() - 9000, 0)
    assert shop.value("max(sum(orders.quantity * orders.unit_price) - 9000, 0)") == near(over)
    by_customer = revenue.groupby(orders["customer_id"]).sum(min_count=0)
    assert shop.value("median(per(orders.customer_id, sum(orders.quantity * orders.unit_price)))") == near(
        by_customer.median()
    )
    assert shop.value("stddev(per(orders.customer_id, sum(orders.quantity * orders.unit_price)))") == near(
        by_customer.std()
    )


def test_sales_by_region_as_a_share_of_the_total(shop: Project, frames: dict[str, pd.DataFrame]) -> None:
    orders = of_month(frames["orders"], "ordered_at")
    revenue = orders["quantity"] * orders["unit_price"]
    shop.measure("sales", "sum(orders.quantity * orders.unit_price)")
    shop.kpi("share", "sales / total(sales)", split="region", unit="%")
    series = shop.series("share")
    assert series.shown.value == 1
    parts = parts_of(series)
    assert parts.keys() == {"north", "south", "east", None}
    for name, part in parts.items():
        here = orders["region"].isna() if name is None else orders["region"] == name
        assert part.series.shown.value == near(revenue[here].sum() / revenue.sum())
        before = part.series.history[-1]
        earlier = frames["orders"]
        may = (earlier["ordered_at"] >= "2026-05-01") & (earlier["ordered_at"] < "2026-06-01")
        rows = earlier["region"].isna() if name is None else earlier["region"] == name
        sales = earlier["quantity"] * earlier["unit_price"]
        assert before.period.label == "2026-05"
        assert before.value == near(sales[may & rows].sum() / sales[may].sum())
    # The parts of a share add up to the whole, so that they are ordered by it.
    assert series.split is not None
    assert series.split.amount
    values = [part.series.shown.value for part in series.split.parts]
    assert values == sorted(values, reverse=True)


def test_groups_of_each_part_of_a_split(shop: Project, frames: dict[str, pd.DataFrame]) -> None:
    shop.kpi("loyal", "count(per(orders.customer_id, count(orders))[value >= 2])", split="region", window="3 months")
    series = shop.series("loyal")
    rows = of_month(frames["orders"], "ordered_at", 3)
    for name, part in parts_of(series).items():
        here = rows[rows["region"].isna() if name is None else rows["region"] == name]
        assert part.series.shown.value == (here.groupby("customer_id").size() >= 2).sum()
    shop.kpi("loyal", "avg(per(orders.customer_id, count(orders)))", split={"by": "region", "limit": 1})
    merged = parts_of(shop.series("loyal"))
    rows = of_month(frames["orders"], "ordered_at")
    (largest,) = (name for name in merged if name != "…")
    others = rows[rows["region"] != largest] if largest is not None else rows[rows["region"].notna()]
    found = next(part for name, part in merged.items() if name == "…")
    assert found.series.shown.value == near(others.groupby("customer_id").size().mean())


def test_margins_of_two_windows_in_one_formula(shop: Project, frames: dict[str, pd.DataFrame]) -> None:
    shop.measure("margin", "1 - sum(orders.cost) / sum(orders.quantity * orders.unit_price)")

    def margin(months: int) -> float:
        rows = of_month(frames["orders"], "ordered_at", months)
        return float(1 - rows["cost"].sum() / (rows["quantity"] * rows["unit_price"]).sum())

    formula = 'over(margin, "3 months") - over(margin, "12 months")'
    assert shop.value(formula) == near(margin(3) - margin(12))
    assert shop.value(formula, window="6 months") == near(margin(3) - margin(12))
    assert shop.value('margin - over(margin, "3 months")') == near(margin(1) - margin(3))


def test_last_balance_of_each_account(shop: Project, frames: dict[str, pd.DataFrame]) -> None:
    rows = of_month(frames["accounts"], "day", 12).sort_values("day")
    expected = rows.groupby("account")["balance"].last().sum()
    assert shop.value("sum(per(accounts.account, last(accounts.balance)))", window="1 year") == expected


def test_B5_the_last_balance_of_each_account_by_its_key(shop: Project, frames: dict[str, pd.DataFrame]) -> None:
    rows = frames["accounts"].sort_values("day")
    for formula, end in (("at_end(sum(keyed.balance))", END), ("at_start(sum(keyed.balance))", START)):
        assert shop.value(formula) == rows[rows["day"] < end].groupby("account")["balance"].last().sum()
    large = rows.groupby("account")["balance"].last()
    assert shop.value("at_end(count(keyed[balance > 1000]))") == (large > 1000).sum()


def test_V13_functions_of_rows(shop: Project, frames: dict[str, pd.DataFrame]) -> None:
    orders = of_month(frames["orders"], "ordered_at")
    at, region = orders["ordered_at"], orders["region"]
    for formula, expected in (
        ("count(orders[day(ordered_at) <= 15 and quarter(ordered_at) == 2])", (at.dt.day <= 15).sum()),
        ("count(orders[week(ordered_at) == 25])", (at.dt.isocalendar().week == 25).sum()),
        ('count(orders[starts_with(region, "n") or ends_with(upper(region), "TH")])', region.str.endswith("th").sum()),
        ('count(orders[length(replace(region, "th", "")) == 3])', (region.str.replace("th", "").str.len() == 3).sum()),
        ('count_distinct(orders.region + ":" + trim(orders.status))', (region + ":" + orders["status"]).nunique()),
        ("sum(floor(orders.unit_price))", (orders["unit_price"] // 1).sum()),
        ("sum(ceil(orders.unit_price) - abs(0 - orders.unit_price))", (-orders["unit_price"] % 1).sum()),
    ):
        assert shop.value(formula) == near(expected), formula


def test_T9_periods_to_date(shop: Project, frames: dict[str, pd.DataFrame]) -> None:
    orders = frames["orders"]
    for window, start in (("year to date", "2026-01-01"), ("quarter to date", "2026-04-01"), ("month to date", START)):
        rows = orders[(orders["ordered_at"] >= start) & (orders["ordered_at"] < END)]
        assert shop.value("sum(orders.cost)", window=window) == near(rows["cost"].sum())
        assert shop.value(f'over(sum(orders.cost), "{window}")', every="day") == near(rows["cost"].sum())


def test_V12_growth_of_a_loss_is_by_its_size(project: Project) -> None:
    project.table("p", "day,profit\n2026-05-01,-500\n2026-06-10,-1500\n")
    assert project.value("growth(sum(p.profit))") == -2
    project.measure("profit", "sum(p.profit)")
    project.kpi("grown", "profit / previous(profit) - 1", unit="%", target="at least 10%")
    project.kpi("right", "growth(profit)", unit="%", target="at least 10%")
    project.kpi("above", "grown + 1")
    series = project.results().series
    assert series["grown"].shown.value == 2
    note = (
        "previous(profit) is negative, so what is divided by it has the wrong sign; growth(profit) is the change by "
        "its size"
    )
    assert series["grown"].notes == (note,)
    assert series["above"].notes == (note,)
    assert (series["right"].shown.value, series["right"].notes) == (-2, ())
    project.table("p", "day,profit\n2026-05-01,500\n2026-06-10,-1500\n")
    assert project.results().series["grown"].notes == ()


def test_T9_over_takes_measures_and_no_kpi(project: Project) -> None:
    project.table("d", "day,n\n2026-03-01,0\n2026-05-10,1\n2026-06-10,2\n")
    project.measure("n", "sum(d.n)")
    project.measure("wide", 'over(n, "2 months")')
    project.kpi("k", "n")
    project.kpi("good", "wide + previous(wide)")
    assert project.series("good").shown.value == 3 + 1
    for formula, message in (
        ('over(k, "2 months")', 'the KPI "k" keeps its own window'),
        ('over(wide, "3 months")', '"wide" already contains over'),
        ('over(over(n, "2 months"), "3 months")', "over inside over"),
    ):
        project.kpi("bad", formula)
        assert any(message in found for found in project.mistakes()), formula
    project.table("s", "n\n1\n", date=None)
    project.kpi("bad", 'over(sum(s.n), "2 months")')
    assert [found.split(" ", 2)[2] for found in project.mistakes()] == [
        "over looks back, and the rows of s have no date"
    ]


def test_V11_a_measure_that_grows_over_and_over_is_refused_before_it_is_computed(project: Project) -> None:
    project.table("d", "day,n\n2026-06-10,2\n")
    project.kpi("k", "growth(" * 12 + "sum(d.n)" + ")" * 12)
    assert any("4,096 aggregates; the limit is 2,000" in found for found in project.mistakes())
    project.measure("m", "growth(" * 9 + "sum(d.n)" + ")" * 9)
    project.kpi("k", "growth(growth(growth(m)))")
    assert any("4,096 aggregates; the limit is 2,000" in found for found in project.mistakes())


def test_V10_columns_of_expressions_are_checked(project: Project) -> None:
    project.table("d", "day,n,name\n2026-06-10,2,x\n", types={"name": "text"})
    for formula, message in (
        ("sum(d.n * d.nn)", 'there is no column "nn"'),
        ("sum(d.n * d.name)", "text cannot be multiplied"),
        ("count(per(d.nam, count(d)))", 'there is no column "nam"'),
        ("count(per(d.name, sum(d.nn)))", 'there is no column "nn"'),
        ("count(per(d.name, sum(d.name)))", "sum needs numbers, and d.name holds text"),
    ):
        project.kpi("k", formula)
        assert any(message in found for found in project.mistakes()), (formula, project.mistakes())
