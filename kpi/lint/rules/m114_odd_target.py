"""M114: a target in unusual spelling, or without a direction."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule
from kpi.lint.target_style import odd_targets


@rule("M114", "odd-target", "info", "A target states its direction in plain words.")
def check(context: Context) -> Iterator[Finding]:
    """Targets and thresholds that are understood but spelt oddly: "90 %", ">90", a number without direction."""
    for path, text, respelt in odd_targets(context):
        yield Finding(path, f'"{text}" means "{respelt}"', f"write {respelt}, or run kpi lint --fix", fixable=True)
