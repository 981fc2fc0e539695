"""kpi-ci runs git safely in a checkout that a pull request has prepared as a trap."""

from __future__ import annotations

import html
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from ci.runners import run_action
from ci.services import GitHubApi, serving
from ci.shop_repository import PLAN, PullRequest, pull_request
from diff.repository import Repository

from kpi.ci import running
from kpi.ci.host import StepError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a shell and owners")
TRAP = """\
[core]
\trepositoryformatversion = 1
\tbare = false
\tworktree = .
\tfsmonitor = touch {traps}/fsmonitor; false
\thooksPath = {traps}/hooks
[extensions]
\tpartialClone = origin
[remote "origin"]
\turl = {url}
\tpromisor = true
\tuploadpack = touch {traps}/uploadpack; false
[protocol]
\tallow = always
"""


@pytest.fixture
def traps(tmp_path: Path) -> Path:
    folder = tmp_path / "traps"
    (folder / "hooks").mkdir(parents=True)
    for name in ("reference-transaction", "post-checkout", "pre-auto-gc"):
        (folder / "hooks" / name).write_text(f"#!/bin/sh\ntouch {folder}/hook-{name}\n")
        (folder / "hooks" / name).chmod(0o755)
    return folder


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("SUDO_UID", raising=False)
    running._opened.cache_clear()
    yield
    running._opened.cache_clear()


def sprung(traps: Path) -> list[str]:
    return sorted(path.name for path in traps.iterdir() if path.name != "hooks")


@pytest.mark.parametrize("url", [".", "ext::touch {traps}/ext"])
def test_a_bare_repository_in_a_pull_request_is_not_asked(
    tmp_path: Path, traps: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    repository = Repository(tmp_path / "shop")
    repository.put("team/kpi.yaml", PLAN)
    head = repository.commit("One")
    inner = repository.root / "team"
    shutil.copytree(
        repository.root / ".git", inner, dirs_exist_ok=True, ignore=shutil.ignore_patterns("hooks", "index", "logs")
    )
    (inner / "config").write_text(TRAP.format(traps=traps, url=url.format(traps=traps)))
    (inner / "refs/heads/main").write_text("1" * 40 + "\n")
    monkeypatch.chdir(repository.root)
    monkeypatch.setenv("KPI_FILE", "team/kpi.yaml")
    assert running.git("rev-parse", "HEAD") == head
    with pytest.raises(StepError, match="cannot be fetched"):
        running.merge_base("2" * 40)
    monkeypatch.chdir(inner)
    monkeypatch.setenv("KPI_FILE", "kpi.yaml")
    assert running.merge_base(head) == head
    assert sprung(traps) == []


def test_a_missing_commit_is_fetched_from_origin_only_and_by_no_hook(
    tmp_path: Path, traps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = pull_request(tmp_path / "origin")
    tree = change.checkout(tmp_path / "shop")
    Repository(tree, init=False).git("config", "core.hooksPath", str(traps / "hooks"))
    monkeypatch.chdir(tree)
    for variable in ("GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_SHALLOW_FILE"):
        monkeypatch.setenv(variable, "/nowhere")
    assert running.here(change.base) == change.base
    assert running.merge_base(change.base) == change.base
    assert sprung(traps) == []


def test_git_is_not_handed_the_token_for_comments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Repository(tmp_path / "shop").commit("One")
    monkeypatch.chdir(tmp_path / "shop")
    monkeypatch.setenv("KPI_TOKEN", "secret")
    monkeypatch.setenv("KPI_GITLAB_TOKEN", "secret")
    (tmp_path / "gitconfig").write_text(f"[alias]\n\ttell = !env > {tmp_path}/told\n")
    running.git("tell")
    assert "secret" not in (tmp_path / "told").read_text()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
def test_a_checkout_of_another_user_is_named_with_what_helps(tmp_path: Path) -> None:
    change: PullRequest = pull_request(tmp_path / "origin")
    tree = change.checkout(tmp_path / "shop")
    for path in (tree, tree / ".git"):
        os.chown(path, 12345, 12345)
    with serving(GitHubApi(me="github-actions[bot]")) as api:
        run = run_action(tree, tmp_path / "scratch", change.event(), change.github(api.url), inputs={"status": "false"})
    help_ = f"git config --global --add safe.directory {tree.resolve()}"
    assert help_ in html.unescape(run.summary)
    assert any(help_ in text for text in run.annotations("warning"))
    assert "cannot be fetched" not in run.summary + run.log
    assert run.outputs["diff"] == "2"


def test_a_plan_that_was_not_checked_out_with_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StepError, match="is not in a git repository"):
        running.here("1" * 40)
