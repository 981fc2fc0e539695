"""The files of a source at the moment when they are opened: checked once more, and named so that the engine opens just
those.

The engine takes ``*``, ``?`` and ``[`` for wildcards in every path that it is given, and follows links. So it is given
paths without either, of files that were checked directly before, and after reading they are checked again.
"""

from __future__ import annotations

from pathlib import Path

from kpi.data.database import Engine, text_literal
from kpi.data.source_files import OutsideError, confined
from kpi.errors import KpiError
from kpi.plan.checks.source_facts import shown
from kpi.plan.model import Plan, Source

# What the engine reads as wildcards, or takes for their escape where there are some.
_WILD = frozenset("*?[]\\")
# Folder names such as ``year=2026`` are no columns: the language has no option that would ask for that.
NO_HIVE = "hive_partitioning=false"


class Opening:
    """Opens the files of one source for the engine.

    Each file is opened under the name that :meth:`path` returns; :meth:`verify` is called when all of them were read.
    """

    def __init__(self, engine: Engine, source: Source, plan: Plan) -> None:
        self._engine = engine
        self._source = source
        self._plan = plan
        self._checked: dict[Path, tuple[str, tuple[int, int]]] = {}

    def check(self, path: Path) -> str:
        """The real path of a file that may be read. Raises KpiError for one that leads out of the project, or is not
        the file that was checked before."""
        name = shown(path, self._source, self._plan)
        try:
            real = confined(path, self._source, self._plan)
            stat = Path(real).lstat()
        except OutsideError as error:
            raise KpiError(f"{self._source.id}: {error.message}", hint=error.hint) from None
        except OSError as error:
            raise KpiError(f"{self._source.id}: {name} cannot be read: {error.strerror}") from None
        found = (real, (stat.st_dev, stat.st_ino))
        if self._checked.setdefault(path, found) != found:
            raise KpiError(f"{name} was replaced while it was read", hint="try again")
        return real

    def path(self, path: Path) -> str:
        """What to tell the engine to open for a file: its real path, or a link to it in the scratch folder where that
        has characters which the engine would not take literally. Raises KpiError as :meth:`check`."""
        real = self.check(path)
        return self._link(real) if _WILD & set(real) else real

    def verify(self) -> None:
        """Raise KpiError when a file that was opened is not the one that was checked any more."""
        for path in self._checked:
            self.check(path)

    def _link(self, real: str) -> str:
        scratch = self._engine.scratch()
        # By its ending the engine knows a packed file.
        ending = ".gz" if real.lower().endswith(".gz") else ""
        link = scratch / f"{len(list(scratch.iterdir()))}.data{ending}"
        if _WILD & set(str(link)):
            message = f"a path with one of {' '.join(sorted(_WILD))} cannot be read"
            raise KpiError(f"{self._source.id}: {message}: {scratch}", hint="set TMPDIR to another folder")
        try:
            link.symlink_to(real)
        except OSError:  # where links need a privilege
            import shutil

            shutil.copyfile(real, link)
        return str(link)


def listed(paths: list[str]) -> str:
    """A list of paths in SQL."""
    return "[" + ", ".join(map(text_literal, paths)) + "]"
