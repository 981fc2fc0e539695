"""Findings as JUnit XML, which nearly every CI server shows as tests."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from kpi.diagnostics import Diagnostic
from kpi.render.findings import ORDER, FindingsView, in_order
from kpi.render.output import Page
from kpi.render.sanitize import visible, visible_lines


def render_junit(view: FindingsView, page: Page) -> str:
    """Return one test case per finding, failed if the finding is at least as severe as ``page.fail_on``.

    Without findings there is one case, which passed.
    """
    failing = () if page.fail_on == "never" else ORDER[: ORDER.index(page.fail_on) + 1]
    ordered = in_order(view.findings)
    cases = [_case(found, found.severity in failing) for found in ordered]
    if not cases:
        cases = ['    <testcase classname="kpi lint" name="no findings" time="0"/>']
    failures = sum(found.severity in failing for found in ordered)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" time="0"'
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="kpi lint" {counts}>',
            f'  <testsuite name="kpi lint" {counts}>',
            *cases,
            "  </testsuite>",
            "</testsuites>",
        ]
    )


def _case(found: Diagnostic, failed: bool) -> str:
    place = found.location
    where = f"{place.file}:{place.line}:{place.column}"
    name = f"{found.code} {found.rule}: {found.subject} ({where})"
    text = f"{where}: {found.severity}: {found.message}" + (f"\nhelp: {found.hint}" if found.hint else "")
    shown = escape(visible_lines(text))
    if failed:
        kind, message = quoteattr(found.severity), _attribute(found.message)
        inner = f"<failure type={kind} message={message}>{shown}</failure>"
    else:
        inner = f"<system-out>{shown}</system-out>"
    head = f"classname={_attribute(place.file)} name={_attribute(name)}"
    return f'    <testcase {head} time="0">{inner}</testcase>'


def _attribute(text: str) -> str:
    return quoteattr(visible(text))
