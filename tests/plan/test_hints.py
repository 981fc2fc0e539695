"""Rule G3: what a hint says to write is an edit; written there, it removes the mistake, and means what was meant.

Collects the mistakes of the tables of the other tests, and applies every edit of every diagnostic by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.edits import applied, assert_fixed
from plan.test_mistakes import KPI, MISTAKES
from plan.test_targets import MISTAKES as TARGET_MISTAKES
from plan.test_yaml_pitfalls import TRAPS
from values.test_labels import NEARLY_LABELS
from values.test_window import NEARLY_WINDOWS

from kpi.data import check_plan
from kpi.diagnostics import Diagnostic, Edit
from kpi.lint.registry import file_model
from kpi.plan.loading import read_plan
from kpi.plan.model import Plan, Relative, Target

BASE = """\
version: 1
calendar: {weeks_from: 2026-01-05}
sources:
  orders: {path: orders.csv, date: day, columns: {buyer: Customer}}
measures:
  revenue: sum(orders.amount)
kpis:
  nps:
    name: Net promoter score
"""

TEXTS = [
    *(text.replace("«", "").replace("»", "") for _, _, text in MISTAKES),
    *(text.replace("«", "").replace("»", "") for text, _ in TRAPS.values()),
    *(f"{KPI}    baseline: 4\n    target: '{marked.replace('«', '').replace('»', '')}'\n"
      for marked, _ in TARGET_MISTAKES if "'" not in marked),
    *(f'{KPI}    target: {{"{label}": at least 5}}\n' for label in NEARLY_LABELS),
    *(f'{KPI}    window: "{window}"\n' for window in NEARLY_WINDOWS if window),
]  # fmt: skip


def read(text: str) -> tuple[Plan, list[Diagnostic]]:
    found = read_plan(Path("kpi.yaml"), text=text, model=file_model)
    return found.plan, [one for one in check_plan(found).diagnostics if one.code != "D101"]


def edits_of(texts: list[str]) -> Iterator[Any]:
    for text in texts:
        for found in read(text)[1]:
            for edit in found.edits:
                yield pytest.param(text, found, edit, id=f"{found.code} {found.subject} {edit.text}"[:60])


@pytest.mark.parametrize(("text", "found", "edit"), list(edits_of(TEXTS)))
def test_G3_an_edit_removes_the_mistake_at_its_place(text: str, found: Diagnostic, edit: Edit) -> None:
    assert_fixed(text, found, edit, lambda after: read(after)[1])


def test_G3_the_tables_hold_edits_of_many_kinds() -> None:
    codes = {found.code for text in TEXTS for found in read(text)[1] if found.edits}
    assert {"E002", "E010", "E014", "E022", "E023", "E024", "E030"} <= codes


def field(text: str, name: str) -> tuple[Diagnostic, str]:
    """The only mistake of a KPI with one more line, and the plan's text with the only edit applied."""
    before = f"{BASE}    {text}\n"
    (found,) = (one for one in read(before)[1] if one.subject.startswith(f"kpis.nps.{name}"))
    (edit,) = found.edits
    return found, applied(before, edit)


@pytest.mark.parametrize(
    ("line", "name", "meant"),
    [
        ("every: monthly", "every", "month"),
        ("every: every two weeks", "every", "2 weeks"),
        ("every: semester", "every", "half"),
        ("window: mtd", "window", "month to date"),
        ("window: last 3 months", "window", "3 months"),
        ("unit: €", "unit", "EUR"),
        ("unit: percentage", "unit", "%"),
        ("unit: usd", "unit", "USD"),
        ("since: 30 June 2026", "since", "2026-06-30"),
        ("formula: revnue", "formula", "revenue"),
        ("formula: sum(order.amount)", "formula", "sum(orders.amount)"),
        ("indicator: leding", "indicator", "leading"),
    ],
)
def test_G3_an_edit_writes_what_was_meant(line: str, name: str, meant: str) -> None:
    plan = read(field(line, name)[1])[0]
    value = getattr(plan.kpis["nps"], name)
    assert str(value) == meant


@pytest.mark.parametrize(
    ("text", "op", "value"),
    [
        ("20% more than year ago", ">=", Relative(0.2, "a year ago")),
        ("20% more than last year", ">=", Relative(0.2, "a year ago")),
        ("5% lower than the previous period", "<=", Relative(-0.05, "the period before")),
        ("12% year over year", ">=", Relative(0.12, "a year ago")),
        ("minimum 5", ">=", 5.0),
        ("not more than 12", "<=", 12.0),
        ("reduce to 5", "<=", 5.0),
    ],
)
def test_G3_an_edit_writes_the_target_that_was_meant(text: str, op: str, value: object) -> None:
    target = read(field(f"target: {text}", "target")[1])[0].kpis["nps"].target
    assert isinstance(target, Target)
    assert (target.op, target.value) == (op, value)


@pytest.mark.parametrize(
    ("lines", "asks"),
    [
        ("target: at most 8%", 'add unit: "%"'),
        ("target: from 25 to 35", 'is it a band? then write "between 25 and 35"; else add baseline: 25'),
        ("target: from 35 to 25", 'else add baseline: 35 and write "at most 25"'),
        ("unit: '%'\n    target: 50% of graduates will complete an internship", "name one by its id"),
        ("target: 3 per team per month", 'does the formula compute the number "per team per month" already?'),
        ("target: at least 95 of budget", 'if "budget" is a measure or KPI'),
        ("target: 20% more than last month", "than what?"),
        ("unit: USD\n    target: at least €20", 'is the amount in "USD"?'),
        ("unit: EUR\n    target: at least 8%", "is it a share of another number?"),
        ("every: biweekly", "write day, week"),
    ],
)  # fmt: skip
def test_G3_where_there_are_two_readings_the_hint_asks(lines: str, asks: str) -> None:
    (found,) = read(f"{BASE}    {lines}\n")[1]
    assert asks in (found.hint or "")
    assert found.edits == ()
    assert not found.fixable


def test_G3_two_dates_that_a_text_may_mean_are_both_offered() -> None:
    (found,) = read(f"{BASE}    since: 05/04/2026\n")[1]
    assert [edit.text for edit in found.edits] == ["2026-04-05", "2026-05-04"]
    assert not found.fixable


def test_T10_that_weeks_have_no_first_day_is_said_once() -> None:
    text = BASE.replace("calendar: {weeks_from: 2026-01-05}\n", "")
    text += "    every: 2 weeks\n  other: {name: Other, every: 3 weeks, values: {2026-01-07: 5}}\n"
    (found,) = read(text)[1]
    assert found.message == '"every: 2 weeks" needs a day from which the weeks are counted, and the calendar has none'
