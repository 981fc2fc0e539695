"""Numbers with units, in and out. Knows no terminal."""

from kpi.quantities.number import parse_number
from kpi.quantities.rounding import difference, format_plain, round12
from kpi.quantities.shown import display_against, format_change, format_exact, format_value, holds
from kpi.quantities.unit import Unit, parse_unit

__all__ = [
    "Unit", "difference", "display_against", "format_change", "format_exact", "format_plain", "format_value", "holds",
    "parse_number", "parse_unit", "round12",
]  # fmt: skip
