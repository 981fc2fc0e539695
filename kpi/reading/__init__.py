"""YAML text to a plan, with every mistake at its place."""

from kpi.reading.files import find_plan
from kpi.reading.places import Places
from kpi.reading.plan import ReadResult, read_plan
from kpi.reading.targets import parse_target

__all__ = ["Places", "ReadResult", "find_plan", "parse_target", "read_plan"]
