"""Hostile repositories: the right one is read, and git runs no program that they name."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from diff.repository import Repository
from diff.versioned import ONE, PLAN, TWO, owners, refusal, shop

from kpi.diff.git import Repository as Read
from kpi.diff.history import open_history

posix = pytest.mark.skipif(os.name == "nt", reason="needs a shell, links or owners")
# What a configuration may name to be run. Each leaves a file with its name behind.
PROGRAMS = """\
[core]
\trepositoryformatversion = 1
\tbare = false
\tworktree = .
\tfsmonitor = touch {traps}/fsmonitor; false
\thooksPath = {traps}/hooks
\tsshCommand = touch {traps}/ssh; false
\tpager = touch {traps}/pager
\taskPass = {traps}/hooks/askpass
[extensions]
\tpartialClone = origin
[remote "origin"]
\tpromisor = true
\turl = {url}
\tuploadpack = touch {traps}/uploadpack; false
[diff]
\texternal = touch {traps}/external
[diff "trap"]
\ttextconv = touch {traps}/textconv; cat
\tcommand = touch {traps}/command
[filter "trap"]
\tsmudge = touch {traps}/smudge; cat
\tclean = touch {traps}/clean; cat
\tprocess = touch {traps}/process
[log]
\tshowSignature = true
[gpg]
\tprogram = touch {traps}/gpg
[protocol]
\tallow = always
"""
URLS = [".", "ext::touch {traps}/ext", "ssh://nowhere.invalid/x", "file:///nowhere"]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = shop(tmp_path)
    made.put(".gitattributes", "* diff=trap filter=trap\n")
    made.commit("Attributes")
    return made


@pytest.fixture
def traps(tmp_path: Path) -> Path:
    folder = tmp_path / "traps"
    (folder / "hooks").mkdir(parents=True)
    for name in ("askpass", "post-index-change", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman"):
        (folder / "hooks" / name).write_text(f"#!/bin/sh\ntouch {folder}/hook-{name}\n")
        (folder / "hooks" / name).chmod(0o755)
    return folder


def sprung(traps: Path) -> list[str]:
    """The programs that were run."""
    return sorted(path.name for path in traps.iterdir() if path.name != "hooks")


def drop(folder: Path, blob: str) -> None:
    """Takes an object away, so that git would fetch it."""
    (folder / "objects" / blob[:2] / blob[2:]).unlink()


def embed(repository: Repository, config: str) -> Path:
    """Commits a folder that git takes for a bare repository, beside a plan of the same content as above."""
    inner = repository.root / "team"
    shutil.copytree(repository.root / ".git", inner, ignore=shutil.ignore_patterns("hooks", "index", "logs"))
    (inner / "config").write_text(config, encoding="utf-8")
    (inner / "kpi.yaml").write_text(TWO, encoding="utf-8")
    repository.commit("Innocent")
    return inner


@posix
@pytest.mark.parametrize("url", URLS)
def test_a_bare_repository_among_the_files_is_not_used(repository: Repository, traps: Path, url: str) -> None:
    blob = repository.git("rev-parse", "HEAD:kpi.yaml")
    inner = embed(repository, PROGRAMS.format(traps=traps, url=url.format(traps=traps)))
    drop(inner, blob)
    # In the repository of the work tree the plan is new since the first commit; in the one laid out it has no file.
    assert owners(repository, "HEAD~2", Path("team/kpi.yaml")) == (None, "bo")
    assert owners(repository, "HEAD", Path("team/kpi.yaml")) == ("bo", "bo")
    assert len(open_history(Path("team/kpi.yaml"), "a", repository.root).events) == 1
    assert owners(Repository(inner, init=False), "HEAD") == ("bo", "bo")
    assert sprung(traps) == []


@posix
@pytest.mark.parametrize("url", URLS)
def test_nothing_is_fetched_and_nothing_run_for_a_missing_object(repository: Repository, traps: Path, url: str) -> None:
    blob = repository.git("rev-parse", "HEAD:kpi.yaml")
    config = repository.root / ".git" / "config"
    config.write_text(PROGRAMS.format(traps=traps, url=url.format(traps=traps)).replace("worktree = .", ""))
    drop(repository.root / ".git", blob)
    message, hint = refusal(repository, "HEAD")
    assert "is not in this" in message
    assert hint == "fetch the missing files: git fetch --refetch --no-filter"
    assert sprung(traps) == []


@posix
def test_no_setting_of_the_repository_runs_a_program(repository: Repository, traps: Path) -> None:
    repository.git("mv", "kpi.yaml", "shop.yaml")
    repository.commit("Renamed")
    repository.put("shop.yaml", TWO)
    config = repository.root / ".git" / "config"
    config.write_text(PROGRAMS.format(traps=traps, url=".").replace("worktree = .", ""))
    assert owners(repository, "HEAD~1..HEAD", Path("shop.yaml"))[1] == "ana"
    assert owners(repository, "HEAD~1...HEAD", Path("shop.yaml"))[1] == "ana"
    assert len(open_history(Path("shop.yaml"), "a", repository.root).events) == 2
    assert sprung(traps) == []


# Which repository it is.


def test_a_linked_work_tree_and_a_submodule_are_their_own(repository: Repository, tmp_path: Path) -> None:
    repository.git("worktree", "add", "-q", str(tmp_path / "second"), "-b", "second")
    second = Repository(tmp_path / "second", init=False)
    second.put("kpi.yaml", TWO)
    second.commit("Two")
    assert owners(second, "main") == ("ana", "bo")
    assert Read.around(second.root).root == second.root.resolve()
    outer = Repository(tmp_path / "outer")
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", repository.root.as_uri(), "inner")
    inner = Repository(outer.root / "inner", init=False)
    assert (inner.root / ".git").is_file()
    inner.put("kpi.yaml", TWO)
    assert owners(inner, "HEAD") == ("ana", "bo")
    assert owners(outer_at(outer), "HEAD", Path("inner/kpi.yaml")) == ("ana", "bo")


def outer_at(outer: Repository) -> Repository:
    """The outer repository with a commit of its own, so that the wrong one could be read."""
    outer.put("kpi.yaml", TWO)
    outer.commit("Outer")
    return outer


def test_an_empty_folder_of_that_name_is_no_repository(repository: Repository) -> None:
    repository.put("team/kpi.yaml", ONE)
    repository.commit("Team")
    (repository.root / "team/.git").mkdir()
    assert owners(repository, "HEAD", Path("team/kpi.yaml")) == ("ana", "ana")


@pytest.mark.parametrize("text", ["", "gitdir: /nowhere\n", "gitdir:\n", "nonsense\n"])
def test_a_git_file_that_leads_nowhere_is_a_mistake(repository: Repository, text: str) -> None:
    repository.put("team/kpi.yaml", ONE)
    repository.put("team/.git", text)
    assert refusal(repository, "HEAD", Path("team/kpi.yaml"))[0].startswith(
        f"git cannot read {repository.root.resolve() / 'team'}"
    )


def test_a_broken_repository_does_not_let_git_look_elsewhere(repository: Repository) -> None:
    repository.put("team/kpi.yaml", ONE)
    repository.commit("Team")
    inner = Repository(repository.root / "team")
    (inner.root / ".git/HEAD").write_text("nonsense")
    message = refusal(repository, "HEAD", Path("team/kpi.yaml"))[0]
    assert message.startswith(f"git cannot read {inner.root.resolve()}: it finds ")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_of_somebody_else_is_named_by_the_folder_to_trust(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("SUDO_UID", raising=False)
    repository.put("deep/team/kpi.yaml", ONE)
    repository.commit("Deep")
    for path in (repository.root, repository.root / ".git"):
        os.chown(path, 12345, 12345)
    root = repository.root.resolve()
    assert refusal(repository, "HEAD", Path("deep/team/kpi.yaml")) == (
        f"git does not trust {root}, which belongs to another user",
        f"run: git config --global --add safe.directory {root}",
    )
    # What is said to help does.
    (tmp_path / "gitconfig").write_text(f"[safe]\n\tdirectory = {root}\n")
    assert owners(repository, "HEAD", Path("deep/team/kpi.yaml")) == ("ana", "ana")


# What is in the environment.


@pytest.mark.parametrize(
    "variable",
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE",
     "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE",
     "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_TRACE",
     "GIT_EXTERNAL_DIFF", "GIT_REPLACE_REF_BASE", "GIT_CEILING_DIRECTORIES", "GIT_ATTR_SOURCE",
     "GIT_DEFAULT_HASH", "GIT_SOMETHING_OF_TOMORROW"],
)  # fmt: skip
def test_variables_of_git_change_nothing(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    repository.put("kpi.yaml", "version: 1\ninclude: [teams/*.yaml]\n")
    repository.put("teams/a.yaml", ONE)
    repository.commit("Include")
    repository.put("teams/a.yaml", TWO)
    repository.commit("Two")
    plain = open_history(PLAN, "a", repository.root)
    monkeypatch.setenv(variable, "1")
    assert owners(repository, "HEAD~1..HEAD") == ("ana", "bo")
    assert [event.commit for event in open_history(PLAN, "a", repository.root).events] == [
        event.commit for event in plain.events
    ]


def test_settings_in_the_environment_run_nothing(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, traps: Path
) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "2")
    for number, (key, value) in enumerate(
        (("core.fsmonitor", f"touch {traps}/a"), ("protocol.allow", "always"))
    ):  # fmt: skip
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{number}", key)
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{number}", value)
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch {traps}/b")
    monkeypatch.setenv("GIT_SSH_COMMAND", f"touch {traps}/c")
    assert owners(repository, "HEAD") == ("ana", "ana")
    assert sprung(traps) == []


# Names that mean something to git.


@posix
@pytest.mark.parametrize(
    "name", [":(top)kpi.yaml", ":!kpi.yaml", "-x.yaml", "[k]pi.yaml", "*.yaml", "--help", "a\\b.yaml"]
)
def test_a_plan_is_found_by_its_name_and_not_by_what_git_makes_of_it(repository: Repository, name: str) -> None:
    repository.put("kpi.yaml", ONE.replace("ana", "other"))
    repository.commit("Not this plan")
    file = Path("team") / name
    repository.put(str(file), TWO)
    repository.put(name, TWO)
    repository.commit("A plan with an odd name")
    for one in (file, Path(name)):
        assert owners(repository, "HEAD", one) == ("bo", "bo")
        assert owners(repository, "HEAD~1", one)[1] == "bo"
        (event,) = open_history(one, "a", repository.root).events
        assert event.commit is not None
        assert event.commit.subject == "A plan with an odd name"


@pytest.mark.parametrize("name", ["-x", "--all", "--output=here", "--upload-pack=touch here"])
def test_a_branch_whose_name_begins_like_an_option(repository: Repository, name: str) -> None:
    with_name = f"refs/heads/{name.replace('=', '-').replace(' ', '-')}"
    (repository.root / ".git" / with_name).write_text(repository.git("rev-parse", "HEAD") + "\n")
    short = with_name.removeprefix("refs/heads/")
    for asked in (short, f"{short}..main", f"main...{short}"):
        assert "is not a revision" in refusal(repository, asked)[0]
    assert owners(repository, with_name) == ("ana", "ana")
    assert not (repository.root / "here").exists()
