"""What a plan is: frozen pydantic models, one file per noun, that validate what people write. No YAML, no files.

The files with many fields do not postpone annotations (PEP 563): pydantic would have to evaluate each of them.
"""

from kpi.plan.model.decision import Decision
from kpi.plan.model.goal import Goal, Review
from kpi.plan.model.kpi import Kpi, Lead, Note, Shape, Split, Thresholds
from kpi.plan.model.lint import LintSettings, RuleOption, WordOptions, with_rule_options
from kpi.plan.model.lookup import find_kpi, matching_kpis
from kpi.plan.model.plan import SECTIONS, CalendarSettings, FileHeader, Plan, PlanFile, file_model, header_model
from kpi.plan.model.record import Context, Record
from kpi.plan.model.remote import Allowed, FetchedFile, RemoteAccess, remote_access
from kpi.plan.model.source import ReadOptions, Source
from kpi.plan.model.target import Anchor, Bound, OfTarget, Op, Reference, Relative, ScheduleEntry, Target
from kpi.plan.model.target_text import parse_target

__all__ = [
    "SECTIONS", "Allowed", "Anchor", "Bound", "CalendarSettings", "Context", "Decision", "FetchedFile",
    "FileHeader", "Goal", "Kpi", "Lead", "LintSettings", "Note", "OfTarget", "Op", "Plan", "PlanFile",
    "ReadOptions", "Record", "Reference", "Relative", "RemoteAccess", "Review", "RuleOption", "ScheduleEntry",
    "Shape", "Source", "Split", "Target", "Thresholds", "WordOptions", "file_model", "find_kpi",
    "header_model", "matching_kpis", "parse_target", "remote_access", "with_rule_options",
]  # fmt: skip
