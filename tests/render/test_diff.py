"""What a comparison looks like: at a terminal, in a comment on a pull request, as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from diff.made_plans import plan

from kpi.diff.changes import CLASSES
from kpi.diff.compare import compare
from kpi.render.diff_markdown import LIMIT, MARK, code, escape
from kpi.render.diff_text import diff_lines
from kpi.render.diff_view import STYLES, DiffView
from kpi.render.output import render
from kpi.render.sanitize import columns
from kpi.render.style import as_ansi, as_plain
from kpi.status.value_changes import Pair, ValueChange

BEFORE = """
title: Shop
measures: {n: count(orders)}
kpis:
  gone: {name: Gone, unit: EUR}
  rate: {name: Repurchase rate, unit: "%", formula: n / count(visits), target: at least 30% by 2026-12-31, owner: ana}
  other: {name: Other, formula: n}
"""
AFTER = """
title: Shop
measures: {n: sum(orders.units)}
kpis:
  rate: {name: Repurchase rate, unit: "%", formula: n / sum(visits.n), target: at least 25% by 2027-06-30, owner: bo}
  other: {name: Other, formula: n}
  new: {name: New, unit: points}
"""
HASH = "3f2a91c1d" + "0" * 31


def values(before: float | None, after: float | None, history: tuple[Pair, ...] = (), **changed: Any) -> ValueChange:
    shown = pair("2026-06", before, after)
    return ValueChange(shown, changed.get("was", "yellow"), changed.get("now", "green"), history)


def pair(period: str, before: float | None, after: float | None) -> Pair:
    texts = [None if value is None else f"{value * 100:.1f}%" for value in (before, after)]
    return Pair(period, date.fromisoformat(f"{period}-01"), before, after, *texts)


def view(
    before: str = BEFORE, after: str = AFTER, computed: Mapping[str, ValueChange] | None = None, **more: Any
) -> DiffView:
    comparison = compare(plan(before), plan(after))
    return DiffView("Shop", "3f2a91c1d (main)", "the working tree", HASH, "worktree", comparison, computed, **more)


COMPUTED = {
    "rate": values(0.26, 0.251, (pair("2026-05", 0.25, 0.25), pair("2026-06", 0.26, 0.251))),
    "gone": values(0.1, None, now=None),
    "new": values(None, 0.1, was=None, now="red"),
    "other": values(0.5, 0.5, (pair("2026-06", 0.5, 0.5),), was="red", now="red"),
}


def text(shown: DiffView, width: int = 100) -> str:
    return as_plain(diff_lines(shown, width))


# For people.


def test_goalposts_stand_first() -> None:
    assert text(view()).splitlines() == [
        "Shop · 3f2a91c1d (main) → the working tree",
        "1 loosened   1 later   1 removed   2 formula   1 added   1 ownership",
        "",
        "Repurchase rate".ljust(78) + "kpis.rate  kpi.yaml:10",
        "  loosened   target   at least 30% by 2026-12-31 → at least 25% by 2027-06-30",
        "  later      target   at least 30% by 2026-12-31 → at least 25% by 2027-06-30",
        "  formula    formula  n / count(visits) → n / sum(visits.n)",
        "  ownership  owner    ana → bo",
        "",
        "Gone".ljust(65) + "kpis.gone  kpi.yaml:10 in 3f2a91c1d",  # its line is that of the older file
        "  removed    KPI",
        "",
        "n".ljust(78) + "measures.n  kpi.yaml:8",
        "  formula    formula  count(orders) → sum(orders.units)",
        "",
        "New".ljust(79) + "kpis.new  kpi.yaml:12",
        "  added      KPI",
        "",
        "Affected by these changes",
        "  Repurchase rate   by measures.n",
        "  Other   by measures.n",
    ]


def test_values_stand_below_what_changed_them() -> None:
    lines = text(view(computed=COMPUTED)).splitlines()
    assert "  value      26.0% → 25.1%   ◐ yellow → ● green   2026-06" in lines
    at = lines.index("                      before  after")
    assert lines[at + 1 : at + 3] == ["             2026-05   25.0%  25.0%", "             2026-06   26.0%  25.1%"]
    assert "  value      10.0% → –   ◐ yellow   2026-06" in lines
    assert "  value      – → 10.0%   ✖ red   2026-06" in lines
    # Where nothing differs, that is said and not shown.
    at = lines.index("  Other   by measures.n")
    assert lines[at + 1 : at + 3] == [
        "  value      50.0%, as before   ✖ red   2026-06",
        "             the last period is the same",
    ]
    # A KPI that changed itself has its values there, and not a second time below.
    assert sum("26.0% → 25.1%" in line for line in lines) == 1


def test_without_a_value_on_either_side() -> None:
    shown = text(view(computed={"rate": values(None, None, was="no data", now="no data")}))
    assert "  value      none   ○ no data   2026-06" in shown


def test_no_changes_are_said() -> None:
    assert text(view(after=BEFORE)) == "Shop · 3f2a91c1d (main) → the working tree\nNo changes."


def test_notes_stand_at_the_top() -> None:
    shown = text(view(notes=("The file did not exist then.",)))
    assert shown.splitlines()[1] == "The file did not exist then."


def test_the_strongest_colour_is_for_what_was_loosened() -> None:
    assert set(STYLES) == set(CLASSES)
    assert [kind for kind, style in STYLES.items() if " on " in style] == ["loosened"]
    assert "\x1b[1;37;41mloosened\x1b[0m" in as_ansi(diff_lines(view(), 100))


TWO = """
title: Shop
kpis:
  a: {name: A, formula: count(orders), target: at least 3, window: 1 month}
  b: {name: B, formula: count(orders), target: at least 3}
  c: {name: C, formula: count(orders), target: at least 3}
  gone: {name: Gone, formula: count(orders)}
"""


@pytest.mark.parametrize(
    ("after", "computed", "expected"),
    [
        (
            TWO.replace("at least 3", "at least 2", 1),
            {"a": values(2, 2, was="red")},
            ["1 KPI turned green because its target was loosened"],
        ),
        (
            TWO.replace("at least 3", "at least 2"),
            {id_: values(2, 2, was="red") for id_ in "abc"},
            ["3 KPIs turned green because their targets were loosened"],
        ),
        (
            TWO.replace("at least 3, window: 1 month", "at least 2, window: 2 months").replace("least 3", "least 4", 1),
            {"a": values(2, 3, was="red"), "b": values(3, 3, was="green", now="red")},
            [
                "1 KPI turned green because its target was loosened and its window changed",
                "1 KPI turned red because its target was tightened",
            ],
        ),
        (
            TWO.replace("  gone: {name: Gone, formula: count(orders)}\n", ""),
            {"gone": values(1, None, was="red", now=None)},
            ["1 KPI that was red was removed"],
        ),
        (
            TWO.replace("count(orders)", "count(visits)"),
            {
                "a": values(2, 2, was="green", now="stale"),
                "b": values(2, None, was="red", now="no data"),
                "c": values(2, 2, was="red", now="yellow"),
                "gone": values(2, 2, was="green", now="red"),
            },
            [
                "1 KPI turned red because its formula changed",
                "1 KPI turned yellow because its formula changed",
                "2 more changes of a status",
            ],
        ),
        (
            TWO.replace("count(orders)", "count(visits)", 1),
            {"a": values(2, None, was="green", now="no data")._replace(failed=(None, "no file"))},
            ["1 KPI could not be computed"],
        ),
        (TWO.replace("at least 3", "at least 2"), {"a": values(2, 2, was="green", now="green")}, []),
        (TWO.replace("at least 3", "at least 2"), None, []),
    ],
)
def test_the_header_says_what_matters(
    after: str, computed: Mapping[str, ValueChange] | None, expected: list[str]
) -> None:
    shown = view(TWO, after, computed)
    assert text(shown).splitlines()[1 : 1 + len(expected)] == expected
    assert re.match(r"\d \w+", text(shown).splitlines()[1 + len(expected)])
    assert json.loads(render(shown, "json"))["summary"] == expected
    written = render(shown, "markdown")
    assert [line.strip("*") for line in written.splitlines() if line.startswith("**")] == expected


def test_what_uses_a_change_is_a_reason_too() -> None:
    measure = "measures: {n: count(orders)}\nkpis: {a: {name: A, formula: n, target: at least 1}}\n"
    shown = view(measure, measure.replace("orders", "visits"), {"a": values(1, 0, was="green", now="red")})
    assert text(shown).splitlines()[1] == "1 KPI turned red because something that it uses changed"


LONG = "sum(orders.a) / " + " / ".join(f"sum(orders.column_{n})" for n in range(12))


@pytest.mark.parametrize("width", [30, 50, 80, 120])
def test_nothing_is_wider_than_the_terminal_and_nothing_is_lost(width: int) -> None:
    after = AFTER.replace("n / sum(visits.n)", LONG)
    shown = text(view(after=after, computed=COMPUTED), width)
    assert max(columns(line) for line in shown.splitlines()) <= width
    assert LONG.replace(" ", "") in re.sub(r"\s", "", shown)
    if 50 <= width <= 80:
        assert "- n / count(visits)" in shown
        assert "+ sum(orders.a) /" in shown


EVIL = "x\x1b[31m\x07\u202ey"


def evil(shown: str) -> bool:
    return any(sign in shown for sign in ("\x1b", "\x07", "\u202e"))


def hostile() -> DiffView:
    quoted = json.dumps(EVIL)
    before, after = (f"kpis: {{a: {{name: {quoted}, owner: {quoted}, question: {word}}}}}\n" for word in (quoted, "ok"))
    return view(before, after, notes=(EVIL,))._replace(title=EVIL, before=EVIL, after=EVIL)


def test_nothing_steers_the_terminal() -> None:
    assert not evil(text(hostile()))
    assert not evil(render(hostile(), "json"))
    assert not evil(render(hostile(), "markdown"))


# As a comment.


def test_a_comment_begins_with_its_mark_and_a_summary() -> None:
    lines = render(view(), "markdown").splitlines()
    texts = "<code>at least 30% by 2026-12-31</code> | <code>at least 25% by 2027-06-30</code>"
    moved = f"Repurchase rate (<code>kpis.rate</code>) | target | {texts} |"
    assert lines[0] == MARK
    assert lines[2] == "### Shop: 1 loosened, 1 later, 1 removed, 2 formula, 1 added, 1 ownership"
    assert lines[4] == "3f2a91c1d (main) → the working tree"
    assert lines[6:11] == [
        "|  | What | Field | Before | After |",
        "| --- | --- | --- | --- | --- |",
        f"| **loosened** | {moved}",
        f"| later | {moved}",
        "| removed | Gone (<code>kpis.gone</code>) | KPI |  |  |",
    ]


def test_details_are_folded_goalposts_are_not() -> None:
    shown = render(view(computed=COMPUTED), "markdown")
    before, *folded = shown.split("<details>")
    assert "**loosened**" in before
    assert "| Repurchase rate | <code>26.0%</code> | <code>25.1%</code> | ◐ yellow → ● green " in before
    assert "| loosened, later, formula, <code>measures.n</code> |" in before
    # What is the same as before is not among the numbers.
    assert "50.0%" not in shown
    summaries = [re.findall(r"<summary>(.*?)</summary>", part)[0] for part in folded]
    assert summaries == ["4 more", "2 affected by these changes", "History of Repurchase rate"]
    assert all(part.count("</details>") == 1 for part in folded)


def test_numbers_that_stay_are_said_to() -> None:
    same = {"rate": values(0.5, 0.5, was="red", now="red")}
    assert "No value or status differs under the new definitions." in render(view(computed=same), "markdown")
    assert "No value" not in render(view(), "markdown")


def test_a_comment_that_says_nothing_changed() -> None:
    assert render(view(after=BEFORE), "markdown").splitlines()[2] == "### Shop: no changes"


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        ("a|b", "a&#124;b"),
        ("<script>", "&#60;script&#62;"),
        ("**x** _y_ `z`", "&#42;&#42;x&#42;&#42; &#95;y&#95; &#96;z&#96;"),
        ("[a](http://b)", "&#91;a&#93;(http&#58;//b)"),
        ("www.evil.example", "www&#46;evil.example"),
        ("#12", "&#35;12"),
        ("&lt;", "&#38;lt;"),
        ("a\n\n| b |", "a &#124; b &#124;"),
        ("@team", "&#64;&#8203;team"),
    ],
)
def test_nothing_is_read_as_markup(raw: str, written: str) -> None:
    assert escape(raw) == written
    # In code nobody is called by name, so there the text can be copied as it is.
    assert code(raw) == f"<code>{written.replace('&#8203;', '')}</code>"


def test_a_long_text_is_cut() -> None:
    assert len(escape("x" * 10_000)) == 400
    assert escape("x" * 10_000).endswith("…")


def many(count: int) -> DiffView:
    def text_of(word: str) -> str:
        entries = "".join(f"  k{n}: {{name: 名前 {n}, question: {word} {'?' * 200}}}\n" for n in range(count))
        return f"kpis:\n{entries}"

    return view(text_of("Why"), text_of("How"))


@pytest.mark.parametrize("count", [1, 90, 200, 1000])
def test_a_comment_is_never_longer_than_it_may_be_and_says_what_is_left_out(count: int) -> None:
    shown = render(many(count), "markdown")
    assert len(shown.encode()) < LIMIT
    assert f"{count} wording" in shown
    rows = shown.count("| wording |")
    left_out = re.search(r"… and (\d+) more", shown)
    assert rows + (int(left_out[1]) if left_out else 0) == count
    assert (left_out is None) == (count < 100)
    assert shown.count("<details>") == shown.count("</details>")


# As JSON.


def test_json_has_exactly_the_keys_of_the_design() -> None:
    content = json.loads(render(view(), "json"))
    assert list(content) == ["version", "from", "to", "changes", "affected", "summary"]
    assert content["summary"] == []
    assert (content["version"], content["from"], content["to"]) == (1, HASH, "worktree")
    assert content["changes"][0] == {
        "class": "loosened",
        "subject": "kpis.rate",
        "field": "target",
        "before": "at least 30% by 2026-12-31",
        "after": "at least 25% by 2027-06-30",
        "file": "kpi.yaml",
        "line": 10,
    }
    removed = next(change for change in content["changes"] if change["class"] == "removed")
    assert (removed["field"], removed["before"], removed["after"]) == (None, "Gone", None)
    assert content["affected"][1] == {"subject": "kpis.other", "because": ["measures.n"]}


def test_json_has_values_only_when_asked_for() -> None:
    content = json.loads(render(view(computed=COMPUTED), "json"))
    by_field = {(change["subject"], change["field"]): change["values"] for change in content["changes"]}
    assert by_field["kpis.rate", "target"] == {
        "before": 0.26,
        "after": 0.251,
        "status_before": "yellow",
        "status_after": "green",
        "history": [
            {"period": "2026-05", "start": "2026-05-01", "before": 0.25, "after": 0.25},
            {"period": "2026-06", "start": "2026-06-01", "before": 0.26, "after": 0.251},
        ],
    }
    assert by_field["kpis.gone", None] == {
        "before": 0.1, "after": None, "status_before": "yellow", "status_after": None
    }  # fmt: skip
    # A new owner changes no value, and a measure has none of its own.
    assert by_field["kpis.rate", "owner"] is None
    assert by_field["measures.n", "formula"] is None
    assert content["affected"][1]["values"]["before"] == 0.5


def test_whole_numbers_are_written_as_such() -> None:
    assert '"before": 44,' in render(view(computed={"rate": values(44.0, 45.5)}), "json")
