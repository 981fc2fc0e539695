"""Hostile files: they take little time and memory, and cause nothing but diagnostics."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.cpu_time import ALLOWED_RATIO, REFERENCE, cpu_time
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.plan.loading import ReadResult, plan, read_plan
from kpi.plan.yaml import nodes

HEAD = "version: 1\n"
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
HUGE = {
    "aliases": (HEAD + "kpis:\n  " + BOMB.replace("\n", "\n  ").rstrip() + "\n", "the aliases expand to"),
    "an alias in itself": (HEAD + "kpis: &a {b: *a}\n", "inside its own anchor"),
    "deep brackets": (HEAD + "kpis: " + "[" * 100_000, "levels deep"),
    "deep brackets that close": (HEAD + "kpis: " + "[" * 100_000 + "]" * 100_000, "levels deep"),
    "deep braces on many lines": (HEAD + "kpis: " + "{a: \n" * 100_000, "levels deep"),
    "deep dashes": (HEAD + "kpis:\n" + "- " * 100_000 + "x", "levels deep"),
    "deep questions": (HEAD + "? " * 100_000 + "x", "levels deep"),
    "deep indentation": (
        HEAD + "".join(" " * depth + "a:\n" for depth in range(1_000)), "levels deep",
    ),
    "size": (HEAD + "title: " + "x" * 11_000_000, "larger than 10 MB"),
    "many entries": (HEAD + "include: [" + "a," * 1_500_000 + "]", "more than 1,000,000 entries"),
    "merges of merges": (
        HEAD + "a0: &a0 {x: 1}\n" + "".join(
            f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 12)
        ), "the aliases expand to",
    ),
    "a long chain of merges": (
        HEAD + "kpis:\n  k0: &a0 {name: N}\n" + "".join(
            f"  k{n}: &a{n} {{<<: *a{n - 1}}}\n" for n in range(1, 5_000)
        ), "the aliases expand to",
    ),
    "a mapping merged into itself": (HEAD + "kpis: {a: &a {<<: *a, name: A}}\n", "inside its own anchor"),
}  # fmt: skip
SLOW = {
    "unknown fields": HEAD + "".join(f"a{number}: x\n" for number in range(100_000)),
    "keys without values": HEAD + "kpis: {" + ",".join(f"a{number}" for number in range(100_000)) + "}",
    "one key again and again": HEAD + "title: x\n" * 100_000,
    "a long line of blanks": HEAD + "a" + " " * 200_000 + "x\nb: c: d\n",
    "blanks before a sign": HEAD + "title: %" + " " * 200_000 + "x\n",
    "open quotations": HEAD + "title: \"\n" * 20_000,
    "signs": HEAD + "".join(f"  - {{a: {sign}}}\n" for sign in "%@`*&!|>?" * 500),
    "a long number": HEAD + "kpis: {a: {name: x, baseline: " + "9" * 500_000 + "}}",
    "a long target": HEAD + "kpis: {a: {name: x, target: at least " + "9 % " * 100_000 + "}}",
    "a long label": HEAD + "kpis: {a: {name: x, values: {? " + "9-" * 100_000 + "\n : 5}}}",
    "a long date": HEAD + "as_of: " + "1/" * 100_000 + "\n",
    "a long window": HEAD + "kpis: {a: {name: x, window: " + "9 months " * 50_000 + "}}",
    "a long unit": HEAD + "kpis: {a: {name: x, unit: " + "$%" * 100_000 + "}}",
    "a long id": HEAD + "kpis:\n  ? " + "A-" * 100_000 + "\n  : {name: x}\n",
    "brackets side by side": HEAD + "kpis: {a: {name: x, tags: " + "[]" * 100_000 + "}}",
    "merges": HEAD + "kpis:\n  a: &a {" + "x, " * 300 + "}\n  b: {<<: [" + "*a," * 300 + "]}\n",
    "a fold of blanks": HEAD + "title: >\n" + "  \n" * 100_000 + "  x\nbad: x\n",
    "tabs": HEAD + "\ta: b\n" * 30_000,
    "tabs and blanks": HEAD + "kpis:\n  " + "".join(f"a{n}:\n\tb: {{{{}}}}\n  " for n in range(20_000)) + "c: d\n",
    "tags": HEAD + "".join(f"a{number}: !t{number} x\n" for number in range(20_000)),
    "a long key": HEAD + "? " + "x" * 9_000_000 + "\n: 1\n",
    "a long date of escapes": HEAD + 'as_of: "' + "\\x41" * 2_000_000 + '"\n',
    "a long date of folded words": HEAD + "as_of: " + "x " * 1_000_000 + "\n",
    "a long literal date": HEAD + "as_of: |\n" + "  xxxx\n" * 1_000_000,
    "documents": HEAD + "---\n" * 100_000,
    "control characters": HEAD + "title: " + "\x01" * 1_000 + "\n",
}  # fmt: skip


def read_text(text: str) -> ReadResult:
    return read_plan(Path("kpi.yaml"), text=text)


@pytest.fixture(scope="module")
def longest() -> float:
    """The CPU time that a text may take."""
    goes = [cpu_time(lambda: read_text(REFERENCE)) for _ in range(3)]
    assert goes[0][0].diagnostics == ()
    return ALLOWED_RATIO * min(spent for _, spent in goes)


@pytest.mark.slow
@pytest.mark.parametrize("name", HUGE)
def test_a_file_that_is_too_large_is_refused_fast(name: str, longest: float) -> None:
    text, message = HUGE[name]
    read, spent = cpu_time(lambda: read_text(text))
    assert [one.code for one in read.diagnostics] == ["E005"]
    assert message in read.diagnostics[0].message
    assert spent < longest
    assert not read.plan.kpis
    assert not read.whole


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_no_text_takes_long(name: str, longest: float) -> None:
    read, spent = cpu_time(lambda: read_text(SLOW[name]))
    assert read.diagnostics
    assert spent < longest


def test_tags_make_nothing() -> None:
    text = (
        HEAD
        + "kpis: {a: !!python/object/apply:os.system {name: A}}\ntitle: !!binary aGk=\nas_of: !!timestamp 2026-01-01\n"
    )
    read = read_text(text)
    assert [one.code for one in read.diagnostics] == ["E002"] * 3
    assert (read.plan.title, read.plan.as_of) == (None, None)


def test_many_tag_directives_and_anchors_do_not_take_long(longest: float) -> None:
    text = "".join(f"%TAG !e{n}! tag:example.com,2000:\n" for n in range(2_000)) + "---\n" + HEAD + "kpis:\n"
    text += "".join(f"  k{n}: &a{n} {{name: N}}\n" for n in range(5_000))
    read, spent = cpu_time(lambda: read_text(text))
    assert read.diagnostics == ()
    assert spent < longest


def test_locations_in_a_text_of_megabytes_are_found_fast(longest: float) -> None:
    read = read_text(HEAD + "kpis: {a: {name: A, formula: '" + "a+" * 4_000_000 + "b'}}\n")
    where, spent = cpu_time(lambda: read.places.within(("kpis", "a", "formula"), 10_000, 8_000_000))
    assert where.line == 2
    assert spent < longest / 10


def test_only_so_many_includes_are_looked_for(tmp_path: Path) -> None:
    (tmp_path / "kpi.yaml").write_text(HEAD + "include: [" + "'**/*.y'," * 5_000 + "]\n", encoding="utf-8")
    read = read_plan(tmp_path / "kpi.yaml")
    assert [one.code for one in read.diagnostics] == ["E070"] * 1_000 + ["E005"]


@pytest.mark.parametrize("section", ["sources", "measures", "goals", "kpis"])
def test_only_so_many_entries_of_a_section_are_read(
    section: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plan.MAX_ENTRIES >= 10_000
    monkeypatch.setattr(plan, "MAX_ENTRIES", 3)
    value = '"1"' if section == "measures" else "{name: a}" if section != "sources" else "{path: a.csv}"
    text = "version: 1\ninclude: [more.yaml]\n" + section + ": {" + f"a: {value}, b: {value}" + "}\n"
    (tmp_path / "more.yaml").write_text(section + ": {" + f"c: {value}" + "}\n", encoding="utf-8")
    assert read_plan(tmp_path / "kpi.yaml", text=text).diagnostics == ()
    (tmp_path / "more.yaml").write_text(section + ": {" + f"c: {value}, d: {value}" + "}\n", encoding="utf-8")
    read = read_plan(tmp_path / "kpi.yaml", text=text)
    ((found, name),) = [(one, Path(one.location.file).name) for one in read.diagnostics]
    assert (found.code, name, found.location.line, found.location.column) == ("E005", "more.yaml", 1, 1)
    assert found.message.startswith("more than 3 ")
    assert not read.whole  # so that what refers to the others is not called unknown


def test_the_depth_of_any_sound_file_is_allowed() -> None:
    text = HEAD + "kpis: {a: {name: x, tags: [" + ", ".join(['"[["'] * 100) + "]}}\n" + " " * 60 + "# far right\n"
    assert read_text(text).diagnostics == ()


# Nested too deeply, where the parser looks ahead of what it has reported: the text, and the column in line 2.
AHEAD = {
    "a level too many": ("kpis: " + "[" * 51, 56),
    "a thousand and more levels": ("kpis: " + "[" * 1_200, 56),
    "that close": ("kpis: " + "[" * 1_200 + "]" * 1_200, 56),
    "with blanks": ("kpis: " + "[ " * 1_200, 105),
    "brackets in braces": ("kpis: {a: {b: " + "[" * 1_200, 62),
    "brackets and braces": ("kpis: " + "[{" * 1_200, 56),
    "a key": ("? " + "[" * 1_200 + "]" * 1_200 + "\n: x", 52),
    "behind entries": ("kpis: [a, b, " + "x" * 900 + ", " + "[" * 1_200, 964),
}


@pytest.mark.parametrize("pure", [False, True], ids=["", "pure"])
@pytest.mark.parametrize("name", AHEAD)
def test_a_file_that_is_nested_too_deeply_is_E005_at_the_first_bracket_too_many(
    name: str, pure: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if pure:
        monkeypatch.setattr(nodes, "CParser", None)
    text, column = AHEAD[name]
    (found,) = read_text(HEAD + text).diagnostics
    assert (found.code, found.message) == ("E005", "nested more than 50 levels deep")
    assert (found.location.line, found.location.column) == (2, column)


def test_brackets_in_a_text_do_not_nest() -> None:
    found = read_text(HEAD + "title: a" + "[" * 1_200 + '\nkpis: {a: {name: "' + "[" * 1_200).diagnostics
    assert [(one.code, one.location.line) for one in found] == [("E001", 3)]


@pytest.mark.parametrize(
    "raw",
    [b"version: 1\ntitle: \xff\n", b"\xff\xfe\x00", b"\xfe\xff\xd8\x00"],
)
def test_bytes_that_are_no_text_are_E006(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "kpi.yaml").write_bytes(raw)
    read = read_plan(tmp_path / "kpi.yaml")
    assert [one.code for one in read.diagnostics] == ["E006"]
    assert not read.whole


def test_the_first_byte_that_is_no_text_is_pointed_at(tmp_path: Path) -> None:
    (tmp_path / "kpi.yaml").write_bytes("version: 1\ntitle: é".encode() + b"\xe9\n")
    where = read_plan(tmp_path / "kpi.yaml").diagnostics[0].location
    assert (where.line, where.column) == (2, 9)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_understood(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "kpi.yaml").write_bytes("version: 1\ntitle: é\nkips: x\n".encode(encoding))
    read = read_plan(tmp_path / "kpi.yaml")
    assert read.plan.title == "é"
    assert [(one.code, one.location.line, one.location.column) for one in read.diagnostics] == [("E010", 3, 1)]


def test_half_of_a_surrogate_pair_is_no_character() -> None:
    read = read_text(HEAD + "title: a\ud800b\n")
    assert [(one.code, one.location.line, one.location.column) for one in read.diagnostics] == [("E001", 2, 9)]


SOUND = """\
version: 1
calendar: {week_starts: monday}
sources:
  orders: {path: "orders-*.csv", date: day, read: {delimiter: ";"}}
goals:
  loyalty: {name: 'Three in ten', questions: [a, b], review: {every: month}}
kpis:
  nps:
    name: Net promoter score
    baseline: 38
    values: {2026-01: 41}
    formula: >-
      count(orders)
    target: at least 50 by 2026-12-31
    thresholds: {green: at least 29, yellow: at least 25}
"""
BITS = st.sampled_from([*"\t\n:#{}[],'\"|>*&!%@`?\\~-", "  ", ": ", " #", "- ", "<<: ", "---\n", "\r", "\x00", "𝒳"])
EDITS = st.lists(st.tuples(st.integers(0, len(SOUND)), st.integers(0, 12), BITS), min_size=1, max_size=8)


def assert_explained(read: ReadResult) -> Iterator[str]:
    """Each diagnostic names a place that exists."""
    for one in read.diagnostics:
        where = one.location
        assert (where.line, where.column) <= (where.end_line, where.end_column)
        assert where.line >= 1
        assert 1 <= where.column <= len(read.places.line_text(where.file, where.line)) + 2
        assert "\n" not in one.message
        yield one.code


@given(st.text(max_size=200))
def test_any_text_gives_only_diagnostics(text: str) -> None:
    assert "E012" in [*assert_explained(read_plan(Path("kpi.yaml"), text=text)), "E012"]


@given(st.binary(max_size=200))
def test_any_bytes_give_only_diagnostics(raw: bytes) -> None:
    from kpi.plan.yaml.documents import load

    codes: list[str] = []
    document = load("kpi.yaml", raw, lambda _, found: codes.append(found.code))
    assert document.failed <= bool(codes)


@pytest.mark.slow
@settings(max_examples=300)
@given(EDITS)
def test_a_sound_file_with_a_few_wrong_characters_gives_only_diagnostics(edits: list[tuple[int, int, str]]) -> None:
    text = SOUND
    for at, width, bit in edits:
        text = text[:at] + bit + text[at + width :]
    read = read_plan(Path("kpi.yaml"), text=text)
    assert len(list(assert_explained(read))) == len(read.diagnostics)
