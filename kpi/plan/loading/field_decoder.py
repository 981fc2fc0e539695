"""From nodes to values: the readers that every noun shares, and the one place where mistakes are collected.

A reader takes the binder, the path of the entry, the field's key and its value; it returns the value, or None when
the field is empty or wrong (and then has reported why). So one bad field never hides the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kpi.diagnostics import Diagnostic, error
from kpi.errors import TextError, did_you_mean
from kpi.plan.yaml import yaml_pitfalls as traps
from kpi.plan.yaml.nodes import Document, Entry, begin, entries, finish, is_null
from kpi.plan.yaml.source_map import Path, hide_secrets, scalar_span
from kpi.values import Calendar, Every, Period, Unit, parse_date, parse_label, parse_unit, parse_window

Reader = Callable[["Binder", Path, ScalarNode, Node], Any]
Value = TypeVar("Value")
_MOST_REPORTED = 10_000
_LONGEST = 300  # characters of a number, date, label or the like: no such text is longer
_MOST_HINTED = 200  # beyond so many mistakes, looking for near names costs more than it helps


class Binder:
    """Reads the nodes of one document after the other and collects what is wrong with them."""

    def __init__(self) -> None:
        self.document = Document("", "")
        self.calendar = Calendar()
        self.diagnostics: list[Diagnostic] = []
        self._seen: set[tuple[str, str, str, int]] = set()
        self._blamed: set[Path] = set()
        self._units: dict[str, Unit | TextError] = {}

    def report(self, code: str, message: str, path: Path, start: int, end: int, hint: str | None = None) -> None:
        """Report a mistake between two offsets of the document at hand; the same one is reported once (aliases)."""
        mark = (code, message, self.document.file, start)
        self._blamed.add(path)
        if mark not in self._seen and len(self._seen) < _MOST_REPORTED:
            self._seen.add(mark)
            subject = ".".join(map(str, path))
            place = self.document.location(start, end)
            safe = None if hint is None else _one_line(hint)
            self.diagnostics.append(error(code, _one_line(message), place, subject, safe))

    def at(self, code: str, message: str, path: Path, node: Node, hint: str | None = None) -> None:
        """Report a mistake at a whole node."""
        self.report(code, message, path, begin(node), finish(self.document, node), hint)

    def inside(self, code: str, path: Path, node: ScalarNode, mistake: TextError) -> None:
        """Report a mistake at the very characters of a scalar's text."""
        start, end = scalar_span(self.document, node, mistake.start, mistake.end)
        self.report(code, mistake.message, path, start, end, mistake.hint)

    def near(self, name: str, choices: Mapping[str, object] | tuple[str, ...]) -> str | None:
        """The hint "did you mean", as long as there are not too many to look for."""
        return did_you_mean(name[:80], choices) if len(self.diagnostics) < _MOST_HINTED else None

    def mapping(self, path: Path, node: Node, what: str, hint: str | None = None) -> dict[str, Entry] | None:
        """The entries of a mapping; None, reported unless the node is empty, of anything else."""
        if type(node) is not MappingNode or node.tag:
            self.misshaped(path, None, node, what, hint)
            return None

        def twice(first: ScalarNode, second: ScalarNode) -> None:
            line, _ = self.document.position(begin(first))
            message = f'"{traps.shorten(second.value)}" stands here a second time; the first is on line {line}'
            self.at("E003", message, (*path, second.value), second, "keep one of the two")

        def odd(other: Node) -> None:
            found = traps.odd_key(self.document, other)
            self.report(found.code, found.message, path, found.start, found.end, found.hint)

        return entries(node, twice=twice, odd=odd)

    def record(
        self, path: Path, node: Node, table: Mapping[str, Reader | None], what: str
    ) -> tuple[dict[str, Any], dict[str, Entry]] | None:
        """The fields of a mapping as ``table`` reads them, and all known fields as written.

        A field whose reader is None is left to the caller.
        """
        written = self.mapping(path, node, f"{what}, a mapping of fields")
        if written is None:
            return None
        values: dict[str, Any] = {}
        known: dict[str, Entry] = {}
        for name, entry in written.items():
            if name not in table:
                self._unknown(path, node, entry, table, what)
                continue
            known[name] = entry
            reader = table[name]
            if reader is not None:
                value = reader(self, path, *entry)
                if value is not None:
                    values[name] = value
        return values, known

    def _unknown(self, path: Path, node: Node, entry: Entry, table: Mapping[str, Reader | None], what: str) -> None:
        key, value = entry
        if self.passed_over(key):
            return
        trap = traps.unknown_key(self.document, node, key, value)
        if trap is not None:
            self.report(trap.code, trap.message, (*path, key.value), trap.start, trap.end, trap.hint)
            return
        hint = self.near(key.value, table)
        if hint is None or not hint.startswith("did you"):
            hint = hint or "fields here: " + ", ".join(table)
        self.at("E010", f'{what} has no field "{traps.shorten(key.value)}"', (*path, key.value), key, hint)

    def passed_over(self, node: Node) -> bool:
        """Whether a node is, or stands in, what could not be parsed and is already reported."""
        mended = self.document.mended
        return bool(mended) and self.document.is_mended(begin(node), finish(self.document, node))

    def diagnostics_of(self, document: Document, code: str) -> bool:
        """Whether something with a code that starts so was reported in a document."""
        return any(one.code.startswith(code) and one.location.file == document.file for one in self.diagnostics)

    def blamed(self, path: Path, entry: Entry | None) -> bool:
        """Whether a field is written but could not be read, and that is already reported."""
        return path in self._blamed or (entry is not None and self.passed_over(entry[1]))

    def empty(self, path: Path, key: ScalarNode, node: Node) -> None:
        """Report an entry of a mapping without a value, unless why it is empty was reported."""
        if type(node) is not ScalarNode or node.value.strip() or self.passed_over(node):
            return
        if traps.wrong_shape(self.document, key, node) is None:
            self.at("E011", f'"{key.value}" is empty', (*path, key.value), key, "write a value or take it out")

    def missing(self, message: str, path: Path, key: Node | None, node: Node | None, hint: str | None = None) -> None:
        """Report a missing field at the key of its entry, unless part of the entry could not be read at all."""
        span = [part for part in (key, node) if part is not None]
        if span and self.document.is_mended(begin(span[0]), int(span[-1].end_mark.index)):
            return
        if key is None:
            self.report("E012", message, path, 0, 0, hint)
        else:
            self.at("E012", message, path, key, hint)

    def misshaped(self, path: Path, key: ScalarNode | None, node: Node, expected: str, hint: str | None = None) -> None:
        """Report a value of the wrong shape, explaining the trap when it is one. An empty value is no mistake here."""
        if self.passed_over(node):
            return
        trap = traps.wrong_shape(self.document, key, node)
        if trap is not None:
            self.report(trap.code, trap.message, path, trap.start, trap.end, trap.hint)
        elif not is_null(node):
            name = f'"{path[-1]}"' if path else "the file"
            if expected == "a text" and type(node) is SequenceNode and len(node.value) == 1:
                item = node.value[0].value
                hint = f"write {path[-1]}: {traps.shorten(item)}" if isinstance(item, str) else None
            self.at("E011", f"{name} should be {expected}, but this is {traps.kind(node)}", path, node, hint)

    def unit(self, path: Path, node: ScalarNode | None) -> Unit | None:
        """The unit written in a scalar, that of plain numbers without one; None, reported, when it is none."""
        text = "" if node is None else str(node.value).strip()
        unit = self._units.get(text)
        if unit is None:
            try:
                unit = parse_unit(brief(text) or None)
            except TextError as mistake:
                unit = mistake
            self._units[text] = unit
        if isinstance(unit, TextError):
            assert node is not None
            self.inside("E024", path, node, unit)
            return None
        return unit


def _one_line(text: str) -> str:
    """A message as it may be shown: it may quote a value of several lines, or one that is secret."""
    return hide_secrets(text.replace("\r", " ").replace("\n", " "))


def brief(text: str) -> str:
    """The text, unless it is too long for what it should be. Raises TextError."""
    if len(text) > _LONGEST:
        raise TextError(f"{len(text):,} characters are too many here", 0, len(text))
    return text


def text(b: Binder, at: Path, key: ScalarNode, node: Node) -> str | None:
    """Text. Any scalar is; an empty one counts as left out."""
    if type(node) is ScalarNode and not node.tag:
        value: str = node.value
        if node.style:
            if node.style in "|>":
                value = value.rstrip()
            if value:
                return value
            if node.style in "\"'":
                return None
        elif not is_null(node):
            return value
    b.misshaped((*at, key.value), key, node, "a text")
    return None


def expression(b: Binder, at: Path, key: ScalarNode, node: Node) -> str | None:
    """The text of a formula, row expression or query. One cut short by a `` #`` is reported."""
    value = text(b, at, key, node)
    if value is not None and not node.style:  # type: ignore[attr-defined]
        trap = traps.cut_by_comment(b.document, node)
        if trap is not None:
            b.report(trap.code, trap.message, (*at, key.value), trap.start, trap.end, trap.hint)
            return None
    return value


def texts(b: Binder, at: Path, key: ScalarNode, node: Node) -> tuple[str, ...] | None:
    """A list of texts."""
    path = (*at, key.value)
    if type(node) is not SequenceNode or node.tag:
        if type(node) is ScalarNode and not is_null(node) and traps.wrong_shape(b.document, key, node) is None:
            hint = f"write {key.value}: [{traps.shorten(node.value)}]"
            b.at("E011", f'"{key.value}" should be a list of texts, but this is one text', path, node, hint)
        else:
            b.misshaped(path, key, node, "a list of texts")
        return None
    found: list[str] = []
    for index, item in enumerate(node.value):
        if type(item) is ScalarNode and not item.tag and not is_null(item):
            found.append(item.value)
        elif is_null(item) and traps.wrong_shape(b.document, None, item) is None:
            b.at("E011", f'an item of "{key.value}" is empty', (*path, index), item, "write a text or take it out")
        else:
            b.misshaped((*path, index), None, item, "a text")
    return tuple(found)


def text_or_texts(b: Binder, at: Path, key: ScalarNode, node: Node) -> tuple[str, ...] | None:
    """One text, or a list of them."""
    if type(node) is SequenceNode:
        return texts(b, at, key, node)
    value = text(b, at, key, node)
    return None if value is None else (value,)


def label_map(
    b: Binder, at: Path, key: ScalarNode, node: Node, every: Every | None = None
) -> list[tuple[Period, ScalarNode, Node]]:
    """The entries of a mapping whose keys are period labels, of any length or of exactly ``every``, as written.

    What is no period, or one a second time, is reported and left out.
    """
    path = (*at, key.value)
    written = b.mapping(path, node, "a mapping of periods")
    found: list[tuple[Period, ScalarNode, Node]] = []
    labels: set[str] = set()
    for name, (label, value) in (written or {}).items():
        if b.passed_over(label):
            continue
        if trap := traps.unknown_key(b.document, node, label, value):
            b.report(trap.code, trap.message, (*path, name), trap.start, trap.end, trap.hint)
            continue
        try:
            period = parse_label(brief(name), b.calendar, every)
        except TextError as mistake:
            b.inside("E022", (*path, name), label, mistake)
            continue
        if period.label in labels:
            b.at("E022", f'"{name}" stands here a second time', (*path, name), label, "keep one of the two")
            continue
        labels.add(period.label)
        found.append((period, label, value))
    return found


def text_map(b: Binder, at: Path, key: ScalarNode, node: Node) -> dict[str, str] | None:
    """A mapping of texts."""
    path = (*at, key.value)
    written = b.mapping(path, node, "a mapping of texts")
    if written is None:
        return None
    found: dict[str, str] = {}
    for name, (item, value) in written.items():
        if b.passed_over(item):
            continue
        trap = traps.unknown_key(b.document, node, item, value)
        if trap is not None:
            b.report(trap.code, trap.message, (*path, name), trap.start, trap.end, trap.hint)
        elif (content := expression(b, path, item, value)) is not None:
            found[name] = content
        else:
            b.empty(path, item, value)
    return found


def integer(low: int, high: int | None = None) -> Reader:
    """A whole number in a range."""
    expected = f"a whole number from {low} to {high}" if high is not None else f"a whole number, {low} or more"

    def read(b: Binder, at: Path, key: ScalarNode, node: Node) -> int | None:
        value = text(b, at, key, node)
        if value is None:
            return None
        if value.isascii() and value.isdigit() and len(value) < 10 and low <= int(value) <= (high or int(value)):
            return int(value)
        b.at("E020", f'"{key.value}" should be {expected}, not "{traps.shorten(value)}"', (*at, key.value), node)
        return None

    return read


def choice(*choices: str) -> Reader:
    """One of a few words."""

    def read(b: Binder, at: Path, key: ScalarNode, node: Node) -> str | None:
        value = text(b, at, key, node)
        if value is None or value in choices:
            return value
        hint = b.near(value, choices) or "write one of: " + ", ".join(choices)
        message = f'"{key.value}" cannot be "{traps.shorten(value)}": it is one of {", ".join(choices)}'
        b.at("E014", message, (*at, key.value), node, hint)
        return None

    return read


def parsed(code: str, parse: Callable[[str], Value]) -> Callable[[Binder, Path, ScalarNode, Node], Value | None]:
    """What ``parse`` makes of the text; its TextError is reported as ``code`` at the very characters."""

    def read(b: Binder, at: Path, key: ScalarNode, node: Node) -> Value | None:
        value = text(b, at, key, node)
        if value is None:
            return None
        try:
            return parse(brief(value))
        except TextError as mistake:
            assert isinstance(node, ScalarNode)
            b.inside(code, (*at, key.value), node, mistake)
            return None

    return read


day: Callable[[Binder, Path, ScalarNode, Node], date | None] = parsed("E021", parse_date)


def _checked_window(value: str) -> str:
    parse_window(value)
    return value


window = parsed("E023", _checked_window)
