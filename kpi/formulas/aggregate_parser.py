"""The parser of aggregates: what they are of, the filter in their brackets, and the groups of ``per``."""

from __future__ import annotations

import ast
from dataclasses import replace

from kpi.formulas.errors import ColumnWanted, FormulaError
from kpi.formulas.functions import (
    AGGREGATES,
    FORMULA_FUNCTIONS,
    GROUP_VALUE,
    POINTS_IN_TIME,
    ROW_FUNCTIONS,
    SHIFTS,
    VALUE_FUNCTIONS,
    AggregateFunction,
)
from kpi.formulas.nodes import NOWHERE, Aggregate, At, Column, GroupValue, Node, Per
from kpi.formulas.row_parser import RowParser
from kpi.formulas.source_text import SourceText
from kpi.formulas.type_checker import check_aggregate, check_condition, check_group_condition, check_row
from kpi.frozen import frozen

_OF_GROUPS = ", ".join(name for name, function in AGGREGATES.items() if function.groups)
# Functions of formulas that take an aggregate as it is and stand around it.
_AROUND = (*POINTS_IN_TIME, *SHIFTS, "growth", "total", "over")


@frozen
class Rows:
    """What an aggregate is of: the rows of a ``source``, a column or expression of each, or groups of them, with a
    filter on rows."""

    source: str
    source_at: At
    column: str | None = None
    column_at: At = NOWHERE
    filter: Node | None = None
    expression: Node | None = None
    per: Per | None = None


class ExpressionParser(RowParser):
    """Parses what an aggregate is of: a row expression whose columns are written with their source."""

    def __init__(self, text: SourceText) -> None:
        super().__init__(text, "filter")
        self.sources: dict[str, At] = {}

    def whole(self, node: ast.expr, function: str) -> Rows:
        """The expression and its source. Raises FormulaError where it has none, or several."""
        text = self.text
        self.sources = {}
        self._whole, self._function = node, function
        made = self.read(node)
        check_row(made)
        if not self.sources:
            hint = "columns are written with their source, e.g. orders.amount"
            raise text.error_at("E052", f"{function} takes a source or a column of one", node, hint)
        (source, source_at), *others = self.sources.items()
        if others:
            message = f"an aggregate is over the rows of one source, and this names {source} and {others[0][0]}"
            hint = "aggregate each of the two by itself, or join their rows in a query"
            raise text.error_at("E052", message, others[0][1], hint)
        if isinstance(made, Column):
            return Rows(source, source_at, made.name, made.at)
        return Rows(source, source_at, expression=made)

    def _read(self, node: ast.expr) -> Node:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            self.text.refuse_foreign_word(node.value)
            source_at = self.text.at(node.value)
            self.sources.setdefault(node.value.id, source_at)
            return Column(node.attr, at=self.text.name_at(node), source_at=source_at)
        return super()._read(node)

    def _name(self, node: ast.Name) -> Node:
        made = super()._name(node)
        if not isinstance(made, Column):
            return made
        owners = (
            each.value.id
            for each in ast.walk(self._whole)
            if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name)
        )
        source = next(owners, "orders")
        message = f"{node.id} is written without its source; an aggregate takes columns of one source"
        raise self.text.error_at("E052", message, node, instead=f"{source}.{node.id}")

    def _refuse(self, node: ast.expr) -> FormulaError:
        text = self.text
        if isinstance(node, ast.Subscript):
            start, end = text.at(self._whole)
            whole = text.text[start : text.at(node.value)[1]] + text.text[text.at(node)[1] : end]
            hint = f"write {self._function}(({whole})[{text.of(node.slice)}])"
            return text.error_at("E052", "a filter goes after the whole expression, in parentheses", node, hint)
        if isinstance(node, ast.Attribute):
            return text.error_at(
                "E050", "a column is named by its source and its name, with one dot", node, "e.g. orders.amount"
            )
        return super()._refuse(node)


class GroupParser(RowParser):
    """Parses the filter on the groups of ``per``, which knows only their ``value``."""

    def __init__(self, text: SourceText) -> None:
        super().__init__(text, "filter")

    def _name(self, node: ast.Name) -> Node:
        if node.id == GROUP_VALUE:
            return GroupValue(at=self.text.at(node))
        self.text.refuse_foreign_word(node)
        raise self.text.error_at(
            "E052",
            f"the brackets after per(…) know only {GROUP_VALUE}, that of one group",
            node,
            'a filter on rows goes after the column, e.g. per(orders.customer_id[status == "paid"], count(orders))',
        )


class AggregateParser:
    """Parses aggregates."""

    def __init__(self, text: SourceText) -> None:
        self.text = text
        self.filters = RowParser(text, "filter")
        self.groups = GroupParser(text)
        self.expressions = ExpressionParser(text)

    def aggregate(self, function: AggregateFunction, node: ast.Call) -> Aggregate:
        """One call of an aggregate. Raises FormulaError."""
        text, name = self.text, function.name
        if not node.args:
            raise text.error_at("E051", f"{name} needs something to work on", node, f"e.g. {function.example}")
        wanted = 2 if function.percent else 1
        if len(node.args) > wanted:
            raise self._too_many(name, node, wanted)
        if len(node.args) < wanted:
            raise text.error_at("E051", f"{name} needs the percent", node, f"write {name}({text.of(node.args[0])}, 95)")
        percent = self._percent(node.args[1], node) if function.percent else None
        rows = self.rows_of(node.args[0], name)
        self._check_rows(function, rows, node.args[0], node)
        made = Aggregate(
            name,
            rows.source,
            rows.column,
            rows.filter,
            percent,
            None,
            rows.expression,
            rows.per,
            at=text.at(node),
            source_at=rows.source_at,
            column_at=rows.column_at,
        )
        check_aggregate(made)
        return made

    def _check_rows(self, function: AggregateFunction, rows: Rows, node: ast.expr, call: ast.Call) -> None:
        """Refuse what the function cannot be of."""
        text, name = self.text, function.name
        if rows.per is not None:
            if not function.groups:
                message = f"{name} is not of groups; {_OF_GROUPS} are"
                raise text.error_at("E051", message, node, f"e.g. avg({text.of(node)})")
            return
        alone = rows.column is None and rows.expression is None
        if alone and function.column is not None:
            written = text.text[rows.source_at[1] : text.at(node)[1]]
            percent = ", 95" if function.percent else ""
            only = rows.filter.name if isinstance(rows.filter, Column) else None
            at = text.at(node)
            raise FormulaError(
                "E051",
                f"{name} takes a column of a source",
                at,
                hint=f"write {name}({rows.source}.COLUMN{written}{percent}), with the column that you mean",
                wanted=ColumnWanted(rows.source, at, text.at(call), written, only),
            )
        if not alone and function.column is None:
            filled = f"{rows.column} is not None" if rows.column is not None else "…"
            raise text.error_at(
                "E051",
                "count takes a source and counts its rows",
                node,
                f"write count({rows.source}), or for rows with a value count({rows.source}[{filled}])",
            )

    def _too_many(self, name: str, node: ast.Call, wanted: int) -> FormulaError:
        text = self.text
        extra = node.args[wanted]
        first = text.of(node.args[0])
        if isinstance(extra, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
            return text.error_at(
                "E051",
                "a filter goes in brackets after the source or column",
                extra,
                f"write {name}({first}[{text.of(extra)}])",
            )
        counted = "one argument" if wanted == 1 else "two arguments"
        return text.error_at("E051", f"{name} takes {counted}, not {len(node.args)}", extra, f"write {name}({first})")

    def _percent(self, node: ast.expr, call: ast.Call) -> float:
        text = self.text
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            raise text.error_at(
                "E051", "the percent comes second", node, f"write percentile({text.of(node)}, {text.of(call.args[0])})"
            )
        if isinstance(node, (ast.Compare, ast.BoolOp)):
            raise text.error_at(
                "E051",
                "a filter goes in brackets after the column",
                node,
                f"write percentile({text.of(call.args[0])}[{text.of(node)}], 95)",
            )
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value > 100:
            raise text.error_at("E051", "the percent is a number from 0 to 100", node, "e.g. 95")
        if 0 < value < 1:
            raise text.error_at("E051", "the percent is counted from 0 to 100", node, instead=f"{value * 100:.12g}")
        return float(value)

    # What aggregates work on.

    def rows_of(self, node: ast.expr, function: str) -> Rows:
        """Read ``source``, ``source.column``, an expression over columns, or ``per(…)``, each with a filter or
        without. Raises FormulaError."""
        text = self.text
        if isinstance(node, ast.Subscript):
            inner = node.value
            if isinstance(inner, ast.Subscript):
                raise text.error_at("E050", "there is one pair of brackets", node, "join the conditions with and")
            rows = self.rows_of(inner, function)
            if rows.per is not None:
                return replace(rows, per=replace(rows.per, condition=self._group_filter(node.slice)))
            return replace(rows, filter=self._filter(node.slice, rows, node))
        if isinstance(node, ast.Name):
            text.refuse_foreign_word(node)
            return Rows(node.id, text.at(node))
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name):
                return Rows(node.value.id, text.at(node.value), node.attr, text.name_at(node))
            if isinstance(node.value, ast.Subscript) and isinstance(node.value.value, ast.Name):
                source, condition = text.of(node.value.value), text.of(node.value.slice)
                raise text.error_at(
                    "E050", "the filter goes after the column", node, f"write {source}.{node.attr}[{condition}]"
                )
            raise text.error_at(
                "E050", "a column is named by its source and its name, with one dot", node, "e.g. orders.amount"
            )
        called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if isinstance(node, ast.Call) and called == "per":
            return self._per(node)
        negated = isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not)
        known = called in FORMULA_FUNCTIONS and called not in ROW_FUNCTIONS
        if (isinstance(node, (ast.BinOp, ast.IfExp, ast.Call)) and not known) or negated:
            return self.expressions.whole(node, function)
        raise self._refuse_rows(node, function)

    def _refuse_rows(self, node: ast.expr, function: str) -> FormulaError:
        text = self.text
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            called = node.func.id
            message = f"{function} takes a column, not {called}(…)"
            if called in AGGREGATES and function in AGGREGATES:
                return text.error_at("E052", message, node, self._nested(node, function))
            if called in _AROUND:
                return text.error_at("E052", message, node, f"write {called}({function}(…)) instead")
        if isinstance(node, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
            return text.error_at(
                "E052",
                f"{function} takes a column, not a condition",
                node,
                "a filter goes in brackets, e.g. count(orders[amount > 0])",
            )
        return text.error_at("E052", f"{function} takes a source or a column of one, e.g. orders.amount", node)

    def _nested(self, node: ast.Call, function: str) -> str:
        """What to do about an aggregate of an aggregate."""
        text = self.text
        inside = text.of(node)
        if function in VALUE_FUNCTIONS:
            return f"{function} of values takes two or more, e.g. {function}({inside}, 0)"
        called = text.of(node.func)
        if called in VALUE_FUNCTIONS and len(node.args) > 1:
            first, second = text.of(node.args[0]), text.of(node.args[1])
            return f"for each row write {first} if {first} {'<' if called == 'min' else '>'} {second} else {second}"
        if not AGGREGATES[function].groups:
            return "aggregates do not nest; a query can"
        source = next((part.id for part in ast.walk(node.args[0]) if isinstance(part, ast.Name)), "orders")
        return f"for one value a group, e.g. a customer, write {function}(per({source}.customer_id, {inside}))"

    def _group_filter(self, node: ast.expr) -> Node:
        """The condition on the groups of ``per``."""
        made = self.groups.read(node)
        check_group_condition(made)
        return made

    def _filter(self, node: ast.expr, rows: Rows, whole: ast.Subscript) -> Node:
        text = self.text
        if isinstance(node, ast.Tuple):
            first, second = node.elts[0], node.elts[-1] if len(node.elts) == 1 else node.elts[1]
            commas = [token for token in text.between(text.at(first)[1], text.at(whole)[1]) if token[1] == ","]
            hint = f"write {text.of(first)} and {text.of(second)}" if second is not first else "leave it out"
            raise text.error_at("E050", "a comma does not join conditions", commas[0][2:] if commas else node, hint)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and rows.column is None:
            raise text.error_at(
                "E052", "a column is named with a dot", whole, instead=f"{rows.source}.{text.literal(node).value}"
            )
        made = self.filters.read(node)
        check_condition(made)
        return made

    # Groups.

    def _per(self, node: ast.Call) -> Rows:
        """Read ``per(source.column, aggregate)``."""
        text = self.text
        if len(node.args) != 2:
            message = "per takes what to group by and an aggregate"
            raise text.error_at("E051", message, node, "e.g. avg(per(orders.customer_id, sum(orders.amount)))")
        key = self.rows_of(node.args[0], "per")
        if key.per is not None:
            raise text.error_at("E052", "per groups rows, not groups", node.args[0], "group by a column")
        operand = (
            key.expression if key.column is None else Column(key.column, at=key.column_at, source_at=key.source_at)
        )
        if operand is None:
            raise text.error_at(
                "E051", "per groups by a column", node.args[0], f"write {key.source}.customer_id, with the column"
            )
        value = self._value(node.args[1])
        if value.source != key.source:
            message = f"per groups the rows of {key.source}, and this is of {value.source}"
            raise text.error_at("E052", message, value.source_at, "both are of one source; a query can join two")
        made = Per(operand, value, at=text.at(node))
        return Rows(key.source, key.source_at, filter=key.filter, per=made)

    def _value(self, node: ast.expr) -> Aggregate:
        """The aggregate of one group."""
        text = self.text
        called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if isinstance(node, ast.Call) and called in AGGREGATES:
            made = self.aggregate(AGGREGATES[called], node)
            if made.per is None:
                return made
            raise text.error_at("E052", "per does not nest", node, "a query can group twice")
        hint = "e.g. count(orders)"
        if called in _AROUND:
            hint = f"{called} goes around the whole, e.g. {called}(avg(per(…)))"
        elif isinstance(node, ast.Name):
            hint = f"if {node.id} is a measure, write its aggregate here"
        raise text.error_at("E052", "per takes one aggregate of the rows of a group", node, hint)
