"""Each page in cases/ is a test: what is in the folder, what is typed, what is printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.transcripts import check_page

PAGES = sorted((Path(__file__).parent / "cases").glob("*.md"))


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_case(page: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    check_page(page, folder, tmp_path)


def test_every_command_has_a_case() -> None:
    from kpi.cli.app import COMMANDS

    typed = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [name for name in COMMANDS if f"$ kpi {name}" not in typed] == []
