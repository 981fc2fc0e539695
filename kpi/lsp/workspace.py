"""The open files of an editor and the plan that each belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.errors import KpiError
from kpi.lsp.analysis import Analysis, DayOf, Value, analyse, real
from kpi.plan.loading import read_plan
from kpi.plan.loading.plan_files import PLAN_NAMES, plans_above

if TYPE_CHECKING:
    from concurrent.futures import Future


class Workspace:
    """The open files and the analyses of their plans.

    A file belongs to the plan that includes it: the one given on the command line, a kpi.yaml in its folder or above,
    or another open plan. Otherwise it is its own plan if its name is kpi.yaml or NAME.kpi.yaml. All other YAML files
    are ignored. ``texts`` may be written from any thread; everything else runs in one thread.
    """

    def __init__(self, day_of: DayOf, file: Path | None = None, allowed: Sequence[Path] = ()) -> None:
        self.texts: dict[Path, str] = {}
        self._day_of = day_of
        self._file = None if file is None else file.absolute()
        self._allowed = allowed
        self._homes: dict[Path, Path | None] = {}
        self._analyses: dict[Path, Analysis] = {}
        self._whole: dict[Path, Analysis] = {}

    def write(self, path: Path, text: str) -> None:
        """Store the text of a file that was opened or changed in the editor."""
        self.texts[real(path)] = text.removeprefix("\ufeff")

    def close(self, path: Path) -> None:
        """Use the saved text of a file again."""
        self.texts.pop(real(path), None)
        self.look_again()

    def look_again(self) -> None:
        """Determine again which plan each file belongs to, because files may have been added or removed."""
        self._homes = {}

    def analysis(self, path: Path) -> Analysis | None:
        """The current analysis of the plan of a file; None if the file does not belong to a plan."""
        home = self._home(path)
        if home is None:
            return None
        found = self._current(home)
        if found is None or real(path) in found.files:
            return found
        self._homes.pop(real(path), None)  # no longer included there
        home = self._home(path)
        return None if home is None else self._current(home)

    def latest(self, path: Path) -> tuple[Analysis, ...]:
        """The last analyses of the plan of a file, without reading any file: the newest one and, if that has syntax
        errors, the last one without."""
        home = self._homes.get(real(path))
        if home is None or home not in self._analyses:
            return ()
        newest, whole = self._analyses[home], self._whole.get(home)
        return (newest,) if whole is None or whole is newest else (newest, whole)

    def review(self) -> list[Analysis]:
        """The current analyses of all plans with an open file. Other analyses are dropped."""
        paths = list(self.texts)
        for path in paths:
            self.analysis(path)
        # A second pass, because the analysis of one plan may show that it includes the file of another one.
        found = {one.main: one for path in paths if (one := self.analysis(path)) is not None}
        for main in self._analyses.keys() - found.keys():
            del self._analyses[main]
            self._whole.pop(main, None)
        return list(found.values())

    def _current(self, main: Path) -> Analysis | None:
        texts = dict(self.texts)
        old = self._analyses.get(main)
        if old is not None and old.is_current(texts, self._day_of):
            return old
        try:
            new = analyse(main, texts, self._day_of, self._allowed)
        except KpiError:
            return None
        self._analyses[main] = new
        if new.read.whole and not new.read.broken:
            self._whole[main] = new
        if old is not None:
            _hand_over(old, new)
        for path in new.files:
            if path in texts and self._homes.get(path) == path:
                self._homes[path] = main
        return new

    def _home(self, path: Path) -> Path | None:
        name, homes = real(path), self._homes
        if name not in homes:
            homes[name] = self._find_home(path)
        return homes[name]

    def _find_home(self, path: Path) -> Path | None:
        mains = dict.fromkeys([*([self._file] if self._file else []), *plans_above(path), *self._analyses])
        for main in mains:
            if real(main) != real(path) and self._includes(main, path):
                return main
        own = path.name in PLAN_NAMES or path.name.endswith(tuple("." + name for name in PLAN_NAMES))
        return path.absolute() if own or (self._file is not None and real(self._file) == real(path)) else None

    def _includes(self, main: Path, path: Path) -> bool:
        known = self._analyses.get(main)
        if known is not None and known.is_current(self.texts, self._day_of):
            return real(path) in known.files
        try:
            read = read_plan(main, text=self.texts.get(real(main)), cwd=main.parent, allowed=self._allowed)
        except KpiError:
            return False
        return any(real(main.parent / file) == real(path) for file in read.plan.files[1:])


def _hand_over(old: Analysis, new: Analysis) -> None:
    """Keep computed values if nothing that they depend on has changed; otherwise cancel those not yet computed."""
    if (old.plan, old.data, old.day, old.checked.valid) == (new.plan, new.data, new.day, new.checked.valid):
        # Errors are not kept, because they may contain a location that has changed.
        new.values = {id_: one for id_, one in old.values.items() if not one.done() or _is_sound(one)}
    else:
        for one in old.values.values():
            one.cancel()


def _is_sound(done: Future[Value]) -> bool:
    if done.cancelled() or done.exception() is not None:
        return False
    row = done.result().row
    return row is not None and row.point.value is not None
