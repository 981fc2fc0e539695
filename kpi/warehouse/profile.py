"""The profile of a source in a warehouse; the rows stay there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import ibis

from kpi.formulas.types import ValueType
from kpi.warehouse.table_loader import Remote

DateDistribution = tuple[tuple[tuple[date, int], ...], int]
ColumnCounts = dict[str, tuple[int, tuple[Any, ...]]]


def column_counts(remote: Remote, ranged: Collection[ValueType], examples: int) -> ColumnCounts:
    """For each column the number of missing values, and its least and greatest value where its kind is ``ranged``, else
    the ``examples`` most frequent ones. Raises WarehouseError."""
    relation, kinds = remote.relation, remote.table.kinds
    asked = {}
    for i, (name, kind) in enumerate(kinds.items()):
        column = relation[name]
        asked[f"n{i}"] = relation.count(where=column.isnull())
        type_ = "float64" if kind in ("number", "duration") else "string"
        ends = (column.min().cast(type_), column.max().cast(type_)) if kind in ranged else (ibis.null(type_),) * 2
        asked[f"a{i}"], asked[f"z{i}"] = ends
    row = remote.ask(relation.aggregate(**asked))[0] if asked else ()
    found: ColumnCounts = {}
    for i, (name, kind) in enumerate(kinds.items()):
        empty, *ends_ = row[3 * i : 3 * i + 3]
        if kind in ranged or kind == "empty":
            found[name] = int(empty or 0), tuple(dict.fromkeys(end for end in ends_ if end is not None))
            continue
        column = relation[name]
        frequent = relation.filter(column.notnull()).group_by(v=column).aggregate(n=lambda t: t.count())
        rows = remote.ask(frequent.order_by([ibis.desc("n"), ibis.asc("v")]).limit(examples))
        found[name] = int(empty or 0), tuple(line[0] for line in rows)
    return found


def date_distribution(remote: Remote) -> DateDistribution:
    """The days that have rows with their number, and the number of duplicate rows where one column distinguishes all
    distinct rows; as ``kpi.run.profile`` has them of a loaded source. Raises WarehouseError."""
    relation, table = remote.relation, remote.table
    days: list[tuple[date, int]] = []
    if table.shape == "dated":
        rows = remote.ask(relation.group_by("day$").aggregate(n=relation.count()).order_by("day$"))
        days = [(row[0], int(row[1])) for row in rows]
    computed = {name.casefold() for name in table.source.computed}
    columns = {name: kind for name, kind in table.kinds.items() if name.casefold() not in computed}
    telling = [name for name, kind in columns.items() if kind in ("text", "number")]
    if not telling:
        return tuple(days), 0
    distinct = relation.select(*columns).distinct()
    asked = {f"a{place}": distinct[name].nunique() for place, name in enumerate(telling)}
    different, *values = remote.ask(distinct.aggregate(n=distinct.count(), **asked))[0]
    return tuple(days), table.rows - int(different) if different in values else 0
