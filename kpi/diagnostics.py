"""Diagnostics: findings with a message, a location in a file, and a hint.

Severities are ``error`` (the plan is invalid), ``warning`` and ``info``.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from kpi.frozen import frozen

Severity = Literal["error", "warning", "info"]


class Location(NamedTuple):
    """A range of a file. Lines and columns are 1-based and in characters; ``end_column`` is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class Edit(NamedTuple):
    """A fix: the range of a file that ``text`` replaces."""

    location: Location
    text: str


@frozen
class Diagnostic:
    """A finding. ``subject`` is the dotted path of the entry or field that it is about, e.g. ``kpis.nps.target``.

    ``code`` is a letter and three digits, ``rule`` its readable name. ``hint`` says in one sentence how to fix it.
    ``meant`` is the most similar name if a name is unknown. ``kind`` distinguishes errors with the same code (see
    TextError). ``edits`` are what the hint says to write, each a fix by itself; if ``fixable``, ``kpi lint
    --fix`` makes the only one.
    """

    code: str
    rule: str
    severity: Severity
    message: str
    location: Location
    subject: str
    hint: str | None = None
    fixable: bool = False
    meant: str | None = None
    kind: str = ""
    edits: tuple[Edit, ...] = ()


# The errors that make a plan invalid. Codes are stable and are never reused.
ERRORS: dict[str, str] = {
    "E001": "yaml-syntax",
    "E002": "yaml-trap",
    "E003": "duplicate-key",
    "E004": "tab",
    "E005": "too-large",
    "E006": "unreadable-file",
    "E010": "unknown-field",
    "E011": "wrong-type",
    "E012": "missing-field",
    "E013": "bad-id",
    "E014": "bad-choice",
    "E015": "duplicate-id",
    "E016": "fields-clash",
    "E020": "bad-number",
    "E021": "bad-date",
    "E022": "bad-period",
    "E023": "bad-window",
    "E024": "bad-unit",
    "E025": "bad-version",
    "E030": "bad-target",
    "E031": "bad-thresholds",
    "E032": "bad-baseline",
    "E033": "bad-schedule",
    "E034": "bad-target-of-part",
    "E040": "unknown-goal",
    "E041": "unknown-kpi",
    "E042": "unknown-source",
    "E043": "unknown-column",
    "E044": "unknown-name",
    "E045": "cycle",
    "E046": "cannot-split",
    "E050": "formula-syntax",
    "E051": "formula-function",
    "E052": "formula-type",
    "E053": "formula-time",
    "E054": "formula-every",
    "E060": "bad-query",
    "E061": "outside-project",
    "E062": "colliding-headers",
    "E063": "unreadable-header",
    "E070": "bad-include",
}


def error(
    code: str,
    message: str,
    location: Location,
    subject: str,
    hint: str | None = None,
    *,
    meant: str | None = None,
    kind: str = "",
    edits: tuple[Edit, ...] = (),
    certain: bool = False,
) -> Diagnostic:
    """An error diagnostic with the rule name of ``ERRORS``. Raises KeyError for an unknown code."""
    return Diagnostic(code, ERRORS[code], "error", message, location, subject, hint, certain, meant, kind, edits)
