"""YAML text to a tree of nodes with their positions. Every scalar stays text (rule R1).

Nothing here knows what a plan is. A :class:`Document` is one file; positions inside it are character offsets into
its text, and become lines and columns only when somebody asks.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate, count
from typing import Any

from yaml import YAMLError
from yaml.composer import Composer
from yaml.events import Event
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

from kpi.diagnostics import Location
from kpi.lazy_pattern import lazy_pattern

try:
    from yaml._yaml import CParser
except ImportError:  # PyYAML built without libyaml: slower, otherwise the same.
    CParser = None  # type: ignore[assignment,misc]

MAX_BYTES = 10_000_000
MAX_NODES = 1_000_000
MAX_DEPTH = 50
MAX_ALIASED = 100_000
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_MOST_SCANNED_AHEAD = 2_048  # a key, and so what libyaml looks at to find one, is at most 1,024 characters long
_DEEP_LINE = lazy_pattern(rb"(?:\A|[\n\r])[ \t?:-]{%d}" % (MAX_DEPTH // 2))
_NOT_BRACKETS = bytes(sorted(set(range(256)) - set(b"[]{}")))

Entry = tuple[ScalarNode, Node]


def begin(node: Node | Event) -> int:
    """Offset of the first character of a node or an event."""
    return node.start_mark.index if node.start_mark is not None else 0


def finish(document: Document, node: Node) -> int:
    """Offset after a node's last character that is not blank: block collections and scalars end later for YAML."""
    end = node.end_mark.index if node.end_mark is not None else 0
    if type(node) is ScalarNode and node.style not in ("|", ">"):
        return end
    start = begin(node)
    return start + len(document.text[start:end].rstrip())


class TooLargeError(Exception):
    """The file would need more memory or time than any plan does. ``offset`` is where that shows."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class Document:
    """One file: its text, its nodes, and the stretches that are blanked out because they are not YAML.

    ``failed`` says that nothing of it could be read.
    """

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.root: Node | None = None
        self.blanked: list[tuple[int, int]] = []
        self.failed = False
        self._merged: list[tuple[int, int]] = []
        self._starts: list[int] | None = None

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character."""
        if self._starts is None:
            self._starts = list(_line_starts(self.text))
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def location(self, start: int, end: int) -> Location:
        """The stretch of characters ``start`` to ``end`` (exclusive)."""
        line, column = self.position(start)
        end_line, end_column = self.position(max(start, end))
        return Location(self.file, line, column, end_line, end_column)

    def line_span(self, offset: int) -> tuple[int, int]:
        """Start and end (without the line break) of the line of a character."""
        line, _ = self.position(offset)
        assert self._starts is not None
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self.text)
        return start, start + len(self.text[start:end].rstrip("\r\n"))

    def line(self, number: int) -> str:
        """A line, counted from 1, without its break; "" past the end."""
        self.position(0)
        assert self._starts is not None
        if not 1 <= number <= len(self._starts):
            return ""
        start, end = self.line_span(self._starts[number - 1])
        return self.text[start:end]

    def is_whole(self) -> bool:
        """Whether no entry can have been lost: everything was read, or only values on one line were blanked out."""
        for start, end in self.blanked:
            lost = self.text[start:end].strip()
            if "\n" in lost or (lost and self.text[:start].endswith(("\n", "\r"))):
                return False
        return not self.failed

    def is_blanked(self, start: int, end: int) -> bool:
        """Whether something between two offsets was blanked out, so that what is missing there is not a new mistake."""
        if not self.blanked:
            return False
        if len(self._merged) != len(self.blanked):
            # Sorted, and each reaching at least as far as those before it, so that one look is enough.
            furthest = accumulate((stop for _, stop in sorted(self.blanked)), max)
            self._merged = list(zip(sorted(begin for begin, _ in self.blanked), furthest, strict=True))
        index = bisect_left(self._merged, (max(end, start + 1), 0)) - 1
        return index >= 0 and self._merged[index][1] > start

    def is_blanked_node(self, node: Node) -> bool:
        """Whether a node is, or is part of, what could not be parsed and is already reported."""
        return bool(self.blanked) and self.is_blanked(begin(node), finish(self, node))


def split_lines(text: str) -> list[str]:
    """The lines of a text without their breaks, which are those of YAML; ``splitlines()`` knows more of them."""
    return re.split("\r\n|\r|\n", text)


def _line_starts(text: str) -> Iterator[int]:
    yield 0
    at, length = 0, len(text)
    if "\r" not in text:
        while (at := text.find("\n", at) + 1) > 0:
            yield at
        return
    while at < length:
        newline, carriage = text.find("\n", at), text.find("\r", at)
        if carriage >= 0 and (newline < 0 or carriage < newline):
            at = carriage + (2 if carriage + 1 == newline else 1)
        elif newline >= 0:
            at = newline + 1
        else:
            return
        yield at


class _Plain:
    """Leaves tags alone: ``node.tag`` is "" unless the file itself writes one."""

    nodes = 0

    def resolve(self, kind: object, value: object, implicit: object) -> str:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise TooLargeError(f"more than {MAX_NODES:,} entries")
        return ""

    def descend_resolver(self, parent: object, index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


class _PureLoader(_Plain, Reader, Scanner, Parser, Composer):
    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)


if CParser is not None:

    class _CLoader(_Plain, CParser):
        pass


def _loader(text: str) -> Any:
    return _PureLoader(text) if CParser is None else _CLoader(text)


def compose(text: str) -> Node | None:
    """The root node, or None of a file that is empty or null. Raises yaml.YAMLError, TooLarge."""
    masked = Masked(text)
    check_depth(masked.text)
    loader = _loader(masked.text)
    root: Node | None = loader.get_single_node()
    if root is None or is_null(root):
        return None
    if "&" in text:
        _check_aliases(root)
    masked.restore(root)
    return root


# What ends a line in YAML 1.1, the version that the parser reads, and is a character like any other since 1.2.
FORMER_BREAKS = "\x85\u2028\u2029"
_ESCAPE = lazy_pattern(r"\\(?:u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|.)", re.IGNORECASE | re.DOTALL)
_HALF = lazy_pattern(r"\\u[dD][89a-fA-F]")


class Masked:
    """A text in which the parser finds YAML 1.2 and JSON although it reads YAML 1.1; offsets are those of the original.

    Characters that ended a line in YAML 1.1 are replaced by others that the text does not have, and the two escapes of
    a character beyond U+FFFF, as JSON writes it (``"\\ud83d\\ude00"``), by one escape and such characters.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._breaks: dict[int, str] = {}
        self._pairs: list[tuple[int, str]] = []
        self._halves = _HALF.search(text) is not None
        former = [char for char in FORMER_BREAKS if char in text]
        if not former and not self._halves:
            return
        unused = (chr(code) for code in range(0xF8FF, 0xE000, -1) if chr(code) not in text)
        replaced = {ord(char): next(unused) for char in former}
        self._breaks = {ord(mark): chr(code) for code, mark in replaced.items()}
        self.text = text.translate(replaced)
        if self._halves:
            self._filler = next(unused)
            self.text = _ESCAPE.sub(self._joined, self.text)

    def _joined(self, found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        code = 0x10000 + ((int(found[1], 16) - 0xD800) << 10) + int(found[2], 16) - 0xDC00
        self._pairs.append((found.start(), found[0]))
        return f"\\U{code:08x}" + self._filler * 2

    def restore(self, root: Node) -> None:
        """Write the original characters into the scalars. Raises ScannerError for one half of an escaped character."""
        if not self._breaks and not self._halves:
            return
        seen: set[int] = set()
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            waiting += _children(node)
            if type(node) is ScalarNode:
                node.value = self._restored(node)

    def _restored(self, node: ScalarNode) -> str:
        value: str = node.value
        if self._pairs and node.style == '"':
            value = value.replace(self._filler, "")
        elif self._pairs and self._filler in value:  # in any other style a backslash is a backslash
            written = count(bisect_left(self._pairs, (begin(node), "")))
            value = re.sub(rf"\\U[0-9a-f]{{8}}{self._filler}{{2}}", lambda _: self._pairs[next(written)][1], value)
        if self._halves and any("\ud800" <= char <= "\udfff" for char in value):  # only without libyaml
            raise ScannerError("while parsing a double-quoted scalar", node.start_mark, "invalid escape", node.end_mark)
        return value.translate(self._breaks)


def check_depth(text: str) -> None:
    """Raise TooLarge when brackets or indentation nest too deep for the recursive composer.

    Nearly every file passes two cheap looks at its bytes; only what they cannot clear is walked, event by event.
    """
    raw = text.encode("utf-8", "surrogatepass")
    brackets = raw.translate(None, _NOT_BRACKETS)
    for _ in range(MAX_DEPTH):
        if len(brackets) <= MAX_DEPTH:
            break
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    # A block level costs at least one column, or two levels share one ("key:" and the "- " below it).
    if len(brackets) <= MAX_DEPTH and not _DEEP_LINE.search(raw):
        return
    from yaml import MarkedYAMLError
    from yaml.events import CollectionEndEvent, CollectionStartEvent

    loader = _loader(text)
    in_flow: list[bool] = []  # of each open collection: whether it is written in brackets
    at = 0
    try:
        while (event := loader.get_event()) is not None:
            at = event.end_mark.index if event.end_mark is not None else 0
            if isinstance(event, CollectionStartEvent):
                in_flow.append(bool(event.flow_style))
                if len(in_flow) > MAX_DEPTH:
                    raise _too_deep(begin(event))
            elif isinstance(event, CollectionEndEvent):
                in_flow.pop()
    except MarkedYAMLError as fault:
        # libyaml scans ahead of its events, and some versions fail there at a limit of their own: on the brackets
        # that follow the last event, before any of them has become one.
        if fault.problem_mark is not None:
            end = min(fault.problem_mark.index + 1, at + _MOST_SCANNED_AHEAD)
            _check_brackets(text[at:end], at, in_flow)
        return  # compose() meets the same mistake and reports it
    except YAMLError:
        return


def _check_brackets(ahead: str, at: int, in_flow: list[bool]) -> None:
    """Raise TooLargeError when the brackets of ``ahead``, which starts at offset ``at`` inside the collections
    ``in_flow``, nest too deep. The scanner that is written in Python has no limit."""
    from yaml.tokens import (
        FlowMappingEndToken,
        FlowMappingStartToken,
        FlowSequenceEndToken,
        FlowSequenceStartToken,
    )

    # What is a bracket depends on whether it follows another one.
    prefix = "[" if in_flow and in_flow[-1] else ""
    scanner = _PureLoader(prefix + ahead)
    depth = len(in_flow) - len(prefix)
    try:
        while (token := scanner.get_token()) is not None:  # type: ignore[no-untyped-call]
            if isinstance(token, FlowSequenceStartToken | FlowMappingStartToken):
                depth += 1
                if depth > MAX_DEPTH:
                    raise _too_deep(at + token.start_mark.index - len(prefix))
            elif isinstance(token, FlowSequenceEndToken | FlowMappingEndToken):
                depth -= 1
    except YAMLError:
        return


def _too_deep(offset: int) -> TooLargeError:
    return TooLargeError(f"nested more than {MAX_DEPTH} levels deep", offset)


def _check_aliases(root: Node) -> None:
    """Raise TooLarge when aliases, written out, would make a huge tree, or an alias is inside its own anchor."""
    sizes: dict[int, int] = {}
    open_: set[int] = set()
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, done = stack.pop()
        children = _children(node)
        if done:
            open_.discard(id(node))
            sizes[id(node)] = 1 + sum(sizes[id(child)] for child in children)
        elif id(node) in open_:
            raise TooLargeError("an alias is inside its own anchor", begin(node))
        elif id(node) not in sizes:
            open_.add(id(node))
            stack.append((node, True))
            stack.extend((child, False) for child in children)
    if sizes[id(root)] > max(MAX_ALIASED, 3 * len(sizes)):
        raise TooLargeError(f"the aliases expand to {sizes[id(root)]:,} entries")


def _children(node: Node) -> list[Node]:
    if type(node) is MappingNode:
        return [part for pair in node.value for part in pair]
    return list(node.value) if type(node) is SequenceNode else []


def is_null(node: Node) -> bool:
    """Whether a node is empty, ``~`` or ``null``, unquoted."""
    return type(node) is ScalarNode and not node.style and node.value in NULLS and not node.tag


def is_merge(key: ScalarNode) -> bool:
    """Whether a key is the unquoted ``<<`` that copies the fields of another mapping."""
    return bool(key.value == "<<" and not key.style)


def entries(
    node: MappingNode,
    *,
    twice: Callable[[ScalarNode, ScalarNode], None] | None = None,
    odd: Callable[[Node], None] | None = None,
) -> dict[str, Entry]:
    """Key text -> (key, value), with ``<<`` carried out: fields written here win over merged ones.

    ``twice`` is called with a repeated key (the first one counts), ``odd`` with a key that is not a text and
    of something merged that is no mapping.
    """
    found: dict[str, Entry] = {}
    merged: list[Node] = []
    for pair in node.value:
        key: Node = pair[0]
        if type(key) is not ScalarNode or key.tag:
            if odd is not None:
                odd(key)
        elif is_merge(key):
            merged.extend(pair[1].value if type(pair[1]) is SequenceNode else [pair[1]])
        elif key.value in found:
            if twice is not None:
                twice(found[key.value][0], key)
        else:
            found[key.value] = pair
    for other in merged:
        if type(other) is MappingNode:
            for name, entry in entries(other).items():
                found.setdefault(name, entry)
        elif odd is not None:
            odd(other)
    return found
