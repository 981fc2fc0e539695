"""The check of a plan beside its data files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.data.facts import facts
from kpi.plan.checks import Checked, check

if TYPE_CHECKING:
    from kpi.plan.loading import ReadResult


def check_plan(read: ReadResult) -> Checked:
    """Check all names and references of a plan, and what the files of its sources tell about them.

    Nothing is computed: at most the head of each file is read. Mistakes become diagnostics of the result.
    """
    return check(read, {source.id: facts(source, read.plan) for source in read.plan.sources.values()})
