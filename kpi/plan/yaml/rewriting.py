"""Rewrites part of the text of a scalar, whatever its style."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.plan.yaml.nodes import begin, finish
from kpi.plan.yaml.round_trip import scalar
from kpi.plan.yaml.source_map import scalar_span

if TYPE_CHECKING:
    from yaml.nodes import ScalarNode

    from kpi.errors import Replacement
    from kpi.plan.yaml.nodes import Document


def rewritten(document: Document, node: ScalarNode, replacement: Replacement) -> tuple[int, int, str] | None:
    """The range of the file, and the text to write there, that make the replacement in the value of a scalar.

    None where the value is written in a way that does not let a part of it be replaced.
    """
    value, first, last = str(node.value), begin(node), finish(document, node)
    new = value[: replacement.start] + replacement.text + value[replacement.end :]
    raw = document.text[first:last]
    if not node.style:
        if raw != value:
            return None
        quoted = scalar(new)
        if quoted != new and _is_safe(raw) and _only_known(replacement.text, value):
            quoted = new
        if quoted == new:
            return first + replacement.start, first + replacement.end, replacement.text
        return first, last, quoted
    if "\n" in raw or "\\" in raw or any(sign in replacement.text for sign in "'\"\\\n"):
        return None
    start, end = scalar_span(document, node, replacement.start, replacement.end)
    return start, end, replacement.text


def _is_safe(raw: str) -> bool:
    """Whether a plain text holds nothing that another character could turn into syntax of YAML."""
    return not raw.startswith(("-", "?", ":"))


def _only_known(text: str, value: str) -> bool:
    """Whether the new text adds only letters, digits and signs that the old one had, so that it stays as plain."""
    return all(sign.isalnum() or sign in value or sign in " _-." for sign in text) and text[:1].isalnum()
