"""What YAML refuses in riddles: a parser's error turned into what was meant, where, and how to write it.

Every explanation also says which stretch of the file to pass over, so that reading can go on behind it.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from yaml import YAMLError
from yaml.reader import ReaderError

from kpi.errors import shorten
from kpi.plan.yaml.nodes import Document
from kpi.plan.yaml.yaml_pitfalls import TextEdit, in_quotes, quoted

KEY = re.compile(
    r"""[ \t]*(?:- +)*(?P<key>"[^"]*"[ \t]*|'[^']*'[ \t]*|[^\s#"'\[\]{},:&*!|>%@`-][^:#]*):(?=[ \t]|$)[ \t]*"""
)
ITEM = re.compile(r"[ \t]*(?:-[ \t]+)*-(?:[ \t]+|$)")
_GLUED = re.compile(r"\s*(?:- +)*([A-Za-z_][\w-]*):([^\s/].*)")
_HALF = re.compile(  # an escape of UTF-16 that is not one of a pair
    r"\\u[dD](?:[89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..\\u[dD])[c-fC-F][0-9a-fA-F]{2})"
)
_SECOND_DOCUMENT = "a second document starts here, but one file holds one plan"

_RESERVED = ("%", "@", "`")  # no text and no syntax begins with them, so that quotes are all that can be missing


class Explained(NamedTuple):
    """A mistake, where it is (offsets) and how to fix it.

    What is skipped begins at ``skip``: the whole entry there, the rest of the file, the one character, or all
    tabs that indent. ``edit`` and ``certain`` are as in YamlPitfall.
    """

    code: str
    message: str
    start: int
    end: int
    hint: str | None
    skip: int
    reach: Literal["entry", "rest", "character", "tabs"] = "entry"
    edit: TextEdit | None = None
    certain: bool = False


def explain(document: Document, text: str, fault: YAMLError) -> Explained:
    """What a parser's error means. ``text`` is what was parsed: the document's, with earlier mistakes blanked out."""
    if isinstance(fault, ReaderError):
        return _unprintable(text)
    problem = str(getattr(fault, "problem", None) or "this is not YAML").strip()
    context = str(getattr(fault, "context", None) or "")
    mark = getattr(fault, "problem_mark", None) or getattr(fault, "context_mark", None)
    at = min(mark.index if mark is not None else 0, len(text))
    context_mark = getattr(fault, "context_mark", None)
    began = min(context_mark.index, len(text)) if context_mark is not None else at
    if "another document" in problem:
        hint = "put it into a file of its own and include it"
        return Explained("E001", _SECOND_DOCUMENT, at, min(at + 3, len(text)), hint, at, "rest")
    case = _Case(document, text, problem, context, at, began)
    for look in (_tab, _scalar_start, _quote, _flow, _colon, _no_colon, _after_value):
        found = look(case)
        if found is not None:
            return found
    start, end = case.span(at)
    return Explained("E001", f"this is not YAML: {problem}", start, end, None, at)


class _Case(NamedTuple):
    """One parser error: what it says, where it noticed (``at``) and where that construct began."""

    document: Document
    text: str
    problem: str
    context: str
    at: int
    began: int

    def line(self, offset: int) -> tuple[int, str]:
        """Offset and text of the line of an offset."""
        start, end = self.document.line_span(min(offset, max(0, len(self.text.rstrip()) - 1)))
        return start, self.text[start:end]

    def value(self, offset: int) -> tuple[str, int, str]:
        """Key, offset and text of the value on the line of an offset; the key is "" where there is none."""
        start, line = self.line(offset)
        if found := KEY.match(line):
            return found["key"].rstrip(), start + found.end(), line[found.end() :]
        if found := ITEM.match(line):
            return "", start + found.end(), line[found.end() :]
        indent = len(line) - len(line.lstrip())
        return "", start + indent, line[indent:]

    def span(self, offset: int) -> tuple[int, int]:
        """The rest of the line from an offset; of an offset behind the text, the last line."""
        start, line = self.line(offset)
        end = start + len(line.rstrip())
        return (offset, end) if offset < end else (start + len(line) - len(line.lstrip()), end)

    def trap(self, message: str, start: int, raw: str, key: str = "") -> Explained:
        """An E002 whose fix is quotes around the text."""
        raw = _without_comment(raw)
        hint = f"write {shorten(key)}: {quoted(raw)}" if key else f"write {quoted(raw)}"
        certain = raw[:1] in _RESERVED
        return Explained(
            "E002", message, start, start + len(raw), hint, start, edit=in_quotes(start, raw), certain=certain
        )


def _without_comment(raw: str) -> str:
    return re.split(r"\s#", raw, maxsplit=1)[0].rstrip()


def _unprintable(text: str) -> Explained:
    found = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff", text)
    at = found.start() if found else 0
    shown = f"U+{ord(text[at]):04X}" if text else "nothing"
    message = f"the control character {shown} is not allowed in YAML"
    return Explained("E001", message, at, at + 1, "take it out", at, "character")


def subject_at(document: Document, offset: int) -> tuple[str, ...]:
    """The path of keys above and in the line of an offset, found by indentation alone: there are no nodes yet."""
    path: list[str] = []
    start, end = document.line_span(offset)
    limit, first = 1_000, True
    for _ in range(2_000):
        line = document.text[start:end]
        indent = len(line) - len(line.lstrip())
        found = KEY.match(line) if line.strip() else None
        if found is not None and (indent < limit):
            if not (first and found.end() > offset - start and found.start("key") > offset - start):
                path.insert(0, shorten(found["key"].strip(" \t\"'")))
            limit = indent
        elif first and line.strip():
            limit = indent
        first = False
        if start == 0 or limit == 0:
            break
        start, end = document.line_span(start - 1)
    return tuple(path)


def _tab(case: _Case) -> Explained | None:
    start, line = case.line(case.at)
    indent = line[: len(line) - len(line.lstrip())]
    if case.text[case.at : case.at + 1] == "\t" and case.at > start + len(indent):  # only without libyaml
        return Explained("E004", "a tab is not allowed here; YAML needs a space", case.at, case.at + 1, None, case.at)
    if "\t" not in indent or (case.at > start + len(indent) and "tab" not in case.problem):
        return None
    tab = start + indent.index("\t")
    hint = "indent with spaces, two for each level"
    message, lines = "a tab indents this line; YAML wants spaces", len(re.findall(r"(?m)^ *\t", case.text))
    message += f" ({lines} lines of this file)" if lines > 1 else ""
    return Explained("E004", message, tab, start + len(indent), hint, start, "tabs")


_STARTS = {
    "*": "refers to an anchor (an alias)",
    "&": "sets an anchor",
    "!": "starts a tag",
    "%": "starts a directive",
    "@": "is reserved",
    "`": "is reserved",
    ">": "announces a text on the lines below",
    "|": "announces a text on the lines below",
    ",": "separates entries",
    "]": "ends a list",
    "}": "ends a mapping",
    "-": "starts a list",
}


def _scalar_start(case: _Case) -> Explained | None:
    """A value (or key) that starts with a sign which YAML keeps for itself."""
    for offset in (case.at, case.began):
        char = case.text[offset : offset + 1]
        if char not in _STARTS or not char:
            continue
        if char in ">|" and "block scalar" not in case.context and "cannot start" not in case.problem:
            continue
        if char in "*&!" and not re.search("alias|anchor|tag", case.context + case.problem):
            continue
        if char in "&*" and "simple key" in case.context:
            continue
        key, at, raw = case.value(offset)
        if char in ",]}" and (at != offset or not key):
            continue
        if char == "-" and "sequence entries" not in case.problem:
            continue
        if at != offset:  # inside brackets or braces, or the key itself
            raw = re.split(r"[,\]}]", case.text[offset : case.document.line_span(offset)[1]], maxsplit=1)[0]
            key, at = _flow_key(case.text, offset), offset
        return case.trap(f'an unquoted "{char}" at the start of a text {_STARTS[char]} in YAML', at, raw, key)
    return None


def _flow_key(text: str, offset: int) -> str:
    found = re.search(r"([\w-]+)\s*:\s*$", text[max(0, offset - 80) : offset])
    return found[1] if found else ""


def _quote(case: _Case) -> Explained | None:
    """A quotation that is not closed, or an escape that double quotes do not know."""
    if "quoted scalar" not in case.context:
        return None
    if "escape" in case.problem or "hexdecimal" in case.problem:
        if half := _HALF.search(case.text, case.began, case.document.line_span(case.began)[1]):
            message = f'"{half[0]}" is one half of a character, and the other half is missing'
            return Explained("E001", message, *half.span(), "write the character itself", case.began)
        at = case.text.rfind("\\", case.began, case.at + 1)
        at = case.at if at < 0 else at
        hint = "in double quotes write \\\\ for a backslash, or use single quotes"
        message = f'"{case.text[at : at + 2]}" means nothing inside double quotes'
        return Explained("E001", message, at, at + 2, hint, case.began)
    return _open_quote(case, case.began)


def _open_quote(case: _Case, began: int) -> Explained:
    _, end = case.document.line_span(began)
    key, start, raw = case.value(began)
    if start == began and raw.strip() in ("'", '"'):
        return case.trap(f"an unquoted {raw[0]} opens a quotation", began, raw, key)
    return Explained("E001", "the quotation that is opened here is not closed on its line", began, end,
                     f"end it with {case.text[began]}", began)  # fmt: skip


def _flow(case: _Case) -> Explained | None:
    """Something that does not fit inside brackets or braces."""
    if not re.search("flow (mapping|sequence|node)", case.context):
        return None
    began = case.began
    if case.text[began : began + 1] not in ("[", "{"):
        began = max(case.text.rfind("{", 0, case.at), case.text.rfind("[", 0, case.at), 0)
    opener = case.text[began : began + 1]
    start, line = case.line(case.at)
    entry_below = start > began and (not line.strip() or KEY.match(line) or case.at >= len(case.text.rstrip()))
    if entry_below and not re.search(r"[\]}]", case.text[began : case.at]):
        end = case.document.line_span(began)[1]
        closer = "]" if opener == "[" else "}"
        return Explained("E001", f'the "{opener}" is not closed', began, end, f'close it with "{closer}"', began)
    key, value_at, raw = case.value(began)
    if opener == "[" and value_at == began and raw.rstrip()[-1:] not in ("]", ","):
        return case.trap('an unquoted "[" starts a list, not a text', began, raw, key)
    at = min(case.at, case.document.line_span(case.at)[1])
    key, piece_at, piece = _flow_piece(case.text, began, at)
    if not piece:
        char = case.text[at : at + 1]
        before = case.text[:at].rstrip()
        key = _flow_key(case.text, len(before.removesuffix(",")))
        hint, edit = None, None
        if char == "," and key:
            comma = case.text.rfind(",", 0, at) if before.endswith(",") else at
            hint, edit = f"write {key}: {quoted(char)}", in_quotes(comma, char)
        message = f'a value is missing before this "{char}"' if char else "a value is missing here"
        return Explained("E002", message, at, at + 1, hint, began, edit=edit)
    inner = re.search(r"[?\[\]{}]", piece)
    if inner is None:
        return Explained("E002", "this does not fit inside brackets or braces", piece_at, piece_at + len(piece),
                         'entries are separated by commas: {key: value, key: value}', began)  # fmt: skip
    message = f'an unquoted "{inner[0]}" inside brackets or braces has its own meaning in YAML'
    found = case.trap(message, piece_at, piece, key)
    return found._replace(skip=began)


def _flow_piece(text: str, began: int, at: int) -> tuple[str, int, str]:
    """Key, offset and text of the entry inside brackets or braces at an offset."""
    key, start, depth, here = "", began + 1, 0, began + 1
    while here < at:
        char = text[here]
        if char in "\"'" and 0 <= text.find(char, here + 1) < at:
            here = text.find(char, here + 1)
        depth += (char in "[{") - (char in "]}")
        if depth == 0 and char == ",":
            key, start = "", here + 1
        elif depth == 0 and char == ":" and not key and text[here + 1 : here + 2] in (" ", "\n"):
            lines = text[start:here].split("\n")
            key, start = lines[-1].strip(), here + 1
        here += 1
    while here < len(text) and text[here] not in "\r\n" and not (depth <= 0 and text[here] in ",]}"):
        depth += (text[here] in "[{") - (text[here] in "]}")
        here += 1
    piece = text[start:here]
    return key, start + len(piece) - len(piece.lstrip()), piece.strip()


def _colon(case: _Case) -> Explained | None:
    """A colon where no key can be: inside a text, after a line that lacks its space, or indented too deep."""
    if "mapping values are not allowed" not in case.problem:
        return None
    key, start, raw = case.value(case.at)
    if start <= case.at and key and raw[:1] not in ("", "#"):
        return case.trap('": " inside a text that has no quotes starts a new key', start, raw, key)
    line_start, line = case.line(case.at)
    before = _line_before(case, line_start)
    if before is not None and (found := _GLUED.match(before[1])):
        return _no_space(before[0], found)
    if before is not None and (found := KEY.match(before[1])) and before[1][found.end() :]:
        message = f'this line is indented deeper than "{shorten(found["key"])}" above it, which already has a value'
        indent = len(line) - len(line.lstrip())
        return Explained("E001", message, line_start + indent, case.at, "indent both lines alike", line_start)
    return _without_colon(case, line_start)


def _without_colon(case: _Case, below: int) -> Explained | None:
    """A key without its colon, which makes a text of it that the lines ``below`` do not fit into."""
    first: tuple[int, str] | None = None
    before = _line_before(case, below)
    for _ in range(20):
        if before is None:
            break
        start, line = before
        if (found := KEY.match(line)) is not None:
            if line[found.end() :].strip():  # the text began in this line, with its key
                return None
            break
        first = before
        if ITEM.match(line):
            break
        before = _line_before(case, start)
    return None if first is None else _colon_missing(case, *first)


def _colon_missing(case: _Case, start: int, line: str) -> Explained | None:
    """The mistake of a line such as ``sales`` above fields, or ``unit EUR``."""
    item = ITEM.match(line)
    indent = item.end() if item else len(line) - len(line.lstrip())
    raw = _without_comment(line[indent:])
    key, _, value = raw.partition(" ")
    after = case.document.line_span(start)[1] + 1
    while after < len(case.text) and not (below := case.line(after)[1]).strip():
        after += len(below) + 1
    opens = after < len(case.text) and len(below) - len(below.lstrip()) > indent
    if opens or not value:
        key, value = raw, ""
    if not re.fullmatch(r"[\w.-]+(?: [\w.-]+){0,3}", key):
        return None
    fixed = f"{key}: {_without_comment(value.strip())}" if value else f"{key}:" + (" " if opens else " and its value")
    return Explained("E001", f'a colon is missing after "{shorten(key)}"', start + indent, start + indent + len(raw),
                     f"write {shorten(fixed.strip())}", start)  # fmt: skip


def _line_before(case: _Case, start: int) -> tuple[int, str] | None:
    """The last line above an offset that is neither blank nor a comment."""
    while start > 0:
        start, line = case.line(start - 1)
        if line.strip() and not line.lstrip().startswith("#"):
            return start, line
    return None


def _no_space(start: int, found: re.Match[str]) -> Explained:
    raw = _without_comment(found[2])
    first, last = start + found.start(1), start + found.start(2) + len(raw)
    text = f"{found[1]}: {raw}"
    message = f'a space is missing after "{found[1]}:"'
    return Explained("E002", message, first, last, f"write {text}", start, edit=TextEdit(first, last, text))


def _no_colon(case: _Case) -> Explained | None:
    """A line that should be ``key: value`` and has no colon, or none with a space after it."""
    if "could not find expected ':'" not in case.problem:
        return None
    start, line = case.line(case.began)
    if found := _GLUED.match(line):
        return _no_space(start, found)
    if opened := _quote_above(case, start):
        return opened
    if missing := _colon_missing(case, start, line):
        return missing
    raw = line.strip()
    at = start + len(line) - len(line.lstrip())
    hint = "a longer text goes on in lines that are indented deeper than its key"
    return Explained("E001", f'"{shorten(raw)}" is not "key: value"', at, at + len(raw), hint, at)


def _after_value(case: _Case) -> Explained | None:
    """Text after a closed quotation or bracket, or a line that is not aligned with its neighbours."""
    if not re.search("block (mapping|collection|sequence)|document start", case.context + case.problem):
        return None
    start, line = case.line(case.at)
    if opened := _quote_above(case, start):
        return opened
    key, value_at, raw = case.value(case.at)
    if case.at > value_at and raw[:1] in ('"', "'", "[", "{"):
        what = "quotation ends" if raw[0] in "\"'" else "list ends" if raw[0] == "[" else "mapping ends"
        return case.trap(f"the {what} before this; the text as a whole has no quotes", value_at, raw, key)
    if case.at > start + len(line) - len(line.lstrip()) or not line.strip():
        return None
    message, hint = "this line is not aligned with the lines above it", "indent the fields of one entry alike"
    return Explained("E001", message, case.at, start + len(line.rstrip()), hint, start)


def _quote_above(case: _Case, start: int) -> Explained | None:
    """A quotation opened in one of the lines above and not closed there: it swallowed what is between."""
    for _ in range(20):
        before = _line_before(case, start)
        if before is None:
            return None
        start, line = before
        found = KEY.match(line)
        value = line[found.end() :] if found else ""
        if value[:1] in ('"', "'") and value.count(value[0]) == 1:
            return _open_quote(case, start + len(line) - len(value))
    return None
