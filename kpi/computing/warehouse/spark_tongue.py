"""What Spark says differently."""

from __future__ import annotations

import ibis

from kpi.computing.warehouse.tongue import Expr, Tongue, number


@ibis.udf.scalar.builtin(name="trim", signature=(("string",), "string"))
def spark_trim(text):  # type: ignore[no-untyped-def]
    """Spark's own function: the text without spaces around it, and spaces only."""


@ibis.udf.scalar.builtin(name="date_add", signature=(("date", "int32"), "date"))
def spark_date_add(date, days):  # type: ignore[no-untyped-def]
    """Spark's own function."""


@ibis.udf.scalar.builtin(name="datediff", signature=(("date", "date"), "int32"))
def spark_datediff(late, early):  # type: ignore[no-untyped-def]
    """Spark's own function: days between."""


@ibis.udf.scalar.builtin(name="timestampadd_us", signature=(("timestamp", "int64"), "timestamp"))
def _unused(time, micros):  # type: ignore[no-untyped-def]
    """A placeholder."""


class Spark(Tongue):
    """Apache Spark."""

    def trimmed(self, text: Expr) -> Expr:
        return spark_trim(text)

    def days_between(self, late: Expr, early: Expr) -> Expr:
        return spark_datediff(late, early).cast("float64")

    def days_later(self, date_: Expr, days: Expr) -> Expr:
        return spark_date_add(date_, days.round().cast("int32"))

    def seconds_later(self, time: Expr, seconds: Expr) -> Expr:
        return time + (seconds * number(1e6)).round().cast("int64").as_interval("us")
