"""The values as OpenMetrics text, for Prometheus and its relatives (OpenMetrics 1.0)."""

from __future__ import annotations

from datetime import UTC, datetime

from kpi.status import STATUSES, StatusView

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


def openmetrics(view: StatusView) -> str:
    """The value, target and status of every KPI. A KPI without a value has only its status.

    Each sample has the time at which its period ended. Labels are the id of the KPI, its unit, goal and owner.
    """
    lines = [
        "# HELP kpi_value The value of the KPI, a fraction where the unit is %.",
        "# TYPE kpi_value gauge",
        *_samples("kpi_value", view, "value"),
        "# HELP kpi_target The number to hit in the period.",
        "# TYPE kpi_target gauge",
        *_samples("kpi_target", view, "target"),
        "# HELP kpi_status Whether the KPI has this status.",
        "# TYPE kpi_status stateset",
    ]
    for row in view.rows:
        for status in STATUSES:
            labels = _labels(kpi=row.kpi.id, kpi_status=status)
            lines.append(f"kpi_status{labels} {int(row.status == status)}")
    return "\n".join([*lines, "# EOF"]) + "\n"


def _samples(name: str, view: StatusView, what: str) -> list[str]:
    found = []
    for row in view.rows:
        value = row.point.value if what == "value" else row.target.value if row.target else None
        if value is None:
            continue
        labels = _labels(kpi=row.kpi.id, unit=row.kpi.unit, goal=row.kpi.goal, owner=row.kpi.owner)
        end = row.period.end
        at = int(datetime(end.year, end.month, end.day, tzinfo=UTC).timestamp())
        found.append(f"{name}{labels} {value!r} {at}")
    return found


def _labels(**labels: str | None) -> str:
    pairs = [f'{name}="{text.translate(_ESCAPES)}"' for name, text in labels.items() if text]
    return "{" + ",".join(pairs) + "}"
