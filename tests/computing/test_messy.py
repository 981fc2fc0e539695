"""Files as programs and people leave them: read right, or refused with file, line and a mend that works."""

from __future__ import annotations

import pytest
from computing.support import Project

SUM = "sum(sales.amount)"


def put(project: Project, text: str | bytes, **fields: object) -> None:
    """A file of sales with exactly these bytes, and its source."""
    project.write("sales.csv", text if isinstance(text, bytes) else text.encode())
    project.source("sales", **fields)


# Rows with too many or too few fields.


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2026-06-02,2", "2 fields where the header has 3"),
        ("2026-06-02,2,x,y", "4 fields where the header has 3"),
        ("2026-06-02,,2,", "4 fields where the header has 3"),  # all that is behind the second comma has moved
        ("2026-06-02,2,x,,", "4 fields where the header has 3"),
    ],
)
def test_a_ragged_row_is_an_error_also_when_the_field_too_many_is_empty(project: Project, row: str, words: str) -> None:
    put(project, f"day,amount,note\n2026-06-01,1,x\n{row}\n2026-06-03,4,x\n")
    problem = project.problem(SUM)
    assert problem.startswith(f"sales.csv:3: {words}")
    assert "on_bad_rows: skip" in problem
    put(project, f"day,amount,note\n2026-06-01,1,x\n{row}\n2026-06-03,4,x\n", on_bad_rows="skip")
    project.kpi("left", SUM)
    results = project.results()
    assert results.series["left"].shown.value == 5
    assert results.sources["sales"].skipped == 1


@pytest.mark.parametrize("header", ["day,amount", "day,amount,"])
def test_rows_may_all_end_with_a_delimiter_whether_the_header_does_or_not(project: Project, header: str) -> None:
    put(project, f"{header}\n2026-06-01,1,\n2026-06-02,2,\n")
    assert project.value(SUM) == 3


def test_empty_values_stay_empty_in_every_kind(project: Project) -> None:
    put(project, 'day,amount,note,at,ok\n2026-06-01,1,a,2026-06-01,true\n2026-06-02,,"",,\n2026-06-03, ,b, ,\n')
    asked = [f"count(sales[{name} is None])" for name in ("amount", "note", "at", "ok")]
    assert project.values(asked) == [2, 1, 2, 2]
    assert project.values(["count_distinct(sales.note)", 'count(sales[note != "a"])']) == [2, 2]
