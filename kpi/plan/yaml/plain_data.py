"""From the nodes of a document to plain data: dicts, lists, texts and None. Knows no meaning.

Every scalar stays text, whatever YAML would make of it (rule R1). Positions are looked up in the document
by the path of the value: see :func:`find`.
"""

from __future__ import annotations

from collections.abc import Callable

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kpi.plan.yaml.nodes import NULLS, Document, Entry, entries, is_null
from kpi.plan.yaml.source_map import Path
from kpi.plan.yaml.yaml_pitfalls import YamlPitfall, cut_by_comment, odd_key, repeated_key, wrong_shape

Report = Callable[[Path, YamlPitfall], None]


class Unreadable:
    """A value that is written but is neither text nor anything else: it has a tag, or a ``#`` made it a comment."""

    def __repr__(self) -> str:
        return "Unreadable()"


UNREADABLE = Unreadable()


class PlainData:
    """Reads the nodes of one document.

    ``report`` is called with every repeated or odd key. ``cut_texts`` are the texts without quotes that a ``#`` cuts in
    the middle of a bracket or quotation, by their paths: whether that is a mistake depends on what the text is for.
    """

    def __init__(self, document: Document, report: Report) -> None:
        self.cut_texts: dict[Path, YamlPitfall] = {}
        self._document = document
        self._report = report
        self._has_comments = " #" in document.text or "\t#" in document.text

    def entries(self, node: MappingNode, path: Path) -> dict[str, Entry]:
        """The entries of a mapping by their keys; repeated and odd keys are reported and left out."""

        def twice(first: ScalarNode, second: ScalarNode) -> None:
            self._report((*path, second.value), repeated_key(self._document, first, second))

        def odd(key: Node) -> None:
            self._report(path, odd_key(self._document, key))

        return entries(node, twice=twice, odd=odd)

    def read(self, node: Node, path: Path, key: ScalarNode | None = None) -> object:
        """A value as plain data; empty ones are None, or "" where there is an empty quotation."""
        kind = type(node)
        if kind is ScalarNode:
            return self._scalar(node, path, key)  # type: ignore[arg-type]
        if node.tag:
            return UNREADABLE
        if kind is MappingNode:
            if node.flow_style and _is_text_in_braces(node):  # type: ignore[attr-defined]
                return UNREADABLE
            return {
                name: self.read(value, (*path, name), key)
                for name, (key, value) in self.entries(node, path).items()  # type: ignore[arg-type]
                if not self._document.is_blanked_node(key)
            }
        assert kind is SequenceNode
        return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]

    def _scalar(self, node: ScalarNode, path: Path, key: ScalarNode | None) -> object:
        text: str = node.value
        style = node.style
        if node.tag:
            return UNREADABLE
        if not style:
            if text in NULLS:
                if text or key is None or wrong_shape(self._document, key, node) is None:
                    return None
                return UNREADABLE
            if self._has_comments and (pitfall := cut_by_comment(self._document, node)) is not None:
                self.cut_texts[path] = pitfall
        elif style in "|>":
            text = text.rstrip()
            return text or UNREADABLE
        return text


def _is_text_in_braces(node: Node) -> bool:
    """Whether a mapping is text that was meant to be in quotes, as ``{{ goal }}`` is."""
    pairs: list[tuple[Node, Node]] = node.value
    return any(type(key) is not ScalarNode for key, _ in pairs) and all(is_null(value) for _, value in pairs)


Entries = dict[int, dict[str, Entry]]


def find(node: Node | None, path: Path, known: Entries) -> tuple[Entry | None, Node | None, int]:
    """The value at a path below a node: its entry (None for an item of a list and for the node itself), the value, and
    how many parts of the path could be followed. ``known`` keeps the entries of mappings from one call to the next, so
    that many mistakes in a large mapping do not take long."""
    entry: Entry | None = None
    for depth, part in enumerate(path):
        if isinstance(node, MappingNode):
            if id(node) not in known:
                known[id(node)] = entries(node)
            found = known[id(node)].get(str(part))
            if found is None:
                return entry, node, depth
            entry, node = found, found[1]
        elif type(node) is SequenceNode and isinstance(part, int) and part < len(node.value):
            entry, node = None, node.value[part]
        else:
            return entry, node, depth
    return entry, node, len(path)
