"""``kpi add``: what it writes computes, lints without errors, and leaves every other byte as it was."""

from __future__ import annotations

import csv
import os
import pty
import sys
from datetime import date
from pathlib import Path

import pytest
from catalog.made_tables import LAST, made_rows, write_rows

from kpi.catalog.catalog import load_catalog, requirements
from kpi.catalog.model import FIELDS
from kpi.cli.app import run
from kpi.data import check_plan
from kpi.editing.add import MissingError, Wanted, added
from kpi.editing.session import open_session
from kpi.plan.checks import Checked
from kpi.plan.loading import read_plan
from kpi.run import compute

CATALOG = load_catalog()
PLAN = """\
# My shop
version: 1
title: Shop
as_of: 2026-12-31

goals:
  loyalty:
    name: Three in ten customers come back   # by the end of the year
    owner: ana@example.com
"""
WHAT_IT_IS = (
    "--map ordered_at=COLUMN or --compute ordered_at=EXPRESSION says what it is; "
    "its columns are Datum, Status, Betrag, Kunde"
)
SHOP = """\
Datum,Status,Betrag,Kunde
2026-12-01,paid,10,a
2026-12-02,paid,30,b
2026-12-03,refunded,100,b
"""


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "kpi.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def errors(checked: Checked) -> list[str]:
    return [found.message for found in checked.diagnostics if found.severity == "error"]


def value(path: Path, id_: str) -> float | None:
    checked = check_plan(read_plan(path))
    assert errors(checked) == []
    series = compute(checked, date(2026, 12, 31), kpis=[id_]).series[id_]
    assert series.problem is None
    return series.shown.value


@pytest.mark.parametrize("field", FIELDS)
def test_the_catalog_can_be_added_one_after_the_other(plan: Path, field: str) -> None:
    """Each KPI goes below those before it, and uses the sources that are there by then."""
    kpis = [kpi for kpi in CATALOG.kpis.values() if kpi.field == field]
    session = open_session(Path("kpi.yaml"))
    for kpi in kpis:
        tables = {}
        for need in requirements(CATALOG, kpi):
            if need.source.id not in session.checked.plan.sources:
                tables[need.source.id] = f"{need.source.id}.csv"
                write_rows(plan.parent / f"{need.source.id}.csv", made_rows(need.source)[:50])
        before = session.main()[1]
        result = added(session, Wanted(kpi.id, "loyalty", currency="EUR", tables=tables))
        checked, new = session.tried(result.texts)
        assert [found.message for found in new] == [], kpi.id
        # Lines are added, and none is changed or removed, but for columns computed in a source that is there.
        lines = iter(result.texts["kpi.yaml"].splitlines())
        assert [line for line in before.splitlines() if "computed: " not in line and line not in lines] == []
        session = session._replace(checked=checked, texts=dict(result.texts))
    assert list(session.checked.plan.kpis) == [kpi.id for kpi in kpis]
    plan.write_text(session.main()[1], encoding="utf-8")
    assert list(compute(check_plan(read_plan(plan)), LAST).problems) == []


def test_a_target_that_may_be_read_in_two_ways_is_refused(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("shop.csv").write_text(SHOP, encoding="utf-8")
    options = ["--map", "ordered_at=Datum", "--map", "amount=Betrag", "--currency", "EUR", "--target", "at least 1.500"]
    assert run(["add", "average_order_value", "--goal", "loyalty", "--source", "shop.csv", *options]) == 2
    assert 'write "at least 1500" or "at least 1.5"' in capsys.readouterr().err
    assert plan.read_text(encoding="utf-8") == PLAN


def test_a_file_is_mapped_by_its_headers(plan: Path) -> None:
    Path("shop.csv").write_text(SHOP, encoding="utf-8")
    options = ["--map", "ordered_at=Datum", "--map", "amount=Betrag", "--currency", "EUR", "--target", "at least 15"]
    assert run(["add", "average_order_value", "--goal", "loyalty", "--source", "shop.csv", *options]) == 0
    text = plan.read_text(encoding="utf-8")
    assert text.startswith(PLAN)
    assert text[len(PLAN) :] == (
        "\n"
        "sources:\n"
        "  orders:\n"
        "    path: shop.csv\n"
        "    date: ordered_at\n"
        "    columns: {ordered_at: Datum, amount: Betrag}\n"
        "\n"
        "kpis:\n"
        "  average_order_value:\n"
        "    # What a paid order is worth on average.\n"
        "    # Misleads: A few very large orders raise it while most baskets shrink; look at the median as well.\n"
        "    name: Average order value\n"
        "    goal: loyalty\n"
        "    question: Do customers buy more at a time?\n"
        "    owner: ana@example.com\n"
        "    indicator: lagging\n"
        "    kind: direct\n"
        "    unit: EUR\n"
        "    every: month\n"
        '    formula: avg(orders.amount[status == "paid"])\n'
        "    target: at least 15\n"
    )
    assert value(plan, "average_order_value") == 20
    assert run(["undo"]) == 0
    assert plan.read_text(encoding="utf-8") == PLAN


def test_a_source_of_the_plan_is_used_with_its_own_names(plan: Path) -> None:
    Path("shop.csv").write_text(SHOP + "2026-12-05,paid,5,a\n", encoding="utf-8")
    source = "\nsources:\n  shop: {path: shop.csv, date: Datum, columns: {euros: Betrag}}   # exported by hand\n"
    plan.write_text(PLAN + source, encoding="utf-8")
    assert run(["add", "repurchase_rate", "--goal", "loyalty", "--source", "shop", "--map", "customer_id=Kunde"]) == 0
    text = plan.read_text(encoding="utf-8")
    line = "  shop: {path: shop.csv, date: Datum, columns: {euros: Betrag}, computed: {first_order: first_date(Kunde)}}"
    assert f"{line}   # exported by hand\n" in text
    assert "count_distinct(shop.Kunde[Datum > first_order]) / count_distinct(shop.Kunde)" in text
    assert value(plan, "repurchase_rate") == 1.0  # both came back
    assert (
        run(
            [
                "add",
                "average_order_value",
                "--goal",
                "loyalty",
                "--source",
                "shop",
                "--map",
                "amount=Betrag",
                "--currency",
                "EUR",
            ]
        )
        == 0
    )
    assert 'avg(shop.euros[status == "paid"])' in plan.read_text(encoding="utf-8")
    assert value(plan, "average_order_value") == 15


def test_columns_can_be_computed_from_those_of_the_file(plan: Path) -> None:
    """Flags that are written Y and N, dates in another form, and other words for a status."""
    text = "Tag;Zustand;status\n21.12.2026;ok;bezahlt\n22.12.2026;kaputt;bezahlt\n23.12.2026;ok;storniert\n"
    Path("german.csv").write_text(text, encoding="utf-8")
    options = ["--goal", "loyalty", "--source", "german.csv"]
    checks = ["--map", "checked_at=Tag", "--compute", 'is_up=Zustand == "ok"']
    assert run(["add", "uptime", *options, *checks]) == 0
    assert "    computed: {is_up: 'Zustand == \"ok\"'}\n" in plan.read_text(encoding="utf-8")
    assert value(plan, "uptime") == pytest.approx(2 / 3)
    words = ['status="cancelled" if status == "storniert" else "paid"', 'ordered_at=date(Tag, "%d.%m.%Y")']
    cancelled = [part for one in words for part in ("--compute", one)]
    assert run(["add", "order_cancellation_rate", *options, *cancelled]) == 0
    text = plan.read_text(encoding="utf-8")
    assert 'count(orders[mapped_status == "cancelled"])' in text
    assert run(["set", "order_cancellation_rate", "every", "month"]) == 0
    assert value(plan, "order_cancellation_rate") == pytest.approx(1 / 3)


def test_a_column_of_a_source_is_not_computed_over(plan: Path) -> None:
    Path("shop.csv").write_text(SHOP, encoding="utf-8")
    plan.write_text(PLAN + "sources:\n  shop: {path: shop.csv, date: Datum}\n", encoding="utf-8")
    options = ["--goal", "loyalty", "--source", "shop", "--compute", 'status="cancelled" if Betrag > 50 else "paid"']
    assert run(["add", "order_cancellation_rate", *options]) == 0
    text = plan.read_text(encoding="utf-8")
    assert 'count(shop[mapped_status == "cancelled"]) / count(shop)' in text
    assert run(["set", "order_cancellation_rate", "every", "month"]) == 0
    assert value(plan, "order_cancellation_rate") == pytest.approx(1 / 3)


def test_an_expression_that_is_wrong_is_refused(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("shop.csv").write_text(SHOP, encoding="utf-8")
    options = ["--goal", "loyalty", "--source", "shop.csv", "--map", "ordered_at=Datum", "--compute"]
    assert run(["add", "order_cancellation_rate", *options, "status=Status =="]) == 2
    assert capsys.readouterr().err.startswith("kpi: Status ==: ")
    assert run(["add", "order_cancellation_rate", *options, "status=lower(Statsu)"]) == 2
    assert "did you mean" in capsys.readouterr().err
    assert plan.read_text(encoding="utf-8") == PLAN


def test_the_currency_is_that_of_the_other_kpis(plan: Path) -> None:
    plan.write_text(PLAN + "kpis:\n  cost: {name: Cost, unit: CHF, values: {2026-11: 3}}\n", encoding="utf-8")
    Path("shop.csv").write_text(SHOP, encoding="utf-8")
    options = ["--source", "shop.csv", "--map", "ordered_at=Datum", "--map", "amount=Betrag"]
    assert run(["add", "average_order_value", "--goal", "loyalty", *options]) == 0
    assert "    unit: CHF\n" in plan.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["return_rat"], 'the catalog has no KPI "return_rat"', 'did you mean "return_rate"?'),
        (["average_order_value"], "the goal is missing", "--goal GOAL names one: loyalty"),
        (["average_order_value", "--goal", "loyality"], 'there is no goal "loyality"', 'did you mean "loyalty"?'),
        (
            ["return_rate", "--goal", "loyalty"],
            "it is not said where returns come from: one row per returned order, in full or in part",
            "--source returns=FILE names the file, or a source of the plan",
        ),
        (
            ["return_rate", "--goal", "loyalty", "--source", "shop.csv"],
            "return_rate needs several tables, and shop.csv is not said to be one of them",
            "--source returns=shop.csv, --source orders=shop.csv",
        ),
        (
            ["win_rate", "--goal", "loyalty", "--source", "deels"],
            'there is no source "deels", and it is no path of a file',
            None,
        ),
        (
            ["order_cancellation_rate", "--goal", "loyalty", "--source", "shop.csv", "--map", "statis=Status"],
            'no column "statis" is needed',
            'did you mean "status"?',
        ),
        (
            ["order_cancellation_rate", "--goal", "loyalty", "--source", "shop.csv"],
            'orders has no column "ordered_at" (date)',
            WHAT_IT_IS,
        ),
        (
            ["order_cancellation_rate", "--goal", "loyalty", "--source", "shop.csv", "--map", "ordered_at=Tag"],
            'orders has no column "Tag" (date)',
            WHAT_IT_IS,
        ),
        (
            ["average_order_value", "--goal", "loyalty", "--source", "shop.csv", "--map", "ordered_at=Datum"],
            "the currency is missing",
            "--currency CODE names it, such as EUR or USD",
        ),
        (
            ["repurchase_rate", "--goal", "loyalty", "--source", "orders=", "--map", "customer_id"],
            '--map cannot be "customer_id"',
            "write the column of the catalog first: --map amount=Betrag",
        ),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_with_what_to_pass(
    plan: Path, arguments: list[str], message: str, hint: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("shop.csv").write_text(SHOP, encoding="utf-8")
    assert run(["add", *arguments]) == 2
    assert capsys.readouterr().err == f"kpi: {message}\n" + (f"  {hint}\n" if hint else "")
    assert plan.read_text(encoding="utf-8") == PLAN


def test_a_plan_without_a_goal_cannot_have_a_kpi_added(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan.write_text("version: 1\n", encoding="utf-8")
    assert run(["add", "win_rate", "--goal", "x"]) == 2
    assert capsys.readouterr().err.startswith("kpi: the plan has no goal, and a KPI serves one\n")


def test_rows_that_last_are_not_taken_for_rows_that_happen(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("shop.csv").write_text(SHOP, encoding="utf-8")
    plan.write_text(PLAN + "sources:\n  shop: {path: shop.csv, date: Datum}\n", encoding="utf-8")
    assert run(["add", "headcount", "--goal", "loyalty", "--source", "shop"]) == 2
    assert (
        'the rows of employees have from and until, and those of the source "shop" have not' in capsys.readouterr().err
    )


def test_an_id_is_taken_once(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("shop.csv").write_text(SHOP, encoding="utf-8")
    options = ["--goal", "loyalty", "--source", "shop.csv", "--map", "ordered_at=Datum"]
    assert run(["add", "order_cancellation_rate", *options]) == 0
    capsys.readouterr()
    assert run(["add", "order_cancellation_rate", "--goal", "loyalty"]) == 2
    assert "--id NAME gives this one another id" in capsys.readouterr().err
    assert run(["add", "order_cancellation_rate", "--goal", "loyalty", "--id", "cancelled"]) == 0
    assert list(read_plan(plan).plan.kpis) == ["order_cancellation_rate", "cancelled"]


def test_guardrails_and_leads_are_those_of_the_plan(plan: Path) -> None:
    kpis = 'kpis:\n  customer_satisfaction: {name: Content, unit: "%", values: {2026-11: 90%}}\n'
    plan.write_text(PLAN + kpis, encoding="utf-8")
    Path("t.csv").write_text("opened_at,resolved_at\n2026-12-01 10:00:00,2026-12-02 10:00:00\n", encoding="utf-8")
    assert run(["add", "resolution_time", "--goal", "loyalty", "--source", "t.csv"]) == 0
    text = plan.read_text(encoding="utf-8")
    assert "    leads: [customer_satisfaction]\n" in text
    assert "guardrails" not in text


def test_missing_values_carry_what_is_to_be_asked(plan: Path) -> None:
    Path("shop.csv").write_text(SHOP, encoding="utf-8")
    session = open_session(plan)
    with pytest.raises(MissingError) as caught:
        added(session, Wanted("order_cancellation_rate", "loyalty", tables={"orders": "shop.csv"}))
    assert (caught.value.field, caught.value.key) == ("names", "orders.ordered_at")
    assert caught.value.choices == tuple(next(csv.reader([SHOP.splitlines()[0]])))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_at_a_terminal_it_asks(plan: Path) -> None:
    """The questions are answered through a pseudo-terminal."""
    Path("shop.csv").write_text(SHOP, encoding="utf-8")
    process, terminal = pty.fork()
    if process == 0:  # pragma: no cover  # the child has the terminal as its three streams
        os.execv(sys.executable, [sys.executable, "-m", "kpi", "add", "average_order_value"])
    os.write(terminal, b"loyalty\nshop.csv\nEUR\nDatum\nBetrag\n")
    shown = b""
    try:
        while part := os.read(terminal, 4096):
            shown += part
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0, shown.decode()
    for words in (
        "The goal is missing.",
        "known: loyalty",
        "File or source",
        "Currency",
        "known: Datum, Status, Betrag",
    ):
        assert words in shown.decode()
    assert value(plan, "average_order_value") == 20


GERMAN = "Export vom 01.07.2026\n\nDatum;Status;Betrag;Größe\n" + "".join(
    f"{day:02}.12.2026;paid;1.2{day:02},50;groß\n" for day in range(1, 32)
)
MAPPED = ["--source", "o.csv", "--map", "ordered_at=Datum", "--map", "status=Status", "--map", "amount=Betrag"]


def test_a_new_file_is_read_as_it_shows(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Encoding, lines before the header, decimal mark and dates come from the file, as with kpi init --from."""
    (plan.parent / "o.csv").write_bytes(GERMAN.encode("cp1252"))
    arguments = ["add", "average_order_value", "--goal", "loyalty", *MAPPED, "--currency", "EUR"]
    assert run(arguments) == 0
    assert 'read: {encoding: cp1252, skip_rows: 2, delimiter: ";", decimal: ","}' in plan.read_text(encoding="utf-8")
    assert value(plan, "average_order_value") == pytest.approx(sum(1200.5 + day for day in range(1, 32)) / 31)


def test_an_option_of_reading_that_is_given_wins(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (plan.parent / "o.csv").write_text("Datum;Status;Betrag\n2026-12-01;paid;1,250\n2026-12-02;paid;3,750\n")
    arguments = ["add", "average_order_value", "--goal", "loyalty", *MAPPED, "--currency", "EUR"]
    assert run([*arguments, "--read", "decimal=,", "--read", "null_values=[NA, -]"]) == 0
    assert "null_values: [NA, " in plan.read_text(encoding="utf-8")
    assert value(plan, "average_order_value") == pytest.approx(2.5)
    assert run(["undo"]) == 0
    assert plan.read_text(encoding="utf-8") == PLAN
    capsys.readouterr()
    assert run([*arguments, "--read", "decimall=,"]) == 2
    assert 'read has no field "decimall"' in capsys.readouterr().err
    assert run([*arguments, "--read", "decimal"]) == 2
    assert "--read decimal=," in capsys.readouterr().err
    assert plan.read_text(encoding="utf-8") == PLAN
