"""What people who know SQL, spreadsheets, pandas or other languages write, and what it is called here. Data only."""

from __future__ import annotations

AGGREGATES = ("count", "sum", "avg", "min", "max", "median", "stddev", "count_distinct", "first", "last", "percentile")
MOMENTS = ("at_end", "at_start", "started", "ended")
SHIFTS = ("previous", "year_ago")
ROW_FUNCTIONS = (
    "minutes", "hours", "days", "seconds", "year", "month", "lower", "contains", "extract", "coalesce", "number",
    "first_date",
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
    "where": (
        "where has no meaning in a formula",
        'a filter stands in brackets, e.g. sum(orders.amount[status == "paid"])',
    ),
    "filter": (
        "filter has no meaning in a formula",
        'a filter stands in brackets, e.g. count(orders[status == "paid"])',
    ),
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
        "a formula is arithmetic over aggregates, e.g. sum(orders.amount)",
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

_ROUNDING = "values are rounded only when they are shown; leave it out"
_CLOCK = "there is no clock in a formula; window_end is the day after the window, e.g. count(tickets[due < window_end])"
_CHOICE = "a choice between values of a row is written a if condition else b"
_SPAN = "write days(closed - opened), or minutes, hours, seconds"
_PART = 'write contains(name, "part")'
_COUNT_IF = 'write count(orders[status == "paid"])'
_UNIT = "write {}(orders.amount)"

# Functions by the names they have elsewhere (in lower case): what to do instead.
FUNCTIONS: dict[str, str] = {
    **dict.fromkeys(("mean", "average", "averagea"), _UNIT.format("avg")),
    **dict.fromkeys(("averageif", "averageifs", "avgif", "avg_if"), 'write avg(orders.amount[status == "paid"])'),
    **dict.fromkeys(("total", "sum_distinct"), _UNIT.format("sum")),
    **dict.fromkeys(("sumif", "sumifs", "sum_if"), 'write sum(orders.amount[status == "paid"])'),
    **dict.fromkeys(
        ("nunique", "distinct", "unique", "uniq", "n_distinct", "distinct_count", "distinctcount", "countdistinct",
         "count_unique", "countunique", "approx_count_distinct"),
        "write count_distinct(orders.customer_id)",
    ),
    **dict.fromkeys(("len", "length", "size", "rows", "nrows", "counta", "countrows", "row_count"), "write count(orders)"),
    **dict.fromkeys(("countif", "countifs", "count_if"), _COUNT_IF),
    **dict.fromkeys(("std", "stdev", "stdev_s", "stddev_samp", "std_dev", "standard_deviation"), _UNIT.format("stddev")),
    **dict.fromkeys(("var", "variance", "var_samp", "mode", "corr"), "there is none; stddev is the sample's standard deviation"),
    **dict.fromkeys(
        ("quantile", "quantile_cont", "percentile_cont", "percentile_disc", "pct", "perc"),
        "write percentile(orders.amount, 95)",
    ),
    **dict.fromkeys(("minimum", "least", "lowest"), _UNIT.format("min")),
    **dict.fromkeys(("maximum", "greatest", "highest"), _UNIT.format("max")),
    **dict.fromkeys(("first_value", "earliest"), _UNIT.format("first")),
    **dict.fromkeys(("last_value", "latest", "newest"), _UNIT.format("last")),
    **dict.fromkeys(("round", "abs", "floor", "ceil", "ceiling", "trunc"), _ROUNDING),
    **dict.fromkeys(("sqrt", "pow", "power", "log", "ln", "log10", "exp"), "a formula has + - * / only"),
    **dict.fromkeys(("ratio", "divide", "safe_divide", "div0"), "write a / b; where b is 0 there is no data"),
    **dict.fromkeys(("if", "iff", "iif", "ifs", "case", "when", "switch", "choose"), _CHOICE),
    **dict.fromkeys(("ifnull", "nvl", "isnull", "fillna", "nullif", "zn", "ifna", "iferror"), "write coalesce(amount, 0) in a row expression"),
    **dict.fromkeys(("lag", "prev", "prior", "previous_period", "last_period"), "write previous(x), or previous(x, 12)"),
    **dict.fromkeys(("last_year", "lastyear", "previous_year", "yoy", "year_over_year", "sameperiodlastyear"), "write year_ago(x)"),
    **dict.fromkeys(("growth", "change", "delta"), "write x / previous(x) - 1"),
    **dict.fromkeys(("closing", "end_of", "closingbalance", "period_end"), "write at_end(sum(stock.units))"),
    **dict.fromkeys(("opening", "start_of", "openingbalance", "period_start"), "write at_start(sum(stock.units))"),
    **dict.fromkeys(("today", "now", "current_date", "current_timestamp", "getdate"), _CLOCK),
    **dict.fromkeys(("datediff", "date_diff", "timediff", "dateadd", "date_add", "timedelta", "age"), _SPAN + "; date + 30 is days"),
    **dict.fromkeys(("date", "to_date", "timestamp", "datetime"), 'a date is written as text, e.g. ordered_at >= "2026-01-01"'),
    **dict.fromkeys(("day", "week", "quarter", "weekday", "date_trunc", "hour", "minute"), "there are year and month of a date; days, hours, minutes of a difference"),
    **dict.fromkeys(("upper", "ucase", "lcase", "lowercase", "casefold", "tolower"), "write lower(name) and compare with lower-case text"),
    **dict.fromkeys(("like", "ilike", "startswith", "starts_with", "endswith", "match", "find", "search", "instr", "strpos", "includes"), _PART),
    **dict.fromkeys(("regexp", "regexp_extract", "regex", "regexp_matches", "regexp_replace", "substr", "substring", "left", "right", "mid", "split"), 'write extract(name, "pattern (group)")'),
    **dict.fromkeys(("cast", "int", "float", "to_number", "tonumber", "val", "value", "decimal"), "write number(text)"),
    **dict.fromkeys(("str", "text", "concat", "trim", "strip", "replace", "format"), "there is none; compute the text in a query"),
    **dict.fromkeys(("eval", "exec", "open", "getattr", "print", "__import__"), "a formula is only read, never run"),
    **dict.fromkeys(("not",), "write not (condition)"),
    **dict.fromkeys(("and", "or"), "write a and b, a or b"),
}  # fmt: skip
