"""Decisions in reviews.yaml: what is written, that nothing else changes, and that git keeps those of both sides."""

from __future__ import annotations

import multiprocessing
from datetime import date
from pathlib import Path

import pytest
from diff.repository import Repository
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.cli.app import run
from kpi.errors import InputError
from kpi.plan.loading import read_plan
from kpi.plan.model import Decision
from kpi.review import new_entry, record
from kpi.review.record import HEAD

PLAN = """\
version: 1
as_of: 2026-06-30
kpis:
  refund_rate: {name: Refund rate, unit: "%", target: below 5%, values: {2026-05: 6.1%, 2026-06: 7.3%}}
  nps: {name: Net promoter score, target: at least 50, values: {2026-06: 44}}
"""


def decision(decided: str = "call them", **fields: object) -> Decision:
    there = {"date": date(2026, 7, 1), "kpi": "nps", "value": "44", "by": "ana", "until": date(2026, 8, 1)}
    return Decision(**{**there, "decided": decided, **fields})


def decisions(folder: Path) -> tuple[Decision, ...]:
    found = read_plan(folder / "kpi.yaml", text=PLAN)
    assert found.diagnostics == ()
    return found.plan.decisions


def test_an_entry_is_one_line_in_the_order_of_its_fields() -> None:
    entry = new_entry(decision("call, then write", kpi="refund_rate", value="7.3%", expect="below 5%"))
    assert entry == (
        '- {date: 2026-07-01, kpi: refund_rate, value: 7.3%, decided: "call, then write", by: ana, '
        "expect: below 5%, until: 2026-08-01}"
    )


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1).filter(lambda text: bool(text.strip())),
    st.sampled_from(["", "# kept\n", "- {date: 2026-01-01, kpi: a, decided: x, by: b, until: 2026-02-01}", HEAD]),
)
def test_any_text_is_read_back_and_what_was_there_stays(
    tmp_path_factory: pytest.TempPathFactory, text: str, before: str
) -> None:
    folder = tmp_path_factory.mktemp("plan")
    (folder / "reviews.yaml").write_bytes(before.encode())
    record(folder, decision(text))
    after = (folder / "reviews.yaml").read_bytes()
    assert after.startswith(before.encode())
    assert after.count(b"\n") == before.count("\n") + (1 if not before or before.endswith("\n") else 2)
    assert decisions(folder)[-1] == decision(text)


@pytest.mark.parametrize(
    ("before", "added"),
    [
        (b"", b"- {}\n"),
        (b"# first\n\n# second", b"\n- {}\n"),
        (b"- date: 2026-01-01\n  kpi: nps # why\n  decided: x\n  by: b\n  until: 2026-02-01\n\n# end\n", b"- {}\n"),
        (b"  - {date: 2026-01-01, kpi: nps, decided: x, by: b, until: 2026-02-01}\r\n", b"  - {}\r\n"),
        ("\ufeff# with a mark\n".encode(), b"- {}\n"),
    ],
)  # fmt: skip
def test_comments_and_layout_stay_to_the_byte(tmp_path: Path, before: bytes, added: bytes) -> None:
    path = tmp_path / "reviews.yaml"
    path.write_bytes(before)
    record(tmp_path, decision())
    assert path.read_bytes() == before + added.replace(b"- {}", new_entry(decision()).encode())
    assert decisions(tmp_path)[-1] == decision()


@pytest.mark.parametrize("text", ["version: 1\n", "[]\n", "- [\n", "a\n...\nb", "- a\n...\n", "\xff"])
def test_a_file_that_is_no_plain_list_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    path = tmp_path / "reviews.yaml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError) as refused:
        record(tmp_path, decision())
    assert new_entry(decision()) in str(refused.value.hint)
    assert path.read_bytes() == text.encode("latin-1")


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("# kept\n")
    (tmp_path / "reviews.yaml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="symbolic link"):
        record(tmp_path, decision())
    assert (tmp_path / "elsewhere").read_text() == "# kept\n"


def test_processes_that_record_at_once_lose_nothing(tmp_path: Path) -> None:
    made = [(tmp_path, decision(f"number {number}")) for number in range(12)]
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.starmap(record, made)
    assert {one.decided for one in decisions(tmp_path)} == {one.decided for _, one in made}
    assert (tmp_path / "reviews.yaml").read_text().count(HEAD) == 1


# Merges


def diverged(root: Path, first: str | None, ours: str, theirs: str) -> Repository:
    """A repository in which two branches have each recorded a decision, after a first one if there is one."""
    repository = Repository(root)
    repository.put("kpi.yaml", PLAN)
    if first is not None:
        record(root, decision(first))
    repository.commit()
    for branch, decided in (("ours", ours), ("theirs", theirs)):
        repository.git("checkout", "-q", "-b", branch, "main")
        record(root, decision(decided))
        repository.commit(branch, author="Bo" if branch == "theirs" else "Ana")
    repository.git("checkout", "-q", "ours")
    return repository


@pytest.mark.parametrize("first", [None, "the first"])
@pytest.mark.parametrize(("ours", "theirs"), [("call them", "write to them"), ("call them", "call them all")])
def test_git_keeps_the_decisions_of_both_sides(tmp_path: Path, first: str | None, ours: str, theirs: str) -> None:
    repository = diverged(tmp_path / "shop", first, ours, theirs)
    repository.git("merge", "-q", "--no-edit", "theirs")
    assert [one.decided for one in decisions(repository.root)] == [*filter(None, [first]), ours, theirs]
    assert (repository.root / "reviews.yaml").read_text().count(HEAD) == 1
    assert (repository.root / ".gitattributes").read_text() == "reviews.yaml merge=union\n"


def test_rebase_keeps_them_too(tmp_path: Path) -> None:
    repository = diverged(tmp_path / "shop", "the first", "call them", "call them all")
    repository.git("rebase", "-q", "theirs")
    assert {one.decided for one in decisions(repository.root)} == {"the first", "call them", "call them all"}


def test_without_the_attribute_git_would_report_a_conflict(tmp_path: Path) -> None:
    repository = diverged(tmp_path / "shop", "the first", "call them", "write to them")
    for branch in ("theirs", "ours"):
        repository.git("checkout", "-q", branch)
        repository.put(".gitattributes", "")
        repository.commit("Without")
    with pytest.raises(AssertionError):
        repository.git("merge", "-q", "--no-edit", "theirs")
    assert "<<<<<<<" in (repository.root / "reviews.yaml").read_text()
    assert {found.code for found in read_plan(repository.root / "kpi.yaml").diagnostics} >= {"E001"}


@pytest.mark.parametrize(
    ("name", "text", "written"),
    [
        (".gitattributes", "*.csv text", True), (".gitattributes", "reviews.yaml merge=union", False),
        (".gitattributes", "reviews.yaml merge=ours", False),
        ("../.gitattributes", "team/reviews.yaml  merge=union", False),
        ("../.gitattributes", "other.yaml merge=union", True),
    ],
)  # fmt: skip
def test_the_attribute_is_written_once(tmp_path: Path, name: str, text: str, written: bool) -> None:
    repository = Repository(tmp_path / "shop")
    folder = repository.root / "team"
    folder.mkdir()
    (folder / name).write_text(text)
    attributes = record(folder, decision()).attributes
    assert (attributes and attributes.path) == (folder / ".gitattributes" if written else None)
    assert record(folder, decision()).attributes is None
    lines = text.splitlines() if name == ".gitattributes" else []
    found = folder / ".gitattributes"
    assert (found.read_text().splitlines() if found.exists() else []) == lines + ["reviews.yaml merge=union"] * written


def test_outside_of_git_no_attribute_is_written(tmp_path: Path) -> None:
    assert record(tmp_path, decision()).attributes is None
    assert not (tmp_path / ".gitattributes").exists()


# The command


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "kpi.yaml").write_text(PLAN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


RECORD = ("review", "--record", "refund_rate", "unknown, will find out by 2026-08-01", "--by", "ana")


def test_unknown_is_a_valid_decision(plan: Path) -> None:
    assert run([*RECORD, "--until", "2026-08-01"]) == 0
    (found,) = decisions(plan)
    assert (found.date, found.value, found.decided) == (
        date(2026, 7, 1),
        "7.3%",
        "unknown, will find out by 2026-08-01",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("review", "--record", "refund_rat", "x", "--by", "a", "--until", "2026-08-01"),
            'did you mean "refund_rate"?',
        ),
        (RECORD, "--record needs --until"),
        (("review", "--record", "nps", "x", "--until", "2026-08-01"), "--record needs --by"),
        (("review", "--record", "nps", " ", "--by", "a", "--until", "2026-08-01"), "the decision is empty"),
        (("review", "--by", "ana"), "--by needs --record"),
        ((*RECORD, "--until", "2026-07-01"), "is not after the day of the review, 2026-07-01"),
        ((*RECORD, "--until", "soon"), '--until: "soon" is not a date'),
        ((*RECORD, "--until", "2026-08-01", "--expect", "below 5"), "--expect: "),
        ((*RECORD, "--until", "2026-08-01", "--expect", "below 5% by 2026-09-01"), "leave the date out"),
        ((*RECORD, "--until", "2026-08-01", "--expect", "fewer"), '"fewer" names no number'),
    ],
)
def test_what_is_not_clear_is_refused(
    plan: Path, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(list(arguments)) == 2
    assert message in capsys.readouterr().err
    assert not (plan / "reviews.yaml").exists()


def test_undo_takes_a_decision_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_STATE_DIR", str(tmp_path / "state"))
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "kpi.yaml").write_text(PLAN)
    monkeypatch.chdir(folder)
    decide = ["review", "--by", "ana", "--until", "2026-08-01", "--record", "nps"]
    assert run([*decide, "call them"]) == 0
    first = (folder / "reviews.yaml").read_bytes()
    assert run([*decide, "write to them"]) == 0
    assert run(["undo"]) == 0
    assert (folder / "reviews.yaml").read_bytes() == first
    assert run(["undo"]) == 0
    assert not (folder / "reviews.yaml").exists()
    assert run(["undo"]) == 2


def test_undo_leaves_a_file_that_somebody_else_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_STATE_DIR", str(tmp_path / "state"))
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "kpi.yaml").write_text(PLAN)
    monkeypatch.chdir(folder)
    assert run(["review", "--by", "ana", "--until", "2026-08-01", "--record", "nps", "call them"]) == 0
    record(folder, decision("write to them"))
    text = (folder / "reviews.yaml").read_bytes()
    assert run(["undo"]) == 2
    assert (folder / "reviews.yaml").read_bytes() == text


@pytest.mark.parametrize("others", ["", "*.csv text\n"])
def test_undo_takes_the_attributes_back_that_came_with_the_first_decision(
    others: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KPI_STATE_DIR", str(tmp_path / "state"))
    made = Repository(tmp_path / "shop")
    attributes = made.root / ".gitattributes"
    made.put("kpi.yaml", PLAN)
    if others:
        made.put(".gitattributes", others)
    monkeypatch.chdir(made.root)
    decide = ["review", "--by", "ana", "--until", "2026-08-01", "--record", "nps", "call them"]
    assert run(decide) == 0
    assert attributes.read_text().endswith("reviews.yaml merge=union\n")
    assert run(["undo"]) == 0
    assert (attributes.read_text() if attributes.exists() else "") == others
    assert not (made.root / "reviews.yaml").exists()
    # What somebody else has written into it since stays, and is no obstacle.
    assert run(decide) == 0
    changed = attributes.read_text() + "*.png binary\n"
    attributes.write_text(changed)
    capsys.readouterr()
    assert run(["undo"]) == 0
    assert capsys.readouterr().err.splitlines()[-1] == ".gitattributes has changed since and stays as it is"
    assert attributes.read_text() == changed
    assert not (made.root / "reviews.yaml").exists()
