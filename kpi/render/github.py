"""Findings for GitHub Actions: workflow commands, which become annotations, and the table of the step summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kpi.diagnostics import Diagnostic
from kpi.render.findings import ORDER, FindingsView, in_order, summary_line
from kpi.render.output import Page
from kpi.render.sanitize import unlinked, visible

# GitHub shows this many annotations per kind and step, and silently drops the others.
MOST = 10
# GitHub rejects a step summary of more than 1 MiB; other steps may write to the same one.
MOST_BYTES = 1_000_000
KINDS = {"error": "error", "warning": "warning", "info": "notice"}


def render_github(view: FindingsView, _: Page) -> str:
    """Return one workflow command per finding, errors first, at most ten of a kind, and one that counts the rest.

    No line break at the end; "" without findings.
    """
    ordered = in_order(view.findings)
    by_kind = {severity: [found for found in ordered if found.severity == severity] for severity in ORDER}
    full = any(len(found) > MOST for found in by_kind.values())
    most = {
        severity: MOST - (full and severity == "info") for severity in ORDER
    }  # the closing line is a notice as well
    lines = [_command(found) for severity in ORDER for found in by_kind[severity][: most[severity]]]
    left = [found for severity in ORDER for found in by_kind[severity][most[severity] :]]
    if left:
        lines.append(
            f"::notice title=kpi lint::and {len(left)} more: {summary_line(left)}; all are in the step summary"
        )
    return "\n".join(lines)


def render_step_summary(findings: Iterable[Diagnostic], most_bytes: int = MOST_BYTES) -> str:
    """Return all findings as a Markdown table of at most ``most_bytes``; ends with a line break."""
    ordered = sorted(in_order(findings), key=lambda found: ORDER.index(found.severity))
    head = f"## kpi lint: {summary_line(ordered)}\n"
    if not ordered:
        return head
    head += "\n| severity | place | rule | finding | help |\n|---|---|---|---|---|\n"
    room = most_bytes - len(head.encode()) - 100
    rows: list[str] = []
    for row in _rows(ordered):
        room -= len(row.encode())
        if room < 0:
            return f"{head}{''.join(rows)}\nand {len(ordered) - len(rows)} more\n"
        rows.append(row)
    return head + "".join(rows)


def _rows(findings: Iterable[Diagnostic]) -> Iterator[str]:
    for found in findings:
        place = f"{found.location.file}:{found.location.line}"
        cells = (found.severity, place, f"{found.code} {found.rule}", found.message, found.hint or "")
        yield "| " + " | ".join(map(_cell, cells)) + " |\n"


def _cell(text: str) -> str:
    """Escape a text for a table cell, so that nothing in it is read as Markdown, HTML or the end of the cell."""
    shown = visible(text).replace("&", "&amp;").replace("<", "&lt;")
    return unlinked("".join(f"\\{character}" if character in "\\`*_[]|~#!" else character for character in shown))


def _command(found: Diagnostic) -> str:
    place = found.location
    properties = {"file": place.file, "line": place.line, "endLine": place.end_line}
    if place.line == place.end_line:
        properties |= {"col": place.column, "endColumn": place.end_column}
    properties["title"] = f"{found.code} {found.rule}"
    message = found.message if found.hint is None else f"{found.message}\n{found.hint}"
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{KINDS[found.severity]} {listed}::{_data(message)}"


def _data(text: str) -> str:
    lines = text.replace("%", "%25").split("\n")
    return "%0A".join(map(visible, lines))


def _property(text: str) -> str:
    return visible(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
