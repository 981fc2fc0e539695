"""The versions of constraints.txt are those that the project asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PYTHONS = ["3.11", "3.12", "3.13"]


def pinned(python: str) -> dict[str, str]:
    """The version of each package for a version of Python on Linux."""
    environment = {
        **default_environment(),
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
    }
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found: dict[str, str] = {}
    for line in lines:
        if line.startswith("#"):
            continue
        requirement = Requirement(line)
        (exact,) = requirement.specifier
        assert exact.operator == "==", line
        if requirement.marker is None or requirement.marker.evaluate(environment):
            assert found.setdefault(canonicalize_name(requirement.name), exact.version) == exact.version
    return found


@pytest.mark.parametrize("python", PYTHONS)
def test_every_package_that_the_project_names_is_pinned_to_a_version_that_it_allows(python: str) -> None:
    versions = pinned(python)
    named = [*PROJECT["dependencies"], *(each for extra in PROJECT["optional-dependencies"].values() for each in extra)]
    for each in map(Requirement, named):
        if each.name == PROJECT["name"] or each.marker is not None:
            continue
        assert versions[canonicalize_name(each.name)] in each.specifier, each


def test_every_command_of_the_readme_installs_the_pinned_versions() -> None:
    commands = re.findall(r"pip install -q .+", (REPOSITORY / "README.md").read_text(encoding="utf-8"))
    assert commands
    assert all(" -c constraints.txt " in each for each in commands)


def test_every_python_that_the_project_names_is_tried() -> None:
    named = [each.rpartition(" ")[2] for each in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", each)]
    assert named == PYTHONS
