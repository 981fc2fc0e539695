"""The only door to DuckDB: one connection for one run, every statement recorded and bounded in time and memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Lock, Thread
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any

from kpi.data.limits import (
    MOST_MEMORY,
    QUERY_SECONDS,
    QUERY_TIMEOUT,
    RUN_SECONDS,
    RUN_TIMEOUT,
    MemoryLimitError,
    TimeLimitError,
    address_space,
    bytes_of,
    most_disk,
    seconds_of,
)
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


# Characters of a statement about so many columns, a hundred or so, that some optimizers take longer than they save.
LONG = 15_000

# How long to wait for a statement that is asked to stop, and when a person has asked for that.
STOPPING_SECONDS, HURRIED_SECONDS = 2.0, 0.3
# How long to sleep at most without a look at signals, which some systems deliver only then.
NAP_SECONDS = 0.2


class Job:
    """Work in a thread of its own, which does not keep the process alive. ``begun``: whether it was started."""

    def __init__(self, work: Callable[[], list[Row]]) -> None:
        self._work = work
        self._rows: list[Row] = []
        self._error: BaseException | None = None
        self.begun = False
        self._running = Lock()

    @property
    def done(self) -> bool:
        """Whether the work is over, or never began."""
        return not self._running.locked()

    def wait(self, seconds: float) -> bool:
        """Begin, where that has not happened yet; whether the work is over within so many seconds."""
        if not self.begun:
            self.begun = True
            self._running.acquire()
            Thread(target=self._run, daemon=True).start()
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            if self._running.acquire(timeout=min(left, NAP_SECONDS)):
                self._running.release()
                return True
        return self.done

    def result(self) -> list[Row]:
        """The rows, or the error that the work ended with, raised."""
        if self._error is not None:
            raise self._error
        return self._rows

    def _run(self) -> None:
        try:
            self._rows = self._work()
        except BaseException as error:
            self._error = error
        finally:
            self._running.release()


class Engine:
    """An in-memory DuckDB. Files are read first; after :meth:`lock` nothing outside can be reached any more.

    ``memory`` is what it may use, e.g. ``512MB``; None is 80 % of the machine's, and no more than 4 GB. What does not
    fit goes to a folder of the system's temporary ones, which is gone when the run ends. ``seconds`` is how long all
    statements together may take; None is what ``KPI_TIMEOUT`` says, or ten minutes.

    ``statements`` are what was run, as (source, SQL), in order; ``scans`` how often each source's files were read.
    ``timezone`` is where a time with a zone has its day (T5), else that would be where the machine is. Raises
    KpiError for one that the engine does not know; all methods that run statements raise MemoryLimitError and
    TimeLimitError.
    """

    def __init__(self, timezone: str, memory: str | None = None, seconds: float | None = None) -> None:
        self._duckdb = driver()
        self._memory = memory
        self._seconds = seconds_of(RUN_TIMEOUT, RUN_SECONDS) if seconds is None else seconds
        self._default_query_seconds = QUERY_SECONDS if seconds is None else seconds
        self._spent = 0.0
        self._stuck = False
        self._folder: Any = None
        self._spill = _own_folder()
        try:
            self._open(timezone, memory)
        except BaseException:
            self._forget_folders()
            raise

    def _open(self, timezone: str, memory: str | None) -> None:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "preserve_insertion_order": False,
            # Else DuckDB makes a folder in the working directory.
            "temp_directory": "" if self._spill is None else str(self._spill / "spill"),
        }
        if self._spill is not None:
            settings["max_temp_directory_size"] = f"{most_disk(self._spill)}B"
        if memory is not None:
            settings |= {"memory_limit": memory, "threads": _threads(memory)}
        self._connection: duckdb.DuckDBPyConnection = self._duckdb.connect(config=settings)
        self._locked = False
        self.statements: list[tuple[str, str]] = []
        self.scans: Counter[str] = Counter()
        self.Error: type[Exception] = self._duckdb.Error
        # Its bar would be printed into what a program reads from us. In Jupyter without ipywidgets there is none, and
        # any setting of it is an error.
        if self._at_once("SELECT current_setting('enable_progress_bar')")[0][0]:
            self._at_once("SET enable_progress_bar = false")
        self._most_memory = bytes_of(memory or "") or self._default_memory()
        try:
            self._at_once(f"SET TimeZone = {text_literal(timezone)}")
        except self.Error:
            self._connection.close()
            raise KpiError(f'DuckDB does not know the time zone "{timezone}"', hint="name another there") from None

    def _default_memory(self) -> int:
        """The bytes that the engine takes by itself, but no more than MOST_MEMORY."""
        own = self._at_once("SELECT current_setting('memory_limit')")[0][0]
        size = bytes_of(own) or MOST_MEMORY
        if size >= MOST_MEMORY:
            size = MOST_MEMORY
            self._at_once(f"SET memory_limit = '{MOST_MEMORY}B'")
        return size

    def _at_once(self, sql: str) -> list[Row]:
        """The rows of a statement that takes no time, such as a setting, and runs in this thread. Raises
        ``self.Error``."""
        try:
            return self._connection.execute(sql).fetchall()
        except RuntimeError:  # DuckDB's own answer to Ctrl-C, which is none of its errors
            raise KeyboardInterrupt from None

    def run(self, source: str, sql: str, *, scans_files: bool = False, foreign: bool = False) -> list[Row]:
        """The rows of one statement, recorded under ``source``. ``foreign``: its text is in the plan. Raises
        ``self.Error``."""
        self.statements.append((source, sql))
        if scans_files:
            self.scans[source] += 1
        unused = []
        if scans_files:
            # It would read every date once more before all else, to pass over rows of which there are few.
            unused.append("filter_pushdown")
        if len(sql) > LONG:
            # Its time grows with the square of the columns: half a minute for five hundred.
            unused.append("common_subexpressions")
        if not unused or self._locked:
            return self._fetch(sql, source, foreign=foreign)
        self._at_once(f"SET disabled_optimizers = {text_literal(','.join(unused))}")
        try:
            return self._fetch(sql, source, foreign=foreign)
        finally:
            if not self._stuck:
                self._at_once("RESET disabled_optimizers")

    def ask(self, sql: str, source: str | None = None) -> list[Row]:
        """The rows of a statement that is our own bookkeeping and is not worth showing; ``source`` is whose, for
        messages. Raises ``self.Error``."""
        return self._fetch(sql, source)

    def _fetch(self, sql: str, source: str | None = None, *, foreign: bool = False) -> list[Row]:
        where = "" if source is None else f"{source}: "
        try:
            with address_space(self._most_memory):
                return self._in_time(lambda: self._connection.execute(sql).fetchall(), where, foreign=foreign)
        except (self._duckdb.OutOfMemoryException, MemoryError):
            have = f"the memory limit of {self._memory or in_units(self._most_memory)}"
            hint = "compute fewer KPIs at once, with --kpi, or give it more, with --memory-limit"
            raise MemoryLimitError(
                f"{where}{have} does not suffice", hint=hint if self._memory is None else "give it more"
            ) from None

    def _in_time(self, work: Callable[[], list[Row]], where: str, *, foreign: bool) -> list[Row]:
        """What the work comes to, done beside this thread, which stays awake for the clock and for Ctrl-C."""
        left = self._seconds - self._spent
        # Half of what is left, so that one query without an end leaves time for the sources behind it.
        most = min(seconds_of(QUERY_TIMEOUT, self._default_query_seconds), left / 2) if foreign else left
        began = monotonic()
        job = Job(work)
        try:
            if most > 0 and not self._stuck and job.wait(most):
                return job.result()
            if most > 0 and not self._stuck:
                self._give_up(job, STOPPING_SECONDS)
        except BaseException:
            if not job.done:  # Ctrl-C or an end from outside
                self._give_up(job, HURRIED_SECONDS)
            raise
        finally:
            self._spent += monotonic() - began
        if self._stuck and most > 0 and not job.begun:
            raise TimeLimitError(f"{where}a statement before did not end in time, so this one was not run")
        if most < left:
            message, variable = f"the query takes longer than {most:.3g} s", QUERY_TIMEOUT
        else:
            message, variable = f"computing takes longer than {self._seconds:.3g} s", RUN_TIMEOUT
        raise TimeLimitError(f"{where}{message}", hint=f"{variable}=SECONDS or --timeout SECONDS allows more")

    def _give_up(self, job: Job, seconds: float) -> None:
        """Stop what runs. A few functions cannot be stopped while they make one huge value: that thread is left alone,
        and so is the connection."""
        self._connection.interrupt()
        self._stuck = not job.wait(seconds)

    def statement_kinds(self, sql: str) -> list[str]:
        """The kinds of the statements in a text, e.g. ``["SELECT"]``. Raises ``self.Error`` for bad syntax."""
        return [statement.type.name for statement in self._connection.extract_statements(sql)]

    def lock(self) -> None:
        """Cut the engine off from files, network and its own settings."""
        self._at_once("SET enable_external_access = false")
        self._at_once("SET lock_configuration = true")
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
        if not self._stuck:
            self._connection.close()
        self._forget_folders()

    def _forget_folders(self) -> None:
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


def in_units(size: int) -> str:
    """A number of bytes for people, e.g. ``4GB``."""
    return f"{size / 10**9:.3g}GB"


def _threads(memory: str) -> int:
    """How many threads so much memory is enough for."""
    import os

    return max(1, min(os.cpu_count() or 1, (bytes_of(memory) or 0) // PER_THREAD))


def parquet_of(frame: Any) -> bytes:
    """A pandas data frame as the content of a Parquet file, its texts as text and its times as timestamps."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="kpi-") as folder:
        path = Path(folder) / "frame.parquet"
        connection = driver().connect()
        try:
            texts = {name: "object" for name in frame.columns if str(frame[name].dtype).startswith("string")}
            plain = frame.astype(texts)
            for name in texts:
                plain[name] = plain[name].where(frame[name].notna(), None)
            connection.register("frame", plain)
            connection.execute(f"COPY (SELECT * FROM frame) TO {text_literal(str(path))} (FORMAT parquet)")
        finally:
            connection.close()
        return path.read_bytes()
