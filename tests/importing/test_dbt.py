"""dbt: both specifications give the same formulas, and values are those of plain Python over the same rows."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from statistics import mean, median

import pytest

import kpi
from kpi.errors import KpiError
from kpi.importing import Imported, Settings, import_files

JAFFLE = Path(__file__).parents[3] / "shared" / "data" / "definitions" / "dbt_jaffle_shop"

LEGACY = """
semantic_models:
  - name: orders
    model: ref('fct_orders')
    defaults: {agg_time_dimension: ordered_at}
    entities:
      - {name: order, type: primary, expr: order_id}
      - {name: customer, type: foreign, expr: customer_id}
    dimensions:
      - {name: ordered_at, type: time, type_params: {time_granularity: day}}
      - {name: state, type: categorical}
      - {name: total, type: categorical, expr: amount}
      - {name: is_food, type: categorical}
    measures:
      - {name: order_count, agg: sum, expr: 1}
      - {name: amount, agg: sum}
      - {name: average_amount, agg: average, expr: amount}
      - {name: median_amount, agg: median, expr: amount}
      - {name: p90_amount, agg: percentile, expr: amount, agg_params: {percentile: 0.9}}
      - {name: buyers, agg: count_distinct, expr: customer_id}
      - {name: food_amount, agg: sum, expr: case when is_food then amount else 0 end}
      - {name: food_orders, agg: sum_boolean, expr: is_food}
      - {name: with_state, agg: count, expr: state}
      - {name: discounted, agg: sum, expr: amount * 0.9 + 1}
metrics:
  - {name: orders, type: simple, type_params: {measure: order_count}}
  - {name: revenue, label: Revenue, type: simple, type_params: {measure: amount}}
  - {name: average_amount, type: simple, type_params: {measure: average_amount}}
  - {name: median_amount, type: simple, type_params: {measure: median_amount}}
  - {name: p90_amount, type: simple, type_params: {measure: p90_amount}}
  - {name: buyers, type: simple, type_params: {measure: buyers}}
  - {name: food_amount, type: simple, type_params: {measure: food_amount}}
  - {name: food_orders, type: simple, type_params: {measure: food_orders}}
  - {name: with_state, type: simple, type_params: {measure: with_state}}
  - {name: discounted, type: simple, type_params: {measure: discounted}}
  - name: paid
    type: simple
    type_params: {measure: amount}
    filter: "{{ Dimension('order__state') }} = 'paid'"
  - name: unpaid
    type: simple
    type_params: {measure: amount}
    filter: "{{ Dimension('order__state') }} <> 'paid'"
  - name: neither
    type: simple
    type_params: {measure: order_count}
    filter: "not ({{ Dimension('order__state') }} = 'paid' or {{ Dimension('order__total') }} > 50)"
  - name: late
    type: simple
    type_params: {measure: order_count}
    filter: "{{ TimeDimension('order__ordered_at', 'day') }} >= '2026-02-10'"
  - name: food_share
    type: ratio
    type_params:
      numerator: {name: revenue, filter: "{{ Dimension('order__is_food') }}"}
      denominator: revenue
  - name: growth
    type: derived
    type_params:
      expr: (now - before) * 100 / nullif(before, 0)
      metrics: [{name: revenue, alias: now}, {name: revenue, alias: before, offset_window: 1 month}]
  - {name: so_far, type: cumulative, type_params: {measure: amount, cumulative_type_params: {period_agg: last}}}
  - name: this_year
    type: cumulative
    type_params: {measure: amount, cumulative_type_params: {grain_to_date: year, period_agg: last}}
  - name: last_ten_days
    type: cumulative
    type_params: {measure: amount, cumulative_type_params: {window: 10 days, period_agg: last}}
"""

LATEST = """
models:
  - name: fct_orders
    semantic_model: {enabled: true, name: orders}
    agg_time_dimension: ordered_at
    columns:
      - {name: order_id, entity: {type: primary, name: order}}
      - {name: customer_id, entity: {type: foreign, name: customer}}
      - {name: ordered_at, granularity: day, dimension: {type: time}}
      - {name: state, dimension: {type: categorical}}
      - {name: amount, dimension: {type: categorical, name: total}}
      - {name: is_food, dimension: {type: categorical}}
    metrics:
      - {name: orders, type: simple, agg: sum, expr: 1}
      - {name: revenue, label: Revenue, type: simple, agg: sum, expr: amount}
      - {name: average_amount, type: simple, agg: average, expr: amount}
      - {name: median_amount, type: simple, agg: median, expr: amount}
      - {name: p90_amount, type: simple, agg: percentile, expr: amount, percentile: 90.0, percentile_type: continuous}
      - {name: buyers, type: simple, agg: count_distinct, expr: customer_id}
      - {name: food_amount, type: simple, agg: sum, expr: case when is_food then amount else 0 end}
      - {name: food_orders, type: simple, agg: sum_boolean, expr: is_food}
      - {name: with_state, type: simple, agg: count, expr: state}
      - {name: discounted, type: simple, agg: sum, expr: amount * 0.9 + 1}
      - {name: paid, type: simple, agg: sum, expr: amount, filter: "{{ Dimension('order__state') }} = 'paid'"}
      - {name: unpaid, type: simple, agg: sum, expr: amount, filter: "{{ Dimension('order__state') }} <> 'paid'"}
      - name: neither
        type: simple
        agg: sum
        expr: 1
        filter: "not ({{ Dimension('order__state') }} = 'paid' or {{ Dimension('order__total') }} > 50)"
      - name: late
        type: simple
        agg: sum
        expr: 1
        filter: "{{ TimeDimension('order__ordered_at', 'day') }} >= '2026-02-10'"
      - name: food_share
        type: ratio
        numerator: {name: revenue, filter: "{{ Dimension('order__is_food') }}"}
        denominator: revenue
      - name: growth
        type: derived
        expr: (now - before) * 100 / nullif(before, 0)
        input_metrics: [{name: revenue, alias: now}, {name: revenue, alias: before, offset_window: 1 month}]
      - {name: so_far, type: cumulative, input_metric: revenue, period_agg: last}
      - {name: this_year, type: cumulative, input_metric: revenue, grain_to_date: year, period_agg: last}
      - {name: last_ten_days, type: cumulative, input_metric: revenue, window: 10 days, period_agg: last}
"""

FIRST = date(2025, 12, 1)
Row = tuple[int, int, date, str | None, float, bool]
ROWS: list[Row] = [
    (i, i % 7, FIRST + timedelta(days=(i * 5) % 90), ("paid", "sent", None)[i % 3], 10 + (i * 37) % 91 / 2, i % 4 == 0)
    for i in range(120)
]


def imported(folder: Path, text: str, **options: object) -> Imported:
    (folder / "semantic.yml").write_text(text, encoding="utf-8")
    return import_files("dbt", [folder / "semantic.yml"], Settings(**options), folder / "kpi.yaml")  # type: ignore[arg-type]


def formulas(found: Imported) -> dict[str, tuple[str | None, str | None]]:
    return {id_: (one.formula, one.window) for id_, one in found.plan.kpis.items()}


def in_days(first: date, last: date) -> list[Row]:
    return [row for row in ROWS if first <= row[2] <= last]


FEBRUARY = in_days(date(2026, 2, 1), date(2026, 2, 28))
JANUARY = in_days(date(2026, 1, 1), date(2026, 1, 31))


def amounts(rows: Iterable[Row], passes: Callable[[Row], bool] = lambda row: True) -> list[float]:
    return [row[4] for row in rows if passes(row)]


def percentile(values: list[float], share: float) -> float:
    values = sorted(values)
    at = share * (len(values) - 1)
    low = int(at)
    return values[low] + (at - low) * (values[min(low + 1, len(values) - 1)] - values[low])


EXPECTED = {
    "orders": len(FEBRUARY),
    "revenue": sum(amounts(FEBRUARY)),
    "average_amount": mean(amounts(FEBRUARY)),
    "median_amount": median(amounts(FEBRUARY)),
    "p90_amount": percentile(amounts(FEBRUARY), 0.9),
    "buyers": len({row[1] for row in FEBRUARY}),
    "food_amount": sum(amounts(FEBRUARY, lambda row: row[5])),
    "food_orders": sum(row[5] for row in FEBRUARY),
    "with_state": sum(row[3] is not None for row in FEBRUARY),
    "discounted": sum(amount * 0.9 + 1 for amount in amounts(FEBRUARY)),
    "paid": sum(amounts(FEBRUARY, lambda row: row[3] == "paid")),
    "unpaid": sum(amounts(FEBRUARY, lambda row: row[3] == "sent")),
    "neither": sum(row[3] == "sent" and row[4] <= 50 for row in FEBRUARY),
    "late": sum(row[2] >= date(2026, 2, 10) for row in FEBRUARY),
    "food_share": sum(amounts(FEBRUARY, lambda row: row[5])) / sum(amounts(FEBRUARY)),
    "growth": (sum(amounts(FEBRUARY)) - sum(amounts(JANUARY))) * 100 / sum(amounts(JANUARY)),
    "so_far": sum(amounts(in_days(FIRST, date(2026, 2, 28)))),
    "this_year": sum(amounts(in_days(date(2026, 1, 1), date(2026, 2, 28)))),
    "last_ten_days": sum(amounts(in_days(date(2026, 2, 19), date(2026, 2, 28)))),
}


def test_both_specifications_give_the_same_formulas(tmp_path: Path) -> None:
    legacy, latest = imported(tmp_path, LEGACY), imported(tmp_path, LATEST)
    assert formulas(legacy) == formulas(latest)
    assert legacy.refused == latest.refused == ()
    assert set(legacy.plan.kpis) == set(EXPECTED)
    assert legacy.plan.sources["orders"].table == "fct_orders"


def test_values_are_those_of_plain_python(tmp_path: Path) -> None:
    with (tmp_path / "fct_orders.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["order_id", "customer_id", "ordered_at", "state", "amount", "is_food"])
        writer.writerows([*row[:3], row[3] or "", row[4], str(row[5]).lower()] for row in ROWS)
    found = imported(tmp_path, LEGACY, data=tmp_path)
    (tmp_path / "kpi.yaml").write_text(found.text, encoding="utf-8")
    status = kpi.load(tmp_path / "kpi.yaml").status(as_of=date(2026, 2, 28))
    assert {id_: status[id_] for id_ in EXPECTED} == pytest.approx(EXPECTED)


def model(measures: str, metrics: str = "") -> str:
    return (
        "semantic_models:\n  - name: orders\n    model: ref('orders')\n    defaults: {agg_time_dimension: day}\n"
        "    primary_entity: order\n    dimensions: [{name: day, type: time}, {name: state, type: categorical}]\n"
        f"    measures: [{measures}]\nmetrics: [{metrics}]\n"
    )


N = "{name: n, agg: sum, expr: 1}"


def simple(more: str) -> str:
    return f"{{name: m, type: simple, type_params: {{measure: n}}, {more}}}"


def of(params: str, kind: str = "derived") -> str:
    return f"{{name: m, type: {kind}, type_params: {{{params}}}}}"


@pytest.mark.parametrize(
    ("measures", "metrics", "reason"),
    [
        ("{name: n, agg: sum, expr: x over (y)}", "", "the SQL cannot be read"),
        ("{name: n, agg: sum, expr: row_number() over (order by x)}", "", "has no counterpart in formulas"),
        ("{name: n, agg: sum, expr: (select 1)}", "", "has no counterpart in formulas"),
        ("{name: n, agg: sum, expr: a; b}", "", "is not one expression"),
        ("{name: n, agg: hyperloglog, expr: x}", "", 'there is no aggregation "hyperloglog" here'),
        (
            "{name: n, agg: sum, expr: x, non_additive_dimension: {name: day, window_choice: min}}",
            "",
            "of a balance, only the rows of the last date",
        ),
        ("{name: n, agg: sum, agg_time_dimension: week_of}", "", None),
        (N, of("measure: k", "simple"), 'there is no measure "k" in these files'),
        (N, of("conversion_type_params: {entity: e}", "conversion"), "a conversion follows"),
        (N, simple("filter: \"{{ Dimension('customer__land') }} = 'x'\""), "customer__land is a dimension of another"),
        (
            N,
            simple("filter: \"{{ TimeDimension('order__day', 'day') }} > 'x'\""),
            "a time in a filter is cut to its day",
        ),
        (N, simple('filter: "{% if x %}{% endif %}"'), "the filter is a template"),
        (N, of("measure: {name: n, fill_nulls_with: 7}", "simple"), "the sum without rows is 7"),
        (N, of("measure: n, half_life: 3", "simple"), '"half_life" is not known here'),
        (N, of("expr: m * 2, metrics: [{name: m}]"), "the metric refers to itself"),
        (N, of("expr: good + sum(b), metrics: [{name: good}]"), "SUM(b) is not arithmetic of metrics"),
        (N, of("measure: n, window: 3 fortnights", "cumulative"), "is not a number of days"),
        (N, of("measure: n, period_agg: average", "cumulative"), "the value of a period is the average of its days"),
    ],
)
def test_what_is_not_the_same_is_refused_with_its_line(
    tmp_path: Path, measures: str, metrics: str, reason: str | None
) -> None:
    good = "{name: good, type: simple, type_params: {measure: fine}}"
    text = model(f"{{name: fine, agg: count, expr: 1}}, {measures}", f"{good}, {metrics}" if metrics else good)
    found = imported(tmp_path, text)
    assert "good" in found.plan.kpis
    if reason is None:
        assert found.refused == ()
        return
    (refused,) = found.refused
    assert reason in str(refused.reason)
    assert refused.workaround
    assert refused.origin.line == (8 if metrics else 7)


def test_zero_for_no_rows_is_a_source_of_its_own_beside_one_without(tmp_path: Path) -> None:
    metrics = (
        "{name: a, type: simple, type_params: {measure: n}},"
        "{name: b, type: simple, type_params: {measure: {name: n, fill_nulls_with: 0, join_to_timespine: true}}}"
    )
    plan = imported(tmp_path, model(N, metrics)).plan
    assert (plan.kpis["a"].formula, plan.kpis["b"].formula) == ("count(orders)", "count(orders_or_zero)")
    assert plan.sources["orders_or_zero"].no_rows == "zero"


def test_a_balance_and_a_filter_on_a_reference(tmp_path: Path) -> None:
    measures = "{name: n, agg: sum, expr: units, non_additive_dimension: {name: day, window_choice: max}}"
    metrics = (
        "{name: stock, type: simple, type_params: {measure: n}},"
        "{name: open_stock, type: derived, type_params: {expr: s, metrics: "
        "[{name: stock, alias: s, filter: \"{{ Dimension('order__state') }} in ('open', 'new')\"}]}}"
    )
    plan = imported(tmp_path, model(measures, metrics)).plan
    assert plan.kpis["stock"].formula == "at_end(sum(orders.units))"
    assert plan.kpis["open_stock"].formula == 'at_end(sum(orders.units[state in ("open", "new")]))'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: [",
        "a: &a [*a]",
        "metrics: {a: b}",
        "semantic_models: x\nmetrics: [1, [2], {name: [x]}, {name: m, type: simple, type_params: [x]}]",
        "semantic_models: [{measures: [1]}, {name: a, entities: x, dimensions: [x], measures: [x, {name: m}]}]",
        "a: &a [x,x,x,x,x,x,x,x,x]\n" + "\n".join(f"{k}: &{k} [{','.join(f'*{j}' for _ in range(9))}]"
                                                  for j, k in zip("abcdefg", "bcdefgh", strict=True)),
        "semantic_models: [{name: a, defaults: {agg_time_dimension: d}, measures: [{name: m, agg: sum, expr: '"
        + "(" * 3000 + "'}]}]",
        "---\n" * 3000,
    ],
)  # fmt: skip
def test_broken_and_hostile_files_are_errors_without_a_traceback(tmp_path: Path, text: str) -> None:
    with pytest.raises(KpiError):
        imported(tmp_path, text)


@pytest.mark.skipif(not JAFFLE.exists(), reason="the shared data is not here")
def test_all_metrics_of_a_real_project_are_imported(tmp_path: Path) -> None:
    found = import_files("dbt", [JAFFLE], Settings(), tmp_path / "kpi.yaml")
    assert found.refused == ()
    assert len(found.plan.kpis) == 19
    assert found.plan.kpis["food_revenue"].formula == "sum(order_item.product_price[is_food_item])"
    assert found.plan.kpis["revenue_growth_mom"].formula == "(revenue - previous(revenue)) * 100 / previous(revenue)"
