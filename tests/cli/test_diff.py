"""``kpi diff`` from the command line to its exit code, over real files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from diff.repository import Repository
from helpers.transcripts import REPOSITORY

from kpi.cli.app import run

ORDERS = """\
day,amount,state
2026-04-03,40,paid
2026-05-02,60,paid
2026-05-30,30,open
2026-06-14,45,paid
2026-06-15,10,open
"""
PLAN = """\
version: 1
as_of: 2026-06-30
sources:
  orders: {path: data/orders.csv, date: day}
measures:
  n: count(orders)
kpis:
  sales: {name: Sales, unit: EUR, formula: sum(orders.amount), target: at least 50, owner: ana}
  basket: {name: Basket, unit: EUR, formula: sum(orders.amount) / n, target: at least 30}
"""
TYPED = "  typed: {name: Typed, target: at least 5, values: {2026-06: 4}}\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    made = Repository(tmp_path / "shop")
    made.put("kpi.yaml", PLAN)
    made.put("data/orders.csv", ORDERS)
    made.commit("First")
    monkeypatch.chdir(made.root)
    return made


def edit(repository: Repository, old: str, new: str, file: str = "kpi.yaml") -> None:
    text = (repository.root / file).read_text(encoding="utf-8")
    assert old in text
    repository.put(file, text.replace(old, new))


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, object]:
    assert run(["diff", "--format", "json", *arguments]) == code
    content = json.loads(capsys.readouterr().out)
    assert isinstance(content, dict)
    return content


def changes(content: dict[str, object]) -> list[dict[str, object]]:
    found = content["changes"]
    assert isinstance(found, list)
    return found


# Exit codes.


def test_changes_alone_are_no_failure(repository: Repository) -> None:
    edit(repository, "at least 50", "at least 40")
    assert run(["diff"]) == 0


@pytest.mark.parametrize(
    ("named", "code"), [("loosened", 1), ("removed", 0), ("removed,loosened", 1), (" loosened , removed", 1)]
)
def test_a_class_that_was_named_is(repository: Repository, named: str, code: int) -> None:
    edit(repository, "at least 50", "at least 40")
    assert run(["diff", "--fail-on", named]) == code


def test_the_errors_of_an_invalid_plan_are_shown(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repository, "at least 50", "at least fifty")
    repository.commit("Broken")
    assert run(["diff", "HEAD~1..HEAD"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "the plan in " in printed.err
    assert "(HEAD) is not valid" in printed.err
    assert "kpi.yaml:8:" in printed.err
    # The same on the other side, and its line is that of then.
    repository.put("kpi.yaml", "# a line more\n" + PLAN)
    assert run(["diff", "HEAD"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "kpi.yaml:8:" in printed.err
    assert "fifty" in printed.err


def test_errors_in_todays_data_stop_only_the_values(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repository, "sum(orders.amount),", "sum(orders.total),")
    edit(repository, "amount", "total", "data/orders.csv")
    assert len(changes(as_json(capsys))) == 1
    content = as_json(capsys, "--values", code=2)
    assert changes(content)[0]["values"] == {
        "before": None, "after": 55, "status_before": "no data", "status_after": "green",
        "problem_before": 'orders: data/orders.csv has no column "amount"; known here: day, total, state',
        "problem_after": None,
    }  # fmt: skip


def test_the_problem_names_the_version_that_has_it(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repository, "at least 50", "at least 40")
    edit(repository, "amount", "total", "data/orders.csv")
    assert run(["diff", "--values", "--fail-on", "loosened"]) == 2
    printed = capsys.readouterr()
    assert "loosened" in printed.out
    lines = printed.err.splitlines()
    assert [line.split(": orders:")[0].split(" (")[-1] for line in lines] == [
        "merge base with main)",
        "kpi: the working tree",
    ]


# Values.


def test_both_definitions_on_todays_data(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    edit(
        repository,
        "sum(orders.amount), target: at least 50",
        "\"sum(orders.amount[state == 'paid'])\", target: at least 46",
    )
    repository.put("data/orders.csv", ORDERS + "2026-06-20,5,paid\n")  # today's, not that of the commit
    content = as_json(capsys, "--periods", "3")
    loosened, formula = changes(content)
    assert loosened["values"] == formula["values"]
    assert loosened["values"] == {
        "before": 60, "after": 50, "status_before": "green", "status_after": "green",
        "history": [
            {"period": "2026-04", "start": "2026-04-01", "before": 40, "after": 40},
            {"period": "2026-05", "start": "2026-05-01", "before": 90, "after": 60},
            {"period": "2026-06", "start": "2026-06-01", "before": 60, "after": 50},
        ],
    }  # fmt: skip
    assert content["affected"] == []


def test_a_measure_reaches_the_values_of_who_uses_it(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(repository, "n: count(orders)", "n: count(orders[state == 'paid'])")
    content = as_json(capsys, "--values")
    assert [(change["subject"], change["values"]) for change in changes(content)] == [("measures.n", None)]
    assert content["affected"] == [
        {
            "subject": "kpis.basket",
            "because": ["measures.n"],
            "values": {"before": 27.5, "after": 55, "status_before": "red", "status_after": "green"},
        }
    ]


def test_a_new_id_is_followed_to_the_old_one(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repository, "sales:", "turnover:")
    edit(repository, "at least 50", "at least 56")
    renamed = {change["class"]: change for change in changes(as_json(capsys, "--values"))}
    expected = {"before": 55, "after": 55, "status_before": "green", "status_after": "red"}
    assert renamed["tightened"]["values"] == expected
    assert renamed["renamed"]["before"] == "sales"


def test_added_and_removed_have_one_side_only(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repository, "basket: {name: Basket, unit: EUR, formula: sum(orders.amount) / n, target: at least 30}",
         "orders: {name: Orders, unit: orders, formula: count(orders), target: at least 3}")  # fmt: skip
    found = {change["class"]: change["values"] for change in changes(as_json(capsys, "--values"))}
    assert found == {
        "removed": {"before": 27.5, "after": None, "status_before": "red", "status_after": None},
        "added": {"before": None, "after": 2, "status_before": None, "status_after": "red"},
    }


def test_the_day_is_that_of_the_new_plan_by_default(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repository, "as_of: 2026-06-30", "as_of: 2026-05-31")
    edit(repository, "at least 50", "at least 40")

    def values(*more: str) -> object:
        found = changes(as_json(capsys, "--values", *more))
        return next(change for change in found if change["class"] == "loosened")["values"]

    expected = {"before": 90, "after": 90, "status_before": "green", "status_after": "green"}
    assert values() == expected
    assert values("--as-of", "2026-04-30") == {
        "before": 40, "after": 40, "status_before": "red", "status_after": "green"
    }  # fmt: skip


def test_two_commits_are_computed_on_the_data_of_the_work_tree(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(repository, "sum(orders.amount),", "sum(orders.amount) * 2,")
    repository.commit("Twice")
    repository.put("data/orders.csv", "day,amount,state\n2026-06-01,7,paid\n")
    repository.put("kpi.yaml", PLAN.replace("at least 50", "at least 1"))
    content = as_json(capsys, "HEAD~1..HEAD", "--values")
    assert [change["values"] for change in changes(content)] == [
        {"before": 7, "after": 14, "status_before": "red", "status_after": "red"}
    ]


def test_digits_are_added_until_a_difference_is_seen(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(repository, "sum(orders.amount),", "sum(orders.amount) * 1.00001,")
    assert run(["diff", "--values"]) == 0
    assert "  value      €55 → €55.001   ● green   2026-06" in capsys.readouterr().out.splitlines()


def test_nothing_is_computed_where_no_value_can_differ(
    repository: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("kpi.run.compute", refuse)
    edit(repository, "owner: ana", "owner: bo")
    assert [change["values"] for change in changes(as_json(capsys, "--values"))] == [None]


# Notes and files.


def test_a_file_that_is_new_is_said_to_be(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repository.put("other.yaml", PLAN)
    assert run(["diff", "-f", "other.yaml"]) == 0
    printed = capsys.readouterr().out
    assert "The file did not exist in" in printed
    assert "added" in printed


def test_a_file_that_is_gone_is_said_to_be(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    (repository.root / "kpi.yaml").unlink()
    assert run(["diff", "-f", "kpi.yaml", "--fail-on", "removed"]) == 1
    assert "The file does not exist in the working tree" in capsys.readouterr().out


def test_from_a_folder_below(
    repository: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(repository, "at least 50", "at least 40")
    monkeypatch.chdir(repository.root / "data")
    content = as_json(capsys, "--values")
    assert [(change["file"], change["line"]) for change in changes(content)] == [("../kpi.yaml", 8)]
    assert changes(content)[0]["values"] is not None


def test_a_connection_is_never_printed(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repository, "measures:", '  far: {connection: "postgres://me:secret@host", table: t, date: day}\nmeasures:')
    assert run(["diff"]) == 2
    printed = capsys.readouterr()
    assert "secret" not in printed.out + printed.err


@pytest.mark.parametrize("format_", ["text", "json", "markdown"])
def test_without_values_nothing_that_computes_or_styles_is_loaded(repository: Repository, format_: str) -> None:
    edit(repository, "at least 50", "at least 40")
    program = "import sys; from kpi.cli.app import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program, "diff", "--format", format_],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    loaded = set(done.stderr.split())
    assert "kpi.diff.compare" in loaded
    unwanted = {"duckdb", "_duckdb", "rich", "kpi.run", "kpi.status"}
    if format_ == "markdown":  # has the SMART grid of the goals, whose tree is that of kpi goals
        unwanted -= {"kpi.run", "kpi.status"}
    assert sorted(loaded & unwanted) == []


# What cannot be computed.


@pytest.mark.parametrize("format_", ["text", "json", "markdown"])
def test_what_could_not_be_computed_is_never_said_to_be_the_same(
    repository: Repository, capsys: pytest.CaptureFixture[str], format_: str
) -> None:
    edit(repository, "at least 50", "at least 40")
    edit(repository, "at least 30", "at least 20")
    repository.put("kpi.yaml", (repository.root / "kpi.yaml").read_text() + TYPED)
    repository.commit("With typed values")
    edit(repository, "at least 40", "at least 35")
    edit(repository, "at least 20", "at least 15")
    edit(repository, "at least 5, ", "at least 4, ")
    (repository.root / "data/orders.csv").unlink()
    assert run(["diff", "HEAD", "--values", "--format", format_]) == 2
    printed = capsys.readouterr()
    assert "there is no file" in printed.err
    assert "No value or status differs" not in printed.out
    if format_ == "json":
        values = {str(one["subject"]): one["values"] for one in changes(json.loads(printed.out))}
        for subject in ("kpis.sales", "kpis.basket"):
            one = values[subject]
            assert isinstance(one, dict)
            assert (one["before"], one["after"]) == (None, None)
            assert "there is no file" in one["problem_before"]
            assert "there is no file" in one["problem_after"]
        assert values["kpis.typed"] == {"before": 4, "after": 4, "status_before": "red", "status_after": "green"}
        return
    if format_ == "text":
        lines = [line.strip() for line in printed.out.splitlines() if line.startswith("  value")]
        assert lines == ["value      could not be computed   2026-06"] * 2 + [
            "value      4, as before   ✖ red → ● green   2026-06"
        ]
        return
    rows = [line for line in printed.out.splitlines() if line.startswith("|") and "could not" in line]
    assert rows == [
        "| Sales | **could not be computed** | **could not be computed** |  | loosened |",
        "| Basket | **could not be computed** | **could not be computed** |  | loosened |",
    ]


def test_where_one_side_could_not_be_computed_the_other_is_shown(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(repository, "sum(orders.amount),", "sum(orders.total),")
    edit(repository, "amount", "total", "data/orders.csv")
    assert run(["diff", "--values"]) == 2
    assert "  value      could not be computed → €55   ● green   2026-06" in capsys.readouterr().out.splitlines()
    assert run(["diff", "--values", "--format", "markdown"]) == 2
    assert "| Sales | **could not be computed** | <code>€55</code> | ● green | formula |" in capsys.readouterr().out


def test_no_data_is_not_taken_for_a_failure(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repository, "at least 50", "at least 40")
    repository.put("data/orders.csv", "day,amount,state\n2020-01-01,1,paid\n")
    assert run(["diff", "--values", "--format", "markdown"]) == 0
    printed = capsys.readouterr().out
    assert "could not be computed" not in printed
    assert "No value or status differs under the new definitions." in printed


# A main file that moves.

FAIL = ("--fail-on", "loosened,removed")


def classes(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 1) -> list[tuple[object, object]]:
    """The class and the subject of each change."""
    return [(one["class"], one["subject"]) for one in changes(as_json(capsys, *arguments, *FAIL, code=code))]


LOOSENED = [("loosened", "kpis.sales")]


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("name", ["shop.kpi.yaml", "team/kpi.yaml", "plan.txt"])
def test_a_rename_hides_no_loosened_target(
    repository: Repository, capsys: pytest.CaptureFixture[str], committed: bool, name: str
) -> None:
    repository.put("notes/other.yaml", "a: 1\n")
    (repository.root / "team").mkdir()
    repository.git("mv", "kpi.yaml", name)
    edit(repository, "at least 50", "at least 40", name)
    if name.startswith("team/"):
        edit(repository, "data/orders.csv", "../data/orders.csv", name)
    revisions = "HEAD"
    if committed:
        repository.commit("Renamed")
        revisions = "HEAD~1..HEAD"
    assert classes(capsys, revisions, "-f", name) == LOOSENED
    assert run(["diff", revisions, "-f", name]) == 0
    assert "it was kpi.yaml." in capsys.readouterr().out
    # Seen from the old name, all is gone.
    found = classes(capsys, revisions, "-f", "kpi.yaml")
    assert {kind for kind, subject in found if subject != "plan"} == {"removed"}
    assert ("removed", "kpis.sales") in found


def test_a_rename_and_a_rewrite_hide_nothing(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    """So little text is the same that it is no rename to git."""
    (repository.root / "kpi.yaml").unlink()
    padding = "".join(f"# Line {number} of many.\n" for number in range(500))
    repository.put("shop.kpi.yaml", padding + PLAN.replace("at least 50", "at least 40").replace("{", "{ "))
    assert classes(capsys, "HEAD", "-f", "shop.kpi.yaml") == LOOSENED


@pytest.mark.parametrize("left", ["version: 1\n", "version: 1\nkpis: {other: {name: Other}}\n"])
def test_a_file_that_only_its_definitions_have_left_is_followed(
    repository: Repository, capsys: pytest.CaptureFixture[str], left: str
) -> None:
    repository.put("kpi.yaml", left)
    repository.put("shop.kpi.yaml", PLAN.replace("at least 50", "at least 40"))
    assert classes(capsys, "HEAD", "-f", "shop.kpi.yaml") == LOOSENED


def test_an_old_main_file_that_is_included_now_is_followed(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(repository, "at least 50", "at least 40")
    repository.put("shop.kpi.yaml", "version: 1\nas_of: 2026-06-30\ninclude: [kpi.yaml]\n")
    edit(repository, "as_of: 2026-06-30\n", "")
    assert classes(capsys, "HEAD", "-f", "shop.kpi.yaml") == LOOSENED


def test_a_rename_of_an_include_hides_nothing(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repository.put("teams/a.kpi.yaml", "version: 1\nkpis: {a: {name: A, target: at least 9}}\n")
    edit(repository, "sources:", "include: [teams/*.kpi.yaml]\nsources:")
    repository.commit("Include")
    repository.git("mv", "teams/a.kpi.yaml", "teams/b.kpi.yaml")
    edit(repository, "at least 9", "at least 8", "teams/b.kpi.yaml")
    assert classes(capsys, "HEAD") == [("loosened", "kpis.a")]
    # The main file and the include at once.
    repository.git("mv", "kpi.yaml", "shop.kpi.yaml")
    assert classes(capsys, "HEAD", "-f", "shop.kpi.yaml") == [("loosened", "kpis.a")]
    # One that is not included any more is gone.
    repository.git("mv", "teams/b.kpi.yaml", "b.kpi.yaml")
    edit(repository, "include: [teams/*.kpi.yaml]\n", "", "shop.kpi.yaml")
    assert classes(capsys, "HEAD", "-f", "shop.kpi.yaml") == [("removed", "kpis.a")]


def test_a_plan_with_all_new_ids_replaces_the_removed_one(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository.root / "kpi.yaml").unlink()
    repository.put("shop.kpi.yaml", "version: 1\nkpis: {new: {name: New}}\n")
    found = classes(capsys, "HEAD", "-f", "shop.kpi.yaml")
    assert ("removed", "kpis.sales") in found
    assert ("added", "kpis.new") in found


def test_a_plan_beside_another_that_stays_is_new(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repository.put("shop.kpi.yaml", PLAN)
    found = classes(capsys, "HEAD", "-f", "shop.kpi.yaml", code=0)
    assert {kind for kind, subject in found if subject != "plan"} == {"added"}


def test_a_plan_that_was_deleted_is_removed(
    repository: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository.root / "kpi.yaml").unlink()
    for folder in (".", "data"):
        monkeypatch.chdir(repository.root / folder)
        found = classes(capsys, "HEAD")
        assert ("removed", "kpis.sales") in found
        assert {kind for kind, subject in found if subject != "plan"} == {"removed"}
    repository.commit("Gone")
    assert ("removed", "kpis.sales") in classes(capsys, "HEAD~1..HEAD")
    # Where there never was one, that is said.
    assert run(["diff", "HEAD"]) == 2
    assert "there is no kpi.yaml here or in a folder above" in capsys.readouterr().err
