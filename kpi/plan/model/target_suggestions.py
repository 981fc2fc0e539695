"""What people write for a target out of habit, and how it is written here. Only loaded to explain a mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NUMBER = r"[^\s\w]?\d(?:[\d.,_]*\d)?\s?[%kMB]?"

# Other words for a direction, at the start of a target.
_WORDS = (
    ("=>|atleast|min(?:imum)?\\b\\.?(?: of)?|not less than|no fewer than|not (?:below|under)", "at least"),
    ("greater than or equal to|from|stay (?:above|over)", "at least"),
    ("=<|atmost|max(?:imum)?\\b\\.?(?: of)?|not more than|no higher than|not (?:above|over|exceeding)", "at most"),
    ("less than or equal to|within|stay (?:below|under)", "at most"),
    ("greater than|higher than|bigger than|larger than|better than|exceeds?|exceeding|beyond", "above"),
    ("lower than|fewer than|smaller than|shorter than", "below"),
    ("equal to|equals?|precisely", "exactly"),
)
_UP = r"(?:increase|grow|raise|improve|boost|lift|push)\w*"
_DOWN = r"(?:reduce|reduction|decrease|cut|lower|drop|shrink)\w*"

_DIRECTIONS = (
    "at least|at or above|no less than|above|more than|over|at most|at or below|no more than|below|less than|under|"
    "up to|exactly|between"
)
_SENTENCES = (
    (rf".*\b{_UP}\b.*\bto ({_NUMBER})(.*)", r"at least \1\2"),
    (rf".*\b{_DOWN}\b.*\bto ({_NUMBER})(.*)", r"at most \1\2"),
    (rf".*\b{_UP}\b.*\bby (\d[\d.]*\s?%)(.*)", r"\1 more\2"),
    (rf".*\b{_DOWN}\b.*\bby (\d[\d.]*\s?%)(.*)", r"\1 less\2"),
    (rf"\+?({_NUMBER})\s*(?:higher|up|increase|growth|better|greater|larger|faster)\b(.*)", r"\1 more\2"),
    (rf"-?({_NUMBER})\s*(?:lower|down|decrease|reduction|fewer|smaller|shorter)\b(.*)", r"\1 less\2"),
    (rf"({_NUMBER})(?:\+| (?:or|and) (?:more|higher|above|over|better))(.*)", r"at least \1\2"),
    (rf"({_NUMBER}) (?:or|and) (?:less|fewer|lower|below|under)(.*)", r"at most \1\2"),
    (rf"(?:between |from )?({_NUMBER})\s*(?:-|–|\.\.+|to|and|…)\s*({_NUMBER})(.*)", r"between \1 and \2\3"),
    (rf"(?:at least|>=?) ?({_NUMBER}),?(?: and| but)? (?:at most|<=?) ?({_NUMBER})(.*)", r"between \1 and \2\3"),
    (r"(.*?)(\d[\d.]*) of ([a-z]\w*)", r"\1\2% of \3"),
    (r"(.*?)(?:half (?:of )?(?:the )?)([a-z]\w*)", r"\g<1>50% of \2"),
    (r"(.*?)(?:twice (?:the )?|double (?:the )?|2 ?x )([a-z]\w*)", r"\g<1>200% of \2"),
    (r"(.*?\d%?) of the ([a-z]\w*)", r"\1 of \2"),
    (r"(.*?)\bthe ([a-z]\w*)", r"\1\2"),
)


def meant(text: str) -> Iterator[str]:
    """What a target that is not understood may have meant; each still has to be read to see whether it is one."""
    text = " ".join(text.split())
    for pattern, words in _WORDS:
        yield re.sub(rf"^(?:{pattern})\s*(?=[^\s\w]?\d|[a-z])", f"{words} ", text, flags=re.IGNORECASE)
    for pattern, form in _SENTENCES:
        if found := re.fullmatch(pattern, text, re.IGNORECASE):
            yield " ".join(found.expand(form).split())
    yield re.sub(r"^(at (?:least|most)|above|below|over|under)(?=\d)", r"\1 ", text, flags=re.IGNORECASE)
    if not re.search(r"\d", text):
        yield text.lower()
    if found := re.search(rf"\b(?:{_DIRECTIONS})\s+[^\s\w]?\d.*", text, re.IGNORECASE):
        yield found[0]


def why_not(rest: str, unit: str | None) -> str:
    """Where the words after a number belong instead."""
    rest = rest.lstrip(" ,;:(")
    if found := re.search(r"(\d+)(?:st|nd|rd|th)? percentile|\bp(\d\d)\b", rest, re.IGNORECASE):
        return f"the percentile belongs in the formula: percentile(source.column, {found[1] or found[2]})"
    if re.match(r"(?:per|a|an|each|every)\b", rest, re.IGNORECASE) or rest.startswith("/"):
        return "how often it is measured is said by every"
    if (unit is not None and rest.lower() == unit.lower()) or re.fullmatch(r"\w+", rest):
        return "what is counted is said once, by unit"
    return "what is measured belongs in the formula and the name"
