"""``query`` sources: one SELECT over declared sources (N3), vetted on the engine's own parse tree before it runs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from kpi.data.database import Engine, quoted, text_literal
from kpi.data.file_scan import Scan
from kpi.engine.table import Table
from kpi.errors import TextError, did_you_mean
from kpi.plan.model.column_names import column_name

TABLE_FUNCTIONS = ("unnest", "range", "generate_series")
# Parts of a query that only read; the others insert, update, delete and so on.
READING_NODES = ("SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE")
# What would make a number depend on more than the rows: the clock, chance, files, the machine and its settings.
CLOCK = {
    "now", "today", "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp",
    "get_current_time", "get_current_timestamp", "transaction_timestamp", "current_localtime",
    "current_localtimestamp", "statement_timestamp", "clock_timestamp",
}  # fmt: skip
# Those that need no brackets.
BARE_CLOCK = {"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"}
CHANCE = {"random", "setseed", "uuid", "gen_random_uuid", "uuidv4", "uuidv7", "reservoir_quantile"}
MACHINE = {
    "getenv", "getvariable", "current_setting", "current_user", "session_user", "user", "current_database",
    "current_schema", "current_schemas", "current_catalog", "version", "nextval", "currval", "pg_typeof",
    "txid_current", "query", "query_table", "glob", "sql_auto_complete", "which_secret", "in_search_path", "sleep",
    "write_log", "parse_duckdb_log_message", "current_query", "current_connection_id", "current_transaction_id",
}  # fmt: skip
MACHINE_PREFIXES = ("read_", "pragma_", "duckdb_", "pg_", "parquet_", "sniff_", "json_execute", "http_")


def vet(engine: Engine, query: str, own: str, sources: Collection[str]) -> set[str]:
    """The sources that a query reads. Raises TextError, with offsets into the query, for what it may not do."""
    import json

    try:
        kinds = engine.statement_kinds(query)
    except engine.Error as error:
        raise TextError(first_line(error), hint="the query is DuckDB's SQL") from None
    if kinds != ["SELECT"]:
        raise TextError("a query is one SELECT over declared sources", hint="WITH … SELECT … is fine")
    vetting = Vetting(query, sources)
    try:
        parsed = json.loads(engine.ask(f"SELECT json_serialize_sql({text_literal(query)})")[0][0])
        if parsed.get("error"):
            raise TextError(str(parsed.get("error_message", "this query cannot be read")))
        vetting.visit(parsed, frozenset())
    except RecursionError:
        raise TextError("this query is nested too deeply") from None
    if own in vetting.used:
        raise TextError(f'the query of "{own}" reads itself')
    return vetting.used


class Vetting:
    """A walk over the parse tree of a query. ``used`` are the sources that it reads."""

    def __init__(self, query: str, sources: Collection[str]) -> None:
        self.query = query
        self.sources = {source.casefold(): source for source in sources}
        self.used: set[str] = set()

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
        at = int(node.get("query_location") or 0)
        at = at if at < len(self.query) else 0
        if node.get("sample"):
            raise TextError("a sample is left to chance, and a KPI is not", at)
        kind = str(node.get("type"))
        if kind == "SHOW_REF" or (kind.endswith("_NODE") and kind not in READING_NODES):
            raise TextError("a query is one SELECT over declared sources", hint="WITH … SELECT … is fine")
        if kind == "BASE_TABLE":
            self.used |= vet_table(node, at, ctes, self.sources)
        elif kind == "TABLE_FUNCTION":
            name = str(node["function"].get("function_name", "")).casefold()
            if name not in TABLE_FUNCTIONS:
                hint = "declare the file as a source of its own"
                raise TextError(f"{name}(…) cannot stand in a query", at, at + len(name), hint=hint)
        elif kind in ("FUNCTION", "WINDOW"):
            name = str(node.get("function_name", "")).casefold()
            if name == "age" and len(node.get("arguments", ())) < 2:
                raise TextError("age of one time asks the clock", at, at + 3, hint="age(later, earlier) does not")
            refuse(name, at)
        elif kind == "COLUMN_REF" and len(node.get("column_names", [])) == 1:
            name = str(node["column_names"][0]).casefold()
            if name in BARE_CLOCK:
                refuse(name, at)


def vet_table(node: dict[str, Any], at: int, ctes: frozenset[str], sources: dict[str, str]) -> set[str]:
    """The source behind a table's name; nothing for one of the query's own CTEs. Raises TextError."""
    name = str(node.get("table_name", ""))
    if node.get("schema_name") or node.get("catalog_name"):
        raise TextError(f"{node['schema_name']}.{name} is not a source of this file", at, at + len(name))
    if name.casefold() in ctes:
        return set()
    source = sources.get(name.casefold())
    if source is None:
        raise TextError(f'there is no source "{name}"', at, at + len(name), hint=did_you_mean(name, sources.values()))
    return {source}


def refuse(name: str, at: int) -> None:
    """Raise TextError for a function that a query may not call."""
    end = at + len(name)
    if name in CLOCK:
        raise TextError(f"{name} asks the clock: the same file would give another number tomorrow", at, end)
    if name in CHANCE:
        raise TextError(f"{name} is left to chance, and a KPI is not", at, end)
    if name in MACHINE or name.startswith(MACHINE_PREFIXES):
        raise TextError(f"{name}(…) cannot stand in a query", at, end, hint="a query reads declared sources only")


def expose(engine: Engine, table: Table) -> None:
    """Make a loaded source readable in queries under its own name, with the plan's columns and no others."""
    # A source that no query reads may have nothing but its days.
    columns = ", ".join(quoted(name) for name in table.kinds) or "1 AS nothing$"
    engine.ask(f"CREATE OR REPLACE TEMP VIEW {quoted(table.source.id)} AS SELECT {columns} FROM {table.name}")


def run_query(engine: Engine, source_id: str, query: str) -> Scan:
    """Run a vetted query; the scan of its result. Raises TextError for what the engine finds wrong with it."""
    result = f"result${source_id}"
    try:
        engine.run(source_id, f"CREATE OR REPLACE TEMP TABLE {result} AS\n{query.strip().rstrip(';')}")
    except engine.Error as error:
        raise TextError(first_line(error)) from None
    described = engine.ask(f"DESCRIBE {result}")
    names = {row[0]: column_name(row[0]) or f"column_{place}" for place, row in enumerate(described, 1)}
    chosen = ", ".join(f"{quoted(key)} AS {quoted(name)}" for key, name in names.items())
    return Scan(f"(SELECT {chosen} FROM {result})", {names[row[0]]: row[1] for row in described}, "table")


def first_line(error: Exception) -> str:
    """The gist of an engine's message."""
    line = next((part.strip() for part in str(error).splitlines() if part.strip()), "the query failed")
    return line.removeprefix("Parser Error: ").removeprefix("Binder Error: ").removeprefix("Catalog Error: ")
