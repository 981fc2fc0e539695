"""Where results are cached: in the user's own cache folder, one folder a project, never inside the project."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

FOLDER = "KPI_CACHE_DIR"
_NO = frozenset(["", "0", "false", "no", "off"])


def cache_of(project: Path, within: Path, *, asked: bool = False) -> Path | None:
    """The cache folder of the plan in the folder ``project``; None for no cache.

    ``KPI_CACHE_DIR`` names the folder of all projects; without it, that is the place that the system has for caches,
    unless the home folder is not there, not this user's, or lies ``within`` the project, where a stranger may have
    written. A run in CI (``CI`` is set) caches nothing unless ``asked`` or told by ``KPI_CACHE_DIR``.
    """
    named = os.environ.get(FOLDER, "").strip()
    if not named and not asked and os.environ.get("CI", "").strip().lower() not in _NO:
        return None
    home = Path(named).absolute() if named else _system_folder()
    if home is None or (not named and Path(os.path.realpath(home)).is_relative_to(os.path.realpath(within))):
        return None
    real = os.path.realpath(project).encode("utf-8", "surrogateescape")
    return home / hashlib.sha256(real).hexdigest()[:32]


def _system_folder() -> Path | None:
    """The folder for caches of this program, as the system has it; None where this user has no home."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", "")
        return Path(local, "kpi", "Cache") if Path(local).is_absolute() else None
    xdg = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if sys.platform != "darwin" and xdg.is_absolute():
        return xdg / "kpi"
    try:
        home = Path.home()
        facts = home.stat()
    except (OSError, RuntimeError):
        return None
    # As root with the home of another (sudo), what is written there would be in their way.
    if not home.is_absolute() or facts.st_uid != os.geteuid():
        return None
    return home / "Library" / "Caches" / "kpi" if sys.platform == "darwin" else home / ".cache" / "kpi"
