"""Comments that keep findings silent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from lint.linted import codes, findings, of

PLAN = """\
version: 1
lint: {select: [S101, L, A101]}
goals:
  a:
    name: Robust teams
    questions:
      - Is it holistic?
      - Who knows?
    owner: a@b.c
  b: {name: Seamless shops, owner: a@b.c}
"""


def commented(line: str, comment: str) -> str:
    """The plan with a comment behind a line."""
    assert PLAN.count(line + "\n") == 1
    return PLAN.replace(line + "\n", f"{line}  {comment}\n")


def above(line: str, comment: str) -> str:
    """The plan with a comment above a line, indented like it."""
    indent = line[: len(line) - len(line.lstrip())]
    assert PLAN.count(line + "\n") == 1
    return PLAN.replace(line + "\n", f"{indent}{comment}\n{line}\n")


def test_without_a_comment_all_is_found() -> None:
    assert codes(PLAN) == ["S101", "S101", "S101"]


@pytest.mark.parametrize(
    "comment",
    [
        "# kpi: ignore S101",
        "# kpi: ignore S101 -- the name of the programme",
        "# kpi: ignore weasel-word",
        "# kpi: ignore s101",
        "# kpi: ignore S101 until 2026-07-01",
        "# kpi: ignore S101 until 2027-01-31 -- to be renamed",
        "# kpi: ignore S101 -- to be renamed until 2027-01-31",
        "#kpi:ignore S101",
        "# kpi: ignore[S101]",
    ],
)
def test_a_comment_behind_a_line_is_for_that_line(comment: str) -> None:
    assert [found.location.line for found in findings(commented("    name: Robust teams", comment))] == [7, 10]


@pytest.mark.parametrize(
    "written",
    [
        "name: >-  {}\n      Robust\n      and holistic teams",
        "name: |  {}\n\n      Robust\n      and holistic teams\n",
        "name: Robust and\n      holistic teams  {}",
        'name: "Robust and\n      holistic teams"  {}',
        "name: >-\n      Robust and\n      holistic teams\n    owner: a@b.c",
    ],
)
def test_a_comment_beside_a_text_of_several_lines_is_for_all_of_them(written: str) -> None:
    plain = "version: 1\nlint: {select: [S101, L]}\ngoals:\n  a:\n    " + written + "\n    questions: [Is it robust?]\n"
    assert codes(plain.replace("  {}", "")) == ["S101", "S101", "S101"]
    commented_ = plain.replace("{}", "# kpi: ignore S101 -- reason")
    assert codes(commented_) == (["S101"] if "{}" in plain else ["S101"] * 3)


def test_a_rule_on_data_leaves_nothing_unused_where_the_data_is_not_read() -> None:
    text = "version: 1\nlint: {select: [D, R106, L]}\nsources:\n  a: {path: a.csv}  # kpi: ignore D106, R106\n"
    assert codes(text) == []


def test_a_comment_above_an_entry_is_for_all_of_it() -> None:
    assert [found.subject for found in findings(above("  a:", "# kpi: ignore S101"))] == ["goals.b.name"]
    assert [found.subject for found in findings(above("goals:", "# kpi: ignore S101"))] == []
    for line in ("    questions:", "      - Is it holistic?"):
        found = findings(above(line, "# kpi: ignore S101"))
        assert [one.subject for one in found] == ["goals.a.name", "goals.b.name"]


def test_a_list_that_is_not_indented_belongs_to_its_key() -> None:
    text = PLAN.replace("      - ", "    - ")
    text = text.replace("    questions:\n", "    # kpi: ignore S101\n    questions:\n")
    assert [one.subject for one in findings(text)] == ["goals.a.name", "goals.b.name"]


def test_comments_and_empty_lines_may_stand_between() -> None:
    text = above("  a:", "# kpi: ignore S101\n\n  # Our first goal.\n")
    assert [found.subject for found in findings(text)] == ["goals.b.name"]


def test_what_looks_like_a_comment_inside_a_text_is_none() -> None:
    text = PLAN.replace("Robust teams", '"Robust # kpi: ignore S999"')
    text += "  c:\n    owner: a@b.c\n    name: C\n    why: |\n      Robust\n      # kpi: ignore S999\n"
    assert "L101" not in codes(text)
    assert "L101" not in codes(PLAN.replace("Robust teams", "Robust#kpi: ignore S999"))


def test_an_expired_comment_is_one_finding_and_silences_nothing() -> None:
    text = commented("    name: Robust teams", "# kpi: ignore S101 until 2026-06-30")
    assert codes(text) == ["S101", "L103", "S101", "S101"]
    assert codes(text, today=date(2026, 6, 30)) == ["S101", "S101"]


def test_an_unused_code_is_pointed_at() -> None:
    text = commented("    name: Robust teams", "# kpi: ignore A101, S101")
    found = of("L102", text)
    assert [text.splitlines()[4][one.location.column - 1 : one.location.end_column - 1] for one in found] == ["A101"]
    assert found[0].fixable


def test_a_rule_that_is_not_applied_leaves_nothing_unused() -> None:
    assert "L102" not in codes(commented("    name: Robust teams", "# kpi: ignore S101, M101"))


@pytest.mark.parametrize(
    ("comment", "message", "hint"),
    [
        ("# kpi: ignore S999", 'there is no rule "S999"', None),
        ("# kpi: ignore weasel-wurd", 'there is no rule "weasel-wurd"', 'did you mean "weasel-word"?'),
        ("# kpi: ignore E030", "E030 is an error, and errors cannot be ignored", "fix the error instead"),
        ("# kpi: ignore", "no rule to ignore is named here", "write the code: # kpi: ignore S101 -- reason"),
        ("# kpi: ignore -- S101", "no rule to ignore is named here", "write the code: # kpi: ignore S101 -- reason"),
        ("# kpi: ingore S101", '"ingore" is not understood here', 'did you mean "ignore"?'),
        ("# kpi: ignore S101 until 2027-13-01", '"2027-13-01" is not possible: there is no month 13', None),
        (
            "# kpi: ignore S101 until later",
            '"later" is not a date, so nothing ends the suppression',
            "write until YYYY-MM-DD, or make it a reason after --",
        ),
        ("# kpi: ignore S101 until we rename it", '"we" is not a date, so nothing ends the suppression', None),
        ("# kpi: ignore S101 for now", "a reason goes after --", "write # kpi: ignore S101 -- for now"),
        (
            "# kpi: ignore S101, M101 because the board wants it: really",
            "a reason goes after --",
            "write # kpi: ignore S101, M101 -- because the board wants it: really",
        ),
        (
            "# kpi: ignore because the board wants it",
            "no rule to ignore is named here",
            "write the code: # kpi: ignore S101 -- because the board wants it",
        ),
        ("# kpi: ignore S101 temporarily", 'there is no rule "temporarily"', None),
    ],
)
def test_a_comment_that_cannot_be_understood_is_a_finding(comment: str, message: str, hint: str | None) -> None:
    found = of("L101", commented("    owner: a@b.c", comment))
    assert [one.message for one in found] == [message]
    assert hint is None or found[0].hint == hint


def test_other_comments_that_name_the_program_are_left_alone() -> None:
    assert codes(commented("    owner: a@b.c", "# kpi: revenue is shown net")) == ["S101", "S101", "S101"]


def test_errors_cannot_be_suppressed() -> None:
    text = above("  a:", "# kpi: ignore S101, A101").replace("owner: a@b.c\n  b", "ownr: a@b.c\n  b")
    assert "E010" in codes(text)


def test_comments_in_included_files_count(tmp_path: Path) -> None:
    (tmp_path / "team.kpi.yaml").write_text(
        PLAN.replace("lint: {select: [S101, L, A101]}\n", "# kpi: ignore S101\n", 1)
    )
    text = "version: 1\nlint: {select: [S101, L]}\ninclude: team.kpi.yaml\n"
    assert codes(text, folder=tmp_path) == []


def test_carriage_returns_do_not_move_lines() -> None:
    text = commented("    name: Robust teams", "# kpi: ignore S101").replace("\n", "\r\n")
    assert [found.location.line for found in findings(text)] == [7, 10]
