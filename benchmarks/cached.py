"""A project that has not changed: `kpi status` over 5 million rows against `kpi status` on the example of a shop.

What is measured is the second run over the same files and the same plan, which answers from the cache; it must print
what a run without that does. Shown, too: what is left to do when one of 30 monthly files has grown by a row.

    python benchmarks/cached.py [--turns 9] [--rows 5000000] [--json FILE]
"""

from __future__ import annotations

import csv
import shutil
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from orders import PLAN, make
from racing import KPI, REPOSITORY, Run, in_turn, installed, parser, ratio, report, run

EXAMPLE = REPOSITORY / "examples" / "ecommerce"
LIMIT = 1.5
AGAIN, ANEW = ["status"], ["status", "--no-cache"]
MONTHS = """
version: 1
as_of: 2026-06-30
sources:
  orders: {path: orders-*.csv, date: ordered_at}
kpis:
  paid: {name: Paid, every: month, formula: 'sum(orders.amount[status == "paid"])'}
  basket: {name: Basket, every: month, window: 12 months, formula: avg(orders.quantity)}
  refunded: {name: Refunded, every: month, formula: 'count(orders[status == "refunded"]) / count(orders)'}
"""


def by_month(whole: Path, folder: Path) -> Path:
    """The same orders, a file a month, under a plan of their own. Returns the file of the last month."""
    folder.mkdir()
    (folder / "kpi.yaml").write_text(MONTHS, encoding="utf-8")
    with whole.open(encoding="utf-8", newline="") as rows:
        head = next(rows)
        path, out = folder, None
        for row in rows:
            month = row.split(",", 2)[1][:7]
            if out is None or path.stem != f"orders-{month}":
                if out:
                    out.close()
                path = folder / f"orders-{month}.csv"
                out = path.open("w", encoding="utf-8", newline="")
                out.write(head)
            out.write(row)
        if out:
            out.close()
    return path


def main() -> int:
    options = parser(__doc__, turns=9)
    options.add_argument("--rows", type=int, default=5_000_000)
    asked = options.parse_args()
    with TemporaryDirectory() as scratch, installed() as environment:
        shop, large, months = (Path(scratch) / name for name in ("shop", "large", "months"))
        shutil.copytree(EXAMPLE, shop)
        large.mkdir()
        make(large / "orders.csv", asked.rows)
        (large / "kpi.yaml").write_text(PLAN, encoding="utf-8")
        last = by_month(large / "orders.csv", months)
        look = partial(run, environment=environment)

        def grown() -> Run:
            with last.open("a", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerow([0, "2026-06-30", 1, 1, 1.5, 1, "web", "paid"])
            return look([*KPI, *AGAIN], months)

        small, big, much = "the shop, again", f"{asked.rows:,} rows, again", f"{asked.rows:,} rows, --no-cache"
        anew, one, all_ = "the shop, --no-cache", "one of 30 files grown", "30 files, --no-cache"
        ways = {
            small: partial(look, [*KPI, *AGAIN], shop),
            big: partial(look, [*KPI, *AGAIN], large),
            anew: partial(look, [*KPI, *ANEW], shop),
            much: partial(look, [*KPI, *ANEW], large),
            one: grown,
            all_: partial(look, [*KPI, *ANEW], months),
        }
        runs = in_turn(ways, asked.turns)
    if runs[big][-1].printed != runs[much][-1].printed or runs[one][-1].printed != runs[all_][-1].printed:
        raise ValueError("what was remembered is not what is computed")
    pairs = [(big, small, LIMIT), (big, anew, LIMIT), (big, much, None), (one, all_, None)]
    ratios = [ratio(ours, runs[ours], theirs, runs[theirs], limit) for ours, theirs, limit in pairs]
    return report(ratios, asked, ["What was remembered prints as what is computed."])


if __name__ == "__main__":
    sys.exit(main())
