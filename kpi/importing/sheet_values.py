"""What people write into the cells of a sheet of KPIs: units, numbers, targets and dates, in English and German."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from kpi.errors import TextError, shorten
from kpi.importing.result import Refusal
from kpi.values import Calendar, parse_unit
from kpi.values.date_suggestions import suggest_dates
from kpi.values.period_labels import parse_label, suggest_label
from kpi.values.units import CURRENCIES, SECONDS, SIGNS

_UNITS = {
    "prozent": "%", "percent": "%", "percentage": "%", "in %": "%", "in prozent": "%", "pct": "%", "v.h.": "%",
    "euro": "EUR", "euros": "EUR", "€": "EUR", "dollar": "USD", "dollars": "USD", "us$": "USD", "us-dollar": "USD",
    "franken": "CHF", "sekunden": "seconds", "sek": "seconds", "sek.": "seconds", "minuten": "minutes",
    "stunden": "hours", "std": "hours", "std.": "hours", "tage": "days", "tag": "days", "wochen": "weeks",
    "woche": "weeks", "millisekunden": "ms",
}  # fmt: skip
_NO_UNIT = frozenset({"#", "-", "–", "n/a", "none", "keine", "number", "zahl"})
_SCALES = {"k": "k", "t": "k", "tsd": "k", "tausend": "k", "thousand": "k", "mio": "M", "m": "M", "million": "M",
           "millions": "M", "millionen": "M", "mn": "M", "mrd": "B", "bn": "B",
           "billion": "B", "milliarden": "B"}  # fmt: skip
_POWERS = {"": 0, "k": 3, "M": 6, "B": 9}
_MONTHS = {
    "januar": "january", "jänner": "january", "jaenner": "january", "februar": "february", "märz": "march",
    "maerz": "march", "mrz": "march", "mär": "march", "mai": "may", "juni": "june", "juli": "july",
    "oktober": "october",
    "okt": "october", "dezember": "december", "dez": "december", "sept": "september",
}  # fmt: skip
_AT_LEAST, _ABOVE, _AT_MOST, _BELOW, _EXACTLY = "at least", "above", "at most", "below", "exactly"
_WORDS = {
    _AT_LEAST: (">=", "≥", "=>", "at least", "minimum", "mindestens", "mind.", "mind", "min.", "min", "no less than",
                "not less than", "nicht unter", "nicht weniger als", "ab"),
    _ABOVE: (">", "above", "more than", "over", "greater than", "über", "mehr als", "größer als", "größer",
             "grösser als"),
    _AT_MOST: ("<=", "≤", "=<", "at most", "maximum", "maximal", "höchstens", "max.", "max", "no more than",
               "not more than", "nicht mehr als", "nicht über", "bis zu", "up to"),
    _BELOW: ("<", "below", "less than", "under", "unter", "weniger als", "kleiner als", "kleiner"),
    _EXACTLY: ("=", "exactly", "genau"),
}  # fmt: skip
_DIRECTIONS = sorted(((word, meant) for meant, words in _WORDS.items() for word in words), key=lambda one: -len(one[0]))
_DIRECTION_OF = {
    word: _AT_LEAST if meant in (_AT_LEAST, _ABOVE) else _AT_MOST
    for word, meant in _DIRECTIONS
    if meant != _EXACTLY and word != "ab"
}
_UP = re.compile(
    r"\b(higher|more|up|increase|increasing|maximi[sz]e|maximieren|high|hoch|höher|hoeher|steigend|steigern|erhöhen|mehr|maximierung"
    r"|bigger|larger|positiv|positive|größer|groesser)\b|[↑▲↗+]", re.IGNORECASE,
)  # fmt: skip
_DOWN = re.compile(
    r"\b(lower|less|down|decrease|decreasing|minimi[sz]e|minimieren|low|niedrig|niedriger|tief|tiefer|fallend|senken|sinkend"
    r"|weniger|minimierung|smaller|negativ|negative|kleiner|reduzieren|reduce)\b|[↓▼↘]", re.IGNORECASE,
)  # fmt: skip
# "max" is what to maximise or the most that is allowed, "lower is worse" and "not lower" mean the opposite of "lower".
_UNCLEAR = re.compile(r"\b(max|min|maximum|minimum|maximal|minimal)\b", re.IGNORECASE)
_NEGATED = re.compile(r"\b(not?|never|nicht|nie|kein\w*|worse|worst|bad|schlecht\w*|vermeiden|avoid)\b", re.IGNORECASE)
_RANGE = re.compile(r"(.*\d[^\d]*?)\s*(?:–|—|-|\bbis\b|\bto\b|\.\.\.?|…)\s*(?=[^\d]*\d)(.+)", re.IGNORECASE)
_BY = re.compile(
    r"\s(?:bis zum|bis ende|bis|by the end of|by end of|by|until)\s+(?=\S*\d|\w+\s+\d)(.+)$", re.IGNORECASE
)
# Numbers of which one mark must be the decimal one.
_COMMA = re.compile(r"\d+,\d{1,2}|\d+,\d{4,}|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}")
_POINT = re.compile(r"\d+\.\d{1,2}|\d+\.\d{4,}|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}")
_GROUPS = "  '’  _"
WRITE_TARGET = 'write e.g. "at least 30%", "at most 12", "between 20 and 30"'


class UnitOfSheet(NamedTuple):
    """A unit as the plan has it, the power of ten of the numbers that are in it (``T€``: 3), and the period that the
    numbers are of."""

    text: str | None
    power: int = 0
    every: str | None = None


def unit_of(text: str) -> UnitOfSheet:
    """The unit that a cell means. Raises Refusal."""
    word = " ".join(text.strip().strip("()[]").split())
    low = word.casefold()
    if low in _NO_UNIT:
        return UnitOfSheet(None)
    if low in _UNITS:
        return UnitOfSheet(_UNITS[low])
    scaled = re.fullmatch(r"(?:in )?(t|k|tsd\.?|mio\.?|m|mrd\.?|bn|thousand|million(?:en|s)?)\s*(\S+)", low)
    if scaled is not None:
        code = _currency(scaled[2])
        if code is not None:
            return UnitOfSheet(code, _POWERS[_SCALES[scaled[1].rstrip(".")]])
    code = _currency(word.removeprefix("in ").strip())
    if code is not None:
        return UnitOfSheet(code)
    try:
        parse_unit(word)
    except TextError as mistake:
        raise Refusal(mistake.message, mistake.hint or "name another unit") from None
    return UnitOfSheet(word)


def _currency(word: str) -> str | None:
    """The currency of a sign, a code or a name; None for anything else. A sign of several is left to people."""
    if word.casefold() in _UNITS:
        known = _UNITS[word.casefold()]
        return known if known in CURRENCIES else None
    if word.upper() in CURRENCIES:
        return word.upper()
    codes = SIGNS.get(word, ())
    if len(codes) > 1:
        raise Refusal(f'"{word}" can be {", ".join(codes[:3])}', "write the code of the currency, e.g. USD")
    return codes[0] if codes else None


def decimal_mark(texts: Iterable[str]) -> str | None:
    """The decimal mark of a sheet, where what is written proves it; None where nothing does, or both are used."""
    numbers = [number for text in texts for number in re.findall(r"\d[\d.,]*\d", text)]
    comma = any(_COMMA.fullmatch(number) for number in numbers)
    point = any(_POINT.fullmatch(number) for number in numbers)
    return None if comma == point else "," if comma else "."


_PER = re.compile(
    r"(?:^|\s)(?P<words>(?:pro|per|je|a|an|each|every|jede[nrs]?|im)\s+(?P<unit>tag|woche|monat|quartal|halbjahr|jahr|day|week"
    r"|month|quarter|half[- ]year|half|year|annum)"
    r"|p\.\s?(?P<letter>[amqw])\.?|(?P<adverb>täglich|daily|wöchentlich|weekly|monatlich|monthly|vierteljährlich"
    r"|quartalsweise|quarterly|halbjährlich|half-yearly|jährlich|yearly|annually))$",
    re.IGNORECASE,
)
_PERIODS = {
    "tag": "day", "woche": "week", "monat": "month", "quartal": "quarter", "halbjahr": "half", "jahr": "year",
    "half year": "half", "half-year": "half", "annum": "year", "a": "year", "m": "month", "q": "quarter", "w": "week",
    "täglich": "day", "daily": "day", "wöchentlich": "week", "weekly": "week", "monatlich": "month",
    "monthly": "month", "vierteljährlich": "quarter", "quartalsweise": "quarter", "quarterly": "quarter",
    "halbjährlich": "half", "half-yearly": "half", "jährlich": "year", "yearly": "year", "annually": "year",
}  # fmt: skip


def split_period(text: str) -> tuple[str, str | None]:
    """A text without the period at its end (``% pro Monat``, ``% p.a.``), and that period as ``every`` has it."""
    found = _PER.search(text)
    if found is None:
        return text, None
    word = (found["unit"] or found["letter"] or found["adverb"]).casefold()
    return text[: found.start()].strip(), _PERIODS.get(word, word)


class Number(NamedTuple):
    """A number of a cell; ``suffix`` is "%", a scale (k, M, B) or "", ``unit`` what is beside it, and ``every``
    the period that the words behind it say, as ``pro Monat`` does."""

    value: Decimal
    suffix: str = ""
    unit: str | None = None
    every: str | None = None


def number_of(text: str, decimal: str | None, write: str = WRITE_TARGET) -> Number:
    """The number in a text. Raises Refusal, with ``write`` as what to do, for a text that is none or can be two."""
    body = text.strip().replace("\N{MINUS SIGN}", "-").replace("–", "-")
    found = re.fullmatch(rf"([-+]?)\s*([^\d\s.,+-]{{0,4}}?)\s*([-+]?)([\d.,{_GROUPS}]*\d)\s*(.*)", body)
    if found is None:
        raise Refusal(f'"{text.strip()}" is not a number', write)
    digits = _digits(found[4], decimal, text, write)
    value = -digits if "-" in (found[1], found[3]) else digits
    suffix, unit = "", found[2].strip() or None
    rest, every = split_period(found[5].strip())
    for word in rest.split():
        low = word.casefold().rstrip(".")
        if word == "%" or low in ("prozent", "percent"):
            suffix = "%"
        elif low in _SCALES and not suffix and low != "t":
            suffix = _SCALES[low]
        elif unit is None or unit == word:
            unit = word
        else:
            unit = f"{unit} {word}"
    return Number(value, suffix, unit, every)


def _digits(text: str, decimal: str | None, whole: str, write: str) -> Decimal:
    """The value of digits with marks between them."""
    plain = re.sub(f"[{_GROUPS}]", "", text)
    marks = re.findall("[.,]", plain)
    if not marks:
        return Decimal(plain)
    if len(set(marks)) == 2:
        last = marks[-1]
        if marks.count(last) > 1:
            raise Refusal(f'"{whole.strip()}" is not a number', write)
        return Decimal(plain.replace("." if last == "," else ",", "").replace(last, "."))
    (mark,) = set(marks)
    grouped = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", plain) is not None
    if len(marks) > 1:
        if not grouped:
            raise Refusal(f'"{whole.strip()}" is not a number', write)
        return Decimal(plain.replace(mark, ""))
    if grouped and decimal is None and not plain.startswith("0"):
        raise Refusal(
            f'"{whole.strip()}" can be {plain.replace(mark, "")} or {plain.replace(mark, ".")}',
            'say which mark the decimals have: --decimal "," or --decimal "."',
        )
    if grouped and mark != decimal and not plain.startswith("0"):
        return Decimal(plain.replace(mark, ""))
    return Decimal(plain.replace(mark, "."))


def written(number: Number, unit: UnitOfSheet) -> str:
    """A number as the plan has it, in the unit of its KPI. Raises Refusal where the two do not fit."""
    value, suffix = number.value, number.suffix
    power = unit.power
    if number.every is not None and unit.every is not None and number.every != unit.every:
        reason = f"the number is of a {number.every} and the KPI has a value every {unit.every}"
        raise Refusal(reason, f"write the number of a {unit.every}, or change the frequency to {number.every}")
    if number.unit is not None:
        beside = _beside(number.unit)
        if unit.text is not None and not _same(beside.text, unit.text):
            reason = f'the number is in "{number.unit}" and the unit is "{unit.text}"'
            raise Refusal(reason, f"write the number in {unit.text}, or change the unit")
        if unit.power and not beside.power and beside.text in CURRENCIES and not suffix:
            scaled = _plain(value.scaleb(power))
            reason = f"{_plain(value)} {number.unit} can be {_plain(value)} {unit.text} or {scaled} {unit.text}"
            raise Refusal(
                reason, "take the unit out of the cell if the column Unit is right; otherwise change the unit"
            )
        power = beside.power or power
    if unit.text == "%":
        if suffix not in ("", "%"):
            raise Refusal(f'a share has no "{suffix}"', "write it in percent")
        if not suffix and 0 < abs(value) < 1:
            shown = _plain(value)
            raise Refusal(f"{shown} can be {_plain(value * 100)}% or {shown}%", "write the % sign")
        return f"{_plain(value)}%"
    if suffix == "%":
        raise Refusal(f'the number has a % and the unit is "{unit.text}"', 'write "%" as the unit')
    if power and not suffix:
        value = value.scaleb(power)
    return f"{_plain(value)}{suffix}"


def in_cell(number: Number, decimal: str | None) -> str:
    """A number as a cell of the sheet has it, where :func:`written` reads it as the same one."""
    unit = "" if number.unit is None else f" {number.unit}"
    every = "" if number.every is None else f" per {number.every}"
    return f"{_plain(number.value).replace('.', decimal or '.')}{number.suffix}{unit}{every}"


def _beside(text: str) -> UnitOfSheet:
    try:
        found = unit_of(text)
    except Refusal:
        return UnitOfSheet(text)
    return found if found.text is not None else UnitOfSheet(text)


def _same(one: str | None, other: str) -> bool:
    """Whether two words name the same unit: ``h`` and ``hours`` do."""
    words = (one or "").casefold(), other.casefold()
    return words[0] == words[1] or SECONDS.get(words[0], 0) == SECONDS.get(words[1], 1)


def _plain(value: Decimal) -> str:
    text = f"{value.normalize():f}"
    return text if text != "-0" else "0"


class Aim(NamedTuple):
    """A target of a cell: its direction (None where there is none), one or two numbers, and a date."""

    direction: str | None
    numbers: tuple[Number, ...]
    by: date | None = None


def aim_of(text: str, decimal: str | None) -> Aim:
    """The target that a cell says. Raises Refusal."""
    body, by = text.strip(), None
    dated = _BY.search(body)
    if dated is not None:
        by = day_of(dated[1])
        body = body[: dated.start()].strip() if by is not None else body
    between = re.fullmatch(r"(?:between|zwischen)\s+(.+?)\s+(?:and|und|&)\s+(.+)", body, re.IGNORECASE)
    if between is not None:
        return Aim("between", (number_of(between[1], decimal), number_of(between[2], decimal)), by)
    low = body.casefold()
    for word, direction in _DIRECTIONS:
        if low.startswith(word) and not low[len(word) : len(word) + 1].isalpha():
            return Aim(direction, (number_of(body[len(word) :], decimal),), by)
    span = _RANGE.fullmatch(body)
    if span is not None and not body.startswith("-"):
        return Aim("between", (number_of(span[1], decimal), number_of(span[2], decimal)), by)
    return Aim(None, (number_of(body, decimal),), by)


def direction_of(text: str) -> str:
    """``at least`` where more is better, ``at most`` where less is. Raises Refusal where the words do not say."""
    write = (
        'write "at least" or "at most", or "higher is better" or "lower is better" '
        "(höher ist besser, niedriger ist besser)"
    )
    shown = shorten(text)
    if (unclear := _UNCLEAR.search(text)) is not None:
        word, limit = ("maximise", "at most") if unclear[0].casefold().startswith("max") else ("minimise", "at least")
        raise Refusal(f'"{shown}" can mean {word} or {limit}', write)
    meant = _DIRECTION_OF.get(" ".join(text.casefold().split()))
    if meant is not None:
        return meant
    up, down = _UP.search(text), _DOWN.search(text)
    if bool(up) == bool(down) or _NEGATED.search(text):
        raise Refusal(f'"{shown}" does not say whether more or less is better', write)
    return _AT_LEAST if up else _AT_MOST


def day_of(text: str) -> date | None:
    """The day that a text means, the last one of a month, quarter or year; None where it means none, or two."""
    plain = " ".join(text.split()).strip(" .")
    dotted = re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{2}|\d{4})", plain)
    if dotted is not None:
        year = int(dotted[3]) + (2000 if len(dotted[3]) == 2 else 0)
        try:
            return date(year, int(dotted[2]), int(dotted[1]))
        except ValueError:
            return None
    days = suggest_dates(_in_english(plain))
    if len(days) > 1:
        raise Refusal(f'"{text}" can be {days[0]} or {days[1]}', f"write {days[0]} or {days[1]}")
    if days:
        return date.fromisoformat(days[0])
    label = label_of(re.sub(r"^(?:ende|end of|the end of)\s+", "", plain, flags=re.IGNORECASE))
    return None if label is None else parse_label(label, Calendar()).last_day


def label_of(text: str) -> str | None:
    """The label of the period that a text means: ``2026-03`` of "März 2026"; None where it means none."""
    plain = _in_english(" ".join(text.split()))
    if not re.search(r"\d{4}", plain):
        return None
    try:
        return parse_label(plain, Calendar()).label
    except TextError:
        return suggest_label(plain, Calendar(), None)


def _in_english(text: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda found: _MONTHS.get(found[0].casefold(), found[0]), text)
