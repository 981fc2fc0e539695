"""Mistakes in the files of a plan as diagnostics: those of the YAML, and those that pydantic finds in the data.

The only module that turns pydantic's errors (``loc``, ``type``, ``ctx``) into a file, line, column and hint.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from pydantic_core import ErrorDetails
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kpi.diagnostics import Diagnostic, Edit, error
from kpi.errors import Replacement, nearest, shorten
from kpi.plan.loading.field_synonyms import field_meant
from kpi.plan.model import Record
from kpi.plan.model.field_types import FieldType, type_at
from kpi.plan.yaml import yaml_pitfalls as pitfalls
from kpi.plan.yaml.nodes import Document, Entry, begin, finish, is_null
from kpi.plan.yaml.plain_data import Entries, find
from kpi.plan.yaml.rewriting import rewritten
from kpi.plan.yaml.source_map import Path, hide_secrets, scalar_span
from kpi.plan.yaml.yaml_pitfalls import YamlPitfall

MOST_REPORTED = 10_000
_MOST_HINTED = 200  # after so many mistakes, looking for similar names takes too long
_NUMBER_ERRORS = frozenset(
    {"int_parsing", "int_parsing_size", "int_type", "int_from_float", "greater_than_equal", "less_than_equal"}
)
_ANYTHING_BEYOND = 10_000  # a greater limit is not worth a mention in a message


class Diagnostics:
    """Collects the mistakes of the documents of a plan. ``document`` is the current one."""

    def __init__(self) -> None:
        self.document = Document("", "")
        self.found: list[Diagnostic] = []
        self._seen: set[tuple[str, str, str, int]] = set()
        self._unusable: set[Path] = set()

    # Reporting

    def report(
        self,
        code: str,
        message: str,
        path: Path,
        start: int,
        end: int,
        hint: str | None = None,
        *,
        meant: str | None = None,
        kind: str = "",
        edits: tuple[Edit, ...] = (),
        certain: bool = False,
    ) -> None:
        """Report a mistake between two offsets of the current document; the same one is reported once (aliases)."""
        mark = (code, message, self.document.file, start)
        self._unusable.add(path)
        if mark not in self._seen and len(self._seen) < MOST_REPORTED:
            self._seen.add(mark)
            subject = ".".join(map(str, path))
            place = self.document.location(start, end)
            safe = None if hint is None else _one_line(hint)
            text = _one_line(message)
            found = error(code, text, place, subject, safe, meant=meant, kind=kind, edits=edits, certain=certain)
            self.found.append(found)

    def pitfall(self, path: Path, found: YamlPitfall) -> None:
        """Report a pitfall of YAML."""
        edits: tuple[Edit, ...] = ()
        if found.edit is not None:
            edits = (Edit(self.document.location(found.edit.start, found.edit.end), found.edit.text),)
        self.report(
            found.code, found.message, path, found.start, found.end, found.hint, edits=edits, certain=found.certain
        )

    def at(
        self, code: str, message: str, path: Path, node: Node, hint: str | None = None, *, meant: str | None = None
    ) -> None:
        """Report a mistake at a whole node."""
        edits = () if meant is None else self.edits(node, [Replacement(0, len(str(node.value)), meant)])
        self.report(code, message, path, begin(node), finish(self.document, node), hint, meant=meant, edits=edits)

    def edits(self, node: Node, replacements: Iterable[Replacement]) -> tuple[Edit, ...]:
        """The edits of the document at hand that make each of these replacements in the text of a node."""
        if not isinstance(node, ScalarNode):
            return ()
        made = (rewritten(self.document, node, one) for one in replacements)
        return tuple(Edit(self.document.location(start, end), text) for start, end, text in filter(None, made))

    def is_unusable(self, path: Path, entry: Entry | None) -> bool:
        """Whether a field is written but could not be read, and that is already reported."""
        return path in self._unusable or (entry is not None and self.document.is_blanked_node(entry[1]))

    def has_code(self, document: Document, start: str) -> bool:
        """Whether something with a code that starts so was reported in a document."""
        return any(one.code.startswith(start) and one.location.file == document.file for one in self.found)

    def suggestion(self, name: str, choices: Collection[str], otherwise: str) -> tuple[str, str | None]:
        """The hint "did you mean" and the name that was meant, or the hint ``otherwise`` and None."""
        near = nearest(name[:80], choices) if len(self.found) < _MOST_HINTED else None
        return (otherwise, None) if near is None else (f'did you mean "{near}"?', near)

    # What the data is

    def wrong_shape(self, path: Path, entry: Entry | None, node: Node, expected: str, hint: str | None = None) -> None:
        """Report a value of the wrong shape for its field, and explain the pitfall if there is one."""
        if self.document.is_blanked_node(node):
            return
        key = None if entry is None or expected.startswith(("a mapping", "a column")) else entry[0]
        found = pitfalls.wrong_shape(self.document, key, node)
        if found is not None:
            self.pitfall(path, found)
        elif not is_null(node):
            name, what = f'"{path[-1]}"' if path else "the file", pitfalls.kind(node)
            edits: tuple[Edit, ...] = ()
            if expected == "a text" and type(node) is SequenceNode and len(node.value) == 1:
                item = node.value[0]
                if isinstance(item, ScalarNode):
                    hint, edits = self._written_as(path, node, item, "{}")
            elif expected == "a list of texts" and isinstance(node, ScalarNode):
                hint, edits = self._written_as(path, node, node, "[{}]")
                what = "one text"
            start, end = begin(node), finish(self.document, node)
            self.report("E011", f"{name} should be {expected}, but this is {what}", path, start, end, hint, edits=edits)

    def _written_as(self, path: Path, node: Node, item: ScalarNode, form: str) -> tuple[str, tuple[Edit, ...]]:
        """The hint to write the text of ``item`` in a form instead of ``node``, and the edit where all of it is shown
        and it means the same there."""
        text = form.format(shorten(item.value))
        start, end = begin(node), finish(self.document, node)
        plain = not item.style and self.document.text[begin(item) : finish(self.document, item)] == item.value
        same = plain and text == form.format(item.value) and not set(",[]{}\n") & set(item.value)
        edits = (Edit(self.document.location(start, end), text),) if same and self._on_one_line(start, end) else ()
        return f"write {path[-1]}: {text}", edits

    def _on_one_line(self, start: int, end: int) -> bool:
        return "\n" not in self.document.text[start:end].rstrip()

    def missing(self, message: str, path: Path, key: Node | None, node: Node | None, hint: str | None = None) -> None:
        """Report a missing field at the key of its entry, unless part of the entry could not be read at all."""
        span = [part for part in (key, node) if part is not None]
        if span and self.document.is_blanked(begin(span[0]), int(span[-1].end_mark.index)):
            return
        if key is None:
            self.report("E012", message, path, 0, 0, hint)
        else:
            self.at("E012", message, path, key, hint)

    def empty(self, path: Path, key: Node, node: Node) -> None:
        """Report an entry of a mapping, or an item of a list, without a value."""
        if self.document.is_blanked_node(node):
            return
        if isinstance(key, ScalarNode) and (found := pitfalls.wrong_shape(self.document, key, node)) is not None:
            self.pitfall(path, found)
        else:
            self.at("E011", f'"{path[-1]}" is empty', path, key, "write a value or take it out")

    # What pydantic says

    def of_validation(
        self, model: type[Record], path: Path, entry: Entry | None, errors: Iterable[ErrorDetails]
    ) -> None:
        """Report the errors of one validation. ``entry`` is the key and value of what was validated, at ``path``."""
        known: Entries = {}
        for one in errors:
            if len(self._seen) >= MOST_REPORTED:
                break
            _Error(self, model, path, entry, one, known).report()


class _Error:
    """One error of pydantic and the nodes that it is about."""

    def __init__(
        self,
        to: Diagnostics,
        model: type[Record],
        path: Path,
        whole: Entry | None,
        details: ErrorDetails,
        known: Entries,
    ) -> None:
        self.to = to
        self.model = model
        self.root = path
        self.whole = whole
        self.type = details["type"]
        self.loc: Path = details["loc"]
        self.path = (*path, *self.loc)
        self.context: dict[str, Any] = details.get("ctx", {})
        node = None if whole is None else whole[1]
        self.owner_entry, self.owner, _ = find(node, self.loc[:-1], known)
        self.owner_entry = self.owner_entry or whole
        entry, found, depth = find(node, self.loc, known)
        self.is_written = depth == len(self.loc)
        self.entry = (entry if self.loc else whole) if self.is_written else None
        self.node = found if self.is_written else None
        self.field: FieldType | None = type_at(model, self.loc)

    def report(self) -> None:
        if self._is_pitfall_of_key():
            return
        if self.type.startswith("E0"):
            self._custom()
        elif self.type == "missing":
            self._missing()
        elif self.node is None:  # nothing is written here that could be wrong
            return
        elif self.type == "extra_forbidden":
            self._unknown_field()
        elif is_null(self.node) and self.loc and not self._is_field():
            self._empty()
        else:
            self._wrong_value(self.node)

    def _is_field(self) -> bool:
        """Whether the value is that of a field, not an entry of a map or an item of a list."""
        owner = type_at(self.model, self.loc[:-1])
        return owner is not None and owner.record is not None

    def _is_pitfall_of_key(self) -> bool:
        """Report why there is an unintended key: split off by a comma, or joined to its value."""
        if self.entry is None or not self.loc or type(self.owner) is not MappingNode:
            return False
        if self.type != "extra_forbidden" and self._is_field():
            return False
        if self.to.document.is_blanked_node(self.entry[0]):
            return True
        found = pitfalls.unknown_key(self.to.document, self.owner, *self.entry)
        if found is not None:
            self.to.pitfall(self.path, found)
        return found is not None

    def _custom(self) -> None:
        """An error that a validator of ours raised: see :class:`kpi.plan.model.record.Flaw`."""
        flaw = self.context
        key = None if self.entry is None else self.entry[0]
        node = self.node
        if flaw["at"] is not None and isinstance(node, MappingNode):
            entry = find(node, (flaw["at"],), {})[0]
            key = key if entry is None else entry[0]
        if flaw["key"] and key is not None:
            node = key
        if self.type == "E012":
            self.to.missing(flaw["message"], self.path, key, self.node, flaw["hint"])
        elif node is not None and not self.to.document.is_blanked_node(node):
            start, end = begin(node), finish(self.to.document, node)
            if flaw["start"] is not None and isinstance(node, ScalarNode):
                start, end = scalar_span(self.to.document, node, flaw["start"], flaw["end"])
            edits = self.to.edits(node, flaw["replacements"])
            self.to.report(
                self.type, flaw["message"], self.path, start, end, flaw["hint"], kind=flaw["kind"], edits=edits,
                certain=flaw["certain"] and len(edits) == 1,
                meant=flaw["replacements"][0].text if self.type == "E014" and len(edits) == 1 else None,
            )  # fmt: skip

    def _missing(self) -> None:
        name = str(self.loc[-1])
        written = find(self.owner, (name,), {})[0]
        if self.to.is_unusable(self.path, written):
            return
        path = self.path[:-1]
        key, node = self.owner_entry or (None, self.owner)
        owner = type_at(self.model, self.loc[:-1])
        assert owner is not None
        assert owner.record is not None
        field = owner.record.fields()[name]
        hint = f"write {name}: {field.description[:1].lower()}{field.description[1:].rstrip('.')}"
        noun = owner.record.NOUN
        message = f'the {noun} "{path[-1]}" has no {name}' if noun else f'"{path[-1]}" needs "{name}"'
        if isinstance(path[-1], int):  # an item of a list
            message = f"the {noun} has no {name}"
        self.to.missing(message, path, key, node, hint)

    def _unknown_field(self) -> None:
        assert self.entry is not None
        owner = type_at(self.model, self.loc[:-1])
        assert owner is not None
        assert owner.record is not None
        known = owner.record.fields()
        written = str(self.loc[-1])
        meant = field_meant(written, known)
        hint = None if meant is None else f'did you mean "{meant}"?'
        if hint is None:
            hint, meant = self.to.suggestion(written, known, "fields here: " + ", ".join(known))
        message = f'{_what(owner.record, self.path[:-1])} has no field "{shorten(str(self.loc[-1]))}"'
        self.to.at("E010", message, self.path, self.entry[0], hint, meant=meant)

    def _empty(self) -> None:
        assert self.node is not None
        if type(self.owner) is SequenceNode:
            if not self.to.document.is_blanked_node(self.node):
                message = f'an item of "{self.path[-2]}" is empty'
                self.to.at("E011", message, self.path, self.node, "write a text or take it out")
        elif self.entry is not None:
            self.to.empty(self.path, *self.entry)

    def _wrong_value(self, node: Node) -> None:
        field = self.field
        expected, hint = "a text", None
        if field is not None and field.record is not None:
            expected = f"{_what(field.record, self.path)}, a mapping of fields"
        elif self.type in ("dict_type", "mapping_type"):
            expected = "a mapping"
        elif self.type in ("tuple_type", "list_type"):
            expected = "a list of texts"
        elif self.type != "string_type" and isinstance(node, ScalarNode) and not node.tag and node.value.strip():
            self._wrong_word(node)
            return
        self.to.wrong_shape(self.path, self.entry, node, expected, hint)

    def _wrong_word(self, node: ScalarNode) -> None:
        """A text that is not one of the choices, or not a whole number."""
        text: str = node.value
        name = self.path[-1]
        if self.type in _NUMBER_ERRORS:
            message = f'"{name}" should be {_whole_number(self.field)}, not "{shorten(text)}"'
            self.to.at("E020", message, self.path, node)
            return
        choices = () if self.field is None else self.field.choices
        message = f'"{name}" cannot be "{shorten(text)}": it is one of {", ".join(choices)}'
        hint, meant = self.to.suggestion(text, choices, "write one of: " + ", ".join(choices))
        self.to.at("E014", message, self.path, node, hint, meant=meant)


def _what(record: type[Record], path: Path) -> str:
    """The name of a record in a message: "a KPI", or the field that has it."""
    return f"a {record.NOUN}" if record.NOUN else str(path[-1])


def _whole_number(field: FieldType | None) -> str:
    low, high = (0, None) if field is None else field.bounds
    if high is None or high > _ANYTHING_BEYOND:
        return f"a whole number, {low} or more"
    return f"a whole number from {low} to {high}"


def _one_line(text: str) -> str:
    """A message on one line without secrets: it may quote a value of several lines, or a secret one."""
    return hide_secrets(text.replace("\r", " ").replace("\n", " "))
