"""Distinct counts over many windows at once, against sets of Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

import pytest

from kpi.data.database import Engine, Row
from kpi.engine.distinct_counts import MOST_WINDOWS, MOST_WORDS, WORD, Sought, count_distinct
from kpi.values import Span

pytestmark = pytest.mark.slow

FIRST = date(2024, 1, 1)
DAYS = 900


class Seen:
    """Rows of a day, a value (or None) and a mark, in a table of an engine; and what was asked of that."""

    def __init__(self, engine: Engine, rows: Sequence[tuple[date, int | None, bool]]) -> None:
        self.engine = engine
        self.rows = rows
        self.statements: list[str] = []
        listed = ", ".join(f"(DATE '{d}', {'NULL' if v is None else v}, {mark})" for d, v, mark in rows)
        engine.ask(f"CREATE TABLE seen AS SELECT * FROM (VALUES {listed}) s(day$, v, mark)")

    def ask(self, sql: str) -> list[Row]:
        self.statements.append(sql)
        return self.engine.ask(sql)

    def check(self, sought: Sequence[Sought]) -> None:
        """Every count is that of a set."""
        for one, counts in zip(sought, count_distinct(self.ask, "seen", sought), strict=True):
            for span in one.windows:
                inside = {
                    v if one.value == "t.v" else v % 7
                    for d, v, mark in self.rows
                    if v is not None and span.start <= d < span.end and (mark or one.condition is None)
                }
                assert counts[span] == len(inside), (one.value, one.condition, span)


@pytest.fixture
def seen() -> Iterator[Seen]:
    random = Random(7)
    rows: list[tuple[date, int | None, bool]] = [
        (FIRST + timedelta(days=random.randrange(DAYS)), random.choice([None, *range(300)]), random.random() < 0.3)
        for _ in range(6000)
    ]
    with Engine("UTC") as engine:
        yield Seen(engine, rows)


def spans(count: int, seed: int) -> list[Span]:
    """Windows anywhere around the days, long and short."""
    random = Random(seed)
    found = []
    for _ in range(count):
        start = FIRST + timedelta(days=random.randrange(-50, DAYS + 50))
        found.append(Span(start, start + timedelta(days=random.choice([1, 7, 30, 90, 365, 2000]))))
    return found


@pytest.mark.parametrize("windows", [1, 2, 32, 33, 64, 65, 66, 200])
def test_counts_are_those_of_sets_however_many_cells_there_are(seen: Seen, windows: int) -> None:
    seen.check([Sought("t.v", None, spans(windows, windows)), Sought("t.v", "t.mark", spans(windows, windows + 1))])
    assert len(seen.statements) == 1 + (windows > WORD * 3)


def test_cells_at_the_ends_of_words(seen: Seen) -> None:
    days = [FIRST + timedelta(days=n) for n in range(3 * WORD + 2)]
    by_day = [Span(day, day + timedelta(days=1)) for day in days]
    seen.check([Sought("t.v", None, by_day), Sought("t.v", "t.mark", [Span(days[0], days[WORD]), *by_day[WORD:]])])


def test_each_value_is_asked_for_once_and_conditions_share_the_pass(seen: Seen) -> None:
    windows = spans(20, 3)
    conditions = [None, "t.mark", "(t.mark AND true)"]
    seen.check([Sought(value, one, windows) for value in ("t.v", "(t.v % 7)") for one in conditions])
    assert len(seen.statements) == 2


def test_what_is_too_much_for_one_statement_takes_several(seen: Seen) -> None:
    many = spans(MOST_WINDOWS + 5, 11)
    conditions = [f"(t.mark AND {n} = {n})" for n in range(MOST_WORDS + 3)]
    seen.check([Sought("t.v", None, many), *(Sought("t.v", one, spans(40, 12)) for one in conditions)])
    assert 3 <= len(seen.statements) <= 6
    most = max(sql.count("bit_or(") for sql in seen.statements)
    assert most <= MOST_WORDS


def test_the_same_window_twice_and_the_ends_of_the_calendar(seen: Seen) -> None:
    whole = Span(date.min, date.max)
    seen.check([Sought("t.v", None, [whole, whole, Span(date.min, FIRST), Span(FIRST, date.max)])])
