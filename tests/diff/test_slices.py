"""Texts cut into regions: only what is certain is cut, and a shortcut gives what the long way does."""

from __future__ import annotations

import pytest
from diff.made_plans import plan
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.diff.dependency_regions import cut, depends_on, differ, edited, slices_of

TEXT = """\
# Ours
version: 1
title: T

kpis:   # all of them
  a: {name: A}
  # about b
  b:
    name: B
    notes:
      2026-01: It's late

goals: {g: {name: G}}
measures:
  n: count(orders)
"""


def test_regions_are_the_whole_text() -> None:
    found = cut(TEXT)
    assert found is not None
    assert [(key, found.region(at)) for at, key in enumerate(found.keys)] == [
        (("", ""), "# Ours\n"),
        (("", "version"), "version: 1\n"),
        (("", "title"), "title: T\n\n"),
        (("", "kpis"), "kpis:   # all of them\n"),
        (("kpis", "a"), "  a: {name: A}\n  # about b\n"),
        (("kpis", "b"), "  b:\n    name: B\n    notes:\n      2026-01: It's late\n\n"),
        (("", "goals"), "goals: {g: {name: G}}\n"),
        (("", "measures"), "measures:\n"),
        (("measures", "n"), "  n: count(orders)\n"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb: *x\n", "kpis: {a: {<<: {}}}\n", "a: [\n", "kpis:\n  a: 1\n  a: 2\n", "- a\n", "{a: 1}\n", "",
        "a\n", "kpis:\n  ? a\n  : 1\n", "--- {a: 1}\n", "a: 1\n...\nb: 1\n", "? [a]\n: 1\n",
    ],
)  # fmt: skip
def test_what_is_unusual_is_not_cut(text: str) -> None:
    assert cut(text) is None
    assert slices_of({"kpi.yaml": text.encode()}) is None


def test_what_is_no_text_is_not_cut() -> None:
    assert slices_of({"kpi.yaml": b"\xff"}) is None


@pytest.mark.parametrize(
    ("old", "new", "is_local"),
    [
        ("name: B", "name: Bee", True),
        ("  a: {name: A}\n", "  a:\n    name: A\n    owner: x\n", True),
        ("# about b", "# on b", True),
        ("count(orders)", "count(visits)", True),
        ("title: T", "title: U", False),
        ("{g: {name: G}}", "{g: {name: H}}", False),
        ("  b:\n", "  c:\n", False),
        ("  a: {name: A}\n", "  a: {name: A}\n  c: {name: C}\n", False),
        ("  a: {name: A}\n", "   a: {name: A}\n", False),
        ("  a: {name: A}\n", '  a: {name: "A}\n', False),
        ("  a: {name: A}\n", "  a: {name: A,\n", False),
        ("  a: {name: A}\n", "  a: |\n", True),
        ("    name: B\n", "    name: B\n...\n", False),
        ("    name: B\n", "    name: &b B\n", False),
    ],
)
def test_an_edit_inside_of_one_entry_is_seen_without_the_rest(old: str, new: str, is_local: bool) -> None:
    before = cut(TEXT)
    assert before is not None
    after = TEXT.replace(old, new, 1)
    found = edited(before, after)
    assert (found is not None) == is_local
    if found is not None:
        assert found == cut(after)


PIECES = [
    "", "\n", " ", "  ", "    ", "a", "a:", "b:\n", "  c: 1\n", "# x\n", '"', "'", "|", ">\n", "[", "]", "{", "}", ", ",
    ": ", "- ", "&x ", "*x", "---\n", "...\n", "? ", "!t ", "%", "\t", "\r\n", "\u2028", "name: B\n",
    "    name: [1,\n  2]\n", '"x\n  d: y"\n',
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(TEXT)), st.integers(0, 12), st.lists(st.sampled_from(PIECES), max_size=4).map("".join))
def test_the_shortcut_gives_what_the_long_way_does_or_nothing(at: int, cut_out: int, put_in: str) -> None:
    before = cut(TEXT)
    assert before is not None
    after = TEXT[:at] + put_in + TEXT[at + cut_out :]
    found = edited(before, after)
    assert found is None or found == cut(after)


def test_only_what_a_kpi_depends_on_counts() -> None:
    checked = plan("""
sources: {orders: {path: o.csv, date: day}, q: {query: select * from orders, date: day}, rest: {path: r.csv, date: day}}
measures: {n: count(q), m: n + 1, other: count(rest), s: n * 2}
kpis:
  a: {name: A, formula: m / b, target: at least t, split: {by: c, targets: {x: at least s}}}
  b: {name: B, formula: count(q)}
  t: {name: T, formula: count(q)}
  z: {name: Z, formula: other}
""")
    found = depends_on(checked, "a")
    assert {key for key in found if key[0] == "sources"} == {("sources", "q"), ("sources", "orders")}
    assert {name for section, name in found if section == "kpis"} == {"a", "m", "n", "b", "t", "s"}


def test_versions_differ_by_files_outside_and_what_counts() -> None:
    one = slices_of({"kpi.yaml": TEXT.encode(), "link": "target"})
    keys = {("kpis", "a"), ("measures", "n")}
    for old, new, expected in (
        ("name: B", "name: C", False),
        ("name: A", "name: X", True),
        ("count(orders)", "count(x)", True),
        ("title: T", "title: U", True),
        ("{g: {name: G}}", "{}", True),
    ):
        other = slices_of({"kpi.yaml": TEXT.replace(old, new).encode(), "link": "target"})
        assert differ(one, other, keys) is expected, new
    assert differ(one, slices_of({"other.yaml": TEXT.encode(), "link": "target"}), keys)
    assert differ(one, slices_of({"kpi.yaml": TEXT.encode(), "link": "elsewhere"}), keys)
    assert differ(one, None, keys)
    assert not differ(one, slices_of({"kpi.yaml": TEXT.encode(), "link": "target"}), keys)
