"""Writes docs/catalog.md from the KPIs and tables in kpi/catalog.

python docs/make_catalog.py            writes it anew
python docs/make_catalog.py --check    only says whether it is still right
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from generated import write_or_check

from kpi.catalog.catalog import load_catalog
from kpi.catalog.model import FIELDS, Catalog
from kpi.catalog.view import CatalogView
from kpi.render.output import render

PAGE = Path(__file__).with_name("catalog.md")
TOP = """# The catalog of KPIs

Made by `python docs/make_catalog.py` from the data that `kpi catalog` reads; a test holds the two together.

`kpi catalog` has {count} ready-made KPIs for {fields} fields of work. `kpi catalog WORDS` searches them, and
`kpi catalog ID` shows one whole: its formula and the columns it needs, unit and direction, whether it is leading or
lagging and for whom, what it is a proxy of, its guardrails, the questions it answers, how it misleads, and where its
definition comes from. `kpi add ID --goal GOAL` inserts it into your file, with its columns mapped to yours.

The catalog names no targets: what is good depends on where you stand and on what you want.
"""
TABLES = """## Tables

The formulas are written for the tables below. Your files need only the columns that the formula of your KPI uses, under
any names: `kpi add` maps them.
"""


def page() -> str:
    """The whole page."""
    catalog = load_catalog()
    top = TOP.format(count=len(catalog.kpis), fields=len(FIELDS))
    return (
        "\n".join([top, render(CatalogView(tuple(catalog.kpis.values())), "markdown"), "", TABLES, *tables(catalog)])
        + "\n"
    )


def tables(catalog: Catalog) -> Iterator[str]:
    """One line for each table of the catalog."""
    yield "| table | rows | columns |"
    yield "|---|---|---|"
    for source in catalog.sources.values():
        columns = [f"`{name}` ({column.words})" for name, column in source.columns.items()]
        yield f"| `{source.id}` | {source.about} | {', '.join(columns)} |"


if __name__ == "__main__":
    sys.exit(write_or_check(PAGE, page()))
