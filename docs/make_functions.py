"""Writes the tables of all functions in docs/formulas.md from the records in kpi/formulas/functions.py.

python docs/make_functions.py            writes them anew
python docs/make_functions.py --check    only says whether they are still right
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from generated import write_or_check

from kpi.formulas.functions import EVERY_FUNCTION, Function, RowFunction

PAGE = Path(__file__).with_name("formulas.md")
BEGIN = "## All functions of formulas\n"
END = "## Missing values\n"


def tables() -> str:
    """The two sections."""
    rows = [function for function in EVERY_FUNCTION if isinstance(function, RowFunction)]
    formulas = [function for function in EVERY_FUNCTION if not isinstance(function, RowFunction)]
    return (
        f"{BEGIN}\nMade by `python docs/make_functions.py` from the records that the program reads itself.\n\n"
        f"{table(formulas)}\n"
        f"## All functions of rows\n\n{table(rows)}\n"
    )


def table(functions: Iterable[Function]) -> str:
    """One row for each function."""
    rows = "".join(f"| `{function.example}` | {function.description} |\n" for function in functions)
    return f"| function | value |\n|---|---|\n{rows}"


def page() -> str:
    """The page with the two sections in place of those that it has."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return before + tables() + END + rest.partition(END)[2]


if __name__ == "__main__":
    sys.exit(write_or_check(PAGE, page()))
