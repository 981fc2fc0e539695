"""One PostgreSQL server for all tests of this folder, filled once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from engine.support import Project
from warehouse.engines import VARIABLE, fill_postgres
from warehouse.servers import Server, postgres


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server with the tables of the cases in the schema ``shop``."""
    with postgres() as running:
        fill_postgres(running.url())
        yield running


@pytest.fixture
def project(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty plan whose connection is ``${KPI_TEST_WAREHOUSE}``, which leads to the server."""
    monkeypatch.setenv(VARIABLE, server.url())
    return Project(tmp_path)
