"""Reads settings from environment variables."""

from __future__ import annotations

import os

from kpi.ci.host import StepError


def setting(name: str, default: str = "") -> str:
    """The value of a setting. An empty value counts as not set."""
    return os.environ.get(name, "").strip() or default


def choice(name: str, *among: str) -> str:
    """A setting that must be one of the words ``among``; the first is the default. Raises StepError."""
    value = setting(name, among[0]).lower()
    if value not in among:
        raise StepError(f'invalid {name} "{value}": expected one of {", ".join(among)}')
    return value


def flag(name: str) -> bool:
    """A setting that must be ``true`` (the default) or ``false``. Raises StepError."""
    return choice(name, "true", "false") == "true"
