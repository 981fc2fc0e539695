"""Source files: where they are, how they are written, what their columns hold, and which rows cannot be read."""

from kpi.data.checked_plan import check_plan
from kpi.data.facts import facts
from kpi.data.source_files import OutsideError, kind_of, meant, resolve_files

__all__ = ["OutsideError", "check_plan", "facts", "kind_of", "meant", "resolve_files"]
