"""``kpi catalog`` for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpi.catalog.model import FIELDS
from kpi.catalog.view import BETTER, CatalogKpiView, CatalogView
from kpi.render.layout import Line, Piece, cut, fill, line, wrap
from kpi.render.style import paint

if TYPE_CHECKING:
    from kpi.catalog.catalog import Requirement
    from kpi.catalog.model import CatalogKpi
    from kpi.render.output import Page

WIDEST = 100
LABELS = 14  # columns of a fact's name


def render_catalog_text(view: CatalogView, page: Page) -> str:
    """Return the list as text: by field of work, or as one list where words were searched for."""
    width = min(page.width, WIDEST)
    names = max(len(kpi.id) for kpi in view.kpis) + 2
    lines: list[Line] = []
    if view.words:
        lines = [_row(kpi, names, width) for kpi in view.kpis]
    else:
        for field, title in FIELDS.items():
            rows = [_row(kpi, names, width) for kpi in view.kpis if kpi.field == field]
            if rows:
                lines += [*([()] if lines else []), line(Piece(title, "bold")), *rows]
    return paint(lines, color=page.color)


def _row(kpi: CatalogKpi, names: int, width: int) -> Line:
    return cut((*fill(line("  ", kpi.id), names + 2), Piece(kpi.name, "dim")), width)


def render_catalog_kpi_text(view: CatalogKpiView, page: Page) -> str:
    """Return everything that the catalog says about one KPI as text."""
    width = min(page.width, WIDEST)
    kpi = view.kpi
    lines = [line(Piece(kpi.name, "bold"), f"  {kpi.id}"), *_wrapped(kpi.sentence, width), ()]
    for label, text in _facts(view):
        lines += _fact(label, text, width)
    for label, texts in (("questions", kpi.questions), ("misleads", kpi.misleads)):
        for number, text in enumerate(texts):
            lines += _fact(label if number == 0 else "", text, width)
    lines += [(), line(Piece("Formula", "bold")), *_wrapped(kpi.formula, width, 2), (), line(Piece("Data", "bold"))]
    for need in view.needs:
        lines += _need(need, width)
    lines += [(), line(f"kpi add {kpi.id} --goal GOAL  adds it to your file")]
    return paint(lines, color=page.color)


def _facts(view: CatalogKpiView) -> Iterator[tuple[str, str]]:
    kpi = view.kpi
    facts = {
        "also called": ", ".join(kpi.other_names),
        "used in": ", ".join(FIELDS[field] for field in kpi.fields),
        "unit": f"{view.unit}; {BETTER[kpi.direction]}",
        "every": kpi.every + (f", over {kpi.window}" if kpi.window else ""),
        "indicator": f"{kpi.indicator} for {kpi.viewpoint}",
        "proxy of": kpi.proxy_of or "",
        "leads": ", ".join(kpi.leads),
        "guardrails": ", ".join(kpi.guardrails),
        "used by": ", ".join(kpi.users),
        "definition": kpi.definition,
    }
    return ((label, text) for label, text in facts.items() if text)


def _need(need: Requirement, width: int) -> Iterator[Line]:
    source = need.source
    yield line("  ", Piece(source.id, "bold"))
    yield from _wrapped(source.about, width, 4)
    names = max(map(len, (*need.columns, *need.computed))) + 2
    times = {source.date: "date of the row", source.from_: "from", source.until: "until"}
    for name in need.columns:
        role = f" ({times[name]})" if name in times else ""
        yield cut(line("    ", f"{name:<{names}}", Piece(source.columns[name].words + role, "dim")), width)
    for name in need.computed:
        yield cut(line("    ", f"{name:<{names}}", Piece(f"computed: {source.computed[name]}", "dim")), width)


def _wrapped(text: str, width: int, indent: int = 0) -> list[Line]:
    return [line(" " * indent, part) for part in wrap(text, width - indent)]


def _fact(label: str, text: str, width: int) -> list[Line]:
    parts = wrap(text, max(width - LABELS - 2, 8))
    labels = [label] + [""] * (len(parts) - 1)
    return [line("  ", Piece(f"{name:<{LABELS}}", "dim"), part) for name, part in zip(labels, parts, strict=True)]
