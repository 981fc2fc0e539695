"""A formula in plain words, for people who do not read formulas.

Texts come with a mark that tells whether they end in a condition: what follows such a text needs a comma, or the
reader takes it as part of the condition.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

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
    IsNone,
    Literal_,
    Name,
    Negative,
    Node,
    Not,
    Shift,
    WindowEdge,
    Within,
)
from kpi.formulas.types import DATE, check_row
from kpi.formulas.unparse import literal_text
from kpi.formulas.walk import names

_AGGREGATES = {
    "count": "the number of rows",
    "sum": "the sum of {}",
    "avg": "the average {}",
    "min": "the smallest {}",
    "max": "the largest {}",
    "median": "the median {}",
    "stddev": "the standard deviation of {}",
    "count_distinct": "the number of different {}",
    "first": "the first {}",
    "last": "the last {}",
}
_MOMENTS = {
    "at_end": " at the end of the window",
    "at_start": " at the start of the window",
    "started": " that began in the window",
    "ended": " that ended in the window",
}
_ARITHMETIC = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
_COMPARISONS = {
    "==": "is", "!=": "is not", "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least",
}  # fmt: skip
_DATE_COMPARISONS = {
    "==": "is", "!=": "is not", "<": "is before", "<=": "is on or before", ">": "is after", ">=": "is on or after",
}  # fmt: skip
_TURNED: dict[CompareOp, CompareOp] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SPANS = ("minutes", "hours", "days", "seconds")
_CALLS = {
    "year": "the year of {}",
    "month": "the month of {}",
    "lower": "{} in lower case",
    "number": "{} as a number",
    "first_date": "the first date of {}",
}


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
    parts = [_Speaker(dates, source).say(node)]
    waiting, told = [found.name for found in names(node)], set[str]()
    while waiting:
        name = waiting.pop(0)
        if name in told or measures is None or name not in measures:
            continue
        told.add(name)
        parts.append(f"{name} is {_Speaker(dates, source).say(measures[name])}")
        waiting += [found.name for found in names(measures[name])]
    return "; ".join(parts)


class _Speaker:
    """Says trees. ``source`` is the one whose rows are spoken of, while a condition is said."""

    def __init__(self, dates: Collection[tuple[str, str]], source: str) -> None:
        self.dates = {(owner, column.casefold()) for owner, column in dates}
        self.source = source

    def say(self, node: Node) -> str:
        return self._formula(node)[0]

    # Formulas: the text, and whether it ends in a condition.

    def _formula(self, node: Node) -> tuple[str, bool]:
        if isinstance(node, Aggregate):
            return self._aggregate(node)
        if isinstance(node, Name):
            if node.moment in ("started", "ended"):
                return f"{node.name} (only the rows{_MOMENTS[node.moment]})", False
            return node.name + (_MOMENTS[node.moment] if node.moment else ""), False
        if isinstance(node, Shift):
            return self._shift(node), False
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

    def _shift(self, node: Shift) -> str:
        text, open_ended = self._formula(node.operand)
        if open_ended or isinstance(node.operand, (Arithmetic, Negative)):
            text = f"({text})"
        if node.kind == "year_ago":
            return f"{text} a year earlier"
        return f"{text} {'one period' if node.periods == 1 else f'{node.periods} periods'} earlier"

    def _aggregate(self, node: Aggregate) -> tuple[str, bool]:
        if node.function == "percentile":
            what = f"the {_ordinal(node.percent or 0)} percentile of {node.column}"
        else:
            what = _AGGREGATES[node.function].format(node.column)
        where = f" in {node.source}"
        if node.moment in ("started", "ended"):
            where = f" in {node.source}" if node.column is None else f" in the rows of {node.source}"
        text = what + where + (_MOMENTS[node.moment] if node.moment else "")
        if node.filter is None:
            return text, False
        self.source = node.source
        # After a moment, "where" would speak of the window.
        return f"{text}{',' if node.moment else ''} where {self._condition(node.filter)}", True

    # Rows.

    def _row(self, node: Node) -> str:
        if isinstance(node, Literal_):
            return str(node.value).lower() if isinstance(node.value, bool) else literal_text(node.value)
        if isinstance(node, Column):
            return node.name
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
        return text if isinstance(node, (Literal_, Column, Empty, WindowEdge, Call)) else f"({text})"

    def _row_arithmetic(self, node: Arithmetic) -> str:
        if node.op in "+-" and isinstance(node.right, Literal_) and self._is_date(node.left):
            days = literal_text(node.right.value)
            direction = "after" if node.op == "+" else "before"
            return f"{days} {'day' if days == '1' else 'days'} {direction} {self._atom(node.left)}"
        return f"{self._atom(node.left)} {_ARITHMETIC[node.op]} {self._atom(node.right)}"

    def _call(self, node: Call) -> str:
        first = node.arguments[0]
        if node.name in _SPANS:
            if isinstance(first, Arithmetic) and first.op == "-":
                return f"the {node.name} from {self._atom(first.right)} to {self._atom(first.left)}"
            return f"{self._atom(first)} in {node.name}"
        if node.name == "contains":
            return f"{self._atom(first)} contains {self._atom(node.arguments[1])}"
        if node.name == "extract":
            return f"the part of {self._atom(first)} that matches {self._atom(node.arguments[1])}"
        if node.name == "date":
            return f"{self._atom(first)} as a date like {self._atom(node.arguments[1])}"
        if node.name == "coalesce":
            values = _listed([self._atom(argument) for argument in node.arguments], "and")
            return f"the first of {values} that is not empty"
        return _CALLS[node.name].format(self._atom(first))

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
        if isinstance(node, Call) and node.name == "contains":
            return f"{self._atom(node.arguments[0])} does not contain {self._atom(node.arguments[1])}"
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
        if isinstance(left, Call) and left.name in _SPANS:
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
        if isinstance(node, Arithmetic):
            return node.op in "+-" and self._is_date(node.left) and not self._is_date(node.right)
        return bool(check_row(node) & DATE) and not isinstance(node, Choice)


def _listed(items: list[str], word: str) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}"


def _ordinal(number: float) -> str:
    text = literal_text(number)
    if text[-2:] in ("11", "12", "13") or "." in text:
        return text + "th"
    return text + {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th")
