"""Requests to an API that speaks JSON."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any

from kpi.ci.host import AccessDeniedError, StepError

PAGE, MOST_PAGES = 100, 100  # items a page, and how many pages are looked through
TIMEOUT = 30  # seconds for one request
REFUSED = (401, 403, 404)  # a token that may not do it; 404 where it may not even see it


class _StayHere(urllib.request.HTTPRedirectHandler):
    """A redirection could take the token elsewhere."""

    def redirect_request(self, *_: object) -> None:
        return None


def call(method: str, url: str, headers: dict[str, str], content: object = None) -> Any:
    """What the API answers; None when that is nothing. Raises AccessDeniedError, StepError."""
    place = f"{method} {urllib.parse.urlsplit(url).path}"
    body = None if content is None else json.dumps(content).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "kpi-ci", **headers}
    try:
        asked = urllib.request.Request(url, data=body, headers=headers, method=method)
        with urllib.request.build_opener(_StayHere).open(asked, timeout=TIMEOUT) as answer:
            text = answer.read()
        return json.loads(text) if text else None
    except urllib.error.HTTPError as fault:
        kind = AccessDeniedError if fault.code in REFUSED else StepError
        raise kind(f"{place} was answered with {fault.code}") from None
    except (OSError, ValueError) as fault:
        raise StepError(f"{place}: {fault}") from None


def pages(get: Callable[[int], Sequence[Any]]) -> list[Any]:
    """All items of a list that is given page by page, the first page being 1."""
    found: list[Any] = []
    for number in range(1, MOST_PAGES + 1):
        items = get(number)
        found += items
        if len(items) < PAGE:
            break
    return found
