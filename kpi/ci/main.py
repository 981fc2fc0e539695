# ruff: noqa: T201
"""The command ``kpi-ci STEP``."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence

from kpi.ci import steps
from kpi.ci.github import GitHub
from kpi.ci.gitlab import GitLab
from kpi.ci.host import Host, StepError
from kpi.ci.running import EXIT_ERROR
from kpi.ci.settings import setting

STEPS: dict[str, Callable[[Host], int]] = {
    step.__name__: step for step in (steps.lint, steps.diff, steps.comment, steps.status, steps.verdict)
}


def run(arguments: Sequence[str]) -> int:
    """Run one step and return its exit code, 2 if it could not do its work."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    if len(arguments) != 1 or arguments[0] not in STEPS:
        print(f"usage: kpi-ci {' | '.join(STEPS)}", file=sys.stderr)
        return EXIT_ERROR
    service = GitHub if setting("GITHUB_ACTIONS") == "true" else GitLab
    try:
        return STEPS[arguments[0]](service())
    except StepError as error:
        service.tell("error", str(error))
        return EXIT_ERROR


def main() -> int:
    """The entry point of ``kpi-ci``."""
    return run(sys.argv[1:])
