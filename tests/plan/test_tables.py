"""Every field of the models can be read, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.lint.registry import RULES, file_model
from kpi.plan.loading import read_plan
from kpi.plan.model import (
    CalendarSettings,
    Goal,
    Kpi,
    LintSettings,
    PlanFile,
    ReadOptions,
    Record,
    Review,
    Source,
    Split,
    Thresholds,
    WordOptions,
)

MODELS = [
    PlanFile, CalendarSettings, LintSettings, WordOptions, Source, ReadOptions, Goal, Review, Kpi, Split, Thresholds,
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
def test_only_what_people_write_is_a_field_of_the_file(model: type[Record]) -> None:
    hidden = set(model.model_fields) - {"from_" if name == "from" else name for name in model.fields()}
    assert hidden == ({"id"} if model in (Source, Goal, Kpi) else set())
    assert all(field.description for field in model.fields().values())


def test_every_simple_field_is_read() -> None:
    text = """\
version: 1
lint:
  select: [S]
  ignore: [S101]
  severity: {S102: info}
  per_file_ignores: {a.yaml: [S], b.yaml: S101}
  weasel_words: {add: [synergy], allow: [very]}
  max_kpis_per_goal: 9
goals:
  a: {name: A, level: vision, parent: b, perspective: learning, framework: okr, owner: o, why: w, ambition: 7,
      reward: r, agreed_with: x}
kpis:
  k: {name: K, goal: a, question: q, owner: o, indicator: leading, leads: [l], kind: proxy, unit: points, every: week,
      window: 2 weeks, since: 2026-01-01, ambition: 1, guardrails: [g], when_red: w, tags: [t]}
sources:
  s: {path: p, updated: weekly, through: t, from: f, owner: o, no_rows: zero, on_bad_rows: skip, types: {a: text},
      read: {thousands: ".", quote: "", escape: "\\\\", header: false, sheet: x, null_values: ["", NA], delimiter: tab}}
"""
    read = read_plan(Path("kpi.yaml"), text=text, model=file_model)
    assert read.diagnostics == ()
    lint, goal, kpi, source = read.plan.lint, read.plan.goals["a"], read.plan.kpis["k"], read.plan.sources["s"]
    assert (lint.select, lint.ignore, lint.severity) == (("S",), ("S101",), {"S102": "info"})
    assert lint.per_file_ignores == {"a.yaml": ("S",), "b.yaml": ("S101",)}
    options = {option.name: option.of(lint) for rule in RULES for option in rule.options}
    assert options["weasel_words"] == WordOptions(add=("synergy",), allow=("very",))
    assert (options["max_kpis_per_goal"], options["min_goal_words"]) == (9, 3)
    assert (goal.level, goal.parent, goal.perspective, goal.framework) == ("vision", "b", "learning", "okr")
    assert (goal.owner, goal.why, goal.ambition, goal.reward, goal.agreed_with) == ("o", "w", 7, "r", "x")
    assert (kpi.goal, kpi.question, kpi.owner, kpi.indicator) == ("a", "q", "o", "leading")
    assert [lead.kpi for lead in kpi.leads] == ["l"]
    assert (kpi.kind, kpi.unit, kpi.every, kpi.window, str(kpi.since)) == (
        "proxy", "points", "week", "2 weeks", "2026-01-01",
    )  # fmt: skip
    assert (kpi.ambition, kpi.guardrails, kpi.when_red, kpi.tags) == (1, ("g",), "w", ("t",))
    assert (source.from_, source.through, source.updated, source.no_rows) == ("f", "t", "weekly", "zero")
    assert (source.on_bad_rows, source.types, source.owner) == ("skip", {"a": "text"}, "o")
    assert source.read == ReadOptions(
        delimiter="\t", thousands=".", quote="", escape="\\", header=False, null_values=("", "NA"), sheet="x"
    )


def test_texts_of_many_lines_lose_only_the_end() -> None:
    text = "version: 1\nmeasures:\n  a: >\n    sum(a.b)\n    / 2\n  b: |\n    count(a)\n    + 1\n"
    assert read_plan(Path("kpi.yaml"), text=text).plan.measures == {"a": "sum(a.b) / 2", "b": "count(a)\n+ 1"}


def test_many_mistakes_of_syntax_are_all_found() -> None:
    text = "version: 1\nkpis:\n" + "".join(f"  k{number}: {{name: K, target: >= 5}}\n" for number in range(200))
    read = read_plan(Path("kpi.yaml"), text=text + "titel: x\n")
    assert [one.code for one in read.diagnostics] == ["E002"] * 200 + ["E010"]
    assert read.diagnostics[199].subject == "kpis.k199"
