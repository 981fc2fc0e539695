"""The other warehouses that Ibis knows, by their addresses as Ibis takes them. DuckDB's files are proven as PostgreSQL
and Spark are; any other one is first asked what is known, and is not used when it answers otherwise (see ``probe``)."""

from __future__ import annotations

import contextlib
import threading
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kpi.warehouse.conformance import differences
from kpi.warehouse.dialects.base import Dialect, Expr, day
from kpi.warehouse.dialects.duckdb import DuckDB
from kpi.warehouse.errors import WarehouseError, scrubbed, secrets_of
from kpi.warehouse.session import Row, Windows, no_table, too_slow

PROVEN = "PostgreSQL, Spark and DuckDB are known to compute as files do"


class IbisSession:
    """A session on a warehouse by Ibis alone; see ``Session``. ``variable`` is the name of what held the address."""

    dialect: Dialect

    def __init__(self, variable: str, url: str, timezone: str, seconds: int) -> None:
        self._secrets = secrets_of(url)
        self._seconds = seconds
        scheme = url.partition("://")[0].casefold()
        self.dialect = Dialect()
        try:
            with unwarned():
                self._backend: Any = self._duckdb(url, timezone) if scheme == "duckdb" else self._connect(url, scheme)
        except (ImportError, WarehouseError):
            raise
        except Exception as error:  # the drivers' errors have no family
            message = f"the warehouse that {variable} names cannot be reached ({type(error).__name__})"
            raise WarehouseError(message, lost=True) from None
        if scheme != "duckdb":
            self._refuse_others(variable)

    def _duckdb(self, url: str, timezone: str) -> Any:
        import ibis

        path = url.partition("://")[2].partition("?")[0]
        if not Path(path).is_file():
            raise WarehouseError("there is no DuckDB file where the address says", lost=True)
        self.dialect = DuckDB()
        backend = ibis.duckdb.connect(path, read_only=True)
        backend.con.execute(f"SET TimeZone = '{timezone}'")
        return backend

    def _connect(self, url: str, scheme: str) -> Any:
        import ibis

        if scheme == "sqlite" and not Path(url.partition("://")[2].partition("?")[0]).is_file():
            raise WarehouseError("there is no SQLite file where the address says", lost=True)
        return ibis.connect(url)

    def _refuse_others(self, variable: str) -> None:
        """Raises WarehouseError for a warehouse that answers otherwise than the rules say."""
        found = differences(self)
        if found:
            self.close()
            asked, answer, expected = found[0]
            message = f"{variable} names a warehouse that computes otherwise than files: {asked} is {answer!r} there"
            raise WarehouseError(f"{message}, not {expected!r}", hint=PROVEN, lost=True)

    def table(self, name: str) -> Expr:
        *schema, bare = name.split(".")
        where: Any = None if not schema else schema[0] if len(schema) == 1 else tuple(schema)
        try:
            with unwarned():
                return self._backend.table(bare, database=where)
        except Exception as error:
            known = self._tables(where)
            if name not in known:
                raise no_table(name, known) from None
            raise self._described(error) from None

    def _tables(self, where: Any) -> list[str]:
        """The tables that may be meant, with the schemas before them that were named; none where that is not known."""
        with contextlib.suppress(Exception), unwarned():
            if isinstance(self.dialect, DuckDB):
                found = self._backend.con.execute("SELECT table_schema, table_name FROM information_schema.tables")
                return [table if schema == "main" else f"{schema}.{table}" for schema, table in found.fetchall()]
            before = "" if where is None else f"{where if isinstance(where, str) else '.'.join(where)}."
            return [before + table for table in self._backend.list_tables(database=where)]
        return []

    def windows(self, listed: Windows) -> Expr:
        import ibis

        rows = []
        for number, near, window in listed:
            columns = {"rs": near.start, "re": near.end, "s": window.start, "e": window.end}
            row = ibis.literal(number, "int32").name("i").as_table()
            rows.append(row.mutate(**{name: day(value) for name, value in columns.items()}))
        return ibis.union(*rows) if len(rows) > 1 else rows[0]

    def sql(self, expression: Expr) -> str:
        return str(self._backend.compile(expression))

    def rows(self, sql: str) -> list[Row]:
        late = threading.Event()
        timer = threading.Timer(self._seconds, self._stop, (late,))
        timer.start()
        try:
            with unwarned():
                return rows_of(self._backend.raw_sql(sql))
        except Exception as error:
            raise too_slow(self._seconds) if late.is_set() else self._described(error) from None
        finally:
            timer.cancel()

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._backend.disconnect()

    def _stop(self, late: threading.Event) -> None:
        """End the statement that runs, where the driver can."""
        interrupt = getattr(self._backend.con, "interrupt", None)
        if interrupt is not None:
            late.set()
            with contextlib.suppress(Exception):
                interrupt()

    def _described(self, error: Exception) -> WarehouseError:
        return WarehouseError(f"the warehouse says: {scrubbed(str(error), self._secrets)}")


@contextlib.contextmanager
def unwarned() -> Iterator[None]:
    """Without what Ibis and the drivers have to say to each other about their versions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def rows_of(cursor: Any) -> list[Row]:
    """All rows of what a driver gives back."""
    if hasattr(cursor, "fetchall"):
        found: Sequence[Any] = cursor.fetchall()
    else:
        found = getattr(cursor, "result_rows", cursor)
    return [tuple(row) for row in found]
