"""Fixes findings whose fix is certain: targets in unusual spelling, values that can be written in one
way only, and unused suppression comments.

Edits replace ranges of a file's text; every other character stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kpi.diagnostics import Diagnostic
from kpi.diagnostics import Edit as LocatedEdit
from kpi.lint.context import Context
from kpi.lint.suppressions import Suppression
from kpi.lint.target_style import respell

# Errors that a target in unusual spelling can cause: not understood, or a sign with a meaning in YAML.
UNREAD = ("E002", "E030", "E031", "E033")
Starts = dict[str, list[int]]


class Edit(NamedTuple):
    """Characters ``start`` to ``end`` of a file become ``new``. ``code`` is the rule or error that this fixes."""

    file: str
    start: int
    end: int
    new: str
    code: str


def edits(context: Context, findings: Sequence[Diagnostic], texts: Mapping[str, str]) -> list[Edit]:
    """Return the edits that fix the findings of a review, by file and position. ``texts`` are the files as read."""
    starts: Starts = {}
    found = set()
    for finding in findings:
        edit = respelling(context, finding, texts, starts)
        if edit is None and finding.fixable and len(finding.edits) == 1:
            edit = _offsets(finding.edits[0], finding.code, texts, starts)
        if edit is not None:
            found.add(edit)
    if any(finding.code == "L102" for finding in findings):
        for comment in context.suppressions:
            found.update(_without_unused(context, comment, texts[comment.file]))
    return sorted(found)


def _offsets(edit: LocatedEdit, code: str, texts: Mapping[str, str], starts: Starts) -> Edit:
    """The edit of a diagnostic by the offsets of its characters."""
    place = edit.location
    lines = _line_starts(place.file, texts, starts)
    start, end = lines[place.line - 1] + place.column - 1, lines[place.end_line - 1] + place.end_column - 1
    return Edit(place.file, start, end, edit.text, code)


def _line_starts(file: str, texts: Mapping[str, str], starts: Starts) -> list[int]:
    if file not in starts:
        starts[file] = [0, *(found.end() for found in re.finditer("\r\n|\r|\n", texts[file]))]
    return starts[file]


def applied(text: str, edits_: Iterable[Edit]) -> str:
    """Return the text of one file with its edits applied."""
    for edit in sorted(edits_, reverse=True):
        text = text[: edit.start] + edit.new + text[edit.end :]
    return text


def diff(file: str, before: str, after: str) -> str:
    """The change of one file as a unified diff."""
    from difflib import unified_diff

    lines = unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), file, file)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def respelling(context: Context, finding: Diagnostic, texts: Mapping[str, str], starts: Starts) -> Edit | None:
    """Return the edit that fixes the spelling of a target, or None. ``starts`` is filled with lines' offsets."""
    path = tuple(finding.subject.split("."))
    if finding.code not in (*UNREAD, "M114") or len(path) < 3 or path[0] != "kpis" or path[1] not in context.plan.kpis:
        return None
    # An unquoted sign is not text to YAML, so only its position is known.
    place = finding.location if finding.code == "E002" else context.places.of(path)
    if path[2] not in ("target", "thresholds") or place.line != place.end_line or place.file not in texts:
        return None
    line_start = _line_starts(place.file, texts, starts)[place.line - 1]
    start, end = line_start + place.column - 1, line_start + place.end_column - 1
    raw = texts[place.file][start:end]
    quote = raw[0] if raw[:1] in ("'", '"') and raw[-1:] == raw[:1] and len(raw) > 1 else ""
    text = raw[1:-1] if quote else raw
    if "\\" in text or (quote and quote in text):
        return None
    new = respell(context, context.plan.kpis[path[1]], path, text)
    return None if new is None else Edit(place.file, start, end, f"{quote}{new}{quote}", finding.code)


def _without_unused(context: Context, comment: Suppression, text: str) -> Iterator[Edit]:
    """Edits that remove the unused codes of a comment, or the whole comment if no code is left."""
    if comment.until is not None and comment.until < context.today:
        return
    unused = {span for _, span in comment.unused(context.applied)}
    if not unused:
        return
    kept = [text[start:end] for start, end in comment.names if (start, end) not in unused]
    if kept:
        yield Edit(comment.file, comment.names[0][0], comment.names[-1][1], ", ".join(kept), "L102")
        return
    start, end = comment.span
    line_start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    start = line_start + len(text[line_start:start].rstrip())
    line_break = re.match("\r\n|\r|\n", text[end:])
    if start == line_start and line_break is not None:  # the comment is alone on its line, so remove the line
        end += line_break.end()
    yield Edit(comment.file, start, end, "", "L102")
