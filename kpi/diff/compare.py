"""Compares two plans field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from kpi.diff.affected import affected_kpis
from kpi.diff.changes import CLASSES, Change, ChangeClass, Comparison
from kpi.diff.fields import ComparedPlan, FieldMeaning, FieldMeanings, is_of_rows, kind_of_rows
from kpi.diff.goalposts import PARTS, Goalposts
from kpi.diff.names import SAME, Renamed
from kpi.diff.renames import find_renames
from kpi.plan.checks import Checked
from kpi.plan.model import Kpi, Source, Target
from kpi.values import period_of

_RANKS = {kind: rank for rank, kind in enumerate(CLASSES)}
_Day = tuple[date | None, date | None]
SECTIONS = ("sources", "measures", "goals", "kpis")


def compare(before: Checked, after: Checked) -> Comparison:
    """All changes of meaning from one valid plan to another. Computes no values and reads no data."""
    return _Comparing(before, after).compare()


class _Comparing:
    def __init__(self, before: Checked, after: Checked) -> None:
        self.names = find_renames(before, after)
        self.before, self.after = ComparedPlan(before, self.names), ComparedPlan(after, SAME)
        self.changes: list[Change] = []
        self.called: dict[str, str] = {}

    def compare(self) -> Comparison:
        self._fields("plan", "plan", self.before.outside(), self.after.outside())
        renamed = {"sources": self.names.sources, "goals": self.names.goals}
        for section in SECTIONS:
            self._section(section, renamed.get(section, self.names.formulas))
        changes = tuple(sorted(self.changes, key=_rank))
        return Comparison(changes, affected_kpis(self.after.checked, changes), self.called)

    def _section(self, section: str, renamed: Renamed) -> None:
        olds: Mapping[str, Any] = getattr(self.before.plan, section)
        news: Mapping[str, Any] = getattr(self.after.plan, section)
        for old_id, old in olds.items():
            new_id = old_id if old_id in news else renamed.get(old_id)
            if new_id is None or new_id not in news:
                subject = f"{section}.{old_id}"
                self.called[subject] = _called(old_id, old)
                self._add("removed", subject, subject, None, self.called[subject], None)
                continue
            subject, was = f"{section}.{new_id}", f"{section}.{old_id}"
            if new_id != old_id:
                self._add("renamed", subject, was, "id", old_id, new_id)
            elif not any(self.names) and old == news[new_id] and not self._moved_home(section, old_id):
                continue  # unchanged, as most entries of most comparisons are
            self._entry(section, subject, was, old, news[new_id])
        there = {*olds, *(new for old, new in renamed.items() if old in olds)}
        for new_id, new in news.items():
            subject = f"{section}.{new_id}"
            self.called[subject] = _called(new_id, new)
            if new_id not in there:
                self._add("added", subject, subject, None, None, self.called[subject])

    def _moved_home(self, section: str, id_: str) -> bool:
        """Whether a source is declared in another folder, so that the same path refers to another file."""
        before, after = self.before.plan, self.after.plan
        return section == "sources" and before.homes.get(id_) != after.homes.get(id_)

    def _entry(self, section: str, subject: str, was: str, old: Any, new: Any) -> None:
        if section == "measures":
            self._formula(subject, was, old, new)
        elif section == "goals":
            self._fields(subject, was, self.before.goal(old), self.after.goal(new))
            self._date("due", subject, was, (old.due, old.due or date.max), (new.due, new.due or date.max))
        elif section == "sources":
            self._source(subject, was, old, new)
        else:
            self._kpi(subject, was, old, new)

    def _source(self, subject: str, was: str, old: Source, new: Source) -> None:
        meanings = self.before.source(old), self.after.source(new)
        if kind_of_rows(old) != kind_of_rows(new):
            for side in meanings:
                side.update({name: one._replace(kind="rows") for name, one in side.items() if is_of_rows(name)})
        self._fields(subject, was, *meanings)

    def _kpi(self, subject: str, was: str, old: Kpi, new: Kpi) -> None:
        self._fields(subject, was, self.before.kpi(old), self.after.kpi(new))
        self._formula(subject, was, old.formula, new.formula)
        for moved in Goalposts(old, new, self.names.formulas).changes():
            self._add(moved.kind, subject, was, moved.field, moved.before, moved.after)
        starts = _glide_start(old, self.before), _glide_start(new, self.after)
        self._date("since", subject, was, (old.since, starts[0]), (new.since, starts[1]))

    def _formula(self, subject: str, was: str, old: str | None, new: str | None) -> None:
        """Compare formulas. Changes of the measures that a formula uses are reported for the measures. A formula is
        unchanged if it is equal after replacing measures by their formulas."""
        if old == new and (old is None or not any(self.names)):
            return
        if old is not None and new is not None:
            old_tree, new_tree = _tree(self.before, was), _tree(self.after, subject)
            for whole in (False, True):
                if self.before.formula(old, old_tree, whole=whole) == self.after.formula(new, new_tree, whole=whole):
                    return
        self._add("formula", subject, was, "formula", _spaced(old), _spaced(new))

    def _date(self, field: str, subject: str, was: str, old: _Day, new: _Day) -> None:
        """Compare dates. Each side is the date in the file and its effective date, which may come from a default."""
        (before, meant), (after, now) = old, new
        if before == after or (meant == now and meant is not None):
            return
        kind: ChangeClass = "other"
        if meant is not None and now is not None:
            kind = "later" if now > meant else "earlier"
        texts = [None if day is None else day.isoformat() for day in (before, after)]
        self._add(kind, subject, was, field, *texts)

    def _fields(self, subject: str, was: str, old: FieldMeanings, new: FieldMeanings) -> None:
        for field, kind, before, after in _differences(old, new):
            self._add(kind, subject, was, field, before, after)

    def _add(
        self, kind: ChangeClass, subject: str, was: str, field: str | None, before: str | None, after: str | None
    ) -> None:
        path: tuple[str, ...] = () if subject == "plan" else tuple(subject.split(".", 1))
        if field is not None and field != "id":
            deep = subject == "plan" or field.startswith(PARTS)
            path += tuple(field.split(".", 2 if deep else 1))  # the last key may itself contain dots
        side = self.before if kind == "removed" else self.after
        self.changes.append(Change(kind, subject, field, before, after, side.checked.places.key(path), was))


def _differences(old: FieldMeanings, new: FieldMeanings) -> Iterator[tuple[str, ChangeClass, str | None, str | None]]:
    for field in dict.fromkeys((*old, *new)):
        before, after = old.get(field), new.get(field)
        if before is None or after is None or before.meaning != after.meaning:
            some: FieldMeaning | None = after or before
            assert some is not None
            texts = before.text if before else None, after.text if after else None
            yield field, some.kind, *texts


def _rank(change: Change) -> tuple[object, ...]:
    kind = change.kind
    # A change of a target in an unknown direction is as important as one that loosens it.
    if kind == "other" and (change.field or "").startswith(("target", "thresholds", PARTS)):
        kind = "loosened"
    return _RANKS[kind], change.place.file, change.place.line, change.subject, change.field or ""


def _called(id_: str, entry: Any) -> str:
    return _spaced(getattr(entry, "name", "")) or id_


def _tree(side: ComparedPlan, subject: str) -> Any:
    section, _, id_ = subject.partition(".")
    return (side.checked.measures if section == "measures" else side.checked.formulas).get(id_)


def _glide_start(kpi: Kpi, side: ComparedPlan) -> date | None:
    """The start of the glide path; None if there is no glide path."""
    if kpi.since is not None or not isinstance(kpi.target, Target) or kpi.target.by is None:
        return kpi.since
    return period_of(kpi.target.by, "year", side.plan.calendar.build()).start


def _spaced(text: str | None) -> Any:
    return None if text is None else " ".join(text.split())
