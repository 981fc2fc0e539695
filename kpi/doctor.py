"""What is wrong with the set-up of this machine, as ``kpi doctor`` says it."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TextIO

from kpi import __version__
from kpi.diff.git_process import open_work_tree, work_tree_around
from kpi.errors import KpiError
from kpi.plan.checks.source_facts import MISSING
from kpi.run.cache import cache_of
from kpi.run.cache.place import state_of

if TYPE_CHECKING:
    from kpi.plan.checks import Checked

DISTRIBUTION = "kpi-as-code"
# What each extra is for, and the modules that it brings.
EXTRAS = {
    "import": ("kpi import of dbt, Ossie and Cube", ("sqlglot",)),
    "lsp": ("kpi lsp, the language server", ("pygls", "lsprotocol")),
    "mcp": ("kpi mcp, the tools for agents", ("mcp",)),
    "warehouse": ("sources in PostgreSQL, DuckDB files and other warehouses", ("ibis", "psycopg")),
    "serve": ("kpi dashboard --serve and kpi status --watch", ("starlette", "uvicorn", "watchfiles")),
    "share": ("kpi share", ("apprise",)),
    "png": ("kpi export png", ("resvg_py",)),
    "remote": ("files in S3 and Google Cloud Storage", ("obstore",)),
    "spark": ("sources in Spark", ("ibis", "pyspark")),
}
NARROW = 60  # columns in which tables are cut
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?(?:>=([0-9.]+))?")
_EXTRA = re.compile(r"""extra == ['"]([a-z]+)['"]""")


class Check(NamedTuple):
    """One thing that was looked at. ``state`` is ok, a note (something is not used or not possible), or a problem.

    ``hint`` says what to do, in one sentence without a full stop.
    """

    area: str
    state: Literal["ok", "note", "problem"]
    text: str
    hint: str | None = None


class DoctorView(NamedTuple):
    """All checks, in the order in which they are shown."""

    checks: tuple[Check, ...]

    @property
    def problems(self) -> int:
        """How many of them are problems."""
        return sum(one.state == "problem" for one in self.checks)


def examine(
    folder: Path, plan: Path | None, checked: Checked | None, stream: TextIO, *, width: int, has_signs: bool
) -> DoctorView:
    """Check versions, extras, folders, git, the terminal and the plan.

    ``folder`` is where the command runs, ``plan`` the file that was found there and ``checked`` what it says (None
    where it cannot be read), ``stream`` where tables are written, ``width`` the number of its columns, and
    ``has_signs`` whether its encoding has all signs.
    """
    project = plan.absolute().parent if plan is not None else folder
    uses_warehouse = checked is not None and any(one.connection for one in checked.plan.sources.values())
    return DoctorView((
        *_program(),
        *_packages(uses_warehouse),
        *_folders(project, checked),
        _git(project),
        *_terminal(stream, width, has_signs),
        *_plan(plan, checked),
    ))  # fmt: skip


def _program() -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Check("kpi", "ok", f"{__version__}, with Python {version} ({sys.executable})")
    found = shutil.which("kpi")
    here = (Path(sys.executable).parent, Path(sys.argv[0]).resolve().parent)
    if found is not None and Path(found).parent not in here and Path(found).resolve().parent not in here:
        hint = f"{sys.executable} -m kpi runs this one"
        yield Check("kpi", "note", f"the command kpi is another installation: {found}", hint)


def _packages(uses_warehouse: bool) -> Iterator[Check]:
    try:
        required = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        yield Check(
            "packages", "note", f"{DISTRIBUTION} is not installed, so versions are not checked", "pip install ."
        )
        return
    wrong = [text for requirement in required if "extra ==" not in requirement for text in _lacking(requirement)]
    if wrong:
        yield Check("packages", "problem", "; ".join(wrong), f"pip install --upgrade {DISTRIBUTION}")
    else:
        shown = ("duckdb", "pandas", "pydantic")
        yield Check("packages", "ok", ", ".join(f"{name} {metadata.version(name)}" for name in shown))
    for extra, (use, modules) in EXTRAS.items():
        of_extra = [one for one in required if (found := _EXTRA.search(one)) and found[1] == extra]
        missing = [text for requirement in of_extra for text in _lacking(requirement.partition(";")[0])]
        missing = missing or [f"{module} is not installed" for module in modules if find_spec(module) is None]
        if not missing:
            yield Check("extras", "ok", f"{extra}: {use}")
        else:
            needed = extra == "warehouse" and uses_warehouse
            text = f"{extra}: {'; '.join(missing)}" + (", and a source has a connection" if needed else f"; for {use}")
            yield Check("extras", "problem" if needed else "note", text, f"pip install '{DISTRIBUTION}[{extra}]'")


def _lacking(requirement: str) -> Iterator[str]:
    """What is wrong with an installed package; nothing where a marker says that this system does not need it."""
    wanted, _, marker = requirement.partition(";")
    if "platform_system" in marker and sys.platform != "win32":
        return
    found = _REQUIREMENT.match(wanted.strip())
    if found is None:
        return
    name, least = found[1], found[2]
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        yield f"{name} is not installed"
        return
    if least is not None and _numbers(version) < _numbers(least):
        yield f"{name} {version} is older than {least}"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3])


def _folders(project: Path, checked: Checked | None) -> Iterator[Check]:
    root = checked.plan.root if checked is not None else project
    if os.environ.get("KPI_NO_CACHE"):
        yield Check("cache", "note", "results are not cached: KPI_NO_CACHE is set", "unset it to compute faster")
    else:
        yield _folder("cache", cache_of(project, root), "results are not cached", "set KPI_CACHE_DIR to a folder")
    yield _folder("undo", state_of(project, root), "kpi undo cannot take edits back", "set KPI_STATE_DIR to a folder")
    try:
        with tempfile.TemporaryFile():
            yield Check("temporary files", "ok", tempfile.gettempdir())
    except OSError as fault:
        yield Check("temporary files", "problem", f"none can be written: {fault}", "set TMPDIR to a folder with room")


def _folder(area: str, folder: Path | None, without: str, hint: str) -> Check:
    """Whether the folder can be written, or could be made."""
    if folder is None:
        return Check(area, "note", f"{without}: there is no folder of this user for it, or this is a CI run", hint)
    above = next(one for one in (folder, *folder.parents) if one.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        return Check(area, "problem", f"{without}: {above} cannot be written", f"chmod u+rwx {above}, or {hint}")
    return Check(area, "ok", str(folder.parent))


def _git(project: Path) -> Check:
    program = shutil.which("git")
    root = work_tree_around(project)
    if program is None:
        hint = "install git: kpi diff, log and blame need it"
        return Check("git", "note" if root is None else "problem", "git is not installed", hint)
    if root is None:
        return Check(
            "git", "note", f"{project} is in no repository", "git init, and a commit, let kpi diff and log work"
        )
    try:
        shallow = open_work_tree(root).is_shallow
    except KpiError as fault:
        return Check("git", "problem", fault.message, fault.hint)
    if shallow:
        hint = "git fetch --unshallow gets all of it"
        return Check("git", "note", f"{root} has only part of its history, as CI runs have", hint)
    return Check("git", "ok", f"{program}, repository {root}")


def _terminal(stream: TextIO, width: int, has_signs: bool) -> Iterator[Check]:
    encoding = stream.encoding or "unknown"
    if has_signs:
        yield Check("encoding", "ok", encoding)
    else:
        text = f"{encoding} lacks signs such as ● and ≥, which are replaced"
        yield Check("encoding", "problem", text, "set PYTHONUTF8=1, or a locale such as LC_ALL=C.UTF-8")
    if not stream.isatty():
        yield Check("terminal", "ok", "output goes to a file or a program, without colour")
        return
    colour = _why_plain(os.environ)
    if width < NARROW:
        yield Check("terminal", "note", f"{width} columns, in which tables are cut", f"{NARROW} columns are better")
    yield Check("terminal", "ok" if colour is None else "note", f"{width} columns, {colour or 'with colour'}")


def _why_plain(environment: Mapping[str, str]) -> str | None:
    if environment.get("NO_COLOR"):
        return "without colour: NO_COLOR is set"
    return "without colour: TERM is dumb" if environment.get("TERM") == "dumb" else None


def _missing_files(checked: Checked) -> Iterator[Check]:
    """The paths of sources that match no file, which ``kpi lint`` only mentions: data may be elsewhere on purpose."""
    for source, facts in checked.facts.items():
        for problem in facts.problems:
            if problem.code == MISSING:
                hint = problem.hint or "its KPIs have no value until the file is there"
                yield Check("data", "problem", f"source {source}: {problem.message}", hint)


def _plan(plan: Path | None, checked: Checked | None) -> Iterator[Check]:
    if plan is None:
        yield Check("plan", "note", "there is no kpi.yaml here or in a folder above", "kpi init writes a first one")
        return
    if checked is None:
        yield Check("plan", "problem", f"{plan} cannot be read", "kpi lint says why")
        return
    count = len(checked.plan.kpis)
    errors = sum(found.severity == "error" for found in checked.diagnostics)
    if errors:
        yield Check("plan", "problem", f"{plan} has {errors} error{'' if errors == 1 else 's'}", "kpi lint shows them")
    else:
        yield Check("plan", "ok", f"{plan}, {count} KPI{'' if count == 1 else 's'}")
    yield from _missing_files(checked)
    variables = {one.connection for one in checked.plan.sources.values() if one.connection is not None}
    for variable in sorted(variables):
        name = variable.strip("${}")
        if name not in os.environ:
            yield Check("plan", "problem", f"a source needs {name}, which is not set", f"export {name}=…")
