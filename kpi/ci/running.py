"""Runs ``kpi`` and ``git``."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kpi.ci.host import StepError
from kpi.ci.locating import SAFE, environment, git_folder, work_tree_around
from kpi.ci.settings import setting

EXIT_OK, EXIT_FINDINGS, EXIT_ERROR = 0, 1, 2
END = ("--end-of-options",)
# A definition may name a variable of the environment (a connection does), so kpi is not given those of the service.
HIDDEN = re.compile(r"ACTIONS_.*|CI_JOB_TOKEN|CI_JOB_JWT.*|CI_.*PASSWORD|GH_TOKEN|GITHUB_TOKEN|KPI_(GITLAB_)?TOKEN")


class Done(NamedTuple):
    """What a run of kpi printed, and its exit code."""

    out: str
    err: str
    code: int


def kpi(command: str, *arguments: str) -> Done:
    """Runs kpi on the plan that KPI_FILE names. Raises StepError when it is not there or breaks off."""
    program = shutil.which("kpi", path=setting("KPI_BIN") or None)
    if program is None:
        raise StepError("kpi is not installed")
    file = ["-f", setting("KPI_FILE")] if setting("KPI_FILE") else []
    known = {name: value for name, value in os.environ.items() if not HIDDEN.fullmatch(name)}
    done = subprocess.run(
        [program, command, *file, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env=known | {"PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"},
    )
    if done.returncode not in (EXIT_OK, EXIT_FINDINGS, EXIT_ERROR):
        raise StepError(f"kpi {command} broke off with exit code {done.returncode}")
    return Done(done.stdout, done.stderr, done.returncode)


def git(*arguments: str) -> str | None:
    """What git says about the repository of the plan, or None when it fails. It never asks for a password.

    Raises StepError when git may not read the repository at all, or there is none.
    """
    folders = (Path.cwd() / setting("KPI_FILE", "kpi.yaml")).parents
    root = work_tree_around(next(folder for folder in folders if folder.is_dir()))
    if root is None:
        raise StepError("the plan is not in a git repository: check it out with git")
    place = [f"--git-dir={_trusted(root)}", f"--work-tree={root}"]
    done = _git(root, [*place, *arguments], fetching=arguments[0] == "fetch")
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None


@cache
def _trusted(root: Path) -> Path:
    """The folder of a repository that git itself agrees to read. Raises StepError when it does not."""
    asked = ["rev-parse", "--absolute-git-dir"]
    done = _git(root, asked)  # only where git looks for the repository itself does it check whose it is
    if done.returncode == 0:
        found = Path(os.path.realpath(os.fsdecode(done.stdout).removesuffix("\n")))
        if found == git_folder(root):
            return found
    elif _git(root, ["-c", "safe.directory=*", *asked]).returncode == 0:
        raise StepError(
            f"git does not trust {root}, which belongs to another user: before kpi, run"
            f" git config --global --add safe.directory {shlex.quote(str(root))}"
        )
    said = " ".join(done.stderr.decode("utf-8", "replace").split())
    raise StepError(f"git cannot read {root}{f': {said}' if said else ''}")


def _git(root: Path, arguments: Sequence[str], *, fetching: bool = False) -> subprocess.CompletedProcess[bytes]:
    command = ["git", *SAFE, "-C", str(root), *arguments]
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment(os.environ, fetching=fetching),
        )
    except FileNotFoundError:
        raise StepError("git is not installed") from None


def here(commit: str) -> str:
    """``commit``, fetched if it is missing. Raises StepError when it cannot be had."""
    if not re.fullmatch(r"[0-9a-f]{40,64}", commit):
        raise StepError("the service did not name the commit to compare with")
    if not _has(commit):
        git("fetch", "--quiet", "--no-tags", *(["--depth=1"] if _is_shallow() else []), *END, "origin", commit)
        if not _has(commit):
            raise StepError(f"the commit {commit[:9]} to compare with cannot be fetched: check out all of the history")
    return commit


def merge_base(tip: str) -> str:
    """Where the commit that is checked out left ``tip``; what is missing of their histories is fetched.

    Raises StepError when it cannot be had.
    """
    here(tip)
    found = git("merge-base", *END, tip, "HEAD")
    if found is None and _is_shallow():
        git("fetch", "--quiet", "--no-tags", "--unshallow", *END, "origin", tip)
        found = git("merge-base", *END, tip, "HEAD")
    if found is None:
        raise StepError("where the change left its base is not in this clone: check out all of the history")
    return found.split()[0]


def _has(commit: str) -> bool:
    return git("cat-file", "-e", f"{commit}^{{commit}}") is not None


def _is_shallow() -> bool:
    return git("rev-parse", "--is-shallow-repository") == "true"
