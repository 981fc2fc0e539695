"""Rules and their findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import KW_ONLY
from typing import Any

from kpi.diagnostics import Location, Severity
from kpi.frozen import frozen
from kpi.lint.context import Context
from kpi.plan.model import RuleOption
from kpi.plan.yaml.source_map import Path


@frozen
class Finding:
    """One finding of a rule about the value (or, with ``key``, the whole entry) at ``path``.

    ``start`` and ``end`` are character offsets into the text at ``path``; without them the finding is about all of it.
    ``at`` is the location of something without a path, such as a comment. ``hint`` says how to fix it in one
    sentence without a full stop. ``fixable`` says that ``kpi lint --fix`` fixes it.
    """

    path: Path
    message: str
    hint: str | None = None
    _: KW_ONLY
    start: int = -1
    end: int = -1
    key: bool = False
    at: Location | None = None
    fixable: bool = False


Check = Callable[["Context"], Iterator[Finding]]


@frozen
class Rule:
    """One rule of the linter.

    ``code`` is a letter for the family and three digits, and ``severity`` the default. ``summary`` is one sentence on
    what the rule requires, and ``check`` yields its findings. ``options`` are those that the rule declares. A rule that
    runs ``after_others`` sees which of their findings were suppressed. ``smart`` is the letter of SMART that the rule
    serves: S, M, A, R or T, and "" for a rule that serves none. A rule that ``needs_data`` is only applied with
    ``--data``.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    check: Check
    options: Sequence[RuleOption[Any]] = ()
    after_others: bool = False
    smart: str = ""
    needs_data: bool = False


REGISTERED: list[Rule] = []


def rule(
    code: str,
    name: str,
    severity: Severity,
    summary: str,
    *,
    options: Sequence[RuleOption[Any]] = (),
    after_others: bool = False,
    smart: str | None = None,
    needs_data: bool = False,
) -> Callable[[Check], Check]:
    """Register the decorated check as a rule. See :class:`Rule` for the arguments.

    Without ``smart`` the letter is that of the family: S, M, A, R and T, and none for the others.
    """
    letter = code[0] if code[0] in "SMART" else ""

    def register(check: Check) -> Check:
        smart_letter = letter if smart is None else smart
        REGISTERED.append(Rule(code, name, severity, summary, check, options, after_others, smart_letter, needs_data))
        return check

    return register
