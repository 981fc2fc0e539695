"""What a history looks like, and who wrote a definition: at a terminal and as JSON."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from diff.made_plans import changes

from kpi.diff.blame import Blamed
from kpi.diff.commit import Commit
from kpi.diff.history import Event
from kpi.render.log_text import blame_lines, log_lines
from kpi.render.log_view import BlameView, LogView
from kpi.render.output import render
from kpi.render.sanitize import columns
from kpi.render.style import as_ansi, as_plain
from kpi.status.value_changes import Pair, ValueChange

HASH = "3f2a91c1d" + "0" * 31
BO = Commit(HASH, "Bo", "bo@example.com", date(2026, 3, 3), "Be realistic")
NOBODY = Commit("b" * 40, "", "", date(2026, 2, 1), "")


def event(before: str = "target: at least 45", after: str = "target: at least 40", **more: Any) -> Event:
    found = changes(f"kpis: {{a: {{name: A, {before}}}}}\n", f"kpis: {{a: {{name: A, {after}}}}}\n")
    side: Any = None  # the versions are not shown
    return Event(more.pop("commit", BO), "a", side, side, tuple(found), more.pop("because", ()), **more)


def values(
    was: Any = "red", now: Any = "green", before: float | None = 42.0, after: float | None = 42.0
) -> ValueChange:
    texts = [None if value is None else f"€{value:.0f}" for value in (before, after)]
    shown = Pair("2026-02", date(2026, 2, 1), before, after, *texts)
    return ValueChange(shown, was, now, target="≥ €40")


def view(*events: Event, computed: dict[int, ValueChange] | None = None, **more: Any) -> LogView:
    return LogView("a", "Sales", events, computed, **more)


def text(shown: LogView, width: int = 80) -> str:
    return as_plain(log_lines(shown, width))


def test_a_target_that_was_moved_after_the_fact_is_said_to_be() -> None:
    assert text(view(event(), computed={0: values()})).splitlines() == [
        "Sales (a) · 1 change",
        "",
        "3f2a91c1d  3 Mar 2026  Bo  Be realistic",
        "  loosened   target  at least 45 → at least 40",
        "  value      €42 against ≥ €40   ✖ red → ● green   2026-02",
        "  ! it was red when this was loosened",
    ]


@pytest.mark.parametrize(
    ("before", "after", "was", "said"),
    [
        ("target: at least 45", "target: at least 40", "yellow", "it was yellow when this was loosened"),
        (
            "target: at least 5 by 2026-06-30",
            "target: at least 5 by 2026-12-31",
            "red",
            "it was red when this was put off",
        ),
        ("target: at least 45", "target: at least 40", "green", None),
        ("target: at least 45", "target: at least 40", "no data", None),
        ("target: at least 40", "target: at least 45", "red", None),
        ("owner: ana", "owner: bo", "red", None),
    ],
)
def test_only_goalposts_that_had_been_missed(before: str, after: str, was: str, said: str | None) -> None:
    shown = view(event(before, after), computed={0: values(was, "green")})
    marked = [line[4:] for line in text(shown).splitlines() if line.startswith("  ! ")]
    assert marked == ([] if said is None else [said])
    found = json.loads(render(shown, "json"))["events"][0]["values"]
    assert found["moved_after_miss"] is (said is not None)


def test_changes_of_what_a_kpi_uses_have_the_full_name() -> None:
    because = tuple(changes("measures: {n: count(orders)}\n", "measures: {n: count(visits)}\n"))
    shown = text(view(event("owner: a", "owner: b", because=because)))
    assert "  ownership  owner               a → b" in shown
    assert "  formula    measures.n.formula  count(orders) → count(visits)" in shown


def test_commits_that_could_not_be_read_are_named() -> None:
    assert "perhaps already in bbbbbbbbb, in which the definition was not valid" in text(
        view(event(unreadable=(NOBODY,)))
    )


def test_what_is_not_committed_and_what_has_no_author() -> None:
    shown = text(view(event(commit=None), event(commit=NOBODY)))
    assert "\nnot committed yet\n" in shown
    assert "\nbbbbbbbbb  1 Feb 2026  unknown\n" in shown


def test_the_end_of_a_shallow_clone_is_said() -> None:
    assert "The history before 3f2a91c1d is not in this shallow clone." in text(view(event(), cut_at=HASH))


def test_a_target_moved_after_the_fact_is_marked() -> None:
    assert "\x1b[1;31mit was red when this was loosened\x1b[0m" in as_ansi(
        log_lines(view(event(), computed={0: values()}), 80)
    )


EVIL = "x\x1b[31m\x07\u202ey"


def hostile() -> LogView:
    commit = Commit(HASH, EVIL * 20, EVIL, date(2026, 3, 3), EVIL * 20)
    return view(event(f"question: {json.dumps(EVIL)}", "question: ok", commit=commit))._replace(name=EVIL * 20)


@pytest.mark.parametrize("width", [30, 40, 80])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    lines = text(hostile(), width).splitlines()
    assert max(columns(line) for line in lines) <= width
    rows = [Blamed("measures.a_long_name.formula", "x" * 90, BO), Blamed("name", "A", None)]
    assert max(columns(line) for line in as_plain(blame_lines(rows, width)).splitlines()) <= width


def test_nothing_steers_the_terminal() -> None:
    rows = [Blamed(EVIL, EVIL, Commit(HASH, EVIL, EVIL, date(2026, 3, 3), EVIL))]
    shown = (
        text(hostile()),
        as_plain(blame_lines(rows, 80)),
        render(hostile(), "json"),
        render(BlameView("a", rows), "json"),
    )
    for each in shown:
        assert not any(sign in each for sign in ("\x1b", "\x07", "\u202e"))


# Blame.

ROWS = [
    Blamed("id", "sales", BO),
    Blamed("name", "Sales of tea", None),
    Blamed("owner", "ana", None, is_known=False),
    Blamed("formula", "count(orders)", NOBODY),
]


def test_a_line_for_each_field() -> None:
    assert as_plain(blame_lines(ROWS, 80)).splitlines() == [
        "3f2a91c1d    3 Mar 2026  Bo       id       sales",
        "not committed yet                 name     Sales of tea",
        "before this clone                 owner    ana",
        "bbbbbbbbb    1 Feb 2026  unknown  formula  count(orders)",
    ]


def test_blame_as_json() -> None:
    content = json.loads(render(BlameView("sales", ROWS), "json"))
    assert (content["version"], content["kpi"]) == (1, "sales")
    assert content["fields"][0] == {
        "field": "id",
        "text": "sales",
        "known": True,
        "commit": {
            "hash": HASH,
            "author": "Bo",
            "email": "bo@example.com",
            "date": "2026-03-03",
            "message": "Be realistic",
        },
    }
    assert [(row["known"], row["commit"] is None) for row in content["fields"]] == [
        (True, False), (True, True), (False, True), (True, False)
    ]  # fmt: skip


# JSON.


def test_log_as_json() -> None:
    content = json.loads(
        render(view(event(), event("owner: a", "owner: b"), computed={0: values()}, cut_at=HASH), "json")
    )
    assert list(content) == ["version", "kpi", "events", "cut_at"]
    assert (content["version"], content["kpi"], content["cut_at"]) == (1, "a", HASH)
    first, second = content["events"]
    assert list(first) == ["commit", "id", "changes", "because", "unreadable", "values"]
    assert list(first["changes"][0]) == ["class", "subject", "field", "before", "after", "file", "line"]
    assert first["values"] == {
        "period": "2026-02",
        "before": 42,
        "after": 42,
        "status_before": "red",
        "status_after": "green",
        "target": "≥ €40",
        "moved_after_miss": True,
    }
    assert second["values"] is None
    assert "values" not in json.loads(render(view(event()), "json"))["events"][0]
