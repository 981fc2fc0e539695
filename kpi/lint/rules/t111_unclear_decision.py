"""T111: a decision about no KPI, or one that no number can judge."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule
from kpi.plan.model import Decision


@rule("T111", "unclear-decision", "warning", "A decision names a KPI, and what it is expected to do to it.")
def check(context: Context) -> Iterator[Finding]:
    """Decisions about a KPI that is not in the plan, and expectations that are not targets in the KPI's unit.

    Of decisions about a KPI that was removed, only those still open and those that look misspelt are reported.
    """
    if not context.plan.decisions:
        return
    from kpi.plan.decisions import decisions_about, is_reviewed, next_day

    for number, decision in enumerate(context.plan.decisions):
        if is_reviewed(decision, decisions_about(context.plan, decision.kpi, next_day(context.today))):
            continue
        if decision.kpi not in context.plan.kpis:
            yield from _unknown(context, number, decision)
        elif decision.expect is not None:
            yield from _expectation(context, number, decision)


def _unknown(context: Context, number: int, decision: Decision) -> Iterator[Finding]:
    from kpi.errors import nearest
    from kpi.plan.decisions import is_open

    if context.given("kpis", decision.kpi):  # with mistakes, which are reported
        return
    near = nearest(decision.kpi[:80], context.plan.kpis)
    if near is not None or is_open(decision, context.today):
        yield Finding(
            ("decisions", number, "kpi"),
            f'there is no KPI "{decision.kpi}"',
            "this decision is about a KPI that the plan does not have" if near is None else f'did you mean "{near}"?',
        )


def _expectation(context: Context, number: int, decision: Decision) -> Iterator[Finding]:
    from kpi.errors import TextError
    from kpi.status.decision import parse_expectation, value_then

    kpi = context.plan.kpis[decision.kpi]
    if context.unit(kpi) is None:
        return
    try:
        parse_expectation(decision.expect or "", kpi, value_then(decision, kpi))
    except TextError as mistake:
        yield Finding(
            ("decisions", number, "expect"),
            f"what is expected cannot be judged: {mistake.message}",
            mistake.hint,
            start=mistake.start,
            end=mistake.end,
        )
