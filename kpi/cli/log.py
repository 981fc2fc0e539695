"""``kpi log``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpi.cli.common import (
    FileOption,
    KpiArgument,
    LocaleOption,
    OutsideOption,
    TextOrJson,
    file_model,
    plan_file,
    show_view,
    tell_problems,
    write_in_locale,
)
from kpi.cli.output import tell
from kpi.errors import UsageError, did_you_mean
from kpi.session import as_of_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi.diff.history import Event, History
    from kpi.plan.model import Decision, Plan
    from kpi.render.log_view import LogView
    from kpi.status.value_changes import ValueChange

EXAMPLES = (
    ("kpi log return_rate", "each change of a definition"),
    ('kpi log "Return rate"', "by name"),
)


def log(
    id_: KpiArgument,
    file: FileOption = None,
    format: TextOrJson = "text",  # noqa: A002
    values: Annotated[
        bool,
        typer.Option("--values/--no-values", help="Compute the value on the day of each change."),
    ] = True,
    allow_outside: OutsideOption = None,
    locale: LocaleOption = None,
) -> None:
    """Show how a KPI's definition changed in git, and its value at each change.

    Values are computed from today's data as of the day of each commit, with the definitions before and after it, so
    that a target moved after the fact is visible.
    """
    path = plan_file(file)
    history = find_history(path, id_, allow_outside or ())
    id_ = history.id
    write_in_locale(latest_plan(history), locale, format)
    computed: dict[int, ValueChange] | None = None
    problems: dict[str, None] = {}
    if values:
        computed = _compute(history, id_, problems)
    show_view(_view(history, id_, computed, _decisions(path, history, allow_outside or ())), format)
    sys.stdout.flush()  # so that what follows comes after the output if both streams are the same
    end_of_history(history)
    tell_problems(list(problems))
    if history.cut_at is not None:
        raise typer.Exit(2)


def find_history(path: Path, asked: str, allowed: Sequence[Path] = ()) -> History:
    """The history of a KPI, named as in :func:`kpi.plan.model.matching_kpis`, or by the id that it had before it was
    removed.

    Raises UsageError if there never was such a KPI, or if several KPIs of today are named so.
    """
    from kpi.diff.history import open_history
    from kpi.plan.loading import read_plan
    from kpi.plan.model import find_kpi, matching_kpis

    known = read_plan(path, allowed=allowed, model=file_model).plan.kpis if path.is_file() else {}
    id_ = find_kpi(known, asked) if matching_kpis(known, asked) else asked
    history = open_history(path, id_, Path.cwd(), allowed, file_model)
    if history.events or history.cut_at is not None:
        return history
    # An id of a removed KPI wins over how another one begins.
    if id_ == asked and asked not in known and matching_kpis(known, asked, by_beginning=True):
        id_ = find_kpi(known, asked, by_beginning=True)
        history = open_history(path, id_, Path.cwd(), allowed, file_model)
        if history.events or history.cut_at is not None:
            return history
    raise UsageError(f'there is no KPI "{asked}", and there never was', hint=did_you_mean(asked, known))


def latest_plan(history: History) -> Plan:
    """The plan that the KPI is or was last part of."""
    from kpi.plan.model import Plan

    versions = [version for event in history.events[:1] for version in (event.after, event.before)]
    return next((version.read.plan for version in versions if version.there), Plan())


def end_of_history(history: History) -> None:
    """Report on standard error where a shallow clone ends, if it hides part of the history."""
    if history.cut_at is not None:
        tell(
            f"kpi: the history before {history.cut_at[:9]} is not in this shallow clone\n"
            "  fetch all of it: git fetch --unshallow (in GitHub Actions: fetch-depth: 0)"
        )


def _compute(history: History, id_: str, problems: dict[str, None]) -> dict[int, ValueChange]:
    """The value of the KPI on the day of each event that may have changed its value or status."""
    from kpi.cli.terminal import progress

    found: dict[int, ValueChange] = {}
    with progress(f"Computing {id_} as it was"):
        for number, event in enumerate(history.events):
            values = _values(event, problems) if event.counts else None
            if values is not None:
                found[number] = values
    return found


def _values(event: Event, problems: dict[str, None]) -> ValueChange | None:
    from kpi.run import compute
    from kpi.status.value_changes import value_changes

    before, after = (version.check(with_data=True) for version in (event.before, event.after))
    day = as_of_day(after.plan) if event.commit is None else event.commit.day
    sides = []
    for checked, id_ in ((before, event.id_before), (after, event.id)):
        results = compute(checked, day, kpis=[id_] if id_ is not None and id_ in checked.plan.kpis else [], parts=False)
        problems |= {f"{day}: {problem}": None for problem in results.problems}
        sides.append((checked.plan, results))
    return value_changes({event.id: event.id_before}, sides[0], sides[1]).get(event.id)


def _decisions(path: Path, history: History, allowed: Sequence[Path]) -> tuple[Decision, ...]:
    """The decisions about the KPI under all its ids, newest first."""
    if not path.is_file():
        return ()
    from kpi.plan.loading import read_plan

    ids = {id_ for event in history.events for id_ in (event.id, event.id_before)}
    found = [one for one in read_plan(path, allowed=allowed, model=file_model).plan.decisions if one.kpi in ids]
    return tuple(sorted(found, key=lambda one: one.date)[::-1])


def _view(
    history: History, id_: str, values: dict[int, ValueChange] | None, decisions: tuple[Decision, ...]
) -> LogView:
    from kpi.render.log_view import LogView

    names = [kpi.name for event in history.events if (kpi := event.after.read.plan.kpis.get(event.id)) is not None]
    return LogView(id_, next(iter(names), id_), history.events, values, history.cut_at, decisions)
