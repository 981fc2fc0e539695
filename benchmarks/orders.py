"""The orders that the benchmarks with many rows read: one CSV file of so many rows, always the same, and KPIs on it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# In a process of its own, so that the memory it takes is not counted for anybody; on one thread, for the same numbers.
MAKER = """
import sys, duckdb
rows, path = int(sys.argv[1]), sys.argv[2]
duckdb.execute("SET enable_progress_bar = false; SET threads = 1; SELECT setseed(0.42)")
duckdb.execute(f'''COPY (SELECT i AS order_id,
  DATE '2024-01-01' + CAST(floor(i * 912.0 / {rows}) AS INTEGER) AS ordered_at,
  CAST(random() * {max(rows // 25, 10)} AS INTEGER) AS customer_id, CAST(random() * 2000 AS INTEGER) AS product_id,
  round(5 + random() * 200, 2) AS amount, 1 + CAST(random() * 4 AS INTEGER) AS quantity,
  ['web', 'app', 'store', 'phone'][1 + CAST(random() * 3 AS INTEGER)] AS channel,
  ['paid', 'paid', 'paid', 'refunded', 'open'][1 + CAST(random() * 4 AS INTEGER)] AS status
  FROM range({rows}) t(i)) TO '{path}' (HEADER)''')
"""
# Three grains, distinct counts over windows of several lengths, and a median.
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


def make(path: Path, rows: int) -> float:
    """Writes the file: two and a half years, to 30 June 2026. Returns its size in MB."""
    subprocess.run([sys.executable, "-c", MAKER, str(rows), str(path)], check=True)
    return path.stat().st_size / 1e6
