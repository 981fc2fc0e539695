"""``kpi sources``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpi.cli.common import (
    AsOfOption,
    FileOption,
    Limits,
    LocaleOption,
    MemoryOption,
    OutsideOption,
    RemoteOption,
    TextOrJson,
    TimeoutOption,
    plan_file,
    read_checked,
    readable,
    show_view,
)
from kpi.cli.completion import source_ids
from kpi.cli.output import tell
from kpi.clock import today
from kpi.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi.plan.checks import Checked

EXAMPLES = (
    ("kpi sources", "all sources"),
    ("kpi sources orders --format json", "one of them for a program"),
    ("kpi sources data/export.csv", "a file, without any plan"),
)


def sources(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE|FILE",
            help="Only these sources, or data files; default: all sources.",
            autocompletion=source_ids,
        ),
    ] = None,
    file: FileOption = None,
    format: TextOrJson = "text",  # noqa: A002
    as_of: AsOfOption = None,
    locale: LocaleOption = None,
    memory: MemoryOption = None,
    timeout: TimeoutOption = None,
    allow_outside: OutsideOption = None,
    allow_remote: RemoteOption = None,
) -> None:
    """Show what the sources contain: files, rows, dates, columns with types and examples, freshness.

    A source that cannot be read is shown with the reason and with what is known about it, and does not affect the
    others. Mistakes elsewhere in the file are ignored.

    Of data files no plan is needed: they are read as kpi init --from would read them.
    """
    if names and file is None and all(map(_is_file, names)):
        checked = _of_files(names)
        names = None
    else:
        _, checked = read_checked(plan_file(file), readable(allow_outside, allow_remote))
    for name in names or ():
        if name not in checked.plan.sources:
            raise UsageError(f'there is no source "{name}"', hint=did_you_mean(name, checked.plan.sources))
    session = Limits(as_of, None, memory, timeout, locale, format).session(checked)
    answer = session.sources(names or None)
    show_view(answer.view, format)
    _tell(checked, answer.problems)


def _is_file(name: str) -> bool:
    """Whether an argument means a file: no source has such a name."""
    return not name.isidentifier() and (Path(name).is_file() or "." in name or "/" in name)


def _of_files(names: list[str]) -> Checked:
    """A plan in memory with sources for data files, which may be anywhere."""
    from kpi.cli.terminal import progress
    from kpi.data import check_plan
    from kpi.drafting import draft_sources
    from kpi.plan.loading import read_plan

    plan = Path("kpi.yaml")
    with progress("Reading the files"):
        text, _ = draft_sources(names, plan, today("UTC"))
    folders = [Path(name).parent.resolve() for name in names]
    return check_plan(read_plan(plan, text=text, allowed=folders))


def _tell(checked: Checked, failed: Sequence[str]) -> None:
    """Report sources that cannot be read and errors in the file; if there are any, end the command with exit code 2."""
    errors = sum(found.severity == "error" for found in checked.diagnostics)
    sys.stdout.flush()  # so that this comes after the output if both streams are the same
    if failed:
        tell(f"kpi: cannot read {', '.join(failed)}")
    if errors:
        tell(f"kpi: the file has {errors} error{'' if errors == 1 else 's'}: kpi lint shows them")
    if failed or errors:
        raise typer.Exit(2)
