"""How the linter is set up: the ``lint`` section of the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Generic, Literal, TypeVar

from annotated_types import Ge, Le
from pydantic import ConfigDict, Field, create_model

from kpi.frozen import frozen
from kpi.plan.model.record import Record
from kpi.plan.model.types import MOST, OneOrMoreTexts, Text, Texts

SeverityWord = Literal["error", "warning", "info"]


class WordOptions(Record):
    """Words or phrases that a word rule takes in addition, and those that it lets pass."""

    add: Texts = Field((), description="Words or phrases that are flagged as well.")
    allow: Texts = Field((), description="Words or phrases that are not flagged here.")


NO_WORDS = WordOptions.model_construct(add=(), allow=())


class LintSettings(Record):
    """What ``kpi lint`` looks for. Rules are named by code (S101), by name (weasel-word) or by a code's start (S).

    The options of rules are fields too, which the rules declare: see :class:`RuleOption`. This model keeps them as
    they are written; the one that :func:`with_rule_options` makes validates them.
    """

    model_config = ConfigDict(extra="allow")

    select: Texts = Field((), description="Only these rules; default: all.")
    ignore: Texts = Field((), description="Not these rules.")
    severity: Mapping[Text, SeverityWord] = Field({}, description="A rule: how severe its findings are.")
    per_file_ignores: Mapping[Text, OneOrMoreTexts] = Field(
        {}, description="A file or glob: the rules that are not applied there."
    )


Value = TypeVar("Value", int, WordOptions)


@frozen
class RuleOption(Generic[Value]):
    """An option of a lint rule, which is a field of the ``lint`` section.

    ``type`` is that of its value, ``default`` the value where the file has none. A number is at least ``least`` and at
    most ``most``. ``description`` is a sentence.
    """

    name: str
    type: type[Value]
    default: Value
    description: str
    least: int = 1
    most: int = MOST

    def of(self, settings: LintSettings) -> Value:
        """The value of the option in validated settings."""
        found: Value = getattr(settings, self.name, self.default)
        return found


class _ValidatedSettings(LintSettings):
    model_config = ConfigDict(extra="forbid")


def with_rule_options(options: Iterable[RuleOption[Any]]) -> type[LintSettings]:
    """The model of the section with these options as fields, and no others."""
    fields: dict[str, Any] = {
        option.name: (_annotation(option), Field(option.default, description=option.description)) for option in options
    }
    return create_model("LintSettings", __base__=_ValidatedSettings, __doc__=LintSettings.__doc__, **fields)


def _annotation(option: RuleOption[Any]) -> Any:
    return Annotated[int, Ge(option.least), Le(option.most)] if option.type is int else option.type
