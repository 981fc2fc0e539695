"""``kpi sources --format json``."""

from __future__ import annotations

from kpi.render.output import Page
from kpi.render.sanitize import json_number, json_text
from kpi.render.status_json import day_text
from kpi.run.profile import ColumnProfile
from kpi.status.source_view import SourcesView, SourceView


def render_sources_json(view: SourcesView, _: Page) -> str:
    """The view as JSON, version 1; no line break at the end."""
    return json_text(
        {
            "version": 1,
            "title": view.title,
            "as_of": view.as_of.isoformat(),
            "sources": [_source(source) for source in view.sources],
        }
    )


def _source(view: SourceView) -> dict[str, object]:
    source, found = view.source, view.found
    return {
        "id": source.id,
        "kind": view.kind,
        "owner": source.owner,
        "files": list(view.files),
        "reads": list(view.reads),
        "encoding": None if view.written is None else view.written.encoding,
        "delimiter": None if view.written is None else view.written.delimiter,
        "rows": found.rows,
        "later": found.later,
        "skipped": found.skipped,
        "skipped_reasons": list(found.skipped_reasons),
        "date": source.date or source.from_,
        "first": day_text(found.first),
        "last": day_text(found.last),
        "updated": source.updated,
        "fresh": view.fresh,
        "kpis": list(view.kpis),
        "columns": [_column(column, view) for column in found.columns],
        "problem": found.problem,
    }


def _column(column: ColumnProfile, view: SourceView) -> dict[str, object]:
    numeric = column.kind in ("number", "duration")
    return {
        "name": column.name,
        "header": None if column.computed else view.headers.get(column.name, column.name),
        "type": type_word(column.kind),
        "computed": column.computed,
        "empty": column.empty,
        "examples": [json_number(float(value)) if numeric else value for value in column.examples],
    }


def type_word(kind: str) -> str:
    """Return the kind of a column in the words of ``types``; ``empty`` if no row has a value."""
    return "timestamp" if kind == "instant" else kind
