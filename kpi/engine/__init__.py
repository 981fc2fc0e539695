"""Formulas to SQL, and aggregates over windows and breakdowns, computed by DuckDB."""
