"""``kpi lint``."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kpi.cli.common import FileOption, OutsideOption, RemoteOption, page_for, parse_day, plan_file, readable
from kpi.cli.completion import revisions, rule_codes
from kpi.cli.output import show, show_data, tell
from kpi.errors import InputError, KpiError, UsageError
from kpi.plan.loading.plan_files import project_name, report_root
from kpi.session import as_of_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kpi.diagnostics import Diagnostic
    from kpi.lint import Review
    from kpi.lint.baseline import Baseline
    from kpi.plan.loading import ReadResult

# In ascending order: --fail-on ignores the severities before its value.
SEVERITIES = ("info", "warning", "error", "never")
BASELINE = Path("kpi-baseline.json")
STDIN = Path("-")
PLAN = Path("kpi.yaml")  # the name in the error if no file was given
# The formats of services that look for a file from the root of the repository, wherever the program is run.
FROM_THE_ROOT = ("github", "gitlab", "sarif", "junit")
Format = Literal["text", "concise", "json", "github", "gitlab", "sarif", "junit"]

EXAMPLES = (
    ("kpi lint", "reviews kpi.yaml"),
    ("kpi lint --fix", "and fixes what is certain"),
    ("kpi lint --format concise", "one line for each finding"),
    ("kpi lint --statistics", "how many findings each rule has"),
    ("kpi lint --format github", "as annotations of GitHub"),
)


def lint(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Files or folders to review, - for standard input; default: kpi.yaml."),
    ] = None,
    file: FileOption = None,
    format: Annotated[  # noqa: A002
        Format | None,
        typer.Option("--format", help="Output format; default: text, in GitHub Actions github."),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            metavar="RULE,…",
            help="Only these rules: codes, names, or families such as S.",
            autocompletion=rule_codes,
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="RULE,…", help="Not these rules.", autocompletion=rule_codes)
    ] = None,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="Show how many findings each rule has instead of the findings.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Treat infos as warnings.")] = False,
    fail_on: Annotated[
        Literal["error", "warning", "info", "never"],
        typer.Option("--fail-on", help="Exit code 1 if a finding has at least this severity."),
    ] = "warning",
    diff: Annotated[
        str | None,
        typer.Option(
            "--diff",
            metavar="REV",
            help="Report only findings on changes since this commit.",
            autocompletion=revisions,
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="Report only findings not in this baseline."),
    ] = None,
    write_baseline: Annotated[
        bool,
        typer.Option("--write-baseline", help=f"Write a baseline (to --baseline, or {BASELINE}) and exit."),
    ] = False,
    data: Annotated[
        bool, typer.Option("--data", help="Also read the data and apply the rules on values and rows.")
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Fix what can be fixed safely.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --fix: only show the changes.")] = False,
    as_of: Annotated[
        date | None,
        typer.Option(
            "--as-of",
            metavar="DATE",
            parser=parse_day,
            help="Review as of this day; default: as for kpi status.",
        ),
    ] = None,
    stdin_filename: Annotated[
        Path, typer.Option("--stdin-filename", metavar="FILE", help="The name and folder of standard input.")
    ] = Path("stdin.kpi.yaml"),
    allow_outside: OutsideOption = None,
    allow_remote: RemoteOption = None,
) -> None:
    """Review the definitions as a linter reviews code.

    One run reports every mistake in all files and in the files that they include, each with its location and, if there
    is one, a suggested fix. No data is computed. "kpi rule CODE" shows the page of a rule.
    """
    if dry_run and not fix:
        raise UsageError("--dry-run needs --fix", hint="write: kpi lint --fix --dry-run")
    if write_baseline and diff is not None:
        raise UsageError("a baseline has all findings, not only those on changes", hint="leave out --diff")
    if allow_remote and not data:
        raise UsageError("--allow-remote needs --data: without it, no data is read", hint="add --data")
    chosen = format or ("github" if os.environ.get("GITHUB_ACTIONS") == "true" and not statistics else "text")
    if statistics and chosen not in ("text", "json"):
        raise UsageError(f"--statistics cannot be written as {chosen}", hint="--format text or json")
    allowed = readable(allow_outside, allow_remote)
    run = _Run(_split(select), _split(ignore), strict, as_of, stdin_filename, allowed, data, diff)
    run.read([*([file] if file is not None else []), *(files or [])])
    if fix:
        run.fix(dry_run)
        if dry_run:
            run.refuse_unreadable()
            return
    if write_baseline:
        run.write_baseline(baseline or BASELINE)
        run.refuse_unreadable()
        return
    findings = [found for _, found in (run.findings() if baseline is None else run.new_findings(baseline))]
    if statistics:
        _report_statistics([*run.not_read(), *findings] if chosen == "json" else findings, chosen)
    else:
        _report(findings, run, chosen, fail_on)
    if chosen in ("text", "concise") and (run.reviews or not run.unreadable):  # else "no findings" would be wrong
        tell(_footer(findings))
    run.refuse_unreadable()
    if any(SEVERITIES.index(found.severity) >= SEVERITIES.index(fail_on) for found in findings):
        raise typer.Exit(1)


class _Run:
    """One run over several plans."""

    def __init__(
        self, select: list[str], ignore: list[str], strict: bool, as_of: date | None, stdin_filename: Path,
        allowed: Sequence[Path], data: bool, since: str | None,
    ) -> None:  # fmt: skip
        self.allowed, self.data, self.since = allowed, data, since
        self.select, self.ignore, self.strict, self.as_of = select, ignore, strict, as_of
        self.stdin_filename = stdin_filename
        self.reviews: dict[Path, tuple[ReadResult, Review]] = {}
        self.unreadable: list[tuple[Path, KpiError]] = []
        self._stdin: bytes | None = None
        self._included: dict[Path, frozenset[Path]] = {}
        self._befores: dict[Path, ReadResult] = {}

    def read(self, asked: Iterable[Path]) -> None:
        """Review each plan once; an included file is reviewed as part of the plan that includes it. Without any file,
        review the plan of the current folder."""
        found = [path for one in asked or (None,) for path in self._found(one)]
        for path in {path if path == STDIN else path.resolve(): path for path in reversed(found)}.values():
            self._try(path, lambda path=path: self._review(path))  # type: ignore[misc]
        if len(self.reviews) > 1:
            for path in list(self.reviews):
                others = (read for other, (read, _) in self.reviews.items() if other != path)
                if any(path.resolve() in _files(read)[1:] for read in others):
                    del self.reviews[path]

    def _found(self, asked: Path | None) -> list[Path]:
        found: list[Path] = []
        self._try(asked or PLAN, lambda: found.extend(_plans(plan_file(None) if asked is None else asked)))
        return found if asked in (None, STDIN) else [self._including(path) or path for path in found]

    def _including(self, path: Path) -> Path | None:
        """The plan in the folder of a file or above that includes it; None for a file that is a plan itself."""
        from kpi.plan.loading import read_plan
        from kpi.plan.loading.plan_files import plans_above

        real = path.resolve()
        for main in plans_above(path):
            if main.resolve() == real:
                continue
            if main not in self._included:
                self._included[main] = frozenset()
                with suppress(KpiError):
                    self._included[main] = frozenset(_files(read_plan(main, allowed=self.allowed))[1:])
            if real in self._included[main]:
                return main
        return None

    def _file_of(self, path: Path) -> Path:
        """The main file of the plan to review: for standard input, that of the plan which includes its name."""
        return (self._including(self.stdin_filename) or self.stdin_filename) if path == STDIN else path

    def _try(self, path: Path, work: Callable[[], None]) -> None:
        """Run ``work``, and keep its error if ``path`` cannot be read."""
        try:
            work()
        except UsageError:
            raise
        except KpiError as mistake:
            self.unreadable.append((path, mistake))

    def _review(self, path: Path) -> None:
        from kpi.data import check_plan
        from kpi.lint import Options, review
        from kpi.lint.registry import file_model
        from kpi.plan.loading import read_plan
        from kpi.plan.yaml.nodes import MAX_BYTES

        name, text, unsaved = self._file_of(path), None, {}
        if path == STDIN:
            if self._stdin is None:
                self._stdin = sys.stdin.buffer.read(MAX_BYTES + 1)
            if name == self.stdin_filename:
                text = self._stdin
            else:
                unsaved = {self.stdin_filename.resolve(): self._stdin}
        read = read_plan(name, text=text, unsaved=unsaved, allowed=self.allowed, model=file_model)
        before = None
        with suppress(KpiError):  # reported when the findings are asked for
            before = None if self.since is None else self._before(path).plan
        options = Options(
            as_of_day(read.plan, self.as_of), select=self.select, ignore=self.ignore, strict=self.strict,
            data=self.data, before=before,
        )  # fmt: skip
        self.reviews[path] = read, review(check_plan(read), read.texts, options)

    def findings(self) -> list[tuple[str, Diagnostic]]:
        """The findings of all plans, or only those on changes, each with its plan; one in a file that two plans include
        is listed once."""
        found: dict[Diagnostic, str] = {}
        for path in self.reviews:
            for one in self._findings_of(path):
                found.setdefault(one, self._called(path))
        return [(plan, one) for one, plan in found.items()]

    def _called(self, path: Path) -> str:
        """The main file of a plan, as a baseline names it."""
        read = self.reviews[path][0]
        return read.places.project_name(read.plan.files[0])

    def new_findings(self, baseline: Path) -> list[tuple[str, Diagnostic]]:
        """The findings that are not in a baseline. Says how many of the baseline no longer exist, as far as this run
        looked for them. Raises InputError."""
        from kpi.lint.baseline import subtract

        new, left = subtract(self.findings(), _read_baseline(baseline))
        gone = 0 if self.since else sum(count for key, count in left.items() if self._looked_for(*key))
        if gone:
            tell(f"findings of the baseline that no longer exist: {gone}; update it with kpi lint --write-baseline")
        return new

    def _looked_for(self, plan: str, subject: str, code: str) -> bool:
        """Whether a finding of a baseline would have been found if it still existed: its rule was applied to its plan,
        and nothing was left out of the plan because of errors."""
        return any(
            plan in ("", self._called(path))
            and code in review.context.applied
            and all(found.severity != "error" for found in review.findings)
            for path, (_, review) in self.reviews.items()
        )

    def write_baseline(self, path: Path) -> None:
        """Write a baseline of the findings. One that exists keeps what this run did not look for. Raises InputError."""
        from kpi.lint.baseline import make_baseline
        from kpi.writing import create_file

        kept = {}
        if path.is_file():
            kept = {key: count for key, count in _read_baseline(path).items() if self._remains(*key)}
        create_file(path, make_baseline(self.findings(), kept))
        also = f", with {sum(kept.values())} that this run did not look for" if kept else ""
        tell(f"wrote {path}{also}: review with kpi lint --baseline {path}")

    def _remains(self, plan: str, subject: str, code: str) -> bool:
        """Whether a finding of an older baseline is kept: it is of another plan, which still exists, or of a rule that
        was left out."""
        for path, (read, review) in self.reviews.items():
            if plan in ("", self._called(path)):
                return code not in review.context.applied
            if (report_root(read.plan.folder) / plan).is_file():
                return True
        return False

    def _findings_of(self, path: Path) -> Iterable[Diagnostic]:
        read, review = self.reviews[path]
        if self.since is None:
            return review.findings
        from kpi.lint.changed_only import on_changes

        return on_changes(review, self._before(path), read)

    def _before(self, path: Path) -> ReadResult:
        """The plan as it was at the commit of ``--diff``. Raises InputError or UsageError."""
        from kpi.diff.versions import open_versions
        from kpi.lint.registry import file_model

        if path not in self._befores:
            if self.since is None or ".." in self.since:
                raise UsageError("--diff takes one commit, to compare the working tree with")
            found = open_versions(self._file_of(path), self.since, Path.cwd(), self.allowed, file_model)
            self._befores[path] = found[0].read
        return self._befores[path]

    def from_root(self, found: Diagnostic) -> Diagnostic:
        """A finding with the path of its file from the root of the repository."""
        file = found.location.file
        for read, _ in self.reviews.values():
            if read.places.document(file) is not None:
                name = read.places.project_name(file)
                break
        else:
            path = Path.cwd() / file
            name = project_name(path, report_root(path.parent))
        return replace(found, location=found.location._replace(file=name))

    def line_text(self, file: str, line: int) -> str:
        """A line of a file with its secrets hidden; "" if there is none."""
        return next((text for read, _ in self.reviews.values() if (text := read.places.line_text(file, line))), "")

    def fix(self, dry_run: bool) -> None:
        """Fix the files and review them again, or only show the changes."""
        from kpi.lint.fixes import applied, diff, edits
        from kpi.render.findings import TAB
        from kpi.render.sanitize import visible_lines

        changes = {
            edit
            for read, review in self.reviews.values()
            for edit in edits(review.context, review.findings, read.texts)
        }
        texts = {file: text for read, _ in self.reviews.values() for file, text in read.texts.items()}
        for file in sorted({edit.file for edit in changes}):
            after = applied(texts[file], (edit for edit in changes if edit.file == file))
            if dry_run:
                show(visible_lines(diff(file, texts[file], after).replace("\t", TAB)), end="")
            elif STDIN in self.reviews and Path(file).resolve() == self.stdin_filename.resolve():
                raise UsageError("standard input cannot be fixed", hint="--fix --dry-run shows the changes")
            else:
                _rewrite(Path(file), texts[file], after)
        if changes and not dry_run:
            for path in list(self.reviews):
                self._review(path)
        number = "1 finding" if len(changes) == 1 else f"{len(changes)} findings"
        tell(f"{'would fix' if dry_run else 'fixed'} {number}")

    def refuse_unreadable(self) -> None:
        """Raise the errors of the files that could not be read, if there are any."""
        for _, missing in self.unreadable[:-1]:
            tell(f"kpi: {missing.message}")
        if self.unreadable:
            raise self.unreadable[-1][1]

    def not_read(self) -> list[Diagnostic]:
        """The files that could not be read, as findings: without them a report would look clean."""
        from kpi.diagnostics import Location, error

        return [
            error("E006", missing.message, Location(path.as_posix(), 1, 1, 1, 1), path.as_posix(), missing.hint)
            for path, missing in self.unreadable
        ]


def _split(names: Sequence[str] | None) -> list[str]:
    """``--select S,M101 --select weasel-word`` as one list."""
    return [name.strip() for listed in names or () for name in listed.split(",") if name.strip()]


def _plans(path: Path) -> Iterator[Path]:
    """The plans of an argument: the file itself, or all in a folder and its subfolders except hidden ones."""
    if not path.is_dir():
        yield path
        return
    found = [
        file
        for pattern in ("kpi.yaml", "kpi.yml", "*.kpi.yaml", "*.kpi.yml")
        for file in path.rglob(pattern)
        if not any(part.startswith(".") or part == "node_modules" for part in file.relative_to(path).parts[:-1])
    ]
    if not found:
        raise InputError(f"{path} has no kpi.yaml and no *.kpi.yaml", hint="kpi init writes a first one")
    yield from sorted(set(found))


def _files(read: ReadResult) -> list[Path]:
    """The files of a plan, its main one first."""
    return [Path(file).resolve() for file in read.plan.files]


def _rewrite(path: Path, before: str, after: str) -> None:
    from kpi.plan.yaml.round_trip import read_text
    from kpi.writing import rewrite_file

    now = read_text(path)
    mark = "\ufeff" if now.startswith("\ufeff") else ""
    if now != mark + before:
        raise InputError(f"{path} has changed since it was read, or is not UTF-8", hint="run the command again")
    rewrite_file(path, mark + after, before=now)


def _read_baseline(path: Path) -> Baseline:
    from kpi.lint.baseline import read_baseline

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        hint = f"kpi lint --write-baseline --baseline {path} creates it"
        raise InputError(f"the baseline {path} cannot be read: {fault}", hint=hint) from fault
    return read_baseline(text, str(path))


def _footer(findings: Sequence[Diagnostic]) -> str:
    from kpi.render.findings import footer

    sys.stdout.flush()  # so that the footer comes after the findings if both streams are the same
    return footer(findings)


def _report_statistics(findings: Sequence[Diagnostic], format_: Format) -> None:
    from kpi.render.findings import StatisticsView
    from kpi.render.output import FOR_PEOPLE, render

    if text := render(StatisticsView(findings), format_):
        (show if format_ in FOR_PEOPLE else show_data)(text)


def _report(findings: Sequence[Diagnostic], run: _Run, format_: Format, fail_on: str) -> None:
    from kpi.render.findings import FindingsView
    from kpi.render.output import FOR_PEOPLE, Page, render

    if format_ in FOR_PEOPLE:
        if text := render(FindingsView(findings, run.line_text), format_, page_for(sys.stdout)):
            show(text, end="\n\n" if format_ == "text" else "\n")
        return
    findings = [*run.not_read(), *findings]
    if format_ in FROM_THE_ROOT:
        findings = [run.from_root(found) for found in findings]
    page = Page(fail_on="error" if run.unreadable and fail_on == "never" else fail_on)
    if text := render(FindingsView(findings), format_, page):
        show_data(text)
    if format_ == "github" and (summary := os.environ.get("GITHUB_STEP_SUMMARY")):
        from kpi.render.github import render_step_summary

        try:
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(render_step_summary(findings))
        except OSError as fault:
            tell(f"kpi: the step summary {summary} cannot be written: {fault.strerror}")
