"""The command ``kpi``: its subcommands, and how their errors are reported.

The module of a command is imported only when the command is called, so that ``kpi --help`` starts fast and ``kpi lint``
does not load what only ``kpi status`` needs.
"""

from __future__ import annotations

import os
import sys
from contextvars import copy_context
from importlib import import_module
from keyword import iskeyword
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from kpi import __version__
from kpi.cli.common import FileOption
from kpi.cli.output import OutputError, failed_to_write, give_up, prepare_streams, tell
from kpi.errors import KpiError, UsageError, did_you_mean

EXIT_OK, EXIT_ERROR, INTERRUPTED, PIPE_CLOSED = 0, 2, 130, 141

# In the order in which `kpi --help` shows them. A command `x` is the function `x` of the module kpi.cli.x (`x_` where
# Python has another x; of kpi.cli.x_ where x is a keyword), and the first line of its docstring is the sentence here (a
# test holds that): help for all must not import them all.
GROUPS: dict[str, dict[str, str]] = {
    "Every day": {
        "status": "Compute every KPI and show where the team is.",
        "show": "Show one KPI in full: definition, value, history and sources.",
        "explain": "Show what moved a KPI: by the parts of its formula, or by the values of a column.",
        "goals": "Show the goals as a tree, as OKRs, a scorecard, one metric or agreed objectives, or as a SMART grid.",
        "list": "List the KPIs with their ids, names, goals and owners.",
        "review": "Show what needs a look now, and what became of decisions; --record keeps one.",
        "sources": "Show what the sources contain: files, rows, dates, columns with types and examples, freshness.",
        "dashboard": "Write all KPIs as one self-contained HTML page.",
        "add": "Add a KPI of the catalog to the file, its columns mapped to yours.",
        "record": "Record a value by hand in the file, keeping comments and layout.",
        "set": "Set a field of a KPI in the file, comments and layout kept.",
        "rename": "Give a KPI, measure, goal or source another id, everywhere it is named.",
        "export": "Write values and their history to a file for other programs.",
        "share": "Send a summary to chat or mail, what has changed since the last one first.",
        "undo": "Take back the last edit of kpi record, add, set, rename or review --record.",
    },
    "Review": {
        "lint": "Review the definitions as a linter reviews code.",
        "evidence": "Show whether leading indicators lead, guardrails are needed and proxies hold.",
        "rule": "Show the page of a lint rule: what it flags, why it matters, and how to fix it.",
    },
    "Git": {
        "diff": "Show what changed in the definitions, and what that does to the numbers.",
        "log": "Show how a KPI's definition changed in git, and its value at each change.",
        "blame": "Show who wrote each field of a KPI's definition, and when.",
    },
    "Set-up": {
        "init": "Write a first kpi.yaml, optionally from a template or from your own data files.",
        "import": "Write a plan from a sheet of KPIs, or from dbt, Ossie, OpenSLO or Cube files.",
        "catalog": "Search ready-made KPIs, or show one of them in full.",
        "doctor": "Check the set-up: versions, extras, folders, git, the terminal and the file.",
        "schema": "Print the JSON Schema of the file, for editors.",
        "lsp": "Serve editors: findings while typing, hover, go to definition, completion.",
        "skill": "Print one page that tells an agent how to work with a plan.",
        "mcp": "Serve agents: five tools that read the plan (list, status, show, lint, diff).",
    },
}
COMMANDS: dict[str, str] = {name: sentence for group in GROUPS.values() for name, sentence in group.items()}
HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}


def command_module(name: str) -> Any:
    """The module of a command, imported."""
    return import_module(f"kpi.cli.{name}_" if iskeyword(name) else f"kpi.cli.{name}")


def command_function(name: str) -> Any:
    """The function of a command, its module imported."""
    module = command_module(name)
    return getattr(module, f"{name}_", None) or getattr(module, name)


def examples(name: str) -> str:
    """The examples of a command as its help shows them, one a line."""
    found = getattr(command_module(name), "EXAMPLES", ())
    width = max((len(command) for command, _ in found), default=0)
    return "\n".join(f"  {command:<{width}}  {what}" for command, what in found)


class PipeClosedError(Exception):
    """The reader of standard output closed it (``kpi status | head -1``). Not an OSError, which typer would handle."""


class Commands(TyperGroup):
    """The group of commands, which imports a command when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module = command_module(cmd_name)
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        settings = {**HELP_OPTIONS, **getattr(module, "CONTEXT", {})}
        # \b keeps the lines of a paragraph as they are.
        app.command(cmd_name, context_settings=settings, epilog=f"\b\nExamples:\n{examples(cmd_name)}")(
            command_function(cmd_name)
        )
        return get_command(app)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        for title, group in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl(list(group.items()))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        command = self.get_command(ctx, name)
        if command is None and ctx.resilient_parsing:  # a shell completes an unknown command: there is nothing to offer
            return None, None, args
        if command is None:
            raise UsageError(f'there is no command "{name}"', hint=did_you_mean(name, COMMANDS))
        # `kpi -f FILE status` is passed on as `kpi status -f FILE`. An -f after the name comes later and wins.
        file = ctx.params.get("file")
        return name, command, [*(["-f", str(file)] if file else []), *args[1:]]

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            raise PipeClosedError from None
        except OSError as fault:
            if not failed_to_write(fault):
                raise
            raise OutputError(f"standard output cannot be written: {fault.strerror}") from None
        return result


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=HELP_OPTIONS,
    epilog="Exit codes: 0 success; 1 findings, or a status or change given to --fail-on; 2 errors.",
)


def _print_version(asked: bool) -> None:
    if asked:
        print(f"kpi {__version__}")
        raise typer.Exit(EXIT_OK)


@app.callback()
def kpi(
    file: FileOption = None,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """KPIs as code: goals, KPIs and targets in YAML, reviewed by a linter and computed from plain files."""


def run(arguments: list[str]) -> int:
    """Run one command and return the exit code. Errors are reported without a traceback."""
    prepare_streams()
    try:
        # In a context of its own, so that the locale of one command does not outlive it.
        command = get_command(app)
        result = copy_context().run(command.main, arguments, prog_name="kpi", standalone_mode=False)
        sys.stdout.flush()
        if result == INTERRUPTED:  # what typer makes of Ctrl+C
            raise KeyboardInterrupt
    except KpiError as mistake:
        if isinstance(mistake, OutputError):
            give_up(sys.stdout)
        return fail(mistake.message, mistake.hint)
    except typer.TyperException as mistake:
        return _refuse_usage(mistake)
    except (KeyboardInterrupt, typer.Abort):
        if sys.stderr.isatty():
            tell("")  # the terminal has shown ^C, and the prompt begins on a line of its own
        return INTERRUPTED
    except (PipeClosedError, BrokenPipeError):
        give_up(sys.stdout)
        return PIPE_CLOSED
    except Exception as fault:
        if isinstance(fault, OSError) and failed_to_write(fault):  # such as that of the help, which typer prints itself
            give_up(sys.stdout)
            return fail(f"standard output cannot be written: {fault.strerror}", None)
        if isinstance(fault, FileNotFoundError) and not _is_somewhere():
            return fail("the current folder no longer exists", "change to another folder")
        return report_crash(fault)
    return result if isinstance(result, int) else EXIT_OK


def _is_somewhere() -> bool:
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


def fail(message: str, hint: str | None) -> int:
    tell(f"kpi: {message}" + (f"\n  {hint}" if hint else ""))
    return EXIT_ERROR


def _refuse_usage(mistake: typer.TyperException) -> int:
    context = getattr(mistake, "ctx", None)
    command = context.command_path if context is not None else "kpi"
    if type(mistake).__name__ == "NoArgsIsHelpError":
        tell(mistake.format_message())
        return EXIT_ERROR
    text = mistake.format_message().replace("Value error, ", "").rstrip(".")
    return fail(text[:1].lower() + text[1:], f"{command} --help lists its arguments and options")


def report_crash(fault: Exception) -> int:
    """Report an internal error with its location, and how to report it."""
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" ({Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})"
    tell(
        f"kpi: internal error: {type(fault).__name__}: {fault}{place}\n"
        "  This is a bug in kpi, not in your files. Please open an issue with this line, the version\n"
        "  (kpi --version) and the command; KPI_DEBUG=1 also prints the traceback."
    )
    if os.environ.get("KPI_DEBUG"):
        import traceback

        traceback.print_exception(fault)
    return EXIT_ERROR
