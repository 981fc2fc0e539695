"""What a rule is and what it hands back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpi.diagnostics import Location, Severity
    from kpi.lint.context import Context

Path = tuple[str | int, ...]


class Finding:
    """One thing that a rule has to say about the value (or, with ``key``, the whole entry) at ``path``.

    ``start`` and ``end`` are character offsets into the text at ``path``; without them the whole of it is meant. ``at``
    is for what stands at no path, such as a comment. ``hint`` is a mend in one sentence without a full stop.
    ``fixable`` says that ``kpi lint --fix`` mends it.
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
    """One rule: ``code`` is a letter for its family and three digits, ``name`` what people say.

    ``severity`` is the default; ``summary`` one sentence that says what the rule wants. ``check`` yields findings.
    """

    __slots__ = ("check", "code", "name", "severity", "summary")

    def __init__(self, code: str, name: str, severity: Severity, summary: str, check: Check) -> None:
        self.code = code
        self.name = name
        self.severity = severity
        self.summary = summary
        self.check = check
