"""Writes docs/commands.md: every command with its arguments, options and examples, and the exit codes.

python docs/make_commands.py            writes it anew
python docs/make_commands.py --check    only says whether it is still right
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from kpi.cli.app import GROUPS, app, command_function, command_module

PAGE = Path(__file__).parent / "commands.md"
HEAD = """\
# Commands

Made by `python docs/make_commands.py` from the commands themselves; a test holds the two together. `kpi --help` lists
them, and `kpi COMMAND --help` shows what is here. Every command takes `-f FILE`, before or after its name.

## Exit codes

| code | meaning |
|---|---|
"""
EXIT_CODES = {
    "0": "The command did its work. `kpi init` at a terminal also ends with 0 where you leave it after an answer, "
    "since the file is kept.",
    "1": "Findings of `kpi lint` at or above `--fail-on` (by default warnings), a status named by `status --fail-on`, "
    "a change named by `diff --fail-on`, a problem found by `kpi doctor`, or something that `kpi import` refused.",
    "2": "The command could not do its work: bad usage, a file that is invalid or cannot be read, data that cannot be "
    "computed, an internal error.",
    "130": "Ctrl+C. So end `kpi status --watch` and `kpi dashboard --serve`, which run until then.",
    "129, 143": "The command was ended by SIGHUP or SIGTERM.",
    "141": "The program that read the output stopped reading, as in `kpi lint | head -1`.",
}


def page() -> str:
    """The text of the page."""
    group = get_command(app)
    codes = "".join(f"| {code} | {_cell(meaning)} |\n" for code, meaning in EXIT_CODES.items())
    lines = [HEAD + codes]
    with group.make_context("kpi", [], resilient_parsing=True) as context:
        for title, commands in GROUPS.items():
            lines.append(f"## {title}\n")
            for name in commands:
                lines += _command(name, group.get_command(context, name))
    return "\n".join(lines).rstrip("\n") + "\n"


def _command(name: str, command: Any) -> Iterator[str]:
    with command.make_context(f"kpi {name}", [], resilient_parsing=True) as context:
        arguments = [one for one in command.params if one.param_type_name == "argument" and not one.hidden]
        usage = " ".join(["[OPTIONS]", *(piece for one in arguments for piece in one.get_usage_pieces(context))])
        yield f"### kpi {name}\n"
        yield f"`kpi {name} {usage}`\n"
        yield f"{_text(inspect.getdoc(command_function(name)) or '')}\n"
        rows = [(f"`{one.metavar or one.name.upper()}`", one.help or "") for one in arguments]
        records = (one.get_help_record(context) for one in command.params if one.param_type_name == "option")
        rows += [(f"`{names}`", help_) for names, help_ in filter(None, records)]
        yield "| argument or option | |\n|---|---|"
        yield from (f"| {_cell(names)} | {_cell(_text(help_))} |" for names, help_ in rows)
        yield ""
        examples = getattr(command_module(name), "EXAMPLES", ())
        if examples:
            yield "| example | |\n|---|---|"
            yield from (f"| {_cell(f'`{typed}`')} | {_cell(what)} |" for typed, what in examples)
            yield ""


def _text(text: str) -> str:
    return text.replace("<", "&lt;")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> int:
    """Write or check the page; the exit code."""
    text = page()
    if sys.argv[1:] == ["--check"]:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
            return 0
        print(f"docs/{PAGE.name} is not what the commands say: run python docs/make_commands.py", file=sys.stderr)
        return 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
