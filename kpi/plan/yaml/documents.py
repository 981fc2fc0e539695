"""From the text of a file to a document: parsed, and where it is not YAML, repaired far enough to read the rest.

A stretch that cannot be parsed is blanked out and the file is parsed again. What only follows from an earlier mistake
is not reported.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from pathlib import Path

from yaml import YAMLError

from kpi.lazy_pattern import lazy_pattern
from kpi.plan.yaml.nodes import MAX_BYTES, Document, TooLargeError, compose
from kpi.plan.yaml.yaml_pitfalls import YamlPitfall

_MOST_REPAIRS = 1_000
_MOST_PARSED = 20_000_000  # characters in all, over all parses of one file
# What git leaves in a file with a conflict, at the beginning of a line; nothing of YAML looks like it there.
_MARKER = lazy_pattern(r"^(?:(?:<{7}|>{7}|\|{7})(?=[ \r\n]|\Z)[^\r\n]*|={7}(?=[\r\n]|\Z))", re.MULTILINE)
_RESOLVE = "keep what is right of the two sides, and delete the lines <<<<<<<, ======= and >>>>>>>"
Report = Callable[[Document, YamlPitfall], None]


def decode(raw: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 with a byte order mark. Raises UnicodeDecodeError."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16")
    return raw.decode("utf-8-sig")


def read_bytes(path: Path) -> bytes:
    """The content of a file, at most one byte more than is allowed. Raises OSError."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def load(file: str, raw: bytes | str, report: Report) -> Document:
    """The document of a file, what is not YAML reported; without a root when nothing can be read."""
    if len(raw) > MAX_BYTES:
        document = Document(file, "")
        document.failed = True
        message = f"the file is larger than {MAX_BYTES // 1_000_000} MB, and no plan is"
        report(document, YamlPitfall("E005", message, 0, 0, "split it and include the parts"))
        return document
    try:
        text = raw.removeprefix("\ufeff") if isinstance(raw, str) else decode(raw)
    except UnicodeDecodeError as fault:
        document = Document(file, fault.object[: fault.start].decode("utf-8", "replace"))
        document.failed = True
        at = len(document.text)
        report(document, YamlPitfall("E006", "the file is not UTF-8 from here on", at, at, "save it as UTF-8"))
        return document
    document = Document(file, text)
    document.failed = not _parse(document, report, _without_conflicts(document, report))
    return document


def _without_conflicts(document: Document, report: Report) -> str:
    """The text with the lines that git left of a conflict blanked out, each conflict reported once.

    Of its sides the first is kept, so that the rest of the file can be reviewed.
    """
    text = document.text
    if not _MARKER.search(text):
        return text
    stretches: list[tuple[int, int]] = []
    dropping, opened = -1, False
    for found in _MARKER.finditer(text):
        kind = found[0][0]
        if kind == "<" or not opened:
            message, hint = "a merge conflict is not resolved here", _RESOLVE
            if kind != "<":
                message, hint = "this line was left behind when a merge conflict was resolved", "delete it"
            report(document, YamlPitfall("E001", message, found.start(), found.end(), hint))
        stretches.append((dropping if opened and dropping >= 0 else found.start(), found.end()))
        opened = kind != ">" and (opened or kind == "<")
        dropping = found.end() if opened and kind in "|=" else -1
    document.blanked.extend(stretches)
    for start, end in reversed(stretches):
        text = text[:start] + re.sub(r"[^\r\n]", " ", text[start:end]) + text[end:]
    return text


def _parse(document: Document, report: Report, text: str) -> bool:
    """Set the document's root from what is left of its text; False when it has none because of mistakes."""
    left = min(_MOST_REPAIRS, max(2, _MOST_PARSED // max(1, len(text))))
    while True:
        try:
            document.root = compose(text)
            return True
        except YAMLError as fault:
            from kpi.plan.yaml.yaml_errors import explain  # only files that are not YAML need it

            found = explain(document, text, fault)
        except TooLargeError as fault:
            report(document, YamlPitfall("E005", fault.message, fault.offset, fault.offset + 1, None))
            return False
        except UnicodeEncodeError as fault:  # half of a surrogate pair, from a text that was no file
            from kpi.plan.yaml.yaml_errors import Explained

            found = Explained("E001", "this is not a character", fault.start, fault.end, None, fault.start, "character")
        from kpi.plan.yaml.error_recovery import blank_out

        repaired, stretches = blank_out(document, text, found)
        if not any(document.is_blanked(*stretch) for stretch in stretches):
            pitfall = YamlPitfall(
                found.code, found.message, found.start, found.end, found.hint, found.edit, found.certain
            )
            report(document, pitfall)
        left -= 1
        if left <= 0 or repaired == text:
            return False
        document.blanked.extend(stretches)
        text = repaired
