"""Many rows: `kpi status` against careful SQL by hand and against pandas.

One file of orders, 14 KPIs at three grains: sums, counts, ratios, averages, a median, and distinct counts over a week,
a month, a quarter, three rolling months and the year to date, for all 130 weeks of the file. All three must give the
same numbers; nothing is remembered from one run to the next.

    python benchmarks/large.py [--turns 3] [--rows 5000000] [--json FILE]
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from orders import PLAN, make
from racing import KPI, in_turn, installed, parser, ratio, report, run

OURS = "kpi status"
LIMITS = {"SQL by hand": (0.6, None), "pandas": (0.5, 0.5)}  # time, memory
PERIODS = "130"  # all weeks of the file, and so all months and quarters, too
# Both read each column once, in the type it has, ask a grain only for what is needed of it, and count each long window
# by itself, which is the quicker way for both.
SQL = """
import json, duckdb
from datetime import date
c = duckdb.connect()
c.execute('SET enable_progress_bar = false')
c.execute('SET preserve_insertion_order = false')
c.execute('''CREATE TEMP TABLE o AS
  SELECT ordered_at AS d, customer_id, amount, quantity, channel, status FROM read_csv('orders.csv')''')
def by(grain, *columns):
    return c.execute(f'''SELECT date_trunc('{grain}', d)::DATE::VARCHAR, {', '.join(columns)}
      FROM o GROUP BY 1''').fetchall()
def months(n, m):  # the first of the month, m months before July 2026, n times back
    return [date((24318 - m - i) // 12, (24318 - m - i) % 12 + 1, 1) for i in range(n)]
def windows(starts):
    return {str(shown): c.execute(f"SELECT count(DISTINCT customer_id) FROM o WHERE d >= DATE '{s}' AND d < DATE '{e}'")
      .fetchall()[0][0] for s, shown, e in zip(starts, months(30, 1), months(30, 0))}
paid, buyers = "sum(amount) FILTER (status = 'paid')", 'count(DISTINCT customer_id)'
month = by('month', paid, buyers, 'count(*)', "count(*) FILTER (status = 'paid')",
  "count(*) FILTER (status = 'refunded')", "sum(quantity) FILTER (channel = 'web')", 'sum(quantity)', 'median(amount)')
week = by('week', paid, buyers, 'avg(quantity)')
quarter = by('quarter', paid, buyers)
out = {
  'paid_month': {r[0]: r[1] for r in month}, 'paid_week': {r[0]: r[1] for r in week},
  'paid_quarter': {r[0]: r[1] for r in quarter}, 'buyers_month': {r[0]: r[2] for r in month},
  'buyers_week': {r[0]: r[2] for r in week}, 'buyers_quarter': {r[0]: r[2] for r in quarter},
  'buyers_rolling': windows(months(30, 3)), 'buyers_year': windows([date(e.year, 1, 1) for e in months(30, 1)]),
  'orders_month': {r[0]: r[3] for r in month}, 'order_value': {r[0]: r[1] / r[4] for r in month},
  'refunded': {r[0]: r[5] / r[3] for r in month}, 'web': {r[0]: r[6] / r[7] for r in month},
  'median_amount': {r[0]: r[8] for r in month}, 'basket': {r[0]: r[3] for r in week}}
print(json.dumps(out))
"""
PANDAS = """
import json
import pandas as pd
o = pd.read_csv('orders.csv', usecols=['ordered_at', 'customer_id', 'amount', 'quantity', 'channel', 'status'],
    parse_dates=['ordered_at'], dtype={'channel': 'category', 'status': 'category'})
o['paid'] = o.amount.where(o.status == 'paid')
o['refunded'] = o.status == 'refunded'
o['web'] = o.quantity.where(o.channel == 'web', 0)
def by(freq, **columns):
    g = o.groupby(o.ordered_at.dt.to_period(freq)).agg(**columns)
    g.index = g.index.start_time.strftime('%Y-%m-%d')
    return g
paid, buyers = ('paid', 'sum'), ('customer_id', 'nunique')
month = by('M', paid=paid, buyers=buyers, paid_n=('paid', 'count'), n=('amount', 'size'),
    refunded=('refunded', 'sum'), web=('web', 'sum'), quantity=('quantity', 'sum'), median=('amount', 'median'))
week = by('W', paid=paid, buyers=buyers, basket=('quantity', 'mean'))
quarter = by('Q', paid=paid, buyers=buyers)
def windows(back):
    found = {}
    for i in range(30):
        end = pd.Timestamp('2026-07-01') - pd.DateOffset(months=i)
        inside = (o.ordered_at < end) & (o.ordered_at >= back(end))
        found[str((end - pd.DateOffset(months=1)).date())] = int(o.customer_id[inside].nunique())
    return found
out = {
  'paid_month': month.paid, 'paid_week': week.paid, 'paid_quarter': quarter.paid, 'orders_month': month.n,
  'order_value': month.paid / month.paid_n, 'buyers_month': month.buyers, 'buyers_week': week.buyers,
  'buyers_quarter': quarter.buyers, 'median_amount': month['median'], 'basket': week.basket,
  'refunded': month.refunded / month.n, 'web': month.web / month.quantity}
out = {name: {k: float(v) for k, v in series.items()} for name, series in out.items()}
out['buyers_rolling'] = windows(lambda end: end - pd.DateOffset(months=3))
out['buyers_year'] = windows(lambda end: pd.Timestamp((end - pd.Timedelta(days=1)).year, 1, 1))
print(json.dumps(out))
"""


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
    """How many values were compared. Raises ValueError for the first that differ."""
    compared = 0
    for kpi, series in ours.items():
        for start, value in series.items():
            other = theirs[kpi][start]
            if abs(value - other) > 1e-9 * max(1.0, abs(other)):
                raise ValueError(f"{kpi} of {start}: {value}, the other {other}")
            compared += 1
    return compared


def main() -> int:
    options = parser(__doc__, turns=3)
    options.add_argument("--rows", type=int, default=5_000_000)
    asked = options.parse_args()
    with TemporaryDirectory() as name, installed() as environment:
        folder = Path(name)
        size = make(folder / "orders.csv", asked.rows)
        (folder / "kpi.yaml").write_text(PLAN, encoding="utf-8")
        commands = {
            OURS: [*KPI, "status", "--no-cache", "--periods", PERIODS, "--format", "json"],
            "SQL by hand": [sys.executable, "-c", SQL],
            "pandas": [sys.executable, "-c", PANDAS],
        }
        runs = in_turn({way: partial(run, each, folder, environment) for way, each in commands.items()}, asked.turns)
    found = {way: values(taken[-1].printed) for way, taken in runs.items()}
    said = [f"{asked.rows:,} rows, {size:,.0f} MB."]
    said += [f"{agree(found[OURS], found[way])} values agree with {way}." for way in LIMITS]
    ratios = []
    for way, (time_limit, memory_limit) in LIMITS.items():
        ratios.append(ratio(OURS, runs[OURS], way, runs[way], time_limit))
        ratios.append(ratio(f"{OURS}, memory", runs[OURS], way, runs[way], memory_limit, of="memory"))
    return report(ratios, asked, said)


if __name__ == "__main__":
    sys.exit(main())
