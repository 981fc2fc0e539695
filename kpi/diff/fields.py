"""The meaning of each field of an entry. Meanings are equal if and only if the texts are equivalent."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from kpi.diff.changes import ChangeClass
from kpi.diff.names import Names, Renamed, canonical, folded
from kpi.formulas import unparse
from kpi.formulas.nodes import Node
from kpi.plan.checks import Checked
from kpi.plan.checks.queries import tokens
from kpi.plan.model import Goal, Kpi, Record, Source, Split
from kpi.plan.yaml.source_map import hide_secrets
from kpi.values import format_exact, parse_unit, parse_updated, parse_window, round12
from kpi.values.calendar import TimeUnit


class FieldMeaning(NamedTuple):
    """One field: the class of a change of it, its meaning (equal for equivalent texts) and its text.

    A field that is not set has no ``FieldMeaning``.
    """

    kind: ChangeClass
    meaning: Hashable
    text: str


FieldMeanings = dict[str, FieldMeaning]

_KPI_TEXTS: dict[str, ChangeClass] = {
    "name": "wording", "question": "wording", "when_red": "wording", "owner": "ownership", "indicator": "other",
    "kind": "other", "ambition": "other", "score": "other", "every": "window",
}  # fmt: skip
_GOAL_TEXTS: dict[str, ChangeClass] = {
    "name": "wording", "why": "wording", "owner": "ownership", "level": "other", "perspective": "other",
    "framework": "other", "ambition": "other", "commitment": "other", "score": "other", "reward": "other",
    "agreed_with": "other", "next": "wording",
}  # fmt: skip
_SOURCE_TEXTS: dict[str, ChangeClass] = {
    "owner": "ownership", "connection": "source", "table": "source", "on_bad_rows": "source", "no_rows": "rows",
}  # fmt: skip
_ROWS = {"date": "date", "from": "from_", "until": "until", "through": "through"}
# Units of windows that are an exact multiple of a shorter unit.
_UNITS: dict[TimeUnit, tuple[int, TimeUnit]] = {"year": (12, "month"), "quarter": (3, "month"), "week": (7, "day")}


class ComparedPlan:
    """One of the two plans, with the names of its entries in the later plan."""

    def __init__(self, checked: Checked, names: Names) -> None:
        self.checked, self.plan, self.names = checked, checked.plan, names

    def kpi(self, kpi: Kpi) -> FieldMeanings:
        """The fields of a KPI, except its formula, its targets and its dates."""
        unit = parse_unit(kpi.unit)
        scale = unit.seconds or 1.0  # so that 4 minutes are 240 seconds
        found = _texts(kpi, _KPI_TEXTS)
        _put(found, "goal", "moved", self.names.goals.get(kpi.goal or "", kpi.goal), kpi.goal)
        _put(found, "unit", "other", (unit.kind, unit.seconds or unit.symbol or unit.text), kpi.unit)
        _put(found, "window", "window", _window(kpi.window), kpi.window)
        _put_weight(found, kpi)
        if kpi.split is not None:
            _put(found, "split", "other", folded(kpi.split.by), kpi.split.by)
            if kpi.split.limit != Split.model_fields["limit"].default:
                _put(found, "split.limit", "other", kpi.split.limit, str(kpi.split.limit))
        _put_set(found, "tags", "other", kpi.tags)
        _put_set(found, "guardrails", "other", kpi.guardrails, self.names.formulas)
        self._put_leads(found, kpi)
        _put_map(found, "notes", "wording", kpi.remarks, _spaced)
        for label in kpi.breaks:
            note = found[f"notes.{label}"]
            found[f"notes.{label}"] = FieldMeaning("wording", ("break", note.meaning), f"break: {note.text}")
        if kpi.baseline is not None:
            found["baseline"] = FieldMeaning(
                "baseline", round12(kpi.baseline * scale), format_exact(kpi.baseline, unit)
            )
        if kpi.path == "seasonal":
            found["path"] = FieldMeaning("baseline", "seasonal", "seasonal")
        elif kpi.path != "linear":
            for label, _, value in kpi.path:
                found[f"path.{label}"] = FieldMeaning("baseline", round12(value * scale), format_exact(value, unit))
        for label, value in kpi.values.items():
            found[f"values.{label}"] = FieldMeaning("source", round12(value * scale), format_exact(value, unit))
        return found

    def _put_leads(self, found: FieldMeanings, kpi: Kpi) -> None:
        """Add the KPIs that one leads, with their lags; the order does not matter."""
        if kpi.leads:
            meaning = frozenset(
                (self.names.formulas.get(lead.kpi, lead.kpi), _window(lead.lag) if lead.lag else None)
                for lead in kpi.leads
            )
            text = ", ".join(lead.kpi + (f": {lead.lag}" if lead.lag else "") for lead in kpi.leads)
            found["leads"] = FieldMeaning("other", meaning, text)

    def goal(self, goal: Goal) -> FieldMeanings:
        """The fields of a goal, except its date."""
        found = _texts(goal, _GOAL_TEXTS)
        _put_weight(found, goal)
        _put(found, "parent", "moved", self.names.goals.get(goal.parent or "", goal.parent), goal.parent)
        _put(found, "agreed_on", "other", goal.agreed_on, _day(goal.agreed_on))
        _put_set(found, "questions", "wording", tuple(map(_spaced, goal.questions)), joined="; ")
        if goal.review is not None:
            _put(found, "review.every", "other", goal.review.every, goal.review.every)
            _put(found, "review.last", "other", goal.review.last, _day(goal.review.last))
        return found

    def source(self, source: Source) -> FieldMeanings:
        """The fields of a source. Paths are compared as paths from the root, wherever the source is declared."""
        found = _texts(source, _SOURCE_TEXTS)
        rows = {field: name for field, attribute in _ROWS.items() if (name := getattr(source, attribute)) is not None}
        for field, name in rows.items():
            found[field] = FieldMeaning("source", folded(name), name)
        if source.path:
            found["path"] = FieldMeaning("source", self._paths(source), ", ".join(source.path))
        if source.key:
            names = tuple(sorted(folded(name) for name in source.key))
            found["key"] = FieldMeaning("rows", names, ", ".join(source.key))
        if source.updated is not None:
            found["updated"] = FieldMeaning("source", parse_updated(source.updated), source.updated)
        if source.query is not None:
            sources = {name.casefold(): new for name, new in self.names.sources.items()}
            words = tuple(sources.get(token.text.strip('"'), token.text) for token in tokens(source.query))
            found["query"] = FieldMeaning("source", words, hide_secrets(_spaced(source.query)))
        if source.where is not None:
            found["where"] = self._row("rows", source.where, self.checked.where.get(source.id))
        for name, text in source.computed.items():
            found[f"computed.{name}"] = self._row("formula", text, self.checked.rows.get((source.id, name)))
        _put_map(found, "columns", "source", source.columns)
        _put_map(found, "types", "source", source.types, _spaced)
        _put_set(found, "optional", "source", tuple(folded(name) for name in source.optional))
        for name, value in source.read:
            if isinstance(value, tuple):
                _put_set(found, f"read.{name}", "source", value)
            elif value is not None:
                found[f"read.{name}"] = FieldMeaning("source", value, _shown_option(value))
        return found

    def outside(self) -> FieldMeanings:
        """The settings outside of all entries. The file in which an entry is declared does not matter."""
        plan = self.plan
        found: FieldMeanings = {}
        _put(found, "title", "wording", _spaced(plan.title or "") or None, plan.title)
        _put(found, "as_of", "other", plan.as_of, _day(plan.as_of))
        _put(found, "locale", "other", plan.locale, plan.locale)
        for name, value in plan.calendar:
            found[f"calendar.{name}"] = FieldMeaning("window", value, value)
        _put_settings(found, "okr", plan.okr, type(plan.okr)())
        _put_settings(found, "lint", plan.lint, type(plan.lint)())
        return found

    def formula(self, text: str, tree: Node | None, *, whole: bool) -> str:
        """The canonical text of a formula; if ``whole``, with measures replaced by their formulas."""
        if tree is None:
            return _spaced(text)
        return canonical(tree, self.names, self.checked.measures if whole else None)

    def _row(self, kind: ChangeClass, text: str, tree: Node | None) -> FieldMeaning:
        return FieldMeaning(kind, _spaced(text) if tree is None else folded(unparse(tree)), _spaced(text))

    def _paths(self, source: Source) -> frozenset[str]:
        home, root = self.plan.homes.get(source.id, self.plan.folder), self.plan.root
        inside = home.relative_to(root).as_posix() if home.is_relative_to(root) else home.as_posix()
        return frozenset(posixpath.normpath(posixpath.join(inside, path)) for path in source.path)


def kind_of_rows(source: Source) -> tuple[bool, ...]:
    """Which of the fields for the dates of rows (``date``, ``from`` …) are set."""
    return tuple(getattr(source, attribute) is not None for attribute in _ROWS.values())


def is_of_rows(field: str) -> bool:
    """Whether ``field`` is one of the fields for the dates of rows."""
    return field in _ROWS


def similarity(before: FieldMeanings, after: FieldMeanings) -> float:
    """The fraction (0…1) of the fields of either entry that are equal in both."""
    every = before.keys() | after.keys()
    same = sum(name in before and name in after and before[name].meaning == after[name].meaning for name in every)
    return same / len(every) if every else 1.0


def _texts(entry: Any, table: Mapping[str, ChangeClass]) -> FieldMeanings:
    found: FieldMeanings = {}
    for name, kind in table.items():
        value = getattr(entry, name)
        if value is not None and value != "":
            text = _spaced(str(value))
            found[name] = FieldMeaning(kind, text, text)
    return found


def _put(found: FieldMeanings, name: str, kind: ChangeClass, meaning: Hashable, text: str | None) -> None:
    if text is not None and meaning is not None:
        found[name] = FieldMeaning(kind, meaning, _spaced(text))


def _put_weight(found: FieldMeanings, entry: Goal | Kpi) -> None:
    if entry.weight != 1:
        found["weight"] = FieldMeaning("other", entry.weight, f"{entry.weight:g}")


def _put_set(
    found: FieldMeanings,
    name: str,
    kind: ChangeClass,
    items: Iterable[str],
    names: Renamed | None = None,
    joined: str = ", ",
) -> None:
    """Add a list whose order does not matter."""
    items = tuple(items)
    if items:
        found[name] = FieldMeaning(kind, frozenset((names or {}).get(item, item) for item in items), joined.join(items))


def _put_map(
    found: FieldMeanings, name: str, kind: ChangeClass, items: Mapping[str, str], spell: Callable[[str], str] = str
) -> None:
    for key, text in items.items():
        found[f"{name}.{key}"] = FieldMeaning(kind, spell(text), spell(text))


def _put_settings(found: FieldMeanings, name: str, settings: Record, defaults: Record) -> None:
    """Add the settings that differ from their default, including nested ones."""
    for setting, value in settings:
        default = getattr(defaults, setting, None)
        path = f"{name}.{setting}"
        if isinstance(value, tuple):
            _put_set(found, path, "other", value)
        elif isinstance(value, Mapping):
            for key, each in value.items():
                _put_set(found, f"{path}.{key}", "other", (each,) if isinstance(each, str) else each)
        elif isinstance(value, int | float | str):
            if value != default:
                found[path] = FieldMeaning("other", value, str(value))
        elif isinstance(value, Record):
            _put_settings(found, path, value, type(value)())


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _shown_option(value: object) -> str:
    """The text of a read option, with invisible characters such as a tab escaped."""
    return value if isinstance(value, str) and value.strip() and value.isprintable() else repr(value)


def _window(text: str | None) -> Hashable:
    window = parse_window(text)
    if window.kind != "span":
        return window.kind, window.unit
    many, unit = _UNITS.get(window.unit, (1, window.unit))
    return window.count * many, unit
