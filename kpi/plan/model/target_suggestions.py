"""What people write for a target out of habit, and how it is written here. Only loaded to explain a mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NUMBER = r"[^\s\w]?\d(?:[\d.,_]*\d)?\s?[%kMB]?(?-i:\s?[A-Z]{3}\b)?"

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
_EARLIER = r"(?:than|over|versus|vs\.?|compared (?:to|with)|on) "
_YEAR_AGO = (
    r"(?:(?:the |an? |one )?(?:same |previous |prior )?(?:period |month |quarter |week |day )?(?:of |in )?"
    r"(?:last year|previous year|prior year|year ago|year before|year earlier))"
)
_BEFORE = r"(?:the )?(?:last|previous|prior|preceding) period|(?:the )?period (?:before|ago)"
_MORE = r"(?:more|higher|up|growth|increase|better|greater|larger|above)"
_LESS = r"(?:less|lower|down|decrease|reduction|fewer|smaller|below)"
_SENTENCES = (
    (rf"(.*?)\+?({_NUMBER}) ?{_MORE} (?:{_EARLIER})?{_YEAR_AGO}(.*)", r"\1\2 more than a year ago\3"),
    (rf"(.*?)-?({_NUMBER}) ?{_LESS} (?:{_EARLIER})?{_YEAR_AGO}(.*)", r"\1\2 less than a year ago\3"),
    (rf"(.*?)\+?({_NUMBER}) ?{_MORE} (?:{_EARLIER})?(?:{_BEFORE})(.*)", r"\1\2 more than the period before\3"),
    (rf"(.*?)-?({_NUMBER}) ?{_LESS} (?:{_EARLIER})?(?:{_BEFORE})(.*)", r"\1\2 less than the period before\3"),
    (
        rf"(.*?)\+?({_NUMBER}) ?(?:{_MORE} )?(?:yoy|y/y|year[- ]on[- ]year|year[- ]over[- ]year)\b(.*)",
        r"\1\2 more than a year ago\3",
    ),
    (rf".*\b{_UP}\b.*\bto ({_NUMBER})(.*)", r"at least \1\2"),
    (rf".*\b{_DOWN}\b.*\bto ({_NUMBER})(.*)", r"at most \1\2"),
    (rf".*\b{_UP}\b.*\bby (\d[\d.]*\s?%)(.*)", r"\1 more\2"),
    (rf".*\b{_DOWN}\b.*\bby (\d[\d.]*\s?%)(.*)", r"\1 less\2"),
    (rf"\+?({_NUMBER})\s*(?:higher|up|increase|growth|better|greater|larger|faster)\b(.*)", r"\1 more\2"),
    (rf"-?({_NUMBER})\s*(?:lower|down|decrease|reduction|fewer|smaller|shorter)\b(.*)", r"\1 less\2"),
    (rf"({_NUMBER})(?:\+| (?:or|and) (?:more|higher|above|over|better))(.*)", r"at least \1\2"),
    (rf"({_NUMBER}) (?:or|and) (?:less|fewer|lower|below|under)(.*)", r"at most \1\2"),
    (rf"(?:between )?({_NUMBER})\s*(?:-|–|\.\.+|to|and|…)\s*({_NUMBER})(.*)", r"between \1 and \2\3"),
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


def question(text: str, rest: str, number: str) -> str | None:
    """What to ask about words after a number; None if nothing is known of them.

    ``rest`` are the words in the target ``text``, ``number`` what is before them.
    """
    directed = f'"at least {number}" or "at most {number}"'
    if re.match(rf"(?:{_DIRECTIONS}|[<>=≤≥])", number, re.IGNORECASE):
        directed = f'"{number}"'
    rest = rest.strip(" ,;:(")
    if found := re.search(r"(\d+)(?:st|nd|rd|th)? percentile|\bp(\d\d)\b", text, re.IGNORECASE):
        return f"the percentile belongs in the formula: percentile(source.column, {found[1] or found[2]})"
    if re.match(r"(?:more|less|higher|lower)\b", rest, re.IGNORECASE):
        return 'than what? write "… than a year ago", "… than the period before", or add a baseline'
    if re.match(r"(?:per|a|an|each|every)\b", rest, re.IGNORECASE) or rest.startswith("/"):
        return (
            f'does the formula compute the number "{rest}" already? then write {directed}; if not, divide by it there'
        )
    if re.fullmatch(r"\w+", rest):
        return f'are "{rest}" what the formula counts? then say so once, as unit: {rest}, and write {directed}'
    return f'does the formula compute what "{rest}" says? then write {directed}'


def from_to(text: str) -> str | None:
    """What to ask about ``from 25 to 35``: a band, or the way from a baseline to a target; None for other texts."""
    found = re.fullmatch(rf"from ({_NUMBER}) (?:to|up to|down to) ({_NUMBER})( by .*)?", text, re.IGNORECASE)
    if found is None:
        return None
    first, last, by = found[1], found[2], found[3] or ""
    low, high = (_size(number) for number in (first, last))
    band, way = (f"{first} and {last}", "at least") if low <= high else (f"{last} and {first}", "at most")
    return f'is it a band? then write "between {band}{by}"; else add baseline: {first} and write "{way} {last}{by}"'


def _size(number: str) -> float:
    number = re.sub(r"\s?[A-Z]{3}$", "", number)  # the currency
    size = {"k": 1e3, "M": 1e6, "B": 1e9}.get(number[-1], 1.0)
    digits = re.sub(r"[^\d.]", "", number)
    return float(digits) * size if digits.count(".") < 2 else 0.0
