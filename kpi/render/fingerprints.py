"""What makes a finding the same one in the next run: its file, rule, subject and message, not its line."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from kpi.diagnostics import Diagnostic


def fingerprints(findings: Iterable[Diagnostic]) -> Iterator[str]:
    """One of 64 hexadecimal digits for each finding; no two are equal, because consumers take equal ones for one."""
    seen: Counter[tuple[str, ...]] = Counter()
    for found in findings:
        marks = (found.location.file, found.code, found.subject, found.message)
        seen[marks] += 1
        text = "\0".join((*marks, str(seen[marks])))
        yield hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
