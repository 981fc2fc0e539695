"""Writes man pages from the commands themselves: kpi.1, and one page for each command.

python docs/make_man.py FOLDER    then: man -l FOLDER/kpi-lint.1
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from kpi import __version__
from kpi.cli.app import GROUPS, app, command_function, command_module

EXIT_CODES = {
    "0": "Success.",
    "1": "Findings, or a status or change given to --fail-on.",
    "2": "The command could not do its work: bad usage, an invalid file, an internal error.",
}


def pages() -> dict[str, str]:
    """The text of each page by the name of its file."""
    group = get_command(app)
    with group.make_context("kpi", [], resilient_parsing=True) as context:
        found = {"kpi.1": _main_page(group, context)}
        for commands in GROUPS.values():
            for name, sentence in commands.items():
                found[f"kpi-{name}.1"] = _page(name, sentence, group.get_command(context, name))
    return found


def _main_page(group: Any, context: Any) -> str:
    lines = [*_head("kpi", "KPIs as code"), ".B kpi", "[OPTIONS] COMMAND [ARGS]...", ".SH DESCRIPTION"]
    lines += _paragraphs(group.help or "")
    for title, commands in GROUPS.items():
        lines.append(f".SS {_text(title)}")
        for name, sentence in commands.items():
            lines += [".TP", f".BR kpi\\-{_text(name)} (1)", _text(sentence)]
    lines += [*_options(group, context), *_end()]
    return "\n".join(lines) + "\n"


def _page(name: str, sentence: str, command: Any) -> str:
    with command.make_context(f"kpi {name}", [], resilient_parsing=True) as context:
        arguments = [one for one in command.params if one.param_type_name == "argument" and not one.hidden]
        usage = " ".join(["[OPTIONS]", *(piece for one in arguments for piece in one.get_usage_pieces(context))])
        lines = [*_head(f"kpi-{name}", sentence), f".B kpi {_text(name)}", _text(usage), ".SH DESCRIPTION"]
        lines += _paragraphs(inspect.getdoc(command_function(name)) or sentence)
        if arguments:
            lines.append(".SH ARGUMENTS")
        for one in arguments:
            lines += [".TP", f".I {_text(one.metavar or one.name.upper())}", _text(one.help or "")]
        lines += _options(command, context)
    examples = getattr(command_module(name), "EXAMPLES", ())
    if examples:
        lines.append(".SH EXAMPLES")
        for typed, what in examples:
            lines += [".TP", f".B {_text(typed)}", _text(what)]
    return "\n".join([*lines, *_end()]) + "\n"


def _head(name: str, sentence: str) -> list[str]:
    title = f'.TH {_text(name.upper())} 1 "" "kpi {__version__}" "KPIs as code"'
    return [title, ".SH NAME", f"{_text(name)} \\- {_text(sentence.rstrip('.'))}", ".SH SYNOPSIS"]


def _options(command: Any, context: Any) -> Iterator[str]:
    """The options with the words of --help."""
    yield ".SH OPTIONS"
    records = (param.get_help_record(context) for param in command.params if param.param_type_name == "option")
    for names, help_ in (*filter(None, records), ("-h, --help", "Show this message and exit.")):
        yield from (".TP", f".B {_text(names)}", _text(help_))


def _end() -> Iterator[str]:
    yield ".SH EXIT STATUS"
    for code, meaning in EXIT_CODES.items():
        yield from (".TP", f".B {code}", _text(meaning))
    yield from (".SH FILES", ".TP", ".I kpi.yaml", _text("The plan, in this folder or one above it."))


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(text.strip().split("\n\n")):
        if number:
            yield ".PP"
        yield _text(" ".join(paragraph.split()))


def _text(text: str) -> str:
    """Text in which roff reads nothing as a request, an escape or a ligature."""
    shown = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("^", "\\(ha")
    return f"\\&{shown}" if shown.startswith(".") else shown


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__.strip())
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    found = pages()
    for name, text in found.items():
        (folder / name).write_text(text, encoding="utf-8")
    print(f"Wrote {len(found)} man pages to {folder}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
