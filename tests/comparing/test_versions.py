"""Which versions are compared, what git gives of them, and what is said when it cannot."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from comparing.made_plans import told
from comparing.repository import Repository

from kpi.comparing.compare import compare
from kpi.comparing.versions import Version, open_versions
from kpi.errors import InputError, KpiError, UsageError

ONE = "version: 1\nkpis:\n  a: {name: A, owner: ana}\n"
TWO = "version: 1\nkpis:\n  a: {name: A, owner: bo}\n"
THREE = "version: 1\nkpis:\n  a: {name: A, owner: cy}\n"
PLAN = Path("kpi.yaml")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """One commit with one plan."""
    made = Repository(tmp_path / "shop")
    made.put("kpi.yaml", ONE)
    made.commit("One")
    return made


def owners(repository: Repository, asked: str | None = None, file: Path = PLAN) -> tuple[str | None, str | None]:
    """Who owns the KPI in both versions: tells which they are."""
    before, after = open_versions(file, asked, repository.root)
    return owner(before), owner(after)


def owner(version: Version) -> str | None:
    kpi = version.read.plan.kpis.get("a")
    return None if kpi is None else kpi.owner


def refusal(repository: Repository, asked: str | None = None, file: Path = PLAN) -> tuple[str, str | None]:
    with pytest.raises(KpiError) as caught:
        open_versions(file, asked, repository.root)
    return caught.value.message, caught.value.hint


# Which versions.


def branched(repository: Repository) -> None:
    """On branch ``work``, one commit ahead of where it left ``main``, which went on as well."""
    repository.git("checkout", "-q", "-b", "work")
    repository.put("kpi.yaml", TWO)
    repository.commit("Two")
    repository.git("checkout", "-q", "main")
    repository.put("kpi.yaml", THREE)
    repository.commit("Three")
    repository.git("checkout", "-q", "work")


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
    assert message == "there is no branch origin/HEAD, main or master to compare with"
    assert hint == "name what to compare with: kpi diff REV, or kpi diff REV..REV"


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
        'there is no revision "nope" here', "git branch -a and git log tell what there is"
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
        assert refusal(empty, asked)[0] == "nothing has been committed here yet"


def test_without_git(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/no/such/folder")
    assert refusal(repository)[0] == "there is no git here"


def test_unrelated_histories(repository: Repository) -> None:
    repository.git("checkout", "-q", "--orphan", "other")
    repository.put("kpi.yaml", TWO)
    repository.commit("Another beginning")
    assert refusal(repository) == (
        "main and HEAD have no commit in common",
        "kpi diff main..HEAD compares them as they stand",
    )
    assert owners(repository, "main..other") == ("ana", "bo")


def test_a_shallow_clone_says_that_it_is_one(repository: Repository, tmp_path: Path) -> None:
    branched(repository)
    clone = Repository(tmp_path / "clone", init=False)
    origin = repository.root.as_uri()
    clone.git("clone", "-q", "--depth", "1", "--no-single-branch", "--branch", "work", origin, ".")
    message, hint = refusal(clone, "origin/main...HEAD")
    assert message == "the commit at which HEAD left origin/main is not in this shallow clone"
    assert hint == "fetch the whole history: git fetch --unshallow (in GitHub Actions: fetch-depth: 0)"
    assert refusal(clone, "HEAD~1") == ('there is no revision "HEAD~1" here', hint)
    # What is there can be compared.
    assert owners(clone, "origin/main..HEAD") == ("cy", "bo")


def test_a_shallow_clone_without_a_default_branch_says_that_it_is_one(repository: Repository, tmp_path: Path) -> None:
    branched(repository)
    clone = Repository(tmp_path / "clone", init=False)
    clone.git("clone", "-q", "--depth", "1", "--branch", "work", repository.root.as_uri(), ".")
    clone.git("update-ref", "-d", "refs/remotes/origin/HEAD")
    message, hint = refusal(clone)
    assert message == "there is no branch origin/HEAD, main or master to compare with"
    assert hint is not None
    assert hint.startswith("this is a shallow clone: fetch the whole history")


def test_a_file_that_is_in_neither_version(repository: Repository) -> None:
    message, hint = refusal(repository, "HEAD", Path("team/kpi.yml"))
    short = repository.git("rev-parse", "HEAD")[:9]
    assert message == f"there is no team/kpi.yml, neither at {short} (HEAD) nor in the work tree"
    assert hint == "-f FILE names another file"


def test_a_file_of_another_repository(repository: Repository, tmp_path: Path) -> None:
    Repository(tmp_path / "shop" / "inner").put("kpi.yaml", TWO)
    assert refusal(repository, "HEAD", Path("inner/kpi.yaml"))[0] == "nothing has been committed here yet"


# Files that come and go.


def test_a_file_that_was_not_there_is_all_new(repository: Repository) -> None:
    repository.put("team/kpi.yaml", TWO)
    before, after = open_versions(Path("team/kpi.yaml"), "HEAD", repository.root)
    assert (before.there, after.there) == (False, True)
    assert told(compare(before.check(), after.check())) == [("added", "kpis.a", None)]


def test_a_file_that_is_gone_is_all_removed(repository: Repository) -> None:
    (repository.root / "kpi.yaml").unlink()
    before, after = open_versions(PLAN, "HEAD", repository.root)
    assert (before.there, after.there) == (True, False)
    assert told(compare(before.check(), after.check())) == [("removed", "kpis.a", None)]
    repository.commit("Gone")
    before, after = open_versions(PLAN, "HEAD~1..HEAD", repository.root)
    assert told(compare(before.check(), after.check())) == [("removed", "kpis.a", None)]


INCLUDING = "version: 1\ninclude: {}\ngoals: {{g: {{name: Go}}}}\n"


@pytest.mark.parametrize(
    "include",
    [
        "teams/*.yaml",
        "[teams/a.yaml, teams/b.yaml]",
        "\n- teams/a.yaml  # ours\n- teams/b.yaml",
        "\n  # both\n\n  - teams/a.yaml\n  - teams/b.yaml",
        "[\n  teams/a.yaml,\n  teams/b.yaml\n]",
        '["**/[ab].yaml"]',
        "teams/*",
    ],
)
def test_includes_lead_to_the_files_of_their_commit(repository: Repository, include: str) -> None:
    repository.put("kpi.yaml", INCLUDING.format(include))
    repository.put("teams/a.yaml", ONE)
    repository.put("teams/b.yaml", "version: 1\nkpis: {b: {name: B}}\n")
    repository.put("elsewhere/c.yaml", "version: 1\nkpis: {c: {name: C}}\n")
    then = repository.commit("With teams")
    repository.git("rm", "-q", "-r", "teams", "elsewhere")
    repository.put("kpi.yaml", TWO)
    repository.commit("Without")
    before, after = open_versions(PLAN, then, repository.root)
    assert sorted(before.read.plan.kpis) == ["a", "b"]
    assert before.read.plan.files == ("kpi.yaml", "teams/a.yaml", "teams/b.yaml")
    assert [found.message for found in before.read.diagnostics] == []
    assert sorted(after.read.plan.kpis) == ["a"]


@pytest.mark.parametrize("main", ['{version: 1, include: [teams/a.yaml]}', '"version": 1\n"include": [teams/a.yaml]\n',
                                  "  version: 1\n  include: [teams/a.yaml]\n",
                                  "include: &all [teams/a.yaml]\nversion: 1\n"])  # fmt: skip
def test_includes_in_unusual_places(repository: Repository, main: str) -> None:
    repository.put("kpi.yaml", main)
    repository.put("teams/a.yaml", ONE)
    repository.commit("Unusual")
    assert owner(open_versions(PLAN, "HEAD", repository.root)[0]) == "ana"


def test_an_include_that_leads_to_nothing_then_is_a_mistake_of_then(repository: Repository) -> None:
    repository.put("kpi.yaml", INCLUDING.format("teams/*.yaml"))
    repository.commit("Too early")
    repository.put("teams/a.yaml", ONE)
    before, after = open_versions(PLAN, "HEAD", repository.root)
    assert [found.code for found in before.read.diagnostics] == ["E070"]
    assert after.read.diagnostics == ()


def test_an_include_that_leads_outside_is_refused_at_a_commit_as_well(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(TWO, encoding="utf-8")
    repository.put("kpi.yaml", INCLUDING.format("../secret.yaml"))
    repository.commit("Outside")
    before, _ = open_versions(PLAN, "HEAD", repository.root)
    assert [found.code for found in before.read.diagnostics] == ["E061"]
    assert owner(before) is None


def test_a_plan_in_a_folder_with_includes_above(repository: Repository) -> None:
    repository.put("plans/shop/kpi.yaml", INCLUDING.format("../../teams/*.yaml"))
    repository.put("teams/a.yaml", ONE)
    repository.commit("Deep")
    repository.put("teams/a.yaml", TWO)
    for cwd, file, names in (
        (".", "plans/shop/kpi.yaml", ("plans/shop/kpi.yaml", "teams/a.yaml")),
        ("plans", "shop/kpi.yaml", ("shop/kpi.yaml", "../teams/a.yaml")),
        ("plans/shop", "kpi.yaml", ("kpi.yaml", "../../teams/a.yaml")),
    ):
        before, after = open_versions(Path(file), "HEAD", repository.root / cwd)
        assert (owner(before), owner(after)) == ("ana", "bo")
        assert before.read.plan.files == after.read.plan.files == names


def test_from_outside_of_the_repository_names_start_at_its_root(repository: Repository, tmp_path: Path) -> None:
    before, after = open_versions(repository.root / "kpi.yaml", "HEAD", tmp_path)
    assert before.read.plan.files == after.read.plan.files == ("kpi.yaml",)


# Symbolic links.


def test_links_inside_of_the_repository_are_followed(repository: Repository) -> None:
    repository.put("real/plan.txt", INCLUDING.format("teams/*.kpi"))
    repository.put("shared/a.kpi", ONE)
    (repository.root / "link").symlink_to("real")
    (repository.root / "real/teams").symlink_to("../shared")
    (repository.root / "linked.yaml").symlink_to("link/plan.txt")
    repository.commit("Links")
    repository.put("shared/a.kpi", TWO)
    assert owners(repository, "HEAD", Path("real/plan.txt")) == ("ana", "bo")
    # A link is a file in its own folder, so that its includes start there.
    repository.put("linked.kpi", ONE)
    (repository.root / "other.yaml").symlink_to("linked.kpi")
    repository.commit("A linked plan")
    repository.put("linked.kpi", TWO)
    assert owners(repository, "HEAD", Path("other.yaml")) == ("ana", "bo")


def test_links_that_lead_out_are_not(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(TWO, encoding="utf-8")
    for name, target in (
        ("up.yaml", "../secret.yaml"),
        ("full.yaml", str(tmp_path / "secret.yaml")),
        ("self.yaml", "self.yaml"),
    ):
        (repository.root / name).symlink_to(target)
    repository.commit("Traps")
    for name in ("up.yaml", "full.yaml", "self.yaml"):
        (repository.root / name).unlink()
        assert "there is no" in refusal(repository, "HEAD", Path(name))[0]


# Nothing is touched.


def state(repository: Repository) -> list[tuple[str, int, bytes]]:
    """Every file of the work tree and of .git, with its time and content."""
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


def test_in_a_hook_the_plans_own_repository_counts(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
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


# Contents.


def test_unusual_names_and_encodings(repository: Repository) -> None:
    name = "pläne/our plan\t1.yaml"
    repository.put(name, ONE.replace("ana", "änna"))
    (repository.root / "utf16.yaml").write_bytes(ONE.encode("utf-16"))
    repository.put("crlf.yaml", ONE.replace("\n", "\r\n"))
    repository.commit("Names")
    assert owners(repository, "HEAD", Path(name)) == ("änna", "änna")
    assert owners(repository, "HEAD", Path("utf16.yaml")) == ("ana", "ana")
    assert owners(repository, "HEAD", Path("crlf.yaml")) == ("ana", "ana")


def test_what_is_no_text_is_a_mistake_of_its_version(repository: Repository) -> None:
    (repository.root / "kpi.yaml").write_bytes(b"version: 1\ntitle: \xff\n")
    repository.commit("Not text")
    repository.put("kpi.yaml", ONE)
    before, _ = open_versions(PLAN, "HEAD", repository.root)
    assert not before.check().valid


def test_data_of_today_is_not_looked_at_unless_asked_for(repository: Repository) -> None:
    text = "version: 1\nsources: {o: {path: o.csv, date: day}}\nkpis: {k: {name: K, formula: sum(o.amount)}}\n"
    repository.put("kpi.yaml", text)
    repository.put("o.csv", "day,total\n2026-01-01,1\n")
    repository.commit("Data")
    for version in open_versions(PLAN, "HEAD", repository.root):
        assert version.check().valid
        assert [found.code for found in version.check(with_data=True).diagnostics] == ["E043"]


def test_where_data_lies_is_no_matter_until_it_is_needed(repository: Repository, tmp_path: Path) -> None:
    text = "version: 1\nsources: {o: {path: ../far/o.csv, date: day}}\nkpis: {k: {name: K, formula: count(o)}}\n"
    repository.put("kpi.yaml", text)
    repository.commit("Far")
    (tmp_path / "far").mkdir()
    (tmp_path / "far/o.csv").write_text("day\n2026-01-01\n", encoding="utf-8")
    for version in open_versions(PLAN, "HEAD", repository.root):
        assert version.check().valid
        assert [found.code for found in version.check(with_data=True).diagnostics] == ["E061"]
    for version in open_versions(PLAN, "HEAD", repository.root, [tmp_path / "far"]):
        checked = version.check(with_data=True)
        assert checked.valid
        assert len(checked.facts["o"].files) == 1


def test_an_include_that_is_allowed_outside_is_that_of_today(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far/a.yaml").write_text(ONE, encoding="utf-8")
    repository.put("kpi.yaml", INCLUDING.format(tmp_path / "far/a.yaml"))
    repository.commit("Far")
    (tmp_path / "far/a.yaml").write_text(TWO, encoding="utf-8")
    before, after = open_versions(PLAN, "HEAD", repository.root, [tmp_path / "far"])
    assert (owner(before), owner(after)) == ("bo", "bo")
    assert before.check().valid


def test_a_worktree_of_the_same_repository(repository: Repository, tmp_path: Path) -> None:
    repository.git("worktree", "add", "-q", str(tmp_path / "second"), "-b", "second")
    second = Repository(tmp_path / "second", init=False)
    second.put("kpi.yaml", TWO)
    assert owners(second) == ("ana", "bo")


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_repository_that_is_reached_through_a_link(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "here").symlink_to(repository.root)
    repository.put("kpi.yaml", TWO)
    before, after = open_versions(PLAN, "HEAD", tmp_path / "here")
    assert (owner(before), owner(after)) == ("ana", "bo")


def test_blobs_that_a_partial_clone_left_out(repository: Repository, tmp_path: Path) -> None:
    repository.git("config", "uploadpack.allowFilter", "true")
    repository.put("kpi.yaml", TWO)
    repository.commit("Two")
    clone = Repository(tmp_path / "clone", init=False)
    clone.git("clone", "-q", "--filter=blob:none", repository.root.as_uri(), ".")
    shutil.rmtree(repository.root)
    with pytest.raises(InputError, match=r"git could not read files|is not in this clone"):
        open_versions(PLAN, "HEAD~1", clone.root)
