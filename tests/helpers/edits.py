"""What the edits of diagnostics have to do (rule G3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kpi.diagnostics import Diagnostic, Edit


def applied(text: str, edit: Edit) -> str:
    """The text of a file with an edit made."""
    place = edit.location
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    first, last = starts[place.line - 1] + place.column - 1, starts[place.end_line - 1] + place.end_column - 1
    return text[:first] + edit.text + text[last:]


def assert_fixed(text: str, found: Diagnostic, edit: Edit, read: Callable[[str], Iterable[Diagnostic]]) -> None:
    """Check that an edit is what the hint says, and that it leaves no mistake at its place. ``read`` checks a text."""
    # What the editor does is what the words say, unless the whole text needs quotes now.
    written = edit.text.strip()
    assert written in (found.hint or "") or written[:1] in ("'", '"')
    left = list(read(applied(text, edit)))
    if found.code == "E002":  # the text can be read now, and its content may be wrong as well
        left = [one for one in left if one.code < "E010"]
    here, end = edit.location, edit.location.column + len(edit.text.rstrip("\n"))
    for one in left:
        place = one.location.line, one.location.column
        again = (one.code, one.message) == (found.code, found.message)
        assert not again or place != (found.location.line, found.location.column), one
        same_line = one.location.line == here.line == one.location.end_line
        assert not same_line or one.location.end_column <= here.column or one.location.column >= end, one
