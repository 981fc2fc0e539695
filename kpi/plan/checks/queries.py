"""The text of a ``query``, as far as it can be checked without a database (rule N3).

Only what is certainly wrong is reported here; before a query runs, the engine's own parser checks it again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import NamedTuple

from kpi.errors import TextError
from kpi.plan.checks.report import Finding

# Compiled on first use: few plans have a query.
_TOKEN = (
    r"--[^\n]*|/\*.*?(?:\*/|\Z)"  # comments
    r"|'(?:[^']|'')*(?:'|\Z)|\$(\w*)\$.*?(?:\$\1\$|\Z)"  # strings
    r'|"(?:[^"]|"")*(?:"|\Z)|\w+|[^\s\w]'
)
ONE_SELECT = "a query is one SELECT over declared sources"
_WITH = "WITH … SELECT … is fine"
NOTHING_ELSE = "a query sees the rows of its sources only: no clock, chance, files or settings"
# Functions that standard SQL calls without parentheses.
_WORDS = frozenset(["current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"])
# Keywords that may be followed by a parenthesis and are not functions.
_SYNTAX = frozenset([
    "all", "and", "any", "anti", "array", "as", "asof", "between", "both", "by", "case", "cast", "coalesce",
    "columns", "cross", "cube", "distinct", "else", "end", "except", "exclude", "exists", "extract", "filter",
    "from", "full", "group", "grouping", "grouping_id", "having", "ifnull", "ilike", "in", "inner", "intersect",
    "interval", "is", "isnull", "join", "lambda", "lateral", "leading", "left", "like", "limit", "materialized",
    "natural", "not", "notnull", "null", "offset", "on", "or", "order", "over", "partition", "pivot", "positional",
    "qualify", "recursive", "rename", "replace", "respect", "right", "rollup", "row", "select", "semi", "sets",
    "similar", "some", "struct", "then", "to", "trailing", "try", "try_cast", "union", "unpack", "unpivot", "using",
    "values", "when", "where", "window", "with", "within",
])  # fmt: skip
_STARTS = ("select", "with", "from", "(")


class Token(NamedTuple):
    """A word, string or symbol of SQL, in lower case unless quoted, and its span."""

    text: str
    start: int
    end: int


def tokens(query: str) -> list[Token]:
    """The tokens of a query without its comments."""
    found = []
    for match in re.finditer(_TOKEN, query, re.DOTALL):
        text = match[0]
        if text.startswith(("--", "/*")):
            continue
        found.append(Token(text if text[0] in "'\"$" else text.lower(), match.start(), match.end()))
    return found


def check_query(query: str, found: list[Token]) -> Iterator[Finding]:
    """What is certainly wrong with a query that has these tokens."""
    ends = [number for number, token in enumerate(found) if token.text == ";"]
    if not found or found[0].text not in _STARTS:
        at = (found[0].start, found[0].end) if found else (0, len(query))
        yield Finding("E060", ONE_SELECT, at, _WITH)
        return
    if ends and ends[0] < len(found) - 1:
        after = found[ends[0] + 1]
        yield Finding("E060", "a query is one statement, and another begins here", (after.start, after.end))
    for number in range(len(found)):
        finding = _refused(found, number)
        if finding is not None:
            yield finding


def _refused(found: list[Token], number: int) -> Finding | None:
    token, before = found[number], found[number - 1].text if number else ""
    name, at = token.text, (token.start, token.end)
    if name[0] == "'" and before in ("from", "join"):
        hint = "declare the file as a source of its own, and name that here"
        return Finding("E060", "a query reads declared sources, not files", at, hint)
    if name in _WORDS and before not in (".", "as"):
        return Finding("E060", no_function(name), at, NOTHING_ELSE)
    called = number + 1 < len(found) and found[number + 1].text == "("
    if not called or not _may_call(before) or not (name[0].isalpha() or name[0] == "_"):
        return None
    from kpi.plan.checks.query_functions import FUNCTIONS, TYPES

    if name in FUNCTIONS or name in TYPES or name in _SYNTAX or _is_cte(found, number + 1):
        return None
    return Finding("E060", no_function(name), at, NOTHING_ELSE)


def _may_call(before: str) -> bool:
    """Whether a word and a parenthesis after this token call a function; else they are an alias with columns."""
    if before[-1:].isalnum() or before[-1:] in ("_", '"', ")", "]", "'", "."):
        return before in _SYNTAX and before != "as"
    return True


def _is_cte(found: list[Token], bracket: int) -> bool:
    """Whether this parenthesis opens the columns of a CTE: ``name(columns) AS``."""
    depth = 0
    for token, after, next_ in zip(found[bracket:], found[bracket + 1 :], found[bracket + 2 :], strict=False):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            return after.text == "using" or (after.text == "as" and next_.text in ("(", "materialized", "not"))
    return False


def no_function(name: str) -> str:
    """What is wrong with calling a function that is not allowed."""
    return f"{name} is not a function that a query may call"


def not_one_select() -> TextError:
    """What is wrong with a query that does more than read."""
    return TextError(ONE_SELECT, hint=_WITH)


def sources_named(found: list[Token], sources: Collection[str]) -> list[str]:
    """The sources that a query may read: those whose names are in it outside of strings and comments."""
    words = {token.text.strip('"').lower() for token in found}
    return [source for source in sources if source in words]


def tables_read(found: list[Token]) -> dict[str, Token]:
    """The tables that a query certainly reads, and where: names after FROM and JOIN that are not defined by WITH."""
    defined = {
        token.text.strip('"').lower()
        for token, as_, bracket in zip(found, found[1:], found[2:], strict=False)
        if as_.text == "as" and bracket.text in ("(", "materialized", "not")
    }
    read: dict[str, Token] = {}
    previous = ""
    for before, token in pairwise(found):
        name = token.text.strip('"').lower()
        # "a is distinct from b" does not read a table.
        behind = before.text in ("from", "join") and previous != "distinct"
        if behind and name not in defined and (name[:1].isalpha() or name[:1] == "_"):
            read.setdefault(name, token)
        previous = before.text
    return read
