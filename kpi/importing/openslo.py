"""Service level objectives of OpenSLO: v1alpha, v1 and v2alpha."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kpi.drafting.plan_text import GOAL
from kpi.drafting.words import title_of
from kpi.errors import shorten
from kpi.importing.result import Origin, Refusal, Result, comment_lines
from kpi.importing.tables import reading_fields
from kpi.importing.tree import Item, read_trees
from kpi.values.ids import id_of

if TYPE_CHECKING:
    from kpi.plan.yaml.round_trip import Value

_VERSIONS = ("openslo/v1alpha", "openslo/v1", "openslo.com/v1", "openslo.com/v2alpha")
_OTHERS = {
    "Service": "its SLOs are tagged with its name",
    "DataSource": "data sources of other tools are not read",
    "AlertPolicy": "alerts are no part of a plan: kpi status --fail-on red is one",
    "AlertCondition": "alerts are no part of a plan: kpi status --fail-on red is one",
    "AlertNotificationTarget": "alerts are no part of a plan: kpi share sends a summary",
}
_SHORTHAND = re.compile(r"(\d{1,5})([mhdwMQY])")
_UNITS = {"d": "day", "w": "week", "M": "month", "Q": "quarter", "Y": "year"}
_OPS = {"lt": "below", "lte": "at most", "gt": "above", "gte": "at least"}
_TYPE_IN = "record its values with kpi record, or import with --data and a file of counts, {}.csv (date, good, total)"


def read(files: Sequence[Path], result: Result) -> None:
    """Import the objectives of SLOs."""
    slos: list[Item] = []
    indicators: dict[str, Item] = {}
    for file in files:
        for document in read_trees(file):
            version, kind = document.text_of("apiVersion"), document.text_of("kind")
            metadata = document.get("metadata")
            name = (None if metadata is None else metadata.text_of("name")) or "without a name"
            origin = document.origin(f"{kind or 'document'} {name}")
            if version not in _VERSIONS:
                known = "it has no apiVersion" if version is None else f'"{shorten(version)}" is no version'
                reason = f"{known} of OpenSLO"
                result.refuse(origin, reason, "write apiVersion: openslo/v1")
            elif kind == "SLO":
                slos.append(document)
            elif kind == "SLI":
                indicators[name] = document
            elif kind in _OTHERS:
                result.note(origin, _OTHERS[kind])
            else:
                result.refuse(origin, f"OpenSLO has no kind {shorten(kind or '')}", "check the file")
    used: set[str] = set()
    for slo in slos:
        _Slo(slo, indicators, result, used).read()
    for name, item in indicators.items():
        origin = item.origin(f"SLI {name}")
        if name in used:
            result.imported(origin, "it is the indicator of an SLO")
        else:
            result.note(origin, "no SLO refers to it, so it has no target")


class Window(NamedTuple):
    """How long one value looks back (None: its period), and how often there is one."""

    window: str | None
    every: str
    text: str


class _Slo:
    """One SLO, which has a KPI for each of its objectives."""

    def __init__(self, item: Item, indicators: dict[str, Item], result: Result, used: set[str]) -> None:
        self.item, self.indicators, self.result, self.used = item, indicators, result, used
        metadata = item.get("metadata")
        self.name = (None if metadata is None else metadata.text_of("name")) or "slo"
        shown = None if metadata is None else metadata.text_of("displayName")
        self.title = shown or title_of(self.name.replace("-", "_"))

    def read(self) -> None:
        spec = self.item.get("spec")
        origin = self.item.origin(f"SLO {self.name}")
        if spec is None:
            self.result.refuse(origin, "it has no spec", "write its objectives")
            return
        objectives = spec.list_of("objectives")
        if not objectives:
            self.result.refuse(origin, "it has no objective", "write one with a target")
        window = self._window(spec)
        for number, objective in enumerate(objectives, 1):
            try:
                self._objective(objective, spec, window, number if len(objectives) > 1 else None)
            except Refusal as refusal:
                where = objective.origin(f"SLO {self.name}, objective {number}")
                self.result.refuse(where, refusal.reason, refusal.workaround)
        if spec.get("alertPolicies") is not None:
            self.result.note(
                spec.entries()["alertPolicies"].origin(f"SLO {self.name}, alertPolicies"), _OTHERS["AlertPolicy"]
            )
        for rest in spec.rest():
            self.result.refuse(rest.origin(f"SLO {self.name}, {rest.name}"), "an SLO has no such key", "check the file")

    def _objective(self, objective: Item, spec: Item, window: Window, number: int | None) -> None:
        target = _target(objective)
        shown = objective.text_of("displayName")
        name = self.title if number is None else f"{self.title}: {shown or number}"
        wanted = self.name if number is None else f"{self.name} {shown or number}"
        id_ = self.result.new_id(wanted, "kpis", "measures")
        origin = objective.origin(f"SLO {self.name}" + ("" if number is None else f", objective {number}"))
        comments = [
            line for label, text in (("Description", spec.text_of("description")), ("Time window", window.text))
            if text for line in comment_lines(label, text)
        ]  # fmt: skip
        op, value = objective.text_of("op"), objective.text_of("value")
        if value is not None and op in _OPS:
            comments += comment_lines("Good", f"a value {_OPS[op]} {value}")
        method = spec.text_of("budgetingMethod") or "Occurrences"
        if method.lower() != "occurrences":
            slice_ = objective.text_of("timeSliceWindow")
            share = objective.text_of("timeSliceTarget")
            comments += comment_lines(
                "Budgeting method",
                f"{method}{f', slices of {slice_}' if slice_ else ''}{f', good from {share}' if share else ''}",
            )
        fields: dict[str, Value] = {"name": name, "goal": GOAL, "unit": "%"}
        formula = self._formula(objective, spec, method, id_, comments)
        if formula is not None and window.window is not None:
            fields |= {"every": "day", "window": window.window}
        else:
            fields["every"] = window.every
        if formula is None and window.window is not None:
            reason = f"values that are typed in have no window, so that of {window.window} is in a comment"
            self.result.note(origin, reason, f"kpis.{id_}")
        if formula is not None:
            fields["formula"] = formula
        fields["target"] = target
        service = spec.text_of("service")
        if service is not None:
            fields["tags"] = [service]
        if objective.text_of("compositeWeight") is not None:
            reason = "objectives of a composite SLO are KPIs of their own; its weighted budget is not computed"
            self.result.note(origin, reason, f"kpis.{id_}")
        self.result.add("kpis", id_, origin, fields, comments)
        objective.ignore("labels")
        for rest in objective.rest():
            self.result.refuse(
                rest.origin(f"{origin.construct}, {rest.name}"), "it is not known here", "check the file"
            )

    # The indicator.

    def _formula(self, objective: Item, spec: Item, method: str, id_: str, comments: list[str]) -> str | None:
        """The formula over a file of counts; None where there is none, and then the report says so."""
        name, indicator = self._indicator(objective, spec)
        if indicator is None:
            return None
        origin = indicator.origin(f"SLO {self.name}, indicator {name}")
        metric = indicator.get("ratioMetric") or indicator.get("ratioMetrics")
        threshold = indicator.get("thresholdMetric")
        indicator.ignore("description")
        parts = {} if metric is None else {
            key: one for key in ("good", "bad", "total", "raw") if (one := metric.get(key)) is not None
        }  # fmt: skip
        tool = ""
        for label, one in [*parts.items(), *([("query", threshold)] if threshold is not None else [])]:
            tool, query = _query(one)
            if query is not None and query != "Any":
                comments += comment_lines(f"{label.capitalize()}, in {tool}" if tool else label.capitalize(), query)
        file = self._counts(name)
        counts = "bad" if "bad" in parts else "good"
        if file is None or not {counts, "total"} <= set(parts) or method.lower() != "occurrences":
            reason = f"a query of {tool or 'another tool'} is not computed here"
            if file is not None:
                reason = f"{method} of a {'ratio' if parts else 'threshold'} cannot be computed from counts of a period"
            self.result.refuse(origin, reason, _TYPE_IN.format(id_of(name)))
            return None
        source = self._source(name, file, origin)
        good = f"sum({source}.total) - sum({source}.bad)" if counts == "bad" else f"sum({source}.good)"
        return f"({good}) / sum({source}.total)" if counts == "bad" else f"{good} / sum({source}.total)"

    def _indicator(self, objective: Item, spec: Item) -> tuple[str, Item | None]:
        """The name and the spec of the indicator of an objective."""
        for item in (objective, spec):
            for key in ("indicatorRef", "sliRef"):
                name = item.text_of(key)
                if name is not None:
                    self.used.add(name)
                    found = self.indicators.get(name)
                    if found is None:
                        origin = item.origin(f"SLO {self.name}, {key}")
                        self.result.refuse(origin, f"there is no SLI {shorten(name)} in these files", "import its file")
                        return name, None
                    return name, found.get("spec")
            for key in ("indicator", "sli"):
                inline = item.get(key)
                if inline is not None:
                    metadata = inline.get("metadata")
                    own = None if metadata is None else metadata.text_of("name")
                    return own or self.name, inline.get("spec")
        if objective.get("ratioMetrics") is not None:  # v1alpha
            return self.name, objective
        self.result.refuse(self.item.origin(f"SLO {self.name}"), "it has no indicator", "write one")
        return self.name, None

    def _counts(self, name: str) -> Path | None:
        """The file of counts for an indicator."""
        data = self.result.settings.data
        if data is None:
            return None
        names = (f"{one}.csv" for one in dict.fromkeys((name, id_of(name))))
        return next((data / one for one in names if re.fullmatch(r"[\w.-]+", one) and (data / one).is_file()), None)

    def _source(self, name: str, file: Path, origin: Origin) -> str:
        path = os.path.relpath(file, self.result.folder).replace(os.sep, "/")
        sources = self.result.entries["sources"]
        there = next((id_ for id_, entry in sources.items() if entry.fields.get("path") == path), None)
        if there is not None:
            return there
        id_ = self.result.new_id(name, "sources")
        date = self.result.settings.dates.get(name, "date")
        self.result.add("sources", id_, origin, {"path": path, "date": date, **reading_fields(self.result, file)})
        return id_

    # The window.

    def _window(self, spec: Item) -> Window:
        every: str = self.result.settings.every
        items = [*spec.list_of("timeWindow"), *spec.list_of("timeWindows")]
        if not items:
            return Window(None, every, "")
        item = items[0]
        origin = item.origin(f"SLO {self.name}, time window")
        duration = item.text_of("duration") or _alpha_duration(item)
        calendar = item.get("calendar")
        rolling = item.flag("isRolling")
        rolling = calendar is None if rolling is None else rolling
        text = f"{duration}, {'rolling' if rolling else 'aligned with the calendar'}"
        match = _SHORTHAND.fullmatch(duration or "")
        if match is None or match[2] not in _UNITS or not int(match[1]):
            what = "no duration" if match is None else "less than a day, or no time at all"
            hint = "a month is 1M" if match and match[2] == "m" else "write e.g. 4w, 28d or 1M"
            self.result.refuse(origin, f'"{shorten(duration or "")}" is {what}', hint)
            return Window(None, every, text)
        number, unit = int(match[1]), _UNITS[match[2]]
        if rolling:
            return Window(f"{number} {unit}{'' if number == 1 else 's'}", every, text)
        aligned = {(1, unit): unit, (3, "month"): "quarter", (6, "month"): "half", (12, "month"): "year"}.get(
            (number, unit)
        )
        if aligned is None and unit == "week" and number > 1:
            aligned = f"{number} weeks"
        if aligned is None:
            self.result.refuse(origin, f"there is no period of {number} {unit}s", "set every by hand")
            return Window(None, every, text)
        if calendar is not None:
            self._calendar(calendar, origin)
        return Window(None, aligned, text)

    def _calendar(self, calendar: Item, origin: Origin) -> None:
        zone, start = calendar.text_of("timeZone"), calendar.text_of("startTime")
        if start is not None:
            self.result.note(origin, f"periods begin as the calendar of the plan says, and not at {shorten(start, 30)}")
        if zone is None:
            return
        given = self.result.header.setdefault("calendar", {"timezone": zone})
        if given != {"timezone": zone}:
            self.result.refuse(origin, f"a plan has one time zone, and it is not {shorten(zone, 40)}", "make two plans")


def _target(objective: Item) -> str:
    """The target of an objective as a share."""
    for key, factor in (("target", 100), ("targetPercent", 1)):
        text = objective.text_of(key)
        if text is None:
            continue
        try:
            share = Decimal(text) * factor
        except InvalidOperation:
            share = Decimal(-1)
        if not 0 <= share <= 100:
            raise Refusal(f"{shorten(text, 30)} is no {key}", "write target: 0.99 or targetPercent: 99")
        return f"at least {share.normalize():f}%"
    raise Refusal("it has no target", "write target: 0.99")


def _query(part: Item) -> tuple[str, str | None]:
    """The tool and the query of a metric. Nothing else of it is looked at: it may hold passwords."""
    source = part.get("metricSource") or part
    inline = source.get("dataSourceSpec")
    spec = source.get("spec")
    names = ("metricSourceRef", "dataSourceRef", "type", "source")
    tool = next((text for key in names if (text := source.text_of(key)) is not None), None)
    tool = tool or (None if inline is None else inline.text_of("type"))
    query = source.text_of("query") if spec is None else spec.text_of("query")
    return "" if tool in (None, "Any") else shorten(str(tool), 40), query


def _alpha_duration(item: Item) -> str | None:
    """The duration of a time window of v1alpha: ``count: 30, unit: Day``."""
    count, unit = item.text_of("count"), (item.text_of("unit") or "").lower()
    letter = {"day": "d", "week": "w", "month": "M", "quarter": "Q", "year": "Y", "hour": "h", "minute": "m"}.get(unit)
    return None if count is None or letter is None else f"{count}{letter}"
