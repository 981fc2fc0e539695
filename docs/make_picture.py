"""Draws docs/status.svg, the picture in the README, from what ``kpi status`` really prints.

python docs/make_picture.py            draws it anew
python docs/make_picture.py --check    only says whether it still shows what the command prints
"""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

REPOSITORY = Path(__file__).parents[1]
PICTURE = REPOSITORY / "docs" / "status.svg"
COMMAND = ["-f", "kpi.yaml.example", "status"]
WIDTH = 112

# Background and text; then black, red, green, yellow, blue, magenta, cyan and white, and the bright ones.
GROUND = "181b22 d0d4dc"
NORMAL = "181b22 f06262 68c878 ecbe54 64a0f0 d682dc 5ac8d2 d0d4dc"
BRIGHT = "6e7682 ff7878 82dc91 fad26e 82b4ff e696eb 78dce6 ffffff"


def colors(text: str) -> list[tuple[int, int, int]]:
    return [(int(word[:2], 16), int(word[2:4], 16), int(word[4:], 16)) for word in text.split()]


THEME = TerminalTheme(*colors(GROUND), colors(NORMAL), colors(BRIGHT))

# rich's own frame, without the fonts that it would fetch from the net: whoever reads has a monospaced one.
FRAME = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img"
     aria-label="What kpi status prints">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; white-space: pre; }}
.{unique_id}-title {{ font-size: 18px; font-family: sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix" xml:space="preserve">{matrix}</g>
</g>
</svg>
"""


def printed() -> str:
    """What the command prints on a terminal, colours and all."""
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    done = subprocess.run(
        [sys.executable, "-m", "kpi", *COMMAND],
        cwd=REPOSITORY,
        env={**environment, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


def drawn(ansi: str) -> str:
    """The picture of a terminal that shows ``ansi``."""
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi(ansi), soft_wrap=True)
    return console.export_svg(title=f"kpi {' '.join(COMMAND)}", theme=THEME, code_format=FRAME, unique_id="status")


def words(svg: str) -> list[str]:
    """The text that a picture shows: how it is drawn may differ from one release of rich to the next."""
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    return " ".join(html.unescape(text).replace("\xa0", " ") for text in texts).split()


def main() -> int:
    svg = drawn(printed())
    if sys.argv[1:] != ["--check"]:
        PICTURE.write_text(svg, encoding="utf-8")
        return 0
    if not PICTURE.exists() or words(PICTURE.read_text(encoding="utf-8")) != words(svg):
        print("docs/status.svg is not what kpi status prints now: run python docs/make_picture.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
