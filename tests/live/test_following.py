"""``kpi dashboard --serve`` as people run it: how soon the page follows its files, and how it ends."""

from __future__ import annotations

import http.client
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="the server is ended by SIGINT"),
]
EXAMPLE = Path(__file__).parents[2] / "examples" / "ecommerce"
PATIENCE = 14.0  # seconds; 0.4 on an idle machine
COMMAND = [sys.executable, "-m", "kpi", "dashboard", "--serve", "0"]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "shop"))


class Served:
    """A running server, and a connection that hears its events."""

    def __init__(self, shop: Path) -> None:
        self.process = subprocess.Popen(COMMAND, cwd=shop, stderr=subprocess.PIPE, encoding="utf-8")
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        assert line.startswith("Serving on http://127.0.0.1:"), line
        self.host = urlsplit(line.split()[2]).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        self.connection.request("GET", "/events")
        self.events = self.connection.getresponse()
        self.next_version()

    def next_version(self) -> None:
        end = time.monotonic() + PATIENCE
        while not (line := self.events.readline().decode()).startswith("data: "):
            assert line, "the server closed the connection"
            assert time.monotonic() < end, "there is no new page"

    def page(self) -> str:
        with closing(http.client.HTTPConnection(self.host, timeout=PATIENCE)) as connection:
            connection.request("GET", "/")
            return connection.getresponse().read().decode()

    def end(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGINT)
        _, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, err


@pytest.fixture
def served(shop: Path) -> Iterator[Served]:
    one = Served(shop)
    yield one
    one.events.close()
    one.connection.close()
    if one.process.poll() is None:
        one.process.kill()
        one.process.communicate()


def test_the_page_follows_definitions_and_data_and_ctrl_c_ends_it(shop: Path, served: Served) -> None:
    plan = shop / "kpi.yaml"
    text = plan.read_text(encoding="utf-8")
    assert "<h1>Tidewater Tea</h1>" in served.page()
    orders = shop / "data" / "orders-2026.csv"
    rows = orders.read_text(encoding="utf-8")
    edits = [
        (plan, text.replace("Tidewater Tea", "Another shop"), "<h1>Another shop</h1>"),
        (plan, text.replace("title:", "titel:"), "has no field &#34;titel&#34;"),
        (plan, text, "<h1>Tidewater Tea</h1>"),
        (orders, rows.replace("net_amount", "gross", 1), 'class="mistake"'),
        (orders, rows, "<h1>Tidewater Tea</h1>"),
    ]
    seconds = []
    for path, content, shown in edits:
        started = time.monotonic()
        path.write_text(content, encoding="utf-8")
        while True:  # an editor that writes in two steps makes two pages
            served.next_version()
            page = served.page()
            if shown in page and ('class="mistake"' in page) == (shown == 'class="mistake"' or "titel" in shown):
                break
        seconds.append(time.monotonic() - started)
    print("seconds:", *(f"{each:.2f}" for each in seconds))
    assert max(seconds) < PATIENCE
    assert served.end() == (130, "")
