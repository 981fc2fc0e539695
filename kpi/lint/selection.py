"""Which rules are applied, and how severe their findings are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kpi.errors import UsageError, did_you_mean
from kpi.lint.rule import Rule

EXACT = 100


def codes(rules: Sequence[Rule]) -> dict[str, str]:
    """Every code and every name of a rule, with its code."""
    return {key: rule.code for rule in rules for key in (rule.code, rule.name)}


def unknown(names: Iterable[str], rules: Sequence[Rule]) -> list[str]:
    """The names that are no rule's code, name, or beginning of a code."""
    return [name for name in names if not any(strength(name, rule) for rule in rules)]


def hint(name: str, rules: Sequence[Rule]) -> str:
    """Return the hint for the name of an unknown rule."""
    return did_you_mean(name, codes(rules)) or "kpi rule --all lists the rules"


def strength(name: str, rule: Rule) -> int:
    """Return how specifically ``name`` selects ``rule``: 0 not at all, 1 by family, more by prefix, most by name."""
    if name in (rule.code, rule.name):
        return EXACT
    return len(name) if name and rule.code.startswith(name) else 0


def chosen(
    rules: Sequence[Rule],
    *,
    select: Iterable[str],
    ignore: Iterable[str],
    also_select: Iterable[str],
    also_ignore: Iterable[str],
) -> list[Rule]:
    """The rules to apply. ``select`` and ``ignore`` are the file's, ``also_…`` the command line's.

    The more exact name wins, and ``ignore`` where both are as exact. What the command line selects takes the place of
    what the file selects, and wins over what the file ignores unless that is more exact. Raise UsageError for an
    unknown rule on the command line.
    """
    also_select, also_ignore = tuple(also_select), tuple(also_ignore)
    for name in unknown([*also_select, *also_ignore], rules):
        raise UsageError(f'there is no rule "{name}"', hint=hint(name, rules))
    select, ignore = tuple(select), tuple(ignore)

    def best(names: Iterable[str], rule: Rule) -> int:
        return max((strength(name, rule) for name in names), default=0)

    found = []
    for rule in rules:
        on = best(also_select, rule) if also_select else best(select, rule) if select else 1
        off, file_off = best(also_ignore, rule), best(ignore, rule)
        if not on or (off and off >= on) or (file_off and (file_off > on if also_select else file_off >= on)):
            continue
        found.append(rule)
    return found


def severity_of(rule: Rule, settings: Mapping[str, str]) -> str:
    """The severity of a rule's findings: what the most exact setting says, else the rule's own."""
    exactness, severity = 0, str(rule.severity)
    for name, level in settings.items():
        if (found := strength(name, rule)) > exactness:
            exactness, severity = found, level
    return severity
