"""What a commit says of itself, as git keeps it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from diff.repository import Repository

from kpi.cli.app import run
from kpi.diff.commit import parse_commit


@pytest.mark.parametrize(
    ("author", "name", "email", "day"),
    [
        ("Ana B <ana@x> 1767268800 +0000", "Ana B", "ana@x", "2026-01-01"),
        # The day is that of the author's clock.
        ("Ana <ana@x> 1767310200 +0530", "Ana", "ana@x", "2026-01-02"),
        ("Ana <ana@x> 1767225600 -0100", "Ana", "ana@x", "2025-12-31"),
        (" <> 1767268800 +0000", "", "", "2026-01-01"),
        ("Ana <ana@x> 99999999999999999 +0000", "Ana", "ana@x", "1970-01-01"),
        ("nonsense", "", "", "0001-01-01"),
    ],
)
def test_an_author_line(author: str, name: str, email: str, day: str) -> None:
    found = parse_commit("h", f"tree t\nauthor {author}\ncommitter c\n\n\nSay  it\n\nMore".encode())
    assert (found.author, found.email, found.day.isoformat(), found.subject) == (name, email, day, "Say it")


def test_other_encodings() -> None:
    raw = "tree t\nauthor Änne <a@x> 0 +0000\nencoding ISO-8859-1\n\nÜber".encode("latin-1")
    assert (parse_commit("h", raw).author, parse_commit("h", raw).subject) == ("Änne", "Über")
    raw = "tree t\nauthor Änne <a@x> 0 +0000\nencoding nonsense\n\nÜber".encode()
    assert parse_commit("h", raw).subject == "Über"


PLAN = "version: 1\nkpis:\n  nps: {{name: NPS, unit: points, owner: {}}}\n"


def test_authors_are_called_as_the_mailmap_calls_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = Repository(tmp_path)
    for number, author in enumerate(["Ana", "Bo", "Ana"]):
        repository.put("kpi.yaml", PLAN.format(f"owner{number}"))
        repository.commit(f"Number {number}", author=author)
    monkeypatch.chdir(tmp_path)

    def authors() -> list[tuple[str, str]]:
        assert run(["log", "nps", "--format", "json"]) == 0
        events = json.loads(capsys.readouterr().out)["events"]
        return [(one["commit"]["author"], one["commit"]["email"]) for one in events]

    ana, bo = ("Ana", "ana@harbour.example"), ("Bo", "bo@harbour.example")
    assert authors() == [ana, bo, ana]
    mapped = "Ana Núñez <ana@nunez.example> <ana@harbour.example>\n"
    repository.put(".mailmap", mapped)
    assert authors() == [("Ana Núñez", "ana@nunez.example"), bo, ("Ana Núñez", "ana@nunez.example")]
    assert run(["blame", "nps"]) == 0
    assert "Ana Núñez" in capsys.readouterr().out
    repository.put(".mailmap", "Bo the <<<\n")
    assert authors() == [ana, bo, ana]
