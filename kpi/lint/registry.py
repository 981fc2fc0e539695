"""All rules, in the order in which they are listed. A rule registers itself in its own file under ``rules/``."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path

from kpi.lint import rules
from kpi.lint.rule import REGISTERED, Rule
from kpi.plan.model import PlanFile, with_rule_options
from kpi.plan.model import file_model as with_lint_settings

# The families, by the first letter of a code, in the order in which they are listed.
FAMILIES = {
    "S": "Specific",
    "M": "Measurable",
    "A": "Assignable, actionable",
    "R": "Realistic, relevant",
    "T": "Time-bound",
    "B": "Balance",
    "F": "Frameworks",
    "D": "Data (with --data)",
    "L": "Suppression comments",
}


def _all_rules() -> tuple[Rule, ...]:
    for file in sorted(Path(rules.__path__[0]).glob("*.py")):
        if file.stem != "__init__":
            import_module(f"{rules.__name__}.{file.stem}")
    order = list(FAMILIES)
    return tuple(sorted(REGISTERED, key=lambda rule: (order.index(rule.code[0]), rule.code)))


RULES = _all_rules()


@cache
def file_model() -> type[PlanFile]:
    """The model of a plan file with the options of all rules in its ``lint`` section."""
    return with_lint_settings(
        with_rule_options(
            replace(option, description=f"{option.description.removesuffix('.')} ({rule.code}).")
            for rule in RULES
            for option in rule.options
        )
    )
