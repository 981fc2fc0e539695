"""What makes a good KPI, as rules: one rule a file, its page beside it. Nothing here reads a clock or prints."""

from kpi.lint.run import Options, Review, RuleCrashError, lint, review

__all__ = ["Options", "Review", "RuleCrashError", "lint", "review"]
