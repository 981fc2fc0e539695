"""The warehouses of one run: a session for each connection, opened when its first source is loaded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from ibis.common.exceptions import IbisError

from kpi.data.database import Engine
from kpi.data.requirements import ColumnRequirements
from kpi.engine.table import Table
from kpi.errors import KpiError
from kpi.formulas import nodes
from kpi.formulas.types import ValueType
from kpi.plan.model import Source
from kpi.warehouse.aggregation import RemoteAggregator
from kpi.warehouse.breakdown import RemoteSegmentAggregator
from kpi.warehouse.dialects.base import Expr
from kpi.warehouse.errors import WarehouseError
from kpi.warehouse.profile import ColumnCounts, DateDistribution, column_counts, date_distribution
from kpi.warehouse.session import OTHERS, Row, Session, address, query_seconds
from kpi.warehouse.table_loader import Remote, RemoteLoader


class Warehouses:
    """Loads sources from warehouses and computes on them. ``engine`` records the statements; ``count_later``: the rows
    dated after ``as_of`` are counted."""

    def __init__(self, engine: Engine, timezone: str, as_of: date, *, count_later: bool = False) -> None:
        self._engine = engine
        self._timezone = timezone
        self._as_of = as_of
        self._count_later = count_later
        self._sessions: dict[str, Session] = {}
        self._lost: dict[str, WarehouseError] = {}
        self._remotes: dict[str, Remote] = {}

    def load(self, source: Source, need: ColumnRequirements, where: nodes.Node | None) -> Table:
        """The facts of one source. Raises KpiError, RowFaultError."""
        try:
            session = self._session(source.connection or "")

            def ask(expression: Expr) -> list[Row]:
                return self._ask(source, session, expression)

            remote = RemoteLoader(session, source, need, where, self._as_of, ask, self._count_later).load()
        except WarehouseError as error:
            raise self._noted(source, error) from None
        self._remotes[source.id] = remote
        return remote.table

    def faults(self, source_id: str) -> Mapping[str, KpiError]:
        """Why uses of columns of a source that was loaded are impossible."""
        return self._remotes[source_id].faults

    def aggregator(self, source_id: str) -> RemoteAggregator:
        """Computes requests on a source that was loaded."""
        return RemoteAggregator(self._engine, self._remotes[source_id])

    def segment_aggregator(self, source_id: str) -> RemoteSegmentAggregator:
        """Computes aggregates over the segments of a source that was loaded."""
        return RemoteSegmentAggregator(self.aggregator(source_id))

    def column_counts(self, source_id: str, ranged: Collection[ValueType], examples: int) -> ColumnCounts:
        """The contents of the columns of a source that was loaded. Raises WarehouseError."""
        return column_counts(self._remotes[source_id], ranged, examples)

    def date_distribution(self, source_id: str) -> DateDistribution:
        """The number of rows of each day, and of duplicate rows, of a source that was loaded. Raises
        WarehouseError."""
        return date_distribution(self._remotes[source_id])

    def close(self) -> None:
        """End all connections."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()

    def _session(self, connection: str) -> Session:
        """The session of a connection; one that was lost is not tried again, so that not every source waits for it."""
        if connection in self._lost:
            raise self._lost[connection]
        if connection not in self._sessions:
            self._sessions[connection] = open_session(connection, self._timezone)
        return self._sessions[connection]

    def _ask(self, source: Source, session: Session, expression: Expr) -> list[Row]:
        if (source.connection or "") in self._lost:
            raise self._noted(source, self._lost[source.connection or ""])
        try:
            sql = session.sql(expression)
        except IbisError as error:
            message = f"this warehouse has no words for what is asked ({type(error).__name__})"
            raise self._noted(source, WarehouseError(message)) from None
        self._engine.statements.append((source.id, sql))
        try:
            return session.rows(sql)
        except WarehouseError as error:
            raise self._noted(source, error) from None

    def _noted(self, source: Source, error: WarehouseError) -> WarehouseError:
        """The error with the source's name before it."""
        if error.lost:
            self._lost.setdefault(source.connection or "", error)
        message = error.message if error.message.startswith(f"{source.id}: ") else f"{source.id}: {error.message}"
        return WarehouseError(message, hint=error.hint, lost=error.lost, slow=error.slow)


# The extra of this package, or of Ibis, that brings the driver of an address.
_EXTRAS = {"spark": "kpi-as-code[spark]", "sc": "kpi-as-code[spark]", "local": "kpi-as-code[spark]"}
_EXTRAS |= dict.fromkeys(("postgresql", "postgres", "duckdb"), "kpi-as-code[warehouse]")


def open_session(connection: str, timezone: str) -> Session:
    """A session on the warehouse whose address ``${NAME}`` holds. Raises WarehouseError."""
    name, url = address(connection)
    seconds = query_seconds()
    scheme = url.partition("://")[0].casefold() if "://" in url else ""
    try:
        if scheme in ("postgresql", "postgres"):
            from kpi.warehouse.postgres import PostgresSession

            return PostgresSession(name, url, timezone, seconds)
        if scheme in ("spark", "sc", "local"):
            from kpi.warehouse.spark import SparkSession_

            return SparkSession_(name, url, timezone, seconds)
        if scheme in OTHERS:
            from kpi.warehouse.generic import IbisSession

            return IbisSession(name, url, timezone, seconds)
    except ImportError as error:
        message = f"{name} names a warehouse that needs {error.name or 'more'}, which is not installed"
        extra = _EXTRAS.get(scheme, f"ibis-framework[{scheme}]")
        raise WarehouseError(message, hint=f"pip install '{extra}'", lost=True) from None
    raise WarehouseError(
        f"{name} does not hold an address that is known",
        hint="it begins with postgresql://, spark://, sc:// (Spark Connect) or duckdb://",
        lost=True,
    )
