"""What several commands share: options, opening a plan, and whether to write in colour."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, TextIO

import typer

from kpi.cli.completion import kpi_ids
from kpi.cli.output import show, show_data, tell, tell_painted
from kpi.errors import InputError, UsageError, usage_errors

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from types import ModuleType

    from kpi.plan.checks import Checked
    from kpi.plan.loading import ReadResult
    from kpi.plan.model import Plan, PlanFile
    from kpi.project import Project
    from kpi.render.output import Page
    from kpi.session import Answer, Session

LONGEST_TIMEOUT = 999_999_999  # seconds
MOST_PERIODS = 400  # a little more than a year of days
LEAST_MEMORY = 64_000_000

FileOption = Annotated[
    Path | None,
    typer.Option(
        "-f",
        "--file",
        metavar="FILE",
        help="The plan file; default: kpi.yaml in this folder or a parent.",
    ),
]

KpiArgument = Annotated[
    str,
    typer.Argument(metavar="KPI", help="The id or name of the KPI, or how it begins.", autocompletion=kpi_ids),
]

TextOrJson = Annotated[Literal["text", "json"], typer.Option("--format", help="Output format.")]

OutsideOption = Annotated[
    list[Path] | None,
    typer.Option("--allow-outside", metavar="FOLDER", help="Also read files in this folder; repeatable."),
]

RemoteOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-remote",
        metavar="HOST",
        help="Also fetch files from this host, or from the s3:// or gs:// bucket of this name; repeatable.",
    ),
]

CacheOption = Annotated[
    bool | None,
    typer.Option(
        "--cache/--no-cache", show_default=False, help="Cache results for the next run; default: on, except in CI."
    ),
]


def memory_limit(text: str) -> str:
    """The size given by ``--memory-limit``. Raises UsageError."""
    from kpi.data.limits import bytes_of

    size = bytes_of(text)
    if size is None:
        raise UsageError(f'--memory-limit cannot be "{text}"', hint="write a size such as 512MB, 1.5GB or 2GiB")
    if size < LEAST_MEMORY:
        raise UsageError(f"--memory-limit {text} is too small", hint="the minimum is 64MB")
    return "".join(text.split())


MemoryOption = Annotated[
    str | None,
    typer.Option(
        "--memory-limit",
        metavar="SIZE",
        parser=memory_limit,
        help="Most memory to use for data, e.g. 512MB; the rest goes to disk.",
    ),
]

ToDateOption = Annotated[
    bool, typer.Option("--to-date", help="Show the current, incomplete period instead of the last complete one.")
]

TimeoutOption = Annotated[
    int | None,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        min=1,
        max=LONGEST_TIMEOUT,
        help="Stop computing after so many seconds; default: 600 in all, 60 per query.",
    ),
]


def parse_day(text: str, option: str = "--as-of") -> date:
    """The date given to an option. Raises UsageError."""
    from kpi.values import parse_date

    with usage_errors(option):
        return parse_date(text)


AsOfOption = Annotated[
    date | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        parser=parse_day,
        help="Compute as of the end of this day; default: as_of in the file, else yesterday.",
    ),
]


def parse_locale_option(text: str) -> str:
    """The locale given by ``--locale``. Raises UsageError."""
    from kpi.values import parse_locale

    with usage_errors("--locale"):
        return parse_locale(text)


LocaleOption = Annotated[
    str | None,
    typer.Option(
        "--locale",
        metavar="LOCALE",
        parser=parse_locale_option,
        help="Write numbers and dates as in this locale, e.g. de; default: locale in the file, else English.",
    ),
]


def write_in_locale(plan: Plan, asked: str | None, format_: str) -> None:
    """Write numbers and dates in the locale of ``--locale``, else that of the file, if ``format_`` is one that people
    read."""
    from kpi.render.output import FOR_READERS
    from kpi.values import use_locale

    if format_ in FOR_READERS:
        use_locale(asked or plan.locale)


def readable(folders: Sequence[Path] | None, hosts: Sequence[str] | None) -> Sequence[Path]:
    """What may be read besides the project: these folders, and files of these hosts. Raises UsageError for an address
    or a path instead of a host."""
    if not hosts:
        return folders or ()
    from kpi.plan.model import Allowed

    for host in hosts:
        if "/" in host or "@" in host or not host.strip():
            name = host.partition("://")[2] or host
            name = name.rpartition("@")[2].partition("/")[0]
            raise UsageError("--allow-remote takes a host or a bucket", hint=f"write --allow-remote {name or 'HOST'}")
    return Allowed(folders or (), hosts)


def plan_file(file: Path | None) -> Path:
    """The file given by ``-f``, else the nearest kpi.yaml. Raises InputError if there is none."""
    from kpi.plan.loading import find_plan

    if file is not None:
        return file
    found = find_plan(Path.cwd())
    if found is None:
        raise InputError(
            "there is no kpi.yaml here or in a folder above",
            hint="kpi init writes a first one; use -f FILE for another file",
        )
    return found


def file_model() -> type[PlanFile]:
    """The model of a plan file with the options of all lint rules. Loads all rules."""
    from kpi.lint.registry import file_model

    return file_model()


def read_checked(file: Path, allowed: Sequence[Path] = ()) -> tuple[ReadResult, Checked]:
    """The plan as read and as checked, valid or not. Raises InputError if the file cannot be read."""
    from kpi.data import check_plan
    from kpi.plan.loading import read_plan

    read = read_plan(file, allowed=allowed, model=file_model)
    return read, check_plan(read)


def open_project(file: Path | None, allowed: Sequence[Path] | None = None) -> Project:
    """The project of the plan; see :func:`open_checked`."""
    from kpi.project import Project

    path = plan_file(file)
    return Project(*_valid(path, allowed or ()), path, allowed or ())


def open_checked(file: Path | None, allowed: Sequence[Path] | None = None) -> Checked:
    """The checked plan, for commands that need a valid one.

    If the plan is invalid, prints its errors to standard error as ``kpi lint`` does and ends the command with exit code
    2. Raises InputError if there is no file or it cannot be read.
    """
    return open_read(file, allowed)[1]


def open_read(file: Path | None, allowed: Sequence[Path] | None = None) -> tuple[ReadResult, Checked]:
    """The plan as read and as checked, where a command also needs its texts; see :func:`open_checked`."""
    return _valid(plan_file(file), allowed or ())


def _valid(path: Path, allowed: Sequence[Path]) -> tuple[ReadResult, Checked]:
    read, checked = read_checked(path, allowed)
    if not checked.valid:
        from kpi.render.findings import FindingsView, summary_line
        from kpi.render.output import render

        errors = [found for found in checked.diagnostics if found.severity == "error"]
        text = render(FindingsView(errors, read.places.line_text), "text", page_for(sys.stderr))
        tell_painted(f"{text}\n\n{summary_line(errors)}")
        raise typer.Exit(2)
    return read, checked


def wants_color(stream: TextIO) -> bool:
    """Whether to write in colour: on a terminal unless ``NO_COLOR`` or ``TERM=dumb`` is set, and wherever
    ``FORCE_COLOR`` is set."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def need_extra(extra: str, what: str, module: str, packages: Collection[str]) -> ModuleType:
    """Import a module that needs the ``packages`` of an extra. Raises UsageError if one is not installed; ``what`` is
    what needs it."""
    try:
        return import_module(module)
    except ImportError as missing:
        name = (missing.name or "").partition(".")[0]
        if name not in packages:
            raise
        message = f"{what} needs {name}, which is not installed or too old"
        raise UsageError(message, hint=f'pip install "kpi-as-code[{extra}]"') from None


def page_for(stream: TextIO) -> Page:
    """Return the page on which renderers write for ``stream``: its width, its encoding, and whether to use colour."""
    from kpi.cli.terminal import terminal_width
    from kpi.render.output import Page

    return Page(width=terminal_width(), color=wants_color(stream), encoding=stream.encoding)


def show_view(view: object, format_: str, **options: Any) -> None:
    """Print a view to standard output. ``options`` are fields of :class:`kpi.render.output.Page`."""
    from kpi.render.output import FOR_PEOPLE, render

    text = render(view, format_, replace(page_for(sys.stdout), **options))
    (show if format_ in FOR_PEOPLE else show_data)(text)


def cache_folder(plan: Plan, cache: bool | None) -> Path | None:
    """The folder of the cache; None without one (``--no-cache``, ``KPI_NO_CACHE``, in CI, or no folder for it)."""
    from kpi.run.cache import cache_of

    if cache is False or (cache is None and os.environ.get("KPI_NO_CACHE")):
        return None
    return cache_of(plan.folder, plan.root, asked=cache is True)


class Limits(NamedTuple):
    """The options of a command that bear on every value: ``--as-of``, ``--cache``, ``--memory-limit``, ``--timeout``
    and, where people read the output, ``--locale``."""

    as_of: date | None = None
    cache: bool | None = None
    memory: str | None = None
    timeout: int | None = None
    locale: str | None = None
    format: str = "table"

    def session(self, checked: Checked) -> Session:
        """A session on a valid plan; from here on numbers and dates are written in the locale."""
        from kpi.cli.terminal import progress
        from kpi.session import Session, as_of_day

        plan = checked.plan
        day, folder = as_of_day(plan, self.as_of), cache_folder(plan, self.cache)
        write_in_locale(plan, self.locale, self.format)
        return Session(checked, day, folder, self.memory, self.timeout, progress)


def open_session(file: Path | None, allowed: Sequence[Path] | None, limits: Limits) -> Session:
    """A session on the plan; see :func:`open_checked`."""
    return limits.session(open_checked(file, allowed))


def show_answer(answer: Answer[Any], format_: str, **options: Any) -> None:
    """Print a view as :func:`show_view` does, then report what could not be computed."""
    show_view(answer.view, format_, **options)
    tell_problems(answer.problems)


def tell_problems(problems: Sequence[str]) -> None:
    """Print why values could not be computed to standard error; if any, end the command with exit code 2."""
    if not problems:
        return
    sys.stdout.flush()  # so that they come after the output if both streams are the same
    for problem in problems:
        tell(f"kpi: {problem}")
    raise typer.Exit(2)
