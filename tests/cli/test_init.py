from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml

from kpi.catalog import FIRST, template_names, template_text
from kpi.cli import init as module
from kpi.cli.app import run
from kpi.data import check_plan
from kpi.lint.registry import file_model
from kpi.plan.loading import read_plan
from kpi.plan.loading.schema import json_schema


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_there_is_a_template_for_every_example() -> None:
    examples = Path(__file__).parents[2].glob("examples/*/kpi.yaml")
    names = {path.parent.name for path in examples} - {"monday"}  # a story, told in docs/tutorial-monday.md
    assert template_names() == tuple(sorted(names))


def test_help_names_every_template(capsys: pytest.CaptureFixture[str]) -> None:
    run(["init", "--help"])
    help_ = " ".join(capsys.readouterr().out.split())
    assert f"one of: {', '.join(template_names())}." in help_


@pytest.mark.parametrize("template", [None, *template_names()])
def test_what_it_writes_passes_lint_without_the_data(template: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", *(["--template", template] if template else [])]) == 0
    capsys.readouterr()
    assert run(["lint", "--fail-on", "info", "--ignore", "M120"]) == 0
    output = capsys.readouterr()
    assert (output.out, output.err) == ("", "no findings\n")


@pytest.mark.parametrize("template", [FIRST, *template_names()])
def test_what_it_writes_fits_the_schema_and_the_screen(template: str) -> None:
    text = module._dated(template_text(template), date(2026, 7, 1))
    plan = yaml.load(text, yaml.BaseLoader)
    plan["version"] = int(plan["version"])
    jsonschema.Draft7Validator(json_schema(file_model())).validate(plan)
    assert max(map(len, text.splitlines())) <= 120
    assert not re.search(r"<[A-Z_]+(-\d)?>", text)


def test_the_first_plan_shows_a_status_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init"]) == 0
    assert run(["status", "--format", "csv"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 3
    assert not any("no data" in row for row in rows)


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (date(2026, 7, 1), ["2026-04", "2026-05", "2026-06"], "2026-12-31"),
        (date(2026, 9, 30), ["2026-06", "2026-07", "2026-08"], "2027-12-31"),
        (date(2027, 1, 1), ["2026-10", "2026-11", "2026-12"], "2027-12-31"),
        (date(2028, 3, 31), ["2027-12", "2028-01", "2028-02"], "2028-12-31"),
    ],
)
def test_its_periods_are_those_just_over_and_its_targets_lie_ahead(day: date, months: list[str], end: str) -> None:
    Path("kpi.yaml").write_text(module._dated(template_text(FIRST), day), encoding="utf-8")
    plan = read_plan(Path("kpi.yaml")).plan
    assert list(plan.kpis["customer_satisfaction"].values) == months
    assert str(plan.goals["customers_stay"].due) == end


def test_an_editor_finds_the_schema_that_the_file_names() -> None:
    assert run(["init"]) == 0
    text = Path("kpi.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=./kpi.schema.json\n")
    assert json.loads(Path("kpi.schema.json").read_text(encoding="utf-8")) == json_schema(file_model())
    assert check_plan(read_plan(Path("kpi.yaml"))).valid


def test_a_schema_that_is_there_stays_as_it_is() -> None:
    Path(module.SCHEMA).write_text("{}", encoding="utf-8")
    assert run(["init"]) == 0
    assert Path("kpi.yaml").read_text(encoding="utf-8").startswith(module.MODELINE)
    assert Path(module.SCHEMA).read_text(encoding="utf-8") == "{}"


def test_a_file_is_replaced_only_with_force(capsys: pytest.CaptureFixture[str]) -> None:
    Path("kpi.yaml").write_text("mine", encoding="utf-8")
    assert run(["init"]) == 2
    assert Path("kpi.yaml").read_text(encoding="utf-8") == "mine"
    assert "--force replaces it" in capsys.readouterr().err
    assert run(["init", "--force"]) == 0
    assert Path("kpi.yaml").read_text(encoding="utf-8") != "mine"


def test_a_folder_that_is_not_there_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "-f", "nowhere/kpi.yaml"]) == 2
    assert capsys.readouterr().err == "kpi: nowhere/kpi.yaml cannot be written: there is no folder nowhere\n"


def test_a_plan_of_either_name_is_not_hidden_by_a_new_one(capsys: pytest.CaptureFixture[str]) -> None:
    Path("kpi.yml").write_text("version: 1\n", encoding="utf-8")
    assert run(["init"]) == 2
    assert capsys.readouterr().err.startswith("kpi: kpi.yml already exists\n")
    assert not Path("kpi.yaml").exists()
