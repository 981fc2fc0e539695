"""KPIs: measures of performance that the team has decided are important."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

from pydantic import (
    Field,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    WrapValidator,
    field_validator,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError, PydanticKnownError, PydanticUseDefault

from kpi.errors import TextError
from kpi.plan.model.goal import EveryWord
from kpi.plan.model.record import Flaw, Record, brief, context_of, in_text, quoted, raise_all
from kpi.plan.model.target import OfTarget, ScheduleEntry, Target
from kpi.plan.model.target_text import NO_BASELINE, check_thresholds, parse_target
from kpi.plan.model.types import (
    NUMBER_SCHEMA,
    PERIODS_SCHEMA,
    TEXT_SCHEMA,
    Ambition,
    AtLeastOne,
    Code,
    ColumnName,
    Day,
    OrText,
    Reads,
    Score,
    Text,
    Texts,
    UnitText,
    Weight,
    WindowText,
    number_in,
    period_map,
    text_of,
    unit_in,
)
from kpi.values import Calendar, Unit, parse_label, parse_lag, period_of

_UNREAD = Target("", "==", float("nan"))  # of a KPI whose unit cannot be read: nothing but its shape is looked at


def _target(
    value: Any, unit: Unit | None, code: str, *, baseline: float | None = None, toward: Any = None, without: str = ""
) -> Target:
    if isinstance(value, Target):
        return value
    text = text_of(value)
    if unit is None:
        return _UNREAD
    try:
        return parse_target(text, unit, baseline, toward=toward, without=without)
    except TextError as mistake:
        raise in_text(code, mistake).error() from None


def _threshold(value: Any, info: ValidationInfo[Any]) -> Target:
    return _target(value, context_of(info).unit, "E031", without="by relative")


Threshold = Annotated[Target, Reads(_threshold, NUMBER_SCHEMA)]


class Thresholds(Record):
    """Where green and yellow end; both in the same direction, green inside yellow."""

    green: Threshold = Field(description="Green from here, e.g. 'at least 29%'.")
    yellow: Threshold | None = Field(None, description="Yellow from here, red beyond; absent: no yellow.")

    @model_validator(mode="after")
    def _nested(self) -> Self:
        if self.yellow is not None and self.yellow is not _UNREAD and self.green is not _UNREAD:
            try:
                check_thresholds(self.green, self.yellow)
            except TextError as mistake:
                raise_all("thresholds", [in_text("E031", mistake, "yellow")])
        return self


def _segment_target(value: Any, info: ValidationInfo[Any]) -> Target:
    """The target of one segment. It is not relative: the baseline is that of the whole."""
    context = context_of(info)
    if isinstance(value, Target):
        return value
    text = text_of(value)
    if context.unit is None:
        return _UNREAD
    try:
        return parse_target(text, context.unit, toward=context.toward)
    except TextError as mistake:
        flaw = in_text("E034", mistake)
        if mistake.kind == NO_BASELINE:
            message = f"{quoted(text)} is relative to the baseline, which is that of all segments together"
            instead = " or ".join(f'"{one.text}"' for one in mistake.replacements)
            flaw = flaw._replace(message=message, hint=f"write {instead}, or the number to hit")
        raise flaw.error() from None


SegmentTarget = Annotated[Target, Reads(_segment_target, NUMBER_SCHEMA)]


class Split(Record):
    """By which column a KPI is also shown in parts: its value over the rows with each value of that column. ``targets``
    are in the KPI's own scale."""

    by: ColumnName = Field(description="The column; every source that the formula aggregates has it.")
    limit: AtLeastOne = Field(
        8, description="So many values are shown, the largest; the rest are put together as other."
    )
    judge: Literal["whole", "each"] = Field(
        "whole", description="Each: every part counts as a KPI does in goals, summaries and --fail-on."
    )
    targets: Mapping[str, SegmentTarget] = Field(
        {}, description="A value of the column: the target of that part; each: that of every value."
    )

    @model_validator(mode="before")
    @classmethod
    def _column_alone(cls, value: Any) -> Any:
        return {"by": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _no_limit_where_each_is_judged(self) -> Self:
        if self.judge == "each" and "limit" in self.model_fields_set:
            message = "a limit puts values together, and judge: each judges every one by itself"
            raise_all("split", [Flaw("E016", message, "take one of the two out", key=True, loc=("limit",))])
        return self


def _own_target(value: Any, info: ValidationInfo[Any]) -> Target | tuple[ScheduleEntry, ...]:
    """A target, or a schedule: targets by period, ordered by the start of the period (S4)."""
    if isinstance(value, Target | tuple):
        return value
    unit, toward = unit_in(info), None
    thresholds = info.data.get("thresholds")
    if thresholds is not None and thresholds.green is not _UNREAD:
        toward = thresholds.green.op
    if value == {}:
        raise PydanticUseDefault
    if isinstance(value, Mapping) and any(one is not None for one in value.values()):
        return _schedule(value, unit, _baseline(info), toward, context_of(info).calendar)
    return _target(value, unit, "E030", baseline=_baseline(info), toward=toward)


def _schedule(
    value: Mapping[str, Any], unit: Unit | None, baseline: float | None, toward: Any, calendar: Calendar
) -> tuple[ScheduleEntry, ...]:
    found: list[ScheduleEntry] = []
    errors: list[InitErrorDetails] = []
    starts: dict[date, str] = {}
    for label, written in value.items():
        try:
            start = parse_label(brief(label), calendar).start
            if start in starts:
                message = f'"{label}" starts on the same day as "{starts[start]}"'
                raise Flaw("E033", message, "keep one of the two", key=True).error()
            starts[start] = label
            target = _target(written, unit, "E033", baseline=baseline, toward=toward, without="by")
            found.append(ScheduleEntry(label, start, target))
        except TextError as mistake:
            flaw = in_text("E022", mistake)._replace(key=True)
            errors.append(InitErrorDetails(type=flaw.error(), loc=(label,), input=written))
        except PydanticCustomError as error:
            errors.append(InitErrorDetails(type=error, loc=(label,), input=written))
        except PydanticKnownError as error:
            errors.append(InitErrorDetails(type=error.type, loc=(label,), input=written))
    if errors:
        raise ValidationError.from_exception_data("schedule", errors)
    return tuple(sorted(found, key=lambda entry: entry.start))


def _baseline(info: ValidationInfo[Any]) -> float | None:
    """The baseline; any number in place of one that cannot be read, so that the target is still validated."""
    if "baseline" not in info.data or "baseline" in context_of(info).unusable:
        return 1.0
    baseline: float | None = info.data["baseline"]
    return baseline


def _number(code: str) -> Reads:
    """Reads a number in the KPI's unit."""

    def validate(value: Any, info: ValidationInfo[Any]) -> float:
        return number_in(value, unit_in(info), code)

    return Reads(validate, NUMBER_SCHEMA)


def _any_period(value: Any, handler: Any, info: ValidationInfo[Any]) -> Any:
    return period_map(value, handler, info)


def _own_period(value: Any, handler: Any, info: ValidationInfo[Any]) -> Any:
    return period_map(value, handler, info, own_length=True)


def _in_own_unit(model: type[Record]) -> WrapValidator:
    """Validates a nested record whose targets are in the KPI's unit."""

    def validate(value: Any, handler: Any, info: ValidationInfo[Any]) -> Any:
        if isinstance(value, model):
            return value
        target = info.data.get("target")
        toward = target.op if isinstance(target, Target) else None
        context = context_of(info)._replace(unit=unit_in(info), toward=toward)
        return model.__pydantic_validator__.validate_python(value, context=context, by_alias=True, by_name=False)

    return WrapValidator(validate)


class Lead(NamedTuple):
    """A KPI that a leading indicator is said to predict. ``lag`` is how much later, None where the file does not say;
    ``key`` is its position in the list of the file, or its key in the mapping."""

    kpi: str
    lag: str | None = None
    key: str | int = 0


class PathPoint(NamedTuple):
    """A value expected at the end of a period on the way to a target; ``end`` is the day after it."""

    label: str
    end: date
    value: float


Shape = Literal["linear", "seasonal"]


def _path(value: Any, info: ValidationInfo[Any]) -> Shape | tuple[PathPoint, ...]:
    """The straight line, last year's shape, or points by period, ordered by their ends."""
    if isinstance(value, tuple) or value in ("linear", "seasonal"):
        found: Shape | tuple[PathPoint, ...] = value
        return found
    if not isinstance(value, Mapping):
        what = quoted(value) if isinstance(value, str) else "a list" if isinstance(value, list) else "this"
        message = f'"path" should be linear, seasonal or values by period, not {what}'
        raise Flaw("E011", message, "e.g. path: {2026-03: 24%, 2026-06: 26%}").error()
    calendar = context_of(info).calendar

    def read(values: Any) -> dict[str, PathPoint]:
        points: dict[str, PathPoint] = {}
        errors: list[InitErrorDetails] = []
        for label, written in values.items():
            try:
                number = number_in(written, unit_in(info), "E020")
                points[label] = PathPoint(label, parse_label(brief(label), calendar).end, number)
            except PydanticCustomError as error:
                errors.append(InitErrorDetails(type=error, loc=(label,), input=written))
            except PydanticKnownError as error:
                errors.append(InitErrorDetails(type=error.type, loc=(label,), input=written))
        if errors:
            raise ValidationError.from_exception_data("path", errors)
        return points

    points: dict[str, PathPoint] = period_map(value, read, info)
    return tuple(sorted(points.values(), key=lambda point: point.end))


def _leads(value: Any, _: ValidationInfo[Any]) -> tuple[Lead, ...]:
    """The KPIs of a list, or of a mapping from each to its lag."""
    if not isinstance(value, list | tuple | Mapping):
        raise PydanticKnownError("tuple_type")
    entries: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, Mapping) else enumerate(value)
    found: list[Lead] = []
    errors: list[InitErrorDetails] = []
    for key, written in entries:
        try:
            if isinstance(written, Lead):
                found.append(written)
            elif isinstance(value, Mapping):
                parse_lag(brief(text_of(written)))
                found.append(Lead(key, written, key))
            else:
                found.append(Lead(text_of(written), None, key))
        except TextError as mistake:
            errors.append(InitErrorDetails(type=in_text("E023", mistake).error(), loc=(key,), input=written))
        except PydanticKnownError as error:
            errors.append(InitErrorDetails(type=error.type, loc=(key,), input=written))
    if errors:
        raise ValidationError.from_exception_data("leads", errors)
    return tuple(found)


class Note(Record):
    """A remark on a period that says that the values before it cannot be compared with those from it on."""

    SCHEMA: ClassVar = {"required": ["break"]}

    break_: Text = Field(alias="break", description="What changed, so that earlier values cannot be compared.")


def _note(value: Any, info: ValidationInfo[Any]) -> str | Note:
    if isinstance(value, Mapping):
        found: Note = Note.__pydantic_validator__.validate_python(
            value, context=info.context, by_alias=True, by_name=False
        )
        return found
    return value if isinstance(value, Note) else text_of(value)


Baseline = Annotated[float, _number("E032")]
Value = Annotated[float, _number("E020")]
OwnTarget = Annotated[
    Target | tuple[ScheduleEntry, ...],
    Reads(
        _own_target,
        {**PERIODS_SCHEMA, "type": ["number", "string", "object"], "additionalProperties": NUMBER_SCHEMA},
    ),
]
Path = Annotated[
    Shape | tuple[PathPoint, ...],
    Reads(_path, {**PERIODS_SCHEMA, "type": ["string", "object"], "additionalProperties": NUMBER_SCHEMA}),
]
OwnThresholds = Annotated[Thresholds, _in_own_unit(Thresholds)]
OwnSplit = Annotated[Split, _in_own_unit(Split), OrText()]
Leads = Annotated[
    tuple[Lead, ...],
    Reads(_leads, {"type": ["array", "object"], "items": TEXT_SCHEMA, "additionalProperties": TEXT_SCHEMA}),
]
_BREAK_SCHEMA = {
    "type": "object",
    "properties": {"break": TEXT_SCHEMA},
    "required": ["break"],
    "additionalProperties": False,
}
Notes = Annotated[
    dict[str, Annotated[Note | str, Reads(_note, {"anyOf": [TEXT_SCHEMA, _BREAK_SCHEMA]}), OrText()]],
    WrapValidator(_any_period),
    WithJsonSchema({**PERIODS_SCHEMA, "additionalProperties": {"anyOf": [TEXT_SCHEMA, _BREAK_SCHEMA]}}),
]
Values = Annotated[
    dict[str, Value],
    WrapValidator(_own_period),
    WithJsonSchema({**PERIODS_SCHEMA, "additionalProperties": NUMBER_SCHEMA}),
]


def _or_a_column(schema: dict[str, Any]) -> None:
    schema["anyOf"].insert(0, TEXT_SCHEMA)


class Kpi(Record):
    """One KPI. Values of ``baseline``, ``values`` and targets are in its own scale: a share when the unit is ``%``.

    The order of the fields matters: what is in the KPI's unit comes after ``unit``, and the target, whose direction
    may be that of the thresholds, after them.
    """

    NOUN: ClassVar = "KPI"

    id: SkipJsonSchema[str]
    name: Text = Field(description="What people call it.")
    goal: Text | None = Field(None, description="The id of the goal it serves.")
    question: Text | None = Field(None, description="The question that it answers.")
    owner: Text | None = Field(None, description="Who answers for it: a person, best as an e-mail address.")
    indicator: Literal["leading", "lagging"] | None = Field(
        None, description="Leading (moves first) or lagging (tells the outcome)."
    )
    leads: Leads = Field(
        (),
        description="For a leading indicator: the ids of the KPIs it is said to predict, in a list, or each with how"
        " much later: {repurchase_rate: 3 months}.",
    )
    kind: Literal["direct", "proxy"] | None = Field(
        None, description="Direct, or proxy: an indirect measure of the goal."
    )
    unit: UnitText | None = Field(
        None, description="%, a currency code, a duration (seconds, minutes, hours, days), or any noun."
    )
    every: EveryWord = Field(
        "month",
        description="The length of its period; several weeks are written as in 2 weeks.",
    )
    formula: Code | None = Field(None, description="Arithmetic over aggregates of sources, measures and other KPIs.")
    window: WindowText | None = Field(
        None, description="What one value looks back over: '3 months', 'year to date', 'all time'; default: one period."
    )
    since: Day | None = Field(None, description="The day on which the glide path from the baseline starts.")
    baseline: Baseline | None = Field(None, description="The value from which a target that is to be reached starts.")
    path: Path = Field(
        "linear",
        description="The way from the baseline to a target by a date: linear, seasonal (the shape of last year), or"
        " through values at the ends of periods, e.g. {2026-03: 24%, 2026-06: 26%}.",
    )
    thresholds: OwnThresholds | None = Field(None, description="Where green and yellow end.")
    target: OwnTarget | None = Field(None, description="The number to hit, e.g. 'at least 30% by 2026-12-31'.")
    split: OwnSplit | None = Field(
        None, description="A column: the KPI is also shown for each of its values.", json_schema_extra=_or_a_column
    )
    ambition: Ambition | None = Field(
        None, description="How ambitious, from 1 (sure to be reached) to 10 (a long shot)."
    )
    score: Score | None = Field(None, description="As a key result: the score from 0.0 to 1.0, if it is set by hand.")
    weight: Weight = Field(1.0, description="How much it counts in the score of its goal; 0: not at all; default: 1.")
    guardrails: Texts = Field((), description="Ids of KPIs that must not get worse while this one gets better.")
    when_red: Text | None = Field(None, description="What will be done when it is red.")
    tags: Texts = Field((), description="Words to group by.")
    notes: Notes = Field(
        {},
        description="Remarks by period, e.g. 2026-03: Loyalty card launched; {break: …} where values before cannot be"
        " compared.",
    )
    values: Values = Field({}, description="Values typed in by hand, by period, instead of a formula.")

    @property
    def remarks(self) -> dict[str, str]:
        """The texts of the notes by period."""
        return {label: note.break_ if isinstance(note, Note) else note for label, note in self.notes.items()}

    @property
    def breaks(self) -> tuple[str, ...]:
        """The labels of the periods from which on values cannot be compared with those before."""
        return tuple(label for label, note in self.notes.items() if isinstance(note, Note))

    @field_validator("baseline", "thresholds", "target", "values", mode="before")
    @classmethod
    def _needs_a_unit(cls, value: Any, info: ValidationInfo[Any]) -> Any:
        if "unit" in context_of(info).unusable:
            raise PydanticUseDefault
        return value

    @model_validator(mode="after")
    def _thresholds_of_the_target(self, info: ValidationInfo[Any]) -> Self:
        target = self.target
        if "target" in context_of(info).unusable:
            return self
        targets = [entry.target for entry in target] if isinstance(target, tuple) else [target] if target else []
        if not targets:
            message, hint = "there is no target to take a share of", "add a target, or write the number itself"
        elif any(one.op == "between" for one in targets):
            message, hint = "the target is a range, so it has no single number", "write the numbers themselves"
        else:
            return self
        lines = {} if self.thresholds is None else {"green": self.thresholds.green, "yellow": self.thresholds.yellow}
        raise_all(
            "KPI",
            [
                Flaw("E031", message, hint, loc=("thresholds", name))
                for name, line in lines.items()
                if line is not None and (isinstance(line.value, OfTarget) or isinstance(line.upper, OfTarget))
            ],
        )
        return self

    @model_validator(mode="after")
    def _path_to_a_target(self, info: ValidationInfo[Any]) -> Self:
        """A path leads from a baseline to a target by a date, and its points are between the two, each on its own
        day."""
        if self.path == "linear" or not {"target", "baseline", "since"}.isdisjoint(context_of(info).unusable):
            return self
        target = self.target
        if not isinstance(target, Target) or target.by is None or self.baseline is None:
            message = "a path leads from a baseline to a target by a date"
            raise_all("KPI", [Flaw("E016", message, "add both, or take the path out", key=True, loc=("path",))])
            return self
        if self.path == "seasonal":
            return self
        start = self.since or period_of(target.by, "year", context_of(info).calendar).start
        flaws: list[Flaw] = []
        before = start
        for point in self.path:
            if not start < point.end <= target.by:
                message = f'"{point.label}" does not end between {start.isoformat()} and {target.by.isoformat()}'
                hint = "the path starts at the baseline on the first of these days and ends at the target on the last"
                flaws.append(Flaw("E022", message, hint, key=True, loc=("path", point.label)))
            elif point.end == before:
                message = f'"{point.label}" ends on the same day as an entry before it'
                flaws.append(Flaw("E022", message, "keep one of the two", key=True, loc=("path", point.label)))
            before = point.end
        raise_all("KPI", flaws)
        return self

    @model_validator(mode="after")
    def _formula_or_values(self) -> Self:
        if self.formula is not None and "values" in self.model_fields_set:
            message = "a KPI has either a formula or values typed in by hand, not both"
            hint = "take one of the two out; remarks on a period go into notes"
            raise_all("KPI", [Flaw("E016", message, hint, key=True, loc=("values",))])
        return self
