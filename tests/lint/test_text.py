"""Words, numbers and dates in a sentence."""

from __future__ import annotations

import re

import pytest

from kpi.lint import text
from kpi.lint.text import body, find_date, find_number, has_change, has_number, words


def found_in(sentence: str, span: tuple[int, int] | None) -> str | None:
    return None if span is None else sentence[slice(*span)].strip()


def test_words_have_offsets_and_quotations_are_skipped() -> None:
    sentence = "A world-class team’s `robust` \"synergy\" and 'agile' it's“holistic”"
    assert [word for word, _, _ in words(sentence)] == ["a", "world", "class", "team's", "and", "it's"]
    for word, start, end in words(sentence):
        assert sentence[start:end].lower().replace("’", "'") == word


def test_an_apostrophe_does_not_open_a_quotation() -> None:
    assert [word for word, _, _ in words("our customers' needs and users' wishes")] == [
        "our", "customers", "needs", "and", "users", "wishes",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "date"),
    [
        ("Ship it by Q4", "Q4"),
        ("Ship it by the end of 2026", "2026"),
        ("Grow by 20% within 6 months", "within 6 months"),
        ("Grow in the next three months", "in the next three months"),
        ("Sales up 15% next quarter", "next quarter"),
        ("Done by 1 September", "1 September"),
        ("Done by October 1", "October 1"),
        ("Done by 2026-12-31", "2026-12-31"),
        ("Done by 31.12.2026", "31.12.2026"),
        ("Half by FY27", "FY27"),
        ("In May and June it doubles", "In May"),
        ("by the end of this academic year", "end of this academic year"),
        ("We may win customers", None),
        ("March towards the goal", None),
        ("Each month customers come back", None),
        ("Answers within 12 hours", None),
        ("2,026 users", None),
        ("Raise $2026", None),
        ("P2026 parts", None),
    ],
)
def test_dates(sentence: str, date: str | None) -> None:
    assert found_in(sentence, find_date(sentence)) == date


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        ("Grow MRR to $280k", "$280k"),
        ("Below 5 % churn", "5 %"),
        ("Three in ten customers come back", "Three"),
        ("Double the revenue", "Double"),
        ("Reach 10,000 users", "10,000"),
        ("Answer in 500ms", "500ms"),
        ("Grow 3x", "3x"),
        ("Day-7 activation", None),
        ("p95 latency", None),
        ("P1 incidents", None),
        ("24/7 support", None),
        ("Phase 2 of the project", None),
        ("Done by Q4 2026", None),
        ("Improve satisfaction", None),
        ("B2B leads", None),
    ],
)
def test_numbers(sentence: str, number: str | None) -> None:
    assert found_in(sentence, find_number(sentence)) == number
    assert has_number(sentence) == (number is not None)


@pytest.mark.parametrize(
    ("sentence", "changes"),
    [
        ("from 4 days to 1 day", True),
        ("by 20", True),
        ("churn falls to 10% from 40%", True),
        ("4 → 1 incidents", True),
        ("Post 5 updates", False),
        ("Complete 10 calls per day", False),
    ],
)
def test_changes(sentence: str, changes: bool) -> None:
    assert has_change(sentence) is changes


@pytest.mark.parametrize(
    ("sentence", "first"),
    [
        ("KR1: Launch the site", "launch"),
        ("We will launch the site", "launch"),
        ("Head of Sales: hire two people", "hire"),
        ("To", "to"),
        ("A long sentence that goes on and on: then a colon", "a"),
    ],
)
def test_body_begins_after_labels_and_pronouns(sentence: str, first: str) -> None:
    found = words(sentence)
    assert found[body(sentence, found)][0] == first


def test_the_quick_look_before_a_pattern_is_never_wrong() -> None:
    """Every word with which the pattern for dates can match without a figure is one the quick look knows."""
    spans = [
        "day",
        "week",
        "month",
        "quarter",
        "year",
        "sprint",
        "semester",
        "term",
        "season",
        "decade",
        "century",
        "half",
        "summer",
        "spring",
    ]
    sentences = [f"by the end of the {span}" for span in spans] + [f"next {span}" for span in spans]
    sentences += [f"in {month} we open" for month in ("January", "april", "December")]
    sentences += ["by tomorrow", "before year-end", "until Christmas", "by Friday", "EOY", "in the coming months"]
    for sentence in sentences:
        assert re.search(text._DATE, sentence, re.IGNORECASE)
        assert find_date(sentence)
