"""Whether two versions of kpi print the same, byte for byte, over the examples and over plans for real data sets.

    python benchmarks/same_output.py ../base/.venv/bin/kpi                       the other version against this one
    python benchmarks/same_output.py ../a/.venv/bin/kpi ../b/.venv/bin/kpi      two versions
    python benchmarks/same_output.py ../base/.venv/bin/kpi --only status,lint   some commands only

The plans are kpi.yaml.example, those in examples/ and those in benchmarks/plans/. The latter read data sets that are
not part of the project: they are looked for in --data, and a plan whose data is not there is skipped and named.

Everything is copied to a temporary git repository, where both versions run each command with the same environment and
nothing cached. For `diff`, `log` and `blame` the repository has an older commit in which targets, formulas and names
were changed. Standard output and exit codes are compared. What is worded for people may change from one version to the
next, so that by default

- of `lint`, the code, file, line, column and severity of each finding are compared,
- of `schema`, everything but the descriptions,
- of standard error, whether there is any.

With --wording all of these are compared byte for byte. The exit code is 1 if anything differs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

REPOSITORY = Path(__file__).parents[1]
PLANS = REPOSITORY / "benchmarks" / "plans"
DATA = REPOSITORY.parent / "shared" / "data" / "tables"
COMMANDS = ("status", "show", "lint", "sources", "schema", "diff", "log", "blame")


@dataclass(frozen=True)
class Case:
    """One command line, without the executable. ``width`` is that of the terminal."""

    command: str
    arguments: tuple[str, ...]
    width: int = 80

    def __str__(self) -> str:
        shown = shlex.join(("kpi", *self.arguments))
        return shown if self.width == 80 else f"COLUMNS={self.width} {shown}"


@dataclass(frozen=True)
class Output:
    code: int
    printed: str
    errors: str


@dataclass
class Workspace:
    """A temporary git repository with the plans and their data."""

    folder: Path
    plans: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def add_examples(self) -> None:
        shutil.copytree(REPOSITORY / "examples", self.folder / "examples")
        shutil.copy(REPOSITORY / "kpi.yaml.example", self.folder)
        examples = sorted(each.relative_to(self.folder) for each in self.folder.glob("examples/*/kpi.yaml"))
        self.plans += ["kpi.yaml.example", *map(str, examples)]

    def add_plans(self, data: Path) -> None:
        """Copies the plans whose data is there, and that data, from ``data`` to plans/data."""
        for plan in sorted(PLANS.glob("*.yaml")):
            patterns = re.findall(r"^ +path: data/(\S+)$", plan.read_text(encoding="utf-8"), re.MULTILINE)
            files = [file for pattern in patterns for file in data.glob(pattern)]
            if patterns and not files:
                self.skipped.append(plan.name)
                continue
            for file in files:
                copy = self.folder / "plans" / "data" / file.relative_to(data)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
            copy = self.folder / "plans" / plan.name
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(plan, copy)
            self.plans.append(f"plans/{plan.name}")

    def commit(self) -> None:
        """Makes two commits of the plans: one with changed definitions, and one as they are."""
        self._git("init", "--quiet", "--initial-branch", "main")
        texts = {plan: (self.folder / plan).read_text(encoding="utf-8") for plan in self.plans}
        for number, state in enumerate(({plan: older(text) for plan, text in texts.items()}, texts), start=1):
            for plan, text in state.items():
                (self.folder / plan).write_text(text, encoding="utf-8")
            self._git("add", "--", *self.plans)
            self._git("commit", "--quiet", "--message", f"State {number}", day=f"2026-01-0{number}T12:00:00Z")

    def _git(self, *arguments: str, day: str = "") -> None:
        who = {"NAME": "Ana", "EMAIL": "ana@example.com", **({"DATE": day} if day else {})}
        names = {f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in who.items()}
        subprocess.run(["git", *arguments], cwd=self.folder, env={**os.environ, **names}, check=True)


def older(text: str) -> str:
    """The plan with some definitions changed: what the current one is compared with. One that is not valid YAML stays
    as it is."""
    try:
        plan = yaml.safe_load(text)
        kpis = plan["kpis"].items()
    except (yaml.YAMLError, AttributeError, KeyError, TypeError):
        return text
    for number, (_, kpi) in enumerate(kpis):
        target, formula = kpi.get("target"), kpi.get("formula")
        if number % 3 == 0 and isinstance(target, str):
            kpi["target"] = re.sub(r"\d", lambda digit: str((int(digit[0]) + 2) % 10), target, count=1)
        elif number % 3 == 1 and isinstance(formula, str):
            kpi["formula"] = f"({formula}) * 2"
        elif number % 3 == 2:
            kpi["name"], kpi["owner"] = f"{kpi['name']} (before)", "before@example.com"
    return yaml.safe_dump(plan, sort_keys=False, allow_unicode=True)


def cases(workspace: Workspace) -> Iterator[Case]:
    """Every command line that is run."""
    yield Case("schema", ("schema",))
    for plan in workspace.plans:
        ids = kpi_ids(workspace.folder / plan)

        def case(*arguments: str, width: int = 80, plan: str = plan) -> Case:
            return Case(arguments[0], ("-f", plan, *arguments), width)

        yield from (case("status", width=width) for width in (80, 160))
        yield from (case("status", "--format", name) for name in ("json", "csv", "markdown"))
        yield case("status", "--format", "json", "--to-date")
        yield case("status", "--format", "json", "--compare", "year ago")
        yield case("status", "--format", "csv", "--periods", "6")
        yield case("status", "--by", "owner", "--periods", "4", width=160)
        yield from (case("show", kpi, "--format", name) for kpi in ids for name in ("text", "json"))
        yield from (case("show", kpi, "--sql") for kpi in ids[:2])
        yield case("lint", "--format", "json")
        yield case("lint", "--format", "json", "--data")
        yield from (case("sources", "--format", name) for name in ("text", "json"))
        yield from (case("diff", "HEAD~1", "--values", "--format", name) for name in ("text", "json", "markdown"))
        yield from (case("log", kpi, "--format", name) for kpi in ids[:2] for name in ("text", "json"))
        yield from (case("blame", kpi, "--format", "json") for kpi in ids[:1])


def kpi_ids(plan: Path) -> list[str]:
    try:
        return [str(id_) for id_ in yaml.safe_load(plan.read_text(encoding="utf-8"))["kpis"]]
    except (yaml.YAMLError, KeyError, TypeError):
        return ["sales"]


def run(executable: Path, case: Case, folder: Path) -> Output:
    without = ("NO_COLOR", "FORCE_COLOR", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if name not in without}
    # The bytecode is kept, so that a command starts fast, and outside of both checkouts.
    bytecode = str(folder / "bytecode")
    fixed = {"COLUMNS": str(case.width), "KPI_NO_CACHE": "1", "TZ": "UTC", "PYTHONPYCACHEPREFIX": bytecode}
    command = [str(executable), *case.arguments]
    done = subprocess.run(command, cwd=folder, env=environment | fixed, capture_output=True, stdin=subprocess.DEVNULL)
    return Output(done.returncode, *(each.decode("utf-8", "backslashreplace") for each in (done.stdout, done.stderr)))


def compared(case: Case, output: Output, wording: bool) -> list[str]:
    """The lines of an output that have to be the same in both versions."""
    printed, errors = output.printed, output.errors
    if not wording:
        errors = "something\n" if errors else ""
        if case.command in ("lint", "schema"):
            printed = without_wording(printed)
    return [
        f"exit code {output.code}\n",
        *printed.splitlines(keepends=True),
        "standard error:\n",
        *errors.splitlines(keepends=True),
    ]


def without_wording(printed: str) -> str:
    """The JSON of `kpi lint` or `kpi schema` without the texts for people. Anything else stays as it is."""
    try:
        found = json.loads(printed)
    except ValueError:
        return printed
    if "findings" in found:
        places = [[each[name] for name in ("file", "line", "column", "code", "severity")] for each in found["findings"]]
        return "".join(f"{place}\n" for place in places)
    return json.dumps(without_descriptions(found), indent=1, sort_keys=True) + "\n"


def without_descriptions(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            name: without_descriptions(value)
            for name, value in schema.items()
            if not (name in ("description", "markdownDescription") and isinstance(value, str))
        }
    return [without_descriptions(each) for each in schema] if isinstance(schema, list) else schema


def difference(case: Case, outputs: Sequence[Output], names: Sequence[str], wording: bool) -> list[str]:
    """The lines of a unified diff, none where the outputs are the same."""
    one, other = (compared(case, output, wording) for output in outputs)
    return [line.rstrip("\n") for line in unified_diff(one, other, *names, n=1)]


def executable(text: str) -> Path:
    """The path of an executable. Raises ArgumentTypeError where there is none."""
    path = Path(text).absolute()
    if not os.access(path, os.X_OK) or path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not an executable file")
    return path


def commands(text: str) -> list[str]:
    """The names of commands, separated by commas. Raises ArgumentTypeError for an unknown one."""
    names = text.split(",")
    for name in names:
        if name not in COMMANDS:
            raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(COMMANDS)}")
    return names


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("a", type=executable, help="the kpi of another checkout")
    made.add_argument(
        "b", type=executable, nargs="?", help="the kpi that it is compared with; default: that of this Python",
        default=str(Path(sys.executable).with_name("kpi")),
    )  # fmt: skip
    made.add_argument("--only", type=commands, default=list(COMMANDS), metavar="COMMAND,…", help=", ".join(COMMANDS))
    made.add_argument("--plans", default="", metavar="REGEX", help="only plans whose path this matches, e.g. tweets")
    made.add_argument("--data", type=Path, default=DATA, metavar="FOLDER", help="the data sets (%(default)s)")
    made.add_argument("--wording", action="store_true", help="also compare what is worded for people")
    made.add_argument("--lines", type=int, default=20, help="how many lines of a difference are shown (%(default)s)")
    made.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many commands run at once (%(default)s)")
    return made


def main() -> int:
    asked = parser().parse_args()
    with TemporaryDirectory(prefix="kpi-same-output-") as scratch:
        workspace = Workspace(Path(scratch).resolve())
        workspace.add_examples()
        workspace.add_plans(asked.data.resolve())
        workspace.commit()
        workspace.plans = [plan for plan in workspace.plans if re.search(asked.plans, plan)]
        chosen = [case for case in cases(workspace) if case.command in asked.only]

        def both(case: Case) -> list[Output]:
            return [run(each, case, workspace.folder) for each in (asked.a, asked.b)]

        differing = 0
        with ThreadPoolExecutor(asked.jobs) as pool:
            for case, outputs in zip(chosen, pool.map(both, chosen), strict=True):
                if lines := difference(case, outputs, (str(asked.a), str(asked.b)), asked.wording):
                    differing += 1
                    more = len(lines) - asked.lines
                    print(f"{case}\n  " + "\n  ".join(lines[: asked.lines]))
                    print(f"  … {more} more lines\n" if more > 0 else "", flush=True)
    if workspace.skipped:
        print(f"Skipped, since their data is not in {asked.data}: {', '.join(workspace.skipped)}")
    print(f"{len(workspace.plans)} plans, {len(chosen)} commands: {differing or 'none'} differ")
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())
