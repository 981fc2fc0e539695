"""What each function and word of formulas does, in a sentence. Data only."""

from __future__ import annotations

# Name: (how it is called, what it gives).
FUNCTIONS: dict[str, tuple[str, str]] = {
    "count": ("count(orders)", "How many rows."),
    "sum": ("sum(orders.amount)", "The sum of a column."),
    "avg": ("avg(orders.amount)", "The average of a column; empty values do not count."),
    "min": ("min(orders.amount)", "The smallest value of a column."),
    "max": ("max(orders.amount)", "The largest value of a column."),
    "median": ("median(orders.amount)", "The middle value of a column."),
    "stddev": ("stddev(orders.amount)", "The standard deviation of a column, that of a sample."),
    "count_distinct": ("count_distinct(orders.customer_id)", "How many different values, the empty one not counted."),
    "first": ("first(prices.amount)", "The value in the row with the least date."),
    "last": ("last(prices.amount)", "The value in the row with the greatest date."),
    "percentile": ("percentile(tickets.hours, 95)", "The value below which 95 percent of the rows lie."),
    "at_end": (
        "at_end(sum(stock.units))",
        "A balance at the end of the window: its last date with rows, or the rows that last until then.",
    ),
    "at_start": (
        "at_start(sum(stock.units))",
        "A balance at the start of the window: the last date with rows before it, or the rows that last by then.",
    ),
    "started": ("started(count(employees))", "Of the rows that last: those that began in the window."),
    "ended": ("ended(count(employees))", "Of the rows that last: those that ceased in the window."),
    "previous": ("previous(sales, 12)", "The value so many periods before; without a number, one."),
    "year_ago": ("year_ago(sales)", "The value of the same period a year ago."),
    "minutes": ("minutes(closed - opened)", "The minutes between two times, with fractions."),
    "hours": ("hours(closed - opened)", "The hours between two times, with fractions."),
    "days": ("days(closed - opened)", "The days between two times, with fractions."),
    "seconds": ("seconds(closed - opened)", "The seconds between two times, with fractions."),
    "year": ("year(opened)", "The year of a date."),
    "month": ("month(opened)", "The month of a date, from 1."),
    "lower": ("lower(name)", "A text in small letters."),
    "contains": ('contains(name, "part")', "Whether a text has another one in it."),
    "extract": ('extract(name, "pattern (group)")', "The part of a text that the group of a pattern (RE2) matches."),
    "coalesce": ("coalesce(amount, 0)", "The first of several values that is not empty."),
    "number": ("number(text)", "A text as a number."),
    "date": ('date(text, "%d/%m/%Y")', "A text as a date in a format; empty where it is none."),
    "first_date": ("first_date(customer_id)", "The earliest date on which the row's value occurs in the source."),
}

WORDS: dict[str, str] = {
    "window_start": "The first day of the window that a value looks back over.",
    "window_end": "The day after the last one of the window that a value looks back over.",
    "and": "Both conditions hold.",
    "or": "At least one of the conditions holds.",
    "not": "The condition does not hold.",
    "in": 'The value is one of a list: `status in ("paid", "shipped")`.',
    "is": "With None: the value is empty. `closed is None`, `closed is not None`.",
    "if": "A choice between two values: `a if condition else b`.",
    "else": "A choice between two values: `a if condition else b`.",
    "None": "No value: `closed is None`.",
    "True": "A truth value.",
    "False": "A truth value.",
}
