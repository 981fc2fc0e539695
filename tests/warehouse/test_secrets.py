"""No command shows an address or a part of it, whatever goes wrong, and a plan that has one written out is refused."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from computing.support import Project
from warehouse.engines import VARIABLE
from warehouse.servers import PASSWORD, Server

from kpi.cli.app import run

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
    """All that the commands write, none of which is an internal fault."""
    for command in COMMANDS:
        run(["-f", str(project.folder / "kpi.yaml"), *command])
    written = capfd.readouterr()
    text = written.out + written.err
    assert "Traceback" not in text
    assert "internal fault" not in text
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
