"""``kpi doctor --format json``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.render.sanitize import json_text

if TYPE_CHECKING:
    from kpi.doctor import DoctorView
    from kpi.render.output import Page


def render_doctor_json(view: DoctorView, page: Page) -> str:
    """Return the checks as JSON."""
    return json_text({"version": 1, "problems": view.problems, "checks": [one._asdict() for one in view.checks]})
