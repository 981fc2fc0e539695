"""Suggests the right notation for a misspelled date or period. Only imported to explain an error."""

from __future__ import annotations

import re
from datetime import date

from kpi.values.calendar import MONTHS


def suggest_dates(text: str) -> list[str]:
    """The ISO dates that ``text`` may mean. Empty if it is not recognized."""
    text = text.strip().strip("\"'")
    found: list[tuple[str, int | str, str]] = []
    # The month has a separator on both sides or on neither: "2026-12" is a month, not 2 January.
    if match := re.match(r"(\d{4})([-/. ]?)(\d\d?)\2(\d\d?)(?:[T ]\d\d?:.*)?$", text):
        if match[2] or len(match[3] + match[4]) == 4:
            found.append((match[1], int(match[3]), match[4]))
    elif match := re.match(r"(\d\d?)[-/. ]+(\d\d?)[-/. ]+(\d{4})$", text):
        found += [(match[3], int(match[2]), match[1]), (match[3], int(match[1]), match[2])]
    elif match := re.match(r"(\d\d?)(?:st|nd|rd|th)?[-. ]+([a-z]{3,9})[-., ]+(\d{4})$", text, re.IGNORECASE):
        found.append((match[3], match[2], match[1]))
    elif match := re.match(r"([a-z]{3,9})[-. ]+(\d\d?)(?:st|nd|rd|th)?[-., ]+(\d{4})$", text, re.IGNORECASE):
        found.append((match[3], match[1], match[2]))
    dates = []
    for year, month, day in found:
        try:
            dates.append(date(int(year), month if isinstance(month, int) else _month(month), int(day)).isoformat())
        except ValueError:
            continue
    return list(dict.fromkeys(dates))


def _month(word: str) -> int:
    """The number of the month whose name begins with ``word``. Raises ValueError."""
    for number, name in enumerate(MONTHS, 1):
        if name.startswith(word.lower()):
            return number
    raise ValueError(word)


def label_candidates(text: str) -> list[str]:
    """The labels of periods that ``text`` may mean, the likeliest first; some of them are not labels."""
    text = text.strip().strip("\"'")
    upper = re.sub(r"\s+", " ", text.upper())
    found = [upper, *suggest_dates(text)]
    if match := re.match(r"(FY ?)?(\d{4})[-/ ]?(Q|H|W|KW)?[-/ ]?(\d\d?)$", upper):
        fiscal, year, letter, number = match.groups()
        prefix = "FY" if fiscal else ""
        found.append(
            f"{prefix}{year}-{letter}{number}"
            if letter in ("Q", "H")
            else f"{year}-{'W' if letter else ''}{number:0>2}"
        )
    if match := re.match(r"(Q|H|W|KW|WEEK)[- ]?(\d\d?)[-/, ]+(FY ?)?(\d{4})$", upper):
        letter, number, fiscal, year = match.groups()
        prefix = "FY" if fiscal else ""
        found.append(f"{prefix}{year}-{letter}{number}" if letter in ("Q", "H") else f"{year}-W{number:0>2}")
    if match := re.match(r"(\d\d?)[-/.](\d{4})$", upper):
        found.append(f"{match[2]}-{match[1]:0>2}")
    if match := re.match(r"FY ?(\d{4})$", upper):
        found.append(f"FY{match[1]}")
    for pattern, year_at, month_at in ((r"([A-Z]{3,9})[-., ]+(\d{4})$", 2, 1), (r"(\d{4})[-., ]+([A-Z]{3,9})$", 1, 2)):
        if match := re.match(pattern, upper):
            try:
                found.append(f"{match[year_at]}-{_month(match[month_at]):02d}")
            except ValueError:
                continue
    return found + [candidate.removeprefix("FY") for candidate in found]
