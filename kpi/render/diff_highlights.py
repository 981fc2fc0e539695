"""What matters most in a comparison, in sentences: which statuses changed, and because of what."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kpi.render.diff_view import DiffView, Numbers, known_statuses, numbers

if TYPE_CHECKING:
    from kpi.diff.changes import ChangeClass
    from kpi.status import Status

MOST = 3  # sentences; a summary that is longer is none
# The better, the higher; statuses that say nothing about the value are not compared.
_ORDER = {"red": 0, "yellow": 1, "green": 2}
_EASIER = ("loosened", "later")
# Why the status of one KPI changed, and of several.
_REASONS: dict[ChangeClass, tuple[str, str]] = {
    "loosened": ("its target was loosened", "their targets were loosened"),
    "later": ("its date is later", "their dates are later"),
    "tightened": ("its target was tightened", "their targets were tightened"),
    "earlier": ("its date is earlier", "their dates are earlier"),
    "formula": ("its formula changed", "their formulas changed"),
    "window": ("its window changed", "their windows changed"),
    "source": ("its values were edited", "their values were edited"),
    "baseline": ("its baseline changed", "their baselines changed"),
}
_OTHER = ("its definition changed", "their definitions changed")
_USED = ("something that it uses changed", "something that they use changed")
_BECAME: dict[Status, tuple[str, str]] = {
    "green": ("turned green", "turned green"),
    "yellow": ("turned yellow", "turned yellow"),
    "red": ("turned red", "turned red"),
    "stale": ("became stale", "became stale"),
    "no data": ("has no data any more", "have no data any more"),
    "no target": ("has no target any more", "have no target any more"),
}

_Key = tuple[int, "Status", tuple[tuple[str, str], ...]]


def highlights(view: DiffView) -> list[str]:
    """What a reviewer should know first, such as "1 KPI turned green because its target was loosened".

    The statuses that became better only because the target did are first. Empty if no values were requested, or if no
    status changed.
    """
    turned: Counter[_Key] = Counter()
    gone = unknown = 0
    for one in numbers(view):
        before, after = known_statuses(one.values)
        unknown += one.values.unknown
        gone += before == "red" and after is None and "removed" in one.kinds
        if before is not None and after is not None and before != after:
            turned[_rank(one, before, after), after, _reasons(one)] += 1
    sentences = [(key[0], _turned(count, *key[1:])) for key, count in turned.items()]
    if gone:
        sentences.append((1, f"{_kpis(gone)} that {_were(gone)} red {_were(gone)} removed"))
    sentences.sort(key=lambda one: one[0])
    found = [sentence for _, sentence in sentences]
    if len(found) > MOST:
        found[MOST - 1 :] = [f"{len(found) - MOST + 1} more changes of a status"]
    return [*found, f"{_kpis(unknown)} could not be computed"] if unknown else found


def _turned(count: int, status: Status, reasons: tuple[tuple[str, str], ...]) -> str:
    number = 0 if count == 1 else 1
    because = " and ".join(reason[number] for reason in reasons)
    return f"{_kpis(count)} {_BECAME[status][number]} because {because}"


def _reasons(one: Numbers) -> tuple[tuple[str, str], ...]:
    found = [_REASONS.get(kind, _OTHER) for kind in one.kinds]
    if one.because:
        found.append(_USED)
    return tuple(dict.fromkeys(found)) or (_OTHER,)


def _rank(one: Numbers, before: Status, after: Status) -> int:
    """The place of a change of status: first those that an easier target made better, then those that became worse."""
    if before in _ORDER and after in _ORDER:
        better = _ORDER[after] > _ORDER[before]
        return 0 if better and any(kind in _EASIER for kind in one.kinds) else 3 if better else 2
    return 4


def _kpis(count: int) -> str:
    return "1 KPI" if count == 1 else f"{count} KPIs"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
