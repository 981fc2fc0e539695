"""Which commit last changed each field of a KPI definition."""

from __future__ import annotations

from typing import NamedTuple

from kpi.diff.changes import Change
from kpi.diff.commit import Commit
from kpi.diff.fields import ComparedPlan, FieldMeanings
from kpi.diff.goalposts import PARTS, target_text
from kpi.diff.history import Event, History
from kpi.diff.names import SAME
from kpi.plan.checks import Checked
from kpi.plan.model import Kpi

# The fields of a KPI in the order in which they are documented.
ORDER = (
    "id", "name", "goal", "question", "owner", "indicator", "leads", "kind", "unit", "every", "formula", "window",
    "since", "baseline", "path", "target", "thresholds", "split", "ambition", "score", "weight", "guardrails",
    "when_red", "tags", "notes", "values",
)  # fmt: skip


class Blamed(NamedTuple):
    """One field, its current text, and the commit that last changed it.

    ``commit`` is None if the field is not committed yet or, with ``is_known`` False, if a shallow clone lacks the
    commit. Fields of measures and sources that the KPI uses begin with ``measures.`` and ``sources.``; they are listed
    if they changed since the KPI was added.
    """

    field: str
    text: str | None
    commit: Commit | None
    is_known: bool = True


def blame(checked: Checked, history: History, id_: str) -> list[Blamed]:
    """The fields in the definition of a KPI, in the order in which they are documented."""
    kpi = checked.plan.kpis[id_]
    found = []
    for field, text in _fields(checked, kpi).items():
        event = next((one for one in history.events if _wrote(one, field)), None)
        found.append(Blamed(field, text, None if event is None else event.commit, event is not None))
    seen: set[tuple[str, str | None]] = set()
    for one in history.events:
        for change in one.because:
            if (change.subject, change.field) not in seen:
                seen.add((change.subject, change.field))
                found.append(Blamed(_named(change), change.after, one.commit))
    return found


def _wrote(event: Event, field: str) -> bool:
    """Whether an event set a field. Adding or renaming a KPI sets its id."""
    return any(
        change.kind == "added" or change.field == field or (change.field or "").startswith(f"{field}.")
        for change in event.changes
    )


def _fields(checked: Checked, kpi: Kpi) -> dict[str, str]:
    meanings: FieldMeanings = ComparedPlan(checked, SAME).kpi(kpi)
    texts = {"id": kpi.id} | {name: meaning.text for name, meaning in meanings.items()}
    if kpi.formula is not None:
        texts["formula"] = " ".join(kpi.formula.split())
    if kpi.since is not None:
        texts["since"] = kpi.since.isoformat()
    if kpi.target is not None:
        texts["target"] = target_text(kpi.target) or ""
    if kpi.thresholds is not None:
        texts["thresholds.green"] = target_text(kpi.thresholds.green) or ""
        if kpi.thresholds.yellow is not None:
            texts["thresholds.yellow"] = target_text(kpi.thresholds.yellow) or ""
    for name, target in (kpi.split.targets if kpi.split is not None else {}).items():
        texts[f"{PARTS}{name}"] = target_text(target) or ""
    written = {name: text for name, text in texts.items() if name == "id" or _is_written(checked, kpi, name)}
    return dict(sorted(written.items(), key=lambda item: ORDER.index(item[0].partition(".")[0])))


def _is_written(checked: Checked, kpi: Kpi, field: str) -> bool:
    """Whether a field is in the file rather than being a default."""
    return checked.places.has(("kpis", kpi.id, field.partition(".")[0]))


def _named(change: Change) -> str:
    return change.subject if change.field is None else f"{change.subject}.{change.field}"
