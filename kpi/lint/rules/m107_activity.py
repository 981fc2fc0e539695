"""M107: work instead of its result."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from kpi.lazy_pattern import lazy_pattern
from kpi.lint.context import Context, Sentence
from kpi.lint.grammar import BE
from kpi.lint.outcomes import question
from kpi.lint.rule import Finding, rule
from kpi.lint.text import Word, body, has_change, has_number
from kpi.plan.model.lint import NO_WORDS, RuleOption, WordOptions
from kpi.values.units import CURRENCY_SIGNS

# After one of these a word that can be a noun or a verb is a verb: "Launch the shop", "Post 5 updates".
DETERMINERS = frozenset({
    "a", "an", "the", "our", "my", "their", "its", "this", "these", "new", "another", "more", "all", "every", "each",
    "some", "first", "second", "third", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
})  # fmt: skip
# In a KPI's name "new" and the like belong to what is measured: "Support new hire score".
ARTICLES = frozenset({"a", "an", "the", "our", "my", "their", "its", "this", "these"})
# "Test coverage" and "Release frequency" are things; from three words on a goal that begins so is taken for work.
MOST_NOUN_WORDS = 3
# A limit that the result keeps: "Enable users to find a page within 3 clicks". Spans of time are deadlines.
_LIMIT = (
    r"[<>≤≥]=?\s?\d|\b(?:below|above)\s+\d"
    r"|\b(?:within|under|in fewer than|in less than|at most|no more than|fewer than|less than)\s+\d[\d.,]*\s+"
    r"(?!(?:business |working |calendar )?(?:hours?|days?|weeks?|months?|quarters?|years?|sprints?)\b)[a-z]"
)
# Verbs of direction after which a second clause is about a result, whatever its object; after the others it has to be
# a quantity: "and increase the share of …", but not "and improve communication".
_DOWN = frozenset({"reduce", "decrease", "lower", "cut", "halve", "double", "triple", "eliminate"})
_MONEY = lazy_pattern(rf"\s*[{CURRENCY_SIGNS}]\s?\d")
_COUNTS = frozenset({"number", "percent", "proportion", "frequency", "use"})
_NEAR = 5  # words after a verb of direction in which its quantity is
WORDS = RuleOption("activities", WordOptions, NO_WORDS, "Verbs that name work instead of its result.")


@rule("M107", "activity", "warning", "Goals and KPIs name results, not work.", options=[WORDS])
def check(context: Context) -> Iterator[Finding]:
    """Goals and KPIs that begin with a verb of work and state neither a change nor a purpose with a number.

    A goal may be named after the work if it has a KPI with a target.
    """
    for sentence in context.sentences:
        if sentence.kind == "question" or (sentence.kind == "goal" and is_measured(context, sentence.id)):
            continue
        if sentence.foreign:
            continue
        at = _work(context, sentence)
        if (
            at is not None
            and not _has_degree(sentence.text)
            and not _has_purpose(context, sentence)
            and not _has_result(context, sentence)
        ):
            what = "goal" if sentence.kind == "goal" else "KPI"
            yield Finding(
                sentence.path,
                f"this {what} describes work, not a result",
                question(sentence.text),
                start=at[0],
                end=at[1],
            )


def _has_degree(text: str) -> bool:
    """Whether the text says how far something moves. "100%" and a percentage in parentheses say that it is done."""
    bare = re.sub(r"\([^)]*\)|\b100\s?%|\bX%|\b100 per ?cent\b", "", text)
    return has_change(bare) or re.search(_LIMIT, bare, re.IGNORECASE) is not None


def is_measured(context: Context, goal: str) -> bool:
    """Whether a goal has goals below it or a KPI with a target, so that its name need not say the result."""
    return bool(context.children_of[goal]) or any(kpi.target is not None for kpi in context.kpis_of[goal])


def _work(context: Context, sentence: Sentence) -> tuple[int, int] | None:
    """The position of the verb of work at the start of the sentence, or None."""
    if not sentence.words:
        return None
    verbs = context.words("activities", WORDS)
    first = body(sentence.text, sentence.words, verbs)
    while first + 1 < len(sentence.words) and sentence.text[sentence.words[first][2] :].startswith(": "):
        first += 1  # "Support: answer all calls" is a label, though "support" is a verb
    if (
        first + 2 < len(sentence.words)
        and sentence.words[first][0].endswith("ly")
        and sentence.words[first + 1][0] in verbs
    ):
        first += 1  # "Clearly document the benefits"
    before = sentence.text[sentence.words[first - 1][2] if first else 0 : sentence.words[first][1]]
    if before.rstrip()[-1:].isdigit():
        return None  # "500 follow-up requests"
    words = _joined(sentence.words[first:])
    match = verbs.starts(words)
    unsure = match is None
    if match is None and sentence.kind == "goal":
        match = next(filter(None, map(verbs.starts, _without_ing(words))), None)
    if match is None:
        return None
    start, end = words[0][1], words[match.end - 1][2]
    rest = sentence.text[end:].lstrip()
    if _no_work(context, [word[0] for word in words], match.end):
        return None
    if words[0][0] in ("make", "making") and _MONEY.match(sentence.text[end:]):
        return None  # "Make £15,000 a month" is a result
    determiners = DETERMINERS if sentence.kind == "goal" else ARTICLES
    determined = rest[:1].isdigit() or (match.end < len(words) and words[match.end][0] in determiners)
    strict = unsure or sentence.kind == "kpi" or len(words) < MOST_NOUN_WORDS
    if not determined and strict and (unsure or "also a noun" in match.entry.flags):
        return None
    return (start, end) if rest else None


def _joined(words: list[Word]) -> list[Word]:
    """The words with a prefix at the start joined to its verb: "Re-organizing" as reorganizing, then without "re"."""
    if len(words) > 1 and words[0][0] in ("re", "co", "pre"):
        return [(words[1][0], words[0][1], words[1][2]), *words[2:]]
    return words


def _no_work(context: Context, words: list[str], after: int) -> bool:
    """Whether the verb is none, or only an auxiliary: "Research is guiding …", "Continue to reduce …"."""
    if words[after : after + 1] and words[after] in BE:
        return True
    directions = context.words("directions")
    if words[0].endswith("ing") and not {"requires", "takes", "costs", "is"}.isdisjoint(words):
        return True  # the work is the subject: "Reporting a fault takes a minute"
    if words[0] in ("continue", "help", "start") and words[after : after + 1] == ["to"]:
        return words[after + 1 : after + 2] != [] and words[after + 1] in directions
    return words[:2] == ["make", "sure"]


def _has_purpose(context: Context, sentence: Sentence) -> bool:
    """Whether there is a number and a purpose: "Read 10 books to improve my writing"."""
    words = [word[0] for word in sentence.words]
    verbs = context.words("directions")
    joined = " so that " in sentence.text or any(
        word == "to" and following in verbs for word, following in pairwise(words)
    )
    return joined and has_number(sentence.text)


def _has_result(context: Context, sentence: Sentence) -> bool:
    """Whether a second clause says which quantity moves: "Set a baseline and increase the share of …"."""
    words = [word[0] for word in sentence.words]
    verbs, measures = context.words("directions"), context.words("measures")
    for at in range(2, len(words) - 1):
        if words[at - 1] != "and" or words[at] not in verbs or at < 3:
            continue
        if words[at] in _DOWN or any(word in measures or word in _COUNTS for word in words[at + 1 : at + 1 + _NEAR]):
            return True
    return False


def _without_ing(words: list[Word]) -> Iterator[list[Word]]:
    """The same words with the first in its base form: "creating" as create, "shipping" as ship."""
    word, start, end = words[0]
    if word.endswith("ing"):
        stem = word[:-3]
        for verb in (stem, stem + "e", stem[:-1]):
            yield [(verb, start, end), *words[1:]]
