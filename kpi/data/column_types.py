"""What the types of values are in the SQL of the engine."""

from __future__ import annotations

from collections.abc import Mapping

from kpi.formulas.types import ValueType

SQL_TYPES: Mapping[ValueType, str] = {
    "number": "DOUBLE", "duration": "DOUBLE", "text": "VARCHAR", "boolean": "BOOLEAN", "date": "DATE",
    "timestamp": "TIMESTAMP", "instant": "TIMESTAMPTZ", "empty": "VARCHAR",
}  # fmt: skip
