"""A workbook for people: the values, their history and the definitions, a sheet each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

from kpi.render.status_html import COLORS
from kpi.values import parse_unit

if TYPE_CHECKING:
    from kpi.plan.model import Kpi, Target
    from kpi.plan.model.target import ScheduleEntry
    from kpi.project import Project, Status

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")  # characters that a workbook cannot have
_NUMBERS = ("value", "previous", "change", "target", "expected_now")
WIDEST = 60


def workbook(project: Project, status: Status, periods: int) -> bytes:
    """The workbook as bytes. Numbers are numbers, formatted by unit; dates are dates; texts never become formulas."""
    import pandas as pd

    history = project.history([row.kpi.id for row in status.view.rows], periods=periods, as_of=status.view.as_of)
    definitions = pd.DataFrame([_definition(row.kpi) for row in status.view.rows])
    sheets = {"Values": status.frame(), "History": history, "Definitions": definitions}
    out = BytesIO()
    with pd.ExcelWriter(out, engine="openpyxl") as writer:
        for name, frame in sheets.items():
            clean = frame.map(lambda cell: _UNWRITABLE.sub("�", cell) if isinstance(cell, str) else cell)
            clean.to_excel(writer, sheet_name=name, index=False)
            _format(writer.sheets[name], list(frame.columns))
    return out.getvalue()


def _definition(kpi: Any) -> Mapping[str, object]:
    """One KPI as its file defines it."""
    return {
        "kpi": kpi.id,
        "name": kpi.name,
        "goal": kpi.goal,
        "question": kpi.question,
        "owner": kpi.owner,
        "indicator": kpi.indicator,
        "unit": kpi.unit,
        "every": kpi.every,
        "window": kpi.window,
        "formula": kpi.formula,
        "baseline": kpi.baseline,
        "target": None if kpi.target is None else _target(kpi.target),
        "thresholds": _thresholds(kpi),
        "guardrails": ", ".join(kpi.guardrails),
        "when_red": kpi.when_red,
        "tags": ", ".join(kpi.tags),
    }


def _target(target: Target | tuple[ScheduleEntry, ...]) -> str:
    """A target as its file has it; of a schedule, that of each period."""
    if isinstance(target, tuple):
        return "; ".join(f"{one.label}: {one.target.text}" for one in target)
    return target.text


def _format(sheet: Any, names: list[str]) -> None:
    """Head in bold and frozen, columns as wide as their content, numbers in the format of their unit."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    unit_at = names.index("unit") if "unit" in names else None
    for number, name in enumerate(names, 1):
        sheet.cell(1, number).font = Font(bold=True)
        longest = max((len(str(cell.value or "")) for cell in sheet[get_column_letter(number)]), default=8)
        sheet.column_dimensions[get_column_letter(number)].width = min(max(longest, 8) + 2, WIDEST)
        for cell in sheet[get_column_letter(number)][1:]:
            if cell.data_type == "f":  # a text that begins like a formula
                cell.data_type = "s"
            if name in ("start", "end"):
                cell.number_format = "yyyy-mm-dd"
            elif name in _NUMBERS and unit_at is not None:
                cell.number_format = _number_format(sheet.cell(cell.row, unit_at + 1).value, cell.value)
            elif name == "status" and cell.value in COLORS:
                cell.font = Font(bold=True, color=f"FF{COLORS[cell.value][1:].upper()}")


def _number_format(unit: str | None, value: object) -> str:
    """The format of a number; a whole one without decimals, since an optional decimal would leave its point."""
    kind = parse_unit(unit or None).kind
    if kind == "percent":
        return "0.0%"
    return "#,##0" if kind != "currency" and isinstance(value, int | float) and value == int(value) else "#,##0.00"


def _thresholds(kpi: Kpi) -> str | None:
    """``green at least 29%, yellow at least 25%``, as the file says it; None without thresholds."""
    lines = () if kpi.thresholds is None else (("green", kpi.thresholds.green), ("yellow", kpi.thresholds.yellow))
    return ", ".join(f"{status} {line.text}" for status, line in lines if line is not None) or None
