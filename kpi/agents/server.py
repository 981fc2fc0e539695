"""The server of ``kpi mcp``: five tools over standard input and output, none of which writes.

The only importer of mcp.
"""

from __future__ import annotations

from collections.abc import Callable

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from kpi import __version__
from kpi.agents.answers import Answers
from kpi.agents.skill import skill_text
from kpi.errors import KpiError
from kpi.project import PlanError

_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


def make_server(answers: Answers) -> MCPServer:
    """The server with its tools. They take no path: what they read is the plan and its project."""
    server = MCPServer("kpi", version=__version__, instructions=skill_text(), log_level="ERROR")

    @server.tool(name="list", annotations=_READS, structured_output=False)
    def list_() -> str:
        """List the KPIs of the plan with their ids, names, goals, owners and units."""
        return _answer(answers.list)

    @server.tool(annotations=_READS, structured_output=False)
    def status(text: str | None = None, as_of: str | None = None) -> str:
        """Compute every KPI: value, change, target, status, history and notes.

        text: the content of a kpi.yaml that is not written yet, to compute in place of the file.
        as_of: the last day that counts as over, e.g. 2026-06-30; by default that of the file, else yesterday.
        """
        return _answer(lambda: answers.status(text, as_of))

    @server.tool(annotations=_READS, structured_output=False)
    def show(kpi: str, as_of: str | None = None) -> str:
        """Show one KPI, by its id or name: definition in words, value, history, sources with their rows and dates."""
        return _answer(lambda: answers.show(kpi, as_of))

    @server.tool(annotations=_READS, structured_output=False)
    def lint(text: str | None = None) -> str:
        """Review the definitions. Each finding has a line, a column, a message and a hint that says what to write.

        text: the content of a kpi.yaml that is not written yet, to review in place of the file.
        """
        return _answer(lambda: answers.lint(text))

    @server.tool(annotations=_READS, structured_output=False)
    def diff(revision: str | None = None, values: bool = False) -> str:
        """Show what changed in the definitions since a revision of git.

        revision: by default the branch that others are merged into.
        values: also compute both versions from today's data.
        """
        return _answer(lambda: answers.diff(revision, values))

    return server


def serve(answers: Answers) -> None:
    """Answer on standard input and output until the client closes it."""
    make_server(answers).run("stdio")


def _answer(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except PlanError as invalid:
        places = [f"{one.location.file}:{one.location.line}:{one.location.column}: {one.code} {one.message}" +
                  (f" ({one.hint})" if one.hint else "") for one in invalid.diagnostics]  # fmt: skip
        raise ToolError("\n".join(["the plan is not valid:", *places])) from None
    except KpiError as mistake:
        raise ToolError(mistake.message + (f" ({mistake.hint})" if mistake.hint else "")) from None
