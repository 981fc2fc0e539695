"""The types of columns and values, and what each is in SQL."""

from __future__ import annotations

from typing import Literal

# A timestamp is what a clock showed somewhere; an instant knows its zone, so that its hours can be counted.
Kind = Literal["number", "text", "boolean", "date", "timestamp", "instant", "duration", "empty"]
TIMES = ("date", "timestamp", "instant")
SQL_TYPES: dict[Kind, str] = {
    "number": "DOUBLE", "duration": "DOUBLE", "text": "VARCHAR", "boolean": "BOOLEAN", "date": "DATE",
    "timestamp": "TIMESTAMP", "instant": "TIMESTAMPTZ", "empty": "VARCHAR",
}  # fmt: skip
