"""Findings about files, as text for people and as JSON for programs."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import NamedTuple

from kpi.diagnostics import ERRORS, Diagnostic, Edit, Location, Severity
from kpi.frozen import frozen
from kpi.render.output import Page
from kpi.render.sanitize import columns, inert, json_text, visible

TAB = "    "
WIDEST = 150  # columns of a source line that are shown; the rest is cut around the span
NEAR = 10 * WIDEST  # characters on either side of a place that are looked at: a line may have megabytes
CUT = "…"

LineText = Callable[[str, int], str]

RED, YELLOW, CYAN, BOLD, DIM, PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[36m", "\x1b[1m", "\x1b[2m", "\x1b[0m"
COLORS = {"error": RED, "warning": YELLOW, "info": CYAN}
ORDER: tuple[Severity, ...] = ("error", "warning", "info")


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


class StatisticsView(NamedTuple):
    """Findings to be counted by rule."""

    findings: Sequence[Diagnostic]


@frozen
class RuleCount:
    """How many findings a rule has, and how many of them ``kpi lint --fix`` fixes."""

    code: str
    rule: str
    severity: Severity
    count: int
    fixable: int


def errors_first(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the errors, then all other findings; each part by file, then from top to bottom."""
    return sorted(in_order(findings), key=lambda found: found.severity != "error")


def render_findings_text(view: FindingsView, page: Page) -> str:
    """Return each finding with its source line, its place in the line and a hint, with an empty line between two.

    Errors come first. Control characters of the files are replaced.
    """
    return inert("\n\n".join(_block(found, view.line_text, page.color) for found in errors_first(view.findings)))


def render_findings_concise(view: FindingsView, _: Page) -> str:
    """Return one line for each finding, ``file:line:column: CODE message``, errors first."""
    return inert("\n".join(map(_concise, errors_first(view.findings))))


def _concise(found: Diagnostic) -> str:
    place = found.location
    return f"{visible(place.file)}:{place.line}:{place.column}: {found.code} {visible(found.message)}"


def statistics(findings: Iterable[Diagnostic]) -> list[RuleCount]:
    """Return the number of findings of each rule, the most frequent first.

    The severity is the highest one that the rule has in ``findings``, because the settings of several plans may differ.
    """
    by_code: dict[str, list[Diagnostic]] = {}
    for found in findings:
        by_code.setdefault(found.code, []).append(found)
    counts = [
        RuleCount(
            code,
            same[0].rule,
            min((found.severity for found in same), key=ORDER.index),
            len(same),
            sum(found.fixable for found in same),
        )
        for code, same in by_code.items()
    ]
    return sorted(counts, key=lambda one: (-one.count, one.code))


def render_statistics_text(view: StatisticsView, _: Page) -> str:
    """Return a line for each rule: how many findings it has, its code, its name, its severity, how many are fixable."""
    rows = [
        (str(one.count), one.code, one.rule, one.severity, f"{one.fixable} fixable" if one.fixable else "")
        for one in statistics(view.findings)
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            [row[0].rjust(widths[0]), *(cell.ljust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        ).rstrip()
        for row in rows
    )


def render_statistics_json(view: StatisticsView, _: Page) -> str:
    """Return the counts as JSON, version 1."""
    return json_text({"version": 1, "statistics": [asdict(one) for one in statistics(view.findings)]})


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
    counts: dict[Severity, int] = dict.fromkeys(ORDER, 0)
    for found in findings:
        counts[found.severity] += 1
    words = [f"{n} {word}{'s' if n > 1 else ''}" for word, n in counts.items() if n]
    return ", ".join(words) or "no findings"


def footer(findings: Sequence[Diagnostic]) -> str:
    """The summary line, how many findings ``--fix`` fixes, and the command that explains the first one with a page."""
    text = summary_line(findings)
    if fixable := sum(found.fixable for found in findings):
        text += f" ({fixable} fixable with --fix)"
    code = next((found.code for found in errors_first(findings) if found.code not in ERRORS), None)
    return text if code is None else f"{text}\nkpi rule {code} explains {code}"


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
