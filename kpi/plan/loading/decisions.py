"""The decisions of ``reviews.yaml``: a list with one entry for each decision."""

from __future__ import annotations

from yaml.nodes import MappingNode, SequenceNode

from kpi.plan.loading.diagnostics import Diagnostics
from kpi.plan.loading.validation import validate
from kpi.plan.model import Context, Decision
from kpi.plan.yaml import yaml_pitfalls as pitfalls
from kpi.plan.yaml.nodes import Document, Entry, is_null
from kpi.plan.yaml.plain_data import PlainData
from kpi.plan.yaml.source_map import Path

EXAMPLE = "each decision is an item: - {date: 2026-07-02, kpi: …, decided: …, by: …, until: 2026-08-01}"


def read_decisions(
    document: Document, data: PlainData, to: Diagnostics, entries: dict[Path, tuple[Document, Entry]]
) -> tuple[Decision, ...]:
    """The decisions of a document, in its order. Mistakes are reported to ``to``; an entry with one is left out where
    it cannot be used. ``entries`` gets the location of each."""
    root = document.root
    if root is None or is_null(root):
        return ()
    if not isinstance(root, SequenceNode) or root.tag:
        to.wrong_shape((), None, root, "a list of decisions", EXAMPLE)
        return ()
    found: list[Decision] = []
    for node in root.value:
        # The path has the number of the decision among those that can be used, so that it is its index in the plan.
        path = ("decisions", len(found))
        if document.is_blanked_node(node):
            continue
        # The key of an entry is where a missing field is reported: here the first field.
        key = node.value[0][0] if isinstance(node, MappingNode) and node.value else node
        entry: Entry = (key, node)
        entries[path] = (document, entry)
        value = data.read(node, path, key)
        if not isinstance(value, dict):
            message = f"a decision is a mapping of fields, but this is {pitfalls.kind(node)}"
            to.at("E011", message, path, node, EXAMPLE)
            continue
        context = Context()
        if document.blanked:
            blanked = {name for name, (_, one) in data.entries(node, path).items() if document.is_blanked_node(one)}
            context = context._replace(unusable=frozenset(blanked))
        decision = validate(Decision, value, path, entry, context, to)
        if decision is not None:
            found.append(decision)
    return tuple(found)
