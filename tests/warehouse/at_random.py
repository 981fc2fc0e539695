"""Row expressions made at random over one table, and what Python makes of them by the rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import fsum
from random import Random

from engine.support import Project, Value
from engine.test_expressions_at_random import FIRST, Expression, Row
from warehouse.cases import Rows


def some_rows() -> list[Row]:
    """Every kind of value, and none, beside every other."""
    dice = Random(5)
    return [
        {
            "day": FIRST + timedelta(days=dice.randrange(30)),
            "a": dice.choice((None, *range(-4, 5))),
            "b": dice.choice((None, 0.0, 0.5, 1.0, 2.0, -3.0)),
            "s": dice.choice((None, "x", "Y", "x y", "it's", "10%")),
            "d": dice.choice((None, *(FIRST + timedelta(days=n) for n in range(-40, 41)))),
            "f": dice.choice((None, True, False)),
        }
        for _ in range(200)
    ]


ROWS = some_rows()
TABLES = {
    "t": Rows(
        {"day": "date", "a": "integer", "b": "double precision", "s": "text", "d": "date", "f": "boolean"},
        [tuple(row.values()) for row in ROWS],
        {"date": "day"},
    )
}


def has_no_edge(number: Expression) -> bool:
    """Whether it may be computed as a column: the edges of a window stand in brackets only."""
    return "window" not in number.text


def asked(project: Project, conditions: Sequence[Expression], numbers: Sequence[Expression]) -> dict[str, Value]:
    """What an engine says: of conditions how many rows they choose, of numbers their sum and how many are missing."""
    project.plan["sources"]["t"]["computed"] = {f"k{place}": number.text for place, number in enumerate(numbers)}
    wanted = {condition.text: f"count(t[{condition.text}])" for condition in conditions}
    for place, number in enumerate(numbers):
        wanted[f"sum of {number.text}"] = f"sum(t.k{place})"
        wanted[f"missing of {number.text}"] = f"count(t[k{place} is None])"
    return dict(zip(wanted, project.values(wanted.values()), strict=True))


def expected(conditions: Sequence[Expression], numbers: Sequence[Expression]) -> dict[str, Value]:
    """What Python says."""
    found: dict[str, Value] = {
        condition.text: float(sum(bool(condition.of(row)) for row in ROWS)) for condition in conditions
    }
    for number in numbers:
        values = [number.of(row) for row in ROWS]
        known = [value for value in values if value is not None]
        found[f"sum of {number.text}"] = fsum(known)
        found[f"missing of {number.text}"] = float(len(values) - len(known))
    return found
