"""From series and targets to a status, a pace and the line that a chart draws. Pure functions: no input, no output."""

from kpi.judging.judge import judge
from kpi.judging.judgement import STATUSES, WORST_FIRST, Judgement, Pace, Status, TargetNow, worst
from kpi.judging.lines import target_lines

__all__ = ["STATUSES", "WORST_FIRST", "Judgement", "Pace", "Status", "TargetNow", "judge", "target_lines", "worst"]
