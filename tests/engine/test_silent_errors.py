"""Numbers that were once silently wrong: each as ``kpi status --format json`` says it, with the value by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unicodedata import normalize

import duckdb
import openpyxl
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from kpi.cli.app import app

Answer = dict[str, dict[str, Any]]


class Case:
    """A folder with a plan of the source ``o``, and what commands say about it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        monkeypatch.chdir(folder)
        self.plan: dict[str, Any] = {"version": 1, "as_of": "2026-05-31", "sources": {}, "kpis": {}}
        self.source("o")

    def source(self, name: str, **fields: Any) -> None:
        usual = {} if fields.keys() & {"connection", "query"} else {"path": f"{name}.csv"}
        dated = {} if fields.keys() & {"date", "from"} else {"date": "day"}
        found = usual | dated | {key.rstrip("_"): value for key, value in fields.items()}
        self.plan["sources"][name] = {key: value for key, value in found.items() if value is not None}

    def rows(self, text: str, name: str = "o.csv") -> None:
        (self.folder / name).write_text(text.strip() + "\n", encoding="utf-8")

    def kpi(self, name: str = "k", formula: str = "sum(o.n)", **fields: Any) -> None:
        self.plan["kpis"][name] = {"name": name, "every": "month", "formula": formula} | fields

    def run(self, *arguments: str) -> str:
        """What a command prints on its two outputs."""
        text = yaml.safe_dump(self.plan, sort_keys=False, allow_unicode=True, width=1000)
        (self.folder / "kpi.yaml").write_text(text, encoding="utf-8")
        outcome = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
        return outcome.stdout + outcome.stderr

    def status(self, *arguments: str) -> Answer:
        text = self.run("status", "--format", "json", *arguments)
        start = text.index('{"version"') if '{"version"' in text else text.index("{")
        return {kpi["id"]: kpi for kpi in json.JSONDecoder().raw_decode(text[start:])[0]["kpis"]}

    def value(self, formula: str, **fields: Any) -> float | None:
        row = self.row(formula, **fields)
        assert row["message"] is None, row["message"]
        value: float | None = row["value"]
        return value

    def row(self, formula: str, **fields: Any) -> dict[str, Any]:
        self.plan["kpis"] = {}
        self.kpi("k", formula, **fields)
        return self.status()["k"]

    def refused(self, formula: str = "sum(o.n)", **fields: Any) -> str:
        """Why a KPI has no value, with the help."""
        self.plan["kpis"] = {}
        self.kpi("k", formula, **fields)
        text = self.run("status")
        if "kpis" in (plain := self.run("status", "--format", "json")) and (found := self.status().get("k")):
            assert found["value"] is None, found
        return text + plain


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    return Case(tmp_path, monkeypatch)


Prepare = Callable[[Case], None]

# 1. One value per KPI.


def test_G1_R6_a_kpi_is_the_same_in_every_command(case: Case) -> None:
    case.rows("day,code,n\n2026-05-01,12,1\n2026-05-02,AB,2\n2026-05-03,7,4")
    case.source("o", on_bad_rows="skip up to 60%")
    case.kpi("total", "sum(o.n)")
    case.kpi("most", "max(o.code)")
    together, alone = case.status(), case.status("--kpi", "total")
    assert together["total"]["value"] == alone["total"]["value"] == 7
    assert together["most"]["value"] == 12
    assert json.loads(case.run("show", "total", "--format", "json"))["kpi"]["value"] == 7
    case.source("o", on_bad_rows="error")
    assert case.status()["total"]["value"] == 7


def test_G1_R4_the_type_of_a_column_is_that_of_its_data(case: Case) -> None:
    case.rows("day,code\n2026-05-01,007\n2026-05-02,7\n2026-05-03,0012")
    case.kpi("different", "count_distinct(o.code)")
    assert case.status()["different"]["value"] == 3
    case.kpi("large", "count(o[code > 5])")
    assert case.status()["different"]["value"] == 3
    case.rows("day,code\n2026-05-01,1.0\n2026-05-02,1\n2026-05-03,2.50")
    del case.plan["kpis"]["large"]
    alone = case.status()["different"]
    case.kpi("dotted", 'count(o[contains(code, ".")])')
    among = case.status()["different"]
    assert (alone["value"], alone["message"]) == (among["value"], among["message"])
    assert alone["value"] is None
    assert "types" in alone["message"]
    case.source("o", types={"code": "text"})
    assert case.status()["different"]["value"] == 3
    case.source("o", types={"code": "number"})
    del case.plan["kpis"]["dotted"]
    assert case.status()["different"]["value"] == 2


# 2. Identity.

GUILDS = (1254071346418286654, 1254071346418286655, 1254071346418286656)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "BIGINT", "DECIMAL(38,0)", "VARCHAR", "xlsx"])
def test_R8_long_ids_are_distinguished_in_every_format(case: Case, kind: str) -> None:
    rows = [(f"2026-05-0{place}", guild) for place, guild in enumerate(GUILDS, 1)]
    path = {"csv": "o.csv", "jsonl": "o.jsonl", "xlsx": "o.xlsx"}.get(kind, "o.parquet")
    if kind == "csv":
        case.rows("day,guild\n" + "\n".join(f"{day},{guild}" for day, guild in rows))
    elif kind == "jsonl":
        case.rows("\n".join(f'{{"day": "{day}", "guild": {guild}}}' for day, guild in rows), "o.jsonl")
    elif kind == "xlsx":
        book = openpyxl.Workbook()
        for row in (("day", "guild"), *((day, str(guild)) for day, guild in rows)):
            book.active.append(row)
        book.save(case.folder / "o.xlsx")
    else:
        ids_to_parquet(case, kind)
    case.source("o", path=path)
    literals = [f'"{guild}"' if kind == "xlsx" else str(guild) for guild in GUILDS]
    assert case.value("count_distinct(o.guild)") == 3
    assert case.value(f"count(o[guild == {literals[0]}])") == 1
    assert case.value(f"count(o[guild in ({literals[0]}, {literals[2]})])") == 2


def ids_to_parquet(case: Case, kind: str) -> None:
    values = ", ".join(f"(date '2026-05-0{place}', {guild})" for place, guild in enumerate(GUILDS, 1))
    duckdb.sql(
        f"copy (select day, guild::{kind} as guild from (values {values}) t(day, guild)) "
        f"to '{case.folder / 'o.parquet'}' (format parquet)"
    )


def test_R8_ids_that_a_file_has_rounded_already_are_refused(case: Case) -> None:
    """DuckDB writes HUGEINT to Parquet as floating-point numbers."""
    ids_to_parquet(case, "HUGEINT")
    case.source("o", path="o.parquet")
    assert "floating-point numbers too large to be distinguished" in case.refused("count_distinct(o.guild)")
    assert case.value("count(o)") == 3


def test_R8_exponents_and_versions_are_told_apart(case: Case) -> None:
    case.rows("day,code\n2026-05-01,1E5\n2026-05-02,100000\n2026-05-03,2E3")
    assert case.value("count_distinct(o.code)") == 3
    case.rows("day,code\n2026-05-01,1.1\n2026-05-02,1.10\n2026-05-03,1.2")
    for fields in ({"formula": "count_distinct(o.code)"}, {"formula": "count(o)", "split": "code"}):
        case.plan["kpis"] = {}
        case.kpi(**fields)
        text = case.run("status")
        assert '"1.1" and "1.10"' in text
        assert "types: {code: text}" in text
    assert "split" not in case.status()["k"]
    case.source("o", types={"code": "text"})
    assert case.value("count_distinct(o.code)") == 3
    assert len(case.row("count(o)", split="code")["split"]["parts"]) == 3


def test_R8_B5_keys_are_distinguished(case: Case) -> None:
    case.rows("day,v,n\n2026-05-01,1.1,1\n2026-05-02,1.10,2\n2026-05-03,1.2,4")
    case.source("o", key="v")
    case.plan["measures"] = {"units": "sum(o.n)"}
    for formula in ("at_end(sum(o.n))", "at_end(units)"):
        assert '"1.1" and "1.10"' in case.refused(formula)
    assert case.value("sum(o.n)") == 7
    case.source("o", key="v", types={"v": "text"})
    assert case.value("at_end(units)") == 7
    case.source("o", key="v", types={"v": "number"})
    assert case.value("at_end(units)") == 6
    case.source("o", key="v")
    case.rows("day,v,n\n" + "\n".join(f"2026-05-0{n},{guild},{n}" for n, guild in enumerate(GUILDS, 1)))
    assert case.value("at_end(units)") == 1 + 2 + 3


# 3. Whole amounts.


def test_R13_a_dash_in_place_of_decimals_is_no_minus(case: Case) -> None:
    case.rows("day;n\n2026-05-01;€ 20,-\n2026-05-02;€ 100,50")
    case.source("o", read={"decimal": ","})
    assert case.value("sum(o.n)") == 120.5


# 4. Balances.


def test_B5_stock_of_two_shops(case: Case) -> None:
    case.plan["as_of"] = "2026-01-31"
    case.rows("day,shop,units\n2026-01-30,North,100\n2026-01-31,South,40")
    case.source("o", key="shop")
    assert case.value("at_end(sum(o.units))") == 140
    assert case.value('at_end(sum(o.units[shop == "North"]))') == 100


def test_B2_a_filter_that_leaves_no_row_of_the_last_date_is_not_green(case: Case) -> None:
    case.plan["as_of"] = "2026-01-31"
    case.rows("day,shop,units\n2026-01-30,North,100\n2026-01-31,South,40")
    row = case.row('at_end(sum(o.units[shop == "North"]))', target="at most 10")
    assert row["value"] is None
    assert row["status"] != "green"
    assert any("key" in note for note in row["notes"])


def test_D109_lint_suggests_a_key(case: Case) -> None:
    case.plan["as_of"] = "2026-01-31"
    days = [f"2026-01-{day},{shop},{day}" for day in (28, 29, 30) for shop in ("North", "South")]
    case.rows("day,shop,units\n" + "\n".join(days) + "\n2026-01-31,South,40")
    assert case.value("at_end(sum(o.units))") == 40
    found = json.loads(case.run("lint", "--data", "--format", "json"))["findings"]
    (finding,) = (one for one in found if one["code"] == "D109")
    assert 'say which with "key"' in finding["hint"]


def test_B2_two_snapshots_of_one_day_are_not_added(case: Case) -> None:
    case.plan["as_of"] = "2026-01-31"
    case.rows("at,units\n2026-01-31 08:00:00,100\n2026-01-31 20:00:00,90")
    case.source("o", date="at")
    assert "key" in case.refused("at_end(sum(o.units))")
    assert case.value("at_end(last(o.units))") == 90


# 5. Literals that never occur.


def test_V9_a_literal_that_no_row_has_is_a_note(case: Case) -> None:
    case.rows("day,region,profit\n2026-05-01,West,-5\n2026-05-02,East,5")
    row = case.row('count(o[region == "west" and profit < 0])', target="at most 10")
    assert row["value"] == 0
    assert row["notes"] == ['no row of o has region == "west"; did you mean "West"?']
    case.rows(f"day,state\n2026-05-01,{normalize('NFD', 'payé')}")
    row = case.row(f'count(o[state == "{normalize("NFC", "payé")}"])')
    assert (row["value"], row["notes"]) == (1, [])


# 6. Totals that bear a date.


def test_R10_a_total_beside_its_rows_is_refused(case: Case) -> None:
    case.rows("day,region,n\n2026-05-01,N,1\n2026-05-01,S,2\n2026-05-01,Total,3")
    assert 'where: region != "Total"' in case.refused()
    case.source("o", where='region != "Total"')
    assert case.value("sum(o.n)") == 3


# 7. Swallowed rows.


def test_R11_rows_swallowed_by_a_quotation_mark_are_refused(case: Case) -> None:
    lines = [f"2026-05-{day:02d},{text},1" for day, text in zip(range(1, 11), 'ab"cdefghi', strict=True)]
    lines[2], lines[6] = '2026-05-03,"x,1', '2026-05-07,x",1'
    case.rows("day,text,n\n" + "\n".join(lines))
    text = case.refused()
    assert 'read: {quote: ""}' in text
    assert "4" in text
    assert "8" in text
    case.source("o", read={"quote": ""})
    assert case.value("sum(o.n)") == 10


# 8. Skipped rows.


def test_R6_G2_every_format_says_how_many_rows_were_skipped(case: Case) -> None:
    lines = [f"2026-05-{number % 31 + 1:02d},{'x' if number < 2890 else 1}" for number in range(5000)]
    case.rows("day,n\n" + "\n".join(lines))
    case.source("o", on_bad_rows="skip up to 60%")
    assert case.value("sum(o.n)") == 2110
    for format_ in ("table", "json", "csv", "markdown"):
        text = case.run("status", "--format", format_, "--kpi", "k")
        assert "2,890 of 5,000 rows were skipped: o.csv:2: o.n" in " ".join(text.split()), format_


# 9. Month and day.


def test_R9_dates_written_in_two_ways(case: Case) -> None:
    case.rows("day,n\n01-01-2021,1\n1/30/2021,2\n01-12-2021,4")
    text = case.refused()
    hint = 'coalesce(date(day, "%m-%d-%Y"), date(day, "%m/%d/%Y"))'
    assert hint in text
    assert "date %d/%m/%Y" not in text
    case.plan["as_of"] = "2021-01-31"
    case.source("o", date="on", computed={"on": hint})
    assert case.value("sum(o.n)") == 7


# 10. Nanoseconds; numbers that are none.


def test_R14_the_last_nanosecond_of_a_month_belongs_to_it(case: Case) -> None:
    ends = pd.period_range("2026-03", "2026-06", freq="M").to_timestamp(how="end")
    pd.DataFrame({"day": ends, "n": [3, 4, 5, 6]}).to_parquet(case.folder / "o.parquet")
    case.source("o", path="o.parquet")
    assert case.value("at_end(sum(o.n))") == 5
    assert case.value("sum(o.n)") == 5


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("kind", ["parquet", "warehouse"])
def test_R14_nan_and_infinity_are_errors(case: Case, monkeypatch: pytest.MonkeyPatch, kind: str, value: float) -> None:
    if kind == "parquet":
        duckdb.sql(
            "copy (select * from (values (date '2026-05-01', 1::double), (date '2026-05-02', "
            f"'{value}'::double)) t(day, n)) to '{case.folder / 'o.parquet'}' (format parquet)"
        )
        case.source("o", path="o.parquet")
    else:
        monkeypatch.setenv("KPI_TEST_CASES", f"duckdb://{case.folder / 'w.duckdb'}")
        with duckdb.connect(str(case.folder / "w.duckdb")) as connection:
            connection.execute("create table o (day date, n double)")
            connection.execute(f"insert into o values ('2026-05-01', 1), ('2026-05-02', '{value}'::double)")
        case.source("o", connection="${KPI_TEST_CASES}", table="o")
    for formula in ("sum(o.n)", "avg(o.n)", "count(o[n > 0])"):
        text = case.refused(formula)
        assert f'"{value}" is not a number' in text or "o.n is NaN or infinite in 1 row" in text, formula
    assert case.value("count(o)") == 2


# 11. Ties.


def test_V5_rows_that_tie_are_refused(case: Case) -> None:
    case.rows("day,who,value\n2026-05-01,both,2\n2026-05-31,both,11\n2026-05-31,men,4\n2026-05-31,women,6")
    text = case.refused("last(o.value)")
    assert "different values" in text
    assert case.value('last(o.value[who == "both"])') == 11


def test_V5_V11_ties_inside_groups_are_refused(case: Case) -> None:
    case.rows("day,who,value\n2026-05-01,a,1\n2026-05-31,a,4\n2026-05-31,a,6\n2026-05-31,b,6")
    assert "different values" in case.refused("sum(per(o.who, last(o.value)))")
    assert case.value("sum(per(o.who, first(o.value)))") == 7


# 12. Hints that make green.


@pytest.mark.parametrize("target", ["at most 8%", "< 8%"])
def test_G3_a_ratio_without_unit_is_not_told_to_write_8(case: Case, target: str) -> None:
    case.rows("day,channel\n2026-05-01,search\n2026-05-02,shop")
    case.plan["kpis"] = {}
    case.kpi("k", 'count(o[channel == "search"]) / count(o)', target=target)
    text = case.run("lint")
    assert 'unit: "%"' in text
    assert "write 8" not in text.replace("write 8%", "")


def test_G3_a_rate_without_its_unit_is_not_green(case: Case) -> None:
    case.rows("day,back\n2026-05-01,1\n2026-05-02,0")
    case.plan["kpis"] = {}
    case.kpi("return_rate", "sum(o.back) / count(o)", target="< 8")
    found = json.loads(case.run("lint", "--format", "json"))["findings"]
    assert [one for one in found if one["severity"] in ("warning", "error") and "unit" in one["message"]], found


@pytest.mark.parametrize(
    "target", ["from 25 to 35", "50% of graduates will complete an internship", "3 per team per month"]
)
def test_G3_what_is_no_target_gets_a_question_or_the_right_form(case: Case, target: str) -> None:
    case.rows("day,n\n2026-05-01,30")
    case.plan["kpis"] = {}
    case.kpi("k", "sum(o.n)", target=target)
    text = case.run("lint")
    assert "1 error" in text
    if target.startswith("from"):
        assert "is it a band?" in text  # it asks which of two readings is meant
        assert 'add baseline: 25 and write "at least 35"' in text


# 13. Growth of a loss, shares of a loss.


def test_V12_growth_of_a_loss(case: Case) -> None:
    case.rows("day,n\n2026-04-01,-500\n2026-05-01,-1500")
    assert case.value("growth(sum(o.n))", unit="%", target="at least 10%") == -2
    case.plan["measures"] = {"x": "sum(o.n)"}
    row = case.row("x / previous(x) - 1", unit="%", target="at least 10%")
    assert row["value"] == 2
    assert any("growth(x)" in note for note in row["notes"])


def test_S3_a_share_of_a_negative_budget_is_no_target(case: Case) -> None:
    case.rows("day,n,b\n2026-05-01,-96,-100")
    case.plan["measures"] = {"budget": "sum(o.b)"}
    assert case.row("sum(o.n)", target="at least 95% of budget")["status"] == "no target"


# 14. The first period.


def test_T2_nothing_is_measured_against_three_days(case: Case) -> None:
    lines = [f"2025-12-{day},10" for day in (29, 30, 31)] + [f"2026-01-0{day},10" for day in range(1, 5)]
    del lines[:4]  # the first row is on 2 January, a Friday
    lines += [f"2026-01-{day:02d},10" for day in range(5, 12)]
    case.rows("day,n\n" + "\n".join(lines))
    case.plan["as_of"] = "2026-01-11"
    row = case.row("growth(sum(o.n))", every="week", unit="%")
    assert row["value"] is None
    assert row["notes"]
    row = case.row("sum(o.n)", every="week")
    assert (row["value"], row["previous"], row["change"]) == (70, None, None)
    case.plan["as_of"] = "2026-01-04"
    assert case.row("sum(o.n)", every="week")["period"]["partial"] is True


def test_T2_a_year_from_october_is_no_comparison(case: Case) -> None:
    lines = [f"{month}-01,10" for month in pd.period_range("2024-10", "2025-12", freq="M").astype(str)]
    case.rows("day,n\n" + "\n".join(lines))
    row = case.row("sum(o.n)", every="year")
    assert (row["value"], row["previous"], row["change"]) == (120, None, None)


# 15. By its date.


def test_S6_who_is_on_plan_is_green_every_day(case: Case) -> None:
    case.plan["kpis"] = {
        "k": {
            "name": "K", "every": "day", "values": {f"2026-01-0{day}": day for day in (1, 2, 3, 4, 5)},
            "since": "2026-01-01", "baseline": 0, "target": "at least 5 by 2026-01-05",
        }
    }  # fmt: skip
    for day in range(1, 6):
        row = case.status("--as-of", f"2026-01-0{day}")["k"]
        expected = day if day < 5 else None  # from the date on the target is kept
        assert (row["value"], row["target"]["expected_now"], row["status"]) == (day, expected, "green")


# 16. Merged cells.


def test_R12_merged_cells_are_refused(case: Case) -> None:
    book = openpyxl.Workbook()
    for row in (["day", "region", "n"], ["2026-05-01", "N", 1], ["2026-05-02", None, 2], ["2026-05-03", "S", 4]):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    book.save(case.folder / "o.xlsx")
    case.source("o", path="o.xlsx")
    text = case.refused('sum(o.n[region == "N"])')
    assert "B2:B3" in text
    assert "read: {merged: fill}" in text
    assert case.value("sum(o.n)") == 7
    case.source("o", path="o.xlsx", read={"merged": "fill"})
    assert case.value('sum(o.n[region == "N"])') == 3


# 17. Files.


def test_R15_a_column_that_one_file_lacks(case: Case) -> None:
    case.rows("day,n,discount\n2026-05-01,1,3", "o-1.csv")
    case.rows("day,n\n2026-05-02,2", "o-2.csv")
    case.source("o", path="o-*.csv")
    assert "o-2.csv" in case.refused("sum(o.discount)")
    assert case.value("sum(o.n)") == 3
    case.source("o", path="o-*.csv", optional=["discount"])
    assert case.value("sum(o.discount)") == 3


def test_R15_headers_that_collide_block_only_who_uses_them(case: Case) -> None:
    case.rows("day,n,a b,a-b\n2026-05-01,1,2,3")
    assert case.value("sum(o.n)") == 1
    assert "a_b" in case.refused("sum(o.a_b)")


def test_a_field_of_20_mb_is_not_called_an_open_quotation_mark(case: Case) -> None:
    case.rows('day,text,n\n2026-05-01,"' + "x" * 20_000_000 + '",1\n2026-05-02,y,2')
    row = case.row("sum(o.n)")
    assert row["value"] == 3 or "quotation mark is not closed" not in row["message"]


def test_B1_a_row_that_ends_before_it_begins_names_its_line(case: Case) -> None:
    case.rows("a,b\n2026-05-01,2026-05-02\n2026-05-09,2026-05-03")
    case.source("o", **{"from": "a", "until": "b", "date": None})
    text = case.refused("at_end(count(o))")
    assert "o.csv" in text
    assert "line 3" in text or ":3" in text


def test_R4_integers_of_parquet_are_dates_where_types_says_so(case: Case) -> None:
    duckdb.sql(f"copy (select 20260502 as day, 3 as n) to '{case.folder / 'o.parquet'}' (format parquet)")
    case.source("o", path="o.parquet", types={"day": "date %Y%m%d"})
    assert case.value("sum(o.n)") == 3


def test_blanks_as_delimiter(case: Case) -> None:
    case.rows("day n\n2026-05-01 1\n2026-05-02 2")
    case.source("o", read={"delimiter": " "})
    row = case.row("sum(o.n)")
    assert row["value"] == 3 or "delimiter" in str(row["message"])
    assert "Error" not in str(row["message"])


def test_a_delta_folder_is_called_one(case: Case) -> None:
    (case.folder / "o" / "_delta_log").mkdir(parents=True)
    (case.folder / "o" / "_delta_log" / "00000000000000000000.json").write_text("{}\n", encoding="utf-8")
    case.source("o", path="o")
    text = case.refused()
    assert "Delta" in text


def test_T5_a_time_with_a_zone_beside_dates(case: Case) -> None:
    case.rows("day,n\n2026-05-01,1\n2026-05-15 12:00:00 +0200,2\n2026-05-16,4")
    hint = 'coalesce(date(day, "%Y-%m-%d"), date(day, "%Y-%m-%d %H:%M:%S %z"))'
    assert hint in case.refused()
    case.source("o", date="on", computed={"on": hint})
    assert case.value("sum(o.n)") == 7


# 18. Surveys every two years.


def test_S5_a_survey_every_two_years_holds(case: Case) -> None:
    case.rows("day,score\n2023-05-10,6\n2025-05-10,7")
    case.source("o", updated="760 days")
    row = case.row("avg(o.score)", every="year", target="at least 5")
    assert (row["value"], row["status"], row["period"]["label"]) == (7, "green", "2025")
    case.plan["as_of"] = "2026-12-31"
    row = case.row("avg(o.score)", every="year", target="at least 5")
    assert (row["value"], row["status"], row["period"]["label"]) == (7, "green", "2025")
    assert row["notes"]
    case.plan["as_of"] = "2029-12-31"
    assert case.row("avg(o.score)", every="year", target="at least 5")["status"] == "stale"


def test_S5_rows_that_there_were_are_not_denied(case: Case) -> None:
    case.rows("day,region,n\n2026-02-01,N,1\n2026-03-01,S,2")
    row = case.row('avg(o.n[region == "N"])')
    assert (row["status"], row["message"]) == ("stale", "no rows of o since 1 Mar 2026")


# 19. Rows after the day.


def test_T1_sources_says_how_many_rows_are_later(case: Case) -> None:
    case.rows("day,n\n2026-05-01,1\n2026-06-01,2\n2026-06-02,4")
    assert case.value("sum(o.n)") == 1
    text = case.run("sources")
    assert "2 later rows left out" in text
