"""Imports files, and lets only what the language of plans accepts into the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from kpi.data import check_plan
from kpi.diagnostics import Diagnostic
from kpi.drafting.plan_text import GOAL, goal_lines
from kpi.errors import InputError, KpiError, UsageError
from kpi.importing.result import Origin, Outcome, Result, Section, Settings
from kpi.plan.loading import read_plan
from kpi.plan.model import Plan
from kpi.plan.yaml.round_trip import entry_lines, field_lines

# The formats, the names of their files, and what a folder of them is searched for.
FORMATS: Mapping[str, tuple[str, ...]] = {
    "cube": (".yml", ".yaml"),
    "dbt": (".yml", ".yaml"),
    "ossie": (".yaml", ".yml", ".json"),
    "openslo": (".yaml", ".yml"),
    "sheet": (".csv", ".tsv", ".txt", ".xlsx", ".xlsm"),
}
NAMES = {"cube": "Cube", "dbt": "dbt", "ossie": "Ossie", "openslo": "OpenSLO", "sheet": "a sheet"}
MOST_FILES = 5_000
MOST_ROUNDS = 50
_SKIPPED = frozenset({"node_modules", "target", "dbt_packages", "venv", "__pycache__"})
_SECTIONS: tuple[Section, ...] = ("sources", "measures", "goals", "kpis")
# Fields without which a KPI is another one: where one of these is refused, the KPI is.
_ESSENTIAL = frozenset({"name", "formula", "window", "every", "unit", "values"})


class Imported(NamedTuple):
    """A plan from files of another tool. ``outcomes`` say what became of each construct, in the order of the files."""

    text: str
    plan: Plan
    format: str
    outcomes: tuple[Outcome, ...]

    @property
    def refused(self) -> tuple[Outcome, ...]:
        """The constructs that are not in the plan."""
        return tuple(one for one in self.outcomes if one.state == "refused")


class ImportView(NamedTuple):
    """An import as it is reported; ``file`` is the plan that was written, None where it was printed."""

    imported: Imported
    file: Path | None


def import_files(format_: str, given: Sequence[Path], settings: Settings, target: Path) -> Imported:
    """Import files or folders of them as the plan ``target``, which is not written.

    Raises UsageError for a file that is not there, InputError for one that cannot be read, and KpiError where there is
    nothing to import.
    """
    files = _files(format_, given)
    result = Result(settings, target.parent)
    module = import_module(f"kpi.importing.{format_}")
    module.read(files, result)
    if not _has_kpis(result):
        raise _nothing(result, format_, files[0])
    return _accepted(result, format_, target)


def _has_kpis(result: Result) -> bool:
    return any(result.entries[section] for section in ("kpis", "measures"))


def _nothing(result: Result, format_: str, file: Path) -> KpiError:
    """The error for files of which nothing is left: the first construct that was refused, if there is one."""
    refused = next((one for one in _in_order(result.outcomes) if one.state == "refused"), None)
    if refused is None:
        return KpiError(f"there are no KPIs of {NAMES[format_]} in {file}", hint=_hint(format_))
    place = f"{refused.origin.file}:{refused.origin.line}" if refused.origin.line else refused.origin.file
    message = f"nothing could be imported: {place}: {refused.origin.construct}: {refused.reason}"
    return KpiError(message, hint=refused.workaround)


def _hint(format_: str) -> str:
    known = ", ".join(one for one in FORMATS if one != format_)
    return f"is it another format? There are also {known}"


def _files(format_: str, given: Sequence[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for path in given:
        if path.is_dir():
            matches = sorted(_below(path, FORMATS[format_]))
            if not matches:
                raise UsageError(f"there is no file of {NAMES[format_]} in {path}")
            found |= dict.fromkeys(matches)
        elif path.exists():
            found[path] = None
        else:
            raise UsageError(f"there is no file {path}")
    return list(found)


def _below(folder: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    """The files in a folder and its folders, links not followed."""
    number = 0
    for root, folders, names in folder.walk() if hasattr(folder, "walk") else _walk(folder):
        folders[:] = sorted(one for one in folders if one not in _SKIPPED and not one.startswith("."))
        for name in names:
            if name.lower().endswith(endings) and not name.startswith(".") and (root / name).is_file():
                number += 1
                if number > MOST_FILES:
                    raise UsageError(f"there are more than {MOST_FILES:,} files in {folder}", hint="name fewer")
                yield root / name


def _walk(folder: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    import os

    for root, folders, names in os.walk(folder):
        yield Path(root), folders, names


def _accepted(result: Result, format_: str, target: Path) -> Imported:
    """The plan without what the language does not accept, which is refused with the words of the language."""
    for _ in range(MOST_ROUNDS):
        text = plan_text(result, format_)
        checked = check_plan(read_plan(target, text=text))
        errors = [one for one in checked.diagnostics if one.severity == "error"]
        if not errors:
            return Imported(text, checked.plan, format_, _in_order(result.outcomes))
        before = _size(result)
        for error in errors:
            _refuse(result, error)
        if _size(result) == before:
            raise InputError(f"the plan cannot be written: {errors[0].message}", hint=errors[0].hint)
        if not _has_kpis(result):
            break
    raise _nothing(result, format_, target)


def _in_order(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes by file and line."""
    files = {file: place for place, file in enumerate(dict.fromkeys(one.origin.file for one in outcomes))}
    return tuple(sorted(dict.fromkeys(outcomes), key=lambda one: (files[one.origin.file], one.origin.line or 0)))


def _size(result: Result) -> int:
    entries = (entry for each in result.entries.values() for entry in each.values())
    return len(result.header) + sum(1 + len(entry.fields) for entry in entries)


def _refuse(result: Result, error: Diagnostic) -> None:
    """Take out what an error is about: a field of a KPI or goal, or the whole entry where it is another one without."""
    section, _, rest = error.subject.partition(".")
    id_, _, path = rest.partition(".")
    field = path.partition(".")[0]
    if section in result.header and section not in _SECTIONS:
        del result.header[section]
        result.refuse(Origin(section, error.location.file), error.message, error.hint or "write it by hand")
        return
    if error.code == "E061" or section not in _SECTIONS:
        raise InputError(error.message, hint=error.hint)
    entry = result.entries[section].get(id_)
    if entry is None:
        return
    workaround = error.hint or "write it by hand"
    if section in ("goals", "kpis") and field in entry.fields and field not in _ESSENTIAL:
        del entry.fields[field]
        origin = entry.origin._replace(construct=f"{entry.origin.construct}, {field}")
        result.refuse(origin, error.message, workaround)
        return
    del result.entries[section][id_]
    became = f"{section}.{id_}"
    refused = Outcome(entry.origin, "refused", None, error.message, workaround)
    kept = [one for one in result.outcomes if one.becomes != became or one.state != "note"]
    result.outcomes[:] = [refused if one.becomes == became else one for one in kept]


def plan_text(result: Result, format_: str) -> str:
    """The plan as text, as a person would write it."""
    return "\n".join(_lines(result, format_)) + "\n"


def _lines(result: Result, format_: str) -> Iterator[str]:
    if "version" not in result.header:
        yield f"# Imported from {NAMES[format_]}. Every KPI needs a goal, an owner and a target: see kpi lint."
        yield ""
    yield "version: 1"
    for key, value in result.header.items():
        if key != "version":
            yield from field_lines(key, value, "")
    for section in _SECTIONS:
        entries = result.entries[section]
        needs_goal = section == "goals" and any(
            entry.fields.get("goal") == GOAL for entry in result.entries["kpis"].values()
        )
        if not entries and not needs_goal:
            continue
        yield ""
        yield f"{section}:"
        if needs_goal and GOAL not in entries:
            yield from goal_lines()
        for number, (id_, entry) in enumerate(entries.items()):
            if section == "measures":
                yield from (f"  # {comment}" for comment in entry.comments)
                yield from field_lines(id_, entry.fields["formula"], "  ")
                continue
            if number or (needs_goal and GOAL not in entries):
                yield ""
            yield from entry_lines(id_, entry.fields, entry.comments, "  ")
