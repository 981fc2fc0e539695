"""``kpi doctor``."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from kpi.cli.common import FileOption, TextOrJson, read_checked, show_view
from kpi.errors import InputError

EXAMPLES = (
    ("kpi doctor", "says what is wrong, and what to do"),
    ("kpi doctor --format json", "for a report of a fault"),
)


def doctor(
    file: FileOption = None,
    format: TextOrJson = "text",  # noqa: A002
) -> None:
    """Check the set-up: versions, extras, folders, git, the terminal and the file.

    Exit code 1 means that there is a problem. Notes are about what is not used or not possible here.
    """
    from kpi.cli.terminal import terminal_width
    from kpi.doctor import examine
    from kpi.plan.loading import find_plan
    from kpi.render.fallback import is_unicode

    plan = file or find_plan(Path.cwd())
    try:
        checked = None if plan is None else read_checked(plan)[1]
    except InputError:
        checked = None
    stream = sys.stdout
    view = examine(Path.cwd(), plan, checked, stream, width=terminal_width(), has_signs=is_unicode(stream.encoding))
    show_view(view, format)
    if view.problems:
        raise typer.Exit(1)
