"""``kpi init``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpi.cli.common import today
from kpi.cli.output import tell
from kpi.errors import UsageError, did_you_mean
from kpi.writing import create_file

if TYPE_CHECKING:
    import re
    from datetime import date

    from kpi.values import Every

SCHEMA = "kpi.schema.json"
MODELINE = f"# yaml-language-server: $schema=./{SCHEMA}\n"
# A year that is nearly over is no time to set its targets.
MONTHS_LEFT = 4

EXAMPLES = (
    ("kpi init", "a small file with values typed in"),
    ("kpi init --template saas", "a whole plan over files"),
)


def init(
    file: Annotated[
        Path, typer.Option("-f", "--file", metavar="FILE", help="The file to write.", show_default=True)
    ] = Path("kpi.yaml"),
    template: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Start from one of: call-center, cash-flow, ecommerce, hr, marketing, saas."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Write a first kpi.yaml, optionally from a template.

    Also writes kpi.schema.json, unless it exists, with which editors complete and explain every field.

    Without a template, the file is a small commented plan with recorded values, so that "kpi status" works at once. A
    template is a complete plan with sources to replace by your own.
    """
    from kpi.catalog import FIRST, template_names, template_text

    names = template_names()
    if template is not None and template not in names:
        raise UsageError(f'there is no template "{template}"', hint=did_you_mean(template, names))
    if os.path.lexists(file) and not force:
        raise UsageError(f"{file} already exists", hint="--force replaces it; -f FILE writes another file")
    text = _dated(template_text(template or FIRST), today("UTC"))
    create_file(file, MODELINE + text)
    schema = file.parent / SCHEMA
    is_new = not os.path.lexists(schema)
    if is_new:
        from kpi.cli.schema import schema_text

        create_file(schema, schema_text() + "\n")
    wrote = f"{file}, and {schema} for your editor" if is_new else str(file)
    tell(f"Wrote {wrote}. Next steps:")
    kpi = "kpi" if file == Path("kpi.yaml") else f"kpi -f {file}"
    says = "computes it, once its paths and columns are yours" if template else "shows where you stand"
    tell(f"  {kpi} lint    reviews it\n  {kpi} status  {says}")


def _dated(text: str, day: date) -> str:
    """A template with its days: ``<MONTH-1>`` is the last month that is over, ``<MONTH-2>`` the one before it."""
    import re

    from kpi.values import Calendar, period_of, shift

    calendar = Calendar()

    def label(found: re.Match[str]) -> str:
        every: Every = "month" if found[1] == "MONTH" else "quarter"
        return shift(period_of(day, every, calendar), -int(found[2]), calendar).label

    year = day.year if day.month <= 12 - MONTHS_LEFT else day.year + 1
    return re.sub(r"<(MONTH|QUARTER)-(\d+)>", label, text).replace("<YEAR_END>", f"{year}-12-31")
