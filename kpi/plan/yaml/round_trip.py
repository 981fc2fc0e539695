"""Changes to the text of a plan that leave every other character as it was: comments, order, layout, line breaks.

YAML is parsed only for the positions of its nodes, and the new part is spliced into the text. A changed text is parsed
again before it is returned, and its tree must be the old one with exactly that entry changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from kpi.errors import InputError
from kpi.plan.yaml.nodes import Document, begin, compose, entries, finish, is_null
from kpi.values.units import CURRENCY_SIGNS

# Text that needs no quotes, not even in braces: no sign with a meaning in YAML, no ": " and no " #".
_PLAIN = re.compile(
    rf"[{CURRENCY_SIGNS}]?[^\W_]([\w .%{CURRENCY_SIGNS}/()'+-]*[\w%){CURRENCY_SIGNS}])?|-?[0-9][0-9._]*%?"
)
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off"})

Splice = tuple[int, int, str]


def set_entry(text: str, path: Sequence[str], key: str, value: str, *, before: str | None = None) -> str:
    """``text`` with ``key: value`` in the mapping at ``path``.

    A key that is there gets the new value; a new one goes before the key ``before``, or to the end. All of ``path``
    but its last part must exist; the last part is added where it is missing or empty. ``value`` is the text of the
    scalar, quoted where YAML needs it. Raises InputError where the text is not written plainly enough to be edited
    (anchors, aliases, merges), and then nothing is to be written.
    """
    # A byte order mark is no part of what is counted in.
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text[len(mark) :]
    root = compose(body)
    if root is None:
        raise InputError("the file is empty")
    start, end, new = _splice(_Text(body), root, path, key, scalar(value), before)
    changed = body[:start] + new + body[end:]
    expected = _tree(root)
    _put(expected, path, key, value)
    if not _equal(_tree(compose(changed)), expected):
        raise InputError(
            f"{'.'.join([*path, key])} cannot be changed here without disturbing the rest of the file",
            hint=f'write it by hand: "{scalar(key)}: {scalar(value)}"',
        )
    return mark + changed


def read_text(path: Path) -> str:
    """A file's text with its own line breaks and byte order mark, as :func:`set_entry` takes it. Raises InputError."""
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(f"{path} cannot be read: {fault}") from fault


def scalar(text: str) -> str:
    """``text`` as a YAML scalar that reads as that text, also inside braces; plain where that is safe."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    escaped = "".join(_escape(character) for character in text)
    return f'"{escaped}"'


def _escape(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


class _Text:
    """The text with what a splice needs to know about its lines."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.document = Document("", text)
        first = re.search(r"\r\n|\n|\r", text)
        self.newline = first[0] if first else "\n"

    def column(self, at: int) -> int:
        """The number of characters before ``at`` in its line."""
        return self.document.position(at)[1] - 1

    def line_end(self, at: int) -> int:
        """Where the line of ``at`` ends, before its break."""
        return self.document.line_span(at)[1]

    def leads(self, at: int) -> bool:
        """Whether there is only white space before ``at`` in its line."""
        return not self.text[at - self.column(at) : at].strip()

    def last(self, node: Node) -> int:
        """The end of a node without the comments that follow it."""
        if isinstance(node, CollectionNode) and not node.flow_style:
            last = node.value[-1]
            return self.last(last[1] if isinstance(node, MappingNode) else last)
        return finish(self.document, node)

    def significant(self, at: int) -> int:
        """The offset of the next character that is neither white space nor part of a comment."""
        while at < len(self.text) and (self.text[at].isspace() or self.text[at] == "#"):
            at = self.line_end(at) if self.text[at] == "#" else at + 1
        return at


def _splice(text: _Text, root: Node, path: Sequence[str], key: str, value: str, before: str | None) -> Splice:
    node = root
    for depth, part in enumerate(path):
        pair = _own(node, part, path[: depth + 1])
        if pair is None:
            # Only the last part may be missing; it is added with its one entry.
            return _insert(text, _mapping(node, path[:depth]), part, f"{{{scalar(key)}: {value}}}", None)
        name, node = pair
        if begin(node) < begin(name):
            raise _unplain(path[: depth + 1])
        if depth == len(path) - 1 and is_null(node):
            at, end = begin(node), finish(text.document, node)
            gap = "" if at > 0 and text.text[at - 1].isspace() else " "
            return at, end, f"{gap}{{{scalar(key)}: {value}}}"
    there = _own(node, key, [*path, key])
    if there is None:
        return _insert(text, _mapping(node, path), key, value, before)
    name, old = there
    if begin(old) < begin(name) or not isinstance(old, ScalarNode):
        raise _unplain([*path, key])
    at, end = begin(old), finish(text.document, old)
    return at, end, value if at > 0 and text.text[at - 1].isspace() else " " + value


def _insert(text: _Text, node: MappingNode, key: str, value: str, before: str | None) -> Splice:
    """A new entry in a mapping that exists."""
    entry = f"{scalar(key)}: {value}"
    following = next((name for name, _ in node.value if name.value == before), None)
    if node.flow_style:
        return _insert_in_braces(text, node, entry, following)
    if following is not None:
        at = begin(following)
        return at, at, entry + text.newline + " " * text.column(at)
    indent = " " * text.column(begin(node.value[0][0]))
    at = text.line_end(text.last(node))
    return at, at, text.newline + indent + entry


def _insert_in_braces(text: _Text, node: MappingNode, entry: str, following: Node | None) -> Splice:
    if not node.value:
        at = begin(node) + 1
        return at, at, entry
    if following is not None:
        at = begin(following)
        gap = text.newline + " " * text.column(at) if text.leads(at) else " "
        return at, at, f"{entry},{gap}"
    key, value = node.value[-1]
    end = text.last(value)
    if not text.leads(begin(key)):
        return end, end, f", {entry}"
    # One entry a line: the new one gets its own, below the comment that the last one may have.
    line = text.newline + " " * text.column(begin(key))
    after = text.significant(end)
    if text.text[after] == ",":
        at = text.line_end(after) if text.significant(after + 1) > text.line_end(after) else after + 1
        return at, at, f"{line}{entry},"
    if after <= text.line_end(end):
        return end, end, f",{line}{entry}"
    return end, text.line_end(end), f",{text.text[end : text.line_end(end)]}{line}{entry}"


def _own(node: Node, key: str, path: Sequence[str]) -> tuple[ScalarNode, Node] | None:
    """The entry that is written in the mapping itself. Raises InputError for one that is merged into it."""
    mapping = _mapping(node, path[:-1])
    for name, value in mapping.value:
        if isinstance(name, ScalarNode) and name.value == key:
            return name, value
    if key in entries(mapping):
        raise _unplain(path)
    return None


def _mapping(node: Node, path: Sequence[str]) -> MappingNode:
    if not isinstance(node, MappingNode) or (not node.value and not node.flow_style):
        raise _unplain(path)
    return node


def _unplain(path: Sequence[str]) -> InputError:
    return InputError(
        f"{'.'.join(path) or 'the file'} is not written plainly enough to be changed by a command",
        hint="write it as a mapping of its own, without an anchor, an alias or a merge, or change it by hand",
    )


Tree = list[Any] | str | None


def _tree(node: Node | None) -> Tree:
    """What a file says, without how: mappings as lists of pairs, scalars as text, empty as None."""
    if isinstance(node, MappingNode):
        return ["map", *([_tree(key), _tree(value)] for key, value in node.value)]
    if isinstance(node, SequenceNode):
        return ["list", *(_tree(item) for item in node.value)]
    return None if node is None or is_null(node) else str(node.value)


def _put(tree: Tree, path: Sequence[str], key: str, value: str) -> None:
    """Make the change in the tree: the last part of ``path`` becomes a mapping if it is not one."""
    for part in path:
        assert isinstance(tree, list)
        pair = next((pair for pair in tree[1:] if pair[0] == part), None)
        if pair is None:
            pair = [part, None]
            tree.append(pair)
        if pair[1] is None:
            pair[1] = ["map"]
        tree = pair[1]
    assert isinstance(tree, list)
    for pair in tree[1:]:
        if pair[0] == key:
            pair[1] = value
            return
    tree.append([key, value])


def _equal(one: Tree, other: Tree) -> bool:
    """Whether two trees say the same; the order of a mapping's entries does not count."""
    if not isinstance(one, list) or not isinstance(other, list):
        return one == other
    if one[:1] == ["map"] == other[:1]:
        return len(one) == len(other) and all(
            any(pair[0] == twin[0] and _equal(pair[1], twin[1]) for twin in other[1:]) for pair in one[1:]
        )
    return len(one) == len(other) and all(_equal(a, b) for a, b in zip(one, other, strict=True))
