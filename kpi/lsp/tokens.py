"""The names in a formula or row expression and the role of each.

The role is derived from the surrounding characters rather than from the syntax tree, because an incomplete formula has
no tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from kpi.formulas.functions import (
    AGGREGATES,
    CONSTANT_WORDS,
    EDGE_WORDS,
    GROUP_VALUE,
    OPERATOR_WORDS,
    RESERVED,
    VALUE_FUNCTIONS,
)
from kpi.formulas.lexer import Token, loose_tokens

Role = Literal["source", "column", "name", "function", "word"]
_WORDS = OPERATOR_WORDS | CONSTANT_WORDS | RESERVED | set(EDGE_WORDS)
# Each open bracket with the function or source that it belongs to; "per[" is that of the filter on groups.
_Stack = list[tuple[str, str]]
_COUNTS = ("previous", "growth", "over", "percentile")  # whose last argument is a number or text


class NameToken(NamedTuple):
    """A name at the characters ``start`` to ``end``. ``source`` is the one whose column it is."""

    role: Role
    text: str
    start: int
    end: int
    source: str = ""


class CompletionRequest(NamedTuple):
    """What can be completed at a position. ``typed`` is the part of the name that is before the cursor.

    ``kind`` is ``columns`` (only columns of ``source``, as after a dot), ``condition`` (anything in a filter or row
    expression of ``source``), ``group`` (the filter on groups of ``per``), ``source`` (what an aggregate is of),
    ``formula``, ``joins`` (operators between two row values) or ``nothing``.
    ``filter`` is true inside the brackets of an aggregate, ``called`` if a ``(`` follows the cursor.
    """

    kind: Literal["columns", "condition", "group", "source", "formula", "joins", "nothing"]
    typed: str
    source: str = ""
    filter: bool = False
    called: bool = False


def token_at(text: str, at: int, row_of: str = "") -> NameToken | None:
    """The token at or directly before an offset. ``row_of`` is the source if the text is a row expression."""
    return next((word for word in words(text, row_of) if word.start <= at <= word.end), None)


def words(text: str, row_of: str = "") -> Iterator[NameToken]:
    """All names in a text, from left to right."""
    tokens = loose_tokens(text)
    for index, stack in enumerate(_stacks(tokens)):
        kind, name, start, end = tokens[index]
        if kind != "name":
            continue
        source = row_of or _filtered(stack)
        before = tokens[index - 1][1] if index else ""
        after = tokens[index + 1][1] if index + 1 < len(tokens) else ""
        if before == ".":
            owner = tokens[index - 2]
            if owner[0] == "name":
                yield NameToken("column", name, start, end, owner[1])
        elif name in _WORDS or (name == GROUP_VALUE and _of_groups(stack)):
            yield NameToken("word", name, start, end)
        elif after == "(":
            yield NameToken("function", name, start, end)
        elif source:
            yield NameToken("column", name, start, end, source)
        else:
            is_source = after in (".", "[") or _function(stack) in AGGREGATES.keys() - VALUE_FUNCTIONS.keys()
            yield NameToken("source" if is_source else "name", name, start, end)


def completion_request_at(text: str, at: int, row_of: str = "") -> CompletionRequest:
    """What can be completed at an offset of a text."""
    start = at
    while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    typed = text[start:at]
    called = re.match(r"\w*\s*\(", text[at:]) is not None
    tokens = loose_tokens(text[:start])
    if typed[:1].isdigit() or (tokens and tokens[-1][0] == "open"):
        return CompletionRequest("nothing", typed)
    *_, stack = _stacks([*tokens, ("mark", "", at, at)])
    source = row_of or _filtered(stack)
    last = tokens[-1] if tokens else ("mark", "", 0, 0)
    if last[1] == ".":
        owner = tokens[-2] if len(tokens) > 1 else last
        return (
            CompletionRequest("columns", typed, owner[1]) if owner[0] == "name" else CompletionRequest("nothing", typed)
        )
    if last[0] in ("text", "number") or last[1] in (")", "]") or (last[0] == "name" and last[1] not in OPERATOR_WORDS):
        return CompletionRequest("joins" if source or _of_groups(stack) else "nothing", typed, source)
    if _of_groups(stack):
        return CompletionRequest("group", typed, called=called)
    if source:
        return CompletionRequest("condition", typed, source, filter=not row_of, called=called)
    function = _function(stack)
    if last[1] == ",":
        return CompletionRequest("nothing" if function in _COUNTS else "formula", typed, called=called)
    inside = any(owner in AGGREGATES or owner == "per" for _, owner in stack)
    return CompletionRequest("source" if inside else "formula", typed, called=called)


def _stacks(tokens: list[Token]) -> Iterator[_Stack]:
    """For each token the brackets that are open before it. One and the same list, changed on the way."""
    stack: _Stack = []
    opened: list[int] = []
    before = 0  # where the bracket begins that was closed last
    for index, (_, text, _, _) in enumerate(tokens):
        yield stack
        if text == "(":
            stack.append(("(", _name(tokens, index - 1)))
            opened.append(index)
        elif text == "[":
            stack.append(_filter_of(tokens, index, before))
            opened.append(index)
        elif text in (")", "]") and stack:
            stack.pop()
            before = opened.pop()


def _filter_of(tokens: list[Token], index: int, before: int) -> tuple[str, str]:
    """The bracket of a filter that opens at ``index``, with the source that it filters. ``before`` is where the bracket
    opened that was closed before it."""
    if index and tokens[index - 1][1] == ")":
        if _name(tokens, before - 1) == "per":
            return "per[", ""
        inside = range(before, index - 1)
        return "[", next((_name(tokens, place) for place in inside if tokens[place + 1][1] == "."), "")
    dotted = index > 2 and tokens[index - 2][1] == "."
    return "[", _name(tokens, index - 3 if dotted else index - 1)


def _of_groups(stack: _Stack) -> bool:
    """Whether the position is in a filter on groups."""
    return any(mark == "per[" for mark, _ in stack)


def _name(tokens: list[Token], index: int) -> str:
    return tokens[index][1] if index >= 0 and tokens[index][0] == "name" else ""


def _filtered(stack: _Stack) -> str:
    """The source whose filter contains the position; "" outside of filters."""
    return next((owner for mark, owner in reversed(stack) if mark == "["), "")


def _function(stack: _Stack) -> str:
    """The function whose arguments contain the position."""
    return stack[-1][1] if stack and stack[-1][0] == "(" else ""
