"""Every mistake is found at the very characters; ⟦…⟧ in a formula marks them."""

from __future__ import annotations

import pytest

from kpi.formulas import FormulaError, Place, parse_formula, parse_row

Case = tuple[str, str, str, str | None]  # formula with its mark, code, a part of the message, a part of the hint


def fault_of(text: str, place: Place | None = None) -> FormulaError:
    with pytest.raises(FormulaError) as caught:
        parse_formula(text) if place is None else parse_row(text, place)
    return caught.value


def check(marked: str, code: str, message: str, hint: str | None, place: Place | None = None) -> None:
    before, _, rest = marked.partition("⟦")
    marked_text, _, after = rest.partition("⟧")
    found = fault_of(before + marked_text + after, place)
    assert (found.start, found.end) == (len(before), len(before) + len(marked_text)), found.message
    assert found.code == code
    assert message in found.message
    if hint is None:
        assert found.hint is None
    else:
        assert hint in (found.hint or "")


SYMBOLS: list[Case] = [
    ('sum(orders.amount[status ⟦=⟧ "paid"])', "E050", "= does not compare", "write =="),
    ("revenue ⟦=⟧ 5", "E050", "= does not compare", "write =="),
    ("⟦=⟧ sum(orders.amount)", "E050", "= does not belong here", "alone"),
    ("count(orders[a ⟦< =⟧ 5])", "E050", "without a space", "write <="),
    ("count(orders[a ⟦===⟧ 5])", "E050", "does not compare", "write =="),
    ("count(orders[a ⟦=>⟧ 5])", "E050", "does not compare", "write >="),
    ('count(orders[a == "x" ⟦&⟧ b > 0])', "E050", "& does not join", "write and"),
    ('count(orders[a == "x" ⟦&&⟧ b > 0])', "E050", "&& does not join", "write and"),
    ('count(orders[a == "x" ⟦|⟧ b > 0])', "E050", "| does not join", "write or"),
    ('count(orders[a == "x" ⟦||⟧ b > 0])', "E050", "|| does not join", "write or"),
    ("count(orders[⟦!⟧paid])", "E050", "! does not negate", "write not"),
    ("count(orders[⟦~⟧paid])", "E050", "~ does not negate", "write not"),
    ("count(orders[a ⟦<>⟧ 5])", "E050", "<> does not compare", "write !="),
    ("count(orders[a ⟦≥⟧ 5])", "E050", "≥ does not compare", "write >="),
    ("revenue ⟦−⟧ cost", "E050", "not a minus sign", "hyphen"),
    ("revenue ⟦×⟧ 2", "E050", "does not multiply", r"write *"),
    ("x ⟦**⟧ 2", "E050", "no powers", "x * x"),
    ("x ⟦^⟧ 2", "E050", "no powers", "x * x"),
    ("x⟦²⟧", "E050", "no powers", "x * x"),
    ("x ⟦%⟧ 2", "E050", "no remainder", "0.3 for 30%"),
    ("x ⟦//⟧ 2", "E050", "whole-number division", "write /"),
    ("revenue ⟦?⟧ 1 : 2", "E050", "? has no meaning", "a if condition else b"),
    ("⟦{⟧a}", "E050", "braces", '("a", "b")'),
    ("⟦`⟧orders`", "E050", "have no quotation marks", "orders.amount"),
    ("a⟦;⟧ b", "E050", "semicolon", "one expression"),
    ("count(orders) ⟦#⟧ all of them", "E050", "comment", "line of its own"),
    ("sum(orders.amount[status == ⟦“⟧paid”])", "E050", "does not quote text", '"paid"'),
    ("sum(orders.amount[status == ⟦‘⟧paid’])", "E050", "does not quote text", "'paid'"),
    ('sum(orders.amount[status == ⟦"⟧paid])', "E050", "never closed", None),
    ("⟦\0⟧", "E050", "control character (U+0000)", None),
    ("a⟦\u200b⟧b", "E050", "U+200B", None),
    ("⟦☃⟧ + 1", "E050", "☃ (U+2603)", None),
    ("(y ⟦:=⟧ 5)", "E050", "names cannot be given", "measures"),
]

NUMBERS: list[Case] = [
    ("sum(a.b) * ⟦100%⟧", "E050", "written as a share", "write 1"),
    ("sum(a.b) * ⟦2.5%⟧", "E050", "written as a share", "write 0.025"),
    ("⟦5k⟧ + x", "E050", "not a number", "write 5000"),
    ("⟦1.5M⟧ + x", "E050", "not a number", "write 1500000"),
    ("⟦1,000⟧ + sum(a.b)", "E050", "without commas", "write 1000"),
    ("count(a[b == ⟦1,234,567⟧])", "E050", "without commas", "write 1234567"),
    ("⟦1e999⟧", "E050", "too large", None),
    ("⟦" + "9" * 39 + "⟧", "E050", "too large", None),
    ("⟦" + "9" * 6000 + "⟧", "E050", "too large", None),
    ("⟦1j⟧ * x", "E050", "not a number", None),
    ("⟦0x1F⟧", "E050", "not a number", None),
    ("⟦007⟧", "E050", "not a number", "write 7"),
    ("1.5⟦.2⟧", "E050", "an operator is missing between 1.5 and .2", "+ - * /"),
    ("count(a[b > ⟦2026-01-31⟧])", "E050", "would be a subtraction", '"2026-01-31"'),
    ("count(a[b > ⟦2026-10⟧])", "E050", "would be a subtraction", '"2026-10"'),
]

FORMS: list[Case] = [
    ("⟦⟧", "E050", "empty", "count(orders)"),
    ("⟦   ⟧", "E050", "empty", "count(orders)"),
    ("revenue ⟦+⟧", "E050", "something is missing after +", None),
    ("⟦*⟧ 2", "E050", "something is missing before *", "count(orders)"),
    ("a + ⟦/⟧ b", "E050", "between + and /", None),
    ("a ⟦b⟧", "E050", "an operator is missing between a and b", "+ - * /"),
    ("avg(calls.Handle ⟦time⟧)", "E050", "is missing between Handle and time", "in its header is written Handle_time"),
    ('count(a[b == "x" ⟦"y"⟧])', "E050", "two texts are next to each other", "comma"),
    ("a⟦,⟧ b", "E050", "a comma has no meaning here", "one expression"),
    ("sum⟦(⟧orders.amount", "E050", "never closed", "add )"),
    ("sum(orders.amount)⟦)⟧", "E050", "closes nothing", None),
    ("sum(orders.amount⟦]⟧", "E050", "does not fit the ( at character 4", "write )"),
    ("sum(orders.amount⟦[]⟧)", "E050", "brackets are empty", "condition"),
    ('sum(orders.amount[status == "paid"⟦,⟧ amount > 0])', "E050", "comma", 'status == "paid" and amount > 0'),
    ("sum(⟦a.b[c][d]⟧)", "E050", "one pair of brackets", "and"),
    ('⟦f"x"⟧', "E050", "f before", '"text"'),
    ('⟦b"x"⟧', "E050", "b before", '"text"'),
    ("⟦lambda⟧: 1", "E050", "lambda has no meaning", "aggregates"),
    ("sum(⟦for⟧ x in y)", "E050", "for has no meaning", "aggregates"),
    ("sum(orders.⟦class⟧)", "E050", "class is a word of the language", "class_: class"),
    ("sum(orders.⟦*⟧)", "E050", "missing after the dot", "count(orders)"),
    ("sum(⟦a.b.c⟧)", "E050", "with one dot", "orders.amount"),
    ("count(⟦*⟧)", "E050", "all rows", "count(orders)"),
    ("sum(⟦*⟧a)", "E050", "all rows", "count(orders)"),
    ("previous(x, ⟦n=⟧12)", "E050", "no names", "previous(x, 12)"),
    ("a ⟦AND⟧ b", "E050", "lower case", "write and"),
    ("count(a[⟦NOT⟧ b])", "E050", "lower case", "write not"),
    ('count(a[b ⟦IN⟧ ("x", "y")])', "E050", "lower case", "write in"),
    ("count(a[b ⟦not⟧ 5])", "E050", "before a condition", "!="),
    ("count(a[b ⟦if⟧ c])", "E050", "if needs an else", "a if condition else b"),
    ("⟦if⟧(a, b, c)", "E050", "if goes between", "a if condition else b"),
    ("⟦case⟧ when a then b end", "E050", "case has no meaning", "a if condition else b"),
    ('sum(orders.amount ⟦where⟧ status == "paid")', "E050", "where has no meaning", "in brackets"),
    ("count(a[b ⟦between⟧ 1 and 2])", "E050", "between has no meaning", "20 <= amount <= 30"),
    ('count(a[b ⟦like⟧ "x%"])', "E050", "like has no meaning", "contains"),
    ("count(⟦distinct⟧ a.b)", "E050", "distinct has no meaning", "count_distinct"),
    ("count_distinct(⟦distinct⟧ a.b)", "E050", "distinct has no meaning", "count_distinct"),
    ('sum(⟦orders[x == "y"].amount⟧)', "E050", "after the column", 'orders.amount[x == "y"]'),
    ("count(größe[weiß ⟦=⟧ 5])", "E050", "= does not compare", "write =="),
    ('count(größe["ü" == weiß ⟦&⟧ b])', "E050", "& does not join", "write and"),
    ("count(a[b == 1\n  ⟦&⟧ c == 2])", "E050", "& does not join", "write and"),
]

FUNCTIONS: list[Case] = [
    ("⟦COUNT⟧(orders)", "E051", "lower case: count", "write count"),
    ("⟦Sum⟧(orders.amount)", "E051", "lower case: sum", "write sum"),
    ("⟦mean⟧(orders.amount)", "E051", "no function mean", "avg(orders.amount)"),
    ("⟦average⟧(orders.amount)", "E051", "no function average", "avg(orders.amount)"),
    ("⟦AVERAGE⟧(orders.amount)", "E051", "no function AVERAGE", "avg(orders.amount)"),
    ("⟦nunique⟧(orders.amount)", "E051", "no function nunique", "count_distinct"),
    ("⟦distinct⟧(orders.amount)", "E051", "no function distinct", "count_distinct"),
    ("⟦p95⟧(orders.amount)", "E051", "no function p95", "percentile(orders.amount, 95)"),
    ("⟦std⟧(orders.amount)", "E051", "no function std", "stddev"),
    ("⟦round⟧(revenue)", "E052", "round works on one row", "when they are shown"),
    ("⟦abs(revenue, 2)⟧", "E051", "abs takes one argument, not 2", "abs(sales - budget)"),
    ("⟦floor⟧(revenue)", "E052", "floor works on one row", "rounded only when"),
    ("⟦most_common⟧(orders.amount)", "E051", "no function most_common", "mode(orders.amount)"),
    ("⟦lag⟧(revenue)", "E051", "no function lag", "previous(x)"),
    ("⟦now⟧()", "E051", "no function now", "no clock"),
    ("⟦cuont⟧(orders)", "E051", "no function cuont", 'did you mean "count"?'),
    ("⟦eval⟧(orders)", "E051", "no function eval", "never run"),
    ("count(⟦orders.amount⟧)", "E051", "count takes a source", "count(orders[amount is not None])"),
    ("sum(⟦orders⟧)", "E051", "sum takes a column", "sum(orders.COLUMN)"),
    ("count_distinct(⟦orders[a > 1]⟧)", "E051", "takes a column", "count_distinct(orders.COLUMN[a > 1])"),
    ("⟦count()⟧", "E051", "needs something", "count(orders)"),
    ('avg(orders.amount, ⟦status == "x"⟧)', "E051", "in brackets", 'avg(orders.amount[status == "x"])'),
    ("avg(orders.amount, ⟦5⟧)", "E051", "one argument, not 2", "avg(orders.amount)"),
    ("⟦percentile(a.b)⟧", "E051", "needs the percent", "percentile(a.b, 95)"),
    ("percentile(a.b, ⟦101⟧)", "E051", "from 0 to 100", "95"),
    ("percentile(a.b, ⟦-1⟧)", "E051", "from 0 to 100", "95"),
    ("percentile(a.b, ⟦True⟧)", "E051", "from 0 to 100", "95"),
    ("percentile(a.b, ⟦0.95⟧)", "E051", "from 0 to 100", "write 95"),
    ("percentile(95, ⟦a.b⟧)", "E051", "comes second", "percentile(a.b, 95)"),
    ("orders.amount.⟦sum⟧()", "E051", "not called with a dot", "sum(orders.amount)"),
    ("⟦previous()⟧", "E051", "one argument or two", "previous(revenue, 12)"),
    ("⟦year_ago(a, b)⟧", "E051", "one argument", "year_ago(revenue)"),
    ("⟦previous(a)⟧(b)", "E051", "only a function", None),
]

KINDS: list[Case] = [
    ("⟦orders.amount⟧", "E052", "orders.amount needs an aggregate", "sum(orders.amount)"),
    ("revenue / ⟦orders.amount[a > 1]⟧", "E052", "orders.amount needs an aggregate", "sum(orders.amount[a > 1])"),
    ("⟦orders[a > 1]⟧", "E052", "orders needs an aggregate", "count(orders[a > 1])"),
    ('⟦"paid"⟧', "E052", "a number is needed here, not text", None),
    ("revenue * ⟦True⟧", "E052", "not a boolean", None),
    ("⟦None⟧", "E052", "None is no value", "is None"),
    ("⟦null⟧", "E052", "null is written None", "is None"),
    ("⟦revenue > 5⟧", "E052", "a condition belongs only in the brackets", "count(orders["),
    ("⟦a and b⟧", "E052", "a condition belongs only in the brackets", "count(orders["),
    ("⟦not a⟧", "E052", "a condition belongs only in the brackets", "count(orders["),
    ("⟦a if b else c⟧", "E052", "a choice belongs only in a row expression", "compute"),
    ("⟦count(orders)[a > 1]⟧", "E052", "inside the aggregate", "count(orders["),
    ("⟦coalesce⟧(revenue, 0)", "E052", "works on one row", "no_rows: zero"),
    ("⟦hours⟧(x)", "E052", "works on one row", "computed"),
    ("sum(⟦sum(a.b)⟧)", "E052", "sum takes a column, not sum(…)", "sum(per(a.customer_id, sum(a.b)))"),
    ("mode(⟦sum(a.b)⟧)", "E052", "mode takes a column, not sum(…)", "do not nest"),
    ("sum(⟦previous(a)⟧)", "E052", "sum takes a column, not previous(…)", "previous(sum(…))"),
    # V10: what an aggregate is of.
    ("sum(a.b * ⟦c⟧)", "E052", "c is written without its source", "write a.c"),
    ("sum(⟦b⟧ * a.c)", "E052", "b is written without its source", "write a.b"),
    ("sum(a.b * ⟦c⟧.d)", "E052", "the rows of one source, and this names a and c", "aggregate each of the two"),
    ("sum(⟦a.b[c > 1]⟧ * a.d)", "E052", "goes after the whole expression", "write sum((a.b * a.d)[c > 1])"),
    ("sum(⟦3 * 4⟧)", "E052", "sum takes a source or a column of one", "e.g. orders.amount"),
    ("sum(⟦min(a.b, a.c)⟧)", "E052", "sum takes a column, not min(…)", "for each row write a.b if a.b < a.c else a.c"),
    ("sum(⟦not a.b⟧)", "E052", "sum takes a column, not a condition", "in brackets"),
    ("sum(⟦lower(a.b)⟧)", "E052", "sum needs numbers, and this is text", "number(text)"),
    ('sum(⟦contains(a.b, "x")⟧)', "E052", "sum needs numbers, and this is a boolean", 'count(a[contains(b, "x")])'),
    ("count(⟦a.b * 2⟧)", "E051", "count takes a source and counts its rows", "count(a)"),
    ("sum(a.b * ⟦lower(a.c)⟧)", "E052", "text cannot be multiplied", "number(text)"),
    ("sum(⟦a.b.c⟧ * 2)", "E050", "with one dot", "orders.amount"),
    # V11: groups.
    ("⟦per(a.b, count(a))⟧", "E052", "a formula has one value", "avg(per(a.b, count(a)))"),
    ("avg(⟦per(a.b)⟧)", "E051", "what to group by and an aggregate", "per(orders.customer_id"),
    ("avg(per(⟦a⟧, count(a)))", "E051", "per groups by a column", "a.customer_id"),
    ("avg(per(a.b, ⟦x⟧))", "E052", "one aggregate of the rows of a group", "if x is a measure"),
    ("avg(per(a.b, ⟦count(a) / 2⟧))", "E052", "one aggregate of the rows of a group", "count(orders)"),
    ("avg(per(a.b, ⟦at_end(count(a))⟧))", "E052", "one aggregate of the rows", "at_end(avg(per(…)))"),
    ("avg(per(a.b, count(⟦c⟧)))", "E052", "per groups the rows of a, and this is of c", "of one source"),
    ("avg(per(a.b, ⟦avg(per(a.c, count(a)))⟧))", "E052", "per does not nest", "query"),
    ("avg(per(⟦per(a.b, count(a))⟧, count(a)))", "E052", "per groups rows, not groups", "column"),
    ("mode(⟦per(a.b, count(a))⟧)", "E051", "mode is not of groups", "avg(per(a.b, count(a)))"),
    ("count(per(a.b, count(a))[⟦c⟧ > 1])", "E052", "know only value", "after the column"),
    ("count(per(a.b, count(a))[⟦value⟧])", "E052", "a condition is needed here", "compare it"),
    ('count(per(a.b, count(a))[⟦value == "x"⟧])', "E052", "cannot be compared", None),
    # V12: values.
    ("min(⟦a.b⟧, 0)", "E052", "min of several is of values, and a.b is a column", "a.b if a.b < 0 else 0"),
    ("max(⟦sum(a.b)⟧)", "E052", "max takes a column, not sum(…)", "max(sum(a.b), 0)"),
    ("abs(⟦a.b⟧)", "E052", "a.b needs an aggregate", "sum(a.b)"),
    ("⟦growth()⟧", "E051", "growth takes one argument or two, not 0", "growth(revenue, 12)"),
    ("⟦total(x, 2)⟧", "E051", "total takes one argument, not 2", "total(sales)"),
    ("⟦change⟧(x)", "E051", "there is no function change", "growth(x)"),
    ("count(⟦a.b > 5⟧)", "E052", "not a condition", "in brackets"),
    ('sum(⟦orders["amount"]⟧)', "E052", "named with a dot", "orders.amount"),
    ("⟦[a, b]⟧", "E052", "a list belongs only after in", None),
    ("count(a[⟦sum⟧(b.c) > 1])", "E052", "sum is an aggregate", "query"),
    ("count(a[⟦max⟧(b, c) > 1])", "E052", "max is an aggregate", "b if b > c else c"),
    ("count(a[⟦a.b⟧ > 1])", "E052", "alone", "write b"),
    ("count(a[⟦b[c]⟧ > 1])", "E052", "brackets belong only after", "and"),
    ("count(a[b ⟦== None⟧])", "E052", "does not test for an empty value", "write b is None"),
    ("count(a[b ⟦!= None⟧])", "E052", "does not test for an empty value", "write b is not None"),
    ("count(a[(b) ⟦== null⟧])", "E052", "does not test for an empty value", "write b is None"),
    ("count(a[b is ⟦null⟧])", "E052", "null is written None", "write None"),
    ("count(a[b is not ⟦NULL⟧])", "E052", "NULL is written None", "write None"),
    ("count(a[b == ⟦true⟧])", "E052", "true is written True", "write True"),
    ("count(a[b == ⟦FALSE⟧])", "E052", "FALSE is written False", "write False"),
    ("count(a[b ⟦is True⟧])", "E052", "is tests only for None", "write == True"),
    ('count(a[b ⟦is not "x"⟧])', "E052", "is not tests only for None", 'write != "x"'),
    ('count(a[b ⟦== ("x", "y")⟧])', "E052", "does not compare with a list", 'write b in ("x", "y")'),
    ('count(a[b in ⟦"paid"⟧])', "E052", "in takes a list", 'b == "paid"'),
    ("count(a[b in ⟦paid⟧])", "E052", "in takes a list", "status in"),
    ("count(a[b in ⟦()⟧])", "E052", "list is empty", '("paid", "open")'),
    ("count(a[b in (⟦paid⟧, 5)])", "E052", "values, not columns", 'quotation marks: "paid"'),
    ("count(a[b in (5, ⟦None⟧)])", "E052", "no None", "or b is None"),
    ("count(a[b in (⟦c + 1⟧,)])", "E052", "values only", None),
    ('count(a[b in (5, ⟦"x"⟧)])', "E052", "one type", None),
    ('count(a[⟦year(b) == "2026"⟧])', "E052", "compared with text", "write 2026 without quotation marks"),
    ("count(a[⟦year(b) == True⟧])", "E052", "a number cannot be compared with a boolean", "True or False"),
    ("count(a[⟦b < True⟧])", "E052", "no order", "=="),
    ("count(a[⟦(b > 1) == 5⟧])", "E052", "compared with", "True or False"),
    ("count(a[⟦window_end - b > 7⟧])", "E052", "compared with a number", "write seconds(window_end - b), or"),
    ('count(a[⟦window_end > "soon"⟧])', "E052", '"soon" is not a date', "YYYY-MM-DD"),
    ('count(a[⟦b + "x" > 5⟧])', "E052", "text cannot be compared with a number", "number(column)"),
    ('count(a[⟦lower(b) + 5⟧ == "x5"])', "E052", "text and a number cannot be added", "number(text)"),
    ("count(a[⟦True⟧ + b == 1])", "E052", "a boolean cannot be added", "if condition"),
    ("count(a[⟦lower(b)⟧ - c == 1])", "E052", "text cannot be subtracted", "number(text)"),
    ('count(a[hour(⟦date(b, "%Y")⟧) == 1])', "E052", "hour takes a time, not a date", "no time of day"),
    ("count(a[⟦date(b)⟧ is None])", "E051", "date takes two arguments or three, not 1", "%d/%m/%Y"),
    ("count(a[date(b, ⟦c⟧) is None])", "E051", "the format of date is written as text", "%d/%m/%Y"),
    ("count(a[⟦concat⟧(b, c) is None])", "E051", "no function concat", "joined by +"),
    ("count(a[⟦startswith⟧(b, c)])", "E051", "no function startswith", "starts_with"),
    ("count(a[⟦len⟧(b) > 3])", "E051", "no function len", "length(name)"),
    ("count(a[b * (⟦c > 1⟧) > 5])", "E052", "a boolean cannot be multiplied", "if condition else"),
    ('count(a[⟦-"x"⟧ > 5])', "E052", "text cannot be negative", "number(text)"),
    ("count(a[⟦b + 1⟧])", "E052", "a condition is needed here", "compare it"),
    ('sum(a.c[⟦"x"⟧])', "E052", "a condition is needed here, not text", "compare it"),
    ("count(a[b and ⟦5⟧])", "E052", "a condition is needed here, not a number", "compare it"),
    ("count(a[hours(⟦5⟧) > 1])", "E052", "hours takes a duration, not a number", "closed - opened"),
    ("count(a[contains(b, ⟦5⟧)])", "E052", "contains takes text, not a number", None),
]

TIME: list[Case] = [
    ("previous(x, ⟦0⟧)", "E053", "whole periods, 1 or more", "previous(revenue, 12)"),
    ("previous(x, ⟦-1⟧)", "E053", "whole periods, 1 or more", "previous(revenue, 12)"),
    ("previous(x, ⟦1.5⟧)", "E053", "whole periods, 1 or more", "previous(revenue, 12)"),
    ("previous(x, ⟦True⟧)", "E053", "whole periods, 1 or more", "previous(revenue, 12)"),
    ("previous(x, ⟦n⟧)", "E053", "whole periods, 1 or more", "previous(revenue, 12)"),
    ("previous(x, ⟦10001⟧)", "E053", "at most 10,000", None),
    ("year_ago(⟦5⟧)", "E053", "year_ago of a number", "leave it out"),
    ("at_end(⟦5⟧)", "E053", "at_end of a number", "leave it out"),
    ("growth(x, ⟦y⟧)", "E053", "growth counts back whole periods", "growth(revenue, year_ago)"),
    ("at_end(⟦growth(x)⟧)", "E053", "growth goes outside of at_end", "growth(at_end(…))"),
    ("⟦over(x)⟧", "E051", "over takes a value and a window as text", 'over(revenue, "3 months")'),
    ("over(x, ⟦12⟧)", "E051", "over takes a value and a window as text", 'over(revenue, "3 months")'),
    ('over(x, ⟦"3 fortnights"⟧)', "E053", "is not a window", "3 months"),
    ('over(x, ⟦"0 days"⟧)', "E053", "contains no days", "leave over out"),
    ('over(⟦5⟧, "3 months")', "E053", "over of a number is that number", "leave it out"),
    ("1 + ⟦window_start⟧", "E053", "only in the brackets", "opened < window_start"),
    ("at_end(⟦previous(x)⟧)", "E053", "previous goes outside of at_end", "previous(at_end(…))"),
    ("at_end(a + ⟦previous(x)⟧)", "E053", "previous goes outside of at_end", "previous(at_end(…))"),
    ("started(-⟦year_ago(x)⟧)", "E053", "year_ago goes outside of started", "year_ago(started(…))"),
    ("at_end(at_start(⟦x⟧))", "E053", "at_start inside at_end", "leave one out"),
    ("ended(1 + at_end(⟦count(a)⟧))", "E053", "at_end inside ended", "leave one out"),
    ("count(a[⟦previous⟧(b) > 1])", "E053", "about periods", "previous(count(orders))"),
    ("count(a[⟦at_end⟧(b) > 1])", "E053", "about periods", "at_end(count(employees))"),
]


@pytest.mark.parametrize(("marked", "code", "message", "hint"), SYMBOLS + NUMBERS + FORMS + FUNCTIONS + KINDS + TIME)
def test_a_mistake_is_shown_at_its_characters(marked: str, code: str, message: str, hint: str | None) -> None:
    check(marked, code, message, hint)


ROWS: list[tuple[Place, str, str, str, str | None]] = [
    ("where", "⟦sum⟧(amount) > 1", "E052", "sum is an aggregate", "query"),
    ("where", "opened < ⟦window_end⟧", "E053", "only in the brackets", "count(tickets["),
    ("computed", "⟦window_start⟧", "E053", "only in the brackets", "count(tickets["),
    ("where", '⟦first_date(a)⟧ > "2026-01-01"', "E051", "belongs in computed", "first_order"),
    ("filter", '⟦first_date(a)⟧ > "2026-01-01"', "E051", "belongs in computed", "first_order"),
    ("computed", "first_date(⟦a + 1⟧)", "E051", "name of a column", "customer_id"),
    ("computed", "⟦first_date(a, b)⟧", "E051", "one argument, not 2", "customer_id"),
    ("where", "⟦quantity * price⟧", "E052", "a condition is needed", "compare it"),
    ("computed", "⟦orders.amount⟧ * 2", "E052", "alone", "write amount"),
    ("computed", "⟦minutes()⟧", "E051", "one argument, not 0", "closed - opened"),
    ("computed", "⟦contains(name)⟧", "E051", "two arguments, not 1", "contains(name"),
    ("computed", "⟦coalesce()⟧", "E051", "one argument or more", "coalesce(amount, 0)"),
    ("computed", 'coalesce(1, ⟦"x"⟧)', "E052", "of one type", None),
    ("computed", '1 if a else ⟦"x"⟧', "E052", "of one type", None),
    ("computed", "1 if ⟦a + 1⟧ else 2", "E052", "a condition is needed", "compare it"),
    ("computed", "⟦None if b else None⟧", "E052", "always empty", None),
    ("computed", "a if b else ⟦null⟧", "E052", "null is written None", "is None"),
    ("computed", "coalesce(a, ⟦None⟧)", "E052", "None is no value", "else None"),
    ("computed", "⟦ucase⟧(name)", "E051", "no function ucase", "upper(name)"),
    ("computed", "⟦round(a, 1, 2)⟧", "E051", "one argument or two, not 3", "round(amount, 2)"),
    ("computed", "round(a, ⟦b⟧)", "E051", "whole number of decimal places", "round(amount, 2)"),
    ("computed", "round(a, ⟦1.5⟧)", "E051", "whole number of decimal places", "round(amount, 2)"),
    ("computed", "round(a, ⟦16⟧)", "E051", "at most 15", "round(amount, 2)"),
    ("computed", 'round(⟦"a"⟧)', "E052", "round takes a number, not text", "number(text)"),
    ("computed", "trim(⟦5⟧)", "E052", "trim takes text, not a number", None),
    ("computed", "abs(⟦lower(a)⟧)", "E052", "abs takes a number or a duration, not text", "number(text)"),
    ("computed", "⟦Lower⟧(name)", "E051", "lower case: lower", "write lower"),
    ("computed", "⟦datediff⟧(a, b)", "E051", "no function datediff", "days(closed - opened)"),
    ("computed", "⟦a.lower⟧()", "E051", "only a function", "lower"),
    ("computed", "extract(name, ⟦part⟧)", "E051", "written as text", "extract(name"),
    ("computed", 'extract(name, ⟦"abc"⟧)', "E051", "has no group", "round brackets"),
    ("computed", 'extract(name, ⟦"(a)(b)"⟧)', "E051", "2 groups", "(?:…)"),
    ("computed", 'extract(name, ⟦"(?=a)(b)"⟧)', "E051", "looks around", None),
    ("computed", 'extract(name, ⟦"(?<!a)(b)"⟧)', "E051", "looks around", None),
    ("computed", r'extract(name, ⟦"(a)\1"⟧)', "E051", "refers back", None),
    ("computed", 'extract(name, ⟦"(?P<x>a)(?P=x)"⟧)', "E051", "not supported", None),
    ("computed", 'extract(name, ⟦"(?>a)(b)"⟧)', "E051", "not supported", None),
    ("computed", 'extract(name, ⟦"(a++)"⟧)', "E051", "not supported", "write +"),
    ("computed", 'extract(name, ⟦"(a"⟧)', "E051", "cannot be read", None),
    ("computed", 'extract(name, ⟦"*(a)"⟧)', "E051", "cannot be read", None),
    ("computed", 'extract(name, ⟦"(a{2000})"⟧)', "E051", "more than 1000 times", None),
]


@pytest.mark.parametrize(("place", "marked", "code", "message", "hint"), ROWS)
def test_a_mistake_in_a_row_is_shown_at_its_characters(
    place: Place, marked: str, code: str, message: str, hint: str | None
) -> None:
    check(marked, code, message, hint, place)


def unmarked(marked: str) -> str:
    return marked.replace("⟦", "").replace("⟧", "")


def faults_of(text: str, place: Place | None) -> list[tuple[int, str]]:
    """The mistake in a formula, if there is one."""
    try:
        parse_formula(text) if place is None else parse_row(text, place)
    except FormulaError as found:
        return [(found.start, found.message)]
    return []


ALL = [*((None, *case) for case in SYMBOLS + NUMBERS + FORMS + FUNCTIONS + KINDS + TIME), *ROWS]


@pytest.mark.parametrize(("place", "marked", "code", "message", "hint"), ALL)
def test_what_a_hint_says_to_write_can_be_applied(
    place: Place | None, marked: str, code: str, message: str, hint: str | None
) -> None:
    """G3: with what is to be written, the mistake at that place is gone."""
    text = unmarked(marked)
    found = fault_of(text, place)
    for start, end, instead in found.replacements:
        changed = f"{text[:start]}{instead}{text[end:]}"
        assert (found.start, found.message) not in faults_of(changed, place)


@pytest.mark.parametrize(
    ("text", "changed"),
    [("count(orders[a && b])", "count(orders[a and b])"), ("count(orders[!paid])", "count(orders[not paid])"),
     ("count(orders[a>1&b>2])", "count(orders[a>1 and b>2])"), ("sum(orders.amount) * 5%", "sum(orders.amount) * 0.05"),
     ('sum(orders."Net Amount")', "sum(orders.net_amount)"), ("count(orders[day > 2026-05-01])",
     'count(orders[day > "2026-05-01"])'), ("count(orders[paid == true])", "count(orders[paid == True])"),
     ("summ(orders.amount)", "sum(orders.amount)"), ("count(orders[a == None])", "count(orders[a is None])")],
)  # fmt: skip
def test_what_to_write_is_there_as_an_edit(text: str, changed: str) -> None:
    found = fault_of(text)
    assert [f"{text[:start]}{instead}{text[end:]}" for start, end, instead in found.replacements] == [changed]
    parse_formula(changed)


def test_a_formula_has_a_bound_of_length() -> None:
    assert "10,000" in fault_of("a" * 10_001).message


@pytest.mark.parametrize(
    "text",
    ["-" * 9999 + "1", "(" * 9999, "x" + "[b" * 4000, "a." * 4900 + "a", "1+" * 4900 + "1",
     "previous(" * 101 + "a" + ")" * 101, "f(" * 150 + "a" + ")" * 150, "- " * 4000 + "x"],
)  # fmt: skip
def test_deep_nesting_is_an_error_and_never_a_crash(text: str) -> None:
    found = fault_of(text)
    assert found.code == "E050"
    assert "nested more than 100 levels" in found.message


def test_a_deep_row_expression_is_an_error() -> None:
    assert "nested" in fault_of("not " * 2000 + "x", "where").message
    assert "nested" in fault_of("a if b else " * 800 + "c", "computed").message


def test_long_hints_are_cut() -> None:
    found = fault_of(f"orders.amount[{' and '.join(['a > 1'] * 200)}]")
    assert found.hint is not None
    assert len(found.hint) < 150
