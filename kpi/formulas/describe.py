"""A formula in plain words, for people who do not read formulas.

Texts come with a mark that tells whether they end in a condition: what follows such a text needs a comma, or the
reader takes it as part of the condition.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kpi.formulas.functions import AGGREGATES, FORMS, POINTS_IN_TIME, ROW_FUNCTIONS, SHIFTS, VALUE_FUNCTIONS
from kpi.formulas.nodes import (
    Aggregate,
    All,
    Any_,
    Arithmetic,
    Call,
    Choice,
    Column,
    Compare,
    CompareOp,
    Empty,
    GroupValue,
    Growth,
    IsNone,
    Literal_,
    Name,
    Negative,
    Node,
    Not,
    Over,
    Per,
    Shift,
    Total,
    ValueCall,
    WindowEdge,
    Within,
)
from kpi.formulas.type_checker import row_types
from kpi.formulas.types import DURATION, TIME
from kpi.formulas.unparse import literal_text
from kpi.formulas.walk import names

_ARITHMETIC = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
_COMPARISONS = {
    "==": "is", "!=": "is not", "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least",
}  # fmt: skip
_DATE_COMPARISONS = {
    "==": "is", "!=": "is not", "<": "is before", "<=": "is on or before", ">": "is after", ">=": "is on or after",
}  # fmt: skip
_NEGATED = {
    "contains": "does not contain", "starts_with": "does not start with", "ends_with": "does not end with",
}  # fmt: skip
_TURNED: dict[CompareOp, CompareOp] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def describe(
    node: Node,
    measures: Mapping[str, Node] | None = None,
    dates: Collection[tuple[str, str]] = (),
    source: str = "",
) -> str:
    """A formula or row expression in plain English, without a full stop.

    ``measures`` are the trees of measures by their names: each one that is used is explained once, behind the formula.
    ``dates`` are the (source, column) pairs that are known to hold dates, so that one is "after" another, not "above".
    ``source`` is the source that a row expression belongs to.
    """
    alone = set[str]()
    while measures and isinstance(node, Name) and node.moment is None and node.name in measures.keys() - alone:
        alone.add(node.name)
        node = measures[node.name]
    parts = [_Describer(dates, source).say(node)]
    waiting, described = [found.name for found in names(node)], set[str]()
    while waiting:
        name = waiting.pop(0)
        if name in described or measures is None or name not in measures:
            continue
        described.add(name)
        parts.append(f"{name} is {_Describer(dates, source).say(measures[name])}")
        waiting += [found.name for found in names(measures[name])]
    return "; ".join(parts)


class _Describer:
    """Describes trees. ``source`` is the one that a condition is about."""

    def __init__(self, dates: Collection[tuple[str, str]], source: str) -> None:
        self.dates = {(owner, column.casefold()) for owner, column in dates}
        self.source = source
        self.group = "value"  # what ``value`` is, in words

    def say(self, node: Node) -> str:
        return self._formula(node)[0]

    # Formulas: the text, and whether it ends in a condition.

    def _formula(self, node: Node) -> tuple[str, bool]:
        if isinstance(node, Aggregate):
            return self._aggregate(node)
        if isinstance(node, Name):
            point = POINTS_IN_TIME[node.moment] if node.moment else None
            if point is not None and point.intervals:
                return f"{node.name} (only the rows{point.phrase})", False
            return node.name + (point.phrase if point is not None else ""), False
        if isinstance(node, (Shift, Growth, Over, Total)):
            return self._at_other_times(node), False
        if isinstance(node, ValueCall):
            values = [self._part_of_formula(argument) for argument in node.arguments]
            return VALUE_FUNCTIONS[node.name].phrase.format(*values, all=_listed(values, "and")), False
        if isinstance(node, Arithmetic):
            left, open_ended = self._side(node.left, node.op)
            right, right_open = self._side(node.right, "")
            comma = "," if open_ended else ""
            return f"{left}{comma} {_ARITHMETIC[node.op]} {right}", right_open
        if isinstance(node, Negative):
            operand, open_ended = self._side(node.operand, "")
            return f"minus {operand}", open_ended
        return self._row(node), False

    def _side(self, node: Node, op: str) -> tuple[str, bool]:
        """One side of arithmetic; ``op`` is what follows it. A chain reads from left to right without parentheses."""
        text, open_ended = self._formula(node)
        if not isinstance(node, Arithmetic):
            return text, open_ended
        if (op and op in "+-" and node.op in "+-") or op == node.op == "*":
            return text, open_ended
        # "a divided by b times c" could be read either way; a comma decides it.
        return (text, True) if {op, node.op} == {"*", "/"} else (f"({text})", False)

    def _part_of_formula(self, node: Node) -> str:
        """A formula inside a function, in parentheses where it is made of several words."""
        text, open_ended = self._formula(node)
        return f"({text})" if open_ended or isinstance(node, (Arithmetic, Negative)) else text

    def _at_other_times(self, node: Shift | Growth | Over | Total) -> str:
        """A formula as it was, over another window, or over all parts of a split."""
        text = self._part_of_formula(node.operand)
        match node:
            case Shift(kind=kind, periods=periods):
                return SHIFTS[kind].phrase.format(text, periods=_counted(periods))
            case Growth(kind=kind, periods=periods):
                since = "a year" if kind == "year_ago" else _counted(periods)
                return FORMS["growth"].phrase.format(text, periods=since)
            case Over(window=window):
                return FORMS["over"].phrase.format(text, window=window)
        return FORMS["total"].phrase.format(text)

    def _aggregate(self, node: Aggregate) -> tuple[str, bool]:
        self.source = node.source
        if node.per is not None:
            return self._groups(node, node.per)
        operand = node.operand
        what = self._what(
            node, "" if operand is None else self._row(operand), simple=isinstance(operand, Column | Call)
        )
        point = POINTS_IN_TIME[node.moment] if node.moment else None
        of_rows = point is not None and point.intervals and operand is not None
        where = f" in the rows of {node.source}" if of_rows else f" in {node.source}"
        text = what + where + (point.phrase if point is not None else "")
        if node.filter is None:
            return text, False
        # After a point in time, "where" would be about the window.
        return f"{text}{',' if node.moment else ''} where {self._condition(node.filter)}", True

    def _what(self, node: Aggregate, of: str, *, simple: bool = True) -> str:
        """What an aggregate computes ``of`` something: "the sum of …", "the average …"."""
        phrase = AGGREGATES[node.function].phrase
        if not phrase.endswith(" of {}"):
            of = of.removeprefix("the ") if simple else f"({of})"
        return phrase.format(of, percent=_ordinal(node.percent or 0))

    def _groups(self, node: Aggregate, per: Per) -> tuple[str, bool]:
        """An aggregate of the groups of ``per``: "the average number of rows per customer_id in orders"."""
        operand, key = per.value.operand, self._atom(per.key)
        value = self._what(per.value, "" if operand is None else self._atom(operand))
        if per.value.filter is not None:
            value += f" where {self._condition(per.value.filter)}"
        if node.function == "count":
            text = AGGREGATES["count_distinct"].phrase.format(key)
        else:
            comma = "," if per.value.filter is not None else ""
            text = f"{self._what(node, value)}{comma} {FORMS['per'].phrase.format(key)}"
        text += f" in {node.source}" + (POINTS_IN_TIME[node.moment].phrase if node.moment else "")
        if node.filter is not None:
            text += f", of rows where {self._condition(node.filter)}"
        if per.condition is None:
            return text, node.filter is not None
        self.group = value if node.function == "count" else "that value"
        return f"{text}{',' if node.filter or node.moment else ''} where {self._condition(per.condition)}", True

    # Rows.

    def _row(self, node: Node) -> str:
        if isinstance(node, Literal_):
            return str(node.value).lower() if isinstance(node.value, bool) else literal_text(node.value)
        if isinstance(node, Column):
            return node.name
        if isinstance(node, GroupValue):
            return self.group
        if isinstance(node, Empty):
            return "nothing"
        if isinstance(node, WindowEdge):
            return f"the {'start' if node.edge == 'window_start' else 'end'} of the window"
        if isinstance(node, Arithmetic):
            return self._row_arithmetic(node)
        if isinstance(node, Negative):
            return f"minus {self._atom(node.operand)}"
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Choice):
            then, otherwise = self._atom(node.then), self._atom(node.otherwise)
            return f"{then} if {self._condition(node.condition)}, else {otherwise}"
        if isinstance(node, (Compare, Within, IsNone)):
            return self._test(node)
        return self._condition(node)

    def _atom(self, node: Node) -> str:
        """A value inside a larger one, in parentheses where it is made of several words."""
        text = self._row(node)
        return text if isinstance(node, (Literal_, Column, Empty, WindowEdge, GroupValue, Call)) else f"({text})"

    def _row_arithmetic(self, node: Arithmetic) -> str:
        if node.op in "+-" and isinstance(node.right, Literal_) and self._is_date(node.left):
            days = literal_text(node.right.value)
            direction = "after" if node.op == "+" else "before"
            return f"{days} {'day' if days == '1' else 'days'} {direction} {self._atom(node.left)}"
        return f"{self._atom(node.left)} {_ARITHMETIC[node.op]} {self._atom(node.right)}"

    def _call(self, node: Call) -> str:
        function, first = ROW_FUNCTIONS[node.name], node.arguments[0]
        if _is_span(node) and isinstance(first, Arithmetic) and first.op == "-":
            return f"the {node.name} from {self._atom(first.right)} to {self._atom(first.left)}"
        values = [self._atom(argument) for argument in node.arguments]
        text = function.phrase.format(*values, all=_listed(values, "and"))
        if node.name == "date" and len(values) == 3:
            return f"the date of {_listed(values, 'and')}"
        if node.name == "round" and len(values) == 2:
            text += f" to {values[1]} decimal {'place' if values[1] == '1' else 'places'}"
        return text

    # Conditions.

    def _condition(self, node: Node) -> str:
        if isinstance(node, (All, Any_)):
            word = " and " if isinstance(node, All) else " or "
            return word.join(self._part(part) for part in node.parts)
        if isinstance(node, Not):
            return self._negation(node.operand)
        if isinstance(node, Column):
            return f"{node.name} is true"
        if isinstance(node, Choice) or (isinstance(node, Call) and node.name == "coalesce"):
            return f"({self._row(node)}) is true"
        return self._row(node)

    def _part(self, node: Node) -> str:
        text = self._condition(node)
        return f"({text})" if isinstance(node, (All, Any_)) else text

    def _negation(self, node: Node) -> str:
        if isinstance(node, Column):
            return f"{node.name} is not true"
        if isinstance(node, Call) and node.name in _NEGATED:
            return f"{self._atom(node.arguments[0])} {_NEGATED[node.name]} {self._atom(node.arguments[1])}"
        return f"not ({self._condition(node)})"

    def _test(self, node: Compare | Within | IsNone) -> str:
        if isinstance(node, IsNone):
            return f"{self._atom(node.operand)} is {'not ' if node.negated else ''}empty"
        if isinstance(node, Within):
            items = [self._row(item) for item in node.items]
            if len(items) == 1:
                return f"{self._atom(node.operand)} is {'not ' if node.negated else ''}{items[0]}"
            if len(items) == 2:
                pair = " nor ".join(items) if node.negated else " or ".join(items)
                return f"{self._atom(node.operand)} is {'neither ' if node.negated else ''}{pair}"
            listed = _listed(items, "or")
            return f"{self._atom(node.operand)} is {'none' if node.negated else 'one'} of {listed}"
        left, op, right = node.left, node.op, node.right
        if isinstance(left, (Literal_, WindowEdge)) and not isinstance(right, (Literal_, WindowEdge)):
            left, op, right = right, _TURNED[op], left
        dated = self._is_date(left) or self._is_date(right)
        verb = (_DATE_COMPARISONS if dated else _COMPARISONS)[op]
        if isinstance(left, Call) and _is_span(left):
            verb = "are" + verb.removeprefix("is")
        return f"{self._compared(left)} {verb} {self._compared(right)}"

    def _compared(self, node: Node) -> str:
        """A side of a comparison. Days after a date need no parentheses, nor does ``the minutes from … to …``."""
        if isinstance(node, Arithmetic) and isinstance(node.right, Literal_) and self._is_date(node.left):
            return self._row(node)
        return self._atom(node)

    def _is_date(self, node: Node) -> bool:
        """Whether a value is certainly a date."""
        if isinstance(node, Column):
            return (self.source, node.name.casefold()) in self.dates
        if isinstance(node, GroupValue):
            return False
        if isinstance(node, Arithmetic):
            return node.op in "+-" and self._is_date(node.left) and not self._is_date(node.right)
        return bool(row_types(node) & TIME) and not isinstance(node, Choice)


def _counted(periods: int) -> str:
    return "one period" if periods == 1 else f"{periods} periods"


def _is_span(node: Call) -> bool:
    """Whether it is the number of some unit of time in a duration."""
    return ROW_FUNCTIONS[node.name].arguments[0].types == DURATION


def _listed(items: list[str], word: str) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}"


def _ordinal(number: float) -> str:
    text = literal_text(number)
    if text[-2:] in ("11", "12", "13") or "." in text:
        return text + "th"
    return text + {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th")
