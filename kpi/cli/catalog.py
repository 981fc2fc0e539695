"""``kpi catalog``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from kpi.cli.common import FileOption, show_view
from kpi.cli.completion import catalog_ids
from kpi.errors import UsageError, did_you_mean

EXAMPLES = (
    ("kpi catalog", "lists all KPIs by field of work"),
    ("kpi catalog return rate", "searches for words"),
    ("kpi catalog return_rate", "shows one KPI whole"),
    ("kpi catalog --field saas --format json", "lists a field for a program"),
)


def catalog(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID | WORDS...]", help="An id, or words to search for.", autocompletion=catalog_ids),
    ] = None,
    field: Annotated[str | None, typer.Option(metavar="FIELD", help="Only KPIs of this field, such as hr.")] = None,
    format: Annotated[  # noqa: A002
        Literal["text", "json", "markdown"], typer.Option("--format", help="Output format.")
    ] = "text",
    file: FileOption = None,
) -> None:
    """Search ready-made KPIs, or show one of them in full."""
    from kpi.catalog.catalog import load_catalog, requirements
    from kpi.catalog.model import FIELDS
    from kpi.catalog.search import search
    from kpi.catalog.view import CatalogKpiView, CatalogView

    asked = words or []
    known = load_catalog()
    if len(asked) == 1 and (kpi := known.kpis.get(asked[0])) is not None and field is None:
        show_view(CatalogKpiView(kpi, requirements(known, kpi)), format)
        return
    found = search(known, asked, _field(field, FIELDS))
    if not found:
        raise UsageError(f'no KPI of the catalog fits "{" ".join(asked)}"', hint="kpi catalog lists all of them")
    show_view(CatalogView(tuple(found), " ".join(asked)), format)


def _field(asked: str | None, fields: dict[str, str]) -> str | None:
    """The name of the field of work that was asked for, by its name or its title. Raises UsageError."""
    if asked is None:
        return None
    by_name = {name.casefold(): field for field, title in fields.items() for name in (field, title)}
    found = by_name.get(asked.casefold())
    if found is None:
        hint = did_you_mean(asked, by_name)
        if hint is None or not hint.startswith("did"):
            hint = "known here: " + ", ".join(fields)
        raise UsageError(f'there is no field "{asked}" in the catalog', hint=hint)
    return found
