"""The files that are open in an editor, and the plan that each belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.errors import KpiError
from kpi.lsp.analysis import Analysis, DayOf, analyse, real
from kpi.plan.loading import find_plan, read_plan

if TYPE_CHECKING:
    from concurrent.futures import Future

    from kpi.lsp.values import Value

_NAMES = ("kpi.yaml", "kpi.yml")


class Workspace:
    """Open files and what is known about their plans.

    A file belongs to the plan that includes it: that of the file named on the command line, of a kpi.yaml in its folder
    or above, or of another open one; else it is a plan of its own if its name says so (kpi.yaml, NAME.kpi.yaml). Any
    other YAML file is none of our business. ``texts`` may be written at any time; all else happens in one thread.
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
        """Take note of what an editor shows of a file, opened or changed."""
        self.texts[real(path)] = text.removeprefix("\ufeff")

    def close(self, path: Path) -> None:
        """Take note that a file is what is saved again."""
        self.texts.pop(real(path), None)
        self.look_again()

    def look_again(self) -> None:
        """Forget which plan each file belongs to: files have come or gone."""
        self._homes = {}

    def analysis(self, path: Path) -> Analysis | None:
        """The plan of a file as it is now; None for a file that belongs to none."""
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
        """What was last known of the plan of a file, without a look at anything: the newest, and before it, where that
        has gaps, one from before it had."""
        home = self._homes.get(real(path))
        if home is None or home not in self._analyses:
            return ()
        newest, whole = self._analyses[home], self._whole.get(home)
        return (newest,) if whole is None or whole is newest else (newest, whole)

    def review(self) -> list[Analysis]:
        """All plans of open files as they are now; others are forgotten."""
        paths = list(self.texts)
        for path in paths:
            self.analysis(path)
        # Asked again, because a look at one may have shown that another one belongs to it.
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
        mains = dict.fromkeys([*([self._file] if self._file else []), *_above(path), *self._analyses])
        for main in mains:
            if real(main) != real(path) and self._includes(main, path):
                return main
        own = path.name in _NAMES or path.name.endswith(tuple("." + name for name in _NAMES))
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


def _above(path: Path) -> Iterator[Path]:
    """Every kpi.yaml in the folder of a file or above it, up to the git root."""
    folder = path.absolute().parent
    while (found := find_plan(folder)) is not None:
        yield found
        if (found.parent / ".git").exists() or found.parent in (_home_folder(), found.parent.parent):
            return
        folder = found.parent.parent


def _home_folder() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:  # a user without an entry, and no HOME
        return None


def _hand_over(old: Analysis, new: Analysis) -> None:
    """Keep the values where nothing changed that they depend on; stop computing the others."""
    if (old.plan, old.data, old.day, old.checked.valid) == (new.plan, new.data, new.day, new.checked.valid):
        # What went wrong may have been told with its place, which may be another one now.
        new.values = {id_: one for id_, one in old.values.items() if not one.done() or _is_sound(one)}
    else:
        for one in old.values.values():
            one.cancel()


def _is_sound(done: Future[Value]) -> bool:
    if done.cancelled() or done.exception() is not None:
        return False
    row = done.result().row
    return row is not None and row.point.value is not None
