"""Registry, rule files and pages agree, and the examples in the pages are what the pages say they are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from lint.linted import TODAY, findings

import kpi.lint.rules
from kpi.lint.registry import RULES, file_model
from kpi.lint.rule import Rule
from kpi.lint.rule_docs import FAMILIES, find_rule, overview, page, page_path, section
from kpi.plan.loading import read_plan

FOLDER = Path(str(kpi.lint.rules.__file__)).parent
TITLES = ["What it flags", "Why it matters", "Failing", "Passing", "How to fix", "Options"]
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def examples(rule: Rule, title: str) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", section(page(rule), title), re.DOTALL)


def with_data(rule: Rule, title: str, folder: Path) -> dict[str, Any]:
    """Writes the files that an example shows as ```csv NAME; the options with which it is to be reviewed."""
    files = re.findall(r"```(csv|yaml) (\S+)\n(.*?)```", section(page(rule), title), re.DOTALL)
    for _, name, text in files:
        (folder / name).write_text(text, encoding="utf-8")
    options = {"today": TODAY, "folder": folder, "data": any(language == "csv" for language, _, _ in files)}
    if (folder / "before.yaml").exists():
        options["before"] = read_plan(folder / "before.yaml", cwd=folder, model=file_model).plan
    return options


def test_registry_files_and_pages_are_the_same_rules() -> None:
    expected = {f"{rule.code.lower()}_{rule.name.replace('-', '_')}" for rule in RULES}
    modules = {path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__"}
    assert modules == expected
    assert {path.stem for path in FOLDER.glob("*.md")} == expected
    assert {rule.check.__module__.rpartition(".")[2] for rule in RULES} == expected


def test_codes_and_names_are_unique_and_well_formed() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert re.fullmatch(r"[A-Z]\d{3}", rule.code)
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
        assert rule.code[0] in FAMILIES
        assert rule.severity in ("error", "warning", "info")
        assert rule.summary.endswith(".")
    assert {rule.code for rule in RULES if rule.after_others} == {rule.code for rule in RULES if rule.code[0] == "L"}


@each_rule
def test_page_has_its_title_severity_and_sections(rule: Rule) -> None:
    text = page(rule)
    assert text.startswith(f"# {rule.code} {rule.name}\n\n{rule.summary} ({rule.severity} by default)\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == TITLES
    for title in TITLES:
        assert section(text, title)


@each_rule
def test_page_names_the_letter_of_smart_that_the_rule_serves(rule: Rule) -> None:
    words = {"S": "specific", "M": "measurable", "A": "assignable", "R": "relevant and realistic", "T": "time-bound"}
    shown = re.findall(r"^SMART: (.*)\.$", page(rule), re.MULTILINE)
    assert shown == ([f"{rule.smart}, {words[rule.smart]}"] if rule.smart else [])


@each_rule
def test_failing_example_is_flagged(rule: Rule, tmp_path: Path) -> None:
    shown = examples(rule, "Failing")
    assert shown
    for example in shown:
        found = findings(example, **with_data(rule, "Failing", tmp_path))
        assert rule.code in {one.code for one in found}
        assert not [one for one in found if one.code.startswith("E")]
        for one in found:
            if one.code == rule.code:
                assert one.severity == rule.severity
                assert one.location.line == one.location.end_line
                assert one.location.column < one.location.end_column


@each_rule
def test_passing_example_is_not_flagged(rule: Rule, tmp_path: Path) -> None:
    shown = examples(rule, "Passing")
    assert shown
    for example in shown:
        found = {one.code for one in findings(example, **with_data(rule, "Passing", tmp_path))}
        assert rule.code not in found
        assert not [code for code in found if code.startswith("E")]


@each_rule
def test_example_of_options_is_understood(rule: Rule) -> None:
    for example in examples(rule, "Options"):
        assert not [one for one in findings("version: 1\n" + example, today=TODAY) if one.code.startswith("E")]


@each_rule
def test_page_shows_every_option_of_the_rule(rule: Rule) -> None:
    text = section(page(rule), "Options")
    assert [option.name for option in rule.options if option.name not in text] == []


def test_find_rule_takes_code_and_name_in_any_case() -> None:
    assert find_rule("s101") is find_rule("S101") is find_rule("Weasel-Word")
    assert page_path(find_rule("S101")).name == "s101_weasel_word.md"


def test_overview_has_every_rule_once() -> None:
    text = overview()
    for rule in RULES:
        assert text.count(f"| {rule.code} | {rule.name} |") == 1


def test_no_two_rules_share_a_code_or_a_name() -> None:
    for names in ([rule.code for rule in RULES], [rule.name for rule in RULES]):
        assert sorted(set(names)) == sorted(names)
