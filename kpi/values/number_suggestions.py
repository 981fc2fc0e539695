"""Suggests the right notation for a misspelled number. Only imported to explain an error."""

from __future__ import annotations

import re

from kpi.errors import Replacement, TextError
from kpi.values.number_syntax import NOT_A_NUMBER, ambiguous_numbers, currency_fits, read_duration, read_number
from kpi.values.rounding import all_digits
from kpi.values.units import CURRENCIES, SECONDS, SIGNS, Unit

_SIZES = {
    "thousand": "k", "thousands": "k", "tsd": "k", "million": "M", "millions": "M", "mio": "M", "mn": "M", "mm": "M",
    "mln": "M", "m": "M", "billion": "B", "billions": "B", "bn": "B", "bln": "B", "b": "B", "mrd": "B",
    "percent": "%", "per cent": "%", "pct": "%",
}  # fmt: skip
_WORDS = {
    "zero": "0", "none": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "fifteen": "15", "twenty": "20",
    "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90",
    "hundred": "100", "a hundred": "100", "one hundred": "100", "thousand": "1,000", "a thousand": "1,000",
    "one thousand": "1,000", "a million": "1M", "one million": "1M", "half": "50%",
}  # fmt: skip
_NOT_FINITE = ("nan", "inf", "infinity", "infinite", "null", "n/a", "na", "none", "unlimited", "∞")
_NUMBER = r"(?:\d{1,3}(?:[,_]\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?"


def number_error(text: str, unit: Unit, relative: bool) -> TextError:
    """The error that explains why ``text`` is not a number of this unit."""
    body = text.strip().replace("\N{MINUS SIGN}", "-")
    start = len(text) - len(text.lstrip())
    end = start + len(body)
    if not body:
        return TextError("a number is missing", 0, len(text), hint=_examples(unit))
    found = read_number(body)
    if found is not None:
        return _misfit(text, found, unit, relative)
    duration = read_duration(body)
    if duration is not None and duration[0] != "m" and unit.kind != "duration":  # "5m" is rather five million
        hint = "write a plain number, or give the KPI a unit of time such as minutes"
        return TextError(f"{_quoted(body)} is a duration, but {_unit_is(unit)}", start, end, hint=hint)
    message = f"{_quoted(body)} is not a number"
    meant = _suggestion(body, unit)
    if not isinstance(meant, tuple):
        return TextError(message, start, end, hint=meant or _examples(unit, relative), kind=NOT_A_NUMBER)
    replacements = [Replacement(start, end, one) for one in meant]
    hint = "write " + ", or ".join(meant)
    if len(meant) > 1 and ambiguous_numbers(body):
        hint += " if the point is a decimal point"
    return TextError(message, start, end, hint=hint, kind=NOT_A_NUMBER, replacements=replacements)


def _misfit(text: str, found: tuple[float, bool, str], unit: Unit, relative: bool) -> TextError:
    """The error for a valid number that does not match the unit (rule S2)."""
    number, percent, currency = found
    body = text.strip()
    plain = body.lstrip("-+\N{MINUS SIGN}").removeprefix(currency).removesuffix(currency).strip()
    minus = "-" if number < 0 else ""
    if currency and not currency_fits(currency, unit):
        at = text.index(currency)
        share = f"{minus}{plain.rstrip('%')}%"
        hint = f"write {share}" if relative else _another_currency(currency, unit)
        return TextError(f'"{currency}" does not fit: {_unit_is(unit)}', at, at + len(currency), hint=hint)
    if currency and relative:
        at = text.index(currency)
        hint = f"write {minus}{plain.rstrip('%')}%"
        return TextError(f'"{currency}" does not fit: a share is expected', at, at + len(currency), hint=hint)
    at = text.index("%") if percent else text.index(body[0])
    if abs(number) == float("inf"):
        return TextError(f"{_quoted(body)} is too large", text.index(body[0]), len(text.rstrip()), hint=_examples(unit))
    if percent:
        if unit.kind == "none":
            hint = 'is the value a share, such as 0.08 for 8%? then add unit: "%" to the KPI'
        else:
            hint = f'is it a share of another number? then say of which; else write a number in "{unit.text}"'
        return TextError(f'"%" does not fit: {_unit_is(unit)}', at, at + 1, hint=hint)
    share = all_digits(number, 2)
    what = "a share needs a %" if relative else "ambiguous, because the unit is %"
    first = f"{all_digits(number)}%" if plain[-1] in "kKMB" else f"{minus}{plain}%"
    replacements = [Replacement(at, at + len(body), one) for one in (first, f"{share}%")]
    hint = f"write {first}, or {share}% if you mean that"
    return TextError(f"{_quoted(body)}: {what}", at, at + len(body), hint=hint, replacements=replacements)


def _another_currency(currency: str, unit: Unit) -> str:
    """What to ask about an amount in another currency than the KPI's."""
    code = SIGNS.get(currency, (currency,))[0]
    if unit.kind == "none":
        return f"write the amount without {currency}, and give the KPI its unit, such as unit: {code}"
    if unit.kind != "currency":
        return f"write the number without {currency}, or change the unit of the KPI"
    return f'is the amount in "{unit.text}"? then write it without {currency}; else change the unit of the KPI'


def _suggestion(body: str, unit: Unit) -> tuple[str, ...] | str | None:
    """A hint for an invalid number, None if its meaning is unclear."""
    if len(body) > 100:
        return None  # not a misspelled number, and the patterns below would be slow
    lower = body.lower()
    if lower.lstrip("+-.") in _NOT_FINITE:
        return "write a finite number, or omit the field"
    if lower in _WORDS and (lower != "half" or unit.kind == "percent"):
        return (_WORDS[lower],)
    signs = re.match(r"[-+\u2010-\u2015\s]*", body)
    if signs is not None and len(signs[0]) > 0:
        single = ("-" if signs[0].strip("+ ") else "") + body[signs.end() :]
        if single != body and read_number(single) is not None:
            return (single,)
    if (clock := _clock(body, unit)) is not None:
        return clock
    match = re.match(r"([^0-9.]*)([0-9.,_'’\s]*[0-9](?:[eE][-+]?[0-9]+)?)\.?(.*)$", body, re.DOTALL)
    if match is None:
        return None
    before, digits, after = match[1], match[2], match[3].strip()
    if before.strip(" +-") and before.strip(" +-") not in (*SIGNS, *CURRENCIES):
        return None
    options = [digits] if read_number(digits) is not None else _regrouped(digits)
    if not options:
        return None
    if (readings := ambiguous_numbers(body).get(digits)) is not None:
        options = list(readings)
        endings = [_with_ending(before, [option], after, unit) for option in options] if after else []
        written = [one[0] for one in endings if isinstance(one, tuple)]
        return tuple(written) if written else endings[0] if after else tuple(before + option for option in options)
    if not after:
        return tuple(before + option for option in options)
    return _with_ending(before, options, after, unit)


def _regrouped(digits: str) -> list[str]:
    """``1,5`` as 1.5, ``1.234,5`` as 1,234.5, ``12 345`` as 12,345, ``1,0000`` as 1.0000 or 10,000."""
    if match := re.fullmatch(r"(\d+),(\d+)", digits):
        decimal = f"{match[1]}.{match[2]}"
        return [decimal] if len(match[2]) == 1 or match[1] == "0" else [decimal, _grouped(match[1] + match[2])]
    if match := re.fullmatch(r"(\d{1,3}(?:\.\d{3})+)(?:,(\d+))?", digits):
        fraction = f".{match[2]}" if match[2] else ""
        return [_grouped(match[1].replace(".", "")) + fraction]
    if match := re.fullmatch(r"([\d,_]+|\d{1,3}(?:[\s'’]\d{3})+)(?:\.(\d+))?", digits):
        fraction = f".{match[2]}" if match[2] else ""
        return [_grouped(re.sub(r"\D", "", match[1])) + fraction]
    return []


def _grouped(digits: str) -> str:
    """Commas between groups of three digits."""
    return re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", digits) if len(digits) < 30 else digits


def _with_ending(before: str, options: list[str], after: str, unit: Unit) -> tuple[str, ...] | str | None:
    """A hint for a number that is followed by other text."""
    number = before + options[0]
    word = after.lower().rstrip(".")
    if after in ("k", "K", "M", "B", "%"):
        return tuple(before + option + after for option in options)
    if word in _SIZES:
        return (f"{number}{_SIZES[word]}",)
    if word in ("t", "tn", "trillion", "trillions"):
        return (f"{number}e12",)
    if after in SIGNS or after.upper() in CURRENCIES:
        sign = after if after in SIGNS else after.upper()
        if leading := before.strip(" +-"):
            return (number,) if currency_fits(leading, unit) and currency_fits(sign, unit) else None
        return (_money(number, unit),) if currency_fits(sign, unit) else _another_currency(sign, unit)
    if unit.text is not None and word.rstrip("s") == unit.text.lower().rstrip("s"):
        return (number,)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", after):
        return f'is it to be reached on {after}? then write "{number} by {after}"'
    if match := re.search(rf"({_NUMBER})$", after):
        return f"the {match[1]} has no unit; {_examples(unit)}"
    if word in SECONDS:
        return (
            (f"{number} {after.rstrip('.')}",)
            if unit.kind == "duration"
            else "give the KPI a unit of time such as minutes"
        )
    if re.fullmatch(r"[^\W\d_]+", after):
        return f'unknown unit "{after}"; {_examples(unit)}'
    return None


def _clock(body: str, unit: Unit) -> tuple[str, ...] | str | None:
    """A hint for ``4:30`` and ``1:04:30`` if the unit is a duration."""
    match = re.fullmatch(r"(?:(\d+):)?(\d+):(\d+)", body)
    if match is None or unit.kind != "duration":
        return None
    first, second, third = match.groups()
    if first is not None:
        return (f"{int(first[:9])} h {int(second[:9])} min {int(third[:9])} s",)
    return f"{int(second[:9])} min {int(third[:9])} s", f"{int(second[:9])} h {int(third[:9])} min"


def _money(number: str, unit: Unit) -> str:
    """A number with the unit's currency before it."""
    return f"{unit.symbol} {number}" if unit.symbol.isalpha() else f"{unit.symbol}{number}"


def _unit_is(unit: Unit) -> str:
    return "there is no unit" if unit.text is None else f'the unit is "{unit.text}"'


def _examples(unit: Unit, relative: bool = False) -> str:
    """Examples of numbers of this unit."""
    if relative:
        return "write e.g. 20%"
    if unit.kind == "percent":
        return "write e.g. 30% or 0.3"
    if unit.kind == "currency":
        return f"write e.g. {_money('950', unit)}, {_money('12.4k', unit)} or {_money('1.24M', unit)}"
    if unit.kind == "duration":
        return f'write e.g. 4 min 30 s, 250 ms, or a number of "{unit.text}" such as 4.5'
    return "write e.g. 1234.5, 1,234 or 12.4k"


def _quoted(body: str) -> str:
    return f'"{body}"' if len(body) <= 60 else f'"{body[:57]}..."'
