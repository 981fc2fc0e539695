"""What bears on the numbers of several KPIs, for views that have no place for it beside each value (rule G2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpi.status.view import KpiRow


def notes_of(rows: Iterable[KpiRow], *, messages: bool = True) -> list[str]:
    """One text for each note, which begins with the name of the KPI. ``messages``: also why a KPI has no value or no
    status."""
    return [f"{row.name}: {note}" for row in rows for note in (row.message if messages else None, *row.notes) if note]
