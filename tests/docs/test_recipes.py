"""Each recipe of docs/recipes.md reads its file as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from computing.support import Project

PAGE = (Path(__file__).parents[2] / "docs" / "recipes.md").read_text(encoding="utf-8")
RECIPE = re.compile(
    r"<!-- recipe: (?P<name>\S+) -->\n```csv\n(?P<file>.*?)```\n\n```yaml\n(?P<source>.*?)```\n"
    r".*?`(?P<formula>sum\(source\.\w+\))` is (?P<value>[\d.]+)",
    re.DOTALL,
)
RECIPES = {found["name"]: found for found in RECIPE.finditer(PAGE)}


def test_every_recipe_is_found() -> None:
    assert len(RECIPES) == PAGE.count("<!-- recipe:") == PAGE.count("\n## ") >= 4


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
