"""Gives a KPI, measure, goal or source another id, with everything that refers to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kpi.errors import InputError, UsageError, did_you_mean
from kpi.plan.loading.plan import is_id, nearest_id
from kpi.plan.model import SECTIONS
from kpi.plan.yaml.nodes import Document, begin, compose, entries, finish, split_lines

if TYPE_CHECKING:
    from kpi.diagnostics import Location
    from kpi.editing.session import Session

# Fields of prose, which may mention an id.
_PROSE = frozenset({"notes", "when_red", "why", "question", "questions"})
_KINDS = {"goals": "goal", "sources": "source"}

Span = tuple[int, int]


class Renamed(NamedTuple):
    """The changed texts by file, the number of places, and the lines (``file:line``) that still have the old id."""

    texts: dict[str, str]
    places: int
    left: tuple[str, ...]


def renamed(session: Session, old: str, new: str) -> Renamed:
    """The texts in which ``old`` is called ``new``. ``old`` is an id, with its section (``goals.loyalty``) if need be.

    References in formulas, targets, guardrails, leads, goals and their parents follow, and so do mentions in notes and
    other prose where the id has a ``_`` and so is no word. Raises UsageError for an id that does not exist or is taken,
    and InputError where a reference cannot be edited.
    """
    section, id_ = _entry(session, old)
    _check_new(session, section, new)
    spans: dict[str, set[Span]] = {}
    for place in _references(session, section, id_):
        text = session.texts[place.file].removeprefix("\ufeff")
        document = Document(place.file, text)
        start, end = _offset(document, place.line, place.column), _offset(document, place.end_line, place.end_column)
        found = text[start:end]
        inner = found.find(id_) if found.strip("'\"") == id_ else -1
        if inner < 0:
            raise InputError(
                f"{place.file}:{place.line}: the name {id_} cannot be changed here by a command",
                hint="rename it by hand",
            )
        spans.setdefault(place.file, set()).add((start + inner, start + inner + len(id_)))
    if "_" in id_:
        for name, text in session.texts.items():
            found_spans = set(_mentions(text.removeprefix("\ufeff"), id_))
            if found_spans:
                spans.setdefault(name, set()).update(found_spans)
    texts = {name: _replaced(session.texts[name], found, new) for name, found in spans.items()}
    left = tuple(
        f"{name}:{number}"
        for name, text in {**session.texts, **texts}.items()
        for number, line in enumerate(split_lines(text), 1)
        if "_" in id_ and re.search(rf"(?<!\w){id_}(?!\w)", line)
    )
    return Renamed(texts, sum(map(len, spans.values())), left)


def _entry(session: Session, text: str) -> tuple[str, str]:
    """The section and id of what is to be renamed."""
    plan = session.checked.plan
    head, _, tail = text.partition(".")
    if tail and head in SECTIONS:
        if tail in getattr(plan, head):
            return head, tail
        raise UsageError(f'there is no "{tail}" in {head}', hint=did_you_mean(tail, getattr(plan, head)))
    found = [section for section in SECTIONS if text in getattr(plan, section)]
    if len(found) == 1:
        return found[0], text
    if found:
        several = " and ".join(f"{section}.{text}" for section in found)
        raise UsageError(f'"{text}" may be {several}', hint="write one of them")
    known = [id_ for section in SECTIONS for id_ in getattr(plan, section)]
    raise UsageError(f'there is no KPI, measure, goal or source "{text}"', hint=did_you_mean(text, known))


def _check_new(session: Session, section: str, new: str) -> None:
    plan = session.checked.plan
    if not new or not is_id(new):
        near = nearest_id(new)
        hint = f"write {near}" if near else "ids are small letters, digits and _, and begin with a letter"
        raise UsageError(f'"{new}" is not an id', hint=hint)
    spaces = ("kpis", "measures") if section in ("kpis", "measures") else (section,)
    for one in spaces:
        if new in getattr(plan, one):
            raise UsageError(f'the id "{new}" is already taken in {one}', hint="choose another one")


def _references(session: Session, section: str, id_: str) -> Iterator[Location]:
    """Where the id is: its own key, and each reference to it."""
    checked = session.checked
    plan, places = checked.plan, checked.places
    yield places.key((section, id_))
    kinds = {_KINDS[section]} if section in _KINDS else {"value", "kpi"}
    for one in (*plan.kpis, *plan.measures):
        for found in checked.dependencies.of(one):
            if found.kind in kinds and found.name == id_:
                if found.at is not None:
                    yield places.within(found.path, *found.at)
                elif found.path[-1] == id_ and found.kind == "kpi":  # leads: {id: 3 months}
                    yield places.key(found.path)
                else:
                    yield places.of(found.path)
    if section == "goals":
        for goal in plan.goals.values():
            if goal.parent == id_:
                yield places.of(("goals", goal.id, "parent"))
    if section == "sources":
        for query, read in checked.queries.items():
            if id_ in read:
                place = places.of(("sources", query, "query"))
                raise InputError(
                    f"{place.file}:{place.line}: the query of {query} reads {id_}, and queries are not edited",
                    hint=f"rename it in the query and in sources by hand, or give {query} a name of its own for it",
                )


def _mentions(text: str, id_: str) -> Iterator[Span]:
    """Where the prose of a file mentions the id as a word."""
    root = compose(text)
    document = Document("", text)
    pattern = re.compile(rf"(?<![\w.]){id_}(?!\w)")
    for section in ("goals", "kpis"):
        found = entries(root).get(section) if isinstance(root, MappingNode) else None
        if found is None or not isinstance(found[1], MappingNode):
            continue
        for _, entry in found[1].value:
            for key, value in entry.value if isinstance(entry, MappingNode) else ():
                if isinstance(key, ScalarNode) and key.value in _PROSE:
                    for scalar in _scalars(value):
                        start = begin(scalar)
                        written = text[start : finish(document, scalar)]
                        yield from ((start + one.start(), start + one.end()) for one in pattern.finditer(written))


def _scalars(node: Node) -> Iterator[ScalarNode]:
    """The texts of a value, keys of a mapping left out."""
    if isinstance(node, ScalarNode):
        yield node
    elif isinstance(node, SequenceNode):
        for item in node.value:
            yield from _scalars(item)
    elif isinstance(node, MappingNode):
        for _, value in node.value:
            yield from _scalars(value)


def _offset(document: Document, line: int, column: int) -> int:
    """The offset of a character in a text."""
    low, high = 0, len(document.text)
    while low < high:  # positions grow with offsets
        middle = (low + high) // 2
        if document.position(middle) < (line, column):
            low = middle + 1
        else:
            high = middle
    return low


def _replaced(text: str, spans: set[Span], new: str) -> str:
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text[len(mark) :]
    for start, end in sorted(spans, reverse=True):
        body = body[:start] + new + body[end:]
    return mark + body
