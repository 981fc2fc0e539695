"""Sources: rows to compute from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kpi.plan.model.fields import described


@dataclass(frozen=True)
class ReadOptions:
    """How the files are read, where sniffing is not enough."""

    delimiter: str | None = described("The character between two fields, e.g. ';' or '\\t'.")
    decimal: str | None = described("The decimal mark of numbers: '.' or ','.")
    thousands: str | None = described("The mark between groups of three digits, e.g. '.' or ','.")
    encoding: str | None = described("The text encoding, e.g. utf-8, utf-16, latin-1, cp1252.")
    quote: str | None = described("The quotation mark around fields; '' for none.")
    escape: str | None = described(
        "The character before a quotation mark that is part of a quoted field, e.g. '\\\\'; by default it is doubled."
    )
    skip_rows: int | None = described("How many lines stand before the header.")
    header: bool | None = described("Whether the first row names the columns; false: they are column_1, column_2, …")
    null_values: tuple[str, ...] = described("Texts that mean an empty value, e.g. NA.", ())
    sheet: str | None = described("The sheet of a workbook, by name.")


@dataclass(frozen=True)
class Source:
    """Rows to compute from: files, a query over other sources, or a table in a warehouse.

    Exactly one of ``path``, ``query`` and ``table`` is given. With ``date`` rows happen on a day; with ``from_`` and
    ``until`` (exclusive) or ``through`` (inclusive) rows last; with neither the source is a snapshot.
    ``columns`` maps the name used here to the header in the file.
    """

    id: str
    path: tuple[str, ...] = described(
        "The files: a path or a list of paths relative to this file; globs are allowed.", ()
    )
    date: str | None = described("The column that holds the row's date.")
    from_: str | None = described("For rows that last: the column with the first day.", alias="from")
    until: str | None = described("For rows that last: the column with the first day after the end; empty: still.")
    through: str | None = described("For rows that last: the column with the last day itself; empty: still.")
    owner: str | None = described("Who collects the data.")
    updated: str | None = described(
        "How fresh the data should be: daily, weekly, monthly, quarterly, yearly, or e.g. 2 days."
    )
    columns: Mapping[str, str] = described("Names to use here: the header in the file.", factory=dict)
    types: Mapping[str, str] = described(
        "Column types where sniffing is not enough: "
        "text, number, boolean, date FORMAT, timestamp FORMAT, duration, duration FORMAT.",
        factory=dict,
    )
    read: ReadOptions = described("How the files are read, where sniffing is not enough.", factory=ReadOptions)
    computed: Mapping[str, str] = described("Columns computed from each row, by row expressions.", factory=dict)
    where: str | None = described("Only rows for which this row expression is true are used.")
    no_rows: Literal["zero"] | None = described("zero: a period without any row counts as 0, not as missing data.")
    on_bad_rows: Literal["error", "skip"] = described(
        "What happens to rows that cannot be read: error (the default), or skip them and report how many.", "error"
    )
    query: str | None = described("One SELECT statement over other sources.")
    connection: str | None = described("The warehouse, from the environment only: ${NAME}.")
    table: str | None = described("The table in the warehouse.")

    @property
    def lasting(self) -> bool:
        """Whether rows last (``from``, ``until``) rather than happen on a day."""
        return self.from_ is not None

    @property
    def snapshot(self) -> bool:
        """Whether the rows have no date at all."""
        return self.date is None and self.from_ is None
