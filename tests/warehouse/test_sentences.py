"""What people want to say of rows, targets and periods, over a DuckDB file and PostgreSQL: the tests of files again,
each against pandas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd
import psycopg
import pytest
from engine.support import Project
from engine.test_sentences import (  # noqa: F401 - tests and their data, collected here with other fixtures
    declare_sources,
    frames,
    test_average_daily_users_over_monthly_users,
    test_B5_the_last_balance_of_each_account_by_its_key,
    test_customers_with_two_or_more_purchases_in_three_months,
    test_date_from_three_columns,
    test_groups_of_each_part_of_a_split,
    test_last_balance_of_each_account,
    test_margins_of_two_windows_in_one_formula,
    test_median_tenure_of_the_staff_at_the_end_of_the_month,
    test_sales_are_quantity_times_price,
    test_sales_by_region_as_a_share_of_the_total,
    test_share_of_customers_back_within_90_days_of_their_first_order,
    test_share_of_weekends_and_of_mornings,
    test_T9_periods_to_date,
    test_V13_functions_of_rows,
)
from engine.test_target_sentences import (  # noqa: F401
    made_orders,
    test_S3_a_target_against_an_earlier_value,
    test_S3_segments_are_measured_against_their_own_earlier_values,
    test_S3_T7_a_running_sum_is_measured_against_the_same_part_of_a_year_ago,
    test_S3_without_an_earlier_value_there_is_no_target,
    test_S11_red_if_any_region_misses_its_target,
    test_T9_windows_to_date,
    test_T10_half_year_sales,
    test_T10_sprint_velocity_every_two_weeks,
    test_T10_T7_a_sprint_to_date_is_compared_with_the_same_part_of_the_one_before,
)
from warehouse.servers import Server

pytestmark = pytest.mark.warehouse

VARIABLE = "KPI_TEST_SENTENCES"
ENGINES = ("duckdb", "postgres")
Frames = Mapping[str, pd.DataFrame]


@pytest.fixture(scope="module", params=ENGINES)
def shop(
    request: pytest.FixtureRequest,
    server: Server,
    tmp_path_factory: pytest.TempPathFactory,
    frames: Frames,  # noqa: F811
) -> Iterator[Project]:
    project = Project(tmp_path_factory.mktemp("shop"))
    declare_sources(project)
    with in_warehouse(project, request.param, server, frames):
        yield project


@pytest.fixture(params=ENGINES)
def orders(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Iterator[tuple[Project, pd.DataFrame]]:
    project, frame = made_orders(tmp_path)
    with in_warehouse(project, request.param, server, {"orders": frame}):
        yield project, frame


@contextmanager
def in_warehouse(project: Project, engine: str, server: Server, tables: Frames) -> Iterator[None]:
    """Puts the tables into a warehouse, and makes the sources of a project over their files read them there."""
    with pytest.MonkeyPatch.context() as patch:
        if engine == "duckdb":
            file = project.folder / "w.duckdb"
            fill_duckdb(file, tables)
            patch.setenv(VARIABLE, f"duckdb://{file}")
        else:
            fill_postgres(server, tables)
            patch.setenv(VARIABLE, server.url())
        for source in project.plan["sources"].values():
            table = source.pop("path").removesuffix(".csv")
            source |= {"connection": f"${{{VARIABLE}}}", "table": f"sentences.{table}"}
        yield


def fill_duckdb(file: Path, tables: Frames) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE SCHEMA sentences")
        for name, frame in tables.items():
            connection.register("frame", frame)
            connection.execute(f"CREATE TABLE sentences.{name} AS SELECT * FROM frame")


def fill_postgres(server: Server, tables: Frames) -> None:
    """The tables in a schema that begins anew."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS sentences CASCADE")
        connection.execute("CREATE SCHEMA sentences")
        for name, frame in tables.items():
            columns = ", ".join(f'"{column}" {postgres_type(frame[column])}' for column in frame.columns)
            connection.execute(f"CREATE TABLE sentences.{name} ({columns})")
            with connection.cursor() as cursor, cursor.copy(f"COPY sentences.{name} FROM STDIN") as copy:
                for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False):
                    copy.write_row(row)


def postgres_type(column: pd.Series) -> str:
    if pd.api.types.is_datetime64_any_dtype(column):
        return "timestamp"
    if pd.api.types.is_integer_dtype(column):
        return "integer"
    return "double precision" if pd.api.types.is_float_dtype(column) else "text"
