"""The JSON Schema of the file, as pydantic makes it of the models that validate the file."""

from __future__ import annotations

from typing import Any

from kpi.plan.model import PlanFile


def json_schema(model: type[PlanFile]) -> dict[str, Any]:
    """The schema (JSON Schema draft 7) against which an editor or a validator can check a ``kpi.yaml``.

    ``model`` is that of the file: :func:`kpi.lint.registry.file_model`.
    """
    schema = model.model_json_schema(ref_template="#/definitions/{model}")
    definitions = schema.pop("$defs")
    first = {name: schema.pop(name) for name in ("title", "description", "type")}
    return {"$schema": "http://json-schema.org/draft-07/schema#", **first, **schema, "definitions": definitions}
