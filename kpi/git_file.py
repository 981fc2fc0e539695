"""The file ``.git``, with which git names the repository of a submodule or a linked work tree."""

from __future__ import annotations

import os
from pathlib import Path

_LONGEST = 10_000  # bytes


def named_git_folder(root: Path) -> Path | None:
    """The real path of the folder that the file ``.git`` in ``root`` names.

    None if there is no such file, if it cannot be read, and if ``.git`` is the repository itself.
    """
    try:
        with (root / ".git").open("rb") as file:
            text = os.fsdecode(file.read(_LONGEST))
    except OSError:
        return None
    return Path(os.path.realpath(root / text.removeprefix("gitdir:").strip())) if text.startswith("gitdir:") else None
