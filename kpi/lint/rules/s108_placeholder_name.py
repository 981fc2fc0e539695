"""S108: a placeholder instead of a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.prose import is_placeholder
from kpi.lint.rule import Finding, rule

# Something left open within a name: "Cut cost by TBD%", "XXX users", "??% of leaders".
_OPEN = (
    r"\b(?:TBD|TBC|TBA|XXX+|ZZZ+|NNN+)\b(?!s)|\?\?+|\bX%(?!\w)"
    # Before another word it may be somebody's name, as in "Grow TODO membership".
    r"|\b(?:TODO|FIXME)\b(?!s)(?!\s+\w)|^\s*(?:TODO|FIXME)\s+(?=[a-z])"
    r"|\b(?:to be|yet to be) (?:determined|defined|decided|confirmed)\b"
)
# The key of a text that was not looked up: "global_indicators.15-4-2-title".
_KEY = (
    r"[a-z\d]+(?:_[a-z\d]+)+(?:[.-][a-z\d_-]+)*|[a-z\d_]+(?:\.[a-z\d_-]+)+-[a-z\d-]+|[A-Z]{2,}(?:-[A-Z\d]+)*-\d+[a-z]?"
)
KINDS = {
    "goal": ("goal", "objective", "key result", "okr"),
    "kpi": ("kpi", "metric", "indicator", "measure"),
    "question": ("question",),
}


@rule("S108", "placeholder-name", "warning", "Names and questions are not placeholders.")
def check(context: Context) -> Iterator[Finding]:
    """Names and questions such as "TBD", "New KPI" or "Objective 1"."""
    for sentence in context.sentences:
        text = sentence.text
        if found := re.search(_OPEN, text):
            yield Finding(
                sentence.path,
                f'"{found[0]}" still has to be filled in',
                "write it, or remove the entry until it is known",
                start=found.start(),
                end=found.end(),
            )
            continue
        if re.fullmatch(_KEY, text.strip()):
            yield Finding(
                sentence.path,
                f'"{text.strip()}" is a code, not a {_what(sentence.kind)}',
                "say in words what it means",
            )
            continue
        if len(text) < 40 and (is_placeholder(text) or _is_kind(text, KINDS[sentence.kind])):
            yield Finding(
                sentence.path,
                f'"{text.strip()}" is a placeholder, not a {_what(sentence.kind)}',
                "write it, or remove the entry until it is known",
            )


def _is_kind(text: str, kinds: tuple[str, ...]) -> bool:
    bare = text.lower().rstrip("#0123456789 .:")
    for article in ("my ", "new ", "a ", "the ", "example ", "sample ", "test "):
        bare = bare.removeprefix(article)
    return bare in kinds


def _what(kind: str) -> str:
    return "question" if kind == "question" else "name"
