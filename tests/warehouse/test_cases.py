"""Every engine gives the values that DuckDB gives over files."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine.support import Project
from engine.test_expressions_at_random import Expression, conditions, numbers_of
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from warehouse import at_random
from warehouse.cases import CASES, Case
from warehouse.engines import VARIABLE, computed_values, fill_postgres, in_files, in_warehouse, is_tie
from warehouse.servers import Server

pytestmark = pytest.mark.warehouse


@pytest.fixture(scope="session")
def over_files(tmp_path_factory: pytest.TempPathFactory) -> dict[Case, object]:
    return computed_values(in_files(tmp_path_factory.mktemp("files")), CASES)


@pytest.fixture(scope="session")
def over_postgres(tmp_path_factory: pytest.TempPathFactory, server: Server) -> dict[Case, object]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, server.url())
        return computed_values(in_warehouse(tmp_path_factory.mktemp("postgres")), CASES)


@pytest.fixture(scope="session")
def random_table(server: Server) -> None:
    fill_postgres(server.url(), at_random.TABLES, "dice")


def name(case: Case) -> str:
    parts = (
        case.formula,
        *case.fields.values(),
        *case.calendar.values(),
        case.as_of,
        "to date" if case.to_date else "",
    )
    return " ".join(part for part in parts if part)


@pytest.mark.parametrize("case", CASES, ids=name)
def test_postgres_gives_the_values_of_files(
    case: Case, over_files: dict[Case, object], over_postgres: dict[Case, object]
) -> None:
    assert not isinstance(over_files[case], str) or is_tie(over_files[case]), over_files[case]
    assert over_postgres[case] == over_files[case]


def test_the_cases_say_something(over_files: dict[Case, object]) -> None:
    """Most cases have values in most periods, some have none at all, and some see their data begin."""
    valued = [found for found in over_files.values() if not isinstance(found, str)]
    assert len(valued) > 0.97 * len(over_files)
    points = [point for found in valued for point in found[0].values()]  # type: ignore[index]
    assert sum(value not in (None, 0) for value, _ in points) > 0.6 * len(points)
    assert any(value is None for value, _ in points)
    assert any(partial for _, partial in points)


def test_the_files_are_the_same_rows(tmp_path: Path) -> None:
    """A file that were read with rows left out would make two wrong values equal."""
    from warehouse.cases import TABLES

    project = in_files(tmp_path)
    for table in TABLES:
        project.kpi(f"rows_of_{table}", f"count({table})")
    sources = project.results("2030-12-31").sources
    dated = {name: len(table.rows) for name, table in TABLES.items() if name != "shop"}
    assert {name: sources[name].rows for name in dated} == dated


@settings(
    max_examples=5, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    chosen=st.lists(conditions(), min_size=25, max_size=25),
    numbers=st.lists(numbers_of(conditions()).filter(at_random.has_no_edge), min_size=25, max_size=25),
)
def test_postgres_reads_expressions_made_at_random_as_the_rules_say(
    project: Project, random_table: None, chosen: list[Expression], numbers: list[Expression]
) -> None:
    project.source("t", connection=f"${{{VARIABLE}}}", table="dice.t")
    # Parts that cancel leave what was lost in rounding, which depends on the order of the rows.
    expected = at_random.expected(chosen, numbers)
    assert at_random.asked(project, chosen, numbers) == pytest.approx(expected, rel=1e-9, abs=1e-9)
