"""The template for GitLab: its jobs run in a clone, against an API on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from ci.runners import Run, run_job
from ci.services import TOKEN, Api, GitLabApi, serving
from ci.shop_repository import NEW_FINDING, OLD_FINDING, PLAN, VAGUE, PullRequest, pull_request

pytestmark = pytest.mark.slow


@pytest.fixture
def api() -> Iterator[Api]:
    with serving(GitLabApi()) as api:
        yield api


@pytest.fixture(scope="module")
def change(tmp_path_factory: pytest.TempPathFactory) -> PullRequest:
    return pull_request(tmp_path_factory.mktemp("origin"), VAGUE, title="/close $(touch pwned)\n/merge")


def job(name: str, change: PullRequest, tree: Path, api: Api, **variables: str) -> Run:
    """One job in a work tree, in a pipeline of the merge request."""
    scratch = tree.parent / f"{tree.name}-scratch"
    scratch.mkdir(exist_ok=True)
    run = run_job(name, tree, scratch, change.gitlab(api.url, **{"KPI_GITLAB_TOKEN": TOKEN, **variables}))
    assert run is not None, "the rules leave the job out"
    return run


def test_lint_fails_on_what_changed_and_reports_all(change: PullRequest, tmp_path: Path, api: Api) -> None:
    run = job("kpi-lint", change, change.checkout(tmp_path / "shop", change.head), api)
    assert run.code == 1
    assert NEW_FINDING in run.log
    assert OLD_FINDING not in run.log
    report = json.loads(run.outputs["gl-code-quality-report.json"])
    shown = " ".join(one["description"] for one in report)
    assert NEW_FINDING in shown
    assert OLD_FINDING in shown, "GitLab compares the report with that of the target branch"
    assert {one["location"]["path"] for one in report} == {"kpi.yaml"}
    assert run.installed.rstrip().endswith(" kpi-as-code")


def test_the_comparison_is_one_note_that_is_brought_up_to_date(change: PullRequest, tmp_path: Path, api: Api) -> None:
    tree = change.checkout(tmp_path / "shop", change.head)
    run = job("kpi-diff", change, tree, api)
    assert run.code == 0, run.log
    (body,) = [one["body"] for one in api.comments.values()]
    assert "**loosened**" in body
    assert "<code>€130</code> | <code>€65</code>" in body
    assert f"As of {change.head[:9]}" in body
    assert "**loosened**" in run.outputs["kpi-diff.md"]
    (tree / "kpi.yaml").write_text(PLAN.replace("at least 100", "at least 10"))
    job("kpi-diff", change, tree, api)
    (body,) = [one["body"] for one in api.comments.values()]
    assert "<code>at least 10</code>" in body
    assert [method for method, _ in api.asked("POST", "PUT", "DELETE")] == ["POST", "PUT"]
    assert list(tmp_path.rglob("pwned")) == []


def test_merged_results_are_compared_with_the_target_as_it_is(change: PullRequest, tmp_path: Path, api: Api) -> None:
    target = change.origin.git("rev-parse", "main")
    given = {"CI_MERGE_REQUEST_TARGET_BRANCH_SHA": target, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": change.head}
    run = job("kpi-diff", change, change.checkout(tmp_path / "shop"), api, **given, KPI_DATA="none")
    assert "changes: 3" in run.log
    assert "Robust orders" not in run.log


def test_without_a_token_the_comparison_is_an_artifact(change: PullRequest, tmp_path: Path, api: Api) -> None:
    fork = {"KPI_GITLAB_TOKEN": "", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "99"}
    run = job("kpi-diff", change, change.checkout(tmp_path / "shop", change.head), api, **fork)
    assert run.code == 0
    assert "notice: pull requests from forks get no comment" in run.log
    assert "**loosened**" in run.outputs["kpi-diff.md"]
    assert api.requests == []


def test_exit_codes_pass_through(change: PullRequest, tmp_path: Path, api: Api) -> None:
    tree = change.checkout(tmp_path / "shop", change.head)
    loosened = job("kpi-diff", change, tree, api, KPI_FAIL_ON_DIFF="loosened", KPI_DATA="none")
    assert (loosened.code, len(api.comments)) == (1, 1)
    red = job("kpi-status", change, tree, api, KPI_FAIL_ON_STATUS="red")
    assert red.code == 0
    (tree / "kpi.yaml").write_text(PLAN.replace("formula: ", "formula: ("))
    broken = job("kpi-diff", change, tree, api)
    assert broken.code == 2
    assert "could not compare the definitions" in next(iter(api.comments.values()))["body"]
    assert job("kpi-lint", change, tree, api).code == 1


def test_the_status_is_an_artifact(change: PullRequest, tmp_path: Path, api: Api) -> None:
    tree = change.checkout(tmp_path / "shop", change.head)
    red = job("kpi-status", change, tree, api)
    assert "| Robust orders | 2 |" in red.outputs["kpi-status.md"]
    (tree / "orders.csv").unlink()
    assert job("kpi-status", change, tree, api).code == 0
    assert job("kpi-status", change, tree, api, KPI_DATA="required").code == 2


@pytest.mark.parametrize(
    ("variables", "jobs"),
    [
        ({"CI_PIPELINE_SOURCE": "merge_request_event"}, {"kpi-lint", "kpi-diff", "kpi-status"}),
        ({"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"}, {"kpi-lint", "kpi-status"}),
        ({"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "topic"}, set()),
    ],
)
def test_which_jobs_there_are(tmp_path: Path, variables: dict[str, str], jobs: set[str]) -> None:
    given = {**variables, "CI_DEFAULT_BRANCH": "main"}
    kpi = "#!/bin/sh\n"
    found = {
        name
        for name in ("kpi-lint", "kpi-diff", "kpi-status")
        if run_job(name, tmp_path, tmp_path / "scratch", given, kpi=kpi) is not None
    }
    assert found == jobs


@pytest.mark.parametrize("kind", ["link", "dangling link", "file"])
def test_what_is_committed_where_a_job_writes_is_replaced_and_never_followed(
    kind: str, change: PullRequest, tmp_path: Path, api: Api
) -> None:
    names = {"kpi-lint": "gl-code-quality-report.json", "kpi-diff": "kpi-diff.md", "kpi-status": "kpi-status.md"}
    secret = tmp_path / "secret"
    secret.write_text("precious")
    for name, report in names.items():
        tree = change.checkout(tmp_path / name, change.head)
        if kind == "file":
            (tree / report).write_text("forged")
        else:
            (tree / report).symlink_to(secret if kind == "link" else tmp_path / "nowhere")
        job(name, change, tree, api)
        assert not (tree / report).is_symlink()
        assert "forged" not in (tree / report).read_text(encoding="utf-8")
    assert secret.read_text() == "precious"
    assert not (tmp_path / "nowhere").exists()


def test_a_forged_report_is_not_used(change: PullRequest, tmp_path: Path, api: Api) -> None:
    tree = change.checkout(tmp_path / "shop", change.head)
    (tree / "kpi-status.md").write_text("all green")
    job("kpi-status", change, tree, api, KPI_DATA="none")
    assert not (tree / "kpi-status.md").exists()
