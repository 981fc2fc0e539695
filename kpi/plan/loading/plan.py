"""YAML files to one plan, with every mistake of all of them, and the place of everything."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kpi.diagnostics import Diagnostic, Edit
from kpi.errors import InputError, nearest, shorten
from kpi.plan.loading.decisions import read_decisions
from kpi.plan.loading.diagnostics import Diagnostics
from kpi.plan.loading.disk import DISK, Disk
from kpi.plan.loading.plan_files import (
    DECISIONS_NAME,
    PLAN_NAMES,
    IncludeError,
    included_files,
    project_name,
    project_root,
    refuse_link,
    report_root,
    shown_name,
)
from kpi.plan.loading.validation import report_cut_texts, validate
from kpi.plan.model import (
    SECTIONS,
    Context,
    Decision,
    FileHeader,
    Goal,
    Kpi,
    LintSettings,
    Plan,
    PlanFile,
    Record,
    RemoteAccess,
    Source,
    header_model,
    remote_access,
)
from kpi.plan.yaml import source_map as places
from kpi.plan.yaml import yaml_pitfalls as pitfalls
from kpi.plan.yaml.documents import load
from kpi.plan.yaml.nodes import Document, Entry, begin, is_null
from kpi.plan.yaml.plain_data import PlainData, find
from kpi.plan.yaml.source_map import SourceMap
from kpi.values import of_several_weeks

MAX_TOTAL = 50_000_000  # bytes of all files together
MAX_ENTRIES = 20_000  # of one section, in all files together
MAX_INCLUDES = 1_000  # paths and patterns: each may search the whole project


FileModel = Callable[[], type[PlanFile]]


def plain_model() -> type[PlanFile]:
    """The model of a file that keeps the options of lint rules as they are written."""
    return PlanFile


class ReadResult(NamedTuple):
    """What was read. ``plan`` is always there; entries and fields with mistakes are left out of it.

    ``diagnostics`` are in the order of files and lines; ``texts`` are the files' texts by the names shown to people;
    ``broken`` are entries that are declared but left out, as ("kpis", "nps"), so that names which refer to them need
    not be called unknown as well; ``whole`` is False when entries may be declared where nothing could be read.
    """

    plan: Plan
    diagnostics: tuple[Diagnostic, ...]
    places: SourceMap
    texts: dict[str, str]
    broken: frozenset[tuple[str, str]] = frozenset()
    whole: bool = True


def read_plan(
    path: Path,
    *,
    text: str | bytes | None = None,
    cwd: Path | None = None,
    allowed: Sequence[Path] = (),
    unsaved: Mapping[Path, str | bytes] = {},
    disk: Disk = DISK,
    root: Path | None = None,
    model: FileModel = plain_model,
) -> ReadResult:
    """Read a plan and what it includes. ``text`` is the content of the main file, which then need not exist;
    ``allowed`` are folders outside the project from which files may be read too (an :class:`Allowed` also says from
    which hosts); ``unsaved`` are the texts of included files that an editor has not written yet, by their real paths;
    ``disk`` is where all is read from, ``root`` the project's root where that is known. ``model``
    returns the model of a file with the options of lint rules. It is only called when the file sets one.

    Mistakes in files become diagnostics. Raises InputError when the main file cannot be opened, or is a link out of the
    project.
    """
    reading = _Reading(
        path, cwd if cwd is not None else Path.cwd(), tuple(folder.resolve() for folder in allowed), disk, root, model
    )
    reading.remote = remote_access(allowed)
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


_MODELS: dict[str, type[Record]] = {"sources": Source, "goals": Goal, "kpis": Kpi}
_SPACES = {"sources": "sources", "goals": "goals", "measures": "formulas", "kpis": "formulas"}  # N1


class _Reading:
    """One reading of a plan."""

    def __init__(
        self, path: Path, cwd: Path, allowed: tuple[Path, ...], disk: Disk, root: Path | None, model: FileModel
    ) -> None:
        self.given, self.cwd = path, cwd
        self.path = cwd / path
        self.folder = self.path.parent
        self.root = project_root(self.folder) if root is None else root
        self.disk = disk
        self.model = model
        self.allowed = allowed
        self.remote = RemoteAccess()
        self.unsaved: Mapping[Path, str | bytes] = {}
        self.unopened = False
        self.diagnostics = Diagnostics()
        self.data: dict[str, PlainData] = {}
        self.context = Context()
        self.documents: dict[str, Document] = {}
        self.counts = dict.fromkeys(SECTIONS, 0)
        self.folders: dict[str, Path] = {}
        self.project_names: dict[str, str] = {}
        self.reported_from = report_root(self.folder)
        self.found: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
        self.homes: dict[str, Path] = {}
        self.broken: set[tuple[str, str]] = set()
        self.entries: dict[places.Path, tuple[Document, Entry]] = {}
        self.declared: dict[tuple[str, str], tuple[str, Document, ScalarNode]] = {}

    def read(self, text: str | bytes | None) -> ReadResult:
        """Header, included files, then the sections of all."""
        main = self._load_main(text)
        header, written = self._header(main, is_main=True)
        self.context = Context(calendar=header.calendar.build())
        all_sections = [(main, written)]
        all_sections += [
            (document, self._header(document, is_main=False)[1])
            for document in self._included(main, written.get("include"), header.include)
        ]
        for document, written in all_sections:
            for section in SECTIONS:
                if section in written:
                    self._section(document, section, written[section])
        self._check_weeks_from(header)
        fields = {name: getattr(header, name) for name in header.model_fields_set}
        decisions = self._decisions(main)
        plan = Plan.model_construct(  # everything in it has been validated
            **{**fields, **self.found}, folder=self.folder, root=self.root, allowed=self.allowed, remote=self.remote,
            homes=self.homes, files=tuple(self.documents), decisions=decisions,
        )  # fmt: skip
        order = {file: number for number, file in enumerate(self.documents)}
        diagnostics = sorted(self.diagnostics.found, key=lambda one: (order.get(one.location.file, 0), one.location))
        texts = {file: document.text for file, document in self.documents.items()}
        found = SourceMap(main, self.documents, self.entries, self.project_names)
        whole = all(document.is_whole() for document in self.documents.values()) and not self.unopened
        return ReadResult(plan, tuple(diagnostics), found, texts, frozenset(self.broken), whole)

    def _load_main(self, text: str | bytes | None) -> Document:
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
            inside = next((name for name in PLAN_NAMES if (self.path / name).is_file()), None)
            return None if inside is None else f'did you mean "{self.given / inside}"?'
        if not isinstance(fault, FileNotFoundError):
            return None
        files = [file for ending in ("yml", "yaml") for file in self.folder.glob(f"*.{ending}")]
        there = {file.stem: file.name for file in files if file.name != self.path.name}  # as a link to nothing is
        near = nearest(self.path.stem, there)
        return "kpi init writes a first one" if near is None else f'did you mean "{self.given.with_name(there[near])}"?'

    def _load(self, path: Path, raw: bytes | str) -> Document:
        to = self.diagnostics

        def report(document: Document, found: pitfalls.YamlPitfall) -> None:
            from kpi.plan.yaml.yaml_errors import subject_at  # only files that are not YAML need it

            to.document = document
            to.pitfall(subject_at(document, found.start) if document.text else (), found)

        document = load(self._shown(path), raw, report)
        self.documents[document.file] = document
        self.data[document.file] = PlainData(document, to.pitfall)
        self.folders[document.file] = path.parent
        self.project_names[document.file] = self._in_project(path)
        return document

    def _shown(self, path: Path) -> str:
        return shown_name(path, self.cwd, self.folder, self.given.parent)

    def _in_project(self, path: Path) -> str:
        """How messages name a file: without the current folder, so that a report is the same from every folder."""
        return project_name(path, self.reported_from)

    def _header(self, document: Document, is_main: bool) -> tuple[FileHeader, dict[str, Entry]]:
        """The fields of a file outside its sections, and all its fields as written."""
        to, root = self.diagnostics, document.root
        to.document = document
        written: dict[str, Entry] = {}
        if isinstance(root, MappingNode) and not root.tag:
            written = self.data[document.file].entries(root, ())
        elif root is not None:
            to.wrong_shape((), None, root, "a plan, a mapping of fields")
        data: dict[str, Any] = {}
        for name, (key, node) in written.items():
            if name in SECTIONS or to.document.is_blanked_node(key):
                continue
            if not is_main and name in PlanFile.fields() and name != "version":
                message = f'"{name}" is said once, in the main file, and not in a file that it includes'
                to.at("E016", message, (name,), key, "move it to the main file")
                continue
            data[name] = self.data[document.file].read(node, (name,), key)
        entry = None if root is None else (ScalarNode("", ""), root)
        model = self._model(data)
        header = validate(header_model(model), data, (), entry, self.context, to, known=model)
        readable = (root is None or type(root) is MappingNode) and not to.has_code(document, "E00")
        if header is None or (is_main and readable and "version" not in header.model_fields_set):
            header = header or FileHeader()
            if not to.is_unusable(("version",), written.get("version")):
                message = "the file does not say in which version of this language it is written"
                edits: tuple[Edit, ...] = ()
                if type(root) is MappingNode and not root.flow_style:
                    first = document.location(begin(root), begin(root))
                    edits = (Edit(first, "version: 1\n"),) if first.column == 1 else ()
                hint = 'write "version: 1" as its first line'
                to.report("E012", message, ("version",), 0, 0, hint, edits=edits, certain=bool(edits))
        return header, written

    def _model(self, data: Mapping[str, Any]) -> type[PlanFile]:
        """The model of a file; only one that sets options of lint rules needs their names."""
        lint = data.get("lint")
        return self.model() if isinstance(lint, dict) and not lint.keys() <= LintSettings.fields().keys() else PlanFile

    def _check_weeks_from(self, header: FileHeader) -> None:
        """Report, once, that periods of several weeks have no day from which they are counted (rule T10)."""
        at = ("calendar", "weeks_from")
        if header.calendar.weeks_from is not None or self.diagnostics.is_unusable(at, None):
            return
        counted = [kpi for kpi in self.found["kpis"].values() if of_several_weeks(kpi.every)]
        if not counted:
            return
        kpi = counted[0]
        self.diagnostics.document, entry = self.entries["kpis", kpi.id]
        path = ("kpis", kpi.id, "every")
        message = f'"every: {kpi.every}" needs a day from which the weeks are counted, and the calendar has none'
        hint = "add the first day of one of these periods, as in calendar: {weeks_from: 2026-01-05}"
        self.diagnostics.at("E012", message, path, find(entry[1], ("every",), {})[1] or entry[0], hint)

    def _included(self, main: Document, entry: Entry | None, patterns: tuple[str, ...]) -> Iterator[Document]:
        to = self.diagnostics
        seen = {self.disk.real(self.path)}
        total = len(main.text)
        for index, pattern in enumerate(patterns):
            assert entry is not None
            node = entry[1].value[index] if type(entry[1]) is SequenceNode else entry[1]
            at = ("include", index)
            to.document = main
            if index == MAX_INCLUDES:
                to.at("E005", f"more than {MAX_INCLUDES:,} includes", at, node, "use a pattern, such as teams/*.yaml")
                self.unopened = True
                return
            try:
                files = included_files(pattern, self.folder, (self.root, *self.allowed), self.disk)
            except IncludeError as fault:
                to.at(fault.code, fault.message, at, node, fault.hint)
                self.unopened = True
                continue
            for file in files:
                real = self.disk.real(file)
                if real in seen:
                    continue
                seen.add(real)
                to.document = main
                text = self.unsaved.get(real)
                try:
                    raw = self.disk.read(file) if text is None else text
                except OSError as fault:
                    to.at("E006", f"{self._in_project(file)}: {fault.strerror or fault}", at, node)
                    self.unopened = True
                    continue
                total += len(raw)
                if total > MAX_TOTAL:
                    to.at("E005", f"the files are larger than {MAX_TOTAL // 1_000_000} MB together", at, node)
                    self.unopened = True
                    return
                yield self._load(file, raw)

    def _decisions(self, main: Document) -> tuple[Decision, ...]:
        """The decisions of the reviews.yaml beside the main file, if there is one that is not part of the plan."""
        to, path = self.diagnostics, self.folder / DECISIONS_NAME
        try:
            if not self.disk.is_file(path) or self._shown(path) in self.documents:
                return ()
            included_files(DECISIONS_NAME, self.folder, (self.root, *self.allowed), self.disk)
            text = self.unsaved.get(self.disk.real(path))
            raw = self.disk.read(path) if text is None else text
        except (IncludeError, OSError) as fault:
            to.document = main
            reason = fault.message if isinstance(fault, IncludeError) else fault.strerror or str(fault)
            to.report("E006", f"{self._in_project(path)} cannot be read: {reason}", ("decisions",), 0, 0)
            return ()
        document = self._load(path, raw)
        to.document = document
        return read_decisions(document, self.data[document.file], to, self.entries)

    def _section(self, document: Document, section: str, entry: Entry) -> None:
        to, data = self.diagnostics, self.data[document.file]
        to.document = document
        self.entries.setdefault((section,), (document, entry))
        node = entry[1]
        if not isinstance(node, MappingNode) or node.tag:
            example = "count(orders)" if section == "measures" else "{…}"
            hint = f"ids are keys here: {section}: {{some_id: {example}}}"
            to.wrong_shape((section,), entry, node, "a mapping of ids", hint)
            return
        self.counts[section] += len(node.value)
        if self.counts[section] > MAX_ENTRIES:  # not read at all: reviewing them would take minutes
            what = "KPIs" if section == "kpis" else section
            message = f"more than {MAX_ENTRIES:,} {what} in one plan"
            to.at("E005", message, (section,), entry[0], "make several plans of it, each with its own kpi.yaml")
            self.unopened = True
            return
        for name, (key, value) in data.entries(node, (section,)).items():
            path = (section, name)
            if not self._is_new(document, section, node, key, value):
                continue
            self.entries[path] = (document, (key, value))
            found = self._entry(document, path, (key, value))
            if found is None:
                self.broken.add(path)
                continue
            self.found[section][name] = found
            if section == "sources":
                self.homes[name] = self.folders[document.file]

    def _entry(self, document: Document, path: tuple[str, str], entry: Entry) -> Record | str | None:
        """One source, measure, goal or KPI; None, reported, when nothing of it can be used."""
        to, data, (key, node) = self.diagnostics, self.data[document.file], entry
        model = _MODELS.get(path[0])
        value = data.read(node, path, key)
        if is_null(node) or value == "":
            to.empty(path, key, node)
            return None
        if model is None:
            return self._measure(data, path, entry, value)
        if not isinstance(value, dict):
            to.wrong_shape(path, entry, node, f"a {model.NOUN}, a mapping of fields")
            return None
        if "id" in value:
            del value["id"]
            to.at("E010", f'a {model.NOUN} has no field "id"', (*path, "id"), node, "the id is the key of the entry")
        value["id"] = path[1]
        context = self.context
        if data.cut_texts and (cut := report_cut_texts(model, data, path, to)):
            context = context._replace(unusable=cut)
            for name in cut:
                value.pop(name, None)
        if document.blanked and isinstance(node, MappingNode):
            blanked = {name for name, (_, one) in data.entries(node, path).items() if document.is_blanked_node(one)}
            context = context._replace(unusable=context.unusable | blanked)
        return validate(model, value, path, entry, context, to)

    def _measure(self, data: PlainData, path: tuple[str, str], entry: Entry, value: object) -> str | None:
        """The text of a measure's formula."""
        if (pitfall := data.cut_texts.pop(path, None)) is not None:
            self.diagnostics.pitfall(path, pitfall)
        elif isinstance(value, str):
            return value
        else:
            self.diagnostics.wrong_shape(path, entry, entry[1], "a text")
        return None

    def _is_new(self, document: Document, section: str, parent: Node, key: ScalarNode, node: Node) -> bool:
        """Whether a key is an id that nothing else of its kind has; else it is reported."""
        to, name = self.diagnostics, key.value
        if document.is_blanked_node(key):
            return False
        if found := pitfalls.unknown_key(document, parent, key, node):
            to.pitfall((section, name), found)
            return False
        if not is_id(name):
            near = nearest_id(name)
            hint = f"write {near}" if near else "ids are small letters, digits and _, and begin with a letter"
            free = near and (_SPACES[section], near) not in self.declared
            message = f'"{shorten(name)}" is not an id'
            to.at("E013", message, (section, name), key, hint, meant=near if free else None)
            self.broken.add((section, name))
        slot = (_SPACES[section], name)
        if slot in self.declared:
            other, where, first = self.declared[slot]
            line, column = where.position(begin(first))
            what = "" if other == section else " by the measure" if other == "measures" else " by the KPI"
            message = (
                f'the id "{shorten(name)}" is already taken{what} at {self.project_names[where.file]}:{line}:{column}'
            )
            hint = "KPIs and measures share one namespace" if other != section else "give one of the two another id"
            to.at("E015", message, (section, name), key, hint)
            return False
        self.declared[slot] = (section, document, key)
        return True


def is_id(text: str) -> bool:
    """Whether a text is an id: small letters, digits and ``_``, a letter first."""
    return text.isascii() and text.isidentifier() and text == text.lower() and text[0] != "_"


def nearest_id(text: str) -> str:
    """The id nearest to a text, its letters without accents; "" if it has no character that an id can have."""
    import re
    from unicodedata import combining, normalize

    plain = "".join(each for each in normalize("NFKD", text[:200].casefold()) if not combining(each))
    return re.sub(r"[^a-z0-9]+", "_", plain).lstrip("_0123456789").rstrip("_")
