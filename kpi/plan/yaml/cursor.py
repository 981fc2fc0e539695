"""The key or value at a character of a file, for editors: the inverse of :mod:`kpi.plan.yaml.source_map`."""

from __future__ import annotations

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kpi.diagnostics import Location
from kpi.plan.yaml.documents import load
from kpi.plan.yaml.nodes import Document, begin, finish, split_lines
from kpi.plan.yaml.source_map import Path, scalar_offset, scalar_span

# A private-use character, which no file has and YAML takes for a letter.
MARK = "\ue000"
_CLOSERS = {"{": "}", "[": "]"}


class CursorContext:
    """A key or a value that is text, and a character in it.

    ``path`` leads to it; for a key it ends with that key. ``text`` is what YAML reads there, ``at`` the character of
    it, from 0 to its length. ``beside`` are the other keys of the mapping, or the other items of the list, around it.
    """

    def __init__(
        self, document: Document, path: Path, node: ScalarNode, offset: int, *, key: bool, beside: tuple[str, ...]
    ) -> None:
        self.path = path
        self.key = key
        self.text: str = node.value
        self.at = scalar_offset(document, node, offset)
        self.beside = beside
        self._document = document
        self._node = node

    def location(self, start: int = 0, end: int | None = None) -> Location:
        """The location of the characters ``start`` to ``end`` of the text; without them, of all of it."""
        if end is None:
            return self._document.location(begin(self._node), finish(self._document, self._node))
        return self._document.location(*scalar_span(self._document, self._node, start, end))


def context_at(document: Document, offset: int) -> CursorContext | None:
    """The key or value that contains an offset or ends at it; None between them."""
    path: Path = ()
    node: Node | None = document.root
    key: ScalarNode | None = None
    beside: tuple[str, ...] = ()
    while node is not None:
        if type(node) is ScalarNode:
            return CursorContext(document, path, node, offset, key=key is not None, beside=beside)
        found: tuple[Path, Node] | None = None
        if type(node) is MappingNode:
            for name, value in node.value:
                if type(name) is not ScalarNode:
                    continue
                if _holds(document, name, offset):
                    found, key = ((*path, name.value), name), name
                elif _holds(document, value, offset):
                    found = ((*path, name.value), value)
                else:
                    continue
                beside = tuple(one.value for one, _ in node.value if type(one) is ScalarNode and one is not name)
                break
        elif type(node) is SequenceNode:
            for index, item in enumerate(node.value):
                if _holds(document, item, offset):
                    found = ((*path, index), item)
                    beside = tuple(one.value for one in node.value if type(one) is ScalarNode and one is not item)
                    break
        if found is None:
            return None
        path, node = found
    return None


def completion_context(text: str, offset: int) -> CursorContext | None:
    """The key or value that a letter typed at an offset would belong to, without that letter; ``at`` is its position.
    The text may not be valid YAML yet. None if the letter would belong to neither."""
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    line = text[start:offset]
    rest = split_lines(text[offset:])[0]
    best: tuple[int, CursorContext, str] | None = None
    for letters in _readings(line.lstrip(), rest):
        document = load("", text[:offset] + letters + text[offset:], lambda document, trap: None)
        spot = context_at(document, offset)
        if spot is None or spot.text[spot.at : spot.at + 1] != MARK:
            continue
        if best is None or len(document.blanked) < best[0]:
            best = len(document.blanked), spot, letters
        if not document.blanked:
            break
    if best is None:
        return None
    _, spot, letters = best
    put_in = letters if spot.text.startswith(letters, spot.at) else MARK  # a text over several lines keeps a colon
    spot.text = spot.text[: spot.at] + spot.text[spot.at + len(put_in) :]
    if spot.key:
        spot.path = (*spot.path[:-1], spot.text)
    return spot


def _readings(typed: str, rest: str) -> list[str]:
    """What can be inserted at the cursor so that the text is valid YAML, the likeliest first."""
    readings = [MARK]
    if not rest.strip() and all(char.isalnum() or char == "_" for char in typed):
        readings.insert(0, MARK + ":")  # a word alone on its line is a key where it can be one
    closers = ""
    for char in typed:
        if char in _CLOSERS:
            closers = _CLOSERS[char] + closers
        elif closers.startswith(char):
            closers = closers[1:]
    if closers:
        readings.append(MARK + closers)
    readings += [MARK + quote + closers for quote in "\"'" if typed.count(quote) % 2]
    return readings


def _holds(document: Document, node: Node, offset: int) -> bool:
    return begin(node) <= offset <= finish(document, node)
