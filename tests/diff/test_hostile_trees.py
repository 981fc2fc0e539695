"""Trees that no ``git add`` makes: nothing is written anywhere because of them, and nothing outside is read."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from diff.repository import Repository
from diff.versioned import INCLUDING, ONE, PLAN, TWO, owner

from kpi.diff.compare import compare
from kpi.diff.history import open_history
from kpi.diff.tree import CommitTree, proper
from kpi.diff.versions import Version, open_versions
from kpi.errors import KpiError
from kpi.plan.loading.plan_files import IncludeError, included_files

posix = pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
MAIN = INCLUDING.format("teams/*.yaml")
Node = dict[str, "Node | str | Link"]


class Link(str):
    """The target of a symbolic link."""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Temporary files would go beside it, so that a path can lead from them to other files here."""
    (tmp_path / "scratch").mkdir()
    (tmp_path / "victim").mkdir()
    (tmp_path / "secret.yaml").write_text(TWO, encoding="utf-8")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    made = Repository(tmp_path / "shop")
    made.put("kpi.yaml", MAIN)
    made.put("teams/a.yaml", ONE)
    made.commit("Honest")
    return made


def write_object(repository: Repository, kind: str, content: bytes) -> str:
    """Writes an object as it is, however broken."""
    command = ["git", "hash-object", "-t", kind, "-w", "--stdin", "--literally"]
    done = subprocess.run(command, cwd=repository.root, input=content, capture_output=True, check=True)
    return done.stdout.decode().strip()


def write_tree(repository: Repository, *entries: tuple[str, Node | str]) -> str:
    """Writes a tree with these entries, in the order of git so that it finds them, the same name twice if need be."""
    raw = b""
    for name, entry in sorted(entries, key=lambda one: one[0] + "/" * isinstance(one[1], dict)):
        if isinstance(entry, dict):
            mode, object_ = "40000", write_tree(repository, *entry.items())  # type: ignore[arg-type]
        else:
            mode = "120000" if isinstance(entry, Link) else "100644"
            object_ = write_object(repository, "blob", entry.encode())
        raw += f"{mode} {name}\0".encode() + bytes.fromhex(object_)
    return write_object(repository, "tree", raw)


def compared(repository: Repository, *entries: tuple[str, Node | str]) -> Version:
    """The version of a commit with these entries and the honest plan, after all that reads a commit has read it."""
    honest: tuple[tuple[str, Node | str], ...] = (("kpi.yaml", MAIN), ("teams", {"a.yaml": ONE}))
    known = {name for name, _ in entries}
    tree = write_tree(repository, *entries, *(one for one in honest if one[0] not in known))
    commit = repository.git("commit-tree", "-m", "Hostile", "-p", "HEAD", tree)
    repository.git("update-ref", "refs/heads/main", commit)
    before, after = open_versions(PLAN, "main", repository.root)
    compare(before.check(), after.check())
    open_history(PLAN, "a", repository.root)
    return before


def elsewhere(repository: Repository) -> list[str]:
    """The files outside of the repository."""
    above = repository.root.parent
    found = (path.relative_to(above).as_posix() for path in above.rglob("*"))
    return sorted(path for path in found if path.partition("/")[0] != "shop")


UNTOUCHED = ["scratch", "secret.yaml", "victim"]
DEEP: Node = {"..": {"..": {"..": {"pwned.yaml": TWO, "victim": {"pwned.yaml": TWO}}}}}
TRAPS: dict[str, list[tuple[str, Node | str]]] = {
    "parents": [("..", {"..": {"pwned.yaml": TWO}})],
    "deep parents": [("teams", {"a.yaml": ONE, **DEEP})],
    "dots": [("teams", {"a.yaml": ONE, ".": {"..": {"..": {"pwned.yaml": TWO}}}})],
    "slashes": [("../../pwned.yaml", TWO), ("teams/../../../../pwned.yaml", TWO)],
    "git folder": [(".git", {"config": "[core]\n\tfsmonitor = x\n", "pwned.yaml": TWO}), (".GIT", {"pwned.yaml": TWO})],
    "below a link": [("out", Link("../../victim")), ("out", {"pwned.yaml": TWO})],
    "below an inner link": [("out", Link("teams")), ("out", {"pwned.yaml": TWO}), ("teams", {"a.yaml": ONE})],
    "below a file": [("out", "text"), ("out", {"pwned.yaml": TWO})],
    "chain of links": [("p", Link(".")), ("q", Link("p/p/p/../../../victim")), ("q", {"pwned.yaml": TWO})],
    "ladder of links": [
        ("d", {"up": Link("../e/up")}), ("e", {"up": Link("../..")}), ("q", Link("d/up/x/../../victim")),
        ("q", {"pwned.yaml": TWO}),
    ],
    "long link": [("q", Link("x/" * 200_000 + "victim"))],
    "link to itself": [("q.yaml", Link("q.yaml")), ("r", Link("r/r/r")), ("r", {"pwned.yaml": TWO})],
    "many links": [(f"l{number:02}", Link(f"l{number + 1:02}/l{number + 1:02}")) for number in range(60)],
    "a link that is no text": [("q", Link("a\0b"))],
}  # fmt: skip


@posix
@pytest.mark.parametrize("trap", TRAPS)
def test_nothing_is_written_because_of_a_tree(repository: Repository, trap: str) -> None:
    before = compared(repository, *TRAPS[trap])
    assert elsewhere(repository) == UNTOUCHED
    assert owner(before) == "ana"
    assert before.read.diagnostics == ()


@posix
def test_nothing_is_written_to_an_absolute_path(repository: Repository) -> None:
    before = compared(repository, (f"{repository.root.parent}/victim/pwned.yaml", TWO))
    assert elsewhere(repository) == UNTOUCHED
    assert owner(before) == "ana"


@posix
@pytest.mark.parametrize(
    "teams",
    [
        {"a.yaml": Link("../p/p/p/../../../../secret.yaml")},
        {"a.yaml": Link("../p/../secret.yaml")},
        {"a.yaml": Link("../../secret.yaml")},
        {"a.yaml": Link("../up/secret.yaml")},
        {"../../secret.yaml": TWO},
        Link("p/p/p/.."),
        Link("p/.."),
        Link("../"),
    ],
)
def test_nothing_outside_is_read_over_links_of_a_commit(repository: Repository, teams: Node | str) -> None:
    links = (("p", Link(".")), ("up", Link("d/v")), ("d", {"v": Link("../p/..")}))
    before = compared(repository, *links, ("teams", teams))
    assert owner(before) is None
    assert [found.code for found in before.read.diagnostics] in (["E070"], ["E061"])


@posix
def test_current_files_never_replace_those_of_a_commit(repository: Repository) -> None:
    """A link that leads out and in again leads nowhere, rather than to the files of today."""
    repository.put("later.yaml", TWO)
    before = compared(repository, ("p", Link(".")), ("teams", {"a.yaml": Link("../p/../shop/later.yaml")}))
    assert owner(before) is None
    assert [found.code for found in before.read.diagnostics] == ["E070"]


def test_a_main_file_below_what_is_no_folder_is_not_there(repository: Repository) -> None:
    tree = write_tree(repository, ("x", "text"), ("x", {"kpi.yaml": MAIN}))
    commit = repository.git("commit-tree", "-m", "Hostile", tree)
    with pytest.raises(KpiError, match=r"there is no x/kpi\.yaml"):
        open_versions(Path("x/kpi.yaml"), commit, repository.root)


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_a_tree_that_git_cannot_read_is_a_message(repository: Repository, name: str) -> None:
    with pytest.raises(KpiError, match="git could not"):
        compared(repository, (name, {"kpi.yaml": TWO}))


def test_only_paths_that_a_checkout_could_write_count() -> None:
    names = ["a", "b/c", "../x", "a/../b", "./x", "/x", "x//y", "x/", ".git/config", "d/.GIT/x", "git~1/x", "", "n\0"]
    assert sorted(proper(dict.fromkeys(names, ""))) == ["a", "b/c"]
    assert sorted(proper(dict.fromkeys(["a", "a/b", "a/b/c", "ab/c", "d/e", "d/e/f", "d/g"], ""))) == ["ab/c", "d/g"]


# The same files are found in memory as on the disk.

FILES: dict[str, bytes | str] = {
    "kpi.yaml": b"main", "teams/a.yaml": b"1", "teams/b.yml": b"2", "teams/.hidden.yaml": b"3",
    "teams/deep/er/c.yaml": b"4", "teams/deep/A.yaml": b"5", "x[1].yaml": b"6", "x1.yaml": b"7",
    "linked": "teams/deep", "teams/d.yaml": "../kpi.yaml", "teams/gone.yaml": "nowhere.yaml", "teams/self": "self",
    "teams/loop": "..", "plans/shop/kpi.yaml": b"8",
}  # fmt: skip
PATTERNS = [
    "teams/a.yaml", "teams/*.yaml", "teams/*", "*", "**", "**/*.yaml", "teams/**/*.yaml", "*/*.yaml", "*/*/*.yaml",
    "**/er/*", "**/**/c.yaml", "linked/*.yaml", "linked/er/c.yaml", "*/er/c.yaml", "teams/[ab].y*ml", "x[1].yaml",
    "x[[]1].yaml", "teams/?.yaml", "./teams/a.yaml", "teams/./a.yaml", "teams/deep/../a.yaml", "linked/../b.yml",
    "nothing/*.yaml", "teams", "teams/", "teams/a.yaml/", "teams/a.yaml/x", "teams/a.yaml/*",
    "plans/shop/../../teams/*",
    "../shop/kpi.yaml", "../shop/teams/*.yaml", "../secret.yaml", "../*", "../../*/*", "*/../*", "teams/self",
    "teams/self/*", "teams/loop/kpi.yaml", "teams/gone.yaml", "linked/loop/*", "/etc/passwd", "/etc/*", "", ".", "a\0b",
    "TEAMS/*.yaml", "teams/loop/teams/loop/*.yaml", "**/d.yaml", "plans/**", "[", "teams/[", "**a/*.yaml",
]  # fmt: skip


def outcome(pattern: str, folder: Path, root: Path, tree: CommitTree | None) -> tuple[str, ...]:
    """What an include names, or the code with which it is refused."""
    try:
        found = (
            included_files(pattern, folder, (root,)) if tree is None else included_files(pattern, folder, (root,), tree)
        )
    except IncludeError as fault:
        return (fault.code,)
    read = [(path.read_bytes() if tree is None else tree.read(path)) for path in found]
    return tuple(f"{path}: {content!r}" for path, content in zip(found, read, strict=True))


@posix
@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("folder", ["", "plans/shop"])
def test_an_include_names_the_same_in_memory_as_on_the_disk(tmp_path: Path, pattern: str, folder: str) -> None:
    root = tmp_path.resolve() / "shop"
    (tmp_path / "secret.yaml").write_text("secret")
    for path, content in FILES.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(content) if isinstance(content, str) else target.write_bytes(content)
    expected = outcome(pattern, root / folder, root, None)
    for path in [one for one in root.rglob("*") if not one.is_dir() or one.is_symlink()]:
        path.unlink()
    assert outcome(pattern, root / folder, root, CommitTree(root, FILES)) == expected


def test_a_pattern_over_links_that_lead_upwards_comes_to_an_end(tmp_path: Path) -> None:
    links: dict[str, bytes | str] = {f"l{number}": "." for number in range(20)}
    tree = CommitTree(tmp_path.resolve(), {"x.yaml": b"", **links})
    found = included_files("*/*/*/*/*/*/*/*/x.yaml", tmp_path.resolve(), (tmp_path.resolve(),), tree)
    assert {tree.real(path) for path in found} == {tmp_path.resolve() / "x.yaml"}
    assert len(found) <= len(links) ** 2
