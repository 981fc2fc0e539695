"""Rows that last (B1), balances on dated sources (B2) and who can be stale (B4)."""

from __future__ import annotations

from datetime import date

import pytest
from engine.support import Project, to_parquet
from engine.test_workbooks import save
from hypothesis import given, settings
from hypothesis import strategies as st

STAFF = """
    name,role,hired,left
    ada,lead,2025-11-01,
    ben,dev,2026-01-15,2026-06-10
    cleo,dev,2026-06-01,
    dan,dev,2026-06-30,2026-09-01
    eve,dev,2026-03-01,2026-06-01
    fay,dev,2026-03-01,2026-07-01
    gus,dev,2026-06-05,2026-06-05
"""
MOMENTS = ("at_end", "at_start", "started", "ended")


def staff(project: Project, **fields: object) -> None:
    project.table("staff", STAFF, from_="hired", **({"until": "left"} | fields))


def test_B1_alive_at_a_moment_means_on_the_day_before(project: Project) -> None:
    staff(project)
    # At the end of June (1 July): ada, cleo, dan and fay, who is alive on 30 June and gone on 1 July. At its start:
    # ada, ben, eve (alive on 31 May), fay. Begun in it: cleo, dan, gus. Ceased in it: ben, eve, gus; fay on 1 July.
    assert project.values([f"{moment}(count(staff))" for moment in MOMENTS]) == [4, 4, 3, 3]
    # At any time in it: ada, ben, cleo, dan, fay; eve was gone on 1 June, gus never was there.
    assert project.value("count(staff)") == 5
    assert project.value('at_end(count(staff[role == "lead"]))') == 1
    assert project.value("count_distinct(staff.role)") == 2


def test_B1_through_names_the_last_day_itself(project: Project) -> None:
    project.table(
        "subs", "plan,begun,ends\na,2026-01-01,2026-05-31\nb,2026-01-01,2026-05-30\nc,2026-02-01,",
        from_="begun", through="ends",
    )  # fmt: skip
    assert project.value("at_end(count(subs))", "2026-05-31") == 2  # a counts at the end of May, and ends in June
    assert project.value("ended(count(subs))", "2026-05-31") == 1
    assert project.value("ended(count(subs))", "2026-06-30") == 1


def test_B1_turnover_of_the_design(project: Project) -> None:
    staff(project)
    formula = "ended(count(staff)) / ((at_start(count(staff)) + at_end(count(staff))) / 2)"
    assert project.value(formula) == 3 / ((4 + 4) / 2)


def test_B1_T1_an_end_in_the_future_is_known_and_a_beginning_is_not(project: Project) -> None:
    staff(project)
    assert project.values(["at_end(count(staff))", "started(count(staff))"], "2026-05-31") == [4, 0]
    assert project.value("at_end(count(staff))", "2026-09-30") == 2


SPANS = st.lists(
    st.tuples(st.integers(0, 200), st.one_of(st.none(), st.integers(0, 90))), min_size=1, max_size=12
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(spans=SPANS, window=st.sampled_from([None, "2 weeks", "3 months"]))
def test_B1_the_end_is_the_start_and_what_began_less_what_ceased(
    tmp_path_factory: pytest.TempPathFactory, spans: list[tuple[int, int | None]], window: str | None
) -> None:
    project = Project(tmp_path_factory.mktemp("lasting"))
    first = date(2026, 1, 1).toordinal()
    rows = [
        (date.fromordinal(first + start), None if length is None else date.fromordinal(first + start + length))
        for start, length in spans
    ]
    project.rows("stay.csv", "begun,ended", rows)
    project.source("stay", from_="begun", until="ended")
    fields = {} if window is None else {"window": window}
    at_end, at_start, started, ended = project.values([f"{m}(count(stay))" for m in MOMENTS], **fields)
    values = (at_end, at_start, started, ended)
    if None in values:
        assert values == (None,) * 4
        return
    assert at_end is not None
    assert at_start is not None
    assert started is not None
    assert ended is not None
    assert at_end == at_start + started - ended
    end = date(2026, 7, 1)
    assert at_end == sum(1 for begun, over in rows if begun < end and (over is None or over >= end))


STOCK = """
    day,shop,units
    2026-05-30,a,5
    2026-05-30,b,7
    2026-06-10,a,100
    2026-06-28,a,3
    2026-06-28,b,4
    2026-06-28,b,1
"""


def test_B2_balances_take_all_rows_of_the_last_date(project: Project) -> None:
    project.table("stock", STOCK)
    assert project.values(["at_end(sum(stock.units))", "at_start(sum(stock.units))", "at_end(count(stock))"]) == [
        8,
        12,
        3,
    ]


def test_B2_the_date_is_chosen_after_where_and_before_brackets(project: Project) -> None:
    project.table("stock", STOCK)
    # Only shop b has rows on the last date with units 1, and shop c none at all: the date stays 28 June.
    assert project.value('at_end(sum(stock.units[shop == "c"]))') == 0
    project.table("stock", STOCK + "    2026-06-29,c,50\n", where='shop != "c"')
    assert project.value("at_end(sum(stock.units))") == 8


def test_B4_rows_that_last_and_snapshots_are_never_stale(project: Project) -> None:
    staff(project, updated="daily")
    project.table("shelf", "item,units\nx,3", date=None)
    project.kpi("heads", "at_end(count(staff))")
    project.kpi("shelf", "sum(shelf.units)")
    series = project.results("2027-06-30").series
    assert (series["heads"].fresh, series["heads"].shown.value) == (True, 2)
    assert (series["shelf"].fresh, series["shelf"].shown.value, series["shelf"].history) == (True, 3, ())


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "xlsx"])
@pytest.mark.parametrize("field", ["until", "through"])
def test_a_row_that_ends_before_it_begins_is_named_with_its_place(project: Project, kind: str, field: str) -> None:
    rows = [("2026-04-05", "2026-05-01"), ("2026-05-05", "2026-05-01"), ("2026-05-01", "2026-05-01")]
    place = {"csv": "s.csv:3", "jsonl": "s.jsonl:2", "parquet": "s.parquet: row 2", "xlsx": "s.xlsx:Sheet!B3"}[kind]
    if kind == "csv":
        project.rows("s.csv", "hired,gone", rows)
    elif kind == "jsonl":
        project.write("s.jsonl", "\n".join(f'{{"hired": "{a}", "gone": "{b}"}}' for a, b in rows).encode())
    elif kind == "parquet":
        values = ", ".join(f"(date '{a}', date '{b}')" for a, b in rows)
        to_parquet(project, "s.parquet", f"select * from (values {values}) t(hired, gone)")
    else:
        typed = [tuple(map(date.fromisoformat, row)) for row in rows]
        save(project.folder / "s.xlsx", Sheet=[("hired", "gone"), *typed])
    project.source("s", path=f"s.{kind}", from_="hired", **{field: "gone"})
    said = project.problem("started(count(s))")
    assert said.startswith(f'{place}: s.gone: "2026-05-01" is before hired, "2026-05-05"'), said
