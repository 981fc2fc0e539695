"""How often each rule fires on poor statements of goals and on good ones.

Usage: python benchmarks/statements.py FILE.tsv [--show bad|good] [--rule CODE] [--complete]

FILE has a header and either the columns ``bad_text`` and ``good_text``, or ``kind`` (goal, key_result, target, kpi) and
``text``. Each statement becomes the name of a goal and nothing else (a KPI's, of a KPI), with ``--complete`` of a goal
with owner, date, review and a KPI, so that only what is wrong with the sentence itself is left.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

from kpi.data import check_plan
from kpi.lint import Options, lint
from kpi.lint.registry import RULES
from kpi.plan.loading import read_plan

TODAY = date(2026, 1, 15)
COMPLETE = "owner: ana@acme.example, due: 2026-12-31, review: {every: month, last: 2026-01-10}"
MEASURED = 'owner: ana@acme.example, unit: points, every: month, baseline: 1, target: "at least 5 by 2026-12-31"'


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--show", help="print the statements of this side with what was found")
    parser.add_argument("--rule", help="with --show: only those that this rule flags")
    parser.add_argument("--complete", action="store_true", help="the goals lack nothing but a good name")
    asked = parser.parse_args()
    sides = read(asked.file)
    found = {side: findings(statements, asked.complete) for side, statements in sides.items()}
    if asked.show:
        for (text, _), codes in zip(sides[asked.show], found[asked.show], strict=True):
            if asked.rule is None or asked.rule in codes:
                print(f"{' '.join(sorted(codes)) or '-':40} {text[:200]}")
        return
    print(f"{'':36}" + "".join(f"{side:>18}" for side in sides))
    for rule in RULES:
        counts = [sum(rule.code in codes for codes in found[side]) for side in sides]
        if any(counts):
            print(f"{rule.code} {rule.name:31}" + "".join(map(share, counts, (len(found[side]) for side in sides))))
    for label, families in (("any S, M or T rule", "SMT"), ("any S (word) rule", "S")):
        counts = [sum(any(code[0] in families for code in codes) for codes in found[side]) for side in sides]
        print(f"{label:36}" + "".join(map(share, counts, (len(found[side]) for side in sides))))
    sure = {rule.code for rule in RULES if rule.severity != "info"}
    counts = [sum(bool(sure & codes & {c for c in codes if c[0] in "SMT"}) for codes in found[side]) for side in sides]
    print(f"{'any of them at warning or error':36}" + "".join(map(share, counts, (len(found[side]) for side in sides))))


def share(count: int, of: int) -> str:
    return f"{count:>10} {count / of:>6.1%}" if of else f"{'-':>17}"


def read(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Statements with their kind, by the side they are on."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    if "bad_text" in rows[0]:
        return {
            side: [(row[f"{side}_text"], "goal") for row in rows if row[f"{side}_text"].strip()]
            for side in ("bad", "good")
        }
    kinds = Counter(row["kind"] for row in rows)
    return {kind: [(row["text"], kind) for row in rows if row["kind"] == kind] for kind in kinds}


def findings(statements: list[tuple[str, str]], complete: bool) -> list[set[str]]:
    """The codes found on each statement."""
    goals, kpis = [], []
    for number, (text, kind) in enumerate(statements):
        if kind == "kpi":
            fields = f"name: {json.dumps(text.split(': ')[0])}"
            kpis.append(f"  s{number}: {{{fields}{', ' + MEASURED if complete else ''}}}")
        else:
            goals.append(f"  s{number}: {{name: {json.dumps(text)}{', ' + COMPLETE if complete else ''}}}")
            if complete:
                kpis.append(f"  k{number}: {{name: Points, goal: s{number}, {MEASURED}}}")
    text = "\n".join(["version: 1", "goals:", *goals, "kpis:", *kpis, ""])
    read_ = read_plan(Path("statements.kpi.yaml"), text=text)
    found: list[set[str]] = [set() for _ in statements]
    for finding in lint(check_plan(read_), read_.texts, Options(TODAY, ignore=["B", "F", "L"])):
        parts = finding.subject.split(".")
        if len(parts) > 1 and parts[1][0] == "s":
            found[int(parts[1][1:])].add(finding.code)
    return found


if __name__ == "__main__":
    main()
