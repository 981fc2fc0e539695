"""``kpi undo``."""

from __future__ import annotations

from kpi.cli.common import FileOption, plan_file
from kpi.cli.output import tell

EXAMPLES = (("kpi undo", "takes back the last kpi record, add, set, rename or review --record"),)


def undo(file: FileOption = None) -> None:
    """Take back the last edit of kpi record, add, set, rename or review --record.

    The files get back exactly the bytes that they had, where nobody has changed them since. Again, it takes back the
    edit before that one.
    """
    from kpi.editing.journal import take_back
    from kpi.plan.loading.plan_files import project_root

    folder = plan_file(file).absolute().parent
    edit = take_back(folder, project_root(folder))
    tell(f"took back: {edit.command}")
