"""The errors a person can fix, and "did you mean".

Whatever derives from :class:`KpiError` is shown to the user as one message, never as a traceback.
"""

from __future__ import annotations

from collections.abc import Iterable


class KpiError(Exception):
    """Something the user can fix. ``hint`` says how, in one sentence without a full stop at its end."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(KpiError):
    """The command line asks for something that does not exist or does not go together."""


class InputError(KpiError):
    """A file that is missing, unreadable or not what it should be."""


class TextError(KpiError):
    """A mistake inside a short text (a formula, a target, a number, a date).

    ``start`` and ``end`` are character offsets into that text, ``end`` exclusive, so that the caller who
    knows where the text is in a file can point at the very characters. ``kind`` distinguishes mistakes of which the
    caller wants to know more than the message says; "" for all others.
    """

    def __init__(
        self, message: str, start: int = 0, end: int | None = None, *, hint: str | None = None, kind: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.start = start
        self.end = start if end is None else end
        self.kind = kind


def shorten(text: str, most: int = 60) -> str:
    """A text on one line, cut when long."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def nearest(name: str, choices: Iterable[str]) -> str | None:
    """The choice that ``name`` was most likely meant to be, or None when none is near. Case is ignored."""
    from difflib import get_close_matches

    by_folded = {choice.casefold(): choice for choice in choices}
    found = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def _difference(name: str, near: str) -> str:
    """Where two names differ that look the same, or nearly so: by a character that is not seen, by the way in which an
    accent is written, or by a letter of another script."""
    if name.isascii() and near.isascii():
        return ""
    import unicodedata

    at = next((at for at, (one, other) in enumerate(zip(name, near, strict=False)) if one != other), None)
    if at is None:
        at = min(len(name), len(near))
    here, there = name[at : at + 1], near[at : at + 1]
    scripts = {unicodedata.name(character, "").partition(" ")[0] for character in (here, there) if character.isalpha()}
    hidden = any(unicodedata.category(character)[0] in "CMZ" for character in (here, there) if character)
    alike = unicodedata.normalize("NFKC", name) == unicodedata.normalize("NFKC", near)
    if not (alike or hidden or len(scripts) == 2):
        return ""
    words = [
        f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip() if character else "the end"
        for character in (here, there)
    ]
    return f" (character {at + 1} is {words[0]} here, and {words[1]} there)"


def did_you_mean(name: str, choices: Iterable[str]) -> str | None:
    """A hint: the nearest right name, else the list of a few right names, else None when there are none."""
    known = [choice for choice in choices if choice != name]  # which would be no help
    near = nearest(name, known)
    if near is not None:
        return f'did you mean "{near}"?{_difference(name, near)}'
    if 0 < len(known) <= 12:
        return "known here: " + ", ".join(known)
    return None
