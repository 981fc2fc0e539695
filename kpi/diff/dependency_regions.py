"""What of a plan's text one KPI depends on: a commit that leaves all of that alone need not be read as a whole.

A file is cut into regions, one for each entry and one for each line of its own between them; together they are the
whole text. Only what is certain is cut: anything unusual gives no regions, and then the plan is read.
"""

from __future__ import annotations

import gc
import re
from bisect import bisect_right
from collections.abc import Mapping
from typing import NamedTuple

from yaml import YAMLError
from yaml.nodes import MappingNode, Node, ScalarNode

from kpi.plan.checks import Checked
from kpi.plan.yaml.documents import decode
from kpi.plan.yaml.nodes import TooLargeError, begin, compose

Key = tuple[str, str]  # (section, id), or ("", key) for what is outside of all entries
Slices = Mapping[str, "Sliced | str"]  # by file; of a symbolic link its target
SECTIONS = frozenset(["sources", "measures", "goals", "kpis"])
# Anchors and aliases, by which an entry depends on text elsewhere, and what ends a document.
_SHARED = re.compile(r"[&*][^\s,\]}]|<<|^(?:---|\.\.\.)", re.MULTILINE)


class Sliced(NamedTuple):
    """A text and its regions: whose each is, and where it starts; it ends where the next one does."""

    text: str
    keys: tuple[Key, ...]
    starts: tuple[int, ...]

    def region(self, number: int) -> str:
        """The text of one region."""
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[number] : end]

    def regions(self, keys: set[Key]) -> list[tuple[Key, str]]:
        """The regions of some entries, and all that are outside of entries."""
        return [(key, self.region(at)) for at, key in enumerate(self.keys) if not key[0] or key in keys]


def slices_of(files: Mapping[str, bytes | str], like: Slices | None = None) -> Slices | None:
    """The regions of each file, or None if they are unknown. ``like`` are those of a similar version."""
    found: dict[str, Sliced | str] = {}
    for path, content in files.items():
        if isinstance(content, str):
            found[path] = content
            continue
        try:
            text = decode(content)
        except UnicodeDecodeError:
            return None
        other = like.get(path) if like is not None else None
        sliced = edited(other, text) if isinstance(other, Sliced) else None
        sliced = sliced or cut(text)
        if sliced is None:
            return None
        found[path] = sliced
    return found


def cut(text: str) -> Sliced | None:
    """The regions of a text; None if an entry may depend on something outside of it."""
    if _SHARED.search(text):
        return None
    root = _composed(text)
    if not isinstance(root, MappingNode) or root.flow_style:
        return None
    keys: list[Key] = [("", "")]
    starts = [0]
    for key, value in root.value:
        if not isinstance(key, ScalarNode):
            return None
        entries = value.value if isinstance(value, MappingNode) and not value.flow_style else []
        keys.append(("", key.value))
        starts.append(begin(key))
        if key.value in SECTIONS:
            keys += [(key.value, str(id_.value)) for id_, _ in entries]
            starts += [begin(id_) for id_, _ in entries]
    # Each begins with its line, so that what precedes a key on its line belongs to it.
    lines = [0, *(text.rfind("\n", 0, start) + 1 for start in starts[1:])]
    if len(set(keys)) < len(keys) or any(text[a:b].strip(" ") for a, b in zip(lines, starts, strict=True)):
        return None
    return Sliced(text, tuple(keys), tuple(lines))


def edited(other: Sliced, text: str) -> Sliced | None:
    """The regions of a text that differs from another one inside of one entry only; None when it does not.

    An entry in block style at the same indentation may replace another one without a change to what is around it, so
    only that entry is looked at.
    """
    if text == other.text:
        return other
    same_before = _common(other.text, text)
    same_after = min(_common(other.text[::-1], text[::-1]), min(len(text), len(other.text)) - same_before)
    at = bisect_right(other.starts, same_before) - 1
    start, key = other.starts[at], other.keys[at]
    end = start + len(other.region(at))
    if not key[0] or end < len(other.text) - same_after:
        return None
    longer = len(text) - len(other.text)
    entry = text[start : end + longer]
    if not _is_entry(entry, key[1], other.region(at)) or _SHARED.search(entry):
        return None
    starts = (*other.starts[: at + 1], *(each + longer for each in other.starts[at + 1 :]))
    return Sliced(text, other.keys, starts)


def depends_on(checked: Checked, id_: str) -> set[Key]:
    """All entries that the value and the targets of a KPI come from: itself, and what it uses, however far away."""
    graph = checked.dependencies
    names, sources = [id_], []
    for name in names:  # grows while it is iterated over
        used = {one.name for one in graph.of(name) if one.kind == "value"}
        names += used.difference(names)
        sources += [one.name for one in graph.of(name) if one.kind == "source"]
    return {(section, name) for name in names for section in ("kpis", "measures")} | {
        ("sources", source) for source in graph.with_queried(sources)
    }


def differ(one: Slices | None, other: Slices | None, keys: set[Key]) -> bool:
    """Whether any of these entries, or anything outside of all entries, may differ between two versions."""
    if one is None or other is None or one.keys() != other.keys():
        return True
    for path, sliced in one.items():
        against = other[path]
        if sliced == against:
            continue
        if isinstance(sliced, str) or isinstance(against, str):
            return True
        if sliced.regions(keys) != against.regions(keys):
            return True
    return False


def _is_entry(text: str, id_: str, before: str) -> bool:
    """Whether a text is just one entry, with this id and the indentation that it had before."""
    root = _composed(text)
    if not isinstance(root, MappingNode) or root.flow_style or len(root.value) != 1 or not text.endswith("\n"):
        return False
    key = root.value[0][0]
    indent = len(before) - len(before.lstrip(" "))
    return isinstance(key, ScalarNode) and key.value == id_ and begin(key) == indent and before.endswith("\n")


def _composed(text: str) -> Node | None:
    was_on = gc.isenabled()
    gc.disable()  # nodes hold no cycles, but looking for them takes most of the time
    try:
        return compose(text)
    except (YAMLError, TooLargeError, UnicodeEncodeError):
        return None
    finally:
        if was_on:
            gc.enable()


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
