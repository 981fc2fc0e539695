"""Writes docs/performance.md from docs/performance.json, what the benchmarks found when they were last run.

python docs/make_performance.py                     writes the page anew
python docs/make_performance.py --measure           runs all benchmarks first, for a good half hour
python docs/make_performance.py --measure startup   runs those that are named
python docs/make_performance.py --check             only says whether the page is still right
"""

from __future__ import annotations

import argparse
import ast
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

REPOSITORY = Path(__file__).parents[1]
BENCHMARKS = REPOSITORY / "benchmarks"
PAGE = Path(__file__).with_name("performance.md")
FOUND = Path(__file__).with_name("performance.json")
HEAD = """\
# How fast it is

Made by `python docs/make_performance.py` from what the benchmarks found; a test holds the two together.

Each figure is about whole processes, from the start of Python to the last byte printed. What is compared runs in turn,
and each ratio is that of two runs of one turn, so that a busy machine slows both alike: below 1, `kpi` takes less. The
first turn is not counted. A verdict is on the median, in bold where it is over its limit. *Processor* is the median of
the ratios of processor times, which a busy machine disturbs least. Times are medians, and only there to know the order
of things; on another machine they are others.
"""
TAIL = """\
## Not about time

`python benchmarks/statements.py FILE.tsv` says how often each rule of `kpi lint` fires on poor statements of goals and
on good ones, which you bring. What a warehouse takes is not measured here: it computes, and only its answers travel.

`python benchmarks/same_output.py OTHER/.venv/bin/kpi` runs another version and this one over the examples and over
plans for data sets that you bring, and reports every byte that they print differently.
"""
# In the order of the page.
TITLES = {
    "startup": "Waiting for a command",
    "metrics": "A day's question, against pandas and dbt MetricFlow",
    "cached": "Nothing has changed",
    "large": "Many rows",
    "scaling": "More rows, more KPIs",
    "lint": "Reviewing a large plan",
    "diff": "Comparing two plans",
}
# What a reader should know before believing a table.
REMARKS = {
    "startup": "DuckDB itself, imported and asked once, is most of what `kpi status` takes on a small project.",
    "metrics": """\
MetricFlow reads the CSV files through views, as `kpi` reads them anew, and its project is parsed and built before
the clock starts. Its time is mostly that of loading Python modules, so it says what a person waits on a laptop and
nothing about a warehouse with large tables. The net promoter score, which is by quarter, is computed by `kpi` only:
one `mf query` has one grain. pandas reads one file, `kpi` all that its KPIs need, and judges and draws them.""",
    "cached": """\
The second answer comes without loading DuckDB. Of a glob of files, only those that changed are read again where every
aggregate can be put together from days; the table's last line has sums, counts and averages only. Distinct counts
and medians need all rows again.""",
    "large": """\
The SQL by hand makes one temporary table of the columns needed, then asks one query for each grain and each kind of
window. pandas reads only the columns needed, texts as categories; it uses one core, so that the ratio of wall times is
worse where a core is taken by something else. Where only the last 13 periods are asked for, and the SQL by hand passes
over all older rows, it saves more than `kpi` does: then its ratio is about 0.7.""",
    "scaling": """\
A slope far below 1 on the left says only that starting costs more than computing there; the steps on the right are the
ones to look at. `each more` is what one more row or KPI cost on that step, by wall time. Where wall times stand far
above processor times, the machine was busy with something else; below, `kpi` used several cores.""",
    "lint": "yamllint only looks at the form of the YAML; `kpi lint` reads the same text and checks what it means.",
    "diff": "Both sides are read and checked, which is what `kpi lint` does with each.",
}


def page(found: dict[str, Any]) -> str:
    """The whole page. Raises KeyError for a benchmark that was not measured."""
    parts = [HEAD, summary(found)]
    for name, title in TITLES.items():
        parts.append("\n".join([f"## {title}\n", *section(name, found[name])]))
    return "\n".join([*parts, TAIL])


def summary(found: dict[str, Any]) -> str:
    """The machines, and what is over its limit."""
    machines = {machine(each["machine"]): None for each in found.values()}
    over = [
        f"{name}: {row['ours']} against {row['theirs']} ({row['median']:.2f}, limit {row['limit']:g})"
        for name, each in found.items()
        for row in each["ratios"]
        if row["limit"] is not None and row["median"] > row["limit"]
    ]
    over += [f"what {TITLES[name]!r} says below its table" for name, each in found.items() if each["missed"]]
    missed = "Over their limits: " + "; ".join(over) + "." if over else "Nothing is over its limit."
    return f"Measured on {'; '.join(machines)}. {missed}\n"


def machine(found: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    return f"{found['system']}, {found['cores']} cores, {found['memory']} ({versions})"


def section(name: str, found: dict[str, Any]) -> Iterator[str]:
    """What was measured, in the script's own words, and what was found."""
    doc = ast.get_docstring(ast.parse((BENCHMARKS / f"{name}.py").read_text(encoding="utf-8"))) or ""
    *words, command = doc.replace("``", "`").split("\n\n")
    yield "\n\n".join(words) + "\n"
    yield f"`{command.strip()}` ({found['turns']} turns)\n"
    if found["ratios"]:
        yield "\n".join(table(found["ratios"])) + "\n"
    for title, points in found.get("series", {}).items():
        yield "\n".join(growth(title, points)) + "\n"
        yield f"![Time by {title}, on logarithmic scales]({picture(title).name})\n"
    said = [line for line in found["said"] if not line.startswith(" ")]  # tables in plain text are made anew here
    if said:
        yield " ".join(said) + "\n"
    yield REMARKS[name] + "\n"


def table(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield "| | takes | against | takes | least | median | most | limit | processor |"
    yield "|---|---:|---|---:|---:|---:|---:|---:|---:|"
    for row in rows:
        median, limit = f"{row['median']:.2f}", "" if row["limit"] is None else f"{row['limit']:g}"
        if limit and row["median"] > row["limit"]:
            median = f"**{median}**"
        cpu = "" if row["cpu"] is None else f"{row['cpu']:.2f}"
        ours, theirs = amount(row["ours_median"], row["of"]), amount(row["theirs_median"], row["of"])
        figures = f"{row['least']:.2f} | {median} | {row['most']:.2f} | {limit} | {cpu}"
        yield f"| {row['ours']} | {ours} | {row['theirs']} | {theirs} | {figures} |"


def growth(title: str, points: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield f"| {title} | time | processor | memory | slope | each more |"
    yield "|---:|---:|---:|---:|---:|---:|"
    for before, here in zip([None, *points], points, strict=False):
        slope = each = ""
        if before:
            times, more = here["seconds"] / before["seconds"], here["size"] / before["size"]
            slope = f"{times / more:.2f}"
            each = small((here["seconds"] - before["seconds"]) / (here["size"] - before["size"]))
        time, cpu, memory = (amount(here[of], of) for of in ("seconds", "cpu", "memory"))
        yield f"| {here['size']:,} | {time} | {cpu} | {memory} | {slope} | {each} |"


def amount(value: float, of: str) -> str:
    if of == "memory":
        return f"{value:,.0f} MiB"
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.0f} ms"


def small(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms" if abs(seconds) >= 1e-4 else f"{seconds * 1e6:.2f} µs"


def picture(title: str) -> Path:
    return PAGE.with_name(f"performance-{title.lower()}.svg")


def measure(names: Sequence[str], found: dict[str, Any]) -> dict[str, Any]:
    """Runs benchmarks, one after the other, and draws what grows. Raises CalledProcessError when one fails."""
    with TemporaryDirectory() as scratch:
        for name in names:
            print(f"{name} …", file=sys.stderr, flush=True)
            result = Path(scratch) / f"{name}.json"
            command = [sys.executable, str(BENCHMARKS / f"{name}.py"), "--json", str(result)]
            done = subprocess.run(command, cwd=REPOSITORY, stdout=sys.stderr)
            if done.returncode not in (0, 1):  # 1: something is over its limit
                raise subprocess.CalledProcessError(done.returncode, command)
            found[name] = json.loads(result.read_text(encoding="utf-8"))
            FOUND.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")  # also if the next one fails
    if "scaling" in names:
        sys.path.insert(0, str(BENCHMARKS))
        from drawing import draw

        for title, points in found["scaling"]["series"].items():
            draw(title, points, picture(title))
    return found


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--measure", nargs="*", choices=list(TITLES), metavar="BENCHMARK")
    options.add_argument("--check", action="store_true")
    asked = options.parse_args()
    found = json.loads(FOUND.read_text(encoding="utf-8")) if FOUND.exists() else {}
    if asked.measure is not None:
        found = measure(asked.measure or list(TITLES), found)
    text = page(found)
    if asked.check:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            print("docs/performance.md is not what was measured: run python docs/make_performance.py", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
