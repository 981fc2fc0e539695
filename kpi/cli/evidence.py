"""``kpi evidence``."""

from __future__ import annotations

from kpi.cli.common import (
    AsOfOption,
    CacheOption,
    FileOption,
    Limits,
    LocaleOption,
    MemoryOption,
    OutsideOption,
    RemoteOption,
    TextOrJson,
    TimeoutOption,
    open_session,
    readable,
    show_answer,
)

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
    allow_remote: RemoteOption = None,
) -> None:
    """Show whether leading indicators lead, guardrails are needed and proxies hold."""
    limits = Limits(as_of, cache, memory, timeout, locale, format)
    session = open_session(file, readable(allow_outside, allow_remote), limits)
    show_answer(session.evidence(), format)
