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
    return tmp_path / "kpi" / "project"


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


def test_backups_pass_the_folder_over(folder: Path) -> None:
    Store(folder).put(KEY, "text")
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


@pytest.mark.skipif(os.name == "nt", reason="there are no such modes")
def test_only_this_user_can_read_it(folder: Path) -> None:
    Store(folder).put(KEY, "text")
    modes = [path.stat().st_mode & 0o777 for path in (folder.parent, folder, folder / "v1", entry(folder))]
    assert modes == [0o700, 0o700, 0o700, 0o600]


@pytest.mark.skipif(os.name == "nt", reason="there are no such modes")
@pytest.mark.parametrize("which", ["", "v1"])
def test_a_folder_that_others_may_write_to_is_not_used(folder: Path, which: str) -> None:
    Store(folder).put(KEY, "text")
    (folder / which).chmod(0o770)
    assert Store(folder).get(KEY) is None
    Store(folder).put(key_of("two"), "text")
    assert [path.name for path in (folder / "v1").iterdir()] == [KEY]


@pytest.mark.skipif(os.name == "nt", reason="users have no numbers")
@pytest.mark.parametrize("part", ["folder", "entry"])
def test_what_belongs_to_another_user_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    Store(folder).put(KEY, "text")
    if part == "entry" and os.geteuid() == 0:
        os.chown(entry(folder), 12345, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert Store(folder).get(KEY) is None
    Store(folder).put(key_of("two"), "text")
    assert (folder / "v1" / key_of("two")).exists() == (part == "entry" and os.getuid() == 0)


def test_nothing_is_written_through_links_that_lie_in_wait(folder: Path, tmp_path: Path) -> None:
    """Neither the mark for backups nor an entry, before or after the folder is known to be ours."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    folder.mkdir(parents=True)
    names = ["CACHEDIR.TAG", ".gitignore", "v1", KEY]
    for name in names:
        (folder / name).symlink_to(secret)
    Store(folder).put(KEY, "text")
    (folder / "v1").unlink()
    (folder / "v1").mkdir(mode=0o700)
    entry(folder).symlink_to(secret)
    assert Store(folder).get(KEY) is None
    Store(folder).put(KEY, "text")
    assert secret.read_text() == "secret"
    assert Store(folder).get(KEY) == "text"  # the link was replaced


def test_a_mark_that_is_a_link_to_nowhere_makes_no_file(folder: Path, tmp_path: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "CACHEDIR.TAG").symlink_to(tmp_path / "made")
    Store(folder).put(KEY, "text")
    assert not (tmp_path / "made").exists()


@pytest.mark.skipif(os.name == "nt", reason="there are no such files")
def test_a_pipe_of_an_entrys_name_does_not_hold_up(folder: Path) -> None:
    Store(folder).put(KEY, "text")
    entry(folder).unlink()
    os.mkfifo(entry(folder), 0o600)
    assert Store(folder).get(KEY) is None


def test_a_folder_that_leads_elsewhere_is_not_used(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    Store(elsewhere).put(KEY, "text")
    folder.parent.mkdir()
    folder.symlink_to(elsewhere)
    assert Store(folder).get(KEY) is None
    Store(folder).put(key_of("two"), "text")
    assert [path.name for path in (elsewhere / "v1").iterdir()] == [KEY]
    folder.unlink()
    folder.mkdir(mode=0o700)
    (folder / "v1").symlink_to(elsewhere / "v1")
    assert Store(folder).get(KEY) is None
    Store(folder).put(key_of("two"), "text")
    assert [path.name for path in (elsewhere / "v1").iterdir()] == [KEY]


def test_a_folder_that_cannot_be_made_remembers_nothing(folder: Path) -> None:
    folder.parent.mkdir()
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


@pytest.mark.slow
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
