"""Looking through trees."""

from __future__ import annotations

from kpi.formulas import aggregates, columns, names, parse_formula, parse_row, source_columns, sources, walk

TEXT = (
    'sum(orders.amount[status == "paid" and net > 0]) / count(visits[bot is None]) + revenue - at_end(previous_stock)'
)


def test_walk_goes_from_left_to_right_and_from_whole_to_part() -> None:
    kinds = [type(node).__name__ for node in walk(parse_formula('previous(sum(a.b[c in ("x",)])) * -d'))]
    assert kinds == ["Arithmetic", "Shift", "Aggregate", "Within", "Column", "Literal_", "Negative", "Name"]


def test_walk_sees_every_part_of_a_row() -> None:
    tree = parse_row("a if not (b or c > 1) else coalesce(d, -e)")
    kinds = [type(node).__name__ for node in walk(tree)]
    assert " ".join(kinds) == "Choice Column Not Any_ Column Compare Column Literal_ Call Column Negative Column"
    assert [column.name for column in columns(tree)] == ["a", "b", "c", "d", "e"]


def test_names_and_aggregates() -> None:
    tree = parse_formula(TEXT)
    assert [name.name for name in names(tree)] == ["revenue", "previous_stock"]
    assert [(found.function, found.source) for found in aggregates(tree)] == [("sum", "orders"), ("count", "visits")]


def test_columns_of_a_filter_belong_to_the_source_of_its_aggregate() -> None:
    tree = parse_formula(TEXT)
    found = list(source_columns(tree))
    assert [(source, column) for source, column, _ in found] == [
        ("orders", "amount"), ("orders", "status"), ("orders", "net"), ("visits", "bot"),
    ]  # fmt: skip
    assert all(TEXT[start:end] == column for _, column, (start, end) in found)
    assert (
        [TEXT[slice(*at)] for _, at in sources(tree)] == [source for source, _ in sources(tree)] == ["orders", "visits"]
    )
