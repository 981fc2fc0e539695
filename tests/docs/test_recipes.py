"""Each recipe of docs/recipes.md reads its file, and computes its KPI, as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from engine.support import Project

PAGE = (Path(__file__).parents[2] / "docs" / "recipes.md").read_text(encoding="utf-8")
RECIPE = re.compile(
    r"<!-- recipe: (?P<name>\S+) -->\n```csv\n(?P<file>.*?)```\n\n```yaml\n(?P<source>.*?)```\n"
    r".*?`(?P<formula>sum\(source\.\w+\))` is (?P<value>[\d.]+)",
    re.DOTALL,
)
RECIPES = {found["name"]: found for found in RECIPE.finditer(PAGE)}
KPI_RECIPE = re.compile(
    r"<!-- kpis: (?P<name>\S+) -->\n```csv\n(?P<file>.*?)```\n\n```yaml\n(?P<plan>.*?)```\n"
    r".*?At (?P<as_of>[\d-]+), `(?P<kpi>\w+)` is (?P<value>[\d.]*\d)",
    re.DOTALL,
)
KPI_RECIPES = {found["name"]: found for found in KPI_RECIPE.finditer(PAGE)}


def test_every_recipe_is_found() -> None:
    assert len(RECIPES) == PAGE.count("<!-- recipe:") >= 4
    assert len(KPI_RECIPES) == PAGE.count("<!-- kpis:") >= 3
    assert len(RECIPES) + len(KPI_RECIPES) == PAGE.count("\n## ")


@pytest.mark.parametrize("name", KPI_RECIPES)
def test_a_recipe_computes_its_kpi(tmp_path: Path, name: str) -> None:
    recipe = KPI_RECIPES[name]
    project = Project(tmp_path)
    plan = yaml.safe_load(recipe["plan"])
    project.write(plan["sources"][name]["path"], recipe["file"])
    project.plan |= plan
    assert project.series(recipe["kpi"], recipe["as_of"]).shown.value == float(recipe["value"])


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_reads_its_file(tmp_path: Path, name: str) -> None:
    recipe = RECIPES[name]
    project = Project(tmp_path)
    source = yaml.safe_load(recipe["source"])
    project.write(source["path"], recipe["file"].encode())
    project.plan["sources"] = {"source": source}
    assert project.value(recipe["formula"], "2021-12-31", every="year") == float(recipe["value"])


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_is_needed(tmp_path: Path, name: str) -> None:
    """Without its settings the file is refused."""
    recipe = RECIPES[name]
    project = Project(tmp_path)
    project.write("o.csv", recipe["file"].encode())
    project.source("o")
    project.kpi("k", "sum(o.amount)", every="year")
    checked = project.checked(valid=False)
    assert not checked.valid or project.results("2021-12-31", kpis=["k"]).series["k"].problem
