"""Every function of the registry is complete: both compilers, its description, its page and a case of its value."""

from __future__ import annotations

from typing import get_args

import pytest
from engine.function_cases import CASES, FILES_ONLY
from helpers.transcripts import REPOSITORY
from warehouse.cases import PLAIN

from kpi.engine import aggregate_sql, row_sql
from kpi.formulas import describe, parse_formula, parse_row, unparse
from kpi.formulas.functions import (
    AGGREGATES,
    EVERY_FUNCTION,
    FUNCTIONS,
    POINTS_IN_TIME,
    ROW_FUNCTIONS,
    VALUE_FUNCTIONS,
    Function,
    RowFunction,
)
from kpi.formulas.nodes import Column, Within
from kpi.formulas.suggestions import elsewhere
from kpi.formulas.type_checker import UNTYPED, Operation

OPERATIONS = set(get_args(Operation))


def test_each_compiler_has_a_line_for_every_operation_and_row_function_and_no_other() -> None:
    from kpi.warehouse import row_ibis

    assert set(row_sql.EMITTERS) == OPERATIONS | set(ROW_FUNCTIONS)
    assert set(row_ibis.EMITTERS) == OPERATIONS | set(ROW_FUNCTIONS)


def test_each_compiler_has_a_line_for_every_aggregate_and_point_in_time_and_no_other() -> None:
    from kpi.engine import aggregation
    from kpi.run import evaluator
    from kpi.warehouse import aggregation as remote

    assert set(aggregate_sql.WHOLE) == set(AGGREGATES)
    assert set(aggregate_sql.DAILY) == {name for name, function in AGGREGATES.items() if function.mergeable}
    assert set(remote.WHOLE) | set(remote.IN_STEPS) == set(AGGREGATES)
    assert not set(remote.WHOLE) & set(remote.IN_STEPS)
    assert set(remote.TWO_STEPS) <= set(aggregate_sql.DAILY)
    assert set(evaluator.VALUE_FUNCTIONS) == set(VALUE_FUNCTIONS)
    assert set(aggregation.MOMENTS) == set(remote.MOMENTS) == {None, *POINTS_IN_TIME}


def test_values_that_add_up_can_be_put_together_from_days() -> None:
    assert all(function.mergeable and function.zero for function in AGGREGATES.values() if function.additive)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_cases_with_values_worked_out_by_hand(name: str) -> None:
    uses = [formula for formula, _ in CASES[name]]
    computed = ("abs", "round", "first_date", "total")  # also by columns of the source that are named in the formula
    assert all(f"{name}(" in formula for formula in uses) or name in computed


@pytest.mark.parametrize("name", FUNCTIONS)
def test_warehouses_have_the_same_cases(name: str) -> None:
    assert all(formula in PLAIN for formula, _ in CASES[name] if formula not in FILES_ONLY)


@pytest.mark.parametrize("function", EVERY_FUNCTION, ids=lambda function: f"{type(function).__name__} {function.name}")
def test_the_example_of_a_function_can_be_read_written_and_described(function: Function) -> None:
    parse = parse_row if isinstance(function, RowFunction) else parse_formula
    tree = parse(function.example)
    assert unparse(tree) == function.example
    words = describe(tree)
    assert words
    assert not {"{", "}"} & set(words)


@pytest.mark.parametrize("function", EVERY_FUNCTION, ids=lambda function: f"{type(function).__name__} {function.name}")
def test_a_function_is_on_its_page(function: Function) -> None:
    page = (REPOSITORY / "docs" / "formulas.md").read_text(encoding="utf-8")
    assert f"| `{function.example}` | {function.description} |" in page


def test_names_elsewhere_are_nobodys_own_and_lead_to_one_function() -> None:
    names = [name for function in FUNCTIONS.values() for name in function.elsewhere.split()]
    assert len(names) == len(set(names))
    assert not set(names) & set(FUNCTIONS)
    assert all(name == name.lower() for name in names)
    for function in FUNCTIONS.values():
        for name in function.elsewhere.split():
            assert elsewhere(name.upper()) == f"write {function.example}"


@pytest.mark.parametrize("negated", [False, True])
def test_a_list_without_values_is_a_constant(negated: bool) -> None:
    """Splits make such conditions, though nobody can write them."""
    typed = UNTYPED.condition(Within(Column("channel"), (), negated))
    assert (typed.op, typed.type, typed.value) == ("constant", "boolean", negated)
