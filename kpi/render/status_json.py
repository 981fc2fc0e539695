"""The stable JSON of ``kpi status``, version 1."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kpi.render.output import Page
from kpi.render.sanitize import json_number, json_text
from kpi.run.series import Point
from kpi.status import ActiveTarget, KpiRow, PartRow, StatusView
from kpi.status.matrix import Matrix

if TYPE_CHECKING:
    from kpi.status.outcome import Outcome
    from kpi.status.outlook import Outlook
    from kpi.status.signs import Signs
from kpi.values import round12


def render_status_json(view: StatusView, _: Page) -> str:
    """Return the status of every KPI, with its history."""
    return _status_json(view)


def render_matrix_json(matrix: Matrix, _: Page) -> str:
    """Return the status of every KPI, with a history of as many values as the table has columns before the last."""
    return _status_json(matrix.view, history=max(map(len, matrix.periods.values()), default=1) - 1)


def _status_json(view: StatusView, history: int | None = None) -> str:
    """The view as JSON, with at most ``history`` values before the one shown."""
    return json_text(
        {
            "version": 1,
            "title": view.title,
            "as_of": view.as_of.isoformat(),
            **({"compare": view.against} if view.against != "previous period" else {}),
            "summary": dict(view.summary),
            "kpis": [kpi_as_json(row if history is None else row.shortened(history)) for row in view.rows],
        }
    )


def kpi_as_json(row: KpiRow) -> dict[str, object]:
    """One KPI, with exactly the keys that the design fixes, and its parts where it is split."""
    period = row.period
    return {
        "id": row.kpi.id,
        "name": row.name,
        "goal": row.kpi.goal,
        "owner": row.kpi.owner,
        "indicator": row.kpi.indicator,
        "unit": row.kpi.unit,
        "every": row.kpi.every,
        "period": {
            "label": period.label,
            "start": period.start.isoformat(),
            "end": period.end.isoformat(),
            "complete": period.whole,
            "partial": row.point.partial,
        },
        **_numbers(row),
        **({} if row.outlook is None else {"forecast": _forecast(row.outlook)}),
        **({} if row.signs is None else {"signal": _signal(row.signs)}),
        **({} if row.decision is None else {"decision": outcome_as_json(row.decision)}),
        **({} if row.by is None else {"split": {"by": row.by, "parts": [_part(part) for part in row.parts]}}),
    }


def _numbers(row: KpiRow) -> dict[str, object]:
    return {
        "value": json_number(row.point.value),
        "display": row.display,
        "previous": json_number(None if row.previous is None else row.previous.value),
        "change": json_number(row.change),
        "trend": row.trend,
        "target": None if row.target is None else _target(row.target),
        "attainment": json_number(None if row.attainment is None else round12(row.attainment)),
        "status": row.status,
        "pace": row.pace,
        "message": row.message,
        "notes": list(row.notes),
        "history": [_point(point) for point in row.history],
    }


def _part(part: PartRow) -> dict[str, object]:
    """A part: what it is called and which kind it is, how many values of the column make the others, its numbers."""
    count = {"values": part.values} if part.kind == "other" else {}
    return {"part": part.row.name, "kind": part.kind, **count, **_numbers(part.row)}


def _target(target: ActiveTarget) -> dict[str, object]:
    value: object = json_number(target.value)
    if target.op == "between":
        value = [json_number(target.value), json_number(target.upper)]
    return {
        "text": target.text,
        "op": target.op,
        "value": value,
        "by": day_text(target.by),
        "expected_now": json_number(target.expected_now),
    }


def _forecast(outlook: Outlook) -> dict[str, object]:
    """A forecast; if there is none, only why."""
    if outlook.period is None:
        return {"problem": outlook.problem}
    return {
        "problem": None,
        "period": outlook.period.label,
        "value": json_number(outlook.value),
        "interval": [json_number(outlook.low), json_number(outlook.high)],
        "display": outlook.display,
        "chance": None if outlook.chance is None else round(outlook.chance, 3),
        "reaches": None if outlook.reaches is None else outlook.reaches.label,
        "late": outlook.late,
        "text": outlook.sentence,
        "steps": [
            {
                "period": period.label,
                "value": json_number(step.value),
                "interval": [json_number(step.low), json_number(step.high)],
            }
            for period, step in outlook.steps
        ],
    }


def _signal(signs: Signs) -> dict[str, object]:
    """Whether the value is news; if that cannot be said, only why."""
    if signs.limits is None or signs.since is None:
        return {"problem": signs.problem}
    return {
        "problem": None,
        "variation": signs.variation,
        "assurance": signs.assurance,
        "text": signs.sentence,
        "limits": [json_number(signs.limits.low), json_number(signs.limits.high)],
        "since": signs.since.label,
        "seasonal": signs.seasonal,
    }


def outcome_as_json(outcome: Outcome) -> dict[str, object]:
    """A decision and what became of it."""
    return {
        **outcome.decision.fields_as_text(),
        "state": outcome.state,
        "reason": outcome.reason,
        "now": outcome.now,
        "moved": outcome.moved,
        "met": outcome.met,
    }


def _point(point: Point) -> dict[str, object]:
    return {"period": point.period.label, "start": point.period.start.isoformat(), "value": json_number(point.value)}


def day_text(day: date | None) -> str | None:
    """A day as YYYY-MM-DD."""
    return None if day is None else day.isoformat()
