"""The segments of a source in a warehouse, each with a filter: running that takes little beside getting there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import ibis

from kpi.engine.breakdown import MOST_VALUES, SegmentAggregator
from kpi.warehouse.aggregation import RemoteAggregator


class RemoteSegmentAggregator(SegmentAggregator):
    """Computes aggregates over the segments of one source in a warehouse."""

    def __init__(self, aggregator: RemoteAggregator) -> None:
        super().__init__(aggregator)
        self._remote = aggregator.remote

    def _distinct(self, column: str) -> Sequence[tuple[Any, date | None, date | None]]:
        relation, shape = self._remote.relation, self.table.shape
        first = {"dated": "day$", "lasting": "from$"}.get(shape)
        last = {"dated": "day$", "lasting": "until$"}.get(shape)
        asked = {"first": ibis.null("date"), "last": ibis.null("date")}
        if first is not None and last is not None:
            end = relation[last] if shape == "dated" else relation[last].coalesce(ibis.literal(date.max))
            asked = {"first": relation[first].min(), "last": end.max()}
        found = relation.group_by(v=relation[self.table.name_of(column)]).aggregate(**asked).limit(MOST_VALUES + 1)
        return [(_plain(value), _day(one), _day(other)) for value, one, other in self._remote.ask(found)]


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _day(value: Any) -> date | None:
    return value.date() if isinstance(value, datetime) else value
