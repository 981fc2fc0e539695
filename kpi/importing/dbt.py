"""Semantic models and metrics of dbt, in the legacy specification (1.6 to 1.11) and in the latest one (1.12, 2.0), and
in the form of MetricFlow's own manifests."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from kpi.drafting.plan_text import GOAL
from kpi.drafting.words import title_of
from kpi.errors import shorten
from kpi.importing import sql
from kpi.importing.result import References, Refusal, Result, comment_lines, listed
from kpi.importing.tables import add_source, origin_fields
from kpi.importing.tree import Item, read_trees

if TYPE_CHECKING:
    from kpi.plan.yaml.round_trip import Value

_AGGREGATES = {
    "sum": "sum", "average": "avg", "avg": "avg", "min": "min", "max": "max", "count": "count",
    "count_distinct": "count_distinct", "median": "median", "percentile": "percentile", "sum_boolean": "sum_boolean",
}  # fmt: skip
_NOT_METRICS = ("version", "unit_tests", "data_tests", "tests", "sources", "seeds", "snapshots", "macros", "exposures",
                "groups", "analyses", "functions", "project_configuration", "models", "catalogs")  # fmt: skip
_WORDS = ("name", "description", "label", "config", "meta", "group", "tags", "docs", "metadata")
_FINE = ("nanosecond", "microsecond", "millisecond", "second", "minute", "hour", "day")
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_DAYS = {"day": 1, "week": 7}
_SPAN = re.compile(r"(\d+)\s*([a-z]+?)s?")
_CALL = re.compile(
    r"""\s*(Dimension|TimeDimension|Entity|Metric)\(\s*(?P<q>['"])(?P<name>\w+)(?P=q)\s*"""
    r"""(?:,\s*(?P<p>['"])(?P<grain>\w+)(?P=p)\s*)?(?P<more>.*?)\)(?P<after>.*)""",
    re.DOTALL,
)
_JOIN = "make a source with a query that joins the rows, and use its columns in the filter"


_Made = TypeVar("_Made")


def read(files: Sequence[Path], result: Result) -> None:
    """Import the metrics of dbt's files."""
    project = _Project(result)
    for file in files:
        for document in read_trees(file):
            project.collect(document)
    project.write()


class Dimension(NamedTuple):
    """A column to filter by; ``grain`` is that of a time, None for others."""

    expr: str
    grain: str | None


@dataclass
class Model:
    """A semantic model; ``owners`` are the names of entities of which it has one row each."""

    name: str
    item: Item
    table: str
    time: str | None
    owners: set[str]
    entities: dict[str, str]
    dimensions: dict[str, Dimension]


class Measure(NamedTuple):
    """An aggregate of a model's rows."""

    name: str
    item: Item
    model: Model
    aggregate: str
    expr: str | None
    percent: str | None
    doubts: tuple[str, ...]
    time: str | None
    non_additive: Item | None


class Input(NamedTuple):
    """A metric or measure that another metric is made of."""

    name: str
    alias: str
    filters: tuple[str, ...]
    offset: str | None = None
    fill: str | None = None


@dataclass
class Metric:
    """A metric. ``measure`` is that of a simple or cumulative one of the legacy form; ``inputs`` are metrics."""

    name: str
    item: Item
    type: str
    filters: tuple[str, ...]
    every: str
    measure: Input | None = None
    inputs: list[Input] = field(default_factory=list)
    expr: str | None = None
    window: str | None = None
    notes: list[str] = field(default_factory=list)


class _Project:
    """What all files say, and the plan that is made of it."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.models: dict[str, Model] = {}
        self.measures: dict[str, Measure | Refusal] = {}
        self.metrics: dict[str, Metric | Refusal] = {}
        self.items: list[tuple[str, str, Item]] = []  # kind, name
        self.sources: dict[tuple[str, str, bool], str] = {}
        self.references = References(self.result, "metric")
        self.used: set[str] = set()

    # Collecting.

    def collect(self, document: Item) -> None:
        """Take what a document says of models and metrics, and report the rest."""
        for model in [*document.list_of("semantic_models"), *document.list_of("semantic_model")]:
            self._legacy_model(model)
        for model in document.list_of("models"):
            if model.is_mapping and model.get("semantic_model") is not None:
                self._latest_model(model)
        for metric in [*document.list_of("metrics"), *document.list_of("metric")]:
            self._metric(metric, None)
        for query in [*document.list_of("saved_queries"), *document.list_of("saved_query")]:
            name = query.text_of("name") or "without a name"
            reason = "it selects metrics: kpi status --kpi shows a selection, kpi export writes it"
            self.result.note(query.origin(f"saved query {name}"), reason)
        document.ignore(*_NOT_METRICS)
        for key in ("unit_tests", "data_tests", "exposures"):
            if (found := document.entries().get(key)) is not None:
                self.result.note(found.origin(key), "it is about models, not about metrics")
        for rest in document.rest():
            self.result.refuse(rest.origin(rest.name), "dbt's semantic layer has no such key", "check the file")

    def _legacy_model(self, item: Item) -> None:
        name = item.text_of("name")
        if name is None:
            self.result.refuse(item.origin("semantic model"), "it has no name", "give it one")
            return
        defaults = item.get("defaults")
        time = None if defaults is None else defaults.text_of("agg_time_dimension")
        table = _relation(item)
        entities = {
            one.text_of("name") or "": (one.text_of("type") or "", one.text_of("expr") or one.text_of("name") or "")
            for one in item.list_of("entities")
        }
        dimensions = {}
        for one in item.list_of("dimensions"):
            params = one.get("type_params")
            grain = None
            if one.text_of("type") == "time":
                grain = (params.text_of("time_granularity") if params is not None else None) or "day"
            dimensions[one.text_of("name") or ""] = Dimension(one.text_of("expr") or one.text_of("name") or "", grain)
        model = self._add_model(name, item, table or name, time, entities, dimensions)
        for one in item.list_of("measures"):
            self._measure(one, model)
        item.ignore(*_WORDS, "model", "node_relation")
        self._rest(item, f"semantic model {name}")

    def _add_model(
        self, name: str, item: Item, table: str, time: str | None,
        entities: Mapping[str, tuple[str, str]], dimensions: dict[str, Dimension],
    ) -> Model:  # fmt: skip
        owners = {one for one, (type_, _) in entities.items() if type_ in ("primary", "unique", "natural")}
        primary = item.text_of("primary_entity")
        if primary is not None:
            owners.add(primary)
        model = Model(name, item, table, time, owners, {one: expr for one, (_, expr) in entities.items()}, dimensions)
        self.models[name] = model
        if entities or dimensions:
            reason = "entities and dimensions need no entry: formulas and splits name columns where they use them"
            self.result.imported(item.origin(f"semantic model {name}"), reason)
        return model

    def _latest_model(self, item: Item) -> None:
        given = item.get("semantic_model")
        name = item.text_of("name")
        if name is None or given is None or given.text in ("false", "False"):
            return
        if given.is_mapping:
            if given.flag("enabled") is False:
                return
            name = given.text_of("name") or name
        entities: dict[str, tuple[str, str]] = {}
        dimensions: dict[str, Dimension] = {}
        for column in item.list_of("columns"):
            self._column(column, entities, dimensions)
        derived = item.get("derived_semantics")
        if derived is not None:
            for one in derived.list_of("dimensions"):
                grain = (one.text_of("granularity") or "day") if one.text_of("type") == "time" else None
                own = one.text_of("name") or ""
                dimensions[own] = Dimension(one.text_of("expr") or own, grain)
            for one in derived.list_of("entities"):
                own = one.text_of("name") or ""
                entities[own] = (one.text_of("type") or "", one.text_of("expr") or own)
        table = item.text_of("name") or name
        model = self._add_model(name, item, table, item.text_of("agg_time_dimension"), entities, dimensions)
        for metric in item.list_of("metrics"):
            self._metric(metric, model)

    def _column(self, column: Item, entities: dict[str, tuple[str, str]], dimensions: dict[str, Dimension]) -> None:
        name = column.text_of("name") or ""
        entity, dimension = column.get("entity"), column.get("dimension")
        if entity is not None:
            own = entity.text_of("name") if entity.is_mapping else None
            type_ = entity.text_of("type") if entity.is_mapping else entity.text
            entities[own or name] = (type_ or "", name)
        if dimension is not None or column.get("granularity") is not None:
            own = dimension.text_of("name") if dimension is not None and dimension.is_mapping else None
            type_ = None
            if dimension is not None:
                type_ = dimension.text_of("type") if dimension.is_mapping else dimension.text
            grain = column.text_of("granularity")
            is_time = type_ == "time" or grain is not None
            dimensions[own or name] = Dimension(name, (grain or "day") if is_time else None)

    def _rest(self, item: Item, construct: str) -> None:
        for rest in item.rest():
            self.result.refuse(rest.origin(f"{construct}, {rest.name}"), "it is not known here", "leave it out")

    def _measure(self, item: Item, model: Model) -> None:
        name = item.text_of("name") or ""
        self.items.append(("measure", name, item))
        self.measures[name] = _or_refusal(lambda: self._measure_of(item, model, name))
        if item.flag("create_metric") is True:
            self.items.append(("metric", name, item))
            made = Input(name, name, ())
            self.metrics[name] = Metric(name, item, "simple", (), self.result.settings.every, made)

    def _measure_of(self, item: Item, model: Model, name: str) -> Measure:
        aggregate = (item.text_of("agg") or "").lower()
        if aggregate not in _AGGREGATES:
            raise Refusal(f'there is no aggregation "{shorten(aggregate)}" here', sql.QUERY)
        percent, doubts = self._percentile(item) if aggregate == "percentile" else (None, ())
        expr = item.text_of("expr")
        time = item.text_of("agg_time_dimension")
        non_additive = item.get("non_additive_dimension")
        item.ignore(*_WORDS, "create_metric", "alias")
        return Measure(
            name, item, model, _AGGREGATES[aggregate], expr, percent, doubts, time or model.time, non_additive
        )

    def _percentile(self, item: Item) -> tuple[str, tuple[str, ...]]:
        params = item.get("agg_params")
        given = params.text_of("percentile") if params is not None else item.text_of("percentile")
        discrete = item.text_of("percentile_type") == "discrete"
        approximate = False
        if params is not None:
            discrete = params.flag("use_discrete_percentile") is True
            approximate = params.flag("use_approximate_percentile") is True
        try:
            number = Decimal(given or "")
        except InvalidOperation:
            raise Refusal("the percentile is missing", "write percentile: 0.95") from None
        share = number if params is not None or number <= 1 else number / 100
        doubts = ["a discrete percentile is interpolated here"] * discrete
        doubts += ["an approximate percentile is computed exactly here"] * approximate
        return sql.percent_text(str(share)), tuple(doubts)

    # Metrics.

    def _metric(self, item: Item, model: Model | None) -> None:
        name = item.text_of("name")
        if name is None:
            self.result.refuse(item.origin("metric"), "it has no name", "give it one")
            return
        if name in self.metrics:
            self.result.refuse(item.origin(f"metric {name}"), "there is another metric of this name", "rename one")
            return
        self.items.append(("metric", name, item))
        self.metrics[name] = _or_refusal(lambda: self._metric_of(item, model, name))

    def _metric_of(self, item: Item, model: Model | None, name: str) -> Metric:
        type_ = (item.text_of("type") or "simple").lower()
        params = item.get("type_params")
        every = item.text_of("time_granularity") or self.result.settings.every
        if every not in (*_MONTHS, *_DAYS) and every != self.result.settings.every:
            raise Refusal(f'"{shorten(every)}" is no length of a period', "leave time_granularity out")
        metric = Metric(name, item, type_, _filters(item), every)
        settings = item if params is None else params
        if type_ == "simple":
            self._simple(metric, item, params, model)
        elif type_ == "ratio":
            metric.inputs = [_input(settings, "numerator"), _input(settings, "denominator")]
        elif type_ == "derived":
            metric.expr = settings.text_of("expr")
            metric.inputs = [_input_of(one) for key in ("metrics", "input_metrics") for one in settings.list_of(key)]
        elif type_ == "cumulative":
            self._cumulative(metric, settings)
        elif type_ == "conversion":
            raise Refusal("a conversion follows one row to another of the same entity, and formulas do not", sql.QUERY)
        else:
            raise Refusal(f'there is no type of metric "{shorten(type_)}"', "check the file")
        item.ignore(*_WORDS, "type", "type_params", "time_granularity")
        for one in (item, params):
            if one is not None:
                one.ignore("input_measures")
                for rest in one.rest():
                    raise Refusal(f'"{rest.name}" is not known here', "leave it out where it changes nothing")
        return metric

    def _simple(self, metric: Metric, item: Item, params: Item | None, model: Model | None) -> None:
        if params is not None and params.get("measure") is not None:
            outer = params.text_of("fill_nulls_with")
            params.ignore("join_to_timespine")
            metric.measure = _input(params, "measure")
            if outer is not None:
                metric.measure = metric.measure._replace(fill=outer)
            return
        if model is None or item.text_of("agg") is None:
            reason = "it names no measure and no aggregation"
            raise Refusal(reason, "write type_params.measure, or agg below the model")
        own = f"metric {metric.name}"  # no measure has a blank in its name
        measure = _or_refusal(lambda: self._measure_of(item, model, metric.name))
        self.measures[own] = measure
        item.ignore("join_to_timespine", "hidden")
        metric.measure = Input(own, metric.name, (), None, item.text_of("fill_nulls_with"))

    def _cumulative(self, metric: Metric, settings: Item) -> None:
        nested = settings.get("cumulative_type_params")
        both = [one for one in (settings, nested) if one is not None]

        def asked(key: str) -> str | None:
            return next((text for one in both if (text := one.text_of(key)) is not None), None)

        window, to_date, agg = asked("window"), asked("grain_to_date"), asked("period_agg")
        for one in both:
            for key in ("metric", "input_metric"):
                if one.get(key) is not None:
                    metric.inputs = [_input(one, key)]
        if not metric.inputs:
            metric.measure = _input(settings, "measure")
        metric.window = _window(window, to_date)
        if metric.every == "day":
            return
        if agg in ("first", "average"):
            reason = f"the value of a period is the {agg} of its days, and here it is that of its last day"
            raise Refusal(reason, "write period_agg: last, or import with --every day")
        if agg is None:
            metric.notes.append("of its days, a period has the last one's value here; dbt shows the first one's unless "
                                "period_agg says last")  # fmt: skip
        if window is not None and _parts(window)[1] in _MONTHS:
            metric.notes.append("the window is of calendar months here; MetricFlow counts back from each day")

    # The plan.

    def write(self) -> None:
        """Add what can be computed to the plan."""
        for kind, name, _ in self.items:
            if kind == "metric":
                self._kpi(name)
        for kind, name, item in self.items:
            if kind == "measure":
                self._left_measure(name, item)

    def _kpi(self, name: str) -> str | Refusal:
        """The id of the KPI of a metric, added to the plan; or why there is none."""
        metric = self.metrics.get(name)
        if metric is None:
            return Refusal(f'there is no metric "{shorten(name)}" in these files', "import its file as well")
        item = next(one for kind, own, one in self.items if kind == "metric" and own == name)
        return self.references.add(name, name, item.origin, lambda: self._added(metric, item))

    def _added(self, metric: Metric | Refusal, item: Item) -> str:
        if isinstance(metric, Refusal):
            raise metric
        notes = list(metric.notes)
        text = sql.formula(self._formula(metric, (), notes, metric.every))
        id_ = self.result.new_id(metric.name, "kpis", "measures")
        fields: dict[str, Value] = {"name": metric.item.text_of("label") or title_of(metric.name), "goal": GOAL}
        owner = _meta(item, "owner")
        if owner is not None:
            fields["owner"] = owner
        fields["every"] = metric.every
        if metric.window is not None:
            fields["window"] = metric.window
        fields["formula"] = text
        description = item.text_of("description")
        comments = [] if description is None else comment_lines("Description", description)
        origin = item.origin(f"metric {metric.name}")
        self.result.add("kpis", id_, origin, fields, comments)
        for note in dict.fromkeys(notes):
            self.result.note(origin, note, f"kpis.{id_}")
        return id_

    def _formula(self, metric: Metric, filters: tuple[str, ...], notes: list[str], every: str) -> str:
        """What a metric is, over the rows that pass the filters of those that refer to it as well."""
        filters = (*filters, *metric.filters)
        if metric.type == "derived":
            return self._derived(metric, filters, notes, every)
        if metric.type == "ratio":
            over, under = (self._part(one, filters, notes, every) for one in metric.inputs)
            return f"({over} / {under})"
        if metric.inputs:
            return self._part(metric.inputs[0], filters, notes, every, inline=True)
        if metric.measure is None:
            raise Refusal("it names no measure", "write type_params.measure")
        return self._aggregate(metric.measure, filters, notes, every)

    def _derived(self, metric: Metric, filters: tuple[str, ...], notes: list[str], every: str) -> str:
        if metric.expr is None:
            raise Refusal("it has no expression", "write expr")
        parts = {one.alias: one for one in metric.inputs}

        def other(table: str, column: str) -> str:
            part = parts.get(column)
            if part is None or table:
                raise Refusal(f'"{shorten(column)}" is none of its metrics', "name it below metrics, or as an alias")
            return self._part(part, filters, notes, every)

        def source_of(tables: Sequence[str], tree: Any) -> tuple[str, sql.Names]:
            raise Refusal(f"{shorten(tree.sql(), 60)} is not arithmetic of metrics", sql.QUERY)

        return sql.Aggregates(source_of, other).formula(sql.parsed(metric.expr))

    def _part(
        self, part: Input, filters: tuple[str, ...], notes: list[str], every: str, *, inline: bool = False
    ) -> str:
        """A metric that another one is made of: its KPI where that is the same, else its formula."""
        filters = (*filters, *part.filters)
        metric = self.metrics.get(part.name)
        id_ = self._kpi(part.name)
        if isinstance(id_, Refusal):
            raise Refusal(f"it needs the metric {part.name}, which is refused: {id_.reason}", id_.workaround)
        assert isinstance(metric, Metric)
        if filters or inline or metric.every != every:
            text = f"({self._formula(metric, filters, notes, every)})"
            if metric.window is not None and not inline:
                text = f'over({text}, "{metric.window}")'
        else:
            text = id_
        return text if part.offset is None else _shifted(text, part.offset, every)

    def _aggregate(self, given: Input, filters: tuple[str, ...], notes: list[str], every: str) -> str:
        measure = self.measures.get(given.name)
        if measure is None:
            raise Refusal(f'there is no measure "{shorten(given.name)}" in these files', "import its file as well")
        if isinstance(measure, Refusal):
            raise measure
        self.used.add(given.name)
        zero = False
        if given.fill is not None:
            zero = given.fill in ("0", "0.0")
            if not zero or measure.aggregate not in ("sum", "count", "count_distinct", "sum_boolean"):
                reason = f"the {measure.aggregate} without rows is {shorten(given.fill)}; only counts and sums can be 0"
                raise Refusal(reason, "leave fill_nulls_with out")
        notes += measure.doubts
        return self._of_measure(measure, (*filters, *given.filters), zero, every)

    def _of_measure(self, measure: Measure, filters: tuple[str, ...], zero: bool, every: str) -> str:
        model = measure.model
        source = self._source(measure, zero, every)
        names = sql.columns_of(source, *_names_of(model))
        conditions = [self._condition(one, model, names) for one in filters]
        tree = sql.parsed(measure.expr or measure.name)
        if measure.aggregate == "sum_boolean":
            conditions.append(sql.condition(tree, names.bare))
            text = sql.aggregate("count", sql.parsed("1"), source, names, conditions)
        else:
            text = sql.aggregate(measure.aggregate, tree, source, names, conditions, measure.percent)
        balance = measure.non_additive
        if balance is None:
            return text
        choice = (balance.text_of("window_choice") or balance.text_of("window_agg") or "min").lower()
        groupings = balance.texts_of("window_groupings") or balance.texts_of("group_by")
        about = balance.text_of("name")
        if groupings or choice != "max" or about != measure.time:
            reason = "of a balance, only the rows of the last date of a period are taken"
            raise Refusal(reason, f"write window_choice: max without groupings, or {sql.QUERY}")
        return f"at_end({text})"

    def _source(self, measure: Measure, zero: bool, every: str) -> str:
        """The source of a measure: a model with the date that the measure is counted by."""
        model, time = measure.model, measure.time
        if time is None:
            reason = f"the model {model.name} has no agg_time_dimension, so its rows have no date"
            raise Refusal(reason, "write defaults: {agg_time_dimension: COLUMN}")
        dimension = model.dimensions.get(time, Dimension(time, "day"))
        grain = dimension.grain or "day"
        if grain not in _FINE and not _whole(grain, every):
            raise Refusal(f"{time} has one value a {grain}, and a period is a {every}", f"import with --every {grain}")
        key = (model.name, time, zero)
        if key not in self.sources:
            name = model.name + (f"_by_{time}" if time != model.time else "") + ("_or_zero" if zero else "")
            origin = model.item.origin(f"semantic model {model.name}")
            fields = origin_fields(self.result, model.table, origin)
            tree = sql.parsed(dimension.expr)
            if sql.is_column(tree):
                fields["date"] = sql.row(sql.value(tree, sql.columns_of("", *_names_of(model)).bare))
            else:
                fields["date"] = sql.named(time)
                fields["computed"] = {
                    sql.named(time): sql.row(sql.value(tree, sql.columns_of("", *_names_of(model)).bare))
                }
            if zero:
                fields["no_rows"] = "zero"
            self.sources[key] = add_source(self.result, name, origin, fields)
        return self.sources[key]

    def _left_measure(self, name: str, item: Item) -> None:
        """A measure that no metric uses is a measure of the plan, and one that is used is in their formulas."""
        measure = self.measures[name]
        origin = item.origin(f"measure {name}")
        try:
            if isinstance(measure, Refusal):
                raise measure
            if name in self.used:
                self.result.imported(origin, "it is part of the formulas of its metrics")
                return
            text = sql.formula(self._of_measure(measure, (), False, self.result.settings.every))
        except Refusal as refusal:
            self.result.refuse(origin, refusal.reason, refusal.workaround)
            return
        id_ = self.result.new_id(name, "measures", "kpis")
        description = item.text_of("description")
        comments = [] if description is None else comment_lines("Description", description)
        self.result.add("measures", id_, origin, {"formula": text}, comments)

    # Filters.

    def _condition(self, text: str, model: Model, names: sql.Names) -> str:
        """A filter of dbt, whose dimensions are calls in braces, as a condition on the rows of a model."""
        found: dict[str, Dimension] = {}

        def replaced(match: re.Match[str]) -> str:
            name = f"kpi_dimension_{len(found)}"
            found[name] = self._dimension(match[1], model)
            return name

        plain = re.sub(r"\{\{(.*?)\}\}", replaced, text, flags=re.DOTALL)
        if "{%" in plain or "{{" in plain:
            raise Refusal("the filter is a template of more than dimensions", "write the condition out")
        tree = sql.parsed(plain)
        _check_times(tree, {name for name, one in found.items() if one.grain is not None})

        def bare(table: str, column: str) -> str:
            if column in found:
                return f"({sql.value(sql.parsed(found[column].expr), names.bare)})"
            return names.bare(table, column)

        return sql.condition(tree, bare)

    def _dimension(self, call: str, model: Model) -> Dimension:
        match = _CALL.fullmatch(call)
        if match is None or match["more"].strip() or match["after"].strip() or match[1] == "Metric":
            raise Refusal(f"{shorten(call.strip(), 60)} in a filter is more than a dimension", sql.QUERY)
        name, grain = match["name"], match["grain"]
        *path, own = name.split("__")
        if match[1] == "Entity":
            if own in model.entities and not set(path) - model.owners:
                return Dimension(model.entities[own], None)
            raise Refusal(f"the entity {name} is not one of {model.name}", _JOIN)
        if name == "metric_time" and model.time is not None:
            own, path = model.time, []
        if len(path) > 1 or set(path) - model.owners:
            raise Refusal(f"{name} is a dimension of another model than {model.name}", _JOIN)
        dimension = model.dimensions.get(own)
        if dimension is None:
            known = listed([*model.dimensions])
            raise Refusal(f"{model.name} has no dimension {own}", f"it has {known}" if known else _JOIN)
        if (grain or dimension.grain or "day") != "day":
            raise Refusal(f"{name} by {grain or dimension.grain} is not a column", "compare it by day")
        return dimension._replace(grain=grain or dimension.grain)


def _check_times(tree: Any, times: set[str]) -> None:
    """A time by day is cut to its day, which changes nothing where it is compared with >= or <."""
    from sqlglot import exp

    for column in tree.find_all(exp.Column):
        if column.name not in times:
            continue
        above = column.parent
        while isinstance(above, exp.Paren):
            above = above.parent
        same = isinstance(above, exp.GTE | exp.LT) and above.this is column
        if not same and not isinstance(above, exp.Is):
            raise Refusal("a time in a filter is cut to its day, unless it is compared with >= or <",
                          "write the comparison with >= or <")  # fmt: skip


def _or_refusal(make: Callable[[], _Made]) -> _Made | Refusal:
    try:
        return make()
    except Refusal as refusal:
        return refusal


def _filters(item: Item) -> tuple[str, ...]:
    """The filters of a metric or input, all of which hold."""
    found = item.get("filter")
    if found is None:
        return ()
    if found.is_mapping:
        return tuple(
            text for one in found.list_of("where_filters") if (text := one.text_of("where_sql_template")) is not None
        )
    return tuple(one.text for one in found.items() if one.text is not None)


def _input(item: Item, key: str) -> Input:
    found = item.get(key)
    if found is None:
        raise Refusal(f"it has no {key}", f"write {key}")
    return _input_of(found)


def _input_of(item: Item) -> Input:
    if not item.is_mapping:
        name = item.text or ""
        return Input(name, name, ())
    name = item.text_of("name") or ""
    grain = item.text_of("offset_to_grain")
    if grain is not None:
        raise Refusal(f"an offset to the start of the {shorten(grain)} has no counterpart", sql.QUERY)
    alias, offset = item.text_of("alias") or name, item.text_of("offset_window")
    found = Input(name, alias, _filters(item), offset, item.text_of("fill_nulls_with"))
    item.ignore("join_to_timespine")
    for rest in item.rest():
        raise Refusal(f'"{rest.name}" is not known here', "leave it out where it changes nothing")
    return found


def _names_of(model: Model) -> tuple[str, str]:
    """What may be written before the columns of a model."""
    return model.name, model.table.rpartition(".")[2]


def _relation(item: Item) -> str | None:
    """The table of a legacy semantic model."""
    text = item.text_of("model") or ""
    names = re.findall(r"['\"]([^'\"]+)['\"]", text)
    if names:
        return ".".join(names[-2:] if text.strip(" {").startswith("source") else names[-1:])
    relation = item.get("node_relation")
    if relation is None:
        return text or None
    parts = [relation.text_of(key) for key in ("database", "schema_name", "alias")]
    return ".".join(part for part in parts if part and not part.startswith("$"))


def _parts(span: str) -> tuple[int, str]:
    """The number and the unit of ``7 days``. Raises Refusal."""
    match = _SPAN.fullmatch(span.strip().lower())
    if match is None or match[2] not in (*_DAYS, *_MONTHS) or match[2] == "half" or not 0 < int(match[1][:6]) < 10_000:
        raise Refusal(f'"{shorten(span)}" is not a number of days, weeks, months, quarters or years', sql.QUERY)
    return int(match[1]), match[2]


def _window(window: str | None, to_date: str | None) -> str | None:
    """The window of a cumulative metric."""
    if to_date is not None:
        grain = to_date.strip().lower()
        if grain not in ("week", "month", "quarter", "year"):
            raise Refusal(f"there is no window since the start of the {shorten(grain)}", sql.QUERY)
        return f"{grain} to date"
    if window is None:
        return "all time"
    number, unit = _parts(window)
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _whole(grain: str, every: str) -> bool:
    """Whether a period has whole steps of a grain."""
    if grain in _MONTHS and every in _MONTHS:
        return _MONTHS[every] % _MONTHS[grain] == 0
    return grain == every


def _shifted(text: str, offset: str, every: str) -> str:
    """The value some time before. Raises Refusal where that is no number of periods."""
    number, unit = _parts(offset)
    for lengths in (_MONTHS, _DAYS):
        if unit in lengths and every in lengths and number * lengths[unit] % lengths[every] == 0:
            return f"previous({text}, {number * lengths[unit] // lengths[every]})"
    if (number, unit, every) == (1, "year", "day"):
        return f"year_ago({text})"
    raise Refusal(f"{shorten(offset)} is no number of periods of a {every}", f"import with --every {unit}")


def _meta(item: Item, key: str) -> str | None:
    """A text below config.meta or meta."""
    config = item.get("config")
    for one in (item, config):
        meta = None if one is None else one.get("meta")
        if meta is not None and (text := meta.text_of(key)) is not None:
            return text
    return None
