"""Addresses in ``path``: which ones may be fetched, and how they are called."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from kpi.errors import KpiError
from kpi.lazy_pattern import lazy_pattern
from kpi.plan.loading.paths import is_glob

STORES = ("s3", "gs")
_SHEET = lazy_pattern(r"/spreadsheets/d/([A-Za-z0-9_-]+)(?:/(?:edit|view|htmlview|copy|preview)?)?")
_TAB = lazy_pattern(r"(?:^|&)gid=(\d+)(?:&|$)")
SHEETS_HOST = "docs.google.com"
_LOOPBACK = lazy_pattern(r"localhost|127(?:\.\d{1,3}){3}|::1")
_PORTS = {"https": 443, "http": 80}


class AddressError(KpiError):
    """An address that is never fetched, whatever is allowed."""


class Address(NamedTuple):
    """Where a file is. ``host`` is what ``--allow-remote`` names: a host with its port unless that is usual, or a
    bucket; ``url`` is what to ask for, and ``name`` how it is called, without what may be secret."""

    scheme: str
    host: str
    url: str
    name: str


def is_address(path: str) -> bool:
    """Whether a path is an address."""
    return "://" in path


def address(text: str) -> Address:
    """The address that a text is. Raises AddressError."""
    try:
        parts = urlsplit(text)
        host = _host(parts)
    except ValueError:
        raise AddressError(f'"{_shown(text)}" is not an address', hint="check its host and port") from None
    scheme = parts.scheme.lower()
    name = _shown(text)
    if scheme not in (*STORES, "https", "http") or not host:
        hint = "write https://, s3:// or gs://, save the file in the project, or use connection: for a warehouse"
        raise AddressError(f'"{name}" is an address that is not read', hint=hint)
    if "@" in parts.netloc:
        hint = "take them out: https:// is read without a login, s3:// and gs:// with that of the environment"
        raise AddressError(f'"{name}" has a user name or password', hint=hint)
    if scheme in STORES:
        return Address(scheme, host, text, text)
    if scheme == "http" and not _LOOPBACK.fullmatch(parts.hostname or ""):
        raise AddressError(f'"{name}" is not encrypted', hint="write https://")
    if is_glob(parts.path):
        hint = "write a list of all addresses; only s3:// and gs:// can be searched"
        raise AddressError(f'"{name}" has a wildcard', hint=hint)
    if host == SHEETS_HOST and (sheet := _SHEET.fullmatch(parts.path)):
        tab = _TAB.search(parts.fragment) or _TAB.search(parts.query)
        export = f"https://{host}/spreadsheets/d/{sheet[1]}/export?format=csv"
        return Address(scheme, host, export + (f"&gid={tab[1]}" if tab else ""), name)
    return Address(scheme, host, parts._replace(fragment="").geturl(), name)


def may_follow(start: str, target: str) -> bool:
    """Whether a redirect from one URL to another is followed: on the same host, and to where Google keeps exports."""
    one, other = urlsplit(start), urlsplit(target)
    if other.scheme != one.scheme or "@" in other.netloc:
        return False
    if _host(other) == _host(one):
        return True
    exports = other.hostname is not None and other.hostname.endswith(".googleusercontent.com") and other.port is None
    return exports and one.hostname == SHEETS_HOST


def _host(parts: SplitResult) -> str:
    """The host in small letters, with a port unless that is usual. Raises ValueError for a port that is no number."""
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    port = parts.port
    return host if port is None or port == _PORTS.get(parts.scheme.lower()) else f"{host}:{port}"


def _shown(text: str) -> str:
    """An address without user, password and query, which may hold a key; a tab of a sheet is no secret."""
    before, _, after = text.partition("://")
    where, mark, rest = after.partition("/")
    place = re.split(r"[?#]", mark + rest, maxsplit=1)[0]
    tab = _TAB.search(text.partition("#")[2])
    return f"{before}://{re.split(r'[?#]', where.rpartition('@')[2])[0]}{place}" + (f"#gid={tab[1]}" if tab else "")
