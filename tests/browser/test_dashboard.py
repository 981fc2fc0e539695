"""The page of ``kpi dashboard`` in a real browser: without a network, under its own policy, for everybody."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from security.hostile import PAYLOADS, repository

from kpi.cli.app import run

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
