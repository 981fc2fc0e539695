"""Sources for the tables that other tools name: a file of a folder, or a table in a warehouse."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.importing.result import Origin, Result

if TYPE_CHECKING:
    from kpi.plan.yaml.round_trip import Value

CONNECTION = "${WAREHOUSE_URL}"
_ENDINGS = (".parquet", ".csv", ".csv.gz", ".tsv", ".jsonl", ".xlsx")


def origin_fields(result: Result, table: str, origin: Origin) -> dict[str, Value]:
    """The fields that say where the rows of a table come from."""
    data = result.settings.data
    if data is None:
        return {"connection": CONNECTION, "table": table}
    fields: dict[str, Value] = {}
    name = re.split(r"[./\\]", table)[-1].strip('"`[] ')
    found = next((data / f"{name}{ending}" for ending in _ENDINGS if (data / f"{name}{ending}").is_file()), None)
    if found is None:
        result.note(origin, f"there is no file {name}.csv or {name}.parquet in {data} yet")
        found = data / f"{name}.csv"
    fields["path"] = os.path.relpath(found, result.folder).replace(os.sep, "/")
    if found.is_file():
        fields |= reading_fields(result, found)
    return fields


def reading_fields(result: Result, file: Path) -> dict[str, Value]:
    """The options and types that reading a file takes, as ``kpi init --from`` finds them; none where it cannot."""
    from kpi.clock import today
    from kpi.drafting.draft import source_spec

    spec = source_spec(file, result.folder / "kpi.yaml", today("UTC"))
    found: dict[str, Value] = {}
    if spec is not None and spec.types:
        found["types"] = dict(spec.types)
    if spec is not None and spec.read:
        found["read"] = {key: _plain(value) for key, value in spec.read.items()}
    return found


def _plain(option: str) -> Value:
    """An option of reading; lists are written in brackets."""
    if option.startswith("[") and option.endswith("]"):
        return [part.strip().strip("'\"") for part in option[1:-1].split(",")]
    return option


def add_source(result: Result, name: str, origin: Origin, fields: Mapping[str, Value]) -> str:
    """Add a source under the id that is nearest to a name; return it."""
    id_ = result.new_id(name, "sources")
    result.add("sources", id_, origin, fields)
    return id_
