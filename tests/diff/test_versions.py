"""Which versions are compared, what git gives of them, and what is said when it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from diff.repository import Repository
from diff.versioned import ONE, PLAN, THREE, TWO, branched, owners, refusal, shop

from kpi.diff.versions import open_versions
from kpi.errors import InputError, UsageError


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return shop(tmp_path)


# Which versions.


def test_default_is_where_the_branch_left_main_and_the_work_tree(repository: Repository) -> None:
    branched(repository)
    repository.put("kpi.yaml", ONE.replace("ana", "nobody"))
    assert owners(repository) == ("ana", "nobody")
    before, after = open_versions(PLAN, None, repository.root)
    assert before.label == f"{repository.git('rev-parse', 'main~1')[:9]} (merge base with main)"
    assert (before.id, after.id) == (repository.git("rev-parse", "main~1"), "worktree")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("main", ("cy", "bo")),
        ("main..work", ("cy", "bo")),
        ("work..main", ("bo", "cy")),
        ("main...work", ("ana", "bo")),
        ("work...main", ("ana", "cy")),
        ("main..", ("cy", "bo")),
        ("..main", ("bo", "cy")),
        ("HEAD~1", ("ana", "bo")),
        ("work^..work", ("ana", "bo")),
    ],
)
def test_ranges_mean_what_they_mean_to_git(repository: Repository, asked: str, expected: tuple[str, str]) -> None:
    branched(repository)
    assert owners(repository, asked) == expected


def test_what_origin_says_is_the_default_branch_goes_first(repository: Repository) -> None:
    branched(repository)
    repository.git("update-ref", "refs/remotes/origin/trunk", "work")
    repository.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    assert owners(repository) == ("bo", "bo")
    assert "origin/HEAD" in open_versions(PLAN, None, repository.root)[0].label


@pytest.mark.parametrize("name", ["master", "origin/main", "origin/master"])
def test_other_names_of_the_default_branch(repository: Repository, name: str) -> None:
    ref = f"refs/remotes/{name}" if "/" in name else f"refs/heads/{name}"
    repository.git("checkout", "-q", "-b", "work")
    repository.git("update-ref", ref, "main")
    repository.git("branch", "-q", "-D", "main")
    repository.put("kpi.yaml", TWO)
    assert owners(repository) == ("ana", "bo")


def test_without_a_default_branch_one_is_asked_for(repository: Repository) -> None:
    repository.git("branch", "-q", "-m", "trunk")
    message, hint = refusal(repository)
    assert message == "no branch to compare with: there is no origin/HEAD, main or master"
    assert hint == "give the revision to compare with: kpi diff REV, or kpi diff REV..REV"


@pytest.mark.parametrize(
    "asked", ["-x", "--output=x", "--all", "a..-x", "-x..main", "..-x", "", " ", "ma\nin", "main\0", "main~9", "nope",
              "a..b..c", "main....work", "kpi.yaml", "HEAD:kpi.yaml", "main --all", "$(touch x)", "HEAD@{99}"],
)  # fmt: skip
def test_what_is_no_revision_is_refused(repository: Repository, asked: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_versions(PLAN, asked, repository.root)
    assert caught.value.message.isprintable()
    assert sorted(path.name for path in repository.root.iterdir()) == [".git", "kpi.yaml"]


def test_the_first_of_two_that_are_wrong_is_named(repository: Repository) -> None:
    assert refusal(repository, "nope..also") == (
        'there is no revision "nope"', "git branch -a and git log list the revisions"
    )  # fmt: skip


# What cannot be compared.


def test_outside_of_a_repository(tmp_path: Path) -> None:
    (tmp_path / "kpi.yaml").write_text(ONE, encoding="utf-8")
    with pytest.raises(InputError, match="is not in a git repository"):
        open_versions(PLAN, None, tmp_path)


def test_before_the_first_commit(tmp_path: Path) -> None:
    empty = Repository(tmp_path / "empty")
    empty.put("kpi.yaml", ONE)
    for asked in (None, "HEAD", "main", "main..main"):
        assert refusal(empty, asked)[0] == "the repository has no commits yet"


def test_without_git(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/no/such/folder")
    assert refusal(repository)[0] == "git is not installed"


def test_unrelated_histories(repository: Repository) -> None:
    repository.git("checkout", "-q", "--orphan", "other")
    repository.put("kpi.yaml", TWO)
    repository.commit("Another beginning")
    assert refusal(repository) == (
        "main and HEAD have no commit in common",
        "compare them directly: kpi diff main..HEAD",
    )
    assert owners(repository, "main..other") == ("ana", "bo")


def test_a_shallow_clone_says_that_it_is_one(repository: Repository, tmp_path: Path) -> None:
    branched(repository)
    clone = Repository(tmp_path / "clone", init=False)
    origin = repository.root.as_uri()
    clone.git("clone", "-q", "--depth", "1", "--no-single-branch", "--branch", "work", origin, ".")
    message, hint = refusal(clone, "origin/main...HEAD")
    assert message == "the merge base of origin/main and HEAD is not in this shallow clone"
    assert hint == "fetch the whole history: git fetch --unshallow (in GitHub Actions: fetch-depth: 0)"
    assert refusal(clone, "HEAD~1") == ('there is no revision "HEAD~1"', hint)
    # What is there can be compared.
    assert owners(clone, "origin/main..HEAD") == ("cy", "bo")


def test_a_shallow_clone_without_a_default_branch_says_that_it_is_one(repository: Repository, tmp_path: Path) -> None:
    branched(repository)
    clone = Repository(tmp_path / "clone", init=False)
    clone.git("clone", "-q", "--depth", "1", "--branch", "work", repository.root.as_uri(), ".")
    clone.git("update-ref", "-d", "refs/remotes/origin/HEAD")
    message, hint = refusal(clone)
    assert message == "no branch to compare with: there is no origin/HEAD, main or master"
    assert hint is not None
    assert hint.startswith("this is a shallow clone: fetch the whole history")


def test_a_file_that_is_in_neither_version(repository: Repository) -> None:
    message, hint = refusal(repository, "HEAD", Path("team/kpi.yml"))
    short = repository.git("rev-parse", "HEAD")[:9]
    assert message == f"there is no team/kpi.yml at {short} (HEAD) or in the working tree"
    assert hint == "use -f FILE for another file"


def test_a_file_of_another_repository(repository: Repository, tmp_path: Path) -> None:
    Repository(tmp_path / "shop" / "inner").put("kpi.yaml", TWO)
    assert refusal(repository, "HEAD", Path("inner/kpi.yaml"))[0] == "the repository has no commits yet"


# Nothing is touched.


def state(repository: Repository) -> list[tuple[str, int, bytes]]:
    """Every file of the working tree and of .git, with its time and content."""
    paths = sorted(path for path in repository.root.rglob("*") if path.is_file())
    return [(str(path), path.stat().st_mtime_ns, path.read_bytes()) for path in paths]


def test_neither_work_tree_nor_git_folder_is_touched(repository: Repository) -> None:
    branched(repository)
    repository.put("kpi.yaml", THREE)
    repository.put("untracked.txt", "mine")
    before = state(repository)
    for asked in (None, "main", "main..work", "main...work"):
        open_versions(PLAN, asked, repository.root)
    assert state(repository) == before


def test_nothing_is_left_behind(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    owners(repository, "HEAD")
    assert list(scratch.iterdir()) == []


def test_in_a_hook_the_repository_of_the_plan_is_used(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.setenv(name, "/no/such/thing")
    assert owners(repository, "HEAD") == ("ana", "ana")


def test_nothing_of_the_repository_is_run(repository: Repository, tmp_path: Path) -> None:
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path / 'sprung'}\ncat\n", encoding="utf-8")
    trap.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "diff.external", "filter.x.smudge", "diff.x.textconv", "pager.log"):
        repository.git("config", name, str(trap))
    repository.put(".gitattributes", "* filter=x diff=x\n")
    repository.git("-c", "core.fsmonitor=false", "-c", "filter.x.smudge=", "add", ".gitattributes")
    (tmp_path / "sprung").unlink(missing_ok=True)
    assert owners(repository, "HEAD") == ("ana", "ana")
    assert not (tmp_path / "sprung").exists()
