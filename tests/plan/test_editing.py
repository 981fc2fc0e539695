"""A changed entry changes its own characters and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kpi.errors import InputError
from kpi.plan.yaml.round_trip import read_text, scalar, set_entry
from kpi.writing import rewrite_file

PATH = ("kpis", "nps", "values")

# What is written, and what it becomes when 2026-Q2: 44 is added.
ADDED = {
    "braces": (
        "kpis:\n  nps:\n    values: {2026-Q1: 41}   # typed in\n    target: 50\n",
        "kpis:\n  nps:\n    values: {2026-Q1: 41, 2026-Q2: 44}   # typed in\n    target: 50\n",
    ),
    "block": (
        "kpis:\n  nps:\n    values:\n      2026-Q1: 41  # why\n      # the last\n    target: 50\n",
        "kpis:\n  nps:\n    values:\n      2026-Q1: 41  # why\n      2026-Q2: 44\n      # the last\n    target: 50\n",
    ),
    "block at the end of a file without a line break": (
        "kpis:\n  nps:\n    values:\n      2026-Q1: 41",
        "kpis:\n  nps:\n    values:\n      2026-Q1: 41\n      2026-Q2: 44",
    ),
    "no values yet": (
        "kpis:\n  nps:\n    name: N\n    owner:\n\n# next\n  other: {name: O}\n",
        "kpis:\n  nps:\n    name: N\n    owner:\n    values: {2026-Q2: 44}\n\n# next\n  other: {name: O}\n",
    ),
    "no values yet, after a block that a comment follows": (
        "kpis:\n  nps:\n    notes:\n      a: b # c\n    # d\n\n  other: {name: O}",
        "kpis:\n  nps:\n    notes:\n      a: b # c\n    values: {2026-Q2: 44}\n    # d\n\n  other: {name: O}",
    ),
    "no values yet, after literal text": (
        "kpis:\n  nps:\n    why: |\n      a # b\n\n  other: {name: O}\n",
        "kpis:\n  nps:\n    why: |\n      a # b\n    values: {2026-Q2: 44}\n\n  other: {name: O}\n",
    ),
    "no values yet, in braces": (
        "kpis: {nps: {name: N, unit: points}}\n",
        "kpis: {nps: {name: N, unit: points, values: {2026-Q2: 44}}}\n",
    ),
    "no values yet, after a list": (
        "kpis:\n  nps:\n    tags:\n    - a\n    - b\n  x: {}\n",
        "kpis:\n  nps:\n    tags:\n    - a\n    - b\n    values: {2026-Q2: 44}\n  x: {}\n",
    ),
    "an empty field": (
        "kpis:\n  nps:\n    values:   # none yet\n    target: 50\n",
        "kpis:\n  nps:\n    values: {2026-Q2: 44}   # none yet\n    target: 50\n",
    ),
    "empty braces": (
        "kpis:\n  nps:\n    values: {}\n",
        "kpis:\n  nps:\n    values: {2026-Q2: 44}\n",
    ),
    "braces over several lines": (
        "kpis:\n  nps:\n    values: {\n      2025-Q4: 40, # a\n      2026-Q1: 41 # b\n    }\n",
        "kpis:\n  nps:\n    values: {\n      2025-Q4: 40, # a\n      2026-Q1: 41, # b\n      2026-Q2: 44\n    }\n",
    ),
    "braces over several lines, with a comma at the end": (
        "kpis:\n  nps:\n    values: {\n      2026-Q1: 41, # b\n    }\n",
        "kpis:\n  nps:\n    values: {\n      2026-Q1: 41, # b\n      2026-Q2: 44,\n    }\n",
    ),
    "braces that close on the last line": (
        "kpis:\n  nps:\n    values: {2025-Q4: 40,\n             2026-Q1: 41}\n",
        "kpis:\n  nps:\n    values: {2025-Q4: 40,\n             2026-Q1: 41,\n             2026-Q2: 44}\n",
    ),
    "line breaks of another system": (
        "kpis:\r\n  nps:\r\n    values:\r\n      2026-Q1: 41\r\n",
        "kpis:\r\n  nps:\r\n    values:\r\n      2026-Q1: 41\r\n      2026-Q2: 44\r\n",
    ),
    "a byte order mark and wide characters": (
        "\ufeff# ü 漢\nkpis:\n  nps:\n    name: 漢\U0001f642\n    values: {2026-Q1: 41}\n",
        "\ufeff# ü 漢\nkpis:\n  nps:\n    name: 漢\U0001f642\n    values: {2026-Q1: 41, 2026-Q2: 44}\n",
    ),
}


@pytest.mark.parametrize("case", ADDED)
def test_a_new_entry_keeps_the_layout(case: str) -> None:
    before, after = ADDED[case]
    assert set_entry(before, PATH, "2026-Q2", "44") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{2026-Q1: 41}", "{2025-Q4: 44, 2026-Q1: 41}"),
        ("{\n      2026-Q1: 41,\n    }", "{\n      2025-Q4: 44,\n      2026-Q1: 41,\n    }"),
        ("\n      # first\n      2026-Q1: 41", "\n      # first\n      2025-Q4: 44\n      2026-Q1: 41"),
    ],
)
def test_an_entry_may_go_before_another(before: str, after: str) -> None:
    head = "kpis:\n  nps:\n    values: "
    assert set_entry(f"{head}{before}\n", PATH, "2025-Q4", "44", before="2026-Q1") == f"{head}{after}\n"


@pytest.mark.parametrize("written", ["41", '"41"', "'41'", "&a 41"])
def test_an_entry_that_is_there_gets_the_new_value(written: str) -> None:
    text = f"kpis:\n  nps:\n    values: {{2026-Q1: {written}, 2026-Q2: 3}} # c\n"
    expected = "kpis:\n  nps:\n    values: {2026-Q1: 44, 2026-Q2: 3} # c\n"
    assert set_entry(text, PATH, "2026-Q1", "44") == expected


@pytest.mark.parametrize(
    "text",
    [
        "x: &v {2026-Q1: 3}\nkpis:\n  nps:\n    values: *v\n",
        "x: &v {values: {2026-Q1: 3}}\nkpis:\n  nps:\n    <<: *v\n    name: N\n",
        "kpis:\n  nps:\n    values: &v {2026-Q1: 3}\n  other:\n    values: *v\n",
        "kpis:\n  nps:\n    values: 41\n",
        "kpis:\n  nps:\n    values: [41]\n",
        "kpis: [nps]\n",
        "",
    ],
)
def test_what_cannot_be_changed_alone_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        set_entry(text, PATH, "2026-Q2", "44")


@pytest.mark.parametrize(
    "plain", ["44", "-3", "22%", "$12.4k", "1_000", "4 min 30 s", "2026-Q2", "Loyalty card launched"]
)
def test_plain_text_stays_plain(plain: str) -> None:
    assert scalar(plain) == plain


@given(st.text(min_size=1))
def test_every_text_reads_as_itself(text: str) -> None:
    text = "".join(character for character in text if not 0xD800 <= ord(character) <= 0xDFFF)
    loader = yaml.BaseLoader
    assert yaml.load(f"a: {{b: {scalar(text)}}}", loader) == {"a": {"b": text}}
    assert yaml.load(f"a: {scalar(text)}", loader) == {"a": text}


ENTRIES = st.dictionaries(st.sampled_from(["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]), st.integers(0, 9), max_size=4)


@given(values=ENTRIES, style=st.sampled_from([True, False]), width=st.sampled_from([10, 80]), comments=st.booleans())
def test_any_layout_takes_a_new_entry(values: dict[str, int], style: bool, width: int, comments: bool) -> None:
    plan = {
        "kpis": {"a": {"name": "A"}, "nps": {"name": "N", "values": values, "tags": ["x", "y"]}, "z": {"name": "Z"}}
    }
    text = yaml.safe_dump(plan, default_flow_style=style, width=width, sort_keys=False)
    if comments:
        text = "".join(f"{line} # c{number}\n" for number, line in enumerate(text.splitlines()))
    changed = set_entry(text, PATH, "2026-Q2", "44")
    plan["kpis"]["nps"]["values"] = {**values, "2026-Q2": 44}  # type: ignore[dict-item]
    assert yaml.safe_load(changed) == plan
    assert len(changed) - len(text) < 40
    assert changed.count("# c") == text.count("# c")


def test_writing_keeps_mode_and_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "kpi.yaml"
    real.write_bytes(b"a: 1\r\n")
    real.chmod(0o640)
    link.symlink_to(real)
    rewrite_file(link, read_text(link) + "b: 2\r\n", before=read_text(link))
    assert real.read_bytes() == b"a: 1\r\nb: 2\r\n"
    assert real.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kpi.yaml", "real.yaml"]


def test_a_file_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        rewrite_file(tmp_path / "missing" / "kpi.yaml", "a: 1\n", before="")
