"""Which files a source is made of, and that none of them lies outside the project."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from kpi.data.addresses import is_address
from kpi.errors import KpiError
from kpi.plan.checks.source_facts import FileKind, shown
from kpi.plan.loading.paths import access, entries, is_glob, walk
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
    of those that name a folder or something else that is no file, ``faults`` of addresses with why they were not
    fetched."""

    files: tuple[Path, ...]
    missing: tuple[int, ...]
    folders: tuple[int, ...]
    faults: tuple[tuple[int, KpiError], ...] = ()


def resolve_files(source: Source, plan: Plan) -> tuple[Path, ...]:
    """The files of a source, sorted, each once even when two paths or a symbolic link lead to it twice. Those at
    addresses are not among them: nothing is fetched.

    Paths are relative to the folder of the file that declares the source; ``*``, ``?``, ``[…]`` and ``**`` (any
    number of folders) are understood, and as in a shell they do not find names that begin with a dot. A path that
    leads to nothing is no error here. Raises OutsideError (E061) for a path that leads out of ``plan.root`` and the
    folders ``plan.allowed``, symbolic links followed.
    """
    return find_files(source, plan, fetch=False).files


def find_files(source: Source, plan: Plan, *, fetch: bool = True) -> Found:
    """As :func:`resolve_files`, with what was not found. ``fetch``: files elsewhere are fetched, where they may be.
    Raises OutsideError."""
    home = plan.homes.get(source.id, plan.folder)
    roots = _roots(plan)
    real: dict[str, Path] = {}
    missing, folders, faults = [], [], []
    for position, pattern in enumerate(source.path):
        if is_address(pattern):
            copied = _copied(pattern, plan, position) if fetch else []
            if isinstance(copied, KpiError):
                faults.append((position, copied))
                continue
            missing += [] if copied else [position]
            real |= {str(path): path for path in copied}
            continue
        paths = _matches(home, pattern, roots, position)
        found = [path for path in paths if _is_file(path)]
        if not paths:
            missing.append(position)
        elif not found:
            folders.append(position)
        for path in found:
            where = _confine(path, roots, pattern, position)
            # Of two names for one file the real one is kept, whichever comes first.
            if where not in real or not path.is_symlink():
                real[where] = path
    files = tuple(sorted(real.values(), key=lambda path: path.as_posix()))
    return Found(files, tuple(missing), tuple(folders), tuple(faults))


def _copied(text: str, plan: Plan, position: int) -> list[Path] | KpiError:
    """The copies of the files at an address, or why there are none. Raises OutsideError for an address that is never
    read."""
    from kpi.data.addresses import AddressError
    from kpi.data.remote_files import fetched

    try:
        return fetched(text, plan.remote)
    except AddressError as error:
        raise OutsideError(error.message, position, hint=error.hint) from None
    except KpiError as error:
        return error


def confined(path: Path, source: Source, plan: Plan) -> str:
    """The real path of a file of a source, as it is now. Raises OutsideError when the plan may not read it."""
    return _confine(path, _roots(plan), shown(path, source, plan), 0)


def meant(path: str, source: Source, plan: Plan) -> str | None:
    """The path of the file that was perhaps meant by a path of the source that leads to nothing: one beside it with
    nearly the same name and the same ending."""
    from kpi.errors import nearest

    if is_address(path):
        return None
    where = plan.homes.get(source.id, plan.folder) / path
    stem, _, ending = where.name.partition(".")
    names = {entry.name for entry in entries(where.parent) if not entry.name.startswith(".")} - {where.name}
    known = {name.partition(".")[0]: name for name in sorted(names) if name.partition(".")[2].lower() == ending.lower()}
    found = nearest(stem, known)
    return None if found is None else path[: len(path) - len(where.name)] + known[found]


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


def _roots(plan: Plan) -> tuple[Path, ...]:
    copies = () if plan.remote.folder is None else (plan.remote.folder,)
    return tuple(Path(os.path.realpath(root)) for root in (plan.root, *plan.allowed, *copies))


def _matches(home: Path, pattern: str, roots: tuple[Path, ...], position: int) -> list[Path]:
    """The paths that ``pattern`` leads to. Raises OutsideError before any folder outside ``roots`` is searched."""
    if "\0" in pattern:
        return []
    literal = home / pattern
    if not is_glob(pattern) or os.path.lexists(literal):
        _confine(literal, roots, pattern, position)
        return [literal] if os.access(literal, os.F_OK) else []
    parts = literal.parts
    first = next(number for number, part in enumerate(parts) if is_glob(part))
    if ".." in parts[first:]:
        raise OutsideError(f'"{pattern}" goes up again after a wildcard', position, hint="write the folder out")
    start = Path(*parts[:first])
    _confine(start, roots, pattern, position)
    return list(walk(start, parts[first:], lambda link: _confine(link, roots, pattern, position)))


def _confine(path: Path, roots: tuple[Path, ...], pattern: str, position: int) -> str:
    """The real path of ``path``. Raises OutsideError when a plan with these roots may not read it."""
    found = access(path, roots)
    if found.refused == "outside":
        message = f'"{pattern}" leads out of the project'
        hint = "move the data into the project, or allow the folder with --allow-outside"
    elif found.refused == "git":
        message, hint = f'"{pattern}" leads to files of git itself', "only files of the project are data"
    elif found.refused == "hidden":
        message = f'"{pattern}" leads to a hidden file, and the plan is in the home folder'
        hint = "move the plan and its data to a folder of their own, or allow the folder with --allow-outside"
    else:
        return found.real
    raise OutsideError(message, position, hint=hint)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # not ours to look at
        return False
