"""Applies the rules to a checked plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, cast

from kpi.diagnostics import Diagnostic, Location, Severity, error
from kpi.frozen import frozen
from kpi.lint.context import Context
from kpi.lint.registry import RULES
from kpi.lint.rule import Finding, Rule
from kpi.lint.selection import chosen, codes, hint, severity_of, strength, unknown
from kpi.lint.suppressions import find_suppressions, silencer
from kpi.plan.checks import Checked

if TYPE_CHECKING:
    from kpi.plan.model import Plan
    from kpi.run.profile import DataProfile

HISTORY = 12  # periods before the one shown


class RuleCrashError(Exception):
    """A rule crashed. This is a bug in this program, never a finding about the user's file."""


@frozen
class Options:
    """Options of the command line. ``today`` is the date of the review; ``strict`` turns infos into warnings; ``data``
    reads the data as well; ``before`` is an older version of the plan, for the rules on changes."""

    today: date
    _: KW_ONLY
    select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    strict: bool = False
    data: bool = False
    before: Plan | None = None


class Review(NamedTuple):
    """The result of a review: the findings sorted by file and position, and the context for fixes."""

    context: Context
    findings: tuple[Diagnostic, ...]


def lint(checked: Checked, texts: Mapping[str, str], options: Options) -> tuple[Diagnostic, ...]:
    """Return the findings of :func:`review`."""
    return review(checked, texts, options).findings


def review(checked: Checked, texts: Mapping[str, str], options: Options) -> Review:
    """Return the errors of reading and checking, and the findings of the rules.

    ``texts`` are the files' texts, in which comments may suppress findings. Raise UsageError for an unknown rule on
    the command line, RuleCrashError if a rule crashes, and ValueError if the options of rules have not been validated.
    """
    settings = checked.plan.lint
    if settings.model_extra:
        raise ValueError(
            "the options of rules have not been validated: read the plan with kpi.lint.registry.file_model"
        )
    rules = chosen(
        RULES, select=settings.select, ignore=settings.ignore, also_select=options.select, also_ignore=options.ignore
    )
    data = _data(checked, options)
    rules = [rule for rule in rules if data is not None or not rule.needs_data]
    applied = frozenset(rule.code for rule in rules)
    suppressions = find_suppressions(texts, codes(RULES))
    context = Context(checked, options.today, suppressions, applied, data, options.before)
    silent = silencer(context.suppressions, options.today)
    passes = _per_file(settings.per_file_ignores, checked.places.project_name)
    found: list[Diagnostic] = []
    for rule in rules:
        if not rule.after_others:
            found.extend(one for one in _apply(rule, context, options) if not silent(rule.code, one.location))
    for rule in rules:
        if rule.after_others:
            found.extend(_apply(rule, context, options))
    found = [one for one in found if not passes(one)]
    # A target in prose is reported by M103, not also as an error.
    prose = {one.subject for one in found if one.code == "M103"}
    found.extend(one for one in checked.diagnostics if one.code not in ("E030", "E033") or one.subject not in prose)
    found.extend(_misnamed(context))
    _mark_fixable(found, context, texts)
    return Review(context, tuple(sorted(found, key=lambda one: (one.location, one.code, one.message))))


def _data(checked: Checked, options: Options) -> DataProfile | None:
    """The profile of the data of a valid plan, if it was requested."""
    if not options.data or not checked.valid:
        return None
    from kpi.run.profile import profile_data

    return profile_data(checked, options.today, _periods(checked))


def _periods(checked: Checked) -> int:
    """How much history the rules look at: more where KPIs are said to lead others or to stand for them."""
    from kpi.status.claims import claims_of
    from kpi.status.insights import periods_needed

    kpis = [kpi for claim in claims_of(checked.plan) for kpi in (claim.first, claim.second)]
    return max(HISTORY, periods_needed(kpis, HISTORY))


def _mark_fixable(found: list[Diagnostic], context: Context, texts: Mapping[str, str]) -> None:
    """Mark the errors that ``--fix`` can fix."""
    if all(one.severity != "error" for one in found):
        return
    from kpi.lint.fixes import UNREAD, Starts, respelling

    starts: Starts = {}
    for at, one in enumerate(found):
        if one.code in UNREAD and respelling(context, one, texts, starts):
            found[at] = replace(one, fixable=True)


def _apply(rule: Rule, context: Context, options: Options) -> Iterator[Diagnostic]:
    """Yield the findings of one rule as diagnostics with their locations."""
    severity = severity_of(rule, context.settings.severity)
    if options.strict and severity == "info":
        severity = "warning"
    try:
        for finding in rule.check(context):
            place = _place(finding, context)
            subject = ".".join(map(str, finding.path)) or f"{context.places.project_name(place.file)} comment"
            yield Diagnostic(
                rule.code, rule.name, cast("Severity", severity), finding.message, place, subject, finding.hint,
                finding.fixable,
            )  # fmt: skip
    except Exception as fault:
        trace = fault.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        line = "" if trace is None else f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        raise RuleCrashError(f"rule {rule.code} {rule.name} crashed: {type(fault).__name__}: {fault}{line}") from fault


def _place(finding: Finding, context: Context) -> Location:
    """Return the location of a finding: on one line, that of the key if the value spans several."""
    if finding.at is not None:
        return finding.at
    if finding.key:
        return context.places.key(finding.path)
    if finding.start >= 0:
        place = context.places.within(finding.path, finding.start, finding.end)
    else:
        place = context.places.of(finding.path)
    return place if place.line == place.end_line else context.places.key(finding.path)


def _per_file(
    ignores: Mapping[str, tuple[str, ...]], project_name: Callable[[str], str]
) -> Callable[[Diagnostic], bool]:
    """Return a predicate for findings in files for which their rule is switched off."""
    if not ignores:
        return lambda found: False
    from fnmatch import fnmatch

    by_code = {rule.code: rule for rule in RULES}

    def passes(found: Diagnostic) -> bool:
        file = project_name(found.location.file)
        return any(
            (fnmatch(file, glob) or fnmatch(file, f"*/{glob}"))
            and any(strength(name, by_code[found.code]) for name in names)
            for glob, names in ignores.items()
        )

    return passes


def _misnamed(context: Context) -> Iterator[Diagnostic]:
    """Errors for names of unknown rules in the lint section."""
    settings = context.settings
    named: list[tuple[tuple[str | int, ...], str]] = []
    for field in ("select", "ignore"):
        named += [(("lint", field, at), name) for at, name in enumerate(getattr(settings, field))]
    named += [(("lint", "severity", name), name) for name in settings.severity]
    for glob, names in settings.per_file_ignores.items():
        named += [(("lint", "per_file_ignores", glob, at), name) for at, name in enumerate(names)]
    wrong = set(unknown({name for _, name in named}, RULES))
    for path, name in named:
        if name in wrong:
            place = context.places.key(path)
            yield error("E014", f'there is no rule "{name}"', place, ".".join(map(str, path)), hint(name, RULES))
