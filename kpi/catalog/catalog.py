"""Reads the catalog, and says which columns a KPI of it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from kpi.catalog.model import FIELDS, Catalog, CatalogKpi, CatalogSource

_FOLDER = Path(__file__).parent


@cache
def load_catalog() -> Catalog:
    """The catalog, read from the files of this package and validated."""
    sources: dict[str, Any] = {}
    kpis: dict[str, Any] = {}
    for id_, entry in _read("sources.yaml").items():
        sources[id_] = {"id": id_, **entry}
    for field in FIELDS:
        for id_, entry in _read(f"kpis/{field}.yaml").items():
            if id_ in kpis:
                raise ValueError(f"{id_} is in the catalog twice")
            kpis[id_] = {"id": id_, "field": field, **entry}
    return Catalog.model_validate({"sources": sources, "kpis": kpis})


def _read(name: str) -> Mapping[str, Any]:
    import yaml

    # Every scalar is text, as in a plan.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    data: Mapping[str, Any] = yaml.load((_FOLDER / name).read_text(encoding="utf-8"), loader)
    return data


class Requirement(NamedTuple):
    """What a formula needs of one table: ``columns`` that must be there, and ``computed`` columns over them."""

    source: CatalogSource
    columns: tuple[str, ...]
    computed: tuple[str, ...]


def requirements(catalog: Catalog, kpi: CatalogKpi) -> tuple[Requirement, ...]:
    """The tables that a KPI needs, in the order in which its formula names them.

    Columns are in the order of the table. Raises KeyError for a table or column that the catalog does not describe.
    """
    from kpi.formulas import parse_formula
    from kpi.formulas.walk import aggregates, source_columns

    tree = parse_formula(kpi.formula)
    named: dict[str, set[str]] = {aggregate.source: set() for aggregate in aggregates(tree)}
    for source, column, _ in source_columns(tree):
        named[source].add(column)
    return tuple(_requirement(catalog.sources[source], columns) for source, columns in named.items())


def _requirement(source: CatalogSource, named: set[str]) -> Requirement:
    waiting = [*source.time_columns, *named]
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in used:
            continue
        used.add(name)
        if name in source.computed:
            waiting += _columns_of(source.computed[name])
        elif name not in source.columns:
            raise KeyError(f"{source.id}.{name}")
    return Requirement(
        source,
        tuple(name for name in source.columns if name in used),
        tuple(name for name in source.computed if name in used),
    )


def _columns_of(expression: str) -> Iterator[str]:
    from kpi.formulas import parse_row
    from kpi.formulas.walk import columns

    return (column.name for column in columns(parse_row(expression)))
