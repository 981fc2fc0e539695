"""What the scripts beside it share: writing a generated file, or with ``--check`` checking that it is up to date."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def write_or_check(path: Path, text: str) -> int:
    """Write ``text`` to ``path``; with ``--check`` among the arguments, report instead whether it is there already.

    Returns the exit code: 1 if the file is out of date.
    """
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return 0
    if "--check" in sys.argv[1:]:
        print(f"{path.relative_to(ROOT)} is out of date: run python docs/{Path(sys.argv[0]).name}", file=sys.stderr)
        return 1
    path.write_text(text, encoding="utf-8")
    return 0
