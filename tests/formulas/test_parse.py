"""Right formulas become the right trees, with the right offsets."""

from __future__ import annotations

import pytest

from kpi.formulas import Place, parse_formula, parse_row, unparse
from kpi.formulas.nodes import (
    Aggregate,
    All,
    Any_,
    Arithmetic,
    Call,
    Choice,
    Column,
    Compare,
    Empty,
    IsNone,
    Literal_,
    Name,
    Negative,
    Node,
    Not,
    Shift,
    WindowEdge,
    Within,
)

BETWEEN = (Compare("<", Literal_(1), Column("c")), Compare("<", Column("c"), Literal_(2)))
PAID = Compare("==", Column("status"), Literal_("paid"))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("revenue", Name("revenue")),
        ("count(orders)", Aggregate("count", "orders")),
        ("count(orders[paid])", Aggregate("count", "orders", None, Column("paid"))),
        ('sum(orders.amount[status == "paid"])', Aggregate("sum", "orders", "amount", PAID)),
        ("percentile(orders.amount, 95)", Aggregate("percentile", "orders", "amount", None, 95.0)),
        ('percentile(orders.amount[status == "paid"], 99.9)', Aggregate("percentile", "orders", "amount", PAID, 99.9)),
        ("stddev(a.b)", Aggregate("stddev", "a", "b")),
        ("a + b * c", Arithmetic("+", Name("a"), Arithmetic("*", Name("b"), Name("c")))),
        ("(a + b) / 2", Arithmetic("/", Arithmetic("+", Name("a"), Name("b")), Literal_(2))),
        ("-revenue", Negative(Name("revenue"))),
        ("+revenue", Name("revenue")),
        ("-5", Literal_(-5)),
        ("1_000 + .5", Arithmetic("+", Literal_(1000), Literal_(0.5))),
        ("1.5e3", Literal_(1500.0)),
        (" \t revenue \n", Name("revenue")),
        ("sum(größe.länge)", Aggregate("sum", "größe", "länge")),
        ("sum(समूह.राशि)", Aggregate("sum", "समूह", "राशि")),
    ],
)
def test_formulas(text: str, tree: Node) -> None:
    assert parse_formula(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("amount", Column("amount")),
        ("filename", Column("filename")),
        ("1 < a <= 2", All((Compare("<", Literal_(1), Column("a")), Compare("<=", Column("a"), Literal_(2))))),
        ("a and b and c", All((Column("a"), Column("b"), Column("c")))),
        ("a and (b and c)", All((Column("a"), Column("b"), Column("c")))),
        ("a and 1 < c < 2", All((Column("a"), *BETWEEN))),
        ("a or b and c", Any_((Column("a"), All((Column("b"), Column("c")))))),
        ("not a == b", Not(Compare("==", Column("a"), Column("b")))),
        ('a in ("x", "y")', Within(Column("a"), (Literal_("x"), Literal_("y")), False)),
        ("a not in [1, -2]", Within(Column("a"), (Literal_(1), Literal_(-2)), True)),
        ('a in ("x")', Within(Column("a"), (Literal_("x"),), False)),
        ("a in (True, False)", Within(Column("a"), (Literal_(True), Literal_(False)), False)),
        ("a is None", IsNone(Column("a"), False)),
        ("a is not None", IsNone(Column("a"), True)),
        ("paid == True", Compare("==", Column("paid"), Literal_(True))),
        ("a - b", Arithmetic("-", Column("a"), Column("b"))),
        ("-a", Negative(Column("a"))),
        ("hours(b - a)", Call("hours", (Arithmetic("-", Column("b"), Column("a")),))),
        ('contains(lower(name), "x")', Call("contains", (Call("lower", (Column("name"),)), Literal_("x")))),
        ("coalesce(a, b, 0)", Call("coalesce", (Column("a"), Column("b"), Literal_(0)))),
        ("a if b else c", Choice(Column("b"), Column("a"), Column("c"))),
        ("a if b else None", Choice(Column("b"), Column("a"), Empty())),
        ("None if b else a", Choice(Column("b"), Empty(), Column("a"))),
        ("first_date(customer)", Call("first_date", (Column("customer"),))),
        ("year(month)", Call("year", (Column("month"),))),
        ('day + 30 > "2026-01-31"', Compare(">", Arithmetic("+", Column("day"), Literal_(30)), Literal_("2026-01-31"))),
    ],
)  # fmt: skip
def test_rows(text: str, tree: Node) -> None:
    assert parse_row(text) == tree


@pytest.mark.parametrize(
    ("quoted", "value"),
    [
        ('"paid"', "paid"),
        ("'paid'", "paid"),
        (r'"\d+\b"', r"\d+\b"),
        (r'r"\d+"', r"\d+"),
        (r'"say \"so\""', 'say "so"'),
        (r"'it\'s'", "it's"),
        (r'"a\\b"', r"a\b"),
        ('"# no & comment = || “here”"', "# no & comment = || “here”"),
        ('"größer  als"', "größer  als"),
        ('"over\ntwo lines"', "over two lines"),
        ('""', ""),
    ],
)
def test_text_says_what_stands_in_it(quoted: str, value: str) -> None:
    assert parse_row(f"a == {quoted}") == Compare("==", Column("a"), Literal_(value))


def test_backslashes_warn_nobody(recwarn: pytest.WarningsRecorder) -> None:
    parse_row(r'extract(name, "\d+ (\w+) [[:alpha:]]")')
    assert not recwarn.list


@pytest.mark.parametrize(
    "pattern",
    ["(a)", "x(?:y|z)(a)", "(?i)a(b)", "[(](a)", r"\((a)\)", "(?P<name>a)", "[]()](a)", r"(\pL+)", "[[:alpha:](](a)",
     "[^[:digit:])](a)", "(a{2,3})", r"(\w{1000})", r"[\])(](a)", r"\Q((\E(a)"],
)  # fmt: skip
def test_patterns_with_one_group_are_taken(pattern: str) -> None:
    assert parse_row(f'extract(name, "{pattern}")') == Call("extract", (Column("name"), Literal_(pattern)))


def test_offsets_are_characters_of_the_text_as_written() -> None:
    text = '\n  sum(größe.länge[\n    weiß == "ü ö"\t]) / count(größe)'
    tree = parse_formula(text)
    assert isinstance(tree, Arithmetic)
    left, right = tree.left, tree.right
    assert isinstance(left, Aggregate)
    assert isinstance(left.filter, Compare)
    found = {
        "whole": tree.at,
        "source": left.source_at,
        "column": left.column_at,
        "filter": left.filter.at,
        "name": left.filter.left.at,
        "text": left.filter.right.at,
        "right": right.at,
    }
    assert {what: text[start:end] for what, (start, end) in found.items()} == {
        "whole": text.strip(),
        "source": "größe",
        "column": "länge",
        "filter": 'weiß == "ü ö"',
        "name": "weiß",
        "text": '"ü ö"',
        "right": "count(größe)",
    }


def test_offsets_of_names_that_python_writes_differently() -> None:
    text = "sum(ﬁne.cafe\u0301) + ümsatz"  # a ligature and a combining accent, which Python normalises
    tree = parse_formula(text)
    assert isinstance(tree, Arithmetic)
    assert isinstance(tree.left, Aggregate)
    assert (tree.left.source, tree.left.column) == ("fine", "café")
    assert text[slice(*tree.left.column_at)] == "cafe\u0301"
    assert text[slice(*tree.right.at)] == "ümsatz"


def test_every_kind_of_moment_goes_down_to_aggregates_and_names() -> None:
    tree = parse_formula("at_end(sum(a.b) / (revenue - 1)) - started(-count(c)) + ended(x) * at_start(y)")
    expected = Arithmetic(
        "+",
        Arithmetic(
            "-",
            Arithmetic(
                "/",
                Aggregate("sum", "a", "b", moment="at_end"),
                Arithmetic("-", Name("revenue", "at_end"), Literal_(1)),
            ),
            Negative(Aggregate("count", "c", moment="started")),
        ),
        Arithmetic("*", Name("x", "ended"), Name("y", "at_start")),
    )
    assert tree == expected


def test_T6_previous_counts_periods_and_year_ago_does_not() -> None:
    assert parse_formula("previous(x)") == Shift("previous", Name("x"), 1)
    assert parse_formula("previous(x, 12)") == Shift("previous", Name("x"), 12)
    assert parse_formula("year_ago(at_end(count(a)))") == Shift("year_ago", Aggregate("count", "a", moment="at_end"))


def test_T8_window_edges_stand_in_filters() -> None:
    tree = parse_formula("count(tickets[window_start <= opened and opened <= window_end - 7])")
    edge = Arithmetic("-", WindowEdge("window_end"), Literal_(7))
    first = Compare("<=", WindowEdge("window_start"), Column("opened"))
    assert tree == Aggregate("count", "tickets", None, All((first, Compare("<=", Column("opened"), edge))))
    assert parse_row("opened < window_end", "filter") == Compare("<", Column("opened"), WindowEdge("window_end"))


@pytest.mark.parametrize(
    "text",
    ["ordered_at > first_order and ordered_at <= first_order + 90", "paid", "a if b else c", "coalesce(paid, False)"],
)
@pytest.mark.parametrize("place", ["where", "filter"])
def test_V8_what_may_be_true_may_filter(text: str, place: Place) -> None:
    assert parse_row(text, place) == parse_row(text)


@pytest.mark.parametrize(
    "text",
    [
        'date > "2026-01-31"',
        "closed - opened > longest",
        "days(closed - opened) > 2",
        "opened + (closed - opened) / 2 < window_end",
        '"2026-01-31" + 30 > day',
        'coalesce(day, "2026-01-31") < window_start',
        "(a > 1) == paid",
        "(closed - opened) * 2 > spent",
        'number(extract(name, "(.)")) + 1 > 5',
    ],
)
def test_what_is_not_certainly_wrong_is_let_pass(text: str) -> None:
    assert unparse(parse_row(text, "filter")) == text


def test_one_and_true_are_not_the_same() -> None:
    assert parse_row("a == 1") != parse_row("a == True")
    assert parse_row("a == 1") == parse_row("a == 1.0")
    assert hash(parse_row("a == 1")) == hash(parse_row("a == 1.0"))


def test_a_formula_may_be_wide() -> None:
    tree = parse_formula(f"count(a[{' and '.join(['x == 1'] * 900)}])")
    assert isinstance(tree, Aggregate)
    assert isinstance(tree.filter, All)
    assert len(tree.filter.parts) == 900
