"""The last edits of a plan, so that ``kpi undo`` can take them back.

The journal is a file in the user's own folder for state, readable by that user alone, and never in the project.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
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
    no file) and the digest after."""

    command: str
    before: Mapping[str, str | None]
    after: Mapping[str, str]


def remember(folder: Path, root: Path, command: str, texts: Mapping[Path, tuple[str | None, str]]) -> bool:
    """Add an edit to the journal of the plan in ``folder``; ``texts`` has what each file was (None: there was none) and
    became.

    Returns False where there is no place for a journal or it cannot be written; then the edit cannot be taken back.
    """
    place = state_of(folder, root)
    if place is None:
        return False
    before = {str(path.resolve()): old for path, (old, _) in texts.items()}
    after = {str(path.resolve()): _digest(new) for path, (_, new) in texts.items()}
    edit = Edit(command, before, after)

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


def take_back(folder: Path, root: Path) -> Edit:
    """Restore the files of the last edit of the plan in ``folder``, and return it.

    Raises UsageError where there is none, and ChangedError where a file has changed since; nothing is written then.
    """
    place = state_of(folder, root)
    edits = [] if place is None else _read(place / _NAME)
    if place is None or not edits:
        raise UsageError(
            "there is no edit to take back",
            hint="kpi undo takes back what record, add, set, rename and review --record did",
        )
    last = edits[-1]
    now = {path: read_text(Path(path)) for path in last.before}
    for path, text in now.items():
        if _digest(text) != last.after[path]:
            raise ChangedError(
                f'{path} has changed since "{last.command}", so that is not taken back',
                hint="take it back by hand; where the file is in git, git diff shows what has changed",
            )
    write_all({Path(path): (now[path], text) for path, text in last.before.items() if text is not None})
    for path in [path for path, text in last.before.items() if text is None]:
        remove_file(Path(path), before=now[path])
    _update(place / _NAME, lambda found: found[:-1] if found and found[-1] == last else found)
    return last


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
        return [Edit(one["command"], dict(one["before"]), dict(one["after"])) for one in content["edits"]]
    except (ValueError, KeyError, TypeError):
        return []


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
