"""YAML text to a plan, with every mistake at its place."""

from kpi.plan.loading.plan import FileModel, ReadResult, plain_model, read_plan
from kpi.plan.loading.plan_files import find_plan
from kpi.plan.yaml.source_map import SourceMap

__all__ = ["FileModel", "ReadResult", "SourceMap", "find_plan", "plain_model", "read_plan"]
