"""The columns by which KPIs are split."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.marked_text import checked_plan, found_in, messages

from kpi.errors import UsageError
from kpi.plan.checks.splits import split_by

ORDERS = "day,channel,amount\n2026-01-01,web,1\n"
VISITS = "day,site,visitors\n2026-01-01,web,1\n"
SOURCES = """
sources:
  orders: {path: orders.csv, date: day, computed: {size: '"big" if amount > 9 else "small"'}}
  visits: {path: visits.csv, date: day, columns: {channel: site}}
  counts: {path: counts.parquet, date: day}
  crowd: {path: crowd.csv, date: day}
"""
FILES = {"orders_csv": ORDERS, "visits_csv": VISITS, "crowd_csv": "day,people\n2026-01-01,4\n"}


def test_a_missing_column_is_reported_at_its_name(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        SOURCES
        + """
measures:
  people: sum(crowd.people)
kpis:
  a: {name: A, formula: sum(orders.amount), split: «chanel»}
  b: {name: B, formula: sum(orders.amount), split: {limit: 3, by: «"siz"»}}
  c: {name: C, formula: count(orders) / people, split: «channel»}
  d: {name: D, formula: count(orders) / c, split: «sice»}
  e: {name: E, values: {2026-01: 4}, split: «channel»}
  f: {name: F, formula: 1 + 1, split: «channel»}
""".replace('«"siz"»', '"«siz»"'),
        "E043", "E043", "E046", "E043", "E046", "E046",
        **FILES,
    )  # fmt: skip
    assert messages(found) == [
        'there is no column "chanel" in orders; did you mean "channel"?',
        'there is no column "siz" in orders; did you mean "size"?',
        'there is no column "channel" in crowd; a split needs it in every source of the formula; all of them have: day',
        'there is no column "sice" in orders; all of them have: day',  # crowd has no size either
        '"e" has no formula, so there are no rows to split',
        'the formula of "f" aggregates no rows that could be split',
    ]


def test_a_column_that_every_source_has_is_no_mistake(tmp_path: Path) -> None:
    found_in(
        tmp_path,
        SOURCES
        + """
kpis:
  a: {name: A, formula: sum(orders.amount) / sum(visits.visitors), split: Channel}
  b: {name: B, formula: count(orders) + a, split: {by: channel, limit: 1}}
  c: {name: C, formula: sum(orders.amount), split: size}
  d: {name: D, formula: sum(orders.amount), split: filename}
  e: {name: E, formula: count(counts) + count(orders), split: channel}
""",
        **FILES,
    )


def test_durations_are_hardly_ever_alike(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
sources:
  calls: {path: calls.csv, date: day, types: {took: "duration %H:%M:%S"}}
kpis:
  a: {name: A, formula: count(calls), split: «took»}
""",
        "E046",
        calls_csv="day,took\n2026-01-01,00:01:02\n",
    )
    assert found[0].message == "calls.took holds durations, which hardly ever repeat"


def test_S3_a_name_in_the_target_of_a_part_is_held_against_the_plan(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        SOURCES
        + """
measures:
  budget: 4
kpis:
  a:
    name: A
    formula: sum(orders.amount)
    split:
      by: channel
      targets:
        web: at least budget
        shop: at least 95% of «buget»
        fair: at least «a»
""",
        "E044", "E045",
        **FILES,
    )  # fmt: skip
    assert found[0].hint == 'did you mean "budget"?'


PLAN = (
    SOURCES
    + """
measures: {people: sum(crowd.people)}
kpis:
  sales: {name: S, formula: sum(orders.amount), split: {by: channel, limit: 3}}
  crowd_: {name: C, formula: people, split: people}
  both: {name: B, formula: count(orders) / people}
  unknown: {name: U, formula: count(counts)}
  hand: {name: H, values: {2026-01: 4}}
"""
)


def test_the_command_line_splits_what_it_can(tmp_path: Path) -> None:
    checked = checked_plan(tmp_path, PLAN, **FILES)
    assert checked.valid
    plan = split_by(checked, list(checked.plan.kpis), "Channel").plan
    found = {kpi.id: kpi.split and (kpi.split.by, kpi.split.limit) for kpi in plan.kpis.values()}
    # What the file says of this very column stays; what it says of another one is overridden.
    assert found == {
        "sales": ("channel", 3), "crowd_": None, "both": None, "unknown": ("Channel", 8), "hand": None,
    }  # fmt: skip
    assert checked.plan.kpis["crowd_"].split is not None


@pytest.mark.parametrize(
    ("kpis", "column", "hint"),
    [
        (["sales"], "amuont", 'did you mean "amount"?'),
        (["both"], "channel", "both also aggregates crowd, which has no such column"),
        (["hand"], "channel", "a split needs a column that all sources of a KPI have"),
    ],
)
def test_a_column_by_which_nothing_can_be_split(tmp_path: Path, kpis: list[str], column: str, hint: str) -> None:
    checked = checked_plan(tmp_path, PLAN, **FILES)
    with pytest.raises(UsageError, match=f'no KPI here can be split by "{column}"') as caught:
        split_by(checked, kpis, column)
    assert caught.value.hint == hint
