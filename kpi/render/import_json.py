"""The report of ``kpi import --format json``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.render.sanitize import json_text

if TYPE_CHECKING:
    from kpi.importing import ImportView
    from kpi.render.output import Page


def render_import_json(view: ImportView, page: Page) -> str:
    """Return what became of each construct as JSON, with the plan in it where no file was written."""
    return json_text(
        {
            "version": 1,
            "format": view.imported.format,
            "file": None if view.file is None else str(view.file),
            "plan": view.imported.text if view.file is None else None,
            "constructs": [
                {
                    "construct": one.origin.construct,
                    "file": one.origin.file,
                    "line": one.origin.line,
                    "state": one.state,
                    "becomes": one.becomes,
                    "reason": one.reason,
                    "workaround": one.workaround,
                }
                for one in view.imported.outcomes
            ],
        }
    )
