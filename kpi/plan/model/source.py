"""Sources: rows to compute from."""

import codecs
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema, model_validator
from pydantic.json_schema import SkipJsonSchema

from kpi.errors import Replacement, did_you_mean, nearest_instead
from kpi.lazy_pattern import lazy_pattern
from kpi.plan.model.record import Flaw, Record, checked, context_of, quoted, raise_all
from kpi.plan.model.types import (
    TEXT_SCHEMA,
    Boolean,
    Code,
    NotNegative,
    OneOrMoreTexts,
    Text,
)
from kpi.values import parse_updated

_TYPES = ("text", "number", "boolean", "date", "timestamp", "duration")
_WITH_FORMAT = ("date", "timestamp", "duration")
_FROM_ENVIRONMENT = lazy_pattern(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_ORIGINS = ("path", "query", "table")


def _character(*allowed: str) -> AfterValidator:
    """Validates one character of those allowed, any without; the texts ``\\t`` and ``tab`` mean a tab."""
    expected = " or ".join(f'"{one}"' for one in allowed) if allowed else "one character"

    def validate(value: str, info: ValidationInfo[Any]) -> str:
        if value == "" and info.field_name == "quote":
            return value
        value = "\t" if value in ("\\t", "tab") else value
        if len(value) != 1 or (allowed and value not in allowed):
            raise Flaw("E014", f'"{info.field_name}" should be {expected}, not {quoted(value)}').error()
        if value in "\r\n":
            message = f'"{info.field_name}" cannot be a line break'
            raise Flaw("E014", message, "lines end rows, however they are written").error()
        if info.field_name in ("quote", "escape") and not value.isascii():
            message = f'"{info.field_name}" is an ASCII character, not {quoted(value)}'
            raise Flaw("E014", message, f"replace {quoted(value)} in the file, or write quote: ''").error()
        return value

    return AfterValidator(validate)


# Python's encodings of host names and of its own literals, which no file is saved in, and the one that always fails.
_NOT_OF_FILES = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})


def _encoding(name: str) -> str:
    if not _is_encoding_of_files(name):
        raise Flaw(
            "E014", f"{quoted(name)} is not a text encoding", "write e.g. utf-8, utf-16, latin-1 or cp1252"
        ).error()
    return name


def _is_encoding_of_files(name: str) -> bool:
    try:
        b"x".decode(name)
    except UnicodeError:
        pass  # an encoding that needs more than one byte
    except (LookupError, ValueError):
        return False
    return codecs.lookup(name).name not in _NOT_OF_FILES


def _connection(value: str) -> str:
    if not _FROM_ENVIRONMENT.fullmatch(value):
        message = "a connection comes from the environment only, and is never written out"
        hint = "write connection: ${NAME}, and set NAME where the program runs"
        raise Flaw("E014", message, hint, key=True).error()
    return value


def _names(columns: Mapping[str, str], info: ValidationInfo[Any]) -> Mapping[str, str]:
    """Columns by the name that formulas use for them."""
    raise_all("columns", _name_flaws(columns, info.field_name == "columns"))
    return columns


def _name_flaws(names: Mapping[str, str], of_headers: bool) -> Iterator[Flaw]:
    from keyword import iskeyword

    for name in names:
        if name.isidentifier() and not iskeyword(name):
            continue
        why = "is a word of the formula language" if iskeyword(name) else "cannot be written in a formula"
        hint = "names are letters, digits and _"
        if of_headers:
            hint += "; the name used here comes first, then the header in the file"
        yield Flaw("E013", f"{quoted(name)} {why}", hint, key=True, loc=(name,))


def _column_type(value: str) -> str:
    word = value.split(maxsplit=1)[0] if value.strip() else ""
    if word not in _TYPES or (word not in _WITH_FORMAT and value.strip() != word):
        hint = did_you_mean(word, _TYPES)
        if hint is None or not hint.startswith("did"):
            hint = "write one of: " + ", ".join(_TYPES)
        instead = nearest_instead(word, _TYPES)
        if instead and value.strip() != word:  # "datum %d.%m.%Y" keeps its format
            instead = (Replacement(value.index(word), value.index(word) + len(word), instead[0].text),)
        raise Flaw("E014", f"{quoted(value)} is not a column type", hint, replacements=instead).error()
    return value


_BAD_ROWS = ("error", "skip")
# The share of bad rows that is skipped unless the source says otherwise (R6).
TOLERATED_PERCENT = 5.0
_UP_TO_PATTERN = r"skip up to (\d{1,3}(?:\.\d+)?) ?%"
_UP_TO = lazy_pattern(_UP_TO_PATTERN)


def _on_bad_rows(value: str) -> str:
    up_to = _UP_TO.fullmatch(value)
    if value not in _BAD_ROWS and (up_to is None or not 0 < float(up_to[1]) <= 100):
        hint = did_you_mean(value, _BAD_ROWS)
        if hint is None or not hint.startswith("did"):
            hint = "write error, skip, or e.g. skip up to 20%"
        instead = nearest_instead(value, _BAD_ROWS)
        raise Flaw("E014", f'"on_bad_rows" cannot be {quoted(value)}', hint, replacements=instead).error()
    return value


AnyCharacter = Annotated[str, _character(), WithJsonSchema(TEXT_SCHEMA)]
DecimalMark = Annotated[str, _character(".", ","), WithJsonSchema(TEXT_SCHEMA)]
Encoding = Annotated[str, AfterValidator(_encoding), WithJsonSchema(TEXT_SCHEMA)]
Freshness = Annotated[str, AfterValidator(checked("E014", parse_updated)), WithJsonSchema(TEXT_SCHEMA)]
Connection = Annotated[str, AfterValidator(_connection), WithJsonSchema(TEXT_SCHEMA)]
ColumnType = Annotated[str, AfterValidator(_column_type), WithJsonSchema(TEXT_SCHEMA)]
BadRowPolicy = Annotated[
    str,
    AfterValidator(_on_bad_rows),
    WithJsonSchema({"anyOf": [{"enum": [*_BAD_ROWS]}, {"type": "string", "pattern": f"^{_UP_TO_PATTERN}$"}]}),
]


class ReadOptions(Record):
    """How the files are read, where sniffing is not enough."""

    MAY_BE_EMPTY: ClassVar = frozenset({"delimiter", "decimal", "thousands", "quote", "escape"})

    delimiter: AnyCharacter | None = Field(None, description="The character between two fields, e.g. ';' or '\\t'.")
    decimal: DecimalMark | None = Field(None, description="The decimal mark of numbers: '.' or ','.")
    thousands: AnyCharacter | None = Field(
        None, description="The mark between groups of three digits, e.g. '.' or ','."
    )
    encoding: Encoding | None = Field(None, description="The text encoding, e.g. utf-8, utf-16, latin-1, cp1252.")
    quote: AnyCharacter | None = Field(None, description="The quotation mark around fields; '' for none.")
    escape: AnyCharacter | None = Field(
        None,
        description="The character before a quotation mark that is part of a quoted field, e.g. '\\\\'; "
        "by default it is doubled.",
    )
    skip_rows: NotNegative | None = Field(None, description="How many lines come before the header.")
    header: Boolean | None = Field(
        None, description="Whether the first row names the columns; false: they are column_1, column_2, …"
    )
    null_values: OneOrMoreTexts = Field((), description="Texts that mean an empty value, e.g. NA.")
    sheet: Text | None = Field(None, description="The sheet of a workbook, by name.")
    merged: Literal["fill"] | None = Field(
        None, description="fill: each cell of a merged range in a workbook has the value of the range."
    )

    @model_validator(mode="after")
    def _different(self, info: ValidationInfo[Any]) -> Self:
        """One character does not mean two things."""
        if info.context is not None:
            raise_all("read", _same_characters(self))
        return self


def _same_characters(read: ReadOptions) -> Iterator[Flaw]:
    pairs = [("delimiter", "quote"), ("delimiter", "escape"), ("decimal", "thousands")]
    for first, second in pairs:
        one, other = getattr(read, first), getattr(read, second)
        if one is not None and one == other:
            message = f'"{first}" and "{second}" are both {quoted(one)}'
            yield _clash(second, message, "write another character for one of them, or leave it out")


_AS_SNIFFED = ReadOptions.model_construct()


class Source(Record):
    """Rows to compute from: files, a query over other sources, or a table in a warehouse.

    Exactly one of ``path``, ``query`` and ``table`` is given. With ``date`` rows happen on a day; with ``from_`` and
    ``until`` (exclusive) or ``through`` (inclusive) rows last; with neither the source is a snapshot.
    ``columns`` maps the name used here to the header in the file.
    """

    NOUN: ClassVar = "source"
    SCHEMA: ClassVar = {"oneOf": [{"required": [name]} for name in _ORIGINS]}

    id: SkipJsonSchema[str]
    path: OneOrMoreTexts = Field(
        (), description="The files: a path or a list of paths relative to this file; globs are allowed."
    )
    date: Text | None = Field(None, description="The column that holds the row's date.")
    from_: Text | None = Field(None, alias="from", description="For rows that last: the column with the first day.")
    until: Text | None = Field(
        None, description="For rows that last: the column with the first day after the end; empty: still."
    )
    through: Text | None = Field(
        None, description="For rows that last: the column with the last day itself; empty: still."
    )
    key: OneOrMoreTexts = Field(
        (),
        description="What a row is about, e.g. shop: a column or a list. Balances take the last row of each.",
    )
    owner: Text | None = Field(None, description="Who collects the data.")
    updated: Freshness | None = Field(
        None, description="How fresh the data should be: daily, weekly, monthly, quarterly, yearly, or e.g. 2 days."
    )
    columns: Annotated[Mapping[str, Text], AfterValidator(_names)] = Field(
        {}, description="Names to use here: the header in the file."
    )
    types: Mapping[str, ColumnType] = Field(
        {},
        description="Column types where sniffing is not enough: "
        "text, number, boolean, date FORMAT, timestamp FORMAT, duration, duration FORMAT.",
    )
    optional: OneOrMoreTexts = Field(
        (),
        description="Columns that files may lack; they are empty there. Any other column that is used is in all files.",
    )
    read: ReadOptions = Field(_AS_SNIFFED, description="How the files are read, where sniffing is not enough.")
    computed: Annotated[Mapping[str, Code], AfterValidator(_names)] = Field(
        {}, description="Columns computed from each row, by row expressions."
    )
    where: Code | None = Field(None, description="Only rows for which this row expression is true are used.")
    no_rows: Literal["zero"] | None = Field(
        None, description="zero: a period without any row counts as 0, not as missing data."
    )
    on_bad_rows: BadRowPolicy = Field(
        "error",
        description="What happens to rows that cannot be read: error (the default), or skip them and report how many. "
        "More than 5% are an error all the same, unless it says e.g. skip up to 20%.",
    )
    query: Code | None = Field(None, description="One SELECT statement over other sources.")
    connection: Connection | None = Field(None, description="The warehouse, from the environment only: ${NAME}.")
    table: Text | None = Field(None, description="The table in the warehouse.")

    @model_validator(mode="after")
    def _fit(self, info: ValidationInfo[Any]) -> Self:
        """Rows come from exactly one place, and happen on a date or last from one day until another."""
        if info.context is not None:
            given = {"from" if name == "from_" else name for name in self.model_fields_set}
            written = given | context_of(info).unusable
            raise_all("source", [*_origin_flaws(self.id, written, given), *_date_flaws(written, given)])
        return self

    @property
    def skips(self) -> bool:
        """Whether rows that cannot be read are skipped."""
        return self.on_bad_rows != "error"

    @property
    def tolerated(self) -> float:
        """The percentage of rows that may be skipped (R6)."""
        up_to = _UP_TO.fullmatch(self.on_bad_rows)
        return TOLERATED_PERCENT if up_to is None else float(up_to[1])

    @property
    def lasting(self) -> bool:
        """Whether rows last (``from``, ``until``) rather than happen on a day."""
        return self.from_ is not None

    @property
    def snapshot(self) -> bool:
        """Whether the rows have no date at all."""
        return self.date is None and self.from_ is None


def _origin_flaws(id_: str, written: set[str], given: set[str]) -> Iterator[Flaw]:
    """A source has exactly one of path, query and table, and what goes with it."""
    origins = [name for name in _ORIGINS if name in written]
    if not origins:
        hint = "write path: data/*.csv, or a query, or a table with its connection"
        yield Flaw("E012", f'the source "{id_}" does not say where its rows come from', hint, key=True)
        return
    for name in given & set(origins[1:]):
        message = f'a source has one of path, query and table, but this one has "{origins[0]}" and "{name}"'
        yield _clash(name, message, "make two sources of it, or take one out")
    if "table" in written and "connection" not in written:
        yield Flaw("E012", 'a "table" needs a "connection"', "write connection: ${NAME}", key=True, at="table")
    if "connection" in given and "table" not in written:
        yield _clash("connection", f'a "connection" goes with a "table", not with "{origins[0]}"', "take it out")
    for name in ("read", "optional"):
        if name in given and "path" not in written:
            yield _clash(name, f'"{name}" is about files, but the rows come from "{origins[0]}"', "take it out")


def _date_flaws(written: set[str], given: set[str]) -> Iterator[Flaw]:
    if "date" in written and "from" in given:
        yield _clash("from", 'rows happen on a "date" or last "from" a day, not both', "take one of the two out")
    if "until" in written and "through" in given:
        hint = "until is the first day after the end, through the last day itself"
        yield _clash("through", '"until" and "through" both say when rows end', hint)
    if "key" in given and "date" not in written:
        hint = "at_end and at_start take the last row of each key: write date: with the column that holds the day"
        yield _clash("key", '"key" is for rows that happen on a "date"', "take it out" if "from" in written else hint)
    for name in ("until", "through"):
        if name in given and "from" not in written:
            hint = "write from: with the column that holds the first day"
            yield _clash(name, f'"{name}" says when rows end, but no "from" says when they begin', hint)


def _clash(name: str, message: str, hint: str) -> Flaw:
    return Flaw("E016", message, hint, key=True, loc=(name,))
