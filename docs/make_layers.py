"""Writes docs/layers.svg, the packages of ``kpi`` by layer, from the layers in pyproject.toml and the code's imports.

python docs/make_layers.py            writes it again
python docs/make_layers.py --check    only says whether it is still right

A line leads from a package to each package that it imports, unless it also leads there through others; packages side by
side do not import each other.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from xml.sax.saxutils import escape

import grimp
from generated import write_or_check

ROOT = Path(__file__).parent.parent
PICTURE = Path(__file__).with_name("layers.svg")
WIDTH, ROW, BOX, HEIGHT = 720, 62, 150, 34
LABEL = "The packages of kpi by layer; imports lead down only"
STYLE = (
    "<style>rect{fill:#fff;stroke:#57606a}path{fill:none;stroke:#0969da;stroke-opacity:.6}"
    "text{font:14px system-ui,sans-serif;text-anchor:middle;fill:#24292f}</style>"
)


def layers() -> list[list[str]]:
    """The packages of each layer, from the top down."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    rows = next(contract["layers"] for contract in contracts if contract["id"] == "layers")
    return [[name.strip(" ()") for name in row.split("|")] for row in rows]


def imports(names: list[str]) -> dict[str, list[str]]:
    """For each package the others that its files import."""
    graph = grimp.build_graph("kpi", cache_dir=None)
    found: dict[str, set[str]] = {name: set() for name in names}
    for module in graph.modules:
        package = module.split(".")[1] if "." in module else ""
        for imported in graph.find_modules_directly_imported_by(module):
            other = imported.split(".")[1] if imported.startswith("kpi.") else ""
            if package in found and other in found and other != package:
                found[package].add(other)
    return {name: sorted(found[name], key=names.index) for name in names}


def reduced(imported: dict[str, list[str]]) -> dict[str, list[str]]:
    """The imports that are not implied by others: those of a package that none of its other imports leads to."""
    reached: dict[str, set[str]] = {}

    def reach(name: str) -> set[str]:
        if name not in reached:
            reached[name] = set().union(*({other} | reach(other) for other in imported[name]))
        return reached[name]

    return {
        name: [other for other in others if not any(other in reach(between) for between in others)]
        for name, others in imported.items()
    }


def picture() -> str:
    """The SVG."""
    rows = layers()
    names = [name for row in rows for name in row]
    at = {
        name: (WIDTH * (place + 1) // (len(row) + 1), ROW * number + ROW // 2)
        for number, row in enumerate(rows)
        for place, name in enumerate(row)
    }
    lines, boxes = [], []
    for name, others in reduced(imports(names)).items():
        x, y = at[name]
        for number, other in enumerate(others):
            to_x, to_y = at[other]
            bend = 0 if to_y - y <= ROW else (60 + 18 * ((to_y - y) // ROW)) * (1 if number % 2 else -1)
            start, end = y + HEIGHT // 2, to_y - HEIGHT // 2
            lines.append(f'<path d="M{x} {start} C{x + bend} {start + 24} {to_x + bend} {end - 24} {to_x} {end}"/>')
        boxes.append(
            f'<rect x="{x - BOX // 2}" y="{y - HEIGHT // 2}" width="{BOX}" height="{HEIGHT}" rx="5"/>'
            f'<text x="{x}" y="{y + 5}">{escape(name)}</text>'
        )
    height = ROW * len(rows)
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{LABEL}">'
    ground = f'<rect width="{WIDTH}" height="{height}" style="stroke:none"/>'
    return "\n".join([head, STYLE, ground, *lines, *boxes, "</svg>"]) + "\n"


if __name__ == "__main__":
    sys.exit(write_or_check(PICTURE, picture()))
