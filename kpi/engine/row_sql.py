"""Typed row expressions to DuckDB's SQL: one line for each operation and function.

The rules of empty values are V1 (comparisons are never empty: false, but ``!=`` and ``not in`` true), V2 (arithmetic
with an empty value and x / 0 are empty) and V6 (elapsed time with fractions). Types are decided by
``kpi.formulas.type_checker``; nothing here refuses anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from unicodedata import normalize

from kpi.data.column_types import SQL_TYPES
from kpi.data.database import quoted, text_literal
from kpi.data.requirements import with_uses
from kpi.data.text_casts_sql import BLANKS, formatted_sql, marks, number_sql
from kpi.errors import did_you_mean
from kpi.formulas import nodes
from kpi.formulas.errors import FormulaError
from kpi.formulas.type_checker import Hints, TypeChecker, Typed
from kpi.formulas.types import Types, ValueType
from kpi.frozen import frozen
from kpi.plan.model import ReadOptions

FAR = 300_000  # days: eight centuries
RAISE, RAISED_BELOW, WHOLE_FROM = 1 + 2.0**-52, 2**42, 2**52  # see _round
MAX_SQL = 200_000  # characters: some functions repeat their argument, so nested ones would grow without bound
SECONDS_OF_DAY = 86400
PARTS_OF_DATE = (9999, 12, 31)  # the largest year, month and day
UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": SECONDS_OF_DAY}


@frozen
class Sql:
    """An SQL expression and the type of its value. Durations are DOUBLE seconds."""

    text: str
    type: ValueType


class FileHints(Hints):
    """As before computing, when it is not known yet that a column has been read as text."""

    def aggregate_of_text(self, column: str, where: str) -> str:
        return f"say types: {{{column}: number}}, or count_distinct({where})"


class RowCompiler:
    """Compiles the row expressions of one source.

    ``columns`` maps names to their SQL; ``read`` says how the source writes numbers; ``edges`` has the SQL of
    ``window_start`` and ``window_end``; ``first_date`` gives that of ``first_date(column)``. Where the parser allows
    neither, neither is needed. All methods raise FormulaError with offsets.
    """

    def __init__(
        self,
        columns: Mapping[str, Sql],
        read: ReadOptions,
        *,
        edges: tuple[str, str] | None = None,
        first_date: Callable[[str], str] | None = None,
    ) -> None:
        self.columns = {name.casefold(): sql for name, sql in columns.items()}
        self.read = read
        self.edges = edges
        self.first_date = first_date
        types = {name: sql.type for name, sql in columns.items()}
        self.checker = TypeChecker(types_of_columns(types), FileHints())

    def value(self, node: nodes.Node) -> Sql:
        """Any expression."""
        typed = self.checker.value(with_uses(node))
        return Sql(self.emit(typed), typed.type)

    def condition(self, node: nodes.Node) -> str:
        """SQL that is true or false, never empty (V1)."""
        return self.emit(self.checker.condition(with_uses(node)))

    def emit(self, typed: Typed) -> str:
        """The SQL of a typed tree."""
        sql = EMITTERS[typed.op](self, typed, *(self.emit(part) for part in typed.args))
        if len(sql) > MAX_SQL:
            hint = "compute a part of it as a column of its own, under computed"
            raise FormulaError("E050", "this expression is too complex", typed.node.at, hint=hint)
        return sql


def types_of_columns(columns: Mapping[str, ValueType]) -> Callable[[nodes.Column], Types]:
    """The types of columns, whatever the case of their names. It raises FormulaError for an unknown name."""
    folded: dict[str, Types] = {name.casefold(): frozenset((type_,)) for name, type_ in columns.items()}

    def lookup(column: nodes.Column) -> Types:
        types = folded.get(column.use) or folded.get(column.name.casefold())
        if types is None:
            hint = did_you_mean(column.name, list(columns))
            raise FormulaError("E052", f'there is no column "{column.name}"', column.at, hint=hint)
        return types

    return lookup


def column_sql(name: str, type_: ValueType, table: str = "") -> Sql:
    """A column of a loaded table."""
    return Sql(f"{table}{quoted(name)}", type_)


# One line for each operation and function. They get the compiler, the node, and the SQL of its arguments.

Emitter = Callable[..., str]


def is_long(value: object) -> bool:
    """Whether a value is a whole number that has more digits than a floating point number keeps (R8)."""
    return isinstance(value, int) and not isinstance(value, bool) and 2**53 <= abs(value) < 2**127


def _constant(_: RowCompiler, typed: Typed) -> str:
    match typed.value:
        case bool() as value:
            return "true" if value else "false"
        case int() as value if is_long(value):
            return f"({value}::HUGEINT)"
        case int() | float() as value:
            return f"({float(value)!r}::DOUBLE)"
        case datetime() as value:
            return f"TIMESTAMP {text_literal(value.isoformat(sep=' '))}"
        case date() as value:
            return f"DATE {text_literal(value.isoformat())}"
        case value:
            return text_literal(str(value))


def _column(compiler: RowCompiler, typed: Typed) -> str:
    name = str(typed.value).casefold()
    use = typed.node.use if isinstance(typed.node, nodes.Column) else name
    return (compiler.columns.get(use) or compiler.columns[name]).text


def _convert(_: RowCompiler, typed: Typed, value: str) -> str:
    if (typed.args[0].type, typed.type) == ("number", "duration"):  # of days
        return f"(CAST({value} AS DOUBLE) * {SECONDS_OF_DAY})"
    return f"CAST({value} AS {SQL_TYPES[typed.type]})"


def _compared(operator: str, when_empty: str = "false") -> Emitter:
    return lambda _, typed, left, right: f"coalesce({left} {operator} {right}, {when_empty})"


def _alike(operator: str, when_empty: str = "false") -> Emitter:
    def emit(_: RowCompiler, typed: Typed, *sides: str) -> str:
        left, right = _normalized(typed, sides)
        return f"coalesce({left} {operator} {right}, {when_empty})"

    return emit


def _within(_: RowCompiler, typed: Typed, *sides: str) -> str:
    value, *items = _normalized(typed, sides)
    if any(is_long(item.value) for item in typed.args[1:]):
        # A list is of one type, and that of numbers of both kinds keeps fewer digits than these have.
        return f"coalesce({' OR '.join(f'{value} = {item}' for item in items)}, false)"
    return f"coalesce({value} IN ({', '.join(items)}), false)"


def _normalized(typed: Typed, sides: Sequence[str]) -> list[str]:
    """The sides of a comparison, text in the composed form of Unicode (V9). Where one side is in ASCII the other needs
    no work: nothing else is equal to it."""
    constants = [part.value for part in typed.args[1:] if part.op == "constant"]
    plain = typed.args[0].op == "constant" and str(typed.args[0].value).isascii()
    if (
        typed.args[0].type != "text"
        or plain
        or (len(constants) == len(typed.args) - 1 and all(str(value).isascii() for value in constants))
    ):
        return list(sides)
    return [
        text_literal(normalize("NFC", str(part.value))) if part.op == "constant" else f"nfc_normalize({side})"
        for part, side in zip(typed.args, sides, strict=True)
    ]


def _calculated(operator: str) -> Emitter:
    return lambda _, typed, left, right: f"(CAST({left} AS DOUBLE) {operator} CAST({right} AS DOUBLE))"


def _add_days(_: RowCompiler, typed: Typed, time: str, days: str) -> str:
    """Whole days; empty where they lead out of the calendar."""
    return f"(CASE WHEN abs(CAST({days} AS DOUBLE)) < {FAR} THEN {time} + CAST({days} AS INTEGER) END)"


def _add_seconds(_: RowCompiler, typed: Typed, time: str, seconds: str) -> str:
    stamp = f"CAST({time} AS {SQL_TYPES[typed.type]})"
    near = f"abs({seconds}) < {FAR * SECONDS_OF_DAY}"
    return f"(CASE WHEN {near} THEN {stamp} + to_microseconds(CAST({seconds} * 1e6 AS BIGINT)) END)"


def _seconds_between(_: RowCompiler, typed: Typed, late: str, early: str) -> str:
    type_ = SQL_TYPES[typed.args[0].type]
    return f"((epoch_us(CAST({late} AS {type_})) - epoch_us(CAST({early} AS {type_}))) / 1e6)"


def _extract(_: RowCompiler, typed: Typed, text: str, pattern: str) -> str:
    # RE2 has no look-around, so a hostile pattern cannot make it run for ever.
    matched = f"regexp_matches({text}, {pattern})"
    return f"(CASE WHEN {matched} THEN regexp_extract({text}, {pattern}, 1) END)"


def _round(_: RowCompiler, typed: Typed, value: str, _digits: str = "") -> str:
    """Halves away from zero, of the number as it is written: 1.005 to two places is 1.01, as in spreadsheets, though
    the nearest binary number is a little less. So a scaled number is raised by its least digit, as long as that is
    small; from the last limit on all numbers are whole."""
    digits = digits_of(typed)
    scale = f"{10.0 ** abs(digits)!r}::DOUBLE"
    scaled, back = ("*", "/") if digits > 0 else ("/", "*")
    number = f"(CAST({value} AS DOUBLE) {scaled} {scale})"
    return (
        f"(CASE WHEN abs({number}) < {RAISED_BELOW} THEN round({number} * {RAISE!r}::DOUBLE) {back} {scale} "
        f"WHEN abs({number}) < {WHOLE_FROM} THEN round({number}) {back} {scale} ELSE CAST({value} AS DOUBLE) END)"
    )


def _date(_: RowCompiler, typed: Typed, *parts: str) -> str:
    """Text in a format as a date, or the date of a year, month and day; empty where there is none."""
    if len(parts) == 2:
        return f"CAST({formatted_sql(parts[0], str(typed.args[1].value))} AS DATE)"
    limits = zip(parts, PARTS_OF_DATE, strict=True)
    whole = " AND ".join(f"CAST({part} AS DOUBLE) = floor({part}) AND {part} BETWEEN 1 AND {most}"
                         for part, most in limits)  # fmt: skip
    written = f"printf('%04d-%02d-%02d', {', '.join(f'CAST({part} AS BIGINT)' for part in parts)})"
    return f"(CASE WHEN {whole} THEN TRY_CAST({written} AS DATE) END)"


def digits_of(typed: Typed) -> int:
    """The decimal places that ``round`` is asked for."""
    return int(str(typed.args[1].value)) if len(typed.args) > 1 else 0


def _first_date(compiler: RowCompiler, typed: Typed, column: str) -> str:
    assert compiler.first_date is not None
    return compiler.first_date(str(typed.args[0].value))


def _window_edge(compiler: RowCompiler, typed: Typed) -> str:
    assert compiler.edges is not None
    return compiler.edges[0 if typed.value == "window_start" else 1]


def _in_units(seconds: int) -> Emitter:
    return lambda _, typed, duration: f"({duration} / {seconds}.0)"


EMITTERS: Mapping[str, Emitter] = {
    "constant": _constant,
    "column": _column,
    "window_edge": _window_edge,
    "null": lambda _, typed: f"CAST(NULL AS {SQL_TYPES[typed.type]})",
    "convert": _convert,
    "is_true": lambda _, typed, value: f"coalesce(CAST({value} AS BOOLEAN), false)",
    "and": lambda _, typed, *parts: "(" + " AND ".join(parts) + ")",
    "or": lambda _, typed, *parts: "(" + " OR ".join(parts) + ")",
    "not": lambda _, typed, value: f"(NOT {value})",
    "is_null": lambda _, typed, value: f"({value} IS NULL)",
    "in": _within,
    "==": _alike("="),
    "!=": _alike("<>", when_empty="true"),
    "<": _compared("<"),
    "<=": _compared("<="),
    ">": _compared(">"),
    ">=": _compared(">="),
    "negate": lambda _, typed, value: f"(-CAST({value} AS DOUBLE))",
    "+": _calculated("+"),
    "-": _calculated("-"),
    "*": _calculated("*"),
    "/": lambda _, typed, left, right: f"(CAST({left} AS DOUBLE) / nullif(CAST({right} AS DOUBLE), 0))",
    "days_between": lambda _, typed, late, early: f"(CAST({late} - {early} AS DOUBLE) * {SECONDS_OF_DAY})",
    "seconds_between": _seconds_between,
    "add_days": _add_days,
    "add_seconds": _add_seconds,
    "concat": lambda _, typed, left, right: f"({left} || {right})",
    "choose": lambda _, typed, test, then, otherwise: f"(CASE WHEN {test} THEN {then} ELSE {otherwise} END)",
    # Functions.
    **{unit: _in_units(seconds) for unit, seconds in UNITS.items()},
    "year": lambda _, typed, time: f"CAST(year({time}) AS DOUBLE)",
    "month": lambda _, typed, time: f"CAST(month({time}) AS DOUBLE)",
    "quarter": lambda _, typed, time: f"CAST(quarter({time}) AS DOUBLE)",
    "week": lambda _, typed, time: f"CAST(week({time}) AS DOUBLE)",
    "day": lambda _, typed, time: f"CAST(day({time}) AS DOUBLE)",
    "weekday": lambda _, typed, time: f"CAST(isodow({time}) AS DOUBLE)",
    "hour": lambda _, typed, time: f"CAST(hour({time}) AS DOUBLE)",
    "abs": lambda _, typed, value: f"abs(CAST({value} AS DOUBLE))",
    "round": _round,
    "floor": lambda _, typed, value: f"floor(CAST({value} AS DOUBLE))",
    "ceil": lambda _, typed, value: f"ceil(CAST({value} AS DOUBLE))",
    "lower": lambda _, typed, text: f"lower({text})",
    "upper": lambda _, typed, text: f"upper({text})",
    "trim": lambda _, typed, text: f"trim({text}, {text_literal(BLANKS)})",
    "contains": lambda _, typed, text, part: f"coalesce(contains({text}, {part}), false)",
    "starts_with": lambda _, typed, text, part: f"coalesce(starts_with({text}, {part}), false)",
    "ends_with": lambda _, typed, text, part: f"coalesce(ends_with({text}, {part}), false)",
    "length": lambda _, typed, text: f"CAST(length({text}) AS DOUBLE)",
    "replace": lambda _, typed, text, old, new: f"replace({text}, {old}, {new})",
    "extract": _extract,
    "coalesce": lambda _, typed, *values: f"coalesce({', '.join(values)})",
    "number": lambda compiler, typed, text: number_sql(text, *marks(compiler.read)),
    "date": _date,
    "first_date": _first_date,
}
