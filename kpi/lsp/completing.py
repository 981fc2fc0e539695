"""Completions at a cursor: fields, ids, choices, and names in formulas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple, get_args

from kpi.formulas.functions import EDGE_WORDS, FORMS, FORMULA_FUNCTIONS, GROUP_VALUE, ROW_FUNCTIONS, WORDS, Function
from kpi.lint.registry import RULES
from kpi.lsp.analysis import Analysis, Column
from kpi.lsp.fields import DECISIONS, field_at, fields_at, from_root
from kpi.lsp.suggestions import suggestions
from kpi.lsp.symbols import role_of
from kpi.lsp.tokens import CompletionRequest, completion_request_at
from kpi.plan.decisions import next_day
from kpi.plan.model.lint import SeverityWord
from kpi.plan.yaml.cursor import CursorContext, completion_context
from kpi.plan.yaml.nodes import split_lines
from kpi.values import add_units

CompletionKind = Literal[
    "field", "section", "goal", "kpi", "measure", "source", "column", "function", "word", "rule", "text"
]
_JOINS = ("and", "or", "in", "not in", "is None", "is not None", "if", "else")
_ANSWERS = ("not", "None", "True", "False")


class CompletionItem(NamedTuple):
    """One completion. ``label`` is what the editor lists. ``text`` replaces the last ``typed`` characters before the
    cursor; ``$0`` in it marks the new position of the cursor. ``detail`` is a short description, ``about`` a longer one
    in Markdown. Items with a lower ``rank`` come first."""

    label: str
    kind: CompletionKind
    text: str
    typed: int = 0
    detail: str = ""
    about: str = ""
    rank: int = 0


def complete(known: Sequence[Analysis], text: str, offset: int, *, included: bool) -> list[CompletionItem]:
    """The completions at an offset of a text. ``known`` are analyses of its plan, the best one first; they may be of an
    earlier text. ``included`` is true if the file is not the main file of the plan."""
    spot = completion_context(text, offset)
    if spot is None:
        return []
    spot.path = from_root(spot.path)
    names = _Names(known)
    if spot.key:
        return list(_keys(spot, names, included, split_lines(text[offset:])[0]))
    return [_quoted(item, text[: offset - item.typed]) for item in _values(spot, names)]


def _quoted(item: CompletionItem, before: str) -> CompletionItem:
    """The item without quotation marks if there is one before the cursor already."""
    return item._replace(text=item.text.strip('"')) if before.endswith(('"', "'")) else item


class _Names:
    """The names of several analyses. If several have the same id, the first one is used."""

    def __init__(self, known: Sequence[Analysis]) -> None:
        self.known = known
        self.goals = {id_: one for each in reversed(known) for id_, one in each.plan.goals.items()}
        self.kpis = {id_: one for each in reversed(known) for id_, one in each.plan.kpis.items()}
        self.measures = {id_: one for each in reversed(known) for id_, one in each.plan.measures.items()}
        self.sources = {id_: one for each in reversed(known) for id_, one in each.plan.sources.items()}

    @property
    def today(self) -> date:
        """The day of a review: the one after the last day that counts as over."""
        return next_day(self.known[0].day)

    def columns(self, source: str) -> Iterable[Column]:
        """The columns of a source."""
        return next((found for each in self.known if (found := each.columns(source).values())), ())


def _keys(spot: CursorContext, names: _Names, included: bool, rest: str) -> Iterator[CompletionItem]:
    """Fields that are not set yet. In mappings of columns or rules, the columns or rules."""
    parent, typed = spot.path[:-1], spot.at
    ends = "" if rest[len(spot.text) - typed :].lstrip().startswith(":") else ":"
    for rank, field in enumerate(fields_at(parent, included=included).values()):
        if field.name not in spot.beside:
            end = ends and (":" if field.nested else ": ")
            kind: CompletionKind = "section" if field.nested else "field"
            yield CompletionItem(
                field.name, kind, field.name + end, typed, _in_short(field.choices), field.description, rank
            )
    match parent:
        case ("sources", str(source), "types"):
            for item in _columns(names, source, typed):
                if item.label not in spot.beside:
                    yield item._replace(text=item.text + (ends and ": "))
        case ("kpis", str(own), "leads"):
            for kpi in names.kpis.values():
                if kpi.id != own and kpi.id not in spot.beside:
                    yield CompletionItem(kpi.id, "kpi", kpi.id + (ends and ": "), typed, kpi.name)
        case ("lint", "severity"):
            yield from (item._replace(text=item.text + (ends and ": ")) for item in _rules(spot))


def _in_short(choices: tuple[str, ...]) -> str:
    return ", ".join(choices) if 1 < len(choices) <= 5 else ""


def _values(spot: CursorContext, names: _Names) -> Iterator[CompletionItem]:
    path = spot.path
    match role_of(path):
        case "goal":
            own = path[1] if path[2] == "parent" else None
            return (
                CompletionItem(id_, "goal", id_, spot.at, goal.name) for id_, goal in names.goals.items() if id_ != own
            )
        case "kpi":
            others = (kpi for id_, kpi in names.kpis.items() if id_ != path[1] and id_ not in spot.beside)
            return (CompletionItem(kpi.id, "kpi", kpi.id, spot.at, kpi.name) for kpi in others)
        case "formula":
            return _formula(spot, names)
        case "row":
            return _wanted(completion_request_at(spot.text, spot.at, str(path[1])), names)
        case "column":
            return _columns(names, str(path[1]), spot.at)
        case "split":
            return _split(spot, names)
        case "query":
            return _query(spot, names)
        case "target":
            return _target(spot, names)
        case "rule":
            return _rules(spot)
    return _decision(spot, names) if path[:1] == (DECISIONS,) and len(path) < 4 else _plain(spot, names)


def _plain(spot: CursorContext, names: _Names) -> Iterator[CompletionItem]:
    """The choices of a field, or common values if it has none."""
    path = spot.path
    field = field_at(path[:-1] if path and isinstance(path[-1], int) else path)
    choices = field.choices if field is not None else ()
    if path[:2] == ("lint", "severity"):
        choices = get_args(SeverityWord)
    if path[-1:] == ("every",):
        choices = (*choices, "2 weeks")
    if choices:
        return (CompletionItem(word, "word", word, spot.at, rank=rank) for rank, word in enumerate(choices))
    words = suggestions(path, names.goals, names.kpis, names.sources)
    return (
        CompletionItem(word, "text", word, spot.at, rank=rank)
        for rank, word in enumerate(words)
        if word not in spot.beside
    )


def _decision(spot: CursorContext, names: _Names) -> Iterator[CompletionItem]:
    """A whole entry of reviews.yaml, or a field of one."""
    match spot.path:
        case (_, int()):
            text = f"{{date: {names.today}, kpi: $0, decided: , by: , until: {add_units(names.today, 1, 'month')}}}"
            about = "A decision: the KPI, what was decided, who decided, and when its effect is looked at."
            yield CompletionItem("{date:", "text", text, spot.at, "a decision", about)
        case (_, _, "date" | "until" as name):
            day = names.today if name == "date" else add_units(names.today, 1, "month")
            yield CompletionItem(str(day), "text", str(day), spot.at)
        case (_, _, "expect"):
            for rank, (words, about) in enumerate(_DIRECTIONS[:-1]):
                if words.startswith(spot.text[: spot.at]):
                    yield CompletionItem(words, "text", words + " ", spot.at, rank=rank, about=about)
        case _:
            yield from _plain(spot, names)


# Formulas.


def _formula(spot: CursorContext, names: _Names) -> Iterator[CompletionItem]:
    """The names that a formula can use: not its own KPI or measure, and only KPIs with the same length of period."""
    own = str(spot.path[1])
    every = names.kpis[own].every if spot.path[0] == "kpis" and own in names.kpis else None
    for item in _wanted(completion_request_at(spot.text, spot.at), names):
        other = names.kpis[item.label].every if item.kind == "kpi" else every
        is_own = item.label == own and item.kind in ("kpi", "measure")
        if not is_own and (every is None or other == every):
            yield item


def _wanted(wanted: CompletionRequest, names: _Names) -> Iterator[CompletionItem]:
    typed = len(wanted.typed)
    match wanted.kind:
        case "columns":
            yield from _columns(names, wanted.source, typed)
        case "condition":
            yield from _columns(names, wanted.source, typed)
            yield CompletionItem("filename", "column", "filename", typed, "the name of the row's file", rank=1)
            yield from _functions(ROW_FUNCTIONS.values(), wanted, rank=2)
            yield from _words((*(EDGE_WORDS if wanted.filter else ()), *_ANSWERS), typed, rank=3)
        case "joins":
            yield from _words(_JOINS, typed)
        case "group":
            yield from _words((GROUP_VALUE,), typed)
            yield from _functions(ROW_FUNCTIONS.values(), wanted, rank=2)
            yield from _words(_ANSWERS, typed, rank=3)
        case "source":
            for id_, source in names.sources.items():
                yield CompletionItem(id_, "source", id_, typed, ", ".join(source.path))
            yield from _functions((FORMS["per"], *ROW_FUNCTIONS.values()), wanted, rank=2)
            yield from _words(EDGE_WORDS, typed, rank=3)
        case "formula":
            for id_, text in names.measures.items():
                yield CompletionItem(id_, "measure", id_, typed, text)
            for id_, kpi in names.kpis.items():
                yield CompletionItem(id_, "kpi", id_, typed, kpi.name, rank=1)
            yield from _functions(FORMULA_FUNCTIONS.values(), wanted, rank=2)


def _columns(names: _Names, source: str, typed: int) -> Iterator[CompletionItem]:
    for column in names.columns(source):
        detail = column.computed or (column.header if column.header != column.name else None) or column.type or ""
        yield CompletionItem(column.name, "column", column.name, typed, detail)


def _split(spot: CursorContext, names: _Names) -> Iterator[CompletionItem]:
    """The columns that all sources of a KPI have in common."""
    graphs = [one.checked.dependencies for one in names.known]
    sources = next((found for one in graphs if (found := one.sources(str(spot.path[1])))), ())
    each = [{item.label: item for item in _columns(names, source, spot.at)} for source in sorted(sources)]
    return (item for label, item in each[0].items() if all(label in own for own in each)) if each else iter(())


def _functions(which: Iterable[Function], wanted: CompletionRequest, rank: int) -> Iterator[CompletionItem]:
    for function in which:
        name = function.name
        text = name if wanted.called else f"{name}($0)"
        yield CompletionItem(name, "function", text, len(wanted.typed), function.example, function.description, rank)


def _words(words: Iterable[str], typed: int, rank: int = 0) -> Iterator[CompletionItem]:
    return (
        CompletionItem(word, "word", word, typed, about=WORDS.get(word.split()[0], ""), rank=rank) for word in words
    )


def _query(spot: CursorContext, names: _Names) -> Iterator[CompletionItem]:
    """In SQL: the columns of a source after its name and a dot, else the other sources."""
    wanted = completion_request_at(spot.text, spot.at)
    if wanted.kind == "columns":
        yield from _columns(names, wanted.source.lower(), len(wanted.typed))
    else:
        for id_, source in names.sources.items():
            if id_ != spot.path[1]:
                yield CompletionItem(id_, "source", id_, len(wanted.typed), ", ".join(source.path))


# Other values.


def _target(spot: CursorContext, names: _Names) -> Iterator[CompletionItem]:
    """The operators at the start of a target; after that, the names that it can use."""
    before = spot.text[: spot.at]
    begun = [each for each in _DIRECTIONS if each[0].startswith(before.lstrip())]
    for rank, (words, about) in enumerate(begun):
        text = words if words.endswith("ago") else words + " "
        yield CompletionItem(words, "text", text, len(before), rank=rank, about=about)
    if not begun:
        word = completion_request_at(before, len(before)).typed
        if spot.path[2] == "thresholds":
            about = "The number of the KPI's own target: `at least 90% of target`."
            yield CompletionItem("target", "word", "target", len(word), about=about)
        for id_, text in names.measures.items():
            yield CompletionItem(id_, "measure", id_, len(word), text)
        for id_, kpi in names.kpis.items():
            if id_ != spot.path[1]:
                yield CompletionItem(id_, "kpi", id_, len(word), kpi.name, rank=1)


_DIRECTIONS = (
    ("at least", "The number or more: `at least 30%`, `at least 30% by 2026-12-31`."),
    ("at most", "The number or less: `at most 12`."),
    ("above", "More than the number: `above 30%`."),
    ("below", "Less than the number: `below 12`."),
    ("between", "Between two numbers, both included: `between 20 and 30`."),
    ("exactly", "Exactly the number: `exactly 0`."),
    ("20% more than a year ago", "Relative to the KPI's own value a year ago; also `20% less than the period before`."),
)


def _rules(spot: CursorContext) -> Iterator[CompletionItem]:
    for rule in RULES:
        if rule.code not in spot.beside:
            yield CompletionItem(rule.code, "rule", rule.code, spot.at, rule.name, rule.summary)
