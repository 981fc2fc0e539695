"""The page of ``kpi skill``."""

from __future__ import annotations

from importlib.resources import files


def skill_text() -> str:
    """The page, as Markdown."""
    return (files("kpi.agents") / "skill.md").read_text(encoding="utf-8")
