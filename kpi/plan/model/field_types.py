"""What the models say of a field: which one a path leads to, and what can be written there."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from annotated_types import Ge, Le

from kpi.plan.model.record import Record
from kpi.plan.model.types import CodeText, OrText

Path = tuple[str | int, ...]


class FieldType(NamedTuple):
    """The type of a value in the file.

    ``record`` is set for a mapping of fields, ``items`` (the type of its values) for any other mapping and for a list.
    ``choices`` are all words that can be there, ``bounds`` the least and the greatest whole number. ``is_code`` says
    that it is a formula or the like, ``or_text`` that a text can be written instead of the mapping.
    """

    record: type[Record] | None = None
    items: Any = None
    is_mapping: bool = False
    choices: tuple[str, ...] = ()
    bounds: tuple[int, int | None] = (0, None)
    is_code: bool = False
    or_text: bool = False


def type_at(model: type[Record], path: Path) -> FieldType | None:
    """The type of the value at ``path`` in a mapping of fields; None where the models have nothing."""
    found: FieldType | None = FieldType(record=model)
    for part in path:
        if found is None:
            return None
        if found.record is not None:
            field = found.record.fields().get(str(part))
            found = None if field is None else _type_of(field.annotation, tuple(field.metadata))
        else:
            found = None if found.items is None else _type_of(found.items, ())
    return found


def type_of_field(model: type[Record], name: str) -> FieldType:
    """The type of a field of ``model``. Raises KeyError when there is none."""
    field = model.fields()[name]
    return _type_of(field.annotation, tuple(field.metadata))


def _type_of(annotation: Any, metadata: tuple[Any, ...]) -> FieldType:
    while True:
        origin, inner = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            metadata += inner[1:]
            annotation = inner[0]
        elif origin in (Union, types.UnionType):
            annotation = next(choice for choice in inner if choice is not type(None))
        else:
            break
    if origin is Literal:
        return FieldType(choices=tuple(map(str, inner)))
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return FieldType(record=annotation, or_text=any(isinstance(one, OrText) for one in metadata))
    if origin is tuple:
        return FieldType(items=inner[0])
    if origin is not None and issubclass(origin, Mapping):
        return FieldType(items=inner[1], is_mapping=True)
    low = next((one.ge for one in metadata if isinstance(one, Ge)), 0)
    high = next((one.le for one in metadata if isinstance(one, Le)), None)
    choices = ("true", "false") if annotation is bool else ()
    is_code = any(isinstance(one, CodeText) for one in metadata)
    return FieldType(choices=choices, bounds=(low, high), is_code=is_code)  # type: ignore[arg-type]
