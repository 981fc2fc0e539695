"""KPIs as code: definitions in YAML, reviewed by a linter, computed from plain files."""

__version__ = "0.1.0"
