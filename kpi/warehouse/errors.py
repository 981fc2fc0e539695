"""What goes wrong with a warehouse, in words that never hold the connection string or a part of it."""

from __future__ import annotations

import re
from urllib.parse import unquote

from kpi.errors import KpiError

LONGEST = 200


class WarehouseError(KpiError):
    """A warehouse that cannot be reached, or that does not answer a question. ``lost``: nor will it the next one;
    ``slow``: it was not given the time."""

    def __init__(self, message: str, *, hint: str | None = None, lost: bool = False, slow: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.lost = lost
        self.slow = slow


def secrets_of(url: str) -> tuple[str, ...]:
    """Everything of a connection string that must never be seen: itself, the password as written and as meant, and
    every value of its options. The longest comes first, so that no part of one is left standing."""
    found = {url, url.partition("?")[0]}
    address = url.partition("://")[2] or url
    credentials, at, _ = address.rpartition("@")
    if at:
        found |= {credentials, credentials.partition(":")[2]}
    found |= set(re.findall(r"[?&][^=&]+=([^&#\s]+)", url))
    found |= {value.strip("'") for value in re.findall(r"(?i)(?:password|token|secret)\s*=\s*('[^']*'|\S+)", url)}
    found |= {unquote(part) for part in found}
    return tuple(sorted((part for part in found if len(part) > 2), key=len, reverse=True))


def scrubbed(text: str, secrets: tuple[str, ...]) -> str:
    """One line of a driver's message without secrets."""
    line = next((part.strip() for part in text.splitlines() if part.strip()), "it does not say why")
    for secret in secrets:
        line = line.replace(secret, "***")
    line = re.sub(r"\S+://\S+", "***", line)
    line = re.sub(r"(?i)(password|token|secret)(\s*[=:]\s*)\S+", r"\1\2***", line)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
