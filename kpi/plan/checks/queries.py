"""The text of a ``query``, as far as it can be checked without a database (rule N3).

Only what is certainly wrong is reported here; before a query runs, the engine's own parser checks it again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import NamedTuple

from kpi.plan.checks.report import Finding

# Compiled on first use: few plans have a query.
_TOKEN = (
    r"--[^\n]*|/\*.*?(?:\*/|\Z)"  # comments
    r"|'(?:[^']|'')*(?:'|\Z)|\$(\w*)\$.*?(?:\$\1\$|\Z)"  # strings
    r'|"(?:[^"]|"")*(?:"|\Z)|\w+|[^\s\w]'
)
# Called without parentheses; the other functions that tell the time, are random or read files need them.
_CLOCK_WORDS = frozenset(["current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"])
_CLOCKS = _CLOCK_WORDS | {"now", "today", "get_current_time", "get_current_timestamp", "transaction_timestamp"}
_RANDOM = frozenset(["random", "setseed", "uuid", "gen_random_uuid", "uuidv4", "uuidv7"])
_READERS = ("read_", "pragma_", "duckdb_", "parquet_", "sniff_")
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
        yield Finding("E060", "a query is one SELECT over declared sources", at, "WITH … SELECT … is fine")
        return
    if ends and ends[0] < len(found) - 1:
        after = found[ends[0] + 1]
        yield Finding("E060", "a query is one statement, and another begins here", (after.start, after.end))
    for number, token in enumerate(found):
        before = found[number - 1].text if number else ""
        called = number + 1 < len(found) and found[number + 1].text == "("
        finding = _refused(token, before, called)
        if finding is not None:
            yield finding


def _refused(token: Token, before: str, called: bool) -> Finding | None:
    name, at = token.text, (token.start, token.end)
    if name[0] == "'" and before in ("from", "join"):
        hint = "declare the file as a source of its own, and name that here"
        return Finding("E060", "a query reads declared sources, not files", at, hint)
    if before in (".", "as"):
        return None
    if name in _CLOCK_WORDS or (called and name in _CLOCKS):
        return Finding("E060", f"{name} depends on the clock: the same file would give another number tomorrow", at)
    if called and name in _RANDOM:
        return Finding("E060", f"{name} is random: the same file would give another number each time", at)
    if called and name.startswith(_READERS):
        hint = "declare the file as a source of its own, and name that here"
        return Finding("E060", f"{name}(…) is not allowed in a query, which reads declared sources only", at, hint)
    return None


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
