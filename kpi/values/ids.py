"""Ids made of names: one way for all commands, so that a KPI has the same id wherever it comes from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "a", "ł": "l"})
_LONGEST = 60  # characters
_FILLERS = frozenset({"a", "an", "and", "by", "for", "from", "in", "of", "on", "our", "the", "to", "us", "we", "with"})


def id_of(name: str, most_words: int | None = None) -> str:
    """A name as an id of the plan, in ASCII; empty where nothing is left of it. Of a sentence it may have
    ``most_words``, those that say something."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    words = re.findall(r"[a-z0-9]+", plain.replace("%", " percent ").replace("'", "").replace("’", ""))
    if most_words is not None:
        words = ([word for word in words if word not in _FILLERS] or words)[:most_words]
    id_ = "_".join(words)[:_LONGEST].rstrip("_")
    return id_ if not id_ or id_[0].isalpha() else f"n_{id_}"


def free_id(wanted: str, taken: Container[str]) -> str:
    """``wanted``, or with the first number from 2 with which it is not ``taken``."""
    id_, number = wanted, 2
    while id_ in taken:
        id_, number = f"{wanted}_{number}", number + 1
    return id_
