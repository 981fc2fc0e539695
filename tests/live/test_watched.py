"""Which changes of files concern a plan."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from kpi.data import check_plan
from kpi.live.watched import Watched
from kpi.plan.loading import read_plan

PLAN = """\
version: 1
include: [teams/*.kpi.yaml]
sources:
  orders: {path: data/orders-*.csv, date: day}
kpis:
  sales: {name: Sales, formula: sum(orders.amount)}
"""
ROWS = "day,amount\n2026-03-02,1\n"


def write(path: Path, text: str) -> Path:
    """Write a file that looks as if it had been written long ago, with a time that no other one has."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    write.clock += 1  # type: ignore[attr-defined]
    os.utime(path, (write.clock, write.clock))  # type: ignore[attr-defined]
    return path


write.clock = 1_700_000_000  # type: ignore[attr-defined]


class Reading:
    """A plan that was read, with its day."""

    def __init__(self, folder: Path) -> None:
        self.day = date(2026, 3, 31)
        self.main = write(folder / "kpi.yaml", PLAN)
        write(folder / "data" / "orders-1.csv", ROWS)
        write(folder / "teams" / "a.kpi.yaml", "version: 1\n")
        self.watched = Watched(self.main, lambda _: self.day)
        self.read()

    def read(self) -> None:
        self.watched.begin()
        self.watched._started += 10**12  # nothing was written just now
        self.watched.end(check_plan(read_plan(self.main)))


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    return Reading(tmp_path)


def test_nothing_has_changed_after_reading(reading: Reading, tmp_path: Path) -> None:
    write(tmp_path / "kpi.html", "a page beside the plan")
    write(tmp_path / "data" / "notes.csv", "no data of the plan")
    assert not reading.watched.changed([str(tmp_path / "kpi.html"), str(tmp_path / "data" / "notes.csv")])
    assert {folder.name for folder in reading.watched.folders()} == {tmp_path.name, "data", "teams"}


@pytest.mark.parametrize(
    "name", ["kpi.yaml", "teams/a.kpi.yaml", "data/orders-1.csv", "data/orders-2.csv", "reviews.yaml"]
)
def test_a_file_of_the_plan_that_is_written_is_a_change(name: str, reading: Reading, tmp_path: Path) -> None:
    write(tmp_path / name, "version: 1\n")
    assert reading.watched.changed()


def test_a_file_that_is_removed_is_a_change_once(reading: Reading, tmp_path: Path) -> None:
    (tmp_path / "data" / "orders-1.csv").unlink()
    assert reading.watched.changed()
    reading.read()
    assert not reading.watched.changed()


def test_a_new_file_to_include_is_a_change(reading: Reading, tmp_path: Path) -> None:
    added = write(tmp_path / "teams" / "b.kpi.yaml", "version: 1\n")
    assert reading.watched.changed([str(added)])


def test_the_next_day_is_a_change(reading: Reading) -> None:
    reading.day = date(2026, 4, 1)
    assert reading.watched.changed()


def test_a_file_that_is_written_while_others_are_read_is_read_again(reading: Reading, tmp_path: Path) -> None:
    reading.watched.begin()
    (tmp_path / "data" / "orders-1.csv").write_text(ROWS * 2, encoding="utf-8")
    reading.watched.end(check_plan(read_plan(reading.main)))
    assert reading.watched.changed()


def test_after_a_mistake_the_data_is_still_watched(reading: Reading, tmp_path: Path) -> None:
    write(reading.main, "version: 1\nsources: [")
    reading.read()
    assert tmp_path / "data" in reading.watched.folders()
    reading.main.unlink()
    reading.watched.begin()
    reading.watched.end(None)
    assert not reading.watched.changed()
    write(reading.main, PLAN)
    assert reading.watched.changed()
