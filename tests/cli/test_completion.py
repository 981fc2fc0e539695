"""What shells complete after ``kpi``."""

from __future__ import annotations

from pathlib import Path

import pytest
from diff.repository import Repository

from kpi.cli.app import run

PLAN = """\
version: 1
include: teams/*.kpi.yaml
sources:
  orders: {path: orders.csv, date: day, computed: {is_late: took > 3}}
measures: {revenue: sum(orders.amount)}
goals:
  loyalty: {name: Customers come back, owner: ana@example.com}
kpis:
  returns: {name: "Returns [bold]$(rm -rf ~)`x`", goal: loyalty}
  repeat_rate: {name: Repeat rate, owner: bo, notes: {2026-03: New shop}}
  "x;rm": {name: Not an id}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "teams" / "deep").mkdir(parents=True)
    (tmp_path / "kpi.yaml").write_text(PLAN)
    (tmp_path / "teams" / "web.kpi.yaml").write_text("version: 1\nkpis: {visits: {name: Visits}}\n")
    (tmp_path / "orders.csv").write_text("day,amount,Sales Channel,took\n2026-01-01,3,web,4\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """What bash (or another shell) is offered after a line that ends where the cursor is."""

    def completed(line: str, shell: str = "bash") -> list[str]:
        words = line.split(" ")
        monkeypatch.setenv("_KPI_COMPLETE", f"complete_{shell}")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
        monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
        monkeypatch.setenv("_TYPER_COMPLETE_WORD_TO_COMPLETE", words[-1])
        with pytest.raises(SystemExit) as ended:
            run([])
        assert ended.value.code == 0
        printed = capfd.readouterr()
        assert printed.err == ""
        return [text for text in printed.out.splitlines() if text]

    return completed


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("kpi st", ["status"]),
        ("kpi show ", ["returns", "repeat_rate", "visits"]),
        ("kpi show rep", ["repeat_rate"]),
        ("kpi status --kpi v", ["visits"]),
        ("kpi status --goal ", ["loyalty"]),
        ("kpi status --owner ", ["bo", "ana@example.com"]),
        ("kpi status --split ", ["day", "amount", "sales_channel", "took", "is_late"]),
        ("kpi explain returns --by s", ["sales_channel"]),
        ("kpi sources o", ["orders"]),
        ("kpi rename re", ["returns", "repeat_rate", "revenue"]),
        ("kpi rule T10", ["T101", "T102", "T103", "T104", "T105", "T106", "T107", "T108", "T109"]),
        ("kpi lint --select S,S101", ["S,S101"]),
        ("kpi add net_promoter", ["net_promoter_score"]),
        ("kpi init --template s", ["saas"]),
        ("kpi lint --format s", ["sarif"]),
        ("kpi set returns ow", ["owner"]),
        ("kpi set returns thresholds.", ["thresholds.green", "thresholds.yellow"]),
        ("kpi set repeat_rate notes.", ["notes.2026-03"]),
        ("kpi set returns goal ", ["loyalty"]),
        ("kpi set returns every q", ["quarter"]),
        ("kpi set returns name ", []),
        ("kpi review --record re", ["returns", "repeat_rate"]),
        ("kpi nothing --x", []),
        ("kpi show returns x", []),
    ],
)
def test_ids_columns_rules_and_options(complete, shop: Path, line: str, offered: list[str]) -> None:  # type: ignore[no-untyped-def]
    assert complete(line) == offered


def test_the_file_that_was_named_before_is_completed_from(complete, shop: Path) -> None:  # type: ignore[no-untyped-def]
    (shop / "sub").mkdir()
    for line in ("kpi -f teams/web.kpi.yaml show ", "kpi show -f teams/web.kpi.yaml "):
        assert complete(line) == ["visits"]


@pytest.mark.parametrize("shell", ["zsh", "fish", "powershell", "pwsh"])
def test_other_shells_get_the_names_as_well_without_what_they_could_run(complete, shop: Path, shell: str) -> None:  # type: ignore[no-untyped-def]
    text = "\n".join(complete("kpi show ret", shell))
    assert "returns" in text
    assert "Returns bold rm -rf x" in " ".join(text.split())
    assert not set("$`[;") & set(text.replace("_arguments '*: :((", ""))
    assert "Not an id" not in "\n".join(complete("kpi show ", shell))


@pytest.mark.parametrize(
    "text", ["kpis: {", "\t", "- a\n- b\n", "kpis: [1, 2]", "\x00", "a: &a [*a]", "[" * 100_000, "", "kpis: {1: 2}"]
)
def test_a_broken_file_completes_nothing_in_silence(complete, shop: Path, text: str) -> None:  # type: ignore[no-untyped-def]
    (shop / "kpi.yaml").write_text(text)
    assert complete("kpi show ") == []
    assert complete("kpi status --split ") == []


def test_without_a_file_nothing_is_offered_and_none_outside_the_project_is_read(
    complete, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    assert complete("kpi -f nowhere.yaml show ") == []
    inner = shop / "teams" / "deep"
    (inner / ".git").mkdir()
    monkeypatch.chdir(inner)
    assert complete("kpi show ") == []
    (inner / "kpi.yaml").write_text("version: 1\ninclude: ../web.kpi.yaml\nkpis: {own: {name: Own}}\n")
    assert complete("kpi show ") == ["own"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_each_shell_has_a_script(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], shell: str
) -> None:
    monkeypatch.setenv("_KPI_COMPLETE", f"source_{shell}")
    with pytest.raises(SystemExit) as ended:
        run([])
    assert ended.value.code == 0
    script = capfd.readouterr().out
    assert "kpi" in script
    assert f"complete_{shell}" in script


def test_branches_and_tags(complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    made = Repository(tmp_path / "shop")
    made.put("kpi.yaml", PLAN)
    made.commit("First", day="2026-01-01")
    for arguments in (["branch", "-m", "main"], ["branch", "topic/new"], ["branch", "$(x)"], ["tag", "v1"]):
        made.git(*arguments)
    monkeypatch.chdir(made.root)
    assert sorted(complete("kpi diff ")) == ["HEAD", "main", "topic/new", "v1"]
    assert complete("kpi diff m") == ["main"]
    assert complete("kpi diff main..t") == ["main..topic/new"]
    assert complete("kpi diff main...v") == ["main...v1"]
    assert complete("kpi lint --diff v") == ["v1"]
    monkeypatch.chdir(tmp_path)
    assert complete("kpi diff ") == []
