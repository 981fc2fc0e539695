"""Plan to values: one scan a source, then per-period series. The only door to DuckDB."""

from kpi.run.cached import compute
from kpi.run.series import Against, Point, Results, Series, SourceUse

__all__ = ["Against", "Point", "Results", "Series", "SourceUse", "compute"]
