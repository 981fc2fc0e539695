"""Canonical text: read again it is the same tree; and no text whatever makes the parser do anything but refuse."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kpi.formulas import FormulaError, columns, describe, parse_formula, parse_row, unparse
from kpi.formulas.nodes import (
    Aggregate,
    All,
    Any_,
    Arithmetic,
    Call,
    Choice,
    Column,
    Compare,
    GroupValue,
    Growth,
    IsNone,
    Literal_,
    Name,
    Negative,
    Node,
    Not,
    Over,
    Per,
    Shift,
    Total,
    ValueCall,
    WindowEdge,
    Within,
)

NAMES = st.sampled_from(["a", "b2", "amount", "größe", "राशि", "year", "sum", "_1"])
NUMBERS = st.one_of(
    st.integers(-(2**62), 2**62), st.floats(allow_nan=False, allow_infinity=False).map(lambda x: x or 0.0)
).map(Literal_)
TEXTS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"])).map(Literal_)
WORDS = st.builds(Column, NAMES)


def _joined(kind: type[All] | type[Any_], parts: list[Node]) -> Node:
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else (part,)
    return kind(tuple(flat))


def _negative(node: Node) -> Node:
    return Literal_(-node.value if node.value else 0) if isinstance(node, Literal_) else Negative(node)  # type: ignore[operator]


def numbers(conditions: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Row expressions that may be numbers."""
    return st.recursive(
        st.one_of(NUMBERS, WORDS),
        lambda inner: st.one_of(
            st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner),
            inner.map(_negative),
            st.builds(Choice, conditions, inner, inner),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: Call("coalesce", tuple(parts))),
            TEXTS.map(lambda text: Call("number", (text,))),
            WORDS.map(lambda name: Call("hours", (Arithmetic("-", WindowEdge("window_end"), name),))),
        ),
        max_leaves=6,
    )  # fmt: skip


def larger_conditions(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    values = numbers(inner)
    items = st.one_of(st.lists(NUMBERS, min_size=1, max_size=3), st.lists(TEXTS, min_size=1, max_size=3)).map(tuple)
    return st.one_of(
        st.builds(Compare, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), values, values),
        st.builds(Compare, st.just("=="), WORDS, TEXTS),
        st.builds(Within, WORDS, items, st.booleans()),
        st.builds(IsNone, values, st.booleans()),
        st.builds(lambda text: Call("contains", (Column("a"), text)), TEXTS),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: _joined(All, parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: _joined(Any_, parts)),
        st.builds(Not, inner),
    )


CONDITIONS = st.recursive(st.one_of(WORDS, st.just(Literal_(True))), larger_conditions, max_leaves=5)
FILTERS = st.one_of(st.none(), CONDITIONS)
MOMENTS = st.sampled_from([None, None, "at_end", "at_start", "started", "ended"])
EXPRESSIONS = numbers(st.builds(Compare, st.just("=="), WORDS, TEXTS)).filter(
    lambda node: isinstance(node, (Arithmetic, Negative, Choice, Call)) and any(columns(node))
)
GROUP_CONDITIONS = st.recursive(
    st.builds(Compare, st.sampled_from(["==", "<", ">="]), st.just(GroupValue()), NUMBERS),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: _joined(Any_, parts)),
        st.builds(IsNone, st.just(GroupValue()), st.booleans()),
    ),
    max_leaves=3,
)


def aggregates(
    source: str, moments: st.SearchStrategy[str | None], *, groups: bool = True
) -> st.SearchStrategy[Aggregate]:
    """Aggregates of one source."""
    of = st.just(source)
    plain = [
        st.builds(Aggregate, st.just("count"), of, st.none(), FILTERS, st.none(), moments),
        st.builds(Aggregate, st.sampled_from(["sum", "avg", "last"]), of, NAMES, FILTERS, st.none(), moments),
        st.builds(Aggregate, st.just("percentile"), of, NAMES, st.none(), st.floats(1, 100), moments),
        st.builds(Aggregate, st.just("sum"), of, st.none(), FILTERS, st.none(), moments, EXPRESSIONS),
    ]
    if not groups:
        return st.one_of(plain)
    of_groups = st.builds(
        Per,
        st.one_of(WORDS, EXPRESSIONS),
        aggregates(source, st.none(), groups=False),
        st.one_of(st.none(), GROUP_CONDITIONS),
    )
    function = st.sampled_from(["count", "avg", "max"])
    return st.one_of(
        *plain, st.builds(Aggregate, function, of, st.none(), FILTERS, st.none(), moments, st.none(), of_groups)
    )


AGGREGATES = st.one_of([aggregates(source, MOMENTS) for source in ("a", "größe")])


def larger_formulas(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    timed = inner.filter(lambda node: not isinstance(node, Literal_))
    return st.one_of(
        st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner),
        inner.map(_negative),
        st.builds(Shift, st.just("previous"), timed, st.integers(1, 10_000)),
        st.builds(Shift, st.just("year_ago"), timed),
        st.builds(Growth, timed, st.just("previous"), st.integers(1, 10_000)),
        st.builds(Growth, timed, st.just("year_ago")),
        st.builds(Over, timed, st.sampled_from(["12 months", "year to date", "1 week"])),
        st.builds(Total, timed),
        st.builds(lambda part: ValueCall("abs", (part,)), inner),
        st.builds(lambda *parts: ValueCall("max", parts), inner, inner),
    )


FORMULAS = st.recursive(st.one_of(AGGREGATES, st.builds(Name, NAMES, MOMENTS), NUMBERS), larger_formulas, max_leaves=8)


# Formulas are large, and a busy machine takes its time to make them.
PATIENT = settings(suppress_health_check=[HealthCheck.too_slow])


@PATIENT
@given(FORMULAS)
def test_a_formula_read_again_is_the_same(tree: Node) -> None:
    text = unparse(tree)
    assert parse_formula(text) == tree
    assert unparse(parse_formula(text)) == text
    assert describe(tree)


@given(CONDITIONS)
@example(Compare("==", Column("a"), Literal_('\\"')))
@example(Compare("==", Column("a"), Literal_("\\\\'\\d\\")))
def test_a_condition_read_again_is_the_same(tree: Node) -> None:
    text = unparse(tree)
    assert parse_row(text, "filter") == tree
    assert unparse(parse_row(text, "filter")) == text
    assert describe(tree)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sum( a.b )/count(a)", "(sum(a.b) / count(a))"),
        ("count(a[1<b<2 and (c and d)])", "count(a[1 < b and b < 2 and c and d])"),
        ("count(a[b in ['x', \"y\"]])", 'count(a[b in ("x", "y",)])'),
        ("at_end(sum(a.b) / x)", "at_end(sum(a.b)) / at_end(x)"),
        ("previous(x, 1) + 1_000.0", "previous(x) + 1000"),
        ("- 5", "-5"),
        ("sum((a.b))", "sum(+a.b)"),
        ("sum((( a.b*a.c ))[d])", "sum((a.b * a.c)[d])"),
        ("at_end(max(count(a), over(x, '3  Months')))", 'max(at_end(count(a)), over(at_end(x), "3 months"))'),
        ("growth(x, 1)", "growth(x)"),
        (r'count(a[b == "\\d"])', r'count(a[b == "\d"])'),
    ],
)
def test_formulas_that_mean_the_same_have_one_text(one: str, other: str) -> None:
    assert unparse(parse_formula(one)) == unparse(parse_formula(other))


WORDS_AND_MARKS = """
    sum count previous at_end percentile ( ) [ ] , . .. a orders amount == = != < > and or not in is None
    if else for lambda + - * / ** % & | ! ~ ^ @ : := ; ? # \\ " ' "x" 'y' f"z" 5 0.5 1e9 1e999 007 5k 2026-01-31 “ ” ß
    \u0301 \ud800 \U0001f600 window_end null true AND where distinct {x} $ ` …"""
PIECES = st.sampled_from([*WORDS_AND_MARKS.split(), "\0", "\n", "\u00a0", "\u2028", "\x1c"])


def refuse_or_read(text: str) -> None:
    for read in (parse_formula, parse_row, lambda row: parse_row(row, "filter")):
        try:
            tree = read(text)
        except FormulaError as fault:
            found = fault
        else:
            assert read(unparse(tree)) == tree
            continue
        assert 0 <= found.start <= found.end <= len(text)
        assert found.message


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    refuse_or_read(text)


@given(st.lists(PIECES, max_size=20), st.sampled_from(["", " "]))
def test_any_pieces_of_formulas_are_read_or_refused(pieces: list[str], between: str) -> None:
    refuse_or_read(between.join(pieces))


@PATIENT
@given(FORMULAS, st.integers(0, 200), st.characters())
def test_a_formula_with_one_wrong_character_is_read_or_refused(tree: Node, at: int, mark: str) -> None:
    text = unparse(tree)
    refuse_or_read(text[:at] + mark + text[at:])
    refuse_or_read(text[:at] + text[at + 1 :])
