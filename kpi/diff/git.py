"""The only caller of git. Plumbing that reads: nothing is checked out, and neither index nor work tree is touched."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from kpi.diff.locating import SAFE, environment, git_folders, work_tree_around
from kpi.errors import InputError, KpiError, UsageError

_DEFAULTS = ("origin/HEAD", "main", "origin/main", "master", "origin/master")
_REFETCH = "fetch what was left out: git fetch --refetch --no-filter"
_DEEPEN = "fetch the whole history: git fetch --unshallow (in GitHub Actions: fetch-depth: 0)"
SHORT = 9  # digits of a commit that are shown


class Entry(NamedTuple):
    """A file at a revision: its blob, and whether that holds the target of a symbolic link instead of content."""

    blob: str
    is_link: bool


class Repository:
    """A git repository with a work tree. ``root`` is the top of the work tree, symbolic links resolved."""

    def __init__(self, root: Path, folder: Path, is_shallow: bool) -> None:
        self.root = root
        self.is_shallow = is_shallow
        self._place = (f"--git-dir={folder}", f"--work-tree={root}")

    @classmethod
    def around(cls, folder: Path) -> Repository:
        """The repository in whose work tree ``folder`` lies. Raises InputError when there is none, or git refuses it.

        It is the nearest one with a ``.git``. A bare repository among the files of a work tree is never used.
        """
        root = work_tree_around(folder)  # the folder itself may be of another revision
        if root is None:
            raise InputError("the plan is not in a git repository", hint="its earlier versions come from git")
        # Only where git looks for the repository itself does it check whose it is.
        asked = ["rev-parse", "--is-shallow-repository", "--absolute-git-dir"]
        done = _git(root, asked)
        if done.returncode:
            if _git(root, ["-c", "safe.directory=*", *asked]).returncode == 0:
                hint = f"git config --global --add safe.directory {shlex.quote(str(root))}"
                raise InputError(f"git does not trust {root}, which belongs to someone else", hint=hint)
            raise InputError(f"git cannot read {root}: {_words(done.stderr)}")
        shallow, _, answer = os.fsdecode(done.stdout).partition("\n")
        git_folder = Path(os.path.realpath(answer.removesuffix("\n")))
        if git_folder not in git_folders(root):
            raise InputError(f"git cannot read {root}: it finds {git_folder} instead")
        return cls(root, git_folder, shallow.strip() == "true")

    def has_commits(self) -> bool:
        """Whether anything was committed on the branch that is checked out."""
        return self._find("HEAD") is not None

    def commit(self, revision: str) -> str:
        """The full hash of the commit that ``revision`` names. Raises UsageError when it names none."""
        if revision.startswith("-"):
            raise UsageError(f'"{revision}" is no revision', hint="name a branch, a tag or a commit")
        if not revision.strip() or not revision.isprintable():
            raise UsageError("a revision is the name of a branch, a tag or a commit, and this is none")
        done = self._git(["rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}", "--"])
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
        done = self._git(["merge-base", "--end-of-options", self.commit(one), self.commit(other)])
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
        """What blobs hold. Raises InputError when git cannot give one, as when it was left out of a partial clone."""
        asked = list(dict.fromkeys(blobs))
        if not asked:
            return {}
        done = self._git(["cat-file", "--batch"], "".join(f"{blob}\n" for blob in asked).encode())
        if done.returncode:
            if self._is_partial():
                raise InputError("a file of that version is not in this partial clone", hint=_REFETCH)
            raise InputError(f"git could not read files: {_words(done.stderr)}")
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
        """The commits that lead to ``tip`` and changed any of ``paths`` or what ``patterns`` match, newest first, each
        with those before it that did as well. Both are from the root; without any, all commits."""
        specs = [f":(top,literal){path}" for path in paths] + [f":(top,glob){pattern}" for pattern in patterns]
        arguments = ["rev-list", "--date-order", "--parents", "--end-of-options", tip, "--", *specs]
        lines = self._run(arguments, "list the commits").decode().splitlines()
        return [(first, tuple(rest)) for first, *rest in map(str.split, lines)]

    def parent(self, commit: str) -> str | None:
        """The first parent of a commit; None when it has none here."""
        return self._find(commit + "^1")

    def renamed_from(self, commit: str, path: str) -> str | None:
        """What a file was called before the commit that gave it the name ``path``; None when it was not renamed."""
        arguments = ["diff-tree", "-r", "-z", "-M", "--diff-filter=R", "--name-status", "--no-commit-id"]
        arguments += ["--no-ext-diff", "--no-textconv", "--end-of-options", commit]
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
        done = self._git(["rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}", "--"])
        return os.fsdecode(done.stdout).strip() if done.returncode == 0 else None

    def _is_partial(self) -> bool:
        """Whether files may have been left out when this was cloned."""
        asked = r"^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$"
        return self._git(["config", "--get-regexp", asked]).returncode == 0

    def _run(self, arguments: Sequence[str], purpose: str) -> bytes:
        done = self._git(arguments)
        if done.returncode:
            raise InputError(f"git could not {purpose}: {_words(done.stderr)}")
        return done.stdout

    def _git(self, arguments: Sequence[str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return _git(self.root, [*self._place, *arguments], given)


def _git(folder: Path, arguments: Sequence[str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Runs git, without a shell, without a question to the user, and so that it runs nothing else. Raises KpiError when
    there is no git."""
    command = ["git", *SAFE, "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, input=given, capture_output=True, env=environment(os.environ))
    except FileNotFoundError:
        raise KpiError("there is no git here", hint="install git, or put it on the PATH") from None


def _words(raw: bytes) -> str:
    """What git said, on one line."""
    return " ".join(raw.decode("utf-8", "replace").split())
