"""What plans of others taught the rules: sentences in other languages, results after work, outputs, labels instead of
measures, perfect targets, owners without influence. All sentences are written for these tests."""

from __future__ import annotations

import json
import re

import pytest
from lint.linted import findings, of

from kpi.catalog.catalog import load_catalog
from kpi.lint import outcomes
from kpi.lint.vocabulary import FOLDER

WORDING = {"S101", "S102", "S103", "S104", "S106", "S107", "S109", "M107", "M117", "M118"}


def goal(name: str) -> str:
    return f"version: 1\ngoals:\n  a: {{name: {json.dumps(name)}}}\n"


def kpi(name: str, more: str = "") -> str:
    return f"version: 1\nkpis:\n  a: {{name: {json.dumps(name)}{more}}}\n"


def wording(text: str) -> set[str]:
    return {found.code for found in findings(text)} & WORDING


@pytest.mark.parametrize(
    "name",
    [
        "Mehr Kunden kommen wieder",
        "Kunden kaufen erneut",
        "Innovative Produkte für alle Kunden",
        "Umsatz steigt in Bayern deutlich",
        "Améliorer la satisfaction des clients",
        "Más clientes vuelven cada mes",
        "Klanten komen vaker terug",
    ],
)
def test_sentences_in_other_languages_are_not_judged(name: str) -> None:
    assert wording(goal(name)) == set()


@pytest.mark.parametrize("name", ["Regional bakery supply chain", "Kitchen garden seasons calendar"])
def test_short_english_topics_still_are(name: str) -> None:
    assert "S106" in wording(goal(name))


@pytest.mark.parametrize(
    "name",
    [
        "Set up a survey and increase the share of regulars who answer it",
        "Hire a night baker and reduce the bread thrown away",
        "Enable visitors to find a recipe within 3 clicks",
        "Make €15,000 a month with cakes",
    ],
)
def test_M107_work_that_goes_on_with_its_result_passes(name: str) -> None:
    assert not of("M107", goal(name))


@pytest.mark.parametrize(
    "name",
    [
        "Publish a price list by 2026",
        "Clearly document the opening hours",
        "Build a stall and improve communication",
        "Replace both ovens by 2027",
        "Form a committee for the summer fair",
        "Prepare the cake order within 3 days",
    ],
)
def test_M107_a_year_a_deadline_and_a_second_wish_are_no_result(name: str) -> None:
    assert of("M107", goal(name))


@pytest.mark.parametrize(
    ("name", "flagged"),
    [
        ("12 workshops", True),
        ("3 sourdough courses in spring", True),
        ("Increase the number of classes", True),
        ("Increase the number of visits", False),
        ("10 regulars at courses", False),
        ("2 events per shop that sell out", False),
        ("All shops will publish a plan", True),
        ("Guests will find a seat", False),
        ("Customers can reserve a cake", True),
        ("Half of all customers can pay by phone", True),
        ("90% of customers can pay by phone", False),
        ("First version of the shop app", True),
        ("Have a tested recipe guide", True),
        ("Bread keeps longer than the loaves it replaced", False),
    ],
)
def test_M117_outputs_promises_and_features(name: str, flagged: bool) -> None:
    assert bool(of("M117", goal(name))) is flagged


def test_M117_and_M118_propose_a_kpi_of_the_catalog() -> None:
    (output,) = of("M117", kpi("Number of workshops held"))
    (vanity,) = of("M118", kpi("Followers"))
    assert "`kpi add exam_pass_rate`" in str(output.hint)
    assert "`kpi add lead_conversion_rate`" in str(vanity.hint)
    named = {id_ for _, id_ in outcomes._CATALOG}
    named |= set(re.findall(r"`kpi add (\w+)`", (FOLDER / "vanity_measures.txt").read_text(encoding="utf-8")))
    assert named <= set(load_catalog().kpis)


@pytest.mark.parametrize(
    ("name", "flagged"),
    [
        ("How do we bake less waste?", True),
        ("Baking programme", True),
        ("Shop communications", True),
        ("Baker pay", True),
        ("Average baker pay", False),
        ("Course participation", True),
        ("Course participation rate", False),
        ("Satisfaction with deliveries", True),
        ("Share of guests with a loyalty programme", False),
        ("Guest retention (spring to spring)", False),
        ("Renewal rate", False),
    ],
)
def test_M119_labels_questions_and_missing_bases(name: str, flagged: bool) -> None:
    assert bool(of("M119", kpi(name))) is flagged


@pytest.mark.parametrize(
    ("name", "flagged"),
    [
        ("Increase the share of guests who call our bread outstanding", False),
        ("Raise the number of effective recipes", True),
        ("Increase the number of innovative breads rated by guests", False),
    ],
)
def test_S101_what_is_counted_may_be_an_opinion_but_not_the_first_word(name: str, flagged: bool) -> None:
    assert bool(of("S101", goal(name))) is flagged


@pytest.mark.parametrize(
    ("name", "flagged"),
    [("Grow TODO membership by 20%", False), ("TODO: find a name", True), ("TODO find a name", True)],
)
def test_S108_a_name_that_looks_like_a_mark(name: str, flagged: bool) -> None:
    assert bool(of("S108", goal(name))) is flagged


PERFECT = "version: 1\nkpis:\n  a: {name: %s, unit: %s, target: %s%s}\n"


@pytest.mark.parametrize(
    ("name", "unit", "target", "more", "flagged"),
    [
        ("Share of calls answered", '"%"', "at least 100%", "", True),
        ("Share of calls answered", '"%"', "at least 100%", ", notes: {2026-01: Agreed with the city}", False),
        ("Share of calls answered", '"%"', "at least 97%", "", False),
        ("Complaints", "complaints", "at most 0", "", True),
        ("Accidents at work", "accidents", "at most 0", "", False),
        ("Revenue growth", '"%"', "at least 100%", "", False),
        ("Balance", "EUR", "at least 0", "", False),
        ("Share of shops moved", '"%"', "at least 100% by 2026-12-31", ", baseline: 0%", False),
    ],
)
def test_R110_perfection(name: str, unit: str, target: str, more: str, flagged: bool) -> None:
    assert bool(of("R110", PERFECT % (name, unit, target, more))) is flagged


def test_R110_a_kept_target_without_baseline_once_two_in_three_have_one() -> None:
    line = "  k%d: {name: Share of loaf %d sold, unit: '%%', target: at least 9%d%%%s}\n"
    founded = "".join(line % (number, number, number, ", baseline: 80%") for number in range(2))
    plan = "version: 1\nkpis:\n" + founded + line % (7, 7, 7, "")
    assert [found.location.line for found in of("R110", plan)] == [5]
    assert not of("R110", plan + line % (8, 8, 8, ""))
    assert not of("R110", plan + "lint: {absolute_measures: {add: [loaf]}, ignore: [R110]}\n")


PARTS = """\
version: 1
sources:
  orders: {path: orders.csv, date: day%s}
goals:
  g: {name: A loaf earns twice its cost, owner: ana%s}
kpis:
  x: {name: Revenue, unit: EUR, owner: %s, formula: sum(orders.amount)}
  y: {name: Orders, unit: orders, owner: ben, formula: count(orders)}
  z: {name: Order value, goal: g, unit: EUR, owner: ana, formula: x / y}
"""


@pytest.mark.parametrize(
    ("source", "goal_", "owner", "flagged"),
    [
        ("", "", "ben", True),
        ("", "", "ana", False),
        ("", ", agreed_with: Ben", "ben", False),
        ("", ", agreed_with: cy", "ben", True),
    ],
)
def test_A107_components_of_others(source: str, goal_: str, owner: str, flagged: bool) -> None:
    assert bool(of("A107", PARTS % (source, goal_, owner))) is flagged


@pytest.mark.parametrize(("many", "flagged"), [(3, True), (2, False)])
def test_A107_the_owner_of_a_source_counts_with_three_kpis_of_it(many: int, flagged: bool) -> None:
    rest = "".join(f"  k{n}: {{name: K{n}, unit: x, owner: ben, formula: count(orders)}}\n" for n in range(many))
    plan = (
        "version: 1\nsources:\n  orders: {path: o.csv, date: day, owner: ben}\nkpis:\n"
        "  mine: {name: Revenue, unit: EUR, owner: ana, formula: sum(orders.amount)}\n" + rest
    )
    assert bool(of("A107", plan)) is flagged
