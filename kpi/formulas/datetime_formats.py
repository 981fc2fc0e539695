"""The formats under ``types``: ``date %d/%m/%Y``, ``timestamp %Y-%m-%d %H:%M``, ``duration %H.%M.%S``.

A ``duration`` without a format is one that says its units, or has hours, minutes and seconds.
"""

from __future__ import annotations

from kpi.errors import TextError

# Behind the percent sign; those in the second text may have a minus between, for numbers without a leading zero.
_KNOWN = "aAbBcdfgGhHIjmMnpSTuUVwWxXyYzZ%"
_UNPADDED = "djmyHIMS"
_DURATION = "dHMSf%"
_YEARS, _MONTHS = frozenset("YyGcx"), frozenset("mbBhjcxUWV")
# How other programs write formats, longest first.
_FOREIGN = (
    ("YYYY", "%Y"), ("yyyy", "%Y"), ("MMM", "%b"), ("MM", "%m"), ("DD", "%d"), ("dd", "%d"), ("HH", "%H"), ("hh", "%H"),
    ("mm", "%M"), ("SS", "%S"), ("ss", "%S"), ("YY", "%y"), ("yy", "%y"), ("M", "%m"), ("D", "%d"), ("d", "%d"),
)  # fmt: skip


def check_type(text: str) -> None:
    """Raise TextError when the format behind the kind cannot be one. ``text`` is the whole, e.g. "date %d/%m/%Y"."""
    kind = text.split(maxsplit=1)[0]
    start = text.index(kind) + len(kind)
    shape = text[start:].strip()
    start = text.index(shape, start) if shape else start
    if not shape or kind not in ("date", "timestamp", "duration"):
        return
    found = _directives(text, start, _DURATION if kind == "duration" else _KNOWN)
    if not found:
        raise TextError(f'"{shape}" is no format', start, start + len(shape), hint=_in_percents(shape, kind))
    letters: dict[str, int] = {}
    for letter, at in found:
        if letter in letters and letter != "%":
            raise TextError(f"%{letter} occurs twice", at, at + 2, hint=_confused(letter))
        letters[letter] = at
    whole = (start, start + len(shape))
    if kind == "duration":
        return
    if not _YEARS & letters.keys():
        hint = "%Y is the year, %y its last two digits"
        raise TextError(f"a {kind} has a year, but this format has none", *whole, hint=hint)
    if "d" in letters and not _MONTHS & letters.keys():
        if "M" in letters:
            at = letters["M"]
            raise TextError("%M is minutes, not the month", at, at + 2, hint="%m is the month")
        hint = "%m is the month, %b its short name"
        raise TextError(f"a {kind} has a month, but this format has none", *whole, hint=hint)


def _directives(text: str, start: int, known: str) -> list[tuple[str, int]]:
    """The letters behind percent signs and their places."""
    found = []
    at = start
    while (at := text.find("%", at)) >= 0:
        letter = text[at + 1 : at + 2]
        width = 2
        if letter == "-" and text[at + 2 : at + 3] in tuple(_UNPADDED):
            letter, width = text[at + 2], 3
        if not letter or letter not in known:
            hint = _other_case(letter, known)
            raise TextError(f'"{text[at : at + 2]}" means nothing in a format', at, at + 2, hint=hint)
        found.append((letter, at))
        at += width
    return found


def _other_case(letter: str, known: str) -> str | None:
    if known == _DURATION:
        return "a duration takes %d, %H, %M, %S and %f"
    meant = letter.swapcase()
    return f"did you mean %{meant}?" if letter and meant != letter and meant in known else "e.g. date %d/%m/%Y"


def _confused(letter: str) -> str | None:
    return {"m": "%m is the month, %M is minutes", "M": "%M is minutes, %m is the month"}.get(letter)


def _in_percents(shape: str, kind: str) -> str:
    """The format as it was probably meant."""
    made = shape
    if kind != "duration" and "MM" not in shape:
        made = made.replace("mm", "%m", 1)
    for foreign, own in _FOREIGN:
        made = _replaced(made, foreign, own)
    letters = made.replace("%", " %").split()
    is_sure = all(not any(c.isalpha() for c in part[2 if part[0] == "%" else 0 :]) for part in letters)
    return f"write {kind} {made}" if is_sure and "%" in made else _example(kind)


def _example(kind: str) -> str:
    return "write e.g. duration %H:%M:%S" if kind == "duration" else f"write e.g. {kind} %d/%m/%Y"


def _replaced(text: str, foreign: str, own: str) -> str:
    """``text`` with ``foreign`` replaced where it is not part of a directive that is there already."""
    parts = text.split(foreign)
    made = parts[0]
    for part in parts[1:]:
        made += (foreign if made.endswith("%") else own) + part
    return made
