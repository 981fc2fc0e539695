"""``kpi review --format json``."""

from __future__ import annotations

from kpi.render.output import Page
from kpi.render.sanitize import json_number, json_text
from kpi.render.status_json import day_text, kpi_as_json, outcome_as_json
from kpi.review import Agenda, Exceptional
from kpi.review.grid import Grid
from kpi.review.trailing import Trailing, TrailingRow
from kpi.status import KpiRow


def render_review_json(view: Agenda, _: Page) -> str:
    """The whole agenda. Exceptions have the KPI as in ``kpi status --format json``, other lists of KPIs their ids."""
    return json_text(
        {
            "version": 1,
            "title": view.title,
            "as_of": view.as_of.isoformat(),
            "exceptions": [_exception(one) for one in view.exceptions],
            "known": [row.kpi.id for row in view.known],
            "usual": [row.kpi.id for row in view.usual],
            "unjudged": [row.kpi.id for row in view.unjudged],
            "due": [outcome_as_json(outcome) for outcome in view.due],
            "stale": [{"id": row.kpi.id, "status": row.status, "message": row.message} for row in view.stale],
            "ending": [
                {"id": row.kpi.id, "by": day_text(row.target.by if row.target else None)} for row in view.ending
            ],
            "overdue": [
                {"goal": one.goal.id, "due": one.due.isoformat(), "last": one.last.isoformat()} for one in view.overdue
            ],
            "suppressions": [
                {"file": one.file, "line": one.line, "rules": list(one.rules), "until": one.until.isoformat()}
                for one in view.expiring
            ],
            "goals_without_kpi": [goal.id for goal in view.unmeasured],
        }
    )


def _exception(one: Exceptional) -> dict[str, object]:
    return {
        "reasons": list(one.kinds),
        "was": one.was,
        "guards": [row.kpi.id for row in one.guarded],
        "when_red": one.row.kpi.when_red,
        "kpi": kpi_as_json(one.row),
    }


def render_grid_json(view: Grid, _: Page) -> str:
    """Each KPI with its target and, oldest first, the value and status of each period."""
    return json_text(
        {
            "version": 1,
            "title": view.title,
            "as_of": view.as_of.isoformat(),
            "grid": [
                {
                    **_kpi(one.row),
                    "target": one.row.target_display,
                    "periods": [
                        {
                            "period": cell.period.label,
                            "start": cell.period.start.isoformat(),
                            "value": json_number(cell.value),
                            "display": cell.display,
                            "status": cell.status,
                        }
                        for cell in one.cells
                    ],
                }
                for one in view.rows
            ],
        }
    )


def render_trailing_json(view: Trailing, _: Page) -> str:
    """Each KPI with its values by length of period, oldest first, beside those of the year before."""
    return json_text(
        {
            "version": 1,
            "title": view.title,
            "as_of": view.as_of.isoformat(),
            "trailing": [
                {
                    **_kpi(row),
                    "status": row.status,
                    "periods": {block.every: _trailing(one) for block, one in view.of(row)},
                }
                for row in view.rows
            ],
        }
    )


def _kpi(row: KpiRow) -> dict[str, object]:
    return {
        "id": row.kpi.id,
        "name": row.name,
        "owner": row.kpi.owner,
        "indicator": row.kpi.indicator,
        "unit": row.kpi.unit,
        "every": row.kpi.every,
        "message": row.message,
        "notes": list(row.notes),
    }


def _trailing(one: TrailingRow) -> list[dict[str, object]]:
    return [
        {
            "period": cell.period.label,
            "start": cell.period.start.isoformat(),
            "value": json_number(cell.value),
            "year_before": json_number(cell.before),
        }
        for cell in one.cells
    ]
