"""The clock is read in one place, so that tests and ``as_of`` decide what day it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "kpi"
DOOR = PACKAGE / "clock.py"
# What reads the clock of the calendar; time.monotonic() and the like only measure.
READERS = {
    ("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("date", "today"), ("time", "time"),
    ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"), ("time", "ctime"), ("time", "strftime"),
}  # fmt: skip
# Functions of SQL that do; KNOWN are the door, and modules that know such names to recognise them in a query.
IN_SQL = ("current_date", "current_timestamp", "now()", "today()", "localtimestamp", "get_current_time")
KNOWN = {
    "clock.py",
    "engine/queries.py",
    "plan/checks/queries.py",
    "plan/checks/query_functions.py",
    "formulas/suggestions.py",
}
MODULES = sorted({path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")} - KNOWN)


def readers(tree: ast.AST) -> Iterator[str]:
    """The places that read the clock."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            value = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
            if (value, node.attr) in READERS:
                yield f"line {node.lineno}: {value}.{node.attr}"
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (f"line {node.lineno}: {name.name}" for name in node.names if ("time", name.name) in READERS)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (f"line {node.lineno}: {name}" for name in IN_SQL if name in node.value.lower())


@pytest.mark.parametrize("name", MODULES)
def test_no_other_module_reads_the_clock(name: str) -> None:
    assert list(readers(ast.parse((PACKAGE / name).read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "line", ["datetime.now()", "x.date.today()", "time.time_ns()", "from time import time", "f'd < current_date + {n}'"]
)
def test_such_a_place_is_found(line: str) -> None:
    assert list(readers(ast.parse(line)))


def test_the_door_reads_it() -> None:
    assert list(readers(ast.parse(DOOR.read_text(encoding="utf-8"))))
