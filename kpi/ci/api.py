"""Requests to the JSON API of a CI service."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any

from kpi.ci.host import AccessDeniedError, StepError

PAGE, MAX_PAGES = 100, 100  # items per page, and pages that are read
TIMEOUT = 30  # seconds per request
ACCESS_DENIED = (401, 403, 404)  # 404 if the token may not even see the resource


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Does not follow redirects, which could send the token to another server."""

    def redirect_request(self, *_: object) -> None:
        return None


def call(method: str, url: str, headers: dict[str, str], content: object = None) -> Any:
    """Send a request and return the decoded response, None if it is empty. Raises AccessDeniedError or StepError."""
    place = f"{method} {urllib.parse.urlsplit(url).path}"
    body = None if content is None else json.dumps(content).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "kpi-ci", **headers}
    try:
        request = urllib.request.Request(url, data=body, headers=headers, method=method)
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=TIMEOUT) as response:
            text = response.read()
        return json.loads(text) if text else None
    except urllib.error.HTTPError as fault:
        kind = AccessDeniedError if fault.code in ACCESS_DENIED else StepError
        raise kind(f"{place} returned {fault.code}") from None
    except (OSError, ValueError) as fault:
        raise StepError(f"{place}: {fault}") from None


def pages(get: Callable[[int], Sequence[Any]]) -> list[Any]:
    """All items of a paginated list. ``get`` returns the items of a page; the first page is 1."""
    found: list[Any] = []
    for number in range(1, MAX_PAGES + 1):
        items = get(number)
        found += items
        if len(items) < PAGE:
            break
    return found
