"""KPIs: measures of performance that the team has decided are important."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kpi.plan.model.fields import described
from kpi.plan.model.goal import EveryWord
from kpi.plan.model.target import ScheduleEntry, Target


@dataclass(frozen=True)
class Thresholds:
    """Where green and yellow end; both in the same direction, green inside yellow."""

    green: Target = described("Green from here, e.g. 'at least 29%'.")
    yellow: Target | None = described("Yellow from here, red beyond; absent: no yellow.")


@dataclass(frozen=True)
class Split:
    """By which column a KPI is also shown in parts: its value over the rows with each value of that column. ``targets``
    are in the KPI's own scale."""

    by: str = described("The column; every source that the formula aggregates has it.", "")
    limit: int = described("So many values are shown, the largest; the rest are put together as other.", 8, ge=1)
    targets: Mapping[str, Target] = described(
        "A value of the column: the target of that part; each: that of every value.", factory=dict
    )


@dataclass(frozen=True)
class Kpi:
    """One KPI. Values of ``baseline``, ``values`` and targets are in its own scale: a share when the unit is ``%``."""

    id: str
    name: str = described("What people call it.", "")
    goal: str | None = described("The id of the goal it serves.")
    question: str | None = described("The question that it answers.")
    owner: str | None = described("Who answers for it: a person, best as an e-mail address.")
    indicator: Literal["leading", "lagging"] | None = described("Leading (moves first) or lagging (tells the outcome).")
    leads: tuple[str, ...] = described("For a leading indicator: the ids of the KPIs it is said to predict.", ())
    kind: Literal["direct", "proxy"] | None = described("Direct, or proxy: an indirect measure of the goal.")
    unit: str | None = described("%, a currency code, a duration (seconds, minutes, hours, days), or any noun.")
    every: EveryWord = described("The length of its period.", "month")
    formula: str | None = described("Arithmetic over aggregates of sources, measures and other KPIs.")
    window: str | None = described(
        "What one value looks back over: '3 months', 'year to date', 'all time'; default: one period."
    )
    split: Split | None = described("A column: the KPI is also shown for each of its values.")
    since: date | None = described("The day on which the glide path from the baseline starts.")
    baseline: float | None = described("The value from which a target that is to be reached starts.")
    target: Target | tuple[ScheduleEntry, ...] | None = described(
        "The number to hit, e.g. 'at least 30% by 2026-12-31'."
    )
    thresholds: Thresholds | None = described("Where green and yellow end.")
    ambition: int | None = described("How ambitious, from 1 (sure to be reached) to 10 (a long shot).", ge=1, le=10)
    guardrails: tuple[str, ...] = described("Ids of KPIs that must not get worse while this one gets better.", ())
    when_red: str | None = described("What will be done when it is red.")
    tags: tuple[str, ...] = described("Words to group by.", ())
    notes: Mapping[str, str] = described("Remarks by period, e.g. 2026-03: Loyalty card launched.", factory=dict)
    values: Mapping[str, float] = described("Values typed in by hand, by period, instead of a formula.", factory=dict)
