"""Adds a decision to ``reviews.yaml``: one line for each, so that two people can add one without a conflict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from kpi.errors import InputError
from kpi.plan.loading.plan_files import DECISIONS_NAME, git_folders
from kpi.plan.model import Decision
from kpi.plan.yaml.nodes import begin, compose, is_null
from kpi.plan.yaml.round_trip import scalar
from kpi.writing import change_file

HEAD = "# Decisions about KPIs, one a line: kpi review shows what became of each, and kpi review --record adds one."
ATTRIBUTES = ".gitattributes"
UNION = f"{DECISIONS_NAME} merge=union"


def new_entry(decision: Decision) -> str:
    """The line of a decision, without indentation and line break."""
    written = (f"{name}: {scalar(text)}" for name, text in decision.fields_as_text().items() if text is not None)
    return f"- {{{', '.join(written)}}}"


class Written(NamedTuple):
    """A file that was written: its text before (None if there was no file) and after."""

    path: Path
    before: str | None
    after: str


class Recorded(NamedTuple):
    """What adding a decision wrote: ``reviews.yaml``, and the ``.gitattributes`` if it was written."""

    decisions: Written
    attributes: Written | None


def record(folder: Path, decision: Decision) -> Recorded:
    """Add a decision to the ``reviews.yaml`` of a folder; nothing else in the file changes.

    In a git work tree, the ``.gitattributes`` beside it gets a line by which git keeps the entries of both sides of a
    merge, unless there is one for that file.

    Raises InputError if a file cannot be written, or if the entry cannot be added without changing what the file says.
    """
    attributes = _with_merge_driver(git_folders(folder))
    entry = new_entry(decision)
    return Recorded(_changed(folder / DECISIONS_NAME, lambda before: _with_entry(before, entry)), attributes)


def _changed(path: Path, change: Callable[[bytes | None], bytes]) -> Written:
    """Change a file, and return what it was and became. Raises InputError."""
    texts: list[bytes | None] = []

    def changed(before: bytes | None) -> bytes:
        after = change(before)
        texts[:] = [before, after]
        return after

    change_file(path, changed)
    before, after = (None if one is None else one.decode("utf-8", "surrogateescape") for one in texts)
    assert after is not None
    return Written(path, before, after)


def _with_merge_driver(folders: Sequence[Path]) -> Written | None:
    """Write the ``.gitattributes`` in the first of ``folders`` (the others are those above it) if it is needed."""
    if not folders or any(_names_driver(folder / ATTRIBUTES) for folder in folders):
        return None
    return _changed(folders[0] / ATTRIBUTES, _with_driver)


def _names_driver(path: Path) -> bool:
    """Whether a ``.gitattributes`` says how ``reviews.yaml`` is merged."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return any(
        words[0].rpartition("/")[2] == DECISIONS_NAME and any("merge" in word for word in words[1:])
        for words in map(str.split, text.splitlines())
        if words
    )


def _with_driver(before: bytes | None) -> bytes:
    before = before or b""
    gap = b"" if not before or before.endswith(b"\n") else b"\n"
    return before + gap + UNION.encode() + b"\n"


def _with_entry(before: bytes | None, entry: str) -> bytes:
    """The content of the file with one more entry at its end."""
    if before is None:
        return f"{HEAD}\n{entry}\n".encode()
    try:
        text = before.decode("utf-8-sig")
        root = compose(text)
    except Exception as fault:
        raise _unreadable(entry) from fault
    items: list[object] = []
    if isinstance(root, SequenceNode):
        items = root.value
    elif root is not None and not is_null(root):
        raise _unreadable(entry)
    newline = "\r\n" if "\r\n" in text else "\n"
    indent = ""
    if items and isinstance(root, SequenceNode) and not root.flow_style:
        at = begin(root)
        indent = " " * (at - text.rfind("\n", 0, at) - 1)
    gap = newline if text and not text.endswith(("\n", "\r")) else ""
    added = f"{gap}{indent}{entry}{newline}"
    after = before + added.encode()
    if not _is_added(text + added, items, entry):
        raise _unreadable(entry)
    return after


def _is_added(text: str, items: Iterable[object], entry: str) -> bool:
    """Whether ``text`` is a list of ``items`` and ``entry``."""
    try:
        found, single = compose(text), compose(entry)
    except Exception:
        return False
    if not isinstance(found, SequenceNode) or not isinstance(single, SequenceNode):
        return False
    return [_said(item) for item in found.value] == [*(_said(item) for item in items), _said(single.value[0])]


def _said(node: object) -> object:
    """What a node says, without how it is written."""
    if isinstance(node, MappingNode):
        return [(_said(key), _said(value)) for key, value in node.value]
    if isinstance(node, SequenceNode):
        return [_said(item) for item in node.value]
    return node.value if isinstance(node, ScalarNode) else None


def _unreadable(entry: str) -> InputError:
    return InputError(
        f"{DECISIONS_NAME} is not a list that an entry can be added to",
        hint=f"kpi lint shows what is wrong with it; the entry is: {entry}",
    )
