"""Row expressions made at random, against Python's own reading of the rules for empty values (V1, V2)."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from math import fsum
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from engine.support import Project
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.slow

Row = dict[str, Any]
FIRST = date(2026, 6, 1)
QUICK = settings(max_examples=25, deadline=None)


class Expression(NamedTuple):
    """The text of an expression, and what it means for a row."""

    text: str
    of: Callable[[Row], Any]


ROWS = st.lists(
    st.fixed_dictionaries({
        "day": st.integers(0, 29).map(lambda n: FIRST + timedelta(days=n)),
        "a": st.none() | st.integers(-4, 4),
        "b": st.none() | st.sampled_from([0, 0.5, 1, 2, -3]),
        "s": st.none() | st.sampled_from(["x", "Y", "x y", "it's", "10%"]),
        "d": st.none() | st.integers(-40, 40).map(lambda n: FIRST + timedelta(days=n)),
        "f": st.none() | st.booleans(),
    }),
    min_size=1,
    max_size=15,
)  # fmt: skip


def column(name: str) -> Expression:
    return Expression(name, lambda row: row[name])


def constant(text: str, value: Any) -> Expression:
    return Expression(text, lambda _: value)


def arithmetic(left: Expression, op: str, right: Expression) -> Expression:
    """V2: with an empty value, and by zero, it is empty."""

    def of(row: Row) -> float | None:
        one, other = left.of(row), right.of(row)
        if one is None or other is None or (op == "/" and other == 0):
            return None
        return {"+": one + other, "-": one - other, "*": one * other, "/": one / other if other else None}[op]

    return Expression(f"({left.text} {op} {right.text})", of)


def compare(left: Expression, op: str, right: Expression) -> Expression:
    """V1: with an empty value it is false, but != is true."""

    def of(row: Row) -> bool:
        one, other = left.of(row), right.of(row)
        if one is None or other is None:
            return op == "!="
        return {"==": one == other, "!=": one != other, "<": one < other, "<=": one <= other, ">": one > other,
                ">=": one >= other}[op]  # fmt: skip

    return Expression(f"({left.text} {op} {right.text})", of)


def within(left: Expression, items: list[Expression], negated: bool) -> Expression:
    listed = ", ".join(item.text for item in items) + ("," if len(items) == 1 else "")

    def of(row: Row) -> bool:
        found = left.of(row) is not None and any(left.of(row) == item.of(row) for item in items)
        return found != negated

    return Expression(f"({left.text} {'not in' if negated else 'in'} ({listed}))", of)


def is_none(operand: Expression, negated: bool) -> Expression:
    word = "is not" if negated else "is"
    return Expression(f"({operand.text} {word} None)", lambda row: (operand.of(row) is None) != negated)


def choose(then: Expression, condition: Expression, otherwise: Expression) -> Expression:
    text = f"({then.text} if {condition.text} else {otherwise.text})"
    return Expression(text, lambda row: then.of(row) if condition.of(row) else otherwise.of(row))


def default(first: Expression, second: Expression) -> Expression:
    text = f"coalesce({first.text}, {second.text})"
    return Expression(text, lambda row: second.of(row) if first.of(row) is None else first.of(row))


TEXTS = st.sampled_from([column("s"), constant('"x"', "x"), constant('"it\'s"', "it's"), constant('"10%"', "10%")])
DATES = st.sampled_from([
    column("d"), column("day"), constant('"2026-06-10"', date(2026, 6, 10)),
    Expression("(d + 3)", lambda row: row["d"] and row["d"] + timedelta(days=3)),
    Expression("(day - 2)", lambda row: row["day"] - timedelta(days=2)),
    Expression("window_start", lambda _: date(2026, 6, 1)),
    Expression("(window_end - 7)", lambda _: date(2026, 6, 24)),
])  # fmt: skip
ORDER = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
SAME = st.sampled_from(["==", "!="])


def negative(operand: Expression) -> Expression:
    return Expression(f"(-{operand.text})", lambda row: None if operand.of(row) is None else -operand.of(row))


def numbers_of(conditions: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    plain = st.sampled_from([
        column("a"), column("b"), constant("2", 2), constant("0.5", 0.5), constant("0", 0), constant("-1", -1),
        Expression("days(day - d)", lambda row: None if row["d"] is None else (row["day"] - row["d"]).days),
        Expression("month(d)", lambda row: row["d"] and row["d"].month),
    ])  # fmt: skip
    return st.recursive(
        plain,
        lambda inner: (
            st.builds(arithmetic, inner, st.sampled_from("+-*/"), inner)
            | st.builds(negative, inner)
            | st.builds(choose, inner, conditions, inner)
            | st.builds(default, inner, inner)
        ),
        max_leaves=5,
    )


def conditions() -> st.SearchStrategy[Expression]:
    numbers = numbers_of(st.just(Expression("(a > 0)", lambda row: row["a"] is not None and row["a"] > 0)))
    simple = (
        st.builds(compare, numbers, ORDER, numbers).filter(names_a_column)
        | st.builds(compare, st.just(column("s")), SAME, TEXTS)
        | st.builds(compare, st.just(column("d")), ORDER, DATES)
        | st.builds(
            within, st.just(column("s")), st.lists(TEXTS.filter(is_constant), min_size=1, max_size=3), st.booleans()
        )
        | st.builds(
            within,
            st.just(column("a")),
            st.lists(st.sampled_from([constant(str(n), n) for n in (-1, 0, 2)]), min_size=1, max_size=3),
            st.booleans(),
        )
        | st.builds(is_none, numbers | TEXTS.map(lambda _: column("s")), st.booleans()).filter(names_a_column)
        | st.just(Expression("f", lambda row: bool(row["f"])))
        | st.just(Expression('contains(s, "x")', lambda row: row["s"] is not None and "x" in row["s"]))
    )
    return st.recursive(
        simple,
        lambda inner: (
            st.builds(lambda x: Expression(f"(not {x.text})", lambda row: not x.of(row)), inner)
            | st.builds(
                lambda x, y: Expression(f"({x.text} and {y.text})", lambda r: x.of(r) and y.of(r)), inner, inner
            )
            | st.builds(lambda x, y: Expression(f"({x.text} or {y.text})", lambda r: x.of(r) or y.of(r)), inner, inner)
        ),
        max_leaves=4,
    )


def names_a_column(test: Expression) -> bool:
    """Whether a test of numbers is about rows; one that is not is a mistake (E052)."""
    return re.search(r"\b[abs]\b", test.text) is not None


def is_constant(expression: Expression) -> bool:
    return expression.text.startswith('"')


def a_project(folder: str, rows: list[Row]) -> Project:
    project = Project(Path(folder))
    names = ("day", "a", "b", "s", "d", "f")
    written = [[str(row[n]).lower() if isinstance(row[n], bool) else row[n] for n in names] for row in rows]
    project.rows("t.csv", ",".join(names), written)
    types = {"a": "number", "b": "number", "s": "text", "d": "date", "f": "boolean"}  # columns may be empty
    project.source("t", types=types)
    return project


@QUICK
@given(rows=ROWS, asked=st.lists(conditions(), min_size=8, max_size=8))
def test_V1_conditions_mean_what_the_rules_say(rows: list[Row], asked: list[Expression]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = a_project(folder, rows)
        found = project.values([f"count(t[{condition.text}])" for condition in asked])
    expected = [sum(1 for row in rows if condition.of(row)) for condition in asked]
    assert dict(zip([c.text for c in asked], found, strict=True)) == dict(
        zip([c.text for c in asked], expected, strict=True)
    )


@QUICK
@given(rows=ROWS, asked=st.lists(numbers_of(conditions()), min_size=6, max_size=6))
def test_V2_numbers_mean_what_the_rules_say(rows: list[Row], asked: list[Expression]) -> None:
    asked = [number for number in asked if "window" not in number.text]
    with tempfile.TemporaryDirectory() as folder:
        project = a_project(folder, rows)
        project.plan["sources"]["t"]["computed"] = {f"k{place}": number.text for place, number in enumerate(asked)}
        formulas = [
            formula.format(place) for place in range(len(asked)) for formula in ("sum(t.k{})", "count(t[k{} is None])")
        ]
        found = project.values(formulas)
    expected: list[float] = []
    for number in asked:
        values = [number.of(row) for row in rows]
        known = [value for value in values if value is not None]
        expected += [float(f"{fsum(known):.12g}") + 0.0, len(values) - len(known)]
    assert found == expected, [number.text for number in asked]
