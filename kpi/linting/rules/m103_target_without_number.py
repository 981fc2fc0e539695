"""M103: a target in prose, or a place kept free for one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpi.linting.rule import Finding, Rule
from kpi.linting.statements import is_placeholder, is_pointer

if TYPE_CHECKING:
    from kpi.linting.context import Context


def check(context: Context) -> Iterator[Finding]:
    """Targets that could not be read and hold no digit. The runner drops the error that says the same."""
    for diagnostic in context.checked.diagnostics:
        if diagnostic.code not in ("E030", "E033"):
            continue
        path = tuple(diagnostic.subject.split("."))
        text = context.written(path)
        if (
            text is None
            or path[0] != "kpis"
            or (re.search(r"\d", text) and not is_placeholder(text) and not is_pointer(text))
        ):
            continue
        hint = 'write a direction, a number and perhaps a date, e.g. "at least 30% by 2026-12-31"'
        if is_placeholder(text):
            message = f'"{text.strip()}" keeps a place free for a target'
            hint = "agree on a number; until then leave the line out"
        elif is_pointer(text):
            message = "this sends the reader elsewhere for the target"
        else:
            message = "this target has no number"
        yield Finding(path, message, hint)


RULE = Rule("M103", "target-without-number", "error", "A target states a number.", check)
