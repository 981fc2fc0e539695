"""What a run remembers for the next one: only what would come out again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from engine.support import Project

from kpi.plan.checks.splits import split_by
from kpi.run import Results, compute
from kpi.run.cache import Store, identity

CACHE = "remembered"


@pytest.fixture
def orders(project: Project) -> Project:
    """Orders in two files, and a source that no KPI needs."""
    project.write("orders-05.csv", "day,amount\n2026-05-03,10\n2026-05-20,20")
    project.write("orders-06.csv", "day,amount\n2026-06-03,30\n2026-06-20,45")
    project.source("orders", path="orders-*.csv")
    project.kpi("revenue", "sum(orders.amount)")
    settle()
    return project


def settle() -> None:
    """Let the clock of the file system tick, so that the next change of a file shows."""
    time.sleep(0.11)


def run(project: Project, **options: object) -> Results:
    return project.results(cache=project.folder / CACHE, **options)  # type: ignore[arg-type]


def revenue(results: Results) -> float | None:
    return results.series["revenue"].shown.value


def was_remembered(results: Results) -> bool:
    return not results.scans


def test_an_unchanged_project_reads_no_file_and_answers_the_same(orders: Project) -> None:
    first, again, anew = run(orders), run(orders), orders.results()
    assert (was_remembered(first), was_remembered(again), was_remembered(anew)) == (False, True, False)
    assert revenue(again) == 75
    assert again.series == first.series == anew.series
    assert again.sources == first.sources
    assert again.sql == first.sql


def test_a_split_is_another_question(orders: Project) -> None:
    whole = run(orders)
    checked = split_by(orders.checked(), ["revenue"], "filename")
    day = date.fromisoformat(orders.as_of)
    first, again = (compute(checked, day, cache=orders.folder / CACHE) for _ in range(2))
    assert (was_remembered(whole), was_remembered(first), was_remembered(again)) == (False, False, True)
    assert whole.series["revenue"].split is None
    assert again.series == first.series
    split = again.series["revenue"].split
    assert split is not None
    assert {part.value: part.series.shown.value for part in split.parts} == {"orders-05.csv": 0, "orders-06.csv": 75}
    assert run(orders).series == whole.series
    assert compute(checked, day, parts=False).series == whole.series


def rewrite(project: Project) -> None:
    """Another amount in as many bytes, and the old time set again, as ``cp -p`` and ``rsync -t`` do."""
    path = project.folder / "orders-06.csv"
    facts = path.stat()
    path.write_text("day,amount\n2026-06-03,30\n2026-06-20,46\n", encoding="utf-8")
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def replace_whole(project: Project) -> None:
    other = project.folder / "other"
    other.write_text("day,amount\n2026-06-03,30\n2026-06-20,46\n", encoding="utf-8")
    other.replace(project.folder / "orders-06.csv")


def add_file(project: Project) -> None:
    project.write("orders-07.csv", "day,amount\n2026-06-30,1")


def rename_away(project: Project) -> None:
    (project.folder / "orders-06.csv").rename(project.folder / "kept.csv")
    project.write("orders-06.csv", "day,amount\n2026-06-03,76")


@pytest.mark.parametrize("change", [rewrite, replace_whole, add_file, rename_away])
def test_a_change_of_a_file_is_seen(orders: Project, change: Callable[[Project], None]) -> None:
    assert revenue(run(orders)) == 75
    change(orders)
    results = run(orders)
    assert not was_remembered(results)
    assert revenue(results) == 76


def test_a_change_of_the_plan_is_seen(orders: Project) -> None:
    run(orders)
    orders.kpi("revenue", "sum(orders.amount[amount > 40])")
    assert revenue(run(orders)) == 45


def test_a_change_of_an_included_file_is_seen(orders: Project) -> None:
    orders.plan["include"] = ["more.yaml"]
    (orders.folder / "more.yaml").write_text("version: 1\nmeasures: {total: sum(orders.amount)}\n", encoding="utf-8")
    orders.kpi("revenue", "total")
    assert revenue(run(orders)) == 75
    (orders.folder / "more.yaml").write_text("version: 1\nmeasures: {total: max(orders.amount)}\n", encoding="utf-8")
    assert revenue(run(orders)) == 45


def test_every_question_has_its_own_answer(orders: Project) -> None:
    def asked(**options: object) -> tuple[float | None, int]:
        results = run(orders, **options)
        return revenue(results), len(results.series["revenue"].history)

    for _ in range(2):
        assert asked() == (75, 1)
        assert asked(as_of="2026-05-31") == (30, 0)
        assert asked(as_of="2026-06-10") == (30, 0)
        assert asked(as_of="2026-06-10", to_date=True) == (30, 1)
        assert asked(periods=0) == (75, 0)
    assert run(orders, kpis=[]).series == {}


def test_a_file_that_has_just_changed_is_not_relied_on(orders: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second change in the same tick of the clock would not show."""
    orders.write("orders-06.csv", "day,amount\n2026-06-03,1")
    changed = (orders.folder / "orders-06.csv").stat().st_mtime_ns
    monkeypatch.setattr(identity, "now", lambda: changed + 1_000)
    run(orders)
    assert not was_remembered(run(orders))
    monkeypatch.setattr(identity, "now", lambda: changed + 10**10)
    run(orders)
    assert was_remembered(run(orders))


def test_a_file_system_with_whole_seconds_takes_longer_to_settle(tmp_path: Path) -> None:
    fine = identity.Identity("a", 1, 10**18 + 123_456_789, 10**18 + 123_456_789, 1, 1)
    coarse = identity.Identity("a", 1, 10**18, 10**18, 1, 1)
    assert fine.settled(10**18 + 900_000_000)
    assert not coarse.settled(10**18 + 900_000_000)
    assert coarse.settled(10**18 + 2_100_000_000)


def test_a_file_that_changes_while_it_is_read_is_not_relied_on(
    orders: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kpi.run import executor as run_module

    compute_now = run_module.compute_now

    def slowly(*arguments: object) -> Results:
        results = compute_now(*arguments)  # type: ignore[arg-type]
        rewrite(orders)
        return results

    monkeypatch.setattr(run_module, "compute_now", slowly)
    assert revenue(run(orders)) == 75
    monkeypatch.setattr(run_module, "compute_now", compute_now)
    assert revenue(run(orders)) == 76


def test_what_could_not_be_computed_is_tried_again(orders: Project) -> None:
    orders.write("orders-06.csv", "day,amount\n2026-06-03,many")
    orders.plan["sources"]["orders"]["types"] = {"amount": "number"}
    settle()
    for _ in range(2):
        results = run(orders)
        assert results.problems
        assert not was_remembered(results)
    assert not (orders.folder / CACHE).exists()


def test_a_file_that_is_gone_is_missed(orders: Project) -> None:
    run(orders)
    for path in orders.folder.glob("orders-*.csv"):
        path.unlink()
    assert "there is no file" in run(orders).problems[0]


def entries(project: Project) -> list[Path]:
    return list((project.folder / CACHE / "v1").iterdir())


def test_a_damaged_entry_is_rebuilt(orders: Project) -> None:
    run(orders)
    (entry,) = entries(orders)
    whole = entry.read_bytes()
    for raw in (b"", whole[:100], whole.replace(b"75", b"76"), os.urandom(200)):
        entry.write_bytes(raw)
        results = run(orders)
        assert not was_remembered(results)
        assert revenue(results) == 75
        assert entry.read_bytes() == whole


def test_an_entry_of_another_make_is_rebuilt(orders: Project) -> None:
    """Its checksum is right, but what it says are no results."""
    run(orders)
    (entry,) = entries(orders)
    for text in ("{}", "[]", "no JSON", '["2026-06-30",{},{},[],[]]'):
        Store(orders.folder / CACHE).put(entry.name, text)
        results = run(orders)
        assert not was_remembered(results)
        assert revenue(results) == 75


def test_another_program_computes_anew(orders: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    run(orders)
    monkeypatch.setattr(identity, "__version__", "99.0")
    assert not was_remembered(run(orders))


def test_the_program_is_told_by_its_files_and_its_engine() -> None:
    text = repr(identity.program())
    assert "aggregation.py" in text  # files of the whole package
    assert "nodes.py" in text
    assert "duckdb" in text


def test_a_folder_thrown_away_is_made_again(orders: Project) -> None:
    run(orders)
    shutil.rmtree(orders.folder / CACHE)
    assert not was_remembered(run(orders))
    assert was_remembered(run(orders))


# At the command line.


def surroundings(project: Project, **more: str) -> dict[str, str]:
    """Variables with which results are remembered beside the project, in a folder that stands for the user's."""
    left_out = {"KPI_NO_CACHE", "CI", "KPI_CACHE_DIR"}
    kept = {key: value for key, value in os.environ.items() if key not in left_out}
    return kept | {"XDG_CACHE_HOME": str(caches(project))} | more


def caches(project: Project) -> Path:
    return project.folder.parent / f"{project.folder.name}-caches"


def kpi(project: Project, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kpi", *arguments],
        cwd=project.folder, env=surroundings(project, **environment), capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip


def test_nothing_is_written_into_the_project(orders: Project) -> None:
    orders.checked()
    before = sorted(orders.folder.rglob("*"))
    for arguments in (["status"], ["show", "revenue"]):
        kpi(orders, *arguments)
    assert sorted(orders.folder.rglob("*")) == before
    assert len(list(caches(orders).glob("kpi/*/v1/*"))) == 2


def test_a_cache_that_a_pull_request_brings_along_is_not_read(orders: Project) -> None:
    """Entries that are right in every way, but for where they lie."""
    orders.checked()
    kpi(orders, "status", "--as-of", "2026-06-30")
    (made,) = caches(orders).glob("kpi/*/v1/*")
    forged = orders.folder / ".kpi-cache" / "v1"
    forged.mkdir(parents=True)
    shutil.move(made, forged / made.name)
    text = (forged / made.name).read_bytes().partition(b"\n")[2].replace(b"75", b"99")
    Store(orders.folder / ".kpi-cache").put(made.name, text.decode())
    assert Store(orders.folder / ".kpi-cache").get(made.name) == text.decode()
    shown = kpi(orders, "status", "--as-of", "2026-06-30", "--format", "csv").stdout
    assert ",75," in shown
    assert "99" not in shown


def test_without_a_cache_nothing_is_written(orders: Project) -> None:
    orders.checked()
    for arguments in (["status"], ["show", "revenue"]):
        kpi(orders, *arguments, "--no-cache")
        kpi(orders, *arguments, KPI_NO_CACHE="1")
        kpi(orders, *arguments, CI="true")
        kpi(orders, *arguments, XDG_CACHE_HOME=str(orders.folder / "inside"))
        kpi(orders, *arguments, XDG_CACHE_HOME="", HOME="/nonexistent")
        assert not caches(orders).exists()
        assert not (orders.folder / "inside").exists()
        kpi(orders, *arguments, "--cache", CI="true")
        assert caches(orders).exists()
        shutil.rmtree(caches(orders))


def test_what_is_printed_does_not_tell_whether_it_was_remembered(orders: Project) -> None:
    orders.checked()
    for arguments in (["status"], ["status", "--format", "json"], ["show", "revenue", "--sql"]):
        first, again = (kpi(orders, *arguments, "--as-of", "2026-06-30").stdout for _ in range(2))
        assert again == first == kpi(orders, *arguments, "--as-of", "2026-06-30", "--no-cache").stdout


def test_remembered_results_need_no_engine(orders: Project) -> None:
    orders.checked()
    program = "import sys; from kpi.cli.app import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"

    def loaded() -> set[str]:
        done = subprocess.run(
            [sys.executable, "-c", program, "status", "--as-of", "2026-06-30"],
            cwd=orders.folder, env=surroundings(orders), capture_output=True, encoding="utf-8", check=True,
        )  # fmt: skip
        return set(done.stderr.split())

    assert "_duckdb" in loaded()
    assert not loaded() & {"duckdb", "_duckdb"}


def test_two_runs_at_once_answer_right(orders: Project) -> None:
    orders.checked()
    command = [sys.executable, "-m", "kpi", "status", "--format", "csv", "--as-of", "2026-06-30"]
    for _ in range(2):
        at_once = [
            subprocess.Popen(
                command, cwd=orders.folder, env=surroundings(orders), stdout=subprocess.PIPE, encoding="utf-8"
            )
            for _ in range(4)
        ]
        texts = {process.communicate()[0] for process in at_once}
        assert all(process.returncode == 0 for process in at_once)
        assert len(texts) == 1
        assert "75" in texts.pop()
    assert len(list(caches(orders).glob("kpi/*/v1/*"))) == 1


# Numbers that are none.


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_an_entry_with_a_number_that_is_none_is_rebuilt(orders: Project, number: str) -> None:
    run(orders)
    (entry,) = entries(orders)
    text = Store(orders.folder / CACHE).get(entry.name)
    assert text is not None
    Store(orders.folder / CACHE).put(entry.name, text.replace("75", number))
    results = run(orders)
    assert not was_remembered(results)
    assert revenue(results) == 75


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_result_that_is_no_number_is_not_remembered(
    orders: Project, monkeypatch: pytest.MonkeyPatch, number: float
) -> None:
    from kpi.run import executor as run_module

    compute_now = run_module.compute_now

    def odd(*arguments: object) -> Results:
        results = compute_now(*arguments)  # type: ignore[arg-type]
        series = results.series["revenue"]
        shown = replace(series.shown, value=number)
        return replace(results, series={"revenue": replace(series, shown=shown)})

    monkeypatch.setattr(run_module, "compute_now", odd)
    for _ in range(2):
        assert str(revenue(run(orders))) == str(number)
    assert not (orders.folder / CACHE).exists()
