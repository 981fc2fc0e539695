"""Which rules are applied and how severe they are; what happens when one crashes."""

from __future__ import annotations

from pathlib import Path

import pytest
from lint.linted import TODAY, codes, findings, of

from kpi.data import check_plan
from kpi.errors import UsageError
from kpi.lint import Options, RuleCrashError, lint
from kpi.lint.registry import RULES
from kpi.lint.rule import Rule
from kpi.plan.loading import read_plan
from kpi.plan.model import RuleOption, file_model, with_rule_options

PLAN = "version: 1\n%s\ngoals: {a: {name: Robust teams}}\n"


def applied(settings: str = "", **options: object) -> set[str]:
    return set(codes(PLAN % settings, **options))


ALL = {"S101", "S105", "M101", "A101", "T101"}


def test_all_rules_are_applied_by_default() -> None:
    assert applied() == ALL


@pytest.mark.parametrize(
    ("settings", "options", "expected"),
    [
        ("lint: {select: [S]}", {}, {"S101", "S105"}),
        ("lint: {select: [S, no-owner]}", {}, {"S101", "S105", "A101"}),
        ("lint: {ignore: [S, M1]}", {}, {"A101", "T101"}),
        ("lint: {select: [S], ignore: [S101]}", {}, {"S105"}),
        ("lint: {select: [S101], ignore: [S]}", {}, {"S101"}),
        ("lint: {ignore: [S, S101]}", {"select": ["S"]}, {"S105"}),
        ("lint: {ignore: [S101]}", {"select": ["S101"]}, {"S101"}),
        ("lint: {select: [M]}", {"select": ["S"]}, {"S101", "S105"}),
        ("lint: {select: [M]}", {"ignore": ["M"]}, set()),
        ("", {"select": ["S"], "ignore": ["S105"]}, {"S101"}),
        ("", {"ignore": ["weasel-word"]}, ALL - {"S101"}),
    ],
)
def test_the_more_exact_name_wins(settings: str, options: dict[str, list[str]], expected: set[str]) -> None:
    assert applied(settings, **options) == expected


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ("lint: {select: [S, S999]}", "lint.select.1"),
        ("lint: {ignore: [weasel-wurd]}", "lint.ignore.0"),
        ("lint: {severity: {S9: error}}", "lint.severity.S9"),
        ("lint: {per_file_ignores: {'*.yaml': [X]}}", "lint.per_file_ignores.*.yaml.0"),
    ],
)
def test_a_name_in_the_file_that_means_no_rule_is_an_error(settings: str, path: str) -> None:
    found = of("E014", PLAN % settings)
    assert [one.subject for one in found] == [path]
    assert found[0].location.line == 2


@pytest.mark.parametrize("option", ["select", "ignore"])
def test_a_name_on_the_command_line_that_means_no_rule_is_refused(option: str) -> None:
    with pytest.raises(UsageError, match="weasel-wurd") as caught:
        applied("", **{option: ["weasel-wurd"]})
    assert caught.value.hint == 'did you mean "weasel-word"?'


def test_severity_can_be_set_and_the_more_exact_name_wins() -> None:
    text = PLAN % "lint: {severity: {S: error, S105: warning, no-due-date: info}}"
    assert {one.code: one.severity for one in findings(text)} == {
        "S101": "error", "S105": "warning", "T101": "info", "M101": "warning", "A101": "warning",
    }  # fmt: skip


def test_strict_makes_every_info_a_warning() -> None:
    assert {one.severity for one in findings(PLAN % "", strict=True)} == {"warning"}


@pytest.mark.parametrize(
    ("glob", "silent"), [("kpi.yaml", True), ("*.yaml", True), ("teams/*", False), ("other.yaml", False)]
)
def test_rules_can_be_left_out_for_some_files(glob: str, silent: bool) -> None:
    found = applied(f"lint: {{per_file_ignores: {{'{glob}': [S, M101]}}}}")
    assert found == (ALL - {"S101", "S105", "M101"} if silent else ALL)


def test_rules_can_be_left_out_for_included_files(tmp_path: Path) -> None:
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "shop.kpi.yaml").write_text("version: 1\ngoals: {b: {name: Seamless shops}}\n")
    text = PLAN % "include: teams/*\nlint: {select: [S101], per_file_ignores: {'teams/*': [S]}}"
    assert [one.subject for one in findings(text, folder=tmp_path)] == ["goals.a.name"]


def test_a_rule_that_crashes_is_named_and_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(context: object) -> object:
        raise ValueError("no such thing")

    broken = Rule("S101", "weasel-word", "warning", "Whatever.", crash, after_others=False)  # type: ignore[arg-type]
    monkeypatch.setattr("kpi.lint.run.RULES", (broken, *RULES[1:]))
    with pytest.raises(
        RuleCrashError, match=r"rule S101 weasel-word crashed: ValueError: no such thing at .*test_settings"
    ):
        applied()


def test_findings_are_sorted_by_location() -> None:
    found = findings(PLAN % "")
    assert [one.location for one in found] == sorted(one.location for one in found)


def test_an_option_that_a_rule_declares_is_validated_and_no_other() -> None:
    most = RuleOption("max_tags", int, 5, "More tags are too many (X101).", least=2, most=9)
    model = file_model(with_rule_options([most]))

    def read(settings: str) -> tuple[list[tuple[str, str | None]], int]:
        found = read_plan(Path("kpi.yaml"), text=f"version: 1\n{settings}\n", model=lambda: model)
        return [(one.message, one.hint) for one in found.diagnostics], most.of(found.plan.lint)

    assert read("lint: {max_tags: 3}") == ([], 3)
    assert read("lint: {ignore: [S]}") == ([], 5)
    assert read("lint: {max_tags: 1}") == ([('"max_tags" should be a whole number from 2 to 9, not "1"', None)], 5)
    assert read("lint: {max_tag: 3}") == ([('lint has no field "max_tag"', 'did you mean "max_tags"?')], 5)


def test_rules_never_see_options_that_were_not_validated() -> None:
    read = read_plan(Path("kpi.yaml"), text=PLAN % "lint: {max_kpis_per_goal: none}")
    with pytest.raises(ValueError, match="not been validated"):
        lint(check_plan(read), read.texts, Options(TODAY))
