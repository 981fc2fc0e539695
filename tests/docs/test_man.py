"""The man pages that docs/make_man.py builds."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kpi.cli.app import COMMANDS, command_function

SCRIPT = Path(__file__).parents[2] / "docs" / "make_man.py"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("man")
    subprocess.run([sys.executable, str(SCRIPT), str(folder)], check=True, capture_output=True)
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_each_command_has_a_page_that_says_what_its_help_says(pages: dict[str, str]) -> None:
    assert pages.keys() == {"kpi.1", *(f"kpi-{name}.1" for name in COMMANDS)}
    for name, sentence in COMMANDS.items():
        text = pages[f"kpi-{name}.1"].replace("\\-", "-").replace("\\(aq", "'")
        assert sentence.removesuffix(".") in text
        assert f"kpi-{name} " in pages["kpi.1"].replace("\\-", "-").replace(" (1)", " ")
        for example, _ in getattr(sys.modules[command_function(name).__module__], "EXAMPLES", ()):
            assert f".B {example}" in text
    lint = pages["kpi-lint.1"].replace("\\-", "-")
    assert ".B --statistics\nShow how many findings each rule has" in lint
    assert ".B kpi lint\n[OPTIONS] [FILE]..." in lint


def test_no_text_is_a_request_and_no_hyphen_is_left_to_be_broken(pages: dict[str, str]) -> None:
    for text in pages.values():
        for line in text.splitlines():
            assert re.match(r"(\.(TH|SH|SS|TP|PP|B|BR|I)\b|[^.'])", line), line
            assert not re.search(r"(?<!\\)-", line), line


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_formats_every_page_without_a_warning(pages: dict[str, str]) -> None:
    for text in pages.values():
        done = subprocess.run(
            ["groff", "-man", "-Tutf8", "-Kutf8", "-ww"], input=text, capture_output=True, encoding="utf-8", check=True
        )
        assert done.stderr == ""
