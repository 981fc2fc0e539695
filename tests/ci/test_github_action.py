"""The composite action: its steps run in a clone, against an API on this machine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ci.runners import Run, run_action
from ci.services import TOKEN, Api, GitHubApi, serving
from ci.shop_repository import LOOSENED, NEW_FINDING, OLD_FINDING, PLAN, VAGUE, PullRequest, pull_request
from helpers.transcripts import REPOSITORY

pytestmark = pytest.mark.slow

ACTION = yaml.safe_load((REPOSITORY / "action.yml").read_text(encoding="utf-8"))
ONLY = {"lint": "false", "diff": "false", "status": "false"}
LINT, DIFF, STATUS = ({**ONLY, name: "true"} for name in ONLY)
HOSTILE = (
    """$(touch pwned) `touch pwned`"; touch pwned; '\n::error::owned\n##[error]owned <script>alert(1)</script> @all"""
)
# Stands for kpi where only its exit codes matter: KPI_PLAY has those of the commands.
PLAY = """#!/bin/sh
echo "$*" >> "$PLAYED"
case "$*" in *"diff "*json*) echo '{"changes": [1]}' ;; *) echo "what $1 says" ;; esac
case "$KPI_PLAY" in *"$1=1"*) exit 1 ;; *"$1=2"*) exit 2 ;; *"$1=9"*) exit 9 ;; esac
"""


@pytest.fixture
def api() -> Iterator[Api]:
    with serving(GitHubApi(me="github-actions[bot]")) as api:
        yield api


@pytest.fixture(scope="module")
def change(tmp_path_factory: pytest.TempPathFactory) -> PullRequest:
    return pull_request(tmp_path_factory.mktemp("origin"), VAGUE)


def act(
    change: PullRequest,
    tree: Path,
    api: Api,
    inputs: Mapping[str, str] = DIFF,
    *,
    fork: bool = False,
    event: Mapping[str, Any] | None = None,
    kpi: str | None = None,
    **environment: str,
) -> Run:
    """One run of the action in a work tree."""
    scratch = tree.parent / f"{tree.name}-scratch"
    number = len(list(scratch.glob("*"))) if scratch.exists() else 0
    given = change.github(api.url, **{"token": TOKEN, **environment})
    more = {} if kpi is None else {"kpi": kpi}
    about = change.event(fork=fork) if event is None else event
    return run_action(tree, scratch / str(number), about, given, inputs=inputs, **more)


def test_a_pull_request_gets_annotations_one_comment_and_a_status(
    change: PullRequest, tmp_path: Path, api: Api
) -> None:
    tree = change.checkout(tmp_path / "shop")
    run = act(change, tree, api, {})
    assert [NEW_FINDING in text for text in run.annotations("warning")] == [True]
    assert re.search(r"^::warning file=kpi\.yaml,line=10,endLine=10,col=11,", run.log, re.MULTILINE)
    assert len(api.comments) == 1
    body = next(iter(api.comments.values()))["body"]
    assert "**loosened**" in body
    assert "<code>€130</code> | <code>€65</code>" in body
    assert f"As of {change.head[:9]}" in body
    assert "Robust orders" not in body, "the base has moved on; what it changed is not of this pull request"
    assert "Tea shop" in run.summary
    assert "€65" in run.summary
    assert "loosened" not in run.summary, "what is a comment is not said again"
    assert run.code == 1
    assert run.outputs == {"lint": "1", "diff": "0", "changes": "3", "status": "0"}
    assert [message for message in run.annotations("error") if "kpi lint has findings" in message]


def test_a_second_run_brings_the_comment_up_to_date(change: PullRequest, tmp_path: Path, api: Api) -> None:
    tree = change.checkout(tmp_path / "shop")
    stranger = api.add("a comment of somebody")
    assert act(change, tree, api).code == 0
    (ours,) = set(api.comments) - {stranger}
    first = api.comments[ours]["body"]
    (tree / "kpi.yaml").write_text(PLAN.replace("at least 100", "at least 10"))
    assert act(change, tree, api).code == 0
    assert set(api.comments) == {stranger, ours}
    assert first != api.comments[ours]["body"]
    assert "at least 10 " not in first
    assert "<code>at least 10</code>" in api.comments[ours]["body"]
    assert [method for method, _ in api.asked("PATCH", "DELETE")] == ["PATCH"]
    assert api.comments[stranger]["body"] == "a comment of somebody"


def test_a_pull_request_without_a_change_of_definitions_gets_no_comment(tmp_path: Path, api: Api) -> None:
    change = pull_request(tmp_path / "origin", "# A comment is no change.\n" + PLAN)
    tree = change.checkout(tmp_path / "shop")
    run = act(change, tree, api)
    assert (run.code, run.outputs["changes"], api.comments) == (0, "0", {})
    assert "no definition changed" in run.log


def test_a_fork_cannot_comment_and_nothing_fails(change: PullRequest, tmp_path: Path, api: Api) -> None:
    api.refused["POST"] = 403
    run = act(change, change.checkout(tmp_path / "shop"), api, {**DIFF, "lint": "true"}, fork=True)
    assert run.outputs["diff"] == "0"
    assert "**loosened**" in run.summary
    assert "<code>€65</code>" in run.summary
    assert "pull requests from forks get no comment; the comparison is in the summary of this run" in run.annotations(
        "notice"
    )
    assert [NEW_FINDING in text for text in run.annotations("warning")] == [True], "lint needs no token"
    assert api.comments == {}


def test_nothing_in_a_pull_request_is_obeyed(tmp_path: Path, api: Api) -> None:
    words = HOSTILE.replace("\n", "\\n").replace('"', '\\"')
    plan = LOOSENED.replace("name: Revenue", f'name: "</pre></details>{words}"').replace("ana@example", "$(id)@example")
    plan = plan.replace("version: 1", f'version: 1\n"{words}": 1', 1)
    # Not valid, so all that kpi says is said in words of the pull request.
    broken = pull_request(tmp_path / "broken", plan, title=HOSTILE)
    valid = pull_request(tmp_path / "valid", plan.replace(f'"{words}": 1\n', ""), title=HOSTILE)
    for number, change in enumerate((broken, valid)):
        tree = change.checkout(tmp_path / f"shop{number}")
        (tree / "venv.py").write_text("open('pwned', 'w')")
        (tree / "json.py").write_text("open('pwned', 'w')")
        run = act(change, tree, api, {}, GITHUB_HEAD_REF=HOSTILE, GITHUB_BASE_REF=HOSTILE, GITHUB_ACTOR=HOSTILE)
        assert len(api.comments) == 1
        (body,) = [one["body"] for one in api.comments.values()]
        assert "owned" in body
        assert "@all" not in body
        assert list(tmp_path.rglob("pwned")) == []
        assert [command for command in run.commands if command.startswith(("error::", "error]"))] == []
        for text in (body, run.summary):
            assert "<script" not in text
            assert text.count("</details>") == text.count("<details>")
            assert text.count("</pre>") == text.count("<pre>")
        assert run.code == (2 if change is broken else 0)


def test_no_step_has_an_expression_in_its_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        for value in step.get("env", {}).values():
            assert re.fullmatch(r"\$\{\{ (inputs\.[a-z-]+|steps\.[a-z]+\.outputs\.[a-z]+) \}\}", value), value


def test_only_the_comment_is_given_the_token() -> None:
    users = [step["name"] for step in ACTION["runs"]["steps"] if "inputs.token" in str(step)]
    assert users == ["Comment"]


def test_kpi_sees_no_secret_of_the_service(change: PullRequest, tmp_path: Path, api: Api) -> None:
    secrets = ("GITHUB_TOKEN", "GH_TOKEN", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "CI_JOB_TOKEN")
    kpi = '#!/bin/sh\nenv >> "$PLAYED"\necho \'{"changes": []}\'\n'
    given = {**dict.fromkeys(secrets, "hush"), "WAREHOUSE_URL": "needed"}
    run = act(change, change.checkout(tmp_path / "shop"), api, {}, kpi=kpi, **given)
    assert "hush" not in run.installed
    assert TOKEN not in run.installed
    assert "WAREHOUSE_URL=needed" in run.installed


@pytest.mark.parametrize(
    ("play", "code", "failed"),
    [
        ("", 0, []),
        ("lint=1", 1, ["lint"]),
        ("lint=2", 2, ["lint"]),
        ("diff=2 lint=1", 2, ["lint", "diff"]),
        ("lint=1 diff=1 status=1", 1, ["lint", "diff", "status"]),
    ],
)
def test_exit_codes_pass_through_and_every_step_runs(
    change: PullRequest, tmp_path: Path, api: Api, play: str, code: int, failed: list[str]
) -> None:
    inputs = {"fail-on-diff": "loosened", "fail-on-status": "red"}
    run = act(change, change.checkout(tmp_path / "shop"), api, inputs, kpi=PLAY, KPI_PLAY=play)
    assert run.code == code
    assert re.findall(r"::error title=kpi::kpi (\w+) (?:has|could not do)", run.log) == failed
    assert "\nstatus --format markdown --fail-on red\n" in run.installed
    assert re.search(r"\ndiff [0-9a-f]{40} --format json --fail-on loosened\n", run.installed)
    assert "what diff says" in api.comments[100]["body"] or "diff=2" in play


def test_a_kpi_that_breaks_off_is_no_finding(change: PullRequest, tmp_path: Path, api: Api) -> None:
    run = act(change, change.checkout(tmp_path / "shop"), api, {}, kpi=PLAY, KPI_PLAY="lint=9")
    assert run.code == 2
    assert run.annotations("error") == ["kpi lint failed with exit code 9"]


def test_a_comparison_that_fails_does_not_read_as_no_changes(change: PullRequest, tmp_path: Path, api: Api) -> None:
    tree = change.checkout(tmp_path / "shop")
    (tree / "kpi.yaml").write_text(PLAN.replace("sum(orders.amount)", "sum(orders.amount"))
    run = act(change, tree, api)
    assert run.code == 2
    (body,) = [one["body"] for one in api.comments.values()]
    assert "kpi diff could not compare the definitions" in body
    assert "kpi.yaml" in body
    assert "no changes" not in body


def test_values_without_data(change: PullRequest, tmp_path: Path, api: Api) -> None:
    tree = change.checkout(tmp_path / "shop")
    (tree / "orders.csv").unlink()
    inputs = {**DIFF, "status": "true", "fail-on-diff": "loosened"}
    auto = act(change, tree, api, inputs)
    assert (auto.outputs["diff"], auto.outputs["status"], auto.code) == ("1", "0", 1)
    assert auto.annotations("warning") == [
        "kpi diff could not compute all values",
        "kpi status could not compute all KPIs",
    ]
    (body,) = [one["body"] for one in api.comments.values()]
    assert "Not all values could be computed" in body
    assert "orders.csv" in body
    assert "**loosened**" in body
    required = act(change, tree, api, {**inputs, "data": "required"})
    assert (required.outputs["diff"], required.outputs["status"], required.code) == ("2", "2", 2)
    none = act(change, tree, api, {**DIFF, "status": "true", "data": "none"})
    assert (none.code, none.annotations("warning"), none.summary) == (0, [], "")
    assert "**loosened**" in next(iter(api.comments.values()))["body"]
    # What is not known may be what the run is to fail on.
    assert act(change, tree, api, {**STATUS, "fail-on-status": "red"}).outputs["status"] == "2"


def test_a_push_is_reviewed_whole_and_compared_with_nothing(change: PullRequest, tmp_path: Path, api: Api) -> None:
    tree = change.checkout(tmp_path / "shop")
    run = act(change, tree, api, {}, event={"before": change.base}, GITHUB_EVENT_NAME="push")
    assert [OLD_FINDING in text or NEW_FINDING in text for text in run.annotations("warning")] == [True, True]
    assert "not for a pull request" in run.log
    assert "Tea shop" in run.summary
    assert api.requests == []
    assert run.code == 1


def test_a_merge_queue_is_compared_with_its_base(change: PullRequest, tmp_path: Path, api: Api) -> None:
    tree = change.checkout(tmp_path / "shop")
    event = {"merge_group": {"base_sha": change.base}}
    run = act(change, tree, api, event=event, GITHUB_EVENT_NAME="merge_group")
    assert "**loosened**" in run.summary
    assert api.requests == []


@pytest.mark.parametrize(("commit", "depth"), [("merge", 1), ("head", 1), ("head", 50)])
def test_the_base_is_fetched_where_it_is_missing(
    change: PullRequest, tmp_path: Path, api: Api, commit: str, depth: int
) -> None:
    tree = change.checkout(tmp_path / "shop", getattr(change, commit), depth)
    run = act(change, tree, api, {**DIFF, "data": "none"})
    assert (run.code, run.outputs["changes"]) == (0, "3")


def test_a_base_that_cannot_be_fetched_is_reported(change: PullRequest, tmp_path: Path, api: Api) -> None:
    tree = change.checkout(tmp_path / "shop")
    config = tree / ".git" / "config"
    config.write_text(config.read_text().replace("url = ", "url = /nowhere"))
    run = act(change, tree, api, {**DIFF, "lint": "true"})
    assert run.code == 2
    assert "check out the whole history" in api.comments[100]["body"]
    assert [text for text in run.annotations("warning") if "showing all findings" in text]
    assert [OLD_FINDING in text for text in run.annotations("warning")].count(True) == 1


def test_pull_request_target_is_refused(change: PullRequest, tmp_path: Path, api: Api) -> None:
    tree = change.checkout(tmp_path / "shop")
    run = act(change, tree, api, GITHUB_EVENT_NAME="pull_request_target")
    assert run.code == 2
    assert "use pull_request" in run.annotations("error")[0]
    assert api.requests == []


@pytest.mark.parametrize(("name", "value"), [("lint", "yes"), ("data", "some"), ("comment", "1")])
def test_an_input_that_means_nothing_is_refused(
    change: PullRequest, tmp_path: Path, api: Api, name: str, value: str
) -> None:
    run = act(change, change.checkout(tmp_path / "shop"), api, {name: value}, kpi=PLAY)
    assert run.code == 2
    assert f'"{value}": expected one of ' in run.annotations("error")[0]


def test_what_is_installed(change: PullRequest, tmp_path: Path, api: Api) -> None:
    tree = change.checkout(tmp_path / "shop")
    own = act(change, tree, api, ONLY)
    assert own.installed.rstrip().endswith(f" {REPOSITORY}")
    version = act(change, tree, api, {**ONLY, "version": "1.2.3"})
    assert version.installed.rstrip().endswith(" kpi-as-code==1.2.3")
    assert (own.code, version.code, own.summary, api.requests) == (0, 0, "", [])
