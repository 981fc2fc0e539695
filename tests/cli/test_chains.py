"""Two thousand formulas, each of which builds on the one before: every command has an answer, and no fault."""

from __future__ import annotations

import pytest
from diff.repository import Repository

from kpi.cli.app import run

HEAD = "version: 1\nas_of: 2026-06-30\nsources: {o: {path: o.csv, date: day}}\n"
MEASURES = (
    f"{HEAD}measures:\n  m0: sum(o.a)\n"
    + "".join(f"  m{n}: m{n - 1} + 0\n" for n in range(1, 2000))
    + "kpis: {k: {name: K, formula: m1999}}\n"
)
KPIS = (
    f"{HEAD}kpis:\n  k0: {{name: K, formula: sum(o.a)}}\n"
    + "".join(f"  k{n}: {{name: K, formula: k{n - 1} + 1}}\n" for n in range(1, 1999))
    + "  k: {name: K, formula: k1998}\n"
)


@pytest.mark.parametrize("text", [MEASURES, KPIS], ids=["measures", "kpis"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["lint", "--format", "json"], 1),
        (["status"], 2),
        (["show", "k"], 2),
        (["diff"], 2),
        (["diff", "--values"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_a_chain_that_is_too_long_is_reported(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
    arguments: list[str],
    code: int,
) -> None:
    made = Repository(tmp_path_factory.mktemp("chain"))
    made.put("o.csv", "day,a\n2026-06-03,3\n")
    made.put("kpi.yaml", HEAD)
    made.commit("Before")
    made.put("kpi.yaml", text)
    monkeypatch.chdir(made.root)
    assert run(arguments) == code
    printed = capsys.readouterr()
    told = printed.out if code == 1 else printed.err
    assert "nested more than 200 levels deep" in told
    assert "fault" not in printed.err
