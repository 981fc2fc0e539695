"""What PostgreSQL says differently."""

from __future__ import annotations

import ibis

from kpi.data.text_casts_sql import BLANKS
from kpi.warehouse.dialects.base import Dialect, Expr, none_of, number, sql_btrim


@ibis.udf.scalar.builtin(name="date_part", signature=(("string", "interval('s')"), "float64"))
def pg_epoch_of_interval(field, value):  # type: ignore[no-untyped-def]
    """PostgreSQL's own function on intervals."""


@ibis.udf.scalar.builtin(name="date_part", signature=(("string", "time"), "float64"))
def pg_epoch_of_time(field, value):  # type: ignore[no-untyped-def]
    """PostgreSQL's own function on times of day."""


@ibis.udf.scalar.builtin(name="convert_to", signature=(("string", "string"), "binary"))
def pg_convert_to(text, encoding):  # type: ignore[no-untyped-def]
    """PostgreSQL's own function: the bytes of a text."""


@ibis.udf.scalar.builtin(name="regexp_match", signature=(("string", "string"), "array<string>"))
def pg_regexp_match(text, pattern):  # type: ignore[no-untyped-def]
    """PostgreSQL's own function: the groups of the first match."""


class Postgres(Dialect):
    """PostgreSQL. ``lowers``: its database has the same small letters and capitals as other engines."""

    zoned = True
    odd_decimals = True

    def __init__(self, *, lowers: bool = True) -> None:
        self._lowers = lowers

    def lower(self, text: Expr) -> Expr:
        if not self._lowers:
            raise ValueError("the locale of this database has other small letters than files have")
        return super().lower(text)

    def trimmed(self, text: Expr) -> Expr:
        return sql_btrim(text, BLANKS)

    def upper(self, text: Expr) -> Expr:
        if not self._lowers:
            raise ValueError("the locale of this database has other capitals than files have")
        return super().upper(text)

    def ordered(self, text: Expr) -> Expr:
        return pg_convert_to(text, "UTF8")

    def exact(self, value: Expr) -> Expr:
        return ibis.ifelse(value.cast("float64").between(number(-1e308), number(1e308)), value, none_of(value))

    def extract(self, text: Expr, pattern: str) -> Expr:
        found = pg_regexp_match(text, pattern)
        return ibis.ifelse(text.re_search(pattern), found[0].coalesce(""), ibis.null("string"))

    def seconds(self, value: Expr) -> Expr:
        return (pg_epoch_of_time if value.type().is_time() else pg_epoch_of_interval)("epoch", value)

    def days_between(self, late: Expr, early: Expr) -> Expr:
        return (late - early).cast("float64")

    def seconds_between(self, late: Expr, early: Expr) -> Expr:
        return pg_epoch_of_interval("epoch", late - early)
