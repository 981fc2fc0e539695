"""Workbooks: every value is held against plain Python over the rows that were written."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from statistics import median

import pytest
from engine.support import Project
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904, to_excel

START = date(2026, 4, 1)
ROWS = [
    (START + timedelta(days=number), f"c{number % 7}", "web" if number % 3 else "shop", number * 1.25, number % 4 == 0)
    for number in range(91)
]
JUNE = [row for row in ROWS if row[0] >= date(2026, 6, 1)]
HEAD = ("Ordered At", "Customer ID", "channel", "Amount (€)", "paid")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def save(path: Path, **sheets: Iterable[Sequence[object]]) -> None:
    """A workbook with these sheets, in this order."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(path)


def rewrite(path: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    """Change one of the files inside a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def orders(project: Project, rows: Iterable[Sequence[object]] = (HEAD, *ROWS), **fields: object) -> None:
    save(project.folder / "orders.xlsx", Orders=rows)
    project.source("orders", path="orders.xlsx", date="ordered_at", **fields)


def test_cells_keep_the_types_of_the_sheet(project: Project) -> None:
    orders(project)
    assert project.values(
        [
            "sum(orders.amount)",
            'sum(orders.amount[channel == "web" and paid])',
            "count_distinct(orders.customer_id)",
            "median(orders.amount)",
            "count(orders[not paid])",
        ]
    ) == [
        sum(row[3] for row in JUNE),
        sum(row[3] for row in JUNE if row[2] == "web" and row[4]),
        len({row[1] for row in JUNE}),
        median(row[3] for row in JUNE),
        sum(not row[4] for row in JUNE),
    ]


def test_days_are_days_and_times_are_times(project: Project) -> None:
    rows = [
        ("opened", "closed"),
        (moment("2026-06-01 09:30"), moment("2026-06-01 11:00")),
        (moment("2026-06-30 23:59:59"), moment("2026-07-01 00:29:59")),
        (moment("2026-07-01"), moment("2026-07-02")),
    ]
    save(project.folder / "tickets.xlsx", Sheet=rows)
    project.source("tickets", path="tickets.xlsx", date="opened", computed={"took": "hours(closed - opened)"})
    assert project.values(["count(tickets)", "max(tickets.took)", "min(tickets.took)"]) == [2, 1.5, 0.5]


def test_times_of_day_and_time_spans_are_durations(project: Project) -> None:
    rows = [
        ("day", "wait", "talk"),
        (date(2026, 6, 1), time(0, 4, 30), timedelta(hours=30)),
        (date(2026, 6, 2), time(0, 5, 30), timedelta(minutes=30)),
    ]
    save(project.folder / "calls.xlsx", Sheet=rows)
    project.source("calls", path="calls.xlsx")
    assert project.values(["avg(calls.wait)", "sum(calls.talk)"], unit="minutes") == [5, 30.5 * 60]


def test_text_stays_text_unless_its_use_asks_for_numbers(project: Project) -> None:
    rows = [("day", "sku", "price"), (date(2026, 6, 1), "007", "1.50"), (date(2026, 6, 2), "7", 2.25)]
    save(project.folder / "sales.xlsx", Sheet=rows)
    project.source("sales", path="sales.xlsx")
    assert project.values(["count_distinct(sales.sku)", 'count(sales[sku == "007"])', "sum(sales.price)"]) == [
        2,
        1,
        3.75,
    ]


def test_a_decimal_comma_in_text_does_not_touch_real_numbers(project: Project) -> None:
    rows = [("day", "price"), (date(2026, 6, 1), "1.234,50"), (date(2026, 6, 2), 1.234), (date(2026, 6, 3), 1e-7)]
    save(project.folder / "sales.xlsx", Sheet=rows)
    project.source("sales", path="sales.xlsx", read={"decimal": ","}, types={"price": "number"})
    assert project.value("sum(sales.price)") == pytest.approx(1234.5 + 1.234 + 1e-7, rel=1e-11)


def test_the_sheet_and_the_rows_above_the_header(project: Project) -> None:
    title = [("Orders of the shop",), (), ("as of", date(2026, 6, 30))]
    save(project.folder / "orders.xlsx", Notes=[("nothing here",)], Data=[*title, HEAD, *ROWS])
    project.source(
        "orders",
        path="orders.xlsx",
        date="ordered_at",
        read={"sheet": "Data", "skip_rows": 3},
        columns={"euros": "Amount (€)"},
    )
    assert project.value("sum(orders.euros)") == sum(row[3] for row in JUNE)


def test_blank_rows_and_columns_without_a_header(project: Project) -> None:
    rows = [(), ("day", None, "units"), (date(2026, 6, 1), "x", 3), (), (None, "  ", None), (date(2026, 6, 2), "y", 4)]
    save(project.folder / "stock.xlsx", Sheet=rows)
    project.source("stock", path="stock.xlsx")
    assert project.values(["sum(stock.units)", 'sum(stock.units[column_2 == "y"])']) == [7, 4]


def test_without_a_header_columns_are_numbered(project: Project) -> None:
    orders(project, ROWS, columns={"ordered_at": "column_1"}, read={"header": False})
    assert project.value("sum(orders.column_4)") == sum(row[3] for row in JUNE)


def test_several_workbooks_are_one_source_and_know_their_file(project: Project) -> None:
    save(project.folder / "stock-north.xlsx", Sheet=[("units", "day"), (3, date(2026, 6, 1))])
    save(project.folder / "stock-south.xlsx", Sheet=[("day", "units"), (date(2026, 6, 2), 4.5)])
    project.source("stock", path="stock-*.xlsx", computed={"where": 'extract(filename, "-([a-z]+)")'})
    assert project.values(["sum(stock.units)", 'sum(stock.units[where == "south"])']) == [7.5, 4.5]


def test_R4_days_of_one_file_and_times_of_another_are_one_type(project: Project) -> None:
    save(project.folder / "a.xlsx", Sheet=[("day",), (date(2026, 6, 30),)])
    save(project.folder / "b.xlsx", Sheet=[("day",), (moment("2026-06-30 23:00"),)])
    project.source("visits", path=["a.xlsx", "b.xlsx"])
    assert project.value("count(visits)") == 2


@pytest.mark.parametrize(("epoch", "day"), [(1900, 46203), (1904, 46203 - 1462)])
def test_numbers_by_which_spreadsheets_count_days(project: Project, epoch: int, day: int) -> None:
    assert date(1899, 12, 30) + timedelta(days=46203) == date(2026, 6, 30)
    book = Workbook()
    if epoch == 1904:
        from openpyxl.utils.datetime import CALENDAR_MAC_1904

        book.epoch = CALENDAR_MAC_1904
    sheet = book.worksheets[0]
    for row in [("day", "units"), (day, 3), (day + 1, 4)]:
        sheet.append(row)
    book.save(project.folder / "stock.xlsx")
    project.source("stock", path="stock.xlsx")
    assert (
        "stock.day holds a number, and date: needs a date; if a spreadsheet counted the days, say types: {day: date}"
        in (project.problem("sum(stock.units)"))
    )
    project.source("stock", path="stock.xlsx", types={"day": "date"})
    assert project.value("sum(stock.units)") == 3


def test_days_written_as_one_number(project: Project) -> None:
    save(project.folder / "stock.xlsx", Sheet=[("day", "units"), (20260630, 3), (20260701, 4)])
    project.source("stock", path="stock.xlsx", types={"day": "date %Y%m%d"})
    assert project.value("sum(stock.units)") == 3
    project.source("stock", path="stock.xlsx", types={"day": "date"})
    problem = project.problem("sum(stock.units)")
    assert (
        problem
        == 'stock.xlsx:Sheet!A2: "20260630" is not the number of a day; say how it is written, e.g. "date %Y%m%d"'
    )


def test_R6_an_error_in_a_cell_is_no_empty_cell(project: Project) -> None:
    rows = [("day", "units"), (date(2026, 6, 1), 3), (date(2026, 6, 2), "#N/A"), (date(2026, 6, 3), 5)]
    save(project.folder / "stock.xlsx", Stock=rows)
    project.source("stock", path="stock.xlsx")
    found = 'stock.xlsx:Stock!B3: stock.units: "#N/A" is not a number'
    assert project.problem("sum(stock.units)") == f'{found}; if that means empty, say read: {{null_values: ["#N/A"]}}'
    project.source("stock", path="stock.xlsx", read={"null_values": ["#N/A"]})
    assert project.value("sum(stock.units)") == 8
    project.source("stock", path="stock.xlsx", on_bad_rows="skip up to 90%")
    project.kpi("units", "sum(stock.units)")
    results = project.results()
    assert results.series["units"].shown.value == 8
    assert results.sources["stock"].skipped_reasons == (
        '1 row: stock.xlsx:Stock!B3: stock.units: "#N/A" is not a number',
    )


def test_R6_a_row_without_a_date_is_named(project: Project) -> None:
    rows = [("day", "units"), (date(2026, 6, 1), 3), (None, 5), ("Total", 8)]
    save(project.folder / "stock.xlsx", Stock=rows[:3])
    project.source("stock", path="stock.xlsx")
    assert project.problem("sum(stock.units)").startswith(
        "stock.xlsx:Stock!A3: stock.day is empty, so the row is in no period"
    )
    save(project.folder / "stock.xlsx", Stock=[*rows[:2], (date(2026, 6, 2), 5), rows[3]])
    assert project.problem("sum(stock.units)").startswith('stock.xlsx:Stock!A4: stock.day: "Total" is not a')
    project.source("stock", path="stock.xlsx", on_bad_rows="skip up to 90%")
    assert project.value("sum(stock.units)") == 8


def test_what_is_missing_is_named_with_what_was_meant(project: Project) -> None:
    orders(project)
    project.source("orders", path="orders.xlsx", date="ordered_at", read={"sheet": "orders"})
    assert project.problem("count(orders)") == 'orders.xlsx has no sheet "orders"; did you mean "Orders"?'
    orders(project)
    assert project.problem("sum(orders.amout)") == ('orders: orders.xlsx has no column "amout"; did you mean "amount"?')


def test_a_title_above_the_header_is_noticed(project: Project) -> None:
    orders(project, [("Orders of the shop",), (), HEAD, *ROWS])
    assert project.problem("sum(orders.amount)").endswith("row 1 looks like a title; say read: {skip_rows: 2}")


def test_the_sheet_that_has_the_column_is_named(project: Project) -> None:
    save(project.folder / "orders.xlsx", Notes=[("read", "me"), (1, 2)], Data=[HEAD, *ROWS])
    project.source("orders", path="orders.xlsx", date="ordered_at")
    assert project.problem("sum(orders.amount)").endswith('the sheet "Data" has it: say read: {sheet: Data}')


def test_R3_headers_that_collide(project: Project) -> None:
    save(project.folder / "stock.xlsx", Sheet=[("day", "Units", "units"), (date(2026, 6, 1), 3, 4)])
    project.source("stock", path="stock.xlsx")
    assert "two columns" in project.problem("sum(stock.units)")
    project.source("stock", path="stock.xlsx", columns={"other": "units"})
    assert project.values(["sum(stock.units)", "sum(stock.other)"]) == [3, 4]


def test_a_formula_that_nobody_has_computed_is_not_empty(project: Project) -> None:
    rows = [("day", "units", "double"), (date(2026, 6, 1), 3, "=B2*2"), (date(2026, 6, 2), 4, "=B3*2")]
    save(project.folder / "stock.xlsx", Sheet=rows)
    project.source("stock", path="stock.xlsx")
    assert project.value("sum(stock.units)") == 7
    assert project.problem("sum(stock.double)").startswith(
        "stock.xlsx:Sheet!C2: this formula has not been computed yet; open the workbook in a spreadsheet program"
    )


def test_a_formula_with_its_result_is_its_result(project: Project) -> None:
    path = project.folder / "stock.xlsx"
    save(path, Sheet=[("day", "units", "note"), (date(2026, 6, 1), "=1+2", '=""')])

    def compute(content: bytes) -> bytes:
        """What a spreadsheet program writes behind the formulas: the number, and the empty text."""
        found = re.sub(rb'<c r="B2"( t="\w+")?><f>1\+2</f><v ?/>', b'<c r="B2"><f>1+2</f><v>3</v>', content)
        found = re.sub(rb'<c r="C2"( t="\w+")?><f>""</f><v ?/>', b'<c r="C2" t="str"><f>""</f><v></v>', found)
        assert b"<v>3</v>" in found
        assert b"<v></v>" in found
        return found

    rewrite(path, "xl/worksheets/sheet1.xml", compute)
    project.source("stock", path="stock.xlsx")
    assert project.values(["sum(stock.units)", "count(stock[note is None])"]) == [3, 1]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("stock.xlsx", b"day,units\n2026-06-01,3\n", "stock.xlsx is not a workbook as Excel writes them"),
        ("stock.ods", b"", "stock.ods: .ods files cannot be read; save it as .xlsx"),
        ("stock.xls", b"", "stock.xls: .xls files cannot be read; save it as .xlsx"),
    ],
)
def test_what_is_no_workbook_is_refused(project: Project, name: str, content: bytes, words: str) -> None:
    project.write(name, content)
    project.source("stock", path=name)
    assert project.problem("count(stock)").startswith(words)


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml", "xl/styles.xml"]
)
def test_a_damaged_workbook_is_refused_in_words(project: Project, part: str) -> None:
    path = project.folder / "stock.xlsx"
    save(path, Sheet=[("day", "units"), (date(2026, 6, 1), 3)])
    rewrite(path, part, lambda content: content[: len(content) // 2])
    project.source("stock", path="stock.xlsx")
    assert project.problem("sum(stock.units)").startswith("stock.xlsx is damaged")


def test_an_empty_sheet_is_told_from_one_with_a_header_only(project: Project) -> None:
    save(project.folder / "stock.xlsx", Sheet=[])
    project.source("stock", path="stock.xlsx")
    assert project.problem("count(stock)") == "stock.xlsx: the sheet Sheet is empty"
    save(project.folder / "stock.xlsx", Sheet=[("day", "units")])
    assert project.value("count(stock)") is None


def test_a_query_reads_a_workbook(project: Project) -> None:
    orders(project)
    project.source(
        "spent", query="select customer_id, sum(amount) as spent, max(ordered_at) as day from orders group by 1"
    )
    assert project.value("max(spent.spent)") == max(
        sum(row[3] for row in ROWS if row[1] == customer) for customer in {row[1] for row in ROWS}
    )


# Merged cells.

MERGED_ROWS = [
    ("day", "region", "note", "n"),
    (date(2026, 6, 1), "N", "a", 1),
    (date(2026, 6, 2), None, "b", 2),
    (date(2026, 6, 3), "S", None, 4),
    (date(2026, 6, 4), "S", None, 8),
]


def merged_book(project: Project, *ranges: str, title: bool = False) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Sales"
    for row in [("Report", None, None, None)] * title + MERGED_ROWS:
        sheet.append(list(row))
    for cells in ranges:
        sheet.merge_cells(cells)
    book.save(project.folder / "o.xlsx")


def test_R12_merged_cells_of_a_used_column_are_an_error_and_can_be_filled(project: Project) -> None:
    """The value of a merged range, for all its cells, by hand."""
    merged_book(project, "B2:B3")
    project.source("o", path="o.xlsx")
    said = project.problem('sum(o.n[region == "N"])')
    assert said.startswith("o.xlsx:Sales!B2:B3 are merged cells, of which only the first has a value (region)")
    assert "read: {merged: fill}" in said
    assert project.value("sum(o.n)") == 15, "the column is not used"
    project.source("o", path="o.xlsx", read={"merged": "fill"})
    asked = ['sum(o.n[region == "N"])', 'sum(o.n[region == "S"])', "count(o[region is None])", "count(o)"]
    assert project.values(asked) == [3, 12, 0, 4]


def test_R12_a_range_over_rows_and_columns_is_filled(project: Project) -> None:
    merged_book(project, "B4:C5", "B2:B3")
    project.source("o", path="o.xlsx", read={"merged": "fill"})
    assert project.values(['sum(o.n[note == "S"])', 'sum(o.n[region == "S"])', 'sum(o.n[region == "N"])']) == [
        12,
        12,
        3,
    ]


def test_R12_merged_titles_and_rows_without_other_values_do_not_matter(project: Project) -> None:
    merged_book(project, "A1:D1", "B3:B4", "C5:C9", title=True)
    project.source("o", path="o.xlsx", read={"skip_rows": 1, "merged": "fill"})
    assert project.values(["count(o)", "sum(o.n)", 'sum(o.n[region == "N"])']) == [4, 15, 3]
    project.source("o", path="o.xlsx", read={"skip_rows": 1})
    assert project.value("sum(o.n)") == 15


def test_R12_a_snapshot_with_merged_cells(project: Project) -> None:
    merged_book(project, "B2:B3")
    project.source("o", path="o.xlsx", date=None, read={"merged": "fill"})
    assert project.value('sum(o.n[region == "N"])') == 3


@pytest.mark.parametrize("epoch", ["1900", "1904"])
@pytest.mark.parametrize("late", [999_999, 999_600, 999_500, 999_499, 0])
@pytest.mark.parametrize("styled", [True, False])
def test_R14_the_end_of_a_month_stays_in_the_month(project: Project, late: int, epoch: str, styled: bool) -> None:
    """The library rounds times to the millisecond, the last of a day to the next day."""
    book = Workbook()
    if epoch == "1904":
        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    sheet.append(["at", "n"])
    for at, n in (
        (moment(f"2026-05-31 23:59:59.{late:06d}"), 1), (moment("2026-06-01"), 2), (moment("2026-05-31 23:59:59"), 4),
    ):  # fmt: skip
        sheet.append([at if styled else to_excel(at, book.epoch), n])
    book.save(project.folder / "o.xlsx")
    project.source("o", path="o.xlsx", date="at", **({} if styled else {"types": {"at": "timestamp"}}))
    assert project.value("sum(o.n)", "2026-05-31") == 5
    assert project.value("sum(o.n)", "2026-06-30") == 2


@pytest.mark.parametrize("fault", ["merged cells", "has not been computed yet", "is no day"])
def test_G1_R6_a_column_that_cannot_be_read_stops_only_the_kpis_that_use_it(project: Project, fault: str) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    value = {"has not been computed yet": "=C2*2", "is no day": 99_999_999}.get(fault, "x")
    for row in [("day", "odd", "n"), (date(2026, 6, 1), value, 1), (date(2026, 6, 2), None, 2)]:
        sheet.append(list(row))
    if fault == "merged cells":
        sheet.merge_cells("B2:B3")
    book.save(project.folder / "o.xlsx")
    types = {"types": {"odd": "date %Y%m%d"}} if fault == "is no day" else {}
    project.source("o", path="o.xlsx", **types)
    project.kpi("odd", "count(o[odd is None])")
    project.kpi("sum", "sum(o.n)")
    series = project.results().series
    assert series["sum"].shown.value == 3
    assert series["odd"].shown.value is None
    assert series["odd"].problem is not None
    assert series["odd"].problem.startswith("o.xlsx:Sheet!B2")
