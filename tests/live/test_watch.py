"""``kpi status --watch``: the table again after each change, with the last good one while the file has a mistake."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kpi.cli.app import run

PLAN = """\
version: 1
as_of: 2026-03-31
kpis:
  nps: {name: Recommendation, unit: points, values: {2026-02: 40, 2026-03: VALUE}, target: at least 42}
"""


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "kpi.yaml"
    path.write_text(PLAN.replace("VALUE", "44"), encoding="utf-8")
    return path


def watched(monkeypatch: pytest.MonkeyPatch, *edits: Callable[[], Any], options: tuple[str, ...] = ()) -> int:
    """Run the command; each wait for a change makes the next edit instead, and the last one is Ctrl+C."""

    def follow(_: object) -> Iterator[None]:
        for edit in edits:
            edit()
            yield
        raise KeyboardInterrupt

    monkeypatch.setattr("kpi.live.waiting.follow", follow)
    return run(["status", "--watch", *options])


def test_a_change_shows_a_new_table_and_ctrl_c_ends_quietly(
    plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert watched(monkeypatch, lambda: plan.write_text(PLAN.replace("VALUE", "41"), encoding="utf-8")) == 130
    out, err = capsys.readouterr()
    lines = [line for line in out.splitlines() if "Recommendation" in line]
    assert ["44" in lines[0], "green" in lines[0], "41" in lines[1], "red" in lines[1]] == [True] * 4
    assert out.count("Computed at ") == 2
    assert "\x1b[2J" not in out  # a file or a pipe is not cleared
    assert err == ""


def test_a_mistake_is_shown_below_the_last_good_table(
    plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edits = (
        lambda: plan.write_text(PLAN.replace("VALUE", "many"), encoding="utf-8"),
        plan.unlink,
        lambda: plan.write_text(PLAN.replace("VALUE", "45"), encoding="utf-8"),
    )
    assert watched(monkeypatch, *edits) == 130
    first, second, third, fourth = capsys.readouterr().out.split("  KPI  ")[1:]
    assert "44" in second
    assert "These are the numbers of " in second
    assert "kpi.yaml:4:" in second
    assert "1 error" in second
    assert "44" in third
    assert "kpi.yaml: No such file" in third
    assert "45" in fourth
    assert "Since then" not in first + fourth


def test_a_plan_that_starts_with_a_mistake_is_waited_for(
    plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plan.write_text("version: 2\n", encoding="utf-8")
    assert watched(monkeypatch, lambda: plan.write_text(PLAN.replace("VALUE", "44"), encoding="utf-8")) == 130
    out = capsys.readouterr().out
    assert "E025" in out
    assert "Recommendation" in out


def test_without_watchfiles_it_says_what_to_install(
    plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [one for one in sys.modules if one.partition(".")[0] == "watchfiles" or one == "kpi.live.waiting"]:
        monkeypatch.delitem(sys.modules, name)
    real = builtins.__import__

    def importing(name: str, *rest: Any) -> Any:
        if name == "watchfiles":
            raise ModuleNotFoundError("No module named 'watchfiles'", name="watchfiles")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", importing)
    assert run(["status", "--watch"]) == 2
    assert capsys.readouterr().err == (
        'kpi: --watch needs watchfiles, which is not installed or too old\n  pip install "kpi-as-code[serve]"\n'
    )


def test_only_a_table_can_be_watched(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status", "--watch", "--format", "json"]) == 2
    assert "--watch shows a table" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no pseudo terminal")
def test_the_prompt_comes_on_a_line_of_its_own(plan: Path) -> None:
    pexpect = pytest.importorskip("pexpect")
    child = pexpect.spawn(
        sys.executable, ["-m", "kpi", "status", "--watch"], cwd=str(plan.parent), encoding="utf-8", timeout=60
    )
    child.expect("Computed at")
    child.expect(r"\.\r\n")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.before.endswith("\r\n")
    assert child.exitstatus == 130
