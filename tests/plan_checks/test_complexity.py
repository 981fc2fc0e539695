"""Formulas that build on formulas: as far as they can be computed, and not farther."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.marked_text import checked_plan, messages

SOURCE = "\nsources: {o: {path: o.csv, date: day}}\n"
DEEP = "with the formulas behind its names this is nested more than 200 levels deep"
HINT = "; let fewer formulas build on one another"


def measures(*entries: str) -> str:
    return SOURCE + "measures:\n" + "".join(f"  {entry}\n" for entry in entries)


def mistakes(folder: Path, text: str) -> list[tuple[str, int, str]]:
    """The code, line and message of each error."""
    found = [one for one in checked_plan(folder, text).diagnostics if one.severity == "error"]
    return [(one.code, one.location.line, said) for one, said in zip(found, messages(found), strict=True)]


@pytest.mark.parametrize("backwards", [False, True])
def test_a_chain_of_measures_is_refused_once_where_it_is_too_long(tmp_path: Path, backwards: bool) -> None:
    chain = ["m0: sum(o.a)", *(f"m{n}: m{n - 1} + 1" for n in range(1, 2000))]
    # Each has two levels, the sum and the name in it, but the first.
    at = chain.index("m100: m99 + 1")
    line = 4 + (len(chain) - 1 - at if backwards else at)
    assert mistakes(tmp_path, measures(*(chain[::-1] if backwards else chain))) == [("E050", line, DEEP + HINT)]


def test_a_chain_of_kpis_is_refused_once_where_it_is_too_long(tmp_path: Path) -> None:
    chain = ["k0: {name: K, formula: count(o)}", *(f"k{n}: {{name: K, formula: k{n - 1}}}" for n in range(1, 2000))]
    text = SOURCE + "kpis:\n" + "".join(f"  {entry}\n" for entry in chain)
    assert mistakes(tmp_path, text) == [("E050", 4 + 200, DEEP + HINT)]


def test_as_deep_as_can_be_is_right(tmp_path: Path) -> None:
    assert mistakes(tmp_path, measures("m0: count(o)", *(f"m{n}: m{n - 1}" for n in range(1, 200)))) == []
    assert mistakes(tmp_path, measures("m0: count(o)", *(f"m{n}: -m{n - 1}" for n in range(1, 100)))) == []


def test_doubling_is_refused_before_it_is_worked_out(tmp_path: Path) -> None:
    chain = ["m0: sum(o.a)", *(f"m{n}: m{n - 1} + previous(m{n - 1})" for n in range(1, 60))]
    message = "with the formulas behind its names this has 2,048 aggregates; the limit is 2,000"
    assert mistakes(tmp_path, measures(*chain)) == [("E050", 4 + 11, message + HINT)]


def test_many_short_ways_are_no_long_one(tmp_path: Path) -> None:
    wide = ["m0: sum(o.a)", *(f"m{n}: m0 + m0" for n in range(1, 900)), "all: " + " + ".join(["m1"] * 90)]
    assert mistakes(tmp_path, measures(*wide)) == []


def test_a_long_cycle_is_shortened(tmp_path: Path) -> None:
    circle = [f"m{n}: m{(n + 1) % 2000}" for n in range(2000)]
    message = "formulas form a cycle: m0 → m1 → m2 → m3 → 1993 more → m1997 → m1998 → m1999 → m0"
    assert mistakes(tmp_path, measures(*circle)) == [("E045", 4, message)]
    assert mistakes(tmp_path, measures("a: b", "b: c", "c: a")) == [("E045", 4, "formulas form a cycle: a → b → c → a")]


@pytest.mark.parametrize("backwards", [False, True])
def test_a_chain_of_computed_columns_is_refused_once_where_it_is_too_long(tmp_path: Path, backwards: bool) -> None:
    chain = ["c0: a", *(f"c{n}: c{n - 1} + 1" for n in range(1, 2000))]
    at = chain.index("c100: c99 + 1")
    line = 6 + (len(chain) - 1 - at if backwards else at)
    columns = "".join(f"      {entry}\n" for entry in (chain[::-1] if backwards else chain))
    text = f"\nsources:\n  o:\n    path: o.csv\n    computed:\n{columns}"
    message = "this builds on more than 100 computed columns, one on another; compute it from fewer"
    assert mistakes(tmp_path, text) == [("E050", line, message)]
