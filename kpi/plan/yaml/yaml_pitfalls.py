"""What YAML swallows in silence: shapes that are legal YAML but surely not what was meant, explained (rule R1)."""

from __future__ import annotations

import re
from typing import NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kpi.errors import shorten
from kpi.plan.yaml.nodes import Document, begin, finish, is_null


class TextEdit(NamedTuple):
    """A fix: the range of a document (offsets) that ``text`` replaces."""

    start: int
    end: int
    text: str


class YamlPitfall(NamedTuple):
    """A mistake, where it is (offsets) and how to fix it. ``edit`` is what the hint says to write, where it says so;
    ``certain`` if there is no other way to read what is written."""

    code: str
    message: str
    start: int
    end: int
    hint: str | None
    edit: TextEdit | None = None
    certain: bool = False


def kind(node: Node) -> str:
    """What a node is, in words."""
    if type(node) is MappingNode:
        return "a mapping"
    if type(node) is SequenceNode:
        return "a list"
    return "empty" if is_null(node) else f'the text "{shorten(node.value, 30)}"'


def quoted(text: str) -> str:
    """A text as it would be written in quotes."""
    text = shorten(text)
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def in_quotes(start: int, raw: str) -> TextEdit | None:
    """The edit that puts quotes around a text of the file; None where hints do not show the whole of it."""
    return TextEdit(start, start + len(raw), quoted(raw)) if shorten(raw) == raw else None


def rest_of_line(document: Document, offset: int) -> str:
    """The text from an offset to the end of its line."""
    return document.text[offset : document.line_span(offset)[1]]


def wrong_shape(document: Document, key: ScalarNode | None, node: Node) -> YamlPitfall | None:
    """Why a value that is empty, or of another shape than its field wants, came out so; None when it was meant so."""
    if node.tag:
        return _tag(document, key, node)
    if type(node) is SequenceNode or type(node) is MappingNode:
        return _collection(document, key, node)
    assert isinstance(node, ScalarNode)
    if node.style in ("|", ">"):
        return None if node.value.strip() else _empty_block(document, key, node)
    if node.style:
        return None
    if not node.value:
        return _emptied(document, key, node)
    return None if is_null(node) else _glued(node.value, begin(node), finish(document, node))


def _write(key: ScalarNode | None, text: str) -> str:
    return f"write {quoted(text)}" if key is None else f"write {key.value}: {quoted(text)}"


def _tag(document: Document, key: ScalarNode | None, node: Node) -> YamlPitfall:
    start = begin(node)
    word = re.split(r"[\s,\]}]", rest_of_line(document, start), maxsplit=1)[0]
    if not word.startswith("!"):  # an anchor precedes the tag
        word = f"!{shorten(str(node.tag))}"
    hint, edit = "take it out; a text that starts with ! needs quotes", None
    raw = document.text[start : finish(document, node)].rstrip()
    if type(node) is ScalarNode and not word.startswith("!!") and "\n" not in raw:
        hint, edit = _write(key, raw), in_quotes(start, raw)
    message = f'"{shorten(word)}" is a YAML tag, and tags are not read here'
    return YamlPitfall("E002", message, start, start + len(word), hint, edit)


def _collection(document: Document, key: ScalarNode | None, node: Node) -> YamlPitfall | None:
    """A bracket or brace that was meant as the beginning of a text."""
    if not node.flow_style:  # type: ignore[attr-defined]
        return None
    start, end = begin(node), finish(document, node)
    raw = document.text[start:end]
    if type(node) is SequenceNode:
        if re.search(r"[=!<>]=|[<>]", raw):
            message = 'an unquoted "[" starts a list, not a text'
            return YamlPitfall("E002", message, start, end, _write(key, raw), in_quotes(start, raw))
    elif node.value and all(is_null(value) for _, value in node.value):
        message = 'an unquoted "{" starts a mapping, not a text'
        return YamlPitfall("E002", message, start, end, _write(key, raw), in_quotes(start, raw))
    return None


def _empty_block(document: Document, key: ScalarNode | None, node: ScalarNode) -> YamlPitfall:
    """``target: >5``: the sign is the header of a folded text, and no text follows."""
    start = begin(node)
    raw = re.split(r"\s#", rest_of_line(document, start), maxsplit=1)[0].rstrip()
    sign = str(node.style)
    if re.fullmatch(r"[|>][+-]?", raw):
        message = f'"{raw}" announces a text on the lines below, but none follows'
    else:
        message = f'an unquoted "{sign}" announces a text on the lines below, so "{shorten(raw)}" is read as nothing'
    return YamlPitfall("E002", message, start, start + len(raw), _write(key, raw), in_quotes(start, raw))


def _emptied(document: Document, key: ScalarNode | None, node: ScalarNode) -> YamlPitfall | None:
    """An empty value where something was written: a ``#`` made it a comment, or a comma ended it."""
    if key is None:
        return None
    after = finish(document, key)
    rest = rest_of_line(document, after)
    if found := re.match(r"""["']?\s*:\s+(#[^\s#].*)""", rest):
        start = after + found.start(1)
        raw = found[1].rstrip()
        message = 'an unquoted "#" starts a comment, so this is read as nothing'
        return YamlPitfall("E002", message, start, start + len(raw), _write(key, raw), in_quotes(start, raw))
    if found := re.match(r"\s*:\s*,", rest):
        return YamlPitfall(
            "E002", f'inside braces a comma ends the entry, so "{shorten(key.value)}" is read as nothing',
            begin(key), after, f'write {shorten(key.value)}: ","', in_quotes(after + found.end() - 1, ","),
        )  # fmt: skip
    return None


def _glued(value: str, start: int, end: int) -> YamlPitfall | None:
    """``name:Foo`` or ``-item``, which YAML takes for one text."""
    if found := re.match(r"([A-Za-z_][\w-]*):(?=[^\s/])(\S*)", value):
        return _without_space(f'a space is missing after "{shorten(found[1])}:"', start, end, found[1] + ":", found[2])
    if found := re.match(r"-([^\s\d-]\S*)", value):
        return _without_space('a space is missing after the "-" of a list', start, end, "-", found[1])
    return None


def _without_space(message: str, start: int, end: int, sign: str, rest: str) -> YamlPitfall:
    """A sign of YAML, ``key:`` or ``-``, that is glued to what follows."""
    end = min(end, start + len(sign) + len(rest))
    text = f"{sign} {rest}"
    whole = end - start == len(sign) + len(rest) and shorten(text) == text
    edit = TextEdit(start, end, text) if whole else None
    return YamlPitfall("E002", message, start, end, f"write {shorten(sign)} {shorten(rest)}", edit)


def unknown_key(document: Document, mapping: Node, key: ScalarNode, value: Node) -> YamlPitfall | None:
    """Why a key that no field has is there at all: split off by a comma, or glued to its value."""
    start, end = begin(key), finish(document, key)
    if key.style:
        return None
    if ":" in key.value and (glued := _glued(key.value, start, end)):
        return glued
    if not is_null(value) or not getattr(mapping, "flow_style", False):
        return None
    if re.match(r"\s*:", document.text[end : end + 200]):
        return None
    if ":" in key.value:  # {2026-Q1:41}
        name, _, rest = key.value.partition(":")
        return _without_space(f'a space is missing after "{shorten(name)}:"', start, end, f"{name}:", rest)
    return _split_off(document, mapping, key)


def _split_off(document: Document, mapping: Node, key: ScalarNode) -> YamlPitfall:
    """``{green: at least 1,000}``: what follows a comma is another entry, without a value."""
    start, end = begin(key), finish(document, key)
    before: tuple[Node, Node] | None = None
    for pair in mapping.value if len(mapping.value) < 100 else ():  # the search must not become quadratic
        if pair[0] is key:
            break
        before = pair
    shown = shorten(key.value)
    if before is None or type(before[0]) is not ScalarNode:
        return YamlPitfall("E002", f'"{shown}" has no value: inside braces every entry is "key: value"', start, end,
                    "a text that holds braces needs quotes around it")  # fmt: skip
    whole = document.text[begin(before[1]) : end]
    edit = in_quotes(begin(before[1]), whole)
    if is_null(before[1]):
        edit = None
        whole = document.text[begin(before[0]) : end]
        hint = f"write {quoted(whole)} in quotes"
    elif re.fullmatch(r".*\d,\d{3}", whole):
        hint = f"write {before[0].value}: {quoted(whole)}, or the number without the comma"
    else:
        hint = f"write {before[0].value}: {quoted(whole)}"
    message = f'inside braces a comma ends the entry, so "{shown}" is alone and has no value'
    return YamlPitfall("E002", message, start, end, hint, edit)


def odd_key(document: Document, node: Node) -> YamlPitfall:
    """A key that is not text, or ``<<`` with something other than a mapping."""
    start, end = begin(node), finish(document, node)
    if node.tag:
        return _tag(document, None, node)
    if type(node) is ScalarNode:
        message = f'"<<" copies the fields of another mapping, but this is {kind(node)}'
        return YamlPitfall("E011", message, start, end, None)
    raw = document.text[start:end]
    sign = raw[:1] if raw[:1] in ("[", "{") else "?"
    return YamlPitfall("E002", f'an unquoted "{sign}" starts {kind(node)}, which cannot be a key', start, end,
                f"write {quoted(raw)} in quotes")  # fmt: skip


def repeated_key(document: Document, first: ScalarNode, second: ScalarNode) -> YamlPitfall:
    """A key that its mapping has already."""
    line, _ = document.position(begin(first))
    message = f'"{shorten(second.value)}" is here a second time; the first is on line {line}'
    return YamlPitfall("E003", message, begin(second), finish(document, second), "keep one of the two")


_PAIRS = (("[", "]"), ("(", ")"))


def cut_by_comment(document: Document, node: Node) -> YamlPitfall | None:
    """A text without quotes that a ``#`` cuts in the middle of a bracket or quotation."""
    end = finish(document, node)
    if document.text[end : end + 1] not in (" ", "\t"):
        return None
    rest = rest_of_line(document, end)
    if not rest.lstrip().startswith("#"):
        return None
    value: str = node.value
    whole = all(value.count(a) == value.count(b) for a, b in _PAIRS)
    if whole and value.count('"') % 2 == 0 and value.count("'") % 2 == 0:
        return None
    start = end + len(rest) - len(rest.lstrip())
    raw = document.text[begin(node) : end] + rest.rstrip()
    edit = None if "\n" in raw else in_quotes(begin(node), raw)
    hint = "put the whole text in quotes, or on its own lines after >-"
    if edit is not None:
        hint = f"put the whole text in quotes, {edit.text}, or on its own lines after >-"
    message = 'an unquoted "#" starts a comment and cuts the text before it short'
    return YamlPitfall("E002", message, start, end + len(rest), hint, edit)
