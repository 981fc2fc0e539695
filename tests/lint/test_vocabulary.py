"""Word lists and how they are looked up."""

from __future__ import annotations

import pytest

from kpi.lint.text import words
from kpi.lint.vocabulary import FOLDER, WordList, noun_forms, read_list, verb_forms


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("optimize", ("optimize", "optimizes", "optimized", "optimizing")),
        ("try", ("try", "tries", "tried", "trying")),
        ("plan", ("plan", "plans", "planned", "planning")),
        ("unleash", ("unleash", "unleashes", "unleashed", "unleashing")),
        ("seek", ("seek", "seeks", "seeked", "seeking")),
    ],
)
def test_verbs_are_inflected(verb: str, forms: tuple[str, ...]) -> None:
    assert verb_forms(verb) == forms


def test_nouns_are_inflected() -> None:
    assert noun_forms("capacity") == ("capacity", "capacities")
    assert noun_forms("best practice") == ("best practice", "best practices")


def found(listed: WordList, sentence: str) -> list[str]:
    tokens = words(sentence)
    return [" ".join(word for word, _, _ in tokens[match.start : match.end]) for match in listed.find(tokens)]


def test_the_longest_entry_wins_and_none_overlap() -> None:
    listed = WordList()
    for line in ("best", "best in class", "class act", "^start here"):
        listed.add(line)
    assert found(listed, "The best in class act") == ["best in class"]
    assert found(listed, "Best of all") == ["best"]
    assert found(listed, "Start here, start here") == ["start here"]


def test_added_words_come_with_inflections_and_allowed_ones_go_with_theirs() -> None:
    listed = read_list("weasel_words", add=["delight", "north star"], allow=["optimise", "World-Class"])
    assert found(listed, "Delighted by the north star") == ["delighted", "north star"]
    assert found(listed, "optimising a world-class team") == []
    assert found(listed, "optimizing") == ["optimizing"]
    assert found(listed, "nothing") == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_every_list_says_where_it_comes_from_and_holds_plain_lines(path: object) -> None:
    text = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    head = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
    assert "# Source: " in head
    for line in text.splitlines():
        assert line == line.strip()
        assert not line or line[0] in "#[" or line == line.lower()
    entries = [line for line in text.splitlines() if line and line[0] not in "#["]
    assert len(entries) == len(set(entries))
