"""Findings about a file, for people (as ``kpi lint`` and a refusing ``kpi status`` print them) and for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kpi.diagnostics import ERRORS, Diagnostic, Location
from kpi.render.sanitize import columns, inert, json_text, visible

TAB = "    "
WIDEST = 150  # columns of a source line that are shown; the rest is cut around the span
NEAR = 10 * WIDEST  # characters on either side of a place that are looked at: a line may have megabytes
CUT = "…"

LineText = Callable[[str, int], str]

RED, YELLOW, CYAN, BOLD, DIM, PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[36m", "\x1b[1m", "\x1b[2m", "\x1b[0m"
COLORS = {"error": RED, "warning": YELLOW, "info": CYAN}
ORDER = ("error", "warning", "info")


def in_order(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By file, then from top to bottom."""
    return sorted(findings, key=lambda found: (found.location, found.code, found.message))


def render_findings_text(findings: Iterable[Diagnostic], line_text: LineText, *, color: bool) -> str:
    """Each finding with its source line, the place in it and how to mend it, an empty line between two.

    ``line_text`` gives a line of a file, secrets hidden, or "" where there is none: the finding is then shown
    without it. Control characters of the files are made harmless. No line break at the end.
    """
    return inert("\n\n".join(_block(found, line_text, color) for found in in_order(findings)))


def summary_line(findings: Iterable[Diagnostic]) -> str:
    """How many findings there are of each severity: ``3 errors, 1 warning``; ``no findings``."""
    counts = dict.fromkeys(ORDER, 0)
    for found in findings:
        counts[found.severity] += 1
    words = [f"{n} {word}{'s' if n > 1 else ''}" for word, n in counts.items() if n]
    return ", ".join(words) or "no findings"


def render_findings_json(findings: Iterable[Diagnostic]) -> str:
    """The stable JSON of the design, version 1."""
    return json_text({"version": 1, "findings": [_as_json(found) for found in in_order(findings)]})


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
    if found.code not in ERRORS:  # an error says all that there is to say; a rule has its page
        block.append(f"{gutter} {paint('= rule:', DIM)} kpi rule {found.code}")
    return "\n".join(block)


def _excerpt(line: str, place: Location) -> tuple[str, int, int]:
    """What of ``line`` is shown, how many terminal columns stand before the span, and how many the span has."""
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
    """As much of a long line as fits, the span first, a third of the room for what stands before it."""
    if len(left) > WIDEST // 3:
        left = CUT + left[-WIDEST // 3 :]
    room = WIDEST - len(left)
    if len(span) > room:
        return left, span[:room] + CUT, ""
    room -= len(span)
    return left, span, right if len(right) <= room else right[:room] + CUT


def _shown(text: str) -> str:
    return visible(text.replace("\t", TAB))
