"""Writes docs/llms.txt, the list of the pages of this documentation for programs, from README.md and the pages' titles.

python docs/make_llms.py            writes it again
python docs/make_llms.py --check    only says whether it is still right
"""

from __future__ import annotations

import sys
from pathlib import Path

from generated import write_or_check

ROOT = Path(__file__).parent.parent
LIST = Path(__file__).with_name("llms.txt")
FIRST = ("agents.md", "formulas.md", "fields.md", "sources.md")  # what writing a plan takes


def text() -> str:
    """The list."""
    title, _, rest = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n")
    summary = " ".join(rest.strip().split("\n\n")[0].split())
    pages = sorted(LIST.parent.glob("*.md"), key=lambda page: (page.name not in FIRST, page.name))
    lines = [title, "", f"> {summary}", "", "`kpi skill` prints how to work with a plan.", "", "## Pages", ""]
    for page in pages:
        heading = page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        lines.append(f"- [{heading}]({page.name})")
    lines += ["", "## Examples", "", "- [The whole language in one file](../kpi.yaml.example)"]
    lines += [f"- [{plan.parent.name}](../{plan.relative_to(ROOT).as_posix()})" for plan in plans()]
    return "\n".join(lines) + "\n"


def plans() -> list[Path]:
    """The examples."""
    return sorted((ROOT / "examples").glob("*/kpi.yaml"))


if __name__ == "__main__":
    sys.exit(write_or_check(LIST, text()))
