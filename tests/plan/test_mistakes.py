"""Every mistake of form is reported with its code at its exact characters.

The expected place is in the text itself, between « and ».
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.data import check_plan
from kpi.diagnostics import ERRORS, Diagnostic
from kpi.lint.registry import file_model
from kpi.plan.loading import read_plan
from kpi.plan.loading.field_synonyms import WORDS, field_meant
from kpi.plan.loading.plan import is_id, nearest_id
from kpi.plan.model import Goal, Kpi, PlanFile, Source

HEAD = "version: 1\n"
KPI = HEAD + "kpis:\n  nps:\n    name: Net promoter score\n"
SOURCE = HEAD + "sources:\n  orders:\n    path: orders.csv\n"
GOAL = HEAD + "goals:\n  loyalty:\n    name: Three in ten customers come back\n"

# Code, subject, text.
MISTAKES = [
    ("E001", "kpis.nps.name", HEAD + "kpis:\n  nps:\n    name: «\"Foo»\n    goal: \"x\"\n"),
    ("E001", "kpis.nps.tags", KPI + "    tags: «[a, b»\n    goal: x\n"),
    ("E001", "kpis.nps.goal", KPI + "    goal: \"a«\\d»\"\n"),
    ("E001", "kpis.nps", KPI + "    goal: x\n    «words without a colon»\n    owner: b\n"),
    ("E001", "kpis.nps.owner", KPI + "    goal: x\n   «owner: b»\n"),
    ("E001", "", KPI + "«---»\nversion: 1\n"),
    ("E001", "kpis.nps.goal", KPI + "    goal: a«\x07»b\n"),
    ("E002", "kpis.nps.target", KPI + "    target: «>5»\n"),
    ("E003", "kpis.nps.name", KPI + "    «name»: Other\n"),
    ("E003", "measures.a", HEAD + "measures:\n  a: count(x)\n  «a»: count(y)\n"),
    ("E004", "kpis.nps", KPI + "  «\t»goal: x\n"),
    ("E010", "kpis.nps.tagret", KPI + "    «tagret»: 5\n"),
    ("E010", "kipis", HEAD + "«kipis»: {}\n"),
    ("E010", "sources.orders.read.delimeter", SOURCE + "    read: {«delimeter»: x}\n"),
    ("E010", "goals.loyalty.review.evry", GOAL + "    review: {«evry»: month}\n"),
    ("E010", "calendar.zone", HEAD + "calendar: {«zone»: UTC}\n"),
    ("E010", "lint.slect", HEAD + "lint: {«slect»: [S]}\n"),
    ("E011", "kpis.nps.owner", KPI + "    owner: «[ana]»\n"),
    ("E011", "kpis.nps.owner", KPI + "    owner:\n      «name: ana»\n    goal: x\n"),
    ("E011", "kpis.nps.tags", KPI + "    tags: «retention»\n"),
    ("E011", "kpis.nps.tags.1", KPI + "    tags: [a, «{b: c}»]\n"),
    ("E011", "kpis.nps.tags.0", KPI + "    tags: [«~», b]\n"),
    ("E011", "kpis.nps.values.2026-01", KPI + "    values: {«2026-01»: }\n"),
    ("E011", "kpis", HEAD + "kpis:\n  «- name: x»\n"),
    ("E011", "kpis.nps", HEAD + "kpis:\n  nps: «5»\n"),
    ("E011", "kpis.nps", HEAD + "kpis:\n  «nps»:\n"),
    ("E011", "measures.a", HEAD + "measures:\n  «a»:\n"),
    ("E011", "kpis.nps", KPI + "    <<: «5»\n"),
    ("E011", "sources.orders.read.header", SOURCE + "    read: {header: «no»}\n"),
    ("E011", "", "«[a, b]»\n"),
    ("E012", "version", "«»title: x\n"),
    ("E012", "version", "«»"),
    ("E012", "kpis.nps", HEAD + "kpis:\n  «nps»:\n    goal: x\n"),
    ("E012", "kpis.nps", HEAD + 'kpis:\n  «nps»:\n    name: ""\n'),
    ("E012", "goals.loyalty", HEAD + "goals: {«loyalty»: {owner: ana}}\n"),
    ("E012", "kpis.nps.thresholds", KPI + "    «thresholds»: {yellow: at least 5}\n"),
    ("E012", "sources.orders", HEAD + "sources:\n  «orders»:\n    date: day\n"),
    ("E012", "sources.orders", HEAD + "sources:\n  orders:\n    «table»: finance.orders\n"),
    ("E013", "kpis.NPS", HEAD + "kpis:\n  «NPS»:\n    name: x\n"),
    ("E013", "goals.2026", HEAD + "goals: {«2026»: {name: x}}\n"),
    ("E013", "sources.orders.columns.Order Date", SOURCE + "    columns: {«Order Date»: ordered_at}\n"),
    ("E013", "sources.orders.computed.class", SOURCE + "    computed: {«class»: a + b}\n"),
    ("E014", "kpis.nps.indicator", KPI + "    indicator: «laging»\n"),
    ("E014", "kpis.nps.every", KPI + "    every: «monthly»\n    values: {2026-03: 5}\n"),
    ("E014", "sources.orders.types.day", SOURCE + "    types: {day: «datum»}\n"),
    ("E014", "sources.orders.types.day", SOURCE + "    types: {day: «number 5»}\n"),
    ("E014", "sources.orders.updated", SOURCE + "    updated: «dayly»\n"),
    ("E014", "sources.orders.on_bad_rows", SOURCE + "    on_bad_rows: «drop»\n"),
    ("E014", "sources.orders.read.delimiter", SOURCE + "    read: {delimiter: «ab»}\n"),
    ("E014", "sources.orders.read.decimal", SOURCE + "    read: {decimal: «;»}\n"),
    ("E014", "sources.orders.read.encoding", SOURCE + "    read: {encoding: «utf-9»}\n"),
    ("E014", "sources.orders.read.encoding", SOURCE + "    read: {encoding: «rot13»}\n"),
    ("E014", "sources.a.connection", HEAD + "sources:\n  a: {«connection»: 'postgres://u:pw@h', table: t}\n"),
    ("E014", "calendar.week_starts", HEAD + "calendar: {week_starts: «mondy»}\n"),
    ("E014", "calendar.fiscal_year_starts", HEAD + "calendar: {fiscal_year_starts: «april 1»}\n"),
    ("E014", "calendar.timezone", HEAD + "calendar: {timezone: «Europe/Belrin»}\n"),
    ("E014", "lint.severity.S101", HEAD + "lint: {severity: {S101: «fatal»}}\n"),
    ("E015", "kpis.revenue", HEAD + "measures: {revenue: count(x)}\nkpis: {«revenue»: {name: x}}\n"),
    ("E016", "kpis.nps.values", KPI + "    formula: count(x)\n    «values»: {2026-03: 5}\n"),
    ("E016", "sources.orders.query", SOURCE + "    «query»: select 1\n"),
    ("E016", "sources.orders.connection", SOURCE + "    «connection»: ${X}\n"),
    ("E016", "sources.a.read", HEAD + "sources:\n  a: {query: select 1, «read»: {sheet: x}}\n"),
    ("E016", "sources.orders.from", SOURCE + "    date: day\n    «from»: day\n"),
    ("E016", "sources.orders.through", SOURCE + "    from: a\n    until: b\n    «through»: c\n"),
    ("E016", "sources.orders.until", SOURCE + "    «until»: b\n"),
    ("E016", "sources.orders.through", SOURCE + "    date: a\n    «through»: b\n"),
    ("E020", "kpis.nps.values.2026-03", KPI + "    values: {2026-02: 4, 2026-03: «many»}\n"),
    ("E020", "kpis.nps.values.2026-03", KPI + '    values: {2026-03: "«1,5»"}\n'),
    ("E020", "kpis.nps.ambition", KPI + "    ambition: «11»\n"),
    ("E020", "sources.orders.read.skip_rows", SOURCE + "    read: {skip_rows: «-1»}\n"),
    ("E010", "lint.max_kpis_per_gaol", HEAD + "lint: {«max_kpis_per_gaol»: 3}\n"),
    ("E011", "lint.hedges", HEAD + "lint: {hedges: «[may]»}\n"),
    ("E010", "lint.hedges.alow", HEAD + "lint: {hedges: {«alow»: [may]}}\n"),
    ("E020", "lint.min_goal_words", HEAD + "lint: {min_goal_words: «0»}\n"),
    ("E021", "goals.loyalty.due", GOAL + "    due: «31/12/2026»\n"),
    ("E021", "kpis.nps.since", KPI + "    since: 2026-02-«30»\n"),
    ("E021", "as_of", HEAD + "as_of: «today»\n"),
    ("E022", "kpis.nps.values.2026-03", KPI + "    every: quarter\n    values: {«2026-03»: 5}\n"),
    ("E022", "kpis.nps.notes.March", KPI + "    notes: {«March»: Card launched}\n"),
    ("E022", "kpis.nps.notes.2026", HEAD + "calendar: {fiscal_year_starts: april}\n"
     + KPI.removeprefix(HEAD) + "    notes: {«2026»: x}\n"),
    ("E023", "kpis.nps.window", KPI + "    window: «3 moons»\n"),
    ("E024", "kpis.nps.unit", KPI + "    unit: «usd»\n    baseline: 5%\n    target: at least 6%\n"),
    ("E025", "version", "version: «2»\n"),
    ("E030", "kpis.nps.target", KPI + "    target: at least 30 «per month»\n"),
    ("E030", "kpis.nps.target", KPI + "    target: «90»\n"),
    ("E031", "kpis.nps.thresholds.yellow", KPI + "    thresholds: {green: at least 5, yellow: «at most 3»}\n"),
    ("E031", "kpis.nps.thresholds.green", KPI + "    thresholds: {green: at least 5 «by 2026-12-31»}\n"),
    ("E032", "kpis.nps.baseline", KPI + "    baseline: 22«%»\n    target: 10% more\n"),
    ("E034", "kpis.nps.split.targets.web", KPI + "    split: {by: channel, targets: {web: at least «many things»}}\n"),
    ("E034", "kpis.nps.split.targets.web", KPI + "    split: {by: channel, targets: {web: «20% more»}}\n"),
    ("E012", "kpis.nps.split", KPI + "    «split»: {limit: 3}\n"),
    ("E020", "kpis.nps.split.limit", KPI + "    split: {by: channel, limit: «0»}\n"),
    ("E010", "kpis.nps.split.top", KPI + "    split: {by: channel, «top»: 3}\n"),
    ("E011", "kpis.nps.split", KPI + "    split: «[channel]»\n"),
    ("E011", "kpis.nps.split.targets", KPI + "    split: {by: channel, targets: «web»}\n"),
    ("E033", "kpis.nps.target.2026-Q1", KPI + "    target: {2026: at least 5, «2026-Q1»: at least 6}\n"),
    ("E033", "kpis.nps.target.2026", KPI + "    target: {2026: at least 5 «by 2026-12-31»}\n"),
    ("E033", "kpis.nps.target.2026", KPI + "    target: {2026: at least «many things»}\n"),
    ("E061", "include.1", HEAD + "include: [., «../x.yaml»]\n"),
    ("E070", "include.0", HEAD + "include: «teams/*.yaml»\n"),
]  # fmt: skip


def unmarked(text: str) -> tuple[str, tuple[int, int, int, int]]:
    """The text without its marks, and line and column where the marks stood."""
    before, within, after = text.replace("»", "«").split("«")

    def at(head: str) -> tuple[int, int]:
        return head.count("\n") + 1, len(head) - (head.rfind("\n") + 1) + 1

    return before + within + after, (*at(before), *at(before + within))


def place(found: Diagnostic) -> tuple[int, int, int, int]:
    where = found.location
    return where.line, where.column, where.end_line, where.end_column


@pytest.mark.parametrize(("code", "subject", "marked"), MISTAKES)
def test_location_of_each_mistake(code: str, subject: str, marked: str, tmp_path: Path) -> None:
    text, where = unmarked(marked)
    if code == "E061":
        (tmp_path / "plan").mkdir()
        tmp_path = tmp_path / "plan"
        text = text.replace("[., ", "[a*, ")
        (tmp_path / "a1").write_text("goals: {}")
        where = (where[0], where[1] + 1, where[2], where[3] + 1)
    read = read_plan(tmp_path / "kpi.yaml", text=text, cwd=tmp_path, model=file_model)
    found = [(one.code, place(one), one.subject) for one in read.diagnostics]
    assert found == [(code, where, subject)]
    assert read.diagnostics[0].location.file == "kpi.yaml"
    assert read.diagnostics[0].rule == ERRORS[code]


def test_every_code_has_an_example() -> None:
    codes = {code for code in ERRORS if code < "E040"} | {"E061", "E070"}
    elsewhere = {"E005", "E006"}  # test_hostile, test_includes
    assert {code for code, _, _ in MISTAKES} == codes - elsewhere


def test_one_bad_entry_never_hides_the_rest() -> None:
    text = """\
version: 1
titel: x
sources:
  orders: {path: a.csv, dat: day}
  broken: {path: *.csv}
  other: {pth: a.csv}
goals:
  Loyalty: {name: a, due: tomorrow}
kpis:
  one: 5
  two:
    name: Two
    target: >= 30%
    every: hour
  three:
    name: Three
    owner: @ana
    unit:%
    baseline: x
  four:
    name: Four
    when_red: Do: it
    targt: 5
"""
    read = read_plan(Path("kpi.yaml"), text=text)
    assert [(one.location.line, one.code, one.subject) for one in read.diagnostics] == [
        (2, "E010", "titel"),
        (4, "E010", "sources.orders.dat"),
        (5, "E002", "sources.broken"),
        (6, "E012", "sources.other"),
        (6, "E010", "sources.other.pth"),
        (8, "E013", "goals.Loyalty"),
        (8, "E021", "goals.Loyalty.due"),
        (10, "E011", "kpis.one"),
        (13, "E002", "kpis.two.target"),
        (14, "E014", "kpis.two.every"),
        (17, "E002", "kpis.three.owner"),
        (18, "E002", "kpis.three"),
        (19, "E032", "kpis.three.baseline"),
        (22, "E002", "kpis.four.when_red"),
        (23, "E010", "kpis.four.targt"),
    ]
    assert set(read.plan.kpis) == {"two", "three", "four"}
    assert read.plan.sources["orders"].path == ("a.csv",)
    assert ("kpis", "one") in read.broken
    assert ("sources", "broken") in read.broken


def test_a_bad_unit_hides_no_mistake_of_shape() -> None:
    text = KPI + "    unit: usd\n    baseline: [5]\n    target: {2026-Q9: at least 5}\n    values: {March: 5}\n"
    text += "    thresholds: {gren: at least 5, green: at least 1,000}\n"
    read = read_plan(Path("kpi.yaml"), text=text)
    assert [one.code for one in read.diagnostics] == ["E024", "E011", "E022", "E022", "E010", "E002"]


def test_a_connection_string_is_never_shown() -> None:
    for written in (
        "postgres://u:geheim@h/db",
        "'postgres://u:geheim@h/db'",
        "geheim",
        "@geheim",
        '"geheim',
        "${X}geheim",
    ):
        text = f"version: 1\nsources:\n  a:\n    table: t\n    connection: {written}\n"
        read = read_plan(Path("kpi.yaml"), text=text)
        assert read.diagnostics
        for one in read.diagnostics:
            assert "geheim" not in f"{one.message} {one.hint}"
        shown = read.places.line_text("kpi.yaml", 5)
        assert "geheim" not in shown
        assert len(shown) == len(text.splitlines()[4])
        assert not read.plan.sources or read.plan.sources["a"].connection is None


def test_a_variable_of_the_environment_is_shown() -> None:
    read = read_plan(Path("kpi.yaml"), text="version: 1\nsources:\n  a: {connection: '${DB}', table: t}  # x\n")
    assert read.diagnostics == ()
    assert read.places.line_text("kpi.yaml", 3) == "  a: {connection: '${DB}', table: t}  # x"


def test_a_kpi_needs_only_a_name() -> None:
    read = read_plan(Path("kpi.yaml"), text=KPI + "    target:\n    tags: []\n    owner: ~\n    formula:   # to do\n")
    assert read.diagnostics == ()
    assert read.plan.kpis["nps"].formula is None


@pytest.mark.parametrize(("text", "right"), [("nps", True), ("a_1", True), ("é", False), ("_a", False), ("1a", False)])
def test_ids_are_small_letters_digits_and_underscores(text: str, right: bool) -> None:
    assert is_id(text) is right


def test_an_invalid_id_gets_a_valid_suggestion() -> None:
    ids = [nearest_id(text) for text in ("Net Promoter-Score", "2026_sales", "NPS2", "Umsätze", "Größe", "مبيعات")]
    assert ids == ["net_promoter_score", "sales", "nps2", "umsatze", "grosse", ""]


def test_a_duplicate_id_names_the_first_location() -> None:
    read = read_plan(Path("kpi.yaml"), text="version: 1\nmeasures:\n  a: count(x)\nkpis:\n  a:\n    name: A\n")
    assert read.diagnostics[0].message == 'the id "a" is already taken by the measure at kpi.yaml:3:3'


@pytest.mark.parametrize(
    ("section", "written", "meant"),
    [
        ("kpis", "frequency", "every"),
        ("kpis", "Zielwert", "target"),
        ("kpis", "responsible", "owner"),
        ("kpis", "calculation", "formula"),
        ("goals", "deadline", "due"),
        ("goals", "rationale", "why"),
        ("sources", "filename", "path"),
        ("sources", "filter", "where"),
    ],
)
def test_a_field_called_as_elsewhere_is_named(section: str, written: str, meant: str, tmp_path: Path) -> None:
    text = f"version: 1\n{section}:\n  a:\n    name: A\n    {written}: x\n"
    found = [one for one in read_plan(tmp_path / "kpi.yaml", text=text).diagnostics if one.code == "E010"]
    assert [one.hint for one in found if f'"{written}"' in one.message] == [f'did you mean "{meant}"?']


def test_words_for_fields_are_no_fields_themselves() -> None:
    records = {"kpis": Kpi, "goals": Goal, "sources": Source}
    for record in records.values():
        for field in record.fields():
            assert field_meant(field, [one for one in record.fields() if one != field]) is None
    assert set(WORDS) <= {field for record in [*records.values(), PlanFile] for field in record.fields()}


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        (
            "goals:\n  g\n    name: A\n    owner: a@b\n    due: 2026-12-31\nkpis:\n  k: {name: K, goal: g}\n",
            3,
            "g",
            "g:",
        ),
        ("kpis\n  a:\n    name: A\n  b:\n    name: B\n", 2, "kpis", "kpis:"),
        ("kpis:\n  a:\n    name Sales\n    unit: EUR\n    target: at least 5\n", 4, "name", "name: Sales"),
        ("goals:\n  a:\n    name: A\n    questions\n      - Why?\n      - How: so?\n", 5, "questions", "questions:"),
        ("title My shop\nkpis:\n  a:\n    name: A\n", 2, "title", "title: My shop"),
        ("sources\n  o: {path: o.csv, date: d}\nkpis:\n  a: {name: A, formula: sum(o.n)}\n", 2, "sources", "sources:"),
        ("kpis:\n  a:\n    name: A\n    formula\n    unit: EUR\n", 5, "formula", "formula: and its value"),
    ],
)
def test_a_missing_colon_is_one_error_with_the_fix(text: str, line: int, message: str, hint: str) -> None:
    """The lines below the key, and references to what it declares, are no mistakes of their own."""
    read = read_plan(Path("kpi.yaml"), text=f"version: 1\n{text}")
    (found,) = (one for one in check_plan(read).diagnostics if one.severity == "error")
    assert (found.code, found.location.line, found.message) == ("E001", line, f'a colon is missing after "{message}"')
    assert found.hint == f"write {hint}"
