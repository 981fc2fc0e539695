"""What a plan is. Frozen records, one file a noun; nothing here knows YAML, files or clocks.

They are standard-library dataclasses, not pydantic models, because importing pydantic and building its validators
costs more than the whole of a lint run. The descriptions in each field's metadata are pydantic's own convention for
dataclasses, so that ``kpi schema`` can still have pydantic generate the JSON Schema from these very classes.
"""

from kpi.plan.model.goal import Goal, Review
from kpi.plan.model.kpi import Kpi, Split, Thresholds
from kpi.plan.model.lint import LintSettings, WordOptions
from kpi.plan.model.plan import CalendarSettings, Plan
from kpi.plan.model.source import ReadOptions, Source
from kpi.plan.model.target import Bound, Op, Reference, Relative, ScheduleEntry, Target

__all__ = [
    "Bound", "CalendarSettings", "Goal", "Kpi", "LintSettings", "Op", "Plan", "ReadOptions", "Reference", "Relative",
    "Review", "ScheduleEntry", "Source", "Split", "Target", "Thresholds", "WordOptions",
]  # fmt: skip
