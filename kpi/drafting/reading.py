"""How files are read: options are tried with the reader of plans, and its hints are followed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from kpi.data import check_plan
from kpi.data.bad_rows import describe_reader_error
from kpi.data.database import Engine, quoted, text_literal
from kpi.data.file_scan import Scan, Scanner
from kpi.data.non_data_rows import look_through
from kpi.data.requirements import ColumnRequirements
from kpi.data.text_casts_sql import clean, number_sql
from kpi.data.value_suggestions import EMPTY_SPELLINGS
from kpi.drafting.spec import SourceSpec, plan_text
from kpi.errors import KpiError
from kpi.plan.checks import Checked
from kpi.plan.checks.source_facts import DOUBTFUL, SourceFacts
from kpi.plan.loading import read_plan

MOST_HINTS = 8  # followed in a row; more would be no progress
LISTED = 400  # different values of a column that are looked at one by one
MOST_SPELLINGS = 2  # of an empty value in one column
UTF8 = ("utf-8", "utf-8-sig", "ascii")


@dataclass(frozen=True)
class Column:
    """One column as it is in the files.

    ``stored`` is the type that the file states, "text" for text; ``filled`` the number of rows with a value,
    ``distinct`` that of different values, ``values`` the most frequent of them with their numbers. ``numbers``: all of
    them are numbers, ``plain``: written as programs write them; then ``low`` and ``high`` are the least and the
    greatest, and ``whole`` says that all are whole.
    """

    name: str
    header: str
    stored: str
    filled: int
    distinct: int
    values: Mapping[str, int]
    numbers: bool
    plain: bool
    low: float | None = None
    high: float | None = None
    whole: bool = False

    @property
    def complete(self) -> bool:
        """Whether ``values`` are all of them."""
        return len(self.values) == self.distinct


@dataclass(frozen=True)
class TextTable:
    """A source that could be read: its rows as text, cleaned, in ``table`` of the engine."""

    spec: SourceSpec
    table: str
    rows: int
    columns: Mapping[str, Column]


def checked_plan(text: str, file: Path, allowed: Sequence[Path] = ()) -> Checked:
    """A plan that is not written yet, checked."""
    return check_plan(read_plan(file, text=text, allowed=allowed))


def read_source(engine: Engine, spec: SourceSpec, file: Path, allowed: Sequence[Path] = ()) -> TextTable:
    """Read the files of a source that the plan ``file`` would name, with the options that this takes.

    Raises KpiError for what cannot be read whatever the options.
    """
    spec, checked = _with_layout(spec, file, allowed)
    for _ in range(MOST_HINTS):
        try:
            table, headers, types = _rows(engine, spec, checked)
        except KpiError as error:
            changed = spec.with_hint(error.hint)
            if changed is None and spec.on_bad_rows is None and checked.facts[spec.id].kind == "csv":
                changed = replace(spec, on_bad_rows="skip")
            if changed is None:
                raise
            spec, checked = _with_layout(changed, file, allowed)
            continue
        return _described(engine, spec, table, headers, types)
    raise KpiError(f"{spec.id}: its rows cannot be read", hint="kpi sources says why")


def _with_layout(spec: SourceSpec, file: Path, allowed: Sequence[Path]) -> tuple[SourceSpec, Checked]:
    """The source with what the heads of its files need: an encoding, lines to skip. Raises KpiError."""
    for _ in range(MOST_HINTS):
        checked = checked_plan(plan_text({spec.id: spec}), file, allowed)
        facts = checked.facts[spec.id]
        for problem in facts.problems:
            changed = spec.with_hint(problem.hint) or spec.with_hint(f"read: {problem.hint}")
            if changed is not None:
                spec = changed
                break
            if problem.code != DOUBTFUL:
                raise KpiError(problem.message, hint=problem.hint)
        else:
            encoding = _encoding(facts) if "encoding" not in spec.read else None
            if encoding is None:
                return _with_odd_rows(_as_sniffed(spec, facts), facts, checked), checked
            spec = replace(spec, read={**spec.read, "encoding": encoding})
    raise KpiError(f"{spec.id}: its files cannot be read")


def _encoding(facts: SourceFacts) -> str | None:
    """The encoding to write where a file is not what its beginning looks like."""
    for one in facts.per_file:
        if facts.kind != "csv" or one.path.suffix.lower() in (".gz", ".zst"):
            continue
        if one.encoding.lower() not in UTF8:
            return one.encoding
        try:
            one.path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            return "cp1252"
    return None


def _as_sniffed(spec: SourceSpec, facts: SourceFacts) -> SourceSpec:
    """The source with the delimiter and the lines to skip as they were found, so that a reader sees them."""
    if facts.kind != "csv" or not facts.per_file:
        return spec
    read = dict(spec.read)
    delimiters = {one.delimiter for one in facts.per_file}
    skipped = {one.skip_rows for one in facts.per_file}
    if len(delimiters) == 1 and (mark := delimiters.pop()) not in (",", "\x1f"):
        read.setdefault("delimiter", mark)
    if len(skipped) == 1 and (count := skipped.pop()):
        read.setdefault("skip_rows", str(count))
    return replace(spec, read=read)


def _with_odd_rows(spec: SourceSpec, facts: SourceFacts, checked: Checked) -> SourceSpec:
    """The source with the condition that leaves out a total or a repeated header."""
    if spec.where is not None or facts.kind != "csv":
        return spec
    source = checked.plan.sources[spec.id]
    for one in facts.per_file:
        for odd in look_through(one, source, one.path.name).odd:
            changed = spec.with_hint(odd.where)
            if changed is not None:
                return changed
    return spec


def _rows(engine: Engine, spec: SourceSpec, checked: Checked) -> tuple[str, Mapping[str, str], Mapping[str, str]]:
    """A table of the rows as cleaned text, the header of each column, and the types that the files state."""
    checked = checked if checked.plan.sources[spec.id].where == spec.where else checked_again(checked, spec)
    source, facts = checked.plan.sources[spec.id], checked.facts[spec.id]
    scanner = Scanner(engine, checked.plan, source, facts, ColumnRequirements(everything=True))
    table = quoted(f"draft${spec.id}")
    try:
        scan = scanner.scan()
        empty = tuple(source.read.null_values)
        chosen = ", ".join(
            f"{clean(f'CAST({quoted(name)} AS VARCHAR)', empty)} AS {quoted(name)}" for name in scan.types
        )
        where = _condition(spec, scan)
        engine.run(
            spec.id,
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM (SELECT {chosen} FROM {scan.sql} s) t{where}",
            scans_files=True,
        )
    except engine.Error as error:
        raise describe_reader_error(error, source, facts, scanner.names) from None
    finally:
        scanner.opening.verify()
    headers = dict(facts.columns or {name: name for name in scan.types})
    return table, headers, scan.types


def checked_again(checked: Checked, spec: SourceSpec) -> Checked:
    """The plan with a source as it is now."""
    return checked_plan(plan_text({spec.id: spec}), checked.plan.folder / "kpi.yaml", checked.plan.allowed)


def _condition(spec: SourceSpec, scan: Scan) -> str:
    """The condition of a source, which a hint has written, and that a row has any value."""
    filled = " OR ".join(f"{quoted(name)} IS NOT NULL" for name in scan.types)
    found = re.fullmatch(r'(\w+) (?:!= "([^"]*)"|is not None)', spec.where or "")
    if found is None:
        return f" WHERE {filled}"
    column = quoted(found[1])
    own = f"{column} IS NOT NULL" if found[2] is None else f"coalesce({column}, '') <> {text_literal(found[2])}"
    return f" WHERE ({filled}) AND {own}"


# Columns.


def _described(
    engine: Engine, spec: SourceSpec, table: str, headers: Mapping[str, str], types: Mapping[str, str]
) -> TextTable:
    names = list(types)
    rows, values = _values(engine, table, names)
    like_numbers = [name for name in names if _like_numbers(values[name].keys())]
    counted = _counts(engine, table, like_numbers, ".")
    decimal = spec.read.get("decimal", ".")
    odd = [name for name, one in counted.items() if not one.numbers]
    if decimal == "," or odd:
        commas = _counts(engine, table, like_numbers, ",")
        if "decimal" not in spec.read and _decimal(engine, table, counted, commas) == ",":
            spec = replace(spec, read={**spec.read, "decimal": ","})
            decimal = ","
        counted = commas if decimal == "," else counted
    columns = {}
    for name in names:
        stored = "text" if types[name] == "VARCHAR" else types[name]
        known = counted.get(name, _NO_NUMBERS)
        filled, distinct = _sizes(engine, table, name, values[name])
        columns[name] = Column(
            name, headers.get(name, name), stored, filled, distinct, values[name], filled > 0 and known.numbers,
            known.plain, known.low, known.high, known.whole,
        )  # fmt: skip
    empty = _spelled_empty(engine, table, columns, decimal)
    if empty and "null_values" not in spec.read:
        changed = replace(spec, read={**spec.read, "null_values": f"[{', '.join(map(_quoted, empty))}]"})
        listed = ", ".join(map(text_literal, empty))
        sets = ", ".join(f"CASE WHEN {quoted(n)} NOT IN ({listed}) THEN {quoted(n)} END AS {quoted(n)}" for n in names)
        engine.ask(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {sets} FROM {table}")
        return _described(engine, changed, table, headers, types)
    return TextTable(spec, table, rows, columns)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Numbers(NamedTuple):
    """Whether all values of a column are numbers, whether all are plain, the least, the greatest, and whether all are
    whole."""

    numbers: bool = False
    plain: bool = False
    low: float | None = None
    high: float | None = None
    whole: bool = False


_NO_NUMBERS = _Numbers()
_LIKE_A_NUMBER = re.compile(r"[^\W\d_]{0,3}[^\w]*\d[\d.,'’\s\u00a0\u202f]*[^\w]*(?:[eE][-+]?\d+)?[^\W\d_]{0,3}\W*")


def _like_numbers(values: Iterable[str]) -> bool:
    """Whether values may be numbers, so far as a pattern tells; one in twenty may be anything else."""
    listed = list(values)
    odd = sum(_LIKE_A_NUMBER.fullmatch(value) is None for value in listed)
    return bool(listed) and odd <= max(2, len(listed) / 20)


def _values(engine: Engine, table: str, names: Sequence[str]) -> tuple[int, dict[str, dict[str, int]]]:
    """The number of rows, and the most frequent values of each column."""
    rows = int(engine.ask(f"SELECT count(*) FROM {table}")[0][0])
    found = {}
    for name in names:
        column = quoted(name)
        listed = engine.ask(
            f"SELECT {column}, count(*) FROM {table} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 "
            f"LIMIT {LISTED + 1}"
        )
        found[name] = {str(value): int(count) for value, count in listed}
    return rows, found


def _sizes(engine: Engine, table: str, name: str, values: dict[str, int]) -> tuple[int, int]:
    """How many rows have a value in a column, and how many different ones there are."""
    if len(values) <= LISTED:
        return sum(values.values()), len(values)
    row = engine.ask(f"SELECT count({quoted(name)}), count(DISTINCT {quoted(name)}) FROM {table}")[0]
    return int(row[0]), int(row[1])


def _counts(engine: Engine, table: str, names: Sequence[str], decimal: str) -> dict[str, _Numbers]:
    """What numbers each column holds with a decimal mark. Values are read as programs write them where all can be."""
    found: dict[str, _Numbers] = {}
    for name in names:
        plain = _numbers(engine, table, name, "TRY_CAST(t AS DOUBLE)")
        if plain.numbers:
            found[name] = plain._replace(plain=True)
            if decimal == "," and any("." in str(value) for value in (plain.low, plain.high)) and not plain.whole:
                found[name] = _numbers(engine, table, name, number_sql("t", decimal, None))
        else:
            found[name] = _numbers(engine, table, name, number_sql("t", decimal, None))
    return found


def _numbers(engine: Engine, table: str, name: str, cast: str) -> _Numbers:
    column = quoted(name)
    row = engine.ask(
        "SELECT bool_and(v IS NOT NULL), min(v), max(v), bool_and(v = floor(v)) FROM (SELECT "
        f"{cast} AS v FROM (SELECT DISTINCT {column} AS t FROM {table} WHERE {column} IS NOT NULL) g) d"
    )[0]
    return _Numbers(bool(row[0]), False, row[1], row[2], bool(row[3])) if row[0] else _NO_NUMBERS


def _decimal(engine: Engine, table: str, points: Mapping[str, _Numbers], commas: Mapping[str, _Numbers]) -> str:
    """The decimal mark: a comma where a column is made of numbers only with it, and none only with a point."""
    shape = r"'\D*\d+(\.\d{3})*,\d+\D*'"
    only_commas = 0
    for name in points:
        if commas[name].numbers and not points[name].numbers:
            only_commas += 1
        elif not commas[name].numbers and not points[name].numbers:
            column = quoted(name)
            like = engine.ask(
                f"SELECT count(*) FILTER (regexp_full_match({column}, {shape})), "
                f"count(*) FILTER ({number_sql(column, ',', None)} IS NULL) FROM {table} WHERE {column} IS NOT NULL"
            )[0]
            only_commas += like[0] > 10 * like[1]
    only_points = sum(bool(points[name].numbers and not commas[name].numbers) for name in points)
    return "," if only_commas > only_points else "."


def _spelled_empty(engine: Engine, table: str, columns: Mapping[str, Column], decimal: str) -> list[str]:
    """The spellings of an empty value in columns that hold numbers otherwise, where no other column has them."""
    found: Counter[str] = Counter()
    numeric: set[str] = set()
    for column in columns.values():
        if column.numbers or column.stored != "text" or not _like_numbers(column.values):
            continue
        name = quoted(column.name)
        odd = engine.ask(
            f"SELECT {name}, count(*) FROM {table} WHERE {name} IS NOT NULL AND {number_sql(name, decimal, None)} "
            "IS NULL GROUP BY 1 LIMIT 5"
        )
        few = 0 < len(odd) <= MOST_SPELLINGS and sum(count for _, count in odd) < column.filled / 2
        if few and all(str(value).casefold() in EMPTY_SPELLINGS for value, _ in odd):
            found.update(str(value) for value, _ in odd)
            numeric.add(column.name)
    elsewhere = {value for one in columns.values() if one.name not in numeric for value in one.values}
    return [value for value in found if value not in elsewhere]
