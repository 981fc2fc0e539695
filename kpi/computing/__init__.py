"""Plan to values: one scan a source, then per-period series. The only door to DuckDB."""

from kpi.computing.run import compute
from kpi.computing.series import Point, Results, Series, SourceUse

__all__ = ["Point", "Results", "Series", "SourceUse", "compute"]
