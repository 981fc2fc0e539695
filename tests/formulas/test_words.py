"""Formulas in plain words, as they are read aloud."""

from __future__ import annotations

import pytest

from kpi.formulas import describe, parse_formula, parse_row
from kpi.plan.checks import date_columns
from kpi.plan.model import Source

DATES = {("orders", "ordered_at"), ("orders", "first_order")}
CASES = [
    ("count(orders)", "the number of rows in orders"),
    (
        "count_distinct(orders.customer_id[ordered_at > first_order]) / count_distinct(orders.customer_id)",
        (
            "the number of different customer_id in orders where ordered_at is after first_order, "
            "divided by the number of different customer_id in orders"
        ),
    ),
    (
        'sum(orders.amount[status == "paid"]) - previous(sum(orders.amount))',
        'the sum of amount in orders where status is "paid", minus the sum of amount in orders one period earlier',
    ),
    ("previous(count(a[b]), 12)", "(the number of rows in a where b is true) 12 periods earlier"),
    ("year_ago(a / b)", "(a divided by b) a year earlier"),
    ("a - b - c", "a minus b minus c"),
    ("a / b / c", "(a divided by b) divided by c"),
    ("a / b * 100", "a divided by b, times 100"),
    ("a * b * c / d", "a times b times c, divided by d"),
    ("a / (b * c)", "a divided by (b times c)"),
    ("a * b + c", "(a times b) plus c"),
    ("1 - a / b", "1 minus (a divided by b)"),
    ("(a + b) * 100", "(a plus b) times 100"),
    ("-(a + b)", "minus (a plus b)"),
    ("percentile(a.b, 95) + percentile(a.b, 2)", "the 95th percentile of b in a plus the 2nd percentile of b in a"),
    (
        "percentile(a.b, 11) + percentile(a.b, 99.9)",
        "the 11th percentile of b in a plus the 99.9th percentile of b in a",
    ),
    ("avg(a.b) + min(a.b) + max(a.b)", "the average b in a plus the smallest b in a plus the largest b in a"),
    ("median(a.b) + stddev(a.b)", "the median b in a plus the standard deviation of b in a"),
    ("first(a.b) + last(a.b)", "the first b in a plus the last b in a"),
    (
        'at_end(sum(stock.units[kind == "x"])) / 2',
        'the sum of units in stock at the end of the window, where kind is "x", divided by 2',
    ),
    (
        "ended(count(staff)) / at_start(count(staff))",
        (
            "the number of rows in staff that ended in the window divided by "
            "the number of rows in staff at the start of the window"
        ),
    ),
    ("started(sum(staff.pay))", "the sum of pay in the rows of staff that began in the window"),
    ("at_end(headcount)", "headcount at the end of the window"),
    ("started(headcount)", "headcount (only the rows that began in the window)"),
    (
        "count(orders[ordered_at <= first_order + 90])",
        "the number of rows in orders where ordered_at is on or before 90 days after first_order",
    ),
    (
        "count(tickets[window_start <= opened < window_end - 7])",
        (
            "the number of rows in tickets where opened is on or after the start of the window "
            "and opened is before 7 days before the end of the window"
        ),
    ),
]
ROWS = [
    ('status in ("a", "b")', 'status is "a" or "b"'),
    ('status not in ("a", "b")', 'status is neither "a" nor "b"'),
    ("size in (1, 2, 3)", "size is one of 1, 2 or 3"),
    ("size not in (1, 2, 3)", "size is none of 1, 2 or 3"),
    ('status in ("a",)', 'status is "a"'),
    ("a is None or b is not None", "a is empty or b is not empty"),
    ("a > 1 and (b or not c)", "a is above 1 and (b is true or c is not true)"),
    ("not (a > 1 and b)", "not (a is above 1 and b is true)"),
    ('not contains(lower(name), "x")', 'name in lower case does not contain "x"'),
    ("hours(closed - opened) > 4", "the hours from opened to closed are above 4"),
    ("paid == True", "paid is true"),
    ("minutes(length)", "length in minutes"),
    ("quantity * unit_price", "quantity times unit_price"),
    ("(a - b) / c", "(a minus b) divided by c"),
    ("a if b else 0", "a if b is true, else 0"),
    ("a if b else None", "a if b is true, else nothing"),
    ("coalesce(a, b, 0)", "the first of a, b and 0 that is not empty"),
    (r'number(extract(name, "(\d+)"))', r'the part of name that matches "(\d+)" as a number'),
    ("first_date(customer_id)", "the first date of customer_id"),
    ("year(day) == 2026", "the year of day is 2026"),
]


@pytest.mark.parametrize(("formula", "words"), CASES)
def test_formulas_in_words(formula: str, words: str) -> None:
    assert describe(parse_formula(formula), dates=DATES) == words


@pytest.mark.parametrize(("row", "words"), ROWS)
def test_rows_in_words(row: str, words: str) -> None:
    assert describe(parse_row(row)) == words


def test_dates_of_a_row_expression_are_those_of_its_source() -> None:
    tree = parse_row("ordered_at > first_order")
    assert describe(tree, dates=DATES, source="orders") == "ordered_at is after first_order"
    assert describe(tree, dates=DATES, source="visits") == "ordered_at is above first_order"


def test_measures_are_explained_once_and_in_turn() -> None:
    measures = {name: parse_formula(text) for name, text in {
        "margin": "revenue - cost", "revenue": 'sum(orders.amount[status == "paid"])', "loop": "loop + 1",
    }.items()}  # fmt: skip
    assert describe(parse_formula("margin / revenue"), measures) == (
        "margin divided by revenue; margin is revenue minus cost; "
        'revenue is the sum of amount in orders where status is "paid"'
    )
    assert describe(parse_formula("loop * 2"), measures) == "loop times 2; loop is loop plus 1"


def test_a_formula_that_is_only_a_measure_says_what_the_measure_is() -> None:
    measures = {"sold": parse_formula("revenue"), "revenue": parse_formula("sum(orders.amount)")}
    assert describe(parse_formula("sold"), measures) == "the sum of amount in orders"
    assert describe(parse_formula("at_end(sold)"), measures) == (
        "sold at the end of the window; sold is revenue; revenue is the sum of amount in orders"
    )


def test_the_plan_says_which_columns_hold_dates() -> None:
    orders = Source(
        id="orders", date="Day", types={"paid_on": "date %d/%m/%Y", "spent": "duration %H:%M", "size": "number"}
    )
    staff = Source(id="staff", from_="hired_on", until="left_on")
    rows = {("orders", "first"): parse_row("first_date(customer)"), ("orders", "net"): parse_row("gross - tax")}
    dates = date_columns({"orders": orders, "staff": staff}, rows)
    assert dates == {
        ("orders", "Day"),
        ("orders", "paid_on"),
        ("orders", "first"),
        ("staff", "hired_on"),
        ("staff", "left_on"),
    }
    assert describe(parse_formula("count(orders[shipped > day])"), dates=dates).endswith("where shipped is after day")
