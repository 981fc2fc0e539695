"""The only place where the clock is read."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, tzinfo


def now(timezone: str) -> datetime:
    """The time in a plan's time zone, so that a team spread over the world sees one and the same status."""
    zone: tzinfo = UTC
    if timezone != "UTC":
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(timezone)
    return datetime.now(zone)


def today(timezone: str) -> date:
    """Today's date in a plan's time zone."""
    return now(timezone).date()


def yesterday(timezone: str) -> date:
    """The last day that is over in a plan's time zone."""
    return today(timezone) - timedelta(days=1)


def stamp() -> int:
    """The time by the clock that stamps files (ns since 1970)."""
    return time.time_ns()
