"""What is known of a source's files before a row is read: their format and their columns."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from kpi.plan.model import Plan, Source

FileKind = Literal["csv", "json", "parquet", "excel", "query", "table"]

# Codes of problems that are not errors of the plan: the caller decides whether they matter.
MISSING = "missing-file"
DOUBTFUL = "doubtful-header"
COLLIDING = "colliding-headers"
REMOTE = "remote-file"
NOT_OF_PLAN = frozenset((MISSING, DOUBTFUL, COLLIDING, REMOTE))


class Problem(NamedTuple):
    """Something about a source's files.

    ``code`` is an error code (E043, E061, E062, E063), or MISSING: a path leads to nothing, as is normal where data is
    not in git, or DOUBTFUL: the first row looks like a title or like data, which explains a column that is not found,
    or REMOTE: a file elsewhere was not fetched, or COLLIDING: headers have one name, which is an error (E062) where
    that is used; then ``field`` ends in the folded name. ``field`` is the path inside the source's entry to which it
    belongs, e.g. ("path", 0) or ("columns", "amount"). ``meant`` is the header that an unknown one was most
    likely meant to be.
    """

    code: str
    message: str
    hint: str | None = None
    file: Path | None = None
    field: tuple[str | int, ...] = ("path",)
    meant: str | None = None


class FileFacts(NamedTuple):
    """How one file is written, and its columns.

    ``header`` are the fields of the header row in order, as text, unmodified (``column_1`` … when there is none);
    ``names`` what formulas call these columns, after ``columns``. ``skip_rows`` counts the lines above the header,
    blank ones among them. For JSON: the keys; delimiter and quote are empty. ``encoding`` is Python's name. ``uneven``:
    the lines down to the header do not all end alike, or not as they should.
    """

    path: Path
    encoding: str
    delimiter: str
    quote: str
    header: tuple[str, ...]
    names: tuple[str, ...]
    skip_rows: int
    uneven: bool = False


class SourceFacts(NamedTuple):
    """What is known about a source before computing.

    ``columns`` maps each name to its header in the file, ``filename`` not among them; None when the columns cannot be
    known cheaply (queries, tables, Parquet, Excel, .zst, large JSON, or files that are not there or not readable).
    ``per_file`` has the text and JSON files whose columns are known.
    """

    kind: FileKind
    files: tuple[Path, ...] = ()
    columns: Mapping[str, str] | None = None
    per_file: tuple[FileFacts, ...] = ()
    problems: tuple[Problem, ...] = ()


def shown(path: Path, source: Source, plan: Plan) -> str:
    """A file's path as the plan writes it: relative to the folder of the file that declares the source, or an
    address."""
    if (elsewhere := plan.remote.names.get(path)) is not None:
        return elsewhere
    return os.path.relpath(path, plan.homes.get(source.id, plan.folder)).replace(os.sep, "/")
