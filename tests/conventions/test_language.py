"""Code, tests and documentation use the standard terms of the field."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
FOLDERS = ("kpi", "docs", "tests", "examples", "benchmarks", "fuzz", "ci")
ENDINGS = (".py", ".md", ".txt", ".yaml", ".yml")

# What is not used: what is used instead.
TERMS = {
    r"mend(?:s|ed|ing)?": "fix",
    r"lest": "so that … not",
    r"reckon(?:s|ed|ing|ings)?": "compute, expect",
    r"(?:kept|keeps?) silent": "suppressed",
    r"passed over": "skipped",
    r"told apart": "distinguished",
    r"stands? there": "is",
    r"nobody answers": "has no owner",
    r"gist": "summary",
}


@cache
def texts() -> dict[Path, str]:
    """All files that people write, except this one."""
    written = (file for folder in FOLDERS for file in (REPOSITORY / folder).rglob("*") if file.suffix in ENDINGS)
    files = {*written, *REPOSITORY.glob("*.md")} - {Path(__file__)}
    files = {file for file in files if not any(part.startswith(".venv") for part in file.parts)}  # of the benchmarks
    return {file: file.read_text(encoding="utf-8") for file in files}


@pytest.mark.parametrize("term", TERMS)
def test_only_standard_terms_are_used(term: str) -> None:
    pattern = re.compile(rf"\b{term}\b", re.IGNORECASE)
    found = [f"{file}: {TERMS[term]}" for file, text in texts().items() if pattern.search(text)]
    assert found == []
