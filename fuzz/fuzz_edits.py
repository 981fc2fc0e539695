"""Edits of plans by commands: after each, the file says what it should, and every other byte is as it was.

What a file says is read by PyYAML's own loader, and the place of a KPI by its composer, not by the code under test.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

NEW_ID = "zz_new_id"

# Plans in many layouts

_COMMENTS = st.sampled_from(["", "", "", "   # why", " # a: b", "  # kpi: ignore S101", " # äß 🙂", " # {[&*"])
_ABOVE = st.sampled_from(["", "", "", "# above\n", "\n", "\n# --- a line ---\n\n", "# kpi: ignore A104\n"])
_NAMES = st.sampled_from(
    [
        "Net promoter score",
        "'It''s'",
        '"a \\"b\\""',
        "Größe 🙂",
        ">-\n{i}folded\n{i}text",
        "|\n{i}one\n\n{i}two # no",
        "'two\n{i}lines'",
        "two\n{i}lines",
        "a - b",
        "&n Anchored",
        "!!str Tagged",
        "{{x",
        "@x",
    ]
)
_TARGETS = st.sampled_from(
    [
        "at least 50",
        "'at least 50'",
        ">= 50",
        '">= 50"',
        "at least 50 by 2026-12-31",
        "50",
        "≥50",
        "at  least 50",
        "{2026-Q1: at least 4, 2026-Q2: '>= 5'}",
        "more",
        ">=50 # c",
        "at least 50%",
    ]
)
_LABELS = ("2026-01", "2026-02", "2026-04", "2026-05", '"2026-06"', "2025-12")


@st.composite
def _values(draw: st.DrawFn, indent: str) -> str:
    labels = draw(st.lists(st.sampled_from(_LABELS), unique=True, max_size=4))
    entries = [
        f"{label}: {draw(st.sampled_from(['41', '4.5', chr(34) + '7' + chr(34), '1,250', '-3', '5%']))}"
        for label in labels
    ]
    style = draw(st.sampled_from(["block", "braces", "lines", "lines,", "empty", "anchor"]))
    if style == "empty" or not entries:
        return draw(st.sampled_from(["", " {}", " { }", " ~", " null"]))
    if style == "block":
        lines = [f"{draw(_ABOVE).replace(chr(10), chr(10) + indent)}{indent}{one}{draw(_COMMENTS)}" for one in entries]
        return "".join(f"\n{line}".replace(f"\n{indent}\n", "\n\n") for line in lines)
    if style in ("lines", "lines,"):
        ends = [
            f"{',' if number + 1 < len(entries) or style == 'lines,' else ''}{draw(_COMMENTS)}"
            for number in range(len(entries))
        ]
        return " {" + "".join(f"\n{indent}{one}{end}" for one, end in zip(entries, ends, strict=True)) + f"\n{indent}}}"
    return f" {'&v ' if style == 'anchor' else ''}{{{', '.join(entries)}}}{draw(_COMMENTS)}"


@st.composite
def _kpi(draw: st.DrawFn, id_: str, indent: str) -> str:
    deep, deeper = indent * 2, indent * 3
    if draw(st.integers(0, 5)) == 0:
        inner = f"name: {id_.title()}, goal: g, unit: points, values: {{2026-01: 4}}, target: at least 3"
        return f"{indent}{id_}: {{{inner}}}{draw(_COMMENTS)}\n"
    fields = [
        f"name: {draw(_NAMES).replace('{i}', deeper)}",
        "goal: g",
        "unit: points",
        f"values:{draw(_values(deeper))}",
        *draw(
            st.lists(
                st.sampled_from(
                    [
                        f"tags: [a, b]{draw(_COMMENTS)}",
                        f"question:{draw(_COMMENTS)}",
                        "owner: ana@acme.example",
                        "every: month",
                        f"notes:\n{deeper}2026-01: x # y",
                        f"guardrails:\n{deep}- first\n{deep}# c\n{deep}- b2",
                        f"target: {draw(_TARGETS)}",
                        "thresholds: {green: '>=5', yellow: at least 4}",
                        "question: first and b2, why?",
                    ]
                ),
                unique_by=lambda text: text.partition(":")[0],
                max_size=5,
            )
        ),
    ]
    draw(st.randoms()).shuffle(fields)
    body = ""
    for field in fields:
        comment = "" if field[-1] in "#}" or "\n" in field else draw(_COMMENTS)
        body += f"{draw(_ABOVE).replace('#', deep + '#')}{deep}{field}{comment}\n"
    return f"{indent}{id_}:{draw(_COMMENTS)}\n{body}"


@st.composite
def plans(draw: st.DrawFn) -> str:
    indent = draw(st.sampled_from(["  ", "  ", "    ", " "]))
    first, second = draw(_kpi("first", indent)), draw(_kpi("b2", indent))
    gap = draw(st.sampled_from(["", "\n", "\n\n", f"\n{indent}# between\n"]))
    formula = draw(
        st.sampled_from(["first / b2", "'previous(first) + b2 * 2'", ">-\n{0}first +\n{0}b2".format(indent * 3)])
    )
    calc = f"{indent}calc:\n{indent * 2}name: Calc\n{indent * 2}formula: {formula}\n{indent * 2}leads: [first]\n"
    goal = "g: {name: More people come back each year, owner: ana@acme.example}"
    parts = [
        f"goals:\n{indent}{goal}{draw(_COMMENTS)}\n",
        f"kpis:{draw(_COMMENTS)}\n{first}{gap}{second}{gap}{calc}",
        draw(st.sampled_from(["", "title: T\n", "lint: {ignore: [S]}\n", "as_of: 2026-06-30\n"])),
    ]
    draw(st.randoms()).shuffle(parts)
    text = draw(_ABOVE) + "version: 1\n" + "\n".join(parts) + draw(st.sampled_from(["", "# end", "\n\n", "...\n"]))
    if draw(st.booleans()):
        text = text.rstrip("\n")
    if draw(st.integers(0, 3)) == 0:
        text = text.replace("\n", "\r\n")
    return draw(st.sampled_from(["", "", "", "\ufeff"])) + text


_WORDS = st.one_of(
    st.sampled_from(
        [
            "at least 60",
            "at most 5 by 2026-12-31",
            "x",
            "a: b",
            "a #b",
            "- a",
            "yes",
            "1.0",
            "012",
            "~",
            "'",
            '"',
            "[a",
            "{a: b}",
            "@x",
            "%",
            "  x ",
            "a, b",
            "&a",
            "*a",
            "!t",
            "|",
            ">",
            "?",
            "# x",
            "2026-01-01",
            "ü🙂",
            "",
            "null",
            "50",
            "at least 50%",
            "points",
            "month",
            "g",
        ]
    ),
    st.text(max_size=8),
)
_IDS = st.sampled_from(["first", "b2", "calc"])
_COMMANDS = st.one_of(
    st.tuples(
        st.just("set"),
        _IDS,
        st.sampled_from(
            [
                "target",
                "question",
                "owner",
                "tags",
                "when_red",
                "unit",
                "name",
                "notes.2026-01",
                "values.2026-01",
                "thresholds.green",
                "guardrails",
                "values.2026-03",
                "every",
            ]
        ),
        _WORDS,
    ),
    st.tuples(
        st.just("set"),
        _IDS,
        st.sampled_from(["target", "question", "owner", "tags", "values", "notes"]),
        st.just("--remove"),
    ),
    st.tuples(
        st.just("record"),
        _IDS,
        st.sampled_from(["44", "4.5", "-3", "1,250", "5 points", "x", "12k"]),
        st.just("--period"),
        st.sampled_from(["2026-01", "2026-03", "2026-06", "2025-11", "2026-Q1", "x"]),
        st.just("--note"),
        _WORDS,
    ),
    st.tuples(
        st.just("record"),
        _IDS,
        st.sampled_from(["44", "-3"]),
        st.just("--period"),
        st.sampled_from(["2026-01", "2026-03", "2026-07"]),
        st.just("--force"),
    ),
    st.tuples(st.just("rename"), st.sampled_from(["first", "b2", "calc", "g", "goals.g"]), st.just(NEW_ID)),
    st.tuples(
        st.just("add"),
        st.sampled_from(["win_rate", "employee_nps", "churn_rate"]),
        st.just("--goal"),
        st.just("g"),
        st.just("--source"),
        st.just("deals=deals.csv"),
        st.just("--id"),
        st.just(NEW_ID),
    ),
    st.tuples(
        st.just("review"),
        st.just("--record"),
        _IDS,
        _WORDS,
        st.just("--by"),
        st.just("ana"),
        st.just("--until"),
        st.just("2026-12-01"),
    ),
    st.tuples(st.just("lint"), st.just("--fix")),
)
INPUTS: st.SearchStrategy[Any] = st.tuples(plans(), _COMMANDS.map(list))


# The check


def check(given: tuple[str, Sequence[str]]) -> None:
    """One edit of a plan, and the way back."""
    text, command = given
    with _project(text) as path:
        before = path.read_bytes()
        code, said = _run([*command])
        assert "internal error" not in said, said
        assert "Traceback" not in said, said
        after = path.read_bytes()
        kind = command[0]
        if code == 2 and kind != "lint":
            assert after == before, "a refused edit has changed the file"
            return
        if kind == "review":
            assert after == before
            _check_decision(path.with_name("reviews.yaml"), command)
        elif kind == "lint":
            _check_fixed(path, before, after)
            return
        else:
            _check_edit(before.decode("utf-8-sig"), after.decode("utf-8-sig"), command)
            assert before[:3] == after[:3], "the byte order mark"
        if after != before or kind == "review":
            undone, said = _run(["undo"])
            assert undone == 0, said
            assert path.read_bytes() == before, "undo"
            assert not path.with_name("reviews.yaml").exists()


@contextlib.contextmanager
def _project(text: str) -> Iterator[Path]:
    from fuzz_targets import workplace

    folder = workplace() / "edit"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = folder / "kpi.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    (folder / "deals.csv").write_text("deal_id,created_at,closed_at,status,amount\n1,2026-01-01,2026-01-02,won,5\n")
    here, state = Path.cwd(), os.environ.get("KPI_STATE_DIR")
    os.environ["KPI_STATE_DIR"] = str(folder / "state")
    os.chdir(folder)
    try:
        yield path
    finally:
        os.chdir(here)
        if state is None:
            del os.environ["KPI_STATE_DIR"]
        else:
            os.environ["KPI_STATE_DIR"] = state


def _run(arguments: list[str]) -> tuple[int, str]:
    from kpi.cli.app import run

    said = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        code = run(arguments)
    return code, said.getvalue()


class _Texts(yaml.CBaseLoader):
    """Every scalar as text, and an empty one as ""."""


def _said(text: str) -> Any:
    """What a file says: texts, lists and mappings, merged as YAML merges."""
    return yaml.load(text, Loader=_Texts)


def _comments(text: str) -> list[str]:
    """The comments of a file, at least as many as there are."""
    return [found.rstrip() for found in re.findall(r"(?:(?<=\s)|^)#[^\r\n]*", text, re.MULTILINE)]


def _check_edit(before: str, after: str, command: Sequence[str]) -> None:
    kind = command[0]
    if kind == "rename":
        old = command[1].rpartition(".")[2]
        assert after != before
        assert after.replace(NEW_ID, old) == before, "more than the name has changed"
        assert old not in _said(after)[{"g": "goals"}.get(old, "kpis")]
        return
    expected, found = _said(before), _said(after)
    if kind == "add":
        new = found["kpis"].pop(NEW_ID)
        assert new["goal"] == "g"
        for section, entries in list(found.items()):
            if isinstance(entries, dict) and section not in expected:
                del found[section]  # the sources, which the plans here have none of
        assert found == expected
        assert _is_within(before, after), "what was there has changed"
        return
    id_ = command[1]
    entry = expected["kpis"][id_]
    if kind == "set" and command[3] == "--remove":
        entry.pop(command[2])
    elif kind == "set":
        path = command[2].split(".", 1)
        value: Any = command[3]
        if command[2] in ("tags", "guardrails"):
            value = [part.strip() for part in value.strip().strip("[]").split(",") if part.strip()]
        _put(entry, path, value)
    else:
        _put(entry, ["values", command[4]], command[2])
        if "--note" in command:
            _put(entry, ["notes", command[4]], command[6])
    assert found == expected, "the file does not say what it should"
    start, end = _span(before, id_)
    assert after.startswith(before[:start]), "text before the KPI has changed"
    tail = before[end:]
    assert after.endswith(tail), "text after the KPI has changed"
    if command[-1] != "--remove":
        kept = _comments(after)
        for comment in _comments(before):
            assert comment in kept or _is_replaced(comment, before, id_), f"lost: {comment}"


def _is_replaced(comment: str, before: str, id_: str) -> bool:
    """Whether what looks like a comment is a part of a text."""
    return comment in str(_said(before)["kpis"][id_])


def _put(entry: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for part in path[:-1]:
        if not isinstance(entry.get(part), dict):
            assert entry.get(part, "") in ("", "~", "null"), "a text has become a mapping"
            entry[part] = {}
        entry = entry[part]
    entry[path[-1]] = value


def _span(text: str, id_: str) -> tuple[int, int]:
    """The characters from the name of a KPI to the next entry after it."""
    root = yaml.compose(text, Loader=yaml.CBaseLoader)
    pairs = next(value for name, value in root.value if name.value == "kpis").value
    keys = sorted(name.start_mark.index for name, _ in pairs)
    own = next(name.start_mark.index for name, _ in pairs if name.value == id_)
    tops = [name.start_mark.index for name, _ in root.value]
    following = [at for at in (*keys, *tops, len(text)) if at > own]
    return own, min(following)


def _is_within(before: str, after: str) -> bool:
    """Whether ``before`` is ``after`` without some characters."""
    rest = iter(after)
    return all(character in rest for character in before)


def _check_decision(path: Path, command: Sequence[str]) -> None:
    (entry,) = yaml.load(path.read_text(encoding="utf-8"), Loader=_Texts)
    assert entry["kpi"] == command[2]
    assert entry["decided"] == " ".join(command[3].split())
    assert (entry["by"], entry["until"]) == ("ana", "2026-12-01")


def _check_fixed(path: Path, before: bytes, after: bytes) -> None:
    """``lint --fix`` changes only targets, and comments that ignore nothing; a second run changes nothing."""
    if after == before:
        return
    old, new = before.decode("utf-8-sig"), after.decode("utf-8-sig")
    assert before[:3] == after[:3], "the byte order mark"
    try:
        expected = _said(old)
    except yaml.YAMLError:  # such as that of a target >= 50 without quotes, which is corrected
        expected = None
    try:
        found = _said(new)
    except yaml.YAMLError:
        assert expected is None, "the file is not YAML any more"
        return
    if expected is not None:
        for one in (expected, found):
            for entry in one["kpis"].values():
                for field in ("target", "thresholds"):
                    entry.pop(field, None)
        assert found == expected
    kept = _comments(new)
    for comment in _comments(old):
        assert "kpi: ignore" in comment or comment in kept, f"lost: {comment}"
    _run(["lint", "--fix"])
    assert path.read_bytes() == after, "a second run changes more"
