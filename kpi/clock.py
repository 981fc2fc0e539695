"""The only place where the clock is read."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo


def now(timezone: str) -> datetime:
    """The time in a plan's time zone, so that a team spread over the world sees one and the same status."""
    zone: tzinfo = UTC
    if timezone != "UTC":
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(timezone)
    return datetime.now(zone)
