"""What people who know SQL, spreadsheets, pandas or other languages write, and what it is called here. Data only."""

from __future__ import annotations

AGGREGATES = ("count", "sum", "avg", "min", "max", "median", "stddev", "count_distinct", "first", "last", "percentile")
MOMENTS = ("at_end", "at_start", "started", "ended")
SHIFTS = ("previous", "year_ago")
ROW_FUNCTIONS = (
    "minutes", "hours", "days", "seconds", "year", "month", "lower", "contains", "extract", "coalesce", "number",
    "date", "first_date",
)  # fmt: skip
FORMULA_FUNCTIONS = AGGREGATES + MOMENTS + SHIFTS

# The words that have a meaning of their own in an expression, and those that Python keeps for itself.
WORDS = frozenset({"and", "or", "not", "in", "is", "if", "else"})
VALUES = frozenset({"None", "True", "False"})
RESERVED = frozenset(
    [
        "as",
        "assert",
        "async",
        "await",
        "break",
        "class",
        "continue",
        "def",
        "del",
        "elif",
        "except",
        "finally",
        "for",
        "from",
        "global",
        "import",
        "lambda",
        "nonlocal",
        "pass",
        "raise",
        "return",
        "try",
        "while",
        "with",
        "yield",
    ]
)

# Symbols without a meaning here: what to say, and what to write instead.
SYMBOLS: dict[str, tuple[str, str | None]] = {
    "===": ("=== does not compare", "write =="),
    "!==": ("!== does not compare", "write !="),
    "<>": ("<> does not compare", "write !="),
    "=>": ("=> does not compare", "write >="),
    "=<": ("=< does not compare", "write <="),
    "<=>": ("<=> has no meaning in a formula", None),
    "&": ("& does not join conditions", "write and"),
    "&&": ("&& does not join conditions", "write and"),
    "|": ("| does not join conditions", "write or"),
    "||": ("|| does not join conditions", "write or"),
    "!": ("! does not negate", "write not"),
    "~": ("~ does not negate", "write not"),
    "**": ("there are no powers in a formula", "write x * x for a square"),
    "^": ("there are no powers in a formula", "write x * x for a square"),
    "//": ("there is no whole-number division in a formula", "write /"),
    "%": ("there is no remainder in a formula", "a percentage is written as a share, e.g. 0.3 for 30%"),
    "<<": ("<< has no meaning in a formula", None),
    ">>": (">> has no meaning in a formula", None),
    "@": ("@ has no meaning in a formula", None),
    "->": ("-> has no meaning in a formula", None),
    ":=": ("names cannot be given inside a formula", "name a building block under measures"),
    ":": ("a colon has no meaning in a formula", 'conditions are written with and, or, e.g. orders[status == "paid"]'),
    ";": ("a semicolon has no meaning in a formula", "one formula is one expression; arguments are parted by commas"),
    "?": ("? has no meaning in a formula", "a choice is written a if condition else b"),
    "{": ("braces have no meaning in a formula", 'a list is written ("a", "b")'),
    "}": ("braces have no meaning in a formula", 'a list is written ("a", "b")'),
    "$": ("$ has no meaning in a formula", "write the number or the name alone"),
    "`": ("names stand without quotation marks in a formula", "a column is named by its header, e.g. orders.amount"),
    "\\": ("a backslash has a meaning only inside text", None),
    "#": ("a comment cannot stand inside a formula", "put it on a line of its own in the file"),
    "...": ("... has no meaning in a formula", None),
    "…": ("… has no meaning in a formula", None),
    "≥": ("≥ does not compare", "write >="),
    "≤": ("≤ does not compare", "write <="),
    "≠": ("≠ does not compare", "write !="),
    "×": ("× does not multiply", "write *"),
    "·": ("· does not multiply", "write *"),
    "÷": ("÷ does not divide", "write /"),
    "∧": ("∧ does not join conditions", "write and"),
    "∨": ("∨ does not join conditions", "write or"),
    "¬": ("¬ does not negate", "write not"),
    "²": ("there are no powers in a formula", "write x * x for a square"),
    "€": ("€ has no meaning in a formula", "write the number alone"),
    "£": ("£ has no meaning in a formula", "write the number alone"),
}
for _dash in "−–—‐‑":
    SYMBOLS[_dash] = (f"{_dash} is not a minus sign", "write - (the plain hyphen)")
for _quote in "“”„‟″«»":
    SYMBOLS[_quote] = (f"{_quote} does not quote text", 'write plain quotation marks, e.g. "paid"')
for _quote in "‘’‚‛′´":
    SYMBOLS[_quote] = (f"{_quote} does not quote text", "write plain quotation marks, e.g. 'paid'")

# Words that stand between or before two things, where an operator is missing.
PHRASES: dict[str, tuple[str, str]] = {
    "where": ("where has no meaning in a formula", 'a filter stands in brackets: count(orders[status == "paid"])'),
    "filter": ("filter has no meaning in a formula", 'a filter stands in brackets: count(orders[status == "paid"])'),
    "case": ("case has no meaning in a formula", "a choice between values of a row is written a if condition else b"),
    "when": ("when has no meaning in a formula", "a choice between values of a row is written a if condition else b"),
    "then": ("then has no meaning in a formula", "a choice between values of a row is written a if condition else b"),
    "end": ("end has no meaning in a formula", "a choice between values of a row is written a if condition else b"),
    "distinct": ("distinct has no meaning in a formula", "write count_distinct(orders.customer_id)"),
    "like": ("like has no meaning in a formula", 'write contains(name, "part")'),
    "ilike": ("ilike has no meaning in a formula", 'write contains(lower(name), "part")'),
    "between": ("between has no meaning in a formula", "write 20 <= amount <= 30"),
    "select": (
        "select has no meaning in a formula",
        "a formula is arithmetic over aggregates",
    ),
    "group": ("group has no meaning in a formula", "every period has one value; filters stand in brackets"),
    "over": ("over has no meaning in a formula", "what a value looks back over is the window of the KPI"),
    "div": ("div has no meaning in a formula", "write /"),
    "mod": ("there is no remainder in a formula", "compute it in a query"),
    "xor": ("xor has no meaning in a formula", "write a != b"),
    "equals": ("equals does not compare", "write =="),
}
for _word in ("AND", "OR", "NOT", "IN", "IS", "IF", "ELSE"):
    PHRASES[_word] = (f"{_word} is written in lower case", f"write {_word.lower()}")
for _word in ("where", "case", "when", "then", "end", "distinct", "like", "between", "select"):
    PHRASES[_word.upper()] = PHRASES[_word]

# Words for an empty value or a truth value, as other languages spell them.
EMPTY_WORDS = frozenset({"null", "NULL", "Null", "none", "NONE", "nil", "nan", "NaN", "NaT", "undefined"})
TRUTH_WORDS = {"true": "True", "TRUE": "True", "false": "False", "FALSE": "False"}

# Functions by the names they have elsewhere (in lower case), and what to do instead.
_ELSEWHERE: tuple[tuple[str, str], ...] = (
    ("mean average averagea", "write avg(orders.amount)"),
    ("averageif averageifs avgif avg_if", 'write avg(orders.amount[status == "paid"])'),
    ("total", "write sum(orders.amount)"),
    ("sumif sumifs sum_if", 'write sum(orders.amount[status == "paid"])'),
    (
        "nunique distinct unique uniq n_distinct distinct_count distinctcount",
        "write count_distinct(orders.customer_id)",
    ),
    ("countdistinct count_unique countunique approx_count_distinct", "write count_distinct(orders.customer_id)"),
    ("len length size rows nrows counta countrows row_count", "write count(orders)"),
    ("countif countifs count_if", 'write count(orders[status == "paid"])'),
    ("std stdev stdev_s stddev_samp std_dev standard_deviation", "write stddev(orders.amount)"),
    ("var variance var_samp mode corr", "there is none; stddev is the standard deviation of the sample"),
    ("quantile quantile_cont percentile_cont percentile_disc pct perc", "write percentile(orders.amount, 95)"),
    ("minimum least lowest", "write min(orders.amount)"),
    ("maximum greatest highest", "write max(orders.amount)"),
    ("first_value earliest", "write first(orders.amount)"),
    ("last_value latest newest", "write last(orders.amount)"),
    ("round abs floor ceil ceiling trunc", "there is none; values are rounded only when they are shown"),
    ("sqrt pow power log ln log10 exp", "a formula has + - * / only"),
    ("ratio divide safe_divide div0", "write a / b; where b is 0 there is no data"),
    ("iff iif ifs case when switch choose", "a choice between values of a row is written a if condition else b"),
    ("ifnull nvl isnull fillna nullif zn ifna iferror", "write coalesce(amount, 0) in a row expression"),
    ("lag prev prior previous_period last_period", "write previous(x), or previous(x, 12)"),
    ("last_year lastyear previous_year yoy year_over_year sameperiodlastyear", "write year_ago(x)"),
    ("growth change delta", "write x / previous(x) - 1"),
    ("closing end_of closingbalance period_end", "write at_end(sum(stock.units))"),
    ("opening start_of openingbalance period_start", "write at_start(sum(stock.units))"),
    (
        "today now current_date current_timestamp getdate",
        "there is no clock in a formula; window_end stands for it in brackets",
    ),
    ("datediff date_diff timediff timedelta age", "write days(closed - opened), or minutes, hours, seconds"),
    ("dateadd date_add interval", "write ordered_at + 30 for 30 days later"),
    ("date to_date timestamp datetime", 'a date is written as text, e.g. ordered_at >= "2026-01-01"'),
    ("day week quarter weekday date_trunc hour minute", "there are year and month of a date, and days of a difference"),
    ("upper ucase lcase lowercase casefold tolower", "write lower(name) and compare with lower-case text"),
    ("like ilike startswith starts_with endswith match", 'write contains(name, "part")'),
    ("find search instr strpos includes", 'write contains(name, "part")'),
    ("regexp regexp_extract regex regexp_matches regexp_replace", 'write extract(name, "pattern (group)")'),
    ("substr substring left right mid split", 'write extract(name, "pattern (group)")'),
    ("cast int float to_number tonumber val value decimal", "write number(text)"),
    ("str text concat trim strip replace format", "there is none; compute the text in a query"),
    ("eval exec open getattr print __import__", "a formula is only read, never run"),
    ("and or not", "and, or, not are written in lower case: not (a and b)"),
)


def elsewhere(name: str) -> str | None:
    """What to write instead of a function that has this name in SQL, spreadsheets or pandas; None: not known."""
    name = name.lower()
    if name[:1] in ("p", "q") and name[1:].isdecimal() and len(name) <= 3:
        return f"write percentile(orders.amount, {name[1:]})"
    return next((hint for names, hint in _ELSEWHERE if name in names.split()), None)
