"""SQL expressions as formulas: only what means the same in both, everything else is refused.

SQL is parsed by sqlglot. Conditions are translated with SQL's three-valued logic in mind: what is not true of an empty
value there is not true here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from logging import CRITICAL, getLogger
from typing import Any, NamedTuple

from kpi.errors import KpiError, TextError, shorten
from kpi.formulas import parse_formula, parse_row
from kpi.formulas.column_names import column_name
from kpi.formulas.unparse import literal_text, unparse
from kpi.importing.result import Refusal

LONGEST = 4_000  # characters of an expression
DEEPEST = 40  # brackets within brackets
QUERY = "make a source with a query that computes it"
Resolve = Callable[[str, str], str]  # the table ("" for none) and the column of SQL, to a row expression


class Names(NamedTuple):
    """What the columns of an expression are in a plan: ``bare`` inside a filter, ``qualified`` inside an aggregate."""

    bare: Resolve
    qualified: Resolve


def columns_of(source: str, *tables: str) -> Names:
    """The columns of one source, under their own names; ``tables`` are the names that may be written before them."""
    known = {"", *(table.lower() for table in tables)}

    def bare(table: str, column: str) -> str:
        if table.lower() not in known:
            reason = f"{shorten(table)}.{shorten(column)} is a column of another table"
            raise Refusal(reason, "make a source with a query that joins the rows")
        return named(column)

    return Names(bare, lambda table, column: f"{source}.{bare(table, column)}")


def named(column: str) -> str:
    """The name of a column in formulas. Raises Refusal for one without."""
    name = column_name(column)
    if not name:
        reason = f'the column "{column}" has no name that a formula can use'
        raise Refusal(reason, "rename it where the data comes from")
    return name


def parsed(text: str, dialect: str = "") -> Any:
    """The tree of an expression in a dialect of sqlglot. Raises Refusal, and KpiError without sqlglot."""
    try:
        import sqlglot
        from sqlglot.errors import SqlglotError
    except ImportError:
        raise KpiError("reading SQL needs sqlglot", hint="pip install 'kpi-as-code[import]'") from None
    depth = deepest = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    if len(text) > LONGEST or deepest > DEEPEST:
        raise Refusal("the expression is too long or too deeply nested to be read", "split it into several")
    getLogger("sqlglot").setLevel(CRITICAL)  # it warns of what it takes for a command; here that is refused
    try:
        trees = sqlglot.parse(text, read=dialect or None)
    except (SqlglotError, RecursionError, ValueError) as fault:
        reason = re.sub(r"\x1b\[\d*m|( but got )?<Token.*", "", str(fault)).partition("\n")[0].rstrip(". ")
        raise Refusal(f"the SQL cannot be read: {shorten(reason, 100)}", "check it where it comes from") from None
    if len(trees) != 1 or trees[0] is None:
        raise Refusal(f"{shorten(text, 60)} is not one expression", "check it where it comes from")
    return trees[0]


def formula(text: str) -> str:
    """A formula in its canonical form. Raises Refusal for one that the language does not have."""
    try:
        return unparse(parse_formula(text))
    except TextError as mistake:
        raise Refusal(mistake.message, mistake.hint or QUERY) from None


def row(text: str) -> str:
    """A row expression in its canonical form. Raises Refusal for one that the language does not have."""
    try:
        return unparse(parse_row(text))
    except TextError as mistake:
        raise Refusal(mistake.message, mistake.hint or QUERY) from None


def is_column(tree: Any) -> bool:
    """Whether an expression is one column."""
    from sqlglot import exp

    return isinstance(_bare(tree), exp.Column)


def _bare(tree: Any) -> Any:
    from sqlglot import exp

    while isinstance(tree, exp.Paren):
        tree = tree.this
    return tree


def _refused(tree: Any, what: str = "has no counterpart in formulas") -> Refusal:
    return Refusal(f"{shorten(tree.sql(), 60)} {what}", QUERY)


def _only(tree: Any, *names: str) -> None:
    """Refuse a node with something more than is translated."""
    if any(value and name not in names for name, value in tree.args.items()):
        raise _refused(tree)


# Values of one row.


def value(tree: Any, resolve: Resolve) -> str:
    """A value of one row. Raises Refusal."""
    try:
        return _value(tree, resolve)
    except RecursionError:
        raise Refusal("the expression is too deeply nested", "split it into several") from None


def _value(tree: Any, resolve: Resolve) -> str:
    from sqlglot import exp

    signs = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
    calls = {exp.Abs: "abs", exp.Floor: "floor", exp.Ceil: "ceil", exp.Lower: "lower", exp.Upper: "upper",
             exp.Length: "length", exp.Year: "year", exp.Month: "month", exp.Quarter: "quarter",
             exp.Hour: "hour"}  # fmt: skip
    kind = type(tree)
    if kind is exp.Paren:
        return f"({_value(tree.this, resolve)})"
    if kind is exp.Column:
        _only(tree, "this", "table")
        return f"({resolve(tree.table, tree.name)})"
    if kind is exp.Literal:
        return literal_text(tree.this) if tree.is_string else _number(tree)
    if kind is exp.Boolean:
        return str(bool(tree.this))
    if kind is exp.Null:
        return "None"
    if kind is exp.Neg:
        return f"(-{_value(tree.this, resolve)})"
    if kind in signs:
        left, right = _value(tree.this, resolve), _value(tree.expression, resolve)
        return f"({left} {signs[kind]} {right})"
    if kind in calls:
        _only(tree, "this")
        return f"{calls[kind]}({_value(tree.this, resolve)})"
    return _rarer_value(tree, resolve)


def _rarer_value(tree: Any, resolve: Resolve) -> str:
    from sqlglot import exp

    kind = type(tree)
    if kind is exp.DPipe:
        return f"({_value(tree.this, resolve)} + {_value(tree.expression, resolve)})"
    if kind is exp.Coalesce:
        return f"coalesce({', '.join(_value(one, resolve) for one in (tree.this, *tree.expressions))})"
    if kind is exp.Nullif:
        other = _value(tree.expression, resolve)
        this = _value(tree.this, resolve)
        return f"(None if {this} == {other} else {this})"
    if kind is exp.Round and tree.args.get("decimals") is None:
        _only(tree, "this")
        return f"round({_value(tree.this, resolve)})"
    if kind is exp.Round and isinstance(tree.args["decimals"], exp.Literal):
        _only(tree, "this", "decimals")
        return f"round({_value(tree.this, resolve)}, {_number(tree.args['decimals'])})"
    if kind is exp.Trim:
        _only(tree, "this")
        return f"trim({_value(tree.this, resolve)})"
    if kind is exp.Extract and tree.name.upper() in ("YEAR", "MONTH", "QUARTER", "HOUR", "DAY"):
        return f"{tree.name.lower()}({_value(tree.expression, resolve)})"
    if kind is exp.Cast:
        return _cast(tree, resolve)
    if kind is exp.Case or kind is exp.If:
        return _choice(tree, resolve)
    if isinstance(tree, exp.Predicate | exp.Connector | exp.Not):
        return f"(True if {condition(tree, resolve)} else False if {condition(tree, resolve, False)} else None)"
    raise _refused(tree)


def _number(tree: Any) -> str:
    text = str(tree.this)
    if not re.fullmatch(r"\d+(\.\d*)?(e[+-]?\d{1,3})?|\.\d+", text, re.IGNORECASE):
        raise _refused(tree)
    digits, _, exponent = text.lower().partition("e")
    whole, point, rest = digits.partition(".")
    return f"{whole.lstrip('0') or '0'}{'.' + rest if point and rest else ''}{'e' + exponent if exponent else ''}"


def _cast(tree: Any, resolve: Resolve) -> str:
    """A cast to a number is one of a number, else the formula is not accepted; one of a text to a date is its text."""
    from sqlglot import exp

    target = tree.to.this.name.upper()
    if target in ("DATE", "TIMESTAMP", "DATETIME", "TIMESTAMPTZ") and isinstance(tree.this, exp.Literal):
        return literal_text(str(tree.this.this))
    plain = not tree.to.expressions or target in ("DOUBLE", "FLOAT")
    if target in ("DOUBLE", "FLOAT", "DECIMAL", "BIGDECIMAL") and plain:
        return _value(tree.this, resolve)
    raise _refused(tree, "changes the type of a value, which formulas do not")


def _branches(tree: Any) -> tuple[list[tuple[Any, Any]], Any]:
    """The conditions of a CASE or IF with their values, and what is otherwise."""
    from sqlglot import exp

    if isinstance(tree, exp.If):
        return [(tree.this, tree.args["true"])], tree.args.get("false")
    subject = tree.args.get("this")
    pairs = [
        (one.this if subject is None else exp.EQ(this=subject.copy(), expression=one.this.copy()), one.args["true"])
        for one in tree.args["ifs"]
    ]
    return pairs, tree.args.get("default")


def _choice(tree: Any, resolve: Resolve) -> str:
    pairs, default = _branches(tree)
    text = "None" if default is None else _value(default, resolve)
    for when, then in reversed(pairs):
        text = f"({_value(then, resolve)} if {condition(when, resolve)} else {text})"
    return text


# Conditions of one row.


def condition(tree: Any, resolve: Resolve, wanted: bool = True) -> str:
    """A condition that holds where SQL's is true, or, if not ``wanted``, where it is false. Raises Refusal."""
    try:
        return f"({_condition(tree, resolve, wanted)})"
    except RecursionError:
        raise Refusal("the expression is too deeply nested", "split it into several") from None


def _condition(tree: Any, resolve: Resolve, wanted: bool) -> str:
    from sqlglot import exp

    kind = type(tree)
    if kind is exp.Paren:
        return _condition(tree.this, resolve, wanted)
    if kind is exp.Not:
        return _condition(tree.this, resolve, not wanted)
    if kind is exp.And or kind is exp.Or:
        word = "and" if (kind is exp.And) == wanted else "or"
        return f"{condition(tree.this, resolve, wanted)} {word} {condition(tree.expression, resolve, wanted)}"
    if kind in (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE):
        return _comparison(tree, resolve, wanted)
    if kind is exp.Between:
        _only(tree, "this", "low", "high")
        low = exp.GTE(this=tree.this.copy(), expression=tree.args["low"].copy())
        high = exp.LTE(this=tree.this.copy(), expression=tree.args["high"].copy())
        return _condition(exp.And(this=low, expression=high), resolve, wanted)
    if kind is exp.In:
        return _within(tree, resolve, wanted)
    if kind is exp.Is:
        return _is(tree, resolve, wanted)
    if kind is exp.Like or kind is exp.ILike:
        return _like(tree, resolve, wanted)
    if kind is exp.Column and wanted:
        return _value(tree, resolve)
    if kind is exp.Boolean:
        raise _refused(tree, "is no condition on a row")
    if isinstance(tree, exp.Predicate | exp.Connector):
        raise _refused(tree)
    return f"{_value(tree, resolve)} == {wanted}"


def _comparison(tree: Any, resolve: Resolve, wanted: bool) -> str:
    from sqlglot import exp

    signs = {exp.EQ: "==", exp.NEQ: "!=", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}
    opposite = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
    left, right = tree.this, tree.expression
    if left.find(exp.Column) is None and right.find(exp.Column) is not None:
        left, right = right, left
        signs |= {exp.LT: ">", exp.LTE: ">=", exp.GT: "<", exp.GTE: "<="}
    if isinstance(left, exp.Null) or isinstance(right, exp.Null):
        raise _refused(tree, "is never true: IS NULL asks for empty values")
    sign = signs[type(tree)] if wanted else opposite[signs[type(tree)]]
    this, other = _value(left, resolve), _value(right, resolve)
    text = f"{this} {sign} {other}"
    if sign != "!=":
        return text
    nodes = ((this, left), (other, right))
    filled = [f"{part} is not None" for part, node in nodes if node.find(exp.Column) is not None]
    return " and ".join([text, *filled])


def _within(tree: Any, resolve: Resolve, wanted: bool) -> str:
    from sqlglot import exp

    _only(tree, "this", "expressions")
    if not tree.expressions or not all(isinstance(one, exp.Literal | exp.Neg) for one in tree.expressions):
        raise _refused(tree, "is not a list of texts or numbers")
    this = _value(tree.this, resolve)
    listed = ", ".join(_value(one, resolve) for one in tree.expressions)
    return f"{this} in ({listed})" if wanted else f"{this} not in ({listed}) and {this} is not None"


def _is(tree: Any, resolve: Resolve, wanted: bool) -> str:
    from sqlglot import exp

    this, other = _value(tree.this, resolve), tree.expression
    if isinstance(other, exp.Null):
        return f"{this} is None" if wanted else f"{this} is not None"
    if isinstance(other, exp.Boolean):
        return f"{this} == {bool(other.this)}" if wanted else f"not ({this} == {bool(other.this)})"
    raise _refused(tree)


def _like(tree: Any, resolve: Resolve, wanted: bool) -> str:
    from sqlglot import exp

    _only(tree, "this", "expression", "negate")
    wanted = wanted != bool(tree.args.get("negate"))
    pattern = tree.expression
    if not isinstance(pattern, exp.Literal) or not pattern.is_string:
        raise _refused(tree, "has a pattern that is not a text")
    text, this = str(pattern.this), _value(tree.this, resolve)
    body = text.strip("%")
    if not body or re.search(r"[%_\\]", body) or "%%" in text:
        raise _refused(tree, "has a pattern that no function of formulas has")
    subject = this
    if isinstance(tree, exp.ILike):
        subject, body = f"lower({this})", body.lower()
    called = literal_text(body)
    start, end = text.startswith("%"), text.endswith("%")
    function = "contains" if start and end else "ends_with" if start else "starts_with" if end else ""
    if not function:
        return f"{subject} == {called}" if wanted else f"{subject} != {called} and {this} is not None"
    call = f"{function}({subject}, {called})"
    return call if wanted else f"not {call} and {this} is not None"


# Aggregates.

_AGGREGATES = {"sum": "sum", "avg": "avg", "average": "avg", "min": "min", "max": "max", "median": "median",
               "count_distinct": "count_distinct", "stddev": "stddev"}  # fmt: skip


def aggregate(
    function: str, tree: Any, source: str, names: Names, filters: Sequence[str] = (), percent: str | None = None
) -> str:
    """An aggregate of a SQL expression over the rows of a source that pass the filters, which are conditions of the
    language. ``function`` is count, sum, avg, min, max, median, count_distinct, stddev or percentile. Raises Refusal.
    """
    from sqlglot import exp

    tree = _bare(tree)
    conditions = list(filters)
    # A CASE without another value is a filter.
    while isinstance(tree, exp.Case | exp.If):
        pairs, default = _branches(tree)
        zero = isinstance(default, exp.Literal) and not default.is_string and float(str(default.this)) == 0
        empty = default is None or isinstance(default, exp.Null)
        if len(pairs) != 1 or not (empty or (zero and function == "sum")):
            break
        conditions.append(condition(pairs[0][0], names.bare))
        tree = _bare(pairs[0][1])
    constant = isinstance(tree, exp.Literal) and not tree.is_string
    if function == "count":
        if not (isinstance(tree, exp.Literal | exp.Star | exp.Boolean)):
            conditions.append(f"{value(tree, names.bare)} is not None")
        return f"count({source}{_brackets(conditions)})"
    if function == "sum" and constant:
        counted = f"count({source}{_brackets(conditions)})"
        return counted if float(str(tree.this)) == 1 else f"({_number(tree)} * {counted})"
    if constant or isinstance(tree, exp.Star):
        raise _refused(tree, "is the same in every row")
    if function != "count_distinct" and isinstance(tree, exp.Predicate | exp.Connector | exp.Not | exp.Boolean):
        raise _refused(tree, "is a condition and not a number")
    operand = value(tree, names.qualified)
    if function == "percentile":
        return f"percentile(({operand}){_brackets(conditions)}, {percent})"
    return f"{_AGGREGATES[function]}(({operand}){_brackets(conditions)})"


def _brackets(conditions: Sequence[str]) -> str:
    return f"[{' and '.join(f'({one})' for one in conditions)}]" if conditions else ""


class Aggregates:
    """Expressions over aggregates, such as ``SUM(orders.amount) / COUNT(DISTINCT orders.customer)``.

    ``source_of`` gives the source of the tables that the columns of an aggregate are of (nothing but "" where they are
    not written), and what its columns are. ``other`` gives what a name outside an aggregate is, and ``notes`` collects
    what is taken for something else.
    """

    def __init__(
        self, source_of: Callable[[Sequence[str], Any], tuple[str, Names]], other: Resolve, filters: Sequence[str] = ()
    ) -> None:
        self._source_of = source_of
        self._other = other
        self._filters = filters
        self.notes: list[str] = []

    def formula(self, tree: Any) -> str:
        """The expression as a formula. Raises Refusal."""
        try:
            return self._formula(tree)
        except RecursionError:
            raise Refusal("the expression is too deeply nested", "split it into several") from None

    def _formula(self, tree: Any) -> str:
        from sqlglot import exp

        signs = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.SafeDivide: "/"}
        kind = type(tree)
        if kind is exp.Paren:
            return f"({self._formula(tree.this)})"
        if kind is exp.Neg:
            return f"(-{self._formula(tree.this)})"
        if kind in signs:
            right = _bare(tree.expression)
            # A division by zero has no value, so what avoids it is not needed.
            if signs[kind] == "/" and isinstance(right, exp.Nullif) and _is_zero(right.expression):
                right = right.this
            return f"({self._formula(tree.this)} {signs[kind]} {self._formula(right)})"
        if kind is exp.Literal and not tree.is_string:
            return _number(tree)
        if kind is exp.Abs:
            return f"abs({self._formula(tree.this)})"
        if kind is exp.Column:
            return f"({self._other(tree.table, tree.name)})"
        if kind is exp.Cast and tree.to.this.name.upper() in ("DOUBLE", "FLOAT", "DECIMAL", "BIGDECIMAL"):
            if tree.to.expressions:
                raise _refused(tree, "rounds, and values are only rounded when they are shown")
            return self._formula(tree.this)
        if kind is exp.Round:
            raise Refusal("values are only rounded when they are shown", "leave ROUND out")
        return self._aggregate(tree)

    def _aggregate(self, tree: Any) -> str:
        from sqlglot import exp

        filters: list[Any] = []
        while isinstance(tree, exp.Filter):
            filters.append(tree.expression.this)
            tree = tree.this
        function, operand, percent = self._parts(tree)
        within = [*operand.find_all(exp.Column), *(one for each in filters for one in each.find_all(exp.Column))]
        if any(True for _ in operand.find_all(exp.AggFunc)) or operand.find(exp.Query) is not None:
            raise _refused(tree, "has an aggregate or a query inside an aggregate")
        source, names = self._source_of(list(dict.fromkeys(one.table for one in within)), tree)
        conditions = [*self._filters, *(condition(one, names.bare) for one in filters)]
        return aggregate(function, operand, source, names, conditions, percent)

    def _parts(self, tree: Any) -> tuple[str, Any, str | None]:
        """The function, what it is of, and the percentage."""
        from sqlglot import exp

        plain = {exp.Sum: "sum", exp.Avg: "avg", exp.Min: "min", exp.Max: "max", exp.Median: "median",
                 exp.Stddev: "stddev", exp.StddevSamp: "stddev"}  # fmt: skip
        kind = type(tree)
        if kind in plain:
            _only(tree, "this")
            if isinstance(tree.this, exp.Distinct):
                raise _refused(tree)
            return plain[kind], tree.this, None
        if kind is exp.Count:
            _only(tree, "this", "big_int")
            if not isinstance(tree.this, exp.Distinct):
                return "count", tree.this, None
            if len(tree.this.expressions) == 1:
                return "count_distinct", tree.this.expressions[0], None
        if kind is exp.CountIf:
            return "count", exp.Case(ifs=[exp.If(this=tree.this.copy(), true=exp.Literal.number(1))]), None
        if kind is exp.ApproxDistinct:
            self.notes.append("APPROX_COUNT_DISTINCT is computed exactly here")
            return "count_distinct", tree.this, None
        if kind is exp.WithinGroup and isinstance(tree.this, exp.PercentileCont | exp.PercentileDisc):
            order = tree.expression.expressions
            if len(order) == 1 and not order[0].args.get("desc") and isinstance(tree.this.this, exp.Literal):
                if isinstance(tree.this, exp.PercentileDisc):
                    self.notes.append("a discrete percentile is interpolated here")
                return "percentile", order[0].this, percent_text(str(tree.this.this.this))
        raise _refused(tree)


def _is_zero(tree: Any) -> bool:
    from sqlglot import exp

    return isinstance(tree, exp.Literal) and not tree.is_string and float(str(tree.this)) == 0


def percent_text(share: str) -> str:
    """A share of rows as a percentage: 0.95 as 95. Raises Refusal for one that is none."""
    from decimal import Decimal, InvalidOperation

    try:
        number = Decimal(share)
    except InvalidOperation:
        number = Decimal(-1)
    if not 0 < number < 1:
        raise Refusal(f"{shorten(share, 20)} is not a share between 0 and 1", "write e.g. 0.95")
    return f"{(number * 100).normalize():f}"
