"""What sources say about themselves: files, columns, types, computed columns, where, dates."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.marked_text import found_in, messages

CSV = "Order Date,customer_id,amount,status\n2026-01-01,1,2,paid\n"


# Files.


def test_missing_data_is_not_an_error_and_its_columns_are_unknown(tmp_path: Path) -> None:
    found_in(
        tmp_path,
        """
sources:
  orders: {path: data/*.csv, date: day, types: {amount: number}}
  customers: {query: select 1 as x, date: y}
  sheet: {path: sheet.xlsx}
measures:
  a: sum(orders.anything) + sum(customers.z) + sum(sheet.b)
""",
    )


def test_R5_a_column_that_is_used_and_missing_from_one_file_is_said_once_and_names_the_file(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
sources:
  orders:
    path: o-*.csv
    types: {share: number}
measures:
  a: sum(orders.amount) + sum(orders.«tax»)
  b: sum(orders.tax)
""",
        "E043",
        **{"o-1_csv": "amount,tax,share\n1,2,3\n", "o-2_csv": "amount,share\n1,3\n", "o-3_csv": "amount,tax\n1,2\n"},
    )
    assert found[0].message == '"tax" is missing from o-2.csv, though o-1.csv has it'


def test_a_path_that_leads_out_of_the_project_is_E061(tmp_path: Path) -> None:
    found_in(
        tmp_path / "project",
        """
sources:
  a: {path: «../secret.csv»}
  b:
    path:
      - b.csv
      - «../*.csv»
""",
        "E061", "E061",
    )  # fmt: skip


def test_colliding_headers_are_E062_and_an_unreadable_header_is_E063_once(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
sources:
  a: {path: a.csv}
  b: {path: «b.csv», date: day, where: x > 1}
measures:
  c: sum(b.anything) + sum(b.else_)
  d: sum(a.«total») + max(a.total)
  e: sum(a.other)
""",
        "E063", "E062",
        a_csv="Total %,Total:,other\n1,2,3\n",
        b_csv="",
    )  # fmt: skip
    assert found[1].hint == 'columns: {total_2: "Total:"}'
    assert found[0].message == '"b.csv" is empty: there is no header row'


def test_an_encoding_that_is_wrong_is_E063_at_the_option(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a,b\n\xe9,1\n")
    found_in(tmp_path, "\nsources:\n  a: {path: a.csv, read: {encoding: «ascii»}}\n", "E063")


def test_a_title_above_the_header_explains_the_first_unknown_column_and_only_that(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
sources:
  users: {path: users.csv, date: «month»}
measures:
  a: sum(users.users) + sum(users.more)
""",
        "E043",
        users_csv="Monthly users,,\nmonth,users,more\n2026-01-01,5,1\n2026-02-01,6,1\n",
    )
    assert found[0].hint == 'line 1 of "users.csv" looks like a title; read: {skip_rows: 1}'


# Columns and types.


def test_a_missing_header_is_E043_at_its_location(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
sources:
  orders:
    path: orders.csv
    columns: {ordered_at: «Oder Date»}
""",
        "E043",
        orders_csv=CSV,
    )
    assert messages(found) == ['there is no header "Oder Date" in "orders.csv"; did you mean "Order Date"?']


def test_types_are_for_columns_of_the_file(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
sources:
  orders:
    path: orders.csv
    types: {AMOUNT: number, «total»: number, «amout»: number, order_date: date %Y-%m-%d}
    computed:
      total: amount * 2
""",
        "E043", "E043",
        orders_csv=CSV,
    )  # fmt: skip
    assert messages(found) == [
        (
            '"total" is computed, and types are for columns of the file; '
            "what a computed column holds follows from its expression"
        ),
        'there is no column "amout" in orders; did you mean "amount"?',
    ]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("date «day/month/year»", "write e.g. date %d/%m/%Y"),
        ("date «%D»/%m/%Y", "did you mean %d?"),
        ("date %d/«%M»/%Y", "%m is the month"),
        ("date «%m/%d»", "%Y is the year"),
        ("date «%d %Y»", "%m is the month, %b its short name"),
        ("date «dd/mm/yyyy»", "write date %d/%m/%Y"),
        ("date «DD.MM.YYYY»", "write date %d.%m.%Y"),
        ("timestamp «YYYY-MM-DD HH:mm:ss»", "write timestamp %Y-%m-%d %H:%M:%S"),
        ("timestamp %Y-%m-%d %H:«%m»", "%m is the month, %M is minutes"),
        ("date   «%Q» %Y", "e.g. date %d/%m/%Y"),
        ("date %Y-«%»", "e.g. date %d/%m/%Y"),
        ("duration %H:«%Y»", "a duration takes %d, %H, %M, %S and %f"),
        ("duration «hh:mm»", "write duration %H:%M"),
    ],
)
def test_formats_under_types_are_E014(tmp_path: Path, written: str, words: str) -> None:
    (found,) = found_in(
        tmp_path,
        f'\nsources:\n  orders:\n    path: orders.csv\n    types:\n      amount: "{written}"\n',
        "E014",
        orders_csv=CSV,
    )
    assert found.hint is not None
    assert words in found.hint


@pytest.mark.parametrize(
    "written",
    [
        "text", "number", "boolean", "date", "timestamp", "date %d/%m/%Y", "date %-d.%-m.%y", "date %b %d, %Y",
        "date %G-W%V-%u", "date %Y-%m", "date %Y-%j", "timestamp %Y-%m-%dT%H:%M:%S.%f%z", "timestamp %m/%d/%Y %I:%M %p",
        "timestamp %x %X", "duration %H.%M.%S", "duration %d:%H:%M", "duration", "date %d%%%m%%%Y",
    ],
)  # fmt: skip
def test_formats_that_are_right(tmp_path: Path, written: str) -> None:
    found_in(
        tmp_path,
        f'\nsources:\n  orders:\n    path: orders.csv\n    types:\n      amount: "{written}"\n',
        orders_csv=CSV,
    )


# Computed columns and where.


def test_R2_computed_and_where_use_the_new_names_and_each_other(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
sources:
  orders:
    path: orders.csv
    date: ordered_at
    columns: {ordered_at: Order Date}
    computed:
      total: amount * 2 + «tax»
      late: days(ordered_at - «order_date») + total
      odd: amount «+»
      odder: «first»(amount)
    where: total > 3 and «totl» < 2
""",
        "E043", "E043", "E050", "E052", "E043",
        orders_csv=CSV,
    )  # fmt: skip
    assert found[1].hint == 'columns calls it "ordered_at"'
    assert found[4].hint == 'did you mean "total"?'
    assert [each.subject for each in found] == [
        "sources.orders.computed.total", "sources.orders.computed.late", "sources.orders.computed.odd",
        "sources.orders.computed.odder", "sources.orders.where",
    ]  # fmt: skip


def test_a_computed_column_may_not_hide_one_of_the_file(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
sources:
  orders:
    path: orders.csv
    computed:
      «Status»: lower(status)
      «filename»: lower(customer_id)
      total: amount * 2
      «TOTAL»: amount * 3
""",
        "E015", "E015", "E015",
        orders_csv=CSV,
    )  # fmt: skip
    assert messages(found) == [
        (
            'orders has a column "status" already; '
            "choose another name, or rename the one in the file: columns: {status_as_written: status}"
        ),
        '"filename" is the name of the row\'s file; choose another name',
        '"TOTAL" and "total" differ only in case; choose another name',
    ]


def test_computed_columns_in_a_circle_are_E045(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
sources:
  orders:
    path: orders.csv
    computed:
      a: amount + «B»
      b: c * 2
      c: a - 1
      own: «own» + 1
      fine: a + b
""",
        "E045", "E045",
        orders_csv=CSV,
    )  # fmt: skip
    assert [each.message for each in found] == [
        "computed columns form a cycle: a → b → c → a",
        "computed columns form a cycle: own → own",
    ]


def test_V8_where_may_not_use_first_date_also_not_through_a_computed_column(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
sources:
  orders:
    path: orders.csv
    date: order_date
    computed:
      first_order: first_date(customer_id)
      returning: order_date > first_order
      later: order_date
    where: «returning» and later > "2026-01-01" and «First_Order» is not None
  direct:
    path: orders.csv
    date: order_date
    where: «first_date(customer_id)» > "2026-01-01"
""",
        "E053", "E053", "E051",
        orders_csv=CSV,
    )  # fmt: skip
    assert found[0].message == '"returning" needs first_date, which is computed from the rows that where keeps'


def test_B3_first_date_needs_dates(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
sources:
  orders:
    path: orders.csv
    computed:
      first_order: «first_date(customer_id)»
  lasting:
    path: orders.csv
    from: order_date
    computed:
      first_order: first_date(customer_id)
""",
        "E053",
        orders_csv=CSV,
    )
    assert found[0].message == "first_date needs dates, and the rows of orders have none"


# Dates.


def test_dates_name_columns_or_computed_ones(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
sources:
  a: {path: orders.csv, date: «ordered»}
  b: {path: orders.csv, from: order_date, until: «ended»}
  c: {path: orders.csv, from: «began», through: ends, computed: {ends: order_date + 30}}
""",
        "E043", "E043", "E043",
        orders_csv=CSV,
    )  # fmt: skip
    assert [each.subject for each in found] == ["sources.a.date", "sources.b.until", "sources.c.from"]


def test_a_date_that_certainly_is_none_is_E052(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
sources:
  a: {path: orders.csv, date: «total», computed: {total: year(order_date)}}
  b: {path: orders.csv, date: «order_date», types: {order_date: text}}
  c: {path: orders.csv, date: day, computed: {day: amount}}
  d: {path: orders.csv, date: «filename»}
""",
        "E052", "E052", "E052",
        orders_csv=CSV,
    )  # fmt: skip
    assert messages(found)[:2] == [
        '"total" holds a number, and date needs a date',
        (
            '"order_date" holds text, and date needs a date; say how it is written, e.g. '
            'types: {order_date: "date %d/%m/%Y"}'
        ),
    ]


def test_the_date_of_a_row_cannot_follow_from_first_date(tmp_path: Path) -> None:
    found_in(
        tmp_path,
        """
sources:
  a: {path: orders.csv, date: «begun», computed: {begun: first_date(customer_id) + 1}}
""",
        "E045",
        orders_csv=CSV,
    )
