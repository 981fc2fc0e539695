"""A plan and its data in a folder, computed as ``kpi status`` does: read, check, compute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import yaml

from kpi.data import check_plan
from kpi.plan.checks import Checked
from kpi.plan.loading import read_plan
from kpi.run import Results, Series, compute

Cell = object
Value = float | None


class Project:
    """Files, sources, measures and KPIs that a test puts together, and what comes out when they are computed.

    ``as_of`` is the day that counts as over unless a call says another.
    """

    def __init__(self, folder: Path, as_of: str = "2026-06-30") -> None:
        self.folder = folder
        self.as_of = as_of
        self.plan: dict[str, Any] = {"version": 1}

    # Putting together.

    def write(self, name: str, content: str | bytes) -> None:
        """A file as it stands; text is written as UTF-8, and a common indentation is not part of it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = "\n".join(line.strip() for line in content.strip().splitlines()) + "\n"
            content = content.encode()
        path.write_bytes(content)

    def rows(self, name: str, header: str, rows: Iterable[Sequence[Cell]]) -> None:
        """A CSV file of rows; ``header`` is its first line, None an empty cell."""
        lines = [header, *(",".join(cell_text(cell) for cell in row) for row in rows)]
        (self.folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def source(self, name: str, **fields: Any) -> None:
        """A source; its file is ``<name>.csv`` and its date ``day`` unless ``fields`` say otherwise."""
        fields = {key.rstrip("_"): value for key, value in fields.items()}
        if not fields.keys() & {"path", "query", "connection"}:
            fields["path"] = f"{name}.csv"
        if not fields.keys() & {"date", "from"}:
            fields["date"] = "day"
        # date=None: a source without one.
        self._section("sources")[name] = {key: value for key, value in fields.items() if value is not None}

    def table(self, name: str, content: str, **fields: Any) -> None:
        """A CSV file and the source that reads it."""
        self.write(f"{name}.csv", content)
        self.source(name, **fields)

    def kpi(self, name: str, formula: str | None = None, **fields: Any) -> None:
        """A KPI, monthly unless ``fields`` say otherwise."""
        self._section("kpis")[name] = {"name": name, "formula": formula, "every": "month"} | fields
        if formula is None:
            del self._section("kpis")[name]["formula"]

    def measure(self, name: str, formula: str) -> None:
        """A measure."""
        self._section("measures")[name] = formula

    def calendar(self, **words: str) -> None:
        """How days make weeks and years."""
        self.plan["calendar"] = words

    def _section(self, name: str) -> dict[str, Any]:
        section: dict[str, Any] = self.plan.setdefault(name, {})
        return section

    # What comes out.

    def checked(self, *, valid: bool = True) -> Checked:
        """The plan as read and checked; it has to be without an error unless ``valid`` is false."""
        path = self.folder / "kpi.yaml"
        path.write_text(yaml.safe_dump(self.plan, sort_keys=False, allow_unicode=True, width=1000), encoding="utf-8")
        checked = check_plan(read_plan(path))
        if valid:
            assert checked.valid, [f"{found.message} ({found.hint})" for found in checked.diagnostics]
        return checked

    def results(self, as_of: str | None = None, *, valid: bool = True, **options: Any) -> Results:
        """The results on a day."""
        return compute(self.checked(valid=valid), date.fromisoformat(as_of or self.as_of), **options)

    def series(self, name: str, as_of: str | None = None, *, valid: bool = True, **options: Any) -> Series:
        """The series of one KPI, which has to be without a problem."""
        series = self.results(as_of, valid=valid, **options).series[name]
        assert series.problem is None, series.problem
        return series

    def value(self, formula: str, as_of: str | None = None, **fields: Any) -> Value:
        """The value of one formula."""
        return self.values([formula], as_of, **fields)[0]

    def values(self, formulas: Iterable[str], as_of: str | None = None, **fields: Any) -> list[Value]:
        """The values of several formulas in one run."""
        options = {key: fields.pop(key) for key in ("to_date", "periods") if key in fields}
        formulas = list(formulas)
        names = [f"asked_{number}" for number in range(len(formulas))]
        kept = dict(self._section("kpis"))
        for name, formula in zip(names, formulas, strict=True):
            self.kpi(name, formula, **fields)
        series = self.results(as_of, kpis=names, **options).series
        self.plan["kpis"] = kept
        problems = [series[name].problem for name in names if series[name].problem]
        assert not problems, problems
        return [series[name].shown.value for name in names]

    def history(self, formula: str, as_of: str | None = None, **fields: Any) -> dict[str, Value]:
        """The values of a formula by period, oldest first, the period shown at the end."""
        options = {key: fields.pop(key) for key in ("to_date", "periods") if key in fields}
        self.kpi("asked", formula, **fields)
        series = self.series("asked", as_of, **options)
        del self.plan["kpis"]["asked"]
        return {point.period.label: point.value for point in (*series.history, series.shown)}

    def problem(self, formula: str, as_of: str | None = None, *, valid: bool = True, **fields: Any) -> str:
        """Why a formula cannot be computed."""
        self.kpi("asked", formula, **fields)
        results = self.results(as_of, valid=valid, kpis=["asked"])
        del self.plan["kpis"]["asked"]
        series = results.series["asked"]
        assert series.problem is not None, f"there is a value: {series.shown.value}"
        assert series.failed
        assert series.shown.value is None
        assert series.problem in results.problems
        return series.problem

    def mistakes(self) -> list[str]:
        """What the check finds wrong, as "code line:column message"."""
        return [
            f"{found.code} {found.location.line}:{found.location.column} {found.message}"
            for found in self.checked(valid=False).diagnostics
        ]


def cell_text(cell: Cell) -> str:
    """A value as a CSV file has it."""
    if cell is None:
        return ""
    text = str(cell)
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\r\n') else text


def days(start: str, count: int) -> list[date]:
    """``count`` days from ``start`` on."""
    first = date.fromisoformat(start)
    return [first + timedelta(days=number) for number in range(count)]


def in_window(
    rows: Iterable[Mapping[str, Any]], start: date, end: date, column: str = "day"
) -> list[Mapping[str, Any]]:
    """The rows whose day is in [start, end)."""
    return [row for row in rows if row[column] is not None and start <= row[column] < end]


def to_parquet(project: Project, name: str, query: str) -> None:
    """Write what a query of DuckDB yields as a Parquet file."""
    duckdb.sql(f"copy ({query}) to '{project.folder / name}' (format parquet)")
