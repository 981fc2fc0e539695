"""A baseline holds the findings that existed when a team started to lint, so that only new ones are reported.

A finding is identified by rule and subject, not by line, so that a baseline survives edits elsewhere in the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kpi.diagnostics import Diagnostic
from kpi.errors import InputError
from kpi.lint.registry import RULES

Baseline = Counter[tuple[str, str]]


def make_baseline(findings: Iterable[Diagnostic]) -> str:
    """Return the text of a baseline file: JSON, one finding per line, sorted, so that its diffs are readable.

    Errors are left out, and so is a target in prose, because nothing can be computed until they are fixed.
    """
    import json

    codes = {rule.code for rule in RULES} - {"M103"}
    counts = Counter((found.subject, found.code) for found in findings if found.code in codes)
    lines = [
        "  " + json.dumps({"subject": subject, "rule": code, "count": count}, ensure_ascii=False)
        for (subject, code), count in sorted(counts.items())
    ]
    listed = ",\n".join(lines)
    return f'{{"version": 1, "findings": [\n{listed}\n]}}\n' if lines else '{"version": 1, "findings": []}\n'


def read_baseline(text: str, file: str) -> Baseline:
    """Return the number of findings by subject and rule. Raise InputError if the text is not a baseline."""
    import json

    try:
        written = json.loads(text)
        if written["version"] != 1:
            raise ValueError
        return Counter({(str(one["subject"]), str(one["rule"])): int(one["count"]) for one in written["findings"]})
    except (ValueError, KeyError, TypeError):
        hint = "kpi lint --write-baseline makes one"
        raise InputError(f"{file} is not a baseline of kpi lint, version 1", hint=hint) from None


def subtract(findings: Iterable[Diagnostic], baseline: Baseline) -> tuple[list[Diagnostic], int]:
    """Return the findings that are not in the baseline, and how many findings of the baseline no longer exist."""
    left = Counter(baseline)
    new = []
    for found in findings:
        known = (found.subject, found.code)
        if left[known] > 0:
            left[known] -= 1
        else:
            new.append(found)
    return new, sum(count for count in left.values() if count > 0)
