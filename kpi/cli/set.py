"""``kpi set``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from kpi.cli.common import FileOption, OutsideOption, plan_file
from kpi.cli.completion import field_values, kpi_fields, kpi_ids
from kpi.cli.output import tell
from kpi.errors import UsageError

# So that `kpi set growth baseline -3%` sets a negative number instead of asking for an option -3.
CONTEXT = {"ignore_unknown_options": True}
EXAMPLES = (
    ('kpi set return_rate target "at most 5%"', "sets a target"),
    ("kpi set nps thresholds.green 'at least 50'", "sets a field of a field"),
    ("kpi set nps guardrails churn_rate,return_rate", "sets a list"),
    ("kpi set nps baseline --remove", "removes a field"),
)


def set_(
    kpi: Annotated[str, typer.Argument(metavar="KPI", help="The id or the name of the KPI.", autocompletion=kpi_ids)],
    field: Annotated[
        str,
        typer.Argument(
            metavar="FIELD", help="The field, such as target or thresholds.green.", autocompletion=kpi_fields
        ),
    ],
    value: Annotated[
        str | None,
        typer.Argument(metavar="VALUE", help="The value as written in the file.", autocompletion=field_values),
    ] = None,
    file: FileOption = None,
    allow_outside: OutsideOption = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the field instead.")] = False,
) -> None:
    """Set a field of a KPI in the file, comments and layout kept.

    The file is written only if it has no new errors then. kpi undo takes the change back.
    """
    if remove == (value is not None):
        raise UsageError("give a value, or --remove", hint='for example kpi set nps target "at least 50"')
    from kpi.editing.fields import with_field, without_field
    from kpi.editing.session import open_session
    from kpi.plan.model import find_kpi

    session = open_session(plan_file(file), allow_outside or ())
    id_ = find_kpi(session.checked.plan.kpis, kpi)
    changed = without_field(session, id_, field) if value is None else with_field(session, id_, field, value)
    end = "--remove" if value is None else value
    session.write(changed, shlex.join(["kpi", "set", id_, field, end]))
    shown = "removed" if value is None else value
    tell(f"{Path(*changed)}: {id_} {field}: {shown}")
