"""A run whose results may be cached from the last one: of the same plan, files, day and program.

Errors are never cached, nor what comes from a warehouse or an address, which do not tell when rows have changed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.data.addresses import is_address
from kpi.run.inputs import RunInputs
from kpi.run.series import Against, Results

if TYPE_CHECKING:
    from kpi.plan.checks import Checked
    from kpi.plan.model import Source
    from kpi.run.cache import Identity, Store


def compute(
    checked: Checked,
    as_of: date,
    *,
    to_date: bool = False,
    kpis: Collection[str] | None = None,
    periods: int = 12,
    against: Against = "previous period",
    cache: Path | None = None,
    parts: bool = True,
    memory: str | None = None,
    seconds: float | None = None,
) -> Results:
    """The series of the KPIs named (None: all) at ``as_of``, a day that counts as over.

    ``to_date`` asks for the running period instead of the last one that is over; ``periods`` is how many of those
    before it make the history. A change is measured ``against`` the period before, or the same one a year ago. A
    source that cannot be read fails only the KPIs that use it: see ``Series.problem`` and ``Results.problems``.
    ``cache`` is a folder for results; None caches nothing. Cached ones have no ``scans``. ``parts``: also the segments
    of KPIs that are split. ``memory`` is what the engine may use, e.g. ``512MB`` (None: 80 % of the
    machine's, and no more than 4 GB); the rest goes to disk. ``seconds`` is how long it may compute (None: what
    ``KPI_TIMEOUT`` says, or ten minutes). Raises nothing for what is in the data.
    """
    if not parts:
        from kpi.plan.checks.splits import unsplit

        checked = unsplit(checked)
    wanted = tuple(checked.plan.kpis if kpis is None else kpis)
    inputs = RunInputs(checked, as_of, wanted, to_date, periods, against)

    def run(store: Store | None = None) -> Results:
        from kpi.run.executor import compute_now

        return compute_now(inputs, store, memory, seconds)

    if cache is None or any(_is_elsewhere(source) for source in checked.plan.sources.values()):
        return run()
    from kpi.run.cache import Store, key_of, program
    from kpi.run.cache.identity import now

    started, files = now(), identities(checked)
    if None in files.values():
        return run()
    definitions = [(kpi.id, kpi.every, repr(kpi.split)) for kpi in checked.plan.kpis.values()]  # as options change them
    key = key_of(
        "results", program(), str(Path.cwd()), str(checked.plan.folder), checked.places.texts,
        [(name, repr(facts)) for name, facts in checked.facts.items()], list(files.values()),
        as_of.isoformat(), to_date, wanted, definitions, periods, against,
    )  # fmt: skip
    store = Store(cache)
    known = cached_results(store, key)
    if known is not None:
        return known
    results = run(store)
    if all(file is not None and file.settled(started) for file in files.values()) and files == identities(checked):
        cache_results(store, key, results)
    return results


def _is_elsewhere(source: Source) -> bool:
    """Whether nothing on this machine tells that the rows of a source have changed."""
    return source.connection is not None or any(map(is_address, source.path))


def identities(checked: Checked) -> dict[Path, Identity | None]:
    """The identity of every file of every source, now; None for one that is gone."""
    from kpi.run.cache import identity_of

    paths = dict.fromkeys(path for facts in checked.facts.values() for path in facts.files)
    return {path: identity_of(path) for path in paths}


def cached_results(store: Store, key: str) -> Results | None:
    """The results cached under ``key``, or None."""
    from kpi.run.cache import from_text

    text = store.get(key)
    if text is None:
        return None
    try:
        return from_text(Results, text)
    except ValueError:  # damaged in a way that the checksum does not show; it is written again
        return None


def cache_results(store: Store, key: str, results: Results) -> None:
    """Cache results that have no problems and are read back exactly as they are."""
    from kpi.run.cache import from_text, to_text

    if results.problems or any(series.failed for series in results.series.values()):
        return
    quiet = replace(results, scans={})
    try:
        text = to_text(quiet)
        same = from_text(Results, text) == quiet
    except ValueError:  # NaN
        return
    if same:
        store.put(key, text)
