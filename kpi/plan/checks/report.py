"""Collects the findings of the checks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from kpi.diagnostics import Diagnostic, Edit, Location, error
from kpi.errors import Replacement, did_you_mean, nearest
from kpi.formulas import FormulaError
from kpi.formulas.errors import ColumnWanted
from kpi.formulas.nodes import At
from kpi.plan.loading import SourceMap
from kpi.plan.yaml.rewriting import rewritten

Path = tuple[str | int, ...]
# Finding a similar name among thousands is slow; a file with more wrong names than this has another problem.
_MOST_LOOKS = 50


class Finding(NamedTuple):
    """A mistake in a formula or row expression, at the characters ``at`` of its text, wherever that text is.

    ``meant`` is the name that an unknown one was most likely meant to be; ``replacements`` are what the hint says to
    write in the text, each by itself. ``wanted`` is as in FormulaError.
    """

    code: str
    message: str
    at: At
    hint: str | None = None
    meant: str | None = None
    replacements: tuple[Replacement, ...] = ()
    wanted: ColumnWanted | None = None

    @classmethod
    def of(cls, error: FormulaError) -> Finding:
        """The mistake that an error is about."""
        at = (error.start, error.end)
        return cls(error.code, error.message, at, error.hint, replacements=error.replacements, wanted=error.wanted)


class Report:
    """Collects diagnostics. Places are looked up only for what is reported. ``known`` are those of reading the file."""

    def __init__(self, places: SourceMap, known: Collection[Diagnostic] = ()) -> None:
        self._torn = [one.location for one in known if one.code == "E002"]
        self.found: list[Diagnostic] = []
        self._places = places
        self._looks = 0

    def at(self, code: str, message: str, path: Path, hint: str | None = None, *, meant: str | None = None) -> None:
        """Report a value. ``meant`` is the name that an unknown one was most likely meant to be."""
        place = self._places.of(path)
        found = None if meant is None else self._places.scalar(path)
        instead = () if meant is None or found is None else (Replacement(0, len(str(found[1].value)), meant),)
        self._add(code, message, place, path, hint, meant, self._edits(path, instead))

    def key(self, code: str, message: str, path: Path, hint: str | None = None) -> None:
        """Report a key."""
        self._add(code, message, self._places.key(path), path, hint)

    def within(self, finding: Finding, path: Path) -> None:
        """Report some characters of a text."""
        place = self._places.within(path, *finding.at)
        written = finding.replacements
        if finding.meant is not None:
            written = (Replacement(*finding.at, finding.meant), *written)
        edits = self._edits(path, written)
        self._add(finding.code, finding.message, place, path, finding.hint, finding.meant, edits)

    def _edits(self, path: Path, replacements: Sequence[Replacement]) -> tuple[Edit, ...]:
        """The edits of the file that make these replacements in the text at ``path``, where that is possible."""
        found = self._places.scalar(path) if replacements else None
        if found is None:
            return ()
        document, node = found
        made = (rewritten(document, node, one) for one in replacements)
        return tuple(Edit(document.location(start, end), text) for start, end, text in filter(None, made))

    def is_torn(self, path: Path) -> bool:
        """Whether a text was cut off, as happens to one in braces that has a comma in it. That has been reported right
        behind its end, so mistakes in what is left of the text are not."""
        here = self._places.of(path)
        return any(
            there.file == here.file and there.line == here.end_line and 0 <= there.column - here.end_column <= 3
            for there in self._torn
        )

    def meant(self, name: str, choices: Collection[str]) -> str | None:
        """The name that is most similar, as long as there are not too many wrong names."""
        return nearest(name, [one for one in choices if one != name]) if self._looks <= _MOST_LOOKS else None

    def near(self, name: str, choices: Collection[str]) -> str | None:
        """ "Did you mean", as long as there are not too many wrong names."""
        self._looks += 1
        return did_you_mean(name, choices) if self._looks <= _MOST_LOOKS or len(choices) <= 12 else None

    def _add(
        self,
        code: str,
        message: str,
        location: Location,
        path: Path,
        hint: str | None,
        meant: str | None = None,
        edits: tuple[Edit, ...] = (),
    ) -> None:
        self.found.append(error(code, message, location, ".".join(map(str, path)), hint, meant=meant, edits=edits))
