"""What never ends, or would fill the memory or the disk, comes to an end with a message; nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine.support import Project

from kpi.cli.app import run
from kpi.data.database import Engine
from kpi.data.limits import MOST_DISK, MOST_MEMORY, MemoryLimitError, TimeLimitError, bytes_of
from kpi.engine.queries import run_query, vet
from kpi.errors import TextError

ENDLESS = "with recursive r(n) as (select 1 union all select n + 1 from r) select max(n) as n from r"
# One call that takes many seconds, in which the engine does not listen.
DEAF = "select len(lpad('x', 2000000000, 'yz')) as n"
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")


@pytest.fixture
def shop(project: Project) -> Project:
    """A KPI that can be computed beside one over a query without an end."""
    project.table("orders", "day,amount\n2026-06-01,5")
    project.source("endless", query=ENDLESS, date=None)
    project.kpi("fine", "sum(orders.amount)")
    project.kpi("stuck", "sum(endless.n)")
    project.checked()
    return project


@pytest.fixture
def temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for temporary files, here and in programs that are started."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def test_a_query_without_an_end_takes_only_its_own_kpis_along(
    shop: Project, temporary: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KPI_QUERY_TIMEOUT", "1")
    assert run(["status", "-f", str(shop.folder / "kpi.yaml"), "--as-of", "2026-06-30", "--format", "csv"]) == 2
    shown = capsys.readouterr()
    lines = {line.split(",")[0]: line for line in shown.out.splitlines()}
    assert ",5," in lines["fine"]
    assert "endless: the query takes longer than 1 s" in lines["stuck"]
    assert shown.err.startswith("kpi: endless: the query takes longer than 1 s; KPI_QUERY_TIMEOUT=SECONDS or --timeout")
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("command", [["status"], ["show", "stuck"], ["sources", "endless"]])
def test_a_timeout_bounds_the_whole_run(shop: Project, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    assert run([*command, "-f", str(shop.folder / "kpi.yaml"), "--timeout", "2"]) == 2
    assert time.monotonic() - began < 30
    out, err = capsys.readouterr()
    assert "takes longer than" in " ".join((out + err).split())


@pytest.mark.parametrize("text", ["soon", "0", "-1", "1.5", "", "9999999999999"])
def test_a_timeout_is_a_number_of_seconds(shop: Project, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status", "-f", str(shop.folder / "kpi.yaml"), "--timeout", text]) == 2
    assert "invalid value for '--timeout'" in capsys.readouterr().err


def test_time_that_is_used_up_is_used_up_for_all_that_follows() -> None:
    with Engine("UTC", seconds=1) as engine:
        with pytest.raises(TimeLimitError, match=r"^orders: computing takes longer than 1 s$"):
            engine.run("orders", ENDLESS)
        with pytest.raises(TimeLimitError, match=r"^others: computing takes longer than 1 s$"):
            engine.run("others", "SELECT 1")


def test_after_a_query_that_was_stopped_the_engine_goes_on() -> None:
    with Engine("UTC", seconds=4) as engine:
        with pytest.raises(TimeLimitError, match=r"^own: the query takes longer than \S+ s$"):
            engine.run("own", ENDLESS, foreign=True)
        assert engine.run("orders", "SELECT 7") == [(7,)]


COSTLY = [
    "select count(*) from range(1000000000000)",
    "select count(*) from range(100000) a, range(100000) b, range(9999) c",
    "select len(range(1000000000))",
    "select list(i) from range(1000000000) t(i)",
    "select list_resize([1], 1000000000)",
    "select string_agg(repeat('x', 1000), '') from range(100000000)",
    "select count(distinct md5(i::text)) from range(9999999999) t(i)",
    "select sum(len(repeat('x', 100000000))) from range(100)",
    "select len(array_to_string(range(100000000), ','))",
    "select i from range(3000000000) t(i) order by md5(i::text)",
    "select len(replace(repeat('a', 1000000), 'a', repeat('a', 1000000)))",
    DEAF,
    ENDLESS,
]
# In a process of its own, whose memory can be measured, and which ends while something still runs.
PROGRAM = """
import os, re, sys, time
from pathlib import Path
from kpi.data.database import Engine
from kpi.engine.queries import run_query, vet
from kpi.errors import KpiError
began = time.monotonic()
try:
    with Engine("UTC", "256MB", 2) as engine:
        engine.lock()
        vet(engine, sys.argv[1], "own", [])
        run_query(engine, "own", sys.argv[1])
except KpiError as error:
    print(type(error).__name__, error.message)
# Not ru_maxrss: a process inherits that of the one that started it.
peak = re.search(r"VmHWM:\\s*([0-9]+) kB", Path("/proc/self/status").read_text())[1]
print(round(time.monotonic() - began), int(peak) // 1000, flush=True)
os._exit(0)
"""


@linux
@pytest.mark.parametrize("query", COSTLY)
def test_a_costly_query_is_bounded_in_time_and_memory(query: str, temporary: Path) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, query], capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    message, measured = done.stdout.splitlines()
    assert message.startswith(("TimeLimitError own: ", "MemoryLimitError own: "))
    seconds, megabytes = map(int, measured.split())
    assert seconds < 20
    assert megabytes < 256 + 2_000 + 300
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    "query",
    ["select " + "(" * 10_000 + "1" + ")" * 10_000, "select 10**10**10 +" + "-" * 10_000 + "1",
     "select regexp_matches('a', '((a{1,900}){1,900}){1,900}')"],
)  # fmt: skip
def test_a_query_that_is_too_deep_is_an_error(query: str) -> None:
    def asked() -> None:
        with Engine("UTC") as engine:
            vet(engine, query, "own", [])
            run_query(engine, "own", query)

    with pytest.raises(TextError):
        asked()


def test_a_costly_pattern_is_none_for_this_engine() -> None:
    with Engine("UTC", seconds=20) as engine:
        assert engine.ask("SELECT regexp_matches(repeat('a', 1000000), '((a*)*)*b')") == [(False,)]


@linux
def test_memory_that_python_itself_lacks_is_told_in_the_same_words() -> None:
    with Engine("UTC", "64MB") as engine:
        with pytest.raises(MemoryLimitError, match=r"^own: the memory limit of 64MB does not suffice$"):
            engine.run("own", "SELECT list_resize([1], 4000000000)")
        assert engine.ask("SELECT 1") == [(1,)]


def test_memory_and_disk_are_bounded_without_being_asked() -> None:
    with Engine("UTC") as engine:
        memory, disk = engine.ask("SELECT current_setting('memory_limit'), current_setting('max_temp_directory_size')")[
            0
        ]
    assert 0 < (bytes_of(memory) or 0) <= MOST_MEMORY
    assert 0 < (bytes_of(disk) or 0) <= MOST_DISK


def test_what_does_not_fit_on_the_disk_is_an_error(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpi.data.limits.MOST_DISK", 20_000_000)
    with Engine("UTC", "64MB") as engine, pytest.raises(MemoryLimitError, match=r"^own: "):
        engine.run("own", "CREATE TEMP TABLE n AS SELECT md5(i::text) AS n FROM range(20_000_000) t(i)")
    assert list(temporary.iterdir()) == []


# Being asked to end.


@pytest.fixture
def started(shop: Project, temporary: Path) -> Iterator[subprocess.Popen[str]]:
    """``kpi status`` in the middle of the query without an end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kpi", "status", "--as-of", "2026-06-30"],
        cwd=shop.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True,
    )  # fmt: skip
    until = time.monotonic() + 60
    while not list(temporary.iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(1)
    assert process.poll() is None
    assert list(temporary.iterdir())
    yield process
    process.kill()
    process.communicate()


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals")
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_run_that_is_asked_to_end_does_so_at_once_and_quietly(
    started: subprocess.Popen[str], temporary: Path, name: str, code: int
) -> None:
    began = time.monotonic()
    started.send_signal(getattr(signal, name))
    out, err = started.communicate(timeout=60)
    assert time.monotonic() - began < 5
    assert (started.returncode, out, err) == (code, "", "")
    assert list(temporary.iterdir()) == []


def test_ctrl_c_during_a_setting_is_no_internal_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB answers Ctrl-C in the main thread with a RuntimeError of its own, in place of KeyboardInterrupt."""

    class Interrupted:
        def execute(self, sql: str) -> None:
            raise RuntimeError("Query interrupted")

        def close(self) -> None:
            pass

    with Engine("UTC") as engine:
        real = engine._connection
        monkeypatch.setattr(engine, "_connection", Interrupted())
        with pytest.raises(KeyboardInterrupt):
            engine.run("orders", "SELECT 1", scans_files=True)  # which first switches off a part of the optimizer
        with pytest.raises(KeyboardInterrupt):
            engine.lock()
        monkeypatch.setattr(engine, "_connection", real)


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals")
def test_a_run_that_nothing_can_stop_ends_all_the_same(shop: Project, temporary: Path) -> None:
    shop.source("endless", query=DEAF, date=None)
    shop.checked()
    done = subprocess.run(
        [sys.executable, "-m", "kpi", "status", "--as-of", "2026-06-30", "--kpi", "stuck", "--timeout", "2"],
        cwd=shop.folder, capture_output=True, encoding="utf-8", timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "endless: the query takes longer than" in done.stderr
    assert list(temporary.iterdir()) == []
