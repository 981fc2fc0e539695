"""``kpi skill``."""

from __future__ import annotations

from kpi.cli.common import FileOption
from kpi.cli.output import show_data

EXAMPLES = (("kpi skill > SKILL.md", "for an agent that reads such files"),)


def skill(file: FileOption = None) -> None:
    """Print one page that tells an agent how to work with a plan."""
    from kpi.agents.skill import skill_text

    show_data(skill_text().rstrip("\n"))
