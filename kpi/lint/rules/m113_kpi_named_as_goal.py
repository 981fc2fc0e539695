"""M113: a KPI named like a goal."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule
from kpi.lint.text import body, has_number

NOUNS = frozenset(
    {"in", "of", "rate", "to", "per", "from", "by", "vs", "and", "or"}
)  # "Increase in revenue" is a measure


_DETERMINERS = frozenset(
    {"a", "an", "the", "our", "my", "your", "their", "its", "this", "these", "every", "each", "all"}
)
_MOST_WORDS = 3  # of an object that is a name by itself


@rule("M113", "kpi-named-as-goal", "info", "A KPI's name says what is measured, without a direction.")
def check(context: Context) -> Iterator[Finding]:
    """KPIs whose names begin with a direction, such as "Reduce churn"; M106 reports those with a number."""
    for sentence in context.sentences:
        if sentence.kind != "kpi" or len(sentence.words) < 2:
            continue
        verbs = context.words("directions")
        words = sentence.words[body(sentence.text, sentence.words) :]
        match = verbs.starts(words)
        if match is None or "also a noun" in match.entry.flags or match.end >= len(words):
            continue
        if words[match.end][0] not in NOUNS and not has_number(sentence.text):
            object_ = sentence.text[words[match.end][1] :].strip()
            yield Finding(
                sentence.path,
                "this reads like a goal: a KPI's name says what is measured, without a direction",
                _hint(object_),
                start=words[0][1],
                end=words[match.end - 1][2],
            )


def _hint(object_: str) -> str:
    """What to write; the object of the verb is a name itself where it is a short noun phrase."""
    words = object_.lower().split()
    if not words or words[0] in _DETERMINERS or len(words) > _MOST_WORDS:
        return 'name what is measured, as in "Churn" for "Reduce churn", and put the direction in the target'
    return f'call it "{object_[:1].upper()}{object_[1:]}" and put the direction in the target'
