"""Whether a target changed, and in which direction: targets, schedules, thresholds and the targets of parts.

A target is an interval of the values that meet it. A bound that moves outwards loosens the target, one that moves
inwards tightens it; a change can do both (``between 20 and 30`` to ``between 25 and 35``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from kpi.diff.changes import ChangeClass
from kpi.plan.model import Bound, Kpi, OfTarget, Reference, Relative, ScheduleEntry, Target
from kpi.values import Unit, format_exact, parse_unit, round12

# The prefix of the field of a part's target.
PARTS = "split.targets."

Schedule = tuple[ScheduleEntry, ...]
Kinds = tuple[ChangeClass, ...]


class TargetChange(NamedTuple):
    """One change of a target: its class, its field, and the text before and after."""

    kind: ChangeClass
    field: str
    before: str | None
    after: str | None


class _End(NamedTuple):
    """One bound of a target: the number ``size``, or ``size`` times the value of ``name``; exclusive if strict.

    ``name`` is the id of a measure or KPI, or the words for an earlier value, which no id can be.
    """

    name: str
    size: float
    is_strict: bool


class Goalposts:
    """The targets of one KPI before and after. ``names`` maps earlier ids of measures and KPIs to current ones."""

    def __init__(self, before: Kpi, after: Kpi, names: Mapping[str, str]) -> None:
        self.before, self.after, self._names = before, after, names
        self._units = parse_unit(before.unit), parse_unit(after.unit)

    def changes(self) -> Iterator[TargetChange]:
        """All changes of targets. A target that is only written in another way did not change."""
        yield from self._targets()
        yield from self._thresholds()
        yield from self._parts()

    def _targets(self) -> Iterator[TargetChange]:
        before, after = self.before.target, self.after.target
        kinds: Kinds
        if before is None or after is None:
            kinds = _there_or_not(before, after)
        elif isinstance(before, Target):
            kinds = self._kinds(before, after) if isinstance(after, Target) else self._single(before, after, 1)
        elif isinstance(after, Target):
            kinds = self._single(after, before, -1)
        else:
            yield from self._schedules(before, after)
            return
        yield from self._changes(kinds, "target", before, after)

    def _schedules(self, before: Schedule, after: Schedule) -> Iterator[TargetChange]:
        """Compare schedules entry by entry (S4). An entry that is only in one schedule is compared with the target that
        applies at that time in the other."""
        olds = {entry.start: entry for entry in before}
        news = {entry.start: entry for entry in after}
        for start in sorted(olds.keys() & news.keys()):
            old, new = olds.pop(start), news.pop(start)
            yield from self._changes(self._kinds(old.target, new.target), f"target.{new.label}", old.target, new.target)
        for old in list(olds.values()):
            new_ = next((each for each in news.values() if not self._kinds(old.target, each.target)), None)
            if new_ is not None:
                del olds[old.start], news[new_.start]
                kind: ChangeClass = "later" if new_.start > old.start else "earlier"
                yield TargetChange(kind, "target", _entry_text(old), _entry_text(new_))
        for old in olds.values():
            kinds = self._kinds(old.target, _holding(after, old.start)) or ("other",)
            yield from self._changes(kinds, f"target.{old.label}", old.target, None)
        for new in news.values():
            kinds = self._kinds(_holding(before, new.start), new.target) or ("other",)
            yield from self._changes(kinds, f"target.{new.label}", None, new.target)

    def _single(self, single: Target, schedule: Schedule, way: int) -> Kinds:
        """The classes of the change of a target to a schedule (``way`` 1) or from one (-1). It is compared with every
        entry, or only with the last one if the target has a date."""
        found: dict[ChangeClass, None] = {}
        for entry in schedule if single.by is None else schedule[-1:]:
            pair = (single, entry.target) if way > 0 else (entry.target, single)
            found.update(dict.fromkeys(self._ends_moved(*pair)))
        return tuple(found) or ("other",)

    def _thresholds(self) -> Iterator[TargetChange]:
        kinds: Kinds
        before, after = self.before.thresholds, self.after.thresholds
        if before is None and after is None:
            return
        if before is not None and after is not None:
            kinds = self._kinds(before.green, after.green)
            yield from self._changes(kinds, "thresholds.green", before.green, after.green)
            if before.yellow or after.yellow:
                kinds = self._kinds(before.yellow or before.green, after.yellow or after.green)
                yield from self._changes(kinds, "thresholds.yellow", before.yellow, after.yellow)
            return
        # Without thresholds, a target without a date separates green from red.
        lines = after if before is None else before
        assert lines is not None
        other = self.before if before is None else self.after
        for name, line in (("green", lines.green), ("yellow", lines.yellow)):
            if line is None:
                continue
            kinds = ("other",)
            if other.target is None or (isinstance(other.target, Target) and other.target.by is None):
                pair = (other.target, line) if before is None else (line, other.target)
                kinds = self._kinds(*pair) or ("other",)
            old, new = (None, line) if before is None else (line, None)
            yield from self._changes(kinds, f"thresholds.{name}", old, new)

    def _parts(self) -> Iterator[TargetChange]:
        """The targets of single parts, and whether each part is judged."""
        judged = [kpi.split is not None and kpi.split.judge == "each" for kpi in (self.before, self.after)]
        if judged[0] != judged[1]:
            texts = [None if kpi.split is None else kpi.split.judge for kpi in (self.before, self.after)]
            yield TargetChange("loosened" if judged[0] else "tightened", "split.judge", *texts)
        olds, news = (kpi.split.targets if kpi.split is not None else {} for kpi in (self.before, self.after))
        for name in dict.fromkeys((*olds, *news)):
            old, new = olds.get(name), news.get(name)
            yield from self._changes(self._kinds(old, new), f"{PARTS}{name}", old, new)

    def _kinds(self, before: Target | None, after: Target | None) -> Kinds:
        """The classes of the change from one target to another; empty if both mean the same."""
        if before is None or after is None:
            return _there_or_not(before, after)
        kinds = self._ends_moved(before, after)
        if before.by != after.by:
            # A target without a date must be met immediately.
            kinds = (*kinds, "later" if (after.by or date.min) > (before.by or date.min) else "earlier")
        return kinds

    def _ends_moved(self, before: Target, after: Target) -> Kinds:
        olds = self._ends(before, self.before.baseline, self._scales()[0], self._names)
        news = self._ends(after, self.after.baseline, self._scales()[1], {})
        if olds == news:
            return ()
        if not _comparable(*self._units):
            return ("other",)
        found: dict[ChangeClass, None] = {}
        for side, (old, new) in enumerate(zip(olds, news, strict=True)):
            kind = _moved_end(old, new, inwards=1 if side == 0 else -1)
            if kind is not None:
                found[kind] = None
        return tuple(found)

    def _scales(self) -> tuple[float, float]:
        """The factors that convert the numbers of both plans to one unit: 4 minutes are 240 seconds."""
        before, after = self._units
        both = before.kind == after.kind == "duration" and before.seconds != after.seconds
        return (before.seconds, after.seconds) if both else (1.0, 1.0)

    def _ends(
        self, target: Target, baseline: float | None, scale: float, names: Mapping[str, str]
    ) -> tuple[_End | None, _End | None]:
        def end(bound: Bound) -> _End:
            strict = target.op in (">", "<")
            if isinstance(bound, Reference):
                return _End(names.get(bound.name, bound.name), round12(bound.factor), strict)
            number = _number(bound, baseline)
            if isinstance(number, float) or isinstance(bound, float | int):
                return _End("", round12(float(number) * scale), strict)
            return _End(number, round12(bound.factor if isinstance(bound, OfTarget) else 1 + bound.share), strict)

        value = end(target.value)
        if target.op == "==":
            return value, value
        if target.op == "between":
            return value, None if target.upper is None else end(target.upper)
        return (value, None) if target.op in (">=", ">") else (None, value)

    def _changes(
        self, kinds: Kinds, field: str, before: Target | Schedule | None, after: Target | Schedule | None
    ) -> Iterator[TargetChange]:
        old, new = target_text(before), target_text(after)
        if kinds and old == new and isinstance(before, Target) and isinstance(after, Target):
            # The number changed although the text did not: through the baseline or the unit.
            old = f"{old} ({_in_numbers(before, self.before, self._units[0])})"
            new = f"{new} ({_in_numbers(after, self.after, self._units[1])})"
        for kind in kinds:
            yield TargetChange(kind, field, old, new)


def _there_or_not(before: object | None, after: object | None) -> Kinds:
    """The class of a target that exists on one side only."""
    if (before is None) == (after is None):
        return ()
    return ("tightened",) if before is None else ("loosened",)


def _moved_end(old: _End | None, new: _End | None, inwards: int) -> ChangeClass | None:
    """The class of the change of one bound. ``inwards`` is 1 if a greater number is harder to meet, else -1."""
    if old == new:
        return None
    if old is None or new is None:
        return "tightened" if old is None else "loosened"
    if old.name != new.name:
        return "other"  # which bound is greater depends on the data
    harder = (new.size - old.size) * inwards
    if harder == 0:
        return "tightened" if new.is_strict else "loosened"
    return "tightened" if harder > 0 else "loosened"


def _comparable(before: Unit, after: Unit) -> bool:
    """Whether numbers of both units can be compared: not euros and dollars, not minutes and points."""
    if "duration" in (before.kind, after.kind):
        return before.kind == after.kind
    return not (before.kind == after.kind == "currency") or before.text == after.text


def _number(bound: Bound, baseline: float | None) -> float | str:
    """The number of a bound that the file tells, or what else it is measured against."""
    match bound:
        case Reference(name=name):
            return name
        case OfTarget():
            return "the target"
        case Relative(to=to) if to != "the baseline":
            return to
        case Relative(share=share):
            base = baseline or 0.0  # a valid plan has no relative target without a baseline
            return base + share * abs(base)
    return float(bound)


def _in_numbers(target: Target, kpi: Kpi, unit: Unit) -> str:
    bounds = [bound for bound in (target.value, target.upper) if bound is not None]
    return " and ".join(
        format_exact(round12(number), unit) if isinstance(number := _number(bound, kpi.baseline), float) else number
        for bound in bounds
    )


def _holding(schedule: Schedule, day: date) -> Target | None:
    begun = [entry for entry in schedule if entry.start <= day]
    return max(begun, key=lambda entry: entry.start).target if begun else None


def target_text(target: Target | Schedule | None) -> str | None:
    if isinstance(target, tuple):
        return "; ".join(map(_entry_text, target))
    return None if target is None else " ".join(target.text.split())


def _entry_text(entry: ScheduleEntry) -> str:
    return f"{entry.label}: {target_text(entry.target)}"
