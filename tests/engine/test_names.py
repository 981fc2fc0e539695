"""Columns and sources may be called anything, also what SQL or this program use themselves (R2, R3)."""

from __future__ import annotations

import pytest
from engine.support import Project

# Reserved words of SQL, and names that stand in the statements that are run.
HARD = (
    "order", "group", "select", "table", "where", "t", "w", "i", "s", "e", "x", "y", "z", "c", "v", "n", "c0", "c1",
    "rs", "re", "f0", "first", "next", "file", "rowid", "day", "date", "at", "until", "bad", "kept", "_day", "_at",
    "_from", "_until", "_bad", "_kept", "main", "temp", "count", "sum", "Preis", "größe", "количество",
)  # fmt: skip


def test_R3_any_header_can_be_a_column(project: Project) -> None:
    """Column number k holds k and k + 1, on two days."""
    rows = [["2026-06-01", *range(1, len(HARD) + 1)], ["2026-06-02", *range(2, len(HARD) + 2)]]
    project.rows("d.csv", ",".join(["happened", *HARD]), rows)
    project.source("d", date="happened", computed={"seen": "first_date(x)", "twice": "s * 2"})
    shapes = (
        "sum(d.{0})", "max(d.{0}[{0} > 0])", "count_distinct(d.{0})", "percentile(d.{0}, 50)", "first(d.{0})",
        "last(d.{0})", "at_end(sum(d.{0}))", "count(d[{0} >= 1 and happened == seen and happened < window_end])",
    )  # fmt: skip
    asked = [shape.format(name) for name in HARD for shape in shapes]
    expected = []
    for k in range(1, len(HARD) + 1):
        expected += [2 * k + 1, k + 1, 2, k + 0.5, k, k + 1, k + 1, 2]
    assert project.values(asked) == expected
    s = HARD.index("s") + 1
    assert project.value("sum(d.twice)") == 2 * (2 * s + 1)


@pytest.mark.parametrize("name", ["t", "w", "x", "s", "i", "day", "order", "first", "_day", "_from"])
def test_R3_any_header_can_be_the_date(project: Project, name: str) -> None:
    project.rows("d.csv", f"{name},amount", [["2026-06-01", 3], ["2026-06-02", 4]])
    project.source("d", date=name, computed={"seen": "first_date(amount)"})
    asked = ["sum(d.amount)", f'count(d[{name} >= "2026-06-02"])', f"count(d[{name} == seen])", "last(d.amount)"]
    assert project.values(asked) == [7, 1, 2, 4]


@pytest.mark.parametrize("name", ["until", "w", "_until", "e", "through"])
def test_R3_any_header_can_end_rows_that_last(project: Project, name: str) -> None:
    project.rows("d.csv", f"begun,{name}", [["2026-06-01", "2026-06-20"], ["2026-06-02", None]])
    project.source("d", from_="begun", until=name)
    asked = ["started(count(d))", "ended(count(d))", "at_end(count(d))", f"count(d[{name} is None])"]
    assert project.values(asked) == [2, 1, 1, 1]


def test_R3_names_are_made_of_headers_and_case_does_not_matter(project: Project) -> None:
    project.table(
        "calls",
        """
        Day,Answered (Y/N),2026,Order Total,Länge in %,amount
        2026-06-01,Y,5,1.5,7,1
        2026-06-02,N,6,2.5,8,2
        """,
    )
    asked = [
        'count(calls[answered_y_n == "Y"])', "sum(calls._2026)", "sum(calls.ORDER_total)", "sum(calls.länge_in)",
        "sum(calls.AMOUNT)", 'count(calls[DAY == "2026-06-02"])',
    ]  # fmt: skip
    assert project.values(asked) == [1, 11, 4, 15, 3, 1]


def test_R3_headers_that_collide_ask_for_columns(project: Project) -> None:
    content = "day,Net (EUR),net_eur\n2026-06-01,1,2"
    project.table("sales", content)
    project.kpi("sold", "sum(sales.net_eur)")
    (mistake,) = project.mistakes()
    assert mistake.startswith("E062")
    assert "net_eur" in mistake
    project.table("sales", content, columns={"net": "Net (EUR)"})
    assert project.values(["sum(sales.net)", "sum(sales.net_eur)"]) == [1, 2]


def test_R2_columns_come_before_types_computed_and_where(project: Project) -> None:
    """Each step speaks of the names that the one before it made; types are not of the header's name."""
    project.table(
        "orders",
        """
        Order Date;Qty.;Unit Price;State
        01/06/2026;2;1,50;paid
        02/06/2026;3;2,00;open
        03/06/2026;1;9,99;void
        """,
        date="ordered_at",
        columns={"ordered_at": "Order Date", "quantity": "Qty.", "price": "unit price"},
        types={"ordered_at": "date %d/%m/%Y"},
        read={"decimal": ","},
        computed={"amount": "quantity * price", "large": "amount > 5"},
        where='state != "void" and amount > 0',
    )
    assert project.values(["sum(orders.amount)", "count(orders)", "count(orders[large])"]) == [9, 2, 1]


def test_R2_a_computed_column_may_come_before_the_one_that_it_needs(project: Project) -> None:
    project.table(
        "d", "day,a\n2026-06-01,1", computed={"third": "second + 1", "second": "first_ + 1", "first_": "a + 1"}
    )
    assert project.value("sum(d.third)") == 4


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("orders", "rows_orders"),
        ("orders", "orders_text"),
        ("orders", "orders_first"),
        ("q", "result_q"),
        ("a", "text_a"),
    ],
)
def test_N1_sources_do_not_meet_each_other_s_tables(project: Project, one: str, other: str) -> None:
    """Dates that only all rows decide make a table of text, first_date makes another, and the query a third."""
    project.table(one, "day,a\n06/13/2026,3\n06/14/2026,4", computed={"seen": "first_date(a)"})
    project.table(other, "day,a\n06/13/2026,5\n06/15/2026,6", computed={"seen": "first_date(a)"})
    project.source("both", query=f"select day, a, seen from {one} union all select day, a, seen from {other}")
    asked = [f"sum({one}.a)", f"sum({other}.a[day == seen])", "sum(both.a[day == seen])"]
    assert project.values(asked) == [7, 11, 18]


@pytest.mark.parametrize(
    "name", ["main", "temp", "order", "group", "table", "information_schema", "result_q", "w", "t"]
)
def test_N3_a_source_with_any_name_can_be_queried(project: Project, name: str) -> None:
    project.table(name, "day,amount\n2026-06-13,3\n2026-06-14,4")
    project.source("q", query=f'with cte as (select * from "{name}") select * from cte')
    assert project.values([f"sum({name}.amount)", "sum(q.amount)"]) == [7, 7]
