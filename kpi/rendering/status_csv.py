"""``kpi status`` as CSV: one line a KPI."""

from __future__ import annotations

from kpi.quantities import format_plain
from kpi.rendering.plain import one_line
from kpi.reporting import KpiRow, StatusView

# What a spreadsheet takes for the start of a formula, the full-width forms included.
STARTS_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")

Cell = str | float | None
HEADS = (
    "id", "name", "goal", "owner", "indicator", "unit", "every", "period", "period_start", "period_end", "complete",
    "partial", "value", "previous", "change", "target", "target_op", "target_value", "target_upper", "target_by",
    "expected_now", "status", "pace", "message",
)  # fmt: skip


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
        period.label,
        period.start.isoformat(),
        period.end.isoformat(),
        "true" if period.whole else "false",
        "true" if row.point.partial else "false",
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
    )


def render_status_csv(view: StatusView) -> str:
    """A header and a line a KPI, in the order of the file, ended by line feeds. Numbers have all their digits; a text
    that a spreadsheet would take for a formula begins with an apostrophe."""
    import csv
    from io import StringIO

    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADS)
    writer.writerows([_safe(cell) for cell in _cells(row)] for row in view.rows)
    return out.getvalue().removesuffix("\n")


def _safe(value: Cell) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return format_plain(value)
    text = one_line(value)
    return f"'{text}" if text.startswith(STARTS_FORMULA) else text
