"""The names in a formula or row expression and the role of each.

The role is derived from the surrounding characters rather than from the syntax tree, because an incomplete formula has
no tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from kpi.formulas.habits import AGGREGATES, RESERVED, SHIFTS, VALUES, WORDS

Role = Literal["source", "column", "name", "function", "word"]
EDGES = ("window_start", "window_end")
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<open>["'].*)|(?P<name>[^\W\d]\w*)|(?P<number>\d[\w.]*)|(?P<mark>\S)""",
    re.DOTALL,
)
_Lexeme = tuple[str, str, int, int]  # kind, text, start, end
_Stack = list[tuple[str, str]]  # each open bracket with the function or source that it belongs to


class Token(NamedTuple):
    """A name at the characters ``start`` to ``end``. ``source`` is the one whose column it is."""

    role: Role
    text: str
    start: int
    end: int
    source: str = ""


class CompletionRequest(NamedTuple):
    """What can be completed at a position. ``typed`` is the part of the name that is before the cursor.

    ``kind`` is ``columns`` (only columns of ``source``, as after a dot), ``condition`` (anything in a filter or row
    expression of ``source``), ``source``, ``formula``, ``joins`` (operators between two row values) or ``nothing``.
    ``filter`` is true inside the brackets of an aggregate, ``called`` if a ``(`` follows the cursor.
    """

    kind: Literal["columns", "condition", "source", "formula", "joins", "nothing"]
    typed: str
    source: str = ""
    filter: bool = False
    called: bool = False


def token_at(text: str, at: int, row_of: str = "") -> Token | None:
    """The token at or directly before an offset. ``row_of`` is the source if the text is a row expression."""
    return next((word for word in words(text, row_of) if word.start <= at <= word.end), None)


def words(text: str, row_of: str = "") -> Iterator[Token]:
    """All names in a text, from left to right."""
    lexemes = _lexemes(text)
    for index, stack in enumerate(_stacks(lexemes)):
        kind, name, start, end = lexemes[index]
        if kind != "name":
            continue
        source = row_of or _filtered(stack)
        before = lexemes[index - 1][1] if index else ""
        after = lexemes[index + 1][1] if index + 1 < len(lexemes) else ""
        if before == ".":
            owner = lexemes[index - 2]
            if owner[0] == "name":
                yield Token("column", name, start, end, owner[1])
        elif name in WORDS | VALUES | RESERVED or (source and name in EDGES):
            yield Token("word", name, start, end)
        elif after == "(":
            yield Token("function", name, start, end)
        elif source:
            yield Token("column", name, start, end, source)
        else:
            is_source = after in (".", "[") or _function(stack) in AGGREGATES
            yield Token("source" if is_source else "name", name, start, end)


def completion_request_at(text: str, at: int, row_of: str = "") -> CompletionRequest:
    """What can be completed at an offset of a text."""
    start = at
    while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    typed = text[start:at]
    called = re.match(r"\w*\s*\(", text[at:]) is not None
    lexemes = _lexemes(text[:start])
    if typed[:1].isdigit() or (lexemes and lexemes[-1][0] == "open"):
        return CompletionRequest("nothing", typed)
    *_, stack = _stacks([*lexemes, ("mark", "", at, at)])
    source = row_of or _filtered(stack)
    last = lexemes[-1] if lexemes else ("mark", "", 0, 0)
    if last[1] == ".":
        owner = lexemes[-2] if len(lexemes) > 1 else last
        return (
            CompletionRequest("columns", typed, owner[1]) if owner[0] == "name" else CompletionRequest("nothing", typed)
        )
    if last[0] in ("text", "number") or last[1] in (")", "]") or (last[0] == "name" and last[1] not in WORDS):
        return CompletionRequest("joins" if source else "nothing", typed, source)
    if source:
        return CompletionRequest("condition", typed, source, filter=not row_of, called=called)
    function = _function(stack)
    if last[1] == "," and function in (*AGGREGATES, *SHIFTS):
        return CompletionRequest("nothing", typed)  # a number of percent or periods
    return CompletionRequest("source" if function in AGGREGATES else "formula", typed, called=called)


def _lexemes(text: str) -> list[_Lexeme]:
    return [(found.lastgroup or "", found[0], *found.span()) for found in _TOKEN.finditer(text)]


def _stacks(lexemes: list[_Lexeme]) -> Iterator[_Stack]:
    """The open brackets before each token. Yields the same list each time, which is modified in between."""
    stack: _Stack = []
    for index, (_, text, _, _) in enumerate(lexemes):
        yield stack
        if text == "(":
            stack.append(("(", _name(lexemes, index - 1)))
        elif text == "[":
            dotted = index > 2 and lexemes[index - 2][1] == "."
            stack.append(("[", _name(lexemes, index - 3 if dotted else index - 1)))
        elif text in (")", "]") and stack:
            stack.pop()


def _name(lexemes: list[_Lexeme], index: int) -> str:
    return lexemes[index][1] if index >= 0 and lexemes[index][0] == "name" else ""


def _filtered(stack: _Stack) -> str:
    """The source whose filter contains the position; "" outside of filters."""
    return next((owner for mark, owner in reversed(stack) if mark == "["), "")


def _function(stack: _Stack) -> str:
    """The function whose arguments contain the position."""
    return stack[-1][1] if stack and stack[-1][0] == "(" else ""
