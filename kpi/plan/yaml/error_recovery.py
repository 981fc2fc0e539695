"""Skips what is not YAML, so that the rest of a file can be read.

A stretch is blanked out character for character, so that every offset stays right. Only loaded for such files.
"""

from __future__ import annotations

import re

from kpi.plan.yaml.nodes import Document
from kpi.plan.yaml.yaml_errors import ITEM, KEY, Explained

Stretch = tuple[int, int]
_TABS = re.compile(r"^[ ]*\t[ \t]*", re.MULTILINE)


def blank_out(document: Document, text: str, found: Explained) -> tuple[str, list[Stretch]]:
    """The text without what a mistake spoils, and the stretches that were changed; the same text if nothing helps."""
    if found.reach == "tabs":
        return _without_tabs(document, text)
    if found.reach == "character":
        stretch = found.skip, found.skip + 1
    elif found.reach == "rest":
        stretch = found.skip, len(text)
    else:
        line, value, end = _entry(document, text, found.skip)
        repaired = _blank(text, value, end)
        # An entry without a value of its own is spoilt as a whole.
        return (repaired, [(value, end)]) if repaired != text else (_blank(text, line, end), [(line, end)])
    return _blank(text, *stretch), [stretch]


def _without_tabs(document: Document, text: str) -> tuple[str, list[Stretch]]:
    """One blank for each tab where nothing else indents the file; else the lines with tabs are skipped."""
    tabs = [found.span() for found in _TABS.finditer(text)]
    if re.search(r"^ +[^\s#]", text, re.MULTILINE):
        tabs = [(start, document.line_span(start)[1]) for start, _ in tabs]
    for start, end in tabs:
        text = _blank(text, start, end)
    return text, tabs


def _entry(document: Document, text: str, offset: int) -> tuple[int, int, int]:
    """Where the line of an offset begins, where the value in it does, and where the entry ends: before the next line
    that is not indented deeper."""
    start, end = document.line_span(min(offset, max(0, len(text.rstrip()) - 1)))
    line = text[start:end]
    indent = len(line) - len(line.lstrip())
    value = KEY.match(line) or ITEM.match(line)
    while end < len(text):
        after, after_end = document.line_span(end + (2 if text[end : end + 2] == "\r\n" else 1))
        below = text[after:after_end]
        if after <= start or (below.strip() and len(below) - len(below.lstrip()) <= indent) or after_end == end:
            break
        end = after_end
    return start, start + (value.end() if value else 0), end


def _blank(text: str, start: int, end: int) -> str:
    """The text with a range blanked, line breaks kept; a value becomes null."""
    kept = re.sub(r"[^\r\n]", " ", text[start:end])
    if kept[:1] == " " and start > 0 and text[start - 1] not in "\r\n":
        kept = "~" + kept[1:]
    return text[:start] + kept + text[end:]
