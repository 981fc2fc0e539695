"""``kpi schema``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def schema(
    file: Annotated[
        Path | None, typer.Option("-f", "--file", hidden=True, help="Accepted like everywhere; one schema fits all.")
    ] = None,
) -> None:
    """Print the JSON Schema of the file, for editors.

    Keep it beside the plan with "kpi schema > kpi.schema.json" and name it in the first line of kpi.yaml:
    "# yaml-language-server: $schema=./kpi.schema.json". Editors then complete and explain every field.
    """
    import json

    from kpi.reading.schema import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
