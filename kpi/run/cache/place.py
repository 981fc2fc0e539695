"""Where results are cached and edits remembered: in the user's own folders, one folder per project, never inside the
project.

Own code because most of it is about when not to cache, which libraries for these folders do not decide, and because
they are slow to import (platformdirs as slow as all of kpi.run.cache).
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Literal

FOLDER = "KPI_CACHE_DIR"
STATE_FOLDER = "KPI_STATE_DIR"
_NO = frozenset(["", "0", "false", "no", "off"])


def cache_of(project: Path, within: Path, *, asked: bool = False) -> Path | None:
    """The cache folder of the plan in the folder ``project``; None for no cache.

    ``KPI_CACHE_DIR`` names the folder of all projects; without it, it is in the system's folder for caches, unless the
    home folder does not exist, belongs to another user, or is ``within`` the project, where others may have written
    files. In CI (``CI`` is set) nothing is cached unless ``asked`` or ``KPI_CACHE_DIR`` is set.
    """
    named = os.environ.get(FOLDER, "").strip()
    if not named and not asked and os.environ.get("CI", "").strip().lower() not in _NO:
        return None
    return _of_project(named, "cache", project, within)


def state_of(project: Path, within: Path) -> Path | None:
    """The folder in which edits of the plan in the folder ``project`` are remembered; None where there is no place.

    ``KPI_STATE_DIR`` names the folder of all projects; without it, that is the place that the system has for the state
    of programs, under the conditions of :func:`cache_of`.
    """
    return _of_project(os.environ.get(STATE_FOLDER, "").strip(), "state", project, within)


def _of_project(named: str, kind: Literal["cache", "state"], project: Path, within: Path) -> Path | None:
    home = Path(named).absolute() if named else _system_folder(kind)
    if home is None or (not named and Path(os.path.realpath(home)).is_relative_to(os.path.realpath(within))):
        return None
    real = os.path.realpath(project).encode("utf-8", "surrogateescape")
    return home / hashlib.sha256(real).hexdigest()[:32]


def _system_folder(kind: Literal["cache", "state"]) -> Path | None:
    """The folder of this program for caches or state, as the system has it; None where this user has no home."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", "")
        return Path(local, "kpi", kind.capitalize()) if Path(local).is_absolute() else None
    xdg = Path(os.environ.get(f"XDG_{kind.upper()}_HOME", ""))
    if sys.platform != "darwin" and xdg.is_absolute():
        return xdg / "kpi"
    try:
        home = Path.home()
        facts = home.stat()
    except (OSError, RuntimeError):
        return None
    # As root with the home folder of another user (sudo), files written there could not be changed by that user.
    if not home.is_absolute() or facts.st_uid != os.geteuid():
        return None
    if sys.platform == "darwin":
        return home / "Library" / ("Caches" if kind == "cache" else "Application Support") / "kpi"
    return home / (".cache" if kind == "cache" else ".local/state") / "kpi"
