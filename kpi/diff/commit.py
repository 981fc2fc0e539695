"""Parses commits: who changed something, when and why."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import NamedTuple

_AUTHOR = re.compile(rb"^author (.*?) ?<([^>]*)> (\d+) ([-+])(\d\d)(\d\d)$", re.MULTILINE)
_ENCODING = re.compile(rb"^encoding (\S+)$", re.MULTILINE)


class Commit(NamedTuple):
    """A commit: its hash, author, date in the author's time zone, and the first line of its message."""

    hash: str
    author: str
    email: str
    day: date
    subject: str


def parse_commit(hash_: str, raw: bytes) -> Commit:
    """Parse a raw commit object. Parts that cannot be parsed are left empty: some old tools wrote malformed commits."""
    head, _, message = raw.partition(b"\n\n")
    named = _ENCODING.search(head)
    encoding = named[1].decode("ascii", "replace") if named else "utf-8"

    def text(part: bytes) -> str:
        try:
            return part.decode(encoding, "replace")
        except LookupError:
            return part.decode("utf-8", "replace")

    subject = " ".join(text(message.strip().partition(b"\n")[0]).split())
    found = _AUTHOR.search(head)
    if found is None:
        return Commit(hash_, "", "", date.min, subject)
    offset = timedelta(hours=int(found[5]), minutes=int(found[6])) * (-1 if found[4] == b"-" else 1)
    try:
        day = datetime.fromtimestamp(int(found[3]), timezone(offset)).date()
    except (ValueError, OverflowError, OSError):
        day = datetime.fromtimestamp(0, UTC).date()
    return Commit(hash_, text(found[1]), text(found[2]), day, subject)
