"""Files of web servers, by the standard library: copied to disk, without following redirects to other hosts."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from kpi import __version__
from kpi.data.addresses import SHEETS_HOST, Address, may_follow
from kpi.data.fetching import SILENT_SECONDS, Budget, FetchError, NotThereError, Response
from kpi.plan.model import FetchedFile

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
_BLOCK = 1 << 20


def fetch(address: Address, known: FetchedFile | None, target: Path, budget: Budget) -> Response:
    """Copy a file to ``target`` unless the server says that it is the one that is ``known``. Raises FetchError."""
    headers = {"User-Agent": f"kpi/{__version__}", "Accept-Encoding": "identity"}
    if known is not None and known.version:
        headers |= dict([_condition(known.version)])
    url = address.url
    for _ in range(_MOST_REDIRECTS):
        try:
            with _opener(address).open(urllib.request.Request(url, headers=headers), timeout=SILENT_SECONDS) as answer:
                size = _copy(answer, target, budget)
                return Response(_version(answer.headers), size)
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 304 and known is not None:
                    return Response(known.version, known.size, unchanged=True)
                if error.code not in _REDIRECTS:
                    raise _refusal(error.code, address) from None
                url = _next(url, error.headers.get("Location", ""), address)
        except (urllib.error.URLError, OSError, http.client.HTTPException) as error:
            raise FetchError(f"{address.host} does not answer: {_reason(error)}") from None
    raise FetchError(f"{address.host} redirects more than {_MOST_REDIRECTS} times")


def _opener(address: Address) -> urllib.request.OpenerDirector:
    # Without the handlers that follow redirects and read files; and what is on this machine is not behind a proxy.
    opener = urllib.request.OpenerDirector()
    handlers: list[urllib.request.BaseHandler] = [
        urllib.request.HTTPHandler() if address.scheme == "http" else urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ]
    if address.scheme == "https":
        handlers.append(urllib.request.ProxyHandler())
    for handler in handlers:
        opener.add_handler(handler)
    return opener


def _copy(answer: http.client.HTTPResponse, target: Path, budget: Budget) -> int:
    expected = answer.headers.get("Content-Length")
    size = budget.write(iter(lambda: answer.read(_BLOCK), b""), target)
    if expected is not None and expected.isdecimal() and int(expected) != size:
        raise FetchError(f"the server broke off after {size:,} of {int(expected):,} bytes", hint="try again")
    return size


def _next(url: str, location: str, address: Address) -> str:
    try:
        target = urljoin(url, location)
        if location and may_follow(url, target):
            return target
        host = urlsplit(target).hostname or "another place"
    except ValueError:
        host = "another place"
    if address.host == SHEETS_HOST:
        hint = "share the sheet with anyone who has the link, or export it to a file"
        raise FetchError("this sheet is not public", hint=hint)
    hint = "write the address that it leads to, and allow its host"
    raise FetchError(f"{address.host} redirects to {host}, which is not followed", hint=hint)


def _refusal(code: int, address: Address) -> FetchError:
    if code in (404, 410):
        return NotThereError()
    if code in (401, 403):
        message = f"{address.host} does not give it to everybody ({code})"
        return FetchError(message, hint="https:// is read without a login")
    return FetchError(f"{address.host} answers with an error ({code})", hint="try again later" if code >= 500 else None)


def _reason(error: Exception) -> str:
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(inner, TimeoutError):
        return f"nothing came for {SILENT_SECONDS} s"
    if isinstance(inner, OSError):
        return getattr(inner, "verify_message", None) or inner.strerror or type(inner).__name__
    return type(inner).__name__


def _version(headers: Message) -> str:
    for name in ("ETag", "Last-Modified"):
        if value := headers.get(name):
            return f"{name}: {value}"
    return ""


def _condition(version: str) -> tuple[str, str]:
    name, _, value = version.partition(": ")
    return ("If-None-Match" if name == "ETag" else "If-Modified-Since"), value
