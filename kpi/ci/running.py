"""Runs ``kpi`` and ``git``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from kpi.ci.host import TroubleError
from kpi.ci.settings import setting

FINE, FINDINGS, USELESS = 0, 1, 2
# A definition may name a variable of the environment (a connection does), so kpi is not given those of the service.
HIDDEN = re.compile(r"ACTIONS_.*|CI_JOB_TOKEN|CI_JOB_JWT.*|CI_.*PASSWORD|GH_TOKEN|GITHUB_TOKEN|KPI_(GITLAB_)?TOKEN")


class Done(NamedTuple):
    """What a run of kpi printed, and its exit code."""

    out: str
    err: str
    code: int


def kpi(command: str, *arguments: str) -> Done:
    """Runs kpi on the plan that KPI_FILE names. Raises TroubleError when it is not there or breaks off."""
    program = shutil.which("kpi", path=setting("KPI_BIN") or None)
    if program is None:
        raise TroubleError("kpi is not installed")
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
    if done.returncode not in (FINE, FINDINGS, USELESS):
        raise TroubleError(f"kpi {command} broke off with exit code {done.returncode}")
    return Done(done.stdout, done.stderr, done.returncode)


def git(*arguments: str) -> str | None:
    """What git says about the repository of the plan, or None when it fails. It never asks for a password."""
    folders = (Path.cwd() / setting("KPI_FILE", "kpi.yaml")).parents
    folder = next(folder for folder in folders if folder.is_dir())
    environment = os.environ | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, env=environment)
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None


def here(commit: str) -> str:
    """``commit``, fetched if it is missing. Raises TroubleError when it cannot be had."""
    if not re.fullmatch(r"[0-9a-f]{40,64}", commit):
        raise TroubleError("the service did not name the commit to compare with")
    if not _has(commit):
        git("fetch", "--quiet", "--no-tags", *(["--depth=1"] if _is_shallow() else []), "origin", commit)
        if not _has(commit):
            raise TroubleError(
                f"the commit {commit[:9]} to compare with cannot be fetched: check out all of the history"
            )
    return commit


def merge_base(tip: str) -> str:
    """Where the commit that is checked out left ``tip``; what is missing of their histories is fetched.

    Raises TroubleError when it cannot be had.
    """
    here(tip)
    found = git("merge-base", tip, "HEAD")
    if found is None and _is_shallow():
        git("fetch", "--quiet", "--no-tags", "--unshallow", "origin", tip)
        found = git("merge-base", tip, "HEAD")
    if found is None:
        raise TroubleError("where the change left its base is not in this clone: check out all of the history")
    return found.split()[0]


def _has(commit: str) -> bool:
    return git("cat-file", "-e", f"{commit}^{{commit}}") is not None


def _is_shallow() -> bool:
    return git("rev-parse", "--is-shallow-repository") == "true"
