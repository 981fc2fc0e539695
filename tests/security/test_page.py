"""Each promise of docs/security.md names tests that hold it, and these exist."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "security.md").read_text(encoding="utf-8")
PROMISES = re.findall(r"(?m)^\| (.+?) \| (`test_.*`) \|$", PAGE.partition("## What is promised")[2])
DEFINED = {
    name
    for path in (REPOSITORY / "tests").rglob("test_*.py")
    for name in re.findall(r"(?m)^(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"))
}


def test_every_promise_names_tests_that_exist() -> None:
    named = {name: promise for promise, tests in PROMISES for name in re.findall(r"`(\w+)`", tests)}
    missing = {name: promise for name, promise in named.items() if name not in DEFINED}
    assert not missing


def test_every_row_of_a_table_of_promises_is_one() -> None:
    promised = PAGE.partition("## What is promised")[2].partition("## What is not promised")[0]
    rows = [
        line for line in promised.splitlines() if line.startswith("|") and not line.startswith(("| promise", "|---"))
    ]
    assert len(rows) == len(PROMISES) > 20


def test_the_page_is_found() -> None:
    assert "docs/security.md" in (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8")
    assert "docs/security.md" in (REPOSITORY / "README.md").read_text(encoding="utf-8")
