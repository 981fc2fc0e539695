"""The same rows put where each engine finds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from engine.support import Project
from warehouse.cases import TABLES, Case, Rows

VARIABLE = "KPI_TEST_WAREHOUSE"


def in_files(folder: Path) -> Project:
    """A project over CSV files."""
    project = Project(folder)
    for name, table in TABLES.items():
        project.rows(f"{name}.csv", ",".join(table.columns), [map(written, row) for row in table.rows])
        project.source(name, **table.source)
    return project


def written(cell: Any) -> Any:
    """A value as a file has it."""
    return str(cell).lower() if isinstance(cell, bool) else cell


def in_warehouse(folder: Path, schema: str = "shop") -> Project:
    """A project over tables in the warehouse of ``VARIABLE``."""
    project = Project(folder)
    for name, table in TABLES.items():
        fields = {key: value for key, value in table.source.items() if key != "types"}
        if types := {name: type_ for name, type_ in table.source.get("types", {}).items() if type_ == "text"}:
            fields["types"] = types  # text that keeps the blanks around it
        project.source(name, connection=f"${{{VARIABLE}}}", table=f"{schema}.{name}", **fields)
    return project


def fill_postgres(url: str, tables: Mapping[str, Rows] = TABLES, schema: str = "shop") -> None:
    """The tables in a schema of a PostgreSQL database."""
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE SCHEMA {schema}")
        for name, table in tables.items():
            columns = ", ".join(f'"{column}" {type_}' for column, type_ in table.columns.items())
            connection.execute(f"CREATE TABLE {schema}.{name} ({columns})")
            with connection.cursor() as cursor, cursor.copy(f"COPY {schema}.{name} FROM STDIN") as copy:
                for row in table.rows:
                    copy.write_row(row)


def fill_duckdb(file: Path, tables: Mapping[str, Rows] = TABLES, schema: str = "shop") -> None:
    """The tables in a schema of a DuckDB file."""
    import duckdb

    with duckdb.connect(str(file)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE SCHEMA {schema}")
        for name, table in tables.items():
            columns = ", ".join(f'"{column}" {type_}' for column, type_ in table.columns.items())
            connection.execute(f"CREATE TABLE {schema}.{name} ({columns})")
            if table.rows:
                marks = ", ".join("?" for _ in table.columns)
                connection.executemany(f"INSERT INTO {schema}.{name} VALUES ({marks})", table.rows)


def computed_values(project: Project, cases: Iterable[Case]) -> dict[Case, object]:
    """The values of each case by period, the one shown last, or why there are none; cases alike in calendar and day
    share a run."""
    groups: dict[tuple[object, ...], list[Case]] = {}
    for case in cases:
        groups.setdefault((tuple(case.calendar.items()), case.as_of, case.to_date), []).append(case)
    found: dict[Case, object] = {}
    for (_, as_of, to_date), alike in groups.items():
        project.plan["calendar"] = dict(alike[0].calendar)
        project.plan["kpis"] = {}
        for number, case in enumerate(alike):
            unit = {"unit": "hours"} if "took" in case.formula else {}
            project.kpi(f"k{number}", case.formula, **unit | case.fields)
        results = project.results(str(as_of), to_date=to_date)
        for number, case in enumerate(alike):
            series = results.series[f"k{number}"]
            points = (*series.history, series.shown)
            values = {point.period.label: (point.value, point.partial) for point in points}
            found[case] = without_place(series.problem) or (values, series.fresh, series.newest)
    return found


def without_place(problem: str | None) -> str | None:
    """A problem without the place in the plan that it begins with."""
    return None if problem is None else re.sub(r"^\S*kpi\.yaml:\d+:\d+: ", "", problem)


def is_tie(found: object) -> bool:
    """Whether a case has no value since rows tie with different ones, of which none is the first or last (V5)."""
    return isinstance(found, str) and "have different values" in found


SPARK_TYPES = {
    "text": "string", "varchar(20)": "string", "double precision": "double", "integer": "int",
    "numeric": "decimal(18,2)", "numeric(12,2)": "decimal(12,2)", "timestamp": "timestamp_ntz",
    "timestamptz": "timestamp",
}  # fmt: skip


def fill_spark(session: Any, folder: Path, tables: Mapping[str, Rows] = TABLES, schema: str = "shop") -> None:
    """The tables in a schema of a Spark session's catalogue, from JSON lines that all its executors can read."""
    import json

    session.sql(f"CREATE DATABASE {schema}")
    for name, table in tables.items():
        columns = {column: SPARK_TYPES.get(type_, type_) for column, type_ in table.columns.items()}
        file = folder / f"{name}.jsonl"
        lines = [json.dumps(dict(zip(columns, row, strict=True)), default=str) for row in table.rows]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        listed = ", ".join(f"`{column}` {type_}" for column, type_ in columns.items())
        session.read.schema(listed).json(str(file)).write.saveAsTable(f"{schema}.{name}")
