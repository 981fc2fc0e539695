"""Writes the list of functions that a ``query`` may call, and the page that shows it, from their review.

python docs/make_query_functions.py            writes the list in kpi/plan/checks and docs/query-functions.md anew
python docs/make_query_functions.py --check    only says whether they are still right

Both forms end with exit code 1 when the installed DuckDB has a function or a type without a decision in
docs/query_functions.txt, or when that file decides about one that this version does not have.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from textwrap import fill

import duckdb

REVIEW = Path(__file__).with_name("query_functions.txt")
PAGE = Path(__file__).with_name("query-functions.md")
MODULE = Path(__file__).parent.parent / "kpi" / "plan" / "checks" / "query_functions.py"
# Written as functions, but known to the parser and not to the catalogue.
SYNTAX = frozenset(["ifnull", "unnest", "->"])
HEAD = '''\
"""The functions that a ``query`` may call and the types that it may cast to; all others are refused.

Made by ``python docs/make_query_functions.py`` from docs/query_functions.txt, where each decision has its reason.
"""

'''
PAGE_HEAD = """\
# Functions of a query

Made by `python docs/make_query_functions.py` from the review in [query_functions.txt](query_functions.txt), which has a
decision and a reason for every function of DuckDB; a test holds the two together.

A `query` sees the rows of its sources and nothing else. It may call these functions, with DuckDB's meaning; any other
is an error, also one that a later version of DuckDB adds. `cast`, `try_cast`, `coalesce`, `case`, `extract`,
`grouping`, `try` and the operators are part of the language.
"""


def sections() -> list[tuple[str, str, list[str]]]:
    """The sections of the review: kind, reason and names."""
    found: list[tuple[str, str, list[str]]] = []
    for line in REVIEW.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind, _, reason = line[1:].partition("]")
            found.append((kind, reason.strip(), []))
        elif line and found:
            # Only a name in several words has a line of its own.
            several = re.fullmatch(r"(IS( NOT)? DISTINCT FROM)|(time|timestamp) with time zone", line)
            found[-1][2].extend([line] if several else line.split())
    return found


def names(kind: str) -> list[str]:
    """All names in the sections of one kind."""
    return [name for section, _, listed in sections() if section == kind for name in listed]


def catalogue() -> tuple[set[str], set[str]]:
    """The functions and the types that the installed engine knows."""
    with duckdb.connect() as connection:
        functions = connection.execute("SELECT function_name FROM duckdb_functions() WHERE function_type <> 'pragma'")
        known = {row[0] for row in functions.fetchall()}
        types = {row[0].casefold() for row in connection.execute("SELECT type_name FROM duckdb_types()").fetchall()}
    return known, types


def complaints() -> list[str]:
    """What is not reviewed, decided twice, or decided without need."""
    functions, types = catalogue()
    allowed, refused = names("allowed"), names("refused")
    found = [f"decided twice: {name}" for name in sorted({name for name in allowed if allowed.count(name) > 1})]
    found += [f"both allowed and refused: {name}" for name in sorted({n for n in allowed if matches(n, refused)})]
    found += [f"not reviewed: {name}" for name in sorted(functions - set(allowed)) if not matches(name, refused)]
    found += [f"not in this DuckDB: {name}" for name in sorted(set(allowed) - functions - SYNTAX)]
    found += [f"not in this DuckDB: {name}" for name in refused if not any(fnmatchcase(one, name) for one in functions)]
    reviewed = {*names("types"), *names("refused types")}
    found += [f"type not reviewed: {name}" for name in sorted(types - reviewed)]
    return found + [f"type not in this DuckDB: {name}" for name in sorted(reviewed - types)]


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name is one of the patterns."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def module() -> str:
    """The text of the program's list."""
    parts = [HEAD, "from __future__ import annotations\n"]
    for variable, listed in (("FUNCTIONS", names("allowed")), ("TYPES", names("types"))):
        # A name in several words must not be broken.
        words = ", ".join(f'"{name.casefold()}"'.replace(" ", "\0") for name in sorted(listed, key=str.casefold))
        lines = fill(words, 116, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)
        parts.append(f"\n{variable} = frozenset([\n{lines},\n])  # fmt: skip\n".replace("\0", " "))
    return "".join(parts)


def page() -> str:
    """The text of the page."""
    parts = [PAGE_HEAD]
    for kind, reason, listed in sections():
        if kind in ("allowed", "types"):
            title = reason[0].upper() + reason[1:]
            heading = f"Types: {reason}" if kind == "types" else title
            # In code and not in a table, so that no operator is taken for Markdown.
            text = fill("  ".join(listed), 118, break_on_hyphens=False, break_long_words=False)
            parts.append(f"\n## {heading}\n\n```text\n{text}\n```\n")
    return "".join(parts)


def main() -> int:
    wrong = complaints()
    made = {MODULE: module(), PAGE: page()}
    if "--check" in sys.argv[1:]:
        stale = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
        wrong += [f"{path.name} is not what the review says: run {Path(__file__).name}" for path in stale]
    else:
        for path, text in made.items():
            path.write_text(text, encoding="utf-8")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
