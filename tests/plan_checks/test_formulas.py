"""Formulas of KPIs and measures: every name is checked, and every mistake stands at its characters."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.marked_text import checked_plan, found_in, messages

ORDERS = """
sources:
  orders: {path: orders.csv, date: ordered_at}
  stock: {path: stock.csv}
  staff: {path: staff.csv, from: hired_on, until: left_on}
"""
FILES = {
    "orders_csv": "ordered_at,customer_id,amount,Status\n2026-01-01,1,2,paid\n",
    "stock_csv": "item,units\na,1\n",
    "staff_csv": "hired_on,left_on,hours\n2026-01-01,,40\n",
}


def test_an_unknown_source_is_E042(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        ORDERS
        + """
measures:
  revenue: sum(«order».amount)
  half: sum(«revenue».amount)
kpis:
  a: {name: A, formula: count(«ordrs») / count(orders)}
""",
        "E042", "E042", "E042",
        **FILES,
    )  # fmt: skip
    assert messages(found) == [
        'there is no source "order"; did you mean "orders"?',
        'there is no source "revenue"; revenue is a measure: its name alone is its value',
        'there is no source "ordrs"; did you mean "orders"?',
    ]


def test_an_unknown_column_is_E043_at_its_exact_characters_whatever_the_quoting(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        ORDERS
        + """
measures:
  plain: sum(orders.«amout») + sum(orders.«cost»)
  quoted: "sum(orders.amount[status == \\"paid\\" and «channel» != 'x'])"
  single: 'sum(orders.amount[status == "it''s" and «chan» is None])'
kpis:
  folded:
    name: Folded
    formula: >
      sum(orders.amount)
      / count(orders[
      «custmer_id» > 1])
""",
        "E043", "E043", "E043", "E043", "E043",
        **FILES,
    )  # fmt: skip
    assert messages(found)[0] == 'there is no column "amout" in orders; did you mean "amount"?'
    assert found[1].hint == "known here: ordered_at, customer_id, amount, Status"
    assert found[4].subject == "kpis.folded.formula"


def test_R3_case_does_not_matter_in_lookups(tmp_path: Path) -> None:
    found_in(
        tmp_path,
        ORDERS
        + """
measures:
  a: sum(orders.AMOUNT[status == "paid" and Ordered_At > "2026-01-01"])
""",
        **FILES,
    )


def test_filename_is_always_a_column(tmp_path: Path) -> None:
    found_in(
        tmp_path,
        ORDERS + 'measures:\n  a: count(orders[contains(filename, "x")])\n',
        **FILES,
    )
    found = found_in(
        tmp_path,
        "\nsources: {log: {path: log.csv}}\nmeasures:\n  a: count(log[contains(«filename», 'x')])\n",
        "E062",
        log_csv="filename,size\na,1\n",
    )
    assert found[0].hint is not None
    assert "columns: {file_name: filename}" in found[0].hint


def test_a_header_that_columns_renames_is_known_by_its_new_name_only(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
sources:
  orders:
    path: orders.csv
    columns: {day: ordered_at}
measures:
  a: count(orders[day > "2026-01-01" and «ordered_at» < "2026-02-01"])
""",
        "E043",
        **FILES,
    )
    assert found[0].hint == 'columns calls it "day"'


def test_an_unknown_name_is_E044(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        ORDERS
        + """
measures:
  revenue: sum(orders.amount)
kpis:
  a:
    name: A
    formula: «revenu» / «orders» + previous(«b», 2)
""",
        "E044", "E044", "E044",
        **FILES,
    )  # fmt: skip
    assert messages(found) == [
        'there is no measure or KPI "revenu"; did you mean "revenue"?',
        'there is no measure or KPI "orders"; orders is a source: count(orders) counts its rows',
        'there is no measure or KPI "b"; known here: revenue, a',
    ]


@pytest.mark.parametrize(
    ("code", "formula"),
    [
        ("E050", 'sum(orders.amount[status «=» "paid"])'),
        ("E051", "«summe»(orders.amount)"),
        ("E052", 'sum(orders.amount) + «"x"»'),
        ("E053", "at_end(at_start(«count(staff)»))"),
    ],
)
def test_faults_of_formulas_stand_at_their_characters(tmp_path: Path, code: str, formula: str) -> None:
    text = ORDERS + f"kpis:\n  a:\n    name: A\n    formula: {formula}\n"
    found_in(tmp_path, text, code, **FILES)
    found_in(tmp_path, text.replace("formula: ", "formula: >-\n      1 +\n      "), code, **FILES)


def test_one_mistake_in_a_measure_is_not_said_again_by_those_who_use_it(tmp_path: Path) -> None:
    found_in(
        tmp_path,
        ORDERS
        + """
measures:
  revenue: sum(orders.«amout»)
  broken: count(orders) «+»
kpis:
  a: {name: A, formula: revenue / broken}
""",
        "E043", "E050",
        **FILES,
    )  # fmt: skip


def test_the_same_mistake_twice_is_reported_at_both_locations(tmp_path: Path) -> None:
    found_in(
        tmp_path,
        ORDERS
        + """
kpis:
  a: {name: A, formula: sum(orders.«amout»)}
  b: {name: B, formula: sum(orders.«amout»)}
""",
        "E043", "E043",
        **FILES,
    )  # fmt: skip


def test_aggregates_of_what_certainly_is_no_number_are_E052(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
sources:
  orders:
    path: orders.csv
    types: {status: text}
    computed:
      paid: status == "paid"
      double: amount * 2
      took: ordered_at - "2026-01-01"
measures:
  a: sum(orders.«status») + avg(orders.«paid») + sum(orders.double) + avg(orders.took)
  b: count_distinct(orders.status) + count(orders[paid]) + max(orders.amount)
""",
        "E052", "E052",
        **FILES,
    )  # fmt: skip
    assert messages(found) == [
        "sum needs numbers, and orders.status holds text; count_distinct(orders.status) counts the distinct values",
        "avg needs numbers, and orders.paid holds a boolean; count the rows instead: count(orders[paid])",
    ]


# Every and time.


def test_N1_a_kpi_of_another_every_is_E054(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
measures:
  twice: quarterly_one * 2
  mixed: monthly_one + «quarterly_one»
kpis:
  monthly_one: {name: M, values: {2026-01: 1}}
  quarterly_one: {name: Q, every: quarter, values: {2026-Q1: 1}}
  a: {name: A, formula: monthly_one / «quarterly_one»}
  b: {name: B, formula: «twice» + 1}
  c: {name: C, every: quarter, formula: twice / quarterly_one}
  d: {name: D, formula: mixed}
""",
        "E054", "E054", "E054",
    )  # fmt: skip
    assert [each.message for each in found] == [
        '"monthly_one" is monthly, but "quarterly_one" is quarterly',
        '"quarterly_one" is quarterly, but "a" is monthly',
        '"twice" names the KPI "quarterly_one", which is quarterly, but "b" is monthly',
    ]


def test_N1_a_measure_may_name_a_kpi(tmp_path: Path) -> None:
    found_in(tmp_path, "\nmeasures: {a: nps / 2}\nkpis: {nps: {name: NPS, values: {2026-01: 1}}}\n")


def test_B3_a_snapshot_has_no_past(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        ORDERS
        + """
measures:
  items: count(stock)
  most: «last(stock.units)»
kpis:
  a: {name: A, formula: items, window: «3 months»}
  b: {name: B, formula: «previous(items)» + «year_ago(count(stock) + 1)»}
  c: {name: C, formula: at_end(«sum(stock.units)») + at_start(«items»)}
  d: {name: D, formula: «previous(e)»}
  e: {name: E, formula: items / sum(stock.units)}
""",
        "E053", "E053", "E053", "E053", "E053", "E053", "E053",
        **FILES,
    )  # fmt: skip
    assert [each.message for each in found] == [
        "last needs dates, and the rows of stock have none",
        "a window looks back, and the rows of stock have no date",
        "previous looks back, and the rows of stock have no date",
        "year_ago looks back, and the rows of stock have no date",
        "at_end needs dates, and the rows of stock have none",
        '"items" uses stock, whose rows have no date',
        "previous looks back, and the rows of stock have no date",
    ]


def test_B2_moments_on_dated_sources_and_on_rows_that_last(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        ORDERS
        + """
measures:
  people: count(staff)
  sales: count(orders)
  good: at_end(sum(orders.amount)) + at_start(sales) + started(people) + ended(count(staff)) + first(staff.hours)
  bad: started(«count(orders)») + ended(«sales»)
  twice: at_end(people)
  worse: at_start(«twice») + at_end(«shifted»)
  shifted: previous(people)
""",
        "E053", "E053", "E053", "E053",
        **FILES,
    )  # fmt: skip
    assert [each.message for each in found] == [
        "started needs interval rows, and those of orders are events",
        '"sales" uses orders, whose rows are events',
        '"twice" already contains at_end, and there can be only one of them',
        '"shifted" contains previous',
    ]


def test_N1_a_moment_of_a_kpi_is_an_error_because_a_kpi_keeps_its_own_window(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
measures:
  through: nps * 2
kpis:
  nps: {name: NPS, values: {2026-01: 1}}
  a: {name: A, formula: at_end(«nps») + at_start(«through»)}
""",
        "E053", "E053",
    )  # fmt: skip
    assert (
        found[0].message == 'at_end takes aggregates and measures of them, and "nps" is a KPI with a window of its own'
    )


# Circles.


def test_formulas_in_a_circle_are_E045_once_with_the_whole_circle(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
measures:
  uses: a + 1
  a: 1 + «b» * 2
  b: previous(k)
kpis:
  k: {name: K, formula: a / 2}
  own: {name: Own, formula: 2 * «own»}
""",
        "E045", "E045",
    )  # fmt: skip
    assert [each.message for each in found] == [
        "formulas form a cycle: a → b → k → a",
        "formulas form a cycle: own → own",
    ]


def test_a_large_circle_is_no_trouble(tmp_path: Path) -> None:
    chain = "".join(f"  m{number}: m{number + 1}\n" for number in range(3000)) + "  m3000: m0\n"
    circle = checked_plan(tmp_path, "\nmeasures:\n" + chain)
    (found,) = circle.diagnostics
    assert found.code == "E045"
    assert found.message.endswith("m3000 → m0")


def test_a_header_in_quotation_marks_is_no_column(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        ORDERS
        + """
  calls: {path: calls.csv, date: day, where: '«"Solved" == "Y"»'}
  other: {path: other.parquet, date: day, computed: {late: '1 if «"Wait (s)" > "5"» else 0'}}
kpis:
  a: {name: A, formula: 'count(calls[«"Answered (Y/N)" == "Y"»])'}
  b: {name: B, formula: 'count(calls[day >= "2026-01-01" and «"solved" in ("Y", "N")»])'}
  c: {name: C, formula: 'count(calls[not «contains("Solved", "Y")»])'}
  d: {name: D, formula: 'count(calls[«1 == 1»])'}
  e: {name: E, formula: 'count(calls[«"Y" is None» or window_start > "2026-01-01" or filename == "x"])'}
""",
        *["E052"] * 7,
        calls_csv="day,Answered (Y/N),Solved\n2026-01-01,Y,N\n",
        **FILES,
    )
    assert {each.message for each in found} == {"this names no column, so it is the same for every row"}
    without = "a column is named without quotation marks"
    assert [each.hint for each in found] == [
        f"{without}: Solved", without, f"{without}: answered_y_n", f"{without}: solved", f"{without}: Solved",
        "compare a column", without,
    ]  # fmt: skip


def test_a_formula_that_a_comma_tears_is_reported_once(tmp_path: Path) -> None:
    checked = checked_plan(
        tmp_path,
        ORDERS
        + """
kpis:
  a: {name: A, formula: previous(count(orders), 12)}
  b: {name: B, target: at least 1,000, formula: count(orders}
""",
        **FILES,
    )
    found = [(one.code, one.location.line, one.location.column) for one in checked.diagnostics]
    assert found == [("E002", 8, 49), ("E002", 9, 35), ("E050", 9, 54)], messages(list(checked.diagnostics))


@pytest.mark.parametrize(
    ("formula", "hint", "instead"),
    [
        ("sum(amount)", "write sum(orders.amount)", ["sum(orders.amount)"]),
        ("count(orders) + sum( units )", "write sum( stock.units )", ["sum( stock.units )"]),
        ("sum(orders[amount])", "write sum(orders.amount)", ["sum(orders.amount)"]),
        ("sum(amount[amount > 3])", "write sum(orders.amount[amount > 3])", ["sum(orders.amount[amount > 3])"]),
        ("percentile(hours, 95)", "write percentile(staff.hours, 95)", ["percentile(staff.hours, 95)"]),
        ("avg(net)", "write avg(orders.net)", ["avg(orders.net)"]),
        # No source has such a column.
        ("sum(orders)", "write sum(orders.COLUMN), with the column that you mean", []),
        ("sum(orders[price])", "write sum(orders.COLUMN[price]), with the column that you mean", []),
        ("sum(price)", 'there is no source "price"; known here: orders, stock, staff; e.g. sum(SOURCE.COLUMN)', []),
        ("sum(ordrs)", 'there is no source "ordrs"; did you mean "orders"?', []),
        ("sum(revenue)", "revenue is a measure: its name alone is its value", []),
    ],
)  # fmt: skip
def test_an_aggregate_of_a_bare_name_is_of_the_column_of_that_name(
    tmp_path: Path, formula: str, hint: str, instead: list[str]
) -> None:
    plan = ORDERS.replace("date: ordered_at}", "date: ordered_at, computed: {net: amount * 2}}") + (
        f"measures:\n  revenue: sum(orders.amount)\nkpis:\n  a: {{name: A, formula: '{formula}'}}\n"
    )
    (found,) = checked_plan(tmp_path, plan, **FILES).diagnostics
    assert (found.code, found.hint, [one.text for one in found.edits]) == ("E051", hint, instead)


def test_a_column_of_several_sources_is_offered_of_each(tmp_path: Path) -> None:
    plan = ORDERS + "kpis:\n  a: {name: A, formula: sum(hours)}\n"
    (found,) = checked_plan(tmp_path, plan, **{**FILES, "stock_csv": "item,hours\na,1\n"}).diagnostics
    assert found.hint == "write sum(stock.hours) or sum(staff.hours)"
