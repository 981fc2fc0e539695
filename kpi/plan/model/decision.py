"""Decisions about KPIs: the entries of reviews.yaml."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, field_validator
from pydantic_core.core_schema import ValidationInfo

from kpi.plan.model.record import Flaw, Record
from kpi.plan.model.types import Day, Text


class Decision(Record):
    """What was decided about a KPI, and when its effect is looked at."""

    NOUN: ClassVar = "decision"

    date: Day = Field(description="The day of the decision.")
    kpi: Text = Field(description="The id of the KPI.")
    value: Text | None = Field(None, description="The value of the KPI on that day, as it was shown.")
    decided: Text = Field(description="What was decided, in one sentence.")
    by: Text = Field(description="Who decided: a person, best as an e-mail address.")
    expect: Text | None = Field(
        None, description="What the decision is expected to do to the KPI, written as a target: below 5%."
    )
    until: Day = Field(description="The day on which its effect is looked at.")

    @field_validator("until")
    @classmethod
    def _is_later(cls, until: Day, info: ValidationInfo) -> Day:
        made = info.data.get("date")
        if made is not None and until <= made:
            message = f"the effect of a decision of {made} cannot be looked at on {until}"
            raise Flaw("E021", message, "write a later day").error()
        return until

    def fields_as_text(self) -> dict[str, str | None]:
        """The fields in their order, days as YYYY-MM-DD; None for those that are not set."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: None if value is None else str(value) for name, value in values.items()}
