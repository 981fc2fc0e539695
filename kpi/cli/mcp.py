"""``kpi mcp``."""

from __future__ import annotations

import sys
from pathlib import Path

from kpi.cli.common import FileOption, OutsideOption, RemoteOption, need_extra, readable
from kpi.cli.output import tell

EXAMPLES = (("kpi mcp", "started by an agent, not by hand"),)


def mcp(file: FileOption = None, allow_outside: OutsideOption = None, allow_remote: RemoteOption = None) -> None:
    """Serve agents: five tools that read the plan (list, status, show, lint, diff).

    Agents start it and use the Model Context Protocol over standard input and output. No tool writes a file, and none
    takes the path of one.
    """
    server = need_extra("mcp", "kpi mcp", "kpi.agents.server", ("mcp",))
    from kpi.agents.answers import Answers
    from kpi.plan.loading import find_plan

    path = file or find_plan(Path.cwd()) or Path("kpi.yaml")
    if sys.stdin.isatty():
        tell("kpi mcp is started by agents; press Ctrl+D to end it.")
    server.serve(Answers(path, readable(allow_outside, allow_remote)))
