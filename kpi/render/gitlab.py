"""Findings as GitLab's code quality report."""

from __future__ import annotations

from kpi.render.findings import FindingsView, fingerprints, in_order
from kpi.render.output import Page
from kpi.render.sanitize import json_text, visible

SEVERITIES = {"error": "critical", "warning": "major", "info": "info"}


def render_gitlab(view: FindingsView, _: Page) -> str:
    """Return a JSON array. Paths are those of the findings, so run it at the root of the project."""
    ordered = in_order(view.findings)
    report = [
        {
            "description": visible(found.message if found.hint is None else f"{found.message}; {found.hint}"),
            "check_name": f"{found.code} {found.rule}",
            "fingerprint": fingerprint,
            "severity": SEVERITIES[found.severity],
            "location": {"path": found.location.file, "lines": {"begin": found.location.line}},
        }
        for found, fingerprint in zip(ordered, fingerprints(ordered), strict=True)
    ]
    return json_text(report)
