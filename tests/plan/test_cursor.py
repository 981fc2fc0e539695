"""From a character of a file to its key or value, as editors need it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.plan.loading import read_plan
from kpi.plan.yaml.cursor import completion_context, context_at

CURSOR = "|"
PLAN = """\
version: 1
include: [teams/*.kpi.yaml]
measures:
  folded: >
    sum(orders.amount
    [status == "paid"])
  quoted: "count(orders[name == \\"π\\"])"
  single: 'count(orders[name == ''x''])'
kpis:
  nps: {name: Promoters, guardrails: [refunds, "churn"]}
  𝒳: plain
"""


def spot(before: str) -> object:
    """The path, the text and the character in it at the first place where ``before`` has just been read."""
    read = read_plan(Path("kpi.yaml"), text=PLAN, cwd=Path())
    document = read.places.document("kpi.yaml")
    assert document is not None
    found = context_at(document, PLAN.index(before) + len(before))
    return None if found is None else (found.path, found.key, found.text[: found.at])


@pytest.mark.parametrize(
    ("before", "path", "key", "text"),
    [
        ("vers", ("version",), True, "vers"),
        ("version: ", ("version",), False, ""),
        ("[teams/", ("include", 0), False, "teams/"),
        ("folded: >\n    sum(or", ("measures", "folded"), False, "sum(or"),
        ("[status ", ("measures", "folded"), False, "sum(orders.amount [status "),
        ('\\"π', ("measures", "quoted"), False, 'count(orders[name == "π'),
        ("''x", ("measures", "single"), False, "count(orders[name == 'x"),
        ("  np", ("kpis", "nps"), True, "np"),
        ("nps: {na", ("kpis", "nps", "name"), True, "na"),
        ("refu", ("kpis", "nps", "guardrails", 0), False, "refu"),
        ('"ch', ("kpis", "nps", "guardrails", 1), False, "ch"),
        ("𝒳: pl", ("kpis", "𝒳"), False, "pl"),
    ],
)
def test_a_character_leads_to_its_key_or_value(before: str, path: object, key: bool, text: str) -> None:
    assert spot(before) == (path, key, text)


@pytest.mark.parametrize("before", ["kpis:\n ", "version: 1\n"[:-1] + "\ninclude: [teams/*.kpi.yaml]\nmeasures:\n "])
def test_between_them_there_is_nothing(before: str) -> None:
    assert spot(before) is None


def test_a_file_that_is_not_of_the_plan_has_nothing() -> None:
    assert read_plan(Path("kpi.yaml"), text=PLAN).places.document("other.yaml") is None


def test_the_location_of_a_value_and_of_part_of_it() -> None:
    read = read_plan(Path("kpi.yaml"), text=PLAN, cwd=Path())
    document = read.places.document("kpi.yaml")
    assert document is not None
    found = context_at(document, PLAN.index("[status") + 3)
    assert found is not None
    start = found.text.index("status")
    place = found.location(start, start + len("status"))
    assert (place.line, place.column, place.end_column) == (6, 6, 12)
    assert (found.location().line, found.location().end_line) == (4, 6)


def test_an_included_file_that_is_not_saved_is_read_as_it_is_in_the_editor(tmp_path: Path) -> None:
    main, part = tmp_path / "kpi.yaml", tmp_path / "part.kpi.yaml"
    main.write_text("version: 1\ninclude: [part.kpi.yaml]\n", encoding="utf-8")
    part.write_text("measures: {saved: count(a)}\n", encoding="utf-8")
    read = read_plan(main, cwd=tmp_path, unsaved={part.resolve(): "measures: {typed: count(a)}\n"})
    assert list(read.plan.measures) == ["typed"]
    assert read.texts["part.kpi.yaml"] == "measures: {typed: count(a)}\n"


HEAD = "version: 1\nkpis:\n  nps:\n    name: Promoters\n"
TAIL = "\n  other:\n    name: Others\n"


@pytest.mark.parametrize(
    ("typed", "path", "key", "text"),
    [
        ("    |", ("kpis", "nps", ""), True, "|"),
        ("    go|", ("kpis", "nps", "go"), True, "go|"),
        ("    go|al: x", ("kpis", "nps", "goal"), True, "go|al"),
        ("    goal: |", ("kpis", "nps", "goal"), False, "|"),
        ("    guardrails: [|", ("kpis", "nps", "guardrails", 0), False, "|"),
        ("    guardrails: [a, r|]", ("kpis", "nps", "guardrails", 1), False, "r|"),
        ("    guardrails:\n      - a\n      - |", ("kpis", "nps", "guardrails", 1), False, "|"),
        ("    thresholds: {gr|", ("kpis", "nps", "thresholds", "gr"), True, "gr|"),
        ("    thresholds: {green: 1, |}", ("kpis", "nps", "thresholds", ""), True, "|"),
        ("    thresholds:\n      |", ("kpis", "nps", "thresholds", ""), True, "|"),
        ("    formula: sum(orders.|)", ("kpis", "nps", "formula"), False, "sum(orders.|)"),
        ('    formula: "sum(orders.|', ("kpis", "nps", "formula"), False, "sum(orders.|"),
        ("    formula: >\n      reven|", ("kpis", "nps", "formula"), False, "reven|"),
        ("    formula: count(a) +\n      reven|", ("kpis", "nps", "formula"), False, "count(a) + reven|"),
        ("|", ("",), True, "|"),
    ],
)
@pytest.mark.parametrize("tail", [TAIL, TAIL + "    broken: [", ""])
def test_what_is_being_typed_belongs_where_it_would_stand(
    typed: str, path: object, key: bool, text: str, tail: str
) -> None:
    whole = HEAD + typed + tail
    found = completion_context(whole.replace(CURSOR, ""), whole.index(CURSOR))
    assert found is not None
    assert (found.path, found.key, found.text[: found.at] + CURSOR + found.text[found.at :].rstrip()) == (
        path,
        key,
        text,
    )


def test_the_other_keys_of_the_mapping() -> None:
    text = HEAD + "    guardrails: [a, , b]"
    found = completion_context(text, text.index(" , b") + 1)
    assert found is not None
    assert found.beside == ("a", "b")


@pytest.mark.parametrize("line", ["# com|ment", "    # com|ment"])
def test_in_a_comment_nothing_is_typed(line: str) -> None:
    whole = HEAD + line + TAIL
    assert completion_context(whole.replace(CURSOR, ""), whole.index(CURSOR)) is None
