"""Parses and formats numbers with units, durations, dates, periods and windows. No I/O and no clock."""

from kpi.values.calendar import (
    EVERY,
    Calendar,
    Every,
    a_period,
    add_units,
    adjective,
    before,
    in_words,
    length,
    of_several_weeks,
    parse_month_name,
    parse_timezone,
    parse_weekday,
)
from kpi.values.every import parse_every
from kpi.values.formatting import (
    Figure,
    display_against,
    display_apart,
    format_change,
    format_column,
    format_count,
    format_digits,
    format_exact,
    format_value,
    holds,
)
from kpi.values.locales import ENGLISH, parse_locale, use_locale, written_in
from kpi.values.numbers import parse_number
from kpi.values.period_labels import parse_date, parse_label
from kpi.values.periods import Period, Span, last_over, period_of, running, shift, whole, year_ago
from kpi.values.rounding import difference, format_plain, round12
from kpi.values.units import Unit, parse_unit
from kpi.values.windows import YEAR_TO_DATE, Window, parse_lag, parse_updated, parse_window, window_span

__all__ = [
    "ENGLISH", "EVERY", "YEAR_TO_DATE", "Calendar", "Every", "Figure", "Period", "Span", "Unit", "Window", "a_period",
    "add_units", "adjective", "before", "difference", "display_against", "display_apart", "format_change",
    "format_column",
    "format_count", "format_digits", "format_exact", "format_plain", "format_value", "holds", "in_words", "last_over",
    "length", "of_several_weeks", "parse_date", "parse_every", "parse_label", "parse_lag", "parse_locale",
    "parse_month_name", "parse_number", "parse_timezone", "parse_unit", "parse_updated", "parse_weekday",
    "parse_window", "period_of", "round12", "running", "shift", "use_locale", "whole", "window_span", "written_in",
    "year_ago",
]  # fmt: skip
