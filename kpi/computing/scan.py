"""From the files of a source to SQL that reads them, each column as text or in the type that the file states."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from kpi.computing.engine import Engine, quoted, text_literal
from kpi.errors import KpiError, did_you_mean
from kpi.model import Plan, Source
from kpi.sources import FileFacts, SourceFacts, column_name, shown

FILENAME = "filename"
if TYPE_CHECKING:
    from gzip import GzipFile

UTF8 = ("utf-8", "utf-8-sig", "utf8", "ascii", "us-ascii")


class Scan(NamedTuple):
    """A FROM clause (a parenthesised SELECT) whose columns are named as in the plan.

    ``types`` has the DuckDB type of each column; VARCHAR columns are text as it stands in the file. ``ragged``: the
    reader noted rows with too few or too many fields instead of stopping.
    """

    sql: str
    types: dict[str, str]
    ragged: bool = False


class Scanner:
    """Builds the scan of one file source. ``wanted`` are folded column names; None means all."""

    def __init__(self, engine: Engine, plan: Plan, source: Source, facts: SourceFacts, wanted: set[str] | None) -> None:
        self.engine = engine
        self.plan = plan
        self.source = source
        self.facts = facts
        self.wanted = wanted

    def scan(self, *, rewrite: bool = False) -> Scan:
        """The scan. ``rewrite``: copy the text files first, through a reader that forgives line endings.

        Raises KpiError for a column that one of the files lacks (R5).
        """
        if self.facts.kind == "csv":
            return self._csv(rewrite)
        if self.facts.kind == "json":
            return self._json()
        return self._parquet()

    def name(self, path: Path) -> str:
        """How a file is called in messages and in the column ``filename``."""
        return shown(path, self.source, self.plan)

    # Text.

    def _csv(self, rewrite: bool) -> Scan:
        groups: dict[tuple[object, ...], list[FileFacts]] = {}
        for file in self.facts.per_file:
            key = (file.delimiter, file.quote, file.header, file.skip_rows)
            groups.setdefault(key, []).append(file)
        columns = self._columns_of_all([(file.path, file.names) for file in self.facts.per_file])
        parts = [self._csv_group(files, columns, rewrite) for files in groups.values()]
        types = dict.fromkeys(columns, "VARCHAR")
        if self._wants(FILENAME):
            types[FILENAME] = "VARCHAR"
        return Scan("(" + "\nUNION ALL BY NAME\n".join(parts) + ")", types, ragged=self._skips)

    @property
    def _skips(self) -> bool:
        return self.source.on_bad_rows == "skip"

    def _csv_group(self, files: Sequence[FileFacts], columns: Sequence[str], rewrite: bool) -> str:
        first = files[0]
        paths = {str(self._readable(file, rewrite)): self.name(file.path) for file in files}
        places = {name.casefold(): f"c{place}" for place, name in enumerate(first.names)}
        chosen = [f"{quoted(places[name.casefold()])} AS {quoted(name)}" for name in columns]
        options = [
            "auto_detect=false",
            f"header={'false' if self.source.read.header is False else 'true'}",
            f"skip={first.skip_rows}",
            f"delim={text_literal(first.delimiter or ',')}",
            f"quote={text_literal(first.quote)}",
            f"escape={text_literal(first.quote)}",
            "columns={" + ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(first.names))) + "}",
        ]
        if self._skips:
            options.append("ignore_errors=true, store_rejects=true, rejects_limit=0")
        if self._wants(FILENAME):
            options.append("filename='file'")
            chosen.append(f"{renamed('file', paths)} AS {quoted(FILENAME)}")
        listed = "[" + ", ".join(text_literal(path) for path in paths) + "]"
        return f"SELECT {', '.join(chosen) or '1 AS c0'} FROM read_csv({listed}, {', '.join(options)})"

    def _readable(self, file: FileFacts, rewrite: bool) -> Path:
        """The file itself, or a copy in UTF-8 with even line endings where the engine cannot read it."""
        wild = any(sign in str(file.path) for sign in "*?[")  # the engine would take these for wildcards
        if file.encoding.lower() in UTF8 and not rewrite and not wild:
            return file.path
        target = self.engine.scratch() / f"{len(list(self.engine.scratch().iterdir()))}.csv"
        copy_text(file, target, self.name(file.path), even=rewrite)
        return target

    # JSON and Parquet.

    def _json(self) -> Scan:
        files = [str(path) for path in self.facts.files]
        listed = "[" + ", ".join(text_literal(path) for path in files) + "]"
        reader = f"read_json({listed}, union_by_name=true, sample_size=-1, filename='file'"
        keys = [row[0] for row in self.engine.ask(f"DESCRIBE SELECT * EXCLUDE (file) FROM {reader})")]
        names = self._named(keys)
        columns = self._columns_of_all([(self.facts.files[0], tuple(names))])
        typed = ", ".join(f"{text_literal(key)}: 'VARCHAR'" for key in keys)
        paths = {path: self.name(Path(path)) for path in files}
        chosen = [f"{quoted(names[name])} AS {quoted(name)}" for name in columns]
        if self._wants(FILENAME):
            chosen.append(f"{renamed('file', paths)} AS {quoted(FILENAME)}")
        reader = f"read_json({listed}, columns={{{typed}}}, filename='file')"
        types = dict.fromkeys((*columns, *([FILENAME] if self._wants(FILENAME) else [])), "VARCHAR")
        return Scan(f"(SELECT {', '.join(chosen) or '1 AS c0'} FROM {reader})", types)

    def _parquet(self) -> Scan:
        files = [str(path) for path in self.facts.files]
        per_file: list[dict[str, str]] = []
        for path in files:
            described = self.engine.ask(f"DESCRIBE SELECT * FROM read_parquet([{text_literal(path)}])")
            per_file.append({row[0]: row[1] for row in described})
        named = [self._named(list(stated)) for stated in per_file]
        columns = self._columns_of_all(
            [(path, tuple(names)) for path, names in zip(self.facts.files, named, strict=True)]
        )
        types: dict[str, str] = {}
        parts = []
        for path, stated, names in zip(files, per_file, named, strict=True):
            folded = {name.casefold(): key for name, key in names.items()}
            chosen = []
            for name in columns:
                key = folded[name.casefold()]
                chosen.append(f"{quoted(key)} AS {quoted(name)}")
                if types.setdefault(name, stated[key]) != stated[key]:
                    types[name] = wider(types[name], stated[key])
            if self._wants(FILENAME):
                chosen.append(f"{text_literal(self.name(Path(path)))} AS {quoted(FILENAME)}")
            parts.append(f"SELECT {', '.join(chosen) or '1 AS c0'} FROM read_parquet([{text_literal(path)}])")
        if self._wants(FILENAME):
            types[FILENAME] = "VARCHAR"
        return Scan("(" + "\nUNION ALL BY NAME\n".join(parts) + ")", types)

    # Names.

    def _wants(self, name: str) -> bool:
        return self.wanted is not None and name in self.wanted

    def _named(self, keys: Sequence[str]) -> dict[str, str]:
        """Plan names of the columns of a file that states them: name to key."""
        chosen = {header: name for name, header in self.source.columns.items()}
        names: dict[str, str] = {}
        for place, key in enumerate(keys, 1):
            name = chosen.get(key) or chosen.get(key.strip()) or column_name(key) or f"column_{place}"
            if name.casefold() in {known.casefold() for known in names}:
                raise KpiError(
                    f'{self.source.id}: two columns are called "{name}"',
                    hint=f"give one another name: columns: {{other_name: {key}}}",
                )
            names[name] = key
        return names

    def _columns_of_all(self, per_file: Sequence[tuple[Path, tuple[str, ...]]]) -> list[str]:
        """The wanted columns, each of which every file must have (R5)."""
        order: dict[str, str] = {}
        for _, names in per_file:
            for name in names:
                order.setdefault(name.casefold(), name)
        if self.wanted is None:
            needed = list(order)
        else:
            needed = [folded for folded in order if folded in self.wanted]
            for folded in self.wanted - set(order) - {FILENAME}:
                files = " and ".join(self.name(path) for path, _ in per_file[:1])
                raise KpiError(
                    f'{self.source.id}: {files} has no column "{folded}"', hint=did_you_mean(folded, order.values())
                )
        for path, names in per_file:
            have = {name.casefold() for name in names}
            for folded in needed:
                if folded not in have:
                    raise KpiError(
                        f'{self.source.id}: {self.name(path)} has no column "{order[folded]}", which other files have',
                        hint=did_you_mean(order[folded], names) or "mend that file, or leave it out of path",
                    )
        return [order[folded] for folded in needed]


def wider(one: str, other: str) -> str:
    """The type for a column whose files differ: numbers stay numbers, all else is text."""
    numbers = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL")
    if one.startswith(numbers) and other.startswith(numbers):
        return "DOUBLE"
    return "VARCHAR"


def renamed(column: str, paths: dict[str, str]) -> str:
    """The name in the plan's words of the file that a row came from."""
    if len(paths) == 1:
        return text_literal(next(iter(paths.values())))
    cases = " ".join(f"WHEN {text_literal(path)} THEN {text_literal(name)}" for path, name in paths.items())
    return f"(CASE {column} {cases} END)"


def opened_bytes(path: Path) -> IO[bytes] | GzipFile:
    """The file, unpacked where it is packed."""
    if path.name.lower().endswith(".gz"):
        import gzip

        return gzip.open(path, "rb")
    return path.open("rb")


def opened(file: FileFacts) -> Iterator[str]:
    """The text of a file, in pieces. Raises UnicodeDecodeError, OSError."""
    decoder = codecs.getincrementaldecoder(file.encoding)()
    with opened_bytes(file.path) as stream:
        while block := stream.read(1 << 20):
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)


def copy_text(file: FileFacts, target: Path, name: str, *, even: bool) -> None:
    """Write a copy in UTF-8; ``even`` makes all line endings alike. Raises KpiError for text in another encoding."""
    try:
        with target.open("w", encoding="utf-8", newline="") as out:
            held = ""
            for piece in opened(file):
                text = held + piece
                held = "\r" if even and text.endswith("\r") else ""
                text = text[: len(text) - len(held)]
                out.write(text.replace("\r\n", "\n").replace("\r", "\n") if even else text)
            out.write("\n" if held else "")
    except UnicodeError as error:
        raise KpiError(
            f"{name} is not {file.encoding}: {error.reason if isinstance(error, UnicodeDecodeError) else error}",
            hint="say the right one: read: {encoding: cp1252}, or latin-1, utf-16",
        ) from None
