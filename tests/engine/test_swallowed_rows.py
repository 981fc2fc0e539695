"""Rows that a quotation mark swallows are an error; text of several lines is text (R11)."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import pytest
import yaml
from engine.support import Project
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.data import swallowed_rows
from kpi.data.quoted_lines import harmless
from kpi.data.swallowed_rows import refuse_swallowed_rows
from kpi.plan.checks.source_facts import FileFacts
from kpi.plan.model import Source

LINES = [f"2026-05-{day:02d},x,1" for day in range(1, 11)]


def with_marks(first: int, last: int, name: str = "x") -> str:
    """Ten rows of 1, with a mark that opens in one of them and one that closes in another, from 0."""
    lines = list(LINES)
    lines[first] = lines[first].replace("x", f'"{name}')
    lines[last] = lines[last].replace("x", f'{name}"')
    return "\n".join(["day,x,n", *lines]) + "\n"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(("first", "last"), [(2, 6), (2, 3), (0, 9)])
def test_R11_rows_in_quotes_are_an_error_with_both_lines(
    project: Project, first: int, last: int, encoding: str, end: str
) -> None:
    project.write("o.csv", with_marks(first, last).replace("\n", end).encode(encoding))
    project.source("o")
    for skip in ("error", "skip"):
        project.source("o", on_bad_rows=skip)
        said = project.problem("sum(o.n)", "2026-05-31")
        assert said.startswith(f"o.csv:{first + 2}: a quotation mark opens here and is closed in line {last + 2},")
    found = re.search(r"say (read: \{.*\}), and all rows fit", said)
    assert found
    assert yaml.safe_load(found[1]) == {"read": {"quote": ""}}
    project.source("o", **yaml.safe_load(found[1]))
    assert project.values(["sum(o.n)", "count(o)"], "2026-05-31") == [10, 10]


def test_R11_the_option_is_not_advised_where_other_fields_need_their_quotes(project: Project) -> None:
    project.write("o.csv", with_marks(2, 6).replace("2026-05-09,x,1", '2026-05-09,"a, b",1').encode())
    project.source("o")
    said = project.problem("sum(o.n)", "2026-05-31")
    assert "o.csv:4: " in said
    assert "line 8" in said
    assert "fix both lines" in said
    assert "all rows fit" not in said


@pytest.mark.parametrize(
    "text",
    [
        "12 Main St, Apt 4\nSpringfield, 12345",
        "line one\nline two, with a comma, and another",
        "1, 2, 3\n4, 5, 6",
        "see:\n\n- a, b\n- c, d\n",
        '5" pipe\nand a 6" pipe',
        "x\n2026-05-05",
    ],
)
def test_text_of_several_lines_is_read(project: Project, text: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([("day", "note", "n"), ("2026-05-01", text, 1), ("2026-05-02", "x", 2), ("2026-05-03", text, 4)])
    project.write("o.csv", out.getvalue().encode())
    project.source("o")
    assert project.values(["sum(o.n)", "count(o)", "count_distinct(o.note)"], "2026-05-31") == [7, 3, 2]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("place", [3, 9_000, 29_990])
@pytest.mark.parametrize("large", [False, True])
def test_R11_in_a_large_file_of_quoted_texts(
    project: Project, monkeypatch: pytest.MonkeyPatch, large: bool, place: int, end: str
) -> None:
    """Whose other texts have line breaks, delimiters and quotation marks, across the pieces in which it is read."""
    if large:
        monkeypatch.setattr(swallowed_rows, "LARGE", 0)
    lines = ["day,note,n"]
    for number in range(30_000):
        note = (
            "of, one line with some more words",
            "of\ntwo",
            "of, more\nthan, two\nlines",
            'with ""marks"" and\nmore',
        )
        lines.append(f'2026-05-{number % 28 + 1:02d},"{note[number % 4]}",1')
    first = sum(line.count("\n") + 1 for line in lines[:place]) + 1
    lines[place : place + 3] = ['2026-05-01,"x,1', "2026-05-02,x,1", '2026-05-03,x",1']
    project.write("o.csv", (end.join("\n".join(lines).split("\n")) + end).encode())
    project.source("o")
    said = project.problem("sum(o.n)", "2026-05-31")
    assert said.startswith(f"o.csv:{first}: a quotation mark opens here and is closed in line {first + 2:,},")


def test_marks_inside_texts_open_nothing(project: Project) -> None:
    """Inches, in two rows of a table whose other rows would otherwise lie between two marks."""
    lines = ["day,x,n", *LINES]
    for place in (2, 6):
        lines[place] = lines[place].replace("x", '5" pipe')
    project.write("o.csv", ("\n".join(lines) + "\n").encode())
    project.source("o")
    assert project.value("sum(o.n)", "2026-05-31") == 10


words = st.text(alphabet="abc é", min_size=1, max_size=8)
notes = st.lists(st.lists(words, min_size=1, max_size=4).map(", ".join), min_size=1, max_size=5).map("\n".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(notes, min_size=1, max_size=6), st.sampled_from([",", ";"]))
def test_no_text_without_numbers_is_taken_for_rows(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], delimiter: str
) -> None:
    path = tmp_path_factory.mktemp("o") / "o.csv"
    names = ("day", "note", "n")
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
        writer.writerow(names)
        for place, text in enumerate(texts):
            writer.writerow((date(2026, 5, 1) + timedelta(place), text, place))
    file = FileFacts(path, "utf-8", delimiter, '"', names, names, 0)
    refuse_swallowed_rows(file, Source(id="o", path=("o.csv",)), "o.csv")


def fields_of(text: str) -> list[tuple[str, bool]]:
    """The quoted fields of a text, character by character, each with whether it is closed."""
    found, place = [], 0
    while (begin := text.find('"', place)) >= 0:
        end = begin + 1
        while end < len(text) and (text[end] != '"' or text[end + 1 : end + 2] == '"'):
            end += 2 if text[end] == '"' else 1
        found.append((text[begin + 1 : end], end < len(text)))
        place = end + 1
    return found


pieces = st.lists(st.sampled_from(["a", "é", ",", "\n", '"', '""', '",', ',"', '"\n', '\n"', "b,c\n"]), max_size=90)


@settings(max_examples=150, deadline=None)
@given(pieces.map("".join), st.integers(2, 4))
def test_no_part_of_a_large_file_with_whole_rows_in_a_field_is_passed_over(text: str, width: int) -> None:
    piece = f"{text}\n".encode()
    size = harmless(piece, b'"', b",", width)
    assert size == 0 or piece[size - 1 : size] == b"\n"
    for field, closed in fields_of(piece[:size].decode()):
        breaks = field.count("\n")
        assert closed
        assert not breaks or field.count(",") != breaks * (width - 1)


def test_all_of_a_large_file_that_is_harmless_is_passed_over() -> None:
    rows = b'"1","a, b","x"\n"2","of\ntwo","said ""yes"""\n"3","","a\nb, c\nd"\n' * 1_000
    assert harmless(rows, b'"', b",", 3) == len(rows)
    assert harmless(rows + b'"4","left\nopen\n', b'"', b",", 3) == len(rows)
