"""The functions of formulas, one record each, and the words of the language.

Parser, type checker, descriptions, completion, hover, documentation and both compilers read these records. A new
function is one record here and one line in each of ``kpi.engine`` and ``kpi.warehouse``; tests fail until both are
there, until its description reads well and until a case with an independent expected value exists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, TypeVar

from kpi.formulas.types import AMOUNT, ANY, CLOCK, DURATION, NUMBER, TEXT, TIME, Types, ValueType
from kpi.frozen import frozen
from kpi.values.units import SECONDS

# What an argument may be: any expression, or only what the parser can check at once.
ArgumentKind = Literal["expression", "column", "pattern", "format", "digits"]


@frozen
class Argument:
    """One argument of a row function: the types it takes, and whether it may be left out or repeated."""

    types: Types
    kind: ArgumentKind = "expression"
    optional: bool = False
    repeated: bool = False


@frozen(kw_only=True)
class Function:
    """What all functions have.

    ``example`` is one call, ``description`` what it gives, in a sentence. ``phrase`` is how ``describe`` says it, with
    ``{}`` or ``{0}``, ``{1}`` for its arguments. ``elsewhere`` are its names in SQL, spreadsheets, pandas and other
    languages, in lower case and separated by spaces.
    """

    name: str
    example: str
    description: str
    phrase: str
    elsewhere: str = ""


@frozen(kw_only=True)
class AggregateFunction(Function):
    """An aggregate over rows.

    ``column`` are the types of the values that it takes, None for one that counts rows. ``percent``: it takes a percent
    as its second argument. ``additive``: values of days add up to that of their period. ``mergeable``: the value of
    a period follows from partial results of its days. ``zero``: it is zero, not empty, when no row passes its filter.
    ``counts``: its value is a number of rows or values, and so never below zero. ``of_ratios`` says what it does to a
    column of ratios when small groups then weigh as much as large ones. ``result`` is the type of its value, None for
    that of the column. ``groups``: it may be of the groups of ``per``.
    """

    column: Types | None = AMOUNT
    percent: bool = False
    additive: bool = False
    mergeable: bool = False
    zero: bool = False
    counts: bool = False
    of_ratios: str = ""
    needs_dates: bool = False
    groups: bool = False
    result: ValueType | None = None


@frozen(kw_only=True)
class PointInTime(Function):
    """Which rows of a window an aggregate is over. ``intervals``: only of sources whose rows are intervals."""

    intervals: bool = False


@frozen(kw_only=True)
class ShiftFunction(Function):
    """A formula as it was in an earlier period. ``periods``: it takes the number of periods."""

    periods: bool = False


@frozen(kw_only=True)
class ValueFunction(Function):
    """A function of values, as aggregates and formulas over them give. ``least`` and ``most`` are the numbers of its
    arguments; ``most`` is None for any number. It has no value where an argument has none."""

    least: int = 1
    most: int | None = 1


@frozen(kw_only=True)
class FormulaFunction(Function):
    """A function of formulas with arguments of its own kind, which the parser checks."""


@frozen(kw_only=True)
class RowFunction(Function):
    """A function of one row. ``result`` is the type of its value, None for the common type of its arguments.
    ``seconds`` is the length of the unit in which it measures a duration, 0 for all others. ``for_formulas`` is what to
    do instead where a formula over aggregates calls it. ``others`` are other lists of arguments that it takes, each of
    another length; ``taking`` finds the right one."""

    arguments: tuple[Argument, ...]
    result: ValueType | None
    seconds: float = 0.0
    for_formulas: str | None = None
    others: tuple[tuple[Argument, ...], ...] = ()

    @property
    def least(self) -> int:
        """The least number of arguments."""
        return min(sum(not argument.optional for argument in each) for each in (self.arguments, *self.others))

    @property
    def most(self) -> int | None:
        """The greatest number of arguments; None: any."""
        return None if self.arguments[-1].repeated else max(len(each) for each in (self.arguments, *self.others))

    def taking(self, count: int) -> RowFunction:
        """The function with the list of arguments that so many are given for."""
        other = next((each for each in self.others if len(each) == count), None)
        return self if other is None else replace(self, arguments=other, others=())

    def argument(self, place: int) -> Argument:
        """The argument at a place, from 0; the last one may be repeated."""
        return self.arguments[min(place, len(self.arguments) - 1)]


def _span(unit: str) -> RowFunction:
    return RowFunction(
        name=unit, arguments=(Argument(DURATION),), result="number", seconds=SECONDS[unit],
        example=f"{unit}(closed - opened)",
        description=f"The {unit} between two times, with fractions.", phrase=f"{{}} in {unit}",
    )  # fmt: skip


_F = TypeVar("_F", bound=Function)


def _by_name(functions: Sequence[_F]) -> Mapping[str, _F]:
    return {function.name: function for function in functions}


AGGREGATES: Mapping[str, AggregateFunction] = _by_name([
    AggregateFunction(
        name="count", groups=True, column=None, additive=True, mergeable=True, zero=True, counts=True, result="number",
        example="count(orders)", description="The number of rows.", phrase="the number of rows",
        elsewhere="size rows nrows counta countrows row_count",
    ),
    AggregateFunction(
        name="sum", groups=True, additive=True, mergeable=True, zero=True, of_ratios="adds up ratios",
        example="sum(orders.amount)", description="The sum of a column.", phrase="the sum of {}",
    ),
    AggregateFunction(
        name="avg", groups=True, mergeable=True, of_ratios="averages averages or ratios", example="avg(orders.amount)",
        description="The average of a column; empty values do not count.", phrase="the average {}",
        elsewhere="mean average averagea",
    ),
    AggregateFunction(
        name="min", groups=True, mergeable=True, example="min(orders.amount)",
        description="The smallest value of a column.",
        phrase="the smallest {}", elsewhere="minimum least lowest",
    ),
    AggregateFunction(
        name="max", groups=True, mergeable=True, example="max(orders.amount)",
        description="The largest value of a column.",
        phrase="the largest {}", elsewhere="maximum greatest highest",
    ),
    AggregateFunction(
        name="median", groups=True, example="median(orders.amount)", description="The middle value of a column.",
        phrase="the median {}",
    ),
    AggregateFunction(
        name="mode", example="mode(orders.amount)",
        description="The most frequent value of a column; of several that are equally frequent, the smallest.",
        phrase="the most frequent {}", elsewhere="most_frequent most_common mode_sngl mode.sngl modus",
    ),
    AggregateFunction(
        name="stddev", groups=True, mergeable=True, example="stddev(orders.amount)",
        description="The standard deviation of a column, that of a sample.", phrase="the standard deviation of {}",
        elsewhere="std stdev stdev_s stddev_samp std_dev standard_deviation",
    ),
    AggregateFunction(
        name="count_distinct", column=ANY, zero=True, counts=True, result="number",
        example="count_distinct(orders.customer_id)",
        description="The number of different values, the empty one not counted.", phrase="the number of different {}",
        elsewhere="nunique distinct unique uniq n_distinct distinct_count distinctcount countdistinct count_unique "
        "countunique approx_count_distinct",
    ),
    AggregateFunction(
        name="first", mergeable=True, needs_dates=True, example="first(orders.amount)",
        description="The value in the row with the earliest date.", phrase="the first {}",
        elsewhere="first_value earliest",
    ),
    AggregateFunction(
        name="last", mergeable=True, needs_dates=True, example="last(orders.amount)",
        description="The value in the row with the latest date.", phrase="the last {}",
        elsewhere="last_value latest newest",
    ),
    AggregateFunction(
        name="percentile", groups=True, percent=True, example="percentile(orders.amount, 95)",
        description="The value below which so many percent of the rows lie, here 95.",
        phrase="the {percent} percentile of {}",
        elsewhere="quantile quantile_cont percentile_cont percentile_disc pct perc",
    ),
])  # fmt: skip

POINTS_IN_TIME: Mapping[str, PointInTime] = _by_name([
    PointInTime(
        name="at_end", example="at_end(sum(stock.units))", phrase=" at the end of the window",
        description="A balance at the end of the window: the rows of its last date with rows, or the intervals that "
        "last until then.",
        elsewhere="closing end_of closingbalance period_end",
    ),
    PointInTime(
        name="at_start", example="at_start(sum(stock.units))", phrase=" at the start of the window",
        description="A balance at the start of the window: the rows of the last date before it, or the intervals "
        "that last by then.",
        elsewhere="opening start_of openingbalance period_start",
    ),
    PointInTime(
        name="started", intervals=True, example="started(count(employees))", phrase=" that began in the window",
        description="Of intervals: those that began in the window.",
    ),
    PointInTime(
        name="ended", intervals=True, example="ended(count(employees))", phrase=" that ended in the window",
        description="Of intervals: those that ended in the window.",
    ),
])  # fmt: skip

SHIFTS: Mapping[str, ShiftFunction] = _by_name([
    ShiftFunction(
        name="previous", periods=True, example="previous(sales, 12)", phrase="{} {periods} earlier",
        description="The value so many periods before; without a number, one.",
    ),
    ShiftFunction(
        name="year_ago", example="year_ago(sales)", description="The value of the same period a year ago.",
        phrase="{} a year earlier",
    ),
])  # fmt: skip

VALUE_FUNCTIONS: Mapping[str, ValueFunction] = _by_name([
    ValueFunction(
        name="abs", example="abs(sales - budget)", description="A value without its sign.",
        phrase="{} without its sign",
    ),
    ValueFunction(
        name="min", least=2, most=None, example="min(sales, budget)", description="The smallest of several values.",
        phrase="the smallest of {all}",
    ),
    ValueFunction(
        name="max", least=2, most=None, example="max(sales - budget, 0)", description="The largest of several values.",
        phrase="the largest of {all}",
    ),
])  # fmt: skip

# Functions of formulas that have a node of their own.
FORMS: Mapping[str, FormulaFunction] = _by_name([
    FormulaFunction(
        name="per", example="avg(per(orders.customer_id, sum(orders.amount)))", phrase="per {}",
        description="Inside an aggregate: one value for each different value of a column, here for each customer.",
        elsewhere="groupby group_by",
    ),
    FormulaFunction(
        name="growth", example="growth(sales, 12)", phrase="the growth of {} over {periods}",
        description="The change against so many periods before (without a number, one; or `year_ago`), divided by the "
        "size of what it was.",
        elsewhere="pct_change pctchange percent_change",
    ),
    FormulaFunction(
        name="total", example="sales / total(sales)", phrase="the total of {}",
        description="The value over all parts of a split; without a split, the value itself.",
    ),
    FormulaFunction(
        name="over", example='over(sales, "12 months")', phrase="{} over {window}",
        description="The value over a window of its own, whatever that of the KPI is.",
        elsewhere="rolling trailing moving",
    ),
])  # fmt: skip

ROW_FUNCTIONS: Mapping[str, RowFunction] = _by_name([
    _span("minutes"),
    _span("hours"),
    _span("days"),
    _span("seconds"),
    RowFunction(
        name="year", arguments=(Argument(TIME),), result="number", example="year(ordered_at)",
        description="The year of a date.", phrase="the year of {}",
    ),
    RowFunction(
        name="month", arguments=(Argument(TIME),), result="number", example="month(ordered_at)",
        description="The month of a date, from 1.", phrase="the month of {}",
    ),
    RowFunction(
        name="quarter", arguments=(Argument(TIME),), result="number", example="quarter(ordered_at)",
        description="The quarter of a date in the calendar year, 1 to 4.", phrase="the quarter of {}",
    ),
    RowFunction(
        name="week", arguments=(Argument(TIME),), result="number", example="week(ordered_at)",
        description="The ISO week of a date, 1 to 53.", phrase="the ISO week of {}",
        elsewhere="isoweek iso_week weeknum isoweeknum weekofyear week_of_year",
    ),
    RowFunction(
        name="day", arguments=(Argument(TIME),), result="number", example="day(ordered_at)",
        description="The day of the month, from 1.", phrase="the day of the month of {}",
        elsewhere="dayofmonth day_of_month mday",
    ),
    RowFunction(
        name="weekday", arguments=(Argument(TIME),), result="number", example="weekday(ordered_at)",
        description="The day of the week, from 1 for Monday to 7 for Sunday.", phrase="the number of the weekday of {}",
        elsewhere="dayofweek day_of_week dow isodow isoweekday",
    ),
    RowFunction(
        name="hour", arguments=(Argument(CLOCK),), result="number", example="hour(ordered_at)",
        description="The hour of a time, 0 to 23.", phrase="the hour of {}", elsewhere="hourofday hour_of_day",
    ),
    RowFunction(
        name="abs", arguments=(Argument(AMOUNT),), result=None, example="abs(amount)",
        description="A number or duration without its sign.", phrase="{} without its sign", elsewhere="absolute fabs",
    ),
    RowFunction(
        name="round", arguments=(Argument(NUMBER), Argument(NUMBER, "digits", optional=True)), result="number",
        example="round(amount, 2)", phrase="{} rounded",
        description="A number rounded to so many decimal places, or to a whole one; halves away from zero.",
        elsewhere="rint mround roundup rounddown", for_formulas="values are rounded only when they are shown",
    ),
    RowFunction(
        name="floor", arguments=(Argument(NUMBER),), result="number", example="floor(amount)",
        description="The largest whole number that is not above a number.", phrase="{} rounded down",
        for_formulas="values are rounded only when they are shown",
    ),
    RowFunction(
        name="ceil", arguments=(Argument(NUMBER),), result="number", example="ceil(amount)",
        description="The smallest whole number that is not below a number.", phrase="{} rounded up",
        elsewhere="ceiling", for_formulas="values are rounded only when they are shown",
    ),
    RowFunction(
        name="lower", arguments=(Argument(TEXT),), result="text", example="lower(name)",
        description="Text in lower case.", phrase="{} in lower case",
        elsewhere="lcase lowercase casefold tolower to_lower",
    ),
    RowFunction(
        name="upper", arguments=(Argument(TEXT),), result="text", example="upper(name)",
        description="Text in upper case.", phrase="{} in upper case", elsewhere="ucase uppercase toupper to_upper",
    ),
    RowFunction(
        name="trim", arguments=(Argument(TEXT),), result="text", example="trim(name)",
        description="Text without the spaces and tabs around it.", phrase="{} without blanks around it",
        elsewhere="strip btrim ltrim rtrim lstrip rstrip",
    ),
    RowFunction(
        name="contains", arguments=(Argument(TEXT), Argument(TEXT)), result="boolean",
        example='contains(name, "part")', description="Whether text has another text in it.",
        phrase="{0} contains {1}",
        elsewhere="like ilike match find search instr strpos includes",
    ),
    RowFunction(
        name="starts_with", arguments=(Argument(TEXT), Argument(TEXT)), result="boolean",
        example='starts_with(name, "part")', description="Whether text begins with another text.",
        phrase="{0} starts with {1}", elsewhere="startswith begins_with beginswith",
    ),
    RowFunction(
        name="ends_with", arguments=(Argument(TEXT), Argument(TEXT)), result="boolean",
        example='ends_with(name, "part")', description="Whether text ends with another text.",
        phrase="{0} ends with {1}", elsewhere="endswith",
    ),
    RowFunction(
        name="length", arguments=(Argument(TEXT),), result="number", example="length(name)",
        description="The number of characters of a text.", phrase="the length of {}",
        elsewhere="char_length character_length strlen nchar",
    ),
    RowFunction(
        name="replace", arguments=(Argument(TEXT), Argument(TEXT), Argument(TEXT)), result="text",
        example='replace(name, "old", "new")', description="Text with each occurrence of a part replaced.",
        phrase="{0} with {1} replaced by {2}", elsewhere="substitute str_replace",
    ),
    RowFunction(
        name="extract", arguments=(Argument(TEXT), Argument(TEXT, "pattern")), result="text",
        example='extract(name, "pattern (group)")', phrase="the part of {0} that matches {1}",
        description="The part of a text that the group of a pattern (RE2) matches.",
        elsewhere="regexp regexp_extract regex regexp_matches regexp_replace substr substring left right mid split",
    ),
    RowFunction(
        name="coalesce", arguments=(Argument(ANY, repeated=True),), result=None, example="coalesce(amount, 0)",
        description="The first of several values that is not empty.", phrase="the first of {all} that is not empty",
        for_formulas="no_rows: zero on the source makes periods without rows 0",
    ),
    RowFunction(
        name="number", arguments=(Argument(TEXT),), result="number", example="number(text)",
        description="Text as a number.", phrase="{} as a number",
        elsewhere="cast int float to_number tonumber val value decimal",
    ),
    RowFunction(
        name="date", arguments=(Argument(TEXT), Argument(TEXT, "format")), result="date",
        example='date(text, "%d/%m/%Y")',
        description="Text as a date in a format; `date(y, m, d)`: the date of a year, month and day. Empty where it is "
        "not a date.",
        phrase="{0} as a date like {1}", others=((Argument(NUMBER), Argument(NUMBER), Argument(NUMBER)),),
    ),
    RowFunction(
        name="first_date", arguments=(Argument(ANY, "column"),), result="date", example="first_date(customer_id)",
        description="The earliest date on which the row's value occurs in the source.",
        phrase="the first date of {}",
    ),
])  # fmt: skip

# Of two functions with one name (``min`` of a column and of values) the first one is that of aggregates and rows.
FORMULA_FUNCTIONS: Mapping[str, Function] = {**VALUE_FUNCTIONS, **AGGREGATES, **POINTS_IN_TIME, **SHIFTS, **FORMS}
FUNCTIONS: Mapping[str, Function] = {**FORMULA_FUNCTIONS, **ROW_FUNCTIONS}
EVERY_FUNCTION: Sequence[Function] = (
    *AGGREGATES.values(), *POINTS_IN_TIME.values(), *SHIFTS.values(), *VALUE_FUNCTIONS.values(), *FORMS.values(),
    *ROW_FUNCTIONS.values(),
)  # fmt: skip

# The words that have a meaning of their own in an expression, and those that Python keeps for itself.
OPERATOR_WORDS = frozenset({"and", "or", "not", "in", "is", "if", "else"})
CONSTANT_WORDS = frozenset({"None", "True", "False"})
RESERVED = frozenset({
    "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "except", "finally", "for",
    "from", "global", "import", "lambda", "nonlocal", "pass", "raise", "return", "try", "while", "with", "yield",
})  # fmt: skip
EDGE_WORDS = ("window_start", "window_end")
GROUP_VALUE = "value"  # in the filter on the groups of ``per``
WORDS: Mapping[str, str] = {
    "window_start": "The first day of the window that a value looks back over.",
    "window_end": "The day after the last one of the window that a value looks back over.",
    GROUP_VALUE: "What the aggregate inside `per` gives for one group.",
    "and": "Both conditions hold.",
    "or": "At least one of the conditions holds.",
    "not": "The condition does not hold.",
    "in": 'The value is one of a list: `status in ("paid", "shipped")`.',
    "is": "With None: the value is empty. `closed is None`, `closed is not None`.",
    "if": "A choice between two values: `a if condition else b`.",
    "else": "A choice between two values: `a if condition else b`.",
    "None": "No value: `closed is None`.",
    "True": "A boolean value.",
    "False": "A boolean value.",
}
