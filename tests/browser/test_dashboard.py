"""The page of ``kpi dashboard`` in a real browser: without a network, under its own policy, for everybody."""

from __future__ import annotations

import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from importlib.resources import files
from pathlib import Path
from queue import Queue
from threading import Event, Thread
from typing import Any

import pytest
from anyio import to_thread
from security.hostile import PAYLOADS, repository

from kpi.cli.app import run
from kpi.errors import InputError

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
EXAMPLES = sorted(path.parent.name for path in Path(__file__).parents[2].glob("examples/*/kpi.yaml"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium")
    with sync_api.sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name in EXAMPLES:
        plan = Path(__file__).parents[2] / "examples" / name / "kpi.yaml"
        found[name] = folder / f"{name}.html"
        assert run(["-f", str(plan), "dashboard", "--no-cache", "-o", str(found[name])]) == 0
    return found


class Shown:
    """A page that is open, and what it reported."""

    def __init__(self, browser: Any, path: Path, **options: Any) -> None:
        self.context = browser.new_context(offline=True, **options)
        self.page = self.context.new_page()
        self.reported: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.reported.append(message.text))
        self.page.on("pageerror", lambda error: self.reported.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.reported.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())

    def visible(self, selector: str = "article[data-status]") -> list[str]:
        return [one.get_attribute("id") for one in self.page.locator(selector).all() if one.is_visible()]


@pytest.mark.parametrize("width", [390, 1280, 1920, 3840])
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_page_asks_for_nothing_reports_nothing_and_fits(
    name: str, width: int, browser: Any, pages: dict[str, Path]
) -> None:
    shown = Shown(browser, pages[name], viewport={"width": width, "height": 900})
    assert shown.reported == []
    assert shown.requests == [pages[name].as_uri()]
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
    shown.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_axe_finds_nothing(name: str, scheme: Any, browser: Any, pages: dict[str, Path]) -> None:
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    shown = Shown(browser, pages[name], color_scheme=scheme, bypass_csp=True)  # axe itself is not allowed by the policy
    shown.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    shown.page.evaluate(axe)
    violations = shown.page.evaluate("axe.run()")["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []
    shown.context.close()


def test_without_scripts_everything_is_there(browser: Any, pages: dict[str, Path]) -> None:
    plain = Shown(browser, pages["ecommerce"], java_script_enabled=False)
    scripted = Shown(browser, pages["ecommerce"])
    assert plain.visible() == scripted.visible() != []
    assert plain.page.locator("form").count() == 0
    plain.context.close()
    scripted.context.close()


def test_filters_and_order(browser: Any, pages: dict[str, Path]) -> None:
    shown = Shown(browser, pages["ecommerce"])
    page, everything = shown.page, shown.visible()
    page.get_by_label("Status", exact=True).select_option("red")
    assert shown.visible() == ["return_rate"]
    assert "1 of" in page.locator("output").inner_text()
    page.get_by_label("Status", exact=True).select_option("all")
    page.get_by_label("Find", exact=True).fill("Conversion")
    assert "conversion" in "".join(shown.visible())
    assert len(shown.visible()) < len(everything)
    page.get_by_label("Find", exact=True).fill("")
    page.get_by_label("Sort by", exact=True).select_option("name")
    assert sorted(shown.visible()) == sorted(everything)
    page.get_by_label("Sort by", exact=True).select_option("file")
    assert shown.visible() == everything
    assert shown.reported == []
    shown.context.close()


def test_the_keyboard_reaches_a_definition(browser: Any, pages: dict[str, Path]) -> None:
    shown = Shown(browser, pages["ecommerce"])
    page = shown.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the KPIs"
    summary = page.locator("article summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("article details").first.get_attribute("open") is not None
    shown.context.close()


def test_printed_no_kpi_is_cut_in_two(browser: Any, pages: dict[str, Path]) -> None:
    shown = Shown(browser, pages["ecommerce"])
    shown.page.emulate_media(media="print")
    styles = shown.page.locator("article").first.evaluate("(one) => getComputedStyle(one).breakInside")
    assert styles == "avoid"
    assert shown.page.pdf().startswith(b"%PDF")
    shown.context.close()


def test_hostile_definitions_stay_text(browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "shop").root
    monkeypatch.chdir(root)
    run(["dashboard", "--no-cache", "-o", "kpi.html"])
    shown = Shown(browser, root / "kpi.html")
    assert shown.reported == []
    assert shown.requests == [(root / "kpi.html").as_uri()]
    assert shown.page.locator("script").count() == 1
    assert shown.page.locator("img").count() == 0
    assert "<img src=x onerror=y>" in shown.page.inner_text("body")
    assert len(shown.visible()) == len(PAYLOADS)
    shown.context.close()


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("wall") / "wall.html"
    plan = Path(__file__).parents[2] / "examples" / "ecommerce" / "kpi.yaml"
    assert run(["-f", str(plan), "dashboard", "--wall", "--no-cache", "-o", str(path)]) == 0
    return path


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080), (3840, 2160)])
def test_a_wall_shows_every_kpi_without_scrolling(width: int, height: int, browser: Any, wall: Path) -> None:
    shown = Shown(browser, wall, viewport={"width": width, "height": height})
    page = shown.page
    seen: list[str] = []
    for _ in range(int(page.locator("footer .cycle").last.inner_text().split()[-1])):
        seen += shown.visible()
        assert page.locator("main > section:visible").count() == 1
        assert page.evaluate("[document.body.scrollWidth, document.body.scrollHeight]") == [width, height]
        page.keyboard.press("ArrowRight")
    assert page.locator("footer .cycle").last.inner_text().startswith("1 of ")
    assert sorted(seen) == sorted(page.evaluate("[...document.querySelectorAll('article')].map((one) => one.id)"))
    # Readable across a room: the smallest text is a fiftieth of the height.
    sizes = page.evaluate(
        "[...document.querySelectorAll('h3, dl, .badge')].map((one) => getComputedStyle(one).fontSize)"
    )
    assert min(float(size.removesuffix("px")) for size in sizes) >= height / 50
    assert shown.reported == []
    shown.context.close()


def test_a_wall_moves_on_by_itself_until_it_is_paused(browser: Any, wall: Path) -> None:
    shown = Shown(browser, wall)
    page, place = shown.page, shown.page.locator("footer .cycle").last
    page.evaluate("WALL.seconds = 0.05; wall()")
    page.wait_for_selector("footer p.cycle:has-text('2 of')")
    page.get_by_role("button", name="Pause").click()
    paused = place.inner_text()
    page.keyboard.press("ArrowRight")
    assert place.inner_text() != paused
    assert page.evaluate("WALL.paused")
    page.get_by_role("button", name="Continue").click()
    assert not page.evaluate("WALL.paused")
    shown.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_wall(scheme: Any, browser: Any, wall: Path) -> None:
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    shown = Shown(browser, wall, color_scheme=scheme, bypass_csp=True)
    shown.page.evaluate(axe)
    violations = shown.page.evaluate("axe.run()")["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []
    shown.context.close()


PLAN = """\
version: 1
as_of: 2026-03-31
kpis:
  one: {name: NAME, owner: ana, values: {2026-02: 1, 2026-03: 2}}
  two: {name: Two, owner: ben, values: {2026-02: 1, 2026-03: 3}}
"""


class Served:
    """``kpi dashboard --serve`` in a thread, which builds the page again only after :meth:`write`."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._plan = folder / "kpi.yaml"
        self._plan.write_text(PLAN.replace("NAME", "Name 1"), encoding="utf-8")
        self._written: Queue[bool] = Queue()
        started = Event()

        async def changes(_: object) -> AsyncIterator[None]:
            started.set()
            while await to_thread.run_sync(self._written.get):
                yield
            raise InputError("the test is over")

        monkeypatch.setattr("kpi.live.waiting.changes", changes)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}/"
        arguments = ["-f", str(self._plan), "dashboard", "--no-cache", "--serve", str(port)]
        self._thread = Thread(target=run, args=(arguments,), daemon=True)
        self._thread.start()
        assert started.wait(30)

    def write(self, text: str) -> None:
        self._plan.write_text(text, encoding="utf-8")
        self._written.put(True)

    def end(self) -> None:
        self._written.put(False)
        self._thread.join(30)
        assert not self._thread.is_alive()


def test_a_served_page_changes_with_its_filters_kept(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = Served(tmp_path, monkeypatch)
    context = browser.new_context()
    page = context.new_page()
    reported: list[str] = []
    page.on("console", lambda message: reported.append(message.text))
    page.on("pageerror", lambda error: reported.append(str(error)))
    page.goto(served.address)
    page.get_by_label("Owner", exact=True).select_option("ana")
    page.locator("article:visible summary").first.click()
    served.write(PLAN.replace("NAME", "Name 2"))
    page.wait_for_selector("text=Name 2")
    assert page.get_by_label("Owner", exact=True).input_value() == "ana"
    assert [card.get_attribute("id") for card in page.locator("article[data-status]").all() if card.is_visible()] == [
        "one"
    ]
    assert page.locator("#one details").get_attribute("open") is not None
    served.write(PLAN.replace("NAME", "x, owners: <script>alert(1)</script>"))
    page.wait_for_selector("section.mistake")
    assert "<script>alert(1)</script>" in page.locator("section.mistake").inner_text()
    assert "Name 2" in page.inner_text("main")
    served.write(PLAN.replace("NAME", "Name 3"))
    page.wait_for_selector("text=Name 3")
    assert page.locator("section.mistake").count() == 0
    assert reported == []
    served.end()
    page.wait_for_selector("text=No connection to kpi since")
    context.close()
