"""A baseline holds the findings that existed when a team started to lint, so that only new ones are reported.

A finding is identified by plan, rule and subject, not by file and line, so that a baseline survives edits elsewhere and
entries that move to another file of the plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from kpi.diagnostics import Diagnostic
from kpi.errors import InputError
from kpi.lint.registry import RULES

Baseline = Counter[tuple[str, str, str]]  # plan (its main file, "" in old baselines), subject and rule


def make_baseline(findings: Iterable[tuple[str, Diagnostic]], kept: Mapping[tuple[str, str, str], int] = {}) -> str:
    """Return the text of a baseline file: JSON, one finding per line, sorted, so that its diffs are readable.

    Each finding comes with its plan; ``kept`` are those of an older baseline that remain. Errors are left out, and so
    is a target in prose, because nothing can be computed until they are fixed.
    """
    import json

    codes = {rule.code for rule in RULES} - {"M103"}
    counts = Counter((plan, found.subject, found.code) for plan, found in findings if found.code in codes)
    counts.update(kept)
    lines = [
        "  " + json.dumps(_entry(*key, count), ensure_ascii=False) for key, count in sorted(counts.items()) if count > 0
    ]
    listed = ",\n".join(lines)
    return f'{{"version": 1, "findings": [\n{listed}\n]}}\n' if lines else '{"version": 1, "findings": []}\n'


def _entry(plan: str, subject: str, code: str, count: int) -> dict[str, object]:
    return ({"plan": plan} if plan else {}) | {"subject": subject, "rule": code, "count": count}


def read_baseline(text: str, file: str) -> Baseline:
    """Return the number of findings by plan, subject and rule. Raise InputError if the text is not a baseline."""
    import json

    try:
        written = json.loads(text)
        if written["version"] != 1:
            raise ValueError
        return Counter(
            {
                (str(one.get("plan", "")), str(one["subject"]), str(one["rule"])): int(one["count"])
                for one in written["findings"]
            }
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        hint = "kpi lint --write-baseline makes one"
        raise InputError(f"{file} is not a baseline of kpi lint, version 1", hint=hint) from None


def subtract(
    findings: Iterable[tuple[str, Diagnostic]], baseline: Baseline
) -> tuple[list[tuple[str, Diagnostic]], Baseline]:
    """Return the findings that are not in the baseline, each with its plan, and what of the baseline was not found."""
    left = Counter(baseline)
    new = []
    for plan, found in findings:
        known = next(
            (key for key in ((plan, found.subject, found.code), ("", found.subject, found.code)) if left[key] > 0), None
        )
        if known is None:
            new.append((plan, found))
        else:
            left[known] -= 1
    return new, +left
