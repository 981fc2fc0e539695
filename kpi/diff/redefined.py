"""What git says about values entered by hand: whether what they measure was changed while they stayed as they were.

Values of a formula need none of this: those of all periods are computed with the formula as it is now.
"""

from __future__ import annotations

from collections.abc import Iterator

from kpi.diff.history import Event, History
from kpi.plan.model import Kpi
from kpi.values import Calendar, parse_label
from kpi.values.date_words import day_in_words

_FIELDS = ("question", "unit", "kind")  # what a value entered by hand is an answer to


def redefined(history: History, kpi: Kpi, calendar: Calendar) -> tuple[str, ...]:
    """Changes of what ``kpi`` measures between two of its values, without a note that marks a break there, one sentence
    each, newest first. Whether the values before can be compared with those after is for its owner to say."""
    if kpi.formula is not None:
        return ()
    starts = {label: parse_label(label, calendar).start for label in (*kpi.values, *kpi.breaks)}
    found = []
    for event in history.events:
        known = _values_before(event)
        fields = list(_changed(event))
        if not known or not fields:
            continue
        last = max(known, key=lambda label: parse_label(label, calendar).start)
        end = parse_label(last, calendar).start
        later = sorted((label for label in kpi.values if starts[label] > end), key=lambda label: starts[label])
        if later and not any(starts[label] > end for label in kpi.breaks):
            subject = f"{' and '.join(fields)} {'was' if len(fields) == 1 else 'were'} changed{_when(event)}"
            found.append(
                f"{subject} while the values up to {last} stayed as they are; "
                f"if these cannot be compared with those after, write notes: {{{later[0]}: {{break: …}}}}"
            )
    return tuple(found)


def _values_before(event: Event) -> list[str]:
    """The labels of the values that an event left as they were; none if it changed one, or if there was a formula."""
    before = event.before.read.plan.kpis.get(event.id_before or "")
    after = event.after.read.plan.kpis.get(event.id)
    if before is None or after is None or before.formula is not None or after.formula is not None:
        return []
    return list(before.values) if before.values.items() <= after.values.items() else []


def _changed(event: Event) -> Iterator[str]:
    return (name for name in _FIELDS if any(change.field == name for change in event.changes))


def _when(event: Event) -> str:
    commit = event.commit
    return "" if commit is None else f" on {day_in_words(commit.day)} ({commit.hash[:7]}, {commit.author})"
