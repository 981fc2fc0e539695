"""Reads commits and files from git. Uses plumbing commands only: the index and the work tree are never changed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from kpi.diff.git_process import GitLocation, one_line, open_work_tree, run_git, work_tree_around
from kpi.errors import InputError, UsageError

_DEFAULTS = ("origin/HEAD", "main", "origin/main", "master", "origin/master")
_REFETCH = "fetch the missing files: git fetch --refetch --no-filter"
_DEEPEN = "fetch the whole history: git fetch --unshallow (in GitHub Actions: fetch-depth: 0)"
MOST_NAMES = 1_000
SHORT = 9  # digits of a commit that are shown


class Entry(NamedTuple):
    """A file at a commit: its blob, and whether the blob is the target of a symbolic link rather than content."""

    blob: str
    is_link: bool


class Repository:
    """A git repository with a work tree. ``root`` is the top of the work tree, symbolic links resolved."""

    def __init__(self, location: GitLocation) -> None:
        self.root = location.root
        self.is_shallow = location.is_shallow
        self._location = location

    @classmethod
    def around(cls, folder: Path) -> Repository:
        """The repository of the work tree that contains ``folder``.

        It is the nearest one with a ``.git``; a bare repository inside a work tree is never used. Raises InputError if
        there is none, or if git cannot read it.
        """
        root = work_tree_around(folder)  # the folder itself may only exist at another commit
        if root is None:
            raise InputError("the plan is not in a git repository", hint="earlier versions are read from git")
        return cls(open_work_tree(root))

    def has_commits(self) -> bool:
        """Whether the current branch has a commit."""
        return self._find("HEAD") is not None

    def names(self) -> list[tuple[str, str]]:
        """The names of branches and tags, the latest first, with what each is. Raises InputError."""
        arguments = ["for-each-ref", "--sort=-creatordate", f"--count={MOST_NAMES}", "--format=%(refname)"]
        output = self._run([*arguments, "refs/heads", "refs/remotes", "refs/tags"], "list branches and tags")
        kinds = {"refs/heads/": "branch", "refs/remotes/": "branch of a remote", "refs/tags/": "tag"}
        return [
            (line.removeprefix(start), kind)
            for line in output.decode("utf-8", "replace").splitlines()
            for start, kind in kinds.items()
            if line.startswith(start)
        ]

    def commit(self, revision: str) -> str:
        """The full hash of the commit that ``revision`` names. Raises UsageError if there is no such commit."""
        if revision.startswith("-"):
            raise UsageError(f'"{revision}" is not a revision', hint="give a branch, a tag or a commit")
        if not revision.strip() or not revision.isprintable():
            raise UsageError("not a revision", hint="give a branch, a tag or a commit")
        done = self._git(["rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}", "--"])
        if done.returncode == 0:
            return os.fsdecode(done.stdout).strip()
        if revision == "HEAD" or not self.has_commits():
            raise InputError("the repository has no commits yet", hint="there is nothing to compare with")
        hint = _DEEPEN if self.is_shallow else "git branch -a and git log list the revisions"
        reason = one_line(done.stderr).removeprefix("fatal: ")
        raise UsageError(f'there is no revision "{revision}"{f": {reason}" if reason else ""}', hint=hint)

    def default_branch(self) -> str:
        """The branch that others are merged into: origin/HEAD, else main, else master. Raises InputError."""
        for name in _DEFAULTS:
            if self._find(name if "/" not in name else f"refs/remotes/{name}") is not None:
                return name
        if not self.has_commits():
            raise InputError("the repository has no commits yet", hint="there is nothing to compare with")
        hint = "give the revision to compare with: kpi diff REV, or kpi diff REV..REV"
        if self.is_shallow:
            hint = f"this is a shallow clone: {_DEEPEN}"
        raise InputError("no branch to compare with: there is no origin/HEAD, main or master", hint=hint)

    def merge_base(self, one: str, other: str) -> str:
        """The hash of the best common ancestor of two revisions. Raises InputError if there is none in this clone."""
        done = self._git(["merge-base", "--end-of-options", self.commit(one), self.commit(other)])
        if done.returncode == 0:
            return os.fsdecode(done.stdout).split()[0]
        if self.is_shallow:
            message = f"the merge base of {one} and {other} is not in this shallow clone"
            raise InputError(message, hint=_DEEPEN)
        if done.returncode == 1:
            message = f"{one} and {other} have no commit in common"
            raise InputError(message, hint=f"compare them directly: kpi diff {one}..{other}")
        raise InputError(f"git found no common ancestor of {one} and {other}: {one_line(done.stderr)}")

    def tree(self, commit: str, path: str | None = None) -> dict[str, Entry]:
        """The files at a commit, or only ``path``, by their paths from the root. Empty if there are none."""
        arguments = ["ls-tree", "-z", "--full-tree", *(["-r"] if path is None else []), "--end-of-options", commit]
        done = self._run(
            [*arguments, *([] if path is None else ["--", f":(top,literal){path}"])],
            f"list the files at {commit[:SHORT]}",
        )
        found = {}
        for line in done.split(b"\0"):
            about, _, name = line.partition(b"\t")
            mode, kind, blob = (about.decode() + "  ").split(" ")[:3]
            if kind == "blob":
                found[os.fsdecode(name)] = Entry(blob, mode == "120000")
        return found

    def contents(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """The contents of ``blobs``. Raises InputError if one is missing, e.g. from a partial clone."""
        asked = list(dict.fromkeys(blobs))
        if not asked:
            return {}
        done = self._git(["cat-file", "--batch"], "".join(f"{blob}\n" for blob in asked).encode())
        if done.returncode:
            if self._is_partial():
                raise InputError("a file of that version is not in this partial clone", hint=_REFETCH)
            raise InputError(f"git could not read files: {one_line(done.stderr)}")
        out = done.stdout
        found: dict[str, bytes] = {}
        at = 0
        for blob in asked:
            end = out.index(b"\n", at)
            head = out[at:end].decode().split()
            if len(head) != 3:
                hint = _REFETCH if self._is_partial() else _DEEPEN
                raise InputError(f"the file {blob[:SHORT]} is not in this clone", hint=hint)
            size = int(head[2])
            found[blob] = out[end + 1 : end + 1 + size]
            at = end + size + 2
        return found

    def commits(
        self, tip: str, paths: Iterable[str] = (), patterns: Iterable[str] = ()
    ) -> list[tuple[str, tuple[str, ...]]]:
        """The ancestors of ``tip`` that changed one of ``paths`` or a file that matches ``patterns``, newest first.

        Each commit comes with its parents in this simplified history. Paths and patterns are relative to the root;
        without any, all commits are returned.
        """
        specs = [f":(top,literal){path}" for path in paths] + [f":(top,glob){pattern}" for pattern in patterns]
        arguments = ["rev-list", "--date-order", "--parents", "--end-of-options", tip, "--", *specs]
        lines = self._run(arguments, "list the commits").decode().splitlines()
        return [(first, tuple(rest)) for first, *rest in map(str.split, lines)]

    def parent(self, commit: str) -> str | None:
        """The first parent of a commit; None if it has none in this clone."""
        return self._find(commit + "^1")

    def renamed_from(self, commit: str, path: str) -> str | None:
        """The name of the file ``path`` before ``commit`` renamed it; None if ``commit`` did not rename it."""
        arguments = ["diff-tree", "-r", "-z", "-M", "--diff-filter=R", "--name-status", "--no-commit-id"]
        arguments += ["--no-ext-diff", "--no-textconv", "--end-of-options", commit]
        parts = self._run(arguments, "compare two commits").split(b"\0")
        for old, new in zip(parts[1::3], parts[2::3], strict=False):
            if os.fsdecode(new) == path:
                return os.fsdecode(old)
        return None

    def mapped(self, people: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """The names and addresses of people as the ``.mailmap`` of the work tree and the settings of git have them."""
        asked = "".join(f"{name} <{address}>\n" if name else f"<{address}>\n" for name, address in people)
        done = self._git(["check-mailmap", "--stdin"], asked.encode("utf-8", "replace"))
        lines = done.stdout.decode("utf-8", "replace").split("\n")[:-1]
        if done.returncode or len(lines) != len(people):  # one of them is not what git takes for a name and an address
            return list(people)
        found = [line.rpartition("<") for line in lines]
        return [(name.strip(), address.removesuffix(">")) for name, _, address in found]

    def shallow_commits(self) -> frozenset[str]:
        """The commits whose parents are missing from a shallow clone."""
        if not self.is_shallow:
            return frozenset()
        path = os.fsdecode(self._run(["rev-parse", "--git-path", "shallow"], "read the shallow file")).strip()
        return frozenset((self.root / path).read_text(encoding="utf-8").split())

    def _find(self, name: str) -> str | None:
        done = self._git(["rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}", "--"])
        return os.fsdecode(done.stdout).strip() if done.returncode == 0 else None

    def _is_partial(self) -> bool:
        """Whether this is a partial clone, in which files may be missing."""
        asked = r"^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$"
        return self._git(["config", "--get-regexp", asked]).returncode == 0

    def _run(self, arguments: Sequence[str], purpose: str) -> bytes:
        done = self._git(arguments)
        if done.returncode:
            raise InputError(f"git could not {purpose}: {one_line(done.stderr)}")
        return done.stdout

    def _git(self, arguments: Sequence[str], stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return run_git(self.root, [*self._location.options, *arguments], stdin)
