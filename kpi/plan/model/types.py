"""The types of fields: what may be written, and what becomes of it. Every scalar of the file arrives as text (R1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Annotated, Any

from annotated_types import Ge, Le
from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from kpi.errors import TextError
from kpi.plan.model.record import Flaw, brief, checked, context_of, in_text, quoted, raise_all
from kpi.values import Unit, parse_date, parse_every, parse_label, parse_number, parse_unit, parse_window

ID_PATTERN = "^[a-z][a-z0-9_]*$"
PERIOD_PATTERN = "^(FY)?[0-9]{4}(-(Q[1-4]|H[12]|W[0-9]{2}|[0-9]{2}(-[0-9]{2})?))?$"
WEEKS_PATTERN = "^([2-9]|[1-4][0-9]|5[0-2]) weeks$"
MOST = 999_999_999

# Every scalar is text where text is wanted, so editors that see a number there must not complain.
TEXT_SCHEMA: dict[str, Any] = {"type": ["string", "number", "boolean"]}
NUMBER_SCHEMA: dict[str, Any] = {"type": ["number", "string"]}


class CodeText:
    """Marks text in which a ``#`` has no reason to end it: a formula, row expression or query."""


class OrText:
    """Marks a mapping of fields that can also be written as a text."""


class Reads:
    """Marks a type whose values ``read`` returns: from what is written, or from a value of that type. ``schema`` is the
    JSON Schema of what may be written.

    Like pydantic's PlainValidator with WithJsonSchema, without the schema for serialization, which would take longer to
    build than the rest of the model.
    """

    def __init__(self, read: Callable[[Any, ValidationInfo[Any]], Any], schema: dict[str, Any]) -> None:
        self._read = read
        self._schema = schema

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self._schema)


def text_of(value: object) -> str:
    """A value that has to be text. Raises the error that pydantic raises for its own texts."""
    if not isinstance(value, str):
        raise PydanticKnownError("string_type")
    return value


Text = Annotated[str, WithJsonSchema(TEXT_SCHEMA)]
Code = Annotated[str, CodeText(), WithJsonSchema(TEXT_SCHEMA)]
ColumnName = Annotated[str, StringConstraints(strip_whitespace=True), WithJsonSchema(TEXT_SCHEMA)]
Texts = tuple[Text, ...]


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


OneOrMoreTexts = Annotated[
    tuple[Text, ...],
    BeforeValidator(_listed),
    WithJsonSchema({"type": ["string", "array"], "items": TEXT_SCHEMA}),
]

Ambition = Annotated[int, Ge(1), Le(10)]
AtLeastOne = Annotated[int, Ge(1), Le(MOST)]
NotNegative = Annotated[int, Ge(0), Le(MOST)]


def _boolean(value: Any, info: ValidationInfo[Any]) -> bool:
    if isinstance(value, bool):
        return value
    word = text_of(value)
    if word.lower() not in ("true", "false"):
        message = f'"{info.field_name}" should be true or false, not {quoted(word)}'
        raise Flaw("E011", message, "write true or false").error()
    return word.lower() == "true"


Boolean = Annotated[bool, BeforeValidator(_boolean)]


def _decimal(low: float, high: float, example: str) -> BeforeValidator:
    """Validates a number from ``low`` to ``high``, which is written without a unit."""

    def validate(value: Any, info: ValidationInfo[Any]) -> float:
        try:
            number = float("nan") if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = float("nan")
        if not low <= number <= high:
            message = f'"{info.field_name}" should be a number from {low:g} to {high:,g}, not {quoted(value)}'
            raise Flaw("E011", message, f"e.g. {info.field_name}: {example}").error()
        return number

    return BeforeValidator(validate)


Score = Annotated[float, _decimal(0, 1, "0.7"), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]
Weight = Annotated[float, _decimal(0, 1000, "2"), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1000})]


def _day(value: Any, _: ValidationInfo[Any]) -> date:
    if isinstance(value, date):
        return value
    try:
        return parse_date(brief(text_of(value)))
    except TextError as mistake:
        raise in_text("E021", mistake).error() from None


Day = Annotated[date, Reads(_day, {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})]


def every_in(value: Any) -> str:
    """The length of a period, as ``month`` or ``2 weeks``."""
    text = text_of(value)
    try:
        return parse_every(brief(text))
    except TextError as mistake:
        raise in_text("E014", mistake).error() from None


WindowText = Annotated[str, AfterValidator(checked("E023", parse_window)), WithJsonSchema(TEXT_SCHEMA)]


@lru_cache(maxsize=256)
def unit_of(text: str | None) -> Unit:
    """The unit that a text names. Raises TextError."""
    return parse_unit(None if text is None else brief(text.strip()))


UnitText = Annotated[str, AfterValidator(checked("E024", unit_of)), WithJsonSchema(TEXT_SCHEMA)]


def unit_in(info: ValidationInfo[Any]) -> Unit | None:
    """The unit of the KPI whose field is validated; None when one is written that cannot be read."""
    if "unit" not in info.data or "unit" in context_of(info).unusable:
        return None
    return unit_of(info.data["unit"])


def number_in(value: Any, unit: Unit | None, code: str) -> float:
    """A number in a unit; NaN when the unit is not known, so that only its shape can be looked at."""
    if isinstance(value, float | int):
        return float(value)
    text = text_of(value)
    if unit is None:
        return float("nan")
    try:
        return float(parse_number(brief(text), unit))
    except TextError as mistake:
        raise in_text(code, mistake).error() from None


def period_map(value: Any, handler: Any, info: ValidationInfo[Any], *, own_length: bool = False) -> Any:
    """Validate the keys of a mapping as labels of periods, of any length or of the KPI's own, and return its values
    by the usual labels. ``handler`` validates the values."""
    if not isinstance(value, Mapping):
        return handler(value)
    context = context_of(info)
    every = info.data.get("every") if own_length and "every" not in context.unusable else None
    labels: dict[str, str] = {}
    flaws: list[Flaw] = []
    seen: set[str] = set()
    for written in value:
        try:
            label = parse_label(brief(written), context.calendar, every).label
        except TextError as mistake:
            flaws.append(in_text("E022", mistake, written)._replace(key=True))
            continue
        if label in seen:
            message = f'"{written}" is the same period as an entry before it'
            flaws.append(Flaw("E022", message, "keep one of the two", key=True, loc=(written,)))
        seen.add(label)
        labels[written] = label
    raise_all("periods", flaws)
    return {labels[written]: one for written, one in handler(value).items()}


PERIODS_SCHEMA: dict[str, Any] = {"type": "object", "propertyNames": {"pattern": PERIOD_PATTERN}}

__all__ = [
    "ID_PATTERN", "MOST", "NUMBER_SCHEMA", "PERIODS_SCHEMA", "TEXT_SCHEMA", "WEEKS_PATTERN", "Ambition",
    "AtLeastOne", "Boolean", "Code", "CodeText", "ColumnName", "Day", "NotNegative", "OneOrMoreTexts", "OrText",
    "Reads", "Score", "Text", "Texts", "UnitText", "Weight", "WindowText", "every_in", "number_in", "period_map",
    "text_of", "unit_in", "unit_of",
]  # fmt: skip
