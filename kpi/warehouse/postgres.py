"""PostgreSQL: one transaction that reads only and sees one state of the data throughout the run."""

from __future__ import annotations

import contextlib
import re
from typing import Any

from kpi.engine.aggregation import values_of
from kpi.warehouse.dialects.base import Dialect, Expr
from kpi.warehouse.dialects.postgres import Postgres, pg_convert_to
from kpi.warehouse.errors import WarehouseError, scrubbed, secrets_of
from kpi.warehouse.session import CONNECT_SECONDS, Row, Windows, no_table, too_slow

SETTINGS = {"standard_conforming_strings": "on", "client_encoding": "UTF8", "DateStyle": "ISO, YMD"}
# False in a database whose locale is C, or Turkish.
LOWERS = "SELECT lower('ÀÖЖI') = 'àöжi' AND upper('àöжi') = 'ÀÖЖI'"
# Columns that Ibis takes for others than they are: text that is compared otherwise, and types that rest on others.
ODD = """
SELECT a.attname, CASE WHEN NOT coalesce(c.collisdeterministic, true) THEN 'collation'
    WHEN t.typtype = 'e' OR t.typname IN ('citext', 'money') THEN 'text'
    ELSE format_type(t.typbasetype, t.typtypmod) END
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation
WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped
AND (t.typtype IN ('e', 'd') OR t.typname IN ('citext', 'money') OR NOT coalesce(c.collisdeterministic, true))
"""
DOMAINS = {
    "smallint": "int64", "integer": "int64", "bigint": "int64", "numeric": "decimal", "real": "float64",
    "double precision": "float64", "text": "string", "character varying": "string", "boolean": "boolean",
    "date": "date", "timestamp without time zone": "timestamp", "timestamp with time zone": "timestamp('UTC')",
}  # fmt: skip
WINDOWS = {"i": "int32", "rs": "date", "re": "date", "s": "date", "e": "date"}


class PostgresSession:
    """A session on one PostgreSQL server; see ``Session``. ``variable`` is the name of what held the address."""

    dialect: Dialect

    def __init__(self, variable: str, url: str, timezone: str, seconds: int) -> None:
        import ibis
        import psycopg

        self._psycopg = psycopg
        self._variable = variable
        self._secrets = secrets_of(url)
        self._timezone = timezone
        self._seconds = seconds
        try:
            self._connection: Any = psycopg.connect(url, **options(url))
        except psycopg.Error as error:
            raise self._unreachable(error) from None
        try:
            self._begin()
            self._backend: Any = ibis.postgres.from_connection(self._connection)
            self._settle()  # Ibis sets a zone of its own
            self.dialect = Postgres(lowers=self._connection.execute(LOWERS).fetchone()[0])
        except psycopg.Error as error:
            self.close()
            raise self._described(error) from None

    def table(self, name: str) -> Expr:
        import ibis

        schema, _, bare = name.rpartition(".")
        try:
            table = self._backend.table(bare, database=schema or None)
            return table.mutate(**self._corrected(table, name))
        except ibis.common.exceptions.TableNotFound:
            raise no_table(name, self._tables()) from None
        except self._psycopg.Error as error:
            raise self._failed(error) from None

    def _corrected(self, table: Expr, name: str) -> dict[str, Expr]:
        """The columns that Ibis takes for what they are not."""
        quoted = ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))
        found = self._connection.execute(ODD, (quoted,)).fetchall()
        corrected = {}
        for column, kind in found:
            if kind == "collation":  # equal to others that are written otherwise; so nobody is to compare it
                corrected[column] = pg_convert_to(table[column], "UTF8")
            elif kind == "text":
                corrected[column] = table[column].cast("string") + ""
            elif base := DOMAINS.get(re.sub(r"\(.*?\)", "", kind)):
                corrected[column] = table[column].cast(base)
        return corrected

    def windows(self, listed: Windows) -> Expr:
        return self._backend.sql(f"SELECT i, rs, re, s, e FROM {values_of(listed)}", schema=WINDOWS)

    def sql(self, expression: Expr) -> str:
        return str(self._backend.compile(expression))

    def rows(self, sql: str) -> list[Row]:
        try:
            # Bytes, so that a % in the text is not taken for a placeholder.
            return list(self._connection.execute(sql.encode()).fetchall())
        except self._psycopg.Error as error:
            raise self._failed(error) from None

    def close(self) -> None:
        with contextlib.suppress(self._psycopg.Error):
            self._connection.close()

    # Settings.

    def _begin(self) -> None:
        self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        self._settle()

    def _settle(self) -> None:
        """Settings of this transaction only, so that a pooled connection is left as it was."""
        settings = SETTINGS | {"TimeZone": self._timezone, "statement_timeout": f"{self._seconds}s"}
        for key, value in settings.items():
            self._connection.execute("SELECT set_config(%s, %s, true)", (key, value))

    def _tables(self) -> list[str]:
        """The tables that may be meant, with their schemas where those are not the usual one."""
        sql = (
            "SELECT CASE WHEN n.nspname = current_schema() THEN c.relname ELSE n.nspname || '.' || c.relname END "
            "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') "
            "AND n.nspname NOT LIKE 'pg\\_%' AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1 LIMIT 1000"
        )
        return [str(row[0]) for row in self.rows(sql)]

    # Trouble.

    def _failed(self, error: Any) -> WarehouseError:
        """What to say about a statement that failed; the next one starts afresh where that is possible."""
        described = self._described(error)
        try:
            self._connection.rollback()
            self._begin()
        except self._psycopg.Error:
            described.lost = True
        return described

    def _described(self, error: Any) -> WarehouseError:
        state = error.sqlstate or ""
        if state == "57014":
            return too_slow(self._seconds)
        if state == "42501":
            return WarehouseError("the user may not read this table", hint="grant it SELECT")
        if state == "22023" and "TimeZone" in str(error):
            return WarehouseError(f'PostgreSQL does not know the time zone "{self._timezone}"', lost=True)
        if not state or state.startswith(("08", "57P")):
            return WarehouseError("the connection to the warehouse was lost", hint="run it again", lost=True)
        message = getattr(error.diag, "message_primary", None) or str(error)
        return WarehouseError(f"PostgreSQL says: {scrubbed(message, self._secrets)}")

    def _unreachable(self, error: Any) -> WarehouseError:
        """Why there is no connection. The driver's own words name the host and the user, so they are not passed on."""
        text = str(error).casefold()
        for signs, words, hint in REASONS:
            if any(sign in text for sign in signs):
                return WarehouseError(f"{words.format(self._variable)}", hint=hint, lost=True)
        return WarehouseError(f"the warehouse that {self._variable} names cannot be reached", lost=True)


REASONS: tuple[tuple[tuple[str, ...], str, str | None], ...] = (
    (("password", "no pg_hba.conf entry", "role ", "authentication"),
     "the warehouse refuses the user or the password in {}", None),
    (("database ",), "the warehouse has no database as {} names it", None),
    (("timeout",), "the warehouse that {} names does not answer", "is it reachable from here?"),
    (("translate host", "resolve host", "name or service"), "there is no host as {} names it", None),
    (("refused", "no route", "unreachable", "no such file"), "nothing listens where {} says", "is the warehouse up?"),
    (("ssl", "certificate"), "the warehouse and {} do not agree about SSL", None),
    (("invalid", "missing", "uri"), "{} does not hold an address that can be read",
     "write postgresql://user:password@host:5432/database, with %40 for @ and %2F for / in the password"),
)  # fmt: skip


def options(url: str) -> dict[str, Any]:
    """How to connect where the address itself does not say."""
    known: dict[str, Any] = {"application_name": "kpi"}
    if "connect_timeout=" not in url:
        known["connect_timeout"] = CONNECT_SECONDS
    return known
