"""What was last sent, in a file of the user's own, never in the project unless the user says so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.errors import InputError
from kpi.run.cache.place import state_of
from kpi.status import WORST_FIRST
from kpi.status.digest import LastSummary, Sent
from kpi.writing import create_file

if TYPE_CHECKING:
    from kpi.plan.model import Plan

_MOST = 10_000_000  # bytes


def place_for(plan: Plan, address: str) -> Path | None:
    """The file for one address in the user's folder for state; None where there is none. The address is not in it."""
    folder = state_of(plan.folder, plan.root)
    return None if folder is None else folder / f"shared-{hashlib.sha256(address.encode()).hexdigest()[:16]}.json"


def read_last(path: Path) -> LastSummary | None:
    """The last summary; None if there was none. Raises InputError if the file is something else."""
    try:
        if path.stat().st_size > _MOST:
            raise ValueError
        written = json.loads(path.read_text(encoding="utf-8"))
        if written["version"] != 1:
            raise ValueError
        kpis = {str(id_): _sent(one) for id_, one in written["kpis"].items()}
        return LastSummary(date.fromisoformat(written["as_of"]), kpis)
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise InputError(f"{path} cannot be read: {fault.strerror or fault}") from None
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration):
        raise InputError(f"{path} is not a file of kpi share, version 1", hint="remove it, or name another") from None


def write_last(path: Path, last: LastSummary, *, folder: bool = False) -> None:
    """Remember a summary that was sent. ``folder``: make the folder too. Raises InputError."""
    if folder:
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as fault:
            raise InputError(f"{path.parent} cannot be made: {fault.strerror or fault}") from None
    content = {
        "version": 1,
        "as_of": last.as_of.isoformat(),
        "kpis": {
            id_: {"status": one.status, "display": one.display, "name": one.name} for id_, one in last.kpis.items()
        },
    }
    create_file(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n", private=True)


def _sent(one: Mapping[str, Any]) -> Sent:
    status = next(known for known in WORST_FIRST if known == one["status"])
    name, display = one["name"], one["display"]
    if not isinstance(name, str) or not (display is None or isinstance(display, str)):
        raise ValueError
    return Sent(status, display, name)
