"""The types of values in formulas.

A value of which nothing is known (a column, while no data has been read) has a set of possible types. An expression is
a mistake when no type is left that would fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

# A timestamp is what a clock showed somewhere; an instant knows its zone, so that its hours can be counted. "empty" is
# the type of a column without a single value, and of None.
ValueType = Literal["number", "text", "boolean", "date", "timestamp", "instant", "duration", "empty"]
Types = frozenset[ValueType]

NUMBER: Types = frozenset({"number"})
TEXT: Types = frozenset({"text"})
BOOLEAN: Types = frozenset({"boolean"})
DATE: Types = frozenset({"date"})
TIME: Types = frozenset({"date", "timestamp", "instant"})
CLOCK: Types = frozenset({"timestamp", "instant"})
DURATION: Types = frozenset({"duration"})
AMOUNT: Types = NUMBER | DURATION
ANY: Types = NUMBER | TEXT | BOOLEAN | TIME | DURATION
EMPTY: Types = frozenset({"empty"})

_WORDS: Mapping[ValueType, str] = {
    "number": "a number", "text": "text", "boolean": "a boolean", "date": "a date", "timestamp": "a time",
    "instant": "a time", "duration": "a duration", "empty": "an empty column",
}  # fmt: skip


def in_words(types: Types) -> str:
    """``a number``, ``text or a date``: a set of types for a message. Dates and times together are "a date"."""
    return " or ".join(
        dict.fromkeys(
            words
            for type_, words in _WORDS.items()
            if type_ in types and not (type_ in ("timestamp", "instant") and "date" in types)
        )
    )


def type_in_words(type_: ValueType) -> str:
    """One type for a message."""
    return _WORDS[type_]
