"""The one error of this room."""

from __future__ import annotations

from typing import Literal

from kpi.errors import TextError
from kpi.formulas.nodes import At

FaultCode = Literal["E050", "E051", "E052", "E053", "E054"]


class FormulaFault(TextError):  # noqa: N818 - a fault of the text, not of the program
    """A mistake in a formula, at the characters ``start`` to ``end`` of its text.

    ``code`` tells the kind: E050 it cannot be read, E051 a function is unknown or wrongly used, E052 a value of the
    wrong kind, E053 time, E054 a KPI of another ``every`` (raised by others, who know the plan).
    """

    def __init__(self, code: FaultCode, message: str, at: At, *, hint: str | None = None) -> None:
        super().__init__(message, at[0], at[1], hint=hint)
        self.code: FaultCode = code
