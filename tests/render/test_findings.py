from __future__ import annotations

import json

from kpi.diagnostics import Diagnostic, Location
from kpi.render.findings import FindingsView, StatisticsView, footer, summary_line
from kpi.render.output import Page, render


def finding(line: int, column: int, end_column: int, *, end_line: int | None = None, **changed: object) -> Diagnostic:
    location = Location("kpi.yaml", line, column, end_line or line, end_column)
    fields = {"code": "E010", "rule": "unknown-field", "severity": "error", "message": "no such field", "hint": None}
    return Diagnostic(location=location, subject="kpis.nps", **{**fields, **changed})  # type: ignore[arg-type]


def shown(text: str, *findings: Diagnostic, color: bool = False) -> str:
    lines = text.split("\n")
    view = FindingsView(findings, lambda _, line: lines[line - 1] if 0 < line <= len(lines) else "")
    return render(view, "text", Page(color=color))


def test_a_finding_shows_its_line_and_marks_its_span() -> None:
    text = "a: 1\n    name: Build effective onboarding\n"
    found = finding(2, 17, 26, severity="warning", code="S101", rule="weasel-word", hint="say what changes")
    assert shown("\n" * 10 + text.split("\n")[1], finding(11, 17, 26, hint="say what changes")) == "\n".join(
        [
            "kpi.yaml:11:17: error: E010 unknown-field: no such field",
            "   |",
            "11 |     name: Build effective onboarding",
            "   |                 ^^^^^^^^^",
            "   = help: say what changes",
        ]
    )
    assert shown(text, found).startswith("kpi.yaml:2:17: warning: S101 weasel-word: no such field\n  |\n2 |     name")


def test_findings_come_from_top_to_bottom_with_an_empty_line_between() -> None:
    text = shown("ab\ncd", finding(2, 1, 2), finding(1, 2, 3), finding(1, 1, 2))
    assert [block.split(" ")[0] for block in text.split("\n\n")] == ["kpi.yaml:1:1:", "kpi.yaml:1:2:", "kpi.yaml:2:1:"]


def test_errors_come_before_all_other_findings_in_text_but_not_in_json() -> None:
    view = FindingsView([finding(1, 1, 2, severity="info"), finding(2, 1, 2, severity="warning"), finding(3, 1, 2)])
    order = ["kpi.yaml:3:1:", "kpi.yaml:1:1:", "kpi.yaml:2:1:"]
    assert [block.split(" ")[0] for block in render(view, "text").split("\n\n")] == order
    assert [text.split(" ")[0] for text in render(view, "concise").split("\n")] == order
    assert [one["line"] for one in json.loads(render(view, "json"))["findings"]] == [1, 2, 3]


def test_concise_is_one_line_for_each_finding() -> None:
    found = finding(2, 17, 26, severity="warning", code="S101", message="two\nlines", hint="say what changes")
    assert render(FindingsView([found]), "concise") == "kpi.yaml:2:17: S101 two\ufffdlines"
    assert render(FindingsView([]), "concise") == ""


def test_statistics_count_findings_by_rule_the_most_frequent_first() -> None:
    odd = {"code": "M114", "rule": "odd-target"}
    found = [
        *(finding(line, 1, 2) for line in range(10)),
        finding(1, 1, 2, **odd, severity="info", fixable=True),
        finding(2, 1, 2, **odd, severity="warning"),
        finding(2, 1, 2, code="A101", rule="no-owner", severity="warning"),
    ]
    assert render(StatisticsView(found), "text").split("\n") == [
        "10  E010  unknown-field  error",
        " 2  M114  odd-target     warning  1 fixable",
        " 1  A101  no-owner       warning",
    ]
    second = json.loads(render(StatisticsView(found), "json"))["statistics"][1]
    assert second == {**odd, "severity": "warning", "count": 2, "fixable": 1}
    assert render(StatisticsView([]), "text") == ""


def test_the_footer_says_what_can_be_fixed_and_explained() -> None:
    rule = finding(1, 1, 2, code="A101", severity="warning", fixable=True)
    assert footer([]) == "no findings"
    assert footer([finding(1, 1, 2)]) == "1 error"  # errors have no page
    assert footer([rule, finding(2, 1, 2)]) == "1 error, 1 warning (1 fixable with --fix)\nkpi rule A101 explains A101"


def carets(text: str, *span: int) -> tuple[str, str]:
    """The source line and the line below it, both without the gutter."""
    _, _, source, marks = shown(text, finding(1, *span)).split("\n")
    return source[4:], marks[4:]


def test_carets_stand_under_wide_characters() -> None:
    assert carets("名前: x", 5, 6) == ("名前: x", "      ^")
    assert carets("a: 名前", 4, 6) == ("a: 名前", "   ^^^^")


def test_carets_pass_over_combining_marks() -> None:
    assert carets("e\u0301a: x", 5, 6) == ("e\u0301a: x", "   ^")


def test_carets_stand_under_what_follows_a_tab() -> None:
    assert carets("\tname: x", 2, 6) == ("    name: x", "    ^^^^")


def test_an_empty_span_gets_one_caret_also_past_the_end_of_the_line() -> None:
    assert carets("ab", 1, 1) == ("ab", "^")
    assert carets("ab", 3, 3) == ("ab", "  ^")
    assert carets("ab", 9, 12) == ("ab", "  ^")


def test_a_span_over_several_lines_is_marked_to_the_end_of_its_first() -> None:
    text = shown("name: a  \n  b", finding(1, 7, 4, end_line=2))
    assert text.split("\n")[2:] == ["1 | name: a", "  |       ^"]


def test_a_long_line_is_cut_around_the_span() -> None:
    source, marks = carets("x" * 500 + "here" + "y" * 500, 501, 505)
    assert source.startswith("…x")
    assert source.endswith("y…")
    assert "here" in source
    assert len(source) <= 152
    assert source[marks.index("^") : marks.rindex("^") + 1] == "here"


def test_a_span_longer_than_the_screen_is_cut() -> None:
    source, marks = carets("a: " + "x" * 500, 4, 504)
    assert source == "a: " + "x" * 147 + "…"
    assert marks == "   " + "^" * 148


def test_a_location_outside_of_the_text_is_shown_without_a_line() -> None:
    assert shown("", finding(7, 1, 2, hint="look")) == (
        "kpi.yaml:7:1: error: E010 unknown-field: no such field\n  = help: look"
    )


def test_nothing_from_a_file_can_steer_the_terminal() -> None:
    hostile = "a\x1b[31m\x9b2J\u202eb\rc"
    text = shown(hostile, finding(1, 1, 2, message=f"unknown {hostile}", hint=hostile))
    assert not {character for character in text if character != "\n" and not character.isprintable()} - {" "}
    assert text.count("a\ufffd[31m\ufffd2J\ufffdb\ufffdc") == 3


def test_colour_changes_nothing_but_colour() -> None:
    import re

    found = finding(1, 4, 5, hint="fix it")
    colored = shown("a: b", found, color=True)
    assert "\x1b[31m" in colored
    assert re.sub(r"\x1b\[[0-9]+m", "", colored) == shown("a: b", found)
    assert "\x1b" not in shown("a: b", found)


def test_the_summary_counts_each_severity() -> None:
    error, warning, info = finding(1, 1, 1), finding(1, 1, 1, severity="warning"), finding(1, 1, 1, severity="info")
    assert summary_line([]) == "no findings"
    assert summary_line([error]) == "1 error"
    assert summary_line([info, warning, error, error, error, info]) == "3 errors, 1 warning, 2 infos"


def test_json_is_the_contract() -> None:
    text = render(FindingsView([finding(2, 3, 9, hint="ü"), finding(1, 1, 2)]), "json")
    first, second = json.loads(text)["findings"]
    assert json.loads(text)["version"] == 1
    assert list(second) == [
        "code", "rule", "severity", "message", "hint", "file", "line", "column", "end_line", "end_column", "subject",
        "fixable", "edits",
    ]  # fmt: skip
    assert second == {
        "code": "E010",
        "rule": "unknown-field",
        "severity": "error",
        "message": "no such field",
        "hint": "ü",
        "file": "kpi.yaml",
        "line": 2,
        "column": 3,
        "end_line": 2,
        "end_column": 9,
        "subject": "kpis.nps",
        "fixable": False,
        "edits": [],
    }
    assert first["hint"] is None
    assert json.loads(render(FindingsView([]), "json")) == {"version": 1, "findings": []}
