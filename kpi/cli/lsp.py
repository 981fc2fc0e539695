"""``kpi lsp``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kpi.cli.common import FileOption, OutsideOption
from kpi.cli.output import tell
from kpi.errors import UsageError
from kpi.session import as_of_day

if TYPE_CHECKING:
    from types import ModuleType

PACKAGES = ("pygls", "lsprotocol", "cattrs", "attrs", "attr")

EXAMPLES = (("kpi lsp", "started by an editor, not by hand"),)


def lsp(
    file: FileOption = None,
    allow_outside: OutsideOption = None,
    stdio: Annotated[
        bool, typer.Option("--stdio", hidden=True, help="Passed by many editors; the only transport.")
    ] = False,
) -> None:
    """Serve editors: findings while typing, hover, go to definition, completion.

    Editors start it and use the Language Server Protocol over standard input and output. An open file belongs to the
    plan that includes it; --file names the main file of the plan if it is not called kpi.yaml. Exit code 1 means that
    the editor disconnected without a shutdown request.
    """
    server = _server()
    from kpi.lsp.workspace import Workspace

    if sys.stdin.isatty():
        print("kpi lsp is started by editors; press Ctrl+D to end it.", file=sys.stderr)
    raise typer.Exit(server.serve(Workspace(as_of_day, file, allow_outside or ()), tell))


def _server() -> ModuleType:
    """The module that implements the protocol. Raises UsageError if pygls is not installed."""
    try:
        from kpi.lsp import server as module
    except ImportError as missing:
        if (missing.name or "").partition(".")[0] not in PACKAGES:
            raise
        message = "the language server needs pygls, which is not installed or too old"
        raise UsageError(message, hint='pip install "kpi-as-code[lsp]"') from None
    return module
