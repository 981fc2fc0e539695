"""What can be typed at a cursor: fields, ids, words, and the names that formulas know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from kpi.formulas.functions import EDGE_WORDS, FORMULA_FUNCTIONS, ROW_FUNCTIONS, WORDS, Function
from kpi.lint.registry import RULES
from kpi.lsp.fields import field_at, fields_at
from kpi.lsp.suggestions import suggestions
from kpi.lsp.symbols import role_of
from kpi.lsp.tokens import Wanted, wanted_at
from kpi.plan.model.lint import SeverityWord
from kpi.plan.yaml.cursor import CursorContext, completion_context

if TYPE_CHECKING:
    from kpi.lsp.analysis import Analysis, Column

OfferKind = Literal[
    "field", "section", "goal", "kpi", "measure", "source", "column", "function", "word", "rule", "text"
]
_JOINS = ("and", "or", "in", "not in", "is None", "is not None", "if", "else")
_ANSWERS = ("not", "None", "True", "False")


class Offer(NamedTuple):
    """Something that can stand at the cursor. ``label`` is what people read, ``text`` what is put in instead of the
    last ``typed`` characters before it, where ``$0`` says where the cursor goes then; ``detail`` is one line about it,
    ``about`` Markdown. Offers of a lower ``rank`` come first."""

    label: str
    kind: OfferKind
    text: str
    typed: int = 0
    detail: str = ""
    about: str = ""
    rank: int = 0


def complete(known: Sequence[Analysis], text: str, offset: int, *, included: bool) -> list[Offer]:
    """What can be typed at a character of a file's text. ``known`` are analyses of its plan, the best first, none of
    which need be of this very text; ``included``: the file is not the plan's main one."""
    spot = completion_context(text, offset)
    if spot is None:
        return []
    names = _Names(known)
    if spot.key:
        return list(_keys(spot, names, included, "".join(text[offset:].splitlines()[:1])))
    return [_quoted(offer, text[: offset - offer.typed]) for offer in _values(spot, names)]


def _quoted(offer: Offer, before: str) -> Offer:
    """An offer without its quotation marks where there is one already."""
    return offer._replace(text=offer.text.strip('"')) if before.endswith(('"', "'")) else offer


class _Names:
    """All names of several analyses; of two with one id the one of the first counts."""

    def __init__(self, known: Sequence[Analysis]) -> None:
        self.known = known
        self.goals = {id_: one for each in reversed(known) for id_, one in each.plan.goals.items()}
        self.kpis = {id_: one for each in reversed(known) for id_, one in each.plan.kpis.items()}
        self.measures = {id_: one for each in reversed(known) for id_, one in each.plan.measures.items()}
        self.sources = {id_: one for each in reversed(known) for id_, one in each.plan.sources.items()}

    def columns(self, source: str) -> Iterable[Column]:
        """The columns of a source."""
        return next((found for each in self.known if (found := each.columns(source).values())), ())


def _keys(spot: CursorContext, names: _Names, included: bool, rest: str) -> Iterator[Offer]:
    """Fields that are not there yet, and in mappings of columns or rules those."""
    parent, typed = spot.path[:-1], spot.at
    ends = "" if rest[len(spot.text) - typed :].lstrip().startswith(":") else ":"
    for rank, field in enumerate(fields_at(parent, included=included).values()):
        if field.name not in spot.beside:
            end = ends and (":" if field.nested else ": ")
            kind: OfferKind = "section" if field.nested else "field"
            yield Offer(field.name, kind, field.name + end, typed, _in_short(field.choices), field.description, rank)
    match parent:
        case ("sources", str(source), "types"):
            for offer in _columns(names, source, typed):
                if offer.label not in spot.beside:
                    yield offer._replace(text=offer.text + (ends and ": "))
        case ("lint", "severity"):
            yield from (offer._replace(text=offer.text + (ends and ": ")) for offer in _rules(spot))


def _in_short(choices: tuple[str, ...]) -> str:
    return ", ".join(choices) if 1 < len(choices) <= 5 else ""


def _values(spot: CursorContext, names: _Names) -> Iterator[Offer]:
    path = spot.path
    match role_of(path):
        case "goal":
            own = path[1] if path[2] == "parent" else None
            return (Offer(id_, "goal", id_, spot.at, goal.name) for id_, goal in names.goals.items() if id_ != own)
        case "kpi":
            others = (kpi for id_, kpi in names.kpis.items() if id_ != path[1] and id_ not in spot.beside)
            return (Offer(kpi.id, "kpi", kpi.id, spot.at, kpi.name) for kpi in others)
        case "formula":
            return _formula(spot, names)
        case "row":
            return _wanted(wanted_at(spot.text, spot.at, str(path[1])), names)
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
    return _plain(spot, names)


def _plain(spot: CursorContext, names: _Names) -> Iterator[Offer]:
    """The choices of a field, or what is common in one that is open to anything."""
    path = spot.path
    field = field_at(path[:-1] if path and isinstance(path[-1], int) else path)
    choices = field.choices if field is not None else ()
    if path[:2] == ("lint", "severity"):
        choices = get_args(SeverityWord)
    if choices:
        return (Offer(word, "word", word, spot.at, rank=rank) for rank, word in enumerate(choices))
    words = suggestions(path, names.goals, names.kpis, names.sources)
    return (Offer(word, "text", word, spot.at, rank=rank) for rank, word in enumerate(words) if word not in spot.beside)


# Formulas.


def _formula(spot: CursorContext, names: _Names) -> Iterator[Offer]:
    """What a formula may name: neither its own KPI or measure, nor a KPI of another length of period."""
    own = str(spot.path[1])
    every = names.kpis[own].every if spot.path[0] == "kpis" and own in names.kpis else None
    for offer in _wanted(wanted_at(spot.text, spot.at), names):
        other = names.kpis[offer.label].every if offer.kind == "kpi" else every
        is_own = offer.label == own and offer.kind in ("kpi", "measure")
        if not is_own and (every is None or other == every):
            yield offer


def _wanted(wanted: Wanted, names: _Names) -> Iterator[Offer]:
    typed = len(wanted.typed)
    match wanted.kind:
        case "columns":
            yield from _columns(names, wanted.source, typed)
        case "condition":
            yield from _columns(names, wanted.source, typed)
            yield Offer("filename", "column", "filename", typed, "the name of the row's file", rank=1)
            yield from _functions(ROW_FUNCTIONS.values(), wanted, rank=2)
            yield from _words((*(EDGE_WORDS if wanted.filter else ()), *_ANSWERS), typed, rank=3)
        case "joins":
            yield from _words(_JOINS, typed)
        case "source":
            for id_, source in names.sources.items():
                yield Offer(id_, "source", id_, typed, ", ".join(source.path))
        case "formula":
            for id_, text in names.measures.items():
                yield Offer(id_, "measure", id_, typed, text)
            for id_, kpi in names.kpis.items():
                yield Offer(id_, "kpi", id_, typed, kpi.name, rank=1)
            yield from _functions(FORMULA_FUNCTIONS.values(), wanted, rank=2)


def _columns(names: _Names, source: str, typed: int) -> Iterator[Offer]:
    for column in names.columns(source):
        detail = column.computed or (column.header if column.header != column.name else None) or column.type or ""
        yield Offer(column.name, "column", column.name, typed, detail)


def _split(spot: CursorContext, names: _Names) -> Iterator[Offer]:
    """The columns that all sources of a KPI have."""
    graphs = [one.checked.dependencies for one in names.known]
    sources = next((found for one in graphs if (found := one.sources(str(spot.path[1])))), ())
    each = [{offer.label: offer for offer in _columns(names, source, spot.at)} for source in sorted(sources)]
    return (offer for label, offer in each[0].items() if all(label in own for own in each)) if each else iter(())


def _functions(which: Iterable[Function], wanted: Wanted, rank: int) -> Iterator[Offer]:
    for function in which:
        name = function.name
        text = name if wanted.called else f"{name}($0)"
        yield Offer(name, "function", text, len(wanted.typed), function.example, function.description, rank)


def _words(words: Iterable[str], typed: int, rank: int = 0) -> Iterator[Offer]:
    return (Offer(word, "word", word, typed, about=WORDS.get(word.split()[0], ""), rank=rank) for word in words)


def _query(spot: CursorContext, names: _Names) -> Iterator[Offer]:
    """SQL: the columns of a source after its name and a dot, else the other sources."""
    wanted = wanted_at(spot.text, spot.at)
    if wanted.kind == "columns":
        yield from _columns(names, wanted.source.lower(), len(wanted.typed))
    else:
        for id_, source in names.sources.items():
            if id_ != spot.path[1]:
                yield Offer(id_, "source", id_, len(wanted.typed), ", ".join(source.path))


# Other values.


def _target(spot: CursorContext, names: _Names) -> Iterator[Offer]:
    """How a target begins; after that, what it may name."""
    before = spot.text[: spot.at]
    begun = [each for each in _DIRECTIONS if each[0].startswith(before.lstrip())]
    for rank, (words, about) in enumerate(begun):
        yield Offer(words, "text", words + " ", len(before), rank=rank, about=about)
    if not begun:
        word = wanted_at(before, len(before)).typed
        for id_, text in names.measures.items():
            yield Offer(id_, "measure", id_, len(word), text)
        for id_, kpi in names.kpis.items():
            if id_ != spot.path[1]:
                yield Offer(id_, "kpi", id_, len(word), kpi.name, rank=1)


_DIRECTIONS = (
    ("at least", "At least so much: `at least 30%`, `at least 30% by 2026-12-31`."),
    ("at most", "At most so much: `at most 12`."),
    ("above", "More than so much."),
    ("below", "Less than so much."),
    ("between", "Both ends included: `between 20 and 30`."),
    ("exactly", "This very number."),
)


def _rules(spot: CursorContext) -> Iterator[Offer]:
    for rule in RULES:
        if rule.code not in spot.beside:
            yield Offer(rule.code, "rule", rule.code, spot.at, rule.name, rule.summary)
