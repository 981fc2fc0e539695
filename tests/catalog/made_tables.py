"""Random rows for the tables of the catalog, and what a period selects of them, written without the program."""

from __future__ import annotations

import csv
import random
import zlib
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kpi.catalog.model import CatalogSource, Column

FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
ROWS = 3000
FEW = ("seller", "teacher_id")
Row = Any
ONE_DAY = timedelta(days=1)


def made_rows(source: CatalogSource) -> list[Row]:
    """Rows of a table, the same in every run; events before ``LAST``, and rows that last also from before ``FIRST``."""
    chance = random.Random(zlib.crc32(source.id.encode()))
    if source.id == "balance_sheet":  # a balance has all items on each closing day
        closing = [date(year, month, 28) for year in (2025, 2026) for month in range(1, 13)]
        items = source.columns["item"].values
        return [SimpleNamespace(day=day, item=item, amount=_number(chance)) for day in closing for item in items]
    # A day of calls is looked at on its own.
    return [_row(source, chance) for _ in range(ROWS * (5 if source.id == "calls" else 1))]


def _row(source: CatalogSource, chance: random.Random) -> Row:
    begins = source.date or source.from_
    assert begins is not None
    lasts = source.from_ is not None
    at = FIRST - timedelta(days=400 if lasts else 0)
    moment = datetime.combine(at, time()) + timedelta(minutes=chance.randrange(((LAST - at).days + 1) * 1440))
    row: dict[str, Any] = {}
    before = (
        True  # columns above that of the date are of earlier days, those below it of later ones, or a little earlier
    )
    for name, column in source.columns.items():
        if name == begins:
            row[name] = moment if column.type == "timestamp" else moment.date()
            before = False
        elif column.type in ("date", "timestamp"):
            minutes = chance.randrange(5 * 1440, 500 * 1440) if lasts else chance.randrange(-3 * 1440, 20 * 1440)
            other = moment - timedelta(minutes=abs(minutes)) if before else moment + timedelta(minutes=minutes)
            empty = column.may_be_empty and chance.random() < 0.2
            row[name] = None if empty else other if column.type == "timestamp" else other.date()
        else:
            row[name] = _value(name, column, chance)
    return SimpleNamespace(**row)


def _value(name: str, column: Column, chance: random.Random) -> Any:
    if column.values:
        return chance.choice(column.values)
    if column.type == "boolean":
        return chance.random() < 0.4
    if column.type == "text":
        return f"n{chance.randrange(12 if name in FEW else 2000)}"
    if column.low is None or column.high is None:
        return _number(chance)
    return round(chance.random(), 2) if column.high == 1 else chance.randint(column.low, column.high)


def _number(chance: random.Random) -> float:
    return chance.randrange(100, 100_000) / 100


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write the rows as a CSV file."""
    lines = [vars(row) for row in rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(lines[0])
        writer.writerows([_cell(value) for value in line.values()] for line in lines)


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


class Window:
    """The rows of all tables in [``start``, ``end``): ``w.orders`` are those of a table whose rows happen."""

    def __init__(self, tables: dict[str, list[Row]], sources: dict[str, CatalogSource], start: date, end: date) -> None:
        self._tables, self._sources, self.start, self.end = tables, sources, start, end

    def __getattr__(self, name: str) -> list[Row]:
        return [row for row in self._tables[name] if self.start <= self._day(name, row) < self.end]

    def _day(self, name: str, row: Row) -> date:
        begins = self._sources[name].date or self._sources[name].from_
        assert begins is not None
        value = getattr(row, begins)
        return value.date() if isinstance(value, datetime) else value

    def moved(self, start: date, end: date) -> Window:
        """The same tables in another window."""
        return Window(self._tables, self._sources, start, end)

    def first(self, name: str, column: str) -> dict[str, date]:
        """The earliest day of each value of a column."""
        found: dict[str, date] = {}
        for row in self._tables[name]:
            day, value = self._day(name, row), getattr(row, column)
            found[value] = min(day, found.get(value, day))
        return found

    def at_end(self, name: str) -> list[Row]:
        """What a balance shows before the end of the window, or the rows that cover its last day."""
        return self._at(name, self.end)

    def at_start(self, name: str) -> list[Row]:
        """The same before the start of the window."""
        return self._at(name, self.start)

    def _at(self, name: str, moment: date) -> list[Row]:
        rows, until = self._tables[name], self._sources[name].until
        if until is None:
            last = max(self._day(name, row) for row in rows if self._day(name, row) < moment)
            return [row for row in rows if self._day(name, row) == last]
        day = moment - ONE_DAY
        return [
            row
            for row in rows
            if self._day(name, row) <= day and (getattr(row, until) is None or getattr(row, until) > day)
        ]

    def ended(self, name: str) -> list[Row]:
        """The rows whose last day is the one before the window or in it, its last day excepted."""
        until = self._sources[name].until
        assert until is not None
        return [
            row for row in self._tables[name] if getattr(row, until) and self.start <= getattr(row, until) < self.end
        ]
