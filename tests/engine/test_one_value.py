"""One value per KPI (G1), whatever else the plan has and whatever else is asked for: rows that are bad only for some
KPIs (R6), types by data alone (R4), and exact identity (R8)."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from engine.support import Project
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from kpi.engine.table_loader import LARGE
from kpi.lsp import hovering
from kpi.render.output import FORMATS, Page, render
from kpi.run import Series
from kpi.status import status_view

# KPI_EXAMPLES=2000 tries more plans, KPI_SEED=1 the same ones again.
EXAMPLES = int(os.environ.get("KPI_EXAMPLES", "100"))
IDS = ("1254071346418286654", "1254071346418286655", "1254071346418286656")


def column(project: Project, values: Sequence[str], **fields: Any) -> None:
    """The source ``o`` with these values in the column ``x``, a row a day."""
    project.rows("o.csv", "day,x", [(f"2026-06-{place:02d}", value) for place, value in enumerate(values, 1)])
    project.source("o", **fields)


# Bad rows (R6).

ROWS = "day,code,n\n2026-06-01,12,1\n2026-06-02,AB,2\n2026-06-03,7,4"


@pytest.mark.parametrize("policy", ["skip", "error", "skip up to 60%"])
def test_R6_a_row_is_bad_only_for_the_kpis_that_use_what_is_bad(project: Project, policy: str) -> None:
    project.table("o", ROWS, on_bad_rows=policy)
    project.kpi("total", "sum(o.n)")
    project.kpi("most", "max(o.code)")
    series = project.results().series
    assert series["total"].shown.value == project.results(kpis=["total"]).series["total"].shown.value == 1 + 2 + 4
    assert series["total"].notes == ()
    assert series["most"].shown.value == (12 if policy == "skip up to 60%" else None)


def test_R6_a_bad_row_is_left_out_of_all_of_a_kpi(project: Project) -> None:
    """Also of the parts of its formula that do not look at the column."""
    project.table("o", ROWS, on_bad_rows="skip up to 60%")
    project.kpi("mean", "sum(o.code) / count(o)")
    project.kpi("rows", "count(o)")
    project.kpi("share", "mean * rows")
    series = project.results().series
    assert series["mean"].shown.value == (12 + 7) / 2
    assert series["rows"].shown.value == 3
    assert series["share"].shown.value == (12 + 7) / 2 * 3
    assert series["share"].notes == series["mean"].notes != series["rows"].notes


def test_R6_more_bad_rows_than_the_source_tolerates_stop_a_kpi(project: Project) -> None:
    rows = [("2026-06-01", 1 if place >= 29 else "x") for place in range(50)]
    project.rows("o.csv", "day,n", rows)
    for policy in ("skip", "skip up to 57%"):
        project.source("o", on_bad_rows=policy)
        problem = project.problem("sum(o.n)")
        assert f"29 of 50 rows cannot be read, more than {'5' if policy == 'skip' else '57'}%" in problem
        assert 'o.csv:2: o.n: "x" is not a number' in problem
        assert "on_bad_rows: skip up to 58% tolerates so many" in problem
    project.source("o", on_bad_rows="skip up to 58%")
    series = one(project, "sum(o.n)")
    assert series.shown.value == 21
    assert series.notes == ('29 of 50 rows were skipped: o.csv:2: o.n: "x" is not a number',)


def test_R6_G2_every_format_and_the_editor_say_how_many_rows_were_skipped(project: Project) -> None:
    rows = [("2026-06-01", 1 if place >= 2890 else "x") for place in range(5000)]
    project.rows("o.csv", "day,n", rows)
    project.source("o", on_bad_rows="skip up to 60%")
    project.kpi("total", "sum(o.n)")
    checked, results = project.checked(), project.results()
    view = status_view(checked.plan, results)
    note = '2,890 of 5,000 rows were skipped: o.csv:2: o.n: "x" is not a number'
    assert view.rows[0].point.value == 5000 - 2890
    assert view.rows[0].notes == (note,)
    for format_ in FORMATS["StatusView"]:
        shown = render(view, format_, Page(width=160))
        assert note.replace('"', "") in re.sub(r'[\\"]|&quot;|&#34;', "", shown), format_
    assert any("2,890 of 5,000 rows were skipped" in line for line in hovering._row(view.rows[0]))


def one(project: Project, formula: str) -> Series:
    project.kpi("asked", formula)
    return project.series("asked")


def test_R6_days_on_which_all_rows_are_bad_are_without_rows_for_that_kpi(project: Project) -> None:
    project.table("o", "day,n\n2026-05-01,x\n2026-05-02,y\n2026-06-03,4", on_bad_rows="skip up to 70%")
    assert project.history("count(o)") == {"2026-05": 2, "2026-06": 1}
    assert project.history("count(o[n > 5])") == {"2026-06": 0}


def test_R6_first_dates_are_those_of_the_rows_of_the_kpi(project: Project) -> None:
    rows = "day,who,n\n2026-05-01,a,x\n2026-06-02,a,1\n2026-06-03,b,2"
    project.table("o", rows, computed={"first": "first_date(who)"}, on_bad_rows="skip up to 40%")
    assert project.value("count(o[day == first])") == 1  # b
    assert project.value("sum(o.n[day == first])") == 1 + 2  # without the bad row, a first came in June


def test_R6_first_dates_are_there_for_kpis_without_bad_rows(project: Project) -> None:
    """Where another KPI reads the same column as numbers, which one of its values is not."""
    rows = "day,who\n2026-05-01,7\n2026-06-02,7\n2026-06-03,soon"
    project.table("o", rows, computed={"first": "first_date(who)"}, on_bad_rows="skip up to 40%")
    formulas = ["count(o[day == first])", "count_distinct(o.first)", "count(o[who == 7])"]
    assert project.values(formulas) == [1, 2, 1]


def test_R6_a_query_leaves_out_the_rows_that_it_cannot_use(project: Project) -> None:
    project.table("o", ROWS, types={"code": "number"}, on_bad_rows="skip up to 60%")
    project.source("named", query="select day, n from o")
    project.source("all", query="select * from o")
    project.kpi("a", "sum(named.n)")
    project.kpi("b", "sum(all.n)")
    series = project.results().series
    assert (series["a"].shown.value, series["a"].notes) == (7, ())
    assert series["b"].shown.value == 1 + 4
    assert series["b"].notes == ('1 of 3 rows was skipped: o.csv:3: o.code: "AB" is not a number',)


def test_R6_segments_are_without_the_rows_that_have_no_readable_segment(project: Project) -> None:
    rows = "day,since,n\n2026-06-01,2026-01-01,1\n2026-06-02,soon,2\n2026-06-03,2026-01-01,4"
    project.table("o", rows, types={"since": "date"}, on_bad_rows="skip up to 40%")
    project.kpi("n", "sum(o.n)", split={"by": "since"})
    series = project.series("n")
    assert series.shown.value == 7
    assert series.split is not None
    assert [(part.value, part.series.shown.value) for part in series.split.parts] == [("2026-01-01", 5)]
    assert series.split.notes == (
        'by since: 1 of 3 rows was skipped: o.csv:3: o.since: "soon" is not a date like 2026-06-30',
    )


# Types (R4).


def test_R4_no_kpi_changes_the_type_of_a_column_for_another(project: Project) -> None:
    column(project, ["007", "7", "0012"])
    project.kpi("different", "count_distinct(o.x)")
    project.kpi("above", "count(o[x > 5])")
    series = project.results().series
    assert series["different"].shown.value == 3
    assert 'o.x has values such as "0012", so it is text' in str(series["above"].problem)
    assert "types: {x: number}" in str(series["above"].problem)


@pytest.mark.parametrize("code", ["1E5", "007", "-007", "1e10"])
def test_R4_codes_are_text_until_types_says_that_they_are_numbers(project: Project, code: str) -> None:
    column(project, [code, "3"])
    assert project.value(f'count(o[x == "{code}"])') == 1
    assert f'"{code}", so it is text' in project.problem("sum(o.x)")
    column(project, [code, "3"], types={"x": "number"})
    assert project.value("sum(o.x)") == float(code) + 3


@pytest.mark.parametrize("code", ["007", " 007", "\t007", "1E5", "1E5 "])
@pytest.mark.parametrize("ordinary", ["1", "12.5", IDS[1]])
def test_R4_a_code_behind_the_first_rows_makes_the_column_text(project: Project, ordinary: str, code: str) -> None:
    """Also one with blanks around it."""
    project.rows("o.csv", "day,x", [("2026-06-01", x) for x in (*[ordinary] * 210, code)])
    project.source("o")
    assert f'"{code.strip()}", so it is text' in project.problem("sum(o.x)")
    assert project.value(f'count(o[x == "{code.strip()}"])') == 1


@pytest.mark.parametrize("number", ["1.5E5", "1E+5", "1e-5", "0.5", "0", "-0.25"])
def test_R4_other_notations_are_numbers(project: Project, number: str) -> None:
    column(project, [number, "3"])
    assert project.value("sum(o.x)") == float(number) + 3


def test_R4_text_and_numbers_of_one_column_each_by_its_use(project: Project) -> None:
    column(project, ["1.0", "1", "2.50"])
    assert project.values(['count(o[contains(x, ".")])', "sum(o.x)", "count(o[x == 1])"]) == [2, 4.5, 2]


# Identity (R8).


def test_R8_one_number_written_in_two_ways_is_a_question(project: Project) -> None:
    for values, named in ((["1.0", "1", "2.50"], ("1", "1.0")), (["1.1", "1.10", "1.2"], ("1.1", "1.10"))):
        column(project, values)
        for problem in (project.problem("count_distinct(o.x)"), split_problem(project)):
            assert f'o.x has "{named[0]}" and "{named[1]}", which are one number, but may be two names' in problem
        column(project, values, types={"x": "text"})
        assert project.value("count_distinct(o.x)") == 3
        column(project, values, types={"x": "number"})
        assert project.value("count_distinct(o.x)") == 2
    column(project, ["1E5", "100000", "2E3"])
    assert project.value("count_distinct(o.x)") == 3


def split_problem(project: Project) -> str:
    project.kpi("asked", "count(o)", split={"by": "x"})
    split = project.series("asked").split
    del project.plan["kpis"]["asked"]
    assert split is not None
    return str(split.problem)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "BIGINT", "UBIGINT", "DECIMAL(38,0)", "DECIMAL(25,2)", "text"])
def test_R8_long_numbers_are_told_apart(project: Project, kind: str) -> None:
    if kind in ("csv", "text"):
        column(project, IDS, **({"types": {"x": "number"}} if kind == "text" else {}))
    elif kind == "jsonl":
        lines = [f'{{"day": "2026-06-0{place}", "x": {id_}}}' for place, id_ in enumerate(IDS, 1)]
        project.write("o.jsonl", "\n".join(lines))
        project.source("o", path="o.jsonl")
    else:
        rows = ", ".join(f"({id_}::HUGEINT::{kind})" for id_ in IDS)
        path = project.folder / "o.parquet"
        duckdb.sql(f"copy (select date '2026-06-01' as day, x from (values {rows}) v(x)) to '{path}' (format parquet)")
        project.source("o", path="o.parquet")
    asked = [
        "count_distinct(o.x)",
        f"count(o[x == {IDS[0]}])",
        f"count(o[x != {IDS[0]}])",
        f"count(o[x in ({IDS[1]}, 5)])",
    ]
    assert project.values(asked) == [3, 1, 2, 1]
    project.kpi("asked", "count(o)", split={"by": "x"})
    split = project.series("asked").split
    assert split is not None
    assert split.problem is None
    assert sorted(part.value or "" for part in split.parts) == list(IDS)


def test_R8_floating_point_numbers_that_have_lost_digits_are_refused(project: Project) -> None:
    path = project.folder / "o.parquet"
    duckdb.sql(f"copy (select date '2026-06-01' as day, {IDS[0]}::DOUBLE as x) to '{path}' (format parquet)")
    project.source("o", path="o.parquet")
    for formula in ("count_distinct(o.x)", f"count(o[x == {IDS[0]}])"):
        assert "too large to be distinguished" in project.problem(formula)
    assert project.value("count(o[x > 5])") == 1


# Columns that are not there (R5).


def test_G1_R5_a_column_that_is_missing_stops_only_the_kpis_that_use_it(project: Project) -> None:
    path = project.folder / "o.parquet"
    duckdb.sql(f"copy (select date '2026-06-01' as day, 5 as n) to '{path}' (format parquet)")
    project.source("o", path="o.parquet", computed={"twice": "m * 2"})
    for name, formula in (("n", "sum(o.n)"), ("m", "sum(o.m)"), ("twice", "sum(o.twice)")):
        project.kpi(name, formula)
    series = project.results().series
    assert series["n"].shown.value == 5
    for name in ("m", "twice"):
        assert 'o: o.parquet has no column "m"' in str(series[name].problem)


# Any plan, any rows (G1).

CELLS = st.sampled_from(
    ["1", "2", "2", "3", "10", "1.5", "1.50", "1.0", "007", "7", "1E5", "100000", "-4", "AB", "n/a", "", "", "true",
     "2026-06-05", "05/06/2026", "2026-06-05 10:00", " 007", "7 ", "+5", "-0", "1_000", "1E5 ", "1e+5", ".5", *IDS]
)  # fmt: skip
DAYS = st.sampled_from(["2026-04-30", "2026-05-31", "2026-06-01", "2026-06-02", "2026-06-15", "2026-06-30"])
FORMULAS = (
    "count(o)", "sum(o.a)", "sum(o.b)", "max(o.a) - min(o.b)", "avg(o.c)", "count_distinct(o.a)", "count_distinct(o.b)",
    "count(o[a > 1])", "count(o[b == 7])", 'count(o[a == "007"])', f"count(o[b == {IDS[0]}])", "sum(o.a) / count(o)",
    'count(o[contains(a, "1")])', 'count(o[b >= "2026-06-01"])', "count(o[a is None])", "sum(o.double)",
    "count(o[day == first])", "median(o.b)", "sum(o.a[b > 1])", "count(o[a in (1, 2)])", "k0 * 2", "sum(o.a) / k0",
    'max(o.b[year(c) == 2026])', "last(o.a)", "sum(q.a)", "count(q)", "count(p)",
)  # fmt: skip


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[tuple[str, ...]], dict[str, Any], list[tuple[str, str | None]]]:
    """Rows, the fields of their source, and formulas with the column to split by."""
    cells = [st.lists(CELLS, min_size=1, max_size=3).flatmap(st.sampled_from) for _ in "abc"]
    few = [draw(st.lists(CELLS, min_size=1, max_size=4)) for _ in cells]
    day = st.one_of(DAYS, DAYS, DAYS, DAYS, st.sampled_from(["", "soon"])) if draw(st.integers(0, 4)) == 0 else DAYS
    rows = draw(st.lists(st.tuples(day, *(st.sampled_from(values) for values in few)), min_size=1, max_size=12))
    fields: dict[str, Any] = {"computed": {"double": "a * 2", "first": "first_date(b)"}}
    fields["on_bad_rows"] = draw(st.sampled_from(["error", "skip", "skip up to 60%", "skip up to 100%"]))
    types = draw(st.dictionaries(st.sampled_from("abc"), st.sampled_from(["number", "text", "date"]), max_size=2))
    if types:
        fields["types"] = types
    if draw(st.integers(0, 3)) == 0:
        fields["where"] = draw(st.sampled_from(["a is not None", "b != 2", 'c != "AB"']))
    asked = draw(st.lists(st.sampled_from(FORMULAS), min_size=1, max_size=5))
    return rows, fields, [(formula, draw(st.sampled_from([None, None, "a", "b"]))) for formula in asked]


def facts(series: Series) -> tuple[object, ...]:
    """Everything of a series that people see."""
    return (
        series.shown,
        series.history,
        series.previous,
        series.last,
        series.notes,
        series.problem,
        series.fresh,
        series.split,
    )


Kpis = Sequence[tuple[str, tuple[str, str | None]]]


def random_plans(examples: int) -> Any:
    """Runs a test for so many plans of :func:`plans`, each with a source of randomness."""

    def decorated(test: Any) -> Any:
        configured = settings(
            max_examples=examples, deadline=None, derandomize="KPI_SEED" not in os.environ,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        )  # fmt: skip
        given_plans = given(plans(), st.randoms(use_true_random=False))
        return seed(int(os.environ.get("KPI_SEED", "10")))(configured(given_plans(test)))

    return decorated


def with_kpis(project: Project, asked: Sequence[tuple[str, str | None]]) -> Kpis:
    """The KPIs ``k0`` (the number of rows), ``k1`` and so on, put into the plan."""
    kpis = [("k0", ("count(o)", None)), *((f"k{place}", one) for place, one in enumerate(asked, 1))]
    for name, (formula, by) in kpis:
        project.kpi(name, formula, **({} if by is None else {"split": {"by": by}}))
    return kpis


def each_is_the_same_alone(project: Project, kpis: Kpis, random: Any) -> dict[str, tuple[object, ...]]:
    """Checks that every KPI is the same in any order, from the cache, and alone. Returns their facts."""
    together = project.results(valid=False)
    order = [name for name, _ in kpis]
    random.shuffle(order)
    # In another order, and once more from what is cached.
    for _ in range(2):
        shuffled = project.results(valid=False, kpis=order, cache=project.folder / "cache")
        for name in order:
            assert facts(shuffled.series[name]) == facts(together.series[name])
    # One alone, also in a plan that has no others.
    name = order[0]
    expected = facts(together.series[name])
    assert facts(project.results(valid=False, kpis=[name]).series[name]) == expected
    all_kpis = project.plan["kpis"]
    project.plan["kpis"] = {one: field for one, field in all_kpis.items() if one in {name, "k0"}}
    assert without_places(facts(project.results(valid=False).series[name])) == without_places(expected)
    project.plan["kpis"] = all_kpis
    return {name: facts(series) for name, series in together.series.items()}


Drawn = tuple[list[tuple[str, ...]], dict[str, Any], list[tuple[str, str | None]]]


@random_plans(EXAMPLES)
def test_G1_a_kpi_alone_is_the_same_kpi_among_others(plan: Drawn, random: Any) -> None:
    rows, fields, asked = plan
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        project.rows("o.csv", "day,a,b,c", rows)
        project.source("o", **fields)
        project.source("q", query="select day, a from o")
        project.source("p", query="select * from o")
        each_is_the_same_alone(project, with_kpis(project, asked), random)


# Large files are read as if all rows were like the first 200, and of many files each is cached by itself.
MANY = 210
PADDING = "." * (LARGE // MANY)
FEW_EXAMPLES = max(EXAMPLES // 10, 1)


LATE = ("007", "7 ", "+5", "1.0", "1E5", "1_000", "AB", "", IDS[0], "2147483648", "-5", "9" * 19, "9" * 39)


@pytest.mark.parametrize("ordinary", ["1", "12.5"])
@pytest.mark.parametrize("formula", ["sum(o.x)", "count_distinct(o.x)"])
def test_R4_R8_a_late_value_in_a_large_file_is_read_like_one_in_a_small_file(
    project: Project, formula: str, ordinary: str
) -> None:
    project.kpi("asked", formula)
    project.source("o", on_bad_rows="skip up to 100%")
    read: dict[str, list[object]] = {}
    for padding in (PADDING, "."):
        for late in LATE:
            project.rows("o.csv", "day,x,unused", [("2026-06-01", x, padding) for x in (*[ordinary] * MANY, late)])
            read.setdefault(late, []).append(facts(project.results().series["asked"]))
    for late, (large, small) in read.items():
        assert large == small, late


@random_plans(FEW_EXAMPLES)
def test_G1_a_large_file_is_read_like_a_small_one(plan: Drawn, random: Any) -> None:
    rows, fields, asked = plan
    asked = [one for one in asked if "(q" not in one[0] and "(p" not in one[0]] or [("sum(o.a)", None)]
    # Most rows are alike, and others come late.
    kind = [row for row in rows if random.random() < 0.5] or rows[:1]
    rows = [*(kind[place % len(kind)] for place in range(MANY)), *rows]
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        project.source("o", **fields)
        kpis = with_kpis(project, asked)
        project.rows("o.csv", "day,a,b,c,unused", [(*row, PADDING) for row in rows])
        large = each_is_the_same_alone(project, kpis, random)
        project.rows("o.csv", "day,a,b,c,unused", [(*row, ".") for row in rows])
        small = project.results(valid=False).series
        assert large == {name: facts(series) for name, series in small.items()}


@random_plans(FEW_EXAMPLES)
def test_G1_many_files_of_which_most_are_known_are_read_as_if_anew(plan: Drawn, random: Any) -> None:
    rows, fields, asked = plan
    fields = {**fields, "on_bad_rows": "error", "path": "o-*.csv", "computed": {"double": "a * 2"}}
    asked = [one for one in asked if not any(part in one[0] for part in ("(q", "(p", "first"))] or [("sum(o.a)", None)]
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        project.source("o", **fields)
        kpis = with_kpis(project, asked)
        parts = [rows[place::3] or rows[:1] for place in range(3)]
        for part, place in zip(parts, range(3), strict=True):
            more = [(*part[number % len(part)], PADDING) for number in range(MANY // 3)]
            write_earlier(project, f"o-{place}.csv", [*more, *((*row, PADDING) for row in part)])
        each_is_the_same_alone(project, kpis, random)
        # One file changes, and the others are known.
        write_earlier(project, "o-1.csv", [(*row, PADDING) for row in rows])
        known = project.results(valid=False, cache=project.folder / "cache").series
        anew = project.results(valid=False).series
        assert {name: facts(one) for name, one in known.items()} == {name: facts(one) for name, one in anew.items()}


def write_earlier(project: Project, name: str, rows: Sequence[tuple[str, ...]]) -> None:
    """Writes a file that is an hour old, so that what was read of it is cached."""
    project.rows(name, "day,a,b,c,unused", rows)
    path = project.folder / name
    hour = time.time() - 3600
    os.utime(path, (hour, hour))


@pytest.mark.warehouse
@random_plans(FEW_EXAMPLES)
def test_G1_in_a_warehouse_too(plan: Drawn, random: Any) -> None:
    rows, fields, asked = plan
    # A warehouse has the types already, and no dates that are none.
    fields = {key: value for key, value in fields.items() if key != "types"}
    table = [(day if day[:1] == "2" else None, a, b, c) for day, a, b, c in rows]
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        with duckdb.connect(str(project.folder / "shop.duckdb")) as connection:
            connection.execute("CREATE TABLE o (day DATE, a VARCHAR, b DOUBLE, c VARCHAR)")
            insert = "INSERT INTO o VALUES (?, nullif(?, ''), TRY_CAST(? AS DOUBLE), nullif(?, ''))"
            connection.executemany(insert, table)
        project.source("o", connection="duckdb://shop.duckdb", table="o", **fields)
        asked = [one for one in asked if "(q" not in one[0] and "(p" not in one[0]] or [("sum(o.b)", None)]
        each_is_the_same_alone(project, with_kpis(project, asked), random)


def without_places(found: tuple[object, ...]) -> str:
    """What people see, without the lines of the plan, which are others in another plan."""
    return re.sub(r"[^ '\"]*kpi\.yaml:\d+:\d+", "kpi.yaml", repr(found))
