"""Data models of Cube, as YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi.drafting.plan_text import GOAL
from kpi.drafting.words import title_of
from kpi.errors import shorten
from kpi.importing import sql
from kpi.importing.result import References, Refusal, Result, comment_lines, listed
from kpi.importing.tables import add_source, origin_fields
from kpi.importing.tree import Item, read_trees
from kpi.values.ids import id_of

if TYPE_CHECKING:
    from kpi.plan.yaml.round_trip import Value

_TYPES = {"sum": "sum", "avg": "avg", "min": "min", "max": "max", "count": "count",
          "count_distinct": "count_distinct", "count_distinct_approx": "count_distinct"}  # fmt: skip
_WORDS = (
    "name", "title", "description", "public", "shown", "meta", "drill_members", "drill_member_references", "format",
    "data_source", "sql_alias", "refresh_key", "calendar", "access_policy", "rewrite_queries", "hierarchies",
    "ai_context", "currency", "mask",
)  # fmt: skip
_CUBE, _REFERENCE = "kpi_cube", "kpi_reference_"
_IN_BRACES = re.compile(r"\$?\{\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*\}")
_SELECT_ALL = re.compile(r"\s*select\s+\*\s+from\s+([\w.\"`]+)\s*;?\s*", re.IGNORECASE)
_SPAN = re.compile(r"(\d{1,4})\s+(day|week|month|quarter|year)s?")
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_DAYS = {"day": 1, "week": 7}
_JOIN = "make a source with a query that joins the rows"


def read(files: Sequence[Path], result: Result) -> None:
    """Import the measures of cubes."""
    model = _Model(result)
    for file in files:
        for document in read_trees(file):
            for item in document.list_of("cubes"):
                model.collect(item)
            for view in document.list_of("views"):
                name = view.text_of("name") or ""
                result.note(view.origin(f"view {name}"), "it shows members of cubes, and has none of its own")
            for rest in document.rest():
                result.refuse(rest.origin(rest.name), "a data model has no such key", "check the file")
    model.write()


@dataclass
class Cube:
    """A cube: its dimensions and measures by name."""

    name: str
    item: Item
    table: str | Refusal
    dimensions: dict[str, Item] = field(default_factory=dict)
    measures: dict[str, Item] = field(default_factory=dict)
    source: str | Refusal | None = None


class Reference(NamedTuple):
    """A member of a cube that is named in braces."""

    cube: Cube
    member: str


class _Model:
    """All cubes, and the plan that is made of them."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.cubes: dict[str, Cube] = {}
        self.references = References(self.result, "measure")

    def collect(self, item: Item) -> None:
        """Take in a cube."""
        name = item.text_of("name")
        if name is None or name in self.cubes:
            reason = "it has no name" if name is None else "there is another cube of this name"
            self.result.refuse(item.origin(f"cube {name or ''}".strip()), reason, "give it a name of its own")
            return
        cube = self.cubes[name] = Cube(name, item, _table(item))
        cube.dimensions = {one.text_of("name") or "": one for one in item.list_of("dimensions")}
        cube.measures = {one.text_of("name") or "": one for one in item.list_of("measures")}
        for key, reason in (
            ("joins", "formulas aggregate each source by itself, so a join needs no entry"),
            ("segments", "a segment is a filter in brackets where it is used"),
            ("pre_aggregations", "results are cached without being asked for"),
            ("dimensions", "dimensions need no entry: formulas and splits name columns where they use them"),
        ):
            if item.get(key) is not None:
                self.result.imported(item.entries()[key].origin(f"cube {name}, {key}"), reason)
        for key, reason in (
            ("access_policy", "a plan has no roles: whoever can read the source sees all its rows and columns"),
            ("data_source", "set the connection of the source to that database"),
        ):
            if item.get(key) is not None:
                self.result.note(item.entries()[key].origin(f"cube {name}, {key}"), reason)
        if item.get("extends") is not None:
            cube.table = Refusal(f"the cube {name} extends another one", "write its members out")
        item.ignore(*_WORDS)
        for rest in item.rest():
            self.result.refuse(rest.origin(f"cube {name}, {rest.name}"), "a cube has no such key", "check the file")

    def write(self) -> None:
        """Add what can be computed to the plan."""
        for cube in self.cubes.values():
            for name in cube.measures:
                self._measure(cube, name)

    def _measure(self, cube: Cube, name: str) -> str | Refusal:
        """The id of the entry of a measure, added to the plan; or why there is none."""
        item, shown = cube.measures[name], f"{cube.name}.{name}"
        return self.references.add((cube.name, name), shown, item.origin, lambda: self._added(cube, name, item))

    def _added(self, cube: Cube, name: str, item: Item) -> str:
        notes: list[str] = []
        text = self._formula(cube, item, notes)
        window = _window(item)
        text = _shifted(text, item, self.result.settings.every)
        text = sql.formula(text)
        item.ignore(*_WORDS, "multi_stage")
        for rest in item.rest():
            raise Refusal(f'"{rest.name}" is not known here', "leave it out where it changes nothing")
        hidden = False in (item.flag("public"), item.flag("shown")) and window is None
        section = "measures" if hidden else "kpis"
        wanted = name if id_of(cube.name) in id_of(name) else f"{cube.name}_{name}"
        id_ = self.result.new_id(wanted, "kpis", "measures")
        description = item.text_of("description")
        comments = [] if description is None else comment_lines("Description", description)
        origin = item.origin(f"measure {cube.name}.{name}")
        if item.get("mask") is not None:
            notes.append("it is not masked: a plan has no roles")
        if item.text_of("format") is not None:
            notes.append(
                f"its format, {shorten(item.text_of('format') or '', 30)}, does not say the unit: set unit by hand"
            )
        if section == "measures":
            self.result.add("measures", id_, origin, {"formula": text}, comments)
        else:
            every: str = self.result.settings.every
            fields: dict[str, Value] = {"name": item.text_of("title") or title_of(wanted), "goal": GOAL, "every": every}
            if window is not None:
                fields["window"] = window
            fields["formula"] = text
            self.result.add("kpis", id_, origin, fields, comments)
        for note in dict.fromkeys(notes):
            self.result.note(origin, note, f"{section}.{id_}")
        return id_

    def _formula(self, cube: Cube, item: Item, notes: list[str]) -> str:
        type_ = item.text_of("type") or ""
        written = item.text_of("sql")
        filters = [one.text_of("sql") or "" for one in item.list_of("filters")]
        if type_ in _TYPES:
            if type_ == "count_distinct_approx":
                notes.append("an approximate count is exact here")
            source = self._source(cube)
            names = self._names(cube, source)
            conditions = [self._condition(one, cube, names) for one in filters]
            if type_ != "count" and written is None:
                raise Refusal("it has no sql", "write the column")
            tree, references = self._parsed(written or "1", cube)
            return sql.aggregate(_TYPES[type_], tree, source, _with(names, references, self), conditions)
        if type_ not in ("number", "number_agg"):
            raise Refusal(f'a measure of the type "{shorten(type_)}" has no counterpart', sql.QUERY)
        if filters:
            raise Refusal("filters of a number have no counterpart", "filter the measures that it is made of")
        tree, references = self._parsed(written or "", cube)
        aggregates = sql.Aggregates(self._rows_of(cube, references), self._other(cube, references))
        text = aggregates.formula(tree)
        notes += aggregates.notes
        return text

    def _condition(self, text: str, cube: Cube, names: sql.Names) -> str:
        tree, references = self._parsed(text, cube)
        return sql.condition(tree, _with(names, references, self).bare)

    def _rows_of(self, cube: Cube, references: Mapping[str, Reference]) -> Any:
        def source_of(tables: Sequence[str], tree: Any) -> tuple[str, sql.Names]:
            source = self._source(cube)
            return source, _with(self._names(cube, source), references, self)

        return source_of

    def _other(self, cube: Cube, references: Mapping[str, Reference]) -> sql.Resolve:
        def other(table: str, column: str) -> str:
            found = references.get(column)
            if found is None or found.member not in found.cube.measures:
                shown = column if found is None else found.member
                raise Refusal(f"{shorten(shown)} is neither in an aggregate nor a measure", "aggregate it, e.g. SUM(…)")
            if found.cube is not cube:
                raise Refusal(f"{found.cube.name}.{found.member} is a measure of another cube, over joined rows", _JOIN)
            id_ = self._measure(found.cube, found.member)
            if isinstance(id_, Refusal):
                reason = f"it needs the measure {found.member}, which is refused: {id_.reason}"
                raise Refusal(reason, id_.workaround)
            return id_

        return other

    # SQL with references in braces.

    def _parsed(self, text: str, cube: Cube) -> tuple[Any, dict[str, Reference]]:
        """The tree of a SQL text, and the members that are named in it, by the names that stand for them."""
        references: dict[str, Reference] = {}

        def replaced(match: re.Match[str]) -> str:
            path = match[1].split(".")
            if path == ["CUBE"] or path == [cube.name]:
                return _CUBE
            owner = cube
            if len(path) > 1:
                if path[0] not in ("CUBE", cube.name) and path[0] not in self.cubes:
                    raise Refusal(f"there is no cube {path[0]} in these files", "import its file as well")
                owner = cube if path[0] == "CUBE" else self.cubes[path[0]]
            elif path[0] in self.cubes and path[0] not in (*cube.dimensions, *cube.measures):
                raise Refusal(f"{match[0]} is a column of another cube, over joined rows", _JOIN)
            name = f"{_REFERENCE}{len(references)}"
            references[name] = Reference(owner, path[-1])
            return name

        if "{{" in text or "{%" in text:
            raise Refusal("it is a template", "write the SQL out")
        plain = _IN_BRACES.sub(replaced, text)
        return sql.parsed(plain), references

    def _names(self, cube: Cube, source: str) -> sql.Names:
        """The columns of a cube's table."""
        names = sql.columns_of(source)

        def checked(own: sql.Resolve) -> sql.Resolve:
            def resolve(table: str, column: str) -> str:
                if table not in ("", _CUBE, cube.name):
                    raise Refusal(f"{shorten(table)}.{shorten(column)} is a column of another table", _JOIN)
                return own("", column)

            return resolve

        return sql.Names(checked(names.bare), checked(names.qualified))

    def dimension(self, reference: Reference, own: sql.Resolve) -> str:
        """A dimension as a row expression. Raises Refusal."""
        cube, name = reference
        item = cube.dimensions.get(name)
        if item is None:
            raise Refusal(f"{cube.name} has no dimension {shorten(name)}", f"it has {listed([*cube.dimensions])}")
        shown = f"{cube.name}.{name}"
        if shown in self.references.open or len(self.references.open) > 50:
            raise Refusal(f"the dimension {shown} refers to itself", "break the cycle")
        written = item.text_of("sql")
        if written is None or item.flag("sub_query") or item.get("case") is not None:
            raise Refusal(f"the dimension {shown} is not an expression over a row", sql.QUERY)
        self.references.open.append(shown)
        try:
            tree, references = self._parsed(written, cube)
            return f"({sql.value(tree, _resolving(own, references, self, cube))})"
        finally:
            self.references.open.pop()

    def _source(self, cube: Cube) -> str:
        if cube.source is None:
            try:
                cube.source = self._new_source(cube)
            except Refusal as refusal:
                cube.source = refusal
        if isinstance(cube.source, Refusal):
            raise cube.source
        return cube.source

    def _new_source(self, cube: Cube) -> str:
        if isinstance(cube.table, Refusal):
            raise cube.table
        times = [name for name, one in cube.dimensions.items() if one.text_of("type") == "time"]
        date = self.result.settings.dates.get(cube.name)
        if date is None and len(times) != 1:
            reason = f"the cube {cube.name} has several times: {listed(times)}" if times else (
                f"the cube {cube.name} has no dimension of the type time"
            )  # fmt: skip
            hint = f"say which is the date of a row: --date {cube.name}={times[0] if times else 'COLUMN'}"
            raise Refusal(reason, hint)
        origin = cube.item.origin(f"cube {cube.name}")
        fields = origin_fields(self.result, cube.table, origin)
        name = date or times[0]
        if name not in cube.dimensions:
            fields["date"] = sql.named(name)
        else:
            text = sql.row(self.dimension(Reference(cube, name), self._names(cube, "").bare))
            if text.isidentifier():
                fields["date"] = text
            else:
                fields["date"] = sql.named(name)
                fields["computed"] = {sql.named(name): text}
        return add_source(self.result, cube.name, origin, fields)


def _with(names: sql.Names, references: Mapping[str, Reference], model: _Model) -> sql.Names:
    """The names of a table together with those of the members that are named in braces."""
    return sql.Names(_resolving(names.bare, references, model), _resolving(names.qualified, references, model))


def _resolving(
    own: sql.Resolve, references: Mapping[str, Reference], model: _Model, cube: Cube | None = None
) -> sql.Resolve:
    def resolve(table: str, column: str) -> str:
        found = references.get(column)
        if found is None:
            return own(table, column)
        if found.member in found.cube.measures:
            raise Refusal(f"{found.member} is a measure inside an aggregate or a filter", sql.QUERY)
        asking = model.references.open
        owner = cube.name if cube is not None else asking[0].partition(".")[0] if asking else found.cube.name
        if found.cube.name != owner:
            raise Refusal(f"{found.cube.name}.{found.member} is a dimension of another cube, over joined rows", _JOIN)
        return model.dimension(found, own)

    return resolve


def _table(item: Item) -> str | Refusal:
    """The table of a cube."""
    table, query = item.text_of("sql_table"), item.text_of("sql")
    if table is not None and "{" not in table:
        return table
    name = item.text_of("name") or ""
    match = _SELECT_ALL.fullmatch(query or "")
    if match is not None:
        return match[1]
    what = "is a query" if query else "has no table" if table is None else "has a table that is a template"
    return Refusal(f"the cube {name} {what}", "make a view of it, and write sql_table")


def _window(item: Item) -> str | None:
    """The window of a measure. Raises Refusal."""
    rolling = item.get("rolling_window")
    if rolling is None:
        return None
    if rolling.text_of("type") == "to_date":
        grain = (rolling.text_of("granularity") or "").lower()
        if grain not in ("week", "month", "quarter", "year"):
            raise Refusal(f"there is no window since the start of the {shorten(grain)}", sql.QUERY)
        return f"{grain} to date"
    trailing = (rolling.text_of("trailing") or "").lower()
    if rolling.get("leading") is not None or (rolling.text_of("offset") or "end") != "end":
        raise Refusal("a window ends with its period, without leading or offset: start", sql.QUERY)
    if trailing == "unbounded":
        return "all time"
    match = _SPAN.fullmatch(trailing)
    if match is None or not int(match[1]):
        raise Refusal(f'"{shorten(trailing)}" is no number of days, weeks, months, quarters or years', sql.QUERY)
    return f"{int(match[1])} {match[2]}{'' if int(match[1]) == 1 else 's'}"


def _shifted(text: str, item: Item, every: str) -> str:
    """The value some time before, for a measure with a time shift. Raises Refusal."""
    for shift in item.list_of("time_shift"):
        interval = (shift.text_of("interval") or "").lower()
        match = _SPAN.fullmatch(interval)
        if (shift.text_of("type") or "prior") != "prior" or match is None or shift.get("name") is not None:
            raise Refusal(f'a shift by "{shorten(interval)}" is none to an earlier period', sql.QUERY)
        shift.ignore("time_dimension")
        number, unit = int(match[1]), match[2]
        for lengths in (_MONTHS, _DAYS):
            if unit in lengths and every in lengths and number * lengths[unit] % lengths[every] == 0:
                text = f"previous({text}, {number * lengths[unit] // lengths[every]})"
                break
        else:
            raise Refusal(f"{interval} is no number of periods of a {every}", f"import with --every {unit}")
    return text
