"""Plain records to text and back, checked against their types: what is cached is data, never code."""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Callable, Mapping
from datetime import date
from math import isfinite
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
_Decoder = Callable[[Any], Any]


def to_text(value: object) -> str:
    """A record of dataclasses, tuples, mappings with text keys, dates, numbers and texts, as JSON. Numbers are
    read back to the last bit. Raises ValueError for NaN and infinity, which JSON does not have."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def from_text(kind: type[T], text: str) -> T:
    """The record of type ``kind`` that :func:`to_text` wrote. Raises ValueError for anything else."""
    try:
        value: T = _decoder(kind, {})(json.loads(text, parse_constant=_refuse))
    except (TypeError, KeyError, OverflowError, RecursionError) as fault:
        raise ValueError(str(fault)) from None
    return value


def _refuse(word: str) -> None:
    """Raise ValueError: Python reads NaN and Infinity, which nothing here writes."""
    raise ValueError(f"this was not expected: {word}")


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [_plain(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _decoder(kind: Any, known: dict[Any, _Decoder]) -> _Decoder:
    """What makes a value of this type from what JSON has. ``known`` holds those made before."""
    if kind not in known:
        known[kind] = lambda value: known[kind](value)  # for a record that holds its own kind
        known[kind] = _new_decoder(kind, known)
    return known[kind]


def _new_decoder(kind: Any, known: dict[Any, _Decoder]) -> _Decoder:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _optional([_decoder(choice, known) for choice in inner if choice is not type(None)])
    if origin is Literal:
        return lambda value: _checked(value, value in inner)
    if origin is tuple and inner[1:] == (...,):
        each = _decoder(inner[0], known)
        return lambda value: tuple([each(part) for part in _checked(value, type(value) is list)])
    if origin is tuple:
        parts = [_decoder(part, known) for part in inner]
        return lambda value: tuple(part(one) for part, one in zip(parts, _checked(value, True), strict=True))
    if origin is not None and issubclass(origin, Mapping):
        each_value = _decoder(inner[1], known)
        return lambda value: {key: each_value(one) for key, one in _checked(value, type(value) is dict).items()}
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        fields = [_decoder(hints[field.name], known) for field in dataclasses.fields(kind)]
        return lambda value: kind(*(field(one) for field, one in zip(fields, value, strict=True)))  # type: ignore[operator]
    if kind is date:
        return date.fromisoformat
    if kind is float:
        # A whole number stays one; 1e999 is read as infinity, which nothing here writes.
        return lambda value: _checked(value, type(value) in (float, int) and isfinite(value))
    if kind in (str, int, bool):
        return lambda value: _checked(value, type(value) is kind)
    raise TypeError(f"{kind} cannot be cached")


def _optional(choices: list[_Decoder]) -> _Decoder:
    (only,) = choices
    return lambda value: None if value is None else only(value)


def _checked(value: Any, fits: bool) -> Any:
    if not fits:
        raise ValueError(f"unexpected value: {value!r:.60}")
    return value
