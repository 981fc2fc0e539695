"""KPIs of the catalog whose tables and columns are certainly among those of a draft."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from kpi.catalog.catalog import Requirement, load_catalog, requirements
from kpi.catalog.model import MONEY, CatalogKpi, CatalogSource
from kpi.catalog.model import Column as CatalogColumn
from kpi.drafting.columns import Meaning
from kpi.drafting.kpis import Proposal
from kpi.drafting.tables import DraftTable
from kpi.drafting.words import words_of
from kpi.formulas.renaming import SourceNames, renamed_formula, renamed_row

MOST_OF_A_TABLE = 6
# Other names of tables and columns of the catalog that can mean nothing else.
TABLES: Mapping[str, frozenset[str]] = {
    "orders": frozenset(("order", "bestellungen", "auftraege")),
    "returns": frozenset(("retouren",)),
    "web_traffic": frozenset(("visits", "sessions", "web sessions", "traffic", "besuche")),
    "calls": frozenset(("call center", "call", "anrufe")),
    "tickets": frozenset(("help desk", "support tickets")),
    "subscriptions": frozenset(("subscribers", "abos", "abonnements")),
    "invoices": frozenset(("rechnungen",)),
    "employees": frozenset(("staff", "mitarbeiter", "personal")),
    "customer_survey": frozenset(("survey", "kundenumfrage", "csat")),
    "ratings": frozenset(("app ratings", "reviews")),
}
COLUMNS: Mapping[str, frozenset[str]] = {
    "amount": frozenset(
        ("net amount", "total amount", "order amount", "invoice amount", "refund", "betrag", "nettobetrag")
    ),
    "customer_id": frozenset(("customer", "customer no", "customer number", "kunde", "kundennummer", "kundennr")),
    "cost": frozenset(("costs", "kosten")),
    "items": frozenset(("quantity", "qty", "menge")),
    "answered": frozenset(("answered y n", "beantwortet")),
    "wait_seconds": frozenset(("speed of answer in seconds", "waiting seconds")),
    "satisfied": frozenset(("satisfaction", "satisfaction rating", "csat", "zufriedenheit")),
    "recommend": frozenset(("nps", "likelihood to recommend", "weiterempfehlung")),
    "monthly_price": frozenset(("mrr", "mrr amount", "monthly amount")),
    "account_id": frozenset(("account", "customer id")),
    "due_on": frozenset(("due date", "faellig am", "fällig am")),
    "paid_on": frozenset(("paid date", "bezahlt am")),
    "delivered_on": frozenset(("delivered date", "delivery date", "geliefert am")),
}
NUMBERS = frozenset(("amount", "quantity", "people", "price", "score", "duration", "stock", "number", "rate"))


class Fit(NamedTuple):
    """A table of a draft that takes the place of one of the catalog: the names of its columns by those of the catalog,
    and the columns that its source has to compute."""

    table: DraftTable
    names: Mapping[str, str]
    computed: Mapping[str, str]


def from_catalog(tables: Sequence[DraftTable]) -> tuple[list[Proposal], list[DraftTable]]:
    """The KPIs of the catalog for these tables, and the tables with the columns that they need computed."""
    catalog = load_catalog()
    found: list[Proposal] = []
    current = {table.id: table for table in tables}
    counts = dict.fromkeys(current, 0)
    for kpi in catalog.kpis.values():
        fits = _fits(requirements(catalog, kpi), tables)
        if fits is None or any(counts[fit.table.id] >= MOST_OF_A_TABLE for fit in fits.values()):
            continue
        found.append(_proposal(kpi, fits))
        for fit in fits.values():
            counts[fit.table.id] += 1
            spec = current[fit.table.id].spec
            spec = replace(spec, computed={**spec.computed, **fit.computed})
            current[fit.table.id] = replace(current[fit.table.id], spec=spec)
    return found, list(current.values())


def _fits(needs: Sequence[Requirement], tables: Sequence[DraftTable]) -> dict[str, Fit] | None:
    """The tables that stand for all that a KPI needs; None where one is missing."""
    found = {}
    for need in needs:
        fit = next((one for table in tables if (one := _fit(need, table)) is not None), None)
        if fit is None:
            return None
        found[need.source.id] = fit
    return found


def _fit(need: Requirement, table: DraftTable) -> Fit | None:
    name = " ".join(words_of(table.id))
    if name != need.source.id.replace("_", " ") and name not in TABLES.get(need.source.id, ()):
        return None
    if table.planned or table.when is None or table.when.computed is not None:
        return None
    if (need.source.from_ is not None) != (table.rows_are == "intervals") or _is_parts(need.source, table):
        return None
    times = {need.source.date or need.source.from_: table.when, need.source.until: table.until}
    names: dict[str, str] = {}
    computed: dict[str, str] = {}
    for column in need.columns:
        own = times.get(column) or _column(column, table)
        if own is None or not _suits(need.source.columns[column], own):
            return None
        names[column] = own.name
        if own.role == "flag" and own.yes not in (None, own.name):
            names[column] = f"is_{own.name.lower()}"
            computed[names[column]] = str(own.yes)
    for column in need.computed:
        if column in table.meanings:
            return None
        names[column] = column
        computed[column] = renamed_row(need.source.computed[column], names)
    return Fit(table, names, computed)


def _is_parts(source: CatalogSource, table: DraftTable) -> bool:
    """Whether rows are only parts of what the catalog has a row for, such as the lines of an order."""
    one_row = source.about.startswith("One row per order") or source.about.startswith("One row per request")
    return one_row and table.row_id is None


def _column(name: str, table: DraftTable) -> Meaning | None:
    names = {" ".join(words_of(name)), *COLUMNS.get(name, ())}
    return next((one for one in table.meanings.values() if " ".join(words_of(one.column.header)) in names), None)


def _suits(wanted: CatalogColumn, own: Meaning) -> bool:
    """Whether a column holds what the catalog expects."""
    if wanted.values:
        return own.role in ("status", "category", "flag") and set(own.column.values) <= set(wanted.values)
    if wanted.type in ("date", "timestamp"):
        return own.role == "date" and own.computed is None and (wanted.type == "date" or own.timed)
    if wanted.type == "boolean":
        return own.role == "flag" and own.column.filled > 0
    if wanted.type == "text":
        return own.role in ("identifier", "text", "category", "status")
    if own.role not in NUMBERS:
        return False
    low, high = own.column.low, own.column.high
    is_score = own.role == "score" and wanted.low is not None and wanted.high is not None
    return not is_score or (low == wanted.low and high == wanted.high)


def _proposal(kpi: CatalogKpi, fits: Mapping[str, Fit]) -> Proposal:
    units = {one.unit for fit in fits.values() for one in fit.table.of("amount") if one.unit is not None}
    unit = kpi.unit if kpi.unit != MONEY else units.pop() if len(units) == 1 else None
    better = {"up": "at least", "down": "at most"}.get(kpi.direction, "between")
    pairs = [f"{theirs} is {own}" for fit in fits.values() for own, theirs in fit.names.items() if own != theirs]
    names = {id_: SourceNames(fit.table.id, fit.names) for id_, fit in fits.items()}
    here = f"; here {', '.join(dict.fromkeys(pairs))}" if pairs else ""
    why = f"{kpi.sentence} In the catalog as {kpi.id}{here}. Misleads: {kpi.misleads[0]}"
    return Proposal(
        kpi.id, kpi.name, renamed_formula(kpi.formula, names), _every(kpi, fits), why, unit, better, kpi.window,
        kpi.indicator, None if kpi.proxy_of is None else "proxy", kpi.questions[0],
    )  # fmt: skip


def _every(kpi: CatalogKpi, fits: Mapping[str, Fit]) -> str:
    """The usual period of a KPI, or a month where days without rows would leave shorter ones empty."""
    short = kpi.every in ("day", "week")
    return "month" if short and not all(fit.table.dense for fit in fits.values()) else kpi.every


def without_repeated(plain: Sequence[Proposal], catalog: Sequence[Proposal]) -> Iterator[Proposal]:
    """The plain proposals that say nothing which one of the catalog says, perhaps of fewer rows."""
    known = {_bare(one.formula) for one in catalog}
    known |= {re.sub(r"^avg\((\w+)\.(\w+)\)$", r"sum(\1.\2) / count(\1)", one) for one in known}
    return (one for one in plain if _bare(one.formula) not in known)


def _bare(formula: str) -> str:
    return re.sub(r"\[[^\]]*\]", "", formula)
