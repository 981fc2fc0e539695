"""The only door to DuckDB: one connection for one run, every statement recorded."""

from __future__ import annotations

import re
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


def driver() -> Any:
    """DuckDB's module: the compiled part of the package, which is all that is needed here. The rest takes four times as
    long to load, a fifth of what ``kpi status`` takes on a small project. Without that part, all of it is loaded."""
    try:
        import _duckdb
    except ImportError:
        import duckdb

        return duckdb
    return _duckdb


class MemoryLimitError(KpiError):
    """What was asked does not fit in the memory that the engine may use, even with the disk."""


class Engine:
    """An in-memory DuckDB. Files are read first; after :meth:`lock` nothing outside can be reached any more.

    ``memory`` is what it may use, e.g. ``512MB``; None leaves that to DuckDB (80 % of the machine's). What does not fit
    goes to a folder of the system's temporary ones, which is gone when the run ends.

    ``statements`` are what was run, as (source, SQL), in order; ``scans`` how often each source's files were read.
    ``timezone`` is where a time with a zone has its day (T5), else that would be where the machine stands. Raises
    KpiError for one that the engine does not know, and MemoryLimitError, as all methods that run statements do.
    """

    def __init__(self, timezone: str, memory: str | None = None) -> None:
        self._duckdb = driver()
        self._memory = memory
        self._spill = _own_folder()
        settings: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "preserve_insertion_order": False,
            # Else DuckDB makes a folder where the user stands.
            "temp_directory": "" if self._spill is None else str(self._spill / "spill"),
        }
        if memory is not None:
            settings |= {"memory_limit": memory, "threads": _threads(memory)}
        self._connection: duckdb.DuckDBPyConnection = self._duckdb.connect(config=settings)
        self._folder: Any = None
        self._locked = False
        self.statements: list[tuple[str, str]] = []
        self.scans: Counter[str] = Counter()
        self.Error: type[Exception] = self._duckdb.Error
        # Its bar would be printed into what a program reads from us.
        self._connection.execute("SET enable_progress_bar = false")
        try:
            self._connection.execute(f"SET TimeZone = {text_literal(timezone)}")
        except self.Error:
            self._close()
            raise KpiError(f'DuckDB does not know the time zone "{timezone}"', hint="name another there") from None

    def run(self, source: str, sql: str, *, scans_files: bool = False) -> list[Row]:
        """The rows of one statement, recorded under ``source``. Raises ``self.Error``."""
        self.statements.append((source, sql))
        if scans_files:
            self.scans[source] += 1
        if not scans_files or self._locked:
            return self._fetch(sql, source)
        # It would read every date once more before all else, to pass over rows of which there are few.
        self._connection.execute("SET disabled_optimizers = 'filter_pushdown'")
        try:
            return self._fetch(sql, source)
        finally:
            self._connection.execute("RESET disabled_optimizers")

    def ask(self, sql: str) -> list[Row]:
        """The rows of a statement that is our own bookkeeping and is not worth showing. Raises ``self.Error``."""
        return self._fetch(sql)

    def _fetch(self, sql: str, source: str | None = None) -> list[Row]:
        try:
            return self._connection.execute(sql).fetchall()
        except self._duckdb.OutOfMemoryException:
            have = "the memory of this machine" if self._memory is None else f"the memory limit of {self._memory}"
            where = "" if source is None else f"{source}: "
            hint = "compute fewer KPIs at once, with --kpi" if self._memory is None else "give it more"
            raise MemoryLimitError(f"{where}{have} does not suffice", hint=hint) from None

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
        self._close()

    def _close(self) -> None:
        self._connection.close()
        if self._folder is not None:
            self._folder.cleanup()
        if self._spill is not None:
            import shutil

            shutil.rmtree(self._spill, ignore_errors=True)


def _own_folder() -> Path | None:
    """A folder that nobody else can read; None where there is no place for one."""
    import tempfile

    try:
        return Path(tempfile.mkdtemp(prefix="kpi-"))
    except OSError:
        return None


# Each thread of the engine holds some blocks of the file it reads and of the table it fills.
PER_THREAD = 64_000_000
UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30,
         "TIB": 2**40}  # fmt: skip


def bytes_of(size: str) -> int | None:
    """The bytes of a size such as ``512MB``, ``1.5 GiB``; None for what is none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) *([KMGT]?I?B)", size.strip(), re.IGNORECASE | re.ASCII)
    if found is None or found[2].upper() not in UNITS:
        return None
    return int(float(found[1]) * UNITS[found[2].upper()])


def _threads(memory: str) -> int:
    """How many threads so much memory is enough for."""
    import os

    return max(1, min(os.cpu_count() or 1, (bytes_of(memory) or 0) // PER_THREAD))
