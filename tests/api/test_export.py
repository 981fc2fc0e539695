"""Files for other programs, read back by readers that are not ours."""

from __future__ import annotations

import csv
import struct
from functools import partial
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pandas as pd
import pytest
import resvg_py
from prometheus_client.openmetrics.parser import text_string_to_metric_families

import kpi
from kpi.cli.app import run
from kpi.errors import UsageError
from kpi.export.png import png_of

PLAN = """\
version: 1
as_of: 2026-03-31
kpis:
  sales: {name: "=1+1", unit: EUR, owner: 'a "b" \\ c', target: at least 45,
    values: {2026-01: 40, 2026-02: 50, 2026-03: 43}}
  share: {name: Share <b>, unit: "%", values: {2026-02: 12.5%, 2026-03: 10%}}
  none: {name: Nothing yet}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "kpi.yaml").write_text(PLAN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["export", *arguments]) == 0
    return capsys.readouterr().out


def test_csv_has_a_line_per_kpi_and_period(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(StringIO(printed(capsys, "csv", "--periods", "3"))))
    assert [(row["kpi"], row["period"], row["value"]) for row in rows if row["value"]] == [
        ("sales", "2026-01", "40"), ("sales", "2026-02", "50"), ("sales", "2026-03", "43"),
        ("share", "2026-02", "0.125"), ("share", "2026-03", "0.1"),
    ]  # fmt: skip
    assert rows[0]["name"] == "'=1+1"
    assert (rows[0]["start"], rows[0]["end"]) == ("2026-01-01", "2026-02-01")


def test_a_parser_of_openmetrics_reads_every_value(capsys: pytest.CaptureFixture[str]) -> None:
    families = {one.name: one for one in text_string_to_metric_families(printed(capsys, "openmetrics"))}
    values = {sample.labels["kpi"]: sample for sample in families["kpi_value"].samples}
    assert {name: sample.value for name, sample in values.items()} == {"sales": 43.0, "share": 0.1}
    assert values["sales"].labels["owner"] == 'a "b" \\ c'
    assert float(values["sales"].timestamp) == pd.Timestamp("2026-04-01", tz="UTC").timestamp()
    states = {(one.labels["kpi"], one.labels["kpi_status"]): one.value for one in families["kpi_status"].samples}
    assert {pair for pair, value in states.items() if value} == {
        ("sales", "red"), ("share", "no target"), ("none", "no data"),
    }  # fmt: skip


def test_a_workbook_has_numbers_dates_and_no_formulas(folder: Path) -> None:
    assert run(["export", "xlsx", "-o", "kpi.xlsx"]) == 0
    sheets = pd.read_excel(folder / "kpi.xlsx", sheet_name=None)
    assert list(sheets) == ["Values", "History", "Definitions"]
    assert sheets["Values"]["value"].tolist()[:2] == [43.0, 0.1]
    assert sheets["Values"]["start"][0] == pd.Timestamp("2026-03-01")
    assert sheets["Values"]["name"][0] == "=1+1"
    from openpyxl import load_workbook

    sheet = load_workbook(folder / "kpi.xlsx")["Values"]
    assert sheet["B2"].data_type == "s"
    assert [sheet.cell(row, 9).number_format for row in (2, 3)] == ["#,##0.00", "0.0%"]
    assert sheet.freeze_panes == "A2"
    assert sheet["N2"].font.color.rgb == "FFB3261E"  # red
    assert sheets["Definitions"]["target"][0] == "at least 45"


def test_parquet_has_types(folder: Path) -> None:
    assert run(["export", "parquet", "-o", "kpi.parquet", "--periods", "2"]) == 0
    found = duckdb.sql(f"select kpi, value, start from '{folder / 'kpi.parquet'}' where value is not null").fetchall()
    assert [(kpi, value, str(start.date())) for kpi, value, start in found] == [
        ("sales", 50.0, "2026-02-01"), ("sales", 43.0, "2026-03-01"),
        ("share", 0.125, "2026-02-01"), ("share", 0.1, "2026-03-01"),
    ]  # fmt: skip


def test_a_picture_is_an_svg_of_one_kpi(capsys: pytest.CaptureFixture[str]) -> None:
    root = ElementTree.fromstring(printed(capsys, "svg", "share"))
    texts = "".join(root.itertext())
    assert "Share <b>" in texts
    assert "10.0%" in texts
    assert root.find(".//{http://www.w3.org/2000/svg}path[@class='line']") is not None


def test_a_picture_has_target_value_and_status() -> None:
    root = ElementTree.fromstring(kpi.load("kpi.yaml").picture("sales", periods=3))
    texts = "".join(root.itertext())
    for part in ("€43", "✖ red", "▼ €7 worse · target ≥ €45", "2026-01 to 2026-03", "€40 to €50"):
        assert part in texts, part
    assert root.find(".//{http://www.w3.org/2000/svg}path[@class='aim']") is not None
    with pytest.raises(UsageError, match="sale"):
        kpi.load("kpi.yaml").picture("sale")


def test_a_png_has_the_size_of_the_picture_and_its_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "png", "sales", "-o", "sales.png"]) == 0
    written = (folder / "sales.png").read_bytes()
    picture = printed(capsys, "svg", "sales")
    root = ElementTree.fromstring(picture)
    assert written[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", written[16:24]) == (int(root.attrib["width"]), int(root.attrib["height"]))
    for text in ("=1+1", "€43", "red", "target"):
        assert png_of(picture.replace(text, "x")) != written, text


def test_a_png_without_a_font_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("resvg_py.svg_to_bytes", partial(resvg_py.svg_to_bytes, skip_system_fonts=True))
    assert run(["export", "png", "sales", "-o", "sales.png"]) == 2
    assert "kpi: no font was found on this machine" in capsys.readouterr().err
    assert not (folder / "sales.png").exists()


def test_json_is_that_of_status(capsys: pytest.CaptureFixture[str]) -> None:
    exported = printed(capsys, "json")
    assert run(["status", "--format", "json", "--no-cache"]) == 0
    assert exported.rstrip("\n") == capsys.readouterr().out.rstrip("\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["xlsx"], "kpi: xlsx is not text\n  name the file: kpi export xlsx -o kpi.xlsx"),
        (["svg"], "kpi: svg is a picture of one KPI\n  name it: kpi export svg KPI"),
        (["png", "sales"], "kpi: png is not text\n  name the file: kpi export png sales -o kpi.png"),
        (["png", "-o", "kpi.png"], "kpi: png is a picture of one KPI\n  name it: kpi export png KPI"),
        (["csv", "sale"], 'kpi: there is no KPI "sale"\n  did you mean "sales"?'),
        (["csv", "-o", "no/kpi.csv"], "kpi: no/kpi.csv cannot be written: there is no folder no"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", *arguments]) == 2
    assert capsys.readouterr().err.strip() == message
