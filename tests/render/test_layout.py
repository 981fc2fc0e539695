from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.render.layout import Piece, cut, cut_text, fill, line, sides, width_of, wrap
from kpi.render.sanitize import columns, one_line
from kpi.render.sparkline import sparkline
from kpi.render.style import as_ansi, as_plain, as_rich, paint

texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co"))).map(one_line)


@pytest.mark.parametrize(
    ("values", "bars"),
    [
        ([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], "▁▂▃▄▅▆▇█"),
        ([7.0, 0.0], "█▁"),
        ([1.0, None, 2.0], "▁ █"),
        ([5.0, 5.0, 5.0], "▄▄▄"),
        ([None, 3.0], " ▄"),
        ([None, None], ""),
        ([], ""),
        ([-1e308, 0.0, 1e308], "▁▅█"),
    ],
)
def test_sparkline(values: list[float | None], bars: str) -> None:
    assert sparkline(values) == bars


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("abc", 3),
        ("日本", 4),
        ("e\u0301", 1),
        ("👍", 2),
        ("👍🏽", 2),
        ("👩\u200d💻", 2),
        ("❤\ufe0f", 2),
        ("🇫🇷", 2),
        ("● ≥ … ▁", 7),
    ],
)
def test_columns_of_a_terminal(text: str, width: int) -> None:
    assert columns(text) == width


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("ab cd", 4, "ab…"),
        ("ab", 1, "…"),
    ],
)
def test_text_is_cut_with_an_ellipsis(text: str, width: int, expected: str) -> None:
    assert cut_text(text, width) == expected


@given(texts, st.integers(0, 40))
def test_cut_text_fits(text: str, width: int) -> None:
    assert columns(cut_text(text, width)) <= width


@given(st.lists(texts, max_size=5), st.integers(0, 40))
def test_a_cut_line_fits_and_says_that_it_was_cut(parts: list[str], width: int) -> None:
    whole = line(*parts)
    short = cut(whole, width)
    assert width_of(short) <= width
    assert short == whole or width == 0 or as_plain([short]).endswith("…")


@given(texts, st.integers(2, 40))
def test_wrapped_lines_fit_and_lose_no_letter(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(columns(one) <= width for one in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_lines_are_broken_between_words() -> None:
    assert wrap("one two three fourteen", 9) == ["one two", "three", "fourteen"]
    assert wrap("abcdefgh ij", 3) == ["abc", "def", "gh", "ij"]
    assert wrap("", 5) == []


def test_fill_and_sides() -> None:
    assert as_plain([fill(line("a"), 3, "right")]) == "  a"
    left, rights = line("left"), [line("a long right"), line("short")]
    assert as_plain([sides(left, rights, 19)]) == "left   a long right"
    assert as_plain([sides(left, rights, 18)]) == "left         short"
    assert as_plain([sides(line("a long left side"), rights, 14)]) == "a lon…   short"
    assert as_plain([sides(line("left"), [()], 6)]) == "left"


LINES = [line("[bold]a[/bold] ", Piece("● red", "bold red"), "  "), (), line(Piece(":smile: http://x.y 12", "dim"))]


def test_without_colour_there_is_no_control_code() -> None:
    assert as_plain(LINES) == "[bold]a[/bold] ● red\n\n:smile: http://x.y 12"
    assert paint(LINES, color=False) == as_plain(LINES)


def test_with_colour_the_text_is_the_same_and_only_styles_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "10")  # narrower than the text: nothing is wrapped again
    monkeypatch.setenv("NO_COLOR", "1")  # whether colour is wanted was decided before
    assert as_ansi(LINES) == "[bold]a[/bold] \x1b[1;31m● red\x1b[0m\n\n\x1b[2m:smile: http://x.y 12\x1b[0m"
    assert as_rich(LINES).plain == as_plain(LINES)
