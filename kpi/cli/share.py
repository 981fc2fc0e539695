"""``kpi share``."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kpi.cli.common import (
    AsOfOption,
    FileOption,
    Limits,
    LocaleOption,
    OutsideOption,
    RemoteOption,
    need_extra,
    open_session,
    readable,
    tell_problems,
)
from kpi.cli.output import show_data, tell
from kpi.cli.status import statuses_in
from kpi.errors import InputError, KpiError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi.plan.model import Plan
    from kpi.status.digest import Digest

VARIABLE = "KPI_SHARE_TO"

EXAMPLES = (
    ("kpi share --to env:TEAM_CHAT", "to the address in the variable TEAM_CHAT"),
    ("kpi share --to env:TEAM_CHAT --only red --on-change", "only red KPIs, and only if a status has changed"),
    ("kpi share --dry-run", "show the message, and send nothing"),
)


def share(
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            metavar="ADDRESS",
            help=f"An Apprise address, or env:NAME for one in a variable; repeatable; default: env:{VARIABLE}.",
        ),
    ] = None,
    only: Annotated[
        str | None, typer.Option("--only", metavar="STATUS,…", help="Only KPIs with such a status, e.g. red,stale.")
    ] = None,
    on_change: Annotated[
        bool, typer.Option("--on-change", help="Send only if a status differs from the last summary.")
    ] = False,
    state: Annotated[
        Path | None,
        typer.Option(
            "--state", metavar="FILE", help="Where the last summary is kept; default: the user's folder for state."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the message instead of sending it.")] = False,
    format: Annotated[  # noqa: A002
        Literal["text", "html"], typer.Option("--format", help="With --dry-run: the form of the message.")
    ] = "text",
    file: FileOption = None,
    as_of: AsOfOption = None,
    allow_outside: OutsideOption = None,
    allow_remote: RemoteOption = None,
    locale: LocaleOption = None,
    misplaced: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
) -> None:
    """Send a summary to chat or mail, what has changed since the last one first."""
    if misplaced:
        raise UsageError("an address needs --to before it", hint="kpi share --to env:NAME keeps it out of the history")
    wanted = statuses_in(only, "--only")
    addresses = [] if dry_run and not to else _addresses(to or [f"env:{VARIABLE}"])
    sending = None if dry_run else need_extra("share", "kpi share", "kpi.share.sending", ("apprise",))
    receivers = [] if sending is None else [sending.Receiver(address, label) for label, address in addresses]
    limits = Limits(as_of, locale=locale, format="text")
    session = open_session(file, readable(allow_outside, allow_remote), limits)
    from kpi.render.digest import FORMS, title_of
    from kpi.render.output import render
    from kpi.share.last import read_last, write_last
    from kpi.status.digest import digest, summary_of

    plan = session.plan
    view, problems = session.status()
    if dry_run:
        place = _place(plan, addresses[0][1], state) if addresses else state
        message = digest(view, read_last(place) if place else None, wanted)
        show_data(_nothing(message) if not _is_due(message, on_change) else render(message, format))
    failed: list[KpiError] = []
    for (_, address), receiver in zip(addresses, receivers, strict=not dry_run):
        place = _place(plan, address, state)
        last = read_last(place) if place else None
        message = digest(view, last, wanted)
        if not _is_due(message, on_change):
            tell(_nothing(message))
            continue
        try:
            receiver.send(title_of(message), {form: render(message, form) for form in FORMS})
        except InputError as fault:
            failed.append(fault)
            continue
        tell(f"Sent to {receiver.name}.")
        if place is not None:
            write_last(place, summary_of(view), folder=state is None)
    for one in failed[1:]:
        tell(f"kpi: {one.message}")
    if failed:
        raise failed[0]
    tell_problems(problems)


def _addresses(given: Sequence[str]) -> list[tuple[str, str]]:
    """Each address with what it is called in messages, which never repeat it. Raises UsageError."""
    found = []
    for number, text in enumerate(given, 1):
        label = "--to" if len(given) == 1 else f"--to number {number}"
        if not text.startswith("env:"):
            found.append((label, text))
            continue
        name = text.removeprefix("env:")
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise UsageError(f"{label}: after env: comes the name of a variable", hint=f"as in --to env:{VARIABLE}")
        address = os.environ.get(name, "").strip()
        if not address:
            raise UsageError(
                f"the variable {name} is not set", hint=f"export {name}=… or use --to env:NAME for another"
            )
        found.append((name, address))
    return found


def _place(plan: Plan, address: str, state: Path | None) -> Path | None:
    from kpi.share.last import place_for

    return state or place_for(plan, address)


def _is_due(message: Digest, on_change: bool) -> bool:
    return not message.is_empty and (message.has_changed or not on_change)


def _nothing(message: Digest) -> str:
    if message.is_empty:
        return "Nothing to share: no KPI has such a status."
    from kpi.values.date_words import day_in_words

    assert message.since is not None
    return f"Nothing to share: no status has changed since {day_in_words(message.since)}."
