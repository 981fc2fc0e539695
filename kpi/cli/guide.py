"""``kpi init`` at a terminal: the six steps from a goal to a plan, with a look of the linter at each answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kpi.cli.output import tell
from kpi.errors import KpiError
from kpi.plan.yaml.round_trip import add_entry, remove_entry, set_entry
from kpi.values.ids import free_id, id_of

if TYPE_CHECKING:
    from kpi.catalog.model import CatalogKpi
    from kpi.diagnostics import Diagnostic
    from kpi.plan.yaml.round_trip import Value

MOST_PROPOSALS = 8
LONGEST_ID = 4  # words of the sentence that a goal is
NARROWEST_SENTENCE = 32  # columns
EVERY = "day, week, month, quarter, half or year"

# What later questions ask for: a KPI with the number that a goal has in its name, its date, a baseline.
LATER = frozenset({"M109", "M112", "T102"})

LEFT = (KeyboardInterrupt, EOFError, typer.Abort)  # Ctrl-C and Ctrl-D


@dataclass
class ChosenKpi:
    """A KPI of the new plan, from the catalog or of the user's own."""

    id_: str
    name: str
    template: CatalogKpi | None = None
    fields: dict[str, Value] = field(default_factory=dict)


class Guide:
    """The dialogue. The file is written after each answer, so that leaving it at any time loses nothing."""

    def __init__(self, file: Path, head: str, today: date) -> None:
        self.file, self.today = file, today
        self.text = f"{head}version: 1\n"
        self.goal = ""
        self.owner: dict[str, Value] = {}
        self.words: list[str] = []
        self.kpis: list[ChosenKpi] = []

    @property
    def started(self) -> bool:
        """Whether there is anything to keep."""
        return bool(self.goal)

    def run(self) -> bool:
        """Ask along the six steps. Returns whether a goal was named, without which nothing is written.

        Ctrl-C and Ctrl-D end the dialogue where it is; before the first answer they end the command.
        """
        tell("Six steps to a first plan. Enter skips a question; Ctrl-D leaves, and keeps what was entered.")
        try:
            if not self._name_goal():
                return False
            for step in (self._questions, self._choose_kpis, self._targets, self._sources, self._review):
                step()
        except LEFT:
            if not self.started:
                raise
            tell("")
        return True

    # The steps

    def _name_goal(self) -> bool:
        tell("\n1/6 Goal\nWhat will be different, and for whom? Without an answer, an example is written.")
        name = _asked()
        if not name:
            return False
        self.goal = self._with_name("goals", _new_id("goals", name, ()), {"name": name}, [])
        self._answered(("goals", self.goal), "due", f"By when? (such as {self.today.year}-12-31)")
        owner = self._answered(("goals", self.goal), "owner", "Who is responsible for it? (an e-mail address)")
        self.owner = {"owner": owner} if owner else {}
        return True

    def _questions(self) -> None:
        tell("\n2/6 Key questions\nWhich questions tell whether the goal is reached? One at a time; Enter when done.")
        while question := _asked():
            before = tuple(self.words)
            self._set(("goals", self.goal), "questions", [*before, question])
            changed = self._look(("goals", self.goal, "questions"), partial(_after, before))
            self.words.append(changed or question)

    def _choose_kpis(self) -> None:
        from kpi.catalog.catalog import load_catalog
        from kpi.catalog.search import proposals, search

        tell("\n3/6 KPIs")
        catalog = load_catalog()
        offered = proposals(
            catalog, " ".join([str(_fields_in(self.text, "goals", self.goal)["name"]), *self.words]), MOST_PROPOSALS
        )
        _list(offered, "The catalog proposes:")
        tell("Choose by number, write words to search for, or =NAME for one of your own; Enter when done.")
        while answer := _asked():
            if answer.startswith("="):
                self._own_kpi(answer[1:].strip())
            elif answer.isdecimal():
                number = int(answer)
                if 0 < number <= len(offered):
                    self._catalog_kpi(offered[number - 1])
                else:
                    tell(f"  there is no number {number}")
            elif found := search(catalog, answer.split())[:MOST_PROPOSALS]:
                offered = found
                _list(offered, "The catalog has:")
            else:
                tell(f"  the catalog has nothing like it; ={answer} adds it as one of your own")

    def _targets(self) -> None:
        tell("\n4/6 Targets and thresholds")
        for kpi in self.kpis:
            example = "at least 30% by" if kpi.fields.get("unit") == "%" else "at least 30 by"
            target = self._kpi_field(
                kpi, "target", f"{kpi.name}: its target? (such as {example} {self.today.year}-12-31)"
            )
            if target and " by " in target:
                self._kpi_field(kpi, "baseline", f"{kpi.name}: where is it today?")
            if target:
                question = f"{kpi.name}: from where on is it yellow, not red? (such as at least 90% of target)"
                self._answered(("kpis", kpi.id_), "thresholds", question, partial(_thresholds, target))

    def _sources(self) -> None:
        tell("\n5/6 Sources and frequency")
        for kpi in self.kpis:
            usual = kpi.template.every if kpi.template is not None else "month"
            every = self._answered(("kpis", kpi.id_), "every", f"{kpi.name}: how often? ({EVERY}; Enter: {usual})")
            kpi.fields["every"] = every or usual
            if not every:
                self._set(("kpis", kpi.id_), "every", usual)
            if kpi.template is not None:
                tell(f"{kpi.name}: a data file to compute it from? Enter: values are recorded by hand.")
                while (source := _asked()) and not self._from_file(kpi, source):
                    tell("Another file? Enter: values are recorded by hand.")

    def _review(self) -> None:
        tell("\n6/6 Review")
        self._answered(
            ("goals", self.goal),
            "review",
            f"How often is the goal reviewed? ({EVERY}; Enter: not said)",
            lambda text: {"every": text},
        )
        for kpi in self.kpis:
            self._kpi_field(kpi, "when_red", f"{kpi.name}: what is done when it is red?")

    # KPIs

    def _with_name(self, section: str, id_: str, fields: dict[str, Value], taken: Sequence[str]) -> str:
        """Keep a new entry, and let the linter look at its name. Returns its id, which follows a name that changed."""
        before = self.text
        self._keep_entry(section, id_, fields)
        changed = self._look((section, id_, "name"))
        if changed is None:
            return id_
        fields["name"] = changed
        new_id = _new_id(section, changed, taken)
        self.text = before
        self._keep_entry(section, new_id, fields)
        return new_id

    def _catalog_kpi(self, template: CatalogKpi) -> None:
        from kpi.catalog.model import MONEY

        if any(kpi.id_ == template.id for kpi in self.kpis):
            tell(f"  {template.name} is already chosen")
            return
        kpi = ChosenKpi(template.id, template.name, template)
        kpi.fields |= {"name": template.name, "goal": self.goal, "question": template.questions[0], **self.owner}
        kpi.fields |= {"indicator": template.indicator, "kind": "direct" if template.proxy_of is None else "proxy"}
        if template.unit != MONEY:
            kpi.fields["unit"] = template.unit
        self.kpis.append(kpi)
        self._keep_entry("kpis", kpi.id_, kpi.fields)
        if template.unit == MONEY:
            self._kpi_field(kpi, "unit", f"{kpi.name}: in which currency? (such as EUR or USD)")
        tell(f"  {kpi.name}: {template.misleads[0]}")

    def _own_kpi(self, name: str) -> None:
        if not name:
            tell("  write its name after =")
            return
        taken = [one.id_ for one in self.kpis]
        kpi = ChosenKpi(_new_id("kpis", name, taken), name)
        kpi.fields |= {"name": name, "goal": self.goal, **self.owner}
        kpi.id_ = self._with_name("kpis", kpi.id_, kpi.fields, taken)
        kpi.name = str(kpi.fields["name"])
        self.kpis.append(kpi)
        self._kpi_field(kpi, "unit", f"{kpi.name}: its unit? (such as %, EUR, minutes, or what is counted)")

    def _from_file(self, kpi: ChosenKpi, source: str) -> bool:
        """Compute a KPI of the catalog from a data file, with the questions of ``kpi add``. Returns if it works."""
        from kpi.catalog.catalog import load_catalog, requirements
        from kpi.catalog.model import MONEY
        from kpi.cli.add import add_asking
        from kpi.editing.add import Wanted
        from kpi.editing.session import open_session

        assert kpi.template is not None
        if source not in _sources_in(self.text) and not _is_there(self.file.parent, source):
            tell(f"  there is no file {self.file.parent / source}")
            return False
        draft = f"{kpi.id_}_from_file"  # the KPI as kpi add writes it, of which the formula is taken
        unit = kpi.fields.get("unit")
        currency = unit if kpi.template.unit == MONEY and isinstance(unit, str) else None
        table = requirements(load_catalog(), kpi.template)[0].source.id
        try:
            session = open_session(self.file)
            wanted = Wanted(kpi.template.id, self.goal, draft, currency=currency, tables={table: source})
            text = add_asking(session, wanted)[0].texts[session.main()[0]]
            for name in ("formula", "window"):
                if value := _fields_in(text, "kpis", draft).get(name):
                    text = set_entry(text, ("kpis", kpi.id_), name, str(value))
            text = remove_entry(text, ("kpis",), draft)
            _, errors = session.tried({session.main()[0]: text})
        except KpiError as mistake:
            tell(f"  {mistake.message}" + (f"\n       {mistake.hint}" if mistake.hint else ""))
            return False
        for error in errors:
            tell(f"  {error.message}" + (f"\n       {error.hint}" if error.hint else ""))
        if not errors:
            self._write(text)
        return not errors

    # Answers

    def _kpi_field(self, kpi: ChosenKpi, name: str, question: str) -> str:
        answer = self._answered(("kpis", kpi.id_), name, question)
        if answer:
            kpi.fields[name] = answer
        return answer

    def _answered(
        self, entry: tuple[str, str], name: str, question: str, as_value: Callable[[str], Value] = str
    ) -> str:
        """Ask for a field until the answer has no error, and keep it; "" if there is none."""
        tell(question)
        answer = _asked()
        if not answer:
            return ""
        self._set(entry, name, as_value(answer))
        changed = self._look((*entry, name), as_value)
        return changed or answer if name in _fields_in(self.text, *entry) else ""

    def _look(self, path: tuple[str, str, str], as_value: Callable[[str], Value] = str) -> str | None:
        """Show what the linter says about an answer, and ask for another one. An answer with an error is left out if
        there is no other, any other one is kept. Returns the answer given instead."""
        instead: str | None = None
        while found := self._findings(path):
            for one in found:
                tell(f"  {one.code} {one.message}" + (f"\n       {one.hint}" if one.hint else ""))
            wrong = any(one.severity == "error" for one in found)
            tell(f"Write it again, or Enter {'leaves it out' if wrong else 'keeps it'}.")
            again = ""
            try:
                again = _asked()
            finally:  # also where the dialogue ends here
                if wrong and not again:
                    self._write(remove_entry(self.text, path[:2], path[2]))
            if not again:
                return None if wrong else instead
            instead = again
            self._set(path[:2], path[2], as_value(again))
        return instead

    def _findings(self, path: Sequence[str]) -> list[Diagnostic]:
        """What ``kpi lint`` says about a field of the text so far."""
        from kpi.data import check_plan
        from kpi.lint import Options, review
        from kpi.lint.registry import file_model
        from kpi.plan.loading import read_plan

        read = read_plan(self.file, text=self.text, model=file_model)
        found = review(check_plan(read), read.texts, Options(self.today)).findings
        subject = ".".join(path)
        return [
            one
            for one in found
            if one.code not in LATER and (one.subject == subject or one.subject.startswith(f"{subject}."))
        ]

    # The text

    def _keep_entry(self, section: str, id_: str, fields: dict[str, Value]) -> None:
        self._write(add_entry(self.text, section, id_, fields))

    def _set(self, entry: tuple[str, ...], name: str, value: Value) -> None:
        self._write(set_entry(self.text, entry, name, value))

    def _write(self, text: str) -> None:
        from kpi.writing import create_file

        self.text = text
        create_file(self.file, text)


def _asked() -> str:
    answer: str = typer.prompt(">", default="", show_default=False, prompt_suffix=" ", err=True)
    return " ".join(answer.split())


def _fields_in(text: str, section: str, id_: str) -> dict[str, object]:
    """The fields of an entry that the guide has written."""
    import yaml

    return dict(yaml.load(text, yaml.BaseLoader)[section][id_])


def _sources_in(text: str) -> Collection[str]:
    import yaml

    return (yaml.load(text, yaml.BaseLoader).get("sources") or {}).keys()


def _thresholds(target: str, yellow: str) -> dict[str, str]:
    """Green where the target is met, and yellow from the bound given."""
    return {"green": target.partition(" by ")[0], "yellow": yellow}


def _is_there(folder: Path, pattern: str) -> bool:
    """Whether a path, which may have wildcards, is one of a file."""
    path = folder / pattern
    if path.is_absolute():
        return path.is_file() or any(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
    return path.is_file() or any(folder.glob(pattern))


def _after(before: Sequence[str], last: str) -> list[str]:
    return [*before, last]


def _list(kpis: Sequence[CatalogKpi], head: str) -> None:
    """Show KPIs by number, their sentences wrapped beside the names, or below them where there is little space."""
    if not kpis:
        return
    from kpi.cli.terminal import terminal_width
    from kpi.render.layout import wrap

    names = max(len(kpi.name) for kpi in kpis)
    width = terminal_width()
    beside = width - names - len("  1    ") >= NARROWEST_SENTENCE
    lines = [head]
    for number, kpi in enumerate(kpis, 1):
        indent = len("  1  ") + (names + 2 if beside else 2)
        first, *more = wrap(kpi.sentence, max(width - indent, NARROWEST_SENTENCE))
        if beside:
            lines.append(f"  {number}  {kpi.name:<{names}}  {first}")
        else:
            lines += [f"  {number}  {kpi.name}", " " * indent + first]
        lines += [" " * indent + text for text in more]
    tell("\n".join(lines))


def _new_id(section: str, name: str, taken: Sequence[str]) -> str:
    """An id made of a name; of a goal, which is a sentence, of the words that say something."""
    id_ = id_of(name, LONGEST_ID if section == "goals" else None)
    return free_id(id_ or f"first_{section[:-1]}", taken)
