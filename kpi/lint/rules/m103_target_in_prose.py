"""M103: a target in prose, or a placeholder for one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.prose import is_placeholder, is_pointer
from kpi.lint.rule import Finding, rule
from kpi.plan.model.target_text import NOT_UNDERSTOOD, TRAILING_WORDS

HINT = 'write a direction, a number and perhaps a date, e.g. "at least 30% by 2026-12-31"'
# The words of targets. Two other words with a number are prose, not a typing error.
GRAMMAR = frozenset({
    "least", "most", "above", "below", "more", "than", "less", "exactly", "between", "and", "over", "under", "baseline",
    "greater", "equal", "percent",
})  # fmt: skip
MOST_OTHER_WORDS = 1


@rule("M103", "target-in-prose", "error", "A target is a direction and a number, not a sentence.")
def check(context: Context) -> Iterator[Finding]:
    """Targets that could not be read and are text. The runner drops the error about the same text."""
    for mistake in context.checked.diagnostics:
        path = tuple(mistake.subject.split("."))
        text = context.written(path) if mistake.code in ("E030", "E033") and path[0] == "kpis" else None
        if text is None:
            continue
        if is_placeholder(text):
            hint = "agree on a number; until then leave the line out"
            yield Finding(path, f'"{text.strip()}" is a placeholder, not a target', hint)
        elif is_pointer(text):
            yield Finding(path, "this points elsewhere instead of stating the target", HINT)
        elif not re.search(r"\d", text):
            yield Finding(path, "this target has no number", HINT)
        elif mistake.kind in (NOT_UNDERSTOOD, TRAILING_WORDS):
            others = [word for word in re.findall(r"[^\W\d_]{3,}", text.lower()) if word not in GRAMMAR]
            if len(others) > MOST_OTHER_WORDS:
                yield Finding(path, mistake.message, mistake.hint, at=mistake.location)
