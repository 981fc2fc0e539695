"""Finds the symbol under a cursor: a goal, a KPI, a column, a field, a function."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from kpi.diagnostics import Location
from kpi.formulas.functions import FUNCTIONS
from kpi.lsp.analysis import Analysis
from kpi.lsp.fields import Path, field_at, from_root
from kpi.lsp.tokens import token_at
from kpi.plan.yaml.cursor import CursorContext, context_at

Kind = Literal["goal", "kpi", "measure", "source", "column", "field", "function", "rule", "file", "data"]
Role = Literal["goal", "kpi", "formula", "target", "split", "row", "column", "query", "data", "file", "rule", "text"]
_DECLARED: dict[str, Kind] = {"goals": "goal", "kpis": "kpi", "measures": "measure", "sources": "source"}


class Symbol(NamedTuple):
    """A symbol. ``name`` is its id and ``source`` the source of a column. ``path`` is the path of the key or value that
    contains it, ``key`` is true for a key, and ``place`` is its location."""

    kind: Kind
    name: str
    path: Path
    key: bool
    place: Location
    source: str = ""


def role_of(path: Path) -> Role:
    """What the value at ``path`` refers to, or "text" if it refers to nothing."""
    match path:
        case ("goals", _, "parent") | ("kpis", _, "goal"):
            return "goal"
        case ("kpis", _, "leads", str()):
            return "text"
        case ("kpis", _, "guardrails" | "leads", *_) | ("decisions", int(), "kpi"):
            return "kpi"
        case ("kpis", _, "formula") | ("measures", _):
            return "formula"
        case ("kpis", _, "target", *_) | ("kpis", _, "thresholds", _) | ("kpis", _, "split", "targets", _):
            return "target"
        case ("kpis", _, "split") | ("kpis", _, "split", "by"):
            return "split"
        case ("sources", _, "computed", _) | ("sources", _, "where"):
            return "row"
        case ("sources", _, "date" | "from" | "until" | "through") | ("sources", _, "key", *_):
            return "column"
        case ("sources", _, "query"):
            return "query"
        case ("sources", _, "path", *_):
            return "data"
        case ("include", *_):
            return "file"
        case ("lint", "select" | "ignore", *_) | ("lint", "per_file_ignores", _, *_):
            return "rule"
    return "text"


def symbol_at(analysis: Analysis, file: str, offset: int) -> Symbol | None:
    """The symbol at a character offset of a file of the plan, or None."""
    document = analysis.read.places.document(file)
    spot = None if document is None else context_at(document, offset)
    if spot is None:
        return None
    spot.path = from_root(spot.path)
    return _of_key(spot) if spot.key else _of_value(spot, analysis)


def _of_key(spot: CursorContext) -> Symbol | None:
    path, place = spot.path, spot.location()
    match path:
        case (str(section), str(name)) if section in _DECLARED:
            return Symbol(_DECLARED[section], name, path, True, place)
        case ("sources", str(source), "computed" | "columns" | "types", str(name)):
            return Symbol("column", name, path, True, place, source)
        case ("kpis", _, "leads", str(name)):
            return Symbol("kpi", name, path, True, place)
        case ("lint", "severity", str(name)):
            return Symbol("rule", name, path, True, place)
    return None if field_at(path) is None else Symbol("field", str(path[-1]), path, True, place)


def _of_value(spot: CursorContext, analysis: Analysis) -> Symbol | None:
    path, text = spot.path, spot.text

    def whole(kind: Kind, source: str = "") -> Symbol:
        return Symbol(kind, text, path, False, spot.location(), source)

    match role_of(path):
        case "goal":
            return whole("goal")
        case "kpi":
            return whole("kpi")
        case "formula":
            return _of_word(spot, analysis)
        case "row":
            return _of_word(spot, analysis, str(path[1]))
        case "column":
            return whole("column", str(path[1]))
        case "target":
            return _named(spot, analysis, "values")
        case "split":
            source = next(iter(sorted(analysis.checked.dependencies.sources(str(path[1])))), None)
            return None if source is None else whole("column", source)
        case "query":
            return _named(spot, analysis, "sources")
        case "data":
            return whole("data", str(path[1]))
        case "file":
            return whole("file")
        case "rule":
            return whole("rule")
    match path:
        case ("sources", str(source), "columns", str(name)):
            return Symbol("column", name, path, False, spot.location(), source)
    return None


def _of_word(spot: CursorContext, analysis: Analysis, row_of: str = "") -> Symbol | None:
    """The symbol in a formula or row expression."""
    word = token_at(spot.text, spot.at, row_of)
    if word is None:
        return None
    kind: Kind | None
    if word.role == "name":
        kind = analysis.kind_of(word.text) or ("source" if word.text in analysis.plan.sources else None)
    elif word.role == "function":
        kind = "function" if word.text in FUNCTIONS else None
    else:
        kind = "function" if word.role == "word" else word.role
    if kind is None:
        return None
    return Symbol(kind, word.text, spot.path, False, spot.location(word.start, word.end), word.source)


def _named(spot: CursorContext, analysis: Analysis, what: Literal["values", "sources"]) -> Symbol | None:
    """The KPI, measure or source that a word of a target or of SQL names."""
    word = next((one for one in re.finditer(r"\w+", spot.text) if one.start() <= spot.at <= one.end()), None)
    if word is None:
        return None
    name = word[0] if what == "values" else word[0].lower()  # SQL ignores case
    is_source = what == "sources" and name in analysis.plan.sources
    kind: Kind | None = "source" if is_source else analysis.kind_of(name) if what == "values" else None
    if kind is None:
        return None
    return Symbol(kind, name, spot.path, False, spot.location(word.start(), word.end()))
