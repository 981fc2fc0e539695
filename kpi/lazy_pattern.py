"""Regular expressions that are compiled when they are first used: few commands need all of those that they import."""

from __future__ import annotations

import re
from typing import Any, AnyStr


def lazy_pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What ``re.compile`` returns, compiled when it is first used. A mistake in ``text`` is only reported then."""
    pattern: Any = _LazyPattern(text, flags)
    found: re.Pattern[AnyStr] = pattern
    return found


class _LazyPattern:
    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """An attribute of the compiled pattern, kept so that the next use of it does not lead here again."""
        found = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, found)
        return found
