"""Findings about files, as text for people and as JSON for programs."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from kpi.diagnostics import ERRORS, Diagnostic, Edit, Location
from kpi.render.output import Page
from kpi.render.sanitize import columns, inert, json_text, visible

TAB = "    "
WIDEST = 150  # columns of a source line that are shown; the rest is cut around the span
NEAR = 10 * WIDEST  # characters on either side of a place that are looked at: a line may have megabytes
CUT = "…"

LineText = Callable[[str, int], str]

RED, YELLOW, CYAN, BOLD, DIM, PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[36m", "\x1b[1m", "\x1b[2m", "\x1b[0m"
COLORS = {"error": RED, "warning": YELLOW, "info": CYAN}
ORDER = ("error", "warning", "info")


def _no_line(file: str, line: int) -> str:
    return ""


class FindingsView(NamedTuple):
    """Findings about files. ``line_text`` returns a line of a file with its secrets hidden, or "" where there is none:
    the finding is then shown without its line."""

    findings: Sequence[Diagnostic]
    line_text: LineText = _no_line


def in_order(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the findings by file, then from top to bottom."""
    return sorted(findings, key=lambda found: (found.location, found.code, found.message))


def render_findings_text(view: FindingsView, page: Page) -> str:
    """Return each finding with its source line, its place in the line and a hint, with an empty line between two.

    Control characters of the files are replaced.
    """
    return inert("\n\n".join(_block(found, view.line_text, page.color) for found in in_order(view.findings)))


def fingerprints(findings: Iterable[Diagnostic]) -> Iterator[str]:
    """What makes each finding the same one in the next run: its file, rule, subject and message, not its line.

    One of 64 hexadecimal digits for each finding; no two are equal, because consumers take equal ones for one.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    for found in findings:
        marks = (found.location.file, found.code, found.subject, found.message)
        seen[marks] += 1
        text = "\0".join((*marks, str(seen[marks])))
        yield hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def summary_line(findings: Iterable[Diagnostic]) -> str:
    """How many findings there are of each severity: ``3 errors, 1 warning``; ``no findings``."""
    counts = dict.fromkeys(ORDER, 0)
    for found in findings:
        counts[found.severity] += 1
    words = [f"{n} {word}{'s' if n > 1 else ''}" for word, n in counts.items() if n]
    return ", ".join(words) or "no findings"


def render_findings_json(view: FindingsView, _: Page) -> str:
    """Return the findings as JSON, version 1."""
    return json_text({"version": 1, "findings": [_as_json(found) for found in in_order(view.findings)]})


def _as_json(found: Diagnostic) -> dict[str, object]:
    place = found.location
    return {
        "code": found.code,
        "rule": found.rule,
        "severity": found.severity,
        "message": found.message,
        "hint": found.hint,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "subject": found.subject,
        "fixable": found.fixable,
        "edits": [_edit_as_json(edit) for edit in found.edits],
    }


def _edit_as_json(edit: Edit) -> dict[str, object]:
    place = edit.location
    return {
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "text": edit.text,
    }


def _block(found: Diagnostic, line_text: LineText, color: bool) -> str:
    def paint(text: str, *codes: str) -> str:
        return "".join(codes) + text + PLAIN if color else text

    place = found.location
    tint = COLORS[found.severity]
    head = f"{visible(place.file)}:{place.line}:{place.column}:"
    name = paint(f"{found.code} {found.rule}:", BOLD)
    block = [f"{paint(head, BOLD)} {paint(found.severity + ':', BOLD, tint)} {name} {visible(found.message)}"]
    number = str(place.line)
    gutter = " " * len(number)
    if line := line_text(place.file, place.line):
        text, before, width = _excerpt(line, place)
        block += [
            paint(f"{gutter} |", DIM),
            f"{paint(f'{number} |', DIM)} {text}".rstrip(),
            f"{paint(f'{gutter} |', DIM)} {' ' * before}{paint('^' * width, BOLD, tint)}",
        ]
    if found.hint:
        block.append(f"{gutter} {paint('= help:', DIM)} {visible(found.hint)}")
    if found.code not in ERRORS:  # an error has no page
        block.append(f"{gutter} {paint('= rule:', DIM)} kpi rule {found.code}")
    return "\n".join(block)


def _excerpt(line: str, place: Location) -> tuple[str, int, int]:
    """Return the visible part of ``line``, the terminal columns before the span, and the width of the span."""
    start = min(place.column - 1, len(line))
    end = place.end_column - 1 if place.end_line == place.line else len(line.rstrip())
    end = min(max(end, start), len(line))
    left = _shown(line[max(0, start - NEAR) : start])
    span = _shown(line[start : min(end, start + NEAR)])
    right = _shown(line[end : end + NEAR])
    if columns(left + span + right) > WIDEST:
        left, span, right = _cut(left, span, right)
    return left + span + right, columns(left), max(columns(span), 1)


def _cut(left: str, span: str, right: str) -> tuple[str, str, str]:
    """Shorten a long line: keep the span first, with up to a third of the width for the text before it."""
    if len(left) > WIDEST // 3:
        left = CUT + left[-WIDEST // 3 :]
    room = WIDEST - len(left)
    if len(span) > room:
        return left, span[:room] + CUT, ""
    room -= len(span)
    return left, span, right if len(right) <= room else right[:room] + CUT


def _shown(text: str) -> str:
    return visible(text.replace("\t", TAB))
