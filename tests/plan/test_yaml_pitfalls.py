"""Pitfalls of YAML are explained at their location, with the text to write instead (R1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.plan.loading import read_plan
from kpi.plan.yaml import nodes

HEAD = "version: 1\n"
KPI = HEAD + "kpis:\n  nps:\n    name: Net promoter score\n"
SOURCE = HEAD + "sources:\n  orders:\n    path: orders.csv\n"

# What is pointed at stands between « and »; then the hint.
TRAPS = {
    "a sign without a blank": (KPI + "    target: «>5»\n", 'write target: ">5"'),
    "a sign and a blank": (KPI + "    target: «> 5»  # or so\n", 'write target: "> 5"'),
    "two signs": (KPI + "    target: «>= 30%»\n", 'write target: ">= 30%"'),
    "a sign in braces": (KPI + "    thresholds: {green: «>= 5»}\n", 'write green: ">= 5"'),
    "a comma in a number": (
        KPI + "    thresholds: {green: at least 1,«000»}\n",
        'write green: "at least 1,000", or the number without the comma',
    ),
    "a comma in a note": (KPI + "    notes: {2026-03: Card, «late»}\n", 'write 2026-03: "Card, late"'),
    "no blank after a colon in braces": (KPI + "    every: quarter\n    values: {«2026-Q1:41»}\n", "write 2026-Q1: 41"),
    "no blank after the second": (KPI + "    values: {2026-01: 4, «2026-02:5»}\n", "write 2026-02: 5"),
    "an alias": (HEAD + "include: «*.yaml»\n", 'write include: "*.yaml"'),
    "an alias in a list": (HEAD + "include: [teams/a.yaml, «*.yaml»]\n", 'write "*.yaml"'),
    "an alias in braces": (HEAD + "sources:\n  a: {path: «*.csv», date: day}\n", 'write path: "*.csv"'),
    "an alias to nothing": (KPI + "    owner: «*ana»\n", 'write owner: "*ana"'),
    "a word in brackets in braces": (KPI + "    notes: {2026-03: «[new] card»}\n", 'write 2026-03: "[new] card"'),
    "a variable in braces": (
        HEAD + "sources:\n  a: {connection: «${DB}», table: t}\n", 'write connection: "${DB}"',
    ),
    "a comma as a value in braces": (SOURCE + "    read: {«decimal»: ,}\n", 'write decimal: ","'),
    "two commas in braces": (SOURCE + "    read: {decimal: ,«,» header: true}\n", 'write decimal: ","'),
    "a comma as a value": (SOURCE + "    read:\n      decimal: «,»\n", 'write decimal: ","'),
    "a bar in braces": (SOURCE + "    read: {delimiter: «|»}\n", 'write delimiter: "|"'),
    "a bar": (SOURCE + "    read:\n      delimiter: «|»\n      sheet: x\n", 'write delimiter: "|"'),
    "a quotation mark": (SOURCE + '    read:\n      quote: «"»\n', "write quote: '\"'"),
    "a percent sign": (KPI + "    unit: «%»\n", 'write unit: "%"'),
    "an at sign": (KPI + "    owner: «@acme.example»\n", 'write owner: "@acme.example"'),
    "a backtick": (KPI + "    when_red: «`make it`»\n", 'write when_red: "`make it`"'),
    "a dash": (KPI + "    when_red: «- do it»\n", 'write when_red: "- do it"'),
    "a tag": (KPI + "    target: «!important»\n", 'write target: "!important"'),
    "a tag of Python": (
        KPI + "    target: «!!python/object/apply:os.system» [ls]\n",
        "take it out; a text that starts with ! needs quotes",
    ),
    "a tag at the top": ("«!!python/dict» {version: 1}\n", "take it out; a text that starts with ! needs quotes"),
    "no blank after a colon, alone": (HEAD + "kpis:\n  nps:\n    «name:Foo»\n", "write name: Foo"),
    "no blank after a colon, first": (HEAD + "kpis:\n  nps:\n    «name:Foo»\n    goal: x\n", "write name: Foo"),
    "no blank after a colon, last": (KPI + "    goal: x\n    «owner:ana»\n", "write owner: ana"),
    "no blank after any colon": (HEAD + "kpis:\n  nps:\n    «name:Foo»\n    unit:points\n", "write name: Foo"),
    "no blank after a dash": (KPI + "    tags:\n      «-a»\n      -b\n", "write - a"),
    "a hash as a value": (KPI + "    target: «#1 in the market»\n", 'write target: "#1 in the market"'),
    "a hash in a quotation": (
        KPI + '    formula: sum(a.b[c == "x «#1"])»\n',
        "put the whole text in quotes, 'sum(a.b[c == \"x #1\"])', or on its own lines after >-",
    ),
    "a colon in a formula": (
        KPI + '    formula: «sum(a.b[c == "x: y"])»\n', "write formula: 'sum(a.b[c == \"x: y\"])'",
    ),
    "a colon in a text": (KPI + "    when_red: «Call: now»\n    goal: x\n", 'write when_red: "Call: now"'),
    "a formula that starts with a bracket": (
        KPI + "    formula: «[a == 1]»\n", 'write formula: "[a == 1]"',
    ),
    "a formula that starts with a bracket and goes on": (
        KPI + "    formula: «[a == 1] + 1»\n    goal: x\n", 'write formula: "[a == 1] + 1"',
    ),
    "a formula that starts with a quotation": (
        KPI + "    formula: «\"paid\" == status»\n", "write formula: '\"paid\" == status'",
    ),
    "braces twice": (KPI + "    goal: «{{ goal }}»\n", 'write goal: "{{ goal }}"'),
    "braces around a word": (KPI + "    goal: «{goal}»\n", 'write goal: "{goal}"'),
    "a key in brackets": (KPI + "    «[a, b]»: x\n", 'write "[a, b]" in quotes'),
}  # fmt: skip

SOUND = {
    "no, on, off": KPI + "    when_red: no\n    owner: on\n    tags: [off, y, ~x]\n",
    "a number as a text": KPI + "    owner: 0123\n    goal: 4:30\n    tags: [1e3, 0x1F, .inf, 1_000]\n",
    "a comment after a text": KPI + "    when_red: Issue #5\n    owner: ana # or bob\n",
    "a comment instead of a value": KPI + "    owner:  # nobody yet\n    goal: # TODO\n",
    "an empty value": KPI + "    owner:\n    goal: ~\n    unit: null\n",
    "a question in braces": KPI + '    notes: {2026-03: "why? because"}\n',
    "braces over lines": KPI + "    notes: {\n      2026-03: a,\n      2026-04: b,\n    }\n",
    "a folded formula": KPI + "    formula: >-\n      count(a)\n      / count(b)  # no comment\n",
    "an anchor and its alias": KPI + "    owner: &ana ana@acme.example\n    goal: x\n  two: {name: b, owner: *ana}\n",
    "merged fields": KPI + "    <<: {owner: ana, name: other}\n",
    "a text with a tab": KPI + '    when_red: "a\tb"\n    goal: x\n',
    "a colon without a blank": KPI + "    when_red: see http://acme.example:80/a\n",
    "a hash without a blank": KPI + "    when_red: C#5\n",
    "a bracket later": KPI + '    formula: sum(a.b[c == "d"])\n    when_red: ask [a] and {b}, too\n',
    "a version with quotes": KPI.replace("1", "'1'"),
    "an explicit key": KPI + "    ? owner\n    : ana\n",
    "a byte order mark and carriage returns": "\ufeff" + KPI.replace("\n", "\r\n"),
    "a directive": "%YAML 1.2\n---\n" + KPI + "...\n",
}


@pytest.fixture(params=["libyaml", "pure"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pure":
        monkeypatch.setattr(nodes, "CParser", None)
    elif nodes.CParser is None:
        pytest.skip("PyYAML was built without libyaml")


@pytest.mark.parametrize("name", TRAPS)
def test_R1_trap(name: str) -> None:
    marked, hint = TRAPS[name]
    before, within, after = marked.replace("»", "«").split("«")
    read = read_plan(Path("kpi.yaml"), text=before + within + after)
    assert [(one.code, one.hint) for one in read.diagnostics] == [("E002", hint)]
    where = read.diagnostics[0].location
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    assert (where.line, where.column, where.end_line, where.end_column) == (line, column, line, column + len(within))


# A text that no edit is offered for: a tag of Python is to be taken out, and a key in brackets may mean anything.
WITHOUT_EDIT = {"a tag of Python", "a tag at the top", "a key in brackets"}


@pytest.mark.parametrize("name", TRAPS)
def test_G3_what_a_hint_says_to_write_is_an_edit(name: str) -> None:
    text = TRAPS[name][0].replace("«", "").replace("»", "")
    (found,) = read_plan(Path("kpi.yaml"), text=text).diagnostics
    assert bool(found.edits) == (name not in WITHOUT_EDIT)
    assert found.fixable == (name in {"a percent sign", "an at sign", "a backtick"})


@pytest.mark.parametrize("name", SOUND)
def test_R1_no_false_alarm(name: str) -> None:
    read = read_plan(Path("kpi.yaml"), text=SOUND[name])
    assert read.diagnostics == ()
    assert read.plan.kpis["nps"].name == "Net promoter score"
    assert read.whole


def test_R1_every_scalar_stays_text() -> None:
    text = KPI + "    tags: [no, on, 4:30, 0123, 2026-01-01, 1e3, .nan]\n    when_red: yes\n"
    kpi = read_plan(Path("kpi.yaml"), text=text).plan.kpis["nps"]
    assert kpi.tags == ("no", "on", "4:30", "0123", "2026-01-01", "1e3", ".nan")
    assert kpi.when_red == "yes"


def test_a_merge_copies_fields_that_are_not_written_here() -> None:
    text = KPI + "    owner: ana\n  two:\n    <<: {owner: bob, goal: growth}\n    name: Two\n    owner: eve\n"
    text += "  three: &base {name: Three, goal: a}\n  four: {<<: [*base, {goal: b, owner: zoe}], name: Four}\n"
    kpis = read_plan(Path("kpi.yaml"), text=text).plan.kpis
    assert (kpis["two"].owner, kpis["two"].goal) == ("eve", "growth")
    assert (kpis["four"].name, kpis["four"].goal, kpis["four"].owner) == ("Four", "a", "zoe")


def test_a_mistake_in_a_merged_mapping_is_reported_once() -> None:
    text = HEAD + "kpis:\n  a: &base {name: A, ownr: x}\n  b: {<<: *base}\n  c: {<<: *base}\n"
    assert [one.code for one in read_plan(Path("kpi.yaml"), text=text).diagnostics] == ["E010"]


def test_what_follows_from_a_mistake_is_not_reported() -> None:
    text = HEAD + 'kpis:\n  nps:\n    name: "Net promoter score\n    goal: "x"\n    owner: "y"\n    unit: points\n'
    assert [one.code for one in read_plan(Path("kpi.yaml"), text=text).diagnostics] == ["E001"]
    text = KPI + "\tgoal: x\n\towner: y\n\ttags: [a]\n  other: {name: x, ownr: y}\n"
    found = read_plan(Path("kpi.yaml"), text=text).diagnostics
    assert [(one.code, one.location.line) for one in found] == [("E004", 5), ("E010", 8)]
    assert found[0].message == "a tab indents this line; YAML wants spaces (3 lines of this file)"


def test_a_file_indented_with_tabs_alone_is_read_to_its_end() -> None:
    text = "version: 1\nkpis:\n\tnps:\n\t\tname: Net promoter score\n\t\tbaseline: x\n\t\ttarget: >= 5\n"
    read = read_plan(Path("kpi.yaml"), text=text)
    assert [(one.code, one.location.line) for one in read.diagnostics] == [("E004", 3), ("E032", 5), ("E002", 6)]
    assert read.plan.kpis["nps"].name == "Net promoter score"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (KPI + "    unit: %\n", True),
        (HEAD + "kpis: {nps: {name: a}, b: {name: @b},\n  c: {name: d}}\n", False),
        (KPI + "  wrong\n  b: {name: c}\n", False),
        (HEAD + "kpis:\n  a: {name: b}\n\tc: {name: d}\n", False),
        (HEAD + "kpis:\n\ta:\n\t\tname: b\n", True),
    ],
)
def test_whole_says_whether_entries_may_have_been_lost(text: str, whole: bool) -> None:
    read = read_plan(Path("kpi.yaml"), text=text)
    assert read.diagnostics
    assert read.whole is whole
