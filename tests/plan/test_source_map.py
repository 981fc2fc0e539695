"""Every path has its location, and so have the characters of a value, in any quoting."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kpi.diagnostics import Location
from kpi.plan.loading import ReadResult, read_plan
from kpi.plan.yaml import nodes
from kpi.plan.yaml.nodes import Document, compose
from kpi.plan.yaml.source_map import hide_secrets, scalar_span

PLAN = """\
version: 1
title: "Acme"
include: [a*.yaml]
goals:
  loyalty:
    name: Loyal
    questions:
      - How often?
      - Why 𝒳𝒳 then?
kpis:
  nps:
    name: Net promoter score
    thresholds: {green: at least 5, yellow: at least 3}
    target: {2026-Q3: at least 4, 2026-Q4: at least 5}
    owner:
    <<: {goal: loyalty}
"""


def read(text: str) -> ReadResult:
    return read_plan(Path("kpi.yaml"), text=text)


def span(where: Location) -> tuple[int, int, int, int]:
    assert where.file == "kpi.yaml"
    return where.line, where.column, where.end_line, where.end_column


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (("version",), (1, 10, 1, 11), (1, 1, 1, 8)),
        (("title",), (2, 8, 2, 14), (2, 1, 2, 6)),
        (("include", 0), (3, 11, 3, 18), (3, 11, 3, 18)),
        (("goals",), (5, 3, 9, 21), (4, 1, 4, 6)),
        (("goals", "loyalty"), (6, 5, 9, 21), (5, 3, 5, 10)),
        (("goals", "loyalty", "questions", 1), (9, 9, 9, 21), (9, 9, 9, 21)),
        (("kpis", "nps", "name"), (12, 11, 12, 29), (12, 5, 12, 9)),
        (("kpis", "nps", "thresholds", "yellow"), (13, 45, 13, 55), (13, 37, 13, 43)),
        (("kpis", "nps", "target", "2026-Q4"), (14, 44, 14, 54), (14, 35, 14, 42)),
        (("kpis", "nps", "goal"), (16, 16, 16, 23), (16, 10, 16, 14)),
        (("kpis", "nps", "owner"), (15, 5, 15, 10), (15, 5, 15, 10)),  # empty: the key
        (("kpis", "nps", "baseline"), (12, 5, 16, 24), (11, 3, 11, 6)),  # not there: its entry
        (("kpis", "other", "name"), (11, 3, 16, 24), (10, 1, 10, 5)),
        (("sources",), (1, 1, 16, 24), (1, 1, 16, 24)),
        (("include", 7), (3, 10, 3, 19), (3, 1, 3, 8)),
    ],
)
def test_value_and_key(path: tuple[str | int, ...], value: tuple[int, ...], key: tuple[int, ...]) -> None:
    places = read(PLAN).places
    assert span(places.of(path)) == value
    assert span(places.key(path)) == key


def test_locations_in_included_files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kpis:\n  churn:\n    name: Churn\n    formula: count(x)\n")
    places = read_plan(tmp_path / "kpi.yaml", text=PLAN, cwd=tmp_path).places
    assert places.within(("kpis", "churn", "formula"), 6, 7) == Location("a.yaml", 4, 20, 4, 21)
    assert places.of(("kpis", "nps", "name")).file == "kpi.yaml"
    assert places.line_text("a.yaml", 3) == "    name: Churn"


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("count(orders) + bad", (3, 22)),
        ('"count(orders) + bad"', (3, 23)),
        ("'count(orders) + bad'", (3, 23)),
        ("count(orders)\n    + bad", (4, 7)),
        ("count(orders)\n\n\n      + bad", (6, 9)),
        ('"count(orders)\n    + bad"', (4, 7)),
        ("'count(orders)\n    + bad'", (4, 7)),
        ("'count(''orders'') + bad'", (3, 27)),
        ('"count(\\"orders\\") + bad"', (3, 27)),
        ('"count(\\x6frders)\\t+ \\u0062ad"', (3, 27)),
        ('"count(orders) \\\n     + bad"', (4, 8)),
        ('"count(orders)\\\n     \\ + bad"', (4, 10)),
        (">\n    count(orders)\n    + bad", (5, 7)),
        (">-\n    count(orders)\n    + bad\n\n", (5, 7)),
        (">-\n    count(orders)\n      + bad", (5, 9)),
        ("|\n    count(orders)\n    + bad", (5, 7)),
        ("|2-  # with a comment\n    count(orders)\n    + bad", (5, 7)),
        ("&a count(orders) + bad", (3, 25)),
        ("!!str count(orders) + bad", (3, 28)),
        ('&a "count(orders) + bad"', (3, 26)),
        ("&a >\n    count(orders)\n    + bad", (5, 7)),
        ("𝒳 + '𝒳' + bad", (3, 16)),
        ('"𝒳\\U0001D4B3 + bad"', (3, 21)),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_characters_of_a_value(written: str, at: tuple[int, int], ending: str, mark: str) -> None:
    text = f"measures:\n  x: y\n  a: {written}\nversion: 1\n".replace("\n", ending)
    document = Document("kpi.yaml", text)
    root = compose(text)
    assert root is not None
    value = root.value[0][1].value[1][1].value
    start = value.index("bad")
    places = read(mark + text).places
    where = places.within(("measures", "a"), start, start + 3)
    assert (where.line, where.column) == at
    assert where.end_line == at[0]
    shown = document.line(where.line)[where.column - 1 : where.end_column - 1]
    assert shown in ("bad", "\\u0062ad")


def test_no_width_and_beyond_the_end() -> None:
    places = read("version: 1\ntitle: abc\n").places
    assert span(places.within(("title",), 1, 1)) == (2, 9, 2, 9)
    assert span(places.within(("title",), 3, 3)) == (2, 11, 2, 11)
    assert span(places.within(("title",), 2, 99)) == (2, 10, 2, 11)
    assert span(places.within(("title",), -5, 1)) == (2, 8, 2, 9)
    assert span(places.within(("include",), 0, 1)) == (1, 1, 2, 11)


def test_a_path_of_one_text_where_a_list_may_stand() -> None:
    places = read("version: 1\nsources:\n  a:\n    path: data.csv\n").places
    assert span(places.within(("sources", "a", "path", 0), 0, 4)) == (4, 11, 4, 15)


def test_lines_past_the_end_are_empty() -> None:
    places = read("version: 1\n").places
    assert [places.line_text("kpi.yaml", line) for line in (0, 1, 2, 3)] == ["", "version: 1", "", ""]
    assert places.line_text("other.yaml", 1) == ""


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("connection: ${DB}  # fine", "connection: ${DB}  # fine"),
        ("connection: abc", "connection: ***"),
        ("a: {table: t, connection: abc}", "a: {table: t, connection: ****"),
        ("query: select 'http://u:p@h/x'", "query: select 'http://***@h/x'"),
        ("connection:", "connection:"),
        ("when_red: fix the connection", "when_red: fix the connection"),
    ],
)
def test_secrets_are_starred_out(line: str, shown: str) -> None:
    assert hide_secrets(line) == shown


@given(st.text(alphabet="ab \n\t'\"\\:#-é𝒳", max_size=30), st.sampled_from(["plain", "'", '"', "|", ">"]))
def test_a_character_that_is_not_blank_is_found_where_it_is_written(text: str, style: str) -> None:
    """Written by PyYAML in any style, each character that is not escaped stands where it is said to."""
    if not text:
        return
    dumped = yaml.dump({"k": text}, default_style=None if style == "plain" else style, allow_unicode=True, width=12)
    root = compose(dumped)
    assert root is not None
    node = root.value[0][1]
    assert node.value == text
    document = Document("kpi.yaml", dumped)
    for index, char in enumerate(text):
        start, end = scalar_span(document, node, index, index + 1)
        if not char.isspace():
            written = dumped[start:end]
            assert written == char or (written[0] == "\\" and node.style == '"') or (written == "''" and char == "'")


@given(st.text(alphabet="a\n\r é𝒳\u2028", max_size=40), st.integers(0, 40))
def test_lines_and_columns_count_characters(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    head = text[:offset].replace("\r\n", "\n")
    if text[offset - 1 : offset + 1] == "\r\n":  # between the two characters of one break: still on that line
        head = head[:-1] + " "
    head = head.replace("\r", "\n")
    line, column = Document("kpi.yaml", text).position(offset)
    assert (line, column) == (head.count("\n") + 1, len(head) - (head.rfind("\n") + 1) + 1)


def test_columns_do_not_depend_on_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "version: 1\r\ntitle: 𝒳𝒳\r\nkpis: {a: {name: '𝒳', nmae: x}}\r\n"
    fast = read(text).diagnostics
    monkeypatch.setattr(nodes, "CParser", None)
    assert read(text).diagnostics == fast
    assert span(fast[0].location) == (3, 23, 3, 27)
