"""Which repository the plan is in, and how git is run on that one and no other.

The files are those of a pull request: a folder of them may look like a bare repository, whose configuration names
programs that git would run with the rights of this job. Only a folder with ``.git`` counts, which no commit
can hold.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

# Variables of git that lead it to another repository, or make it read this one in another way, are not handed on.
_LEADING = frozenset(
    ["GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_EXTERNAL_DIFF", "GIT_GRAFT_FILE",
     "GIT_GLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_LITERAL_PATHSPECS",
     "GIT_NAMESPACE", "GIT_NOGLOB_PATHSPECS", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_QUARANTINE_PATH",
     "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE", "GIT_WORK_TREE"]
)  # fmt: skip
_SECRET = frozenset(["KPI_TOKEN", "KPI_GITLAB_TOKEN"])  # for the comment; git has its own way to sign in
_SETTINGS = {
    "safe.bareRepository": "explicit",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
}
SAFE = ("--no-pager", "--no-optional-locks", *(part for one in _SETTINGS.items() for part in ("-c", "=".join(one))))


def environment(variables: Mapping[str, str], *, fetching: bool) -> dict[str, str]:
    """The variables with which git is run. Only where it is ``fetching`` may it speak to another repository: what is
    missing of a partial clone is not to be had by the way."""
    kept = {name: value for name, value in variables.items() if name not in _LEADING | _SECRET}
    fixed = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
    return kept | fixed | ({} if fetching else {"GIT_ALLOW_PROTOCOL": "none"})


def work_tree_around(folder: Path) -> Path | None:
    """The top of the work tree in which a folder lies, symbolic links resolved; None when there is none."""
    real = Path(os.path.realpath(folder))
    return next((above for above in (real, *real.parents) if _has_repository(above)), None)


def git_folder(root: Path) -> Path:
    """The repository whose work tree has its top at ``root``, links resolved. ``.git`` may be a file that names it, as
    in a submodule or a linked work tree."""
    marker = root / ".git"
    if marker.is_file():
        named = os.fsdecode(marker.read_bytes()[:10_000]).removeprefix("gitdir:").strip()
        return Path(os.path.realpath(root / named))
    return Path(os.path.realpath(marker))


def _has_repository(folder: Path) -> bool:
    marker = folder / ".git"
    if not marker.is_dir():
        return marker.is_file()
    head = marker / "HEAD"
    return (head.is_file() or head.is_symlink()) and (marker / "objects").is_dir() and (marker / "refs").is_dir()
