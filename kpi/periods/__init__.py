"""Half-open periods, calendars and windows: what days a value is about. Knows no clock."""

from kpi.periods.calendar import (
    EVERY,
    Calendar,
    Every,
    add_units,
    before,
    length,
    parse_month_name,
    parse_timezone,
    parse_weekday,
)
from kpi.periods.labels import parse_date, parse_label
from kpi.periods.period import Period, Span, last_over, period_of, running, shift, whole, year_ago
from kpi.periods.window import Window, parse_updated, parse_window, window_span

__all__ = [
    "EVERY", "Calendar", "Every", "Period", "Span", "Window", "add_units", "before", "last_over", "length",
    "parse_date", "parse_label", "parse_month_name", "parse_timezone", "parse_updated", "parse_weekday",
    "parse_window", "period_of", "running", "shift", "whole", "window_span", "year_ago",
]  # fmt: skip
