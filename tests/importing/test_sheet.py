"""Sheets of KPIs: what becomes of each cell, and what is refused."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from kpi.cli.app import run
from kpi.errors import InputError, KpiError
from kpi.importing import Imported, Settings, import_files
from kpi.plan.model import Kpi, Target

GOV = Path(__file__).parents[3] / "shared" / "data" / "definitions" / "performance_gov_targets.json"


def imported(folder: Path, text: str, **options: Any) -> Imported:
    (folder / "kpis.csv").write_text(text, encoding="utf-8")
    return import_files("sheet", [folder / "kpis.csv"], Settings(**options), folder / "kpi.yaml")


def one(folder: Path, header: str, row: str, **options: Any) -> tuple[Kpi, list[str]]:
    """The only KPI of a sheet, and the reasons of what was refused."""
    found = imported(folder, f"{header}\n{row}\n", **options)
    (kpi,) = found.plan.kpis.values()
    return kpi, [str(each.reason) for each in found.refused]


def aim(kpi: Kpi) -> tuple[str, object, object, date | None]:
    assert isinstance(kpi.target, Target)
    return kpi.target.op, kpi.target.value, kpi.target.upper, kpi.target.by


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("at least 30", (">=", 30, None, None)),
        ("mind. 30", (">=", 30, None, None)),
        ("höchstens 2,5", ("<=", 2.5, None, None)),
        ("max. 1.250,5", ("<=", 1250.5, None, None)),
        ("unter 12", ("<", 12, None, None)),
        ("über 12", (">", 12, None, None)),
        ("≥ 1 250", (">=", 1250, None, None)),
        ("20 bis 30", ("between", 20, 30, None)),
        ("zwischen 20 und 30", ("between", 20, 30, None)),
        ("20–30", ("between", 20, 30, None)),
        ("mindestens 30 bis 31.12.2026", (">=", 30, None, date(2026, 12, 31))),
        ("mindestens 30 bis Ende 2026", (">=", 30, None, date(2026, 12, 31))),
        ("at least 30 by Q3 2026", (">=", 30, None, date(2026, 9, 30))),
        ("< 5", ("<", 5, None, None)),
        ("min 1,2 Mio", (">=", 1_200_000, None, None)),
        ("at most -5", ("<=", -5, None, None)),
    ],
)
def test_targets_are_read_as_people_write_them(tmp_path: Path, cell: str, expected: object) -> None:
    kpi, refused = one(tmp_path, "Kennzahl;Zielwert", f"A;{cell}", decimal=",")
    assert (aim(kpi), refused) == (expected, [])


@pytest.mark.parametrize(
    ("unit", "cell", "expected"),
    [
        ("%", "at least 30", 0.3),
        ("Prozent", "mind. 30 %", 0.3),
        ("", "at least 30%", 0.3),
        ("T€", "at least 12.5", 12_500),
        ("Mio. EUR", "at least 3", 3_000_000),
        ("€", "at least 12 €", 12),
        ("Tage", "at least 3 Tage", 3),
        ("Stunden", "at least 30 h", 30),
        ("h", "at least 30 Std.", 30),
        ("Minuten", "at least 30 min", 30),
        ("EUR", "at least 12 T€", 12_000),
        ("T€", "at least 12 T€", 12_000),
        ("T€", "at least 12 Mio. €", 12_000_000),
        ("", "at least 12 kEUR", 12_000),
    ],
)
def test_units_and_what_is_beside_a_number(tmp_path: Path, unit: str, cell: str, expected: float) -> None:
    kpi, refused = one(tmp_path, "KPI;Unit;Target", f"A;{unit};{cell}")
    assert (aim(kpi)[1], refused) == (pytest.approx(expected), [])


@pytest.mark.parametrize(
    ("header", "row", "reason"),
    [
        ("KPI;Target", "A;75", "75 does not say whether more or less is better"),
        ("KPI;Unit;Target", "A;%;at least 0.3", "0.3 can be 30% or 0.3%"),
        ("KPI;Target", "A;at least 1.250", '"1.250" can be 1250 or 1.250'),
        ("KPI;Unit;Target", "A;$;at least 5", '"$" can be USD, AUD, CAD'),
        ("KPI;Unit;Target", "A;EUR;at least 5%", 'the number has a % and the unit is "EUR"'),
        ("KPI;Unit;Target", "A;EUR;at least 5 Tage", 'the number is in "Tage" and the unit is "EUR"'),
        ("KPI;Unit;Target", "A;T€;at least 12 €", "12 € can be 12 EUR or 12000 EUR"),
        ("KPI;Unit;Target", "A;Tage;at least 12 h", 'the number is in "h" and the unit is "days"'),
        ("KPI;Plan 2026", "A;at least 5 by 2027-06-30", "the column says 2026 and the cell by 2027-06-30"),
        ("KPI;Green", "A;at least 5 by 2027-06-30", "a threshold has no date, and this one is by 2027-06-30"),
        (
            "KPI;Target by 2026-12-31;Due",
            "A;at least 5;2026-06-30",
            "the name of the column Target by 2026-12-31 says 2026-12-31",
        ),
        ("KPI;Target;Due", "A;at least 5;3/4/2026", '"3/4/2026" can be 2026-04-03 or 2026-03-04'),
        ("KPI;Frequency;Target", "A;now and then;at least 5", '"now and then" is not the length of a period'),
        ("KPI;Yellow", "A;at least 5", "there is no green beside it"),
        ("KPI;Target;Colour", "A;at least 5;blue", "no field of a KPI has such a name"),
        ("KPI;Owner;Actual", "A;ana;5", "no column says which period the values are of"),
        ("KPI;Target", "A;as many as possible", '"as many as possible" is not a number'),
        ("KPI;Goal;Perspective", "A;Grow;Sideways", '"Sideways" is none of financial, customer, internal, learning'),
    ],
)
def test_what_can_mean_two_things_is_refused(tmp_path: Path, header: str, row: str, reason: str) -> None:
    kpi, refused = one(tmp_path, header, row)
    assert kpi.name == "A"
    assert refused == [reason]


@pytest.mark.parametrize(
    ("up", "down"),
    [
        ("Maximieren", "Minimieren"),
        ("higher is better", "lower is better"),
        ("höher ist besser", "niedriger ist besser"),
        ("↑", "↓"),
        ("at least", "at most"),
        ("mindestens", "höchstens"),
        (">=", "<="),
        ("no less than", "no more than"),
        ("nicht unter", "up to"),
    ],
)
def test_a_direction_is_what_its_words_say(tmp_path: Path, up: str, down: str) -> None:
    found = imported(tmp_path, f"Kennzahl;Richtung;Zielwert\nA;{up};24\nB;{down};24\n")
    assert [aim(kpi)[0] for kpi in found.plan.kpis.values()] == [">=", "<="]
    assert found.refused == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("max", '"max" can mean maximise or at most'),
        ("Min.", '"Min." can mean minimise or at least'),
        ("Maximum", '"Maximum" can mean maximise or at most'),
        ("lower is worse", '"lower is worse" does not say whether more or less is better'),
        ("nicht höher", '"nicht höher" does not say whether more or less is better'),
    ],
)
def test_a_direction_that_can_be_reversed_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    found = imported(tmp_path, f"Kennzahl;Richtung;Zielwert\nA;{text};24\n")
    assert [kpi.target for kpi in found.plan.kpis.values()] == [None]
    first, second = found.refused
    assert 'or say it in the column "Richtung"' in str(second.workaround)
    assert (first.origin.line, first.reason) == (2, reason)
    assert '"at least" or "at most"' in str(first.workaround)
    assert "höher ist besser" in str(first.workaround)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Zielwert 2026", "2026"),
        ("Sollwert 2027", "2027"),
        ("2026 Target", "2026"),
        ("Target value Q4 2026", "2026-Q4"),
        ("Planwert (2026)", "2026"),
        ("Zielwert 2026 (EUR)", "2026"),
        ("Ziel für 2026", "2026"),
        ("Zielwert bis Ende 2026", date(2026, 12, 31)),
        ("Target by 2026-09-30", date(2026, 9, 30)),
        ("Zielwert (31.12.2026)", date(2026, 12, 31)),
    ],
)
def test_a_column_of_targets_can_name_a_period_or_a_date(tmp_path: Path, header: str, expected: object) -> None:
    found = imported(tmp_path, f"Kennzahl;{header}\nA;mind. 3\nB;max. 4\n")
    first, second = found.plan.kpis.values()
    assert found.refused == ()
    if isinstance(expected, date):
        assert (aim(first), aim(second)) == ((">=", 3, None, expected), ("<=", 4, None, expected))
    else:
        assert not isinstance(first.target, Target)
        assert first.target is not None
        assert [(each.label, each.target.op, each.target.value) for each in first.target] == [(expected, ">=", 3)]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Kennzahl;Einheit;Farbe", "Kennzahl, Ziel, Verantwortlich, Einheit"),
        ("KPI;Unit;Colour", "KPI, Goal, Owner, Unit"),
        ("KPI;Unit;Zielwert nächstes Jahr", "Kennzahl, Ziel, Verantwortlich, Einheit"),
    ],
)
def test_hints_name_columns_in_the_language_of_the_header(tmp_path: Path, header: str, words: str) -> None:
    (refused,) = imported(tmp_path, f"{header}\nA;EUR;5\n").refused
    assert words in str(refused.workaround)


def test_a_plan_takes_the_direction_of_the_target_of_its_row(tmp_path: Path) -> None:
    text = "KPI;Target Q3 2026;Plan Q4 2026\nA;> 5%;6%\nB;5;6\nC;> 5;< 6\n"
    found = imported(tmp_path, text)
    first = found.plan.kpis["a"].target
    assert not isinstance(first, Target)
    assert first is not None
    assert [(each.target.op, each.target.value) for each in first] == [(">", 0.05), (">", 0.06)]
    assert [each.origin.line for each in found.refused] == [3, 3]


def test_a_target_of_a_period_beside_a_target_is_reported(tmp_path: Path) -> None:
    found = imported(tmp_path, "KPI;Target;Plan Q4 2026\nA;> 5%;6%\n")
    assert aim(found.plan.kpis["a"])[:2] == (">", 0.05)
    (refused,) = found.refused
    assert refused.reason == "the row has a target in the column Target too, which is the one imported"
    assert "# target of 2026-Q4: above 6%" in found.text


@pytest.mark.parametrize("empty", ["n/a", "N/A", "-", "–", "—", "k.A.", "k. A.", "keine Angabe", "n.a."])
def test_cells_that_say_there_is_nothing_are_empty(tmp_path: Path, empty: str) -> None:
    header = "KPI;Goal;Unit;Target;Due;Baseline;Yellow;2026-01;Actual;Date;Plan 2027"
    kpi, refused = one(tmp_path, header, f"A{f';{empty}' * 10}")
    assert refused == []
    assert (kpi.target, kpi.baseline, kpi.thresholds, kpi.unit, dict(kpi.values)) == (None, None, None, None, {})


def test_a_value_that_is_no_number_has_a_hint_of_its_own(tmp_path: Path) -> None:
    (refused,) = imported(tmp_path, "KPI;2026-01\nA;unknown\n").refused
    assert (refused.reason, refused.workaround) == (
        '"unknown" is not a number', "write a number, or leave the cell empty",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "expected", "notes"),
    [
        (["Wachsen", "", "", "Sparen", ""], "wwwss", ["lines 3-4, 6: the goal of the row above was taken"]),
        (["Wachsen", "", ""], "www", ["lines 3-4: the goal of the row above was taken"]),
        (["Wachsen", "Wachsen", "", "Sparen", "Sparen"], "ww-ss", ["line 4: no goal yet"]),
        (["Wachsen", "Sparen", "Helfen", ""], "wsh-", ["line 5: no goal yet"]),
        (["", "Wachsen", "", "-", ""], "-ww--", [
            "line 4: the goal of the row above was taken", "lines 2, 6: no goal yet",
        ]),
        (["Wachsen", "Sparen"], "ws", []),
    ],
)  # fmt: skip
def test_a_goal_holds_for_the_empty_cells_below_it(
    tmp_path: Path, cells: list[str], expected: str, notes: list[str]
) -> None:
    rows = [f"K{place};{cell};at least {place}" for place, cell in enumerate(cells)]
    found = imported(tmp_path, "\n".join(["KPI;Objective;Target", *rows]))
    goals = {"wachsen": "w", "sparen": "s", "helfen": "h", "first_goal": "-"}
    assert "".join(goals[str(kpi.goal)] for kpi in found.plan.kpis.values()) == expected
    reasons = [each.reason for each in found.outcomes if each.state == "note"]
    assert reasons == [f"empty in {note}" for note in notes]


@pytest.mark.parametrize(
    ("unit", "cell", "expected"),
    [
        ("%", "<2% pro Monat", ("%", "month", "<", 0.02)),
        ("%", "< 8 % p.a.", ("%", "year", "<", 0.08)),
        ("", "< 8 % p. a.", ("%", "year", "<", 0.08)),
        ("", "<= 10 pro Monat", (None, "month", "<=", 10)),
        ("", "<= 10 per quarter", (None, "quarter", "<=", 10)),
        ("", "mind. 10 Tickets pro Woche", ("Tickets", "week", ">=", 10)),
        ("", "at least 12 T€ monatlich", ("EUR", "month", ">=", 12_000)),
        ("% pro Jahr", "at most 8", ("%", "year", "<=", 0.08)),
        ("EUR/Monat", "at most 8", ("EUR/Monat", "month", "<=", 8)),
    ],
)
def test_words_behind_a_number_say_the_period(tmp_path: Path, unit: str, cell: str, expected: object) -> None:
    kpi, refused = one(tmp_path, "KPI;Unit;Target", f"A;{unit};{cell}")
    assert ((kpi.unit, kpi.every, *aim(kpi)[:2]), refused) == (expected, [])


def test_a_number_of_another_period_is_refused(tmp_path: Path) -> None:
    kpi, refused = one(tmp_path, "KPI;Frequency;Unit;Target", "A;monthly;%;< 8% p.a.")
    assert (kpi.every, kpi.target) == ("month", None)
    assert refused == ["the number is of a year and the KPI has a value every month"]
    kpi, refused = one(tmp_path, "KPI;Frequency;Unit;Target", "A;yearly;%;< 8% p.a.")
    assert (kpi.every, aim(kpi)[1], refused) == ("year", 0.08, [])
    kpi, refused = one(tmp_path, "KPI;Frequency;Unit;Target", "A;quarterly;Tickets pro Tag;< 8")
    assert (kpi.every, kpi.unit, refused) == ("quarter", "Tickets pro Tag", [])


def test_stand_beside_ist_is_its_date(tmp_path: Path) -> None:
    kpi, refused = one(tmp_path, "Kennzahl;Ist;Stand", "A;5;31.03.2026")
    assert (dict(kpi.values), refused) == ({"2026-03": 5}, [])
    kpi, refused = one(tmp_path, "Kennzahl;Stand;Datum", "A;5;31.03.2026")
    assert (dict(kpi.values), refused) == ({"2026-03": 5}, [])


@pytest.mark.parametrize(
    ("unit", "cell", "decimal", "expected"),
    [
        ("kEUR", "1,500 by Dec 2026", ".", (1_500_000, date(2026, 12, 31))),
        ("T€", "1.250,5", ",", (1_250_500, None)),
        ("Mio. EUR", "3 Mio", ",", (3_000_000, None)),
        ("kg", "12,345", ",", (12.345, None)),
        ("%", "75", ".", (0.75, None)),
        ("T€", "12 T€", ".", (12_000, None)),
    ],
)
def test_what_the_hint_says_to_write_is_the_number_of_the_cell(
    tmp_path: Path, unit: str, cell: str, decimal: str, expected: object
) -> None:
    found = imported(tmp_path, f"KPI;Unit;Target\nA;{unit};{cell}\n", decimal=decimal)
    (refused,) = found.refused
    advice = str(refused.workaround).split('"')[1]
    kpi, reasons = one(tmp_path, "KPI;Unit;Target", f"A;{unit};{advice}", decimal=decimal)
    assert ((aim(kpi)[1], aim(kpi)[3]), reasons) == (expected, [])


def test_a_decimal_mark_is_proved_by_the_other_numbers(tmp_path: Path) -> None:
    text = "Kennzahl;Zielwert\nA;mind. 1.250\nB;mind. 2,5\n"
    assert [aim(kpi)[1] for kpi in imported(tmp_path, text).plan.kpis.values()] == [1250, 2.5]


def test_a_german_sheet_below_a_title(tmp_path: Path) -> None:
    rows = [
        "Kennzahlenblatt;;;;;;;;;",
        ";;;;;;;;;",
        "Nr.;Kennzahl;Oberziel;Verantwortliche/r;Einheit;Frequenz;Richtung;Zielwert;Termin;Gelb;Jan 2026;Mär 2026",
        "1;Umsatz;Wachsen;ana;T€;monatlich;höher;1.250,5;31.12.2026;≥ 1.000;980,5;1.010",
        "2;Quote;Wachsen;Ben;%;monatlich;niedriger;max. 2,5 %;;3;3,1;2,9%",
    ]
    found = imported(tmp_path, "\n".join(rows))
    sales, quote = found.plan.kpis.values()
    assert (sales.owner, sales.unit, sales.every, sales.goal) == ("ana", "EUR", "month", "wachsen")
    assert aim(sales) == (">=", 1_250_500, None, date(2026, 12, 31))
    assert sales.values == {"2026-01": 980_500, "2026-03": 1_010_000}
    assert sales.thresholds is not None
    assert sales.thresholds.yellow is not None
    assert (sales.thresholds.green.value, sales.thresholds.yellow.value) == (1_250_500, 1_000_000)
    assert quote.values == {"2026-01": pytest.approx(0.031), "2026-03": pytest.approx(0.029)}
    assert found.refused == ()


def test_a_workbook_keeps_percentages_and_dates(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["KPI", "Unit", "Target", "Direction", "Actual", "As of", date(2026, 1, 1), date(2026, 2, 1)])
    sheet.append(["Return rate", "%", 0.05, "lower", 0.043, date(2026, 3, 31), 0.051, 0.0478])
    sheet.append(["Weight", "kg", 12.345, "higher", None, None, None, None])
    for cell in ("C2", "E2", "G2", "H2"):
        sheet[cell].number_format = "0.0%"
    book.create_sheet("Archive")
    book.save(tmp_path / "kpis.xlsx")
    found = import_files("sheet", [tmp_path / "kpis.xlsx"], Settings(), tmp_path / "kpi.yaml")
    rate, weight = found.plan.kpis.values()
    assert rate.values == pytest.approx({"2026-01": 0.051, "2026-02": 0.0478, "2026-03": 0.043})
    assert aim(rate)[:2] == ("<=", 0.05)
    assert aim(weight)[:2] == (">=", 12.345)
    notes = [each.reason for each in found.outcomes if each.state == "note"]
    assert notes == ["only Sheet was read; --sheet NAME reads Archive"]


def test_one_row_for_each_period_is_one_kpi(tmp_path: Path) -> None:
    text = "KPI,Month,Actual\nSales,2026-01,10\nSales,2026-02,12\nSales,2026-02,13\n"
    found = imported(tmp_path, text)
    assert [dict(kpi.values) for kpi in found.plan.kpis.values()] == [{"2026-01": 10, "2026-02": 12}]
    assert [each.reason for each in found.refused] == ["Sales has a value of 2026-02 already"]


def test_a_calculation_of_other_rows_is_a_formula_and_another_a_comment(tmp_path: Path) -> None:
    text = 'KPI,Calculation\nSales,from the ledger\nOrders,"count, by hand"\nAverage order,Sales / Orders\n'
    found = imported(tmp_path, text)
    assert found.plan.kpis["average_order"].formula == "sales / orders"
    assert "# Calculation: from the ledger" in found.text


def test_ziel_is_a_goal_or_a_target(tmp_path: Path) -> None:
    texts = imported(tmp_path, "Kennzahl;Ziel\nA;Kunden begeistern\nB;Kunden begeistern\n").plan
    assert [goal.name for goal in texts.goals.values()] == ["Kunden begeistern"]
    numbers = imported(tmp_path, "Kennzahl;Ziel\nA;mind. 3\nB;max. 4\n").plan
    assert [aim(kpi)[:2] for kpi in numbers.kpis.values()] == [(">=", 3), ("<=", 4)]


def test_windows_encoding_is_read_and_said(tmp_path: Path) -> None:
    (tmp_path / "kpis.csv").write_bytes("Kennzahl;Zielwert\nErlöse;mind. 3\n".encode("cp1252"))
    found = import_files("sheet", [tmp_path / "kpis.csv"], Settings(), tmp_path / "kpi.yaml")
    assert [kpi.name for kpi in found.plan.kpis.values()] == ["Erlöse"]
    assert [each.origin.construct for each in found.outcomes if each.state == "note"] == ["encoding"]


def test_the_command_writes_reports_and_never_overwrites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("kpis.csv").write_text("KPI,Target\nA,at least 3\nB,75\n")
    assert run(["import", "sheet", "kpis.csv", "-o", "kpi.yaml"]) == 1
    text = Path("kpi.yaml").read_text()
    output = capsys.readouterr()
    assert output.out == ""
    assert 'kpis.csv:3: refused: row "B", column "Target": 75 does not say' in output.err
    assert run(["import", "sheet", "kpis.csv", "-o", "kpi.yaml"]) == 2
    assert "--force replaces it" in capsys.readouterr().err
    assert run(["lint", "--select", "M,S", "--fail-on", "error"]) == 0
    capsys.readouterr()
    assert run(["import", "sheet", "kpis.csv", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["plan"] == text
    states = [(each["line"], each["state"], each["becomes"]) for each in report["constructs"]]
    assert states == [(2, "imported", "kpis.a"), (3, "refused", None), (3, "imported", "kpis.b")]


@pytest.mark.parametrize("content", [b"", b"\0\1\2", b"PK\3\4", b'KPI,"A\n', b"a,b\n1,2\n", b"\xff\xfe", b"KPI\n"])
@pytest.mark.parametrize("name", ["kpis.csv", "kpis.xlsx"])
def test_broken_files_are_errors_without_a_traceback(tmp_path: Path, content: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(KpiError):
        import_files("sheet", [tmp_path / name], Settings(), tmp_path / "kpi.yaml")


CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    st.sampled_from(["at least", "1.234", "1,5", "%", "3%", "bis 31.12.2026", "–", "2026-13", "10 - 20", "=", "<>"]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=8, max_size=8), min_size=1, max_size=4))
def test_whatever_the_cells_hold_the_plan_is_valid(tmp_path: Path, rows: list[list[str]]) -> None:
    header = ["KPI", "Goal", "Unit", "Frequency", "Target", "Yellow", "2026-01", "Note"]
    with (tmp_path / "kpis.csv").open("w", newline="", encoding="utf-8", errors="replace") as file:
        csv.writer(file).writerows([header, *rows])
    try:
        found = import_files("sheet", [tmp_path / "kpis.csv"], Settings(), tmp_path / "kpi.yaml")
    except InputError:
        raise  # the plan cannot be written, or the file not be read
    except KpiError:
        return
    assert found.plan.kpis


@pytest.mark.slow
@pytest.mark.skipif(not GOV.exists(), reason="the shared data is not here")
def test_a_large_table_of_targets(tmp_path: Path) -> None:
    rows = [row for row in json.loads(GOV.read_text(encoding="utf-8")) if any(row.values())]
    with (tmp_path / "kpis.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=rows[0])
        writer.writeheader()
        writer.writerows(rows)
    found = import_files("sheet", [tmp_path / "kpis.csv"], Settings(), tmp_path / "kpi.yaml")
    named = [row for row in rows if row.get("indicator", "").strip()]
    refused_rows = [each for each in found.refused if each.reason == "it names no KPI"]
    assert len(found.plan.kpis) == len(named)
    assert len(refused_rows) == len(rows) - len(named)
    assert all(each.reason and each.workaround and each.origin.line for each in found.refused)


def test_what_a_sheet_says_cannot_control_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "kpis.csv"
    rows = ['"Sa\x1b[31mles\u202e\n::error::x",about \x1b[31m5\u202e,a\x07na', "Orders,at least 5,ben\x1b]0;x\x07"]
    sheet.write_text("KPI,Target,Owner\n" + "\n".join(rows) + "\n", encoding="utf-8")
    for options in ([], ["--format", "json"], ["-o", str(tmp_path / "kpi.yaml")]):
        run(["import", "sheet", str(sheet), *options])
        printed = capsys.readouterr()
        for text in (printed.out, printed.err):
            assert not set("\x1b\x07\u202e") & set(text)
            assert not any(line.startswith("::") for line in text.splitlines())
