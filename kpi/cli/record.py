"""``kpi record``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpi.cli.common import FileOption, open_checked, plan_file, read_checked
from kpi.cli.completion import kpi_ids
from kpi.cli.output import tell
from kpi.errors import UsageError, usage_errors
from kpi.session import as_of_day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from kpi.plan.model import Kpi, Plan

# So that `kpi record growth -3` records a negative number instead of asking for an option -3.
CONTEXT = {"ignore_unknown_options": True}
MOST_TRIES = 100  # if several processes record at once, each reads again what the others wrote

EXAMPLES = (
    ("kpi record nps 44", "the value of the last period that is over"),
    ("kpi record nps 44 --period 2026-Q2 --note 'New survey'", "another period, with a remark"),
)


def record(
    kpi: Annotated[str, typer.Argument(metavar="KPI", help="The id or name of the KPI.", autocompletion=kpi_ids)],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The value, e.g. 44, 26.2% or $12.4k.")],
    file: FileOption = None,
    period: Annotated[
        str | None,
        typer.Option(metavar="PERIOD", help="Its period, e.g. 2026-Q2; default: the last complete one."),
    ] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Also add this to the KPI's notes.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing value or note.")] = False,
) -> None:
    """Record a value by hand in the file, keeping comments and layout.

    Only that line changes. A period that already has a value is not changed without --force, and a KPI with a formula
    takes no recorded values.
    """
    from kpi.writing import ChangedError

    for _ in range(MOST_TRIES):
        try:
            _record(file, kpi, value, period, note, force)
        except ChangedError as changed:  # perhaps by another kpi record, whose value must not be lost
            last = changed
        else:
            return
    raise last


def _record(file: Path | None, kpi: str, value: str, period: str | None, note: str | None, force: bool) -> None:
    """Read the plan and add the value to its file. Raises ChangedError if the file changed in between."""
    from kpi.editing.journal import remember
    from kpi.plan.model import Note, find_kpi
    from kpi.plan.yaml.round_trip import read_text, set_entry
    from kpi.values import format_value, parse_unit
    from kpi.writing import ChangedError, rewrite_file

    read, checked = read_checked(plan_file(file))
    if not checked.valid:
        checked = open_checked(file)  # which reports the errors
    kpi = find_kpi(checked.plan.kpis, kpi)
    found = _typed_in(checked.plan, kpi, value)
    moment = _Moment(checked.plan, found, period)
    place = checked.places.key(("kpis", kpi)).file
    path = Path(place)
    text = original = read_text(path)
    if text.removeprefix("\ufeff") != read.texts[place]:
        raise ChangedError(f"{path} has changed since it was read", hint="run the command again")
    for field, there, new in (("values", found.values, value), ("notes", found.notes, note)):
        if new is None:
            continue
        old = moment.written(there)
        if old is not None and not force:
            was = there[old]
            shown = (
                was
                if isinstance(was, str)
                else was.break_
                if isinstance(was, Note)
                else format_value(was, parse_unit(found.unit))
            )
            raise UsageError(f"{kpi} already has {shown} in its {field} for {old}", hint="--force replaces it")
        before = moment.following(there) if old is None else None
        text = set_entry(text, ("kpis", kpi, field), old or moment.period.label, new, before=before)
    rewrite_file(path, text, before=original)
    command = shlex.join(["kpi", "record", kpi, value, "--period", moment.period.label])
    remember(checked.plan.folder, checked.plan.root, command, {path: (original, text)})
    tell(f"{path}: {kpi} {moment.period.label}: {value}")


def _typed_in(plan: Plan, kpi: str, value: str) -> Kpi:
    """The KPI, if it takes recorded values and ``value`` is one. Raises UsageError."""
    from kpi.editing.fields import refuse_ambiguous
    from kpi.values import parse_number, parse_unit

    found = plan.kpis[kpi]
    if found.formula is not None:
        raise UsageError(
            f"{kpi} is computed by its formula, so no value can be recorded",
            hint="correct its data, or remove the formula to record values",
        )
    refuse_ambiguous(value)
    with usage_errors():
        parse_number(value, parse_unit(found.unit))
    return found


class _Moment:
    """The period of a value, and its place among the periods in the file."""

    def __init__(self, plan: Plan, kpi: Kpi, asked: str | None) -> None:
        from kpi.values import last_over, parse_label

        self.every = kpi.every
        self.calendar = plan.calendar.build()
        with usage_errors():
            self.period = (
                last_over(as_of_day(plan), kpi.every, self.calendar)
                if asked is None
                else parse_label(asked, self.calendar, kpi.every)
            )

    def written(self, there: Mapping[str, object]) -> str | None:
        """The key for this period as it is written in the file; None if there is none."""
        return next((label for label in there if self._start(label) == self.period.start), None)

    def following(self, there: Mapping[str, object]) -> str | None:
        """The first key of a later period, before which a new key is added; None if there is none."""
        return next((label for label in there if self._start(label) > self.period.start), None)

    def _start(self, label: str) -> date:
        from kpi.values import parse_label

        return parse_label(label, self.calendar).start
