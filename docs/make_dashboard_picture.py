"""Draws docs/dashboard.png, the picture of the page of ``kpi dashboard`` in the README, in Chromium.

python docs/make_dashboard_picture.py    draws it anew; needs chromium, and playwright from the extra dev
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

REPOSITORY = Path(__file__).parents[1]
PICTURE = REPOSITORY / "docs" / "dashboard.png"
PLAN = REPOSITORY / "examples" / "ecommerce" / "kpi.yaml"
# From here on the page is shown: a goal with its cards, which say most of what a page says.
ANCHOR = "#goal-3"
WIDTH, HEIGHT, ABOVE = 1400, 712, 14
MOST_BYTES = 200_000


def drawn(page: Path) -> bytes:
    """The part of the page as PNG."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("there is no Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", offline=True)
        tab = context.new_page()
        tab.goto(page.as_uri())
        above = tab.locator(ANCHOR).evaluate("(one) => one.parentElement.getBoundingClientRect().top + scrollY")
        tab.evaluate(f"scrollTo({{ top: {above - ABOVE}, behavior: 'instant' }})")
        return tab.screenshot()


def main() -> int:
    with TemporaryDirectory() as folder:
        page = Path(folder) / "kpi.html"
        command = [sys.executable, "-m", "kpi", "-f", PLAN, "dashboard", "--no-cache", "-o", page]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        picture = drawn(page)
    if len(picture) > MOST_BYTES:
        print(f"{len(picture):,} bytes are more than {MOST_BYTES:,}", file=sys.stderr)
        return 1
    PICTURE.write_bytes(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
