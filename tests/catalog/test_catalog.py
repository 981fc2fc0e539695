"""Every KPI of the catalog computes what its own sentence says, and holds what the catalog promises."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from catalog import oracles
from catalog.made_tables import LAST, Window, made_rows, write_rows

from kpi.catalog.catalog import load_catalog, requirements
from kpi.catalog.model import FIELDS, MONEY, CatalogKpi
from kpi.data import check_plan
from kpi.plan.checks import Checked
from kpi.plan.loading import read_plan
from kpi.run import Results, compute

CATALOG = load_catalog()
KPIS = list(CATALOG.kpis.values())
NINE = ("startups", "ecommerce", "finance", "marketing", "saas", "sales", "mobile", "hr", "support")
END = LAST + timedelta(days=1)
STARTS = {"day": LAST, "month": date(2026, 12, 1), "quarter": date(2026, 10, 1), "year": date(2026, 1, 1)}
WINDOWS = {"3 months": date(2026, 10, 1), "12 months": date(2026, 1, 1)}


def window_of(kpi: CatalogKpi, tables: dict[str, list[object]]) -> Window:
    """The rows that the value of a KPI on the last day of 2026, a Thursday, is computed from."""
    sources = dict(CATALOG.sources)
    if kpi.every == "week":
        return Window(tables, sources, date(2026, 12, 21), date(2026, 12, 28))
    return Window(tables, sources, WINDOWS[kpi.window] if kpi.window else STARTS[kpi.every], END)


@pytest.fixture(scope="module")
def tables() -> dict[str, list[object]]:
    return {source.id: made_rows(source) for source in CATALOG.sources.values()}


def _entry(kpi: CatalogKpi) -> dict[str, object]:
    fields = kpi.model_dump(include={"name", "every", "formula", "unit", "window"}, exclude_none=True)
    links = {"guardrails": list(kpi.guardrails), "leads": list(kpi.leads)}
    return fields | links | ({"unit": "EUR"} if kpi.unit == MONEY else {})


@pytest.fixture(scope="module")
def checked(tables: dict[str, list[object]], tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """A plan with the whole catalog over made tables."""
    folder = tmp_path_factory.mktemp("catalog")
    sources: dict[str, dict[str, object]] = {}
    for id_, source in CATALOG.sources.items():
        write_rows(folder / f"{id_}.csv", tables[id_])
        fields = source.model_dump(by_alias=True, include={"date", "from_", "until", "computed", "no_rows"})
        sources[id_] = {"path": f"{id_}.csv"} | {name: value for name, value in fields.items() if value}
    kpis = {kpi.id: _entry(kpi) for kpi in KPIS}
    plan = {"version": 1, "sources": sources, "kpis": kpis}
    path = folder / "kpi.yaml"
    path.write_text(yaml.safe_dump(plan, sort_keys=False, width=1000), encoding="utf-8")
    found = check_plan(read_plan(path))
    assert [(one.subject, one.message) for one in found.diagnostics if one.severity == "error"] == []
    return found


@pytest.fixture(scope="module")
def results(checked: Checked) -> Results:
    return compute(checked, LAST)


@pytest.mark.parametrize("kpi", KPIS, ids=lambda kpi: kpi.id)
def test_a_formula_computes_what_its_oracle_does(
    kpi: CatalogKpi, results: Results, tables: dict[str, list[object]]
) -> None:
    series = results.series[kpi.id]
    assert series.problem is None
    value = series.shown.value
    assert value is not None
    expected = getattr(oracles, kpi.id)(window_of(kpi, tables))
    assert value == pytest.approx(expected, rel=1e-9)
    # An oracle that is 0 or 1 would agree with many wrong formulas.
    assert expected not in (0, 1)


def test_there_are_enough_of_each_field() -> None:
    counts = Counter(field for kpi in KPIS for field in kpi.fields)
    assert len(KPIS) >= 120
    assert {field: counts[field] for field in NINE if counts[field] < 10} == {}
    assert set(counts) == set(FIELDS)


def test_names_are_unambiguous() -> None:
    names = Counter(kpi.name.casefold() for kpi in KPIS)
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("kpi", KPIS, ids=lambda kpi: kpi.id)
def test_no_benchmark_is_invented(kpi: CatalogKpi) -> None:
    """Sentences that say which value is good would need a source; none is written."""
    text = " ".join([kpi.sentence, kpi.viewpoint, *kpi.misleads, *kpi.questions])
    assert not re.search(r"\d\s?%|benchmark|industry average|good value|rule of thumb", text, re.IGNORECASE)


def test_all_columns_and_tables_are_used() -> None:
    needs = [need for kpi in KPIS for need in requirements(CATALOG, kpi)]
    used = {(need.source.id, name) for need in needs for name in need.columns + need.computed}
    sources = CATALOG.sources.values()
    assert {(one.id, name) for one in sources for name in (*one.columns, *one.computed)} == used


def test_the_texts_of_filters_are_declared() -> None:
    """Each text that a formula compares with is among the values of a column of its table."""
    for kpi in KPIS:
        needs = requirements(CATALOG, kpi)
        known = {value for need in needs for name in need.columns for value in need.source.columns[name].values}
        assert set(re.findall(r'"([^"]*)"', kpi.formula)) <= known, kpi.id


def test_every_kpi_has_an_oracle() -> None:
    assert [id_ for id_ in CATALOG.kpis if not hasattr(oracles, id_)] == []


def test_dates_of_made_rows_are_as_the_tables_say(tables: dict[str, list[object]]) -> None:
    for source in CATALOG.sources.values():
        for name, column in source.columns.items():
            if column.type in ("date", "timestamp"):
                kinds = {type(getattr(row, name)) for row in tables[source.id]}
                assert kinds - {type(None)} == {datetime if column.type == "timestamp" else date}
                assert (type(None) in kinds) == column.may_be_empty


def test_data_files_are_in_the_package() -> None:
    folder = Path(__file__).parents[2] / "kpi" / "catalog"
    assert {path.stem for path in (folder / "kpis").glob("*.yaml")} == set(FIELDS)


def test_the_wheel_has_the_data(tmp_path: Path) -> None:
    from hatchling.builders.wheel import WheelBuilder

    repository = Path(__file__).parents[2]
    wheel = next(WheelBuilder(str(repository)).build(directory=str(tmp_path), versions=["standard"]))
    names = set(zipfile.ZipFile(wheel).namelist())
    data = [*repository.glob("kpi/catalog/*.yaml"), *repository.glob("kpi/catalog/*/*.yaml")]
    assert len(data) > 20
    assert {str(path.relative_to(repository)) for path in data} <= names
