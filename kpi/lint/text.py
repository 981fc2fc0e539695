"""Finds words, numbers and dates in the sentences of a plan. Offsets are characters of the text in the plan."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache

from kpi.values.units import CURRENCY_SIGNS

Word = tuple[str, int, int]
LONGEST = 1_000  # characters that are searched, so that no pattern runs over long text

# Patterns are compiled on first use (re keeps them): most runs need only the first two.
_WORD = r"[^\W\d_]+(?:['’][^\W\d_]+)*"
_QUOTED = r"`[^`]*`|\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|‘[^’]*’(?!\w)|(?<!\w)'[^']*'(?!\w)"
_QUOTES = ("`", '"', "“", "„", "«", "‘", "'")

_MONTH = "january|february|april|june|july|august|september|october|november|december"
_SHORT_MONTH = "jan|feb|mar|march|apr|may|jun|jul|aug|sept?|oct|nov|dec"
_COUNT = r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|eighteen|\w+teen|twenty)"
_SPAN = r"(?:days?|weeks?|months?|quarters?|years?|sprints?|semesters?|terms?)"
_PERIOD = rf"(?:{_SPAN}|season|decade|century|half|summer|spring|autumn|fall|winter|christmas|easter)"
_WEEKDAY = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_KIND = r"(?:academic|fiscal|financial|calendar|school|first|second|third|fourth|business|new|this|next|current|coming)"
_DATE = (
    rf"(?<![\w.,{CURRENCY_SIGNS}])(?:19|20)\d\d(?:[-/](?:\d\d?|Q[1-4])(?:[-/]\d\d?)?|[-–](?:20)?\d\d)?(?![\w%]|[.,]\d)"
    r"|(?<!\w)(?:Q[1-4]|H[12]|FY\s?'?\d\d(?:\d\d)?|CY\s?'?\d\d(?:\d\d)?|EO[YQMW])(?!\w)"
    r"|(?<![\d.])\d{1,2}[./]\d{1,2}[./]\d{2,4}(?!\d)"
    rf"|\b(?:{_MONTH})\b(?:\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?!\s*%))?"
    rf"|\b(?:{_SHORT_MONTH})\b\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?!\s*%)"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTH}|{_SHORT_MONTH})\b"
    r"|\b(?:by|in|until|till|before|from|end of|of)\s+(?:the\s+)?(?:end\s+of\s+)?(?:may|march)\b"
    rf"|\b(?:within|in|over|during|after|for|inside)\s+(?:the\s+)?(?:(?:next|first|following|coming)\s+)?{_COUNT}"
    rf"(?:[\s-]+(?:fiscal|calendar|academic|consecutive|business|working))?[\s-]+{_SPAN}\b"
    rf"|\bin\s+(?:under|less\s+than|fewer\s+than)\s+{_COUNT}\s+{_SPAN}\b"
    rf"|\b(?:end|close|start|beginning|middle|half)\s+of\s+(?:(?:the|our|{_KIND})\s+)*(?:{_PERIOD}\b|Q[1-4])"
    rf"|\b(?:this|next|coming|following|current)\s+(?:{_KIND}\s+)?(?:{_PERIOD}|{_WEEKDAY})\b"
    rf"|\b(?:by|before|until|till|within|during)\s+(?:the\s+)?(?:{_KIND}\s+)?(?:{_PERIOD}|{_WEEKDAY}|tomorrow|tonight|year[\s-]?end)\b"
    rf"|\bin\s+(?:the|our)\s+{_KIND}\s+{_PERIOD}\b"
    r"|\byear[\s-]end\b"
)

# Without a figure a date has one of these, the plural s left off.
_DATE_WORDS = (
    "january february march april may june july august september october november december day week month quarter year "
    "sprint semester term season decade century half summer spring autumn fall winter christmas easter monday tuesday "
    "wednesday thursday friday saturday sunday tomorrow tonight eoy eoq eom eow"
)
_NUMBER_WORDS = (
    "zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands "
    "million millions billion billions half halve halves halved halving double doubles doubled doubling triple triples "
    "tripled tripling quadruple quadruples quadrupled twice thrice dozen dozens"
)
# Numbers that are labels rather than quantities, such as "Phase 2", "Issue 8303", "#359", "24/7", "Web 3.0".
_LABEL = (
    r"#\d+|\b24[/x]7\b|\b360(?=°|\s?degree)|"
    r"\b(?:phase|tier|stage|step|level|part|scope|issues?|epics?|tickets?|section|chapter|article|version|web|industry|iso|"
    r"kr|goal|objective|milestone|priority|sev|severity|wave|round|grade|class|route|line|top|page)\s*(?:[#.]?\s*|:)\d[\d.]*\b"
)
_NUMBER_WORD = rf"\b(?:{_NUMBER_WORDS.replace(' ', '|')})\b"
_NUMBER = (
    rf"(?<![\w.,/-])[<>≤≥≈~=+-]*\s?[{CURRENCY_SIGNS}]?\s?\d[\d.,_]*"
    rf"(?:\s?[%‰°{CURRENCY_SIGNS}]|\s?(?:k|m|mm|bn?|x|h|hrs?|s|secs?|ms|d|min|mins|pt|pts|pp|kg|km|kwh|mwh?|gwh?|t|st|nd|rd|th)\b"
    r"|\+|\b(?!\w))"
    rf"|{_NUMBER_WORD}"
)
_PERCENT = r"\d\s?%|\bper\s?cent\b|\bpercentage\s+points?\b"
_FROM_TO = (
    r"\bfrom\s+[^,;]{0,24}?\d[^,;]{0,40}?\b(?:to|under|below|above)\s+[^,;]{0,20}?\d"
    r"|\bto\s+[^,;\s]{0,3}\d[^,;]{0,20}\bfrom\s+[^,;\s]{0,3}\d|\d[^,;]{0,12}?(?:->|→)[^,;]{0,12}?\d"
)
_BY_NUMBER = (
    rf"\bby\s+(?:at\s+least\s+|more\s+than\s+|about\s+|up\s+to\s+)?(?!(?:19|20)\d\d\b(?![.,]?\d|\s?%)|\d\d?(?:st|nd|rd|th)\b)"
    rf"[{CURRENCY_SIGNS}]?\d"
)


def words(text: str) -> list[Word]:
    """Every word of ``text`` in lower case with its start and end, except those in quotation marks or backticks.

    A hyphen separates words, so that "world-class" and "world class" are the same two.
    """
    text = text[:LONGEST]
    if any(mark in text for mark in _QUOTES):
        text = re.sub(_QUOTED, lambda found: " " * len(found[0]), text)
    return [(found[0].lower().replace("’", "'"), found.start(), found.end()) for found in re.finditer(_WORD, text)]


def find_date(text: str) -> tuple[int, int] | None:
    """Where ``text`` first names a day, period or span that can be a deadline ("by Q4", "within 6 months"), or None."""
    text = text[:LONGEST]
    if not _has_digit(text) and _word_set(_DATE_WORDS).isdisjoint(_bare(text)):
        return None
    found = re.search(_DATE, text, re.IGNORECASE)
    return found.span() if found else None


def find_number(text: str) -> tuple[int, int] | None:
    """Where ``text`` first states a quantity, as figures or as a word, or None. Dates and labels do not count."""
    text = text[:LONGEST]
    has_digit = _has_digit(text)
    if has_digit or any(word in text.lower() for word in _DATE_WORDS.split()):
        text = re.sub(_DATE, _blank, text, flags=re.IGNORECASE)
    if has_digit:
        text = re.sub(_LABEL, _blank, text, flags=re.IGNORECASE)
    found = re.search(_NUMBER if has_digit else _NUMBER_WORD, text, re.IGNORECASE)
    return found.span() if found else None


def has_number(text: str) -> bool:
    """Whether ``text`` states a quantity."""
    text = text[:LONGEST]
    if not _has_digit(text) and _word_set(_NUMBER_WORDS).isdisjoint(_bare(text)):
        return False
    return find_number(text) is not None


# Most names have no digits and none of these words, so the expensive patterns need not be compiled.


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _bare(text: str) -> list[str]:
    return [word.strip(".,;:!?()'’").removesuffix("s").rstrip("'’") for word in text.lower().replace("-", " ").split()]


@cache
def _word_set(words_: str) -> frozenset[str]:
    return frozenset(word.removesuffix("s") for word in words_.split()) | frozenset(words_.split())


def has_change(text: str) -> bool:
    """Whether ``text`` says how far something moves: a percentage, "from 4 to 1", "by 20"."""
    return any(re.search(pattern, text[:LONGEST], re.IGNORECASE) for pattern in (_PERCENT, _FROM_TO, _BY_NUMBER))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


LABEL_WORDS = 7  # the longest label before a colon: "Interim Director of Engineering, Ops KR"


def body(text: str, found: list[Word], verbs: Container[str] = ()) -> int:
    """Index of the first word that matters: after a label ("KR1: …", "Support: …") and after "we will", "I", "to".

    Words that begin with one of ``verbs`` are no label: "Launch the shop: phase one".
    """
    at = 0
    colon = text.find(": ")
    while colon > 0 and not (at < len(found) and found[at][0] in verbs):
        before = sum(1 for word in found if word[1] < colon)
        if before - at > LABEL_WORDS or before == len(found):
            break
        at = before
        colon = text.find(": ", colon + 1)
    while at < len(found) and found[at][0] in _LEADS:
        at += 1
    return at if at < len(found) else 0


_LEADS = frozenset(
    {
        "we",
        "i",
        "you",
        "they",
        "will",
        "shall",
        "to",
        "must",
        "should",
        "need",
        "can",
        "let's",
        "please",
        "i'll",
        "we'll",
    }
)
