"""What of a plan's text one KPI depends on: a commit that leaves all of that alone need not be read as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from yaml import YAMLError
from yaml.nodes import MappingNode, ScalarNode

from kpi.checking.uses import uses_of
from kpi.comparing.affected import names_in_targets
from kpi.reading.loading import decode
from kpi.reading.nodes import TooLargeError, begin, compose

if TYPE_CHECKING:
    from kpi.checking import Checked

# (section, id), or ("", key) for what stands outside of all entries.
Key = tuple[str, str]
Slices = dict[tuple[str, str, str], str]  # by file, section and id
SECTIONS = frozenset(["sources", "measures", "goals", "kpis"])
_SHARED = re.compile(r"[&*][^\s,\]}]|<<")  # anchors and aliases, by which an entry depends on text elsewhere


def slices_of(files: Mapping[str, bytes | str]) -> Slices | None:
    """The text of each entry of each file; None when it does not say all about its entry, or cannot be read."""
    found: Slices = {}
    for path, content in files.items():
        if isinstance(content, str):
            found[path, "", ""] = content  # a symbolic link
            continue
        try:
            text = decode(content)
            if _SHARED.search(text):
                return None
            root = compose(text)
        except (UnicodeDecodeError, YAMLError, TooLargeError):
            return None
        if not isinstance(root, MappingNode):
            return None
        for section, key, start, end in _entries(root):
            if (path, section, key) in found:
                return None
            found[path, section, key] = text[start:end]
    return found


def depends_on(checked: Checked, id_: str) -> set[Key]:
    """All entries that make a KPI what it is: itself, and what it uses, however far away."""
    found: set[Key] = {("kpis", id_)}
    names, sources = [id_], []
    for name in names:  # grows while it is walked
        tree = checked.formulas.get(name) or checked.measures.get(name)
        used = {one.name for one, _ in uses_of(tree).names} if tree is not None else set()
        sources += [one.source for one, _ in uses_of(tree).aggregates] if tree is not None else []
        if name in checked.plan.kpis:
            used |= set(names_in_targets(checked.plan.kpis[name]))
        names += used.difference(names)
    for source in sources:
        sources += set(checked.queries.get(source, ())).difference(sources)
    found |= {(section, name) for name in names for section in ("kpis", "measures")}
    return found | {("sources", source) for source in sources}


def differ(one: Slices | None, other: Slices | None, keys: set[Key]) -> bool:
    """Whether any of these entries, or anything outside of all entries, may differ between two versions."""
    if one is None or other is None:
        return True
    every = {(path, section, key) for path, section, key in (*one, *other) if not section or (section, key) in keys}
    return any(one.get(key) != other.get(key) for key in every)


def _entries(root: MappingNode) -> Iterator[tuple[str, str, int, int]]:
    for key, value in root.value:
        name = key.value if isinstance(key, ScalarNode) else ""
        if name in SECTIONS and isinstance(value, MappingNode):
            for id_, entry in value.value:
                yield name, str(id_.value), begin(id_), int(entry.end_mark.index)
        else:
            yield "", name, begin(key), int(value.end_mark.index)
