"""The models validate what people write, with and without a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from kpi.plan.loading import read_plan
from kpi.plan.model import Goal, Kpi, Plan, PlanFile, Reference, ScheduleEntry, Source, Split, Target, Thresholds
from kpi.plan.model.target_text import NOT_UNDERSTOOD, TRAILING_WORDS


def test_a_model_reads_what_people_write_in_the_unit_of_the_kpi() -> None:
    kpi = Kpi.model_validate({
        "id": "repurchase_rate", "name": "Repurchase rate", "unit": "%", "baseline": "22%", "since": "2026-01-01",
        "target": "at least 30% by 2026-12-31", "thresholds": {"green": "at least 29%", "yellow": "at least 25%"},
        "split": {"by": " channel ", "targets": {"web": "28%"}}, "notes": {"2026-03": "Card launched"},
    })  # fmt: skip
    assert (kpi.baseline, kpi.since) == (0.22, date(2026, 1, 1))
    assert kpi.target == Target("at least 30% by 2026-12-31", ">=", 0.3, None, date(2026, 12, 31))
    assert kpi.thresholds == Thresholds(
        green=Target("at least 29%", ">=", 0.29), yellow=Target("at least 25%", ">=", 0.25)
    )
    assert kpi.split == Split(by="channel", targets={"web": Target("28%", ">=", 0.28)})


def test_a_schedule_is_ordered_and_values_are_by_period() -> None:
    kpi = Kpi.model_validate({
        "id": "nps", "name": "NPS", "every": "quarter", "values": {"2026-Q1": "41", "2026-Q2": 44},
        "target": {"2027": "at least budget", "2026-Q4": "at least 50"},
    })  # fmt: skip
    assert kpi.values == {"2026-Q1": 41.0, "2026-Q2": 44.0}
    assert kpi.target == (
        ScheduleEntry("2026-Q4", date(2026, 10, 1), Target("at least 50", ">=", 50.0)),
        ScheduleEntry("2027", date(2027, 1, 1), Target("at least budget", ">=", Reference("budget"))),
    )


def test_all_mistakes_are_found_at_once_and_carry_their_codes() -> None:
    with pytest.raises(ValidationError) as caught:
        Kpi.model_validate({
            "id": "nps", "nam": "NPS", "unit": "%", "baseline": "many", "since": "soon", "ambition": "11",
            "thresholds": {"green": "at least 5%", "yellow": "at most 3%"}, "values": {"March": "1%"}, "tags": "a",
        })  # fmt: skip
    found = {(one["type"], one["loc"]) for one in caught.value.errors()}
    assert found == {
        ("missing", ("name",)), ("extra_forbidden", ("nam",)), ("E032", ("baseline",)), ("E021", ("since",)),
        ("less_than_equal", ("ambition",)), ("E031", ("thresholds", "yellow")), ("E022", ("values", "March")),
        ("tuple_type", ("tags",)),
    }  # fmt: skip


def test_models_are_frozen_and_compare_by_value() -> None:
    goal = Goal(id="a", name="A")
    with pytest.raises(ValidationError):
        goal.name = "B"
    assert goal == Goal(id="a", name="A")
    assert goal.model_copy(update={"name": "B"}) == Goal(id="a", name="B")


def test_fields_set_while_loading_are_not_fields_of_the_file() -> None:
    assert set(Plan.model_fields) - set(PlanFile.model_fields) == {
        "folder",
        "root",
        "allowed",
        "remote",
        "homes",
        "files",
        "decisions",
    }
    assert set(Plan.fields()) == set(PlanFile.fields()) == set(PlanFile.model_json_schema()["properties"])
    for model in (Source, Goal, Kpi):
        assert "id" not in model.fields()


KPI = "version: 1\ngoals: {growth: {name: G}}\nkpis:\n  nps:\n    name: N\n    "


@pytest.mark.parametrize(
    ("text", "code", "meant", "kind"),
    [
        (KPI + "ownr: ana\n", "E010", "owner", ""),
        (KPI + "every: monht\n", "E014", "month", ""),
        (KPI + "zzz: 1\n", "E010", None, ""),
        (KPI + "target: as good as it gets\n", "E030", None, NOT_UNDERSTOOD),
        (KPI + "target: at least 5 of all the things we sell\n", "E030", None, TRAILING_WORDS),
    ],
)
def test_a_diagnostic_carries_what_rules_ask_for(text: str, code: str, meant: str | None, kind: str) -> None:
    (found,) = read_plan(Path("kpi.yaml"), text=text).diagnostics
    assert (found.code, found.meant, found.kind) == (code, meant, kind)


def test_a_field_that_cannot_be_read_hides_no_other_and_is_left_out() -> None:
    text = KPI + "tags: [a, {b: c}, d]\n    values: {2026-01: 4, March: 5}\n    split: {by: channel, limit: x}\n"
    read = read_plan(Path("kpi.yaml"), text=text)
    assert [one.subject for one in read.diagnostics] == [
        "kpis.nps.tags.1",
        "kpis.nps.values.March",
        "kpis.nps.split.limit",
    ]
    kpi = read.plan.kpis["nps"]
    assert (kpi.tags, kpi.values, kpi.split) == (("a", "d"), {"2026-01": 4.0}, Split(by="channel"))
