from __future__ import annotations

import pytest

from kpi.formulas import aggregates, columns, names, parse_formula, sources
from kpi.lsp.tokens import completion_request_at, token_at, words


@pytest.mark.parametrize(
    "formula",
    [
        'count_distinct(orders.customer_id[ordered_at > first_order and status == "pa.i(d"]) / count(orders)',
        "previous(revenue, 12) / (at_end(count(employees[left_on is None])) + percentile(tickets.hours, 95))",
        "sum(orders.amount[days(closed - opened) > 2 or year(closed) in (2025, 2026)]) - refunds",
        "count(orders[opened <= window_end - 7])",
        'sum((orders.quantity * abs(orders.unit_price))[status == "paid"]) / max(sales, count(orders))',
        "at_end(median(days(window_end - staff.hired_on))) + growth(sales, 12) / total(sales)",
        "count(per(orders.customer_id[vip], sum(orders.amount[paid]))[value >= 2]) - over(sales, '3 months')",
    ],
)
def test_words_are_what_the_tree_says_they_are(formula: str) -> None:
    tree = parse_formula(formula)
    found = [(word.role, word.text, word.start, word.end) for word in words(formula)]
    wanted = [("source", name, *at) for name, at in sources(tree)]
    wanted += [("column", one.column, *one.column_at) for one in aggregates(tree) if one.column]
    wanted += [("column", one.name, *one.at) for one in columns(tree)]
    wanted += [("name", one.name, *one.at) for one in names(tree)]
    assert sorted(word for word in found if word[0] not in ("function", "word")) == sorted(wanted)


def test_the_source_of_a_column() -> None:
    text = 'sum(orders.amount[state == "paid"]) / sum(visits.hits)'
    assert [(word.text, word.source) for word in words(text) if word.role == "column"] == [
        ("amount", "orders"), ("state", "orders"), ("hits", "visits"),
    ]  # fmt: skip


def test_in_a_row_expression_every_name_is_a_column() -> None:
    text = "lower(state) if paid else extract(note, 'a.b')"
    roles = [(word.role, word.text, word.source) for word in words(text, "orders")]
    assert roles == [
        ("function", "lower", ""), ("column", "state", "orders"), ("word", "if", ""), ("column", "paid", "orders"),
        ("word", "else", ""), ("function", "extract", ""), ("column", "note", "orders"),
    ]  # fmt: skip


def test_a_word_reaches_as_far_as_just_behind_it() -> None:
    assert [word and word.text for at in range(8) if (word := token_at("ab + cd", at)) or True] == [
        "ab", "ab", "ab", None, None, "cd", "cd", "cd",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "kind", "letters", "source"),
    [
        ("|", "formula", "", ""),
        ("rev|", "formula", "rev", ""),
        ("count(orders) |", "nothing", "", ""),
        ("count(orders) / |", "formula", "", ""),
        ("sum(|", "source", "", ""),
        ("at_end(count(emp|))", "source", "emp", ""),
        ("at_end(|", "formula", "", ""),
        ("sum(orders.|", "columns", "", "orders"),
        ("sum(orders.am|ount)", "columns", "am", "orders"),
        ("sum(orders[|", "condition", "", "orders"),
        ("sum(orders.x[a > 1 and b|", "condition", "b", "orders"),
        ("sum(orders.x[(a + |", "condition", "", "orders"),
        ("sum(orders.x[a |", "joins", "", "orders"),
        ('sum(orders.x[a == "b" |', "joins", "", "orders"),
        ('sum(orders.x[a == "b|', "nothing", "b", ""),
        ("sum(orders.x[a > 1|", "nothing", "1", ""),
        ("percentile(a.b, |", "nothing", "", ""),
        ("previous(|", "formula", "", ""),
        ("previous(sales, |", "nothing", "", ""),
        ("1.|", "nothing", "", ""),
        (")]|", "nothing", "", ""),
        ("sum(orders.a * |", "source", "", ""),
        ("sum(days(win|", "source", "win", ""),
        ("max(sales, |", "formula", "", ""),
        ("growth(sales, |", "nothing", "", ""),
        ("over(sales, |", "nothing", "", ""),
        ("sum((orders.a * orders.b)[st|", "condition", "st", "orders"),
        ("avg(per(|", "source", "", ""),
        ("avg(per(orders.a, |", "formula", "", ""),
        ("avg(per(orders.a[|", "condition", "", "orders"),
        ("count(per(orders.a, count(orders))[|", "group", "", ""),
        ("count(per(orders.a, count(orders))[value |", "joins", "", ""),
        (".|", "nothing", "", ""),
    ],
)
def test_what_can_be_typed_in_a_formula(typed: str, kind: str, letters: str, source: str) -> None:
    found = completion_request_at(typed.replace("|", ""), typed.index("|"))
    assert (found.kind, found.typed, found.source if kind != "nothing" else "") == (kind, letters, source)


@pytest.mark.parametrize(("typed", "kind"), [("|", "condition"), ("a * |", "condition"), ("a |", "joins")])
def test_what_can_be_typed_in_a_row_expression(typed: str, kind: str) -> None:
    found = completion_request_at(typed.replace("|", ""), typed.index("|"), "orders")
    assert (found.kind, found.source, found.filter) == (kind, "orders", False)


def test_a_bracket_that_follows_is_seen() -> None:
    assert completion_request_at("su (orders.amount)", 2).called
    assert completion_request_at("su|m(orders.amount)".replace("|", ""), 2).called
    assert not completion_request_at("su + 1", 2).called
