"""``leads`` as a list or with lags, and notes that mark a break."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.data import check_plan
from kpi.plan.loading import read_plan
from kpi.plan.model import Kpi, Lead

HEAD = "version: 1\nkpis:\n  b: {name: B}\n  a: {name: A, "


def read(fields: str) -> tuple[Kpi | None, list[tuple[str, str, str]]]:
    found = read_plan(Path("kpi.yaml"), text=HEAD + fields + "}\n")
    faults = [(one.code, one.subject, one.message) for one in check_plan(found).diagnostics]
    return found.plan.kpis.get("a"), faults


@pytest.mark.parametrize(
    ("written", "leads"),
    [
        ("leads: [b]", (Lead("b", None, 0),)),
        ("leads: {b: 3 months}", (Lead("b", "3 months", "b"),)),
        ("leads: []", ()),
        ("leads: {}", ()),
    ],
)
def test_leads_is_a_list_or_says_how_much_later(written: str, leads: tuple[Lead, ...]) -> None:
    kpi, faults = read(written)
    assert kpi is not None
    assert (kpi.leads, faults) == (leads, [])


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("leads: {b: soon}", ("E023", "kpis.a.leads.b", '"soon" is not a lag')),
        ("leads: {b: 0 months}", ("E023", "kpis.a.leads.b", '"0 months" is not a lag')),
        ("leads: {b: [1 month]}", ("E011", "kpis.a.leads.b", '"b" should be a text, but this is a list')),
        ("leads: {c: 3 months}", ("E041", "kpis.a.leads.c", 'there is no KPI "c"')),
        ("leads: [c]", ("E041", "kpis.a.leads.0", 'there is no KPI "c"')),
        ("notes: {2026-03: {brake: New}}", ("E010", "kpis.a.notes.2026-03.brake", '2026-03 has no field "brake"')),
    ],
)
def test_a_mistake_is_at_its_lag_or_name(written: str, fault: tuple[str, str, str]) -> None:
    assert fault in read(written)[1]


def test_a_note_may_mark_a_break() -> None:
    kpi, faults = read("notes: {2026-01: Card launched, 2026-03: {break: New survey}}")
    assert kpi is not None
    assert faults == []
    assert kpi.remarks == {"2026-01": "Card launched", "2026-03": "New survey"}
    assert kpi.breaks == ("2026-03",)
