"""Goals: what the team wants to achieve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from kpi.plan.model.fields import described

Perspective = Literal["financial", "customer", "internal", "learning"]
Framework = Literal["okr", "omtm", "bsc", "mbo"]
EveryWord = Literal["day", "week", "month", "quarter", "year"]


@dataclass(frozen=True)
class Review:
    """How often a goal is looked at again, and when that was last done."""

    every: EveryWord = described("How often the goal is reviewed.", "month")
    last: date | None = described("The day of the last review.")


@dataclass(frozen=True)
class Goal:
    """Something to be achieved. Goals form a tree by ``parent``."""

    id: str
    name: str = described("The goal in one sentence: what changes for whom.", "")
    level: str | None = described("The kind of goal: mission, vision, objective or any other word.")
    parent: str | None = described("The id of the goal that this one serves.")
    perspective: Perspective | None = described("Balanced scorecard perspective.")
    framework: Framework | None = described("The goal-setting framework this goal follows; absent: none.")
    owner: str | None = described("Who answers for the goal: a person, best as an e-mail address.")
    due: date | None = described("The day by which the goal is to be achieved, as YYYY-MM-DD.")
    why: str | None = described("Why the goal matters.")
    questions: tuple[str, ...] = described("Questions whose answers tell whether the goal is met.", ())
    review: Review | None = described("How often the goal is reviewed, and when last.")
    ambition: int | None = described("How ambitious, from 1 (sure to be reached) to 10 (a long shot).", ge=1, le=10)
    reward: str | None = described("The bonus or other pay that hangs on the goal; absent: none.")
    agreed_with: str | None = described("With whom the owner has agreed the goal, for management by objectives.")
