"""Which sources a list of files makes: files that hold parts of one table are one source."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from kpi.data.source_files import kind_of_name
from kpi.drafting.spec import SourceSpec
from kpi.errors import UsageError
from kpi.formulas.column_names import column_name
from kpi.formulas.functions import AGGREGATES

_ENDINGS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".pq", ".xlsx", ".xlsm")
_PACKED = (".gz", ".zst")
_HEAD = 65_536


def found_files(given: Iterable[str]) -> list[Path]:
    """The files that paths and patterns lead to, each once, in order.

    Raises UsageError for one that is not there, and for one whose name is not UTF-8, which a plan cannot hold.
    """
    found: dict[Path, None] = {}
    for text in given:
        path = Path(text)
        if path.is_dir():
            matches = sorted(one for one in path.iterdir() if one.is_file() and _ending(one.name))
        else:
            matches = [path] if path.exists() else sorted(map(Path, glob.glob(text)))  # noqa: PTH207
        matches = [one for one in matches if one.is_file()]
        if not matches:
            raise UsageError(f"there is no file {text}", hint="name CSV, Excel, Parquet or JSON Lines files")
        found |= dict.fromkeys(matches)
    for path in found:
        if any("\ud800" <= character <= "\udfff" for character in str(path.resolve())):
            raise UsageError(f"{path}: its name is not UTF-8, and a plan is", hint="rename the file")
    return list(found)


def sources_of(files: Sequence[Path], folder: Path) -> list[SourceSpec]:
    """The sources that files make, with paths relative to ``folder``.

    Files of one folder are one source where their names differ in numbers, or in their last word, and their first lines
    that may be a header are the same.
    """
    groups: dict[tuple[Path, str, str, bytes], list[Path]] = {}
    for path in files:
        stem, ending = _parts(path.name)
        groups.setdefault((path.parent, _stable(stem), ending, _head(path)), []).append(path)
    specs: list[SourceSpec] = []
    taken: set[str] = set()
    for (parent, stable, ending, _), paths in _merged(groups).items():
        stem = stable if len(paths) > 1 else _stable(_parts(paths[0].name)[0]) or _parts(paths[0].name)[0]
        id_ = _id(stem, taken)
        taken.add(id_)
        specs.append(SourceSpec(id_, _paths(parent, paths, ending, folder)))
    return specs


Groups = dict[tuple[Path, str, str, bytes], list[Path]]


def _merged(groups: Groups) -> Groups:
    """The groups, those joined that differ in the last word of their names only and have the same header."""
    joined: Groups = {}
    for (parent, stable, ending, head), paths in groups.items():
        stem = re.sub(r"[-_. ]+[^-_. ]+$", "", stable) if head else stable
        alike = [key for key in groups if key[0] == parent and key[2:] == (ending, head)]
        shares = len(alike) > 1 and len(stem) > 3 and all(key[1].startswith(stem) for key in alike)
        joined.setdefault((parent, stem if shares else stable, ending, head), []).extend(paths)
    return joined


def _ending(name: str) -> str:
    lower = name.lower()
    packed = next((ending for ending in _PACKED if lower.endswith(ending)), "")
    bare = lower.removesuffix(packed)
    return next((ending + packed for ending in _ENDINGS if bare.endswith(ending)), "")


def _parts(name: str) -> tuple[str, str]:
    ending = _ending(name) or Path(name).suffix
    return name[: len(name) - len(ending)], name[len(name) - len(ending) :]


def _stable(stem: str) -> str:
    """A name without the numbers, such as years and months, that tell parts of a table apart."""
    return re.sub(r"[-_. ]*\d[\d\-_. ]*$", "", stem).strip("-_. ")


def _head(path: Path) -> bytes:
    """The first line of a text file, by which parts of one table are known; empty for other files."""
    if kind_of_name(path.name) != "csv" or path.name.lower().endswith(_PACKED):
        return b""
    with path.open("rb") as stream:
        return stream.read(_HEAD).splitlines()[0] if path.stat().st_size else b""


def _id(stem: str, taken: Iterable[str]) -> str:
    name = column_name(stem).lower()
    name = re.sub(r"[^a-z0-9_]+", "", name.translate(_PLAIN)).strip("_") or "data"
    if not name[0].isalpha() or name in AGGREGATES:
        name = f"data_{name}"
    taken = set(taken)
    number = 2
    free = name
    while free in taken:
        free = f"{name}_{number}"
        number += 1
    return free


_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def _paths(parent: Path, paths: Sequence[Path], ending: str, folder: Path) -> tuple[str, ...]:
    """The files as a plan in ``folder`` names them: by a pattern where it finds exactly these."""
    names = [os.path.relpath(path, folder).replace(os.sep, "/") for path in paths]
    if len(paths) == 1:
        return tuple(glob.escape(name) for name in names)
    common = ""
    for characters in zip(*(path.name for path in paths), strict=False):
        if len(set(characters)) > 1:
            break
        common += characters[0]
    common = re.sub(r"\d+$", "", common)
    pattern = f"{glob.escape(common)}*{ending}"
    if set(parent.glob(pattern)) == set(paths):
        return (os.path.relpath(parent / pattern, folder).replace(os.sep, "/"),)
    return tuple(glob.escape(name) for name in names)
