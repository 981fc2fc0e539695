"""Reads a plan at a commit. Its files are read from git into memory and never written to disk."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from kpi.diff.git import Entry, Repository
from kpi.diff.tree import LONGEST_LINK, CommitTree, proper
from kpi.errors import InputError
from kpi.plan.loading import FileModel, ReadResult, read_plan
from kpi.plan.model import Plan
from kpi.plan.yaml.documents import decode

# The top-level key up to the next line that is not indented, a comment, a list item or empty.
_INCLUDE = re.compile(r"""^(?:include|"include"|'include')\s*:.*\n?(?:(?:[ \t#\r\n-]|\]).*\n?|\n)*""", re.MULTILINE)
_BLOCKS = re.compile(r"^version\s*:", re.MULTILINE)  # in block style, every top-level key begins a line
_MAX_LINKS = 20
EMPTY = "version: 1\n"
NOWHERE = Path(os.devnull) / "kpi"  # a folder that cannot exist


class PlanPlace:
    """The place of a plan's main file in its repository.

    ``path`` is its path from the root of the repository and ``cwd`` that of the current folder, or "" if that is
    outside of the repository; files are then named from the root. ``allowed`` are further folders that may be read;
    ``model`` is that of :func:`kpi.plan.loading.read_plan`.
    """

    def __init__(self, repository: Repository, path: str, cwd: str, allowed: Sequence[Path], model: FileModel) -> None:
        self.repository, self.path, self.cwd, self.allowed = repository, path, cwd, allowed
        self.model = model

    @classmethod
    def of(cls, repository: Repository, file: Path, cwd: Path, allowed: Sequence[Path], model: FileModel) -> PlanPlace:
        """The place of ``file``, which is relative to ``cwd``. Raises InputError if it is outside of the repository."""
        root = repository.root
        full = cwd / file
        real = Path(os.path.realpath(full.parent)) / full.name
        if not real.is_relative_to(root):
            raise InputError(f"{file} is not in the git repository {root}")
        here = Path(os.path.realpath(cwd))
        inside = here.relative_to(root).as_posix() if here.is_relative_to(root) else ""
        return cls(repository, real.relative_to(root).as_posix(), inside, allowed, model)

    def renamed(self, path: str) -> PlanPlace:
        """The place of the main file if its path is ``path``."""
        return PlanPlace(self.repository, path, self.cwd, self.allowed, self.model)

    @property
    def name(self) -> str:
        """The path of the main file from the current folder, for messages."""
        return posixpath.relpath(self.path, self.cwd or ".")

    def from_root(self, pattern: str) -> str:
        """A path relative to the main file, as a path from the root of the repository."""
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.path), pattern))

    def exists(self) -> bool:
        """Whether the main file is in the working tree."""
        return (self.repository.root / self.path).is_file()

    def read_work_tree(self) -> ReadResult:
        """The plan in the working tree, committed or not. Raises InputError."""
        return self._read(self.repository.root)

    def read_nothing(self) -> ReadResult:
        """An empty plan, for a commit at which there was none."""
        return self._read(self.repository.root, EMPTY)

    def read_commit(self, commit: str) -> ReadResult | None:
        """The plan at a commit; None if its main file did not exist. Raises InputError.

        Includes are read from the same commit. Data files are not part of a plan, so its folders are those of the
        working tree.
        """
        files = self.files_at(commit)
        return None if files is None else self.read_files(files)

    def read_files(self, files: Mapping[str, bytes | str]) -> ReadResult:
        """The plan in ``files``, which are those of ``files_at``."""
        root = self.repository.root
        tree = CommitTree(root, files)
        read = read_plan(
            Path(self.name), cwd=root / self.cwd, allowed=self.allowed, disk=tree, root=root, model=self.model
        )
        plan = read.plan
        homes = {source: tree.real(folder) for source, folder in plan.homes.items()}
        return read._replace(plan=plan.model_copy(update={"folder": tree.real(plan.folder), "homes": homes}))

    def files_at(self, commit: str) -> dict[str, bytes | str] | None:
        """The files of the plan at a commit, possibly with some others, by their paths from the root.

        The values are contents (bytes) or the targets of symbolic links (str). None if the main file did not exist.
        Raises InputError if git cannot read a file.
        """
        repository = self.repository
        entry = repository.tree(commit, self.path).get(self.path)
        patterns: tuple[str, ...] = ()
        if entry is not None and not entry.is_link:
            main = repository.contents([entry.blob])[entry.blob]
            patterns = self.includes(main)
            if not patterns:
                return {self.path: main}
        elif entry is None and not self._may_be_linked(commit):
            return None
        tree = proper(repository.tree(commit))
        links = _inner_links({path: one for path, one in tree.items() if one.is_link}, repository)
        wanted = self._wanted(tree, patterns, links)
        contents = repository.contents(tree[path].blob for path in wanted)
        files: dict[str, bytes | str] = {**links}
        files |= {path: contents[tree[path].blob] for path in wanted}
        return files if _end_of(self.path, links) in wanted else None

    def includes(self, main: bytes) -> tuple[str, ...]:
        """The patterns of ``include``. They are parsed without the rest of the file where possible, for speed."""
        try:
            text = decode(main)
        except UnicodeDecodeError:
            return ()
        alone = _INCLUDE.findall(text)
        if "include" not in text or (not alone and _BLOCKS.search(text)):
            return ()
        read = self._read(NOWHERE, EMPTY + alone[0] if len(alone) == 1 else text)
        # The part may have no errors except that the included files do not exist.
        if any(found.code not in ("E070", "E061") for found in read.diagnostics):
            read = self._read(NOWHERE, text)
        return read.plan.include

    def _read(self, top: Path, text: str | None = None) -> ReadResult:
        return read_plan(Path(self.name), cwd=top / self.cwd, text=text, allowed=self.allowed, model=self.model)

    def _wanted(self, tree: Mapping[str, Entry], patterns: Iterable[str], links: Mapping[str, str]) -> set[str]:
        """The files to read: those that end like a pattern. The exact match is made when the plan is read."""
        ends, folders = [], []
        for pattern in patterns:
            parts = re.split(r"[*?\[\]]", self.from_root(pattern))
            if end := parts[-1].rpartition("/")[2]:
                ends.append(end)
            else:
                folders.append(posixpath.normpath(parts[0].rpartition("/")[0] or "."))
        everywhere = "." in folders
        found = {
            path
            for path, one in tree.items()
            if not one.is_link
            and (everywhere or path.endswith(tuple(ends)) or path.startswith(tuple(f"{each}/" for each in folders)))
        }
        ends_of_links = {_end_of(path, links) for path in (self.path, *links)}
        return found | {path for path in ends_of_links if path in tree and not tree[path].is_link}

    def _may_be_linked(self, commit: str) -> bool:
        """Whether a folder in the path of the main file may be a symbolic link at ``commit``."""
        above = [parent.as_posix() for parent in Path(self.path).parents][:-1]
        return any(self.repository.tree(commit, parent) for parent in above)


def relocated(plan: Plan, old: Path, new: Path) -> Plan:
    """The plan with its folders moved from below ``old`` to below ``new``, which is where its data is searched."""
    top = Path(os.path.realpath(old))
    there = {}
    for folder in {plan.folder, *plan.homes.values()}:
        real = Path(os.path.realpath(folder))
        there[folder] = new / real.relative_to(top) if real.is_relative_to(top) else real
    homes = {source: there[folder] for source, folder in plan.homes.items()}
    return plan.model_copy(update={"folder": there[plan.folder], "root": new, "homes": homes})


def _inner_links(links: Mapping[str, Entry], repository: Repository) -> dict[str, str]:
    """The symbolic links that stay inside the repository; where others led at that time is unknown."""
    contents = repository.contents(one.blob for one in links.values())
    found = {}
    for path, entry in links.items():
        target = os.fsdecode(contents[entry.blob])
        if len(target) > LONGEST_LINK or "\0" in target:
            continue
        end = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        if not posixpath.isabs(target) and end != ".." and not end.startswith("../"):
            found[path] = target
    return found


def _end_of(path: str, links: Mapping[str, str]) -> str:
    """The path with links followed; "" for a cycle of links."""
    for _ in range(_MAX_LINKS):
        above = [path, *(parent.as_posix() for parent in Path(path).parents)]
        link = next((part for part in above if part in links), None)
        if link is None:
            return path
        path = posixpath.normpath(posixpath.join(posixpath.dirname(link), links[link], path[len(link) + 1 :]))
    return ""
