"""How what was typed becomes the values of a command's parameters.

typer does this with pydantic since its release 0.29, which takes as long to load as the rest of ``kpi lint``. What our
commands need is less: texts, paths, one of a few words, and lists of them. Whatever else a parameter is, typer reads.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from kpi.errors import UsageError, did_you_mean

Reader = Callable[[Any], Any]


def read_plainly(command: Any, function: Callable[..., Any]) -> Any:
    """``command``, made by typer from ``function``, with its parameters read here where their types allow it."""
    hints = get_type_hints(function)
    for parameter in command.params:
        reader = _reader(hints.get(parameter.name), max(getattr(parameter, "opts", ()), key=len, default=""))
        if reader is not None:
            parameter.process_value = _process(parameter, reader)
        if parameter.param_type_name == "argument":
            parameter.display_type_rich = lambda ctx: ""  # help says "KPI", not "KPI <str>"
    # The option --help is not among the parameters: typer makes it when it is asked for.
    get_help_option = command.get_help_option

    def plain_help_option(context: Any) -> Any:
        option = get_help_option(context)
        option.process_value = _process(option, bool)
        return option

    command.get_help_option = plain_help_option
    return command


def _process(parameter: Any, reader: Reader) -> Callable[[Any, Any], Any]:
    process = type(parameter).process_value  # typer's own, which knows how to complain of a missing value

    def process_value(context: Any, value: Any) -> Any:
        if value is not None and value != ():
            value = reader(value)
        elif parameter.required:
            return process(parameter, context, value)
        return value if parameter.callback is None else parameter.callback(context, parameter, value)

    return process_value


def _reader(hint: Any, name: str) -> Reader | None:
    """What makes the value of a parameter of this type from what was typed; None for a type that is not known here."""
    if get_origin(hint) in (Union, types.UnionType):
        inner = [choice for choice in get_args(hint) if choice is not type(None)]
        return _reader(inner[0], name) if len(inner) == 1 else None
    if get_origin(hint) is list:
        item = _reader(get_args(hint)[0], name)
        return None if item is None else lambda values: [item(value) for value in values]
    if get_origin(hint) is Literal:
        return lambda value: _choice(value, get_args(hint), name)
    if hint is Path:
        return Path
    return (lambda value: value) if hint in (str, bool) else None


def _choice(value: str, choices: tuple[str, ...], name: str) -> str:
    if value not in choices:
        raise UsageError(f'{name} cannot be "{value}"', hint=did_you_mean(value, choices))
    return value
