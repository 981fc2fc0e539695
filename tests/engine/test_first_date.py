"""first_date: new and returning customers, and those that come back in time (V8)."""

from __future__ import annotations

import random
from datetime import date, timedelta

from engine.support import Project, days

ORDERS = """
    ordered_at,customer,amount,channel
    2026-03-05,ann,10,web
    2026-05-06,bob,20,web
    2026-05-20,ann,30,web
    2026-06-01,cay,40,test
    2026-06-02,cay,50,web
    2026-06-02,cay,60,web
    2026-06-03,ann,70,web
    2026-06-04,,80,web
    2026-07-05,dan,90,web
"""
COMPUTED = {"first_order": "first_date(customer)"}


def test_V8_new_and_returning_customers(project: Project) -> None:
    project.table("orders", ORDERS, date="ordered_at", computed=COMPUTED)
    asked = {
        "count_distinct(orders.customer[ordered_at == first_order])": 1,  # Cay
        "count_distinct(orders.customer[ordered_at > first_order])": 2,  # Cay on 2 June, and Ann
        "count(orders[ordered_at == first_order])": 1,
        "sum(orders.amount[ordered_at > first_order])": 180,
        "sum(orders.amount[ordered_at > first_order and ordered_at <= first_order + 60])": 110,
        "count(orders[first_order is None])": 1,
        "count_distinct(orders.customer[ordered_at > first_order]) / count_distinct(orders.customer)": 1,
    }
    assert project.values(asked) == list(asked.values())


def test_V8_after_where_and_up_to_as_of(project: Project) -> None:
    project.table("orders", ORDERS, date="ordered_at", computed=COMPUTED, where='channel != "test"')
    new = "count(orders[ordered_at == first_order])"
    assert project.value(new) == 2  # Cay's test order of 1 June does not count, so both of 2 June are her first
    assert project.history(new, "2026-07-31") == {
        "2026-03": 1, "2026-04": None, "2026-05": 1, "2026-06": 2, "2026-07": 1,
    }  # fmt: skip
    # Whoever came first in the past stays the first, whatever came later.
    assert project.value(new, "2026-05-31") == 1
    assert project.value("count(orders[ordered_at > first_order])", "2026-05-31") == 1


def test_V8_other_columns_may_be_made_of_it(project: Project) -> None:
    project.table(
        "orders",
        ORDERS,
        date="ordered_at",
        computed={
            "age": "days(ordered_at - first_order)",
            "first_order": "first_date(customer)",
            "cohort": "month(first_order)",
            "new": "ordered_at == first_order",
            "first_channel_day": "first_date(channel)",
            "kind": '"new" if new else "old" if age < 30 else "loyal"',
        },
    )
    asked = {
        "max(orders.age)": 90, "avg(orders.age[cohort == 6])": 2 / 3, "count(orders[new])": 1,
        "count(orders[first_channel_day == ordered_at])": 1, 'count(orders[kind == "loyal"])': 2,
        'count(orders[kind == "old"])': 2,
    }  # fmt: skip
    found = project.values(asked)
    assert found == [90, 0.666666666667, 1, 1, 2, 2]


def test_V8_a_time_of_day_does_not_make_a_customer_come_back(project: Project) -> None:
    project.table(
        "orders", "at,who\n2026-06-02 18:00,ann\n2026-06-02 09:00,ann\n2026-06-03 08:00,ann", date="at",
        computed={"first": "first_date(who)"},
    )  # fmt: skip
    asked = ["count(orders[at == first])", "count(orders[at > first])", "count(orders[at <= first + 1])"]
    assert project.values(asked) == [2, 1, 3]


def test_V8_case_and_kind_of_the_value(project: Project) -> None:
    project.table(
        "orders", "day,Customer Id,ok\n2026-06-01,7,true\n2026-06-02,7,false\n2026-06-02,007,true\n2026-06-03,8,",
        computed={"a": "first_date(customer_ID)", "b": "first_date(ok)"},
    )  # fmt: skip
    # 7 and 007 are different codes.
    assert project.values(["count(orders[day == a])", "count(orders[b is None])", "count(orders[day == b])"]) == [
        3,
        1,
        2,
    ]


def test_V8_over_a_query(project: Project) -> None:
    project.table("orders", ORDERS, date="ordered_at")
    project.source(
        "web",
        query="select * from orders where channel = 'web'",
        date="ordered_at",
        computed={"first": "first_date(customer)"},
    )
    assert project.value("count(web[ordered_at == first])") == 2


def test_V8_against_plain_python(project: Project) -> None:
    chance = random.Random(8)
    rows = [
        (chance.choice(days("2025-01-01", 540)), chance.choice([None, *range(60)]), number) for number in range(700)
    ]
    project.rows("orders.csv", "day,who,n", rows)
    project.source("orders", computed={"first": "first_date(who)"}, where="n > 20")
    kept = [row for row in rows if row[2] > 20]
    firsts: dict[int, date] = {}
    for day, who, _ in kept:
        if who is not None and day <= firsts.get(who, date.max):
            firsts[who] = day
    start, end = date(2026, 1, 1), date(2026, 4, 1)
    inside = [(day, who) for day, who, _ in kept if start <= day < end and who is not None]
    back = [(day, who) for day, who in inside if firsts[who] < day <= firsts[who] + timedelta(days=90)]
    asked = [
        "count_distinct(orders.who[day == first])", "count_distinct(orders.who[day > first])",
        "count(orders[day > first and day <= first + 90])",
    ]  # fmt: skip
    assert project.values(asked, "2026-03-31", every="quarter") == [
        len({who for day, who in inside if firsts[who] == day}),
        len({who for day, who in inside if firsts[who] < day}),
        len(back),
    ]
