"""Days as people say them."""

from __future__ import annotations

from datetime import date

import pytest

from kpi.values.date_words import by_in_words, day_in_full, day_in_words, month_in_words


@pytest.mark.parametrize(
    ("day", "words", "month", "full"),
    [
        (date(2026, 5, 12), "12 May 2026", "May 2026", "12 May 2026"),
        (date(2026, 6, 1), "1 June 2026", "June 2026", "1 June 2026"),
        (date(2026, 9, 30), "30 Sep 2026", "Sep 2026", "30 September 2026"),
        (date(2026, 12, 31), "31 Dec 2026", "Dec 2026", "31 December 2026"),
    ],
)
def test_days_and_months(day: date, words: str, month: str, full: str) -> None:
    assert (day_in_words(day), month_in_words(day), day_in_full(day)) == (words, month, full)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 12, 31), "Dec 2026"),
        (date(2026, 12, 30), "30 Dec 2026"),
        (date(2028, 2, 28), "28 Feb 2028"),
        (date(2028, 2, 29), "Feb 2028"),
        (date.max, "Dec 9999"),
    ],
)
def test_the_last_day_of_a_month_is_its_month(day: date, words: str) -> None:
    assert by_in_words(day) == words
