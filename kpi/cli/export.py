"""``kpi export``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from kpi.cli.common import (
    MOST_PERIODS,
    AsOfOption,
    FileOption,
    OutsideOption,
    RemoteOption,
    need_extra,
    open_project,
    open_read,
    readable,
    tell_problems,
)
from kpi.cli.completion import kpi_ids
from kpi.cli.output import show_data, tell
from kpi.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from kpi.project import Project, Status

EXAMPLES = (
    ("kpi export xlsx -o kpi.xlsx", "a workbook with values, history and definitions"),
    ("kpi export csv --periods 24", "one line per KPI and period"),
    ("kpi export openmetrics", "for Prometheus"),
    ("kpi export ossie -o model.yaml", "definitions for semantic layers; .json for dbt"),
    ("kpi export svg nps -o nps.svg", "the history of one KPI as a picture; png for documents that take no SVG"),
)
BINARY = ("xlsx", "parquet", "png")
PICTURES = ("svg", "png")

Form = Literal["csv", "json", "xlsx", "parquet", "openmetrics", "svg", "png", "ossie"]


def export(
    form: Annotated[
        Form, typer.Argument(metavar="FORMAT", help="csv, json, xlsx, parquet, openmetrics, svg, png or ossie.")
    ],
    kpis: Annotated[
        list[str] | None,
        typer.Argument(metavar="KPI", help="Only these KPIs; svg and png take one.", autocompletion=kpi_ids),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="The file to write; default: standard output.")
    ] = None,
    periods: Annotated[
        int, typer.Option("--periods", metavar="N", min=1, max=MOST_PERIODS, help="How many periods of history.")
    ] = 13,
    file: FileOption = None,
    as_of: AsOfOption = None,
    allow_outside: OutsideOption = None,
    allow_remote: RemoteOption = None,
) -> None:
    """Write values and their history to a file for other programs."""
    if output is None and form in BINARY:
        kpi = f"{'KPI' if not kpis else kpis[0]} " if form in PICTURES else ""
        raise UsageError(f"{form} is not text", hint=f"name the file: kpi export {form} {kpi}-o kpi.{form}")
    if form in PICTURES and len(kpis or ()) != 1:
        raise UsageError(f"{form} is a picture of one KPI", hint=f"name it: kpi export {form} KPI")
    if form == "ossie":
        _definitions(output, file, allow_outside)
        return
    project = open_project(file, readable(allow_outside, allow_remote))
    status = project.status(as_of=as_of, kpis=kpis)
    content = _content(form, project, status, periods)
    if output is None:
        assert isinstance(content, str)
        show_data(content.removesuffix("\n"))
    else:
        from kpi.writing import create_file

        create_file(output, content)
        tell(f"Wrote {output}.")
    sys.stdout.flush()
    tell_problems(status.problems)


def _definitions(output: Path | None, file: Path | None, allowed: list[Path] | None) -> None:
    """Write the definitions as a semantic model; nothing is computed."""
    from kpi.export.ossie import ossie
    from kpi.writing import create_file

    read, checked = open_read(file, allowed)
    found = ossie(read, checked, as_json=output is not None and output.suffix == ".json")
    if output is None:
        show_data(found.text.removesuffix("\n"))
    else:
        create_file(output, found.text)
        tell(f"Wrote {output}.")
    sys.stdout.flush()
    for id_, reason in found.left_out.items():
        tell(f"{id_} is in custom_extensions only, and no metric: {reason}")


def _content(form: Form, project: Project, status: Status, periods: int) -> str | bytes:
    from kpi.render.output import render

    day, ids = status.view.as_of, [row.kpi.id for row in status.view.rows]
    if form == "json":
        return render(status.view, "json") + "\n"
    if form == "openmetrics":
        from kpi.export.openmetrics import openmetrics

        return openmetrics(status.view)
    if form == "xlsx":
        from kpi.export.workbook import workbook

        return workbook(project, status, periods)
    if form in PICTURES:
        return _picture(form, project, ids[0], periods, day)
    notes = {(row.kpi.id, row.period.label): "; ".join(row.notes) for row in status.view.rows}
    history = project.history(ids, periods=periods, as_of=day)
    history = history.assign(
        notes=[notes.get(key, "") for key in zip(history["kpi"], history["period"], strict=True)]
    ).astype({"notes": "string"})
    if form == "parquet":
        from kpi.data.database import parquet_of

        return parquet_of(history)
    from kpi.render.status_csv import csv_text

    rows = history.assign(start=history["start"].dt.strftime("%Y-%m-%d"), end=history["end"].dt.strftime("%Y-%m-%d"))
    return csv_text(list(rows.columns), ([_cell(cell) for cell in row] for row in rows.itertuples(index=False))) + "\n"


def _picture(form: Form, project: Project, kpi: str, periods: int, day: date) -> str | bytes:
    picture = project.picture(kpi, periods=periods, as_of=day)
    if form == "svg":
        return picture
    made: bytes = need_extra("png", "kpi export png", "kpi.export.png", ("resvg_py",)).png_of(picture)
    return made


def _cell(value: Any) -> str | float | None:
    """A cell of a data frame as a CSV has it: empty where there is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    import pandas as pd

    return None if pd.isna(value) else value
