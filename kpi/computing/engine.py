"""The only door to DuckDB: one connection for one run, every statement recorded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from kpi.errors import KpiError

if TYPE_CHECKING:
    import duckdb

Row = tuple[Any, ...]


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """An SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


class Engine:
    """An in-memory DuckDB. Files are read first; after :meth:`lock` nothing outside can be reached any more.

    ``statements`` are what was run, as (source, SQL), in order; ``scans`` how often each source's files were read.
    ``timezone`` is where a time with a zone has its day (T5), else that would be where the machine stands. Raises
    KpiError for one that the engine does not know.
    """

    def __init__(self, timezone: str) -> None:
        import duckdb

        self._duckdb = duckdb
        self._connection: duckdb.DuckDBPyConnection = duckdb.connect(
            config={"autoinstall_known_extensions": False, "preserve_insertion_order": False}
        )
        self._folder: Any = None
        self._locked = False
        self.statements: list[tuple[str, str]] = []
        self.scans: Counter[str] = Counter()
        self.Error: type[Exception] = duckdb.Error
        # Its bar would be printed into what a program reads from us.
        self._connection.execute("SET enable_progress_bar = false")
        try:
            self._connection.execute(f"SET TimeZone = {text_literal(timezone)}")
        except duckdb.Error:
            raise KpiError(f'DuckDB does not know the time zone "{timezone}"', hint="name another there") from None

    def run(self, source: str, sql: str, *, scans_files: bool = False) -> list[Row]:
        """The rows of one statement, recorded under ``source``. Raises ``self.Error``."""
        self.statements.append((source, sql))
        if scans_files:
            self.scans[source] += 1
        if not scans_files or self._locked:
            return self._connection.execute(sql).fetchall()
        # It would read every date once more before all else, to pass over rows of which there are few.
        self._connection.execute("SET disabled_optimizers = 'filter_pushdown'")
        try:
            return self._connection.execute(sql).fetchall()
        finally:
            self._connection.execute("RESET disabled_optimizers")

    def ask(self, sql: str) -> list[Row]:
        """The rows of a statement that is our own bookkeeping and is not worth showing. Raises ``self.Error``."""
        return self._connection.execute(sql).fetchall()

    def statement_kinds(self, sql: str) -> list[str]:
        """The kinds of the statements in a text, e.g. ``["SELECT"]``. Raises ``self.Error`` for bad syntax."""
        return [statement.type.name for statement in self._connection.extract_statements(sql)]

    def lock(self) -> None:
        """Cut the engine off from files, network and its own settings."""
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")
        self._locked = True

    def scratch(self) -> Path:
        """A folder for rewritten files, removed when the run ends."""
        if self._folder is None:
            import tempfile

            self._folder = tempfile.TemporaryDirectory(prefix="kpi-")
        return Path(self._folder.name)

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        if self._folder is not None:
            self._folder.cleanup()
