"""What more rows and more KPIs cost: the whole process of `kpi status --no-cache`, from 10^4 rows to 10^7, and from 1
KPI on a source to 500.

The rows are orders under 14 KPIs at three grains; the KPIs are a mix over 100,000 orders: sums, counts, averages,
ratios, distinct counts, a few medians; plain months, weeks and quarters, rolling windows and years to date; each with
a filter of its own. Each step has a slope, how much more time it takes for how much more there is: linear is 1, and
less is better. A verdict is on the steepest.

    python benchmarks/scaling.py [--turns 3] [--most-rows 10000000] [--most-kpis 500] [--plot FOLDER] [--json FILE]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TypedDict

from orders import PLAN, make
from racing import KPI, Run, in_turn, installed, parser, report, run

ROWS = [10_000, 100_000, 1_000_000, 10_000_000]
KPIS, ROWS_BELOW_KPIS = [1, 2, 5, 10, 20, 50, 100, 200, 500], 100_000
STEEPEST = 1.1  # linear, and a tenth for the noise of a machine

# In this order again and again; {where} is a filter that is different each time.
FORMULAS = [
    "sum(orders.amount[{where}])",
    "count(orders[{where}]) / count(orders)",
    "count(orders[{where}])",
    "avg(orders.amount[{where}])",
    "sum(orders.amount[{where}]) / count(orders[{where}])",
    "count_distinct(orders.customer_id[{where}])",
    "sum(orders.quantity[{where}]) / sum(orders.quantity)",
    "count_distinct(orders.product_id[{where}])",
    "max(orders.amount[{where}])",
    "median(orders.amount[{where}])",
]
PERIODS = ["every: month", "every: week", "every: month, window: 3 months", "every: quarter"]
PERIODS += ["every: month, window: 12 months", "every: month, window: year to date", "every: month"]
CHANNELS, STATES = ["web", "app", "store", "phone"], ["paid", "refunded", "open"]


class Point(TypedDict):
    """One size: its median times in seconds and its median memory in MiB."""

    size: int
    seconds: float
    cpu: float
    memory: float


def plan(kpis: int) -> str:
    """So many KPIs on one source."""
    head = ["version: 1", "as_of: 2026-06-30", "sources:", "  orders: {path: orders.csv, date: ordered_at}", "kpis:"]
    return "\n".join(head + [entry(number) for number in range(kpis)]) + "\n"


def entry(number: int) -> str:
    where = f'channel == "{CHANNELS[number % 4]}" and status == "{STATES[number % 3]}" and amount > {number % 190}'
    formula = FORMULAS[number % len(FORMULAS)].format(where=where)
    return f"  kpi_{number}: {{name: Number {number}, {PERIODS[number % len(PERIODS)]}, formula: '{formula}'}}"


def point(size: int, runs: Sequence[Run]) -> Point:
    seconds, cpu, memory = (median(getattr(run, of) for run in runs) for of in ("seconds", "cpu", "memory"))
    return {"size": size, "seconds": seconds, "cpu": cpu, "memory": memory}


def by_rows(turns: int, most: int) -> list[Point]:
    """More and more orders under the same plan."""
    sizes = [size for size in ROWS if size <= most]
    with TemporaryDirectory() as scratch, installed() as environment:
        ways = {}
        for size in sizes:
            folder = Path(scratch) / str(size)
            folder.mkdir()
            make(folder / "orders.csv", size)
            (folder / "kpi.yaml").write_text(PLAN, encoding="utf-8")
            ways[str(size)] = partial(run, [*KPI, "status", "--no-cache"], folder, environment)
        runs = in_turn(ways, turns)
    return [point(size, runs[str(size)]) for size in sizes]


def by_kpis(turns: int, most: int) -> list[Point]:
    """More and more KPIs over the same orders. Raises ValueError when a KPI has no value, or another
    one among more of them."""
    sizes = [size for size in KPIS if size <= most]
    with TemporaryDirectory() as scratch, installed() as environment:
        folder = Path(scratch)
        make(folder / "orders.csv", ROWS_BELOW_KPIS)
        ways = {}
        for size in sizes:
            (folder / f"{size}.kpi.yaml").write_text(plan(size), encoding="utf-8")
            command = [*KPI, "-f", f"{size}.kpi.yaml", "status", "--no-cache", "--format", "json"]
            ways[str(size)] = partial(run, command, folder, environment)
        runs = in_turn(ways, turns)
    found = {size: json.loads(runs[str(size)][-1].printed)["kpis"] for size in sizes}
    for size, kpis in found.items():
        if len(kpis) != size or any(kpi["value"] is None for kpi in kpis):
            raise ValueError(f"of {size} KPIs, not all have a value")
        if any(kpi["value"] != beside["value"] for kpi, beside in zip(kpis, found[sizes[-1]], strict=False)):
            raise ValueError(f"of {size} KPIs, some have other values than among {sizes[-1]}")
    return [point(size, runs[str(size)]) for size in sizes]


def slopes(points: Sequence[Point]) -> list[float]:
    """Of each step, how many times as long it takes, by how many times as much there is."""
    return [
        (after["seconds"] / before["seconds"]) / (after["size"] / before["size"]) for before, after in pairwise(points)
    ]


def described(title: str, points: Sequence[Point]) -> list[str]:
    """A table of one series, and its verdict."""
    lines = [f"{title:>12}{'seconds':>10}{'cpu':>10}{'MiB':>8}{'slope':>8}{'each more':>14}"]
    for number, (here, slope) in enumerate(zip(points, [None, *slopes(points)], strict=True)):
        row = f"{here['size']:>12,}{here['seconds']:>10.3f}{here['cpu']:>10.3f}{here['memory']:>8.0f}"
        if slope is not None:
            row += f"{slope:>8.2f}{each_more(points[number - 1], here):>14}"
        lines.append(row)
    steepest = max(slopes(points), default=0)
    word = "linear or better" if steepest <= STEEPEST else f"worse than linear (more than {STEEPEST})"
    return [*lines, f"{title[:1].upper()}{title[1:]}: the steepest step has a slope of {steepest:.2f}, {word}."]


def each_more(before: Point, after: Point) -> str:
    """What one more row or KPI cost on this step."""
    extra = (after["seconds"] - before["seconds"]) / (after["size"] - before["size"])
    return f"{extra * 1e3:.2f} ms" if abs(extra) >= 1e-4 else f"{extra * 1e9:.0f} ns"


def main() -> int:
    options = parser(__doc__, turns=3)
    options.add_argument("--most-rows", type=int, default=ROWS[-1], help="stop at so many (%(default)s)")
    options.add_argument("--most-kpis", type=int, default=KPIS[-1], help="stop at so many (%(default)s)")
    options.add_argument("--plot", type=Path, metavar="FOLDER", help="draw rows.svg and kpis.svg; needs matplotlib")
    asked = options.parse_args()
    series = {"rows": by_rows(asked.turns, asked.most_rows), "KPIs": by_kpis(asked.turns, asked.most_kpis)}
    said = [line for name, points in series.items() for line in described(name, points)]
    if asked.plot:
        from drawing import draw

        for name, points in series.items():
            draw(name, points, asked.plot / f"{name.lower()}.svg")
    missed = any(max(slopes(points), default=0) > STEEPEST for points in series.values())
    return report([], asked, said, missed, series=series)


if __name__ == "__main__":
    sys.exit(main())
