"""YAML and JSON files of other tools as trees, with the line of everything and what nobody has looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kpi.errors import InputError
from kpi.importing.result import Origin
from kpi.plan.yaml.documents import decode, load, read_bytes
from kpi.plan.yaml.nodes import MAX_BYTES, Document, begin, entries, is_null
from kpi.plan.yaml.yaml_pitfalls import YamlPitfall

MOST_DOCUMENTS = 2_000  # in one file
_MARKER = re.compile(r"(?m)^(?:---|\.\.\.)(?=\s|\Z)")


class Item:
    """A value of a file. :meth:`get` remembers what was asked for, so that :meth:`rest` can say what was not."""

    def __init__(self, document: Document, node: Node | None, above: int, name: str = "") -> None:
        self._document, self._node, self._above = document, node, above
        self._entries: dict[str, Item] | None = None
        self._asked: set[str] = set()
        self.name = name

    @property
    def line(self) -> int:
        """The line on which the value begins, from 1."""
        at = 0 if self._node is None else begin(self._node)
        return self._document.position(at)[0] + self._above

    @property
    def file(self) -> str:
        """The file, as shown to people."""
        return self._document.file

    def origin(self, construct: str) -> Origin:
        """A construct that is here."""
        return Origin(construct, self.file, self.line)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self._node, MappingNode)

    @property
    def is_list(self) -> bool:
        return isinstance(self._node, SequenceNode)

    @property
    def text(self) -> str | None:
        """The text of a scalar, without blanks around it; None where it is empty or no scalar."""
        node = self._node
        if not isinstance(node, ScalarNode) or is_null(node):
            return None
        return str(node.value).strip() or None

    def get(self, key: str) -> Item | None:
        """The value of a key; None where it is missing or empty."""
        self._asked.add(key)
        found = self.entries().get(key)
        return None if found is None or found.is_empty else found

    def text_of(self, key: str) -> str | None:
        """The text of a key; None where it is missing, empty or no text."""
        found = self.get(key)
        return None if found is None else found.text

    def flag(self, key: str) -> bool | None:
        """A boolean; None where there is none."""
        text = (self.text_of(key) or "").lower()
        return True if text in ("true", "yes", "on") else False if text in ("false", "no", "off") else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written, or nothing but an empty list or mapping."""
        node = self._node
        if isinstance(node, MappingNode | SequenceNode):
            return not node.value
        return node is None or is_null(node)

    def ignore(self, *keys: str) -> None:
        """Say that these keys are known and have no part in the plan."""
        self._asked.update(keys)

    def entries(self) -> dict[str, Item]:
        """The entries of a mapping by their keys; none where it is not one."""
        if self._entries is None:
            pairs = entries(self._node) if isinstance(self._node, MappingNode) else {}
            self._entries = {key: Item(self._document, value, self._above, key) for key, (_, value) in pairs.items()}
        return self._entries

    def items(self) -> list[Item]:
        """The items of a list; the value itself where it is not one, nothing where it is empty."""
        if isinstance(self._node, SequenceNode):
            return [Item(self._document, node, self._above) for node in self._node.value]
        return [] if self.is_empty else [self]

    def list_of(self, key: str) -> list[Item]:
        """The items of a key."""
        found = self.get(key)
        return [] if found is None else found.items()

    def texts_of(self, key: str) -> list[str]:
        """The texts of a key that is a list, or one text."""
        return [one.text for one in self.list_of(key) if one.text is not None]

    def rest(self) -> Iterator[Item]:
        """The entries that nobody has asked for, each with its key as ``name``."""
        for key, value in self.entries().items():
            if key not in self._asked and not value.is_empty:
                yield value


def read_trees(path: Path) -> list[Item]:
    """The documents of a file. Raises InputError for one that cannot be read."""
    try:
        raw = read_bytes(path)
    except OSError as fault:
        raise InputError(f"{path} cannot be read: {fault.strerror or fault}") from None
    try:
        text = decode(raw)
    except UnicodeDecodeError:
        text = ""
    if len(raw) > MAX_BYTES or not text:
        return _documents(path, [(raw, 0)])
    marks = list(_MARKER.finditer(text))
    if len(marks) > MOST_DOCUMENTS:
        raise InputError(f"{path} has more than {MOST_DOCUMENTS:,} documents", hint="split it")
    parts: list[tuple[bytes | str, int]] = []
    above = at = 0
    starts, ends = [0, *(mark.end() for mark in marks)], [*(mark.start() for mark in marks), len(text)]
    for start, end in zip(starts, ends, strict=True):
        above, at = above + text.count("\n", at, start), start
        parts.append((text[start:end], above))
    return _documents(path, parts)


def _documents(path: Path, parts: Iterable[tuple[bytes | str, int]]) -> list[Item]:
    """The documents of a file, each given as its text and the number of lines above it."""
    found = []
    for part, above in parts:

        def report(document: Document, pitfall: YamlPitfall, above: int = above) -> None:
            line, column = document.position(pitfall.start)
            raise InputError(f"{document.file}:{line + above}:{column}: {pitfall.message}", hint=pitfall.hint)

        document = load(str(path), part, report)
        if document.root is not None:
            found.append(Item(document, document.root, above))
    return found
