"""What an import makes: entries of a plan, and what became of each construct of the files. All that the modules of the
formats share with what is done to a plan afterwards."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from kpi.errors import shorten
from kpi.values.ids import free_id, id_of

if TYPE_CHECKING:
    from kpi.plan.yaml.round_trip import Value
    from kpi.values import Every

State = Literal["imported", "note", "refused"]
Section = Literal["sources", "measures", "goals", "kpis"]
MOST_OUTCOMES = 50_000


class Origin(NamedTuple):
    """A construct of a file: what it is, as in ``metric revenue``, and where. ``line`` is None where there is none."""

    construct: str
    file: str
    line: int | None = None


class Outcome(NamedTuple):
    """What became of a construct.

    ``imported``: it is ``becomes``, e.g. ``kpis.revenue``, exactly, or as ``reason`` says. ``note``: it has no
    counterpart and bears on no number, or something was chosen for it; ``reason`` says what. ``refused``: it is not in
    the plan; ``reason`` says why, and ``workaround`` what to do instead.
    """

    origin: Origin
    state: State
    becomes: str | None = None
    reason: str | None = None
    workaround: str | None = None


class Refusal(Exception):  # noqa: N818  # what stops the import of one construct, and nothing else
    """Why a construct cannot be imported."""

    def __init__(self, reason: str, workaround: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.workaround = workaround


@dataclass
class Entry:
    """An entry of the plan; ``comments`` are lines above its fields."""

    origin: Origin
    fields: dict[str, Value]
    comments: list[str] = field(default_factory=list)


class Settings(NamedTuple):
    """What a user says beside the files. ``data`` is a folder with a file for each table, ``dates`` the column with the
    date for each dataset, ``decimal`` the decimal mark of a sheet."""

    every: Every = "month"
    data: Path | None = None
    dates: Mapping[str, str] = {}
    decimal: str | None = None
    sheet: str | None = None


class Result:
    """What the modules of the formats fill: the entries of a plan, and the outcomes in the order of the files."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.folder = folder
        self.header: dict[str, Value] = {}
        self.entries: dict[Section, dict[str, Entry]] = {"sources": {}, "measures": {}, "goals": {}, "kpis": {}}
        self.outcomes: list[Outcome] = []

    def add(
        self, section: Section, id_: str, origin: Origin, fields: Mapping[str, Value], comments: Iterable[str] = ()
    ) -> None:
        """Add an entry, which says what became of its construct."""
        self.entries[section][id_] = Entry(origin, dict(fields), list(comments))
        self._note(Outcome(origin, "imported", f"{section}.{id_}"))

    def imported(self, origin: Origin, reason: str) -> None:
        """Report what is in the plan without an entry of its own."""
        self._note(Outcome(origin, "imported", None, reason))

    def note(self, origin: Origin, reason: str, becomes: str | None = None) -> None:
        """Report what has no counterpart, or what was chosen."""
        self._note(Outcome(origin, "note", becomes, reason))

    def refuse(self, origin: Origin, reason: str, workaround: str) -> None:
        """Report what is not in the plan."""
        self._note(Outcome(origin, "refused", None, reason, workaround))

    def new_id(self, name: str, section: Section, *others: Section) -> str:
        """An id for a name that no entry of these sections has."""
        taken = {id_ for one in (section, *others) for id_ in self.entries[one]}
        return free_id(id_of(name) or section[:-1], taken)

    def _note(self, outcome: Outcome) -> None:
        if len(self.outcomes) < MOST_OUTCOMES:
            self.outcomes.append(outcome)


def comment_lines(label: str, text: str, width: int = 100) -> list[str]:
    """A text of another tool as lines of a comment."""
    from textwrap import wrap

    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return wrap(f"{label}: {shorten(plain, 2_000)}", width) if plain else []


def listed(names: Sequence[str], most: int = 8) -> str:
    """Names as people list them, cut where there are many."""
    shown = ", ".join(shorten(name, 40) for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")


class References:
    """Adds constructs that refer to one another, each once. ``open`` are those that are being added now."""

    def __init__(self, result: Result, noun: str) -> None:
        self._result, self._noun = result, noun
        self._done: dict[Hashable, str | Refusal] = {}
        self.open: list[str] = []

    def add(self, key: Hashable, name: str, origin: Callable[[str], Origin], make: Callable[[], str]) -> str | Refusal:
        """The id that ``make`` gives the construct, or why it is refused, which is reported once. ``name`` is what it
        is called in messages."""
        if key in self._done:
            return self._done[key]
        if name in self.open:
            path = " → ".join([*self.open, name])
            return Refusal(f"the {self._noun} refers to itself: {path}", "break the cycle")
        self.open.append(name)
        try:
            self._done[key] = make()
        except Refusal as refusal:
            self._done[key] = refusal
            self._result.refuse(origin(f"{self._noun} {name}"), refusal.reason, refusal.workaround)
        finally:
            self.open.pop()
        return self._done[key]
