"""Thirty-odd commits to the plan of a boat hire, as they happen to such files, each with what it must be said to be.

An edit is (file, old text, new text); ``None`` as the old text writes the whole file, as the new one deletes it. What
is expected stands in the words of the design, by hand: (class, subject, field), and the KPIs that are affected.
"""

# ruff: noqa: E501 - edits are easier to follow as lines of a file than broken up

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from diff.repository import Repository

Expected = set[tuple[str, str, str | None]]


class Step(NamedTuple):
    """One commit."""

    message: str
    edits: list[tuple[str, str | None, str | None]]
    expected: Expected
    affected: tuple[str, ...] = ()
    author: str = "Ana"


PLAN = """\
version: 1
title: Harbour Boats
as_of: 2026-06-30

sources:
  trips: {path: data/trips.csv, date: left_on, owner: cleo@harbour.example, updated: daily}
  boats: {path: data/boats.csv}
  repairs: {path: data/repairs.csv, date: reported_on}

measures:
  takings: sum(trips.price)
  paid_trips: count(trips[paid == True])

goals:
  season:
    name: Earn in four months what keeps us for twelve
    owner: ana@harbour.example
    due: 2026-12-31
  safety:
    name: Every guest comes back dry
    owner: bo@harbour.example
    parent: season

kpis:
  revenue:
    name: Revenue
    goal: season
    owner: ana@harbour.example
    unit: EUR
    formula: takings
    baseline: 4,000
    target: 20% more by 2026-12-31
  price_per_trip:
    name: Price per trip
    goal: season
    owner: ana@harbour.example
    unit: EUR
    formula: takings / paid_trips
    target: at least 30
    guardrails: [return_rate]
  return_rate:
    name: Guests who come again
    goal: season
    owner: cleo@harbour.example
    unit: "%"
    window: 3 months
    formula: count(trips[again == True]) / count(trips)
    target: at least 30% by 2026-12-31
    thresholds: {green: at least 29%, yellow: at least 25%}
  repair_time:
    name: Time to repair a boat
    goal: safety
    owner: bo@harbour.example
    unit: minutes
    formula: avg(repairs.took)
    target: at most 90
  load:
    name: Guests per boat
    goal: safety
    owner: bo@harbour.example
    unit: guests
    formula: avg(trips.guests)
    target: between 2 and 4
  stars:
    name: Stars on the comparison site
    goal: season
    owner: cleo@harbour.example
    unit: stars
    every: quarter
    values: {2026-Q1: 4.1}
    target: {2026-Q2: at least 4.2, 2026-Q4: at least 4.5}
"""

K = "kpi.yaml"

STORY: list[Step] = [
    Step("First KPIs", [(K, None, PLAN)], {
        ("added", f"sources.{name}", None) for name in ("trips", "boats", "repairs")
    } | {("added", f"measures.{name}", None) for name in ("takings", "paid_trips")}
      | {("added", f"goals.{name}", None) for name in ("season", "safety")}
      | {("added", f"kpis.{name}", None)
         for name in ("revenue", "price_per_trip", "return_rate", "repair_time", "load", "stars")}
      | {("wording", "plan", "title"), ("other", "plan", "as_of")}),
    Step("Quotes, comments, spaces and words", [
        (K, "formula: takings / paid_trips", 'formula: "takings/paid_trips"    # what a guest leaves'),
        (K, "    target: at least 30\n", '    target: ">= 30.0"\n'),
        (K, "target: at most 90", "target: no more than 90"),
        (K, "baseline: 4,000", "baseline: 4k"),
        (K, "window: 3 months", "window: 1 quarter"),
        (K, "name: Every guest comes back dry", "name: >-\n      Every guest\n      comes back dry"),
    ], set()),
    Step("Sort the KPIs", [
        (K, """\
  repair_time:
    name: Time to repair a boat
    goal: safety
    owner: bo@harbour.example
    unit: minutes
    formula: avg(repairs.took)
    target: no more than 90
""", ""),
        (K, "kpis:\n", """\
kpis:
  repair_time: {unit: minutes, owner: bo@harbour.example, goal: safety, name: Time to repair a boat,
                target: at most 90, formula: avg( repairs.took )}
"""),
    ], set(), author="Bo"),
    Step("Be realistic", [(K, "target: at least 30% by 2026-12-31", "target: at least 27% by 2026-12-31")],
         {("loosened", "kpis.return_rate", "target")}, author="Cleo"),
    Step("Faster", [(K, "target: at most 90", "target: below 75")], {("tightened", "kpis.repair_time", "target")}),
    Step("More time", [(K, "    owner: ana@harbour.example\n    due: 2026-12-31", "    owner: ana@harbour.example\n    due: 2027-03-31")],
         {("later", "goals.season", "due")}),
    Step("Less, and later", [(K, "at least 27% by 2026-12-31", "at least 26% by 2027-06-30")],
         {("loosened", "kpis.return_rate", "target"), ("later", "kpis.return_rate", "target")}, author="Cleo"),
    Step("Say it better", [
        (K, "name: Guests who come again", "name: Guests who came back\n    question: Do guests come back?"),
        (K, "name: Earn in four months what keeps us for twelve", "name: Earn in four months what feeds us for twelve\n    why: Winters are long."),
    ], {("wording", "kpis.return_rate", "name"), ("wording", "kpis.return_rate", "question"),
        ("wording", "goals.season", "name"), ("wording", "goals.season", "why")}),
    Step("Bo leaves", [
        (K, "goal: safety, name: Time", "goal: safety, name: Time"),
        (K, "owner: bo@harbour.example, goal", "owner: cleo@harbour.example, goal"),
        (K, "    owner: bo@harbour.example\n    parent: season", "    owner: cleo@harbour.example\n    parent: season"),
        (K, "owner: cleo@harbour.example, updated: daily", "owner: ana@harbour.example, updated: daily"),
    ], {("ownership", "kpis.repair_time", "owner"), ("ownership", "goals.safety", "owner"),
        ("ownership", "sources.trips", "owner")}),
    Step("Count refunds", [(K, "kpis:\n", """\
kpis:
  refunds:
    name: Refunds
    goal: season
    unit: EUR
    formula: sum(trips.refund)
""")], {("added", "kpis.refunds", None)}),
    Step("No longer count refunds", [(K, """\
  refunds:
    name: Refunds
    goal: season
    unit: EUR
    formula: sum(trips.refund)
""", "")], {("removed", "kpis.refunds", None)}),
    Step("A better id", [(K, "  return_rate:\n", "  loyalty:\n"), (K, "guardrails: [return_rate]", "guardrails: [loyalty]")],
         {("renamed", "kpis.loyalty", "id")}),
    Step("Load is about money", [
        (K, "    name: Guests per boat\n    goal: safety", "    name: Guests per boat\n    goal: season"),
    ], {("moved", "kpis.load", "goal")}),
    Step("Only guests that paid", [(K, "formula: count(trips[again == True]) / count(trips)",
                                    "formula: count(trips[again == True and paid == True]) / count(trips)")],
         {("formula", "kpis.loyalty", "formula")}, author="Cleo"),
    Step("Look further back", [(K, "window: 1 quarter", "window: 1 year")], {("window", "kpis.loyalty", "window")}),
    Step("The same in months", [(K, "window: 1 year", "window: 12 months")], set()),
    Step("Deposits are no takings", [(K, "takings: sum(trips.price)", "takings: sum(trips.price) - sum(trips.deposit)")],
         {("formula", "measures.takings", "formula")}, ("revenue", "price_per_trip"), author="Bo"),
    Step("Name what is divided by", [
        (K, "  takings: sum", "  all_trips: count(trips)\n  takings: sum"),
        (K, "and paid == True]) / count(trips)", "and paid == True]) / all_trips"),
    ], {("added", "measures.all_trips", None)}),
    Step("A better name for the trips", [
        (K, "  trips: {path", "  outings: {path"),
        (K, "all_trips: count(trips)", "all_trips: count(outings)"),
        (K, "sum(trips.price) - sum(trips.deposit)", "sum(outings.price) - sum(outings.deposit)"),
        (K, "paid_trips: count(trips[", "paid_trips: count(outings["),
        (K, "count(trips[again", "count(outings[again"), (K, "avg(trips.guests)", "avg(outings.guests)"),
    ], {("renamed", "sources.outings", "id")}),
    Step("One file a year, and only those that left", [
        (K, "path: data/trips.csv,", 'path: data/trips-*.csv, where: status != "cancelled",'),
        (K, "updated: daily}", "updated: 1 day}"),
    ], {("source", "sources.outings", "path"), ("rows", "sources.outings", "where")},
        ("loyalty", "load", "price_per_trip", "revenue")),
    Step("Boats that are paid for", [
        (K, "boats: {path: data/boats.csv}",
         "boats: {path: data/boats.csv, from: bought_on, until: sold_on, read: {delimiter: ;}, types: {price: number}}"),
        (K, "repairs: {path: data/repairs.csv, date: reported_on}",
         "repairs: {path: data/repairs.csv, date: reported_on, no_rows: zero, computed: {took: minutes(done - begun)}}"),
    ], {("rows", "sources.boats", "from"), ("rows", "sources.boats", "until"),
        ("source", "sources.boats", "read.delimiter"), ("source", "sources.boats", "types.price"),
        ("rows", "sources.repairs", "no_rows"), ("formula", "sources.repairs", "computed.took")},
        ("repair_time",)),
    Step("Green more often", [(K, "{green: at least 29%, yellow: at least 25%}", "{green: at least 26%, yellow: at or above 25%}")],
         {("loosened", "kpis.loyalty", "thresholds.green")}),
    Step("Fuller boats", [(K, "target: between 2 and 4", "target: between 2.5 and 5")],
         {("tightened", "kpis.load", "target"), ("loosened", "kpis.load", "target")}, author="Bo"),
    Step("Stars take longer", [(K, "2026-Q4: at least 4.5}", "2027-Q1: at least 4.5, 2027-Q2: at least 4.6}")],
         {("later", "kpis.stars", "target"), ("tightened", "kpis.stars", "target.2027-Q2")}),
    Step("Last year was worse than we thought", [(K, "baseline: 4k", "baseline: 3,500")],
         {("baseline", "kpis.revenue", "baseline"), ("loosened", "kpis.revenue", "target")}),
    Step("Stars of spring", [
        (K, "values: {2026-Q1: 4.1}", "values: {2026-Q1: 4.15, 2026-Q2: 4.3}\n    notes: {2026-Q1: Counted again}"),
    ], {("source", "kpis.stars", "values.2026-Q1"), ("source", "kpis.stars", "values.2026-Q2"),
        ("wording", "kpis.stars", "notes.2026-Q1")}),
    Step("Split the file", [
        ("teams/safety.kpi.yaml", None, """\
version: 1
sources:
  repairs:
    path: ../data/repairs.csv
    date: reported_on
    no_rows: zero
    computed: {took: minutes(done - begun)}
kpis:
  repair_time:
    name: Time to repair a boat
    goal: safety
    owner: cleo@harbour.example
    unit: minutes
    formula: avg(repairs.took)
    target: under 75
"""),
        (K, """\
  repair_time: {unit: minutes, owner: cleo@harbour.example, goal: safety, name: Time to repair a boat,
                target: below 75, formula: avg( repairs.took )}
""", ""),
        (K, "  repairs: {path: data/repairs.csv, date: reported_on, no_rows: zero, computed: {took: minutes(done - begun)}}\n", ""),
        (K, "as_of: 2026-06-30\n", "as_of: 2026-06-30\ninclude: [teams/*.kpi.yaml]\n"),
    ], set()),
    Step("Seconds", [
        ("teams/safety.kpi.yaml", "unit: minutes", "unit: seconds"),
        ("teams/safety.kpi.yaml", "target: under 75", "target: under 75 min"),
    ], {("other", "kpis.repair_time", "unit")}),
    Step("A target that follows the budget", [
        (K, "  takings: sum", "  budget: sum(outings.planned)\n  takings: sum"),
        (K, "target: 20% more by 2026-12-31", "target: at least 95% of budget"),
    ], {("added", "measures.budget", None), ("other", "kpis.revenue", "target"), ("earlier", "kpis.revenue", "target")}),
    Step("Nine tenths will do", [(K, "at least 95% of budget", "at least 90% of budget")],
         {("loosened", "kpis.revenue", "target")}, author="Bo"),
    Step("A smaller budget", [(K, "budget: sum(outings.planned)", "budget: sum(outings.planned) * 0.8")],
         {("formula", "measures.budget", "formula")}, ("revenue",), author="Bo"),
    Step("No target, and one more", [
        (K, "    target: between 2.5 and 5\n", "    tags: [boats]\n"),
        (K, "    target: \">= 30.0\"\n", "    target: \">= 30.0\"\n    thresholds: {green: at least 30, yellow: at least 28}\n"),
    ], {("loosened", "kpis.load", "target"), ("other", "kpis.load", "tags"),
        ("other", "kpis.price_per_trip", "thresholds.green"), ("loosened", "kpis.price_per_trip", "thresholds.yellow")}),
    Step("Safety first", [
        (K, "    owner: cleo@harbour.example\n    parent: season", "    owner: cleo@harbour.example\n    due: 2026-09-30"),
    ], {("moved", "goals.safety", "parent"), ("earlier", "goals.safety", "due")}),
    Step("Our year starts in April", [(K, "as_of: 2026-06-30\n", "as_of: 2026-06-30\ncalendar: {fiscal_year_starts: April}\nlint: {ignore: [A103]}\n"),
         (K, "every: quarter", "every: month"), (K, "{2026-Q1: 4.15, 2026-Q2: 4.3}", "{2026-03: 4.15, 2026-06: 4.3}"),
         (K, "{2026-Q1: Counted again}", "{2026-03: Counted again}"),
         (K, "{2026-Q2: at least 4.2, 2027-Q1: at least 4.5, 2027-Q2: at least 4.6}",
             "{2026-04: at least 4.2, 2027-01: at least 4.5, 2027-04: at least 4.6}")],
         {("window", "plan", "calendar.fiscal_year_starts"), ("other", "plan", "lint.ignore"),
          ("window", "kpis.stars", "every"), ("source", "kpis.stars", "values.2026-Q1"),
          ("source", "kpis.stars", "values.2026-Q2"), ("source", "kpis.stars", "values.2026-03"),
          ("source", "kpis.stars", "values.2026-06"), ("wording", "kpis.stars", "notes.2026-Q1"),
          ("wording", "kpis.stars", "notes.2026-03")},
         ("load", "loyalty", "price_per_trip", "repair_time", "revenue", "stars")),
    Step("Nobody looks at this any more", [(K, None, None), ("teams/safety.kpi.yaml", None, None)], {
        ("removed", f"sources.{name}", None) for name in ("outings", "boats", "repairs")
    } | {("removed", f"measures.{name}", None) for name in ("takings", "paid_trips", "all_trips", "budget")}
      | {("removed", f"goals.{name}", None) for name in ("season", "safety")}
      | {("removed", f"kpis.{name}", None)
         for name in ("revenue", "price_per_trip", "loyalty", "repair_time", "load", "stars")}
      | {("wording", "plan", "title"), ("other", "plan", "as_of"), ("other", "plan", "lint.ignore"),
         ("window", "plan", "calendar.fiscal_year_starts")}),
]  # fmt: skip


def tell(root: Path) -> tuple[Repository, list[str]]:
    """The repository with the whole story, and the hash of each commit after an empty first one."""
    repository = Repository(root)
    hashes = [repository.commit("Begin", day="2025-12-01")]
    for number, step in enumerate(STORY):
        for file, old, new in step.edits:
            path = root / file
            if new is None:
                path.unlink()
            elif old is None:
                repository.put(file, new)
            else:
                text = path.read_text(encoding="utf-8")
                assert text.count(old) == 1, (step.message, old)
                path.write_text(text.replace(old, new), encoding="utf-8")
        month, day = divmod(number, 6)
        hashes.append(repository.commit(step.message, author=step.author, day=f"2026-{month + 1:02}-{4 * day + 1:02}"))
    return repository, hashes
