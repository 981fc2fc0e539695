"""``kpi import``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kpi.cli.common import TextOrJson, page_for
from kpi.cli.output import show, show_data, tell_painted
from kpi.errors import UsageError, usage_errors

if TYPE_CHECKING:
    from kpi.importing import Settings

EXAMPLES = (("kpi import sheet kpis.xlsx -o kpi.yaml", "a sheet with one KPI a row"),)

Form = Literal["dbt", "ossie", "openslo", "cube", "sheet"]


def import_(
    form: Annotated[Form, typer.Argument(metavar="FORMAT", help="dbt, ossie, openslo, cube or sheet.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files, or folders of them.")],
    file: Annotated[
        Path | None,
        typer.Option("-o", "--output", "-f", "--file", metavar="FILE", help="The plan to write; default: print it."),
    ] = None,
    every: Annotated[
        str, typer.Option(metavar="LENGTH", help="The period of KPIs that do not say theirs: day, week, month …")
    ] = "month",
    data: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A folder with one file for each table; default: a warehouse has them."),
    ] = None,
    date: Annotated[
        list[str] | None,
        typer.Option("--date", metavar="TABLE=COLUMN", help="The date of a table that does not say it; repeatable."),
    ] = None,
    decimal: Annotated[
        str | None, typer.Option(metavar="MARK", help="The decimal mark of a sheet where nothing proves it: , or .")
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(metavar="NAME", help="The sheet of a workbook; default: the first.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    format: TextOrJson = "text",  # noqa: A002
) -> None:
    """Write a plan from a sheet of KPIs, or from dbt, Ossie, OpenSLO or Cube files.

    Each construct is imported exactly, or refused with the reason and what to do instead; the report on standard error
    says which. With --format json, it goes to standard output, with the plan in it unless -o writes that.

    Exit code 1 means that something was refused, and 2 that nothing was imported.
    """
    from kpi.importing import ImportView, import_files
    from kpi.render.output import render
    from kpi.writing import create_file

    if file is not None and os.path.lexists(file) and not force:
        raise UsageError(f"{file} already exists", hint="--force replaces it; -o FILE writes another file")
    settings = _settings(every, data, date or [], decimal, sheet)
    imported = import_files(form, files, settings, file or Path("kpi.yaml"))
    if file is not None:
        create_file(file, imported.text)
    view = ImportView(imported, file)
    if format == "json":
        show_data(render(view, "json"))
    else:
        if file is None:
            show(imported.text, end="")
        import sys

        tell_painted(render(view, "text", page_for(sys.stderr)))
    if imported.refused:
        raise typer.Exit(1)


def _settings(every: str, data: Path | None, dates: list[str], decimal: str | None, sheet: str | None) -> Settings:
    from kpi.importing import Settings
    from kpi.values import parse_every

    with usage_errors("--every"):
        length = parse_every(every)
    if data is not None and not data.is_dir():
        raise UsageError(f"there is no folder {data}", hint="--data names a folder with one file for each table")
    if decimal not in (None, ".", ","):
        raise UsageError(f'--decimal cannot be "{decimal}"', hint='write "," or "."')
    pairs = {}
    for written in dates:
        table, equals, column = written.partition("=")
        if not equals or not table.strip() or not column.strip():
            raise UsageError(f'--date cannot be "{written}"', hint="write the table first: --date orders=created_at")
        pairs[table.strip()] = column.strip()
    return Settings(length, data, pairs, decimal, sheet)
