"""Errors that users can fix, and "did you mean" suggestions.

Errors derived from :class:`KpiError` are shown to the user as a message, never as a traceback.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple


class KpiError(Exception):
    """An error that the user can fix. ``hint`` says how, in one sentence without a full stop."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(KpiError):
    """An argument or option of the command line is invalid."""


class InputError(KpiError):
    """A file is missing, unreadable or invalid."""


class Replacement(NamedTuple):
    """Text that may be written instead of the characters ``start`` to ``end`` (exclusive) of a short text."""

    start: int
    end: int
    text: str


class TextError(KpiError):
    """An error in a short text (a formula, a target, a number, a date).

    ``start`` and ``end`` (exclusive) are character offsets in that text. The caller knows the location of the text in
    its file and converts them. ``kind`` identifies errors that a caller handles differently; "" for all others.
    ``replacements`` are what the hint says to write, each by itself; ``certain`` says that there is one, and that it
    means nothing else than what is written.
    """

    def __init__(
        self,
        message: str,
        start: int = 0,
        end: int | None = None,
        *,
        hint: str | None = None,
        kind: str = "",
        replacements: Sequence[Replacement] = (),
        certain: bool = False,
    ) -> None:
        super().__init__(message, hint=hint)
        self.start = start
        self.end = start if end is None else end
        self.kind = kind
        self.replacements = tuple(replacements)
        self.certain = certain and len(self.replacements) == 1


@contextmanager
def usage_errors(option: str | None = None) -> Iterator[None]:
    """Report a text that cannot be read as a mistake in an option or argument. Raises UsageError, whose message begins
    with ``option`` if there is one."""
    try:
        yield
    except TextError as mistake:
        begin = "" if option is None else f"{option}: "
        raise UsageError(f"{begin}{mistake.message}", hint=mistake.hint) from None


def shorten(text: str, most: int = 60) -> str:
    """A text on one line, cut when long."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def nearest(name: str, choices: Iterable[str]) -> str | None:
    """The choice that is most similar to ``name``, ignoring case, or None if none is similar."""
    from difflib import get_close_matches

    by_folded = {choice.casefold(): choice for choice in choices}
    found = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def nearest_instead(name: str, choices: Iterable[str]) -> tuple[Replacement, ...]:
    """The choice that :func:`did_you_mean` names, written instead of a whole text; none if none is similar."""
    near = nearest(name, (choice for choice in choices if choice != name))
    return () if near is None else (Replacement(0, len(name), near),)


def _difference(name: str, near: str) -> str:
    """The difference between two names that look alike: an invisible character, another encoding of an accent, or a
    letter of another script. Empty if they do not look alike."""
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
    """A hint: the most similar name, else a list of all names if there are few, else None."""
    known = [choice for choice in choices if choice != name]
    near = nearest(name, known)
    if near is not None:
        return f'did you mean "{near}"?{_difference(name, near)}'
    if 0 < len(known) <= 12:
        return "known here: " + ", ".join(known)
    return None
