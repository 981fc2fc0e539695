"""YAML files to one plan, with every mistake of all of them, and the place of everything."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kpi.diagnostics import Diagnostic
from kpi.errors import InputError, nearest
from kpi.plan.loading.disk import DISK, Disk
from kpi.plan.loading.field_decoder import Binder, expression
from kpi.plan.loading.goals import read_goal
from kpi.plan.loading.kpis import read_kpi
from kpi.plan.loading.plan_files import IncludeError, included_files, project_root, refuse_link, shown_name
from kpi.plan.loading.settings import SECTIONS, read_header
from kpi.plan.loading.sources import read_source
from kpi.plan.model import Plan
from kpi.plan.yaml import source_map as places
from kpi.plan.yaml import yaml_pitfalls as traps
from kpi.plan.yaml.documents import load
from kpi.plan.yaml.nodes import Document, Entry, begin
from kpi.plan.yaml.source_map import Places

MAX_TOTAL = 50_000_000  # bytes of all files together


class ReadResult(NamedTuple):
    """What was read. ``plan`` is always there; entries and fields with mistakes are left out of it.

    ``diagnostics`` are in the order of files and lines; ``texts`` are the files' texts by the names shown to people;
    ``broken`` are entries that are declared but left out, as ("kpis", "nps"), so that names which refer to them need
    not be called unknown as well; ``whole`` is False when entries may be declared where nothing could be read.
    """

    plan: Plan
    diagnostics: tuple[Diagnostic, ...]
    places: Places
    texts: dict[str, str]
    broken: frozenset[tuple[str, str]] = frozenset()
    whole: bool = True


def read_plan(
    path: Path,
    *,
    text: str | None = None,
    cwd: Path | None = None,
    allowed: Sequence[Path] = (),
    unsaved: Mapping[Path, str] = {},
    disk: Disk = DISK,
    root: Path | None = None,
) -> ReadResult:
    """Read a plan and what it includes. ``text`` stands for the content of the main file, so that it need not exist;
    ``allowed`` are folders outside the project from which files may be read too; ``unsaved`` are the texts of included
    files that an editor has not written yet, by their real paths;
    ``disk`` is where all is read from, ``root`` the project's root where that is known.

    Mistakes in files become diagnostics. Raises InputError when the main file cannot be opened, or is a link out of the
    project.
    """
    reading = _Reading(
        path, cwd if cwd is not None else Path.cwd(), tuple(folder.resolve() for folder in allowed), disk, root
    )
    reading.unsaved = unsaved
    with _paused_collector():
        return reading.read(text)


@contextmanager
def _paused_collector() -> Iterator[None]:
    """Nodes hold no cycles that could be freed while reading, but looking for them takes three quarters of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _measure(b: Binder, path: places.Path, key: ScalarNode, node: Node) -> str | None:
    return expression(b, path[:-1], key, node)


_READERS: dict[str, Callable[[Binder, places.Path, ScalarNode, Node], Any]] = {
    "sources": read_source,
    "measures": _measure,
    "goals": read_goal,
    "kpis": read_kpi,
}
_SPACES = {"sources": "sources", "goals": "goals", "measures": "formulas", "kpis": "formulas"}  # N1


class _Reading:
    """One reading of a plan."""

    def __init__(
        self, path: Path, cwd: Path, allowed: tuple[Path, ...], disk: Disk = DISK, root: Path | None = None
    ) -> None:
        self.given, self.cwd = path, cwd
        self.path = cwd / path
        self.folder = self.path.parent
        self.root = project_root(self.folder) if root is None else root
        self.disk = disk
        self.allowed = allowed
        self.unsaved: Mapping[Path, str] = {}
        self.unopened = False
        self.binder = Binder()
        self.documents: dict[str, Document] = {}
        self.folders: dict[str, Path] = {}
        self.found: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
        self.homes: dict[str, Path] = {}
        self.broken: set[tuple[str, str]] = set()
        self.entries: dict[places.Path, tuple[Document, Entry]] = {}
        self.declared: dict[tuple[str, str], tuple[str, Document, ScalarNode]] = {}

    def read(self, text: str | None) -> ReadResult:
        """Header, included files, then the sections of all."""
        main = self._load_main(text)
        header, sections = self._header(main, is_main=True)
        settings = header.pop("calendar", None)
        if settings is not None:
            header["calendar"] = settings
            self.binder.calendar = settings.build()
        all_sections = [(main, sections)]
        all_sections += [
            (document, self._header(document, is_main=False)[1])
            for document in self._included(main, sections.get("include"), header.get("include", ()))
        ]
        for document, written in all_sections:
            for section in SECTIONS:
                if section in written:
                    self._section(document, section, written[section])
        fields: dict[str, Any] = {**header, **self.found}
        plan = Plan(
            **fields, folder=self.folder, root=self.root, allowed=self.allowed, homes=self.homes,
            files=tuple(self.documents),
        )  # fmt: skip
        order = {file: number for number, file in enumerate(self.documents)}
        diagnostics = sorted(self.binder.diagnostics, key=lambda one: (order.get(one.location.file, 0), one.location))
        texts = {file: document.text for file, document in self.documents.items()}
        found = Places(main, self.documents, self.entries)
        whole = all(document.is_whole() for document in self.documents.values()) and not self.unopened
        return ReadResult(plan, tuple(diagnostics), found, texts, frozenset(self.broken), whole)

    def _load_main(self, text: str | None) -> Document:
        raw: bytes | str
        if text is not None:
            raw = text
        else:
            refuse_link(self.path, self.given, (self.root, *self.allowed))
            try:
                raw = self.disk.read(self.path)
            except OSError as fault:
                raise InputError(f"{self.given}: {fault.strerror or fault}", hint=self._meant(fault)) from None
        return self._load(self.path, raw)

    def _meant(self, fault: OSError) -> str | None:
        """What to write for a main file that cannot be opened: the plan in that folder, or one of nearly that name."""
        if isinstance(fault, IsADirectoryError):
            return f'did you mean "{self.given / "kpi.yaml"}"?' if (self.path / "kpi.yaml").is_file() else None
        if not isinstance(fault, FileNotFoundError):
            return None
        files = [file for ending in ("yml", "yaml") for file in self.folder.glob(f"*.{ending}")]
        there = {file.stem: file.name for file in files if file.name != self.path.name}  # as a link to nothing is
        near = nearest(self.path.stem, there)
        return "kpi init writes a first one" if near is None else f'did you mean "{self.given.with_name(there[near])}"?'

    def _load(self, path: Path, raw: bytes | str) -> Document:
        b = self.binder

        def report(document: Document, found: traps.Trap) -> None:
            from kpi.plan.yaml.yaml_errors import subject_at  # only files that are not YAML need it

            b.document = document
            path = subject_at(document, found.start) if document.text else ()
            b.report(found.code, found.message, path, found.start, found.end, found.hint)

        document = load(self._shown(path), raw, report)
        self.documents[document.file] = document
        self.folders[document.file] = path.parent
        return document

    def _shown(self, path: Path) -> str:
        return shown_name(path, self.cwd, self.folder, self.given.parent)

    def _header(self, document: Document, is_main: bool) -> tuple[dict[str, Any], dict[str, Entry]]:
        b = self.binder
        b.document = document
        root = document.root
        read = None if root is None else read_header(b, root, is_main)
        values, known = read if read is not None else ({}, {})
        readable = (root is None or type(root) is MappingNode) and not b.diagnostics_of(document, "E00")
        if is_main and readable and "version" not in values and not b.blamed(("version",), known.get("version")):
            message = "the file does not say in which version of this language it is written"
            b.missing(message, ("version",), None, None, 'write "version: 1" as its first line')
        return values, known

    def _included(self, main: Document, entry: Entry | None, patterns: tuple[str, ...]) -> Iterator[Document]:
        b = self.binder
        seen = {self.disk.real(self.path)}
        total = len(main.text)
        for index, pattern in enumerate(patterns):
            assert entry is not None
            node = entry[1].value[index] if type(entry[1]) is SequenceNode else entry[1]
            at = ("include", index)
            b.document = main
            try:
                files = included_files(pattern, self.folder, (self.root, *self.allowed), self.disk)
            except IncludeError as fault:
                b.at(fault.code, fault.message, at, node, fault.hint)
                self.unopened = True
                continue
            for file in files:
                real = self.disk.real(file)
                if real in seen:
                    continue
                seen.add(real)
                b.document = main
                text = self.unsaved.get(real)
                try:
                    raw = self.disk.read(file) if text is None else text
                except OSError as fault:
                    b.at("E006", f"{self._shown(file)}: {fault.strerror or fault}", at, node)
                    self.unopened = True
                    continue
                total += len(raw)
                if total > MAX_TOTAL:
                    b.at("E005", f"the files are larger than {MAX_TOTAL // 1_000_000} MB together", at, node)
                    self.unopened = True
                    return
                yield self._load(file, raw)

    def _section(self, document: Document, section: str, entry: Entry) -> None:
        b = self.binder
        b.document = document
        self.entries.setdefault((section,), (document, entry))
        example = "count(orders)" if section == "measures" else "{…}"
        written = b.mapping(
            (section,), entry[1], "a mapping of ids", f"ids are keys here: {section}: {{some_id: {example}}}"
        )
        read = _READERS[section]
        for name, (key, node) in (written or {}).items():
            path = (section, name)
            if not self._is_new(document, section, entry[1], key, node):
                continue
            self.entries[path] = (document, (key, node))
            value = read(b, path, key, node)
            if value is None:
                self.broken.add(path)
                if not b.blamed(path, (key, node)):
                    b.empty((section,), key, node)
                continue
            self.found[section][name] = value
            if section == "sources":
                self.homes[name] = self.folders[document.file]

    def _is_new(self, document: Document, section: str, parent: Node, key: ScalarNode, node: Node) -> bool:
        """Whether a key is an id that nothing else of its kind has; else it is reported."""
        b, name = self.binder, key.value
        if b.passed_over(key):
            return False
        if trap := traps.unknown_key(document, parent, key, node):
            b.report(trap.code, trap.message, (section, name), trap.start, trap.end, trap.hint)
            return False
        if not is_id(name):
            mended = mended_id(name)
            hint = f"write {mended}" if mended else "ids are small letters, digits and _, and begin with a letter"
            b.at("E013", f'"{traps.shorten(name)}" is not an id', (section, name), key, hint)
            self.broken.add((section, name))
        slot = (_SPACES[section], name)
        if slot in self.declared:
            other, where, first = self.declared[slot]
            line, column = where.position(begin(first))
            what = "" if other == section else " by the measure" if other == "measures" else " by the KPI"
            message = f'the id "{traps.shorten(name)}" is already taken{what} at {where.file}:{line}:{column}'
            hint = "KPIs and measures share one namespace" if other != section else "give one of the two another id"
            b.at("E015", message, (section, name), key, hint)
            return False
        self.declared[slot] = (section, document, key)
        return True


def is_id(text: str) -> bool:
    """Whether a text is an id: small letters, digits and ``_``, a letter first."""
    return text.isascii() and text.isidentifier() and text == text.lower() and text[0] != "_"


def mended_id(text: str) -> str:
    """The id nearest to a text, its letters without accents; "" when nothing of it can stand in one."""
    import re
    from unicodedata import combining, normalize

    plain = "".join(each for each in normalize("NFKD", text[:200].casefold()) if not combining(each))
    return re.sub(r"[^a-z0-9]+", "_", plain).lstrip("_0123456789").rstrip("_")
