"""The only caller of git. Plumbing that reads: nothing is checked out, and neither index nor work tree is touched."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from kpi.errors import InputError, KpiError, UsageError

# Set by git for its hooks, for the repository of the hook; ours is the one in which the plan lies.
_LOCAL = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE")
_DEFAULTS = ("origin/HEAD", "main", "origin/main", "master", "origin/master")
_DEEPEN = "fetch the whole history: git fetch --unshallow (in GitHub Actions: fetch-depth: 0)"
SHORT = 9  # digits of a commit that are shown


class Entry(NamedTuple):
    """A file at a revision: its blob, and whether that holds the target of a symbolic link instead of content."""

    blob: str
    is_link: bool


class Repository:
    """A git repository with a work tree. ``root`` is the top of the work tree, symbolic links resolved."""

    def __init__(self, root: Path, is_shallow: bool) -> None:
        self.root = root
        self.is_shallow = is_shallow

    @classmethod
    def around(cls, folder: Path) -> Repository:
        """The repository in whose work tree ``folder`` lies. Raises InputError when there is none."""
        while not folder.is_dir() and folder != folder.parent:  # a file of another revision may be in a folder of it
            folder = folder.parent
        done = _git(folder, ["rev-parse", "--show-toplevel", "--is-shallow-repository"])
        if done.returncode:
            said = _words(done.stderr)
            if "not a git repository" in said:
                raise InputError("the plan is not in a git repository", hint="its earlier versions come from git")
            if "dubious ownership" in said:
                hint = f"git config --global --add safe.directory {folder}"
                raise InputError(f"git does not trust {folder}, which belongs to someone else", hint=hint)
            raise InputError(f"git cannot read {folder}: {said}")
        root, shallow = os.fsdecode(done.stdout).rstrip("\n").rsplit("\n", 1)
        return cls(Path(os.path.realpath(root)), shallow == "true")

    def has_commits(self) -> bool:
        """Whether anything was committed on the branch that is checked out."""
        return self._find("HEAD") is not None

    def commit(self, revision: str) -> str:
        """The full hash of the commit that ``revision`` names. Raises UsageError when it names none."""
        if revision.startswith("-"):
            raise UsageError(f'"{revision}" is no revision', hint="name a branch, a tag or a commit")
        if not revision.strip() or not revision.isprintable():
            raise UsageError("a revision is the name of a branch, a tag or a commit, and this is none")
        done = _git(self.root, ["rev-parse", "--verify", "--quiet", revision + "^{commit}", "--"])
        if done.returncode == 0:
            return os.fsdecode(done.stdout).strip()
        if revision == "HEAD" or not self.has_commits():
            raise InputError("nothing has been committed here yet", hint="there is nothing to compare with")
        hint = _DEEPEN if self.is_shallow else "git branch -a and git log tell what there is"
        said = _words(done.stderr).removeprefix("fatal: ")
        raise UsageError(f'there is no revision "{revision}" here{f": {said}" if said else ""}', hint=hint)

    def default_branch(self) -> str:
        """The branch that others are merged into: what origin says, else main, else master. Raises InputError."""
        for name in _DEFAULTS:
            if self._find(name if "/" not in name else f"refs/remotes/{name}") is not None:
                return name
        if not self.has_commits():
            raise InputError("nothing has been committed here yet", hint="there is nothing to compare with")
        hint = "name what to compare with: kpi diff REV, or kpi diff REV..REV"
        if self.is_shallow:
            hint = f"this is a shallow clone: {_DEEPEN}"
        raise InputError("there is no branch origin/HEAD, main or master to compare with", hint=hint)

    def merge_base(self, one: str, other: str) -> str:
        """The hash of the best common ancestor of two revisions. Raises InputError when they have none here."""
        done = _git(self.root, ["merge-base", self.commit(one), self.commit(other)])
        if done.returncode == 0:
            return os.fsdecode(done.stdout).split()[0]
        if self.is_shallow:
            message = f"the commit at which {other} left {one} is not in this shallow clone"
            raise InputError(message, hint=_DEEPEN)
        if done.returncode == 1:
            message = f"{one} and {other} have no commit in common"
            raise InputError(message, hint=f"kpi diff {one}..{other} compares them as they stand")
        raise InputError(f"git found no common ancestor of {one} and {other}: {_words(done.stderr)}")

    def tree(self, commit: str, path: str | None = None) -> dict[str, Entry]:
        """The files at a commit, or only ``path``, by their paths from the root. Empty when there are none."""
        arguments = ["ls-tree", "-z", "--full-tree", *(["-r"] if path is None else []), commit]
        done = self._run([*arguments, *([] if path is None else ["--", path])], f"list the files at {commit[:SHORT]}")
        found = {}
        for line in done.split(b"\0"):
            about, _, name = line.partition(b"\t")
            mode, kind, blob = (about.decode() + "  ").split(" ")[:3]
            if kind == "blob":
                found[os.fsdecode(name)] = Entry(blob, mode == "120000")
        return found

    def contents(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """What blobs hold. Raises InputError when git cannot give one, as when it was left out of a partial clone."""
        asked = list(dict.fromkeys(blobs))
        if not asked:
            return {}
        out = self._run(["cat-file", "--batch"], "read files", "".join(f"{blob}\n" for blob in asked).encode())
        found: dict[str, bytes] = {}
        at = 0
        for blob in asked:
            end = out.index(b"\n", at)
            head = out[at:end].decode().split()
            if len(head) != 3:
                raise InputError(f"the file {blob[:SHORT]} is not in this clone", hint=_DEEPEN)
            size = int(head[2])
            found[blob] = out[end + 1 : end + 1 + size]
            at = end + size + 2
        return found

    def commits(self, tip: str, paths: Iterable[str] = ()) -> list[tuple[str, tuple[str, ...]]]:
        """The commits that lead to ``tip`` and changed any of ``paths``, newest first, each with those before it that
        did as well. Paths are from the root, with globs; without any, all commits."""
        specs = [f":(top,glob){path}" for path in paths]
        arguments = ["rev-list", "--date-order", "--parents", tip, "--", *specs]
        lines = self._run(arguments, "list the commits").decode().splitlines()
        return [(first, tuple(rest)) for first, *rest in map(str.split, lines)]

    def parent(self, commit: str) -> str | None:
        """The first parent of a commit; None when it has none here."""
        return self._find(commit + "^1")

    def renamed_from(self, commit: str, path: str) -> str | None:
        """What a file was called before the commit that gave it the name ``path``; None when it was not renamed."""
        arguments = ["diff-tree", "-r", "-z", "-M", "--diff-filter=R", "--name-status", "--no-commit-id", commit]
        parts = self._run(arguments, "compare two commits").split(b"\0")
        for old, new in zip(parts[1::3], parts[2::3], strict=False):
            if os.fsdecode(new) == path:
                return os.fsdecode(old)
        return None

    def shallow_commits(self) -> frozenset[str]:
        """The commits whose parents were left out of a shallow clone."""
        if not self.is_shallow:
            return frozenset()
        path = os.fsdecode(self._run(["rev-parse", "--git-path", "shallow"], "read the shallow file")).strip()
        return frozenset((self.root / path).read_text(encoding="utf-8").split())

    def _find(self, name: str) -> str | None:
        done = _git(self.root, ["rev-parse", "--verify", "--quiet", name + "^{commit}", "--"])
        return os.fsdecode(done.stdout).strip() if done.returncode == 0 else None

    def _run(self, arguments: Sequence[str], purpose: str, given: bytes = b"") -> bytes:
        done = _git(self.root, arguments, given)
        if done.returncode:
            raise InputError(f"git could not {purpose}: {_words(done.stderr)}")
        return done.stdout


def _git(folder: Path, arguments: Sequence[str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Runs git, without a shell and without a question to the user. Raises KpiError when there is no git."""
    environment = {name: value for name, value in os.environ.items() if name not in _LOCAL}
    environment |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    try:
        return subprocess.run(
            ["git", "--no-pager", "-C", str(folder), *arguments], input=given, capture_output=True, env=environment
        )
    except FileNotFoundError:
        raise KpiError("there is no git here", hint="install git, or put it on the PATH") from None


def _words(raw: bytes) -> str:
    """What git said, on one line."""
    return " ".join(raw.decode("utf-8", "replace").split())
