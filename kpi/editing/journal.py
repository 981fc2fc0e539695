"""The last edits of a plan, so that ``kpi undo`` can take them back.

The journal is a file in the user's own folder for state, readable by that user alone, and never in the project.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kpi.errors import InputError, UsageError
from kpi.plan.yaml.round_trip import read_text
from kpi.run.cache.place import state_of
from kpi.writing import ChangedError, create_file, remove_file, rewrite_file

MOST_EDITS = 20
MOST_CHARACTERS = 20_000_000  # of all texts together
MOST_TRIES = 100  # where many write to the journal at once
_NAME = "edits.json"


class Edit(NamedTuple):
    """One edit: the ``command`` that made it, and of each file (by real path) its text before (None if there was
    no file) and the digest after. A change since of one of the files ``beside`` does not keep the others from being
    taken back."""

    command: str
    before: Mapping[str, str | None]
    after: Mapping[str, str]
    beside: Sequence[str] = ()


def remember(
    folder: Path,
    root: Path,
    command: str,
    texts: Mapping[Path, tuple[str | None, str]],
    *,
    beside: Collection[Path] = (),
) -> bool:
    """Add an edit to the journal of the plan in ``folder``; ``texts`` has what each file was (None: there was none) and
    became. The edit does not depend on files ``beside``, such as a ``.gitattributes``.

    Returns False where there is no place for a journal or it cannot be written; then the edit cannot be taken back.
    """
    place = state_of(folder, root)
    if place is None:
        return False
    before = {str(path.resolve()): old for path, (old, _) in texts.items()}
    after = {str(path.resolve()): _digest(new) for path, (_, new) in texts.items()}
    edit = Edit(command, before, after, [str(path.resolve()) for path in beside])

    def added(edits: list[Edit]) -> list[Edit]:
        kept = [*edits, edit][-MOST_EDITS:]
        while len(kept) > 1 and sum(len(text or "") for one in kept for text in one.before.values()) > MOST_CHARACTERS:
            kept.pop(0)
        return kept

    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        _update(place / _NAME, added)
    except (OSError, InputError):
        return False
    return True


class TakenBack(NamedTuple):
    """An edit that was taken back; ``done`` are later ones whose files already were as before, so that they are
    forgotten, and ``kept`` the names of files beside it that have changed since."""

    edit: Edit
    done: Sequence[Edit] = ()
    kept: Sequence[str] = ()


def take_back(folder: Path, root: Path) -> TakenBack:
    """Restore the files of the last edit of the plan in ``folder`` that is still in them, and return it.

    Raises UsageError where there is none, and ChangedError where a file has changed since; nothing is written then.
    """
    done: list[Edit] = []
    while True:
        place, last = _last(folder, root)
        now = {path: _text_of(path) for path in last.before}
        if any(now[path] != text for path, text in last.before.items()):
            break
        _forget(place, last)
        done.append(last)
    changed = [path for path, text in now.items() if text is None or _digest(text) != last.after[path]]
    for path in changed:
        if path not in last.beside:
            name = _name(path, folder)
            what = "is no longer there" if now[path] is None else "has changed"
            raise ChangedError(
                f"{name} {what} since {last.command}, so that is not taken back",
                hint=f"undo the changes of {name} since then and run kpi undo again, or take the edit back by hand and "
                "let kpi undo --skip forget it",
            )
    texts = {path: (old, text) for path, text in last.before.items() if (old := now[path]) is not None}
    write_all({
        Path(path): (old, text) for path, (old, text) in texts.items() if text is not None and path not in changed
    })  # fmt: skip
    for path, (old, text) in texts.items():
        if text is None and path not in changed:
            remove_file(Path(path), before=old)
    _forget(place, last)
    return TakenBack(last, done, [_name(path, folder) for path in changed])


def skip(folder: Path, root: Path) -> Edit:
    """Forget the last edit of the plan in ``folder`` without a change of its files, and return it. Raises
    UsageError where there is none."""
    place, last = _last(folder, root)
    _forget(place, last)
    return last


def _last(folder: Path, root: Path) -> tuple[Path, Edit]:
    """The journal and its last edit. Raises UsageError where there is none."""
    place = state_of(folder, root)
    edits = [] if place is None else _read(place / _NAME)
    if place is None or not edits:
        raise UsageError(
            "there is no edit to take back",
            hint="kpi undo takes back what record, add, set, rename and review --record did",
        )
    return place / _NAME, edits[-1]


def _forget(journal: Path, last: Edit) -> None:
    _update(journal, lambda found: found[:-1] if found and found[-1] == last else found)


def _text_of(path: str) -> str | None:
    """The text of a file of an edit; None where there is none any more. Raises InputError."""
    try:
        return read_text(Path(path))
    except InputError:
        if not os.path.lexists(path):
            return None
        raise


def _name(path: str, folder: Path) -> str:
    """A file as people see it, from the folder of the plan."""
    home = folder.resolve()
    return str(Path(path).relative_to(home)) if Path(path).is_relative_to(home) else path


def write_all(texts: Mapping[Path, tuple[str, str]]) -> None:
    """Write several files, each from its old to its new text; where one cannot be, those written are restored.

    Raises InputError.
    """
    written: list[Path] = []
    try:
        for path, (old, new) in texts.items():
            rewrite_file(path, new, before=old)
            written.append(path)
    except InputError:
        for path in written:
            old, new = texts[path]
            rewrite_file(path, old, before=new)
        raise


def _update(path: Path, change: Callable[[list[Edit]], list[Edit]]) -> None:
    """Change the journal, which another process may change as well. Raises InputError."""
    for _ in range(MOST_TRIES):
        try:
            before = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            create_file(path, _text(change([])), private=True)
            return
        except (OSError, UnicodeDecodeError) as fault:
            raise InputError(f"{path} cannot be read: {fault}") from None
        try:
            rewrite_file(path, _text(change(_edits(before))), before=before)
        except ChangedError as changed:
            last = changed
        else:
            return
    raise last


def _read(path: Path) -> list[Edit]:
    try:
        return _edits(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return []


def _text(edits: list[Edit]) -> str:
    return json.dumps({"version": 1, "edits": [one._asdict() for one in edits]}) + "\n"


def _edits(text: str) -> list[Edit]:
    """The edits of a journal; none of one that is damaged."""
    try:
        content: Any = json.loads(text)
        return [
            Edit(one["command"], dict(one["before"]), dict(one["after"]), list(one.get("beside", ())))
            for one in content["edits"]
        ]
    except (ValueError, KeyError, TypeError):
        return []


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
