"""The words of a formula or row expression, and what each is by where it stands.

Told by the characters around it and not by the tree, because while somebody types there is none.
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
    """What can be typed at a place. ``typed`` are the letters of it that stand before the cursor already.

    ``kind``: ``columns`` of ``source`` alone, as after a dot; a ``condition``: whatever can stand in a filter or row
    expression of ``source``; a ``source``; a ``formula``; ``joins``: the words between two values of a row; or
    ``nothing``. ``filter``: the condition stands in the brackets of an aggregate. ``called``: a ``(`` follows already.
    """

    kind: Literal["columns", "condition", "source", "formula", "joins", "nothing"]
    typed: str
    source: str = ""
    filter: bool = False
    called: bool = False


def token_at(text: str, at: int, row_of: str = "") -> Token | None:
    """The word in which, or just behind which, a character stands. ``row_of``: the text is a row expression of it."""
    return next((word for word in words(text, row_of) if word.start <= at <= word.end), None)


def words(text: str, row_of: str = "") -> Iterator[Token]:
    """All words of a text, from left to right."""
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
    """What can be typed at a character of a text."""
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
    """For each token the brackets that are open before it. One and the same list, changed on the way."""
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
    """The source in whose brackets a place stands; "" outside of filters."""
    return next((owner for mark, owner in reversed(stack) if mark == "["), "")


def _function(stack: _Stack) -> str:
    """The function whose argument stands at a place."""
    return stack[-1][1] if stack and stack[-1][0] == "(" else ""
