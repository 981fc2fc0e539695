"""Every commit of the story is said to be what it was meant to be."""

from __future__ import annotations

from pathlib import Path

import pytest
from diff.repository import Repository
from diff.story import STORY, tell

from kpi.diff.changes import CLASSES, Comparison
from kpi.diff.compare import compare
from kpi.diff.versions import open_versions

Story = tuple[Repository, list[str]]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return tell(tmp_path_factory.mktemp("story") / "boats")


def between(story: Story, old: str, new: str) -> Comparison:
    before, after = open_versions(Path("kpi.yaml"), f"{old}..{new}", story[0].root)
    checked = before.check(), after.check()
    assert [found.message for one in checked for found in one.diagnostics if found.severity == "error"] == []
    return compare(*checked)


@pytest.mark.parametrize("number", range(len(STORY)), ids=[step.message for step in STORY])
def test_a_commit_is_what_it_was_meant_to_be(story: Story, number: int) -> None:
    hashes = story[1]
    found = between(story, hashes[number], hashes[number + 1])
    assert {(change.kind, change.subject, change.field) for change in found.changes} == STORY[number].expected
    assert len(found.changes) == len(STORY[number].expected)
    assert set(found.affected) == set(STORY[number].affected)


def test_there_are_thirty_commits_and_every_class(story: Story) -> None:
    assert len(STORY) >= 30
    assert {kind for step in STORY for kind, _, _ in step.expected} == set(CLASSES)
