"""Which kind of value each column of a warehouse's table holds, and how it is read: by its type there, never by a look
at its rows."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import ibis

from kpi.data.headers import named
from kpi.data.requirements import ColumnRequirements
from kpi.data.text_casts_sql import LAST_MOMENT
from kpi.errors import KpiError, did_you_mean
from kpi.formulas.types import TIME, ValueType, type_in_words
from kpi.plan.model import Source
from kpi.warehouse.dialects.base import Dialect, Expr, day, none_of
from kpi.warehouse.row_ibis import Value, as_type, day_of
from kpi.warehouse.suggestions import in_a_view

FIRST_DAY, LAST_DAY = date(1, 1, 2), date(9999, 12, 31)


class Columns(NamedTuple):
    """The table with the plan's names and readable values, their kinds, and the columns that are whole numbers or
    decimals, which are summed as such. ``odd`` has the columns of the relation that are true where a number is NaN or
    infinite, by the folded names of those that hold the numbers."""

    relation: Expr
    kinds: dict[str, ValueType]
    exact: frozenset[str]
    odd: dict[str, str]


def read_columns(table: Expr, source: Source, required: ColumnRequirements, dialect: Dialect) -> Columns:
    """The columns that are needed. Raises KpiError for one that is not there or that cannot be read."""
    headers = list(table.columns)
    found = named(headers, source.columns)
    for collision in found.collisions:
        message = f'{source.table} has two columns that would be called "{collision.name}"'
        raise KpiError(f"{source.id}: {message}", hint=collision.hint)
    if found.absent:
        header = source.columns[found.absent[0]]
        raise KpiError(f'{source.id}: {source.table} has no column "{header}"', hint=did_you_mean(header, headers))
    names = {name.casefold(): (name, header) for name, header in zip(found.names, headers, strict=True)}
    kinds: dict[str, ValueType] = {}
    values: dict[str, Expr] = {}
    exact, odd = set(), {}
    for folded in dict.fromkeys((*required.columns, *(names if required.everything else ()))):
        if folded not in names and folded in required.optional:
            continue
        if folded not in names:
            known = [name for name, _ in names.values()]
            raise KpiError(f'{source.id}: {source.table} has no column "{folded}"', hint=did_you_mean(folded, known))
        name, header = names[folded]
        try:
            typed, as_it_is = read(table[header], source, name, dialect)
        except KpiError:
            if folded in required.columns and folded not in required.optional:
                raise
            continue  # it was only wanted to be looked at
        values[name], kinds[name] = typed.expr, typed.type
        if table[header].type().is_floating() or (table[header].type().is_decimal() and dialect.odd_decimals):
            odd[folded] = f"odd${name}"
            values[odd[folded]] = table[header].notnull() & typed.expr.isnull()
        if as_it_is:
            exact.add(folded)
    for name in source.computed:
        if name.casefold() in names:
            hint = f"choose another name, or rename the other: columns: {{{name}_as_written: …}}"
            raise KpiError(f'{source.id} has a column "{name}" already, and computes another', hint=hint)
    return Columns(table.select(**values or {"c0": ibis.literal(1)}), kinds, frozenset(exact), odd)


def read(column: Expr, source: Source, name: str, dialect: Dialect) -> tuple[Value, bool]:
    """A column as it takes part in formulas, and whether it holds exact numbers. Raises KpiError."""
    declared = {key.casefold(): text.strip() for key, text in source.types.items()}.get(name.casefold(), "")
    if column.type().is_string():
        return read_text(column, f"{source.id}.{name}", declared, dialect), False
    typed, exact = read_typed(column, source, name, dialect)
    wanted = declared.partition(" ")[0]
    if not wanted or wanted == typed.type:
        return typed, exact
    if wanted == "text" and column.type().is_integer():
        return Value(column.cast("string"), "text"), False
    if wanted == "date" and typed.type in TIME:
        return day_of(typed), False
    if wanted == "timestamp" and typed.type in TIME:
        return (as_type(dialect, typed, "timestamp") if typed.type == "date" else typed), False
    message = f'{source.id}.{name} is {type_in_words(typed.type)} in the warehouse, and cannot be read as "{declared}"'
    raise KpiError(message, hint=in_a_view(name, wanted))


def read_typed(column: Expr, source: Source, name: str, dialect: Dialect) -> tuple[Value, bool]:
    """A column that is not text, by its type."""
    type_ = column.type()
    if type_.is_boolean():
        return Value(column, "boolean"), False
    if type_.is_integer():
        return Value(column, "number"), True
    if type_.is_decimal():
        return Value(dialect.exact(column), "number"), True
    if type_.is_floating():
        return Value(dialect.finite(column.cast("float64")), "number"), False
    if type_.is_date():
        return Value(within(column, day(FIRST_DAY), day(LAST_DAY)), "date"), False
    if type_.is_timestamp():
        kind: ValueType = "timestamp" if type_.timezone is None else "instant"
        if kind == "instant" and not dialect.zoned:
            message = f"{source.id}.{name} has a zone, and nobody knows on which days its times lie in this warehouse"
            raise KpiError(message, hint=in_a_view(name, "date or a time without a zone"))
        first, last = (dialect.cast(ibis.literal(text), kind) for text in (f"{FIRST_DAY} 00:00:00", LAST_MOMENT))
        return Value(within(column, first, last), kind), False
    if type_.is_interval() or type_.is_time():
        return Value(dialect.seconds(column), "duration"), False
    if type_.is_uuid() or type_.is_inet() or type_.is_macaddr():
        return Value(column.cast("string"), "text"), False
    words = " ".join(str(type_.raw_type if type_.is_unknown() else type_).split())
    message = f"{source.id}.{name} is of the type {words}, which is not a number, text, a boolean or a time"
    raise KpiError(message, hint="make it one of these in a view, and name that in table")


def read_text(column: Expr, called: str, declared: str, dialect: Dialect) -> Value:
    """A column of text, by what ``types`` says of it. Raises KpiError."""
    kind = declared.partition(" ")[0]
    trimmed = dialect.trimmed(column)
    empty = ibis.null("string")
    if kind == "text":  # keeps the blanks around it
        return Value(ibis.ifelse(trimmed != "", column, empty), "text")
    if kind == "boolean":
        lower = trimmed.lower()
        return Value(ibis.cases((lower == "true", True), (lower == "false", False)), "boolean")
    if kind:
        message = f'{called} is text in the warehouse, and cannot be read as "{declared}"'
        raise KpiError(message, hint=in_a_view(called.partition(".")[2], kind))
    return Value(trimmed.nullif(""), "text")


def within(value: Expr, first: Expr, last: Expr) -> Expr:
    """A date or time that has a place in a calendar: not ``infinity``, and not before year 1."""
    return ibis.ifelse(value.between(first, last), value, none_of(value))
