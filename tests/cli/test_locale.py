"""The locale of the file and ``--locale``: in tables, Markdown and HTML, never in JSON or CSV."""

from __future__ import annotations

from pathlib import Path

import pytest
from diff.repository import Repository

from kpi.cli.app import run

PLAN = """\
version: 1
title: Teeladen
as_of: 2026-06-30
locale: de
goals:
  g: {name: Mehr Umsatz, framework: okr, due: 2026-12-31}
kpis:
  order_value: {name: Bestellwert, goal: g, unit: EUR, values: {2026-05: 57.3, 2026-06: 57}, target: at least 60}
  basket: {name: Warenkorb, goal: g, unit: EUR, values: {2026-05: 74.5, 2026-06: 75.77}, target: at least 70}
  returns: {name: Retouren, goal: g, unit: "%", values: {2026-05: 6.1%, 2026-06: 6.1088%}, target: below 5%}
"""


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kpi.yaml").write_text(PLAN, encoding="utf-8")
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run([*arguments]) == 0
    return capsys.readouterr().out.replace("\xa0", " ")


def test_the_table_is_in_the_locale_of_the_file_with_one_precision(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = printed(capsys, "status").splitlines()
    assert lines[0].startswith("Teeladen · 30. Juni 2026 ")
    assert [line[: line.index("€" if "€" in line else "%") + 1].split() for line in lines[4:7]] == [
        ["Bestellwert", "57,00", "€"],
        ["Warenkorb", "75,77", "€"],
        ["Retouren", "6,1", "%"],
    ]
    assert "▼ 0,30 €" in lines[4]
    assert "▲ 0,009 pt" in lines[6]


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (("status", "--format", "markdown"), "| Bestellwert | 57,00 € | ▼ 0,30 € worse | ≥ 60 € |"),
        (("status", "--periods", "2"), "57,30 €  57,00 €"),
        (("show", "basket"), "75,77 € in 2026-06, ▲ 1,27 € against 74,50 € in 2026-05"),
        (("goals", "--framework", "okr"), "due 31. Dez. 2026"),
        (("review",), "review of 30. Juni 2026"),
        (("status", "--locale", "en_US"), "Teeladen · June 30, 2026"),
        (("status", "--locale", "en"), "Teeladen · 30 June 2026"),
    ],
)
def test_what_people_read(plan: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], text: str) -> None:
    assert text in printed(capsys, *command)


def test_the_dashboard_is_in_the_locale(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed(capsys, "dashboard", "-o", "kpi.html")
    page = (plan / "kpi.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert '<td class="n">57,00 €' in page
    assert "30. Juni 2026" in page


@pytest.mark.parametrize("format_", ["json", "csv"])
def test_what_programs_read_is_the_same_in_every_locale(
    plan: Path, capsys: pytest.CaptureFixture[str], format_: str
) -> None:
    german = printed(capsys, "status", "--format", format_, "--locale", "de")
    (plan / "kpi.yaml").write_text(PLAN.replace("locale: de\n", ""), encoding="utf-8")
    assert printed(capsys, "status", "--format", format_) == german
    assert "57" in german


def test_whether_a_decision_moved_its_kpi_does_not_depend_on_the_locale(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The value of a decision is recorded in English, as it was shown."""
    decision = "{date: 2026-06-01, kpi: returns, value: 6.1%, decided: wait, by: ana, until: 2026-06-20}"
    (plan / "reviews.yaml").write_text(f"- {decision}\n", encoding="utf-8")
    for locale in ("en", "de"):
        assert "unchanged" in printed(capsys, "show", "returns", "--locale", locale)


def test_an_unknown_locale_is_refused(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status", "--locale", "klingon"]) == 2
    assert capsys.readouterr().err.startswith('kpi: --locale: "klingon" is not a locale\n')
    (plan / "kpi.yaml").write_text(PLAN.replace("locale: de", "locale: deutsch"), encoding="utf-8")
    assert run(["status"]) == 2
    assert 'kpi.yaml:4:9: error: E014 bad-choice: "deutsch" is not a locale' in capsys.readouterr().err


def test_changes_and_their_history_are_in_the_locale(
    plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Repository(plan / "shop")
    made.put("kpi.yaml", PLAN)
    made.commit("First", day="2026-06-01")
    made.put("kpi.yaml", PLAN.replace("2026-06: 57}", "2026-06: 58.5}").replace("at least 60", "at least 1200.5"))
    made.commit("Second", day="2026-07-02")
    monkeypatch.chdir(made.root)
    assert "57 € -> 58,50 €" in printed(capsys, "diff", "HEAD~1..HEAD", "--values").replace("→", "->")
    assert "€57 -> €58.50" in printed(capsys, "diff", "HEAD~1..HEAD", "--values", "--locale", "en").replace("→", "->")
    assert "58,50 €" in printed(capsys, "diff", "HEAD~1..HEAD", "--values", "--format", "markdown")
    log = printed(capsys, "log", "order_value")
    assert "2. Juli 2026" in log
    assert "58,50 €" in log
    assert "1. Juni 2026" in printed(capsys, "blame", "order_value")
    assert "2 July 2026" in printed(capsys, "blame", "order_value", "--locale", "en")
    assert "58,50 €" in printed(capsys, "share", "--dry-run")
    german = printed(capsys, "diff", "HEAD~1..HEAD", "--values", "--format", "json")
    assert german == printed(capsys, "diff", "HEAD~1..HEAD", "--values", "--format", "json", "--locale", "en")
