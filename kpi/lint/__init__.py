"""Lint rules for KPIs, one per file with its page beside it. Nothing here reads a clock or prints."""

from kpi.lint.run import Options, Review, RuleCrashError, lint, review

__all__ = ["Options", "Review", "RuleCrashError", "lint", "review"]
