"""Suggestions for fields without fixed choices: common values, and values that the plan uses elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kpi.lsp.fields import Path
from kpi.plan.model import Goal, Kpi, Source

_UNITS = ('"%"', "EUR", "USD", "GBP", "seconds", "minutes", "hours", "days", "points")
_WINDOWS = (
    "3 months",
    "6 months",
    "12 months",
    "1 year",
    "4 weeks",
    "month to date",
    "quarter to date",
    "year to date",
    "all time",
)
_UPDATED = ("daily", "weekly", "monthly", "quarterly", "yearly")
_TYPES = ("text", "number", "boolean", '"date %d/%m/%Y"', '"timestamp %d/%m/%Y %H:%M"', '"duration %H:%M:%S"')
_ENCODINGS = ("utf-8", "utf-16", "latin-1", "cp1252")
_LEVELS = ("mission", "vision", "strategy", "objective")


def suggestions(
    path: Path, goals: Mapping[str, Goal], kpis: Mapping[str, Kpi], sources: Mapping[str, Source]
) -> list[str]:
    """Likely values of the field at ``path``, the likeliest first. Empty for prose, numbers and dates."""
    people = [*(goal.owner for goal in goals.values()), *(kpi.owner for kpi in kpis.values())]
    match path:
        case ("kpis", _, "unit"):
            return _common(_UNITS, (kpi.unit for kpi in kpis.values() if kpi.unit != "%"))
        case ("kpis", _, "window"):
            return list(_WINDOWS)
        case ("kpis", _, "leads", str()):
            return ["1 month", "2 months", "3 months", "6 months"]
        case ("kpis", str(id_), "question"):
            goal = goals.get((kpis[id_].goal if id_ in kpis else None) or "")
            asked = goal.questions if goal is not None else [text for one in goals.values() for text in one.questions]
            return [text for text in asked if _is_plain(text)]
        case ("kpis", _, "tags", *_):
            return _common((), (tag for kpi in kpis.values() for tag in kpi.tags))
        case ("goals" | "kpis", _, "owner") | ("goals", _, "agreed_with") | ("decisions", _, "by"):
            return _common((), people)
        case ("sources", _, "on_bad_rows"):
            return ["error", "skip", "skip up to 20%"]
        case ("sources", _, "owner"):
            return _common((), [*(one.owner for one in sources.values()), *people])
        case ("goals", _, "level"):
            return _common(_LEVELS, (goal.level for goal in goals.values()))
        case ("sources", _, "updated"):
            return list(_UPDATED)
        case ("sources", _, "types", _):
            return list(_TYPES)
        case ("sources", _, "read", "encoding"):
            return list(_ENCODINGS)
    return []


def _common(usual: Iterable[str], used: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys([*usual, *(one for one in used if one and _is_plain(one))]))


def _is_plain(text: str) -> bool:
    """Whether a text needs no quotation marks in YAML."""
    return text == text.strip() and text[:1].isalnum() and not any(mark in text for mark in (": ", " #", ",", "]", "}"))
