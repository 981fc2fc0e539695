"""``kpi schema``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kpi.cli.output import show_data

EXAMPLES = (("kpi schema > kpi.schema.json", "for an editor"),)


def schema(
    file: Annotated[
        Path | None, typer.Option("-f", "--file", hidden=True, help="Accepted as by every command; ignored.")
    ] = None,
) -> None:
    """Print the JSON Schema of the file, for editors.

    "kpi init" writes it beside the plan and names it in the first line of kpi.yaml, "# yaml-language-server:
    $schema=./kpi.schema.json", so that editors complete and explain every field. "kpi schema > kpi.schema.json" updates
    it after an upgrade of kpi, or creates it for an existing plan.
    """
    show_data(schema_text())


def schema_text() -> str:
    """The schema as JSON."""
    import json

    from kpi.lint.registry import file_model
    from kpi.plan.loading.schema import json_schema

    return json.dumps(json_schema(file_model()), indent=2, ensure_ascii=False)
