"""The words of a calendar."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kpi.errors import TextError
from kpi.values import Calendar, parse_month_name, parse_timezone, parse_weekday


def test_a_calendar_is_made_from_words() -> None:
    assert Calendar.from_words("monday", "january", "UTC") == Calendar()
    assert Calendar.from_words("Sunday", "april", "Europe/Berlin") == Calendar(6, 4, "Europe/Berlin")


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("monnday", "january", "UTC"), '"monnday" is not a day of the week', 'did you mean "monday"?'),
        (("monday", "Arpil", "UTC"), '"Arpil" is not a month', 'did you mean "april"?'),
        (("monday", "january", "europe/berlin"), '"europe/berlin" is not a time zone', 'did you mean "Europe/Berlin"?'),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_one(words: tuple[str, str, str], message: str, hint: str) -> None:
    with pytest.raises(TextError) as caught:
        Calendar.from_words(*words)
    assert (caught.value.message, caught.value.hint) == (message, hint)
    assert caught.value.end == len(caught.value.message.split('"')[1])


@pytest.mark.parametrize(
    "name", ["", "America", "../../etc/passwd", "/etc/localtime", "localtime", "Mars/Base", "a\0b"]
)
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(TextError) as caught:
        parse_timezone(name)
    assert "localtime" not in (caught.value.hint or "")


def test_without_any_time_zone_data_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoneinfo.available_timezones", set)
    with pytest.raises(TextError) as caught:
        parse_timezone("Mars/Base")
    assert "tzdata" in (caught.value.hint or "")
    assert parse_timezone("UTC") == "UTC"


def test_words_have_numbers() -> None:
    assert [parse_weekday(word) for word in ("monday", " TUESDAY ", "sunday")] == [0, 1, 6]
    assert [parse_month_name(word) for word in ("january", "December")] == [1, 12]


def test_nothing_slow_is_imported() -> None:
    late = {
        "difflib", "decimal", "zoneinfo", "calendar", "locale", "kpi.values.date_suggestions",
        "kpi.values.number_suggestions",
    }  # fmt: skip
    code = (
        "import sys, dataclasses; before = set(sys.modules); import kpi.values, kpi.values as q;"
        "q.parse_number('$12.4k', q.parse_unit('USD')); kpi.values.parse_label('2026-Q1', kpi.values.Calendar());"
        f"print(sorted((set(sys.modules) - before) & {late}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
