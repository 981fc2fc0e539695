"""The history of one definition through git."""

from __future__ import annotations

from pathlib import Path

import pytest
from diff.followed import Story, history, kpi, made_story, plan, started
from diff.repository import Repository
from diff.story import STORY

from kpi.diff.history import Event, History
from kpi.errors import InputError

pytestmark = pytest.mark.slow


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return started(tmp_path)


@pytest.fixture(scope="module")
def boats(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return made_story(tmp_path_factory)


def in_short(found: History) -> list[tuple[str | None, str | None, list[tuple[str, str | None]]]]:
    """(message, author, own changes) of each event, newest first."""
    return [
        (
            None if event.commit is None else event.commit.subject,
            None if event.commit is None else event.commit.author,
            [(change.kind, change.field) for change in event.changes],
        )
        for event in found.events
    ]


def messages(found: History) -> list[str | None]:
    return [event.commit and event.commit.subject for event in found.events]


# The story again, this time one KPI after the other.


def test_a_kpi_is_followed_through_all_its_commits(boats: Story) -> None:
    found = history(boats[0], "loyalty")
    assert in_short(found) == [
        ("Our year starts in April", "Ana", []),
        ("Green more often", "Ana", [("loosened", "thresholds.green")]),
        ("One file a year, and only those that left", "Ana", []),
        ("Look further back", "Ana", [("window", "window")]),
        ("Only guests that paid", "Cleo", [("formula", "formula")]),
        ("A better id", "Ana", [("renamed", "id")]),
        ("Say it better", "Ana", [("wording", "name"), ("wording", "question")]),
        ("Less, and later", "Cleo", [("loosened", "target"), ("later", "target")]),
        ("Be realistic", "Cleo", [("loosened", "target")]),
        ("First KPIs", "Ana", [("added", None)]),
    ]
    assert [event.id for event in found.events[:6]] == ["loyalty"] * 6
    assert {event.id for event in found.events[6:]} == {"return_rate"}
    assert [(change.subject, change.field) for change in found.events[2].because] == [
        ("sources.outings", "where"),
        ("sources.outings", "path"),
    ]


def expected(id_: str) -> list[str]:
    """The commits of the story that are about a KPI which kept its id, newest first."""
    return [
        step.message
        for step in reversed(STORY[:-1])
        if id_ in step.affected or any(subject == f"kpis.{id_}" for _, subject, _ in step.expected)
    ]


@pytest.mark.parametrize("id_", ["revenue", "price_per_trip", "repair_time", "load", "stars", "refunds"])
def test_no_commit_is_left_out_and_none_is_made_up(boats: Story, id_: str) -> None:
    assert messages(history(boats[0], id_)) == expected(id_)


@pytest.mark.parametrize("id_", ["revenue", "loyalty", "stars", "refunds"])
def test_commits_skipped_for_an_equal_text_changed_nothing(
    boats: Story, id_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = history(boats[0], id_)
    monkeypatch.setattr("kpi.diff.history.differ", lambda *_: True)
    slow = history(boats[0], id_)
    assert [comparable(event) for event in quick.events] == [comparable(event) for event in slow.events]


def comparable(event: Event) -> tuple[object, ...]:
    return event.commit, event.id, event.changes, event.because, event.before.id, event.after.id


def test_most_commits_are_not_read_whole(boats: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    from kpi.diff.revision import PlanPlace

    read: list[int] = []
    whole = PlanPlace.read_files
    monkeypatch.setattr(PlanPlace, "read_files", lambda self, files: (read.append(1), whole(self, files))[1])
    history(boats[0], "refunds")  # two commits are about it
    assert 2 <= len(read) < len(STORY) - 5


# What is not committed.


def test_a_measure_named_only_in_the_targets_of_a_split_is_followed(repository: Repository) -> None:
    text = """version: 1
sources: {{orders: {{path: orders.csv, date: day}}}}
measures: {{plan_web: {plan}}}
kpis: {{k: {{name: K, formula: count(orders), split: {{by: channel, targets: {{web: at least plan_web}}}}}}}}
"""
    for number in (100, 50):
        repository.put("kpi.yaml", text.format(plan=number))
        repository.commit(f"Plan {number}")
    assert messages(history(repository, "k"))[0] == "Plan 50"


def test_the_work_tree_comes_first(repository: Repository) -> None:
    repository.put("kpi.yaml", plan(kpi(target="at least 20")))
    assert in_short(history(repository)) == [
        (None, None, [("loosened", "target")]),
        ("Added", "Ana", [("added", None)]),
    ]


def test_a_kpi_that_was_never_committed(repository: Repository) -> None:
    repository.put("kpi.yaml", plan(kpi(target="at least 30"), kpi(_id="b")))
    assert in_short(history(repository, "b")) == [(None, None, [("added", None)])]


def test_a_work_tree_with_mistakes_does_not_hide_the_commits(repository: Repository) -> None:
    repository.put("kpi.yaml", plan(kpi(target="at least many")))
    assert messages(history(repository)) == ["Added"]


def test_of_a_kpi_that_is_gone_the_history_stays(repository: Repository) -> None:
    repository.put("kpi.yaml", plan(kpi(_id="b", name="B")))
    repository.commit("Removed", author="Bo")
    assert in_short(history(repository)) == [
        ("Removed", "Bo", [("removed", None)]),
        ("Added", "Ana", [("added", None)]),
    ]
    repository.put("kpi.yaml", plan(kpi(_id="b", name="B"), kpi(target="at least 1")))
    repository.commit("Back again")
    assert messages(history(repository)) == ["Back again", "Removed", "Added"]


def test_an_old_id_leads_to_where_it_was_given_up(repository: Repository) -> None:
    repository.put("kpi.yaml", plan(kpi(_id="b", target="at least 30")))
    repository.commit("Renamed")
    assert in_short(history(repository)) == [
        ("Renamed", "Ana", [("renamed", "id")]),
        ("Added", "Ana", [("added", None)]),
    ]


def test_there_never_was_one(repository: Repository) -> None:
    assert history(repository, "nobody") == History("nobody", ())


# Files that come, go and change their names.


def test_former_includes_are_followed(repository: Repository) -> None:
    repository.put("kpi.yaml", "version: 1\ninclude: [old/*.yaml]\n")
    repository.put("old/a.yaml", plan(kpi(target="at least 30")))
    repository.commit("Split")
    repository.put("old/a.yaml", plan(kpi(target="at least 29")))
    repository.commit("Looser", author="Bo")
    repository.put("kpi.yaml", plan(kpi(target="at least 29")))
    repository.git("rm", "-q", "-r", "old")
    repository.commit("Together again")
    assert messages(history(repository)) == ["Looser", "Added"]


def test_a_file_that_leaves_a_glob_takes_its_kpis_along(repository: Repository) -> None:
    repository.put("kpi.yaml", "version: 1\ninclude: [teams/*.yaml]\n")
    repository.put("teams/b.yaml", plan(kpi(_id="b", name="B")))
    repository.put("teams/c.yaml", plan(kpi(_id="c", name="C")))
    repository.commit("Teams")
    repository.put("archive/b.yaml", plan(kpi(_id="b", name="B")))
    (repository.root / "teams/b.yaml").unlink()
    repository.commit("Archived")
    assert messages(history(repository, "b")) == ["Archived", "Teams"]
    assert messages(history(repository, "c")) == ["Teams"]


def test_the_main_file_is_followed_through_its_names(repository: Repository) -> None:
    repository.put("kpi.yaml", plan(kpi(target="at least 29"), *(kpi(_id=f"k{n}") for n in range(9))))
    repository.commit("Looser")
    (repository.root / "plans").mkdir()
    repository.git("mv", "kpi.yaml", "plans/kpi.yaml")
    text = (repository.root / "plans/kpi.yaml").read_text(encoding="utf-8")
    repository.put("plans/kpi.yaml", text.replace("at least 29", "at least 28"))
    repository.commit("Moved and looser", author="Cleo")
    repository.git("mv", "plans/kpi.yaml", "all.yaml")
    repository.commit("Moved again")
    found = history(repository, file=Path("all.yaml"))
    assert in_short(found) == [
        ("Moved and looser", "Cleo", [("loosened", "target")]),
        ("Looser", "Ana", [("loosened", "target")]),
        ("Added", "Ana", [("added", None)]),
    ]


@pytest.mark.parametrize("style", ["anchor", "link"])
def test_what_texts_do_not_tell_is_read(repository: Repository, style: str) -> None:
    def put(owner: str) -> None:
        if style == "anchor":
            text = "version: 1\nkpis:\n  b: &all {name: B, owner: %s}\n  a: *all\n"
            repository.put("kpi.yaml", text % owner)
        else:
            repository.put("real.yaml", plan(kpi(owner=owner)))

    if style == "link":
        (repository.root / "kpi.yaml").unlink()
        (repository.root / "kpi.yaml").symlink_to("real.yaml")
    put("ana")
    repository.commit("One")
    put("bo")
    repository.commit("Two")
    assert messages(history(repository))[0] == "Two"
    assert [change.field for change in history(repository).events[0].changes] == ["owner"]


# Merges and mistakes.


def test_a_merge_that_agrees_with_one_side_did_nothing_itself(repository: Repository) -> None:
    repository.git("checkout", "-q", "-b", "work")
    repository.put("kpi.yaml", plan(kpi(target="at least 29")))
    repository.commit("On the branch", author="Bo", day="2026-01-02")
    repository.git("checkout", "-q", "main")
    repository.put("kpi.yaml", plan(kpi(target="at least 30"), kpi(_id="b", name="B")))
    repository.commit("On main", day="2026-01-03")
    repository.git("merge", "-q", "-s", "ours", "--no-commit", "work")
    repository.put("kpi.yaml", plan(kpi(target="at least 29"), kpi(_id="b", name="B")))
    repository.commit("Merged", day="2026-01-04")
    assert messages(history(repository)) == ["On the branch", "Added"]
    assert messages(history(repository, "b")) == ["On main"]


def test_a_merge_that_agrees_with_neither_side_is_an_event(repository: Repository) -> None:
    repository.git("checkout", "-q", "-b", "work")
    repository.put("kpi.yaml", plan(kpi(target="at least 29")))
    repository.commit("On the branch", day="2026-01-02")
    repository.git("checkout", "-q", "main")
    repository.put("kpi.yaml", plan(kpi(target="at least 31")))
    repository.commit("On main", day="2026-01-03")
    repository.git("merge", "-q", "-s", "ours", "--no-commit", "work")
    repository.put("kpi.yaml", plan(kpi(target="at least 10")))
    repository.commit("Evil merge", day="2026-01-04")
    assert messages(history(repository)) == ["Evil merge", "On main", "On the branch", "Added"]


def test_a_rename_on_one_side_of_a_merge_does_not_lose_the_other(repository: Repository) -> None:
    repository.git("checkout", "-q", "-b", "work")
    repository.put("kpi.yaml", plan(kpi(_id="b", target="at least 30")))
    repository.commit("Renamed", day="2026-01-02")
    repository.git("checkout", "-q", "main")
    repository.put("kpi.yaml", plan(kpi(target="at least 29")))
    repository.commit("Looser", day="2026-01-03")
    repository.git("merge", "-q", "-s", "ours", "--no-commit", "work")
    repository.put("kpi.yaml", plan(kpi(_id="b", target="at least 29")))
    repository.commit("Merged", day="2026-01-04")
    found = history(repository, "b")
    assert messages(found) == ["Looser", "Renamed", "Added"]
    assert [event.id for event in found.events] == ["a", "b", "a"]


def test_an_invalid_commit_is_skipped_and_named(repository: Repository) -> None:
    repository.put("kpi.yaml", plan(kpi(target="at least many")))
    broken = repository.commit("Broken", author="Bo")
    repository.put("kpi.yaml", plan(kpi(target="at least 20")))
    repository.commit("Fixed", author="Cleo")
    found = history(repository)
    assert in_short(found) == [("Fixed", "Cleo", [("loosened", "target")]), ("Added", "Ana", [("added", None)])]
    assert [[commit.hash for commit in event.unreadable] for event in found.events] == [[broken], []]


def test_mistakes_of_others_hide_nothing(repository: Repository) -> None:
    repository.put("kpi.yaml", plan(kpi(target="at least 20"), kpi(_id="b", target="at least many")))
    repository.commit("Looser, and b is broken")
    found = history(repository)
    assert messages(found) == ["Looser, and b is broken", "Added"]
    assert [event.unreadable for event in found.events] == [(), ()]


def test_a_commit_that_is_not_yaml_is_skipped_too(repository: Repository) -> None:
    repository.put("kpi.yaml", "version: 1\nkpis: [\n")
    repository.commit("Half a file")
    repository.put("kpi.yaml", plan(kpi(target="at least 30")))
    repository.commit("Back")
    assert messages(history(repository)) == ["Added"]


# Where git ends.


def test_a_shallow_clone_does_not_make_its_end_a_beginning(repository: Repository, tmp_path: Path) -> None:
    repository.put("kpi.yaml", plan(kpi(target="at least 29")))
    repository.commit("Two")
    repository.put("kpi.yaml", plan(kpi(target="at least 28")))
    repository.commit("Three")
    clone = Repository(tmp_path / "clone", init=False)
    clone.git("clone", "-q", "--depth", "2", repository.root.as_uri(), ".")
    found = history(clone)
    assert messages(found) == ["Three"]
    assert found.cut_at == repository.git("rev-parse", "HEAD~1")
    # What was added later is known from its beginning.
    clone.put("kpi.yaml", plan(kpi(target="at least 28"), kpi(_id="b", name="B")))
    clone.commit("Four")
    assert (messages(history(clone, "b")), history(clone, "b").cut_at) == (["Four"], None)


def test_without_a_commit_there_is_no_history(tmp_path: Path) -> None:
    empty = Repository(tmp_path / "empty")
    empty.put("kpi.yaml", plan(kpi()))
    with pytest.raises(InputError, match="no commits yet"):
        history(empty)


def test_a_definition_with_a_mistake_from_the_first_commit_on(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "shop")
    repository.put("kpi.yaml", plan(kpi(target="at least thirty")))
    first = repository.commit("Broken")
    repository.put("kpi.yaml", plan(kpi(target="at least thirty", owner="ana")))
    second = repository.commit("Still broken")
    # Before it is committed, the fixed definition is new, and so it is afterwards.
    repository.put("kpi.yaml", plan(kpi(target="at least 30")))
    for hash_ in (None, "HEAD"):
        if hash_ is not None:
            repository.commit("Fixed")
        (event,) = history(repository).events
        assert (event.commit and event.commit.hash) == (hash_ and repository.git("rev-parse", "HEAD"))
        assert [change.kind for change in event.changes] == ["added"]
        assert [commit.hash for commit in event.unreadable] == [second, first]
    # Broken again on top: what is known stays known.
    repository.put("kpi.yaml", plan(kpi(target="at least thirty")))
    repository.commit("Broken again")
    assert len(history(repository).events) == 1


def test_a_merge_of_histories_that_began_with_a_mistake(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "shop")
    repository.put("kpi.yaml", plan(kpi(target="at least thirty")))
    repository.commit("Broken")
    repository.git("checkout", "-q", "--orphan", "other")
    repository.put("kpi.yaml", plan(kpi(target="at least forty")))
    repository.commit("Broken as well")
    repository.git("merge", "-q", "--allow-unrelated-histories", "-s", "ours", "-m", "Both", "main")
    repository.put("kpi.yaml", plan(kpi(target="at least 30")))
    repository.commit("Fixed")
    (event,) = history(repository).events
    assert event.commit is not None
    assert event.commit.subject == "Fixed"
