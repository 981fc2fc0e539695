"""Fields, names and places: what is a change of which class, and what is none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from diff.made_plans import changes, in_short, kpi_changes, plan

from kpi.data import check_plan
from kpi.diff.changes import CLASSES, COUNTING, ChangeClass
from kpi.diff.compare import compare
from kpi.plan.loading import read_plan


def kinds(before: str, after: str) -> list[tuple[str, str | None]]:
    return [(change.kind, change.field) for change in kpi_changes(before, after)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("formula: count(orders)/count(visits)", "formula: (count( orders )) / count(visits)"),
        ("formula: 'count(orders[a == \"x\"])'", "formula: \"count(orders[a == 'x'])\""),
        ("formula: count(orders) * 2", "formula: count(orders) * 2.0"),
        ("formula: sum(orders.Amount)", "formula: sum(orders.amount)"),
        ("window: 1 year", "window: 12 months"),
        ("unit: min", "unit: minutes"),
        ("tags: [a, b]", "tags: [b, a]"),
        ("baseline: 1_000", "baseline: 1k"),
        ("every: month", "kind: "),
        ("question: 'How  many?'", "question: How many?"),
        ("notes: {2026-03: Late, 2026-04: Early}", "notes: {2026-04: Early, 2026-03: Late}"),
        ("unit: '%', values: {2026-03: 12%}", "unit: '%', values: {2026-03: 0.12}"),
        ("unit: seconds, values: {2026-03: 120}", "unit: seconds, values: {2026-03: 2 min}"),
    ],
)
def test_another_way_to_write_it_is_no_change(before: str, after: str) -> None:
    assert kinds(before, after) == []
    assert kinds(after, before) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("owner: ana", "owner: bo", ("ownership", "owner")),
        ("question: Why?", "question: How?", ("wording", "question")),
        ("when_red: Call.", "when_red: Write.", ("wording", "when_red")),
        ("notes: {2026-03: Late}", "notes: {2026-03: Early}", ("wording", "notes.2026-03")),
        ("notes: {2026-03: Late}", "notes: {2026-03: {break: Late}}", ("wording", "notes.2026-03")),
        ("indicator: leading", "indicator: lagging", ("other", "indicator")),
        ("kind: direct", "kind: proxy", ("other", "kind")),
        ("ambition: 3", "ambition: 4", ("other", "ambition")),
        ("tags: [a, b]", "tags: [a]", ("other", "tags")),
        ("unit: EUR", "unit: USD", ("other", "unit")),
        ("every: month", "every: week", ("window", "every")),
        ("window: 3 months", "window: year to date", ("window", "window")),
        ("formula: sum(orders.a)", "formula: sum(orders.b)", ("formula", "formula")),
        ("formula: count(orders)", "every: month", ("formula", "formula")),
        ("baseline: 4", "baseline: 5", ("baseline", "baseline")),
        ("values: {2026-03: 4}", "values: {2026-03: 5}", ("source", "values.2026-03")),
        ("values: {2026-03: 4}", "values: {2026-03: 4, 2026-04: 5}", ("source", "values.2026-04")),
    ],
)
def test_the_fields_of_a_kpi(before: str, after: str, expected: tuple[str, str]) -> None:
    assert kinds(before, after) == [expected]
    assert kinds(after, before) == [expected]


GOAL = "goals:\n  grow: {{name: Grow, {}}}\n  other: {{name: Other}}\n"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("due: 2026-12-31", "due: 2027-12-31", ("later", "due")),
        ("due: 2026-12-31", "due: 2026-06-30", ("earlier", "due")),
        ("due: 2026-12-31", "level: goal, due: ", ("later", "due")),
        ("parent: other", "parent: ", ("moved", "parent")),
        ("owner: ana", "owner: bo", ("ownership", "owner")),
        ("why: Money.", "why: Fun.", ("wording", "why")),
        ("questions: [One?, Two?]", "questions: [Two?, Three?]", ("wording", "questions")),
        ("review: {every: month}", "review: {every: week}", ("other", "review.every")),
        ("review: {last: 2026-01-01}", "review: {last: 2026-02-01}", ("other", "review.last")),
        ("framework: okr", "framework: mbo", ("other", "framework")),
        ("reward: A bonus", "reward: None at all", ("other", "reward")),
    ],
)
def test_the_fields_of_a_goal(before: str, after: str, expected: tuple[str, str]) -> None:
    if "level" in after:
        before = f"level: goal, {before}"
    assert in_short(changes(GOAL.format(before), GOAL.format(after))) == [(expected[0], "goals.grow", expected[1])]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("path: a.csv, date: day", "path: b.csv, date: day", [("source", "path")]),
        ("path: [a.csv, b.csv], date: day", "path: [b.csv, ./a.csv], date: day", []),
        ("path: a.csv, date: day", "path: a.csv, date: paid_on", [("source", "date")]),
        ("path: a.csv, date: day", "path: a.csv, from: day", [("rows", "date"), ("rows", "from")]),
        ("path: a.csv, from: a, until: b", "path: a.csv, from: a, through: b",
         [("rows", "until"), ("rows", "through")]),
        ("path: a.csv, updated: daily", "path: a.csv, updated: 1 day", []),
        ("path: a.csv, updated: daily", "path: a.csv, updated: weekly", [("source", "updated")]),
        ("path: a.csv, where: a>1", "path: a.csv, where: a > 1", []),
        ("path: a.csv, where: a > 1", "path: a.csv, where: a > 2", [("rows", "where")]),
        ("path: a.csv, computed: {c: a*b}", "path: a.csv, computed: {c: a * b}", []),
        ("path: a.csv, computed: {c: a*b}", "path: a.csv, computed: {c: a}", [("formula", "computed.c")]),
        ("path: a.csv", "path: a.csv, no_rows: zero", [("rows", "no_rows")]),
        ("path: a.csv", "path: a.csv, on_bad_rows: skip", [("source", "on_bad_rows")]),
        ("path: a.csv, columns: {c: C 1}", "path: a.csv, columns: {c: C 2}", [("source", "columns.c")]),
        ("path: a.csv, types: {c: number}", "path: a.csv, types: {c: text}", [("source", "types.c")]),
        ("path: a.csv, read: {delimiter: ;}", "path: a.csv, read: {delimiter: tab}", [("source", "read.delimiter")]),
        ("path: a.csv, read: {null_values: [A, B]}", "path: a.csv, read: {null_values: [B, A]}", []),
        ("path: a.csv, owner: ana", "path: a.csv, owner: bo", [("ownership", "owner")]),
        ("query: select a from other", "query: 'SELECT a  from other -- all'", []),
        ("query: select a from other", "query: select b from other", [("source", "query")]),
        ("query: select a from other", "path: a.csv", [("source", "query"), ("source", "path")]),
        ("table: x, connection: '${A}'", "table: y, connection: '${B}'",
         [("source", "connection"), ("source", "table")]),
    ],
)  # fmt: skip
def test_the_fields_of_a_source(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    other = "\n  other: {path: o.csv, date: day}\n"
    found = changes(f"sources:\n  it: {{{before}}}{other}", f"sources:\n  it: {{{after}}}{other}")
    assert sorted((change.kind, change.field or "") for change in found) == sorted(expected)
    back = changes(f"sources:\n  it: {{{after}}}{other}", f"sources:\n  it: {{{before}}}{other}")
    assert sorted((change.kind, change.field or "") for change in back) == sorted(expected)


def test_a_tab_is_seen() -> None:
    source = 'sources: {{it: {{path: a.csv, read: {{delimiter: "{}"}}}}}}\n'
    found = changes(source.format(";"), source.format("\\t"))
    assert [(change.before, change.after) for change in found] == [(";", r"'\t'")]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("title: A", "title: B", ("wording", "plan", "title")),
        ("as_of: 2026-06-30", "as_of: 2026-07-31", ("other", "plan", "as_of")),
        (
            "calendar: {week_starts: monday}",
            "calendar: {week_starts: Sunday}",
            ("window", "plan", "calendar.week_starts"),
        ),
        ("lint: {ignore: [A, B]}", "lint: {ignore: [A]}", ("other", "plan", "lint.ignore")),
        ("lint: {max_kpis_per_goal: 7}", "lint: {max_kpis_per_goal: 9}", ("other", "plan", "lint.max_kpis_per_goal")),
        ("lint: {hedges: {allow: [may]}}", "lint: {hedges: {}}", ("other", "plan", "lint.hedges.allow")),
        ("lint: {severity: {A103: error}}", "lint: {severity: {A103: info}}", ("other", "plan", "lint.severity.A103")),
    ],
)
def test_changes_outside_of_entries(before: str, after: str, expected: tuple[str, str, str]) -> None:
    assert in_short(changes(f"{before}\n", f"{after}\n")) == [expected]
    assert changes("lint: {ignore: [A, B]}\n", "lint: {ignore: [B, A]}\n") == []


# Renames.

KPI = "kpis:\n  {}: {{name: {}, unit: EUR, owner: ana, formula: {}, {}}}\n"


def test_a_new_id_is_a_rename_beside_the_other_changes() -> None:
    found = changes(
        KPI.format("sales", "Sales", "count(orders)", "target: at least 5"),
        KPI.format("sold", "Sales", "count( orders )", "target: at least 4"),
    )
    assert in_short(found) == [("loosened", "kpis.sold", "target"), ("renamed", "kpis.sold", "id")]
    assert {change.subject_before for change in found} == {"kpis.sales"}
    assert [(change.before, change.after) for change in found if change.kind == "renamed"] == [("sales", "sold")]


def test_the_same_formula_alone_is_no_rename() -> None:
    found = changes(
        KPI.format("sales", "Sales", "count(orders)", "every: week, kind: proxy"),
        "kpis:\n  new: {name: Other, unit: orders, owner: bo, formula: count(orders), tags: [x]}\n",
    )
    assert in_short(found) == [("removed", "kpis.sales", None), ("added", "kpis.new", None)]


def test_of_two_that_might_be_it_the_more_similar_one_is() -> None:
    one = "{name: One, unit: EUR, owner: ana, formula: count(orders), tags: [x]}"
    two = "{name: Two, unit: EUR, owner: bo, formula: count(orders), tags: [y]}"
    found = changes(f"kpis:\n  a: {one}\n  b: {two}\n", f"kpis:\n  c: {two}\n  d: {one}\n")
    assert {(change.subject_before, change.subject) for change in found} == {("kpis.a", "kpis.d"), ("kpis.b", "kpis.c")}
    assert {change.kind for change in found} == {"renamed"}


def test_typed_values_tell_a_kpi_as_well() -> None:
    values = "{name: Stars, unit: stars, values: {2026-03: 4.1, 2026-04: 4.2}}"
    found = changes(f"kpis: {{nps: {values}}}\n", f"kpis: {{stars: {values}}}\n")
    assert in_short(found) == [("renamed", "kpis.stars", "id")]


def test_what_names_a_renamed_thing_did_not_change() -> None:
    before = """
sources: {orders: {path: o.csv, date: day}, both: {query: select * from orders, date: day}}
measures: {n: count(orders), m: n + count(both)}
goals: {top: {name: Top}, grow: {name: Grow, parent: top}}
kpis:
  a: {name: A, goal: grow, formula: n / m, target: at least n, guardrails: [b]}
  b: {name: B, goal: top, formula: a + at_end(m), leads: [a], thresholds: {green: at least 90% of n}}
"""
    after = before
    for old, new in (
        ("orders", "sales"),
        ("n", "number"),
        ("m", "more"),
        ("top", "mission"),
        ("grow", "growth"),
        ("a", "rate"),
    ):
        after = re.sub(rf"(?<![\w.]){old}\b(?!\.csv)", new, after)
    found = compare(plan(before), plan(after))
    assert sorted(in_short(found)) == sorted(
        ("renamed", subject, "id")
        for subject in (
            "sources.sales",
            "measures.number",
            "measures.more",
            "goals.mission",
            "goals.growth",
            "kpis.rate",
        )
    )
    assert found.affected == {}


def test_an_old_name_for_something_new_is_a_change() -> None:
    before = "goals: {a: {name: First}}\nkpis: {k: {name: K, goal: a}}\n"
    after = "goals: {b: {name: First}, a: {name: Second}}\nkpis: {k: {name: K, goal: a}}\n"
    # The id "a" stayed, so the goal itself is said to have changed, whatever moved in.
    assert in_short(changes(before, after)) == [("added", "goals.b", None), ("wording", "goals.a", "name")]
    after = "goals: {b: {name: First}}\nkpis: {k: {name: K, goal: b}}\n"
    assert in_short(changes(before, after)) == [("renamed", "goals.b", "id")]


def test_a_renamed_goal_is_recognized_by_its_name_or_the_rest() -> None:
    rest = "owner: ana, due: 2026-12-31, why: Because."
    before = f"goals: {{a: {{name: Grow, {rest}}}}}\n"
    assert in_short(changes(before, f"goals: {{b: {{name: Grow, {rest}}}}}\n")) == [("renamed", "goals.b", "id")]
    assert in_short(changes(before, f"goals: {{b: {{name: Thrive, {rest}}}}}\n")) == [
        ("renamed", "goals.b", "id"),
        ("wording", "goals.b", "name"),
    ]
    assert in_short(changes(before, "goals: {b: {name: Thrive, owner: bo}}\n")) == [
        ("removed", "goals.a", None),
        ("added", "goals.b", None),
    ]


# Formulas and what they use.

USED = """
measures: {{n: {n}, m: {m}}}
kpis:
  a: {{name: A, formula: {a}}}
  b: {{name: B, formula: a * 2}}
  c: {{name: C, formula: count(visits), target: at least n}}
  d: {{name: D, formula: count(visits)}}
"""


def used(n: str = "count(orders)", m: str = "n + 1", a: str = "m / 2") -> str:
    return USED.format(n=n, m=m, a=a)


def test_a_changed_measure_is_listed_once_with_the_kpis_it_affects() -> None:
    found = compare(plan(used()), plan(used(n="sum(orders.paid)")))
    assert in_short(found) == [("formula", "measures.n", "formula")]
    assert found.affected == {"a": ("measures.n",), "b": ("measures.n",), "c": ("measures.n",)}


def test_a_measure_reaches_a_kpi_whose_targets_of_a_split_name_it() -> None:
    text = """
measures: {{plan_web: {plan}, plan_all: plan_web * 2}}
kpis:
  sales: {{name: Sales, formula: count(orders), split: {{by: channel, targets: {{web: at least plan_web}}}}}}
  more: {{name: More, formula: count(orders), split: {{by: channel, targets: {{each: between 1 and plan_all}}}}}}
  twice: {{name: Twice, formula: sales * 2}}
"""
    found = compare(plan(text.format(plan=100)), plan(text.format(plan=50)))
    assert in_short(found) == [("formula", "measures.plan_web", "formula")]
    assert found.affected == {"sales": ("measures.plan_web",), "more": ("measures.plan_web",)}


def test_a_changed_source_is_listed_once_with_the_kpis_it_affects() -> None:
    sources = (
        "sources:\n  orders: {path: orders.csv, date: day, updated: %s}\n  visits: {path: visits.csv, date: day}\n"
    )
    found = compare(plan(sources % "daily" + used()), plan(sources % "weekly" + used()))
    assert in_short(found) == [("source", "sources.orders", "updated")]
    assert list(found.affected) == ["a", "b", "c"]


def test_a_source_behind_a_query_reaches_as_far() -> None:
    text = """
sources: {{orders: {{path: {}, date: day}}, q: {{query: select * from orders, date: day}}}}
kpis: {{k: {{name: K, formula: count(q)}}}}
"""
    found = compare(plan(text.format("a.csv")), plan(text.format("b.csv")))
    assert found.affected == {"k": ("sources.orders",)}


def test_a_kpi_reaches_the_kpis_that_name_it() -> None:
    found = compare(plan(used()), plan(used(a="m / 3")))
    assert (in_short(found), found.affected) == ([("formula", "kpis.a", "formula")], {"b": ("kpis.a",)})
    assert found.kpis_to_compute() == {"a": "a", "b": "b"}


def test_a_changed_target_affects_no_other_kpi() -> None:
    found = compare(plan(used()), plan(used().replace("target: at least n", "target: at least m")))
    assert (in_short(found), found.affected) == ([("other", "kpis.c", "target")], {})


def test_a_calendar_reaches_every_kpi() -> None:
    found = compare(plan(used()), plan("calendar: {week_starts: sunday}\n" + used()))
    assert found.affected == dict.fromkeys("abcd", ("plan",))


def test_a_measure_taken_out_or_written_out_is_no_change_of_the_formula() -> None:
    found = compare(plan(used(a="m / 2")), plan(used(a="(count(orders) + 1) / 2")))
    assert (in_short(found), found.affected) == ([], {})
    found = compare(plan(used(m="at_end(n)", a="m")), plan(used(m="at_end(n)", a="at_end(count(orders))")))
    assert in_short(found) == []


def test_the_written_out_formula_stays_when_its_measure_changes() -> None:
    found = compare(plan(used(a="m / 2")), plan(used(m="n + 2", a="(n + 1) / 2")))
    assert in_short(found) == [("formula", "measures.m", "formula")]


def test_kpis_to_compute_know_what_they_were_called() -> None:
    before = KPI.format("sales", "Sales", "n", "kind: direct") + "measures: {n: count(orders)}\n"
    after = KPI.format("sold", "Sales", "n", "kind: direct") + "measures: {n: count(visits)}\n"
    found = compare(plan(before), plan(after))
    assert found.kpis_to_compute() == {"sold": "sales"}
    found = compare(plan(before), plan("measures: {n: count(orders)}\n"))
    assert found.kpis_to_compute() == {"sales": "sales"}
    found = compare(plan("measures: {n: count(orders)}\n"), plan(before))
    assert found.kpis_to_compute() == {"sales": None}
    # Whom it belongs to has nothing to do with its value.
    found = compare(plan(before), plan(before.replace("owner: ana", "owner: bo")))
    assert found.kpis_to_compute() == {}


# SourceMap and order.


def test_a_change_has_its_new_location_and_a_removal_its_old_one(tmp_path: Path) -> None:
    before = "version: 1\nkpis:\n  gone: {name: Gone}\n  here:\n    name: Here\n    unit: EUR\n    target: at least 5\n"
    after = "version: 1\n\nkpis:\n  here:\n    unit: EUR\n    name:\n      Here too\n  new: {name: New}\n"
    checked = [check_plan(read_plan(Path("kpi.yaml"), text=text, cwd=tmp_path)) for text in (before, after)]
    found = {(change.kind, change.field): change.place.line for change in compare(*checked).changes}
    assert found == {
        ("removed", None): 3,  # in the old text
        ("added", None): 8,
        ("wording", "name"): 6,
        ("loosened", "target"): 4,  # the KPI that has none any more
    }


def test_goalposts_come_first() -> None:
    assert next(iter(CLASSES)) == "loosened"
    assert tuple(CLASSES) == get_args(ChangeClass)
    found = changes(
        "title: A\nkpis:\n  a: {name: A, owner: x}\n  b: {name: B, target: at least 2}\n",
        "title: B\nkpis:\n  a: {name: A, owner: y}\n  b: {name: B, target: at least 1}\n  c: {name: C}\n",
    )
    assert [change.kind for change in found] == ["loosened", "added", "ownership", "wording"]


def test_a_lag_is_compared_by_its_length() -> None:
    def changes(before: str, after: str) -> list[tuple[str, str | None, str | None, str | None]]:
        texts = [f"kpis:\n  b: {{name: B}}\n  a: {{name: A, leads: {leads}}}\n" for leads in (before, after)]
        found = compare(plan(texts[0]), plan(texts[1])).changes
        return [(one.kind, one.field, one.before, one.after) for one in found]

    assert changes("{b: 3 months}", "{b: 1 quarter}") == []
    assert changes("[b]", "{b: 3 months}") == [("other", "leads", "b", "b: 3 months")]
    assert changes("{b: 3 months}", "{b: 2 months}") == [("other", "leads", "b: 3 months", "b: 2 months")]


def test_every_class_is_on_its_page() -> None:
    page = (Path(__file__).parents[2] / "docs/diff.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `") and not line.startswith("| `kpi")]
    assert rows == [
        f"| `{kind}` | {meaning} | {'yes' if kind in COUNTING else ''} |" for kind, meaning in CLASSES.items()
    ]
