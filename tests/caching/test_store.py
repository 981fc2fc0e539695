"""The folder of remembered texts: whole or absent, small, and never somewhere else."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from kpi.run.cache import Store, key_of

KEY = key_of("one")


def entry(folder: Path, key: str = KEY) -> Path:
    return folder / "v1" / key


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".kpi-cache"


def test_what_was_put_comes_back_and_nothing_else(folder: Path) -> None:
    store = Store(folder)
    assert store.get(KEY) is None
    store.put(KEY, "größer\n1")
    assert Store(folder).get(KEY) == "größer\n1"
    assert store.get(key_of("two")) is None
    store.put(KEY, "2")
    assert store.get(KEY) == "2"


def test_keys_tell_all_parts_apart() -> None:
    keys = [key_of(*parts) for parts in (["a", "b"], ["ab"], ["a", ["b"]], ["a", None], ["a", "None"], [1], ["1"])]
    assert len(set(keys)) == len(keys)


def test_git_and_backups_pass_the_folder_over(folder: Path) -> None:
    Store(folder).put(KEY, "text")
    assert (folder / ".gitignore").read_text() == "*\n"
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


def test_an_entry_that_is_damaged_counts_as_absent_and_is_written_anew(folder: Path) -> None:
    store = Store(folder)
    store.put(KEY, "the right text")
    whole = entry(folder).read_bytes()
    damaged = [b"", whole[:-1], whole[:20], whole + b"x", b"\0" * len(whole), whole.replace(b"right", b"wrong")]
    damaged += [whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :] for place in range(len(whole))]
    for raw in damaged:
        entry(folder).write_bytes(raw)
        assert store.get(KEY) is None, raw
    store.put(KEY, "the right text")
    assert store.get(KEY) == "the right text"


def test_a_folder_that_leads_elsewhere_is_not_used(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    Store(elsewhere).put(KEY, "text")
    folder.symlink_to(elsewhere)
    assert Store(folder).get(KEY) is None
    Store(folder).put(key_of("two"), "text")
    assert [path.name for path in (elsewhere / "v1").iterdir()] == [KEY]
    folder.unlink()
    folder.mkdir()
    (folder / "v1").symlink_to(elsewhere / "v1")
    assert Store(folder).get(KEY) is None
    Store(folder).put(key_of("two"), "text")
    assert [path.name for path in (elsewhere / "v1").iterdir()] == [KEY]


def test_a_folder_that_cannot_be_made_remembers_nothing(folder: Path) -> None:
    folder.write_text("a file of that name")
    store = Store(folder)
    store.put(KEY, "text")
    assert store.get(KEY) is None
    assert folder.read_text() == "a file of that name"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_remembers_nothing(folder: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    Store(folder).put(KEY, "text")
    assert not folder.exists()


def test_the_entries_used_last_are_kept(folder: Path) -> None:
    store = Store(folder, most_entries=3)
    for number in range(3):
        store.put(str(number), "text")
        os.utime(entry(folder, str(number)), (number + 1, number + 1))
    assert store.get("0") == "text"  # now the youngest
    store.put("3", "text")
    assert sorted(path.name for path in (folder / "v1").iterdir()) == ["0", "2", "3"]


def test_the_folder_stays_small(folder: Path) -> None:
    store = Store(folder, most_bytes=4_000)
    store.put("huge", "x" * 1_001)  # more than a quarter of all
    assert store.get("huge") is None
    for number in range(10):
        store.put(str(number), "x" * 900)
        os.utime(entry(folder, str(number)), (number + 1, number + 1))
    assert sum(path.stat().st_size for path in (folder / "v1").iterdir()) <= 4_000
    assert store.get("9") is not None


def write_many(folder: Path, own: str) -> None:
    store = Store(folder)
    for number in range(200):
        store.put(KEY, own * (1 + number % 50) * 100)


def test_two_processes_at_once_never_leave_half_an_entry(folder: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=(folder, own)) for own in "ab"]
    for writer in writers:
        writer.start()
    seen = 0
    while any(writer.is_alive() for writer in writers):
        text = Store(folder).get(KEY)
        if text is not None:
            assert text == text[0] * len(text), text[:80]
            seen += 1
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert seen
    assert Store(folder).get(KEY) is not None
    assert [path.name for path in (folder / "v1").iterdir()] == [KEY]
