"""``kpi set``, ``rename`` and ``undo``: what they write, what they refuse, and the way back."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi.cli.app import run
from kpi.editing import journal
from kpi.editing.session import open_session
from kpi.errors import UsageError
from kpi.plan.model import find_kpi
from kpi.plan.yaml.plain_data import PlainData
from kpi.plan.yaml.round_trip import add_entry, remove_entry, set_entry

PLAN = """\
version: 1
goals:
  more: {name: More people come back each year}
kpis:
  nps:   # asked by mail
    name: Net promoter score
    goal: more
    unit: points
    values: {2026-05: 40, 2026-06: 41}
    guardrails:
      - cost
  cost: {name: Cost, unit: EUR, values: {2026-06: 3}}
"""


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KPI_STATE_DIR", str(tmp_path / "state"))
    path = tmp_path / "kpi.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def edits(folder: Path) -> Path:
    (found,) = (folder / "state").glob("*/edits.json")
    return found


# Text


def test_a_list_in_lines_is_replaced_on_its_line() -> None:
    text = "kpis:\n  a:\n    tags:\n      - x\n      - y   # kept\n    name: A\n"
    plain = text.replace("   # kept", "")
    assert set_entry(plain, ("kpis", "a"), "tags", ["z"]) == "kpis:\n  a:\n    tags: [z]\n    name: A\n"


def test_a_comment_in_a_list_is_not_removed_with_it() -> None:
    from kpi.errors import InputError

    text = "kpis:\n  a:\n    tags:\n      - x   # why\n      - y\n"
    with pytest.raises(InputError, match="has comments in it"):
        set_entry(text, ("kpis", "a"), "tags", ["z"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: {x: 1, y: 2, z: 3}\n", "a: {x: 1, z: 3}\n"),
        ("a: {y: 2, z: 3}\n", "a: {z: 3}\n"),
        ("a: {x: 1, y: 2}   # c\n", "a: {x: 1}   # c\n"),
        ("a:\n  x: 1\n  y: 2   # two\n  # next\n  z: 3\n", "a:\n  x: 1\n  # next\n  z: 3\n"),
        ("a:\r\n  x: 1\r\n  y:\r\n    - 2\r\n", "a:\r\n  x: 1\r\n"),
        ("a:\n  x: 1\n  y:\n", "a:\n  x: 1\n"),
    ],
)
def test_an_entry_is_removed_with_its_line(text: str, expected: str) -> None:
    assert remove_entry(text, ("a",), "y") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version: 1\n", "version: 1\n\nkpis:\n  n:\n    # c\n    x: y\n"),
        ("version: 1", "version: 1\n\nkpis:\n  n:\n    # c\n    x: y"),
        ("kpis:\nversion: 1\n", "kpis:\n  n:\n    # c\n    x: y\nversion: 1\n"),
        ("kpis: {}\n", "kpis: {n: {x: y}}\n"),
        ("kpis: {a: {x: 1}}   # c\n", "kpis: {a: {x: 1}, n: {x: y}}   # c\n"),
        ("kpis:\n    a: {x: 1}   # c\n", "kpis:\n    a: {x: 1}   # c\n\n    n:\n      # c\n      x: y\n"),
        (
            "kpis:\n  a: {x: 1}\n  b: {x: 1}\nversion: 1\n",
            "kpis:\n  a: {x: 1}\n  b: {x: 1}\n  n:\n    # c\n    x: y\nversion: 1\n",
        ),
        ("\ufeffkpis:\r\n  a: {x: 1}\r\n", "\ufeffkpis:\r\n  a: {x: 1}\r\n\r\n  n:\r\n    # c\r\n    x: y\r\n"),
    ],
)
def test_an_entry_is_added_at_the_end_of_its_section(text: str, expected: str) -> None:
    assert add_entry(text, "kpis", "n", {"x": "y"}, ["c"]) == expected


TEXTS = st.text(min_size=1, max_size=20)
LONG = st.lists(st.text("ab%:#'\"[]{}&*!?-", min_size=1, max_size=12), min_size=8, max_size=20).map(" ".join)
FIELDS = st.fixed_dictionaries({"x": TEXTS, "y": LONG}, optional={"z": st.lists(TEXTS, min_size=1, max_size=3)})


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FIELDS)
def test_any_value_is_read_back_as_it_was(fields: dict[str, str | list[str]]) -> None:
    """``add_entry`` compares what it wrote with what it was given, so this fails for a text that it cannot write."""
    from kpi.plan.yaml.documents import load

    text = add_entry("version: 1\n", "kpis", "n", fields)
    document = load("kpi.yaml", text, lambda *_: None)
    assert document.root is not None
    read = PlainData(document, lambda *_: None).read(document.root, (), None)
    assert read["kpis"]["n"] == fields


# Fields


def test_a_field_is_set_and_taken_back(plan: Path) -> None:
    assert run(["set", "net promoter SCORE", "target", "at least 50 by 2026-12-31"]) == 0
    expected = PLAN.replace("      - cost\n", "      - cost\n    target: at least 50 by 2026-12-31\n")
    assert plan.read_text(encoding="utf-8") == expected
    assert run(["undo"]) == 0
    assert plan.read_text(encoding="utf-8") == PLAN


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("target", "at leats 50"), ("target", "50%"), ("unit", "%%%"), ("every", "fortnight"), ("goal", "less"),
        ("guardrails", "cots"), ("notes.2026-99", "x"), ("thresholds.yellow", "at least 3"), ("formula", "count(x)"),
    ],
)  # fmt: skip
def test_a_value_that_is_an_error_is_not_written(
    plan: Path, field: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["set", "nps", field, value]) == 2
    assert capsys.readouterr().err.startswith("kpi: nothing was written: ")
    assert plan.read_text(encoding="utf-8") == PLAN
    assert not (plan.parent / "state").exists()


def test_an_error_that_is_there_does_not_keep_others_from_being_corrected(plan: Path) -> None:
    plan.write_text(PLAN.replace("unit: EUR", "unit: '%%'").replace("goal: more", "goal: moore"), encoding="utf-8")
    assert run(["set", "cost", "unit", "EUR"]) == 0
    assert "unit: EUR" in plan.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["set", "cost", "target", "at least 1.500 by 2026-12-31"],
         'write "at least 1500 by 2026-12-31" or "at least 1.5 by 2026-12-31"'),
        (["set", "cost", "target.2026-Q4", "at most €50.000"], 'write "at most €50000" or "at most €50.0"'),
        (["set", "cost", "thresholds.green", "at most 1.234"], 'write "at most 1234" or "at most 1.2340"'),
        (["set", "cost", "target", "between 1.250 and 2.500"],
         'write "between 1250 and 2500" or "between 1.25 and 2.5"'),
        (["set", "cost", "baseline", "1.250"], "write 1250 or 1.25"),
        (["set", "cost", "values.2026-05", "-1.250"], 'write "-1250" or "-1.25"'),
        (["record", "cost", "1.250", "--period", "2026-05"], "write 1250 or 1.25"),
    ],
)  # fmt: skip
def test_a_number_with_a_point_before_three_digits_is_refused(
    plan: Path, arguments: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert "is ambiguous" in error
    assert hint in error
    assert plan.read_text(encoding="utf-8") == PLAN


@pytest.mark.parametrize("written", ["1250", "1.25", "1,250", "0.125", "1.250M", "1.2340", "98500 EUR", "EUR 9"])
def test_a_number_with_one_reading_is_recorded_as_it_is_typed(plan: Path, written: str) -> None:
    assert run(["record", "cost", written, "--period", "2026-05"]) == 0
    assert f"2026-05: {written}" in plan.read_text(encoding="utf-8").replace('"', "").replace("'", "")


def test_a_text_may_have_a_point_before_three_digits(plan: Path) -> None:
    assert run(["set", "cost", "question", "Does version 1.250 cost more?"]) == 0


def test_a_schedule_can_be_set_by_period(plan: Path) -> None:
    assert run(["set", "nps", "target.2026-Q4", "at least 45"]) == 0
    assert "    target: {2026-Q4: at least 45}\n" in plan.read_text(encoding="utf-8")


# Names


def test_names_are_found_by_how_they_begin(plan: Path) -> None:
    kpis = open_session(plan).checked.plan.kpis
    means = {"nps": "nps", "NPS": "nps", "net  promoter score": "nps", "net": "nps", "co": "cost", "COST": "cost"}
    assert {text: find_kpi(kpis, text, by_beginning=True) for text in means} == means
    for text in ("", "net"):  # an edit needs the whole name
        with pytest.raises(UsageError, match=f'there is no KPI "{text}"'):
            find_kpi(kpis, text)
    with pytest.raises(UsageError, match='there is no KPI ""'):
        find_kpi(kpis, "", by_beginning=True)


def test_an_exact_name_wins_over_a_beginning(plan: Path) -> None:
    more = "  cost_of_sales: {name: Cost of sales}\n  sales: {name: COST of Sales}\n"
    plan.write_text(PLAN + more, encoding="utf-8")
    kpis = open_session(plan).checked.plan.kpis
    assert find_kpi(kpis, "Cost") == "cost"
    with pytest.raises(UsageError, match='"cost of sales" may be cost_of_sales, sales'):
        find_kpi(kpis, "cost of sales")
    with pytest.raises(UsageError, match='"co" may be cost, cost_of_sales'):
        find_kpi(kpis, "co", by_beginning=True)


# Renaming


def test_every_reference_follows(plan: Path) -> None:
    text = """\
version: 1
sources:
  orders: {path: orders.csv, date: day}
measures:
  old_name: sum(orders.old_name[old_name > 3])
goals:
  top: {name: The shop lives from what it sells}
  g: {name: More people come back each year, parent: top, why: "because old_name, of course"}
kpis:
  a: {name: A, goal: g, unit: EUR, formula: 'old_name / previous(old_name, 2)', notes: {2026-03: old_name fell}}
  b: {name: B, unit: EUR, formula: at_end(old_name), target: between old_name and 5000}
  c: {name: C, unit: EUR, formula: "year_ago(old_name)
      + old_name", target: {2026-Q1: at least 90% of old_name, 2026-Q2: at least old_name}}
"""
    plan.write_text(text, encoding="utf-8")
    Path("orders.csv").write_text("day,old_name\n2026-01-01,5\n", encoding="utf-8")
    assert run(["rename", "old_name", "new"]) == 0
    kept = "sum(orders.old_name[old_name > 3])"  # the column is another name
    assert plan.read_text(encoding="utf-8") == text.replace("old_name", "new").replace(
        kept.replace("old_name", "new"), kept
    )
    assert run(["rename", "goals.top", "summit"]) == 0
    assert "parent: summit" in plan.read_text(encoding="utf-8")
    assert run(["rename", "orders", "shop_orders"]) == 0
    assert "sum(shop_orders.old_name[old_name > 3])" in plan.read_text(encoding="utf-8")
    assert [run(["undo"]) for _ in range(3)] == [0, 0, 0]
    assert plan.read_text(encoding="utf-8") == text


def test_leads_with_a_lag_and_notes_with_a_break_follow(plan: Path) -> None:
    text = """\
version: 1
kpis:
  old_name: {name: A, values: {2026-06: 1}}
  b: {name: B, leads: {old_name: 3 months}, notes: {2026-03: {break: counted as in old_name}}}
  c: {name: C, leads: [b, old_name], guardrails: ["old_name"]}
"""
    plan.write_text(text, encoding="utf-8")
    assert run(["rename", "old_name", "new"]) == 0
    assert plan.read_text(encoding="utf-8") == text.replace("old_name", "new")
    assert run(["set", "b", "leads", "c, new"]) == 0
    assert "leads: [c, new]," in plan.read_text(encoding="utf-8")


def test_a_source_follows_wherever_a_formula_names_it(plan: Path) -> None:
    text = """\
version: 1
sources:
  old_rows: {path: o.csv, date: day}
measures:
  m: sum(old_rows.a * old_rows.b[old_rows.a > 2])
kpis:
  a: {name: A, unit: EUR, formula: "over(sum(old_rows.a * old_rows.b), '12 months') / growth(m)"}
  b: {name: B, unit: people, formula: "count(per(old_rows.c, count(old_rows[a > 1]))[value >= 2])"}
"""
    text = text.replace("[old_rows.a > 2]", "")
    plan.write_text(text, encoding="utf-8")
    Path("o.csv").write_text("day,a,b,c\n2026-01-01,5,3,x\n", encoding="utf-8")
    assert run(["rename", "old_rows", "rows"]) == 0
    assert plan.read_text(encoding="utf-8") == text.replace("old_rows", "rows")


def test_prose_that_uses_the_id_as_a_word_is_left(plan: Path) -> None:
    plan.write_text(PLAN.replace("name: Cost,", "name: Cost, when_red: Find out what cost so much.,"), encoding="utf-8")
    assert run(["rename", "cost", "spending"]) == 0
    text = plan.read_text(encoding="utf-8")
    assert "what cost so much" in text
    assert "      - spending\n  spending: {name: Cost" in text


def test_a_source_that_a_query_reads_is_not_renamed(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = "sources:\n  orders: {path: o.csv}\n  q: {query: select * from orders}\n"
    plan.write_text(PLAN + more, encoding="utf-8")
    Path("o.csv").write_text("a\n1\n", encoding="utf-8")
    assert run(["rename", "orders", "shop"]) == 2
    assert "the query of q reads orders, and queries are not edited" in capsys.readouterr().err
    assert plan.read_text(encoding="utf-8") == PLAN + more


# The journal


@pytest.mark.skipif(os.name == "nt", reason="files have no mode")
def test_the_journal_is_for_its_owner_alone(plan: Path) -> None:
    assert run(["set", "nps", "unit", "people"]) == 0
    assert run(["set", "nps", "unit", "points"]) == 0
    path = edits(plan.parent)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(json.loads(path.read_text(encoding="utf-8"))["edits"]) == 2


def test_it_is_never_in_the_project(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KPI_STATE_DIR")
    monkeypatch.setenv("HOME", str(plan.parent))
    monkeypatch.setenv("XDG_STATE_HOME", str(plan.parent / "state"))
    monkeypatch.setenv("LOCALAPPDATA", str(plan.parent / "state"))
    assert run(["set", "nps", "unit", "people"]) == 0
    assert sorted(path.name for path in plan.parent.iterdir()) == ["kpi.yaml"]
    assert run(["undo"]) == 2


def test_a_file_that_has_changed_is_not_taken_back(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["set", "nps", "unit", "people"]) == 0
    changed = plan.read_text(encoding="utf-8") + "# mine\n"
    plan.write_text(changed, encoding="utf-8")
    capsys.readouterr()
    assert run(["undo"]) == 2
    told = capsys.readouterr().err
    assert "kpi: kpi.yaml has changed since kpi set nps unit people" in told
    assert "kpi undo --skip" in told
    assert plan.read_text(encoding="utf-8") == changed


def test_an_edit_that_is_forgotten_lets_the_one_before_be_taken_back(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["set", "nps", "unit", "people"]) == 0
    first = plan.read_text(encoding="utf-8")
    assert run(["set", "nps", "tags", "a"]) == 0
    changed = f"{first}# mine\n"
    plan.write_text(changed, encoding="utf-8")
    assert run(["undo"]) == 2
    capsys.readouterr()
    assert run(["undo", "--skip"]) == 0
    assert capsys.readouterr().err == "forgot: kpi set nps tags a\n"
    assert plan.read_text(encoding="utf-8") == changed
    plan.write_text(first, encoding="utf-8")
    assert run(["undo"]) == 0
    assert plan.read_text(encoding="utf-8") == PLAN


def test_what_was_taken_back_by_hand_is_not_in_the_way(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["set", "nps", "unit", "people"]) == 0
    first = plan.read_text(encoding="utf-8")
    assert run(["set", "nps", "tags", "a"]) == 0
    plan.write_text(first, encoding="utf-8")  # as git checkout does
    capsys.readouterr()
    assert run(["undo"]) == 0
    assert capsys.readouterr().err == "already taken back: kpi set nps tags a\ntook back: kpi set nps unit people\n"
    assert plan.read_text(encoding="utf-8") == PLAN
    assert run(["undo"]) == 2


def test_a_file_that_is_gone_is_named(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["set", "nps", "unit", "people"]) == 0
    other = plan.with_name("other.yaml")
    other.write_text(PLAN, encoding="utf-8")
    plan.unlink()
    capsys.readouterr()
    assert run(["undo", "-f", str(other)]) == 2
    assert "kpi.yaml is no longer there since kpi set" in capsys.readouterr().err


def test_it_keeps_the_last_twenty(plan: Path) -> None:
    for number in range(journal.MOST_EDITS + 2):
        assert run(["set", "nps", "tags", f"t{number}"]) == 0
    assert [run(["undo"]) for _ in range(journal.MOST_EDITS + 1)] == [0] * journal.MOST_EDITS + [2]
    assert "tags: [t1]" in plan.read_text(encoding="utf-8")


def test_a_damaged_journal_is_an_empty_one(plan: Path) -> None:
    assert run(["set", "nps", "unit", "people"]) == 0
    edits(plan.parent).write_text("{", encoding="utf-8")
    assert run(["undo"]) == 2
    assert run(["set", "nps", "unit", "points"]) == 0
    assert run(["undo"]) == 0
    assert "unit: people" in plan.read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="another way to make a file read-only")
def test_of_two_files_either_both_or_none_are_written(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = "version: 1\ninclude: [b.yaml]\nkpis:\n  one: {name: One, values: {2026-06: 1}}\n"
    plan.write_text(before, encoding="utf-8")
    other = plan.with_name("b.yaml")
    other.write_text("kpis:\n  two: {name: Two, formula: one + 1}\n", encoding="utf-8")
    other.chmod(0o444)
    assert run(["rename", "one", "uno"]) == 2
    assert "read-only" in capsys.readouterr().err
    assert plan.read_text(encoding="utf-8") == before
    assert run(["undo"]) == 2


def test_files_outside_the_project_are_read_where_that_is_allowed(
    plan: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "o.csv").write_text("day,a\n2026-01-01,1\n", encoding="utf-8")
    more = (
        f"  rows: {{name: Rows, unit: rows, formula: count(o)}}\nsources: {{o: {{path: {other}/o.csv, date: day}}}}\n"
    )
    plan.write_text(PLAN + more, encoding="utf-8")
    assert run(["rename", "rows", "lines"]) == 2
    assert run(["rename", "rows", "lines", "--allow-outside", str(other)]) == 0
    assert "  lines: {name: Rows" in plan.read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [["set", "nps", "unit", "people"], ["rename", "nps", "net"], ["add", "win_rate"]])
def test_a_file_that_is_not_yaml_is_not_edited(
    plan: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    broken = PLAN + "  x: {name: @}\n"
    plan.write_text(broken, encoding="utf-8")
    assert run(arguments) == 2
    error = capsys.readouterr().err
    assert "not valid YAML" in error or "E00" in error
    assert plan.read_text(encoding="utf-8") == broken
