"""Ossie: models of other tools, and the way of a plan to a model and back, which changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kpi
from kpi.cli.app import run
from kpi.data import check_plan
from kpi.errors import KpiError
from kpi.export.ossie import Exported, ossie
from kpi.importing import Imported, Settings, import_files
from kpi.plan.loading import read_plan
from kpi.plan.model import Plan
from kpi.plan.yaml.round_trip import entry_lines

REPOSITORY = Path(__file__).parents[2]
PLANS = [REPOSITORY / "kpi.yaml.example", *sorted(REPOSITORY.glob("examples/*/kpi.yaml"))]
SECTIONS = ("title", "calendar", "as_of", "okr", "lint", "sources", "measures", "goals", "kpis")


def said(plan: Plan) -> dict[str, object]:
    """What a plan says, without where its files are."""
    return {name: getattr(plan, name) for name in SECTIONS}


def exported(plan: Path, text: str | None = None, *, as_json: bool = False) -> tuple[Exported, Plan]:
    read = read_plan(plan, text=text)
    return ossie(read, check_plan(read), as_json=as_json), read.plan


def back(folder: Path, text: str, target: Path, name: str = "model.yaml") -> Imported:
    (folder / name).write_text(text, encoding="utf-8")
    return import_files("ossie", [folder / name], Settings(), target)


@pytest.mark.parametrize("as_json", [False, True], ids=["yaml", "json"])
@pytest.mark.parametrize("plan", PLANS, ids=lambda path: path.parent.name)
def test_there_and_back_changes_nothing(tmp_path: Path, plan: Path, as_json: bool) -> None:
    model, before = exported(plan, as_json=as_json)
    found = back(tmp_path, model.text, plan, "model.json" if as_json else "model.yaml")
    assert said(found.plan) == said(before)
    assert [*found.plan.kpis] == [*before.kpis]
    assert found.refused == ()


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(lambda text: text.strip())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({"name": TEXTS, "owner": TEXTS, "when_red": TEXTS, "tags": st.lists(TEXTS, max_size=2)}))
def test_whatever_the_texts_there_and_back_changes_nothing(tmp_path: Path, fields: dict[str, Any]) -> None:
    lines = [*entry_lines("a", {**fields, "formula": "sum(s.x)"}, [], "  ")]
    text = "version: 1\nsources:\n  s: {path: s.csv, date: d}\nkpis:\n" + "\n".join(lines) + "\n"
    model, before = exported(tmp_path / "kpi.yaml", text)
    assert said(back(tmp_path, model.text, tmp_path / "kpi.yaml").plan) == said(before)


def test_included_files_are_taken_in(tmp_path: Path) -> None:
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "a.kpi.yaml").write_text(
        "version: 1\nsources:\n  s: {path: [x.csv, ../y.csv], date: d}\nkpis:\n  b: {name: B, formula: sum(s.x)}\n"
    )
    text = "version: 1\ntitle: All\ninclude: [teams/*.kpi.yaml]\nkpis:\n  a: {name: A, formula: count(s)}\n"
    model, before = exported(tmp_path / "kpi.yaml", text)
    found = back(tmp_path, model.text, tmp_path / "kpi.yaml").plan
    assert (found.kpis, found.sources["s"].path) == (before.kpis, ("teams/x.csv", "y.csv"))


def test_a_changed_expression_is_the_new_formula(tmp_path: Path) -> None:
    text = "version: 1\nsources:\n  s: {path: s.csv, date: d}\nkpis:\n  a: {name: A, unit: EUR, formula: sum(s.x)}\n"
    model, _ = exported(tmp_path / "kpi.yaml", text)
    changed = model.text.replace("expression: SUM(s.x)\n", "expression: AVG(s.x)\n")
    assert changed != model.text
    found = back(tmp_path, changed, tmp_path / "kpi.yaml")
    assert (found.plan.kpis["a"].formula, found.plan.kpis["a"].unit) == ("avg(s.x)", "EUR")
    assert [one.reason for one in found.outcomes if one.state == "note"] == [
        "its expression was changed since it was exported, so the formula is a new one"
    ]


def test_exported_sql_has_the_values_of_kpi_status(tmp_path: Path) -> None:
    rows = [(f"2026-0{1 + i % 3}-1{i % 10}", i * 7 % 23, ("a", "b", "")[i // 3 % 3], i % 5 == 0) for i in range(60)]
    (tmp_path / "s.csv").write_text(
        "d,x,Kind of it,ok\n" + "".join(f"{day},{x},{kind},{str(ok).lower()}\n" for day, x, kind, ok in rows)
    )
    formulas = {
        "a": "sum(s.x[kind != 'a'])", "b": "count(s[kind is None or x > 9])", "c": "avg(s.double[not ok])",
        "e": "count_distinct(s.kind)", "f": "percentile(s.x, 90)", "g": "sum(s.x) / count(s[ok])",
        "h": "median(s.x[kind in ('a', 'b')])", "i": "m * 2 - abs(a)", "j": "stddev(s.x)",
        "k": "max(s.x if s.ok else 0)",
        "l": "sum(s.x[starts_with(kind, 'a')])", "n": "previous(a)",
    }  # fmt: skip
    text = (
        "version: 1\nas_of: 2026-03-31\nsources:\n  s:\n    path: s.csv\n    date: d\n"
        "    columns: {kind: Kind of it}\n    computed: {double: x * 2}\n    where: x != 3\n"
        "measures: {m: sum(s.x)}\nkpis:\n" + "".join(f"  {id_}: {{name: {id_}, formula: {json.dumps(one)}}}\n"
                                                     for id_, one in formulas.items())
    )  # fmt: skip
    (tmp_path / "kpi.yaml").write_text(text)
    model, _ = exported(tmp_path / "kpi.yaml")
    assert set(model.left_out) == {"l", "n"}
    (document,) = yaml.safe_load(model.text)["semantic_model"]
    fields = {one["name"]: one["expression"]["dialects"][0]["expression"] for one in document["datasets"][0]["fields"]}
    columns = ", ".join(f'{sql} AS "{name}"' for name, sql in fields.items())
    rows_sql = f"(SELECT {columns} FROM read_csv('{tmp_path}/s.csv')) AS s"
    status = kpi.load(tmp_path / "kpi.yaml").status()
    for metric in document["metrics"]:
        expression = metric["expression"]["dialects"][0]["expression"]
        march = "d >= '2026-03-01' AND d < '2026-04-01'"
        ((found,),) = duckdb.sql(f"SELECT {expression} FROM {rows_sql} WHERE {march}").fetchall()
        assert float(found) == pytest.approx(status[metric["name"]]), (metric["name"], expression)


MODEL = """
version: 0.2.0.dev0
semantic_model:
  - name: shop
    datasets:
      - name: orders
        source: db.public.orders
        primary_key: [id]
        fields:
          - {name: amount, expression: {dialects: [{dialect: ANSI_SQL, expression: net + tax}]}}
          - {name: state, expression: {dialects: [{dialect: ANSI_SQL, expression: order_state}]}}
          - name: day
            dimension: {is_time: true}
            expression: {dialects: [{dialect: ANSI_SQL, expression: ordered_at}]}
      - name: visits
        source: db.public.visits
        fields:
          - {name: visitor, expression: {dialects: [{dialect: ANSI_SQL, expression: visitor_id}]}}
          - {name: at, datatype: Date, expression: {dialects: [{dialect: ANSI_SQL, expression: visited_on}]}}
      - name: products
        source: db.public.products
        fields: [{name: price, expression: {dialects: [{dialect: ANSI_SQL, expression: price}]}}]
    relationships: [{name: r, from: orders, to: products, from_columns: [p], to_columns: [id]}]
    metrics:
      - {name: m, expression: {dialects: [{dialect: ANSI_SQL, expression: 'EXPRESSION'}]}}
"""


@pytest.mark.parametrize(
    ("expression", "formula"),
    [
        ("SUM(orders.amount)", "sum(orders.net + orders.tax)"),
        ("SUM(amount) / COUNT(DISTINCT visits.visitor)",
         "sum(orders.net + orders.tax) / count_distinct(visits.visitor_id)"),
        ("SUM(CASE WHEN orders.state = ''paid'' THEN orders.amount END)",
         'sum((orders.net + orders.tax)[order_state == "paid"])'),
        ("COUNT(orders.state) FILTER (WHERE orders.state <> ''x'')",
         'count(orders[order_state != "x" and order_state is not None and order_state is not None])'),
        ("100.0 * MAX(orders.amount) - -1", "100 * max(orders.net + orders.tax) - -1"),
        ("PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY orders.tax)", "percentile(orders.tax, 95)"),
        ("SUM(CAST(orders.tax AS DOUBLE)) / NULLIF(COUNT(orders.id), 0)",
         "sum(orders.tax) / count(orders[id is not None])"),
        ("AVG(COALESCE(orders.tax, 0))", "avg(coalesce(orders.tax, 0))"),
        ("COUNT(CASE WHEN orders.state NOT IN (''a'', ''b'') THEN 1 END)",
         'count(orders[order_state not in ("a", "b") and order_state is not None])'),
        ("COUNT(CASE WHEN NOT (orders.tax > 5) THEN 1 END)", "count(orders[tax <= 5])"),
        ("SUM(CASE WHEN orders.state LIKE ''p%'' THEN 1 ELSE 0 END)", 'count(orders[starts_with(order_state, "p")])'),
    ],
)  # fmt: skip
def test_expressions_become_formulas(tmp_path: Path, expression: str, formula: str) -> None:
    found = back(tmp_path, MODEL.replace("EXPRESSION", expression), tmp_path / "kpi.yaml")
    assert found.plan.kpis["m"].formula == formula
    assert found.refused == ()
    assert (found.plan.sources["orders"].date, found.plan.sources["orders"].table) == ("ordered_at", "db.public.orders")


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("SUM(orders.amount * products.price)", "is of rows of several datasets"),
        ("SUM(products.price)", "the dataset products has no time field"),
        ("COUNT(*)", "is of the rows of no dataset in particular"),
        ("SUM(colour)", "no dataset has a field colour"),
        ("SUM(orders.amount) OVER (ORDER BY orders.day)", "has no counterpart in formulas"),
        ("VAR_POP(orders.amount)", "has no counterpart in formulas"),
        ("ROUND(SUM(orders.amount), 2)", "values are only rounded when they are shown"),
        ("orders.amount", "orders.amount is neither in an aggregate nor a metric"),
        ("SUM(SUM(orders.amount))", "has an aggregate or a query inside an aggregate"),
        ("SUM(orders.amount) +", "the SQL cannot be read"),
        ("m + 1", "the metric refers to itself"),
        ("SUM(CASE WHEN orders.state = NULL THEN 1 END)", "is never true"),
        ("SUM(DISTINCT orders.amount)", "has no counterpart"),
    ],
)
def test_what_formulas_cannot_say_is_refused(tmp_path: Path, expression: str, reason: str) -> None:
    with pytest.raises(KpiError) as error:
        back(tmp_path, MODEL.replace("EXPRESSION", expression), tmp_path / "kpi.yaml")
    assert reason in error.value.message
    assert f"model.yaml:{len(MODEL.splitlines())}: metric m" in error.value.message


def test_a_date_that_is_not_said_and_another_dialect(tmp_path: Path) -> None:
    text = MODEL.replace("EXPRESSION", "SUM(products.price)").replace(
        "dialect: ANSI_SQL, expression: 'SUM", "dialect: MDX, expression: 'SUM"
    )
    with pytest.raises(KpiError, match="it is written in MDX only"):
        back(tmp_path, text, tmp_path / "kpi.yaml")
    (tmp_path / "model.yaml").write_text(MODEL.replace("EXPRESSION", "SUM(products.price)"))
    options = Settings(dates={"products": "sold_on"})
    plan = import_files("ossie", [tmp_path / "model.yaml"], options, tmp_path / "kpi.yaml").plan
    assert plan.sources["products"].date == "sold_on"


def test_version_0_1_as_json(tmp_path: Path) -> None:
    document = yaml.safe_load(MODEL.replace("EXPRESSION", "SUM(orders.amount)"))
    document["version"] = "0.1.1"
    found = back(tmp_path, json.dumps(document, indent="\t"), tmp_path / "kpi.yaml", "model.json")
    assert found.plan.kpis["m"].formula == "sum(orders.net + orders.tax)"


@pytest.mark.parametrize("data", ["{}", "[]", "not json", '{"tool": "kpi-as-code"}', "[" * 5000,
                                  '{"tool": "kpi-as-code", "plan": {"kpis": {"A b": 3}, "x": [{}]}, "order": 4}',
                                  '{"tool": "kpi-as-code", "id": "../x", "fields": {"name": ["a"]}}'])  # fmt: skip
def test_damaged_extensions_do_no_harm(tmp_path: Path, data: str) -> None:
    extension = f"    custom_extensions: [{{vendor_name: KPI_AS_CODE, data: '{data}'}}]\n"
    text = MODEL.replace("EXPRESSION", "SUM(orders.amount)") + extension
    assert "m" in back(tmp_path, text, tmp_path / "kpi.yaml").plan.kpis


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("kpi.yaml").write_text(
        "version: 1\nsources:\n  s: {path: s.csv, date: d}\nkpis:\n"
        "  a: {name: A, formula: sum(s.x), target: at least 5}\n  b: {name: B, values: {2026-01: 3}}\n"
    )
    assert run(["export", "ossie", "-o", "model.json"]) == 0
    assert "b is in custom_extensions only, and no metric: its values are typed in by hand" in capsys.readouterr().err
    document = json.loads(Path("model.json").read_text())
    assert document["version"] == "0.1.1"
    assert "at least 5" in document["semantic_model"][0]["metrics"][0]["custom_extensions"][0]["data"]
    assert run(["export", "ossie"]) == 0
    assert yaml.safe_load(capsys.readouterr().out)["version"] == "0.2.0.dev0"
    assert run(["import", "ossie", "model.json", "-o", "back.yaml"]) == 0
    assert said(read_plan(Path("back.yaml")).plan) == said(read_plan(Path("kpi.yaml")).plan)
