"""``kpi status`` as CSV: one line per KPI, or one for each of its last periods."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from kpi.render.output import Page
from kpi.render.sanitize import one_line
from kpi.status import KpiRow, StatusView
from kpi.status.matrix import Matrix
from kpi.values import Period, format_plain

# What a spreadsheet reads as the start of a formula, including the full-width forms: at the beginning of a cell, or
# after a semicolon or a tab, which start a cell if they are read as the delimiter. Quotation marks, white space and
# invisible characters before it do not prevent that.
STARTS_FORMULA = re.compile(r"""((?:^|[;\t|])[\s"'\uFFFD]*)([=+\-@＝＋－＠])""")

Cell = str | float | None
HEADS = (
    "id", "name", "goal", "owner", "indicator", "unit", "every", "period", "period_start", "period_end", "complete",
    "partial", "value", "previous", "change", "target", "target_op", "target_value", "target_upper", "target_by",
    "expected_now", "status", "pace", "message", "notes",
)  # fmt: skip

FORECAST_HEADS = ("forecast_period", "forecast", "forecast_low", "forecast_high", "forecast_chance", "forecast_reaches")


def _period_cells(period: Period, partial: bool) -> tuple[Cell, ...]:
    """The cells from ``period`` to ``partial``."""
    complete = "true" if period.whole else "false"
    return period.label, period.start.isoformat(), period.end.isoformat(), complete, "true" if partial else "false"


def _cells(row: KpiRow) -> tuple[Cell, ...]:
    """The cells of one KPI in the order of the heads."""
    kpi, period, target = row.kpi, row.period, row.target
    return (
        kpi.id,
        row.name,
        kpi.goal,
        kpi.owner,
        kpi.indicator,
        kpi.unit,
        kpi.every,
        *_period_cells(period, row.point.partial),
        row.point.value,
        row.previous.value if row.previous else None,
        row.change,
        target.text if target else None,
        target.op if target else None,
        target.value if target else None,
        target.upper if target else None,
        target.by.isoformat() if target and target.by else None,
        target.expected_now if target else None,
        row.status,
        row.pace,
        row.message,
        "; ".join(row.notes) or None,
    )


def render_status_csv(view: StatusView, _: Page) -> str:
    """A header and a line a KPI, in the order of the file, ended by line feeds. Numbers have all their digits; a text
    that a spreadsheet would take for a formula has an apostrophe before it. Where any KPI is split there is a line for
    each of its parts, and one more column that names them. Forecasts have columns of their own where they were asked
    for."""
    lines = ((row, one) for row in view.rows for one in row.rows)
    forecast = any(row.outlook for row in view.rows)
    heads = (*HEADS, *FORECAST_HEADS) if forecast else HEADS
    cells = ((row, one, (*_cells(one), *(_forecast_cells(one) if forecast else ()))) for row, one in lines)
    return csv_text(_heads(heads, view), (_whose(found, row, one, view) for row, one, found in cells))


def _forecast_cells(row: KpiRow) -> tuple[Cell, ...]:
    outlook = row.outlook
    if outlook is None or outlook.period is None:
        return (None,) * len(FORECAST_HEADS)
    reaches = None if outlook.reaches is None else outlook.reaches.label
    chance = None if outlook.chance is None else round(outlook.chance, 3)
    return outlook.period.label, outlook.value, outlook.low, outlook.high, chance, reaches


def _heads(heads: tuple[str, ...], view: StatusView) -> tuple[str, ...]:
    return (*heads, "part") if _is_split(view) else heads


def _is_split(view: StatusView) -> bool:
    return any(row.parts for row in view.rows)


def _whose(cells: tuple[Cell, ...], row: KpiRow, one: KpiRow, view: StatusView) -> tuple[Cell, ...]:
    """The cells of a row or of a part of it, with the name of the part in a cell of its own."""
    if not _is_split(view):
        return cells
    return (cells[0], row.name, *cells[2:], one.name if one.is_part else None)


MATRIX_HEADS = (
    "id", "name", "goal", "owner", "unit", "every", "period", "period_start", "period_end", "complete", "partial",
    "value", "status", "notes",
)  # fmt: skip


def render_matrix_csv(matrix: Matrix, _: Page) -> str:
    """A header and a line for each KPI and period, so that lengths of periods may differ; the status is in
    the line of the value that it belongs to."""
    lines = ((row, one) for row in matrix.view.rows for one in row.rows)
    return csv_text(
        _heads(MATRIX_HEADS, matrix.view),
        (_whose(cells, row, one, matrix.view) for row, one in lines for cells in _lines(matrix, one)),
    )


def _lines(matrix: Matrix, row: KpiRow) -> Iterator[tuple[Cell, ...]]:
    kpi = row.kpi
    for period, cell in zip(matrix.periods[kpi.every], matrix.cells(row), strict=True):
        yield (
            kpi.id,
            row.name,
            kpi.goal,
            kpi.owner,
            kpi.unit,
            kpi.every,
            *_period_cells(period, cell.point is not None and cell.point.partial),
            cell.point.value if cell.point is not None else None,
            row.status if period.start == row.period.start else None,
            "; ".join(row.notes) if period.start == row.period.start and row.notes else None,
        )


def csv_text(heads: Sequence[str], lines: Iterable[Sequence[Cell]]) -> str:
    """A header and lines as CSV, guarded against formulas; no line break at the end."""
    import csv
    from io import StringIO

    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([_safe(cell) for cell in line] for line in lines)
    return out.getvalue().removesuffix("\n")


def _safe(value: Cell) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return format_plain(value)
    return STARTS_FORMULA.sub(r"\1'\2", one_line(value))
