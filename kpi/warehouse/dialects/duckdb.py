"""What DuckDB says differently."""

from __future__ import annotations

import ibis

from kpi.data.text_casts_sql import BLANKS
from kpi.warehouse.dialects.base import Dialect, Expr


@ibis.udf.scalar.builtin(name="trim", signature=(("string", "string"), "string"))
def duckdb_trim(text, characters):  # type: ignore[no-untyped-def]
    """DuckDB's own function: the text without these characters around it."""


@ibis.udf.scalar.builtin(name="epoch", signature=(("interval('us')",), "float64"))
def duckdb_epoch_of_interval(value):  # type: ignore[no-untyped-def]
    """DuckDB's own function: the seconds of an interval."""


@ibis.udf.scalar.builtin(name="epoch", signature=(("time",), "float64"))
def duckdb_epoch_of_time(value):  # type: ignore[no-untyped-def]
    """DuckDB's own function: the seconds since midnight."""


class DuckDB(Dialect):
    """DuckDB, in a file of its own."""

    zoned = True

    def trimmed(self, text: Expr) -> Expr:
        return duckdb_trim(text, BLANKS)

    def upper(self, text: Expr) -> Expr:
        return text.upper()

    def days_later(self, date_: Expr, days: Expr) -> Expr:
        # A cast takes of two whole numbers the even one, as for files; round() would not.
        return (date_ + days.cast("int32").as_interval("D")).cast("timestamp").cast("date")

    def seconds(self, value: Expr) -> Expr:
        return (duckdb_epoch_of_time if value.type().is_time() else duckdb_epoch_of_interval)(value)
