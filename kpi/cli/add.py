"""``kpi add``."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kpi.cli.common import FileOption, OutsideOption, open_checked, plan_file
from kpi.cli.completion import catalog_ids, goal_ids, source_ids
from kpi.cli.output import tell
from kpi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kpi.editing.add import Added, MissingError, Wanted
    from kpi.editing.session import Session

EXAMPLES = (
    ("kpi add return_rate --goal loyalty", "asks for what it needs to know"),
    ("kpi add net_promoter_score --goal loyalty --source data/survey.csv", "with the file to compute from"),
    ("kpi add win_rate --goal growth --source deals --map closed_on=Datum", "with a source of the plan"),
    ("kpi add uptime --goal trust --source c.csv --compute 'is_up=code < 500'", "with a column to be computed"),
    ("kpi add return_rate --goal loyalty --source orders=shop --source returns=data/r.csv", "with two tables"),
)


def add(
    id_: Annotated[
        str,
        typer.Argument(metavar="ID", help="The id of a KPI in the catalog (kpi catalog).", autocompletion=catalog_ids),
    ],
    goal: Annotated[
        str | None, typer.Option(metavar="GOAL", help="The id of the goal that it serves.", autocompletion=goal_ids)
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[TABLE=]SOURCE",
            help="A source of the plan, or a file, for a table; repeatable.",
            autocompletion=source_ids,
        ),
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=YOURS", help="Your column for one of the catalog; repeatable."),
    ] = None,
    compute: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=EXPRESSION", help="An expression over your columns for one of the catalog."),
    ] = None,
    read: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OPTION=VALUE",
            help="How a new file is read, e.g. decimal=, or encoding=cp1252; repeatable; default: as the file shows.",
        ),
    ] = None,
    new_id: Annotated[str | None, typer.Option("--id", metavar="NEW", help="Another id in your file.")] = None,
    owner: Annotated[
        str | None, typer.Option(metavar="OWNER", help="Who answers for it; default: as the goal.")
    ] = None,
    target: Annotated[str | None, typer.Option(metavar="TARGET", help='The number to hit: "at least 30%".')] = None,
    currency: Annotated[str | None, typer.Option(metavar="CODE", help="The currency of an amount, e.g. EUR.")] = None,
    file: FileOption = None,
    allow_outside: OutsideOption = None,
) -> None:
    """Add a KPI of the catalog to the file, its columns mapped to yours.

    Sources that it needs are added as well, read as their files show: encoding, delimiter, decimal mark, dates. At a
    terminal it asks for what is not given. The rest of the file stays as it is, and kpi undo takes the change back.
    """
    from kpi.catalog.catalog import load_catalog
    from kpi.editing.add import Wanted
    from kpi.editing.session import open_session

    session = open_session(plan_file(file), allow_outside or ())
    if not session.checked.valid:
        open_checked(file, allow_outside)  # which says what is wrong, and ends the command
    known = load_catalog().kpis.get(id_)
    names, expressions = dict(_pairs("--map", map_ or ())), dict(_pairs("--compute", compute or ()))
    reading = dict(_pairs("--read", read or (), "write an option of read: --read decimal=,"))
    tables = _tables(id_, source or ())
    wanted = Wanted(id_, goal, new_id, owner, target, currency, tables, names, expressions, reading)
    result, wanted = add_asking(session, wanted)
    session.write(result.texts, _command(wanted))
    new = (
        f", and the source{'s' if len(result.sources) > 1 else ''} {', '.join(result.sources)}"
        if result.sources
        else ""
    )
    tell(f"{', '.join(result.texts)}: added {result.id_}{new}")
    if target is None and known is not None:
        words = {"up": "at least …", "down": "at most …", "range": "between … and …"}[known.direction]
        tell(f'  kpi set {result.id_} target "{words}"  sets a target')


def add_asking(session: Session, wanted: Wanted) -> tuple[Added, Wanted]:
    """What is added, and all that is wanted, after asking for what is missing where somebody can be asked.

    Raises UsageError for what cannot be added, also for what is missing where nobody can be asked."""
    from kpi.editing.add import MissingError, added

    while True:
        try:
            return added(session, wanted), wanted
        except MissingError as missing:
            if not (sys.stdin.isatty() and sys.stderr.isatty()):
                raise
            wanted = _with_answer(wanted, missing)


def _with_answer(wanted: Wanted, missing: MissingError) -> Wanted:
    tell(f"{missing.message[:1].upper()}{missing.message[1:]}.")
    if missing.choices:
        tell(f"  known: {', '.join(missing.choices)}")
    names = {"goal": "Goal", "currency": "Currency", "tables": "File or source", "names": "Your column"}
    answer = typer.prompt(names[missing.field], err=True).strip()
    if missing.key is None:
        return wanted._replace(goal=answer) if missing.field == "goal" else wanted._replace(currency=answer)
    if missing.field == "tables":
        return wanted._replace(tables={**wanted.tables, missing.key: answer})
    return wanted._replace(names={**wanted.names, missing.key: answer})


def _tables(id_: str, written: Sequence[str]) -> dict[str, str]:
    """What ``--source`` says of each table; a source alone is that of a KPI that needs one table."""
    from kpi.catalog.catalog import load_catalog, requirements

    catalog = load_catalog()
    kpi = catalog.kpis.get(id_)
    tables = [] if kpi is None else [need.source.id for need in requirements(catalog, kpi)]
    found: dict[str, str] = {}
    for one in written:
        table, equals, where = one.partition("=")
        if not equals and len(tables) > 1:
            hint = ", ".join(f"--source {name}={one}" for name in tables)
            raise UsageError(f"{id_} needs several tables, and {one} is not said to be one of them", hint=hint)
        if equals:
            found[table] = where
        elif tables:
            found[tables[0]] = one
    return found


def _pairs(option: str, values: Sequence[str], hint: str | None = None) -> Iterator[tuple[str, str]]:
    for written in values:
        column, _, theirs = written.partition("=")
        if not column.strip() or not theirs.strip():
            hint = hint or f"write the column of the catalog first: {option} amount=Betrag"
            raise UsageError(f'{option} cannot be "{written}"', hint=hint)
        yield column.strip(), theirs.strip()


def _command(wanted: Wanted) -> str:
    words = ["kpi", "add", wanted.kpi]
    for option in ("goal", "id_", "owner", "target", "currency"):
        value = getattr(wanted, option)
        if value is not None:
            words += [f"--{option.rstrip('_')}", value]
    words += [part for table, where in wanted.tables.items() for part in ("--source", f"{table}={where}")]
    words += [part for column, theirs in wanted.names.items() for part in ("--map", f"{column}={theirs}")]
    words += [part for column, theirs in wanted.expressions.items() for part in ("--compute", f"{column}={theirs}")]
    words += [part for name, value in wanted.reading.items() for part in ("--read", f"{name}={value}")]
    return shlex.join(words)
