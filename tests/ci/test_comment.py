"""The one comment of a plan, on either service: the step ``comment``, after ``diff`` has left its page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ci.services import TOKEN, Api, GitHubApi, GitLabApi, serving

from kpi.ci.main import run
from kpi.ci.text import cut, folded

EVENT = {
    "pull_request": {
        "number": 7,
        "head": {"sha": "0123456789abcdef", "repo": {"full_name": "acme/shop"}},
        "base": {"sha": "fedcba", "repo": {"full_name": "acme/shop"}},
    }
}


class Step:
    """The step in a folder of its own, with the environment of a service."""

    def __init__(self, api: Api, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
        self.api, self.folder, self.set, self.capsys = api, folder, monkeypatch.setenv, capsys
        monkeypatch.chdir(folder)
        for name in ("GITHUB_ACTIONS", "GITHUB_EVENT_NAME", "GITHUB_STEP_SUMMARY", "KPI_FILE", "KPI_COMMENT"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.setenv("RUNNER_TEMP", str(folder))
        if isinstance(api, GitHubApi):
            (folder / "event.json").write_text(json.dumps(EVENT))
            known = {
                "GITHUB_ACTIONS": "true",
                "GITHUB_EVENT_PATH": "event.json",
                "GITHUB_STEP_SUMMARY": "kept.md",
                "GITHUB_REPOSITORY": "acme/shop",
                "GITHUB_API_URL": api.url,
                "GITHUB_GRAPHQL_URL": f"{api.url}/graphql",
                "KPI_TOKEN": TOKEN,
            }
        else:
            known = {
                "CI_MERGE_REQUEST_IID": "7",
                "CI_MERGE_REQUEST_PROJECT_ID": "42",
                "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "42",
                "CI_COMMIT_SHA": "0123456789abcdef",
                "CI_API_V4_URL": api.url,
                "KPI_GITLAB_TOKEN": TOKEN,
            }
        for name, value in known.items():
            monkeypatch.setenv(name, value)

    def __call__(self, page: str) -> str:
        """Runs it on what ``diff`` has written; what it printed."""
        (self.folder / "kpi-diff.md").write_text(page, encoding="utf-8")
        assert run(["comment"]) == 0, "whatever becomes of the comment, the comparison itself was done"
        return str(self.capsys.readouterr().out)

    @property
    def kept(self) -> str:
        """What stands beside the run instead of in a comment."""
        path = self.folder / ("kept.md" if isinstance(self.api, GitHubApi) else "kpi-diff.md")
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @property
    def bodies(self) -> list[str]:
        """The comments."""
        return [one["body"] for one in self.api.comments.values()]


@pytest.fixture(params=[GitHubApi, GitLabApi], ids=["github", "gitlab"])
def step(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> Iterator[Step]:
    with serving(request.param()) as api:
        yield Step(api, tmp_path, monkeypatch, capsys)


def test_the_first_run_writes_a_comment_and_the_next_ones_change_it(step: Step) -> None:
    other = step.api.add("a comment of ours about something else")
    for page in ("first", "second", "third"):
        step(page)
        assert len(step.bodies) == 2
        assert page in step.bodies[1]
    change = step.api.changing
    assert [method for method, _ in step.api.asked("POST", "PUT", "PATCH", "DELETE") if _ != "/graphql"] == [
        "POST",
        change,
        change,
    ]
    step("third")
    assert len(step.api.asked(change)) == 2, "what is right is not written again"
    assert step.api.comments[other]["body"] == "a comment of ours about something else"
    assert "<sub>As of 012345678.</sub>" in step.bodies[1]


def test_it_is_found_among_hundreds(step: Step) -> None:
    for number in range(250):
        step.api.add(f"comment {number}", "somebody")
    step("first")
    step("second")
    assert len(step.bodies) == 251


def test_a_comment_of_somebody_else_with_our_mark_is_not_touched(step: Step) -> None:
    step("first")
    (ours,) = step.api.comments.values()
    mark = ours["body"].split("\n")[0]
    assert re.fullmatch(r"<!-- kpi diff [0-9a-f]{12} -->", mark)
    bait = step.api.add(f"{mark}\nbait", "stranger")
    step.api.comments = dict(reversed(step.api.comments.items()))
    step("second")
    assert step.api.comments[bait]["body"] == f"{mark}\nbait"
    assert "second" in ours["body"]


def test_two_runs_at_once_leave_one_comment(step: Step) -> None:
    step.api.rivals.append("of a run that was a moment earlier")
    step("of this run")
    (body,) = step.bodies
    assert "of this run" in body
    assert [method for method, _ in step.api.requests][-2:] == [step.api.changing, "DELETE"]
    step.api.rivals.append("of a run that takes its own comment away")
    step.api.comments.clear()
    step.api.refused["DELETE"] = 404
    assert "warning" not in step("of the next run")


def test_each_plan_has_its_own(step: Step) -> None:
    for _ in range(2):
        for file in ("kpi.yaml", "teams/kpi.yaml"):
            step.set("KPI_FILE", file)
            step(f"about {file}")
    assert ["about kpi.yaml" in body for body in step.bodies] == [True, False]
    assert ["about teams/kpi.yaml" in body for body in step.bodies] == [False, True]


def test_nothing_to_say_is_said_only_where_something_was_said_before(step: Step) -> None:
    nothing = "<!-- no changes -->\nno changes"
    assert "no definition changed" in step(nothing)
    assert step.bodies == []
    step("something")
    step(nothing)
    (body,) = step.bodies
    assert "no changes" in body
    assert "something" not in body


@pytest.mark.parametrize("status", [401, 403, 404, 422, 500, 302])
def test_a_comment_that_cannot_be_written_is_a_warning_that_says_why(step: Step, status: int) -> None:
    step.api.refused["POST"] = status
    said = step("the comparison")
    assert "the comparison" in step.kept
    assert "warning" in said
    assert f"returned {status}" in said
    assert TOKEN not in said
    assert ("GET", "/elsewhere") not in step.api.requests, "the token follows no redirection"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", ""])
def test_a_service_that_does_not_answer_is_a_warning(step: Step, url: str) -> None:
    step.set("GITHUB_API_URL", url)
    step.set("CI_API_V4_URL", url)
    assert "warning" in step("the comparison")
    assert "the comparison" in step.kept


def test_without_a_token_it_is_kept_beside_the_run(step: Step) -> None:
    step.set("KPI_TOKEN", "")
    step.set("KPI_GITLAB_TOKEN", "")
    assert "warning" in step("the comparison")
    assert "the comparison" in step.kept
    assert [request for request in step.api.requests if request[1] != "/graphql"] == []


def test_it_can_be_left_out(step: Step) -> None:
    step.set("KPI_COMMENT", "false")
    step("the comparison")
    assert "the comparison" in step.kept
    assert step.api.requests == []


def test_it_is_never_longer_than_the_service_takes(step: Step) -> None:
    rows = "".join(f"| row {number} {'é' * 50} |\n" for number in range(20_000))
    said = step(f"### Head\n\n<details><summary>Rows</summary>\n\n{rows}\n</details>")
    (body,) = step.bodies  # the server refuses what is too long
    assert "row 0 " in body
    assert "… truncated because" in body
    assert body.count("<details>") == body.count("</details>") == 1
    assert "warning" not in said


def test_github_is_asked_whose_the_token_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    with serving(GitHubApi(me="github-actions[bot]")) as api:
        step = Step(api, tmp_path, monkeypatch, capsys)
        step("first")
        api.refused["who"] = 403  # then it can only be a workflow's own
        step("second")
        assert len(step.bodies) == 1
        assert "second" in step.bodies[0]
        api.me, api.refused = "ana", {}
        step("third")
        step("fourth")
        assert [one["user"]["login"] for one in api.comments.values()] == ["github-actions[bot]", "ana"]


def test_a_step_summary_stays_below_the_size_at_which_github_drops_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    with serving(GitHubApi()) as api:
        step = Step(api, tmp_path, monkeypatch, capsys)
        step.set("KPI_COMMENT", "false")
        for _ in range(3):
            step("".join(f"| row {number} {'é' * 20} |\n" for number in range(10_000)))
        assert 1_000_000 < (tmp_path / "kept.md").stat().st_size < 1024 * 1024
        assert step.kept.startswith("\n| row 0 ")
        assert step.kept.endswith("… truncated because it is too long.\n")


def test_what_is_cut_is_whole_lines_and_closes_what_it_opened() -> None:
    text = "<details><summary>x</summary>\n\n<pre>\n" + "line é\n" * 1000
    shown = cut(text, 1000)
    assert len(shown.encode()) <= 1000
    assert shown.endswith("line é\n</pre>\n\n</details>\n\n… truncated because it is too long.\n")
    assert cut(text, len(text.encode())) == text
    assert cut("x\n" * 1000, -5).endswith("too long.\n")


def test_what_kpi_said_is_text_to_every_service() -> None:
    shown = folded('kpi: </pre><script>x</script> @all #1 `x` **x** [x](y) <!-- x\n/close\n  /merge "x" & &#64;')
    inner = shown.partition("<pre>\n")[2].partition("\n</pre>")[0]
    assert not set('<>@`*[]()|"/') & set(inner)
    assert "&amp;&#35;64;" in inner or "&#38;&#35;64;" in inner
    assert len(folded("x" * 100_000)) < 5000
