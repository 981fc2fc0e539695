"""Goals: what the team wants to achieve."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from kpi.plan.model.record import Record
from kpi.plan.model.types import WEEKS_PATTERN, Ambition, Day, Score, Text, Texts, Weight, every_in

Perspective = Literal["financial", "customer", "internal", "learning"]
Framework = Literal["okr", "omtm", "bsc", "mbo"]
Commitment = Literal["committed", "stretch"]
NO_REWARD = frozenset({"", "no", "none", "false", "nothing", "n/a", "-"})
EveryWord = Annotated[
    Literal["day", "week", "month", "quarter", "half", "year"]
    | Annotated[str, StringConstraints(pattern=WEEKS_PATTERN)],
    BeforeValidator(every_in),
]


class Review(Record):
    """How often a goal is looked at again, and when that was last done."""

    every: EveryWord = Field("month", description="How often the goal is reviewed.")
    last: Day | None = Field(None, description="The day of the last review.")


class Goal(Record):
    """Something to be achieved. Goals form a tree by ``parent``."""

    NOUN: ClassVar = "goal"

    id: SkipJsonSchema[str]
    name: Text = Field(description="The goal in one sentence: what changes for whom.")
    level: Text | None = Field(None, description="The kind of goal: mission, vision, objective or any other word.")
    parent: Text | None = Field(None, description="The id of the goal that this one serves.")
    perspective: Perspective | None = Field(None, description="Balanced scorecard perspective.")
    framework: Framework | None = Field(None, description="The goal-setting framework this goal follows; absent: none.")
    owner: Text | None = Field(None, description="Who answers for the goal: a person, best as an e-mail address.")
    due: Day | None = Field(None, description="The day by which the goal is to be achieved, as YYYY-MM-DD.")
    why: Text | None = Field(None, description="Why the goal matters.")
    questions: Texts = Field((), description="Questions whose answers tell whether the goal is met.")
    review: Review | None = Field(None, description="How often the goal is reviewed, and when last.")
    ambition: Ambition | None = Field(
        None, description="How ambitious, from 1 (sure to be reached) to 10 (a long shot)."
    )
    commitment: Commitment | None = Field(
        None, description="For an OKR: committed (1.0 is expected) or stretch (0.7 is good)."
    )
    score: Score | None = Field(None, description="The score from 0.0 to 1.0, if it is set by hand.")
    weight: Weight = Field(
        1.0, description="How much it counts in the score of the goal above; 0: not at all; default: 1."
    )
    reward: Text | None = Field(None, description="The bonus or other pay that hangs on the goal; absent: none.")
    agreed_with: Text | None = Field(
        None, description="With whom the owner has agreed the goal, for management by objectives."
    )
    agreed_on: Day | None = Field(None, description="The day of that agreement, as YYYY-MM-DD.")
    next: Text | None = Field(None, description="For one metric that matters: what comes after its end.")

    @property
    def tied_reward(self) -> str | None:
        """The reward that depends on the goal; None if there is none, also in words such as ``none``."""
        return None if self.reward is None or self.reward.strip().lower() in NO_REWARD else self.reward
