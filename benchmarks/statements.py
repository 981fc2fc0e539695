"""How often each rule fires on poor statements of goals and on good ones.

Usage: python benchmarks/statements.py FILE.tsv [--show bad|good] [--rule CODE] [--complete] [--missed KIND]

FILE has a header and the columns ``bad_text`` and ``good_text``, or ``kind`` (goal, key_result, target, kpi) and
``text``, with an optional ``label``: the letters of ``KINDS`` that a reader found to be true of the statement, "S" if
it is sound. With labels the recall of each kind of fault and the precision of each rule are printed, beside those of a
plain list of weasel words and, where they are installed, of proselint and write-good.

Each statement becomes the name of a goal and nothing else (a KPI's, of a KPI), with ``--complete`` of a goal
with owner, date, review and a KPI, so that only what is wrong with the sentence itself is left.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

from kpi.data import check_plan
from kpi.lint import Options, lint
from kpi.lint.registry import RULES
from kpi.lint.vocabulary import word_set
from kpi.plan.loading import read_plan

TODAY = date(2026, 1, 15)
COMPLETE = "owner: ana@acme.example, due: 2026-12-31, review: {every: month, last: 2026-01-10}"
MEASURED = 'owner: ana@acme.example, unit: points, every: month, baseline: 1, target: "at least 5 by 2026-12-31"'


KINDS = {
    "W": "vague word",
    "A": "activity, output, done or not",
    "2": "two goals in one",
    "V": "vanity or raw count",
    "N": "no measure at all",
    "T": "target in the name",
    "D": "window, statistic or base missing",
}
# The kinds of fault that each rule on wording names. A finding of another kind than the reader's does not count.
NAMES = {
    "S101": "W", "S102": "W", "S103": "W", "S104": "2", "S105": "NW", "S106": "NW", "S107": "WN", "S108": "N",
    "S109": "W",
    "M106": "T", "M107": "A", "M108": "A", "M113": "AW", "M117": "A", "M118": "V", "M119": "DN",
}  # fmt: skip
# The words that plain-language guides and requirements checkers warn of, as whole words, without any grammar.
PLAIN_WORDS = word_set(
    "adequate agile appropriate best better capable clear collaborative cohesive comprehensive continuous "
    "cutting-edge dynamic easy effective effectively efficient efficiently efficiency empower enable "
    "engage engaged engagement enhance excellence excellent experience fast flexible foster good great "
    "high-quality holistic impact impactful improve improved innovation innovative inspire leading "
    "leverage maximize meaningful minimize modern normal optimal optimize proactive productive "
    "productivity proper quality quick reliable resilient responsive robust scalable seamless significant "
    "significantly smart strategic streamline strengthen strong sufficient support sustainable synergy "
    "thriving timely transform transparent transparency user-friendly value vibrant world-class "
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--show", help="print the statements of this side with what was found")
    parser.add_argument("--rule", help="with --show: only those that this rule flags")
    parser.add_argument("--missed", help="with labels: print the statements of this kind of fault that no rule names")
    parser.add_argument("--complete", action="store_true", help="the goals lack nothing but a good name")
    asked = parser.parse_args()
    if (labelled := read_labelled(asked.file)) is not None:
        report(labelled, asked.missed, asked.rule)
        return
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


def read_labelled(path: Path) -> list[tuple[str, str, str]] | None:
    """Text, kind and label of each statement, or None if the file has no labels."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(row["text"], row["kind"], row["label"]) for row in rows] if "label" in rows[0] else None


def report(labelled: list[tuple[str, str, str]], missed: str | None, rule: str | None) -> None:
    """Print recall by kind of fault and precision by rule, or the statements that are asked for."""
    found = [
        codes & NAMES.keys()
        for codes in findings([(text, kind) for text, kind, _ in labelled], complete=False, whole=True)
    ]
    names = [{name for code in codes for name in NAMES[code]} for codes in found]
    if missed or rule:
        for (text, _, label), codes, named in zip(labelled, found, names, strict=True):
            wanted = rule in codes if rule else missed in label and not named & set(label)
            if wanted:
                print(f"{label:4} {' '.join(sorted(codes)) or '-':20} {text[:150]}")
        return
    print(f"{'kind of fault':36}{'statements':>12}{'named rightly':>16}{'flagged':>16}")
    faulty = [at for at, (_, _, label) in enumerate(labelled) if label != "S"]
    sound = [at for at, (_, _, label) in enumerate(labelled) if label == "S"]
    for letter, kind in KINDS.items():
        of = [at for at in faulty if labelled[at][2][0] == letter]
        right = sum(bool(names[at] & set(labelled[at][2])) for at in of)
        print(f"{kind:36}{len(of):>12}{share(right, len(of))}{share(sum(bool(found[at]) for at in of), len(of))}")
    right = sum(bool(names[at] & set(labelled[at][2])) for at in faulty)
    flagged = sum(bool(found[at]) for at in faulty)
    print(f"{'all faulty':36}{len(faulty):>12}{share(right, len(faulty))}{share(flagged, len(faulty))}")
    print(f"{'sound':36}{len(sound):>12}{'':>17}{share(sum(bool(found[at]) for at in sound), len(sound))}")
    print(f"\n{'rule':36}{'findings':>12}{'on a faulty one':>17}{'and of its kind':>17}")
    for entry in RULES:
        at_ = [at for at, codes in enumerate(found) if entry.code in codes]
        if at_:
            faults = sum(labelled[at][2] != "S" for at in at_)
            right = sum(not set(NAMES[entry.code]).isdisjoint(labelled[at][2]) for at in at_)
            print(f"{entry.code} {entry.name:31}{len(at_):>12}{share(faults, len(at_))}{share(right, len(at_))}")
    print(f"\n{'compared with':36}{'faulty flagged':>17}{'sound flagged':>17}")
    for name, flags in others([text for text, _, _ in labelled]).items():
        counts = [share(sum(flags[at] for at in side), len(side)) for side in (faulty, sound)]
        print(f"{name:36}" + "".join(counts))


def others(texts: list[str]) -> dict[str, list[bool]]:
    """Which texts other checkers of prose flag: a plain list of words, and proselint and write-good if installed."""
    checked = {
        "plain list of words": [
            not PLAIN_WORDS.isdisjoint(re.findall(r"[a-z]+(?:-[a-z]+)*", text.lower())) for text in texts
        ]
    }
    if shutil.which("proselint"):
        checked["proselint"] = [_flags(["proselint", "check"], text) for text in texts]
    if shutil.which("write-good"):
        checked["write-good"] = [_flags(["write-good"], text) for text in texts]
    return checked


def _flags(command: list[str], text: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "statement.md")
        file.write_text(text + ".\n", encoding="utf-8")
        return subprocess.run([*command, str(file)], capture_output=True, check=False).returncode != 0


def findings(statements: list[tuple[str, str]], complete: bool, whole: bool = False) -> list[set[str]]:
    """The codes found on each statement. A KPI's name ends at a colon unless the ``whole`` text is its name."""
    goals, kpis = [], []
    for number, (text, kind) in enumerate(statements):
        if kind == "kpi":
            fields = f"name: {json.dumps(text if whole else text.split(': ')[0])}"
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
