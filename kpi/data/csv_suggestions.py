"""What to write in a source whose rows do not fit its header: tried on the whole file before it is offered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kpi.data.non_data_rows import odd_row
from kpi.data.text_files import opened, records
from kpi.plan.checks.source_facts import DOUBTFUL, FileFacts, SourceFacts
from kpi.plan.model import Source

# Rows beyond these are not looked at: advice may take a second, but no longer.
MOST_ROWS = 200_000
FIX_ROW = "fix the row, or leave such rows out with on_bad_rows: skip"
FIX_QUOTE = "fix it: a quotation mark inside a quoted field is written twice"


def remedy(source: Source, facts: SourceFacts, name: str, line: int, names: Mapping[str, str]) -> str | None:
    """What to write so that all rows of a file have as many fields as its header; None where nothing helps.

    ``name`` is what the file is called in messages, ``line`` where the first row is that does not fit.
    """
    file = next((file for file in facts.per_file if names.get(str(file.path)) == name), None)
    if file is None:
        return None
    doubt = next((p.hint for p in facts.problems if p.code == DOUBTFUL and p.file == file.path), None)
    if doubt is not None:
        return f"line {file.skip_rows + 1} is perhaps no header: say {doubt}"
    for words, other, changed in _choices(file, source):
        if all_rows_fit(other, changed):
            return f"say {words}, and all rows fit"
    return _odd_at(file, source, line) if line else None


def _choices(file: FileFacts, source: Source) -> Iterator[tuple[str, FileFacts, Source]]:
    """Other ways to read a file, in words and as facts."""
    if source.read.escape is None:
        yield "read: {escape: '\\'}", file, _with(source, escape="\\")
    for quote in ("'", '"', ""):
        if quote != file.quote and (quote != "'" or _around_fields(quote, file)):
            shown = f'"{quote}"' if quote == "'" else f"'{quote}'"
            yield f"read: {{quote: {shown}}}", file._replace(quote=quote), source


def _with(source: Source, **options: object) -> Source:
    return source.model_copy(update={"read": source.read.model_copy(update=options)})


def _around_fields(quote: str, file: FileFacts) -> bool:
    """Whether a mark is at the beginning and at the end of fields, early in the file."""
    try:
        head = next(opened(file), "")
    except (UnicodeError, OSError, EOFError):
        return False
    return file.delimiter + quote in head.replace("\n", file.delimiter) and quote + file.delimiter in head


def all_rows_fit(file: FileFacts, source: Source) -> bool:
    """Whether all rows have as many fields as the header, and no quoted field is torn."""
    from csv import Error

    bare_source = _with(source, header=False)
    width = None
    try:
        for count, (_, row) in enumerate(records(file, bare_source, strict=True)):
            width = width or len(row)
            bare = not file.quote and any(len(text) > 1 and text[0] == text[-1] == '"' for text in row)
            if len(row) != width or bare or count > MOST_ROWS:
                return len(row) == width and not bare
    except (Error, UnicodeError, OSError, EOFError):
        return False
    return (width or 0) > 1


def _odd_at(file: FileFacts, source: Source, line: int) -> str | None:
    """What the row on a line probably is, where it is none of the table."""
    from csv import Error

    before = 0
    try:
        for start, row in records(file, source):
            if start >= line:
                odd = start == line and odd_row(row, file.header, below_blank=0 < before < start - 1)
                return odd or None
            before = start + sum(text.count("\n") for text in row)
    except (Error, UnicodeError, OSError, EOFError):
        return None
    return None
