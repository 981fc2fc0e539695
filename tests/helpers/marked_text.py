"""Plans with marks in their text, «like this», at the exact place where a test expects a diagnostic."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from helpers.edits import assert_fixed

from kpi.data import check_plan
from kpi.diagnostics import Diagnostic
from kpi.lint.registry import file_model
from kpi.plan.checks import Checked
from kpi.plan.loading import read_plan

OPEN, CLOSE = "«", "»"
Span = tuple[int, int, int, int]


def without_marks(text: str) -> tuple[str, list[Span]]:
    """The text as it is in the file, and where its marks are: line, column, end line, end column, from 1."""
    made: list[str] = []
    opened: list[tuple[int, int]] = []
    spans: list[Span] = []
    line, column = 1, 1
    for char in text:
        if char == OPEN:
            opened.append((line, column))
        elif char == CLOSE:
            spans.append((*opened.pop(), line, column))
        else:
            made.append(char)
            line, column = (line + 1, 1) if char == "\n" else (line, column + 1)
    assert not opened
    return "".join(made), sorted(spans)


def checked_plan(folder: Path, text: str, **files: str) -> Checked:
    """The plan with this text, which starts in its second line as YAML in quotation marks does, beside these files
    (``orders_csv`` is orders.csv; an underscore in a name is two)."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (folder / "kpi.yaml").write_text(without_marks("version: 1" + text)[0])
    return check_plan(read_plan(folder / "kpi.yaml", cwd=folder, model=file_model))


def found_in(folder: Path, text: str, *codes: str, **files: str) -> list[Diagnostic]:
    """The diagnostics of a plan, which must be of these codes, in order, and stand exactly where the marks are. Each
    edit that they offer has to work (G3)."""
    diagnostics = list(checked_plan(folder, text, **files).diagnostics)
    _, spans = without_marks("version: 1" + text)
    places = [found.location for found in diagnostics]
    shown = [(each.code, each.message, each.location) for each in diagnostics]
    assert [each.code for each in diagnostics] == list(codes), shown
    assert [(each.line, each.column, each.end_line, each.end_column) for each in places] == spans, shown
    assert {each.file for each in places} <= {"kpi.yaml"}
    plain = without_marks("version: 1" + text)[0]
    for found in diagnostics:
        for edit in found.edits:
            assert_fixed(plain, found, edit, lambda after: _diagnostics_of(folder, after))
    (folder / "kpi.yaml").write_text(plain)
    return diagnostics


def _diagnostics_of(folder: Path, text: str) -> Sequence[Diagnostic]:
    (folder / "kpi.yaml").write_text(text)
    return check_plan(read_plan(folder / "kpi.yaml", cwd=folder, model=file_model)).diagnostics


def messages(found: list[Diagnostic]) -> list[str]:
    """What each says, with its hint behind ``; ``."""
    return [each.message if each.hint is None else f"{each.message}; {each.hint}" for each in found]
