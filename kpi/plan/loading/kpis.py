"""The ``kpis`` of a file: fields, and what depends on the unit: baseline, target, thresholds, values."""

from __future__ import annotations

from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode

from kpi.errors import TextError
from kpi.plan.loading.field_decoder import (
    Binder,
    Reader,
    brief,
    choice,
    day,
    expression,
    integer,
    label_map,
    text,
    texts,
    window,
)
from kpi.plan.loading.goals import every
from kpi.plan.loading.targets import check_thresholds, parse_target
from kpi.plan.model import Kpi, Op, ScheduleEntry, Split, Target, Thresholds
from kpi.plan.yaml import yaml_pitfalls as traps
from kpi.plan.yaml.nodes import Entry, is_null
from kpi.plan.yaml.source_map import Path
from kpi.values import Unit, parse_number

KPI: dict[str, Reader | None] = {
    "name": text,
    "goal": text,
    "question": text,
    "owner": text,
    "indicator": choice("leading", "lagging"),
    "leads": texts,
    "kind": choice("direct", "proxy"),
    "unit": text,
    "every": every,
    "formula": expression,
    "window": window,
    "split": None,
    "since": day,
    "baseline": None,
    "target": None,
    "thresholds": None,
    "ambition": integer(1, 10),
    "guardrails": texts,
    "when_red": text,
    "tags": texts,
    "notes": None,
    "values": None,
}
_THRESHOLDS: dict[str, Reader | None] = {"green": None, "yellow": None}
_SPLIT: dict[str, Reader | None] = {"by": text, "limit": integer(1), "targets": None}


def read_kpi(b: Binder, path: Path, key: ScalarNode, node: Node) -> Kpi | None:
    """One KPI; None, reported, when its value is no mapping."""
    read = b.record(path, node, KPI, "a KPI")
    if read is None:
        return None
    values, known = read
    if "name" not in values and not b.blamed((*path, "name"), known.get("name")):
        b.missing(f'the KPI "{key.value}" has no name', path, key, node, "write name: what people call it")
    if all(name in known and not is_null(known[name][1]) for name in ("formula", "values")):
        b.at(
            "E016", "a KPI has either a formula or values typed in by hand, not both", (*path, "values"),
            known["values"][0], "take one of the two out; remarks on a period go into notes",
        )  # fmt: skip
        del known["values"]
    if "notes" in known:
        values["notes"] = _notes(b, path, *known["notes"])
    _Measured(b, path, _unit(b, path, known.get("unit")), known).read(values)
    return Kpi(id=key.value, **values)


def _notes(b: Binder, path: Path, key: ScalarNode, node: Node) -> dict[str, str]:
    found: dict[str, str] = {}
    at = (*path, "notes")
    for period, label, value in label_map(b, path, key, node):
        note = text(b, at, label, value)
        if note is None:
            b.empty(at, label, value)
        else:
            found[period.label] = note
    return found


def _unit(b: Binder, path: Path, entry: Entry | None) -> Unit | None:
    """The unit; None when one is written that cannot be read, so that no number can be either."""
    at = (*path, "unit")
    if entry is not None and b.blamed(at, entry):
        return None
    if entry is None or is_null(entry[1]):
        return b.unit(at, None)
    assert isinstance(entry[1], ScalarNode)  # anything else is blamed
    return b.unit(at, entry[1])


class _Measured:
    """Reads the fields of one KPI that hold numbers in its unit; without a unit only their shape is looked at."""

    def __init__(self, b: Binder, path: Path, unit: Unit | None, known: dict[str, Entry]) -> None:
        self.b, self.path, self.unit, self.known = b, path, unit, known
        self.baseline: float | None = None

    def read(self, values: dict[str, Any]) -> None:
        """Read what is there into ``values``."""
        known = self.known
        if "baseline" in known:
            self._read_baseline(values)
        if "thresholds" in known:
            thresholds = self._thresholds(*known["thresholds"])
            if thresholds is not None:
                values["thresholds"] = thresholds
        if "target" in known:
            thresholds = values.get("thresholds")
            target = self._target(*known["target"], None if thresholds is None else thresholds.green.op)
            if target is not None:
                values["target"] = target
        if "split" in known:
            split = self._split(values.get("target"), *known["split"])
            if split is not None:
                values["split"] = split
        if "values" in known:
            values["values"] = self._values(values.get("every", "month"), *known["values"])

    def _read_baseline(self, values: dict[str, Any]) -> None:
        key, node = self.known["baseline"]
        written = text(self.b, self.path, key, node)
        if written is not None and self.unit is not None:
            try:
                self.baseline = values["baseline"] = float(parse_number(brief(written), self.unit))
            except TextError as mistake:
                self.b.inside("E032", (*self.path, "baseline"), node, mistake)  # type: ignore[arg-type]
                self.baseline = 1.0  # the target is still read; what it needs is only that there is a baseline

    def _target(self, key: ScalarNode, node: Node, toward: Op | None) -> Target | tuple[ScheduleEntry, ...] | None:
        if type(node) is MappingNode and not traps.wrong_shape(self.b.document, key, node):
            return self._schedule(key, node, toward)
        return self._one_target("E030", self.path, key, node, toward)

    def _one_target(
        self, code: str, at: Path, key: ScalarNode, node: Node, toward: Op | None = None, without: str = ""
    ) -> Target | None:
        """One target. ``without``: "by" or "by relative", what may not stand in it."""
        written = text(self.b, at, key, node)
        if written is None or self.unit is None:
            return None
        try:
            return parse_target(written, self.unit, self.baseline, toward=toward, without=without)
        except TextError as mistake:
            self.b.inside(code, (*at, key.value), node, mistake)  # type: ignore[arg-type]
            return None

    def _schedule(self, key: ScalarNode, node: Node, toward: Op | None) -> tuple[ScheduleEntry, ...] | None:
        """S4: targets by period, ordered by the start of the period."""
        at = (*self.path, "target")
        found: list[ScheduleEntry] = []
        starts: dict[object, str] = {}
        for period, label, value in label_map(self.b, self.path, key, node):
            if period.start in starts:
                message = f'"{label.value}" starts on the same day as "{starts[period.start]}"'
                self.b.at("E033", message, (*at, label.value), label, "keep one of the two")
                continue
            starts[period.start] = label.value
            target = self._one_target("E033", at, label, value, toward, without="by")
            if target is None:
                self.b.empty(at, label, value)
            else:
                found.append(ScheduleEntry(label.value, period.start, target))
        return tuple(sorted(found, key=lambda entry: entry.start)) or None

    def _thresholds(self, key: ScalarNode, node: Node) -> Thresholds | None:
        """S7: green and yellow."""
        path = (*self.path, "thresholds")
        read = self.b.record(path, node, _THRESHOLDS, "thresholds")
        if read is None:
            return None
        known = read[1]
        found = {name: self._one_target("E031", path, *entry, without="by relative") for name, entry in known.items()}
        green, yellow = found.get("green"), found.get("yellow")
        if green is None:
            if "green" not in known or is_null(known["green"][1]):
                self.b.missing("thresholds need green", path, key, node, "write green: where green begins")
            return None
        if yellow is not None:
            try:
                check_thresholds(green, yellow)
            except TextError as mistake:
                self.b.inside("E031", (*path, "yellow"), known["yellow"][1], mistake)  # type: ignore[arg-type]
                return None
        return Thresholds(green, yellow)

    def _split(self, own: Target | tuple[ScheduleEntry, ...] | None, key: ScalarNode, node: Node) -> Split | None:
        """A column, or a mapping that says more. ``own`` is the target of the whole KPI."""
        if type(node) is not MappingNode:
            column = text(self.b, self.path, key, node)
            return None if column is None else Split(column.strip())
        path = (*self.path, "split")
        read = self.b.record(path, node, _SPLIT, "split")
        if read is None:
            return None
        values, known = read
        if "by" not in values:
            if not self.b.blamed((*path, "by"), known.get("by")):
                self.b.missing("split needs by", path, key, node, "write by: the column, or only split: column")
            return None
        targets = self._targets_of_parts(own, *known["targets"]) if "targets" in known else {}
        return Split(values["by"].strip(), values.get("limit", 8), targets)

    def _targets_of_parts(
        self, own: Target | tuple[ScheduleEntry, ...] | None, key: ScalarNode, node: Node
    ) -> dict[str, Target]:
        """The targets of parts, by value of the column. They are not relative: the baseline is that of the whole."""
        path = (*self.path, "split", "targets")
        toward = own.op if isinstance(own, Target) else None
        found: dict[str, Target] = {}
        for name, (label, value) in (self.b.mapping(path, node, "a mapping of values to targets") or {}).items():
            if self.b.passed_over(label):
                continue
            if trap := traps.unknown_key(self.b.document, node, label, value):
                self.b.report(trap.code, trap.message, (*path, name), trap.start, trap.end, trap.hint)
                continue
            written = text(self.b, path, label, value)
            if written is None:
                self.b.empty(path, label, value)
            elif self.unit is not None:
                try:
                    found[name] = parse_target(written, self.unit, toward=toward)
                except TextError as mistake:
                    if "needs a baseline" in mistake.message:
                        mistake.message = f'"{written}" is of the baseline, which is that of all parts together'
                        mistake.hint = "write the number to hit"
                    self.b.inside("E034", (*path, name), value, mistake)  # type: ignore[arg-type]
        return found

    def _values(self, every_: Any, key: ScalarNode, node: Node) -> dict[str, float]:
        """The values typed in by hand, by period."""
        at = (*self.path, "values")
        bad_every = self.b.blamed((*self.path, "every"), self.known.get("every"))
        found: dict[str, float] = {}
        for period, label, value in label_map(self.b, self.path, key, node, None if bad_every else every_):
            written = text(self.b, at, label, value)
            if written is None:
                self.b.empty(at, label, value)
                continue
            if self.unit is None:
                continue
            try:
                found[period.label] = float(parse_number(brief(written), self.unit))
            except TextError as mistake:
                self.b.inside("E020", (*at, label.value), value, mistake)  # type: ignore[arg-type]
        return found
