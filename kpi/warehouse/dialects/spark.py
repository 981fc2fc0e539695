"""What Spark says differently."""

from __future__ import annotations

import ibis

from kpi.data.text_casts_sql import BLANKS
from kpi.formulas.types import ValueType
from kpi.warehouse.dialects.base import IBIS_TYPES, Dialect, Expr, number, sql_btrim

INSTANT = IBIS_TYPES["instant"]
TO_INTERVAL = (("int32", "int32", "int32", "decimal(18, 6)"), "interval('us')")


@ibis.udf.scalar.builtin(name="rint", signature=(("float64",), "float64"))
def spark_rint(value):  # type: ignore[no-untyped-def]
    """Spark's own function: the nearest whole number, of two the even one."""


@ibis.udf.scalar.builtin(name="date_add", signature=(("date", "int32"), "date"))
def spark_date_add(date, days):  # type: ignore[no-untyped-def]
    """Spark's own function."""


@ibis.udf.scalar.builtin(name="datediff", signature=(("date", "date"), "int32"))
def spark_datediff(late, early):  # type: ignore[no-untyped-def]
    """Spark's own function: the days between."""


@ibis.udf.scalar.builtin(name="unix_micros", signature=((INSTANT,), "int64"))
def spark_unix_micros(instant):  # type: ignore[no-untyped-def]
    """Spark's own function on times with a zone."""


@ibis.udf.scalar.builtin(name="make_dt_interval", signature=TO_INTERVAL)
def spark_interval(days, hours, minutes, seconds):  # type: ignore[no-untyped-def]
    """Spark's own function."""


def to_kind(value: Expr, kind: ValueType) -> Expr:
    """A date, time or text as a time. Ibis has one type for both kinds, so that its casts are not to be trusted."""
    name = "to_timestamp_ltz" if kind == "instant" else "to_timestamp_ntz"

    @ibis.udf.scalar.builtin(name=name, signature=((value.type(),), IBIS_TYPES[kind]))
    def convert(time):  # type: ignore[no-untyped-def]
        """Spark's own function."""

    return convert(value)


class Spark(Dialect):
    """Apache Spark."""

    zoned = True

    def trimmed(self, text: Expr) -> Expr:
        return sql_btrim(text, BLANKS)

    def cast(self, value: Expr, kind: ValueType) -> Expr:
        return to_kind(value, kind) if kind in ("timestamp", "instant") else super().cast(value, kind)

    def days_between(self, late: Expr, early: Expr) -> Expr:
        return spark_datediff(late, early).cast("float64")

    def seconds_between(self, late: Expr, early: Expr) -> Expr:
        # A time without a zone is counted as if in one that never changes its clocks.
        late, early = (
            time if time.type().timezone is not None else to_kind(time.cast("string") + "Z", "instant")
            for time in (late, early)
        )
        return (spark_unix_micros(late) - spark_unix_micros(early)).cast("float64") / number(1e6)

    def days_later(self, date_: Expr, days: Expr) -> Expr:
        return spark_date_add(date_, spark_rint(days).cast("int32"))

    def seconds_later(self, time: Expr, seconds: Expr) -> Expr:
        return time + spark_interval(0, 0, 0, seconds.cast("decimal(18, 6)"))
