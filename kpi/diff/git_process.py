"""Finds the git repository of a folder and runs git on that repository only. Also used by ``kpi.ci``, so it imports
nothing heavy.

A pull request can contain a folder that looks like a bare repository. If git searched for the repository of a file in
that folder, it would read its configuration, which can name programs to run. So kpi searches for the folder with
``.git`` itself: no commit can contain a file of that name.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from kpi.errors import InputError, KpiError
from kpi.git_file import named_git_folder

# Variables of git that are passed on: the location of its programs and the user's settings. Any other one may select
# another repository or change how it is read, as in a hook, where git sets them for the repository of the hook.
_KEPT = frozenset(
    ["GIT_CONFIG_COUNT", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_SYSTEM",
     "GIT_EXEC_PATH"]
)  # fmt: skip
_KEPT_PREFIXES = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
# Needed to connect and sign in to a remote.
_KEPT_TO_FETCH = frozenset(["GIT_ALLOW_PROTOCOL", "GIT_ASKPASS", "GIT_PROTOCOL_FROM_USER", "GIT_PROXY_COMMAND"])
_KEPT_PREFIXES_TO_FETCH = ("GIT_HTTP_", "GIT_PROXY_SSL_", "GIT_SSH", "GIT_SSL_")
_SECRETS = frozenset(["KPI_TOKEN", "KPI_GITLAB_TOKEN"])  # of the CI steps that write comments; not for git

# Overrides settings of a repository that run a program or make git write. Older versions of git ignore unknown ones.
_SETTINGS = {
    "safe.bareRepository": "explicit",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
}
_OPTIONS = ("--no-pager", "--no-optional-locks", *(part for one in _SETTINGS.items() for part in ("-c", "=".join(one))))
_NO_TRANSPORT = ("-c", "protocol.allow=never")


class GitLocation(NamedTuple):
    """A work tree and its repository, symbolic links resolved."""

    root: Path
    git_folder: Path
    is_shallow: bool

    @property
    def options(self) -> tuple[str, ...]:
        """The options with which git uses this repository without searching for one."""
        return (f"--git-dir={self.git_folder}", f"--work-tree={self.root}")


def run_git(
    folder: Path, arguments: Sequence[str], stdin: bytes = b"", *, fetching: bool = False
) -> subprocess.CompletedProcess[bytes]:
    """Run git in ``folder``, without a shell, without prompting the user and without running other programs.

    Only if ``fetching`` may git connect to a remote. Raises KpiError if git is not installed.
    """
    command = ["git", *_OPTIONS, *(() if fetching else _NO_TRANSPORT), "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, input=stdin, capture_output=True, env=git_environment(os.environ, fetching))
    except FileNotFoundError:
        raise KpiError("git is not installed", hint="install git, or add it to PATH") from None


def git_environment(variables: Mapping[str, str], fetching: bool = False) -> dict[str, str]:
    """The environment of git: ``variables`` without those that could select another repository.

    ``GIT_NO_LAZY_FETCH`` is new in git 2.44. Without it, git fetches a missing object of a partial clone with a program
    that the configuration may name. Allowing no protocol prevents that in every version of git.
    """
    names = _KEPT | _KEPT_TO_FETCH if fetching else _KEPT
    prefixes = _KEPT_PREFIXES + _KEPT_PREFIXES_TO_FETCH if fetching else _KEPT_PREFIXES
    kept = {
        name: value
        for name, value in variables.items()
        if name not in _SECRETS and (not name.upper().startswith("GIT_") or name in names or name.startswith(prefixes))
    }
    fixed = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
    return kept | fixed | ({} if fetching else {"GIT_ALLOW_PROTOCOL": "none"})


def open_work_tree(root: Path) -> GitLocation:
    """The repository of the work tree ``root``. Raises InputError if git does not trust it or cannot read it."""
    # git checks the owner of a repository only if it searches for the repository itself.
    query = ["rev-parse", "--is-shallow-repository", "--absolute-git-dir"]
    done = run_git(root, query)
    if done.returncode:
        if run_git(root, ["-c", "safe.directory=*", *query]).returncode == 0:
            hint = f"run: git config --global --add safe.directory {shlex.quote(str(root))}"
            raise InputError(f"git does not trust {root}, which belongs to another user", hint=hint)
        raise InputError(f"git cannot read {root}: {one_line(done.stderr)}")
    shallow, _, answer = os.fsdecode(done.stdout).partition("\n")
    git_folder = Path(os.path.realpath(answer.removesuffix("\n")))
    marker = root / ".git"
    if git_folder != (Path(os.path.realpath(marker)) if marker.is_dir() else named_git_folder(root)):
        raise InputError(f"git cannot read {root}: it finds {git_folder} instead")
    return GitLocation(root, git_folder, shallow.strip() == "true")


def work_tree_around(folder: Path) -> Path | None:
    """The top of the work tree that contains ``folder``, symbolic links resolved, or None.

    It is the nearest folder in which ``.git`` is a repository, or a file that names one (of a submodule or a linked
    work tree).
    """
    real = Path(os.path.realpath(folder))
    return next((above for above in (real, *real.parents) if _has_repository(above)), None)


def one_line(output: bytes) -> str:
    """The output of git as one line of text."""
    return " ".join(output.decode("utf-8", "replace").split())


def _has_repository(folder: Path) -> bool:
    """Whether ``folder`` has a ``.git``. Like git, this ignores an empty folder of that name, but not a broken file."""
    marker = folder / ".git"
    if not marker.is_dir():
        return marker.is_file()
    head = marker / "HEAD"
    return (head.is_file() or head.is_symlink()) and (marker / "objects").is_dir() and (marker / "refs").is_dir()
