"""Parses the length of a period: ``month``, ``half``, ``2 weeks``."""

from __future__ import annotations

import re

from kpi.errors import Replacement, TextError, nearest
from kpi.values.calendar import EVERY, MOST_WEEKS, Every

_WORDS: dict[str, Every] = {
    "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year", "annual": "year",
    "annually": "year", "annum": "year", "fortnight": "2 weeks", "fortnightly": "2 weeks", "half year": "half",
    "halfyear": "half", "half yearly": "half", "halfyearly": "half", "semester": "half", "semiannual": "half",
    "semi annual": "half", "semiannually": "half",
}  # fmt: skip
_MONTHS: dict[int, Every] = {1: "month", 3: "quarter", 6: "half", 12: "year"}
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def parse_every(text: str) -> Every:
    """Parse the length of a period: ``day``, ``week``, ``month``, ``quarter``, ``half``, ``year`` or ``2 weeks``.

    Raises TextError with a suggestion.
    """
    words = text.split()
    if text in EVERY:
        return text
    if len(words) == 2 and words[1] in ("week", "weeks") and words[0].isascii() and words[0].isdigit():
        weeks = int(words[0][:5])
        if 2 <= weeks <= MOST_WEEKS:
            return f"{weeks} weeks"
    meant = suggest_every(text)
    hint = f'did you mean "{meant}"?' if meant else "write " + ", ".join(EVERY) + ' or several weeks, as in "2 weeks"'
    raise TextError(
        f'"{text}" is not the length of a period', 0, len(text), hint=hint,
        replacements=[] if meant is None else [Replacement(0, len(text), meant)],
        certain=meant is not None and text.strip().lower() in _WORDS,
    )  # fmt: skip


def suggest_every(text: str) -> Every | None:
    """The length that ``text`` means; None if it is not recognized, or if it can mean several."""
    words = re.sub(r"[\s_-]+", " ", text.strip().lower()).removeprefix("every ").removeprefix("per ")
    if words in _WORDS:
        return _WORDS[words]
    for number, word in enumerate(_NUMBERS, 1):
        words = re.sub(rf"^{word}\b", str(number), words)
    if match := re.fullmatch(r"(\d{1,3}) ?(day|week|month|quarter|half|year|sprint)s?", words):
        return _counted(int(match[1]), match[2])
    if words in ("biweekly", "bi weekly", "bimonthly", "bi monthly", "biannual", "bi annual", "biannually"):
        return None  # twice in one, or once in two
    return nearest(words, EVERY)


def _counted(count: int, unit: str) -> Every | None:
    """Several units as one length, where there is such a length."""
    if unit in ("week", "day"):
        weeks, rest = divmod(count, 1 if unit == "week" else 7)
        if rest == 0 and 1 <= weeks <= MOST_WEEKS:
            return "week" if weeks == 1 else f"{weeks} weeks"
        return "day" if unit == "day" and count == 1 else None
    months = {"month": 1, "quarter": 3, "half": 6, "year": 12}.get(unit, 0) * count
    return _MONTHS.get(months)
