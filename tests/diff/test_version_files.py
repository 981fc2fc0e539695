"""The files of a version: those that come and go, includes, links, and what stands in them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from diff.made_plans import in_short
from diff.repository import Repository
from diff.versioned import INCLUDING, ONE, PLAN, TWO, owner, owners, refusal, shop

from kpi.diff.compare import compare
from kpi.diff.versions import open_versions
from kpi.errors import InputError


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return shop(tmp_path)


# Files that come and go.


def test_a_file_that_was_not_there_is_all_new(repository: Repository) -> None:
    repository.put("team/kpi.yaml", TWO)
    before, after = open_versions(Path("team/kpi.yaml"), "HEAD", repository.root)
    assert (before.there, after.there) == (False, True)
    assert in_short(compare(before.check(), after.check())) == [("added", "kpis.a", None)]


def test_a_file_that_is_gone_is_all_removed(repository: Repository) -> None:
    (repository.root / "kpi.yaml").unlink()
    before, after = open_versions(PLAN, "HEAD", repository.root)
    assert (before.there, after.there) == (True, False)
    assert in_short(compare(before.check(), after.check())) == [("removed", "kpis.a", None)]
    repository.commit("Gone")
    before, after = open_versions(PLAN, "HEAD~1..HEAD", repository.root)
    assert in_short(compare(before.check(), after.check())) == [("removed", "kpis.a", None)]


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


def test_a_file_that_is_not_text_is_an_error_of_its_version(repository: Repository) -> None:
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


def test_missing_data_does_not_matter_until_it_is_needed(repository: Repository, tmp_path: Path) -> None:
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
    with pytest.raises(InputError, match=r"is not in this"):
        open_versions(PLAN, "HEAD~1", clone.root)
