"""Many rows: `kpi status` against careful SQL by hand and against pandas, in one run.

One file of orders, 14 KPIs at three grains: sums, counts, ratios, averages, a median, and distinct counts over a week,
a month, a quarter, three rolling months and the year to date. All three must give the same numbers. Time and memory
are those of whole processes, turn by turn; the medians of all turns make the ratios. Writes only a temporary folder.

    python benchmarks/large.py [--rows 5000000] [--turns 3]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

REPOSITORY = Path(__file__).parents[1]
LIMITS = {"SQL by hand": (0.6, None), "pandas": (0.5, 0.5)}  # time, memory
GENERATE = """
import sys, duckdb
rows, path = int(sys.argv[1]), sys.argv[2]
duckdb.execute("SET enable_progress_bar = false")
duckdb.execute("SELECT setseed(0.42)")
duckdb.execute(f'''COPY (SELECT i AS order_id,
  DATE '2024-01-01' + CAST(floor(i * 912.0 / {rows}) AS INTEGER) AS ordered_at,
  CAST(random() * {max(rows // 25, 10)} AS INTEGER) AS customer_id, CAST(random() * 2000 AS INTEGER) AS product_id,
  round(5 + random() * 200, 2) AS amount, 1 + CAST(random() * 4 AS INTEGER) AS quantity,
  ['web', 'app', 'store', 'phone'][1 + CAST(random() * 3 AS INTEGER)] AS channel,
  ['paid', 'paid', 'paid', 'refunded', 'open'][1 + CAST(random() * 4 AS INTEGER)] AS status
  FROM range({rows}) t(i)) TO '{path}' (HEADER)''')
"""
PLAN = """
version: 1
title: Large
as_of: 2026-06-30
sources:
  orders: {path: orders.csv, date: ordered_at}
measures:
  paid: sum(orders.amount[status == "paid"])
kpis:
  paid_month: {name: Paid by month, every: month, formula: paid}
  paid_week: {name: Paid by week, every: week, formula: paid}
  paid_quarter: {name: Paid by quarter, every: quarter, formula: paid}
  orders_month: {name: Orders by month, every: month, formula: count(orders)}
  order_value: {name: Order value, every: month, formula: 'paid / count(orders[status == "paid"])'}
  buyers_month: {name: Buyers by month, every: month, formula: count_distinct(orders.customer_id)}
  buyers_week: {name: Buyers by week, every: week, formula: count_distinct(orders.customer_id)}
  buyers_quarter: {name: Buyers by quarter, every: quarter, formula: count_distinct(orders.customer_id)}
  buyers_rolling: {name: Rolling buyers, every: month, window: 3 months, formula: count_distinct(orders.customer_id)}
  buyers_year: {name: Buyers of a year, every: month, window: year to date, formula: count_distinct(orders.customer_id)}
  median_amount: {name: Median amount, every: month, formula: median(orders.amount)}
  basket: {name: Basket, every: week, formula: avg(orders.quantity)}
  refunded: {name: Refunded, every: month, formula: 'count(orders[status == "refunded"]) / count(orders)'}
  web: {name: On the web, every: month, formula: 'sum(orders.quantity[channel == "web"]) / sum(orders.quantity)'}
"""
# 13 periods each: the one shown and the twelve before it.
SQL = """
import json, duckdb
c = duckdb.connect()
c.execute('SET enable_progress_bar = false')
c.execute('''CREATE TEMP TABLE o AS
  SELECT ordered_at AS d, customer_id, amount, quantity, channel, status FROM read_csv('orders.csv')''')
def rows(grain, start, extra=''):
    return c.execute(f'''SELECT date_trunc('{grain}', d)::DATE::VARCHAR, sum(amount) FILTER (status = 'paid'), count(*),
      count(*) FILTER (status = 'paid'), count(DISTINCT customer_id), avg(quantity),
      count(*) FILTER (status = 'refunded'), sum(quantity) FILTER (channel = 'web'), sum(quantity) {extra}
      FROM o WHERE d >= DATE '{start}' AND d < DATE '2026-07-01' GROUP BY 1 ORDER BY 1''').fetchall()
def windows(begin):
    return dict(c.execute(f'''SELECT (e - INTERVAL 1 MONTH)::DATE::VARCHAR, count(DISTINCT customer_id)
      FROM (SELECT (DATE '2026-07-01' - to_months(i))::DATE AS e FROM range(13) t(i)) JOIN o ON d < e AND d >= {begin}
      GROUP BY e''').fetchall())
month, quarter = rows('month', '2025-06-01', ', median(amount)'), rows('quarter', '2023-04-01')
week = [r for r in rows('week', '2026-03-30') if r[0] <= '2026-06-22']
out = {
  'paid_month': {r[0]: r[1] for r in month}, 'paid_week': {r[0]: r[1] for r in week},
  'paid_quarter': {r[0]: r[1] for r in quarter}, 'orders_month': {r[0]: r[2] for r in month},
  'order_value': {r[0]: r[1] / r[3] for r in month}, 'buyers_month': {r[0]: r[4] for r in month},
  'buyers_week': {r[0]: r[4] for r in week}, 'buyers_quarter': {r[0]: r[4] for r in quarter},
  'buyers_rolling': windows('(e - INTERVAL 3 MONTH)::DATE'), 'buyers_year': windows("date_trunc('year', e - 1)"),
  'median_amount': {r[0]: r[9] for r in month}, 'basket': {r[0]: r[5] for r in week},
  'refunded': {r[0]: r[6] / r[2] for r in month}, 'web': {r[0]: r[7] / r[8] for r in month}}
print(json.dumps(out))
"""
PANDAS = """
import json
import pandas as pd
o = pd.read_csv('orders.csv', usecols=['ordered_at', 'customer_id', 'amount', 'quantity', 'channel', 'status'],
    parse_dates=['ordered_at'], dtype={'channel': 'category', 'status': 'category'})
o['paid'] = o.amount.where(o.status == 'paid')
o['refunded'] = o.status == 'refunded'
o['web'] = o.quantity.where(o.channel == 'web')
def by(freq, start, end='2026-07-01'):
    part = o[(o.ordered_at >= start) & (o.ordered_at < end)]
    g = part.groupby(part.ordered_at.dt.to_period(freq).dt.start_time.dt.strftime('%Y-%m-%d'))
    return g.agg(paid=('paid', 'sum'), paid_n=('paid', 'count'), n=('amount', 'size'),
        buyers=('customer_id', 'nunique'), basket=('quantity', 'mean'), refunded=('refunded', 'sum'),
        web=('web', 'sum'), quantity=('quantity', 'sum')), g
(month, g), (week, _), (quarter, _) = by('M', '2025-06-01'), by('W', '2026-03-30', '2026-06-29'), by('Q', '2023-04-01')
def windows(back):
    found = {}
    for i in range(13):
        end = pd.Timestamp('2026-07-01') - pd.DateOffset(months=i)
        part = o[(o.ordered_at < end) & (o.ordered_at >= back(end))]
        found[str((end - pd.DateOffset(months=1)).date())] = int(part.customer_id.nunique())
    return found
out = {
  'paid_month': month.paid, 'paid_week': week.paid, 'paid_quarter': quarter.paid, 'orders_month': month.n,
  'order_value': month.paid / month.paid_n, 'buyers_month': month.buyers, 'buyers_week': week.buyers,
  'buyers_quarter': quarter.buyers, 'median_amount': g.amount.median(), 'basket': week.basket,
  'refunded': month.refunded / month.n, 'web': month.web / month.quantity}
out = {name: {k: float(v) for k, v in series.items()} for name, series in out.items()}
out['buyers_rolling'] = windows(lambda end: end - pd.DateOffset(months=3))
out['buyers_year'] = windows(lambda end: pd.Timestamp((end - pd.Timedelta(days=1)).year, 1, 1))
print(json.dumps(out))
"""


def timed(arguments: list[str], folder: Path) -> tuple[float, float, str]:
    """Seconds and peak MiB of one Python process, and what it printed. Raises RuntimeError when it fails."""
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, *arguments], cwd=folder, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments[:3]} ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024, printed.decode()


def values(printed: str) -> dict[str, dict[str, float]]:
    """The values of all KPIs by the first day of their periods."""
    found: dict[str, Any] = json.loads(printed)
    if "kpis" not in found:
        return found
    return {
        kpi["id"]: {
            **{point["start"]: point["value"] for point in kpi["history"]}, kpi["period"]["start"]: kpi["value"]
        }
        for kpi in found["kpis"]
    }  # fmt: skip


def agree(ours: dict[str, dict[str, float]], theirs: dict[str, dict[str, float]]) -> int:
    """How many values were compared. Raises AssertionError for the first that differ."""
    compared = 0
    for kpi, series in ours.items():
        for start, value in series.items():
            other = theirs[kpi][start]
            assert abs(value - other) <= 1e-9 * max(1.0, abs(other)), (kpi, start, value, other)
            compared += 1
    return compared


def measure(rows: int, turns: int) -> dict[str, tuple[float, float]]:
    """Median seconds and MiB of each way to the same numbers."""
    ways = {
        "kpi status": ["-m", "kpi", "status", "--format", "json"],
        "SQL by hand": ["-c", SQL],
        "pandas": ["-c", PANDAS],
    }
    os.environ["PYTHONPATH"] = str(REPOSITORY)
    with TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, "-c", GENERATE, str(rows), str(folder / "orders.csv")], check=True)
        (folder / "kpi.yaml").write_text(PLAN, encoding="utf-8")
        runs: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
        found: dict[str, dict[str, dict[str, float]]] = {}
        for turn in range(turns + 1):
            for way, arguments in ways.items():
                seconds, peak, printed = timed(arguments, folder)
                found[way] = values(printed)
                if turn:  # the first turn warms the file cache
                    runs[way].append((seconds, peak))
        size = (folder / "orders.csv").stat().st_size / 1e6
        compared = [agree(found["kpi status"], found[way]) for way in ways if way != "kpi status"]
    print(f"{rows:,} rows, {size:,.0f} MB; {compared[0]} values agree with SQL, {compared[1]} with pandas")
    return {way: (median(s for s, _ in taken), median(p for _, p in taken)) for way, taken in runs.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--turns", type=int, default=3)
    asked = parser.parse_args()
    found = measure(asked.rows, asked.turns)
    ours = found["kpi status"]
    print(f"{'':<14}{'seconds':>9}{'MiB':>7}   {'kpi takes':>10}{'limit':>7}{'memory':>9}{'limit':>7}")
    print(f"{'kpi status':<14}{ours[0]:>9.2f}{ours[1]:>7.0f}")
    missed = False
    for way, (time_limit, memory_limit) in LIMITS.items():
        seconds, peak = found[way]
        ratio, memory = ours[0] / seconds, ours[1] / peak
        missed |= ratio > time_limit or (memory_limit is not None and memory > memory_limit)
        limit = "" if memory_limit is None else f"{memory_limit}"
        print(f"{way:<14}{seconds:>9.2f}{peak:>7.0f}   {ratio:>9.2f}×{time_limit:>7}{memory:>8.2f}×{limit:>7}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
