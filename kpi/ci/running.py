"""Runs ``kpi`` and ``git``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kpi.ci.host import StepError
from kpi.ci.settings import setting
from kpi.diff.git_process import open_work_tree, run_git, work_tree_around
from kpi.errors import KpiError

EXIT_OK, EXIT_FINDINGS, EXIT_ERROR = 0, 1, 2
END = ("--end-of-options",)
# A plan can name an environment variable as its connection, so kpi must not see the secrets of the service.
HIDDEN = re.compile(r"ACTIONS_.*|CI_JOB_TOKEN|CI_JOB_JWT.*|CI_.*PASSWORD|GH_TOKEN|GITHUB_TOKEN|KPI_(GITLAB_)?TOKEN")


class Done(NamedTuple):
    """The output and exit code of a run of kpi."""

    out: str
    err: str
    code: int


def kpi(command: str, *arguments: str) -> Done:
    """Run kpi on the plan that KPI_FILE names. Raises StepError if kpi is not installed or crashes."""
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
        raise StepError(f"kpi {command} failed with exit code {done.returncode}")
    return Done(done.stdout, done.stderr, done.returncode)


def git(*arguments: str) -> str | None:
    """The output of git on the plan's repository, or None if git fails. It never asks for a password.

    Raises StepError if there is no repository, or if git cannot read it.
    """
    folders = (Path.cwd() / setting("KPI_FILE", "kpi.yaml")).parents
    root = work_tree_around(next(folder for folder in folders if folder.is_dir()))
    if root is None:
        raise StepError("the plan is not in a git repository: check it out with git")
    try:
        options = _opened(root).options
        done = run_git(root, [*options, *arguments], fetching=arguments[0] == "fetch")
    except KpiError as error:
        raise StepError(error.message if error.hint is None else f"{error.message}: {error.hint}") from None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None


_opened = cache(open_work_tree)


def here(commit: str) -> str:
    """``commit``, fetched if it is missing. Raises StepError if it cannot be fetched."""
    if not re.fullmatch(r"[0-9a-f]{40,64}", commit):
        raise StepError("the service did not name the commit to compare with")
    if not _has(commit):
        git("fetch", "--quiet", "--no-tags", *(["--depth=1"] if _is_shallow() else []), *END, "origin", commit)
        if not _has(commit):
            raise StepError(f"the commit {commit[:9]} to compare with cannot be fetched: check out the whole history")
    return commit


def merge_base(tip: str) -> str:
    """The merge base of ``tip`` and the commit that is checked out. Missing history is fetched.

    Raises StepError if there is none or it cannot be fetched.
    """
    here(tip)
    found = git("merge-base", *END, tip, "HEAD")
    if found is None and _is_shallow():
        git("fetch", "--quiet", "--no-tags", "--unshallow", *END, "origin", tip)
        found = git("merge-base", *END, tip, "HEAD")
    if found is None:
        raise StepError("the merge base is not in this clone: check out the whole history")
    return found.split()[0]


def _has(commit: str) -> bool:
    return git("cat-file", "-e", f"{commit}^{{commit}}") is not None


def _is_shallow() -> bool:
    return git("rev-parse", "--is-shallow-repository") == "true"
