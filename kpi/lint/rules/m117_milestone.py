"""M117: a milestone or an output in place of an outcome."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kpi.lazy_pattern import lazy_pattern
from kpi.lint.context import Context, Sentence
from kpi.lint.grammar import BE, HAVE, participles
from kpi.lint.outcomes import from_catalog, question
from kpi.lint.rule import Finding, rule
from kpi.lint.rules.m107_activity import DETERMINERS, WORDS, is_measured
from kpi.lint.text import body
from kpi.lint.vocabulary import word_set
from kpi.plan.model.lint import NO_WORDS, RuleOption, WordOptions

OUTPUTS = RuleOption("outputs", WordOptions, NO_WORDS, "Things that are produced, so that their number is an output.")
# Words that may stand between "is" and the participle.
_BETWEEN = word_set("not all also fully now being been both already successfully automatically publicly")
# What a thing is once the work is done.
_STATES = word_set("available live ready operational complete finished done public enabled supported")
# After a participle at the end of a noun phrase: "Five trainers hired in June".
_AFTER = word_set("and or in on by to at for with from as across via until before within of per during")
_NOT_BEFORE = word_set(
    "a an the this these that to of by for with and or newly well be not percent number share than when after once if "
    "as they it you who he she i"
)
# What somebody has to have so that it counts as done: "Every account has a success plan".
_DOCUMENTS = word_set(
    "plan plans policy process processes strategy roadmap runbook playbook procedure dashboard documentation page "
    "section charter framework template owner implementation prototype spec specs specification designdoc prototypes "
    "benchmark benchmarks tutorial tutorials guide guides taxonomy website tooling scripts tests api"
)
# Work of our own in the future: "All schools will develop a plan". What others will do may be the result.
_FUTURE = word_set(
    "develop implement create establish publish design build launch deploy introduce install conduct organise organize "
    "prepare draft update upgrade redesign refine revise"
)
# "Users can create branches" is a feature, which is there or not.
_ACTORS = word_set(
    "users customers developers admins administrators people teams clients visitors members editors engineers "
    "maintainers contributors operators analysts managers"
)
# After one of these the rest of the clause says when, which or why, and not what is to be done.
_SUBORDINATE = word_set("until till when once if unless after before which who whom whose where because while how that")
_MAIN = word_set("ensure ensures ensured so sure show shows see")  # "Ensure that the export is tested"
# The same as the infinitive: "Run the shop" is a command.
_SAME = word_set("run set put")
_NONE = word_set("no zero none")
_TEXTS = word_set("handbook guide documentation docs wiki readme policy repo website")
_TELLS = word_set("describes describe contains contain outlines outline lists list explains explain covers cover")
# Nouns of work: "Archive format revamp", "Implementation of the plan".
_WORK_NOUNS = word_set(
    "implementation deployment development creation rollout migration migrations redesign revamp "
    "overhaul refactoring "
    "introduction establishment installation prototype mvp poc proof-of-concept launch curation preparation publication"
)
_STAGES = word_set("alpha beta initial public first final stable")
# A quantity of quality: how many of them, how fast, how far. Then it is more than done or not.
_DEGREE = (
    r"(?!\b100\s?%)\b\d[\d.,]*\s?%|\bper\s?cent\b|\b(?:within|under|less than|fewer than|at most"
    r"|no more than|up to)\s+(?:an?|one|two|three|\d)"
    r"|[<>≤≥]\s?\d|\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten) (?:out of|in) (?:every )?"
    r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten)\b"
    r"|\bon (?:time|a regular|schedule)\b|\bfrom\s+\S*\d\S*\s+to\b|\bby\s+\d[\d.,]*\s?(?:%|x\b|points?)"
)
_COUNTED = r"^\s*(?:(?:total|annual|monthly|quarterly)\s+)?(?:number|count|amount|volume|#|no\.?)\s*(?:of)?\b|\btotal\b"
_SHARE = lazy_pattern(r"\s*(?:share|percentage|percent|proportion|fraction|%)", re.IGNORECASE)
_HELD = word_set(
    "held conducted organised organized hosted attended convened delivered published run facilitated "
    "given completed established"
)
# Work that is counted, whatever it produces: "Number of fixed penalty notices issued".
_ISSUED = (
    r"\b(?:issued|commissioned|conducted|held|hosted|organi[sz]ed|published|produced|drafted|launched|convened|facilitated"
    r"|carried out|actions taken|measures taken)\b"
)
_DIGITS = lazy_pattern(r"\s*\d[\d,.]*\+?\s*(?:x\s*)?")


@rule(
    "M117",
    "milestone",
    "warning",
    "Goals and KPIs name what changes, not what is delivered or done.",
    options=[OUTPUTS],
    smart="M",
)
def check(context: Context) -> Iterator[Finding]:
    """Work in the passive, the perfect or as a noun, and counts of outputs. M107 reports it as a command."""
    done = participles(context.words("activities", WORDS))
    for sentence in context.sentences:
        if sentence.kind == "question" or not sentence.words or sentence.foreign:
            continue
        if sentence.kind == "goal" and is_measured(context, sentence.id):
            continue
        counted = sentence.kind == "kpi"
        if counted:
            at, what = _output(context, sentence), "this KPI counts an output"
        else:
            at, what = _milestone(context, sentence, done), "this goal is a milestone: it is either done or not"
            counted = at is not None and at == _counted_output(context, sentence)
            what = "this goal counts an output" if counted else what
        if at is not None:
            start, end = sentence.words[at[0]][1], sentence.words[at[1]][2]
            hint = question(sentence.text)
            if counted and (proposed := from_catalog(sentence.text)):
                hint += f", or `kpi add {proposed}` from the catalog"
            yield Finding(sentence.path, what, hint, start=start, end=end)


def _output(context: Context, sentence: Sentence) -> tuple[int, int] | None:
    """The output that a KPI counts: "Number of sessions held", "Meetings held"."""
    words = [word[0] for word in sentence.words]
    outputs = context.words("outputs", OUTPUTS)
    for at, word in enumerate(words[:-1]):
        if word in outputs and any(other in _HELD for other in words[at + 1 : at + 3]):
            last = next(index for index in range(at + 1, min(at + 3, len(words))) if words[index] in _HELD)
            if (last == at + 1 and not _SHARE.match(sentence.text)) or re.search(
                _COUNTED, sentence.text, re.IGNORECASE
            ):
                return at, last
    if words[0] in _WORK_NOUNS and words[1:2] == ["of"]:
        return 0, 0
    if re.search(_COUNTED, sentence.text, re.IGNORECASE):
        found = re.search(_ISSUED, sentence.text, re.IGNORECASE)
        if found is not None and not re.search(r"\bper\b|\bby (?:others|users|customers)\b", sentence.text):
            at = next(at for at, word in enumerate(sentence.words) if word[2] > found.start())
            return at, at
    return None


def _counted_output(context: Context, sentence: Sentence) -> tuple[int, int] | None:
    """The output that a goal asks for a number of: "12 workshops", "Increase the number of classes"."""
    words = [word[0] for word in sentence.words]
    first = body(sentence.text, sentence.words, context.words("activities", WORDS))
    outputs = context.words("outputs", OUTPUTS)
    if first == 0 and _DIGITS.fullmatch(sentence.text[: sentence.words[0][1]]):
        start = 0
    elif words[first] in context.words("directions") and "of" in words[first : first + 4]:
        start = words.index("of", first) + 1
        if words[start - 2] != "number":
            return None
    else:
        return None
    for match in outputs.find(sentence.words[start : start + 3]):
        inside = words[start : start + match.start]
        if (
            "of others" not in match.entry.flags
            and "per" not in words
            and _AFTER.isdisjoint(inside)
            and "of" not in inside
        ):
            return start + match.start, start + match.end - 1
    return None


def _milestone(context: Context, sentence: Sentence, done: frozenset[str]) -> tuple[int, int] | None:
    if re.search(_DEGREE, sentence.text, re.IGNORECASE):
        return None
    words = [word[0] for word in sentence.words]
    first = body(sentence.text, sentence.words, context.words("activities", WORDS))
    directions = context.words("directions")
    if (counted := _counted_output(context, sentence)) is not None:
        return counted
    if words[first] in directions and "also a noun" not in directions.flags(words[first]):
        return None
    for at in range(first, len(words)):
        begin = _clause(sentence, at, first)
        if words[begin] in _NONE or _is_subordinate(words[begin:at]):
            continue
        found = _at(words, at, first, done)
        if found is not None and not (found == at and _is_command(context, words[begin:at])):
            return at, found
    return _noun(words, first, done)


def _clause(sentence: Sentence, at: int, first: int) -> int:
    """The first word of the clause of the word ``at``: the one after the nearest full stop, colon or semicolon."""
    while at > first and not any(
        mark in sentence.text[sentence.words[at - 1][2] : sentence.words[at][1]] for mark in ".:;"
    ):
        at -= 1
    return at


def _is_subordinate(before: Sequence[str]) -> bool:
    """Whether a clause that begins so is about a condition: "until further data is …", "fees that are …"."""
    return any(word in _SUBORDINATE and (not at or before[at - 1] not in _MAIN) for at, word in enumerate(before))


def _is_command(context: Context, before: Sequence[str]) -> bool:
    """Whether a clause begins with a verb in its base form, so that a participle after it belongs to a noun: "Use the
    baseline developed in May". M107 reports the command."""
    if not before:
        return False
    lists = (context.words("directions"), context.words("activities", WORDS), context.words("common_verbs"))
    sure = len(before) > 1 and before[1] in DETERMINERS
    return any(before[0] in words and (sure or "also a noun" not in words.flags(before[0])) for words in lists)


def _at(words: Sequence[str], at: int, first: int, done: frozenset[str]) -> int | None:
    """The last word of a milestone that begins with the word ``at``."""
    word = words[at]
    if word in ("will", "can") or (word == "have" and at == 0):
        return _promise(words, at, first)
    if word in BE | HAVE and (at > first or (word in HAVE and at > 0)):
        after = at + 1
        while after < len(words) and (words[after] in _BETWEEN or words[after].endswith("ly")):
            after += 1
        if after < len(words):
            if words[after] in done or (word in BE and words[after] in _STATES):
                return after
            if word in BE and words[after : after + 2] in (["in", "place"], ["up", "to"]):
                return after + 1 if words[at - 1] not in ("it", "they") else None
            if (
                word in HAVE
                and words[after] in ("a", "an", "the", "documented", "working", "written")
                and words[-1] in _DOCUMENTS
            ):
                return len(words) - 1
            if (
                word in HAVE
                and words[after] in ("a", "an")
                and any(other in _DOCUMENTS for other in words[after : after + 4])
            ):
                return after
        return None
    if word in ("exists", "exist") and at > first:
        return at
    if word in _TELLS and at > first and any(other in _TEXTS for other in words[first:at]):
        return at
    ends = at + 1 == len(words) or words[at + 1] in _AFTER
    if word in done and at > first and ends and words[at - 1] not in _NOT_BEFORE | BE | HAVE:
        return at
    if at == first and word in done - _SAME and len(words) - first > 2 and words[at + 1] not in ("by", "in", "to"):
        return at  # "Shipped a release policy"
    return None


def _promise(words: Sequence[str], at: int, first: int) -> int | None:
    """The last word of "will develop", "users can create" and, at the start, "have a plan", or None."""
    word, after = words[at], at + 1
    if word == "have":
        return at if any(other in _DOCUMENTS for other in words[after : at + 5]) else None
    if at == first or after == len(words):
        return None
    if word == "can":
        return after if words[at - 1] in _ACTORS else None
    if words[after].endswith("ly"):
        after += 1
    return after if after < len(words) and words[after] in _FUTURE else None


def _noun(words: Sequence[str], first: int, done: frozenset[str]) -> tuple[int, int] | None:
    if len(words) - first < 2:
        return None
    if words[first] in _WORK_NOUNS and words[first + 1] in ("of", "to", "for"):
        return first, first
    if words[first] in _STAGES and words[first + 1] in ("release", "version", "launch"):
        return first, first + 1
    if words[-1] in _WORK_NOUNS - {"development", "creation"} and len(words) - first <= 5:
        return len(words) - 1, len(words) - 1
    return None
