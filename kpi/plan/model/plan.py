"""The plan: everything that the files say."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    InstanceOf,
    ValidationInfo,
    WithJsonSchema,
    create_model,
    model_validator,
)

from kpi.errors import Replacement, TextError
from kpi.plan.model.decision import Decision
from kpi.plan.model.goal import Goal
from kpi.plan.model.kpi import Kpi
from kpi.plan.model.lint import LintSettings
from kpi.plan.model.record import Flaw, Record, brief, checked, in_text, quoted
from kpi.plan.model.remote import RemoteAccess
from kpi.plan.model.source import Source
from kpi.plan.model.types import ID_PATTERN, TEXT_SCHEMA, Code, Day, OneOrMoreTexts, Reads, Score, Text, text_of
from kpi.values import ENGLISH, Calendar, parse_locale, parse_month_name, parse_timezone, parse_weekday

SECTIONS = ("sources", "measures", "goals", "kpis")

WeekdayName = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MonthName = Literal[
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip


def _name(parse: Any) -> BeforeValidator:
    """Validates a name that ``parse`` knows; it may be written in capitals."""

    def validate(value: Any) -> str:
        text = text_of(value)
        try:
            parse(brief(text))
        except TextError as mistake:
            raise in_text("E014", mistake).error() from None
        return text.strip().lower()

    return BeforeValidator(validate)


class CalendarSettings(Record):
    """How days make weeks, quarters and years."""

    week_starts: Annotated[WeekdayName, _name(parse_weekday)] = Field(
        "monday", description="The first day of the week."
    )
    fiscal_year_starts: Annotated[MonthName, _name(parse_month_name)] = Field(
        "january", description="The month in which the fiscal year starts."
    )
    timezone: Annotated[
        str, AfterValidator(checked("E014", parse_timezone)), AfterValidator(str.strip), WithJsonSchema(TEXT_SCHEMA)
    ] = Field("UTC", description="The time zone in which timestamps with a zone become dates.")

    weeks_from: Day | None = Field(
        None, description="The first day of a period of several weeks, from which those of every: 2 weeks are counted."
    )

    def build(self) -> Calendar:
        """The calendar that these words describe, ready to count with."""
        from kpi.values import Calendar

        return Calendar.from_words(self.week_starts, self.fiscal_year_starts, self.timezone, self.weeks_from)


class OkrSettings(Record):
    """From which score on an OKR objective is green or yellow."""

    green: Score = Field(0.7, description="An objective with at least this score is green.")
    yellow: Score = Field(0.4, description="One with at least this score is yellow, below it red.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.yellow > self.green:
            raise Flaw("E031", f"yellow ({self.yellow:g}) is above green ({self.green:g})", "swap the two").error()
        return self


_PLAIN_CALENDAR = CalendarSettings.model_construct()
_PLAIN_OKR = OkrSettings.model_construct()
_ALL_RULES = LintSettings.model_construct()


def _version(value: Any, _: ValidationInfo[Any]) -> int:
    if value == 1 or text_of(value).strip() == "1":
        return 1
    message = f"{quoted(value)} is not a known version of this language"
    instead = (Replacement(0, len(text_of(value)), "1"),)
    raise Flaw("E025", message, "write version: 1", replacements=instead).error()


def _by_id(schema: dict[str, Any]) -> None:
    schema["propertyNames"] = {"pattern": ID_PATTERN}


class FileHeader(Record):
    """The fields of a file outside its sections."""

    NOUN: ClassVar = "plan"

    version: Annotated[int, Reads(_version, {"const": 1})] = Field(1, description="The version of this language: 1.")
    title: Text | None = Field(None, description="What the plan is about, shown above every table.")
    calendar: CalendarSettings = Field(_PLAIN_CALENDAR, description="How days make weeks, quarters and years.")
    as_of: Day | None = Field(None, description="The day that counts as today's eve, for examples; --as-of wins.")
    locale: Annotated[
        str, AfterValidator(checked("E014", parse_locale)), AfterValidator(str.strip), WithJsonSchema(TEXT_SCHEMA)
    ] = Field(
        ENGLISH,
        description="How people read numbers and dates, e.g. de or de_AT, in tables, Markdown and HTML; --locale wins.",
    )
    include: OneOrMoreTexts = Field(
        (), description="Further files in the same language, relative to this one; globs are allowed."
    )
    okr: OkrSettings = Field(_PLAIN_OKR, description="The scores from which OKR objectives are green and yellow.")
    lint: LintSettings = Field(_ALL_RULES, description="What kpi lint looks for.")


class PlanFile(FileHeader):
    """Goals, KPIs, targets and the data they are computed from."""

    SCHEMA: ClassVar = {"title": "kpi.yaml", "required": ["version"]}

    sources: Mapping[str, Source] = Field({}, description="Rows to compute from.", json_schema_extra=_by_id)
    measures: Mapping[str, Code] = Field(
        {}, description="Named building blocks that formulas share.", json_schema_extra=_by_id
    )
    goals: Mapping[str, Goal] = Field({}, description="What the team wants to achieve.", json_schema_extra=_by_id)
    kpis: Mapping[str, Kpi] = Field(
        {}, description="The measures of performance that the team has decided are important.", json_schema_extra=_by_id
    )


def file_model(lint: type[LintSettings]) -> type[PlanFile]:
    """The model of a file whose ``lint`` section is ``lint``, for instance with the options of rules."""
    field = Field(lint.model_construct(), description=PlanFile.model_fields["lint"].description)
    return create_model("PlanFile", __base__=PlanFile, __doc__=PlanFile.__doc__, lint=(lint, field))


@cache
def header_model(file: type[PlanFile]) -> type[FileHeader]:
    """The model of the header of a file with the model ``file``. Pydantic builds it without those of the entries."""
    if file is PlanFile:
        return FileHeader
    lint: Any = file.model_fields["lint"]
    return create_model("FileHeader", __base__=FileHeader, lint=(lint.annotation, lint))


class Plan(PlanFile):
    """All goals, KPIs, measures and sources, from the main file and the files that it includes, and the decisions of
    the ``reviews.yaml`` beside it, in the order of that file.

    ``folder`` is the main file's folder; ``root`` the project's root (the git root, else ``folder``): no file outside
    it is read, unless it is in one of the folders ``allowed``, or fetched through ``remote``; ``homes`` maps a source's
    id to the folder of the file that declares it, to which its paths are relative (absent: ``folder``); ``files`` are
    all files read, as shown to people.
    """

    folder: Path = Path(".")
    root: Path = Path(".")
    allowed: tuple[Path, ...] = ()
    remote: InstanceOf[RemoteAccess] = Field(default_factory=RemoteAccess)
    homes: Mapping[str, Path] = {}
    files: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
