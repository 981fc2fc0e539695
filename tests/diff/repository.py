"""Git repositories for tests, built by a script: the same commits with the same hashes on every machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

AUTHORS = {"Ana": "ana@harbour.example", "Bo": "bo@harbour.example", "Cleo": "cleo@harbour.example"}


class Repository:
    """A repository with a work tree in ``root``."""

    def __init__(self, root: Path, *, init: bool = True) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        if init:
            self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, author: str = "Ana", day: str = "2026-01-01") -> str:
        """Runs git here; what it printed."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        who = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", author), ("EMAIL", AUTHORS[author]), ("DATE", f"{day}T12:00:00Z"))
        }
        alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env={**kept, **who, **alone}, capture_output=True, encoding="utf-8"
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, **files: str) -> None:
        """Writes files; in names ``__`` stands for ``/`` and a ``_yaml`` at the end for ``.yaml``."""
        for name, text in files.items():
            self.put(name.replace("__", "/").replace("_yaml", ".yaml"), text)

    def put(self, name: str, text: str) -> None:
        """Writes one file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def commit(self, message: str = "Change", **by: str) -> str:
        """Commits all there is; the hash."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, **by)
        return self.git("rev-parse", "HEAD")
