"""docs/ci.md: what it says to copy is what the action, the template and the hook take."""

from __future__ import annotations

import re
from typing import Any

import yaml
from helpers.transcripts import REPOSITORY

PAGE = (REPOSITORY / "docs" / "ci.md").read_text(encoding="utf-8")


def block(name: str) -> Any:
    """The YAML that is to be copied."""
    found = re.search(rf"<!-- try: {name} -->\n```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None, name
    return yaml.safe_load(found[1])


def project(name: str) -> Any:
    return yaml.safe_load((REPOSITORY / name).read_text(encoding="utf-8"))


def test_the_workflow_gives_the_action_what_it_takes() -> None:
    workflow = block("github")
    checkout, action = workflow["jobs"]["kpi"]["steps"]
    assert checkout["with"] == {"fetch-depth": 2, "persist-credentials": False}
    assert set(action["with"]) <= set(project("action.yml")["inputs"])
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert "pull_request_target" not in workflow[True]  # "on", which is true to YAML 1.1


def test_the_table_lists_every_input_with_its_default() -> None:
    listed = {}
    table = PAGE.partition("| input |")[2].partition("\n\n")[0]
    for names, default in re.findall(r"^\|([^|]+)\|([^|]*)\|", table, re.MULTILINE):
        listed |= dict.fromkeys(re.findall(r"`([a-z-]+)`", names), default.strip().strip("`"))
    inputs = {name: about["default"] for name, about in project("action.yml")["inputs"].items()}
    inputs |= {"file": "kpi.yaml", "token": "token of the workflow"}
    assert {name: listed.get(name) for name in inputs} == inputs


def test_every_variable_of_the_template_is_named() -> None:
    template = project("ci/gitlab.yml")
    named = set(re.findall(r"\bKPI_[A-Z_]+\b", PAGE))
    assert named == {*template["variables"], "KPI_GITLAB_TOKEN"}
    assert set(block("gitlab")["variables"]) <= named
    assert all(f"`{job}`" in PAGE for job in template if job.startswith("kpi-"))


def test_the_hook_has_the_name_that_the_page_says() -> None:
    (repository,) = block("pre-commit")["repos"]
    assert [hook["id"] for hook in repository["hooks"]] == [hook["id"] for hook in project(".pre-commit-hooks.yaml")]
