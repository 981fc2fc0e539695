"""What people who know SQL, spreadsheets, pandas or other languages write, and what to write here instead. Data only.

The names that our own functions have elsewhere are in their records, in ``functions.py``.
"""

from __future__ import annotations

from kpi.formulas.functions import FUNCTIONS
from kpi.values.units import CURRENCY_SIGNS

# Symbols that mean in other languages what these mean here.
MEANT = {
    "===": "==",
    "!==": "!=",
    "<>": "!=",
    "=>": ">=",
    "=<": "<=",
    "&": "and",
    "&&": "and",
    "|": "or",
    "||": "or",
    "!": "not",
    "~": "not",
    "//": "/",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "×": "*",
    "·": "*",
    "÷": "/",
    "∧": "and",
    "∨": "or",
    "¬": "not",
    "div": "/",
    "equals": "==",
}
# Symbols without a meaning here: what to say, and what to do about it.
SYMBOLS: dict[str, tuple[str, str | None]] = {
    "===": ("=== does not compare", None),
    "!==": ("!== does not compare", None),
    "<>": ("<> does not compare", None),
    "=>": ("=> does not compare", None),
    "=<": ("=< does not compare", None),
    "<=>": ("<=> has no meaning in a formula", None),
    "&": ("& does not join conditions", None),
    "&&": ("&& does not join conditions", None),
    "|": ("| does not join conditions", None),
    "||": ("|| does not join conditions", None),
    "!": ("! does not negate", None),
    "~": ("~ does not negate", None),
    "**": ("there are no powers in a formula", "write x * x for a square"),
    "^": ("there are no powers in a formula", "write x * x for a square"),
    "//": ("there is no whole-number division in a formula", None),
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
    "`": ("names have no quotation marks in a formula", "a column is named by its header, e.g. orders.amount"),
    "\\": ("a backslash has a meaning only inside text", None),
    "#": ("a comment cannot be inside a formula", "put it on a line of its own in the file"),
    "...": ("... has no meaning in a formula", None),
    "…": ("… has no meaning in a formula", None),
    "≥": ("≥ does not compare", None),
    "≤": ("≤ does not compare", None),
    "≠": ("≠ does not compare", None),
    "×": ("× does not multiply", None),
    "·": ("· does not multiply", None),
    "÷": ("÷ does not divide", None),
    "∧": ("∧ does not join conditions", None),
    "∨": ("∨ does not join conditions", None),
    "¬": ("¬ does not negate", None),
    "²": ("there are no powers in a formula", "write x * x for a square"),
}
for _sign in CURRENCY_SIGNS:
    SYMBOLS[_sign] = (f"{_sign} has no meaning in a formula", "write the number or the name alone")
for _dash in "−–—‐‑":
    MEANT[_dash] = "-"
    SYMBOLS[_dash] = (f"{_dash} is not a minus sign", "write - (the plain hyphen)")
for _quote in "“”„‟″«»":
    SYMBOLS[_quote] = (f"{_quote} does not quote text", 'write plain quotation marks, e.g. "paid"')
for _quote in "‘’‚‛′´":
    SYMBOLS[_quote] = (f"{_quote} does not quote text", "write plain quotation marks, e.g. 'paid'")

# Words between or before two things, where an operator is missing.
PHRASES: dict[str, tuple[str, str | None]] = {
    "where": ("where has no meaning in a formula", 'a filter goes in brackets: count(orders[status == "paid"])'),
    "filter": ("filter has no meaning in a formula", 'a filter goes in brackets: count(orders[status == "paid"])'),
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
    "group": ("group has no meaning in a formula", "every period has one value; filters go in brackets"),
    "over": (
        "over comes before its brackets",
        'the window of the KPI says what a value looks back over; one value over another: over(sales, "3 months")',
    ),
    "div": ("div has no meaning in a formula", None),
    "mod": ("there is no remainder in a formula", "compute it in a query"),
    "xor": ("xor has no meaning in a formula", "write a != b"),
    "equals": ("equals does not compare", None),
}
for _word in ("AND", "OR", "NOT", "IN", "IS", "IF", "ELSE"):
    PHRASES[_word] = (f"{_word} is written in lower case", f"write {_word.lower()}")
for _word in ("where", "case", "when", "then", "end", "distinct", "like", "between", "select"):
    PHRASES[_word.upper()] = PHRASES[_word]

# Words for an empty value or a boolean, as other languages spell them.
EMPTY_WORDS = frozenset({"null", "NULL", "Null", "none", "NONE", "nil", "nan", "NaN", "NaT", "undefined"})
BOOLEAN_WORDS = {"true": "True", "TRUE": "True", "false": "False", "FALSE": "False"}

# Functions that have no counterpart here under another name alone (in lower case), and what to do instead.
_ELSEWHERE: tuple[tuple[str, str], ...] = (
    ("averageif averageifs avgif avg_if", 'write avg(orders.amount[status == "paid"])'),
    ("sumif sumifs sum_if", 'write sum(orders.amount[status == "paid"])'),
    ("countif countifs count_if", 'write count(orders[status == "paid"])'),
    ("var variance var_samp corr", "it is not available; stddev is the standard deviation of the sample"),
    ("trunc truncate", "floor(amount) rounds down, ceil(amount) up, round(amount) to the nearest whole number"),
    ("len", "count(orders) counts the rows, length(name) the characters of a text"),
    ("make_date makedate datefromparts date_from_parts", "write date(y, m, d)"),
    ("sqrt pow power log ln log10 exp", "a formula has + - * / only"),
    ("ratio divide safe_divide div0", "write a / b; where b is 0 there is no data"),
    ("iff iif ifs case when switch choose", "a choice between values of a row is written a if condition else b"),
    ("ifnull nvl isnull fillna nullif zn ifna iferror", "write coalesce(amount, 0) in a row expression"),
    ("lag prev prior previous_period last_period", "write previous(x), or previous(x, 12)"),
    ("last_year lastyear previous_year yoy year_over_year sameperiodlastyear", "write year_ago(x)"),
    ("change delta", "write growth(x), or x - previous(x)"),
    (
        "today now current_date current_timestamp getdate",
        "there is no clock in a formula; window_end takes its place in brackets",
    ),
    ("datediff date_diff timediff timedelta age", "write days(closed - opened), or minutes, hours, seconds"),
    ("dateadd date_add interval", "write ordered_at + 30 for 30 days later"),
    ("to_date timestamp datetime", 'a date is written as text, e.g. ordered_at >= "2026-01-01"'),
    (
        "date_trunc minute",
        "there are year, quarter, month, week, day, weekday and hour of a time, and minutes of a difference",
    ),
    ("concat concatenate textjoin", 'texts are joined by +: first_name + " " + last_name'),
    ("str text format to_char", "it is not available; compute the text in a query"),
    ("eval exec open getattr print __import__", "a formula is only read, never run"),
    ("and or not", "and, or, not are written in lower case: not (a and b)"),
)
# For functions of ours whose example alone does not say how to write it.
_HINTS = {"date": 'a date is written as text, e.g. ordered_at >= "2026-01-01"'}


def elsewhere(name: str) -> str | None:
    """What to write instead of a function that has this name in SQL, spreadsheets or pandas; None if unknown."""
    name = name.lower()
    if name in _HINTS:
        return _HINTS[name]
    if name[:1] in ("p", "q") and name[1:].isdecimal() and len(name) <= 3:
        return f"write percentile(orders.amount, {name[1:]})"
    for function in FUNCTIONS.values():
        if name in function.elsewhere.split():
            return f"write {function.example}"
    return next((hint for names, hint in _ELSEWHERE if name in names.split()), None)
