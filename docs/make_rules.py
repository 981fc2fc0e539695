"""Writes docs/rules.md, every lint rule with its page, from the pages that lie beside the rules.

python docs/make_rules.py            writes it anew
python docs/make_rules.py --check    only says whether it is still right
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from generated import write_or_check

from kpi.lint.registry import RULES
from kpi.lint.rule_docs import overview, page

PAGE = Path(__file__).with_name("rules.md")
HEAD = """\
# Every rule of kpi lint

Made by `python docs/make_rules.py` from the pages that `kpi rule CODE` shows; a test holds the two together, and runs
the examples. `info` findings do not fail a build unless `--fail-on info` or `--strict` says so.

"""


def text() -> str:
    """The whole page: tables of all rules, then each rule's page with its headings one level down."""
    pages = [page(rule).replace("\n## ", "\n### ").replace("# ", "## ", 1) for rule in RULES]
    # The pages name the files of an example where Markdown has room for the language only.
    named = re.sub(r"(?m)^```(csv|yaml) (\S+)$", r"`\2`:\n\n```\1", "\n".join(pages))
    return HEAD + overview() + "\n" + named


if __name__ == "__main__":
    sys.exit(write_or_check(PAGE, text()))
