"""One source as formulas see it: the columns they may name, and the kinds of values these certainly hold."""

from __future__ import annotations

from kpi.formulas.column_names import column_name, folded
from kpi.formulas.nodes import At, Node
from kpi.formulas.type_checker import row_types
from kpi.formulas.types import ANY, BOOLEAN, DURATION, NUMBER, TEXT, TIME, Types
from kpi.plan.checks.report import Finding, Path, Report
from kpi.plan.checks.source_facts import COLLIDING, DOUBTFUL, SourceFacts, shown
from kpi.plan.model import Plan, Source

FILENAME = "filename"
GIVE_DATES = "give the source a date: column, or, for interval rows, from: and until:"
_KINDS = {
    "text": TEXT, "number": NUMBER, "boolean": BOOLEAN, "date": TIME, "timestamp": TIME, "duration": DURATION,
}  # fmt: skip


class Rows:
    """One source.

    ``computed`` are the trees of its computed columns and ``where`` that of its filter, as far as they can be parsed;
    :func:`kpi.plan.checks.source_checks.check_source` fills both in.
    """

    def __init__(self, source: Source, plan: Plan, facts: SourceFacts, report: Report) -> None:
        self.source = source
        self.facts = facts
        self.path: Path = ("sources", source.id)
        self.computed: dict[str, Node] = {}
        self.where: Node | None = None
        # Folded name -> name as it is defined. ``columns`` is None when they cannot be known (N2).
        self.computed_names = {folded(name): name for name in reversed(list(source.computed))}  # of two the first
        self.columns = None if facts.columns is None else {folded(name): name for name in facts.columns}
        self._plan = plan
        self._report = report
        self._declared = {folded(name): _KINDS[text.split(maxsplit=1)[0]] for name, text in source.types.items()}
        self._doubt = next((problem for problem in facts.problems if problem.code == DOUBTFUL), None)
        self._doubted = False
        self._partly: dict[str, Finding] | None = None
        self._optional = {folded(name) for name in source.optional}
        self._colliding = {problem.field[1]: problem for problem in facts.problems if problem.code == COLLIDING}

    def has(self, name: str) -> bool:
        """Whether the source certainly has a column of this name."""
        key = folded(name)
        return key in self.computed_names or (self.columns is not None and key in self.columns)

    def missing(self, name: str, at: At) -> Finding | None:
        """What is wrong with using a column: it is missing, or missing from some files (R5), or several have its name.
        None when it exists, or when that cannot be known. What concerns all uses of a column is reported only the first
        time."""
        key = folded(name)
        if self.columns is None or key in self.computed_names or key not in self.columns:
            return self.unknown(name, at)
        if key == FILENAME:
            message = '"filename" is a column of the file, and also the name of the file itself'
            return Finding("E062", message, at, "give the column another name: columns: {file_name: filename}")
        if (problem := self._colliding.pop(key, None)) is not None:
            return Finding("E062", problem.message, at, problem.hint)
        found = self._missing_in_some().pop(key, None)
        return None if found is None else found._replace(at=at)

    def unknown(self, name: str, at: At) -> Finding | None:
        """What is wrong with a column name that is in none of the files; None when it may exist."""
        key = folded(name)
        if self.columns is None or key in self.columns or key in self.computed_names or key == FILENAME:
            return None
        if key in self._optional:
            return None
        assert self.facts.columns is not None
        message = f'there is no column "{name}" in {self.source.id}'
        if self._doubt is not None:
            if self._doubted:  # every column is unknown then, for the same reason
                return None
            self._doubted = True
            return Finding("E043", message, at, f"{self._doubt.message}; {self._doubt.hint}")
        for new, header in self.source.columns.items():
            if folded(column_name(header)) == key:
                return Finding("E043", message, at, f'columns calls it "{new}"', new)
        known = (*self.facts.columns, *self.source.computed)
        return Finding("E043", message, at, self._report.near(name, known), self._report.meant(name, known))

    def kinds(self, name: str) -> Types:
        """The types that a column may have: known of computed and of declared columns."""
        key = folded(name)
        if key in self.computed_names:
            node = self.computed.get(self.computed_names[key])
            return ANY if node is None else row_types(node)
        return TEXT if key == FILENAME else self._declared.get(key, ANY)

    def _missing_in_some(self) -> dict[str, Finding]:
        """The finding for each column that only some of the files have."""
        if self._partly is None:
            files = self.facts.per_file if self.facts.kind == "csv" else ()
            names = [{folded(name) for name in file.names} for file in files]
            self._partly = {}
            partly = set().union(*names).difference(set(names[0]).intersection(*names)) if names else set()
            for key in partly - self._optional:
                without = next(file for file, own in zip(files, names, strict=True) if key not in own)
                having = next(file for file, own in zip(files, names, strict=True) if key in own)
                paths = [shown(file.path, self.source, self._plan) for file in (without, having)]
                message = f'"{(self.columns or {})[key]}" is missing from {paths[0]}, though {paths[1]} has it'
                self._partly[key] = Finding("E043", message, (0, 0), lacking_hint((self.columns or {})[key]))
        return self._partly


def lacking_hint(name: str, meant: str | None = None) -> str:
    """What to do about a column that some files of a source lack. ``meant`` asks whether another one there is it."""
    optional = f"if it is empty there, say optional: [{name}]"
    return f"{meant} {optional}" if meant else f"rename the header there, or leave that file out; {optional}"
