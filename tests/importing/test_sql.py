"""SQL becomes formulas that count the same rows: compared with DuckDB over rows with empty values."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import duckdb
import pytest

import kpi
from kpi.importing import sql
from kpi.importing.result import Refusal

ROWS = [
    (i, None if i % 5 == 0 else i % 7 - 2, (None, "x", "yx", "Yes")[i % 4], (None, True, False)[i % 3])
    for i in range(120)
]
NAMES = sql.columns_of("o", "o")


def condition(random: Random, depth: int) -> str:
    """A random condition of SQL on the columns a (a number), b (a text) and c (true or false)."""
    if depth and random.random() < 0.7:
        one, other = condition(random, depth - 1), condition(random, depth - 1)
        return random.choice([f"({one} AND {other})", f"({one} OR {other})", f"NOT ({one})"])
    sign = random.choice(["=", "<>", "<", "<=", ">", ">="])
    number = random.randint(-2, 4)
    text = random.choice(["x", "yx", "Yes", "z"])
    no = random.choice(["", "NOT "])
    return random.choice([
        f"a {sign} {number}", f"{number} {sign} a", f"b {sign} '{text}'", f"a {no}IN ({number}, 1)",
        f"b {no}IN ('{text}', 'x')", f"a {no}BETWEEN {number} AND 3", f"a IS {no}NULL", f"b {no}LIKE '%{text[-1]}'",
        f"b {no}LIKE '{text[0]}%'", f"b {no}ILIKE '%y%'", "c", "NOT c", f"c IS {no}TRUE", "c = false", "o.c <> true",
        f"a + 1 {sign} {number}", f"coalesce(a, 0) {sign} {number}", f"nullif(a, 1) {sign} {number}",
        f"CASE WHEN a > {number} THEN 1 WHEN b = '{text}' THEN 2 END {sign} 1", f"abs(a) * 2 {sign} {number}",
        f"lower(b) = '{text.lower()}'", f"b || 'x' = '{text}x'", f"a {sign} length(b)",
    ])  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_conditions_are_true_of_the_same_rows(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    conditions = {f"k{i}": condition(random, i % 4) for i in range(60)}
    lines = ["i,day,a,b,c", *(f"{i},2026-01-05,{'' if a is None else a},{b or ''},{'' if c is None else str(c).lower()}"
                             for i, a, b, c in ROWS)]  # fmt: skip
    (tmp_path / "o.csv").write_text("\n".join(lines) + "\n")
    case = {id_: f"case when {text} then 1 end" for id_, text in conditions.items()}
    formulas = {id_: sql.formula(sql.aggregate("count", sql.parsed(text), "o", NAMES)) for id_, text in case.items()}
    (tmp_path / "kpi.yaml").write_text(
        "version: 1\nas_of: 2026-01-31\nsources:\n  o: {path: o.csv, date: day}\nkpis:\n"
        + "".join(f"  {id_}: {{name: {id_}, formula: {json.dumps(text)}}}\n" for id_, text in formulas.items())
    )
    status = kpi.load(tmp_path / "kpi.yaml").status()
    table = f"(SELECT * REPLACE (nullif(b, '') AS b) FROM read_csv('{tmp_path}/o.csv')) AS o"
    for id_, text in conditions.items():
        ((expected,),) = duckdb.sql(f"SELECT count(*) FROM {table} WHERE {text}").fetchall()
        assert status[id_] == expected, (text, formulas[id_])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("other.x", "other.x is a column of another table"),
        ("a.b.c", "a.b.c has no counterpart"),
        ("x is distinct from y", "is a condition and not a number"),
        ("a > 5", "is a condition and not a number"),
        ("from", "the SQL cannot be read: Expected table name"),
        ("iff(a, b, 0)", "has no counterpart in formulas"),
        ("concat(a, b)", "has no counterpart in formulas"),
        ("x::varchar", "changes the type of a value"),
        ("case when d > current_date then x end", "CURRENT_DATE has no counterpart"),
        ("case when b like 'x_y' then 1 end", "has a pattern that no function of formulas has"),
        ("(" * 41 + "x" + ")" * 41, "too long or too deeply nested"),
        ("x + " * 2000 + "x", "too long or too deeply nested"),
        ("*", "is the same in every row"),
    ],
)
def test_what_means_something_else_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refusal) as refusal:
        sql.formula(sql.aggregate("sum", sql.parsed(text), "o", NAMES))
    assert reason in refusal.value.reason


@pytest.mark.parametrize(
    ("function", "text", "formula"),
    [
        ("count", "*", "count(o)"),
        ("sum", "1", "count(o)"),
        ("sum", "0.5", "0.5 * count(o)"),
        ("sum", "case when a then b else 0 end", "sum(o.b[a])"),
        ("avg", "case when a > 1 then b else 0 end", "avg(o.b if o.a > 1 else 0)"),
        ("count", "case when a then b end", "count(o[a and b is not None])"),
        ("max", '"Order Date"', "max(o.order_date)"),
        ("sum", "x -- why\n + 1e3", "sum(o.x + 1000)"),
        ("sum", "case when d >= date '2024-01-01' then x end", 'sum(o.x[d >= "2024-01-01"])'),
    ],
)
def test_aggregates(function: str, text: str, formula: str) -> None:
    assert sql.formula(sql.aggregate(function, sql.parsed(text), "o", NAMES)) == formula
