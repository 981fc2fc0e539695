"""The descriptions of fields and functions in editors are complete and right."""

from __future__ import annotations

import pytest

from kpi.formulas import parse_formula, parse_row
from kpi.formulas.functions import (
    CONSTANT_WORDS,
    EDGE_WORDS,
    EVERY_FUNCTION,
    GROUP_VALUE,
    OPERATOR_WORDS,
    WORDS,
    Function,
    RowFunction,
)
from kpi.lint.registry import file_model
from kpi.lsp.fields import Path, field_at, fields_at
from kpi.plan.model import (
    CalendarSettings,
    Goal,
    Kpi,
    PlanFile,
    ReadOptions,
    Record,
    Review,
    Source,
    Split,
    Thresholds,
    WordOptions,
)


def test_every_word_is_explained() -> None:
    assert set(WORDS) == OPERATOR_WORDS | CONSTANT_WORDS | {*EDGE_WORDS, GROUP_VALUE}


@pytest.mark.parametrize("function", EVERY_FUNCTION, ids=lambda function: f"{type(function).__name__} {function.name}")
def test_every_example_can_be_read(function: Function) -> None:
    assert f"{function.name}(" in function.example
    assert function.description.endswith(".")
    if isinstance(function, RowFunction):
        parse_row(function.example)
    else:
        parse_formula(function.example)


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ((), PlanFile),
        (("calendar",), CalendarSettings),
        (("lint",), type(file_model().model_construct().lint)),
        (("lint", "hedges"), WordOptions),
        (("sources", "x"), Source),
        (("sources", "x", "read"), ReadOptions),
        (("goals", "x"), Goal),
        (("goals", "x", "review"), Review),
        (("kpis", "x"), Kpi),
        (("kpis", "x", "thresholds"), Thresholds),
        (("kpis", "x", "split"), Split),
    ],
)
def test_every_field_that_can_be_read_is_known_and_no_other(path: Path, model: type[Record]) -> None:
    assert set(fields_at(path)) == set(model.fields())
    assert all(field.description for field in fields_at(path).values())


@pytest.mark.parametrize(
    "path",
    [("measures",), ("kpis",), ("kpis", "x", "values"), ("sources", "x", "columns"), ("lint", "severity"), ("x",)],
)
def test_mappings_of_ids_columns_and_periods_have_no_fields(path: Path) -> None:
    assert fields_at(path) == {}


def test_choices_and_defaults_of_fields() -> None:
    every = field_at(("kpis", "x", "every"))
    assert every is not None
    assert (every.choices, every.default) == (("day", "week", "month", "quarter", "half", "year"), "month")
    assert fields_at(("goals", "x"))["name"].required
    assert "from" in fields_at(("sources", "x"))
    assert fields_at(("sources", "x", "read"))["header"].choices == ("true", "false")
    nested = {name for name, field in fields_at(("kpis", "x")).items() if field.nested}
    assert nested == {"thresholds", "notes", "values"}


def test_included_files_have_sections_only() -> None:
    assert set(fields_at((), included=True)) == {"version", "sources", "measures", "goals", "kpis"}
    assert fields_at(("calendar",), included=True) == {}
    assert fields_at(("kpis", "x"), included=True) == fields_at(("kpis", "x"))
