"""``kpi schema``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kpi.cli.output import show_data


def schema(
    file: Annotated[
        Path | None, typer.Option("-f", "--file", hidden=True, help="Accepted like everywhere; one schema fits all.")
    ] = None,
) -> None:
    """Print the JSON Schema of the file, for editors.

    "kpi init" keeps it beside the plan and names it in the first line of kpi.yaml, so that editors complete and explain
    every field: "# yaml-language-server: $schema=./kpi.schema.json". After an upgrade of kpi, or for a plan that was
    written without it, "kpi schema > kpi.schema.json" writes it anew.
    """
    show_data(schema_text())


def schema_text() -> str:
    """The schema as it is printed and kept in a file."""
    import json

    from kpi.lint.registry import file_model
    from kpi.plan.loading.schema import json_schema

    return json.dumps(json_schema(file_model()), indent=2, ensure_ascii=False)
