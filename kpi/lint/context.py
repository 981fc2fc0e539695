"""The input of a rule: the plan with its positions, the date, and views that several rules share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from kpi.diagnostics import Diagnostic
from kpi.errors import TextError
from kpi.lint.language import is_foreign
from kpi.lint.suppressions import Suppression
from kpi.lint.text import LONGEST, Word, words
from kpi.lint.vocabulary import Match, WordList, read_list
from kpi.plan.checks import Checked
from kpi.plan.model import Goal, Kpi, LintSettings, Plan, RuleOption, Target, WordOptions
from kpi.plan.model.lint import NO_WORDS
from kpi.plan.yaml.source_map import Path
from kpi.values import Calendar, Unit, parse_unit, period_of

if TYPE_CHECKING:
    from kpi.run.profile import DataProfile

LAST_LATIN = "\u024f"
Kind = Literal["goal", "kpi", "question"]

# Levels of a goal tree that state a permanent direction: they have no date and need no KPI of their own.
TIMELESS = frozenset({
    "mission", "vision", "purpose", "value", "values", "principle", "principles", "north star", "theme", "pillar",
    "area",
})  # fmt: skip


class Sentence:
    """A sentence that says what is wanted or measured: a name or a question. ``id`` is its goal's or KPI's."""

    def __init__(self, path: Path, text: str, kind: Kind) -> None:
        self.path = path
        self.text = text[:LONGEST]
        self.kind: Kind = kind
        self.id = str(path[1])

    @cached_property
    def words(self) -> list[Word]:
        """The words outside quotation marks and backticks."""
        return words(self.text)

    @cached_property
    def latin(self) -> bool:
        """Whether most words are in Latin letters. English words among those of another script are borrowed."""
        return 2 * sum(word[0][0] <= LAST_LATIN for word in self.words) >= len(self.words)

    @cached_property
    def foreign(self) -> bool:
        """Whether the sentence seems to be in a language that the word lists do not know."""
        return is_foreign(self.text, self.words)


class Context:
    """One plan as input of the rules.

    ``today`` is the date of the review; no rule reads a clock. ``suppressions`` are the comments that suppress findings
    and ``applied`` the codes of the rules that are applied. ``data`` is the profile of the data, or None if it was not
    requested, and ``before`` an older version of the plan, if the review is one of changes.
    """

    def __init__(
        self,
        checked: Checked,
        today: date,
        suppressions: tuple[Suppression, ...],
        applied: frozenset[str],
        data: DataProfile | None,
        before: Plan | None = None,
    ) -> None:
        self.checked = checked
        self.plan = checked.plan
        self.places = checked.places
        self.settings: LintSettings = checked.plan.lint
        self.today = today
        self.data = data
        self.before = before
        self.goals: tuple[Goal, ...] = tuple(checked.plan.goals.values())
        self.kpis: tuple[Kpi, ...] = tuple(checked.plan.kpis.values())
        self.kpis_of: dict[str, list[Kpi]] = {goal.id: [] for goal in self.goals}
        meant = _meant_goals(checked.diagnostics)
        for kpi in self.kpis:
            served = kpi.goal if kpi.goal in self.kpis_of else meant.get(kpi.id)
            if served in self.kpis_of:
                self.kpis_of[served].append(kpi)
        self.children_of: dict[str, list[Goal]] = {goal.id: [] for goal in self.goals}
        for goal in self.goals:
            if goal.parent in self.children_of:
                self.children_of[goal.parent].append(goal)
        self.sentences: tuple[Sentence, ...] = tuple(self._sentences())
        self.suppressions = suppressions
        self.applied = applied
        self._misspelt = frozenset(_misspelt(checked.diagnostics))
        self._lists: dict[str, WordList] = {}
        self._units: dict[str | None, Unit | None] = {}

    def _sentences(self) -> Iterator[Sentence]:
        for goal in self.goals:
            if goal.name:
                yield Sentence(("goals", goal.id, "name"), goal.name, "goal")
            for number, question in enumerate(goal.questions):
                yield Sentence(("goals", goal.id, "questions", number), question, "question")
        for kpi in self.kpis:
            if kpi.name:
                yield Sentence(("kpis", kpi.id, "name"), kpi.name, "kpi")
            if kpi.question:
                yield Sentence(("kpis", kpi.id, "question"), kpi.question, "question")

    def given(self, *path: str | int) -> bool:
        """Whether the file has a value at ``path``, valid or not, or under a misspelt name of it; "" is no value."""
        return (self.places.has(path) and self.places.written(path) != "") or path in self._misspelt

    def words(self, name: str, option: RuleOption[WordOptions] | None = None) -> WordList:
        """Return the word list ``name`` with the words that ``option`` adds and allows."""
        found = self._lists.get(name)
        if found is None:
            words = NO_WORDS if option is None else option.of(self.settings)
            found = read_list(name, words.add, words.allow)
            self._lists[name] = found
        return found

    def is_term(self, sentence: Sentence, match: Match) -> bool:
        """Whether the words found are part of an established term, such as "effective" in "effective tax rate"."""
        terms = self.words("established_terms")
        near = slice(max(0, match.start - 3), match.end + 3)
        start, end = match.start - near.start, match.end - near.start
        return any(term.start < end and start < term.end for term in terms.find(sentence.words[near]))

    def written(self, path: Path) -> str | None:
        """Return the text at ``path`` as YAML reads it, or None if there is none."""
        return self.places.written(path)

    def unit(self, kpi: Kpi) -> Unit | None:
        """Return the unit of a KPI, or None if it is invalid, which is reported as an error."""
        if kpi.unit not in self._units:
            try:
                self._units[kpi.unit] = parse_unit(kpi.unit)
            except TextError:
                self._units[kpi.unit] = None
        return self._units[kpi.unit]

    def year_end(self) -> date:
        """The last day of the fiscal year around today."""
        return period_of(self.today, "year", self.calendar).last_day

    @cached_property
    def calendar(self) -> Calendar:
        """The plan's calendar."""
        return self.plan.calendar.build()


def _misspelt(diagnostics: Iterable[Diagnostic]) -> Iterator[Path]:
    """The paths of fields that are written under a wrong name: "owners" for owner."""
    for found in diagnostics:
        if found.code == "E010" and found.meant is not None:
            yield (*found.subject.split(".")[:-1], found.meant)


def _meant_goals(diagnostics: Iterable[Diagnostic]) -> dict[str, str]:
    """The intended goals of KPIs whose ``goal`` is misspelt."""
    return {
        found.subject.split(".")[1]: found.meant
        for found in diagnostics
        if found.code == "E040" and found.meant is not None and found.subject.startswith("kpis.")
    }


LONGEST_SHOWN = 60  # characters of a name in a message


def timeless(goal: Goal) -> bool:
    """Whether a goal is permanent: a mission, a vision, a value, a theme."""
    return goal.level is not None and goal.level.strip().lower() in TIMELESS


def targets(kpi: Kpi) -> tuple[Target, ...]:
    """All targets of a KPI: none, one, or those of its schedule."""
    target = kpi.target
    if target is None:
        return ()
    if isinstance(target, tuple):
        return tuple(entry.target for entry in target)
    return (target,)


def shown(entry: Goal | Kpi) -> str:
    """Return the name of a goal or KPI in quotation marks, shortened if it is long."""
    name = entry.name or entry.id
    return f'"{name if len(name) <= LONGEST_SHOWN else name[: LONGEST_SHOWN - 1].rstrip() + "…"}"'
