"""``query`` sources: one SELECT over declared sources (N3), vetted on the engine's own parse tree before it runs.

All that a query may contain is listed: functions and types in :mod:`kpi.plan.checks.query_functions`, the parts of a
SELECT here. What is not listed is refused, so that a later version of the engine adds nothing by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from kpi.data.database import Engine, quoted, text_literal
from kpi.data.file_scan import Scan
from kpi.engine.table import Table
from kpi.errors import TextError, did_you_mean
from kpi.formulas.column_names import column_name
from kpi.plan.checks.queries import NOTHING_ELSE, no_function, not_one_select
from kpi.plan.checks.query_functions import FUNCTIONS, TYPES

TABLE_FUNCTIONS = frozenset(["unnest", "range", "generate_series", "generate_subscripts", "regexp_split_to_table"])
# The second argument of these is the name of an aggregate, as text.
NAMED_AGGREGATES = frozenset(["aggregate", "array_aggr", "array_aggregate", "list_aggr", "list_aggregate"])
# Kinds of expressions, as the tree has them in "class"; of operators also which.
EXPRESSIONS = frozenset([
    "BETWEEN", "CASE", "CAST", "COLLATE", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "FUNCTION", "LAMBDA",
    "OPERATOR", "POSITIONAL_REFERENCE", "STAR", "SUBQUERY", "TYPE", "WINDOW",
])  # fmt: skip
OPERATORS = frozenset([
    "ARRAY_EXTRACT", "ARRAY_SLICE", "COMPARE_IN", "COMPARE_NOT_IN", "GROUPING_FUNCTION", "OPERATOR_COALESCE",
    "OPERATOR_IS_NOT_NULL", "OPERATOR_IS_NULL", "OPERATOR_NOT", "OPERATOR_TRY", "OPERATOR_UNPACK", "STRUCT_EXTRACT",
])  # fmt: skip
# Kinds of all else, in "type": queries, what may follow FROM, and what may follow both.
PARTS = frozenset([
    "SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE",
    "BASE_TABLE", "EMPTY", "EXPRESSION_LIST", "JOIN", "PIVOT", "SUBQUERY", "TABLE_FUNCTION",
    "DISTINCT_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "ORDER_MODIFIER",
    "ASCENDING", "DESCENDING", "ORDER_DEFAULT",
])  # fmt: skip


def vet(engine: Engine, query: str, own: str, sources: Collection[str]) -> set[str]:
    """The sources that a query reads. Raises TextError, with offsets into the query, for what it may not do."""
    import json

    try:
        kinds = engine.statement_kinds(query)
    except engine.Error as error:
        raise TextError(first_line(error), hint="the query is DuckDB's SQL") from None
    if kinds != ["SELECT"]:
        raise not_one_select()
    vetting = Vetting(query, sources)
    try:
        parsed = json.loads(engine.ask(f"SELECT json_serialize_sql({text_literal(query)})", own)[0][0])
        if parsed.get("error"):
            raise TextError(str(parsed.get("error_message", "this query cannot be read")))
        vetting.visit(parsed, frozenset())
    except RecursionError:
        raise TextError("this query is nested too deeply") from None
    for name, at in vetting.words.items():
        if _is_value(engine, name, own):
            raise TextError(no_function(name), at, at + len(name), hint=f"{NOTHING_ELSE}; a column is orders.{name}")
    if own in vetting.used:
        raise TextError(f'the query of "{own}" reads itself')
    return vetting.used


def _is_value(engine: Engine, word: str, own: str) -> bool:
    """Whether the engine has a value for a word without brackets where no column has that name: ``current_date``."""
    # "user" is a likely column, and the engine's own is the same text always.
    if word == "user":
        return False
    try:
        engine.ask(f"DESCRIBE SELECT {quoted(word)}", own)
    except engine.Error:
        return False
    return True


class Vetting:
    """A walk over the parse tree of a query. ``used`` are the sources that it reads, ``words`` the names of columns
    without a table, and where each is first."""

    def __init__(self, query: str, sources: Collection[str]) -> None:
        self.query = query
        self.sources = {source.casefold(): source for source in sources}
        self.used: set[str] = set()
        self.words: dict[str, int] = {}
        self._bytes = query.encode("utf-8", "replace")

    def visit(self, tree: Any, ctes: frozenset[str]) -> None:
        """Vet all nodes of a tree; ``ctes`` are those that can be seen from it. Raises TextError."""
        if isinstance(tree, list):
            for item in tree:
                self.visit(item, ctes)
        if not isinstance(tree, dict):
            return
        self._vet(tree, ctes)
        for entry in tree.get("cte_map", {}).get("map", []):
            name = str(entry["key"]).casefold()
            # Only in a recursive one is its own name itself; else it is a source of that name.
            recursive = entry["value"].get("query_node", {}).get("type") == "RECURSIVE_CTE_NODE"
            self.visit(entry["value"], ctes | {name} if recursive else ctes)
            ctes |= {name}
        for key, value in tree.items():
            if key != "cte_map":
                self.visit(value, ctes)

    def _vet(self, node: dict[str, Any], ctes: frozenset[str]) -> None:
        at = self._offset(node)
        if node.get("sample"):
            raise TextError("a sample is left to chance, and a KPI is not", at)
        class_, kind = node.get("class"), node.get("type")
        if class_ is not None:
            if class_ not in EXPRESSIONS or (class_ == "OPERATOR" and kind not in OPERATORS):
                raise TextError(f"a query cannot contain this ({kind})", at)
        elif isinstance(kind, str) and kind not in PARTS:
            raise not_one_select()
        if kind == "BASE_TABLE":
            self.used |= vet_table(node, at, ctes, self.sources)
        elif kind == "TABLE_FUNCTION":
            name = str(node["function"].get("function_name", "")).casefold()
            if name not in TABLE_FUNCTIONS:
                hint = "a query reads declared sources only: declare the file as a source of its own"
                raise TextError(f"{name}(…) cannot be read by a query", at, at + len(name), hint=hint)
        elif class_ == "COLUMN_REF" and len(node.get("column_names", [])) == 1:
            self.words.setdefault(str(node["column_names"][0]).casefold(), at)
        elif class_ == "TYPE":
            _vet_type(node, at)
        if "function_name" in node:
            _vet_function(node, at)

    def _offset(self, node: dict[str, Any]) -> int:
        """Where a node begins, in characters; the engine counts bytes, and has a huge number for "nowhere"."""
        at = int(node.get("query_location") or 0)
        return len(self._bytes[:at].decode("utf-8", "ignore")) if at < len(self._bytes) else 0


def _path(node: dict[str, Any], key: str) -> list[str]:
    """The name of something in all its parts."""
    return [str(part) for part in node.get("qualified_name", {}).get("path", [node.get(key, "")])]


def _vet_function(node: dict[str, Any], at: int) -> None:
    """Raise TextError for a function that a query may not call, or not in this way. What comes before a name and a dot
    is a schema or a first argument (``name.lower()``), and no schema can have functions of a query's own."""
    name = str(node["function_name"]).casefold()
    end = at + len(name)
    for one in dict.fromkeys([name, _path(node, "function_name")[-1].casefold()]):
        if one not in FUNCTIONS:
            raise TextError(no_function(one), at, end, hint=NOTHING_ELSE)
    arguments = node.get("arguments", ())
    if name == "age" and len(arguments) < 2:
        raise TextError("age of one time asks the clock", at, end, hint="age(later, earlier) does not")
    if name in NAMED_AGGREGATES:
        called = _text_of(arguments, 1)
        if called is None or called.casefold() not in FUNCTIONS:
            hint = f"write its name as text, in second place: {name}(list, 'sum')"
            raise TextError(f"{name} needs an aggregate that a query may call", at, end, hint=hint)
    # Of a time alone, the engine takes the offset of the current day.
    if name == "timezone" and (len(arguments) != 2 or _text_of(arguments, 0) is None):
        hint = "write the time zone as text: at time zone 'Europe/Berlin'"
        raise TextError("timezone needs the name of a time zone", at, end, hint=hint)


def _text_of(arguments: Any, place: int) -> str | None:
    """The text that is written as an argument; None where there is something else, or arguments have names."""
    if any(one.get("name") for one in arguments) or place >= len(arguments):
        return None
    literal = arguments[place].get("expression", {}).get("literal", {})
    return str(literal["text"]) if literal.get("kind") == "STRING" else None


def _vet_type(node: dict[str, Any], at: int) -> None:
    """Raise TextError for a type that nothing may be cast to."""
    path = _path(node, "type_name")
    if len(path) != 1 or path[0].casefold() not in TYPES:
        name = ".".join(path).lower()
        clock = name in ("timetz", "time with time zone")
        hint = "a time with a zone has the offset of the current day: use timestamptz" if clock else None
        raise TextError(f"a query cannot cast to {name}", at, at + len(name), hint=hint)


def vet_table(node: dict[str, Any], at: int, ctes: frozenset[str], sources: dict[str, str]) -> set[str]:
    """The source behind a table's name; nothing for one of the query's own CTEs. Raises TextError."""
    name = str(node.get("table_name", ""))
    path = _path(node, "table_name")
    if node.get("schema_name") or node.get("catalog_name") or path != [name]:
        raise TextError(f"{'.'.join(path)} is not a source of this file", at, at + len(name))
    if node.get("at_clause"):
        raise TextError("a source has no earlier versions", at, at + len(name), hint="leave AT out")
    if name.casefold() in ctes:
        return set()
    source = sources.get(name.casefold())
    if source is None:
        raise TextError(f'there is no source "{name}"', at, at + len(name), hint=did_you_mean(name, sources.values()))
    return {source}


def expose(engine: Engine, table: Table) -> None:
    """Make a loaded source readable in queries under its own name, with the plan's columns and no others."""
    # A source that no query reads may have nothing but its days.
    columns = ", ".join(quoted(name) for name in table.kinds) or "1 AS nothing$"
    engine.ask(
        f"CREATE OR REPLACE TEMP VIEW {quoted(table.source.id)} AS SELECT {columns} FROM {table.name}",
        table.source.id,
    )


def run_query(engine: Engine, source_id: str, query: str) -> Scan:
    """Run a vetted query; the scan of its result. Raises TextError for what the engine finds wrong with it."""
    result = f"result${source_id}"
    try:
        engine.run(source_id, f"CREATE OR REPLACE TEMP TABLE {result} AS\n{query.strip().rstrip(';')}", foreign=True)
    except engine.Error as error:
        raise TextError(first_line(error)) from None
    described = engine.ask(f"DESCRIBE {result}", source_id)
    names = {row[0]: column_name(row[0]) or f"column_{place}" for place, row in enumerate(described, 1)}
    chosen = ", ".join(f"{quoted(key)} AS {quoted(name)}" for key, name in names.items())
    return Scan(f"(SELECT {chosen} FROM {result})", {names[row[0]]: row[1] for row in described}, "table")


def first_line(error: Exception) -> str:
    """The first line of an engine's message."""
    line = next((part.strip() for part in str(error).splitlines() if part.strip()), "the query failed")
    return line.removeprefix("Parser Error: ").removeprefix("Binder Error: ").removeprefix("Catalog Error: ")
