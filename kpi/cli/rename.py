"""``kpi rename``."""

from __future__ import annotations

from typing import Annotated

import typer

from kpi.cli.common import FileOption, OutsideOption, open_checked, plan_file
from kpi.cli.completion import entry_ids
from kpi.cli.output import tell

EXAMPLES = (
    ("kpi rename nps net_promoter_score", "renames a KPI"),
    ("kpi rename goals.loyalty customers_return", "renames a goal where a KPI has the same id"),
)


def rename(
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="The id of a KPI, measure, goal or source.", autocompletion=entry_ids)
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new id.")],
    file: FileOption = None,
    allow_outside: OutsideOption = None,
) -> None:
    """Give a KPI, measure, goal or source another id, everywhere it is named.

    References in formulas, targets, guardrails, leads, goals and notes follow, in included files as well. What is named
    like it in comments is listed and left as it is. kpi undo takes the change back.
    """
    from kpi.editing.rename import renamed
    from kpi.editing.session import open_session

    session = open_session(plan_file(file), allow_outside or ())
    if not session.checked.valid:
        open_checked(file, allow_outside)  # which says what is wrong, and ends the command
    result = renamed(session, old, new)
    session.write(result.texts, f"kpi rename {old} {new}")
    count = result.places
    tell(f"{', '.join(result.texts)}: {old} is now {new}, in {count} place{'' if count == 1 else 's'}")
    if result.left:
        tell(f"  {old} is still written in {', '.join(result.left)}")
