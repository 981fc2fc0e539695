"""No command shows an address or a part of it, whatever goes wrong, and a plan that has one written out is refused."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from diff.repository import Repository
from engine.support import Project
from warehouse.engines import VARIABLE
from warehouse.servers import PASSWORD, Server

from kpi.cli.app import run

pytestmark = pytest.mark.warehouse

COMMANDS = (
    ("status",), ("status", "--format", "json"), ("status", "--format", "csv"), ("status", "--format", "markdown"),
    ("show", "ordered"), ("show", "ordered", "--sql"), ("show", "ordered", "--format", "json"), ("goals",),
    ("sources",), ("sources", "--format", "json"), ("lint", "--data"), ("lint", "--data", "--format", "sarif"),
    ("review",),
)  # fmt: skip
ESCAPED = quote(PASSWORD, safe="")
ADDRESSES: dict[str, Callable[[Server], str]] = {
    "all is well": lambda server: server.url(more="?application_name=canary"),
    "a wrong password": lambda server: server.url(password=f"{PASSWORD}canary"),
    "a host that nobody knows": lambda _: f"postgresql://keeper:{ESCAPED}@canary.invalid/postgres?connect_timeout=2",
    "no such database": lambda server: server.url(database="canary"),
    "no such user": lambda server: server.url(user="canary"),
    "an option that nobody knows": lambda server: server.url(more="?canary=canary"),
    "a port that is none": lambda _: f"postgresql://keeper:{ESCAPED}@127.0.0.1:canary/postgres",
    "signs that are not escaped": lambda server: f"postgresql://keeper:{PASSWORD}@127.0.0.1:{server.port}/postgres",
    "a scheme that nobody knows": lambda _: f"canary://keeper:{ESCAPED}@canary/db",
    "a driver that is not there": lambda _: f"oracle://keeper:{ESCAPED}@canary/db",
    "no address": lambda _: f"{PASSWORD} canary",
    "a file that is not there": lambda _: f"duckdb://canary/{ESCAPED}.duckdb",
}


@pytest.fixture
def mixed(project: Project) -> Project:
    """A KPI over the warehouse beside one over a file."""
    project.plan["as_of"] = "2026-06-30"
    project.source("orders", connection=f"${{{VARIABLE}}}", table="shop.orders")
    project.table("visits", "day,n\n2026-06-01,10")
    project.kpi("ordered", "count(orders)")
    project.kpi("visited", "sum(visits.n)")
    project.checked()
    return project


def told(project: Project, capfd: pytest.CaptureFixture[str]) -> str:
    """All that the commands write, none of which is an internal error."""
    for command in COMMANDS:
        run(["-f", str(project.folder / "kpi.yaml"), *command])
    written = capfd.readouterr()
    text = written.out + written.err
    assert "Traceback" not in text
    assert "internal error" not in text
    return text


@pytest.mark.parametrize("what", ADDRESSES)
def test_nothing_of_an_address_is_shown(
    mixed: Project, server: Server, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], what: str
) -> None:
    monkeypatch.setenv(VARIABLE, ADDRESSES[what](server))
    text = told(mixed, capfd)
    assert [part for part in (PASSWORD, ESCAPED, "7Qx", "canary", "keeper", "127.0.0.1") if part in text] == []
    assert VARIABLE in text  # what it is that is wrong is told all the same
    assert "visited" in text


@pytest.mark.parametrize(
    "written", [f"postgresql://keeper:{PASSWORD}@127.0.0.1/db", f"${{WAREHOUSE_URL}}?password={PASSWORD}", PASSWORD]
)
def test_an_address_that_is_written_out_is_refused_and_not_repeated(
    mixed: Project, capfd: pytest.CaptureFixture[str], written: str
) -> None:
    mixed.plan["sources"]["orders"]["connection"] = written
    mixed.checked(valid=False)
    text = told(mixed, capfd)
    assert "a connection comes from the environment only, and is never written out" in text
    assert [part for part in (PASSWORD, "7Qx", "keeper", "127.0.0.1") if part in text] == []


WITH_HISTORY = (
    ("diff", "HEAD", "--values"), ("diff", "HEAD", "--values", "--format", "markdown"),
    ("diff", "HEAD", "--values", "--format", "json"), ("diff", "HEAD"), ("log", "ordered"),
    ("log", "ordered", "--format", "json"), ("blame", "ordered"), ("lint", "--data", "--format", "github"),
    ("lint", "--data", "--format", "gitlab"), ("lint", "--data", "--format", "junit"),
    ("lint", "--diff", "HEAD", "--data"), ("status", "--cache"), ("show", "ordered", "--cache"),
)  # fmt: skip


@pytest.mark.parametrize("what", ["all is well", "a wrong password", "a host that nobody knows"])
def test_nothing_of_an_address_is_in_a_comment_a_history_or_the_cache(
    mixed: Project,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
    what: str,
) -> None:
    """``kpi diff --values --format markdown`` is the text of a comment on a pull request."""
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("KPI_CACHE_DIR", str(cache))
    monkeypatch.setenv(VARIABLE, ADDRESSES[what](server))
    monkeypatch.chdir(mixed.folder)
    repository = Repository(mixed.folder)
    repository.git("add", "-A")
    repository.git("commit", "-qm", "First")
    mixed.kpi("ordered", "count(orders) + 1")
    mixed.checked()
    for command in WITH_HISTORY:
        run(["-f", str(mixed.folder / "kpi.yaml"), *command])
    # What needs no warehouse is remembered, so that there is a folder to look into.
    mixed.plan["sources"].pop("orders")
    mixed.plan["kpis"].pop("ordered")
    mixed.checked()
    run(["-f", str(mixed.folder / "kpi.yaml"), "status", "--cache"])
    written = capfd.readouterr()
    remembered = [path for path in cache.rglob("*") if path.is_file()]
    assert remembered
    text = written.out + written.err + "".join(path.read_text() + str(path) for path in remembered)
    assert "internal error" not in text
    assert "ordered" in text
    assert [part for part in (PASSWORD, ESCAPED, "7Qx", "canary", "keeper", "127.0.0.1") if part in text] == []
