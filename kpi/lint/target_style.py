"""Targets in unusual spelling, and the same targets in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.errors import TextError
from kpi.lint.context import Context
from kpi.plan.model import Kpi, Op, Target, parse_target
from kpi.plan.yaml.source_map import Path
from kpi.values import Unit

WORDS: dict[str, str] = {">=": "at least", "<=": "at most", ">": "above", "<": "below", "==": "exactly"}
_SIGNS = {"=>": ">=", "≥": ">=", "=<": "<=", "≤": "<=", "=": "=="}
_PLAIN = ("at least ", "at most ", "above ", "below ", "between ", "exactly ")


def odd_targets(context: Context) -> Iterator[tuple[Path, str, str]]:
    """Yield path, text and better spelling of every valid target and threshold in unusual spelling."""
    for kpi in context.kpis:
        for path, target in _written(kpi):
            text = target.text
            if text.startswith(_PLAIN) and " %" not in text:
                continue
            respelt = respell(context, kpi, path, text)
            if respelt is not None:
                yield path, text, respelt


def _written(kpi: Kpi) -> Iterator[tuple[Path, Target]]:
    if isinstance(kpi.target, tuple):
        for entry in kpi.target:
            yield ("kpis", kpi.id, "target", entry.label), entry.target
    elif kpi.target is not None:
        yield ("kpis", kpi.id, "target"), kpi.target
    if kpi.thresholds is not None:
        yield ("kpis", kpi.id, "thresholds", "green"), kpi.thresholds.green
        if kpi.thresholds.yellow is not None:
            yield ("kpis", kpi.id, "thresholds", "yellow"), kpi.thresholds.yellow


def respell(context: Context, kpi: Kpi, path: Path, text: str) -> str | None:
    """Return the better spelling of the text at ``path`` in the KPI, or None: see :func:`canonical`."""
    unit = context.unit(kpi)
    if unit is None:
        return None
    green = None if kpi.thresholds is None or path[2] != "target" else kpi.thresholds.green.op
    return canonical(text, unit, kpi.baseline, green)


def canonical(text: str, unit: Unit, baseline: float | None = None, toward: Op | None = None) -> str | None:
    """Return a target (or threshold) with its direction in words and without a space before ``%``.

    None if the spelling is already good, or if the new text is not certain to mean the same: it must be valid and,
    if the old text is valid too, the same target. ``toward`` is the direction that
    the thresholds imply for a number without one.
    """

    def parsed(candidate: str) -> Target | None:
        try:
            return parse_target(candidate, unit, baseline, toward=toward)
        except TextError:
            return None

    if re.match(r"(?:[<>]=?|==|[≥≤]) \S", text) and " %" not in text:
        return None  # a sign and a space are fine
    before = parsed(text)
    new = re.sub(r"(?<=\d) (?=%)", "", " ".join(text.split()))
    if (sign := re.match(r"(>=|=>|<=|=<|==|[≥≤=><])\s*", new)) is not None:
        new = f"{WORDS[_SIGNS.get(sign[1], sign[1])]} {new[sign.end() :]}"
    elif before is not None and before.op in WORDS and re.match(r"[^\w\s]?\d[^a-z]*?( by |$)", new):
        new = f"{WORDS[before.op]} {new}"
    if new == text.strip():
        return None
    after = parsed(new)
    if after is None or (before is not None and _meaning(before) != _meaning(after)):
        return None
    return new


def _meaning(target: Target) -> tuple[object, ...]:
    return target.op, target.value, target.upper, target.by
