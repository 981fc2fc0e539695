"""How the numbers of a column are written, so that what is written otherwise is not added to them in silence.

Fifty and 50% are not of one kind, nor are dollars and euros; and where commas are decimal marks, "1.234" may well be
more than a thousand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kpi.data.database import text_literal
from kpi.lazy_pattern import lazy_pattern
from kpi.plan.checks.source_facts import SourceFacts

GROUP = r"[-+]?[1-9]\d{0,2}\.\d{3}"
# What is left of a number when digits and marks are taken out: its currency.
MARKS = "[0-9\\s\u00a0\u2009\u202f.,'’()%+−–—-]"
DECIMAL_COMMA = lazy_pattern(r"[-+]?(\d{1,3}(\.\d{3})+|\d+),(?:\d{1,2}\s*%?|[-−–—]{1,2})|\d{1,3}(\.\d{3}){2,}")
LIKE_THE_OTHERS = "a number written like the others"
TWO_WAYS = "a number that can be read in one way"


class Notation(NamedTuple):
    """How the numbers in the first rows of a column are written. ``percent``: with a percent sign; ``currency``: with
    that sign or code, "" for none; ``example`` is one of them. ``two_ways``: nothing shows that the point is a decimal
    mark, and something that it may not be."""

    percent: bool
    currency: str
    example: str
    two_ways: bool

    def fits(self, text: str, *, decorated: bool) -> str | None:
        """SQL for: a text is written in this way; None where any is. ``decorated``: percent signs and currencies are
        read at all."""
        conditions = []
        if decorated:
            percent = f"contains({text}, '%')"
            conditions.append(
                f"({percent} OR NOT regexp_matches({text}, '[1-9]'))" if self.percent else f"NOT {percent}"
            )
            left = f"regexp_replace({text}, {text_literal(MARKS)}, '', 'g')"
            own = ("", "e", "E", self.currency) if self.currency else ("", "e", "E")
            conditions.append(f"{left} IN ({', '.join(text_literal(one) for one in own)})")
        if self.two_ways:
            conditions.append(f"NOT regexp_full_match(trim({text}), {text_literal(GROUP)})")
        return " AND ".join(conditions) or None

    @property
    def words(self) -> str:
        """What a value should have been."""
        return TWO_WAYS if self.two_ways else f'{LIKE_THE_OTHERS} ("{self.example}")'


def notations(sample: Mapping[str, Sequence[str]], facts: SourceFacts, *, decimal: bool) -> dict[str, Notation]:
    """The notation of each column that has a number in the first rows. ``decimal``: its mark has been said."""
    comma = not decimal and (
        any(file.delimiter == ";" for file in facts.per_file)
        or any(DECIMAL_COMMA.fullmatch(text.strip()) for texts in sample.values() for text in texts)
    )
    found = {name: notation(texts, comma=comma) for name, texts in sample.items()}
    return {name: one for name, one in found.items() if one is not None}


def notation(texts: Iterable[str], *, comma: bool) -> Notation | None:
    """The notation of one column; None where no value has a digit other than zero."""
    values = [value for text in texts if re.search("[1-9]", value := text.strip())]
    if not values:
        return None
    percents = sum("%" in value for value in values)
    percent = 2 * percents >= len(values)
    currencies = [left for value in values if (left := re.sub(MARKS, "", value)) not in ("e", "E", "")]
    currency = max(currencies, key=currencies.count, default="")
    like = (value for value in values if ("%" in value) == percent and re.sub(MARKS, "", value) == currency)
    proved = any("." in value and not re.fullmatch(GROUP, value) for value in values)
    return Notation(percent, currency, next(like, values[0]), comma and not proved)
