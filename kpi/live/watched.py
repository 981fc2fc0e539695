"""The files that a plan is made of, and whether they have changed since they were read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.clock import now
from kpi.data import OutsideError, resolve_files
from kpi.plan.loading.paths import is_glob
from kpi.plan.loading.plan_files import DECISIONS_NAME
from kpi.run.cache.identity import Identity, identity_of
from kpi.run.cache.identity import now as file_clock

if TYPE_CHECKING:
    from kpi.plan.checks import Checked
    from kpi.plan.model import Plan, Source

WAREHOUSE_MINUTES = 5  # between two looks at tables of a warehouse, which do not report changes
_TICK = 10_000_000  # ns between two times that a file system may stamp
_YAML = (".yaml", ".yml")


class Watched:
    """The files of a plan: the main file, what it includes, decisions and data.

    Call :meth:`begin` before the files are read, and :meth:`end` with what was read. ``day_of`` returns the day that
    counts as over, so that a page which is open for days goes on with the date.
    """

    def __init__(self, main: Path, day_of: Callable[[Plan], date]) -> None:
        self._main = main.absolute()
        self._day_of = day_of
        self._checked: Checked | None = None
        self._started = 0
        self._seen: dict[object, object] = {}
        self._folders: dict[Path, None] = {}

    def begin(self) -> None:
        """Note the time before the files are read."""
        self._started = file_clock()

    def end(self, checked: Checked | None) -> None:
        """Note what was read; None if the main file could not be read. After a mistake in the file, data that the plan
        had before is still watched."""
        self._checked = checked
        seen = self._look()
        # A file that was written while the others were read may have been read before that.
        self._seen = {key: one for key, one in seen.items() if not self._is_racy(one)}
        self._folders |= dict.fromkeys(self._places())

    def folders(self) -> list[Path]:
        """The folders in which a change may concern the plan, subfolders not included."""
        return [folder for folder in self._folders if folder.is_dir()]

    def changed(self, paths: Iterable[str] = ()) -> bool:
        """Whether anything differs from what was read. ``paths`` are files that are known to have been written."""
        return self._look() != self._seen or any(self._may_be_included(Path(path)) for path in paths)

    def _is_racy(self, identity: object) -> bool:
        return isinstance(identity, Identity) and max(identity.modified, identity.changed) + _TICK > self._started

    def _may_be_included(self, path: Path) -> bool:
        includes = self._checked is None or bool(self._checked.plan.include)
        return includes and path.suffix in _YAML and path not in self._seen

    def _look(self) -> dict[object, object]:
        found: dict[object, object] = {path: identity_of(path) for path in self._definitions()}
        if self._checked is None:
            return found
        plan = self._checked.plan
        found |= {path: identity_of(path) for source in plan.sources.values() for path in _files(source, plan)}
        found["day"] = self._day_of(plan)
        if any(source.connection is not None for source in plan.sources.values()):
            found["warehouse"] = int(now("UTC").timestamp() // (60 * WAREHOUSE_MINUTES))
        return found

    def _definitions(self) -> Iterator[Path]:
        yield self._main
        yield self._main.parent / DECISIONS_NAME
        if self._checked is not None:
            yield from (Path(file).absolute() for file in self._checked.plan.files)

    def _places(self) -> Iterator[Path]:
        yield from (path.parent for path in self._definitions())
        if self._checked is None:
            return
        plan = self._checked.plan
        yield from (_fixed_part(plan.folder.absolute(), pattern) for pattern in plan.include)
        for source in plan.sources.values():
            home = plan.homes.get(source.id, plan.folder).absolute()
            yield from (_fixed_part(home, pattern) for pattern in source.path)
            yield from (path.absolute().parent for path in _files(source, plan))


def _files(source: Source, plan: Plan) -> tuple[Path, ...]:
    try:
        return resolve_files(source, plan)
    except OutsideError:
        return ()


def _fixed_part(home: Path, pattern: str) -> Path:
    """The last folder of a path that has no wildcard, or the last one above it that exists."""
    parts = (home / pattern).parts
    first = next((place for place, part in enumerate(parts) if is_glob(part)), len(parts) - 1)
    folder = Path(*parts[:first])
    return next(one for one in (folder, *folder.parents) if one.is_dir() or one == one.parent)
