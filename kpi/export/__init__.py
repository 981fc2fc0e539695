"""Writes values and their history for other programs: CSV, JSON, workbooks, Parquet, OpenMetrics, SVG."""
