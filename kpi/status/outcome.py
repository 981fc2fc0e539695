"""What became of a decision."""

from __future__ import annotations

from typing import Literal

from kpi.frozen import frozen
from kpi.plan.model import Decision
from kpi.values.date_words import day_in_words

State = Literal["open", "worked", "did not work", "unknown"]


@frozen
class Outcome:
    """What became of a decision.

    ``state`` is open until the day on which its effect is looked at; then it worked if the value meets what was
    expected, did not work if it does not, and is unknown where nothing was expected that a number can meet, or where
    there is no new value; ``reason`` says which. ``now`` is the formatted value, None without one. ``moved`` is the way
    from the value then to the value now, None where either is missing or the KPI has no direction. ``met`` is whether
    the value now meets what was expected, also while the decision is open.
    """

    decision: Decision
    state: State
    reason: str | None = None
    now: str | None = None
    moved: Literal["better", "worse", "unchanged"] | None = None
    met: bool | None = None

    @property
    def sentence(self) -> str:
        """The decision and what became of it in words, without a full stop."""
        said = self.decision
        head = f"{day_in_words(said.date)}, {said.by}: {said.decided}"
        return f"{head}; {self.verdict}"

    @property
    def verdict(self) -> str:
        """What became of it in words: the values, what was expected, and the state."""
        said = self.decision
        parts = []
        if said.value is not None and self.now is not None:
            parts.append(f"{said.value} → {self.now}" + (f", {self.moved}" if self.moved else ""))
        elif said.value is not None:
            parts.append(f"{said.value} then")
        if said.expect is not None:
            parts.append(f"expected {said.expect}" + (" (met so far)" if self.state == "open" and self.met else ""))
        state = self.state if self.reason is None else f"{self.state}: {self.reason}"
        parts.append(f"open until {day_in_words(said.until)}" if self.state == "open" else state)
        return "; ".join(parts)
