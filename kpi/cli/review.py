"""``kpi review``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kpi.cli.common import (
    AsOfOption,
    CacheOption,
    FileOption,
    Limits,
    LocaleOption,
    MemoryOption,
    OutsideOption,
    RemoteOption,
    TimeoutOption,
    open_session,
    parse_day,
    readable,
    show_answer,
)
from kpi.cli.completion import kpi_ids
from kpi.cli.output import tell
from kpi.errors import UsageError, usage_errors

if TYPE_CHECKING:
    from kpi.plan.checks import Checked
    from kpi.plan.model import Decision, Kpi
    from kpi.status import StatusView

EXAMPLES = (
    ("kpi review", "what needs a look now"),
    ("kpi review --grid", "the last 13 periods of every KPI, with the status of each"),
    ('kpi review --record nps "call ten detractors" --by ana --until 2026-08-01', "keep a decision"),
)


def review(
    file: FileOption = None,
    format: Annotated[  # noqa: A002
        Literal["text", "markdown", "json", "html"], typer.Option("--format", help="Output format.")
    ] = "text",
    record: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--record",
            metavar="KPI DECISION",
            help="Add a decision about a KPI to reviews.yaml.",
            autocompletion=kpi_ids,
        ),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="WHO", help="With --record: who decided.")] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="With --record: when the effect is looked at."),
    ] = None,
    expect: Annotated[
        str | None,
        typer.Option("--expect", metavar="TARGET", help='With --record: the expected effect, e.g. "below 5%".'),
    ] = None,
    grid: Annotated[
        bool, typer.Option("--grid", help="Show the last 13 periods of every KPI, with the status of each.")
    ] = False,
    trailing: Annotated[
        bool, typer.Option("--trailing", help="Show six weeks and twelve months of every KPI beside the year before.")
    ] = False,
    as_of: AsOfOption = None,
    locale: LocaleOption = None,
    memory: MemoryOption = None,
    timeout: TimeoutOption = None,
    cache: CacheOption = None,
    allow_outside: OutsideOption = None,
    allow_remote: RemoteOption = None,
) -> None:
    """Show what needs a look now, and what became of decisions; --record keeps one.

    Exceptions come first: values outside their usual range, statuses that turned worse, targets that will probably be
    missed, guardrails that broke. KPIs in their usual range take one line. "unknown, will find out by 2026-08-01" is a
    decision, too.
    """
    if record is None and (by or until or expect):
        option = "--by" if by else "--until" if until else "--expect"
        raise UsageError(f"{option} needs --record", hint='write: kpi review --record KPI "what was decided"')
    several = [name for name, asked in (("--record", record), ("--grid", grid), ("--trailing", trailing)) if asked]
    if len(several) > 1:
        raise UsageError(f"{several[0]} cannot be combined with {several[1]}", hint="leave one of the two out")
    limits = Limits(as_of, cache, memory, timeout, locale, format)
    session = open_session(file, readable(allow_outside, allow_remote), limits)
    if record is not None:
        from kpi.plan.model import find_kpi

        kpi = session.plan.kpis[find_kpi(session.plan.kpis, record[0])]
        view, _ = session.judged([kpi.id])
        _record(session.checked, kpi, _decision(view, kpi, record[1], by, until, expect))
        return
    answer = session.grid() if grid else session.trailing() if trailing else session.review()
    show_answer(answer, format)


def _decision(view: StatusView, kpi: Kpi, text: str, by: str | None, until: str | None, expect: str | None) -> Decision:
    """The decision with the value of the KPI as shown. Raises UsageError for one that is not complete or not clear."""
    from kpi.plan.decisions import next_day
    from kpi.plan.model import Decision

    today = next_day(view.as_of)
    if not text.strip():
        raise UsageError("the decision is empty", hint='write "unknown, will find out" if nothing is decided yet')
    if by is None or not by.strip():
        raise UsageError("--record needs --by", hint="write who decided, as in --by ana")
    if until is None:
        raise UsageError("--record needs --until", hint="write the day on which the effect is looked at")
    day = parse_day(until, "--until")
    if day <= today:
        raise UsageError(f"--until: {day} is not after the day of the review, {today}", hint="write a later day")
    row = view.rows[0]
    value = None if row.status in ("stale", "no data") else row.display
    decision = Decision(
        date=today, kpi=kpi.id, value=value, decided=" ".join(text.split()), by=" ".join(by.split()),
        expect=None if expect is None else " ".join(expect.split()), until=day,
    )  # fmt: skip
    if decision.expect is not None:
        from kpi.status.decision import parse_expectation

        with usage_errors("--expect"):
            parse_expectation(decision.expect, kpi, row.point.value)
    return decision


def _record(checked: Checked, kpi: Kpi, decision: Decision) -> None:
    from kpi.editing.journal import remember
    from kpi.plan.loading.plan_files import DECISIONS_NAME
    from kpi.review import record

    plan = checked.plan
    written = record(plan.folder, decision)
    command = f'kpi review --record {kpi.id} "{decision.decided}"'
    attributes = written.attributes
    texts = {one.path: (one.before, one.after) for one in (written.decisions, attributes) if one is not None}
    remember(plan.folder, plan.root, command, texts, beside=[] if attributes is None else [attributes.path])
    value = "" if decision.value is None else f" at {decision.value}"
    tell(f"{DECISIONS_NAME}: {kpi.id}{value}: {decision.decided}; next look on {decision.until}")
    if attributes is not None:
        tell(
            f"{attributes.path.name}: {DECISIONS_NAME} merge=union, so that git keeps what two people add; "
            "commit both files"
        )
