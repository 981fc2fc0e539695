"""Which repository a folder belongs to, and how git is run on that one and no other.

A pull request can hold a folder that git takes for a bare repository. Git itself, looking for the repository of a file
in there, would read its configuration, which names programs to run. So the folder with ``.git`` is looked for here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

# Of git's own variables, those that say where its programs and the user's settings are. Any other may name another
# repository or another way to read it, as in a hook, where git sets them for the repository of the hook.
_KEPT = frozenset(
    ["GIT_CONFIG_COUNT", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_SYSTEM",
     "GIT_EXEC_PATH"]
)  # fmt: skip
_KEPT_STARTS = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")

# Settings of a repository that run a program, or that make git write. A git that does not know one of them ignores it.
_SETTINGS = {
    "safe.bareRepository": "explicit",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.allow": "never",
}
SAFE = ("--no-pager", "--no-optional-locks", *(part for one in _SETTINGS.items() for part in ("-c", "=".join(one))))


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The variables with which git is run: those of git that lead elsewhere are left out, and nothing is fetched.

    ``GIT_NO_LAZY_FETCH`` is new in git 2.44. Without it a missing object of a partial clone is asked of the remote,
    by a program that the configuration may name; no permitted protocol keeps every git from that.
    """
    kept = {
        name: value
        for name, value in variables.items()
        if not name.upper().startswith("GIT_") or name in _KEPT or name.startswith(_KEPT_STARTS)
    }
    fixed = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
    return kept | fixed


def work_tree_around(folder: Path) -> Path | None:
    """The top of the work tree in which a folder lies, symbolic links resolved: the nearest folder with a ``.git``
    that is a repository, or a file that names one (of a submodule or a linked work tree). None when there is none."""
    real = Path(os.path.realpath(folder))
    return next((above for above in (real, *real.parents) if _has_repository(above)), None)


def git_folders(root: Path) -> Iterator[Path]:
    """What git may answer for the repository whose work tree has its top at ``root``: ``.git``, links resolved, or the
    folder that the file ``.git`` names."""
    marker = root / ".git"
    if marker.is_dir():
        yield Path(os.path.realpath(marker))
        return
    try:
        text = os.fsdecode(marker.read_bytes()[:10_000])
    except OSError:
        return
    if text.startswith("gitdir:"):
        yield Path(os.path.realpath(root / text.removeprefix("gitdir:").strip()))


def _has_repository(folder: Path) -> bool:
    """Whether ``.git`` is here. As for git, an empty folder of that name is none, but a broken file is a mistake."""
    marker = folder / ".git"
    if not marker.is_dir():
        return marker.is_file()
    head = marker / "HEAD"
    return (head.is_file() or head.is_symlink()) and (marker / "objects").is_dir() and (marker / "refs").is_dir()
