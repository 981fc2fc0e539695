"""``kpi undo``."""

from __future__ import annotations

from typing import Annotated

import typer

from kpi.cli.common import FileOption, plan_file
from kpi.cli.output import tell

EXAMPLES = (
    ("kpi undo", "takes back the last kpi record, add, set, rename or review --record"),
    ("kpi undo --skip", "leaves the last edit as it is, so that kpi undo takes back the one before"),
)


def undo(
    file: FileOption = None,
    skip: Annotated[bool, typer.Option("--skip", help="Forget the last edit, and change no file.")] = False,
) -> None:
    """Take back the last edit of kpi record, add, set, rename or review --record.

    The files get back exactly the bytes that they had, where nobody has changed them since. Again, it takes back the
    edit before that one. Where a file has changed, it is left as it is, and the message says what can be done.
    """
    from kpi.editing import journal
    from kpi.plan.loading.plan_files import project_root

    folder = plan_file(file).absolute().parent
    if skip:
        tell(f"forgot: {journal.skip(folder, project_root(folder)).command}")
        return
    found = journal.take_back(folder, project_root(folder))
    for edit in found.done:
        tell(f"already taken back: {edit.command}")
    tell(f"took back: {found.edit.command}")
    for name in found.kept:
        tell(f"{name} has changed since and stays as it is")
