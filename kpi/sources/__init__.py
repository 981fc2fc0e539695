"""Cheap facts about a source's files, from the standard library only: which they are, how written, which columns."""

from kpi.sources.facts import DOUBTFUL, MISSING, FileFacts, Problem, SourceFacts, facts
from kpi.sources.files import OutsideError, kind_of, meant, resolve_files, shown
from kpi.sources.names import column_name, folded

__all__ = [
    "DOUBTFUL", "MISSING", "FileFacts", "OutsideError", "Problem", "SourceFacts", "column_name", "facts", "folded",
    "kind_of", "meant", "resolve_files", "shown",
]  # fmt: skip
