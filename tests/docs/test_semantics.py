"""Each rule of docs/semantics.md that is built is cited by a test: in its name, its docstring, or that of its file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "semantics.md").read_text(encoding="utf-8")
RULE = re.compile(r"(?<![A-Za-z0-9])[GRVTBNS][1-9][0-9]?(?![A-Za-z0-9])")
PLANNED = "**Planned.**"


def rules() -> dict[str, list[str]]:
    """The paragraphs of each rule on the page."""
    sections = re.split(r"^### (.+)\n", PAGE, flags=re.MULTILINE)
    numbers = sections[1::2]
    assert len(numbers) == len(set(numbers))
    texts = (re.split(r"^## ", text, flags=re.MULTILINE)[0] for text in sections[2::2])
    return {number: text.strip().split("\n\n") for number, text in zip(numbers, texts, strict=True)}


def is_built(paragraphs: list[str]) -> bool:
    return any(not each.startswith(PLANNED) for each in paragraphs)


def citing_texts(folder: Path) -> Iterator[str]:
    """The names and docstrings of all tests, and the docstrings of their files."""
    for file in folder.rglob("test_*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        yield ast.get_docstring(tree) or ""
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name.replace("_", " ")
                yield ast.get_docstring(node) or ""


RULES = rules()
CITED = {number for text in citing_texts(REPOSITORY / "tests") for number in RULE.findall(text)}


@pytest.mark.parametrize("number", [number for number, paragraphs in RULES.items() if is_built(paragraphs)])
def test_a_rule_that_is_built_is_cited_by_a_test(number: str) -> None:
    assert number in CITED


def test_the_headings_are_rule_numbers_in_order() -> None:
    assert all(RULE.fullmatch(number) for number in RULES)
    families = "GRVTBNS"
    expected = [f"{family}{n}" for family in families for n in range(1, 1 + sum(r[0] == family for r in RULES))]
    assert list(RULES) == expected


def test_every_rule_that_code_or_a_test_cites_is_on_the_page() -> None:
    code = [file.read_text(encoding="utf-8") for file in (REPOSITORY / "kpi").rglob("*.py")]
    cited = {
        number for text in code for found in re.findall(r"\brules? (.{,30})", text) for number in RULE.findall(found)
    }
    assert len(cited) > 15
    assert (cited | CITED) - set(RULES) == set()


def test_planned_is_only_at_the_start_of_a_paragraph() -> None:
    for paragraphs in RULES.values():
        for each in paragraphs:
            assert "Planned" not in each.removeprefix(PLANNED)
