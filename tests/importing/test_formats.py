"""All formats: each has its command and its section of the documentation, and refuses whatever is in a file cleanly."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kpi
from kpi.cli.import_ import Form
from kpi.errors import InputError, KpiError, UsageError
from kpi.importing import FORMATS, Settings, import_files

PAGE = Path(__file__).parents[2] / "docs" / "importing.md"
TREES = [name for name in FORMATS if name != "sheet"]

# Words that the formats know, so that the random trees get beyond the first key.
KEYS = """
semantic_models models metrics cubes semantic_model datasets name type agg expr sql measures dimensions defaults
agg_time_dimension type_params measure filter numerator denominator input_metrics alias offset_window window fields
expression dialects dialect source dimension is_time custom_extensions vendor_name data apiVersion kind metadata spec
objectives target indicator ratioMetric good total timeWindow duration filters rolling_window trailing time_shift
"""
TEXTS = """
a b simple derived ratio cumulative sum count number time 1 0.95 -1 day 2.5% 28d ANSI_SQL openslo/v1 SLO true SUM(a)
a.b COUNT(DISTINCT(b)) {{Dimension('a__b')}}=1 {a} {CUBE}.b ( ' \\ null KPI_AS_CODE {"tool":"kpi-as-code"} é%
"""
LEAVES = st.sampled_from(TEXTS.split()) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=5)


def _inside(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=6)


VALUES = st.recursive(LEAVES, _inside, max_leaves=25)
SHAPES: dict[str, list[str]] = {
    "dbt": ["semantic_models", "metrics", "models"],
    "ossie": ["semantic_model"],
    "openslo": ["apiVersion", "kind", "metadata", "spec"],
    "cube": ["cubes"],
}


def test_the_command_has_every_format_and_the_page_a_section_of_it() -> None:
    assert set(get_args(Form)) == set(FORMATS)
    headings = {
        heading.lower().split()[-1] for heading in re.findall(r"(?m)^## (.+)$", PAGE.read_text(encoding="utf-8"))
    }
    assert headings == set(FORMATS)


@pytest.mark.parametrize("name", TREES)
def test_random_trees_do_no_harm(tmp_path: Path, name: str) -> None:
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.fixed_dictionaries(dict.fromkeys(SHAPES[name], VALUES)))
    def check(tree: dict[str, Any]) -> None:
        if name == "openslo":
            tree |= {"apiVersion": "openslo/v1", "kind": "SLO"}
        (tmp_path / "file.yaml").write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
        try:
            found = import_files(name, [tmp_path / "file.yaml"], Settings(), tmp_path / "kpi.yaml")
        except KpiError:
            return
        assert all(one.reason and one.workaround and one.origin.file for one in found.refused)

    check()


TIME = "dimensions: [{name: t, sql: t, type: time}]"
CUBE = f"cubes: [{{name: a, sql_table: a, {TIME}, measures: [{{name: n, type: count}}]}}]"


@pytest.mark.parametrize("name", TREES)
@pytest.mark.parametrize("depth", [45, 60, 5000])
def test_deep_files_are_errors(tmp_path: Path, name: str, depth: int) -> None:
    (tmp_path / "file.yaml").write_text("cubes: " + "[" * depth + "]" * depth, encoding="utf-8")
    with pytest.raises(KpiError):
        import_files(name, [tmp_path / "file.yaml"], Settings(), tmp_path / "kpi.yaml")


def test_a_folder_is_searched_and_one_without_files_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file of Cube"):
        import_files("cube", [tmp_path], Settings(), tmp_path / "kpi.yaml")
    (tmp_path / "model" / "target").mkdir(parents=True)
    (tmp_path / "model" / "target" / "no.yml").write_text("[")
    (tmp_path / "model" / "a.yml").write_text(CUBE)
    (tmp_path / "model" / "gone.yml").symlink_to(tmp_path / "nowhere.yml")
    assert [*import_files("cube", [tmp_path], Settings(), tmp_path / "kpi.yaml").plan.kpis] == ["a_n"]


def test_data_outside_the_project_is_said(tmp_path: Path) -> None:
    (tmp_path / "project" / ".git").mkdir(parents=True)
    (tmp_path / "model.yml").write_text(CUBE)
    (tmp_path / "a.csv").write_text("t\n2026-01-01\n")
    with pytest.raises(InputError, match="leads out of the project"):
        import_files("cube", [tmp_path / "model.yml"], Settings(data=tmp_path), tmp_path / "project" / "kpi.yaml")


def test_a_file_is_read_as_it_takes(tmp_path: Path) -> None:
    rows = [f"{day:02}.01.2026;{day},5;Köln" for day in range(1, 29)]
    (tmp_path / "a.csv").write_bytes("\n".join(["Tag;Betrag;Ort", *rows, ""]).encode("cp1252"))
    (tmp_path / "model.yml").write_text(
        "cubes: [{name: a, sql_table: a, dimensions: [{name: t, sql: Tag, type: time}], "
        "measures: [{name: n, type: sum, sql: Betrag}]}]"
    )
    options = Settings(data=tmp_path)
    found = import_files("cube", [tmp_path / "model.yml"], options, tmp_path / "kpi.yaml")
    assert found.refused == ()
    (tmp_path / "kpi.yaml").write_text(found.text)
    status = kpi.load(tmp_path / "kpi.yaml").status(as_of=date(2026, 1, 31))
    assert status["a_n"] == pytest.approx(sum(range(1, 29)) + 28 * 0.5)
