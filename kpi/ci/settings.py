"""Settings, all from the environment."""

from __future__ import annotations

import os

from kpi.ci.host import StepError


def setting(name: str, default: str = "") -> str:
    """A setting; one that is empty is not set."""
    return os.environ.get(name, "").strip() or default


def choice(name: str, *among: str) -> str:
    """A setting that is one of these words, by default the first. Raises StepError for another."""
    value = setting(name, among[0]).lower()
    if value not in among:
        raise StepError(f'{name} is one of {", ".join(among)}, and "{value}" is none of them')
    return value


def flag(name: str) -> bool:
    """A setting that is true or false, by default true. Raises StepError for anything else."""
    return choice(name, "true", "false") == "true"
