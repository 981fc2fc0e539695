"""``kpi evidence``."""

from __future__ import annotations

from kpi.cli.common import (
    AsOfOption,
    CacheOption,
    FileOption,
    LocaleOption,
    MemoryOption,
    OutsideOption,
    TextOrJson,
    TimeoutOption,
    as_of_day,
    cache_folder,
    open_checked,
    show_view,
    write_in_locale,
)
from kpi.cli.status import tell_problems

EXAMPLES = (("kpi evidence", "all links between KPIs"),)


def evidence(
    file: FileOption = None,
    format: TextOrJson = "text",  # noqa: A002
    as_of: AsOfOption = None,
    locale: LocaleOption = None,
    memory: MemoryOption = None,
    timeout: TimeoutOption = None,
    cache: CacheOption = None,
    allow_outside: OutsideOption = None,
) -> None:
    """Show whether leading indicators lead, guardrails are needed and proxies hold."""
    checked = open_checked(file, allow_outside)
    plan = checked.plan
    day = as_of_day(plan, as_of)
    write_in_locale(checked.plan, locale, format)
    from kpi.cli.terminal import progress
    from kpi.run import compute
    from kpi.status.claims import claims_of, evidence_view
    from kpi.status.insights import periods_needed

    kpis = list(dict.fromkeys(kpi.id for claim in claims_of(plan) for kpi in (claim.first, claim.second)))
    with progress(f"Computing {len(kpis)} KPIs"):
        results = compute(
            checked, day, kpis=kpis, periods=periods_needed((plan.kpis[id_] for id_ in kpis), 1), parts=False,
            cache=cache_folder(plan, cache), memory=memory, seconds=timeout,
        )  # fmt: skip
    show_view(evidence_view(plan, results), format)
    tell_problems(results.problems)
