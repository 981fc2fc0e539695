"""Changes to the text of a plan that leave every other character as it was: comments, order, layout, line breaks.

YAML is parsed only for the positions of its nodes, and the new part is spliced into the text. A changed text is parsed
again before it is returned, and its tree must be the old one with exactly that entry changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from yaml import YAMLError
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from kpi.errors import InputError
from kpi.lazy_pattern import lazy_pattern
from kpi.plan.yaml.nodes import Document, TooLargeError, begin, compose, entries, finish, is_null, split_lines
from kpi.values.units import CURRENCY_SIGNS
from kpi.writing import encoding_of

# Text that needs no quotes, not even in braces: no sign with a meaning in YAML, no ": " and no " #".
_PLAIN = lazy_pattern(
    rf"[{CURRENCY_SIGNS}]?[^\W_]([\w .%{CURRENCY_SIGNS}/()'+-]*[\w%){CURRENCY_SIGNS}])?|-?[0-9][0-9._]*%?"
)
_COMMENT = lazy_pattern(r"(?m)(?:^|\s)#")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off"})

Splice = tuple[int, int, str]
# What a field can be set to: a text, a list, or a mapping.
Value: TypeAlias = "str | Sequence[Value] | Mapping[str, Value]"
_WIDEST = 110  # columns of a line that is added


def set_entry(text: str, path: Sequence[str], key: str, value: Value, *, before: str | None = None) -> str:
    """``text`` with ``key: value`` in the mapping at ``path``.

    A key that is there gets the new value; a new one goes before the key ``before``, or to the end. All of ``path``
    but its last part must exist; the last part is added where it is missing or empty. Texts are quoted where YAML
    needs it. Raises InputError where the text is not written plainly enough to be edited (anchors, aliases, merges, or
    a list with comments in it), and then nothing is to be written.
    """
    # A byte order mark is no part of what is counted in.
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text[len(mark) :]
    root = _composed(body)
    for written in _spellings(value):
        start, end, new = _splice(_Text(body), root, path, key, written, before)
        changed = body[:start] + new + body[end:]
        expected = _tree(root)
        _put(expected, path, key, _tree_of(value))
        if _equal(_tree_or_none(changed), expected):
            return mark + changed
    raise InputError(
        f"{'.'.join([*path, key])} cannot be changed here without disturbing the rest of the file",
        hint=f'write it by hand: "{scalar(key)}: {inline(value)}"',
    )


def _spellings(value: Value) -> Iterator[str]:
    """A value as written on one line; first without quotes, which may be enough outside of braces."""
    if isinstance(value, str) and _reads_plain(value):
        yield value
    yield inline(value)


def _tree_or_none(text: str) -> Any:
    """The tree of a text as :func:`_tree` has it; None for one that is not YAML."""
    try:
        return _tree(compose(text))
    except (YAMLError, TooLargeError):
        return None


def add_entry(text: str, section: str, id_: str, fields: Mapping[str, Value], comments: Sequence[str] = ()) -> str:
    """``text`` with a new entry at the end of a section, which is added where it is missing.

    ``comments`` are lines that stand above the fields. Raises InputError as :func:`set_entry`.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text[len(mark) :]
    root = _composed(body)
    start, end, new = _entry_splice(_Text(body), root, section, id_, fields, comments)
    changed = body[:start] + new + body[end:]
    expected = _tree(root)
    _put(expected, [section], id_, ["map", *([key, _tree_of(value)] for key, value in fields.items())])
    if not _equal(_tree(compose(changed)), expected):
        raise InputError(f"{section}.{id_} cannot be added here without disturbing the rest of the file")
    return mark + changed


def remove_entry(text: str, path: Sequence[str], key: str) -> str:
    """``text`` without ``key`` in the mapping at ``path``, which must have it and another one.

    In a block the whole lines of the entry are removed, with a comment at their end. Raises InputError as
    :func:`set_entry`.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text[len(mark) :]
    root = _composed(body)
    node: Node = root
    for depth, part in enumerate(path):
        pair = _own(node, part, path[: depth + 1])
        if pair is None or begin(pair[1]) < begin(pair[0]):
            raise _unplain(path[: depth + 1])
        node = pair[1]
    start, end = _removed(_Text(body), _mapping(node, path), key, [*path, key])
    changed = body[:start] + body[end:]
    expected = _tree(root)
    _drop(expected, path, key)
    if not _equal(_tree(compose(changed)), expected):
        raise InputError(f"{'.'.join([*path, key])} cannot be removed here without disturbing the rest of the file")
    return mark + changed


def _composed(text: str) -> Node:
    """The tree of a text. Raises InputError for one that is not YAML, and for an empty one."""
    try:
        root = compose(text)
    except (YAMLError, TooLargeError):
        raise InputError("the file is not valid YAML, so it is not edited", hint="kpi lint shows where") from None
    if root is None:
        raise InputError("the file is empty")
    return root


def read_text(path: Path) -> str:
    """A file's text with its own line breaks and byte order mark, as :func:`set_entry` takes it. Raises InputError."""
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise InputError(f"{path} cannot be read: {fault.strerror or fault}") from fault
    try:
        return content.decode(encoding_of(content))
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8", hint="save it as UTF-8") from None


def scalar(text: str) -> str:
    """``text`` as a YAML scalar that reads as that text, also inside braces; plain where that is safe."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    if text.isprintable() and "'" not in text and ('"' in text or "\\" in text):
        return f"'{text}'"
    escaped = "".join(_escape(character) for character in text)
    return f'"{escaped}"'


def inline(value: Value) -> str:
    """A value as written on one line."""
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {inline(one)}" for key, one in value.items()) + "}"
    return "[" + ", ".join(inline(one) for one in value) + "]"


def field_lines(key: str, value: Value, indent: str) -> Iterator[str]:
    """The lines of an entry of a block mapping; long texts are folded, and long mappings have one line per entry."""
    name = f"{indent}{scalar(key)}:"
    if isinstance(value, str):
        plain = f"{name} {value if _reads_plain(value) else scalar(value)}"
        if len(plain) <= _WIDEST or not _PARTS.fullmatch(value):
            yield plain
            return
        yield f"{name} >-"
        yield from (f"{indent}  {part}" for part in _parts(value, _WIDEST - len(indent) - 2))
    elif isinstance(value, Mapping) and len(f"{name} {inline(value)}") > _WIDEST:
        yield name
        for below, text in value.items():
            yield from field_lines(below, text, indent + "  ")
    else:
        yield f"{name} {inline(value)}"


_PARTS = lazy_pattern(r"\S+( \S+)*")  # words with one space between them, which folding keeps


def _parts(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def _reads_plain(text: str) -> bool:
    """Whether a text, unquoted after a key of a block, reads as that text."""
    if text.casefold() in _WORDS or not _PARTS.fullmatch(text) or not text.isprintable() or text[0] in "<>=!":
        return False
    try:
        node = compose(f"key: {text}")
    except (YAMLError, TooLargeError):
        return False
    return _tree(node) == ["map", ["key", text]]


def _entry_splice(
    text: _Text, root: Node, section: str, id_: str, fields: Mapping[str, Value], comments: Sequence[str]
) -> Splice:
    """The place and the lines of a new entry of a section."""
    flow = "{" + ", ".join(f"{scalar(key)}: {inline(value)}" for key, value in fields.items()) + "}"
    top = _mapping(root, ())
    if top.flow_style:
        raise _unplain([section])
    pair = _own(root, section, [section])
    if pair is None:
        lead = text.newline * (2 if text.text.strip() else 0)
        at = len(text.text.rstrip())
        # A comment at the end of the file stays above what is added.
        return at, at, lead + text.newline.join([f"{scalar(section)}:", *entry_lines(id_, fields, comments, "  ")])
    name, node = pair
    if is_null(node):
        at = text.line_end(finish(text.document, name))
        return at, at, text.newline + text.newline.join(entry_lines(id_, fields, comments, "  "))
    mapping = _mapping(node, [section])
    if begin(node) < begin(name):
        raise _unplain([section])
    if mapping.flow_style:
        return _insert_in_braces(text, mapping, f"{scalar(id_)}: {flow}", None)
    indent = " " * text.column(begin(mapping.value[0][0]))
    at = text.line_end(text.last(mapping))
    gap = text.newline * (2 if _is_spaced(text, mapping) else 1)
    return at, at, gap + text.newline.join(entry_lines(id_, fields, comments, indent))


def entry_lines(id_: str, fields: Mapping[str, Value], comments: Sequence[str], indent: str) -> Iterator[str]:
    """The lines of an entry of a section, with comments above its fields."""
    yield f"{indent}{scalar(id_)}:"
    yield from (f"{indent}  # {comment}" for comment in comments)
    for key, value in fields.items():
        yield from field_lines(key, value, indent + "  ")


def _is_spaced(text: _Text, mapping: MappingNode) -> bool:
    """Whether the entries of a section have blank lines between them, as they should where there is only one."""
    if len(mapping.value) < 2:
        return True
    (_, value), (following, _) = mapping.value[:2]
    between = text.text[text.last(value) : begin(following)]
    return any(not line.strip() for line in split_lines(between)[1:-1])


def _removed(text: _Text, node: MappingNode, key: str, path: Sequence[str]) -> tuple[int, int]:
    """The stretch of characters of an entry."""
    index = next((number for number, (name, _) in enumerate(node.value) if name.value == key), None)
    if index is None or len(node.value) < 2:
        raise _unplain(path)
    name, value = node.value[index]
    if node.flow_style:
        if index + 1 < len(node.value):
            return begin(name), begin(node.value[index + 1][0])
        return text.last(node.value[index - 1][1]), text.last(value)
    start = text.document.line_span(begin(name))[0]
    end = text.line_end(text.last(value) if not is_null(value) else finish(text.document, name))
    while end < len(text.text) and text.text[end] in "\r\n":
        end += 2 if text.text[end : end + 2] == "\r\n" else 1
        break
    return start, end


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
    if begin(old) < begin(name):
        raise _unplain([*path, key])
    if isinstance(old, CollectionNode):
        return _whole(text, name, old, [*path, key], value)
    at, end = begin(old), finish(text.document, old)
    return at, end, value if at > 0 and text.text[at - 1].isspace() else " " + value


def _whole(text: _Text, name: Node, old: CollectionNode, path: Sequence[str], value: str) -> Splice:
    """A new value instead of a list or mapping, which must have no comment in it."""
    at, end = begin(old), text.last(old)
    if not old.flow_style:
        at = text.text.index(":", finish(text.document, name)) + 1
        value = f" {value}"
    if _COMMENT.search(text.text[at:end]):
        raise InputError(
            f"{'.'.join(path)} has comments in it, which a new value would remove", hint="change it by hand"
        )
    return at, end, value


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


def _tree_of(value: Value) -> Tree:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return ["map", *([key, _tree_of(one)] for key, one in value.items())]
    return ["list", *map(_tree_of, value)]


def _drop(tree: Tree, path: Sequence[str], key: str) -> None:
    for part in path:
        assert isinstance(tree, list)
        tree = next(pair[1] for pair in tree[1:] if pair[0] == part)
    assert isinstance(tree, list)
    tree[1:] = [pair for pair in tree[1:] if pair[0] != key]


def _put(tree: Tree, path: Sequence[str], key: str, value: Tree) -> None:
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
