"""``kpi dashboard --serve``: the page and its events, for this machine only, and the last good page after a mistake."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.testclient import TestClient

from kpi.cli.app import run
from kpi.live import server

PLAN = """\
version: 1
as_of: 2026-03-31
kpis:
  nps: {name: Recommendation, unit: points, values: {2026-02: 40, 2026-03: VALUE}, target: at least 42}
"""


def never() -> AsyncIterator[None]:
    async def nothing() -> AsyncIterator[None]:
        await anyio.sleep_forever()
        yield

    return nothing()


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = server.create_app(server.Pages(lambda version: f"<p>{version}"), never, server.names_of("127.0.0.1"))
    with TestClient(app, base_url="http://127.0.0.1:8765") as one:
        yield one


def test_the_page_may_not_be_framed_stored_or_read_by_other_sites(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.text.startswith("<p>")
    assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/kpi.yaml", "/../kpi.yaml", "/data/orders.csv", "/index.html", "/events/", "/docs"])
def test_nothing_but_the_page_and_its_events_is_served(path: str, client: TestClient) -> None:
    assert client.get(path, follow_redirects=False).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_nothing_can_be_sent(method: str, client: TestClient) -> None:
    assert client.request(method, "/").status_code == 405


FOREIGN = ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "localhost.evil.example", "", "10.0.0.1"]


@pytest.mark.parametrize("host", FOREIGN)
def test_another_name_is_refused(host: str, client: TestClient) -> None:
    for path in ("/", "/events"):
        answer = client.get(path, headers={"host": host})
        assert (answer.status_code, answer.text) == (400, "Invalid host header")


@pytest.mark.parametrize("host", ["localhost", "localhost:8765", "127.0.0.1", "[::1]:8765", "LOCALHOST"])
def test_every_name_of_this_machine_is_served(host: str, client: TestClient) -> None:
    assert client.get("/", headers={"host": host}).status_code == 200


def test_on_all_addresses_the_names_of_the_machine_are_served_and_no_other() -> None:
    names = server.names_of("0.0.0.0")
    assert {"localhost", "127.0.0.1", socket.gethostname()} <= set(names)
    assert "*" not in names


def test_a_port_in_use_is_reported() -> None:
    with server.listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        assert server.address(taken) == f"http://127.0.0.1:{port}/"
        with pytest.raises(server.UsageError, match=f"127.0.0.1 port {port}"):
            server.listen("127.0.0.1", port)


def test_events_say_every_version_until_the_server_ends() -> None:
    pages = server.Pages(lambda version: version)

    async def read() -> list[str]:
        found = []
        async for event in pages.events():
            found.append(event)
            if len(found) < 3:
                await pages.update()
            else:
                pages.close()
        return found

    found = [re.findall(r"^data: (.+)$", event, re.MULTILINE)[0] for event in anyio.run(read)]
    assert len(set(found)) == 3
    assert pages.html == pages.version == found[-1]
    assert server.Pages(lambda version: version).version not in found


def test_a_connection_without_changes_is_kept_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "ALIVE", 0.0)

    async def read() -> list[str]:
        events = server.Pages(lambda version: version).events()
        return [await anext(events) for _ in range(2)]

    assert anyio.run(read)[1] == ":\n\n"


def test_a_fault_ends_the_server_and_is_reported() -> None:
    def build(version: str) -> str:
        if version.endswith("-1"):
            return version
        raise ZeroDivisionError

    async def once() -> AsyncIterator[None]:
        yield

    pages = server.Pages(build)
    app = server.create_app(pages, once, ["localhost"])
    with server.listen("127.0.0.1", 0) as listening, pytest.raises(ZeroDivisionError):
        server.serve(app, pages, listening)


Follow = Callable[..., list[str]]


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "kpi.yaml"
    path.write_text(PLAN.replace("VALUE", "44"), encoding="utf-8")
    return path


@pytest.fixture
def follow(plan: Path, monkeypatch: pytest.MonkeyPatch) -> Follow:
    """Runs ``kpi dashboard --serve`` with a server that makes one edit after the other; returns the page after each."""

    def pages_after(*edits: str | None, options: tuple[str, ...] = ()) -> list[str]:
        found: list[str] = []

        def serve(app: Any, pages: server.Pages, listening: Any) -> None:
            found.append(pages.html)
            for text in edits:
                plan.unlink(missing_ok=True)
                if text is not None:
                    plan.write_text(text, encoding="utf-8")
                anyio.run(pages.update)
                found.append(pages.html)
            raise KeyboardInterrupt

        monkeypatch.setattr(server, "serve", serve)
        assert run(["dashboard", "--serve", "0", *options]) == 130
        return found

    return pages_after


def test_after_a_mistake_the_last_good_numbers_stay(follow: Follow, capsys: pytest.CaptureFixture[str]) -> None:
    first, broken, gone, fixed = follow(PLAN.replace("VALUE", "<script>"), None, PLAN.replace("VALUE", "41"))
    assert 'class="mistake"' not in first
    for page, reason in ((broken, "kpi.yaml:4:"), (gone, "No such file")):
        assert '<section class="mistake" role="alert">' in page
        assert reason in page
        assert '<p class="value">44' in page
    assert "&lt;script&gt;" in broken
    assert broken.count("<script>") == 1
    assert '<p class="value">41' in fixed
    assert 'class="mistake"' not in fixed
    assert capsys.readouterr().err.startswith("Serving on http://127.0.0.1:")


def test_a_plan_that_starts_with_a_mistake_is_waited_for(follow: Follow, plan: Path) -> None:
    plan.write_text("version: 2\n", encoding="utf-8")
    broken, fixed = follow(PLAN.replace("VALUE", "44"))
    assert "there are no numbers yet" in broken
    assert "E025" in broken
    assert '<p class="value">44' in fixed


def test_only_a_served_page_may_connect_and_only_to_its_server(follow: Follow, plan: Path) -> None:
    (served,) = follow()
    assert run(["dashboard"]) == 0
    written = (plan.parent / "kpi.html").read_text(encoding="utf-8")
    assert "connect-src 'self'" in served
    assert "EventSource" in served
    assert re.search(r'<html lang="en" data-version="\w+-1">', served)
    for word in ("connect-src", "EventSource", "data-version"):
        assert word not in written


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["8080"], "PORT needs --serve"),
        (["--host", "::1"], "--host needs --serve"),
        (["--serve", "-o", "x.html"], "--serve writes no file"),
    ],
)
def test_options_that_do_not_go_together(
    arguments: list[str], message: str, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["dashboard", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not (plan.parent / "kpi.html").exists()
