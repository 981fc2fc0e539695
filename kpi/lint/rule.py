"""Rules and their findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpi.diagnostics import Location, Severity
    from kpi.lint.context import Context

Path = tuple[str | int, ...]


class Finding:
    """One finding of a rule about the value (or, with ``key``, the whole entry) at ``path``.

    ``start`` and ``end`` are character offsets into the text at ``path``; without them the finding is about all of it.
    ``at`` is the location of something without a path, such as a comment. ``hint`` says how to fix it in one
    sentence without a full stop. ``fixable`` says that ``kpi lint --fix`` fixes it.
    """

    __slots__ = ("at", "end", "fixable", "hint", "key", "message", "path", "start")

    def __init__(
        self,
        path: Path,
        message: str,
        hint: str | None = None,
        *,
        start: int = -1,
        end: int = -1,
        key: bool = False,
        at: Location | None = None,
        fixable: bool = False,
    ) -> None:
        self.path = path
        self.message = message
        self.hint = hint
        self.start = start
        self.end = end
        self.key = key
        self.at = at
        self.fixable = fixable


Check = Callable[["Context"], Iterator[Finding]]


class Rule:
    """One rule of the linter.

    ``code`` is a letter for the family and three digits, and ``severity`` the default. ``summary`` is one sentence on
    what the rule requires, and ``check`` yields its findings. A rule that runs
    ``after_others`` sees which of their findings were suppressed.
    """

    __slots__ = ("after_others", "check", "code", "name", "severity", "summary")

    def __init__(
        self, code: str, name: str, severity: Severity, summary: str, check: Check, after_others: bool
    ) -> None:
        self.code = code
        self.name = name
        self.severity = severity
        self.summary = summary
        self.check = check
        self.after_others = after_others


REGISTERED: list[Rule] = []


def rule(
    code: str, name: str, severity: Severity, summary: str, *, after_others: bool = False
) -> Callable[[Check], Check]:
    """Register the decorated check as a rule. See :class:`Rule` for the arguments."""

    def register(check: Check) -> Check:
        REGISTERED.append(Rule(code, name, severity, summary, check, after_others))
        return check

    return register
