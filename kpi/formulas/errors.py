"""The error of this package."""

from __future__ import annotations

from typing import Literal, NamedTuple

from kpi.errors import Replacement, TextError
from kpi.formulas.nodes import At

ErrorCode = Literal["E050", "E051", "E052", "E053", "E054"]


class ColumnWanted(NamedTuple):
    """A name, the argument ``at`` of the call ``call``, where an aggregate takes a column of a source. ``only`` is the
    name in brackets behind it, if there is nothing else; ``brackets`` all that is behind it."""

    name: str
    at: At
    call: At
    brackets: str = ""
    only: str | None = None


class FormulaError(TextError):
    """A mistake in a formula, at the characters ``start`` to ``end`` of its text.

    ``code`` is the kind of mistake: E050 a formula that cannot be read, E051 a function that is unknown or wrongly
    used, E052 a value of the wrong type, E053 time, E054 a KPI of another ``every`` (found by ``kpi.plan.checks``).
    ``instead`` is what to write in place of these characters; unless there is a ``hint``, it becomes one.
    ``wanted`` is set where a column is missing, for callers that know the columns.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        at: At,
        *,
        hint: str | None = None,
        instead: str | None = None,
        wanted: ColumnWanted | None = None,
    ) -> None:
        replacements = () if instead is None else (Replacement(*at, instead),)
        if hint is None and instead is not None:
            hint = f"write {instead.strip()}"
        super().__init__(message, at[0], at[1], hint=hint, replacements=replacements)
        self.code: ErrorCode = code
        self.wanted = wanted
