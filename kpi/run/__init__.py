"""Computes the KPIs of a plan: one scan a source, then the series of each KPI over its periods."""

from kpi.run.cached import compute
from kpi.run.series import Against, Point, Results, Series, SourceUse

__all__ = ["Against", "Point", "Results", "Series", "SourceUse", "compute"]
