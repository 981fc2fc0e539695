"""What every model of the plan has in common: its configuration, the context of its validators, and its errors.

A validator raises an error with one of the codes of :data:`kpi.diagnostics.ERRORS` as its type. The fields of its
``ctx`` are those of :class:`Flaw`; ``kpi.plan.loading.diagnostics`` turns them into a line and a column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from kpi.errors import Replacement, TextError, shorten
from kpi.values import Calendar, Unit

LONGEST = 300  # characters of a number, date, label and the like


class Context(NamedTuple):
    """What validators know beyond the value that they are given; pydantic's validation context.

    ``calendar`` is the plan's. ``unusable`` names the fields of the entry that are written but cannot be read, which is
    already known; what depends on them is not validated. ``unit`` and ``toward`` (the direction that a bare number
    takes) are those of the KPI to which thresholds and the targets of a split belong; a ``unit`` of None is not known.
    """

    calendar: Calendar = Calendar()
    unusable: frozenset[str] = frozenset()
    unit: Unit | None = Unit()
    toward: Any = None


def context_of(info: ValidationInfo[Any]) -> Context:
    """The context of a validation, an empty one for a model that is built in Python."""
    return info.context if type(info.context) is Context else _NO_CONTEXT


_NO_CONTEXT = Context()


class Flaw(NamedTuple):
    """One mistake: its ``code``, ``message`` and ``hint``, and where it is.

    ``loc`` is the path of the field within the value being validated. ``start`` and ``end`` are characters of its text;
    without them the mistake is the whole value, or with ``key`` the field's key. ``at`` names another field of the same
    mapping whose key is shown instead. ``kind``, ``replacements`` and ``certain`` are those of a TextError.
    """

    code: str
    message: str
    hint: str | None = None
    start: int | None = None
    end: int | None = None
    key: bool = False
    at: str | None = None
    kind: str = ""
    loc: tuple[str | int, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    certain: bool = False

    def error(self) -> PydanticCustomError:
        """The error that a validator raises."""
        fields = {name: value for name, value in self._asdict().items() if name not in ("code", "loc")}
        return PydanticCustomError(self.code, "{message}", fields)


def in_text(code: str, mistake: TextError, *loc: str | int) -> Flaw:
    """The flaw at the characters that a TextError names."""
    return Flaw(
        code, mistake.message, mistake.hint, mistake.start, mistake.end, kind=mistake.kind, loc=loc,
        replacements=mistake.replacements, certain=mistake.certain,
    )  # fmt: skip


def raise_all(model: str, flaws: Iterable[Flaw]) -> None:
    """Raise all flaws together, each at its own field; nothing if there are none."""
    errors = [InitErrorDetails(type=flaw.error(), loc=flaw.loc, input=None) for flaw in flaws]
    if errors:
        raise ValidationError.from_exception_data(model, errors)


def quoted(value: object) -> str:
    """A value as a message quotes it."""
    return f'"{shorten(str(value))}"'


def brief(text: str) -> str:
    """The text, unless it is too long for what it should be. Raises TextError."""
    if len(text) > LONGEST:
        raise TextError(f"{len(text):,} characters are too many here", 0, len(text))
    return text


def checked(code: str, parse: Callable[[str], object]) -> Callable[[str], str]:
    """A validator that keeps a text which ``parse`` accepts; its TextError becomes an error with ``code``."""

    def validate(text: str) -> str:
        try:
            parse(brief(text))
        except TextError as mistake:
            raise in_text(code, mistake).error() from None
        return text

    return validate


def _schema_of_record(schema: dict[str, Any], model: type[Record]) -> None:
    """Adapt the JSON Schema of a record to the file: a field that is not required may also be left empty, and the
    description is the first sentence of the docstring."""
    schema.pop("title", None)
    text = " ".join((model.__doc__ or "").replace("``", "").split())
    schema["description"] = text.partition(". ")[0].rstrip(".") + "."
    schema.update(model.SCHEMA)
    fields = model.fields()
    for name, field in schema["properties"].items():
        field.pop("title", None)
        field["description"] = fields[name].description  # pydantic leaves it out where the record says the same
        if not isinstance(field.get("default"), str | int) or "const" in field:
            field.pop("default", None)
        if name not in schema.get("required", ()):
            _allow_empty(field)


def _allow_empty(field: dict[str, Any]) -> None:
    null = {"type": "null"}
    if "$ref" in field:
        field["anyOf"] = [{"$ref": field.pop("$ref")}, null]
    elif "anyOf" in field:
        if null not in field["anyOf"]:
            field["anyOf"].append(null)
        if len(field["anyOf"]) == 2 and "$ref" not in field["anyOf"][0]:
            field.update(field.pop("anyOf")[0])
            _allow_empty(field)
    elif "const" in field:
        field["enum"] = [field.pop("const"), None]
    elif "enum" in field:
        field["enum"] = [*field["enum"], None]
    else:
        types = field["type"] if isinstance(field["type"], list) else [field["type"]]
        field["type"] = [*types, "null"]
    if "enum" in field:
        field.pop("type", None)


class Record(BaseModel):
    """A mapping of fields in the file. Frozen; unknown fields are errors; an empty field counts as left out."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        populate_by_name=True,
        json_schema_extra=_schema_of_record,
    )

    SCHEMA: ClassVar[Mapping[str, Any]] = {}
    """What the JSON Schema of this record says in addition."""
    NOUN: ClassVar[str] = ""
    """What an entry with an id is called in messages; "" for a mapping inside of one."""
    MAY_BE_EMPTY: ClassVar[frozenset[str]] = frozenset()
    """Fields for which an empty quotation means something."""

    @model_validator(mode="before")
    @classmethod
    def _leave_empty_fields_out(cls, data: Any, info: ValidationInfo[Any]) -> Any:
        if type(data) is not dict or type(info.context) is not Context:
            return data
        fields, kept = cls.fields(), info.context.unusable | cls.MAY_BE_EMPTY
        return {
            key: value
            for key, value in data.items()
            if value or not (value is None or value == "") or key in kept or key not in fields
        }

    @classmethod
    def fields(cls) -> Mapping[str, Any]:
        """The fields that can be written in the file, by the names that they have there."""
        found = _FIELDS.get(cls)
        if found is None:
            found = {
                field.alias or name: field for name, field in cls.model_fields.items() if field.description is not None
            }
            _FIELDS[cls] = found
        return found


_FIELDS: dict[type[Record], Mapping[str, Any]] = {}
