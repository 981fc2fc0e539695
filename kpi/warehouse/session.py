"""A connection to one warehouse: opened once for a run, read only, in the calendar's zone, with a limit on waiting."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any, Protocol

from kpi.errors import did_you_mean
from kpi.values import Span
from kpi.warehouse.dialects.base import Dialect, Expr
from kpi.warehouse.errors import WarehouseError

Row = tuple[Any, ...]
Windows = Sequence[tuple[int, Span, Span]]
CONNECT_SECONDS = 10
QUERY_SECONDS = 60
# What else Ibis connects to by an address.
OTHERS = (
    "duckdb", "sqlite", "mysql", "snowflake", "bigquery", "trino", "clickhouse", "mssql", "oracle", "databricks",
    "athena", "redshift", "risingwave", "impala", "exasol", "singlestoredb",
)  # fmt: skip
TIMEOUT = "KPI_QUERY_TIMEOUT"


class Session(Protocol):
    """What sources need of a warehouse. Every method raises WarehouseError."""

    dialect: Dialect

    def table(self, name: str) -> Expr:
        """The table called ``name``, ``schema.name`` or ``catalog.schema.name``."""

    def windows(self, listed: Windows) -> Expr:
        """The windows as a relation: their numbers ``i``, the days of their rows from ``rs`` to ``re``, and their own
        from ``s`` to ``e``, the ends exclusive."""

    def sql(self, expression: Expr) -> str:
        """The statement that a table expression becomes."""

    def rows(self, sql: str) -> list[Row]:
        """The rows of a statement."""

    def close(self) -> None:
        """End the connection. Raises nothing."""


def address(connection: str) -> tuple[str, str]:
    """The name of the environment variable in ``${NAME}`` and its value, read now and kept nowhere. Raises
    WarehouseError, which names the variable only."""
    name = connection.strip().removeprefix("${").removesuffix("}")
    value = os.environ.get(name, "").strip()
    if not value:
        state = "is empty" if name in os.environ else "is not set"
        raise WarehouseError(
            f"the environment variable {name} {state}",
            hint=f"set {name} to the address of the warehouse, e.g. postgresql://user@host/database",
            lost=True,
        )
    return name, value


def query_seconds() -> int:
    """How long a statement may take: ``KPI_QUERY_TIMEOUT`` in seconds, else 60. Raises WarehouseError."""
    text = os.environ.get(TIMEOUT, "").strip()
    if not text:
        return QUERY_SECONDS
    if not re.fullmatch(r"[1-9]\d{0,5}", text):
        raise WarehouseError(f"{TIMEOUT} is not a number of seconds", hint=f"write e.g. {TIMEOUT}=300", lost=True)
    return int(text)


def too_slow(seconds: int) -> WarehouseError:
    """A statement that was stopped."""
    return WarehouseError(
        f"a query took longer than {seconds} s and was stopped",
        hint=f"shorten the window, or allow more: {TIMEOUT}={5 * seconds}",
        slow=True,
    )


def no_table(name: str, known: list[str]) -> WarehouseError:
    """A table that is not there, or may not be seen."""
    return WarehouseError(f'the warehouse has no table "{name}", or it may not be read', hint=did_you_mean(name, known))
