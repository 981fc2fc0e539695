"""`kpi dashboard` beside other ways to a page: 50 series of 24 months, as files that are opened in a browser.

Each way is one process that reads the series and writes one file, as its documentation says to. Measured are the size
of the file, plain and packed with gzip, wall and processor time, the requests that a browser makes when it opens the
file (needs Chromium; it is cut off from every network), and how many of the 50 names can be read with scripts off. The
page of kpi also has definitions, targets, statuses and tables; the others have the charts, or a table (pytest-html).

The others need an environment of their own. The first run makes it (about 400 MB, in benchmarks/.venv-dashboard); where
that cannot be done, kpi alone is measured.

    python benchmarks/dashboard.py [--turns 3] [--environment ENVIRONMENT] [--json FILE]
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ENVIRONMENT = Path(__file__).with_name(".venv-dashboard")
NEEDED = ["plotly>=6", "altair>=5.5", "panel>=1.6", "pytest-html>=4.1", "pandas>=2.2"]
SERIES, MONTHS = 50, 24
Series = dict[str, list[float]]

READ = """
import json
series = json.load(open("series.json"))
months = [f"{2024 + n // 12}-{n % 12 + 1:02}" for n in range(24)]
"""
SCRIPTS = {
    "Plotly": READ
    + """
import plotly.graph_objects as go
parts = []
for name, values in series.items():
    figure = go.Figure(go.Scatter(x=months, y=values), layout={"title": name, "height": 300})
    parts.append(figure.to_html(full_html=False, include_plotlyjs=not parts))
open("page.html", "w").write("<!doctype html><html><body>" + "".join(parts) + "</body></html>")
""",
    "Altair": READ
    + """
import altair as alt, pandas as pd
charts = [
    alt.Chart(pd.DataFrame({"month": months, "value": values}), title=name).mark_line().encode(x="month", y="value")
    for name, values in series.items()
]
alt.vconcat(*charts).save("page.html")
""",
    "Panel": READ
    + """
import panel as pn
from bokeh.plotting import figure
parts = []
for name, values in series.items():
    plot = figure(title=name, height=300, x_range=months)
    plot.line(months, values)
    parts.append(pn.pane.Bokeh(plot))
pn.Column(*parts).save("page.html", embed=True)
""",
    "pytest-html": """
import pathlib, pytest
pathlib.Path("test_series.py").write_text('''
import json, pytest
series = json.load(open("series.json"))
@pytest.mark.parametrize("name", series)
def test_series(name):
    print(series[name])
''')
pytest.main(["-q", "test_series.py", "--html=page.html", "--self-contained-html"])
""",
}


@dataclass(frozen=True)
class Page:
    """What one way made: bytes, bytes packed, seconds, requests to elsewhere, and names that show without scripts."""

    way: str
    size: int
    packed: int
    seconds: float
    cpu: float
    requests: int | None
    readable: int | None


def made_series() -> Series:
    """Fifty series with a trend and a season each; the same in every run."""
    return {
        f"Series number {n}": [
            round(100 + 3 * n + m * (n % 7 - 3) + 9 * math.sin((m + n) / 2), 2) for m in range(MONTHS)
        ]
        for n in range(1, SERIES + 1)
    }


def plan(series: Series) -> str:
    """The plan that computes the same values from a file."""
    lines = [
        "version: 1",
        "title: Fifty series",
        "as_of: 2025-12-31",
        "sources:",
        "  rows: {path: rows.csv, date: day}",
    ]
    lines += ["goals:", "  all: {name: Everything gets better, owner: ana@example.com}", "kpis:"]
    for n, name in enumerate(series, 1):
        formula = f'sum(rows.value[name == "{name}"])'
        facts = f"name: {name}, goal: all, owner: ana@example.com, formula: '{formula}', target: at least 100"
        lines.append(f"  s{n}: {{{facts}}}")
    return "\n".join(lines) + "\n"


def write_inputs(folder: Path, series: Series) -> None:
    (folder / "series.json").write_text(json.dumps(series))
    (folder / "kpi.yaml").write_text(plan(series))
    days = [f"{2024 + n // 12}-{n % 12 + 1:02}-15" for n in range(MONTHS)]
    rows = [f"{day},{name},{value}" for name, values in series.items() for day, value in zip(days, values, strict=True)]
    (folder / "rows.csv").write_text("\n".join(["day,name,value", *rows]) + "\n")


def environment(folder: Path) -> Path | None:
    """The Python that has the others, made if it is not there and is to be ours; None if it cannot be had."""
    python = folder / "bin" / "python"
    if not python.exists() and folder == ENVIRONMENT:
        print("The others are being installed; this is done once.", file=sys.stderr)
        make = [sys.executable, "-m", "venv", "--clear", folder]
        for command in (make, [folder / "bin" / "pip", "install", "-q", *NEEDED]):
            if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
                break
    if python.exists():
        return python
    print(f"The others cannot be had in {folder.name}: kpi alone is measured.", file=sys.stderr)
    return None


def measure(way: str, command: Sequence[str | Path], folder: Path, turns: int) -> Page | None:
    """Run a way ``turns`` times and look at its page; None if it fails."""
    page = folder / "page.html"
    seconds, cpu = [], []
    for _ in range(turns):
        page.unlink(missing_ok=True)
        started, before = time.monotonic(), os.times()
        done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = os.times()
        if done.returncode or not page.exists():
            print(f"{way} failed", file=sys.stderr)
            return None
        seconds.append(time.monotonic() - started)
        cpu.append(after.children_user + after.children_system - before.children_user - before.children_system)
    content = page.read_bytes()
    requests, readable = opened(page)
    return Page(way, len(content), len(gzip.compress(content)), median(seconds), median(cpu), requests, readable)


def opened(page: Path) -> tuple[int | None, int | None]:
    """The requests to elsewhere that a page makes, and how many names it shows with scripts off; None without a
    browser."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None, None
    if chromium is None:
        return None, None
    names = made_series()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        asked: list[str] = []
        for scripts in (True, False):
            context = browser.new_context(offline=True, java_script_enabled=scripts)
            tab = context.new_page()
            if scripts:
                tab.on("request", lambda request: asked.append(request.url))
            tab.goto(page.as_uri(), wait_until="domcontentloaded")
            tab.wait_for_timeout(2000 if scripts else 0)
            text = tab.locator("body").inner_text().splitlines()
            context.close()
    elsewhere = [url for url in asked if url.startswith(("http:", "https:", "ws:", "wss:"))]
    return len(elsewhere), sum(any(name in line for line in text) for name in names)


def show(pages: Sequence[Page]) -> None:
    print(f"{'page':<14}{'kB':>8}{'gzip kB':>9}{'seconds':>9}{'cpu':>7}{'requests':>10}{'without scripts':>17}")
    for one in pages:
        asked = "–" if one.requests is None else one.requests
        read = "–" if one.readable is None else f"{one.readable} of {SERIES}"
        sizes = f"{one.size / 1000:>8.0f}{one.packed / 1000:>9.0f}"
        print(f"{one.way:<14}{sizes}{one.seconds:>9.2f}{one.cpu:>7.2f}{asked:>10}{read:>17}")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--environment", type=Path, default=ENVIRONMENT)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    others = environment(asked.environment)
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder, made_series())
        ways: Mapping[str, Sequence[str | Path]] = {
            "kpi dashboard": [sys.executable, "-m", "kpi", "dashboard", "--no-cache", "-o", "page.html"],
            **({way: [others, "-c", script] for way, script in SCRIPTS.items()} if others else {}),
        }
        pages = [page for way, command in ways.items() if (page := measure(way, command, folder, asked.turns))]
    show(pages)
    if asked.json:
        content = {"pages": [asdict(page) for page in pages]}
        asked.json.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
