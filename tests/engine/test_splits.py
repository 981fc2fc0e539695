"""KPIs by the values of a column, against plain Python over generated rows."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from engine.split_rows import Oracle, Row, Rows, inside, month, orders, parts_of, values_of, written
from engine.support import Project, Value

from kpi.engine import grouped_breakdown as grouping
from kpi.engine.breakdown import SegmentAggregator
from kpi.run import Series
from kpi.values import add_units

LABELS = [f"2025-{n:02}" for n in range(6, 13)] + [f"2026-{n:02}" for n in range(1, 7)]


def expected(rows: Rows, oracle: Oracle, chosen: Callable[[Row], bool], months: int = 1) -> dict[str, Value]:
    """What a part is in each of the thirteen months, the window reaching back over ``months`` of them."""
    found: dict[str, Value] = {}
    for label in LABELS:
        end = month(label)[1]
        window = inside(rows, add_units(end, -months, "month"), end)
        found[label] = oracle([row for row in window if chosen(row)], window) if window else None
    return found


def near(value: Value) -> Any:
    """Equal to it but for float noise."""
    return None if value is None else pytest.approx(value, rel=1e-11)


def check(series: Series, rows: Rows, oracle: Oracle, months: int = 1) -> None:
    """Every part, and that no value is missing."""
    parts = parts_of(series)
    assert set(parts) == {row["channel"] for row in rows}
    for value, part in parts.items():
        wanted = expected(rows, oracle, lambda row, value=value: row["channel"] == value, months)
        got = values_of(part)
        assert all(wanted[label] is None for label in LABELS if label not in got), value
        assert got == {label: near(wanted[label]) for label in got}, value


def total(column: str) -> Oracle:
    return lambda part, _: sum(row[column] or 0 for row in part)


def share(part: Rows, _: Rows) -> Value:
    return sum(row["returned"] for row in part) / len(part) if part else None


def distinct(part: Rows, _: Rows) -> Value:
    return len({row["customer"] for row in part} - {None})


def middle(part: Rows, _: Rows) -> Value:
    values = [row["amount"] for row in part if row["amount"] is not None]
    return statistics.median(values) if values else None


def mean(part: Rows, _: Rows) -> Value:
    values = [row["amount"] for row in part if row["amount"] is not None]
    return statistics.mean(values) if values else None


FORMULAS: Mapping[str, Oracle] = {
    "sum(orders.amount)": total("amount"),
    "count(orders)": lambda part, _: len(part),
    "count(orders[returned]) / count(orders)": share,
    "count_distinct(orders.customer)": distinct,
    "median(orders.amount)": middle,
    "avg(orders.amount)": mean,
    "max(orders.amount) - min(orders.amount)": lambda part, _: (
        max(found) - min(found) if (found := [row["amount"] for row in part if row["amount"] is not None]) else None
    ),
    "stddev(orders.amount)": lambda part, _: (
        statistics.stdev(found)
        if len(found := [row["amount"] for row in part if row["amount"] is not None]) > 1
        else None
    ),
    "sum(orders.amount[returned]) / 100": lambda part, _: (
        sum(row["amount"] or 0 for row in part if row["returned"]) / 100
    ),
    "count(orders[day >= window_end - 10])": lambda part, window: sum(
        row["day"] >= month(window[-1]["day"].isoformat()[:7])[1] - timedelta(days=10) for row in part
    ),
}


@pytest.fixture(params=["days", "sightings", "windows", "filters"])
def ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each of the ways to ask the engine, which it otherwise chooses by the number of rows."""
    if request.param == "sightings":
        monkeypatch.setattr(grouping, "MANY_ROWS", 1)
    if request.param == "filters":  # as of a warehouse
        monkeypatch.setattr(grouping.GroupedSegmentAggregator, "compute", SegmentAggregator.compute)
    if request.param == "windows":
        monkeypatch.setattr(grouping, "MANY_CELLS", 0)
    return str(request.param)


@pytest.mark.usefixtures("ways")
def test_every_part_has_the_value_of_its_own_rows(project: Project) -> None:
    rows = orders()
    written(project, rows)
    for number, formula in enumerate(FORMULAS):
        project.kpi(f"k{number}", formula, split="channel")
    results = project.results()
    assert results.problems == ()
    for number, oracle in enumerate(FORMULAS.values()):
        check(results.series[f"k{number}"], rows, oracle)


@pytest.mark.usefixtures("ways")
def test_windows_look_back_in_every_part(project: Project) -> None:
    rows = orders(2)
    written(project, rows)
    project.kpi("customers", "count_distinct(orders.customer)", window="3 months", split="channel")
    project.kpi("returns", "count(orders[returned]) / count(orders)", window="3 months", split="channel")
    project.kpi("year", "sum(orders.amount)", window="year to date", split="channel")
    results = project.results()
    check(results.series["customers"], rows, distinct, months=3)
    check(results.series["returns"], rows, share, months=3)
    for value, part in parts_of(results.series["year"]).items():
        own = [row for row in rows if row["channel"] == value]
        for label, found in values_of(part).items():
            start, end = date(int(label[:4]), 1, 1), month(label)[1]
            assert found == sum(row["amount"] or 0 for row in inside(own, start, end)), (value, label)
        assert part.series.previous is not None
        assert part.series.previous.period.label == "2025-06"
        assert part.series.previous.value == sum(
            row["amount"] or 0 for row in inside(own, date(2025, 1, 1), date(2025, 7, 1))
        )


def test_the_parts_of_a_sum_add_up(project: Project) -> None:
    for seed in range(8):
        rows = orders(seed, count=40 + 60 * seed)
        written(project, rows)
        split: Any = {"by": "channel", "limit": 1 + seed % 4}
        project.kpi("revenue", "sum(orders.amount) * 2 - count(orders)", split=split)
        series = project.series("revenue")
        parts = parts_of(series)
        for label, value in values_of(series).items():
            found = [values_of(part).get(label) for part in parts.values()]
            if value is None:
                assert not any(found), (seed, label)
            else:
                assert sum(one or 0 for one in found) == pytest.approx(value), (seed, label)


@pytest.mark.usefixtures("ways")
def test_others_are_computed_over_their_rows_and_are_no_sum_of_ratios(project: Project) -> None:
    rows = orders(3)
    written(project, rows)
    targets = {"(empty)": "at least 0"}
    project.kpi("returns", "count(orders[returned]) / count(orders)", split={"by": "channel", "limit": 2})
    project.kpi("paid", "avg(orders.amount)", split={"by": "channel", "limit": 2, "targets": targets})
    project.kpi("customers", "count_distinct(orders.customer)", split={"by": "channel", "limit": 2}, window="3 months")
    results = project.results()
    for name, oracle, months in (("returns", share, 1), ("customers", distinct, 3), ("paid", mean, 1)):
        split = results.series[name].split
        assert split is not None
        assert [part.other for part in split.parts] == [False, False, True]
        listed = {part.value for part in split.parts[:2]}
        assert split.parts[2].values == 3
        got = values_of(split.parts[2])
        wanted = expected(rows, oracle, lambda row, listed=listed: row["channel"] not in listed, months)
        assert got == {label: near(wanted[label]) for label in got}
        assert len(got) > 10


def test_the_largest_comes_first_by_value_or_by_rows(project: Project) -> None:
    project.table(
        "orders",
        """day,channel,amount,late
        2026-06-01,web,10,1
        2026-06-02,web,10,0
        2026-06-03,web,10,0
        2026-06-04,shop,500,0
        2026-06-05,fair,-900,1
        2026-06-05,phone,1,1
        2026-06-06,,1,1""",
    )
    project.kpi("revenue", "sum(orders.amount)", split="channel")
    project.kpi("lateness", "sum(orders.late) / count(orders)", split="channel")
    project.kpi("biggest", "max(orders.amount)", split="channel")
    results = project.results()
    # A sum by its size; of equal ones the first by name, no name last.
    assert list(parts_of(results.series["revenue"])) == ["fair", "shop", "web", "phone", None]
    # A rate by the rows behind it, so that a channel with one late order is not first.
    assert list(parts_of(results.series["lateness"])) == ["web", "fair", "phone", "shop", None]
    assert list(parts_of(results.series["biggest"])) == ["web", "fair", "phone", "shop", None]


def test_different_ones_are_an_amount_and_balances_weigh_by_the_rows_of_their_day(project: Project) -> None:
    project.table(
        "orders",
        """day,channel,customer
        2026-06-01,web,a
        2026-06-02,web,a
        2026-06-03,web,a
        2026-06-04,shop,b
        2026-06-04,shop,c""",
    )
    project.kpi("customers", "count_distinct(orders.customer)", split="channel")
    project.kpi("orders_", "count(orders)", split="channel")
    project.kpi("mean", "at_end(count(orders) / count_distinct(orders.customer))", split="channel")
    results = project.results()
    assert list(parts_of(results.series["customers"])) == ["shop", "web"]
    assert list(parts_of(results.series["orders_"])) == ["web", "shop"]
    # On the last day there are rows of the shop alone.
    assert list(parts_of(results.series["mean"])) == ["shop"]
    project.measure("crowd", "avg(orders.size)")
    project.table(
        "orders",
        """day,channel,size
        2026-06-01,web,1
        2026-06-02,web,1
        2026-06-04,shop,1
        2026-06-04,web,1
        2026-06-04,shop,1""",
    )
    project.plan["kpis"] = {}
    project.kpi("end", "at_end(crowd)", split="channel")
    project.kpi("all", "crowd", split="channel")
    results = project.results()
    assert list(parts_of(results.series["end"])) == ["shop", "web"]
    assert list(parts_of(results.series["all"])) == ["web", "shop"]


def test_the_parts_with_a_target_are_never_put_together(project: Project) -> None:
    project.table(
        "orders",
        """day,channel
        2026-06-01,web
        2026-06-02,web
        2026-06-03,shop
        2026-06-04,shop
        2026-06-05,fair
        2026-06-05,""",
    )
    targets = {"fair": "at least 2", "(empty)": "at most 5", "fiar": "at least 1"}
    project.kpi("orders_", "count(orders)", split={"by": "channel", "limit": 3, "targets": targets})
    series = project.series("orders_")
    assert list(parts_of(series)) == ["shop", "fair", None, "…"]
    assert series.split is not None
    assert series.split.notes == ('no row has channel "fiar", which has a target: did you mean "fair"?',)


def test_balances_take_the_last_date_of_all_parts(project: Project) -> None:
    """B2: the date is chosen before the filters, so a part that is not counted on it, but before, has no value."""

    def month_before(start: date) -> date:
        return (start - timedelta(days=1)).replace(day=1)

    dice = random.Random(5)
    rows: list[Row] = [
        {"day": day, "channel": channel, "units": dice.randrange(50)}
        for day in (date(2025, 3, 3) + timedelta(days=7 * n) for n in range(69))
        for channel in ("north", "south", "west")
        if dice.random() < 0.8
    ]
    written(project, rows, "stock")
    project.kpi("units", "at_end(sum(stock.units))", split="channel")
    project.kpi("opening", "at_start(sum(stock.units))", split="channel")
    results = project.results()
    for name in ("units", "opening"):
        for value, part in parts_of(results.series[name]).items():
            for label, got in values_of(part).items():
                start, end = month(label)
                edge = max(row["day"] for row in rows if row["day"] < (end if name == "units" else start))
                since = start if name == "units" else month_before(start)
                own = [row for row in rows if row["channel"] == value]
                units = [row["units"] for row in own if row["day"] == edge]
                missed = not units and any(since <= row["day"] < edge for row in own)
                assert got == (None if missed else sum(units)), (name, value, label)


def test_rows_that_last_are_alive_part_by_part(project: Project) -> None:
    dice = random.Random(6)
    people: list[Row] = []
    for _ in range(120):
        hired = date(2024, 1, 1) + timedelta(days=dice.randrange(900))
        left = hired + timedelta(days=dice.randrange(600)) if dice.random() < 0.5 else None
        people.append({"hired": hired, "left": left, "team": dice.choice(("a", "b", "c"))})
    project.rows("staff.csv", "hired,left,team", [list(one.values()) for one in people])
    project.source("staff", from_="hired", until="left")
    turnover = "ended(count(staff)) / ((at_start(count(staff)) + at_end(count(staff))) / 2)"
    project.kpi("heads", "at_end(count(staff))", split="team")
    project.kpi("turnover", turnover, split="team")
    results = project.results()

    def alive(team: str | None, day: date) -> int:
        return sum(
            one["team"] == team and one["hired"] < day and (one["left"] is None or one["left"] >= day) for one in people
        )

    for team, part in parts_of(results.series["heads"]).items():
        assert values_of(part) == {label: alive(team, month(label)[1]) for label in LABELS}
    for team, part in parts_of(results.series["turnover"]).items():
        for label, got in values_of(part).items():
            start, end = month(label)
            left = sum(
                one["team"] == team
                and one["left"] is not None
                and start <= one["left"] < end
                and one["hired"] <= one["left"]
                for one in people
                if one["hired"] < end
            )
            assert got == pytest.approx(left / ((alive(team, start) + alive(team, end)) / 2)), (team, label)
    assert set(parts_of(results.series["heads"])) == {"a", "b", "c"}


def test_a_snapshot_has_parts_and_no_past(project: Project) -> None:
    project.table(
        "leads",
        """owner,size
        ana,3
        ben,4
        ana,5""",
        date=None,
    )
    project.kpi("size", "sum(leads.size)", split="owner")
    parts = parts_of(project.series("size"))
    assert {name: values_of(part) for name, part in parts.items()} == {"ana": {"2026-06": 8}, "ben": {"2026-06": 4}}


def test_a_split_goes_through_measures_and_kpis_to_every_source(project: Project) -> None:
    rows = orders(7)
    visits: list[Row] = [
        {"day": date(2025, 1, 1) + timedelta(days=n), "channel": channel, "visits": 5 + n % 3}
        for n in range(546)
        for channel in ("web", "shop", "fair", "kiosk")
    ]
    written(project, rows)
    written(project, visits, "visits")
    project.measure("revenue", "sum(orders.amount)")
    project.kpi("traffic", "sum(visits.visits)", window="2 months")
    project.kpi("per_visit", "revenue / traffic", split="channel")
    project.kpi("growth", "revenue / previous(revenue) - year_ago(revenue) / revenue", split="channel")
    results = project.results()

    def revenue(value: str | None, start: date, end: date) -> int | None:
        window = inside(rows, start, end)
        return sum(row["amount"] or 0 for row in window if row["channel"] == value) if window else None

    assert set(parts_of(results.series["per_visit"])) == {"web", "shop", "fair", "kiosk"}
    for value, part in parts_of(results.series["per_visit"]).items():
        for label, got in values_of(part).items():
            start, end = month(label)
            both = inside(visits, add_units(end, -2, "month"), end)
            seen = sum(row["visits"] for row in both if row["channel"] == value)
            own = revenue(value, start, end)
            assert got == (pytest.approx(own / seen) if own is not None and seen else None), (value, label)
    for value, part in parts_of(results.series["growth"]).items():
        for label, got in values_of(part).items():
            start, end = month(label)
            now, before = revenue(value, start, end), revenue(value, add_units(start, -1, "month"), start)
            then = revenue(value, add_units(start, -12, "month"), add_units(end, -12, "month"))
            known = now and before and then is not None
            assert got == (pytest.approx(now / before - then / now) if known else None), (value, label)


def test_V3_a_part_without_rows_is_zero_only_where_others_have_some(project: Project) -> None:
    project.table(
        "orders",
        """day,channel,amount
        2026-03-01,web,5
        2026-03-02,shop,7
        2026-05-01,web,6
        2026-06-01,web,6""",
    )
    project.kpi("revenue", "sum(orders.amount)", split="channel")
    project.kpi("mean", "avg(orders.amount)", split="channel")
    results = project.results()
    shop = parts_of(results.series["revenue"])["shop"]
    assert values_of(shop) == {"2026-03": 7, "2026-04": None, "2026-05": 0, "2026-06": 0}
    assert values_of(parts_of(results.series["mean"])["shop"]) == {
        "2026-03": 7, "2026-04": None, "2026-05": None, "2026-06": None,
    }  # fmt: skip


def test_V3_no_row_is_zero_where_that_is_good_news(project: Project) -> None:
    project.table(
        "incidents",
        """day,kind
        2026-03-01,fire
        2026-05-02,flood""",
        no_rows="zero",
    )
    project.kpi("incidents_", "count(incidents)", split="kind")
    parts = parts_of(project.series("incidents_"))
    assert values_of(parts["fire"]) == {"2026-03": 1, "2026-04": 0, "2026-05": 0, "2026-06": 0}
    assert values_of(parts["flood"]) == {"2026-03": 0, "2026-04": 0, "2026-05": 1, "2026-06": 0}


def test_S5_a_part_is_as_fresh_as_the_source(project: Project) -> None:
    project.table(
        "orders",
        """day,channel
        2026-03-01,web
        2026-03-02,shop
        2026-04-03,web""",
    )
    project.kpi("sales", "count(orders)", split="channel")
    series = project.series("sales")
    assert not series.fresh
    assert series.last is not None
    for value, wanted, before in (("web", 1, [1]), ("shop", 0, [1])):
        part = parts_of(series)[value].series
        assert part.last is not None
        assert (part.last.period.label, part.last.value, part.fresh) == ("2026-04", wanted, False)
        assert [point.value for point in part.last_history] == before
    # In a week in which others sold something the shop is not stale.
    fresh = project.series("sales", "2026-04-30")
    assert fresh.fresh
    assert parts_of(fresh)["shop"].series.fresh


def test_T2_a_part_is_partial_when_the_source_is(project: Project) -> None:
    written(project, [row for row in orders(8) if row["day"] >= date(2026, 4, 1)])
    project.kpi("year", "sum(orders.amount)", window="12 months", split="channel")
    series = project.series("year", periods=2)
    assert [point.partial for point in series.history] == [True, True]
    for part in parts_of(series).values():
        assert part.series.shown.partial
        assert part.series.previous is None
        assert all(point.partial for point in part.series.history)


def test_T7_running_periods_have_parts(project: Project) -> None:
    rows = orders(9)
    written(project, rows)
    project.kpi("revenue", "sum(orders.amount)", split="channel")
    series = project.series("revenue", "2026-06-12", to_date=True)
    for value, part in parts_of(series).items():
        own = [row for row in rows if row["channel"] == value]
        wanted = sum(row["amount"] or 0 for row in inside(own, date(2026, 6, 1), date(2026, 6, 13)))
        before = sum(row["amount"] or 0 for row in inside(own, date(2026, 5, 1), date(2026, 5, 13)))
        assert part.series.shown.value == wanted, value
        assert part.series.previous is not None
        assert part.series.previous.value == before, value


def test_a_value_of_long_ago_is_no_part(project: Project) -> None:
    project.table(
        "orders",
        """day,channel
        2019-03-01,fax
        2026-05-02,shop
        2026-06-03,web""",
    )
    project.kpi("sales", "count(orders)", split="channel")
    assert list(parts_of(project.series("sales"))) == ["web", "shop"]
    # Nor is one that is only in the running period, unless that is shown.
    assert list(parts_of(project.series("sales", "2026-06-12"))) == ["shop"]
    assert list(parts_of(project.series("sales", "2026-06-12", to_date=True))) == ["web", "shop"]
    # One that has a target is: so many were sold by fax.
    project.kpi("sales", "count(orders)", split={"by": "channel", "targets": {"fax": "at least 1"}})
    assert values_of(parts_of(project.series("sales"))["fax"]) == {"2026-05": 0, "2026-06": 0}


def test_a_formula_with_the_filter_written_out_is_the_same(project: Project) -> None:
    rows = orders(11)
    written(project, rows, where="amount != 13")
    for value in ("web", "shop"):
        of = f'[channel == "{value}"]'
        project.kpi(f"kpi_{value}", f"percentile(orders.amount{of}, 90) / max(orders.amount{of})", window="2 months")
    project.kpi("whole", "percentile(orders.amount, 90) / max(orders.amount)", window="2 months", split="channel")
    results = project.results()
    for value in ("web", "shop"):
        alone = {label: one for label, one in values_of(results.series[f"kpi_{value}"]).items() if one is not None}
        part = values_of(parts_of(results.series["whole"])[value])
        assert {label: one for label, one in part.items() if one is not None} == alone
        assert len(alone) > 9
