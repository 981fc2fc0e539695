"""What is fuzzed: for each target its inputs, and what must hold for every one of them.

A check raises an exception (mostly AssertionError) where something is wrong. An input is plain data, so that a fault is
kept as a JSON file in ``fuzz/seeds``; the tests run all of these again.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import fuzz_edits
from hypothesis import strategies as st

from kpi.errors import KpiError, TextError

SEEDS = Path(__file__).with_name("seeds")
TODAY = date(2026, 7, 1)
# Characters that readers treat in some special way, beside those of a language.
ODD = tuple("\0\t\n\r \x1c\x7f\x85\xa0\u061c\u200b\u2028\ufeff\ud800\U0001f642äß£€−½²१٣")


@dataclass(frozen=True)
class Target:
    """``check`` raises for an input that is handled wrongly. ``inputs`` makes inputs; ``from_bytes`` makes one of bytes
    that a fuzzer changes guided by coverage. ``words`` are what texts of this target are made of."""

    name: str
    check: Callable[[Any], None]
    inputs: st.SearchStrategy[Any]
    from_bytes: Callable[[bytes], Any] | None = None
    words: Sequence[str] = ()


def seeds(name: str) -> Iterator[tuple[Path, Any]]:
    """The inputs of a target that were handled wrongly once."""
    for path in sorted((SEEDS / name).glob("*.json")):
        yield path, json.loads(path.read_text(encoding="utf-8"))["input"]


def as_text(raw: bytes) -> str:
    """Bytes as text, every byte that is not UTF-8 as a lone surrogate."""
    return raw.decode("utf-8", "surrogateescape")


def texts(words: Sequence[str], most: int = 40) -> st.SearchStrategy[str]:
    """Texts of words and odd characters, with and without blanks between them."""
    piece = st.one_of(st.sampled_from([*words, *ODD]), st.sampled_from(words), st.text(max_size=3))
    pieces = st.lists(piece, max_size=most)
    return st.builds(lambda parts, joint: joint.join(parts), pieces, st.sampled_from(["", " ", " "]))


def changed(sound: Sequence[str], pieces: Sequence[str]) -> st.SearchStrategy[str]:
    """Sound texts with a few stretches replaced."""

    def change(text: str, edits: list[tuple[float, int, str]]) -> str:
        for where, width, piece in edits:
            at = int(where * len(text))
            text = text[:at] + piece + text[at + width :]
        return text

    edit = st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from([*pieces, *ODD]))
    return st.builds(change, st.sampled_from(sound), st.lists(edit, max_size=8))


def assert_explained(mistake: TextError, text: str) -> None:
    """A mistake is at characters of the text, and so is what may be written instead."""
    assert mistake.message
    assert 0 <= mistake.start <= mistake.end <= len(text), (mistake.start, mistake.end, len(text))
    for one in mistake.replacements:
        assert 0 <= one.start <= one.end <= len(text), one


# The reader of YAML

PLAN = """\
version: 1
calendar: {week_starts: monday, fiscal_year_starts: april}
include: [a.yaml]
sources:
  orders: {path: "orders-*.csv", date: day, read: {delimiter: ";"}, types: {day: "date %d/%m/%Y"}}
measures:
  revenue: sum(orders.amount[status == "paid"])
goals:
  loyalty: {name: 'Three in ten', owner: ana@acme.example, questions: [a, b], review: {every: month}}
kpis:
  nps:   # kpi: ignore S101 -- why
    name: Net promoter score
    goal: loyalty
    baseline: 38
    values: {2026-01: 41, 2026-02: &v 42}
    formula: >-
      count(orders) /
      revenue
    window: 3 months
    target: at least 50 by 2026-12-31
    thresholds: {green: at least 29, yellow: at least 25}
    notes: {2026-03: {break: counted otherwise}}
  other: {<<: {unit: "%"}, name: Other, leads: [nps], target: {2026-Q1: 5%, 2026-Q2: between 5% and 6%}}
"""
YAML_WORDS = (
    *"\t\n:#{}[],'\"|>*&!%@`?\\~-.=", "  ", ": ", " #", "- ", "<<: ", "---\n", "...\n", "\n    ", "\r\n", "null",
    "true", "1e3", "0x1F", "1_0", "012", "2026-01-01", "!!str ", "&a ", "*a", "|2-\n", ">+\n", "%YAML 1.2\n",
    "<<<<<<< a\n", "=======\n", ">>>>>>> b\n", "version: 1\n", "kpis:\n", "  a:\n",
    "    name: A\n", "# kpi: ignore S101\n",
)  # fmt: skip


def check_yaml(text: str) -> None:
    """Any text gives a plan and diagnostics at places that exist; all rules and all formats take it."""
    from kpi.data import check_plan
    from kpi.lint import Options, lint
    from kpi.lint.registry import file_model
    from kpi.plan.loading import read_plan
    from kpi.plan.yaml.nodes import split_lines
    from kpi.render.findings import FindingsView, render_findings_json, render_findings_text
    from kpi.render.output import Page

    read = read_plan(Path("kpi.yaml"), text=text, model=file_model)
    found = lint(check_plan(read), read.texts, Options(TODAY))
    lines = split_lines(text.removeprefix("\ufeff"))
    for one in found:
        place = one.location
        assert "\n" not in one.message, one.message
        assert (place.line, place.column) <= (place.end_line, place.end_column), place
        if place.file == "kpi.yaml":
            assert 1 <= place.line <= len(lines) + 1, place
            assert 1 <= place.column <= len(read.places.line_text(place.file, place.line)) + 2, place
            for edit in one.edits:
                assert edit.location.end_line <= len(lines) + 1, edit
    view = FindingsView(found, read.places.line_text)
    render_findings_text(view, Page(width=80))
    json.loads(render_findings_json(view, Page(width=80)))


# Formulas

FORMULAS = (
    'sum(orders.amount[status == "paid" and channel in ("a", "b")]) / count_distinct(orders.customer_id)',
    "previous(revenue, 2) - year_ago(at_end(last(stock.pieces))) * growth(revenue)",
    "count(per(orders.customer_id, count(orders[amount >= 1.5]))[value >= 2])",
    "over(sum(orders.a * orders.b), '12 months') + total(max(count(a), abs(b)))",
    "hours(window_end - opened) if closed is None else number(coalesce(a, b, 0))",
)
FORMULA_WORDS = (
    "sum", "count", "avg", "count_distinct", "percentile", "previous", "year_ago", "at_end", "over", "per", "total",
    "growth", "max", "abs", "if", "else", "and", "or", "not", "in", "is", "None", "value", "window_end", "first_date",
    "contains", "hours", "number", "coalesce", "orders", ".amount", "[", "]", "(", ")", ",", ".", "==", "!=", "<", ">=",
    "+", "-", "*", "/", "**", "%", "=", "'a'", '"b"', "'", '"', "\\", "1", "0.5", "1e9", "1e400", "5%", "7 days", "$5",
    "2026-01-01", "“", "where", "distinct", "{", "}", ":", ":=", "lambda", "f'", "007", "1_000", "1,000", "null", "AND",
)  # fmt: skip


def check_formula(text: str) -> None:
    """Any text is a formula, which is the same when it is written and read again, or an explained mistake."""
    from kpi.formulas import FormulaError, describe, parse_formula, parse_row, unparse

    ways: list[Callable[[str], Any]] = [parse_formula]
    ways += [lambda text, place=place: parse_row(text, place) for place in ("computed", "where", "filter")]
    for parse in ways:
        try:
            tree = parse(text)
        except FormulaError as mistake:
            assert_explained(mistake, text)
            continue
        again = unparse(tree)
        assert parse(again) == tree, again
        assert unparse(parse(again)) == again
        assert describe(tree)


# Targets, and the short texts of other fields

UNITS = (None, "%", "EUR", "seconds", "days", "points")
TARGETS = (
    "at least 50 by 2026-12-31", "between 5% and 6.5%", "at most $12.4k", "20% more than baseline by 2026-Q4",
    "at least 90% of budget", "within 10% of plan", "below 4 min 30 s by FY2027", "no more than 1,250.50 EUR",
)  # fmt: skip
TARGET_WORDS = (
    "at least", "at most", "above", "below", "between", "and", "within", "of", "exactly", "by", "until", "increase",
    "reduce", "to", "from", "more than", "less", ">=", "<", "≥", "=", "5", "5%", "0.5", "1,250", "1.250", "1_000", "5k",
    "2M", "€5", "5 EUR", "$", "min", "4 min 30 s", "h", "d", "2026-12-31", "31/12/2026", "Q4", "2026-Q4", "Dec 2026",
    "end of", "per month", "budget", "baseline", "%", "-", "+", "~", "1e9", "1e400", "nan", "inf", "TBD", "best",
)  # fmt: skip


def check_target(given: tuple[str, int, bool]) -> None:
    """Any text is a target or an explained mistake; what may certainly be written instead is understood."""
    from kpi.plan.model import parse_target
    from kpi.values import parse_unit

    text, unit_number, has_baseline = given
    unit = parse_unit(UNITS[unit_number % len(UNITS)])
    baseline = 0.5 if has_baseline else None
    for without in ("", "by", "by relative"):
        try:
            parse_target(text, unit, baseline, without=without)
        except TextError as mistake:
            assert_explained(mistake, text)
            if mistake.certain:
                (one,) = mistake.replacements
                parse_target(text[: one.start] + one.text + text[one.end :], unit, baseline, without=without)


QUANTITIES = ("26.2%", "$12.4k", "1,250.50", "4 min 30 s", "2026-06-30", "2026-Q2", "FY2027-H1", "2026-W53", "3 months")
QUANTITY_WORDS = (
    *QUANTITIES, *"0123456789.,_-+%$€£kMB'/", "year to date", "all time", "quarter", "weeks", "daily", "hourly",
    "monday", "april", "UTC", "Europe/Berlin", "de-AT", "EUR", "usd", "h", "min", "s", "d", "W",
    "Q", "H", "FY", "e9", "nan",
    "inf", "June", "30.06.2026", "30/06/26", "days", "seconds", "percent", " ", "−",
)  # fmt: skip


def check_quantity(given: tuple[str, int]) -> None:
    """Any text is understood or is an explained mistake, whatever it should be; what is understood can be shown."""
    from kpi import values
    from kpi.values.calendar import Calendar

    text, number = given
    calendar = Calendar(fiscal_year_starts=number % 12 + 1, week_starts=number % 7)
    unit = values.parse_unit(UNITS[number % len(UNITS)])
    readers: list[Callable[[str], Any]] = [
        values.parse_unit, values.parse_every, values.parse_window, values.parse_updated, values.parse_lag,
        values.parse_locale, values.parse_timezone, values.parse_weekday, values.parse_month_name, values.parse_date,
    ]  # fmt: skip
    for read in readers:
        with _explained(text):
            read(text)
    with _explained(text):
        period = values.parse_label(text, calendar)
        assert period.start < period.end
        assert values.parse_label(period.label, calendar, period.every) == period, period.label
        values.shift(period, -1, calendar)
    for relative in (False, True):
        with _explained(text):
            found = values.parse_number(text, unit, relative=relative)
            assert abs(found) < float("inf")
            shown = values.format_exact(found, unit)
            values.format_value(found, unit)
            if not relative and abs(found) < 1e12:
                assert values.parse_number(shown, unit) == found, (found, shown)


@contextmanager
def _explained(text: str) -> Iterator[None]:
    try:
        yield
    except TextError as mistake:
        assert_explained(mistake, text)


# Suppressing comments

COMMENTS = (
    "kpis:\n  a:   # kpi: ignore S101, M102 until 2027-01-31 -- a reason of words\n    name: A\n",
    "# kpi: ignore S101 until later\nkpis:\n  # kpi: ignore M114\n  a: {name: >-   # kpi: ignore S102\n    x # no\n}\n",
)
COMMENT_WORDS = (
    "# kpi: ignore", "# kpi:", "ignore", "disable", "noqa", "S101", "M102", "E001", "X999", "vague-name", "until", "--",
    "2027-01-31", "later", ",", ";", "[", ")", "why", "\n", "\n  ", "\r\n", "\r", " ", "\t", "a: ", "- ", "'", '"',
    "|\n", ">-", "#", "{", "}", "&a", "*a",
)  # fmt: skip


def check_comments(text: str) -> None:
    """Comments are found where they are, and ``lint --fix`` removes nothing but them."""
    from kpi.data import check_plan
    from kpi.lint import Options, review
    from kpi.lint.fixes import applied, edits
    from kpi.lint.registry import RULES, file_model
    from kpi.lint.selection import codes
    from kpi.lint.suppressions import find_suppressions
    from kpi.plan.loading import read_plan

    text = text.removeprefix("\ufeff")
    lines = len(text) + 1
    for one in find_suppressions({"kpi.yaml": text}, codes(RULES)):
        start, end = one.span
        assert text[start:end].startswith("#"), text[start:end]
        assert 1 <= one.first <= one.last <= lines
        for low, high in one.names:
            assert start <= low < high <= end
        for problem in one.problems:
            assert start < problem.place.column + start <= end + 1 + len(text), problem
    read = read_plan(Path("kpi.yaml"), text=text, model=file_model)
    done = review(check_plan(read), read.texts, Options(TODAY))
    for found in done.findings:
        assert found.location.line >= 1
    changes = [edit for edit in edits(done.context, done.findings, read.texts) if edit.code == "L102"]
    for before, after in pairwise(changes):
        assert before.end <= after.start, (before, after)
    applied(read.texts["kpi.yaml"], changes) if changes else ""


# Readers of data

KINDS = ("csv", "tsv", "json", "jsonl", "xlsx", "parquet", "csv.gz")
OPTIONS = (
    "", "read: {delimiter: ';'}", "read: {encoding: utf-16}", "read: {encoding: cp1252, decimal: ','}",
    "read: {skip_rows: 1}", "read: {quote: \"'\"}", "on_bad_rows: skip",
)  # fmt: skip
CELLS = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.sampled_from(
        ["2026-01-01", "01/02/2026", "2026-06-30T12:00:00Z", "", "NA", "null", "1.5", "1,5", "1.234,50", "1,234.50",
         "€5", "5%", "nan", "inf", "1e400", "true", "Total", "a\nb", 'a"b', "a,b", "a;b", "'", "-",
         " 7 ", "#REF!", "=1+1",
         "2026-02-30", "0001-01-01", "9999-12-31", "1:30", "{}", "[1]", "ä", "\ud800", "\0", "\x1f", "\u2028"]
    ),
    st.text(max_size=5),
)  # fmt: skip


def _csv(rows: list[list[str]], delimiter: str, newline: str, quoted: bool, encoding: str) -> bytes:
    def cell(text: str) -> str:
        if quoted or any(mark in text for mark in (delimiter, '"', "\n", "\r")):
            return '"' + text.replace('"', '""') + '"'
        return text

    text = newline.join(delimiter.join(map(cell, row)) for row in rows) + newline
    return text.encode(encoding, "replace")


TABLES = st.builds(
    _csv,
    st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6).map(lambda rows: [["day", "n", "x"], *rows]),
    st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]),
)  # fmt: skip
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), CELLS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(["day", "n", "x", "Day", "", "a.b"]), inner)
    ),
    max_leaves=12,
).map(lambda value: json.dumps(value).encode())
DATA_WORDS = (
    "day,n,x\n", "2026-01-01,1,a\n", "01.02.2026;1,5;b\n", '"', '""', ",", ";", "\t", "\r\n", "Total,,\n", "\ufeff",
    '{"day": "2026-01-01", "n": 1}\n', "[", "]", "{", "}", ":", "null", "\\u0000", "1e400", "NaN", "PAR1", "PK\x03\x04",
    "\x1f\x8b\x08", "sep=;\n", "#", "\0",
)  # fmt: skip


def check_data(given: tuple[int, int, str]) -> None:
    """Any content of a file is read, or there is a message about it; the content is text, a character for each byte."""
    from kpi.data import check_plan
    from kpi.plan.loading import read_plan
    from kpi.run import compute

    kind, option, content = KINDS[given[0] % len(KINDS)], OPTIONS[given[1] % len(OPTIONS)], given[2]
    folder = workplace()
    raw = content.encode("latin-1")
    if kind.endswith(".gz") and not raw.startswith(b"\x1f\x8b"):
        import gzip

        raw = gzip.compress(raw, 1)
    path = folder / f"data.{kind}"
    path.write_bytes(raw)
    text = (
        f"version: 1\nsources:\n  s: {{path: data.{kind}, date: day{', ' * bool(option)}{option}}}\nkpis:\n"
        "  a: {name: A, unit: rows, formula: count(s)}\n  b: {name: B, unit: points, formula: sum(s.n)}\n"
        "  c: {name: C, unit: points, formula: count_distinct(s.x)}\n"
    )
    try:
        checked = check_plan(read_plan(folder / "kpi.yaml", text=text))
        if checked.valid:
            for problem in compute(checked, date(2026, 6, 30), periods=2).problems:
                assert problem
        with suppress(KpiError):
            _draft(path, folder)
    finally:
        path.unlink()


def _draft(path: Path, folder: Path) -> None:
    """What ``kpi init --from`` makes of a file."""
    from kpi.drafting.draft import draft

    draft([str(path)], folder / "kpi.yaml", TODAY)


@cache
def workplace() -> Path:
    """A folder of this process, with a place for its state; removed at its end."""
    import atexit
    import shutil

    folder = Path(tempfile.mkdtemp(prefix="kpi-fuzz-")).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["KPI_NO_CACHE"] = "1"
    return folder


def _data_of(raw: bytes) -> tuple[int, int, str]:
    return (raw[0], raw[1], raw[2:].decode("latin-1")) if len(raw) > 2 else (0, 0, raw.decode("latin-1"))


def _target_of(raw: bytes) -> tuple[str, int, bool]:
    return as_text(raw[1:]), (raw[0] if raw else 0), bool(raw) and raw[0] > 127


CONTENTS = st.one_of(
    TABLES, JSON, st.binary(max_size=200), texts(DATA_WORDS).map(lambda text: text.encode("utf-8", "replace"))
)
TARGETS_BY_NAME = {
    one.name: one
    for one in (
        Target(
            "yaml", check_yaml, st.one_of(changed([PLAN], YAML_WORDS), texts(YAML_WORDS, 80)), as_text, YAML_WORDS
        ),
        Target(
            "formulas", check_formula, st.one_of(changed(FORMULAS, FORMULA_WORDS), texts(FORMULA_WORDS)), as_text,
            FORMULA_WORDS,
        ),
        Target(
            "targets", check_target,
            st.tuples(
                st.one_of(changed(TARGETS, TARGET_WORDS), texts(TARGET_WORDS, 12)), st.integers(0, 5), st.booleans()
            ),
            _target_of, TARGET_WORDS,
        ),
        Target(
            "quantities", check_quantity,
            st.tuples(st.one_of(changed(QUANTITIES, QUANTITY_WORDS), texts(QUANTITY_WORDS, 8)), st.integers(0, 83)),
            lambda raw: (as_text(raw[1:]), raw[0] if raw else 0), QUANTITY_WORDS,
        ),
        Target(
            "comments", check_comments, st.one_of(changed(COMMENTS, COMMENT_WORDS), texts(COMMENT_WORDS, 60)), as_text,
            COMMENT_WORDS,
        ),
        Target(
            "data", check_data,
            st.tuples(st.integers(0, 6), st.integers(0, 6), CONTENTS.map(lambda raw: raw.decode("latin-1"))), _data_of,
            DATA_WORDS,
        ),
        Target("edits", fuzz_edits.check, fuzz_edits.INPUTS),
    )
}  # fmt: skip
