"""Renamed entries and the canonical text of formulas, so that a new name or layout alone is not a change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from kpi.formulas import nodes, unparse
from kpi.formulas.nodes import MomentName, Node

Renamed = Mapping[str, str]


class Names(NamedTuple):
    """Earlier to current ids of renamed entries. ``formulas`` has measures and KPIs, which share one namespace."""

    sources: Renamed
    formulas: Renamed
    goals: Renamed


SAME = Names({}, {}, {})


def canonical(node: Node, names: Names, measures: Mapping[str, Node] | None = None) -> str:
    """The canonical text of a formula, with the new names. With ``measures``, names of measures are replaced by their
    formulas."""
    return folded(_Writer(names, measures or {}).write(node, None))


def folded(text: str) -> str:
    """A canonical text with names in lower case, since the case of names does not matter (rule R3)."""
    return re.sub(r'"(?:[^"\\]|\\.)*"|[^"]+', lambda part: part[0] if part[0][0] == '"' else part[0].casefold(), text)


class _Writer:
    def __init__(self, names: Names, measures: Mapping[str, Node]) -> None:
        self.names, self.measures = names, measures
        self.within: list[str] = []  # guards against cycles in invalid plans

    def write(self, node: Node, moment: MomentName | None) -> str:
        """The text of ``node``. ``moment`` is the point in time (``at_end`` …) of the measure that it replaces."""
        if isinstance(node, nodes.Arithmetic):
            return f"({self.write(node.left, moment)} {node.op} {self.write(node.right, moment)})"
        if isinstance(node, nodes.Negative):
            return f"-{self.write(node.operand, moment)}"
        if isinstance(node, nodes.Shift):
            return f"{node.kind}({self.write(node.operand, moment)}, {node.periods})"
        if isinstance(node, nodes.Growth):
            since = node.kind if node.kind == "year_ago" else node.periods
            return f"growth({self.write(node.operand, moment)}, {since})"
        if isinstance(node, nodes.Over):
            return f'over({self.write(node.operand, moment)}, "{node.window}")'
        if isinstance(node, nodes.Total):
            return f"total({self.write(node.operand, moment)})"
        if isinstance(node, nodes.ValueCall):
            return f"{node.name}({', '.join(self.write(part, moment) for part in node.arguments)})"
        if isinstance(node, nodes.Aggregate):
            return unparse(replace(self._aggregate(node), moment=node.moment or moment))
        if isinstance(node, nodes.Name):
            return self._name(node, node.moment or moment)
        return unparse(node)

    def _aggregate(self, node: nodes.Aggregate) -> nodes.Aggregate:
        """The aggregate with the new name of its source."""
        per = None if node.per is None else replace(node.per, value=self._aggregate(node.per.value))
        return replace(node, source=self.names.sources.get(node.source, node.source), per=per)

    def _name(self, node: nodes.Name, moment: MomentName | None) -> str:
        name = node.name
        if name not in self.measures or name in self.within:
            return unparse(nodes.Name(self.names.formulas.get(name, name), moment))
        self.within.append(name)
        text = self.write(self.measures[name], moment)
        self.within.pop()
        return text
