"""One suite of formulas over one set of rows. Every engine has to give the same values, to twelve digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from engine import function_cases

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Rows:
    """One table: the columns with their types as PostgreSQL calls them, the rows, and the fields of its source."""

    columns: Mapping[str, str]
    rows: Sequence[Row]
    source: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Case:
    """One formula with the fields of its KPI; ``calendar`` as in a plan, ``to_date`` as on the command line."""

    formula: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    calendar: Mapping[str, str] = field(default_factory=dict)
    as_of: str = "2026-06-30"
    to_date: bool = False


def orders() -> list[Row]:
    """A year and a half of orders: a quiet February without any, empty values in every column but the date."""
    dice = Random(20260630)
    rows: list[Row] = []
    for number in range(1500):
        day = date(2025, 1, 7) + timedelta(days=dice.randrange(540))
        if (day.year, day.month) == (2026, 2):
            continue
        at = datetime.combine(day, time(dice.randrange(24), dice.randrange(60), dice.randrange(60)))
        closed = None if dice.random() < 0.2 else at + timedelta(seconds=dice.randrange(900_000), milliseconds=250)
        rows.append((
            day, at, closed, 1000 + number,
            None if dice.random() < 0.05 else f"c{dice.randrange(180)}",
            None if dice.random() < 0.1 else round(dice.lognormvariate(3, 1.2), 4) * dice.choice((1, 1, 1, -1)),
            None if dice.random() < 0.1 else dice.randrange(-500, 90_000) / 100,
            dice.choice((0, 0, 1, 2, 3, 7, None)),
            dice.choice(("web", "Web", "shop", "shop floor", "Größe", "it's", "", None, "100%", "back\\slash")),
            dice.choice((True, False, None)),
            None if dice.random() < 0.3 else day + timedelta(days=dice.randrange(40)),
            f"SKU-{dice.randrange(40)}/{dice.choice(('EU', 'US'))}",
        ))  # fmt: skip
    return rows


def events() -> list[Row]:
    """Times with a zone, many near midnight and in the two nights in which Berlin's clocks change."""
    dice = Random(7)
    starts = [datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2025, 10, 25, 20, tzinfo=UTC)]
    starts += [datetime(2026, month, 1, tzinfo=UTC) - timedelta(hours=3) for month in range(1, 7)]
    rows: list[Row] = []
    for start in starts:
        for _ in range(40):
            at = start + timedelta(minutes=dice.randrange(480))
            rows.append((at, at + timedelta(minutes=dice.randrange(1, 400)), dice.randrange(100)))
    return rows


def staff() -> list[Row]:
    """Rows that last, some of them not a day, some since before all periods, some still."""
    dice = Random(11)
    rows: list[Row] = []
    for _ in range(240):
        hired = date(2023, 1, 1) + timedelta(days=dice.randrange(1400))
        left = None if dice.random() < 0.4 else hired + timedelta(days=dice.choice((0, 1, 30, dice.randrange(900))))
        rows.append((hired, left, dice.randrange(30, 90) * 1000, dice.choice(("ops", "it", None))))
    return rows


def stock() -> list[Row]:
    """Balances: two items on some days only, the last of a month often missing."""
    dice = Random(13)
    days = [date(2026, 1, 3) + timedelta(days=n) for n in range(0, 178, 3)]
    return [(day, item, dice.randrange(500)) for day in days for item in ("a", "b") if dice.random() < 0.8]


WORDS = (
    ("ΟΔΟΣ", "Δ"),
    ("οδος", None),
    ("İstanbul", "i"),
    ("Istanbul", "stan"),
    ("ÄRGER", "RG"),
    ("Ärger", "ä"),
    ("a", "a"),
    ("Z", "z"),
    ("a%", "%"),
    ("a_", "_"),
    ("A.csv", ".csv"),
    ("b.csv.gz", "."),
    ("x1234", "123"),
    ('a"b', '"'),
    ("\ttab ", "tab"),
    ("\u00a0", None),
    (None, "x"),
    ("GROẞE", "ẞ"),
    ("a\\b", "\\"),
    ("Ａ", "Ａ"),
    ("😀", "😀"),
)

TABLES: dict[str, Rows] = {
    "orders": Rows(
        {
            "day": "date", "at": "timestamp", "closed": "timestamp", "id": "bigint", "customer": "text",
            "amount": "double precision", "price": "numeric(12,2)", "units": "integer", "channel": "text",
            "vip": "boolean", "paid_on": "date", "sku": "varchar(20)",
        },
        orders(),
        {
            "date": "day",
            "computed": {
                "value": "price * units",
                "unit_price": "price / units",
                "first_order": "first_date(customer)",
                "since_first": "days(day - first_order)",
                "took": "closed - at",
                "region": 'extract(sku, "/(EU|US)")',
                "number_of": 'extract(sku, "SKU-(\\\\d+)")',
                "due": "day + 14",
                "late": "paid_on > due",
                "size": '"big" if amount > 50 else "small" if amount > 0 else "none"',
                "settled": "coalesce(paid_on, day)",
                "later": "at + 1.5",
                "known": "amount if amount > 0 else None",
                "asked_for": 'None if channel == "web" else channel',
                "paid_late": "paid_on if paid_on > due else None",
                "quick": "took if took < at - at + (closed - at) and vip else None",
                "moved": "day + units / 2",
                "share_of_day": "took / (settled - day)",
                "double_took": "2 * took",
                "rounded": "round(amount, 2)",
                "size_of": "abs(amount)",
                "began": "closed - took",
                "until_noon": "day + (closed - at)",
                "newest": "coalesce(closed, day)",
                "flag": "vip if units > 0 else None",
            },
        },
    ),
    "shop": Rows({"day": "date", "customer": "text", "channel": "text", "amount": "double precision"},
                 [(row[0], row[4], row[8], row[5]) for row in orders()],
                 {"date": "day", "where": 'channel in ("web", "shop") and amount > 0'}),
    "timed": Rows({"at": "timestamp", "amount": "double precision"}, [(row[1], row[5]) for row in orders()],
                  {"date": "at"}),
    "events": Rows({"at": "timestamptz", "ended": "timestamptz", "size": "integer"}, events(), {"date": "at"}),
    "staff": Rows({"hired": "date", "gone": "date", "pay": "integer", "team": "text"}, staff(),
                  {"from": "hired", "until": "gone"}),
    "leases": Rows({"hired": "date", "gone": "date", "pay": "integer", "team": "text"}, staff(),
                   {"from": "hired", "through": "gone"}),
    "stock": Rows({"day": "date", "item": "text", "units": "integer"}, stock(), {"date": "day"}),
    "letters": Rows({"day": "date", "word": "text", "part": "text"},
                    [(date(2026, 6, 1 + place), word, part) for place, (word, part) in enumerate(WORDS)],
                    {"date": "day"}),
    "incidents": Rows({"day": "date", "cost": "numeric"},
                      [(date(2026, 1, 5), 10), (date(2026, 1, 9), None), (date(2026, 4, 2), 4)],
                      {"date": "day", "no_rows": "zero"}),
    "parts": Rows({"name": "text", "price": "numeric", "kept": "boolean"},
                  [("a", 1, True), ("b", 2.5, False), ("c", None, None), (None, 4, True)], {"date": None}),
    "f": Rows(dict(zip(function_cases.COLUMNS, function_cases.TYPES, strict=True)), function_cases.ROWS,
              function_cases.SOURCE),
    "crew": Rows(dict(zip(function_cases.CREW_COLUMNS, function_cases.CREW_TYPES, strict=True)), function_cases.CREW,
                 {"from": "hired", "until": "gone"}),
    "bare": Rows({"day": "date", "cost": "integer"}, [], {"date": "day", "types": {"day": "date", "cost": "number"}}),
}  # fmt: skip

BERLIN = {"timezone": "Europe/Berlin"}
AUCKLAND = {"timezone": "Pacific/Auckland"}

PLAIN = [
    *(f"{name}(orders.amount)" for name in
      ("sum", "avg", "min", "max", "median", "stddev", "count_distinct", "first", "last")),
    *(f"{name}(orders.price)" for name in ("sum", "avg", "min", "max", "median", "stddev", "first", "last")),
    *(f"{name}(orders.units)" for name in ("sum", "avg", "min", "max", "median", "stddev")),
    "count(orders)", "count_distinct(orders.customer)", "count_distinct(orders.vip)", "count_distinct(orders.paid_on)",
    "percentile(orders.amount, 0)", "percentile(orders.amount, 95)", "percentile(orders.price, 12.5)",
    "percentile(orders.units, 100)",
    # Conditions, and what an empty value does in them (V1).
    'count(orders[channel == "web"])', 'count(orders[channel != "web"])', 'count(orders[not channel == "web"])',
    'count(orders[channel in ("web", "shop")])', 'count(orders[channel not in ("web", "shop")])',
    'count(orders[channel is None])', 'count(orders[channel is not None])', "count(orders[vip])",
    "count(orders[not vip])", "count(orders[vip == True])", "count(orders[vip != False])",
    "count(orders[units > 1 or vip])", "count(orders[units > 1 and not vip])", "count(orders[units not in (0, 1)])",
    "count(orders[1 < units <= 3])", 'count(orders[channel < "b"])', 'count(orders[channel >= "shop"])',
    'count(orders[channel == "Größe"])', 'count(orders[lower(channel) == "größe"])',
    """count(orders[channel == "it's"])""", 'count(orders[channel == "100%"])',
    'count(orders[channel == "back\\\\slash"])', 'count(orders[contains(channel, "op")])',
    'count(orders[contains(channel, "%")])', 'count(orders[contains(channel, "\\\\")])',
    'count(orders[not contains(channel, "op")])',
    'count(orders[paid_on > "2026-01-15"])', 'count(orders[at <= "2026-03-15"])',
    'count(orders[at <= "2026-03-15 12:00"])', "count(orders[paid_on == day])", "count(orders[at >= closed])",
    "count(orders[paid_on - 7 > day])", "count(orders[at + 2 > closed])", "count(orders[amount > 0.1 + 0.2])",
    "count(orders[year(day) == 2026 and month(at) > 2])", "count(orders[id == 1234])",
    # Computed columns, x / 0 and times.
    "sum(orders.value)", "sum(orders.unit_price)", "avg(orders.unit_price)", "median(orders.unit_price)",
    "count(orders[unit_price is not None])", "avg(orders.took)", "sum(orders.took[vip])", "percentile(orders.took, 90)",
    "count(orders[minutes(closed - at) > 4000.25])", "count(orders[hours(took) < 48])", "count(orders[late])",
    'count(orders[region == "EU"])', 'count(orders[number_of in ("3", "13")])', 'count(orders[size == "none"])',
    "count_distinct(orders.size)", "count(orders[settled > due])", "count(orders[later > closed])",
    # A choice may leave a value empty; halves of days; durations in arithmetic; times and dates that meet.
    "sum(orders.known)", "median(orders.known)", "count_distinct(orders.asked_for)",
    "count(orders[asked_for is None])", "count(orders[asked_for != \"web\"])", "count(orders[paid_late is not None])",
    "count_distinct(orders.paid_late)", "sum(orders.quick)", "count(orders[flag])", "count(orders[not flag])",
    "count(orders[flag is None])", "count_distinct(orders.moved)", "count(orders[moved == day + 1])",
    "count(orders[day + 2.5 == day + 2])", "count(orders[day + 3.5 == day + 4])", "count(orders[day - 0.6 < day])",
    "median(orders.share_of_day)", "sum(orders.double_took)", "count(orders[began == at])",
    "count(orders[until_noon > at])", 'count(orders[newest > "2026-03-01 10:30"])', "count(orders[newest == day])",
    "count(orders[seconds(took) / 60 == minutes(took)])", "sum(orders.units[-units < -1])", "max(orders.took)",
    "min(orders.took[days(took) >= 1])", "first(orders.took)", "stddev(orders.took)", "last(orders.units[vip])",
    "count(orders[(amount if vip else price) > 20])", 'count(orders[(channel if vip else "x") == "x"])',
    "count(orders[coalesce(amount, price, 0) == 0])", "count(orders[coalesce(vip, False) == False])",
    'count(orders[coalesce(channel, "none") in ("none", "web")])', "count(orders[amount + units is None])",
    "count(orders[day + 400000 is None])", "count(orders[paid_on - units < day])", "count(orders[closed - 0.5 > at])",
    # Letters, quotation marks and signs of patterns.
    'count(letters[lower(word) == "οδοσ"])', 'count(letters[lower(word) == "istanbul"])',
    'count(letters[lower(word) == "ärger"])', 'count(letters[word == "Ärger"])', 'count(letters[word < "a"])',
    'count(letters[word > "Z"])', 'count(letters[contains(word, "")])', 'count(letters[contains(word, "_")])',
    'count(letters[contains(lower(word), "ßE")])', "count(letters[contains(word, part)])",
    'count(letters[extract(word, "^([A-Z])") == "A"])', 'count(letters[extract(word, "(x?)") == ""])',
    'count(letters[extract(word, "\\\\.(\\\\w+)$") == "csv"])',
    'count(letters[extract(word, "([0-9]{2,3})") == "123"])',
    "count_distinct(letters.word)", 'count(letters[word in ("a%", "a_", "A.csv")])', 'count(letters[word == "a\\"b"])',
    'count(letters[word == "tab"])', "count(letters[word is None])", 'count(letters[word != part])',
    # First dates (V8).
    "count_distinct(orders.customer[day == first_order])", "count_distinct(orders.customer[day > first_order])",
    "count(orders[day > first_order and day <= first_order + 90])", "avg(orders.since_first)",
    "count(orders[first_order is None])",
    # Edges of the window (T8).
    "count(orders[paid_on < window_end])", "count(orders[day >= window_end - 7])",
    "sum(orders.amount[day < window_start + 10])", "count_distinct(orders.customer[paid_on >= window_start])",
    "median(orders.price[paid_on < window_end])",
    # Moments, arithmetic, earlier periods.
    "at_end(sum(stock.units))", "at_start(sum(stock.units))", "at_end(median(stock.units[item == \"a\"]))",
    "at_end(first(stock.units))", "at_end(count_distinct(stock.item))",
    "sum(orders.amount) / count(orders)", "sum(orders.amount) / count(orders[units == 99])",
    "count(orders[units == 99])", "sum(orders.amount[units == 99])", "median(orders.amount[units == 99])",
    "previous(count(orders))", "year_ago(sum(orders.price))", "count(orders) / previous(count(orders), 2) - 1",
    # A condition on the source.
    "count(shop)", "sum(shop.amount)", "count_distinct(shop.customer)",
    # No row is good news; no rows at all; no date.
    "count(incidents)", "sum(incidents.cost)", "avg(incidents.cost)", "count(bare)", "sum(bare.cost)",
    "count(parts)", "sum(parts.price)", "median(parts.price)", "stddev(parts.price)", "count(parts[kept])",
    "count_distinct(parts.name)", "sum(parts.price) / count(parts[name is None])",
    # The time of day decides which is the first.
    "first(timed.amount)", "last(timed.amount)", "count(timed)",
    *(f"{moment}(count({source}))" for moment in ("at_end", "at_start", "started", "ended")
      for source in ("staff", "leases")),
    "count(staff)", "count(leases)", "avg(staff.pay)", "at_end(median(staff.pay))", "first(staff.pay)",
    "last(staff.pay)", "ended(count_distinct(staff.team))", 'at_end(count(staff[team != "it"]))',
    "at_end(count(staff[hired < window_start]))", "at_end(percentile(staff.pay, 75))",
    "ended(count(staff)) / ((at_start(count(staff)) + at_end(count(staff))) / 2)",
    # Every function; its values over files were worked out by hand.
    *(formula for listed in (*function_cases.CASES.values(), function_cases.OPERATORS)
      for formula, _ in listed if formula not in function_cases.FILES_ONLY),
    "mode(orders.units)", "mode(orders.price)", "mode(orders.took)", "mode(parts.price)", "at_end(mode(staff.pay))",
    "sum(orders.rounded)", "count(orders[round(amount, 1) == round(price, 1)])", "sum(orders.size_of[abs(units) > 1])",
    'count(letters[upper(word) == "ΟΔΟΣ"])', 'count(letters[upper(word) == "ISTANBUL"])',
    'count(letters[upper(word) == "GROẞE"])', "count(letters[upper(lower(word)) == upper(word)])",
    'count(letters[trim(word) == "tab"])', "count(letters[trim(word) is None])",
]  # fmt: skip

CASES = [
    *(Case(formula) for formula in PLAIN),
    *(Case(formula, {"window": window})
      for window in ("3 months", "1 year", "year to date", "all time", "10 days")
      for formula in ("sum(orders.amount)", "count_distinct(orders.customer)", "median(orders.price)",
                      "avg(orders.units)", "last(orders.price)", "stddev(orders.amount)", "at_end(sum(stock.units))",
                      "count(staff)", "max(orders.price)")),
    *(Case(formula, {"every": every}, calendar)
      for every in ("day", "week", "quarter", "year")
      for calendar in ({}, {"week_starts": "sunday", "fiscal_year_starts": "april"})
      for formula in ("count(orders)", "sum(orders.price)", "count_distinct(orders.customer)",
                      "percentile(orders.amount, 90)", "at_end(count(staff))")),
    *(Case(formula, {"every": every}, calendar)
      for calendar in ({}, BERLIN, AUCKLAND)
      for every in ("day", "month")
      for formula in ("count(events)", "sum(events.size)", "count_distinct(events.size)", "first(events.size)",
                      'count(events[at < "2026-03-29"])', 'count(events[at < "2026-03-29 03:30"])',
                      "count(events[at + 1 > ended])", "count(events[minutes(ended - at) >= 120])",
                      "count(events[month(ended) == 4])")),
    *(Case("count(events)", {"every": "day"}, BERLIN, as_of) for as_of in ("2026-03-29", "2025-10-26")),
    *(Case(formula, as_of="2026-05-11") for formula in
      ("count(orders)", "count(orders[first_order == day])", "at_end(count(staff))", "count(parts)")),
    *(Case(formula, as_of="2026-05-11", to_date=True) for formula in
      ("count(orders)", "median(orders.amount)", "at_end(sum(stock.units))", "ended(count(staff))")),
]  # fmt: skip
