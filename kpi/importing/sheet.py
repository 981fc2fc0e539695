"""Sheets with one KPI a row, as CSV or as a workbook; columns are known by their names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from kpi.data.excel_files import READABLE, Cell, Sheet, text_of
from kpi.data.sniffing import layout, table_reader
from kpi.data.text import UnreadableError, read_bytes, read_head
from kpi.drafting.plan_text import GOAL
from kpi.errors import InputError, KpiError, TextError, shorten
from kpi.formulas import parse_formula
from kpi.formulas.walk import names as names_in
from kpi.formulas.walk import sources as sources_in
from kpi.importing.result import Origin, Refusal, Result, comment_lines, listed
from kpi.importing.sheet_columns import (
    ENGLISH,
    GERMAN,
    LABELS,
    dated_field_of,
    every_of,
    field_of,
    header_row,
    indicator_of,
    kind_of,
    language_of,
    perspective_of,
)
from kpi.importing.sheet_values import (
    Aim,
    Number,
    UnitOfSheet,
    aim_of,
    day_of,
    decimal_mark,
    direction_of,
    in_cell,
    label_of,
    number_of,
    split_period,
    unit_of,
    written,
)
from kpi.plan.model import ReadOptions
from kpi.plan.yaml.round_trip import Value
from kpi.values import Calendar, parse_label, period_of
from kpi.values.ids import id_of
from kpi.values.period_labels import form_of

MOST_BYTES = 20_000_000
MOST_ROWS = 20_000
LOOKED_AT = 40  # rows among which the header is
_NUMERIC = ("target", "baseline", "green", "yellow", "red", "actual")
_NOTHING = frozenset(
    {"-", "--", "---", "–", "—", "n/a", "#n/a", "n.a.", "n.a", "k.a.", "k.a", "k/a", "keineangabe", "./."}
)
_UNTIL = re.compile(
    r"^(?:(?:bis zum|bis ende|bis|by the end of|by end of|by|until)|(?:für|for|in|im|am|per|at|zum|of))\s+",
    re.IGNORECASE,
)
_A_DAY = re.compile(r"^(?:bis|by|until)\b", re.IGNORECASE)


def read(files: Sequence[Path], result: Result) -> None:
    """Import the rows of sheets as KPIs."""
    for file in files:
        _Table(file, result).read()
    _resolve_formulas(result)


class Column(NamedTuple):
    """A column: its header, the field that it is (``values`` and ``schedule`` are of one period each), the label of
    that period, the unit in brackets behind its name, and the day by which its targets are due."""

    header: str
    field: str | None
    label: str | date | None = None
    unit: str | None = None
    by: date | None = None


class _Table:
    """The table of one file."""

    def __init__(self, file: Path, result: Result) -> None:
        self.file, self.result = file, result
        self.rows: list[tuple[int, list[Cell]]] = []
        self.columns: list[Column] = []
        self.decimal: str | None = None
        self.names = ENGLISH
        self.noted: set[tuple[str, str]] = set()
        self.commented: Counter[str] = Counter()

    def read(self) -> None:
        rows = list(_rows(self.file, self.result))
        place = header_row(rows, LOOKED_AT)
        if place is None:
            raise KpiError(
                f"{self.file} has no row that names the columns of KPIs",
                hint=f"name them in the first row: {ENGLISH.known}; in German {GERMAN.known}",
            )
        number, header = rows[place]
        self.rows = rows[place + 1 :]
        self._recognize(header, number)
        numeric = {place for place, one in enumerate(self.columns) if one.field in (*_NUMERIC, "values", "schedule")}
        found = [row[place] for _, row in self.rows for place in numeric if place < len(row)]
        texts = [cell for cell in found if isinstance(cell, str) and not isinstance(cell, Percent)]
        self.decimal = self.result.settings.decimal or decimal_mark(texts)
        self._carry_goals(number)
        for line, cells in self.rows:
            self._row(line, cells)
        for column in self.columns:
            if self.commented[column.header]:
                self.result.note(
                    self._origin(f'column "{column.header}"', number),
                    "no field of a plan holds it: kept in comments",
                )

    def _origin(self, construct: str, line: int) -> Origin:
        return Origin(construct, str(self.file), line)

    # Columns.

    def _recognize(self, header: Sequence[Cell], line: int) -> None:
        fields: list[Column] = []
        taken: set[str] = set()
        shown_all = [text_of(cell) for cell in header if isinstance(cell, str)]
        self.names = language_of(shown_all)
        exact = {field_of(text_of(cell)) for cell in header if isinstance(cell, str)}
        for place, cell in enumerate(header):
            shown = "" if cell is None else " ".join(text_of(cell).split())
            column = self._column(cell, shown, place, exact)
            if column.field in taken and column.field not in ("values", "schedule", "computed", "comment", "tags"):
                self.result.refuse(
                    self._origin(f'column "{shown}"', line),
                    f"another column is the {column.field} already",
                    "take one of the two out, or give it another name",
                )
                column = column._replace(field=None)
            elif column.field is None and self._cells(place):
                names = language_of(shown_all, shown)
                self.result.refuse(
                    self._origin(f'column "{shown or place + 1}"', line),
                    "no field of a KPI has such a name",
                    f"rename it if it is one of {names.known}, {names.comments}",
                )
            elif column.field == "computed":
                self.result.note(self._origin(f'column "{shown}"', line), "kpi status computes it")
            elif column.field == "number":
                self.result.note(self._origin(f'column "{shown}"', line), "rows need no number")
            if column.field is not None:
                taken.add(column.field)
            fields.append(column)
        self.columns = fields
        if "actual" in taken and "date" not in taken:
            header_ = next(column.header for column in fields if column.field == "actual")
            self.result.refuse(
                self._origin(f'column "{header_}"', line),
                "no column says which period the values are of",
                f"add a column {self.names.date}, name the column by its period, e.g. 2026-03, or use kpi record",
            )
            self.columns = [column._replace(field=None) if column.field == "actual" else column for column in fields]

    def _column(self, cell: Cell, shown: str, place: int, exact: set[str | None]) -> Column:
        if isinstance(cell, datetime | date):
            return Column(shown, "values", cell.date() if isinstance(cell, datetime) else cell)
        field = field_of(shown)
        bracket = re.search(r"[(\[]\s*(?:in\s+)?([^)\]]+?)\s*[)\]]", shown)
        if field is None or (bracket is not None and any(c.isdigit() for c in bracket[1])):
            dated = self._dated(shown)
            if dated is not None:
                return dated
        unit = bracket[1] if bracket and field in _NUMERIC else None
        return Column(shown, self._decided(field, place, exact), None, unit)

    def _dated(self, shown: str) -> Column | None:
        """A column that is named by a period or a date, with the name of a field or without; None for another one."""
        label = label_of(shown) if shown else None
        if label is not None:
            return Column(shown, "values", label)
        unit = next((one for one in re.findall(r"[(\[]\s*(?:in\s+)?([^)\]\d]+?)\s*[)\]]", shown)), None)
        bare = re.sub(r"[(\[][^)\]\d]+[)\]]", " ", shown)
        found = dated_field_of(bare)
        if found is None:
            label = label_of(bare) if unit is not None else None
            return None if label is None else Column(shown, "values", label, unit)
        field, text = found
        rest = _UNTIL.sub("", text)
        try:
            day = day_of(rest)
        except Refusal:
            return None
        label = label_of(rest)
        if field == "actual":
            return None if label is None else Column(shown, "values", label, unit)
        if day is not None and (_A_DAY.search(text) or label is None or form_of(label) == "day"):
            return Column(shown, "target", None, unit, day)
        return None if label is None else Column(shown, "schedule", label, unit)

    def _decided(self, field: str | None, place: int, exact: set[str | None]) -> str | None:
        """The field of a column whose name may mean several: what its cells are decides."""
        cells = self._cells(place)
        texts = [text_of(cell) for cell in cells]
        if field == "goal or target":
            aims = sum(any(c.isdigit() for c in text) and _is_aim(text) for text in texts)
            return "target" if 2 * aims > len(texts) and "target" not in exact else "goal"
        if field == "actual or date":
            dates = sum(isinstance(cell, datetime) or _is_date(text_of(cell)) for cell in cells)
            return "date" if texts and 2 * dates >= len(texts) else "actual"
        if field == "every or date":
            return "every" if 2 * sum(every_of(text) is not None for text in texts) >= len(texts) else "date"
        if field == "type":
            if texts and all(indicator_of(text) for text in texts):
                return "indicator"
            return "kind" if texts and all(kind_of(text) for text in texts) else None
        return field

    def _cells(self, place: int) -> list[Cell]:
        """The cells of a column that hold something."""
        return [row[place] for _, row in self.rows if place < len(row) and _filled(row[place])]

    # Rows.

    def _carry_goals(self, header: int) -> None:
        """Fill the empty cells below a goal with it, as those of merged cells are, where goals are written once each.

        Where a goal is written again, or most rows have one, an empty cell may mean that there is none: it is reported.
        """
        places = {column.field: place for place, column in enumerate(self.columns)}
        if "goal" not in places or "name" not in places:
            return
        goal, name = places["goal"], places["name"]
        above: Cell = None
        carried: dict[int, tuple[int, list[Cell]]] = {}
        runs: list[tuple[str, int]] = []  # each goal that is written, and how many rows below it have none
        alone: list[int] = []  # lines without a goal that none is above
        for place, (line, cells) in enumerate(self.rows):
            named = name < len(cells) and _filled(cells[name])
            others = (cell for at, cell in enumerate(cells) if at != name and self.columns[at : at + 1])
            if not named or all(_blank(cell) for cell in others):
                above = None  # an empty row or a heading ends what is above it
                continue
            filled = [*cells, *[None] * (goal + 1 - len(cells))]
            if not _blank(filled[goal]):
                above = filled[goal] if _filled(filled[goal]) else None
                if above is not None:
                    runs.append((text_of(above).strip(), 0))
            elif above is None:
                alone.append(line)
            else:
                filled[goal] = above
                carried[place] = line, filled
                runs[-1] = runs[-1][0], runs[-1][1] + 1
        once = len({text for text, _ in runs}) == len(runs)
        lines = sorted(line for line, _ in carried.values())
        origin = self._origin(f'column "{self.columns[goal].header}"', header)
        if carried and once and sum(below > 0 for _, below in runs) * 2 >= len(runs):
            for place, row in carried.items():
                self.rows[place] = row
            self.result.note(origin, f"empty in {_lines(lines)}: the goal of the row above was taken")
        else:
            alone += lines
        if alone:
            self.result.note(origin, f"empty in {_lines(sorted(alone))}: no goal yet")

    @property
    def advice(self) -> str:
        """How a sheet says which direction is better."""
        named = next((one.header for one in self.columns if one.field == "direction"), None)
        return f"add a column {self.names.direction}" if named is None else f'say it in the column "{named}"'

    @property
    def due(self) -> date | None:
        """The day that the name of the column of targets says."""
        return next((one.by for one in self.columns if one.field == "target"), None)

    def _row(self, line: int, cells: Sequence[Cell]) -> None:
        found: dict[str, Cell] = {}
        for column, cell in zip(self.columns, cells, strict=False):
            if (
                column.field is not None
                and column.label is None
                and (
                    # A dash may be a direction, which is not to be left out in silence.
                    not _blank(cell) if column.field == "direction" else _filled(cell)
                )
            ):
                found.setdefault(column.field, cell)
        if not any(_filled(cell) for cell in cells):
            return
        name = " ".join(text_of(found.get("name")).split()) if "name" in found else ""
        if not name:
            shown = listed([shorten(text_of(cell), 30) for cell in cells if _filled(cell)], 3)
            self.result.refuse(
                self._origin(f"row {line}: {shown}", line), "it names no KPI", "write its name, or take the row out"
            )
            return
        if not any(
            column.field not in (None, "name", "number", "id") and not _blank(cell)
            for column, cell in zip(self.columns, cells, strict=False)
        ):
            reason = "it says nothing but a name: is it the heading of the rows below?"
            self.result.refuse(self._origin(f'row "{name}"', line), reason, "fill in another column if it is a KPI")
            return
        _Row(self, line, name, found, cells).add()


class _Row:
    """One row, to be made a KPI."""

    def __init__(self, table: _Table, line: int, name: str, found: Mapping[str, Cell], cells: Sequence[Cell]) -> None:
        self.table, self.line, self.name = table, line, shorten(name, 200)
        self.found, self.cells = found, cells
        self.result = table.result
        self.comments: list[str] = []

    def add(self) -> None:
        """Add the KPI, or the value of one more period to one that is there."""
        if self._is_one_more_period():
            return
        fields: dict[str, Value] = {"name": self.name, "goal": self._goal()}
        for field in ("question", "owner"):
            if (text := self._text(field)) is not None:
                fields[field] = text
        for field, meaning in (("indicator", indicator_of), ("kind", kind_of)):
            if (text := self._text(field)) is not None:
                meant = meaning(text)
                if meant is None:
                    self._refuse(field, f'"{shorten(text)}" is not understood', f"set {field} by hand")
                else:
                    fields[field] = meant
        unit = self._unit()
        every = self._every(unit.every)
        if unit.every not in (None, every):
            unit = self._rate()
        if unit.text is not None:
            fields["unit"] = unit.text
        fields["every"] = every
        unit = unit._replace(every=every)
        fields |= self._numbers(unit, every)
        if (text := self._text("when_red")) is not None:
            fields["when_red"] = text
        tags = self._tags()
        if tags:
            fields["tags"] = tags
        self._comment()
        wanted = self._text("id")
        id_ = self.result.new_id(wanted if wanted and id_of(wanted) else self.name, "kpis", "measures")
        self.result.add("kpis", id_, self._origin(), fields, self.comments)

    def _origin(self, column: str | None = None) -> Origin:
        place = f'row "{shorten(self.name)}"'
        return self.table._origin(place if column is None else f'{place}, column "{column}"', self.line)

    def _header(self, field: str) -> str:
        return next((one.header for one in self.table.columns if one.field == field), field)

    def _text(self, field: str) -> str | None:
        cell = self.found.get(field)
        return None if cell is None else " ".join(text_of(cell).split()) or None

    def _refuse(self, field: str, reason: str, workaround: str) -> None:
        self.result.refuse(self._origin(self._header(field)), reason, workaround)

    def _refused(self, field: str, refusal: Refusal) -> None:
        self._refuse(field, refusal.reason, refusal.workaround)

    def _is_one_more_period(self) -> bool:
        """Whether a KPI of this name is there and this row has its value of another period."""
        entries = self.result.entries["kpis"]
        same = next((id_ for id_, entry in entries.items() if entry.fields["name"] == self.name), None)
        if same is None or not {"actual", "date"} <= set(self.found):
            return False
        entry = entries[same]
        every = str(entry.fields["every"])
        unit = UnitOfSheet(str(entry.fields["unit"]) if "unit" in entry.fields else None, every=every)
        there = entry.fields.get("values", {})
        values = self._actual(unit, every)
        twice = set(values) & set(there if isinstance(there, Mapping) else ())
        if twice:
            self._refuse("date", f"{self.name} has a value of {twice.pop()} already", "take one of the two rows out")
        elif values:
            entry.fields["values"] = {**(there if isinstance(there, Mapping) else {}), **values}
        return True

    # Fields.

    def _goal(self) -> str:
        text = self._text("goal")
        goals = self.result.entries["goals"]
        if text is None:
            return GOAL
        id_ = next((id_ for id_, entry in goals.items() if entry.fields["name"] == text), None)
        if id_ is None:
            id_ = self.result.new_id(text, "goals")
            self.result.add("goals", id_, self.table._origin(f'goal "{shorten(text)}"', self.line), {"name": text})
        perspective = self._text("perspective")
        if perspective is not None:
            meant = perspective_of(perspective)
            there = goals[id_].fields.get("perspective", meant)
            if meant is None or there != meant:
                reason = f'"{shorten(perspective)}" is none of financial, customer, internal, learning'
                if meant is not None:
                    reason = f"its goal is of the perspective {there} already"
                self._refuse("perspective", reason, "set perspective on the goal by hand")
            else:
                goals[id_].fields["perspective"] = meant
        return id_

    def _unit(self) -> UnitOfSheet:
        """The unit of the row, or what the numbers in it or the names of their columns say."""
        text = self._text("unit")
        try:
            if text is not None:
                plain, every = split_period(text)
                return unit_of(text) if every is None else unit_of(plain)._replace(every=every)
            for column, cell in zip(self.table.columns, self.cells, strict=False):
                if column.field in (*_NUMERIC, "values", "schedule") and _filled(cell):
                    if column.unit is not None:
                        return unit_of(column.unit)
                    aim = _aim_in(cell, self.table.decimal)
                    for number in aim.numbers:
                        if number.suffix == "%":
                            return UnitOfSheet("%")
                        if number.unit is not None:
                            return unit_of(number.unit)
        except Refusal as refusal:
            if text is not None:
                self._refused("unit", refusal)
        return UnitOfSheet(None)

    def _rate(self) -> UnitOfSheet:
        """The unit as it is written, ``Tickets pro Tag``, where a value is of another period."""
        try:
            return unit_of(self._text("unit") or "")
        except Refusal as refusal:
            self._refused("unit", refusal)
            return UnitOfSheet(None)

    def _every(self, of_unit: str | None) -> str:
        text = self._text("every")
        if text is not None:
            meant = every_of(text)
            if meant is not None:
                return meant
            hint = "write day, week, month, quarter, half, year or e.g. 2 weeks"
            self._refuse("every", f'"{shorten(text)}" is not the length of a period', hint)
        for column in self.table.columns:
            if column.field == "values" and isinstance(column.label, str):
                return form_of(column.label) or self.result.settings.every
        label = label_of(self._text("date") or "") if "date" in self.found else None
        form = None if label is None else form_of(label)
        if form is not None and form != "day":
            return form
        return of_unit or self._every_of_numbers() or self.result.settings.every

    def _every_of_numbers(self) -> str | None:
        """The period that the first of the numbers with one says: ``2% pro Monat``."""
        for column, cell in zip(self.table.columns, self.cells, strict=False):
            if column.field in (*_NUMERIC, "values", "schedule") and _filled(cell):
                try:
                    numbers = _aim_in(cell, self.table.decimal).numbers
                except Refusal:
                    continue
                for number in numbers:
                    if number.every is not None:
                        return number.every
        return None

    def _numbers(self, unit: UnitOfSheet, every: str) -> dict[str, Value]:
        """Baseline, target, thresholds and values."""
        fields: dict[str, Value] = {}
        direction = None
        if (text := self._text("direction")) is not None:
            try:
                direction = direction_of(text)
            except Refusal as refusal:
                self._refused("direction", refusal)
        if "baseline" in self.found:
            try:
                fields["baseline"] = written(self._number("baseline"), unit)
            except Refusal as refusal:
                self._refused("baseline", refusal)
        direction = direction or self._direction_of_targets()
        thresholds = self._thresholds(unit, direction)
        target = self._target(unit, direction or _toward(thresholds))
        thresholds = self._with_green(thresholds, target)
        if target is not None:
            fields["target"] = target
        if thresholds:
            fields["thresholds"] = thresholds
        values = {**self._by_period("values", unit, every, None), **self._actual(unit, every)}
        if values:
            fields["values"] = dict(sorted(values.items()))
        return fields

    def _number(self, field: str) -> Number:
        return _number_in(self.found[field], self.table.decimal)

    def _direction_of_targets(self) -> str | None:
        """The direction that the targets of the row say; None where they say none, or more than one."""
        found: set[str] = set()
        for column, cell in zip(self.table.columns, self.cells, strict=False):
            if column.field in ("target", "schedule") and _filled(cell):
                try:
                    aim = _aim_in(cell, self.table.decimal)
                except Refusal:
                    continue
                if aim.direction in ("at least", "above", "at most", "below"):
                    found.add(aim.direction)
        return found.pop() if len(found) == 1 else None

    def _target(self, unit: UnitOfSheet, direction: str | None) -> Value | None:
        schedule = self._by_period("schedule", unit, None, direction)
        if schedule and "target" not in self.found:
            return schedule
        by, field = self._due(), "target"
        if "target" not in self.found:
            if by is not None and "due" in self.found:
                self._refuse("due", "there is no target that it could be the date of", "set a target")
            return None
        if schedule:
            columns = [one.header for one in self.table.columns if one.field == "schedule"]
            self.result.refuse(
                self._origin(columns[0]),
                f"the row has a target in the column {self._header(field)} too, which is the one imported",
                "empty one of the two: a plan has one target, or one for each period",
            )
            self.comments += [f"target of {label}: {phrase}" for label, phrase in schedule.items()]
        try:
            aim = _aim_in(self.found[field], self.table.decimal)
            if aim.by is not None and by is not None and aim.by != by:
                named = "due" if "due" in self.found else "target"
                self._refuse(
                    named, f"the target says by {aim.by}, and another place {by}", "write one of the two dates"
                )
            by = aim.by or by
            text = _phrase(aim, unit, direction, self.table)
        except Refusal as refusal:
            self._refused(field, refusal)
            self.comments.append(f"target: {shorten(text_of(self.found[field]), 90)}")
            return None
        return text if by is None else f"{text} by {by.isoformat()}"

    def _due(self) -> date | None:
        if "due" not in self.found:
            return self.table.due
        cell = self.found["due"]
        try:
            found = cell.date() if isinstance(cell, datetime) else day_of(text_of(cell))
        except Refusal as refusal:
            self._refused("due", refusal)
            return None
        if found is None:
            self._refuse("due", f'"{shorten(text_of(cell))}" is not a date', "write YYYY-MM-DD")
        elif self.table.due not in (None, found):
            reason = f"the name of the column {self._header('target')} says {self.table.due}"
            self._refuse("due", reason, "write one of the two dates")
        return found

    def _thresholds(self, unit: UnitOfSheet, direction: str | None) -> dict[str, Value]:
        """Green and yellow; where only red is said, yellow ends where it begins."""
        lines: dict[str, Value] = {}
        for field in ("green", "yellow", "red"):
            if field not in self.found:
                continue
            try:
                aim = _aim_in(self.found[field], self.table.decimal)
                if aim.by is not None:
                    raise Refusal(f"a threshold has no date, and this one is by {aim.by}", "take the date out")
                if field == "red":
                    lines[field] = _phrase(_complement(aim, direction), unit, None, self.table)
                else:
                    lines[field] = _phrase(aim, unit, direction or _toward(lines), self.table)
            except Refusal as refusal:
                self._refused(field, refusal)
        red = lines.pop("red", None)
        if red is not None and lines.setdefault("yellow", red) != red:
            self._refuse("red", f"yellow goes on to {lines['yellow']}, which leaves a gap or an overlap", "write one")
        return lines

    def _with_green(self, lines: dict[str, Value], target: Value | None) -> dict[str, Value]:
        """The thresholds with green, which is from the target on where no column says it."""
        if not lines:
            return {}
        field = "yellow" if "yellow" in self.found else "red"
        if "green" not in lines:
            phrase = target.partition(" by ")[0] if isinstance(target, str) else ""
            if not phrase or _toward({"": phrase}) != _toward(lines):
                self._refuse(field, "there is no green beside it", "fill in the column of green")
                return {}
            lines = {"green": phrase, **lines}
            self.result.note(self._origin(self._header(field)), "no column says where green is: from the target on")
        if lines.get("yellow") == lines["green"]:
            del lines["yellow"]  # red begins where green ends
        return lines

    def _by_period(self, field: str, unit: UnitOfSheet, every: str | None, direction: str | None) -> dict[str, Value]:
        """The cells of columns that are named by periods."""
        found: dict[str, Value] = {}
        for column, cell in zip(self.table.columns, self.cells, strict=False):
            if column.field != field or column.label is None or not _filled(cell):
                continue
            try:
                label = self._label(column.label, every)
                if field == "values":
                    found[label] = written(_number_in(cell, self.table.decimal), unit)
                else:
                    aim = _aim_in(cell, self.table.decimal)
                    if aim.by not in (None, parse_label(label, Calendar()).last_day):
                        reason = f"the column says {label} and the cell by {aim.by}"
                        raise Refusal(reason, "take the date out of the cell")
                    found[label] = _phrase(aim, unit, direction, self.table)
            except Refusal as refusal:
                self.result.refuse(self._origin(column.header), refusal.reason, refusal.workaround)
        return found

    def _label(self, label: str | date, every: str | None) -> str:
        """The label of a period of the KPI."""
        if isinstance(label, date):
            labels = [one.label for one in self.table.columns if isinstance(one.label, date)]
            firsts = all(one.day == 1 for one in labels)
            length = every or ("month" if firsts else "day")
            if length in ("month", "quarter", "half", "year", "week", "day"):
                return period_of(label, length, Calendar()).label
            raise Refusal(f"{label} is no label of a period of {length}", "name the column by the period")
        try:
            if every is not None:
                return parse_label(label, Calendar(), every).label
        except TextError as mistake:
            raise Refusal(mistake.message, mistake.hint or "name the column by the period") from None
        return label

    def _actual(self, unit: UnitOfSheet, every: str) -> dict[str, Value]:
        if "actual" not in self.found:
            return {}
        try:
            number = written(self._number("actual"), unit)
        except Refusal as refusal:
            self._refused("actual", refusal)
            return {}
        cell = self.found.get("date")
        if cell is None:
            self._refuse("actual", "the row does not say which period it is of", "fill in the date")
            return {}
        try:
            return {self._period(cell, every): number}
        except Refusal as refusal:
            self._refused("date", refusal)
            return {}

    def _period(self, cell: Cell, every: str) -> str:
        if isinstance(cell, datetime):
            return self._label_of_day(cell.date(), every)
        text = text_of(cell)
        label = label_of(text)
        if label is not None and form_of(label) != "day":
            return self._label(label, every)
        day = day_of(text)
        if day is None:
            raise Refusal(f'"{shorten(text)}" is neither a date nor a period', "write e.g. 2026-03-31 or 2026-03")
        return self._label_of_day(day, every)

    def _label_of_day(self, day: date, every: str) -> str:
        try:
            return period_of(day, every, Calendar()).label
        except (TextError, ValueError):
            raise Refusal(f"the period of {day} is not known", "write the label of the period") from None

    def _tags(self) -> list[Value]:
        texts = [
            " ".join(text_of(cell).split())
            for column, cell in zip(self.table.columns, self.cells, strict=False)
            if column.field == "tags" and _filled(cell)
        ]
        parts = [part.strip() for text in texts for part in re.split(r"[,;|]", text)]
        return list(dict.fromkeys(shorten(part, 100) for part in parts if part))

    def _comment(self) -> None:
        """What no field holds is kept as comments; a formula that can be computed becomes one later."""
        for column, cell in zip(self.table.columns, self.cells, strict=False):
            if column.field in LABELS and _filled(cell):
                lines = comment_lines(LABELS[column.field], text_of(cell))
                self.comments += lines
                self.table.commented[column.header] += bool(lines)
        if "perspective" in self.found and "goal" not in self.found:
            self._refuse("perspective", "a perspective is a field of a goal, and the row has none", "add a goal")


def _resolve_formulas(result: Result) -> None:
    """Make a formula of each calculation that is arithmetic of other KPIs, which it names by id or by name."""
    entries = result.entries["kpis"]
    by_name = {str(entry.fields["name"]).casefold(): id_ for id_, entry in entries.items()}
    start = f"{LABELS['formula']}: "
    for id_, entry in entries.items():
        line = next((one for one in entry.comments if one.startswith(start)), None)
        if line is None or "values" in entry.fields:
            continue
        text = line.removeprefix(start)
        for name in sorted(by_name, key=len, reverse=True):
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", by_name[name], text, flags=re.IGNORECASE)
        try:
            tree = parse_formula(text.replace("÷", "/").replace("×", "*"))
        except TextError:
            continue
        used = {one.name for one in names_in(tree)}
        if used and used <= set(entries) - {id_} and not list(sources_in(tree)):
            entry.fields["formula"] = text.replace("÷", "/").replace("×", "*")
            entry.comments.remove(line)


def _lines(lines: Sequence[int]) -> str:
    """Lines of a file in words, those that follow each other as a span."""
    spans: list[list[int]] = []
    for line in lines:
        if spans and line == spans[-1][-1] + 1:
            spans[-1][1:] = [line]
        else:
            spans.append([line])
    return f"line{'s' * (len(lines) > 1)} {listed(['-'.join(map(str, span)) for span in spans])}"


def _blank(cell: Cell) -> bool:
    return cell is None or not text_of(cell).strip()


def _filled(cell: Cell) -> bool:
    """Whether a cell holds something: ``n/a``, ``k. A.`` and dashes say that there is nothing."""
    return not _blank(cell) and "".join(text_of(cell).casefold().split()) not in _NOTHING


class Percent(str):
    """A number of a workbook that is shown with a percent sign, as it is shown."""


def _number_in(cell: Cell, decimal: str | None) -> Number:
    """The number in a cell; that of a workbook has no decimal mark that could be misread. Raises Refusal."""
    if isinstance(cell, Percent):
        return Number(Decimal(cell[:-1]), "%")
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return Number(Decimal(repr(cell)))
    return number_of(text_of(cell), decimal, "write a number, or leave the cell empty")


def _aim_in(cell: Cell, decimal: str | None) -> Aim:
    """The target in a cell. Raises Refusal."""
    if isinstance(cell, Percent | int | float):
        return Aim(None, (_number_in(cell, decimal),))
    return aim_of(text_of(cell), decimal)


def _is_date(text: str) -> bool:
    """Whether a text is a date or a period rather than a number."""
    try:
        return day_of(text) is not None and not text.strip().isdigit()
    except Refusal:
        return True  # one of two dates


def _is_aim(text: str) -> bool:
    try:
        aim_of(text, ".")
    except Refusal:
        return False
    return True


def _phrase(aim: Aim, unit: UnitOfSheet, direction: str | None, table: _Table) -> str:
    """A target in the words of a plan; ``table`` is what it is in. Raises Refusal without a direction."""
    numbers = [written(number, unit) for number in aim.numbers]
    if aim.direction == "between":
        return f"between {numbers[0]} and {numbers[1]}"
    word = aim.direction or direction
    if word is None:
        # As the cell has it: in the unit of the sheet, which scales what is written there.
        number = in_cell(aim.numbers[0], table.decimal)
        rest = number if aim.by is None else f"{number} by {aim.by.isoformat()}"
        reason = f"{number} does not say whether more or less is better"
        raise Refusal(reason, f'write "at least {rest}" or "at most {rest}", or {table.advice}')
    return f"{word} {numbers[0]}"


def _toward(lines: Mapping[str, Value]) -> str | None:
    """The direction of thresholds."""
    text = str(next(iter(lines.values()), ""))
    return next((word for word in ("at least", "at most", "above", "below") if text.startswith(word)), None)


def _complement(aim: Aim, direction: str | None) -> Aim:
    """Where red begins as where yellow ends."""
    others = {"below": "at least", "at most": "above", "above": "at most", "at least": "below"}
    if aim.direction in others:
        return aim._replace(direction=others[aim.direction])
    if aim.direction is None and direction is not None:
        return aim._replace(direction=direction)
    raise Refusal("it does not say on which side red is", 'write e.g. "below 80"')


# Files.


def _rows(file: Path, result: Result) -> Iterator[tuple[int, list[Cell]]]:
    """The rows of a file with their numbers from 1."""
    rows = _of_workbook(file, result) if file.suffix.lower() in READABLE else _of_text(file, result)
    for count, row in enumerate(rows):
        if count >= MOST_ROWS:
            raise InputError(f"{file} has more than {MOST_ROWS:,} rows", hint="is it a sheet of KPIs?")
        yield row


def _of_text(file: Path, result: Result) -> Iterator[tuple[int, list[Cell]]]:
    from csv import Error

    try:
        head = read_head(file)
        raw = read_bytes(file, MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise InputError(f"{file} is larger than {MOST_BYTES // 1_000_000} MB", hint="is it a sheet of KPIs?")
        encoding = head.encoding
        try:
            text = raw.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            encoding = "cp1252"
            text = raw.decode(encoding)
            result.note(
                Origin("encoding", str(file)), "it is not UTF-8 and was read as Windows-1252: check the umlauts"
            )
        how = layout(text[:65_536], len(text) <= 65_536, ReadOptions())
    except UnreadableError as fault:
        raise InputError(f"{file} {fault.message}", hint=fault.hint) from None
    except UnicodeDecodeError:
        raise InputError(f"{file} is neither UTF-8 nor Windows-1252", hint="save it as UTF-8") from None
    try:
        reader = table_reader(StringIO(text, newline=""), how.delimiter, how.quote)
        line = 1
        for fields in reader:
            yield line, [field.strip() or None for field in fields]
            line = reader.line_num + 1
    except Error as fault:
        raise InputError(f"{file}:{line}: {fault}", hint="save it again as CSV") from None


def _of_workbook(file: Path, result: Result) -> Iterator[tuple[int, list[Cell]]]:
    sheet = Sheet(file, ReadOptions(header=False, sheet=result.settings.sheet, merged="fill"), str(file))
    try:
        shares = sheet.percents(MOST_ROWS)
        for row, column in list(sheet.without_result())[:20]:
            result.refuse(
                Origin(f"cell {sheet.place(row, column).rpartition('!')[2]}", str(file), row),
                "its formula was never computed",
                "open the workbook in a spreadsheet program and save it",
            )
        others = [title for title in sheet.titles() if title != sheet.title]
        if others:
            result.note(
                Origin("sheets", str(file)), f"only {sheet.title} was read; --sheet NAME reads {listed(others)}"
            )
        for number, cells in sheet.rows():
            yield number, [_share(cell) if (number, place) in shares else cell for place, cell in enumerate(cells)]
    finally:
        sheet.close()


def _share(cell: Cell) -> Cell:
    """A number that is shown with a percent sign, as it is shown."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return cell
    return Percent(f"{(Decimal(repr(cell)) * 100).normalize():f}%")
