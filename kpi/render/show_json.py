"""``kpi show --format json``: the same KPI object as in ``kpi status``, and what else there is to know."""

from __future__ import annotations

from kpi.render.output import Page
from kpi.render.sanitize import json_text
from kpi.render.status_json import day_text, kpi_as_json
from kpi.run.series import SourceUse
from kpi.status.kpi_view import ShowView


def render_show_json(view: ShowView, page: Page) -> str:
    """Return the view as JSON, with ``sql`` if it was requested."""
    kpi = view.row.kpi
    content: dict[str, object] = {
        "version": 1,
        "as_of": view.as_of.isoformat(),
        "kpi": kpi_as_json(view.row),
        "question": kpi.question,
        "definition": view.definition,
        "formula": kpi.formula,
        "window": kpi.window,
        "measures": dict(view.measures),
        "notes": kpi.remarks,
        "when_red": kpi.when_red,
        "sources": [_source(use) for use in view.sources],
    }
    if page.sql:
        content["sql"] = [{"source": source, "statement": statement} for source, statement in view.sql]
    return json_text(content)


def _source(use: SourceUse) -> dict[str, object]:
    return {
        "id": use.id,
        "files": list(use.files),
        "rows": use.rows,
        "skipped": use.skipped,
        "skipped_reasons": list(use.skipped_reasons),
        "first": day_text(use.first),
        "last": day_text(use.last),
    }
