"""Questions whose answers are known, for warehouses that nobody has tried: what one of them answers otherwise would be
a wrong number in silence, so it is not used at all."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import ibis

from kpi.formulas import parse_row
from kpi.formulas.types import ValueType
from kpi.warehouse.row_ibis import IbisCompiler, Value

if TYPE_CHECKING:
    from kpi.warehouse.dialects.base import Expr
    from kpi.warehouse.session import Session

KINDS: dict[str, ValueType] = {
    "t": "text", "n": "number", "k": "number", "d": "date", "at": "timestamp", "done": "timestamp", "f": "boolean",
}  # fmt: skip
TYPES = {
    "t": "string", "n": "float64", "k": "int64", "d": "date", "at": "timestamp", "done": "timestamp", "f": "boolean",
}  # fmt: skip
LATE, NEXT = datetime.fromisoformat("2026-03-28 23:30:00.25"), datetime.fromisoformat("2026-03-29 03:30:00")
ROWS: tuple[tuple[Any, ...], ...] = (
    ("a", 1.0, 1, date(2026, 1, 31), LATE, NEXT, True),
    ("A", 2.0, 2, date(2024, 2, 29), NEXT, NEXT, False),
    ("ä", None, None, None, None, None, None),
    (None, -0.5, 3, date(2026, 3, 28), LATE, None, True),
    ("100%", 4.0, 7, None, None, LATE, None),
)

# How many of the rows meet a condition.
CONDITIONS: dict[str, int] = {
    't == "a"': 1, 't != "a"': 4, 't in ("a", "ä")': 2, 't not in ("a", "ä")': 3, 't < "b"': 3, 't > "Z"': 2,
    'lower(t) == "a"': 2, 'lower(t) == "ä"': 1, 'contains(t, "%")': 1, 'contains(t, "A")': 1, "t is None": 1,
    'extract(t, "^([a-z])") == "a"': 1, 'extract(t, "([0-9]{2})") == "10"': 1, 'coalesce(t, "a") == "a"': 2,
    'upper(t) == "A"': 2, 'upper(t) == "Ä"': 1, 'trim(t) == "100%"': 1, "abs(n) == 0.5": 1, "round(n) == -1": 1,
    "round(n / 4, 2) == -0.13": 1, "round(k * 5, -1) == 10": 2,
    "k / 2 == 0.5": 1, "n / 0 is None": 5, "n + k == 2": 1, "-n > 0": 1, "not n > 0": 2, "n * 0.1 == 0.4": 1,
    "f": 2, "not f": 3, "f == False": 1, "f != True": 3, "(n if f else k) == 2": 1,
    'd + 1 == "2026-02-01"': 1, 'd + 1 == "2024-03-01"': 1, "d + 2.5 == d + 2": 3, "d + 1.5 == d + 2": 3,
    "year(d) == 2024 and month(d) == 2": 1, "days(d - d) == 0": 3, 'd > "2026-01-30"': 2, "at == d": 1,
    'at <= "2026-03-28"': 2, 'at > "2026-03-28 23:30:00"': 3, "seconds(done - at) == 14399.75": 1, "at + 0.5 > done": 2,
    "at - 1 < d": 1, "done >= at": 2, "month(at) == 3": 3,
}  # fmt: skip


def differences(session: Session) -> list[tuple[str, Any, Any]]:
    """What was asked, what the answer was, and what it should have been, where these differ. What a warehouse cannot
    say at all is no difference: it is an error for who asks it."""
    relation = ibis.union(*(one_row(row) for row in ROWS), distinct=False)
    questions: dict[str, tuple[Expr, Any]] = {"the first day": (relation["d"].min(), date(2024, 2, 29))}
    compiler = IbisCompiler(session.dialect, {name: Value(relation[name], kind) for name, kind in KINDS.items()})
    for text, count in CONDITIONS.items():
        try:
            questions[f"count of {text}"] = relation.count(where=compiler.condition(parse_row(text, "where"))), count
        except Exception:  # Ibis has no word for it
            continue
    n, t = relation["n"], relation["t"]
    values = (1.0, 2.0, -0.5, 4.0)
    mean = sum(values) / 4
    questions |= {
        "sum": (n.sum(), 6.5), "avg": (n.mean(), mean), "min": (n.min(), -0.5), "max": (n.max(), 4.0),
        "median": (n.quantile(0.5), 1.5), "percentile 12.5": (n.quantile(0.125), 0.0625),
        "stddev": (n.std(how="sample"), math.sqrt(sum((value - mean) ** 2 for value in values) / 3)),
        "count_distinct": (t.nunique(), 4), "count of n": (n.count(), 4),
        "sum of what is not there": (n.sum(where=n > 99), None),
    }  # fmt: skip
    found = answers(session, relation, questions)
    if not found:
        return [("every question", "an error", "the answer of the rules")]
    return [(asked, answer, expected) for asked, (answer, expected) in found.items() if not same(answer, expected)]


def one_row(row: tuple[Any, ...]) -> Expr:
    """A row of constants as a table."""
    columns = {
        name: (ibis.null(type_) if value is None else ibis.literal(value)).cast(type_)
        for value, (name, type_) in zip(row, TYPES.items(), strict=True)
    }
    first, *others = columns
    return columns[first].name(first).as_table().mutate(**{name: columns[name] for name in others})


def answers(session: Session, relation: Expr, questions: dict[str, tuple[Expr, Any]]) -> dict[str, tuple[Any, Any]]:
    """The answers and what they should be: all in one statement, or one by one where something cannot be said."""

    def ask(some: list[str]) -> list[Any]:
        columns = {f"a{place}": questions[asked][0] for place, asked in enumerate(some)}
        return list(session.rows(session.sql(relation.aggregate(**columns)))[0])

    found: dict[str, tuple[Any, Any]] = {}
    for some in ([list(questions)], [[asked] for asked in questions]):
        for listed in some:
            try:
                got = ask(listed)
            except Exception:
                continue
            found |= {asked: (value, questions[asked][1]) for asked, value in zip(listed, got, strict=True)}
        if found:
            break
    return found


def same(answer: Any, expected: Any) -> bool:
    """Whether an answer is the one expected, to twelve digits."""
    if answer is None or expected is None or isinstance(expected, date):
        return type(answer) is type(expected) and bool(answer == expected)
    return not isinstance(answer, str) and math.isclose(float(answer), float(expected), rel_tol=1e-12, abs_tol=1e-12)
