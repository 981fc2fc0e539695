"""Files of S3 and Google Cloud Storage, by obstore (the extra ``remote``); credentials come from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from kpi.data.addresses import Address
from kpi.data.fetching import MOST_SECONDS, SILENT_SECONDS, Budget, FetchError, NotThereError, Response
from kpi.errors import KpiError
from kpi.plan.loading.paths import is_glob
from kpi.plan.model import FetchedFile

_MOST_LISTED = 100_000
_BLOCK = 1 << 20
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
_VARIABLES = {
    "s3": "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, or AWS_SKIP_SIGNATURE=true for a public bucket",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS, or GOOGLE_SKIP_SIGNATURE=true for a public bucket",
}


class Bucket:
    """One bucket. Raises KpiError where what reads it is not installed."""

    def __init__(self, place: Address) -> None:
        try:
            import obstore
        except ImportError as error:
            message = f"{place.scheme}:// needs {error.name or 'obstore'}, which is not installed"
            raise KpiError(message, hint="pip install 'kpi-as-code[remote]'") from None
        self._place = place
        self._obstore = obstore
        self._store = self._opened()

    def find(self) -> list[str]:
        """The keys that the address leads to, sorted. Raises FetchError."""
        key = self._place.url.partition("://")[2].partition("/")[2]
        if not is_glob(key):
            return [key]
        folder = re.split(r"[*?\[]", key, maxsplit=1)[0].rpartition("/")[0]
        parts = key.split("/")
        found: list[str] = []
        count = 0
        with self._errors():
            for page in self._obstore.list(self._store, prefix=folder or None):
                count += len(page)
                if count > _MOST_LISTED:
                    hint = "write more of the path before the first wildcard"
                    raise FetchError(f"more than {_MOST_LISTED:,} files would have to be listed", hint=hint)
                found += [each["path"] for each in page if _fits(each["path"].split("/"), parts)]
        return sorted(found)

    def fetch(self, key: str, known: FetchedFile | None, target: Path, budget: Budget) -> Response:
        """Copy a file to ``target`` unless it is the one that is ``known``. Raises FetchError."""
        with self._errors():
            answer = self._obstore.get(self._store, key)
            facts = answer.meta
            parts = [str(facts[name]) for name in ("e_tag", "version", "last_modified", "size") if facts.get(name)]
            version = " ".join(parts)
            if known is not None and known.version == version:
                return Response(version, known.size, unchanged=True)
            return Response(version, budget.write(_blocks(answer), target))

    def _opened(self) -> Any:
        from obstore.store import GCSStore, S3Store

        options: Any = {
            "timeout": f"{MOST_SECONDS:.0f} seconds", "connect_timeout": f"{SILENT_SECONDS} seconds",
        }  # fmt: skip
        endpoint = next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), "")
        if endpoint.lower().startswith("http://"):
            options["allow_http"] = True
        retry: Any = {"max_retries": 2}
        with self._errors():
            if self._place.scheme == "gs":
                return GCSStore(self._place.host, client_options=options, retry_config=retry)
            return S3Store(self._place.host, client_options=options, retry_config=retry)

    def _errors(self) -> _Errors:
        return _Errors(self._place, self._obstore.exceptions)


class _Errors:
    """Turns the errors of the library into those of this package. Its texts may name keys and are not shown."""

    def __init__(self, place: Address, errors: Any) -> None:
        self._place, self._known = place, errors

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        known = self._known
        if isinstance(error, known.NotFoundError | FileNotFoundError):
            raise NotThereError from None
        if isinstance(error, known.PermissionDeniedError | known.UnauthenticatedError | PermissionError):
            raise FetchError("access is denied", hint=f"set {_VARIABLES[self._place.scheme]}") from None
        if isinstance(error, known.BaseError | OSError | ValueError):
            hint = f"check the bucket, and {_VARIABLES[self._place.scheme]}"
            raise FetchError(f"{self._place.scheme} does not answer or refuses", hint=hint) from None


def _blocks(answer: Any) -> Iterator[bytes]:
    for block in answer.stream(min_chunk_size=_BLOCK):
        yield bytes(block)


def _fits(key: Sequence[str], glob: Sequence[str]) -> bool:
    """Whether the parts of a key fit those of a pattern: ``**`` is any number of folders. As in folders, names that
    begin with a dot are not found by a wildcard."""
    if not glob or not key:
        return not glob and not key
    if glob[0] == "**":
        further = len(key) > 1 and not key[0].startswith(".") and _fits(key[1:], glob)
        return further or _fits(key, glob[1:] or ("*",))
    hidden = key[0].startswith(".") and not glob[0].startswith(".")
    return not hidden and fnmatchcase(key[0], glob[0]) and _fits(key[1:], glob[1:])
