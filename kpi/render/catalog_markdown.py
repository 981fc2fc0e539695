"""``kpi catalog --format markdown``, and docs/catalog.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.catalog.model import FIELDS
from kpi.catalog.view import BETTER, CatalogKpiView, CatalogView

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpi.catalog.model import CatalogKpi
    from kpi.render.output import Page


def render_catalog_markdown(view: CatalogView, page: Page) -> str:
    """Return the list as tables of Markdown: by field of work, or one where words were searched for."""
    if view.words:
        return "\n".join(_table(view.kpis))
    lines: list[str] = []
    for field, title in FIELDS.items():
        kpis = [kpi for kpi in view.kpis if kpi.field == field]
        if kpis:
            lines += [*([""] if lines else []), f"## {title}", "", *_table(kpis)]
    return "\n".join(lines)


def _table(kpis: Iterable[CatalogKpi]) -> list[str]:
    rows = [f"| `{kpi.id}` | {_cell(kpi.name)} | {_cell(kpi.sentence)} |" for kpi in kpis]
    return ["| id | name | meaning |", "|---|---|---|", *rows]


def render_catalog_kpi_markdown(view: CatalogKpiView, page: Page) -> str:
    """Return one KPI as a page of Markdown."""
    kpi = view.kpi
    facts = {
        "also called": ", ".join(kpi.other_names),
        "unit": f"{view.unit}; {BETTER[kpi.direction]}",
        "every": kpi.every + (f", over {kpi.window}" if kpi.window else ""),
        "indicator": f"{kpi.indicator} for {kpi.viewpoint}",
        "proxy of": kpi.proxy_of or "",
        "leads": ", ".join(f"`{id_}`" for id_ in kpi.leads),
        "guardrails": ", ".join(f"`{id_}`" for id_ in kpi.guardrails),
        "questions": " ".join(kpi.questions),
        "misleads": " ".join(kpi.misleads),
        "used by": ", ".join(kpi.users),
        "definition": kpi.definition,
    }
    lines = [f"# {kpi.name}", "", kpi.sentence, "", "```text", kpi.formula, "```", "", "| | |", "|---|---|"]
    lines += [f"| {label} | {_cell(text)} |" for label, text in facts.items() if text]
    for need in view.needs:
        lines += ["", f"`{need.source.id}`: {need.source.about}", "", "| column | contents |", "|---|---|"]
        lines += [f"| `{name}` | {need.source.columns[name].words} |" for name in need.columns]
        lines += [f"| `{name}` | computed: `{need.source.computed[name]}` |" for name in need.computed]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
