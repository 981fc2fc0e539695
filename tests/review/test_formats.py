"""The agenda in every format: the same content, whatever the names."""

from __future__ import annotations

import json

import pytest
from helpers.builders import at_least, day
from review.test_agenda import STEADY, agenda_of, decision, one
from security.hostile import PAYLOADS, check

from kpi.plan.model import Goal, Review
from kpi.render.output import render
from kpi.review import Agenda, Expiring


def full(text: str) -> Agenda:
    """An agenda with something in every list, and ``text`` wherever people write text."""
    goals = {
        "g": Goal(id="g", name=text, owner=text, review=Review(last=day("2026-01-01"))),
        "h": Goal(id="h", name=text, owner=text, review=Review(last=day("2026-01-01"))),
    }
    return agenda_of(
        one(*STEADY, -9.0, id_="bad", name=text, owner=text, target=at_least(5), when_red=text, goal="g"),
        one(*STEADY, 9.0, id_="red", name=text, owner=text, target=at_least(50)),
        one(*STEADY, 10.0, id_="usual", target=at_least(5)),
        one(9, 10, id_="ending", name=text, owner=text, target=at_least(20, by="2026-07-31"), baseline=5),
        one(9, None, id_="gone", name=text, target=at_least(5)),
        goals=goals,
        decisions=(
            decision("bad", decided=text, by=text, value="9", until=day("2026-06-20")),
            decision("red", decided=text, by=text, expect=text),
        ),
        suppressions=[Expiring(text, 3, ("S101",), day("2026-07-30"))],
    )


def test_json_has_every_list() -> None:
    found = json.loads(render(full("Text"), "json"))
    (exception,) = found["exceptions"]
    assert (exception["reasons"], exception["kpi"]["id"], exception["when_red"]) == (["concerning"], "bad", "Text")
    assert exception["kpi"]["decision"]["state"] == "unknown"
    assert {name: found[name] for name in ("known", "usual", "goals_without_kpi")} == {
        "known": ["red", "ending"], "usual": ["usual"], "goals_without_kpi": ["h"],
    }  # fmt: skip
    assert [(each["kpi"], each["value"], each["now"]) for each in found["due"]] == [("bad", "9", "-9")]
    assert found["stale"][0]["id"] == "gone"
    assert found["ending"] == [{"id": "ending", "by": "2026-07-31"}]
    assert found["suppressions"] == [{"file": "Text", "line": 3, "rules": ["S101"], "until": "2026-07-30"}]


@pytest.mark.parametrize("format_", ["text", "markdown", "html"])
def test_people_read_the_same_in_every_format(format_: str) -> None:
    said = render(full("Text"), format_)
    for words in (
        "review of 30 June 2026", "concerning", "below its usual range", "off target as before, or under a decision",
        "1 KPI in its usual range", "What became of decisions", "Targets that end", "Reviews of goals that are overdue",
        "Suppressions that end", "Goals without a KPI", "S101 ends 30 July 2026",
    ):  # fmt: skip
        assert words in said


@pytest.mark.parametrize("format_", ["text", "markdown", "html", "json"])
@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_text_of_others_is_only_shown(format_: str, text: str) -> None:
    check(format_, render(full(text), format_), "")
