"""Plain data to a model, with everything that is right in it when some of it is wrong.

Pydantic reports all mistakes of an entry at once but gives no model then. So what is wrong is reported, left out, and
the rest is validated again.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError

from kpi.plan.loading.diagnostics import Diagnostics
from kpi.plan.model import Context, Record
from kpi.plan.model.field_types import type_at
from kpi.plan.yaml.nodes import Entry
from kpi.plan.yaml.plain_data import PlainData
from kpi.plan.yaml.source_map import Path

Model = TypeVar("Model", bound=Record)
_MOST_PASSES = 8


def validate(
    model: type[Model],
    data: dict[str, Any],
    path: Path,
    entry: Entry | None,
    context: Context,
    to: Diagnostics,
    *,
    known: type[Record] | None = None,
) -> Model | None:
    """The model of a mapping at ``path``, whose mistakes are reported to ``to``; None when nothing of it can be used.

    ``data`` is changed: what cannot be used is taken out. ``entry`` is its key and value in the document.
    ``known`` is the model whose fields are suggested for an unknown one; by default ``model``.
    """
    validator = model.__pydantic_validator__
    for _ in range(_MOST_PASSES):
        try:
            found: Model = validator.validate_python(data, context=context, by_alias=True, by_name=False)
            return found
        except ValidationError as error:
            errors = error.errors(include_url=False, include_input=False)
        to.of_validation(known or model, path, entry, errors)
        unusable = {str(one["loc"][0]) for one in errors if one["loc"]}
        if len(unusable) == 0 or any(
            not one["loc"] or _cannot_be_empty(model, one["loc"], one["type"]) for one in errors
        ):
            return None
        context = context._replace(unusable=context.unusable | unusable)
        # Items of a list are taken out from its end, so that the places of those before them stay right.
        for one in sorted(errors, key=lambda each: _position(each["loc"]), reverse=True):
            _take_out(data, one["loc"], one["type"])
    return None


def _position(loc: tuple[str | int, ...]) -> int:
    return loc[-1] if isinstance(loc[-1], int) else -1


def _cannot_be_empty(model: type[Record], loc: tuple[str | int, ...], kind: str) -> bool:
    """Whether an error is that a field of the entry itself is missing which is no text, so that it cannot be empty."""
    field = model.model_fields.get(str(loc[0]))
    return kind == "missing" and len(loc) == 1 and field is not None and field.annotation is not str


def _take_out(data: Any, loc: tuple[str | int, ...], kind: str) -> None:
    """Take out what is wrong; an entry that lacks a field gets it empty, a mapping inside one goes as a whole."""
    if kind == "missing":
        if len(loc) == 1:
            data[loc[0]] = ""
            return
        loc = loc[:-1]
    *parents, last = loc
    for part in parents:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(data, dict):
        data.pop(last, None)
    elif isinstance(data, list) and isinstance(last, int) and last < len(data):
        del data[last]


def report_cut_texts(model: type[Record], data: PlainData, path: Path, to: Diagnostics) -> frozenset[str]:
    """Report the formulas below ``path`` that a ``#`` cuts short, and return the fields of the entry that are."""
    found: set[str] = set()
    for where, pitfall in data.cut_texts.items():
        field = type_at(model, where[len(path) :])
        if where[: len(path)] == path and field is not None and field.is_code:
            to.pitfall(where, pitfall)
            found.add(str(where[len(path)]))
    data.cut_texts.clear()
    return frozenset(found)
