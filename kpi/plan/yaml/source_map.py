"""From a path such as ``("kpis", "nps", "target")`` to its location in a file.

Nothing is computed while reading. A location is found by walking the nodes again, because only the few locations of
findings are needed.
"""

from __future__ import annotations

from collections.abc import Mapping

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kpi.diagnostics import Location
from kpi.lazy_pattern import lazy_pattern
from kpi.plan.yaml.nodes import Document, Entry, begin, entries, finish

Path = tuple[str | int, ...]
_ESCAPES = {"x": 4, "u": 6, "U": 10}
_PAIR = lazy_pattern(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")  # one character, as JSON writes it
_CONNECTION = lazy_pattern(r"""(connection["']?\s*:\s*)(?!["']?\$\{\w+\}["']?\s*(?:[,}#]|$))([^\s#,}][^\r\n]*)""")
_CREDENTIALS = lazy_pattern(r"(://)([^\s/@]+)(?=@)")


class SourceMap:
    """Where every path of a plan is. Paths lead over all files; lines and columns count from 1 in characters."""

    def __init__(
        self,
        main: Document,
        documents: Mapping[str, Document],
        entries: Mapping[Path, tuple[Document, Entry]],
        project_names: Mapping[str, str],
    ) -> None:
        self._main = main
        self._documents = documents
        self._entries = entries
        self._project_names = project_names
        self._shown: tuple[tuple[str, int], str] | None = None

    @property
    def texts(self) -> dict[str, str]:
        """The texts of all files of the plan, by the names shown to people."""
        return {name: document.text for name, document in self._documents.items()}

    def of(self, path: Path) -> Location:
        """The location of the value at ``path``, or of its nearest parent if it is not in the file."""
        document, key, value = self._find(path)
        if value is None or (begin(value) == finish(document, value) and key is not None):
            return self.key(path)
        return document.location(begin(value), finish(document, value))

    def key(self, path: Path) -> Location:
        """The location of the key of ``path``, or of the item itself if it is in a list."""
        document, key, value = self._find(path)
        node = key or value
        if node is None:
            return document.location(0, 0)
        return document.location(begin(node), finish(document, node))

    def within(self, path: Path, start: int, end: int) -> Location:
        """The location of the characters ``start`` to ``end`` of the text at ``path``, in any quoting or folding."""
        document, key, value = self._find(path)
        if type(value) is not ScalarNode or (not value.value and key is not None):
            return self.of(path)
        return document.location(*scalar_span(document, value, start, end))

    def scalar(self, path: Path) -> tuple[Document, ScalarNode] | None:
        """The document and the node of the text at ``path``; None if there is no text."""
        document, _, value = self._find(path)
        return (document, value) if isinstance(value, ScalarNode) and value.value else None

    def has(self, path: Path) -> bool:
        """Whether anything is written at ``path``, right or wrong."""
        return self._walk(path)[3]

    def written(self, path: Path) -> str | None:
        """The text at ``path`` as YAML reads it; None if there is no text."""
        _, _, value, whole = self._walk(path)
        return value.value if whole and type(value) is ScalarNode else None

    def document(self, file: str) -> Document | None:
        """A file of the plan by the name shown to people; None for any other."""
        return self._documents.get(file)

    def line_text(self, file: str, line: int) -> str:
        """One line of a file without its line break, with secrets replaced by stars; "" past the end."""
        document = self._documents.get(file)
        if document is None:
            return ""
        # Thousands of findings may be on one line, as in a plan that a program wrote.
        if self._shown is None or self._shown[0] != (file, line):
            self._shown = ((file, line), hide_secrets(document.line(line)))
        return self._shown[1]

    def project_name(self, file: str) -> str:
        """The path of a file of the plan from the root of its git repository, or without one from the plan's folder; it
        does not depend on the current folder. Absolute for a file elsewhere."""
        return self._project_names.get(file, file)

    def _find(self, path: Path) -> tuple[Document, Node | None, Node | None]:
        """The document, key and value of the longest part of ``path`` that exists."""
        return self._walk(path)[:3]

    def _walk(self, path: Path) -> tuple[Document, Node | None, Node | None, bool]:
        """The same, and whether that is all of ``path``."""
        document, key, value = self._main, None, self._main.root
        rest = path
        if found := self._entries.get(path[:2]):
            document, (key, value) = found
            rest = path[2:]
        elif len(path) == 1 and (found := self._entries.get(path)):
            document, (key, value) = found
            rest = ()
        for part in rest:
            if type(value) is MappingNode:
                entry = entries(value).get(str(part))
                if entry is None:
                    return document, key, value, False
                key, value = entry
            elif type(value) is SequenceNode and isinstance(part, int) and 0 <= part < len(value.value):
                key, value = None, value.value[part]
            else:
                return document, key, value, False
        return document, key, value, True


# The most characters of a text in which a location is searched: far more than any formula or target has.
LONGEST = 100_000


def hide_secrets(line: str) -> str:
    """A line with connection strings and passwords in addresses replaced by as many stars."""
    if "connection" in line:
        line = _CONNECTION.sub(lambda found: found[1] + "*" * len(found[2]), line)
    if "://" in line:
        line = _CREDENTIALS.sub(lambda found: found[1] + "*" * len(found[2]), line)
    return line


def scalar_span(document: Document, node: ScalarNode, start: int, end: int) -> tuple[int, int]:
    """File offsets of the characters ``start`` to ``end`` of a scalar's value."""
    value: str = node.value
    start = max(0, min(start, len(value)))
    end = max(start, min(end, len(value)))
    first, last = begin(node), finish(document, node)
    if document.text[first:last] == value:
        return first + start, first + end
    if end > LONGEST:
        return first, last
    # What follows is not walked: many places of one long text may be asked for.
    offsets = _offsets(document.text, first, last, value[: end + 1], str(node.style or ""))
    if offsets is None:
        return first, last
    if start == end:
        return offsets[start][0], offsets[start][0]
    return offsets[start][0], offsets[end - 1][1]


def scalar_offset(document: Document, node: ScalarNode, offset: int) -> int:
    """The inverse: the character of a scalar's value at a file offset; past the end, its length."""
    value: str = node.value
    first, last = begin(node), finish(document, node)
    if document.text[first:last] == value:
        return max(0, min(offset - first, len(value)))
    spans = _offsets(document.text, first, last, value, str(node.style or ""))
    return next((at for at, (_, end) in enumerate(spans or ()) if end > offset), len(value))


def _offsets(text: str, first: int, last: int, value: str, style: str) -> list[tuple[int, int]] | None:
    """The offsets of every character of the value, and of its end; None if text and value differ.

    Folding and indentation only turn white space into other white space, so both are walked in parallel: characters
    other than white space must be equal, and white space is skipped on both sides.
    """
    at = _content_start(text, first, last, style)
    stop = last - 1 if style in ("'", '"') else last
    found: list[tuple[int, int]] = []
    for char in value:
        at = _skip_blanks(text, at, stop, style, keep=char.isspace())
        if at < stop and style == '"' and text[at] == "\\":
            width = len(pair[0]) if (pair := _PAIR.match(text, at)) else _ESCAPES.get(text[at + 1], 2)
        elif at < stop and text[at] == char:
            width = 2 if style == char == "'" else 1
        elif char.isspace():
            width = 0
        else:
            return None
        found.append((at, max(at + width, min(at + 1, stop))))
        at += width
    found.append((at, at))
    return found


def _content_start(text: str, first: int, last: int, style: str) -> int:
    """Where the characters of a scalar begin: after anchor, tag and quote, or on the line after ``>`` or ``|``."""
    while text[first] in "&!":
        while first < last and not text[first].isspace():
            first += 1
        while first < last and text[first].isspace():
            first += 1
    if style in ("'", '"'):
        return first + 1
    if style in ("|", ">"):
        while first < last and text[first] not in "\r\n":
            first += 1
        while first < last and text[first].isspace():
            first += 1
    return first


def _skip_blanks(text: str, at: int, stop: int, style: str, keep: bool) -> int:
    """Past white space, unless ``keep``; in double quotes also past a backslash that joins two lines."""
    while at < stop:
        if style == '"' and text[at] == "\\" and text[at + 1] in "\r\n":
            at += 1
            while at < stop and text[at].isspace():
                at += 1
        elif not keep and text[at].isspace():
            at += 1
        else:
            break
    return at
