"""Which files a source is made of, and that none of them lies outside the project."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from kpi.errors import KpiError
from kpi.plan.checks.source_facts import FileKind
from kpi.plan.model import Plan, Source

_KINDS: dict[str, FileKind] = {
    ".json": "json", ".jsonl": "json", ".ndjson": "json",
    ".parquet": "parquet", ".pq": "parquet",
    ".xlsx": "excel", ".xlsm": "excel", ".xls": "excel", ".ods": "excel",
}  # fmt: skip
_PACKED = (".gz", ".zst")


class OutsideError(KpiError):
    """A path leads out of the project (E061). ``position`` says which of the source's paths, from 0."""

    def __init__(self, message: str, position: int, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.position = position


class Found(NamedTuple):
    """What the paths of a source lead to. ``missing`` are the positions of paths that lead to nothing, ``folders``
    of those that name a folder or something else that is no file."""

    files: tuple[Path, ...]
    missing: tuple[int, ...]
    folders: tuple[int, ...]


def resolve_files(source: Source, plan: Plan) -> tuple[Path, ...]:
    """The files of a source, sorted, each once even when two paths or a symbolic link lead to it twice.

    Paths are relative to the folder of the file that declares the source; ``*``, ``?``, ``[…]`` and ``**`` (any
    number of folders) are understood, and as in a shell they do not find names that begin with a dot. A path that
    leads to nothing is no error here. Raises OutsideError (E061) for a path that leads out of ``plan.root`` and the
    folders ``plan.allowed``, symbolic links followed.
    """
    return find_files(source, plan).files


def find_files(source: Source, plan: Plan) -> Found:
    """As :func:`resolve_files`, with what was not found. Raises OutsideError."""
    home = plan.homes.get(source.id, plan.folder)
    roots = tuple(Path(os.path.realpath(root)) for root in (plan.root, *plan.allowed))
    real: dict[str, Path] = {}
    missing, folders = [], []
    for position, pattern in enumerate(source.path):
        paths = _matches(home, pattern, roots, position)
        files = [path for path in paths if _is_file(path)]
        if not paths:
            missing.append(position)
        elif not files:
            folders.append(position)
        for path in files:
            where = _confine(path, roots, pattern, position)
            # Of two names for one file the real one is kept, whichever comes first.
            if where not in real or not path.is_symlink():
                real[where] = path
    return Found(tuple(sorted(real.values(), key=lambda path: path.as_posix())), tuple(missing), tuple(folders))


def meant(path: str, source: Source, plan: Plan) -> str | None:
    """The path of the file that was perhaps meant by a path of the source that leads to nothing: one beside it with
    nearly the same name and the same ending."""
    from kpi.errors import nearest

    where = plan.homes.get(source.id, plan.folder) / path
    stem, dot, ending = where.name.partition(".")
    names = (entry.name.partition(".") for entry in _entries(where.parent) if not entry.name.startswith("."))
    found = nearest(stem, [other for other, _, end in names if end.lower() == ending.lower()])
    return None if found is None else f"{path[: len(path) - len(where.name)]}{found}{dot}{ending}"


def kind_of(source: Source, files: tuple[Path, ...] = ()) -> FileKind:
    """What a source is read as, by the ending of its first file, or of its first path when no file is there."""
    if source.query is not None:
        return "query"
    if source.table is not None:
        return "table"
    name = files[0].name if files else source.path[0] if source.path else ""
    return kind_of_name(name)


def kind_of_name(name: str) -> FileKind:
    """What a file is read as, by the ending of its name, without ``.gz`` or ``.zst``. Unknown endings are csv."""
    name = name.lower()
    for packed in _PACKED:
        name = name.removesuffix(packed)
    return _KINDS.get("." + name.rpartition(".")[2], "csv")


def _matches(home: Path, pattern: str, roots: tuple[Path, ...], position: int) -> list[Path]:
    """The paths that ``pattern`` leads to. Raises OutsideError before any folder outside ``roots`` is searched."""
    if "://" in pattern:
        raise OutsideError(
            f'"{pattern}" is an address: only files of the project are read',
            position,
            hint="save the file in the project, or use connection: for a warehouse",
        )
    if "\0" in pattern:
        return []
    literal = home / pattern
    if not _is_glob(pattern) or os.path.lexists(literal):
        _confine(literal, roots, pattern, position)
        return [literal] if os.access(literal, os.F_OK) else []
    parts = literal.parts
    first = next(number for number, part in enumerate(parts) if _is_glob(part))
    if ".." in parts[first:]:
        raise OutsideError(f'"{pattern}" goes up again after a wildcard', position, hint="write the folder out")
    start = Path(*parts[:first])
    _confine(start, roots, pattern, position)
    return list(_walk(start, parts[first:], lambda link: _confine(link, roots, pattern, position)))


def _confine(path: Path, roots: tuple[Path, ...], pattern: str, position: int) -> str:
    """The real path of ``path``. Raises OutsideError when that is not below one of ``roots``."""
    real = os.path.realpath(path)
    if not any(Path(real).is_relative_to(root) for root in roots):
        raise OutsideError(
            f'"{pattern}" leads out of the project',
            position,
            hint="move the data into the project, or allow the folder with --allow-outside",
        )
    return real


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # not ours to look at
        return False


def _is_glob(text: str) -> bool:
    return "*" in text or "?" in text or "[" in text


def _walk(start: Path, parts: tuple[str, ...], enter_link: Callable[[Path], str]) -> Iterator[Path]:
    """The paths below ``start`` that match ``parts``; ``enter_link`` is asked before a linked folder is searched.

    Own code because the standard library's either follows links under ``**``, for ever when they form circles, or
    finds hidden files, among them the litter of office programs beside an open file (``.~lock.orders.csv#``). Every
    folder is searched at most once for each part, so that no pattern is slow: a folder waits on the stack together
    with the numbers of the parts that its entries may match.
    """
    from fnmatch import translate
    from re import compile as compile_pattern

    if parts[-1] == "**":
        parts = (*parts, "*")
    matchers = [None if part == "**" else compile_pattern(translate(part)).match for part in parts]
    searched: dict[str, set[int]] = {}
    waiting = [(start, os.path.realpath(start), _with_skipped({0}, matchers))]
    while waiting:
        folder, real, wanted = waiting.pop()
        wanted -= searched.setdefault(real, set())
        searched[real] |= wanted
        for entry in _entries(folder) if wanted else ():
            reached = set()
            for number in wanted:
                match, hidden = matchers[number], entry.name.startswith(".")
                if match is None:
                    if not hidden and entry.is_dir(follow_symlinks=False):
                        reached.add(number)
                elif (not hidden or parts[number].startswith(".")) and match(entry.name):
                    reached.add(number + 1)
            path = folder / entry.name
            if len(parts) in reached:
                yield path
            further = _with_skipped(reached - {len(parts)}, matchers)
            if further and entry.is_dir():
                real_path = enter_link(path) if entry.is_symlink() else f"{real}{os.sep}{entry.name}"
                waiting.append((path, real_path, further))


def _with_skipped(numbers: set[int], matchers: Sequence[object | None]) -> set[int]:
    """``numbers`` and those after each ``**``, which may stand for no folder at all."""
    found = set(numbers)
    for number in numbers:
        while matchers[number] is None:
            number += 1
            found.add(number)
    return found


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:  # no folder, or not ours to read: nothing is found there
        return []
