"""The rules that look at more than words: what each flags and what it must let pass."""

from __future__ import annotations

from datetime import date

import pytest
from lint.linted import COMPLETE, codes, kpi, of


def test_a_complete_plan_has_no_findings() -> None:
    assert codes(COMPLETE) == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("    owner: ana@acme.example\n", "A101"),
        ("    due: 2026-12-31\n", "T101"),
        ("    review: {every: month, last: 2026-06-20}\n", "T105"),
        ("    goal: loyalty\n", "R101"),
        ("    unit: customers\n", "M104"),
        ("    every: month\n", "T104"),
        ("    baseline: 22\n", "M109"),
        ("    values: {2026-06: 26}\n", "M105"),
        ("    target: at least 30 by 2026-12-31\n", "M102"),
        ("    when_red: Call ten lapsed customers.\n", "A103"),
    ],
)
def test_each_line_that_is_taken_out_is_missed(line: str, code: str) -> None:
    assert line in COMPLETE
    found = codes(COMPLETE.replace(line, "", 1))
    assert code in found
    assert set(found) <= {code, "M112"}  # without its KPI the goal has its number in its name only


def test_a_misspelt_field_is_not_missing_as_well() -> None:
    found = codes(COMPLETE.replace("    when_red:", "    when_redd:").replace("goal: loyalty", "goal: loyality"))
    assert sorted(found) == ["E010", "E040"]


def test_a_field_with_a_mistake_is_not_missing_as_well() -> None:
    wrong = (
        COMPLETE.replace("at least 30", "at leest 30")
        .replace("2026-06: 26", "2026-06: x")
        .replace("every: month\n    b", "every: mnth\n    b")
    )
    assert {code for code in codes(wrong) if code[0] != "E"} == set()


# Assignable


@pytest.mark.parametrize(
    ("owner", "flagged"),
    [
        ("everyone", True),
        ("The team", True),
        ("TBD", True),
        ("kim / alex", True),
        ("Ana and Bo", True),
        ("Ana Meyer & Bo Li", True),
        ("Marketing", True),
        ("Engineering Function", True),
        ("Talent acquisition", True),
        ("Smith, Ana", False),
        ("VP of Research and Development", False),
        ("Steering committee", True),
        ("ana@acme.example", False),
        ("team@acme.example", False),
        ("Ana Meyer", False),
        ("Head of Sales", False),
        ("CFO", False),
    ],
)
def test_A102_owners(owner: str, flagged: bool) -> None:
    assert bool(of("A102", kpi(name="Churn", owner=owner))) is flagged


@pytest.mark.parametrize(
    ("owner", "flagged"), [("Sales team", True), ("Crew", True), ("The team", False), ("Ana Meyer", False)]
)
def test_A106_named_teams(owner: str, flagged: bool) -> None:
    assert bool(of("A106", kpi(name="Churn", owner=owner))) is flagged
    assert not (flagged and of("A102", kpi(name="Churn", owner=owner)))


def test_A102_a_group_may_collect_data() -> None:
    text = "version: 1\nsources:\n  a: {path: a.csv, owner: Data team}\n  b: {path: b.csv, owner: everyone}\n"
    assert [found.subject for found in of("A102", text)] == ["sources.b.owner"]


def test_A105_counts_owners_in_any_case() -> None:
    text = "version: 1\nlint: {max_kpis_per_owner: 2}\nkpis:\n" + "".join(
        f"  k{n}: {{name: N, owner: {owner}}}\n" for n, owner in enumerate(["a@b.c", "A@b.c", "a@b.c", "b@b.c"])
    )
    assert [found.subject for found in of("A105", text)] == ["kpis.k2.owner"]


# Realistic, relevant


@pytest.mark.parametrize(
    ("fields", "flagged"),
    [
        ({"name": "Uptime", "unit": '"%"', "target": "at least 105%"}, True),
        ({"name": "Net revenue retention", "unit": '"%"', "target": "at least 110%"}, False),
        ({"name": "Revenue growth", "unit": '"%"', "target": "at least 150%"}, False),
        ({"name": "Share of orders on time", "unit": '"%"', "target": "between 90% and 120%"}, True),
        ({"name": "Number of complaints", "unit": "complaints", "target": "at most -1"}, True),
        ({"name": "Profit", "unit": "EUR", "target": "at least -100"}, False),
        ({"name": "NPS", "unit": "points", "target": "at least 120"}, True),
        ({"name": "NPS", "unit": "points", "target": "at least -20"}, False),
    ],
)
def test_R103_targets_where_no_value_can_be(fields: dict[str, str], flagged: bool) -> None:
    assert bool(of("R103", kpi(**fields))) is flagged


def test_R103_a_share_by_its_formula() -> None:
    text = """\
version: 1
sources: {calls: {path: calls.csv, date: day}}
kpis:
  a: {name: Answered, unit: "%", target: at least 101%, formula: 'count(calls[answered == "Y"]) / count(calls)'}
  b: {name: Compared, unit: "%", target: at least 101%, formula: count(calls) / previous(count(calls))}
"""
    assert [found.subject for found in of("R103", text)] == ["kpis.a.target"]


@pytest.mark.parametrize(
    ("target", "flagged"),
    [
        ("at most 5% by 2026-12-31", True),
        ("at least 5% by 2026-12-31", False),
        ("at most 5%", False),
        ("between 3% and 5% by 2026-12-31", True),
        ("10% less by 2026-12-31", False),
        ("{2026-Q3: at most 5%, 2026-Q4: at most 4.5%}", True),
        ("{2026-Q3: at most 5%, 2026-Q4: at most 3%}", False),
    ],
)
def test_R104_targets_met_at_the_baseline(target: str, flagged: bool) -> None:
    assert bool(of("R104", kpi(name="Churn", unit='"%"', baseline="4%", target=target))) is flagged


# Time-bound


def test_T101_missions_and_dates_in_names_pass() -> None:
    for goal in (
        "{name: All is well, level: Mission}",
        "{name: Three in ten come back by Q4}",
        "{name: A, framework: omtm}",
    ):
        assert not of("T101", f"version: 1\ngoals:\n  a: {goal}\n")
    assert of("T102", "version: 1\ngoals:\n  a: {name: Three in ten come back by Q4}\n")


def test_T103_a_date_is_past_the_day_after() -> None:
    assert not of("T103", COMPLETE, today=date(2026, 12, 31))
    assert [found.subject for found in of("T103", COMPLETE, today=date(2027, 1, 1))] == [
        "goals.loyalty.due",
        "kpis.repurchase_rate.target",
    ]


def test_T105_a_goal_is_reviewed_with_those_above_it() -> None:
    text = COMPLETE.replace("    review: {every: month, last: 2026-06-20}\n", "    parent: growth\n").replace(
        "kpis:", "  growth: {name: Grow, review: {every: quarter}}\nkpis:"
    )
    assert not of("T105", text)


@pytest.mark.parametrize(("last", "flagged"), [("2026-05-31", True), ("2026-06-01", False), ("2026-06-30", False)])
def test_T106_reviews_are_overdue_a_period_later(last: str, flagged: bool) -> None:
    assert bool(of("T106", COMPLETE.replace("last: 2026-06-20", f"last: {last}"))) is flagged


@pytest.mark.parametrize(
    ("schedule", "code", "subjects"),
    [
        ("{2026-Q1: at least 1, 2026-Q3: at least 2, 2027-Q2: at least 3}", "T107", ["2026-Q1", "2026-Q3"]),
        ("{2026-Q3: at least 1, 2026-Q4: at least 2}", "T107", []),
        ("{2026: at least 1, 2027-Q4: at least 2}", "T107", []),
        ("{2026-Q1: at least 1, 2026-Q2: at leest 2, 2026-Q3: at least 3}", "T107", []),
        ("{2025-Q3: at least 1, 2025-Q4: at least 2}", "T108", ["2025-Q4"]),
        ("{2026-Q2: at least 2}", "T108", ["2026-Q2"]),
        ("{2026-Q3: at least 2}", "T108", []),
    ],
)
def test_T107_and_T108_schedules(schedule: str, code: str, subjects: list[str]) -> None:
    found = of(code, kpi(name="N", unit="points", target=schedule))
    assert [one.subject.rpartition(".")[2] for one in found] == subjects


@pytest.mark.parametrize(
    ("fields", "flagged"),
    [
        ({"every": "quarter", "since": "2026-07-01", "target": "at least 5 by 2026-09-29"}, True),
        ({"every": "quarter", "since": "2026-07-01", "target": "at least 5 by 2026-09-30"}, False),
        ({"every": "year", "baseline": "1", "target": "at least 5 by 2026-06-30"}, True),
        ({"every": "year", "target": "at least 5 by 2026-06-30"}, False),
        ({"every": "day", "since": "2026-07-01", "target": "at least 5 by 2026-07-01"}, False),
    ],
)
def test_T109_deadlines_shorter_than_a_period(fields: dict[str, str], flagged: bool) -> None:
    assert bool(of("T109", kpi(name="N", unit="points", **fields))) is flagged


# Balance


def test_B101_and_B102_count() -> None:
    text = "version: 1\ngoals: {g: {name: A b c}}\nkpis:\n" + "".join(
        f"  k{n}: {{name: N, goal: g}}\n" for n in range(26)
    )
    assert [found.subject for found in of("B101", text)] == ["goals.g"]
    assert [found.subject for found in of("B102", text)] == ["kpis.k25"]
    assert not of(
        "B102", text.replace("version: 1", "version: 1\nlint: {max_kpis_per_file: 26, max_kpis_per_goal: 26}")
    )


def test_B103_a_goal_is_steered_by_what_leads_to_its_kpis() -> None:
    text = COMPLETE.replace("    every: month\n", "    every: month\n    indicator: lagging\n", 1)
    assert of("B103", text)
    assert not of("B103", text + "  late: {name: Late deliveries, indicator: leading, leads: [repurchase_rate]}\n")


def test_B106_other_kpis_on_the_goal_watch_the_quality() -> None:
    text = "version: 1\ngoals: {g: {name: A b c}}\nkpis:\n  a: {name: Number of orders, goal: g, target: %s}\n"
    assert of("B106", text % "at least 5")
    assert not of("B106", text % "at most 5")
    assert not of("B106", text % "at least 5" + "  b: {name: Returns, goal: g}\n")


def test_B107_a_different_window_is_a_different_kpi() -> None:
    text = """\
version: 1
sources: {o: {path: o.csv, date: d}}
kpis:
  a: {name: A, formula: count(o)}
  b: {name: B, formula: count(o)%s}
"""
    assert [found.subject for found in of("B107", text % "")] == ["kpis.b.formula"]
    assert not of("B107", text % ", window: 1 year")


def test_B108_goals_and_units_tell_what_is_financial() -> None:
    text = """\
version: 1
goals: {g: {name: A b c, perspective: %s}}
kpis:
  a: {name: A, unit: EUR}
  b: {name: B, unit: USD}
  c: {name: C, goal: g}
"""
    assert of("B108", text % "financial")
    assert not of("B108", text % "customer")


# Frameworks


def test_F101_an_objective_without_key_results_is_not_judged_twice() -> None:
    text = "version: 1\ngoals: {g: {name: A b c, framework: okr}}\n"
    assert "F101" not in codes(text)
    assert "M101" in codes(text)


@pytest.mark.parametrize(("reward", "flagged"), [("10% bonus", True), ("none", False), ("no", False)])
def test_F102_rewards(reward: str, flagged: bool) -> None:
    assert bool(of("F102", f"version: 1\ngoals: {{g: {{name: A b c, framework: okr, reward: {reward}}}}}\n")) is flagged


def test_F103_only_one_goal_of_a_file_can_matter_most() -> None:
    text = "version: 1\ngoals:\n  a: {name: A b c, framework: omtm}\n  b: {name: D e f, framework: omtm}\n"
    assert [found.subject for found in of("F103", text)] == ["goals.a", "goals.b", "goals.b.framework"]


def test_F106_an_owner_cannot_agree_a_goal_with_themselves() -> None:
    text = "version: 1\ngoals: {g: {name: A b c, framework: mbo, owner: a@b.c, agreed_with: %s}}\n"
    assert of("F106", text % "a@b.c")
    assert of("F106", text % "TBD")
    assert not of("F106", text % "b@b.c")


@pytest.mark.parametrize(
    ("name", "target", "flagged"),
    [
        ("Average handling time", "at most 4", True),
        ("Cost per order", "below 4", True),
        ("Average handling time", "at least 4", False),
        ("Returned orders", "at most 4", False),
    ],
)
def test_B109_limits_that_haste_can_keep(name: str, target: str, flagged: bool) -> None:
    assert bool(of("B109", kpi(name=name, unit="points", target=target))) is flagged
    assert not of("B109", kpi(name=name, unit="points", target=target, guardrails="[b]") + "  b: {name: Returns}\n")


def test_R108_asks_for_a_reason_only_where_most_goals_have_one() -> None:
    goals = "version: 1\ngoals:\n  a: {name: Customers come back, why: It costs less.}\n  b: {name: Parcels arrive}\n"
    assert [found.subject for found in of("R108", goals)] == ["goals.b"]
    assert not of("R108", goals.replace("b: {", "b: {parent: a, "))
    assert not of("R108", goals + "  c: {name: Shops open}\n")


@pytest.mark.parametrize("empty", ['""', "", "''"])
def test_an_empty_field_is_reviewed_like_one_that_is_left_out(empty: str) -> None:
    def written(*names: str) -> str:
        return "".join(f"    {name}: {empty}\n" for name in names)

    def plan(goal: str, source: str, kpi: str) -> str:
        return (
            f"version: 1\ngoals:\n  g:\n    name: Three in ten customers come back\n{goal}sources:\n  s:\n"
            f"    path: s.csv\n{source}kpis:\n  k:\n    name: Repurchase rate\n    formula: count(s)\n{kpi}"
        )

    goal, source = written("owner", "due", "why", "review"), written("owner")
    kpi = written("owner", "goal", "target", "unit", "every", "when_red", "guardrails")
    assert sorted(codes(plan(goal, source, kpi))) == sorted(codes(plan("", "", "")))
