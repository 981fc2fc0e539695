"""Notes, the sentences about what bears on a number, are in every format of every view that shows the number (G2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from diff.made_plans import plan
from helpers.builders import checked_of, kpi_of, plan_of, results_of, series_of

from kpi.diff.compare import compare
from kpi.render.diff_view import DiffView
from kpi.render.output import FORMATS, Page, render
from kpi.run.series import PartSeries, SplitSeries
from kpi.status import status_view
from kpi.status.kpi_view import show_view
from kpi.status.matrix import matrix
from kpi.status.value_changes import value_changes

NOTE = "12 of 5,000 rows of orders were skipped"
PART_NOTE = "3 of 40 rows of this part were skipped"
PLAN = plan_of([kpi_of("sales", name="Sales")])
SPLIT = SplitSeries("region", (PartSeries("west", series_of(4.0, 5.0, notes=(NOTE, PART_NOTE))),))
RESULTS = results_of([series_of(8.0, 9.0, notes=(NOTE,), split=SPLIT)])


def status() -> object:
    return status_view(PLAN, RESULTS)


def last_periods() -> object:
    return matrix(PLAN, status_view(PLAN, RESULTS), 2)


def show() -> object:
    return show_view(checked_of(PLAN), RESULTS, "sales", 24, definition=None)


def diff() -> object:
    one, other = (
        plan(f"kpis: {{sales: {{name: Sales, formula: {text}}}}}") for text in ("count(orders)", "sum(orders.n)")
    )
    before = results_of([series_of(1.0, 2.0)])
    values = value_changes({"sales": "sales"}, (one.plan, before), (other.plan, RESULTS))
    return DiffView("Shop", "main", "the working tree", "3f2a", "worktree", compare(one, other), values)


VIEWS = {"StatusView": status, "Matrix": last_periods, "ShowView": show, "DiffView": diff}


@pytest.mark.parametrize(("name", "format_"), [(name, format_) for name in VIEWS for format_ in FORMATS[name]])
def test_G2_a_note_is_in_every_format(name: str, format_: str) -> None:
    shown = render(VIEWS[name](), format_, Page(width=160))
    assert NOTE in shown.replace("&#", "").replace("\\", "")


@pytest.mark.parametrize("format_", FORMATS["StatusView"])
def test_G2_a_note_of_a_part_is_said_once(format_: str) -> None:
    shown = render(status(), format_, Page(width=160))
    assert shown.count(PART_NOTE) == 1
    if format_ in ("table", "markdown"):
        assert shown.count(NOTE) == 1, "what the whole says is not repeated by its parts"


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize("name", VIEWS)
def test_G2_a_note_is_whole_in_a_narrow_terminal(name: str, width: int) -> None:
    shown = " ".join(render(VIEWS[name](), next(iter(FORMATS[name])), Page(width=width)).split())
    assert NOTE in shown


def test_a_kpi_without_notes_has_an_empty_list() -> None:
    series = replace(RESULTS.series["sales"], notes=(), split=None)
    assert '"notes": []' in render(
        status_view(PLAN, replace(RESULTS, as_of=date(2026, 6, 30), series={"sales": series})), "json"
    )
