from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.lsp.position_encoding import Lines, Units

TEXT = "a𝒳é\r\nb\rc\n\nde"


@pytest.mark.parametrize(
    ("units", "line", "before", "character"),
    [
        ("utf-16", 0, 0, "a"),
        ("utf-16", 0, 1, "𝒳"),
        ("utf-16", 0, 3, "é"),
        ("utf-16", 0, 4, "\r"),
        ("utf-8", 0, 5, "é"),
        ("utf-32", 0, 2, "é"),
        ("utf-16", 1, 0, "b"),
        ("utf-16", 2, 0, "c"),
        ("utf-16", 4, 1, "e"),
    ],
)
def test_a_position_leads_to_its_character(units: Units, line: int, before: int, character: str) -> None:
    offset = Lines(TEXT).offset(line, before, units)
    assert TEXT[offset] == character
    assert Lines(TEXT).units_before(line, Lines(TEXT).place(offset)[1], units) == before


@pytest.mark.parametrize(
    ("line", "before", "rest"),
    [(0, 99, "\r\nb\rc\n\nde"), (3, 5, "\nde"), (4, 99, ""), (9, 0, ""), (0, 2, "𝒳é\r\nb\rc\n\nde")],
)
def test_a_position_past_the_end_or_inside_a_character_is_moved(line: int, before: int, rest: str) -> None:
    assert TEXT[Lines(TEXT).offset(line, before, "utf-16") :] == rest


def test_lines_end_as_for_yaml_and_editors_and_nowhere_else() -> None:
    text = "a\u2028b\x0cc\x85d\ne"
    assert Lines(text).place(text.index("e")) == (1, 0)
    assert [Lines(text).start(line) for line in (0, 1, 2)] == [0, 8, 9]


@given(st.text(st.sampled_from("ab𝒳é\n\r"), max_size=12), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_there_and_back(text: str, units: Units) -> None:
    lines = Lines(text)
    for offset in range(len(text) + 1):
        if text[max(0, offset - 1) : offset + 1] == "\r\n":
            continue  # inside of a line break
        line, column = lines.place(offset)
        assert lines.offset(line, lines.units_before(line, column, units), units) == offset
