"""``kpi catalog --format json``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.catalog.view import CatalogKpiView, CatalogView
from kpi.render.sanitize import json_text

if TYPE_CHECKING:
    from kpi.catalog.model import CatalogKpi
    from kpi.render.output import Page


def render_catalog_json(view: CatalogView, page: Page) -> str:
    """Return the list as JSON."""
    return json_text({"version": 1, "kpis": [_kpi(kpi) for kpi in view.kpis]})


def render_catalog_kpi_json(view: CatalogKpiView, page: Page) -> str:
    """Return one KPI as JSON, with the tables and columns that its formula needs."""
    needs = [
        {
            "id": need.source.id,
            "about": need.source.about,
            "date": need.source.date,
            "from": need.source.from_,
            "until": need.source.until,
            "columns": {name: _column(need.source.columns[name].model_dump()) for name in need.columns},
            "computed": {name: need.source.computed[name] for name in need.computed},
        }
        for need in view.needs
    ]
    return json_text({"version": 1, "kpi": _kpi(view.kpi), "sources": needs})


def _kpi(kpi: CatalogKpi) -> dict[str, object]:
    fields = kpi.model_dump(mode="json", exclude={"field", "also"})
    return {"id": fields.pop("id"), "fields": list(kpi.fields), **fields}


def _column(fields: dict[str, object]) -> dict[str, object]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}
