"""Findings for machines: what GitHub, GitLab, code scanning and CI servers are known to ask for."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from kpi.diagnostics import ERRORS, Diagnostic, Location, Severity, error
from kpi.lint.registry import RULES
from kpi.render.findings import FindingsView
from kpi.render.github import render_step_summary
from kpi.render.output import Page, render

HOSTILE = "50% <b>|`x`</b>\x1b[31m,\r::error::gone, *a* [b](c) @all"


def finding(
    severity: Severity = "warning", line: int = 3, message: str = "something", file: str = "kpi.yaml"
) -> Diagnostic:
    place = Location(file, line, 5, line, 9)
    return Diagnostic("S101", "weasel-word", severity, message, place, "goals.a.name", "fix it")


MISTAKE = error("E040", "there is no goal", Location("a b/ü.yaml", 1, 1, 1, 4), "kpis.a.goal")
SPREAD = Diagnostic("B101", "too-many", "info", "many", Location("kpi.yaml", 2, 1, 7, 3), "goals.a")


# GitHub


def test_github_puts_errors_first_and_says_where() -> None:
    lines = render(FindingsView([finding("info"), finding("warning"), MISTAKE]), "github").splitlines()
    assert lines == [
        "::error file=a b/ü.yaml,line=1,endLine=1,col=1,endColumn=4,title=E040 unknown-goal::there is no goal",
        "::warning file=kpi.yaml,line=3,endLine=3,col=5,endColumn=9,title=S101 weasel-word::something%0Afix it",
        "::notice file=kpi.yaml,line=3,endLine=3,col=5,endColumn=9,title=S101 weasel-word::something%0Afix it",
    ]


def test_github_names_no_columns_over_several_lines() -> None:
    assert "col" not in render(FindingsView([SPREAD]), "github")


def test_github_shows_ten_of_a_kind_and_then_how_many_more() -> None:
    kinds: list[Severity] = ["error", "warning", "info"]
    lines = render(
        FindingsView([finding(kind, line) for kind in kinds for line in range(1, 14)]), "github"
    ).splitlines()
    counts = {kind: sum(line.startswith(f"::{kind} ") for line in lines) for kind in ("error", "warning", "notice")}
    assert counts == {"error": 10, "warning": 10, "notice": 10}
    assert lines[-1] == (
        "::notice title=kpi lint::and 10 more: 3 errors, 3 warnings, 4 infos; all are in the step summary"
    )
    assert len(render(FindingsView([finding("warning", line) for line in range(1, 11)]), "github").splitlines()) == 10


def test_github_cannot_be_commanded_by_a_text_of_the_file() -> None:
    written = render(FindingsView([finding(message=HOSTILE, file="a,b:c%.yaml\n::stop")]), "github")
    assert written.count("\n") == 0
    assert written.startswith("::warning file=a%2Cb%3Ac%25.yaml\N{REPLACEMENT CHARACTER}%3A%3Astop,line=3")
    assert "\x1b" not in written
    assert "50%25 <b>" in written


def test_github_says_nothing_without_findings() -> None:
    assert render(FindingsView([]), "github") == ""


def test_the_step_summary_is_one_table_row_a_finding() -> None:
    written = render_step_summary([finding("info", message=HOSTILE), MISTAKE])
    lines = written.splitlines()
    assert lines[0] == "## kpi lint: 1 error, 1 info"
    assert lines[4].startswith("| error | a b/ü.yaml:1 | E040 unknown-goal | there is no goal |")
    assert len(lines) == 6
    assert "<b>" not in written
    assert len(re.findall(r"(?<!\\)\|", lines[5])) == 6


def test_the_step_summary_is_cut_before_github_refuses_it() -> None:
    written = render_step_summary([finding(line=line, message="ü" * 500) for line in range(1, 3001)])
    assert 900_000 < len(written.encode()) < 1_000_000
    shown = written.count("| warning |")
    assert written.endswith(f"\nand {3000 - shown} more\n")
    assert render_step_summary([]) == "## kpi lint: no findings\n"


# GitLab


def test_gitlab_has_all_fields_and_no_fingerprint_twice() -> None:
    found = [finding("info"), finding("info", 8), finding("warning"), MISTAKE]
    report = json.loads(render(FindingsView(found), "gitlab"))
    assert len({one["fingerprint"] for one in report}) == len(found)
    for one in report:
        assert set(one) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert one["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert one["location"]["lines"]["begin"] >= 1
    assert [one["severity"] for one in report] == ["critical", "info", "major", "info"]
    assert json.loads(render(FindingsView([]), "gitlab")) == []


def test_a_fingerprint_does_not_change_when_lines_move() -> None:
    before, after = (json.loads(render(FindingsView([finding(line=line)]), "gitlab")) for line in (3, 30))
    assert before[0]["fingerprint"] == after[0]["fingerprint"]


# SARIF


def test_sarif_has_what_code_scanning_asks_for() -> None:
    log = json.loads(render(FindingsView([finding("info"), finding("info", 8), MISTAKE, SPREAD]), "sarif"))
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["B101", "E040", "S101"]
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region.get("endLine", region["startLine"]) == region["startLine"]
        assert result["message"]["text"]
    marks = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(set(marks)) == 4
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]}
    assert uris == {"kpi.yaml", "a%20b/%C3%BC.yaml"}


def test_sarif_gives_an_absolute_path_as_a_file() -> None:
    log = json.loads(render(FindingsView([finding(file="/srv/kpi.yaml")]), "sarif"))
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "file:///srv/kpi.yaml"}


@pytest.mark.parametrize("code", [*(rule.code for rule in RULES), *ERRORS])
def test_sarif_describes_every_rule_and_error(code: str) -> None:
    one = Diagnostic(code, "x", "error", "m", Location("f", 1, 1, 1, 2), "s")
    rule = json.loads(render(FindingsView([one]), "sarif"))["runs"][0]["tool"]["driver"]["rules"][0]
    assert rule["id"] == code
    assert all(rule[key]["text"].strip() for key in ("shortDescription", "fullDescription", "help"))


# JUnit


def test_junit_is_one_case_a_finding() -> None:
    suites = ElementTree.fromstring(
        render(FindingsView([finding("info", message=HOSTILE), finding(), MISTAKE]), "junit")
    )
    suite = suites.find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "2", "0")
    cases = suite.findall("testcase")
    assert [case.find("failure") is not None for case in cases] == [True, False, True]
    assert all(case.get("name") and case.get("classname") for case in cases)
    assert "50% <b>" in (cases[1].findtext("system-out") or "")


def test_junit_fails_what_the_command_fails() -> None:
    found = [finding("info"), finding(), MISTAKE]
    for fail_on, failures in (("info", "3"), ("warning", "2"), ("error", "1"), ("never", "0")):
        text = render(FindingsView(found), "junit", Page(fail_on=fail_on))
        assert ElementTree.fromstring(text).get("failures") == failures


def test_junit_without_findings_has_a_case_that_passed() -> None:
    suites = ElementTree.fromstring(render(FindingsView([]), "junit"))
    assert [case.get("name") for case in suites.iter("testcase")] == ["no findings"]
    assert (suites.get("tests"), suites.get("failures")) == ("1", "0")
