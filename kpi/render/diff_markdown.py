"""A comparison as a comment on a pull request: a summary first, the rest folded, never longer than GitHub takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kpi.diff.changes import Change
from kpi.render.diff_highlights import highlights
from kpi.render.diff_view import (
    NOT_COMPUTED,
    NOUNS,
    DiffView,
    Numbers,
    affected,
    counts_in_words,
    known_statuses,
    numbers,
    shown_texts,
)
from kpi.render.output import Page
from kpi.render.sanitize import one_line

if TYPE_CHECKING:
    from kpi.status.value_changes import ValueChange

MARK = "<!-- kpi diff -->"  # by which the comment of an earlier run is found again
LIMIT = 65_536  # characters that GitHub takes; counted in bytes here, which is never less
LONGEST = 400  # characters of one text
FIRST = ("loosened", "later", "removed")  # never folded away
NONE = "–"

# Whatever Markdown, HTML or GitHub (mentions, links, references) reads as more than itself is written as an entity,
# which is text to all of them. A mention is looked for even then, outside of code: a space of no width breaks it.
_ENTITIES = str.maketrans({sign: f"&#{ord(sign)};" for sign in "\\`*_{}[]<>#|~&!:$^@"})
_MENTION = "&#64;"


def escape(text: str) -> str:
    """``text`` on one line, cut where it is very long, with nothing in it that would be read as markup."""
    return _escaped(text).replace(_MENTION, _MENTION + "&#8203;")


def code(text: str | None) -> str:
    """``text`` in the type of code; a dash where there is none."""
    return NONE if text is None else f"<code>{_escaped(text)}</code>"


def _escaped(text: str) -> str:
    text = one_line(text)
    shown = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return shown.translate(_ENTITIES).replace("www.", "www&#46;")


def render_diff_markdown(view: DiffView, _: Page) -> str:
    """The comparison as GitHub's Markdown; no line break at the end."""
    counts = ", ".join(words for _, words in counts_in_words(view)) or "no changes"
    head = [MARK, f"### {escape(view.title or 'KPI definitions')}: {counts}"]
    head.append(f"{escape(view.before)} → {escape(view.after)}")
    head += [escape(note) for note in view.notes]
    head += [f"**{escape(sentence)}**" for sentence in highlights(view)]
    paper = _Paper("\n\n".join(head))
    goalposts = [change for change in view.comparison.changes if _stands_out(change)]
    if goalposts:
        paper.table(("", "What", "Field", "Before", "After"), [_row(view, change) for change in goalposts])
    computed = numbers(view)
    if differing := [one for one in computed if one.values.differs or one.values.unknown]:
        paper.table(("KPI", "Before", "After", "Status", "Because of"), map(_numbers, differing))
        for one in differing:
            for note in one.values.notes:
                paper.sentence(f"{escape(one.name)}: {escape(note)}")
    elif computed:
        paper.sentence("No value or status differs under the new definitions.")
    if view.smart is not None and view.smart.goals:
        from kpi.render.smart import grid_head, grid_row
        from kpi.render.smart import summary as smart_summary

        paper.table(grid_head(), [grid_row(row, escape) for row in view.smart.goals])
        text = f"Of the goals that changed, {smart_summary(view.smart)}"
        paper.sentence(f"{text} <code>kpi rule CODE</code> explains a rule.")
    rest = [change for change in view.comparison.changes if not _stands_out(change)]
    if rest:
        summary = f"{len(rest)} {'more' if goalposts else 'change' if len(rest) == 1 else 'changes'}"
        paper.fold(summary, ("", "What", "Field", "Before", "After"), [_row(view, change) for change in rest])
    reached = affected(view)
    if reached:
        names = [(escape(one.name), ", ".join(map(code, one.because))) for one in reached]
        paper.fold(f"{len(names)} affected by these changes", ("KPI", "Because of"), names)
    for one in computed:
        history = one.values.history
        if any(pair.before != pair.after for pair in history):
            rows = [(pair.period, code(pair.before_display), code(pair.after_display)) for pair in history]
            paper.fold(f"History of {escape(one.name)}", ("Period", "Before", "After"), rows)
    return paper.text()


class _Paper:
    """A page of limited size. What does not fit is counted and reported."""

    def __init__(self, head: str) -> None:
        self.parts = [head]
        self.left_out = 0
        self.room = (
            LIMIT - 1000 - len(head.encode())
        )  # reserve space for the note on what was left out, and for lines that others add

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]], fold: tuple[str, str] = ("", "")) -> None:
        """A table, its rows as long as there is room."""
        lines = [f"{fold[0]}| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
        room = self.room - len("\n\n".join([*lines, fold[1]]).encode())
        fitting = 0
        for row in rows:
            text = f"| {' | '.join(row)} |"
            room -= len(text.encode()) + 1
            if room < 0 or self.left_out:
                self.left_out += 1
                continue
            lines.append(text)
            fitting += 1
        if fitting:
            self.parts.append("\n".join(lines) + fold[1])
            self.room = room

    def sentence(self, text: str) -> None:
        """One short paragraph."""
        self.parts.append(text)
        self.room -= len(text.encode()) + 2

    def fold(self, summary: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """The same, folded away."""
        self.table(head, rows, (f"<details><summary>{summary}</summary>\n\n", "\n\n</details>"))

    def text(self) -> str:
        """The page."""
        if self.left_out:
            self.parts.append(
                f"… and {self.left_out} more lines that do not fit here: <code>kpi diff</code> shows all."
            )
        return "\n\n".join(self.parts)


def _stands_out(change: Change) -> bool:
    return change.kind in FIRST or (change.kind == "other" and (change.field or "").startswith(("target", "threshold")))


def _row(view: DiffView, change: Change) -> tuple[str, ...]:
    name = escape(view.comparison.names.get(change.subject, view.title or "The plan"))
    what = f"{name} ({code(change.subject)})"
    kind = f"**{change.kind}**" if change.kind == "loosened" else change.kind
    if change.field is None:
        return (kind, what, NOUNS[change.section], "", "")
    return (kind, what, escape(change.field), code(change.before), code(change.after))


def _numbers(one: Numbers) -> tuple[str, ...]:
    why = ", ".join((*one.kinds, *map(code, one.because)))
    texts = [
        code(text) if reason is None else f"**{NOT_COMPUTED}**"
        for text, reason in zip(shown_texts(one.values), one.values.failed, strict=True)
    ]
    return (escape(one.name), *texts, _status(one.values), why)


def _status(values: ValueChange) -> str:
    from kpi.render.status_icons import SIGNS

    before, after = known_statuses(values)
    known = [f"{SIGNS[status]} {status}" for status in dict.fromkeys((before, after)) if status is not None]
    return " → ".join(known)
