"""What parsers of YAML 1.1 read otherwise than people do: line breaks, escapes of JSON, conflicts of git."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kpi.cli.app import run
from kpi.lint.suppressions import find_suppressions
from kpi.plan.loading import ReadResult, read_plan
from kpi.plan.yaml import nodes
from kpi.plan.yaml.cursor import context_at
from kpi.plan.yaml.documents import load
from kpi.plan.yaml.round_trip import scalar, set_entry

HEAD = "version: 1\n"
FORMER_BREAKS = ["\x85", "\u2028", "\u2029"]
SMILE = "\U0001f600"


@pytest.fixture(params=["libyaml", "pure"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pure":
        monkeypatch.setattr(nodes, "CParser", None)
    elif nodes.CParser is None:
        pytest.skip("PyYAML was built without libyaml")


def read(text: str) -> ReadResult:
    return read_plan(Path("kpi.yaml"), text=text)


def problems(text: str) -> list[tuple[str, int, int, str]]:
    return [(one.code, one.location.line, one.location.column, one.message) for one in read(text).diagnostics]


@pytest.mark.parametrize("char", FORMER_BREAKS)
@pytest.mark.parametrize("written", ["a{}b", '"a{}b"', "'a{}b'", ">-\n  a{}b", "|-\n  a{}b"])
def test_characters_that_ended_a_line_in_yaml_1_1_are_part_of_a_text(char: str, written: str) -> None:
    found = read(HEAD + f"title: {written.format(char)}  # c{char}d: e\nkpis: {{a: {{name: x{char}y, nam: z}}}}\n")
    if written[0] in ">|":  # a # is part of such a text
        assert (found.plan.title or "").startswith(f"a{char}b")
    else:
        assert found.plan.title == f"a{char}b"
    assert found.plan.kpis["a"].name == f"x{char}y"
    (unknown,) = found.diagnostics
    assert (unknown.code, unknown.location.line) == ("E010", 4 if written[0] in ">|" else 3)
    assert found.texts["kpi.yaml"].splitlines(keepends=True) != found.texts["kpi.yaml"].split("\n")


@pytest.mark.parametrize("char", FORMER_BREAKS)
def test_places_inside_such_a_text_are_exact(char: str) -> None:
    found = read(HEAD + f'title: "a{char}bc"\n')
    place = found.places.within(("title",), 2, 4)
    assert (place.line, place.column, place.end_column) == (2, 11, 13)
    document = load("kpi.yaml", HEAD + f"# {char}\ntitle: a{char}b\n", lambda document, found: None)
    context = context_at(document, document.text.index(f"{char}b") + 1)
    assert context is not None
    assert (context.path, context.text, context.at) == (("title",), f"a{char}b", 2)


@pytest.mark.parametrize("char", FORMER_BREAKS)
def test_such_a_text_survives_an_edit_and_can_be_written(char: str) -> None:
    before = HEAD + f"title: a{char}b # c{char}d\nkpis:\n  nps: {{name: x, values: {{}}}}  # {char}\n"
    after = set_entry(before, ("kpis", "nps", "values"), "2026-01", "5")
    assert after == before.replace("values: {}", "values: {2026-01: 5}")
    assert read(HEAD + f"title: {scalar(f'a{char}b')}\n").plan.title == f"a{char}b"


@pytest.mark.parametrize("char", FORMER_BREAKS)
def test_a_comment_that_suppresses_has_the_line_that_people_see(char: str) -> None:
    text = HEAD + f"title: a{char}b  # c{char}d\ngoals:\n  g: {{name: Robust}}  # kpi: ignore S101\n"
    (found,) = find_suppressions({"kpi.yaml": text}, {"S101": "S101"})
    assert (found.first, found.last, found.place.line) == (4, 4, 4)


@pytest.mark.parametrize(
    "text", [SMILE, f"a{SMILE}b{SMILE}", "\U0010ffff", "\U00010000é\n", f"\\u{SMILE}", "\\ud83d\\ude00"]
)
def test_json_reads_as_json(text: str) -> None:
    found = read(json.dumps({"version": "1", "title": text, "kpis": {"a": {"name": text, "nam": "x"}}}))
    assert found.plan.title == text
    assert found.plan.kpis["a"].name == text
    assert [one.code for one in found.diagnostics] == ["E010"]


def test_an_escaped_pair_is_one_character_of_the_text() -> None:
    found = read(HEAD + 'title: "a\\ud83d\\ude00bc"\n')
    place = found.places.within(("title",), 2, 4)
    assert found.texts["kpi.yaml"].split("\n")[1][place.column - 1 : place.end_column - 1] == "bc"


@pytest.mark.parametrize("written", ["\\ud83d\\ude00", "'\\ud83d\\ude00'", ">-\n  \\ud83d\\ude00"])
def test_outside_double_quotes_a_backslash_is_a_backslash(written: str) -> None:
    found = read(HEAD + f"title: {written}\n" + 'kpis: {a: {name: "\\uD83D\\uDE00"}}\n')
    assert found.plan.title == "\\ud83d\\ude00"
    assert found.plan.kpis["a"].name == SMILE


@pytest.mark.parametrize("half", ["\\ud83d", "\\ude00", "\\ud83d\\ud83d"])
def test_half_of_an_escaped_pair_is_named(half: str) -> None:
    found = problems(HEAD + f'title: "a{half}b"\n')
    assert [one[:3] for one in found] == [("E001", 2, 10)]
    assert "is one half of a character" in found[0][3]


CONFLICT = """\
version: 1
kpis:
  a:
    name: A
<<<<<<< HEAD
    target: at least 5
{base}=======
    target: at least 6
>>>>>>> Raise the bar
    nam: x
"""


@pytest.mark.parametrize("base", ["", "||||||| 3f2a\n    target: at least 4\n", "|||||||\n"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_conflict_of_git_is_one_error_and_the_rest_is_reviewed(base: str, ending: str) -> None:
    text = CONFLICT.format(base=base).replace("\n", ending)
    found = read(text)
    conflict, unknown = found.diagnostics
    assert (conflict.code, conflict.location.line, conflict.location.column) == ("E001", 5, 1)
    assert conflict.message == "a merge conflict is not resolved here"
    assert "delete the lines <<<<<<<" in (conflict.hint or "")
    assert (unknown.code, unknown.location.line) == ("E010", text.count("\n"))
    assert found.plan.kpis["a"].target is not None
    assert not found.whole


def test_each_conflict_is_reported_and_each_line_that_was_left_behind() -> None:
    two = CONFLICT.format(base="") + CONFLICT.format(base="").split("\n", 2)[2].replace("  a:", "  b:")
    assert [line for _, line, _, message in problems(two) if "conflict" in message] == [5, 13]
    left = [("<<<<<<< HEAD", "is not resolved"), ("=======", "left behind"), (">>>>>>> x", "left behind")]
    for marker, expected in left:
        ((code, line, column, message),) = problems(f"{HEAD}title: A\n{marker}\nkpis: {{}}\n")
        assert (code, line, column) == ("E001", 3, 1)
        assert expected in message


def test_what_only_looks_like_a_conflict_is_none() -> None:
    sound = HEAD + "title: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> x\n# =======\n#<<<<<<< x\n"
    assert problems(sound) == []
    assert [one[1] for one in problems(HEAD + "<<<<<<<<<<\n")] == [2]


@pytest.mark.parametrize("text", ["null\n", "~", "", "---\n", "--- null\n", "# nothing\n", "---\n...\n", "Null"])
def test_a_file_with_nothing_in_it_has_no_version(text: str) -> None:
    assert [one[:3] for one in problems(text)] == [("E012", 1, 1)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig", "utf-8"])
def test_a_plan_keeps_its_encoding(encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    text = HEAD + f"kpis:\n  nps: {{name: Größe {SMILE}, every: month, values: {{}}}}\n"
    path = tmp_path / "kpi.yaml"
    path.write_bytes((mark + text).encode(encoding))
    before = path.read_bytes()
    assert run(["record", "nps", "5", "--period", "2026-01"]) == 0
    assert path.read_bytes() == (mark + text.replace("{}", "{2026-01: 5}")).encode(encoding)
    assert run(["undo"]) == 0
    assert path.read_bytes() == before
