"""The pages of the rules, as Markdown files beside the rules, read on demand."""

from __future__ import annotations

import sys
from pathlib import Path

from kpi.errors import UsageError
from kpi.lint.registry import FAMILIES, RULES
from kpi.lint.rule import Rule
from kpi.lint.selection import hint


def find_rule(name: str) -> Rule:
    """The rule with this code, in capitals or not, or with this name. Raises UsageError."""
    for rule in RULES:
        if name.upper() == rule.code or name.lower() == rule.name:
            return rule
    raise UsageError(f'there is no rule "{name}"', hint=hint(name, RULES))


def page_path(rule: Rule) -> Path:
    """Return the path of a rule's page: beside its module, under the same name."""
    file = sys.modules[rule.check.__module__].__file__
    assert file is not None
    return Path(file).with_suffix(".md")


def page(rule: Rule) -> str:
    """The page of a rule."""
    return page_path(rule).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """Return the text under a heading of a page, or "" if there is no such heading."""
    _, found, rest = f"\n{text}".partition(f"\n## {title}\n")
    return rest.partition("\n## ")[0].strip() if found else ""


def overview() -> str:
    """Return all rules as Markdown tables, one per family: code, name, severity, summary."""
    parts = []
    for letter, family in FAMILIES.items():
        rows = [
            f"| {rule.code} | {rule.name} | {rule.severity} | {rule.summary} |"
            for rule in RULES
            if rule.code[0] == letter
        ]
        parts.append(
            "\n".join([f"## {family}", "", "| code | name | severity | what it requires |", "|---|---|---|---|", *rows])
        )
    return "\n\n".join(parts) + "\n"
