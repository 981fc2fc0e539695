"""Apache Spark: a standalone cluster (``spark://host:7077``), Spark Connect (``sc://host``) or, to try it out, this
machine (``local://2``, with two threads). ``?spark.some.setting=value`` behind the address sets what Spark should know,
e.g. where its catalogue is."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import Any
from urllib.parse import parse_qsl

from kpi.engine.aggregation import values_of
from kpi.warehouse.dialects.base import IBIS_TYPES, Dialect, Expr
from kpi.warehouse.dialects.spark import Spark
from kpi.warehouse.errors import WarehouseError, scrubbed, secrets_of
from kpi.warehouse.session import Row, Windows, no_table, too_slow

WINDOWS = {"i": "int32", "rs": "date", "re": "date", "s": "date", "e": "date"}
SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # an overflow is an error, not another number
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "8",
}


class SparkSession_:
    """A session on one cluster; see ``Session``. ``variable`` is the name of what held the address."""

    dialect: Dialect

    def __init__(self, variable: str, url: str, timezone: str, seconds: int) -> None:
        import ibis
        from pyspark.sql import SparkSession

        self._secrets = secrets_of(url)
        self._seconds = seconds
        self.dialect = Spark()
        address, _, options = url.partition("?")
        settings = SETTINGS | {"spark.sql.session.timeZone": timezone, "spark.app.name": "kpi"}
        settings |= {key: value for key, value in parse_qsl(options) if key.startswith("spark.")}
        builder: Any = SparkSession.builder
        self._own = SparkSession.getActiveSession() is None
        if address.startswith("local://"):
            builder = builder.master(f"local[{address.removeprefix('local://') or '*'}]")
        elif address.startswith("spark://"):
            builder = builder.master(address)
        else:
            builder = builder.remote(address)
        for key, value in settings.items():
            builder = builder.config(key, value)
        try:
            with quiet():
                self._spark: Any = builder.getOrCreate()
                with contextlib.suppress(AttributeError):  # Spark Connect has no context of its own
                    self._spark.sparkContext.setLogLevel("OFF")
                for key in ("spark.sql.session.timeZone", "spark.sql.ansi.enabled"):
                    self._spark.conf.set(key, settings[key])
                self._backend: Any = ibis.pyspark.connect(self._spark)
                self._spark.conf.set("spark.sql.session.timeZone", timezone)  # Ibis sets a zone of its own
        except ImportError:  # such as that of what Spark Connect needs
            raise
        except Exception as error:  # the driver's errors have no family
            message = f"the cluster that {variable} names cannot be reached ({type(error).__name__})"
            raise WarehouseError(message, hint="is it up, and is Java here?", lost=True) from None

    def table(self, name: str) -> Expr:
        schema, _, bare = name.rpartition(".")
        import ibis

        parts = name.split(".")
        if not all(parts) or len(parts) > 3:
            raise no_table(name, [])
        try:
            known = self._spark.table(".".join("`" + part.replace("`", "``") + "`" for part in parts)).schema
        except Exception as error:
            if "NOT_FOUND" in str(error):
                raise no_table(name, self._tables(schema)) from None
            raise self._described(error) from None
        # Ibis has one type for both kinds of time, with a zone and without.
        fields = {field.name: ibis_type(field) for field in known.fields}
        if len(parts) == 1:
            return ibis.table(fields, name=bare)
        return ibis.table(fields, name=bare, catalog=parts[0] if len(parts) == 3 else None, database=parts[-2])

    def windows(self, listed: Windows) -> Expr:
        return self._backend.sql(f"SELECT i, rs, re, s, e FROM {values_of(listed)}", schema=WINDOWS)

    def sql(self, expression: Expr) -> str:
        return str(self._backend.compile(expression))

    def rows(self, sql: str) -> list[Row]:
        answered, late = threading.Event(), threading.Event()
        threading.Thread(target=self._watch, args=(answered, late), daemon=True).start()
        try:
            with contextlib.suppress(AttributeError):
                # Without this a task that is asked to stop goes on until it looks up, which may be never.
                self._spark.sparkContext.setJobGroup("kpi", "kpi", interruptOnCancel=True)
            return [tuple(row) for row in self._spark.sql(sql).collect()]
        except Exception as error:
            raise too_slow(self._seconds) if late.is_set() else self._described(error) from None
        finally:
            answered.set()

    def close(self) -> None:
        """End the session, unless it was there before."""
        if self._own:
            with contextlib.suppress(Exception), quiet():
                self._spark.stop()

    def _watch(self, answered: threading.Event, late: threading.Event) -> None:
        """End what is running when its time is up. Again and again, since a statement that is still being planned has
        no job yet that could be ended."""
        if answered.wait(self._seconds):
            return
        late.set()
        while not answered.wait(0.5):
            with contextlib.suppress(Exception):
                try:
                    self._spark.sparkContext.cancelAllJobs()
                except AttributeError:
                    self._spark.interruptAll()

    def _tables(self, schema: str) -> list[str]:
        with contextlib.suppress(Exception):
            prefix = f"{schema}." if schema else ""
            return [prefix + name for name in self._backend.list_tables(database=schema or None)]
        return []

    def _described(self, error: Exception) -> WarehouseError:
        text = str(getattr(error, "desc", None) or error)
        lost = any(
            sign in text for sign in ("SparkContext was shut down", "Connection refused", "stopped SparkContext")
        )
        if lost:
            return WarehouseError("the connection to the cluster was lost", hint="run it again", lost=True)
        return WarehouseError(f"Spark says: {scrubbed(text, self._secrets)}")


def ibis_type(field: Any) -> Any:
    """Ibis's type for a column. It has one for both kinds of time, and would not distinguish them."""
    from ibis.backends.pyspark.datatypes import PySparkType

    name = field.dataType.typeName()
    if name in ("timestamp", "timestamp_ntz"):
        return IBIS_TYPES["instant" if name == "timestamp" else "timestamp"]
    return PySparkType.to_ibis(field.dataType, nullable=field.nullable)


@contextlib.contextmanager
def quiet() -> Any:
    """Without what Java and Spark write to standard error when they start and stop."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
