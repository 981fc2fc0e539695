"""Files elsewhere that a source names by address: copied to a temporary folder, from hosts that were allowed only.

The engine never sees an address. A copy is taken for what is there for a minute; then its server is asked whether it is
still the same file, and where it does not say so, the file is fetched again.
"""

from __future__ import annotations

import re
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from time import monotonic
from weakref import finalize

from kpi.data.addresses import STORES, Address, address
from kpi.data.fetching import Budget, FetchError, NotThereError, Response
from kpi.errors import KpiError
from kpi.plan.model import FetchedFile, RemoteAccess

_FRESH_SECONDS = 60.0
_ODD = re.compile(r"[^\w.-]+", re.ASCII)


class NotAllowedError(KpiError):
    """An address on a host that was not allowed."""


def fetched(text: str, access: RemoteAccess) -> list[Path]:
    """The copies of the files that an address leads to; none where there is no such file.

    Raises AddressError for what is never fetched, NotAllowedError for a host that was not allowed, and KpiError for
    what cannot be fetched or needs a library that is not installed.
    """
    place = address(text)
    if place.host not in access.hosts:
        raise NotAllowedError(
            f'"{place.name}" is not in the project, and the command does not allow to fetch files from there',
            hint=f"add --allow-remote {place.host}",
        )
    try:
        return _of_store(place, access) if place.scheme in STORES else _of_web(place, access)
    except NotThereError:
        return []
    except FetchError as error:
        raise KpiError(f'"{place.name}" cannot be fetched: {error.message}', hint=error.hint) from None


def _of_web(place: Address, access: RemoteAccess) -> list[Path]:
    from kpi.data import web_files

    known = access.files.get(place.url)
    if known is None or monotonic() - known.checked > _FRESH_SECONDS:
        target = _target(access, place.url, place.name, known)
        answer = web_files.fetch(place, known, target, _budget(access))
        known = _kept(access, place.url, place.name, target, answer, known)
    return [known.path]


def _of_store(place: Address, access: RemoteAccess) -> list[Path]:
    from kpi.data.object_store import Bucket

    bucket = Bucket(place)
    paths = []
    for key in bucket.find():
        name = f"{place.scheme}://{place.host}/{key}"
        known = access.files.get(name)
        if known is None or monotonic() - known.checked > _FRESH_SECONDS:
            target = _target(access, name, name, known)
            known = _kept(access, name, name, target, bucket.fetch(key, known, target, _budget(access)), known)
        paths.append(known.path)
    return paths


def _budget(access: RemoteAccess) -> Budget:
    return Budget(sum(file.size for file in access.files.values()))


def _target(access: RemoteAccess, url: str, name: str, known: FetchedFile | None) -> Path:
    """Where to write the copy of a file, with the ending that tells what it is."""
    if access.folder is None:
        access.folder = Path(mkdtemp(prefix="kpi-"))
        finalize(access, rmtree, access.folder, ignore_errors=True)
    if known is not None:
        return known.path.with_name(f"new-{known.path.name}")
    folder = access.folder / f"{len(access.files):06}"
    folder.mkdir(exist_ok=True)
    ending = name.rpartition("/")[2].partition("#")[0]
    return folder / (_ODD.sub("_", ending).lstrip(".")[-100:] or "file")


def _kept(
    access: RemoteAccess, url: str, name: str, target: Path, answer: Response, known: FetchedFile | None
) -> FetchedFile:
    """Note a copy. A newer one takes the place of the one before."""
    path = target
    if known is not None:
        path = known.path
        if not answer.unchanged:
            target.replace(path)
    kept = FetchedFile(path, answer.version, monotonic(), answer.size)
    access.files[url] = kept
    access.names[path] = name
    return kept
